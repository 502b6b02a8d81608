//! An archive of shapes, written while it is sent.
//!
//! Entries are stored as they are, for most formats are compressed already and the others compress
//! badly. A shape is made by the threads that convert, and kept as long as it is short; of a long one
//! only size and checksum are, which stand before its bytes, and it is made twice. So an archive of
//! any length costs the memory of a few shapes, and of its directory.
//!
//! The same shapes in the same versions give the same bytes, so an archive that was broken off can be gone
//! on with. How long it is [`Plan`] says where it can be known; where a client goes on with one of which it
//! cannot, the shapes are made for their sizes first. What was made once is remembered by size and
//! checksum, so that what lies before the part that is wanted is mostly passed over.

mod plan;

use std::io;
use std::ops::Range;

use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use medshape::bundle::{self, Made};
use medshape::catalog::{Chosen, HeldVersion, ShapePage};
use medshape::export;
use medshape::format::Format;
use medshape::formats::zip::Writer;
use medshape::papers::Paper;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::Site;
use crate::downloads::OPTIONS;
use crate::failure::Failure;
use crate::files::{Reply, Representation};
use crate::http::body::{CHUNK, ChunkSender, RangeWriter, streamed};
use crate::http::conditional;
use crate::http::headers::{REVALIDATE, set};
use crate::site::MadeOnce;
use crate::taking::{self, BATCH, check_archive};
use plan::Plan;

/// The longest file that is kept while it waits to be sent.
const MAX_KEPT: usize = 4 << 20;

/// An archive of these shapes, called `name`.
pub(crate) async fn archive(
    site: &Site,
    method: &Method,
    request: &HeaderMap,
    shapes: Vec<Chosen>,
    format: Format,
    name: &str,
) -> Result<Response, Failure> {
    check_archive(shapes.len())?;
    let place = site.place_for_archive()?;
    let summary = taking::summary(site, shapes.clone()).await?;
    let papers = bundle::papers(&summary.sources);
    let mut plan = Plan::of(site, &shapes, format, &papers).await?;
    if plan.n_bytes.is_none() && plan.is_wanted_in_part(method, request) {
        measure_all(site, &shapes, format).await?;
        plan = Plan::of(site, &shapes, format, &papers).await?;
    }
    let (range, mut response) = match begin(&plan, method, request) {
        Reply::Done(response) => return Ok(response),
        Reply::Send(range, response) => (range, response),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    set(response.headers_mut(), header::CONTENT_DISPOSITION, &disposition);
    let n_bytes = plan.n_bytes.map(|_| range.end - range.start);
    let site = site.clone();
    *response.body_mut() = streamed(n_bytes, move |sender| async move {
        let _place = place;
        let zip = Writer::new(Vec::new());
        Sending { site, zip, sender, n_passed: 0, range }.send(shapes, format, papers).await
    });
    Ok(response)
}

/// The answer, as far as it goes without the bytes.
fn begin(plan: &Plan, method: &Method, request: &HeaderMap) -> Reply {
    const MEDIA_TYPE: &str = "application/zip";
    if let Some(size) = plan.n_bytes {
        let etag = plan.etag.clone();
        let archive = Representation { etag, size, media_type: MEDIA_TYPE, is_this_version: false };
        return archive.answer(method, request);
    }
    let is_known = conditional::is_known(request, &plan.etag);
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = status.into_response();
    let headers = response.headers_mut();
    set(headers, header::ETAG, &plan.etag);
    set(headers, header::CACHE_CONTROL, REVALIDATE);
    set(headers, header::ACCEPT_RANGES, "bytes");
    if is_known {
        return Reply::Done(response);
    }
    set(headers, header::CONTENT_TYPE, MEDIA_TYPE);
    if method != Method::HEAD {
        return Reply::Send(0..u64::MAX, response);
    }
    // A body without bytes would be taken for one of no bytes.
    *response.body_mut() = streamed(None, |_| async { Ok(()) });
    Reply::Done(response)
}

/// Makes shapes for their sizes alone, where those are not known.
async fn measure_all(site: &Site, shapes: &[Chosen], format: Format) -> Result<(), Failure> {
    for batch in shapes.chunks(BATCH) {
        let batch = batch.to_vec();
        let selected = site.read(move |catalog| catalog.selected(&batch)).await?;
        for held in selected.iter().filter_map(|selected| bundle::takes(selected, format)) {
            if site.made(bundle::tag(held, format, &OPTIONS)).is_none() {
                let held = held.clone();
                let made = convert(site, move |site| make(site, &held, format, 0)).await;
                made.map_err(|_| Failure::internal())?;
            }
        }
    }
    Ok(())
}

/// Does `work` on a thread that converts.
async fn convert<T: Send + 'static>(
    site: &Site,
    work: impl FnOnce(&Site) -> Result<T, String> + Send + 'static,
) -> io::Result<T> {
    let (sender, done) = oneshot::channel();
    let here = site.clone();
    site.converters().run(move || {
        // A client that has left meanwhile does not wait for it.
        let _ = sender.send(work(&here));
    });
    let done = done.await.map_err(|_| "a conversion panicked".to_owned()).flatten();
    done.map_err(|cause| {
        site.internal(&cause);
        io::Error::other(cause)
    })
}

