//! What all requests share: open catalogs, and a bound on the work done at once.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::body::{Body, to_bytes};
use medshape::Reader;
use medshape::catalog::{
    Audience, Catalog, Clerk, Error, Kind, MAX_SELECTED, RemotePage, Sha256, ShapeName, ShapePage,
};
use medshape::formats::Limits;
use medshape::formats::zip::Measured;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::ServeOptions;
use crate::address::{Address, Rules};
use crate::converters::Converters;
use crate::failure::Failure;
use crate::metrics::Metrics;
use crate::peer::Peer;
use crate::rate::RateLimit;
use crate::shelf::Shelf;
use crate::texts::key;

/// Connections to the database, and so queries at once.
const N_CATALOGS: usize = 3;
/// Bytes that a stranger's file may have, and how long it may take to arrive.
const MAX_UPLOAD: usize = 16 << 20;
const UPLOAD_PATIENCE: Duration = Duration::from_secs(30);
/// How many are taken at once.
const N_UNDERSTANDING: usize = 2;
/// How large such a file may become.
const UPLOADED: Limits =
    Limits { bytes: 256 << 20, vertices: 2_000_000, faces: 2_000_000, ..Limits::DEFAULT };
/// Archives that are written at once.
const N_ARCHIVES: usize = 4;
/// Conversions whose size is remembered.
const N_SIZES: usize = 4096;
/// Shapes of archives whose size and checksum are remembered, so that an archive can be gone on with: as
/// many as the largest holds, in some 100 bytes each.
const N_MADE: usize = MAX_SELECTED;

/// A store that is open for serving. Clones share all of it.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

/// What is known of a shape.
pub(crate) enum Found {
    /// All of it.
    Here(Box<ShapePage>),
    /// Where others publish it.
    Elsewhere(Box<RemotePage>),
}

/// What is known of a conversion that was made once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) size: u64,
    pub(crate) sha256: Sha256,
}

/// What is known of a shape that was made for an archive once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MadeOnce {
    pub(crate) measured: Measured,
    pub(crate) sha256: Sha256,
}

struct Inner {
    dir: PathBuf,
    audience: Audience,
    idle: Mutex<Vec<Catalog>>,
    reading: Semaphore,
    converters: Converters,
    sizes: Mutex<BTreeMap<Sha256, Known>>,
    made: Mutex<BTreeMap<Sha256, MadeOnce>>,
    writing: RateLimit,
    archives: Arc<Semaphore>,
    /// Reads what strangers send.
    strangers: Reader,
    understanding: Semaphore,
    report: fn(&str),
    metrics: Metrics,
    writes_log: bool,
    rate_limit: Option<RateLimit>,
    report_limit: RateLimit,
    address: Rules,
    shelf: Shelf,
}

impl Site {
    /// Opens the store in `dir` for this audience: no route shows it more. `report` is given a line for
    /// the operator whenever an answer fails on this side.
    ///
    /// # Errors
    /// The store does not open, or the system gives no threads.
    pub fn open(dir: &Path, audience: Audience, report: fn(&str)) -> Result<Self, crate::Error> {
        let options = ServeOptions::new(dir.to_owned());
        Self::with(&ServeOptions { audience: Some(audience), ..options }, report)
    }

