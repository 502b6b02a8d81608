//! The files that pages are made of: the stylesheet, the icon, and the 3D view built from `web/`.

use std::borrow::Cow;
use std::sync::OnceLock;

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use medshape::catalog::Sha256;
use rust_embed::Embed;
use serde::Deserialize;

use crate::failure::Failure;
use crate::http::conditional;
use crate::http::headers::{IMMUTABLE, REVALIDATE, set};
use crate::links;

pub(crate) const STYLE: &[u8] = include_bytes!("../assets/style.css");
const ICON: &[u8] = include_bytes!("../assets/favicon.svg");

#[derive(Embed)]
#[folder = "../../web/dist"]
struct Web;

/// Where the stylesheet is.
pub(crate) fn style_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| format!("/assets/style.css?v={}", links::version(&Sha256::of(STYLE))))
}

/// Where the script of the 3D view is; `None` if it was not built.
pub(crate) fn viewer_url() -> Option<&'static str> {
    static URL: OnceLock<Option<String>> = OnceLock::new();
    URL.get_or_init(|| from_manifest("src/main.ts")).as_deref()
}

/// Where the script of pages is, which all of them work without; `None` if it was not built.
pub(crate) fn page_url() -> Option<&'static str> {
    static URL: OnceLock<Option<String>> = OnceLock::new();
    URL.get_or_init(|| from_manifest("src/page.ts")).as_deref()
}

/// The script of the 3D view itself, for pages that have it inside; `None` if it was not built.
pub(crate) fn viewer_script() -> Option<Cow<'static, [u8]>> {
    let name = viewer_url()?.rsplit('/').next()?;
    Some(Web::get(name)?.data)
}

#[derive(Deserialize)]
pub(crate) struct Version {
    v: Option<String>,
}

pub(crate) async fn asset(
    Path(name): Path<String>,
    Query(version): Query<Version>,
    request: HeaderMap,
) -> Response {
    match name.as_str() {
        "style.css" => {
            let cache = if version.v.is_some() { IMMUTABLE } else { REVALIDATE };
            answer(STYLE.into(), "text/css; charset=utf-8", cache, None, &request)
        }
        "icon.svg" => answer(ICON.into(), "image/svg+xml", REVALIDATE, None, &request),
        _ => web_file(&name, &request),
    }
}

pub(crate) async fn favicon(request: HeaderMap) -> Response {
    answer(ICON.into(), "image/svg+xml", REVALIDATE, None, &request)
}

/// A file of the built view: its name holds a hash of its content.
fn web_file(name: &str, request: &HeaderMap) -> Response {
    let Some(file) = Web::get(name).filter(|_| name.ends_with(".js")) else {
        return Failure::not_found("There is no such file.").into_response();
    };
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let packed = accepted
        .filter(|accepted| accepts_brotli(accepted))
        .and_then(|_| Web::get(&format!("{name}.br")));
    let (bytes, encoding) = match packed {
        Some(packed) => (packed.data, Some("br")),
        None => (file.data, None),
    };
    answer(bytes, "text/javascript; charset=utf-8", IMMUTABLE, encoding, request)
}

fn answer(
    bytes: Cow<'static, [u8]>,
    media_type: &str,
    cache: &str,
    encoding: Option<&str>,
    request: &HeaderMap,
) -> Response {
    let etag = format!("\"{}\"", Sha256::of(&bytes));
    let mut response = if conditional::is_known(request, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        bytes.into_response()
    };
    let headers = response.headers_mut();
    set(headers, header::CONTENT_TYPE, media_type);
    set(headers, header::CACHE_CONTROL, cache);
    set(headers, header::ETAG, &etag);
    set(headers, header::VARY, "accept-encoding");
    if let Some(encoding) = encoding {
        set(headers, header::CONTENT_ENCODING, encoding);
    }
    response
}

fn accepts_brotli(accepted: &str) -> bool {
    accepted.split(',').any(|coding| {
        let mut words = coding.split(';').map(str::trim);
        words.next() == Some("br") && !words.any(|weight| weight == "q=0")
    })
}

fn from_manifest(entry: &str) -> Option<String> {
    let manifest = Web::get("manifest.json")?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest.data).ok()?;
    let file = manifest.get(entry)?.get("file")?.as_str()?;
    Some(format!("/assets/{file}"))
}
