//! Short links: an address of a page of ours, kept for good.

use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use medshape::catalog::{LinkId, MAX_ADDRESS};
use serde::{Deserialize, Serialize};

use super::answer;
use crate::failure::{Failure, Problem};
use crate::http::headers::{IMMUTABLE, sent_from, set};
use crate::peer::Peer;
use crate::texts::key;
use crate::{Site, links};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    address: String,
}

#[derive(Serialize)]
struct Kept<'a> {
    id: LinkId,
    url: String,
    address: &'a str,
}

/// Keeps an address.
pub(super) async fn make(
    State(site): State<Site>,
    peer: Option<Extension<Peer>>,
    request: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    if sent_from(&request) == Some("cross-site") {
        return Err(Failure::forbidden("Other sites do not shorten addresses here.").into());
    }
    let bytes = to_bytes(body, 2 * MAX_ADDRESS).await.ok();
    let asked = bytes.and_then(|bytes| serde_json::from_slice::<Asked>(&bytes).ok());
    let address = asked.map(|asked| asked.address).filter(|address| is_own_page(address));
    let address = address.ok_or_else(|| {
        Failure::bad_request(format!(
            "Send {{\"address\": \"/b/source/subject?…\"}}: a page of this site, from its path on, \
             of at most {MAX_ADDRESS} bytes."
        ))
    })?;
    let kept = address.clone();
    let peer = peer.map(|Extension(peer)| peer);
    let id = site.write(peer, move |catalog| catalog.shorten(&kept)).await?;
    let url = links::short(id);
    let mut response = answer(&Kept { id, url: url.clone(), address: &address });
    *response.status_mut() = StatusCode::CREATED;
    set(response.headers_mut(), header::LOCATION, &url);
    Ok(response)
}

/// Leads to the address that a short link stands for.
pub(crate) async fn follow(
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let missing = || Failure::not_found(key::failure::NO_SHORT_LINK.text());
    let id: LinkId = id.parse().map_err(|_| missing())?;
    let address = site.read(move |catalog| catalog.long_address(id)).await?.ok_or_else(missing)?;
    // It was looked at when it was kept; a store may come from elsewhere.
    if !is_own_page(&address) {
        return Err(missing());
    }
    let headers =
        [(header::LOCATION, links::at(&address)), (header::CACHE_CONTROL, IMMUTABLE.to_owned())];
    Ok((StatusCode::FOUND, headers).into_response())
}

/// Whether an address is one of a page of this site, and so leads nowhere else.
fn is_own_page(address: &str) -> bool {
    const PAGES: [&str; 6] = ["/s/", "/b/", "/compare?", "/search?", "/a/", "/d/"];
    // `//` and `/\` at the beginning would lead to another host, and so would what browsers make of
    // control characters, spaces and backslashes.
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>".contains(&byte);
    let path = address.split(['?', '#']).next().unwrap_or("");
    address.len() <= MAX_ADDRESS
        && address.bytes().all(is_plain)
        && PAGES.iter().any(|page| address.starts_with(page))
        && !path.contains("//")
        && !path.split('/').any(|part| part == ".." || part == ".")
}

#[cfg(test)]
mod tests {
    use super::is_own_page;

    #[test]
    fn only_pages_of_ours_are_shortened() {
        for own in [
            "/b/phantom/p1?cam=30,12,2.4&clip=x:0.42|y",
            "/s/a/b/liver",
            "/compare?s=a/b/c,a/b/d&align=rigid",
            "/search?q=left+kidney",
        ] {
            assert!(is_own_page(own), "{own}");
        }
        for other in [
            "//example.org/s/",
            "/\\example.org",
            "https://example.org/s/",
            "/s//example.org",
            "/s/../v1/search",
            "/v1/search?q=x",
            "/v/0011223344556677",
            "/download/a/b/c/d.stl",
            "/s/a b",
            "/s/a\r\nset-cookie:x",
            "/b/\u{202e}",
            "",
        ] {
            assert!(!is_own_page(other), "{other}");
        }
        assert!(!is_own_page(&format!("/s/{}", "x".repeat(8000))));
    }
}