    /// The same, which counts, holds back and writes down as `options` say.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn with(options: &ServeOptions, report: fn(&str)) -> Result<Self, crate::Error> {
        let (dir, audience) = (&options.store, options.audience());
        let first = Catalog::open(dir)?.seen_by(audience);
        let shelf = Shelf::new(first.watch()?);
        let mut idle: Vec<Catalog> =
            (1..N_CATALOGS).map(|_| first.open_again()).collect::<Result<_, _>>()?;
        idle.push(first);
        Ok(Self(Arc::new(Inner {
            dir: dir.clone(),
            audience,
            idle: Mutex::new(idle),
            reading: Semaphore::new(N_CATALOGS),
            converters: Converters::start().map_err(crate::Error::Start)?,
            sizes: Mutex::default(),
            made: Mutex::default(),
            writing: RateLimit::new(NonZeroU32::MIN),
            archives: Arc::new(Semaphore::new(N_ARCHIVES)),
            strangers: Reader::isolated(UPLOADED),
            understanding: Semaphore::new(N_UNDERSTANDING),
            report,
            metrics: Metrics::new(),
            writes_log: options.writes_log,
            rate_limit: options.per_second.map(RateLimit::new),
            report_limit: RateLimit::of_reports(),
            address: options.address_rules(),
            shelf,
        })))
    }

    /// Does `work` with a catalog, on a thread that may block.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Catalog) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let _permit = self.permit_to_read().await?;
        let site = self.clone();
        let address = Address::current();
        let reading =
            tokio::task::spawn_blocking(move || address.carry(|| site.with_catalog(work)));
        match reading.await {
            Ok(Ok(read)) => Ok(read),
            Ok(Err(cause)) => Err(self.internal(&cause.to_string())),
            Err(panic) => Err(self.internal(&panic.to_string())),
        }
    }

    /// Does `work` that changes the store, for whoever asks from `peer`.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        peer: Option<Peer>,
        work: impl FnOnce(&mut Catalog) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Failure> {
        let is_stranger = self.0.audience == Audience::Public;
        if let Some(peer) = peer.filter(|_| is_stranger) {
            self.0.writing.admit(peer.address).map_err(|_| Failure::too_many())?;
        }
        let _permit = self.permit_to_read().await?;
        let site = self.clone();
        let writing = tokio::task::spawn_blocking(move || site.lend(work));
        let written = writing.await.map_err(|panic| self.internal(&panic.to_string()))?;
        written.map_err(|cause| match cause.kind() {
            Kind::NotKept(reason) => {
                Failure::bad_request(key::failure::NOT_KEPT.with(&[("reason", reason)]))
            }
            Kind::ReadOnly => Failure::unavailable(key::failure::READ_ONLY.text()),
            Kind::Busy | Kind::Full => {
                (self.0.report)(&cause.to_string());
                Failure::unavailable(key::failure::BUSY.text())
            }
            _ => self.internal(&cause.to_string()),
        })
    }

    /// A place among those whose archives are written; they are few.
    pub(crate) fn place_for_archive(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let busy = key::failure::ARCHIVES_BUSY.text();
        self.0.archives.clone().try_acquire_owned().map_err(|_| Failure::unavailable(busy))
    }

    /// The same for what the story tells: its errors of one shape are the store's.
    pub(crate) async fn story<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Catalog) -> Result<T, medshape::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        match self.read(|catalog| Ok(work(catalog))).await? {
            Ok(told) => Ok(told),
            Err(cause) => Err(self.internal(&cause.to_string())),
        }
    }

    /// Takes a stranger's file, and reads it in a child process that can do no harm. Few files at a time
    /// are taken, so that no more of them are in memory.
    pub(crate) async fn understand<T: Send + 'static>(
        &self,
        file: Body,
        work: impl FnOnce(&[u8], &Reader) -> Result<T, medshape::Error> + Send + 'static,
    ) -> Result<T, Failure> {
        // It is never closed.
        let _permit = self.0.understanding.acquire().await.map_err(|_| Failure::internal())?;
        let taken = tokio::time::timeout(UPLOAD_PATIENCE, to_bytes(file, MAX_UPLOAD)).await;
        let bytes = taken.ok().and_then(Result::ok).ok_or_else(|| {
            let most = MAX_UPLOAD >> 20;
            Failure::too_large(format!(
                "A file may have {most} MiB at most, and has to arrive whole within {} seconds.",
                UPLOAD_PATIENCE.as_secs()
            ))
        })?;
        let site = self.clone();
        let reading = tokio::task::spawn_blocking(move || work(&bytes, &site.0.strangers));
        match reading.await {
            Ok(Ok(read)) => Ok(read),
            Ok(Err(cause)) => Err(Failure::bad_request(cause.to_string())),
            Err(panic) => Err(self.internal(&panic.to_string())),
        }
    }

    /// The shape of a name, or why there is none.
    pub(crate) async fn shape(&self, name: ShapeName) -> Result<Found, Failure> {
        let missing = Failure::not_found(key::failure::NO_SHAPE.with(&[("name", &name)]));
        let no_more = Failure::gone(key::failure::NO_MORE.with(&[("name", &name)]));
        let found = self.read(move |catalog| {
            if let Some(kept_back) = catalog.kept_back(&name)? {
                return Ok(Err(Failure::kept_back(&kept_back)));
            }
            if let Some(stone) = catalog.tombstone(&name)? {
                return Ok(Err(Failure::withdrawn(stone)));
            }
            if let Some(page) = catalog.shape(&name)? {
                return Ok(Ok(Found::Here(Box::new(page))));
            }
            match catalog.remote(&name)? {
                Some(page) => Ok(Ok(Found::Elsewhere(Box::new(page)))),
                None if catalog.is_withdrawn(&name)? => Ok(Err(no_more)),
                None => Ok(Err(missing)),
            }
        });
        found.await?
    }

    /// The shape of a name, if its files are here.
    pub(crate) async fn held(&self, name: ShapeName) -> Result<ShapePage, Failure> {
        let elsewhere = key::failure::ELSEWHERE.with(&[("name", &name)]);
        match self.shape(name).await? {
            Found::Here(page) => Ok(*page),
            Found::Elsewhere(_) => Err(Failure::not_found(elsewhere)),
        }
    }

    /// What was counted since the start.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Whether each request is written down.
    pub(crate) fn writes_log(&self) -> bool {
        self.0.writes_log
    }

    /// How many requests one address may send, if that is bounded.
    pub(crate) fn rate_limit(&self) -> Option<&RateLimit> {
        self.0.rate_limit.as_ref()
    }

    /// Keeps what somebody says is wrong with a shape, unless too many wait for an answer already, and
    /// gives its number.
    pub(crate) async fn keep_report(
        &self,
        name: ShapeName,
        text: String,
        most_open: u64,
    ) -> Result<i64, Failure> {
        let site = self.clone();
        let kept = tokio::task::spawn_blocking(move || {
            let visitor = Clerk::new("a visitor of the portal", SystemTime::now);
            let mut catalog = Catalog::open_by(&site.0.dir, visitor)?;
            if catalog.n_open_reports()? >= most_open {
                return Ok(None);
            }
            catalog.report(&name, &text).map(Some)
        });
        match kept.await {
            Ok(Ok(Some(number))) => Ok(number),
            Ok(Ok(None)) => Err(Failure::unavailable(key::failure::REPORTS_FULL.text())),
            Ok(Err(cause)) => Err(self.internal(&cause.to_string())),
            Err(panic) => Err(self.internal(&panic.to_string())),
        }
    }

    /// How often one address may say that something is wrong.
    pub(crate) fn report_limit(&self) -> &RateLimit {
        &self.0.report_limit
    }

    /// How requests are taken at their word on where they have found the site.
    pub(crate) fn address_rules(&self) -> &Rules {
        &self.0.address
    }

    /// Answers that may be given again.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// For whom the site is.
    pub(crate) fn audience(&self) -> Audience {
        self.0.audience
    }

    /// Where meshes are converted.
    pub(crate) fn converters(&self) -> &Converters {
        &self.0.converters
    }

    /// Does `work` with a catalog on this thread.
    pub(crate) fn with_catalog<T>(
        &self,
        work: impl FnOnce(&Catalog) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.lend(|catalog| work(catalog))
    }

    fn lend<T>(&self, work: impl FnOnce(&mut Catalog) -> Result<T, Error>) -> Result<T, Error> {
        let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut catalog = match idle {
            Some(catalog) => catalog,
            None => Catalog::open(&self.0.dir)?.seen_by(self.0.audience),
        };
        let done = work(&mut catalog);
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < N_CATALOGS {
            idle.push(catalog);
        }
        done
    }

    /// What the conversion with this tag was found to be.
    pub(crate) fn known(&self, tag: Sha256) -> Option<Known> {
        let sizes = self.0.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.get(&tag).copied()
    }

    pub(crate) fn remember(&self, tag: Sha256, known: Known) {
        let mut sizes = self.0.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        if sizes.len() >= N_SIZES {
            sizes.clear();
        }
        sizes.insert(tag, known);
    }

    /// What the shape with this tag was in an archive.
    pub(crate) fn made(&self, tag: Sha256) -> Option<MadeOnce> {
        let made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(&tag).copied()
    }

    pub(crate) fn remember_made(&self, tag: Sha256, once: MadeOnce) {
        let mut made = self.0.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= N_MADE {
            made.clear();
        }
        made.insert(tag, once);
    }

    /// Tells the operator what went wrong, and the client that something did.
    pub(crate) fn internal(&self, cause: &str) -> Failure {
        (self.0.report)(cause);
        Failure::internal()
    }

    async fn permit_to_read(&self) -> Result<SemaphorePermit<'_>, Failure> {
        // It is never closed.
        self.0.reading.acquire().await.map_err(|_| Failure::internal())
    }
}
