//! Another machine's portal: asked for lists of files, and for files that are gone on with where they
//! were broken off.
//!
//! Whatever it answers is a stranger's word: it may not lead elsewhere, send more than it says, or name
//! a file outside of a folder.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use medshape::catalog::{Sha256, Source};
use medshape::manifest::{self, Line};
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::http::{Failure, MAX_BYTES, SILENCE, copy, refusal, too_large};

/// How often a file is asked for before it is given up.
const N_TRIES: u32 = 6;
/// The longest line and the most lines of a list.
const MAX_LINE: u64 = 64 << 10;
const MAX_LINES: usize = 5_000_000;
/// The longest that a server can make us wait before the next try.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// A portal, by its scheme and host.
pub(crate) struct Portal {
    agent: Agent,
    origin: String,
}

/// A file that came whole.
pub(crate) struct Came {
    pub(crate) sha256: Sha256,
    /// All of its bytes.
    pub(crate) size: u64,
    /// Those of them that came now.
    pub(crate) n_bytes: u64,
}

impl Portal {
    /// The portal at an address, and what of the address is behind its host.
    pub(crate) fn at(address: &str) -> anyhow::Result<(Self, String)> {
        let wrong = || anyhow!("`{address}` is no address of a portal, such as https://host");
        let (scheme, rest) = address.split_once("://").ok_or_else(wrong)?;
        let (host, path) = match rest.find(['/', '?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        anyhow::ensure!(
            ["http", "https"].contains(&scheme) && !host.is_empty() && host.bytes().all(is_plain),
            wrong()
        );
        let agent = Agent::config_builder()
            .https_only(scheme == "https")
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(SILENCE))
            // A large shape may take its time to be made.
            .timeout_recv_response(Some(SILENCE * 6))
            .user_agent(concat!("medshape/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok((Self { agent, origin: format!("{scheme}://{host}") }, path.to_owned()))
    }

    /// The list of files at a path.
    pub(crate) fn list(&self, path: &str) -> anyhow::Result<Vec<Line>> {
        let url = format!("{}{path}", self.origin);
        let mut n_tries = 1;
        loop {
            match self.list_once(&url) {
                Err(Failure::Passing(_)) if n_tries < N_TRIES => {
                    std::thread::sleep(Duration::from_millis(250 << n_tries));
                    n_tries += 1;
                }
                Err(Failure::Passing(cause) | Failure::Lasting(cause)) => {
                    return Err(cause.context(format!("`{url}`")));
                }
                Ok(lines) => return Ok(lines),
            }
        }
    }

    fn list_once(&self, url: &str) -> Result<Vec<Line>, Failure> {
        let answer = taken(self.agent.get(url).call()?)?;
        let body = answer.into_body().into_with_config().limit(MAX_BYTES).reader();
        let mut reader = BufReader::new(body);
        let mut lines = Vec::new();
        loop {
            let mut text = String::new();
            let read = reader.by_ref().take(MAX_LINE).read_line(&mut text);
            let n =
                read.map_err(|cause| Failure::Passing(anyhow!("the list ended early: {cause}")))?;
            if n == 0 {
                return Ok(lines);
            }
            if n as u64 == MAX_LINE || lines.len() == MAX_LINES {
                return Err(Failure::Lasting(anyhow!("a list with too long or too many lines")));
            }
            lines.extend(
                manifest::parse(&text).map_err(|reason| Failure::Lasting(anyhow!(reason)))?,
            );
        }
    }

    /// The sources of the portal's shapes.
    pub(crate) fn sources(&self) -> anyhow::Result<Vec<Source>> {
        #[derive(serde::Deserialize)]
        struct Summary {
            source: Source,
        }
        let url = format!("{}/v1/sources", self.origin);
        let read = || {
            let answer = taken(self.agent.get(&url).call()?)?;
            let body = answer.into_body().into_with_config().limit(64 << 20).reader();
            serde_json::from_reader::<_, Vec<Summary>>(body)
                .map_err(|cause| Failure::Lasting(cause.into()))
        };
        match read() {
            Ok(summaries) => Ok(summaries.into_iter().map(|summary| summary.source).collect()),
            Err(Failure::Passing(cause) | Failure::Lasting(cause)) => {
                Err(cause.context(format!("`{url}`")))
            }
        }
    }

    /// The path of an address of a list, if it is one of this portal.
    pub(crate) fn path_of<'a>(&self, url: &'a str) -> anyhow::Result<&'a str> {
        let (_, host) = self.origin.split_once("://").unwrap_or_default();
        let path = url.split_once("://").and_then(|(_, rest)| rest.strip_prefix(host));
        let path = path.filter(|path| {
            path.starts_with("/download/") && path.bytes().all(|byte| byte.is_ascii_graphic())
        });
        path.ok_or_else(|| anyhow!("the list leads elsewhere: `{url}`"))
    }

