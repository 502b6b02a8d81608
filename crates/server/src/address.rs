//! Where a request has found the site: under which origin, and under which path of it.
//!
//! Links are made from it, so that pages lead back to the address that somebody came by. Behind a proxy
//! the site may stand under a path of its own, [`Prefix`]; a proxy may pass that on or take it away.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::Site;
use crate::failure::Failure;
use crate::language::Speech;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

tokio::task_local! {
    static FOUND: Address;
}

/// The path that the site stands under, such as `/shapes`; empty for a site of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefix(Arc<str>);

impl Prefix {
    /// First parts of the site's own addresses: what is under one of them would be ambiguous.
    const OWN: [&str; 18] = [
        "a",
        "assets",
        "b",
        "c",
        "cart",
        "compare",
        "d",
        "download",
        "embed",
        "files",
        "releases",
        "report",
        "reports",
        "s",
        "search",
        "selections",
        "v",
        "v1",
    ];

    /// As text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below the prefix; `None` if it is not below it.
    fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&*self.0)?;
        match rest {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }

    /// The same request without the prefix, if it has it.
    pub(crate) fn taken_off<B>(
        &self,
        mut request: axum::http::Request<B>,
    ) -> axum::http::Request<B> {
        if let Some(uri) = self.uri_below(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }

    fn uri_below(&self, uri: &Uri) -> Option<Uri> {
        let below = self.below(uri.path())?;
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        format!("{below}{query}").parse().ok()
    }
}

impl FromStr for Prefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = text.trim_end_matches('/');
        if path.is_empty() {
            return Ok(Self::default());
        }
        let is_plain = |part: &str| {
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
            !part.is_empty() && !part.bytes().all(|b| b == b'.') && part.bytes().all(is_plain)
        };
        let parts = path.strip_prefix('/').filter(|rest| rest.split('/').all(is_plain));
        let parts = parts.ok_or("a path of letters, digits, - _ . ~, such as /shapes")?;
        match parts.split('/').next() {
            Some(first) if Self::OWN.contains(&first) => {
                Err(format!("the site itself has addresses below /{first}; choose another name"))
            }
            _ => Ok(Self(path.into())),
        }
    }
}

/// How a site takes what requests say of its address.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) prefix: Prefix,
    /// Whether a proxy of the operator's own says by which name it was asked.
    pub(crate) behind_proxy: bool,
    /// The only names that are answered to, besides those of this machine; `None` for any.
    pub(crate) hosts: Option<Vec<String>>,
}

impl Rules {
    /// Whether a request that names this host is answered. A page of somebody else's can make a browser
    /// ask this machine under the page's own name (DNS rebinding), and read the answer.
    fn admits(&self, host: Option<&str>) -> bool {
        let (Some(hosts), Some(host)) = (&self.hosts, host) else { return true };
        let name = name_of(host);
        let is_loopback = name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        let is_local = name.eq_ignore_ascii_case("localhost")
            || name.to_ascii_lowercase().ends_with(".localhost");
        is_loopback || is_local || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn address(&self, uri: &Uri, headers: &HeaderMap) -> Address {
        let here = self.prefix.uri_below(uri).unwrap_or_else(|| uri.clone());
        Address {
            origin: self.origin(headers).map(Into::into),
            prefix: self.prefix.0.clone(),
            speech: Speech::of(here.path(), uri, headers),
            here: here.path_and_query().map_or("/", |here| here.as_str()).into(),
        }
    }

    /// `https://example.org`, by what the client or the proxy says; `None` if that is no address.
    fn origin(&self, headers: &HeaderMap) -> Option<String> {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = text(&FORWARDED_HOST).filter(|_| self.behind_proxy);
        let host = forwarded.or_else(|| text(&header::HOST))?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_plain) {
            return None;
        }
        let scheme = if text(&FORWARDED_PROTO) == Some("https") { "https" } else { "http" };
        Some(format!("{scheme}://{host}"))
    }
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// Where the site was found, and in which language it answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    origin: Option<Arc<str>>,
    prefix: Arc<str>,
    speech: Speech,
    /// What was asked for, below the prefix.
    here: Arc<str>,
}

impl Address {
    /// Of the request that is being answered.
    pub(crate) fn current() -> Self {
        FOUND.try_with(Clone::clone).unwrap_or_default()
    }

    /// Does `work`, on another thread, for the same request.
    pub(crate) fn carry<T>(self, work: impl FnOnce() -> T) -> T {
        FOUND.sync_scope(self, work)
    }