/// An archive under way.
struct Sending {
    site: Site,
    /// Holds what was not sent yet.
    zip: Writer<Vec<u8>>,
    sender: ChunkSender,
    /// Bytes that lie behind, sent or not.
    n_passed: u64,
    /// Those that are wanted.
    range: Range<u64>,
}

impl Sending {
    async fn send(
        mut self,
        shapes: Vec<Chosen>,
        format: Format,
        papers: Vec<Paper>,
    ) -> io::Result<()> {
        for paper in papers {
            self.zip.stored(&paper.path, paper.text.as_bytes())?;
        }
        let mut rows = bundle::COLUMNS.to_owned();
        for batch in shapes.chunks(BATCH) {
            let batch = batch.to_vec();
            let selected = self.site.read(move |catalog| catalog.selected(&batch)).await;
            for selected in selected.map_err(|failure| io::Error::other(failure.text))? {
                if self.is_done() {
                    return Ok(());
                }
                if let Some(held) = bundle::takes(&selected, format) {
                    rows += &self.add(held, format).await?;
                }
            }
        }
        self.zip.stored(bundle::MANIFEST, rows.as_bytes())?;
        self.flush().await?;
        let zip = std::mem::replace(&mut self.zip, Writer::new(Vec::new()));
        let end = zip.finish()?;
        self.pass(&end).await?;
        if self.is_done() || self.range.end == u64::MAX {
            return Ok(());
        }
        // Something was taken back since its length was said.
        Err(io::Error::other("the archive became shorter while it was sent"))
    }

    /// Whether all that is wanted was sent.
    fn is_done(&self) -> bool {
        self.n_passed >= self.range.end
    }

    /// Sends a shape, and gives its line in the list; nothing if it was taken back meanwhile.
    async fn add(&mut self, held: &HeldVersion, format: Format) -> io::Result<String> {
        let tag = bundle::tag(held, format, &OPTIONS);
        let path = bundle::path(&held.name, format);
        if let Some(known) = self.site.made(tag) {
            self.zip.begin(&path, &known.measured)?;
            self.flush().await?;
            let n_bytes = known.measured.n_bytes;
            if self.n_passed + n_bytes <= self.range.start {
                self.n_passed += n_bytes;
                self.zip.passed(n_bytes)?;
            } else {
                self.add_bytes(held, format, n_bytes).await?;
            }
            return Ok(bundle::row(held, format, n_bytes, &known.sha256));
        }
        let version = held.clone();
        let made = convert(&self.site, move |site| make(site, &version, format, MAX_KEPT)).await?;
        let Some((page, made)) = made else { return Ok(String::new()) };
        self.zip.begin(&path, &made.measured)?;
        match made.bytes {
            Some(bytes) => self.zip.more(&bytes)?,
            None => self.add_long(page, format, made.measured.n_bytes).await?,
        }
        if self.zip.out().len() >= CHUNK {
            self.flush().await?;
        }
        Ok(bundle::row(held, format, made.measured.n_bytes, &made.sha256))
    }

