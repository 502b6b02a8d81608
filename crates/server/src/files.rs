//! Stored files of shapes, byte for byte.
//!
//! Meshes are stored in gzip and go out so, as an encoding; who cannot take that gets them unpacked.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use medshape::catalog::{Catalog, Error, Role, Sha256, ShapeName, ShapePage, StoredFile};
use medshape::export;
use serde::Deserialize;

use crate::failure::{Failure, Problem};
use crate::http::base64::base64;
use crate::http::body::{CHUNK, ChunkSender, channel};
use crate::http::conditional;
use crate::http::encoding::accepts_gzip;
use crate::http::headers::{IMMUTABLE, REVALIDATE, set};
use crate::http::range::Span;
use crate::{Site, downloads, links, shelf, signposts};

/// The path below `/files` and `/download`.
#[derive(Deserialize)]
pub(crate) struct Address {
    pub(crate) source: String,
    pub(crate) subject: String,
    pub(crate) structure: String,
    pub(crate) file: String,
}

/// The version that the client means; another one may be answered, but is not to be kept.
#[derive(Deserialize)]
pub(crate) struct Version {
    v: Option<String>,
}

pub(crate) async fn stored(
    State(site): State<Site>,
    Path(address): Path<Address>,
    Query(version): Query<Version>,
    method: Method,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let shape = page_at(&site, &address).await?.shape;
    let missing = || Failure::not_found("This shape has no such file.");
    let roles = [Role::Mesh, Role::Thumbnail].into_iter().chain(Role::LEVELS);
    let role = roles.into_iter().find(|&role| links::file_name(role) == Some(&address.file));
    let file = role.and_then(|role| links::stored(&shape, role)).ok_or_else(missing)?.clone();
    let representation = Representation {
        etag: format!("\"{}\"", file.sha256),
        size: file.size,
        media_type: if file.role == Role::Thumbnail { "image/png" } else { "model/gltf-binary" },
        is_this_version: version.v.as_deref() == Some(links::version(&file.sha256).as_str()),
    };
    let is_packed = file.role != Role::Thumbnail && is_packed(&site, &file).await?;
    if is_packed && !accepts_gzip(&request) {
        let mut response = unpacked(&site, file, representation, &method, &request).await?;
        signposts::of_file(&shape.name).set(response.headers_mut());
        return Ok(response);
    }
    let digest = digest(&file.sha256);
    let mut response = match representation.answer(&method, &request) {
        Reply::Done(response) => response,
        Reply::Send(range, response) => blob(&site, &file, range, response).await?,
    };
    if response.status() != StatusCode::RANGE_NOT_SATISFIABLE {
        set(response.headers_mut(), HeaderName::from_static("repr-digest"), &digest);
    }
    signposts::of_file(&shape.name).set(response.headers_mut());
    if file.role == Role::Thumbnail {
        // Lists show many of them at once; what a mesh is wanted for, its reader keeps by itself.
        response = shelf::mark(response).await;
    }
    if is_packed {
        set(response.headers_mut(), header::VARY, VARY);
        if matches!(response.status(), StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
            set(response.headers_mut(), header::CONTENT_ENCODING, "gzip");
        }
    }
    Ok(response)
}

/// What decides which form of a packed file goes out.
const VARY: &str = "accept-encoding";

async fn is_packed(site: &Site, file: &StoredFile) -> Result<bool, Failure> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let hash = file.sha256;
    let opened = site.read(move |catalog| {
        let mut first = [0; 2];
        let read = catalog.blobs().open(&hash)?.read_exact(&mut first);
        Ok(read.map(|()| first == GZIP))
    });
    opened.await?.map_err(|cause| site.internal(&format!("{hash}: {cause}")))
}

/// The file without its packing: other bytes under a tag of their own.
async fn unpacked(
    site: &Site,
    file: StoredFile,
    packed: Representation,
    method: &Method,
    request: &HeaderMap,
) -> Result<Response, Failure> {
    let tag = Sha256::of(format!("{} unpacked", file.sha256).as_bytes());
    let here = site.clone();
    let write = move |out: &mut dyn io::Write| {
        let written = here.with_catalog(|catalog| Ok(export::write_unpacked(catalog, &file, out)));
        written.map_err(|cause| cause.to_string())?.map_err(|cause| cause.to_string())
    };
    let size = downloads::known(site, tag, write.clone()).await?.size;
    let representation = Representation { etag: format!("\"{tag}\""), size, ..packed };
    let mut response = match representation.answer(method, request) {
        Reply::Done(response) => response,
        Reply::Send(range, mut response) => {
            downloads::send(site, range, &mut response, write);
            response
        }
    };
    set(response.headers_mut(), header::VARY, VARY);
    Ok(response)
}

/// The shape whose folder an address names, with all that is known around it.
pub(crate) async fn page_at(site: &Site, address: &Address) -> Result<ShapePage, Failure> {
    let names = links::names_of_folder(&address.source, &address.subject, &address.structure);
    let mut failure = Failure::not_found("There is no such shape.");
    for name in names {
        match site.held(ShapeName::clone(&name)).await {
            Ok(page) => return Ok(page),
            Err(other) => failure = other,
        }
    }
    Err(failure)
}

