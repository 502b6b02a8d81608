//! The accept loop: few threads, few connections, no patience with clients that send nothing.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use medshape::catalog::{Audience, Catalog};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use crate::address::{Prefix, Rules};
use crate::peer::Peer;
use crate::{Site, router};

/// Connections at once; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 256;
/// How long a client may take for the head of a request.
const HEADER_PATIENCE: Duration = Duration::from_secs(10);
/// How long a client may take nothing of an answer.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);
/// How long answers under way may take after the request to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// Bytes that the head of a request may have, and that wait in a connection.
const MAX_BUFFER: usize = 32 << 10;
/// Requests that an address may send in a second, in the long run, if nobody says otherwise.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(100).unwrap();
/// Threads that run tasks, and threads that may block. Few, for each keeps memory of its own.
const N_WORKERS: usize = 2;
const N_BLOCKING: usize = 6;
const THREAD_KEEP_ALIVE: Duration = Duration::from_secs(2);

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The folder of the store.
    pub store: PathBuf,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How many requests one address may send in a second, in the long run; `None` for any number.
    pub per_second: Option<NonZeroU32>,
    /// Whether a line of JSON is written to standard error for each request.
    pub writes_log: bool,
    /// Whether a proxy of the operator's own stands before, whose word on the client's address counts.
    pub behind_proxy: bool,
    /// For whom; see [`Audience::at`] for what is taken if nothing is said.
    pub audience: Option<Audience>,
    /// The path that the site stands under.
    pub prefix: Prefix,
    /// Names by which this machine may be asked for a curator's site, besides its own.
    pub hosts: Vec<String>,
    /// How long a client may take nothing of an answer.
    pub write_patience: Duration,
}

impl ServeOptions {
    /// The store in `dir` on 127.0.0.1:8080.
    pub fn new(dir: PathBuf) -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 8080));
        Self {
            store: dir,
            listen,
            per_second: None,
            writes_log: false,
            behind_proxy: false,
            audience: None,
            prefix: Prefix::default(),
            hosts: Vec::new(),
            write_patience: WRITE_PATIENCE,
        }
    }

    /// The same on another address; where other machines reach it, each may ask so often and no more.
    pub fn at(self, listen: SocketAddr) -> Self {
        let per_second = (!listen.ip().is_loopback()).then_some(PER_SECOND);
        Self { listen, per_second, ..self }
    }

    /// For whom the pages are: behind a proxy anybody, whatever the address; see [`Audience::at`].
    pub fn audience(&self) -> Audience {
        let default =
            if self.behind_proxy { Audience::Public } else { Audience::at(self.listen.ip()) };
        self.audience.unwrap_or(default)
    }

    /// A curator's site on this machine's own address answers to this machine's own names alone.
    pub(crate) fn address_rules(&self) -> Rules {
        let is_private = self.audience() == Audience::Curator && self.listen.ip().is_loopback();
        Rules {
            prefix: self.prefix.clone(),
            behind_proxy: self.behind_proxy,
            hosts: is_private.then(|| self.hosts.clone()),
        }
    }
}

/// Why a store cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] medshape::catalog::Error),
    /// The address is taken, not ours, or not allowed.
    #[error("cannot listen on {0}: {1}; choose another with `--listen`")]
    Listen(SocketAddr, io::Error),
    /// The system gave no threads or no signals.
    #[error("cannot start: {0}")]
    Start(io::Error),
}

/// Serves until Ctrl-C or SIGTERM, on a runtime of its own that is sized for a small machine.
/// `on_ready` is told the address once connections are accepted.
///
/// # Errors
/// The store does not open, or the address cannot be listened on.
pub fn run(options: ServeOptions, on_ready: &dyn Fn(SocketAddr)) -> Result<(), Error> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(N_WORKERS)
        .max_blocking_threads(N_BLOCKING)
        .thread_keep_alive(THREAD_KEEP_ALIVE)
        .enable_all()
        .build()
        .map_err(Error::Start)?
        .block_on(serve(options, on_ready))
}

/// Serves until Ctrl-C or SIGTERM; then answers under way have ten seconds to end.
///
/// # Errors
/// As [`run`].
pub async fn serve(options: ServeOptions, on_ready: &dyn Fn(SocketAddr)) -> Result<(), Error> {
    let ServeOptions { listen, behind_proxy, write_patience, .. } = options;
    let audience = options.audience();
    let site = Site::with(&options, tell_operator)?;
    tell_operator(&format!("serving {}", whom(&site, audience)?));
    let routes = router(site);
    let cannot_listen = |cause| Error::Listen(listen, cause);
    let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
    let stop = stop_signal().map_err(Error::Start)?;
    on_ready(listener.local_addr().map_err(cannot_listen)?);
    let accepting = Accepting { routes, behind_proxy, write_patience };
    accept_until(stop, &listener, accepting).await;
    Ok(())
}

/// For whom the site is, and what of it is not.
fn whom(site: &Site, audience: Audience) -> Result<String, Error> {
    let n = site.with_catalog(Catalog::n_kept_back)?;
    Ok(match (audience, n) {
        (Audience::Curator, 0) => "the curator".to_owned(),
        (Audience::Curator, n) => {
            format!("the curator: of what is shown, {n} shapes are not for the public")
        }
        (Audience::Public, n) => format!("the public: {n} shapes are kept back"),
    })
}

/// A line on standard error; a server has nobody else to tell.
fn tell_operator(line: &str) {
    let _ = writeln!(io::stderr(), "medshape: {line}");
}

/// What is done with each connection.
struct Accepting {
    routes: Router,
    behind_proxy: bool,
    write_patience: Duration,
}

async fn accept_until(
    stop: impl Future<Output = ()>,
    listener: &TcpListener,
    accepting: Accepting,
) {
    let Accepting { routes, behind_proxy, write_patience } = accepting;
    let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(listener, &connections) => accepted,
            () = &mut stop => break,
        };
        let Some((stream, address, permit)) = accepted else { continue };
        let named = move |mut request: hyper::Request<Incoming>| {
            let peer = Peer::of(&request, address, behind_proxy);
            request.extensions_mut().insert(peer);
            request
        };
        let service = TowerToHyperService::new(routes.clone().map_request(named));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_PATIENCE)
            .max_buf_size(MAX_BUFFER)
            .serve_connection(TokioIo::new(impatient(stream, write_patience)), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            let _permit: OwnedSemaphorePermit = permit;
            // A client that breaks off is no news to anyone.
            let _ = watched.await;
        });
    }
    // What is not done by then ends with the process.
    let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
}

/// A connection that ends when its client takes nothing for too long.
fn impatient(stream: TcpStream, patience: Duration) -> Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience));
    Box::pin(stream)
}

/// The next connection, where it comes from, and its permit; `None` if accepting failed.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> Option<(TcpStream, IpAddr, OwnedSemaphorePermit)> {
    let permit = connections.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            // Answers are written whole; waiting to fill packets would only delay them.
            let _ = stream.set_nodelay(true);
            Some((stream, address.ip(), permit))
        }
        // Out of file descriptors, most likely: give others time to end.
        Err(_) => {
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

/// Ends when the process is asked to stop.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate())?
    };
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => (),
            _ = terminate.recv() => (),
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
