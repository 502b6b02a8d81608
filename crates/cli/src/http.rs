//! Brings a file from a web server.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use ureq::Agent;

/// How often a server that fails for the moment is asked.
const N_TRIES: u32 = 3;
/// A file that brings nothing for so long is given up.
pub(crate) const SILENCE: Duration = Duration::from_secs(30);
/// A larger file is refused.
pub(crate) const MAX_BYTES: u64 = 4 << 30;

/// A client that follows few redirections, and none from `https` to `http`.
pub(crate) struct Client {
    secure: Agent,
    plain: Agent,
}

impl Client {
    pub(crate) fn new() -> Self {
        Self { secure: agent(true), plain: agent(false) }
    }

    /// Writes the file behind `url` to `path` and says how many bytes it has. `watch` hears of the bytes
    /// as they come, and of how many there will be if the server says so.
    ///
    /// # Errors
    /// The link is no web address, the server refuses or fails, the file ends early or is too large, or
    /// the user asked to stop.
    pub(crate) fn fetch(
        &self,
        url: &str,
        path: &Path,
        stop: &AtomicBool,
        watch: &dyn Fn(u64, Option<u64>),
    ) -> anyhow::Result<u64> {
        let mut n_tries = 1;
        loop {
            match self.fetch_once(url, path, stop, watch) {
                Err(Failure::Passing(_)) if n_tries < N_TRIES && !is_set(stop) => {
                    std::thread::sleep(Duration::from_millis(500 << n_tries));
                    n_tries += 1;
                }
                Err(Failure::Passing(cause) | Failure::Lasting(cause)) => {
                    return Err(cause.context(format!("`{url}`")));
                }
                Ok(n_bytes) => return Ok(n_bytes),
            }
        }
    }

    fn fetch_once(
        &self,
        url: &str,
        path: &Path,
        stop: &AtomicBool,
        watch: &dyn Fn(u64, Option<u64>),
    ) -> Result<u64, Failure> {
        let agent = match url.split_once("://") {
            Some(("https", _)) => &self.secure,
            Some(("http", _)) => &self.plain,
            _ => return Err(Failure::Lasting(anyhow::anyhow!("not a web address"))),
        };
        let answer = agent.get(url).call()?;
        let n_said = answer.body().content_length();
        if n_said.is_some_and(|n_said| n_said > MAX_BYTES) {
            return Err(Failure::Lasting(too_large()));
        }
        let mut body = answer.into_body().into_with_config().limit(MAX_BYTES + 1).reader();
        let mut file = File::create(path)
            .with_context(|| format!("`{}`", path.display()))
            .map_err(Failure::Lasting)?;
        copy(&mut body, &mut file, stop, &|n_bytes| watch(n_bytes, n_said))
    }
}

/// Why a file did not come.
pub(crate) enum Failure {
    /// It may come if it is asked for again.
    Passing(anyhow::Error),
    /// It will not.
    Lasting(anyhow::Error),
}

impl From<ureq::Error> for Failure {
    fn from(cause: ureq::Error) -> Self {
        use ureq::Error as E;
        match cause {
            E::StatusCode(status @ (429 | 500..=599)) => Self::Passing(refusal(status)),
            E::StatusCode(status) => Self::Lasting(refusal(status)),
            E::Timeout(_) => Self::Passing(anyhow::anyhow!("the server does not answer in time")),
            E::Io(_) | E::ConnectionFailed => Self::Passing(cause.into()),
            _ => Self::Lasting(cause.into()),
        }
    }
}

pub(crate) fn refusal(status: u16) -> anyhow::Error {
    let what = match status {
        401 | 403 => "one must be let in there",
        404 | 410 => "it is not there any more",
        429 => "too many requests",
        _ => "the server cannot give it",
    };
    anyhow::anyhow!("{what} (HTTP status {status})")
}

pub(crate) fn too_large() -> anyhow::Error {
    anyhow::anyhow!("larger than {} GiB", MAX_BYTES >> 30)
}

fn agent(https_only: bool) -> Agent {
    Agent::config_builder()
        .https_only(https_only)
        .max_redirects(5)
        .timeout_connect(Some(SILENCE))
        .timeout_recv_response(Some(SILENCE))
        .user_agent(concat!("medshape/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

fn is_set(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}

/// Copies a body to a file, as long as nobody asks to stop.
pub(crate) fn copy(
    body: &mut impl Read,
    file: &mut File,
    stop: &AtomicBool,
    watch: &dyn Fn(u64),
) -> Result<u64, Failure> {
    let mut buffer = vec![0; 64 << 10];
    let mut n_bytes = 0;
    loop {
        if is_set(stop) {
            return Err(Failure::Lasting(anyhow::anyhow!("stopped as asked")));
        }
        let n = match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(cause) if cause.kind() == ErrorKind::Interrupted => continue,
            Err(cause) => return Err(ended_early(n_bytes, cause)),
        };
        n_bytes += n as u64;
        if n_bytes > MAX_BYTES {
            return Err(Failure::Lasting(too_large()));
        }
        file.write_all(&buffer[..n]).map_err(|cause| Failure::Lasting(cause.into()))?;
        watch(n_bytes);
    }
    Ok(n_bytes)
}

fn ended_early(n_bytes: u64, cause: std::io::Error) -> Failure {
    Failure::Passing(anyhow::anyhow!("ended after {n_bytes} bytes: {cause}"))
}