    /// Brings the file at a path to `part`, of which some may be there from a run before.
    ///
    /// # Errors
    /// It does not come, or not as the server says that it is.
    pub(crate) fn file(
        &self,
        path: &str,
        part: &Path,
        stop: &AtomicBool,
        watch: &dyn Fn(u64),
    ) -> anyhow::Result<Came> {
        let url = format!("{}{path}", self.origin);
        let mut n_tries = 1;
        loop {
            match self.file_once(&url, part, stop, watch) {
                Err(Failure::Passing(_)) if n_tries < N_TRIES && !stop.load(Ordering::Relaxed) => {
                    wait(Duration::from_millis(250 << n_tries), stop);
                    n_tries += 1;
                }
                Err(Failure::Passing(cause) | Failure::Lasting(cause)) => {
                    return Err(cause.context(format!("`{url}`")));
                }
                Ok(came) => return Ok(came),
            }
        }
    }

    fn file_once(
        &self,
        url: &str,
        part: &Path,
        stop: &AtomicBool,
        watch: &dyn Fn(u64),
    ) -> Result<Came, Failure> {
        let tag_path = tag_path(part);
        let known = fs::read_to_string(&tag_path).ok().filter(|tag| is_strong(tag));
        let n_there = known.as_ref().and(fs::metadata(part).ok()).map_or(0, |facts| facts.len());
        let mut request = self.agent.get(url).header("accept-encoding", "identity");
        if let (Some(tag), 1..) = (&known, n_there) {
            request = request.header("range", format!("bytes={n_there}-")).header("if-range", tag);
        }
        let answer = request.call()?;
        if answer.status() == 416 {
            // What is there is no beginning of it.
            forget(part);
            return Err(Failure::Passing(anyhow!("it has changed meanwhile")));
        }
        let answer = taken(answer)?;
        let start = if answer.status() == 206 { n_there } else { 0 };
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let said = format!("bytes {start}-");
        if answer.status() == 206 && !header("content-range").is_some_and(|r| r.starts_with(&said))
        {
            forget(part);
            return Err(Failure::Passing(anyhow!(
                "the server sent another part than was asked for"
            )));
        }
        let digest = header("repr-digest").and_then(sha256_of_digest).ok_or_else(|| {
            Failure::Lasting(anyhow!("the server does not say which SHA-256 it has"))
        })?;
        let n_said = answer.body().content_length();
        if n_said.is_some_and(|n_said| start + n_said > MAX_BYTES) {
            return Err(Failure::Lasting(too_large()));
        }
        let tag = header("etag").filter(|tag| is_strong(tag)).unwrap_or_default().to_owned();
        let mut file = opened(part, start).map_err(Failure::Lasting)?;
        if start == 0 {
            fs::write(&tag_path, tag).map_err(|cause| Failure::Lasting(cause.into()))?;
        }
        let limit = MAX_BYTES - start.min(MAX_BYTES) + 1;
        let mut body = answer.into_body().into_with_config().limit(limit).reader();
        let n_bytes = copy(&mut body, &mut file, stop, watch)?;
        let whole = checked(part, &digest)?;
        file.sync_all().map_err(|cause| Failure::Lasting(cause.into()))?;
        Ok(Came { sha256: digest, size: whole, n_bytes })
    }
}

/// The file to go on with, of which `n_there` bytes stay.
fn opened(part: &Path, n_there: u64) -> anyhow::Result<File> {
    let open = || -> std::io::Result<File> {
        let mut file = File::options().create(true).write(true).truncate(false).open(part)?;
        file.set_len(n_there)?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    };
    open().with_context(|| format!("`{}`", part.display()))
}

