//! What happens around every request: it is counted, perhaps written down, and held back if it comes too
//! soon.

use std::io::{self, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{Extension, MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

use crate::Site;
use crate::failure::Failure;
use crate::peer::Peer;

/// Counts an answer, and writes a line about it if the operator wants that.
pub(crate) async fn observe(State(site): State<Site>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = route(&request);
    let response = next.run(request).await;
    let took = began.elapsed();
    site.metrics().answered(&route, response.status(), took);
    if site.writes_log() {
        log(&method, &route, response.status(), took);
    }
    response
}

/// Refuses a request whose address has sent too many.
pub(crate) async fn hold_back(
    State(site): State<Site>,
    peer: Option<Extension<Peer>>,
    request: Request,
    next: Next,
) -> Response {
    let (Some(limit), Some(Extension(peer))) = (site.rate_limit(), peer) else {
        return next.run(request).await;
    };
    match limit.admit(peer.address) {
        Ok(()) => next.run(request).await,
        Err(wait) => {
            site.metrics().refused();
            let mut response = Failure::too_many().answer_to(request.uri().path());
            let seconds = wait.as_secs() + 1;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
    }
}

/// The pattern of the address that is asked for: it tells no name and no word of a search.
fn route(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or("none", MatchedPath::as_str).to_owned()
}

/// A line of JSON on standard error, without anything that says who asked, or for what.
fn log(method: &Method, route: &str, status: StatusCode, took: Duration) {
    #[derive(Serialize)]
    struct Line<'a> {
        unix_s: f64,
        method: &'a str,
        route: &'a str,
        status: u16,
        ms: f64,
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let line = Line {
        unix_s: (now.as_secs_f64() * 1e3).round() / 1e3,
        method: method.as_str(),
        route,
        status: status.as_u16(),
        ms: (took.as_secs_f64() * 1e6).round() / 1e3,
    };
    if let Ok(line) = serde_json::to_string(&line) {
        // When even this cannot be written there is nobody left to tell.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}
