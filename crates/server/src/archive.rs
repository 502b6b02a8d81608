//! An archive of shapes, written while it is sent.
//!
//! Entries are stored as they are, for most formats are compressed already and the others compress
//! badly. A shape is made by the threads that convert, and kept as long as it is short; of a long one
//! only size and checksum are, which stand before its bytes, and it is made twice. So an archive of
//! any length costs the memory of a few shapes, and of its directory.

use std::io;

use axum::http::{Method, StatusCode, header};
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
use crate::http::body::{CHUNK, ChunkSender, RangeWriter, streamed};
use crate::http::headers::set;
use crate::taking::{self, BATCH, check_archive};

/// The longest file that is kept while it waits to be sent.
const MAX_KEPT: usize = 4 << 20;

/// An archive of these shapes, called `name`.
pub(crate) async fn archive(
    site: &Site,
    method: &Method,
    shapes: Vec<Chosen>,
    format: Format,
    name: &str,
) -> Result<Response, Failure> {
    check_archive(shapes.len())?;
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    set(headers, header::CONTENT_TYPE, "application/zip");
    set(headers, header::CACHE_CONTROL, "no-store");
    set(headers, header::ACCEPT_RANGES, "none");
    set(headers, header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
    if *method == Method::HEAD {
        return Ok(response);
    }
    let place = site.place_for_archive()?;
    let summary = taking::summary(site, shapes.clone()).await?;
    let papers = bundle::papers(&summary.sources);
    let site = site.clone();
    *response.body_mut() = streamed(move |sender| async move {
        let _place = place;
        Sending { site, zip: Writer::new(Vec::new()), sender }.send(shapes, format, papers).await
    });
    Ok(response)
}

/// An archive under way.
struct Sending {
    site: Site,
    /// Holds what was not sent yet.
    zip: Writer<Vec<u8>>,
    sender: ChunkSender,
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
                if let Some(held) = bundle::takes(&selected, format) {
                    rows += &self.add(held, format).await?;
                }
            }
        }
        self.zip.stored(bundle::MANIFEST, rows.as_bytes())?;
        let Self { zip, sender, .. } = self;
        send_all(&sender, zip.finish()?).await
    }

    /// Sends a shape, and gives its line in the list; nothing if it was taken back meanwhile.
    async fn add(&mut self, held: &HeldVersion, format: Format) -> io::Result<String> {
        let version = held.clone();
        let made = self.convert(move |site| make(site, &version, format)).await?;
        let Some((page, made)) = made else { return Ok(String::new()) };
        self.zip.begin(&bundle::path(&held.name, format), &made.measured)?;
        match made.bytes {
            Some(bytes) => self.zip.more(&bytes)?,
            None => self.add_long(page, format, made.measured.n_bytes).await?,
        }
        if self.zip.out().len() >= CHUNK {
            self.flush().await?;
        }
        Ok(bundle::row(held, format, made.measured.n_bytes, &made.sha256))
    }

    /// Makes a long file once more, straight into the answer.
    async fn add_long(&mut self, page: ShapePage, format: Format, n_bytes: u64) -> io::Result<()> {
        self.flush().await?;
        let (sender, runtime) = (self.sender.clone(), Handle::current());
        self.convert(move |site| {
            let mut writer = RangeWriter::new(sender, runtime, 0..n_bytes);
            let write =
                |catalog: &_| Ok(export::write(catalog, &page, format, &OPTIONS, &mut writer));
            let written = site.with_catalog(write).map_err(|cause| cause.to_string())?;
            written.map_err(|cause| cause.to_string())?;
            if writer.is_done() {
                Ok(())
            } else {
                Err("it gave fewer bytes than before".to_owned())
            }
        })
        .await?;
        self.zip.passed(n_bytes)
    }

    async fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(self.zip.out());
        send_all(&self.sender, bytes).await
    }

    /// Does `work` on a thread that converts.
    async fn convert<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site) -> Result<T, String> + Send + 'static,
    ) -> io::Result<T> {
        let (sender, done) = oneshot::channel();
        let site = self.site.clone();
        self.site.converters().run(move || {
            // A client that has left meanwhile does not wait for it.
            let _ = sender.send(work(&site));
        });
        let done = done.await.map_err(|_| "a conversion panicked".to_owned()).flatten();
        done.map_err(|cause| {
            self.site.internal(&cause);
            io::Error::other(cause)
        })
    }
}

/// A shape in a format; `None` if it is not there any more.
fn make(
    site: &Site,
    held: &HeldVersion,
    format: Format,
) -> Result<Option<(ShapePage, Made)>, String> {
    let made = site.with_catalog(|catalog| {
        let Some(page) = catalog.shape(&held.name)? else { return Ok(Ok(None)) };
        let version = export::version(catalog, page, &held.mesh.sha256.to_string());
        Ok(version.and_then(|page| {
            let Some(page) = page else { return Ok(None) };
            let made = bundle::make(catalog, &page, format, &OPTIONS, MAX_KEPT)?;
            Ok(Some((page, made)))
        }))
    });
    made.map_err(|cause| cause.to_string())?.map_err(|cause| cause.to_string())
}

async fn send_all(sender: &ChunkSender, bytes: Vec<u8>) -> io::Result<()> {
    for chunk in bytes.chunks(CHUNK) {
        sender.send(Ok(chunk.to_vec().into())).await?;
    }
    Ok(())
}