/// What is known of a file before its bytes are.
pub(crate) struct Representation {
    /// Strong, with its quotes.
    pub(crate) etag: String,
    pub(crate) size: u64,
    pub(crate) media_type: &'static str,
    /// Whether the address names these very bytes.
    pub(crate) is_this_version: bool,
}

/// The answer, as far as it goes without the bytes.
pub(crate) enum Reply {
    /// No bytes are needed.
    Done(Response),
    /// These bytes belong into this response.
    Send(Range<u64>, Response),
}

impl Representation {
    pub(crate) fn answer(&self, method: &Method, request: &HeaderMap) -> Reply {
        if conditional::is_known(request, &self.etag) {
            return Reply::Done(self.with_headers(StatusCode::NOT_MODIFIED, None));
        }
        let span = Span::of(method, request, self.size, &self.etag);
        let (status, range) = match span {
            Span::Whole => (StatusCode::OK, 0..self.size),
            Span::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
            Span::Unsatisfiable => return Reply::Done(self.unsatisfiable()),
        };
        let response = self.with_headers(status, Some(&range));
        if method == Method::HEAD || range.is_empty() {
            return Reply::Done(response);
        }
        Reply::Send(range, response)
    }

    fn with_headers(&self, status: StatusCode, range: Option<&Range<u64>>) -> Response {
        let mut response = status.into_response();
        let headers = response.headers_mut();
        set(headers, header::ETAG, &self.etag);
        set(headers, header::ACCEPT_RANGES, "bytes");
        let cache = if self.is_this_version { IMMUTABLE } else { REVALIDATE };
        set(headers, header::CACHE_CONTROL, cache);
        if let Some(range) = range {
            set(headers, header::CONTENT_TYPE, self.media_type);
            set(headers, header::CONTENT_LENGTH, &(range.end - range.start).to_string());
        }
        if let (StatusCode::PARTIAL_CONTENT, Some(range)) = (status, range) {
            let text = format!("bytes {}-{}/{}", range.start, range.end - 1, self.size);
            set(headers, header::CONTENT_RANGE, &text);
        }
        response
    }

    fn unsatisfiable(&self) -> Response {
        let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
        let headers = response.headers_mut();
        set(headers, header::CONTENT_RANGE, &format!("bytes */{}", self.size));
        set(headers, header::ACCEPT_RANGES, "bytes");
        response
    }
}

async fn blob(
    site: &Site,
    file: &StoredFile,
    range: Range<u64>,
    response: Response,
) -> Result<Response, Failure> {
    let hash: Sha256 = file.sha256;
    send_file(site, move |catalog| catalog.blobs().open(&hash), range, response).await
}

/// Sends a range of a file that `open` gives.
pub(crate) async fn send_file(
    site: &Site,
    open: impl FnOnce(&Catalog) -> Result<File, Error> + Send + 'static,
    range: Range<u64>,
    mut response: Response,
) -> Result<Response, Failure> {
    let start = range.start;
    let opened = site.read(move |catalog| {
        let file = open(catalog)?;
        Ok(at(file, start).and_then(|mut file| Ok((next_chunk(&mut file)?, file))))
    });
    let (first, blob) = opened.await?.map_err(|cause| site.internal(&cause.to_string()))?;
    let size = range.end - range.start;
    let (sender, body) = channel(size);
    *response.body_mut() = if size <= first.len() as u64 {
        // `size` is at most the length of `first`.
        let mut first = first;
        first.truncate(size as usize);
        Body::from(first)
    } else {
        tokio::spawn(send_blob(blob, first, size, sender));
        body
    };
    Ok(response)
}

fn at(mut blob: File, start: u64) -> io::Result<File> {
    blob.seek(SeekFrom::Start(start))?;
    Ok(blob)
}

fn next_chunk(blob: &mut File) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(CHUNK);
    blob.take(CHUNK as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

/// Sends `left` bytes that begin with `chunk`. A slow client holds a task, never a thread.
async fn send_blob(mut blob: File, mut chunk: Vec<u8>, mut left: u64, sender: ChunkSender) {
    while left > 0 {
        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= chunk.len() as u64;
        // A blob that ends early breaks off the answer: the body has promised more.
        if chunk.is_empty() || sender.send(Ok(chunk.into())).await.is_err() {
            return;
        }
        let reading = tokio::task::spawn_blocking(move || {
            let chunk = next_chunk(&mut blob);
            (blob, chunk)
        });
        let Ok((same_blob, Ok(next))) = reading.await else { return };
        (blob, chunk) = (same_blob, next);
    }
}

/// The hash of a whole representation, as `Repr-Digest` says it (RFC 9530).
pub(crate) fn digest(sha256: &Sha256) -> String {
    format!("sha-256=:{}:", base64(sha256.as_bytes()))
}
