//! What every answer says about itself.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use medshape::catalog::Audience;

use crate::Site;

/// Nothing but what this server itself serves may run, load or frame.
///
/// The mesh decoder is WebAssembly, which is why `wasm-unsafe-eval` is there.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; \
    base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), fullscreen=(self)",
    ),
];

/// What a proxy says of the addresses that a request came from.
pub(crate) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// For what is named by its content: it never changes.
pub(crate) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// For what may change: kept, but asked about each time.
pub(crate) const REVALIDATE: &str = "no-cache";

/// From where a browser says that a request was sent: `same-origin`, `same-site`, `cross-site` or `none`.
/// Programs of the sender's own say nothing.
pub(crate) fn sent_from(request: &HeaderMap) -> Option<&str> {
    request.get("sec-fetch-site").and_then(|from| from.to_str().ok())
}

/// Marks an answer that pages of others may show in a frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Framable;

/// Marks an answer that scripts of others may read, if it is for the public.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shared;

/// Adds the headers that protect the reader to any answer.
pub(crate) async fn secure(State(site): State<Site>, mut response: Response) -> Response {
    let is_framable = response.extensions().get::<Framable>().is_some();
    let is_shared = response.extensions().get::<Shared>().is_some();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_framable {
        open_frames(headers);
    }
    if is_shared && site.audience() == Audience::Public {
        share(headers);
    }
    response
}

fn open_frames(headers: &mut HeaderMap) {
    headers.remove(header::X_FRAME_OPTIONS);
    let policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *");
    set(headers, header::CONTENT_SECURITY_POLICY, &policy);
    headers.insert(PERMISSIONS, HeaderValue::from_static(FRAMED));
}

/// What a view in a frame may do if the page around it lets it.
const FRAMED: &str = "camera=(), geolocation=(), microphone=(), fullscreen=*";
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What the public may see, scripts of any page may read. What a curator sees they may not.
fn share(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = "content-range, content-disposition, etag, link, repr-digest, retry-after";
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}

/// Lets scripts of others read an answer.
pub(crate) async fn shared(mut response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        response.extensions_mut().insert(Shared);
    }
    response
}

/// Sets a header whose value is text of ours. What cannot stand in a header is left out.
pub(crate) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