    /// The bytes of a shape whose size and checksum are known.
    async fn add_bytes(
        &mut self,
        held: &HeldVersion,
        format: Format,
        n_bytes: u64,
    ) -> io::Result<()> {
        let version = held.clone();
        let page = convert(&self.site, move |site| page_of(site, &version)).await?;
        let gone = || io::Error::other("a shape was taken back while the archive was sent");
        self.add_long(page.ok_or_else(gone)?, format, n_bytes).await
    }

    /// Makes a file straight into the answer.
    async fn add_long(&mut self, page: ShapePage, format: Format, n_bytes: u64) -> io::Result<()> {
        self.flush().await?;
        let (sender, runtime) = (self.sender.clone(), Handle::current());
        let wanted = self.wanted_of(n_bytes);
        if !wanted.is_empty() {
            convert(&self.site, move |site| {
                let mut writer = RangeWriter::new(sender, runtime, wanted);
                let write =
                    |catalog: &_| Ok(export::write(catalog, &page, format, &OPTIONS, &mut writer));
                let written = site.with_catalog(write).map_err(|cause| cause.to_string())?;
                // Past the end of what is wanted nothing more is taken, which ends the writing.
                if writer.is_done() {
                    return Ok(());
                }
                written.map_err(|cause| cause.to_string())?;
                Err("it gave fewer bytes than before".to_owned())
            })
            .await?;
        }
        self.n_passed += n_bytes;
        self.zip.passed(n_bytes)
    }

    /// What is wanted of the next bytes, from their first on.
    fn wanted_of(&self, n_bytes: u64) -> Range<u64> {
        let from_here = |at: u64| at.saturating_sub(self.n_passed).min(n_bytes);
        from_here(self.range.start)..from_here(self.range.end)
    }

    async fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(self.zip.out());
        self.pass(&bytes).await
    }

    /// Sends what is wanted of the next bytes.
    async fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Range { start, end } = self.wanted_of(bytes.len() as u64);
        self.n_passed += bytes.len() as u64;
        // Both are at most the length.
        for chunk in bytes[start as usize..end as usize].chunks(CHUNK) {
            self.sender.send(Ok(chunk.to_vec().into())).await?;
        }
        Ok(())
    }
}

/// A shape in the version that was chosen; `None` if it is not there any more.
fn page_of(site: &Site, held: &HeldVersion) -> Result<Option<ShapePage>, String> {
    let found = site.with_catalog(|catalog| {
        let Some(page) = catalog.shape(&held.name)? else { return Ok(Ok(None)) };
        Ok(export::version(catalog, page, &held.mesh.sha256.to_string()))
    });
    found.map_err(|cause| cause.to_string())?.map_err(|cause| cause.to_string())
}

/// A shape in a format, with its bytes if they are no more than `most_bytes`; `None` if it is not there any
/// more. Its size and checksum are remembered.
fn make(
    site: &Site,
    held: &HeldVersion,
    format: Format,
    most_bytes: usize,
) -> Result<Option<(ShapePage, Made)>, String> {
    let Some(page) = page_of(site, held)? else { return Ok(None) };
    let make = |catalog: &_| Ok(bundle::make(catalog, &page, format, &OPTIONS, most_bytes));
    let made = site.with_catalog(make).map_err(|cause| cause.to_string())?;
    let made = made.map_err(|cause| cause.to_string())?;
    let once = MadeOnce { measured: made.measured, sha256: made.sha256 };
    site.remember_made(bundle::tag(held, format, &OPTIONS), once);
    Ok(Some((page, made)))
}
