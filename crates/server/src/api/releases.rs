//! Releases, and their documents byte for byte.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use medshape::catalog::release::{Document, Published, RECORD, Release};
use medshape::release::{CROISSANT, croissant_at, media_type};

use super::answer;
use crate::failure::{Failure, Problem};
use crate::files::{Reply, Representation, digest, send_file};
use crate::http::headers::{REVALIDATE, set};
use crate::texts::key;
use crate::{Site, address};

/// All of them, oldest first.
pub(super) async fn list(State(site): State<Site>) -> Result<Response, Problem> {
    let releases = site.read(|catalog| catalog.releases()).await?;
    let releases: Vec<Release> = releases.into_iter().map(|found| found.release).collect();
    Ok(answer(&releases))
}

/// One of them.
pub(super) async fn show(
    State(site): State<Site>,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    Ok(answer(&find(&site, &number).await?.release))
}

/// A document of one of them.
pub(super) async fn document(
    State(site): State<Site>,
    Path((number, file)): Path<(String, String)>,
    method: Method,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let published = find(&site, &number).await?;
    let missing = || Failure::not_found("This release has no such document.");
    let document = document_of(&published, &file).ok_or_else(missing)?;
    let representation = Representation {
        etag: format!("\"{}\"", document.sha256),
        size: document.size,
        media_type: media_type(&file).ok_or_else(missing)?,
        is_this_version: true,
    };
    let mut response = match representation.answer(&method, &request) {
        Reply::Done(response) => response,
        Reply::Send(range, response) => {
            let number = published.release.number;
            send_file(
                &site,
                move |catalog| catalog.open_release_document(number, &file),
                range,
                response,
            )
            .await?
        }
    };
    if response.status() != StatusCode::RANGE_NOT_SATISFIABLE {
        let name = HeaderName::from_static("repr-digest");
        set(response.headers_mut(), name, &digest(&document.sha256));
    }
    Ok(response)
}

/// The newest release for programs that load data sets, with addresses that lead here.
pub(super) async fn croissant(State(site): State<Site>) -> Result<Response, Failure> {
    let newest = site.read(|catalog| {
        let Some(published) = catalog.last_release()? else { return Ok(None) };
        let path = catalog.release_path(published.release.number, CROISSANT);
        Ok(Some((published.release, std::fs::read_to_string(path))))
    });
    let missing = || Failure::not_found("This collection has no release yet.");
    let (release, text) = newest.await?.ok_or_else(missing)?;
    let text = text.map_err(|cause| site.internal(&cause.to_string()))?;
    let text = match address::origin() {
        Some(origin) => croissant_at(&text, &release, &format!("{origin}{}", address::prefix())),
        None => text,
    };
    let headers = [
        (header::CONTENT_TYPE, "application/ld+json"),
        (header::CACHE_CONTROL, REVALIDATE),
        (header::VARY, address::VARY),
    ];
    Ok((headers, text).into_response())
}

/// The release whose number an address holds.
pub(crate) async fn find(site: &Site, number: &str) -> Result<Published, Failure> {
    let missing = || Failure::not_found(key::failure::NO_RELEASE.text());
    let number: u32 = number.parse().map_err(|_| missing())?;
    site.read(move |catalog| catalog.release(number)).await?.ok_or_else(missing)
}

fn document_of(published: &Published, name: &str) -> Option<Document> {
    if name == RECORD {
        let size = published.record.len() as u64;
        return Some(Document { name: name.to_owned(), size, sha256: published.sha256 });
    }
    published.release.files.iter().find(|document| document.name == name).cloned()
}
