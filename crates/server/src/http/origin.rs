//! Under which address a site is reached.

use axum::http::HeaderMap;

/// Where the client has found this site, by what it says itself; `None` if that is no address.
pub(crate) fn of(request: &HeaderMap) -> Option<String> {
    let text = |name: &str| request.get(name).and_then(|value| value.to_str().ok());
    let host = text("host")?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(is_plain) {
        return None;
    }
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}
