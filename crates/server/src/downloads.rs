//! Shapes in the formats that other programs read, made on request.
//!
//! A conversion is written straight into the answer: only the mesh itself is ever in memory as a
//! whole. The bytes are the same each time, so a first run that only counts gives the length.

use std::io;
use std::ops::Range;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use medshape::catalog::{Sha256, ShapePage};
use medshape::content::WriteOptions;
use medshape::export;
use medshape::format::Format;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::failure::{Failure, Problem};
use crate::files::{Address, Reply, Representation, page_at};
use crate::http::body::{Counter, RangeWriter, channel};
use crate::http::headers::set;
use crate::offline::{self, OfflinePage};
use crate::words::capitalised;
use crate::{Site, links};

/// Voxels of the box around the structure only: a whole image of them would not fit in the memory that
/// a server is allowed.
const OPTIONS: WriteOptions = WriteOptions { spacing_mm: None, crop: true, n_points: 10_000 };

pub(crate) async fn converted(
    State(site): State<Site>,
    Path(address): Path<Address>,
    method: Method,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let page = page_at(&site, &address).await?;
    if address.file == links::OFFLINE {
        return Ok(offline_shape(&site, &page, &method, &request).await?);
    }
    let named = Format::all()
        .find(|&format| links::download_name(&page.shape.name, format) == address.file);
    let offered = named.filter(|&format| export::is_offered(&page.shape, format));
    let format = offered.ok_or_else(|| {
        Failure::not_found(
            "Shapes are downloaded under their own name in the formats that their page lists.",
        )
    })?;
    let tag =
        export::tag(&page, format, &OPTIONS).map_err(|cause| site.internal(&cause.to_string()))?;
    let (here, written) = (site.clone(), page.clone());
    let write = move |out: &mut dyn io::Write| write(&here, &written, format, out);
    let representation = Representation {
        etag: format!("\"{tag}\""),
        size: size(&site, tag, write.clone()).await?,
        media_type: format.media_type(),
        // What is said beside the mesh may change under the same address.
        is_this_version: false,
    };
    let mut response = match representation.answer(&method, &request) {
        Reply::Done(response) => response,
        Reply::Send(range, mut response) => {
            send(&site, range, &mut response, write);
            response
        }
    };
    attach(&mut response, &address.file);
    Ok(response)
}

/// A page of a shape that needs no network.
async fn offline_shape(
    site: &Site,
    page: &ShapePage,
    method: &Method,
    request: &HeaderMap,
) -> Result<Response, Failure> {
    let found = links::absolute(&links::shape(&page.shape.name));
    let made = OfflinePage::of_shape(page, whole(found), offline::LIMIT_BYTES);
    let file = format!("{}.html", page.shape.name.file_stem());
    send_page(site, made, &file, method, request).await
}

/// The same of a subject.
pub(crate) async fn offline_subject(
    State(site): State<Site>,
    Path((source, subject)): Path<(String, String)>,
    method: Method,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let file = format!("{subject}-{source}.html");
    let found = links::absolute(&links::subject(&source, &subject));
    let page = crate::pages::subject_at(&site, source, subject).await?;
    let made = OfflinePage::of_subject(&page, whole(found), offline::LIMIT_BYTES);
    Ok(send_page(&site, made, &file, &method, &request).await?)
}

/// An address with its origin, or none.
fn whole(address: String) -> Option<String> {
    address.starts_with("http").then_some(address)
}

async fn send_page(
    site: &Site,
    made: Result<OfflinePage, offline::Error>,
    file: &str,
    method: &Method,
    request: &HeaderMap,
) -> Result<Response, Failure> {
    let made = made.map_err(|cause| Failure::unavailable(capitalised(&cause.to_string()) + "."))?;
    let (tag, here) = (made.tag(), site.clone());
    let write = move |out: &mut dyn io::Write| {
        let written = here.with_catalog(|catalog| Ok(made.write(catalog, out)));
        written.map_err(|cause| cause.to_string())?.map_err(|cause| cause.to_string())
    };
    let representation = Representation {
        etag: format!("\"{tag}\""),
        size: size(site, tag, write.clone()).await?,
        media_type: "text/html; charset=utf-8",
        is_this_version: false,
    };
    let mut response = match representation.answer(method, request) {
        Reply::Done(response) => response,
        Reply::Send(range, mut response) => {
            send(site, range, &mut response, write);
            response
        }
    };
    attach(&mut response, file);
    Ok(response)
}

/// Says under which name to keep what is sent.
fn attach(response: &mut Response, file: &str) {
    if matches!(response.status(), StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
        let disposition = format!("attachment; filename=\"{file}\"");
        set(response.headers_mut(), header::CONTENT_DISPOSITION, &disposition);
    }
}

/// How many bytes `write` gives; it is asked once for each tag.
pub(crate) async fn size(
    site: &Site,
    tag: Sha256,
    write: impl FnOnce(&mut dyn io::Write) -> Result<(), String> + Send + 'static,
) -> Result<u64, Failure> {
    if let Some(size) = site.known_size(tag) {
        return Ok(size);
    }
    let (sender, counted) = oneshot::channel();
    site.converters().run(move || {
        let mut counter = Counter::default();
        let written = write(&mut counter);
        // A client that has left meanwhile does not wait for the answer.
        let _ = sender.send(written.map(|()| counter.0));
    });
    let counted = counted.await.map_err(|_| site.internal("a conversion panicked"))?;
    let size = counted.map_err(|cause| site.internal(&cause))?;
    site.remember_size(tag, size);
    Ok(size)
}

/// Sends what of the bytes that `write` gives lies in a range.
pub(crate) fn send(
    site: &Site,
    range: Range<u64>,
    response: &mut Response,
    write: impl FnOnce(&mut dyn io::Write) -> Result<(), String> + Send + 'static,
) {
    let (sender, body) = channel(range.end - range.start);
    *response.body_mut() = body;
    let runtime = Handle::current();
    site.converters().run(move || {
        let mut writer = RangeWriter::new(sender, runtime, range);
        let written = write(&mut writer);
        // Past the end of the range nothing more is taken, which ends the writing with an error.
        if !writer.is_done() {
            let cause =
                written.err().unwrap_or_else(|| "it gave fewer bytes than before".to_owned());
            writer.fail(io::Error::other(cause));
        }
    });
}

fn write(
    site: &Site,
    page: &ShapePage,
    format: Format,
    out: &mut dyn io::Write,
) -> Result<(), String> {
    let written =
        site.with_catalog(|catalog| Ok(export::write(catalog, page, format, &OPTIONS, out)));
    written.map_err(|cause| cause.to_string())?.map_err(|cause| cause.to_string())
}
