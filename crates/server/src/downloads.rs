//! Shapes in the formats that other programs read, made on request.
//!
//! A conversion is written straight into the answer: only the mesh itself is ever in memory as a
//! whole. The bytes are the same each time, so a first run that only counts gives the length.

use std::io;
use std::ops::Range;

use axum::extract::{Path, Query as Parameters, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::Response;
use medshape::catalog::{Hasher, Sha256, ShapeName, ShapePage};
use medshape::content::WriteOptions;
use medshape::export;
use medshape::format::Format;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::failure::{Failure, Problem};
use crate::files::{Address, Reply, Representation, digest, page_at};
use crate::http::body::{RangeWriter, channel};
use crate::http::headers::set;
use crate::offline::{self, OfflinePage};
use crate::site::Known;
use crate::words::capitalised;
use crate::{Site, links};

/// Voxels of the box around the structure only: a whole image of them would not fit in the memory that
/// a server is allowed.
pub(crate) const OPTIONS: WriteOptions =
    WriteOptions { spacing_mm: None, crop: true, n_points: 10_000 };
/// Points that are drawn for a stranger.
const MAX_POINTS: usize = 1_000_000;
/// Voxels that are made for a stranger, and how close they may lie.
const MAX_VOXELS: f64 = 64e6;
const LEAST_SPACING_MM: f64 = 0.05;
const MAX_SPACING_MM: f64 = 100.0;

/// What a format leaves open.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    points: Option<String>,
    spacing_mm: Option<String>,
}

impl Wanted {
    /// The options for a shape; what would be too much work is refused.
    fn options(&self, page: &ShapePage) -> Result<WriteOptions, Failure> {
        let n_points = match &self.points {
            None => OPTIONS.n_points,
            Some(text) => points(text)?,
        };
        let spacing_mm = self.spacing_mm.as_deref().map(spacing_mm).transpose()?;
        if let Some(mm) = spacing_mm {
            let measures = &page.shape.measures;
            let side = |axis: usize| measures.bounds_max_mm[axis] - measures.bounds_min_mm[axis];
            let n_voxels: f64 = (0..3).map(|axis| side(axis) / mm + 6.0).product();
            if n_voxels > MAX_VOXELS {
                return Err(Failure::bad_request(format!(
                    "At a spacing of {mm} mm this shape has about {:.0} million voxels; the most \
                     that is made here is {:.0} million. `medshape download` makes more from a \
                     collection of your own.",
                    n_voxels / 1e6,
                    MAX_VOXELS / 1e6
                )));
            }
        }
        Ok(WriteOptions { spacing_mm, n_points, crop: spacing_mm.is_none() })
    }
}

fn points(text: &str) -> Result<usize, Failure> {
    let n = text.parse().ok().filter(|n| (1..=MAX_POINTS).contains(n));
    n.ok_or_else(|| {
        Failure::bad_request(format!("`points` is a whole number from 1 to {MAX_POINTS}."))
    })
}

fn spacing_mm(text: &str) -> Result<f64, Failure> {
    let mm = text.parse().ok().filter(|mm| (LEAST_SPACING_MM..=MAX_SPACING_MM).contains(mm));
    mm.ok_or_else(|| {
        Failure::bad_request(format!(
            "`spacing_mm` is a number from {LEAST_SPACING_MM} to {MAX_SPACING_MM}."
        ))
    })
}

pub(crate) async fn converted(
    State(site): State<Site>,
    Path(address): Path<Address>,
    Parameters(wanted): Parameters<Wanted>,
    method: Method,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (address, version) = links::split_version(address);
    let mut page = page_at(&site, &address).await?;
    if let Some(version) = version {
        page = at_version(&site, page, version).await?;
    } else if address.file == links::OFFLINE {
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
    let options = wanted.options(&page)?;
    let tag =
        export::tag(&page, format, &options).map_err(|cause| site.internal(&cause.to_string()))?;
    let (here, written) = (site.clone(), page.clone());
    let write = move |out: &mut dyn io::Write| write(&here, &written, format, &options, out);
    let known = known(&site, tag, write.clone()).await?;
    let representation = Representation {
        etag: format!("\"{tag}\""),
        size: known.size,
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
    attach(&mut response, &address.file, &known);
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
    let known = known(site, tag, write.clone()).await?;
    let representation = Representation {
        etag: format!("\"{tag}\""),
        size: known.size,
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
    attach(&mut response, file, &known);
    Ok(response)
}

/// Says under which name to keep what is sent, and what it hashes to.
fn attach(response: &mut Response, file: &str, known: &Known) {
    if matches!(response.status(), StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
        let disposition = format!("attachment; filename=\"{file}\"");
        set(response.headers_mut(), header::CONTENT_DISPOSITION, &disposition);
        let name = HeaderName::from_static("repr-digest");
        set(response.headers_mut(), name, &digest(&known.sha256));
    }
}

/// The page of the version whose hash begins with these digits.
async fn at_version(site: &Site, page: ShapePage, digits: String) -> Result<ShapePage, Failure> {
    let name: ShapeName = page.shape.name.clone();
    let found = site.story(move |catalog| export::version(catalog, page, &digits)).await?;
    found.ok_or_else(|| Failure::not_found(format!("{name} never had this version.")))
}

/// How many bytes `write` gives, and their hash; it is asked once for each tag.
pub(crate) async fn known(
    site: &Site,
    tag: Sha256,
    write: impl FnOnce(&mut dyn io::Write) -> Result<(), String> + Send + 'static,
) -> Result<Known, Failure> {
    if let Some(known) = site.known(tag) {
        return Ok(known);
    }
    let (sender, counted) = oneshot::channel();
    site.converters().run(move || {
        let mut counter = Counter::default();
        let written = write(&mut counter);
        let known = Known { size: counter.size, sha256: counter.hasher.finish() };
        // A client that has left meanwhile does not wait for the answer.
        let _ = sender.send(written.map(|()| known));
    });
    let counted = counted.await.map_err(|_| site.internal("a conversion panicked"))?;
    let known = counted.map_err(|cause| site.internal(&cause))?;
    site.remember(tag, known);
    Ok(known)
}

/// Counts and hashes what is written, and keeps nothing.
#[derive(Default)]
struct Counter {
    size: u64,
    hasher: Hasher,
}

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.size += bytes.len() as u64;
        self.hasher.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
    options: &WriteOptions,
    out: &mut dyn io::Write,
) -> Result<(), String> {
    let written =
        site.with_catalog(|catalog| Ok(export::write(catalog, page, format, options, out)));
    written.map_err(|cause| cause.to_string())?.map_err(|cause| cause.to_string())
}