/// The size of a file that came as it should; one that did not is removed.
fn checked(part: &Path, expected: &Sha256) -> Result<u64, Failure> {
    let hashed = File::open(part).and_then(|mut file| Sha256::of_reader(&mut file));
    let (found, size) = hashed.map_err(|cause| Failure::Lasting(cause.into()))?;
    if found != *expected {
        forget(part);
        return Err(Failure::Passing(anyhow!("it came damaged: its SHA-256 is not {expected}")));
    }
    Ok(size)
}

/// Where the entity tag of a part is kept.
fn tag_path(part: &Path) -> PathBuf {
    let mut path = part.as_os_str().to_owned();
    path.push(".etag");
    path.into()
}

/// Removes a part and its tag.
pub(crate) fn forget(part: &Path) {
    // They may not even exist.
    let _ = fs::remove_file(part);
    forget_tag(part);
}

/// Removes the tag of a part that has become a file.
pub(crate) fn forget_tag(part: &Path) {
    let _ = fs::remove_file(tag_path(part));
}

fn is_strong(tag: &str) -> bool {
    tag.len() > 2
        && tag.starts_with('"')
        && tag.ends_with('"')
        && tag.bytes().all(|b| b.is_ascii_graphic())
}

/// The answer, if it holds what was asked for.
fn taken(answer: Response<Body>) -> Result<Response<Body>, Failure> {
    let status = answer.status().as_u16();
    match status {
        200 | 206 => Ok(answer),
        300..=399 => {
            let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
            let to = to.unwrap_or("elsewhere").to_owned();
            Err(Failure::Lasting(anyhow!(
                "it leads to `{to}`, which is not followed: name that address"
            )))
        }
        429 | 503 => {
            let after = answer.headers().get("retry-after").and_then(|after| after.to_str().ok());
            let after = after
                .and_then(|after| after.parse().ok())
                .map_or(Duration::ZERO, Duration::from_secs);
            std::thread::sleep(after.min(MAX_WAIT));
            Err(Failure::Passing(refusal(status)))
        }
        500..=599 => Err(Failure::Passing(refusal(status))),
        _ => Err(Failure::Lasting(refusal(status))),
    }
}

fn wait(time: Duration, stop: &AtomicBool) {
    let until = Instant::now() + time;
    while Instant::now() < until && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The hash in a `Repr-Digest` header (RFC 9530).
fn sha256_of_digest(text: &str) -> Option<Sha256> {
    let members = text.split(',').map(str::trim);
    let mut values =
        members.filter_map(|member| member.strip_prefix("sha-256=:")?.strip_suffix(':'));
    let digits = values.next()?;
    let mut bytes = Vec::with_capacity(33);
    let (mut bits, mut n_bits) = (0_u32, 0);
    for digit in digits.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((bits >> n_bits & 0xff) as u8);
        }
    }
    Some(Sha256::from_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 9530, appendix D: the digest of `{"hello": "world"}` and a new line.
    #[test]
    fn a_digest_is_read_as_the_standard_writes_it() {
        let hash = Sha256::of(b"{\"hello\": \"world\"}\n");
        let text = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
        assert_eq!(sha256_of_digest(text), Some(hash));
        assert_eq!(sha256_of_digest(&format!("sha-512=:AAAA:, {text}")), Some(hash));
        for wrong in ["", "sha-256=:RK/0:", "sha-256=:R!:", "sha-256=RK"] {
            assert_eq!(sha256_of_digest(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_of_another_host_is_not_one_of_the_portal() {
        let (portal, path) = Portal::at("https://shapes.example.org:8080/selections/x?y").unwrap();
        assert_eq!(path, "/selections/x?y");
        let good = "http://shapes.example.org:8080/download/a/b/c/d.stl";
        assert_eq!(portal.path_of(good).unwrap(), "/download/a/b/c/d.stl");
        for bad in [
            "https://shapes.example.org:80801/download/a",
            "https://shapes.example.org:8080@evil/download/a",
            "http://169.254.169.254/download/a",
            "https://shapes.example.org:8080/v1/stats",
            "/download/a",
            "file:///download/a",
        ] {
            assert!(portal.path_of(bad).is_err(), "{bad}");
        }
        for bad in ["ftp://host", "https://", "https://a@b/", "host"] {
            assert!(Portal::at(bad).is_err(), "{bad}");
        }
    }
}
