//! Text goes out in gzip to whoever takes it.
//!
//! What a page says beside what the client sent can be guessed by its packed length (BREACH, Gluck,
//! Harris and Prado, 2013). There is nothing to be guessed: no page holds a secret, there are no
//! sessions, and an answer holds only what its audience may see anyway.

use std::io::{self, Write};

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::encoding::accepts_gzip;
use super::headers::set;

/// Shorter texts fit into a packet as they are.
const LEAST: u64 = 1_000;
/// Longer ones are not held in memory twice.
const MOST: u64 = 8 << 20;
/// Of 1 to 9: a tenth larger than the best, and three times as fast.
const LEVEL: u32 = 5;
const PACKED: [&str; 10] = [
    "text/html",
    "text/css",
    "text/plain",
    "application/json",
    "application/problem+json",
    "application/ld+json",
    "application/linkset+json",
    "application/xml",
    "image/svg+xml",
    "application/json+oembed",
];

/// Packs the answer, if it is text of a size that is worth it, whole, and not packed yet.
pub(crate) async fn around(request: Request, next: Next) -> Response {
    let is_accepted = accepts_gzip(request.headers());
    let mut response = next.run(request).await;
    if !is_text(&response) {
        return response;
    }
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let is_fit = response.body().size_hint().exact().is_some_and(|n| (LEAST..MOST).contains(&n));
    if is_accepted && is_fit { packed(response).await } else { response }
}

/// Whether it is text that has no other form yet. Files that are served in ranges stay as they are: their
/// hashes are those of their bytes.
fn is_text(response: &Response) -> bool {
    let headers = response.headers();
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|text| text.split(';').next()).unwrap_or("");
    PACKED.contains(&essence.trim())
        && !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::ACCEPT_RANGES)
}

async fn packed(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, MOST as usize).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let text = plain.clone();
    let Ok(Ok(packed)) = tokio::task::spawn_blocking(move || gzip(&text)).await else {
        return Response::from_parts(parts, Body::from(plain));
    };
    let headers = &mut parts.headers;
    headers.remove(header::CONTENT_LENGTH);
    set(headers, header::CONTENT_ENCODING, "gzip");
    // Other bytes of the same meaning.
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    if let Some(tag) = tag.filter(|tag| !tag.starts_with("W/")) {
        set(headers, header::ETAG, &format!("W/{tag}"));
    }
    Response::from_parts(parts, Body::from(packed))
}

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), Compression::new(LEVEL));
    encoder.write_all(plain)?;
    encoder.finish()
}