    /// The same, answered in another language.
    pub(crate) fn speaking(self, speech: Speech) -> Self {
        Self { speech, ..self }
    }

    /// Does `work`, in another task, for the same request.
    pub(crate) async fn along<T>(self, work: impl Future<Output = T>) -> T {
        FOUND.scope(self, work).await
    }
}

/// The path that the site stands under.
pub(crate) fn prefix() -> Arc<str> {
    Address::current().prefix
}

/// The origin that the site stands under, if it is known.
pub(crate) fn origin() -> Option<Arc<str>> {
    Address::current().origin
}

/// The language of the answer.
pub(crate) fn speech() -> Speech {
    FOUND.try_with(|address| address.speech).unwrap_or_default()
}

/// What was asked for, below the path that the site stands under.
pub(crate) fn here() -> Arc<str> {
    Address::current().here
}

/// What an answer that holds whole addresses depends on.
pub(crate) const VARY: &str = "host, x-forwarded-host, x-forwarded-proto";
/// What a page depends on: the language of its reader as well.
pub(crate) const VARY_OF_PAGES: &str = "accept-language, host, x-forwarded-host, x-forwarded-proto";

/// Lets a request know where it has found the site.
pub(crate) async fn around(State(site): State<Site>, request: Request, next: Next) -> Response {
    let address = site.address_rules().address(request.uri(), request.headers());
    FOUND.scope(address, next.run(request)).await
}

/// Sends a request away that came by a name that is not ours.
pub(crate) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if site.address_rules().admits(host) {
        next.run(request).await
    } else {
        Failure::misdirected().answer_to(request.uri().path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        text.parse().unwrap()
    }

    #[test]
    fn a_prefix_is_a_plain_path_that_is_not_the_sites_own() {
        assert_eq!(prefix("/shapes/").as_str(), "/shapes");
        assert_eq!(prefix("/a-lab/shapes").as_str(), "/a-lab/shapes");
        assert_eq!((prefix("").as_str(), prefix("/").as_str()), ("", ""));
        for wrong in
            ["shapes", "//", "/a b", "/..", "/x/../y", "/x?y", "/s", "/v1/x", "/é", "/x//y"]
        {
            // Two slashes are one too many, and still no more than the root.
            let is_root = wrong.trim_end_matches('/').is_empty();
            assert_eq!(wrong.parse::<Prefix>().is_ok(), is_root, "{wrong}");
        }
    }

    #[test]
    fn a_prefix_is_taken_off_once_and_only_whole() {
        let below = |path: &str| {
            let uri = prefix("/shapes").uri_below(&path.parse().unwrap());
            uri.map(|uri| uri.to_string())
        };
        assert_eq!(below("/shapes/s/a/b/c?cam=1").as_deref(), Some("/s/a/b/c?cam=1"));
        assert_eq!(below("/shapes").as_deref(), Some("/"));
        assert_eq!(below("/shapes/shapes/x").as_deref(), Some("/shapes/x"));
        assert_eq!(below("/shapesque"), None);
        assert_eq!(below("/s/a"), None);
    }

    #[test]
    fn only_names_of_this_machine_are_answered_where_that_is_asked() {
        let rules = Rules { hosts: Some(vec!["lab.example".to_owned()]), ..Rules::default() };
        for host in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:1",
            "127.8.8.8",
            "[::1]:8080",
            "x.localhost",
            "LAB.example:99",
        ] {
            assert!(rules.admits(Some(host)), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "192.168.0.1", "[::2]", "", "127.0.0.1.evil"]
        {
            assert!(!rules.admits(Some(host)), "{host}");
        }
        assert!(rules.admits(None), "no browser leaves it out");
        assert!(Rules::default().admits(Some("any.example")));
    }

    #[test]
    fn what_is_no_host_gives_no_origin() {
        let origin = |host: &str, forwarded: &str, behind_proxy| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            headers.insert(FORWARDED_HOST, forwarded.parse().unwrap());
            headers.insert(FORWARDED_PROTO, "https".parse().unwrap());
            Rules { behind_proxy, ..Rules::default() }.origin(&headers)
        };
        assert_eq!(origin("a.example:8080", "b", false).as_deref(), Some("https://a.example:8080"));
        assert_eq!(origin("a.example", "b.example", true).as_deref(), Some("https://b.example"));
        assert_eq!(origin("a\"><script>", "b", false), None);
    }
}
