//! The catalog over HTTP: pages for people, an API for programs, files for both.
//!
//! [`router`] is the whole of it as a service that can be asked without a network;
//! [`serve`] puts it behind a listener. Pages are made here, in HTML, and work without JavaScript;
//! only the 3D view, built from `web/`, needs it.
//!
//! Requests are counted and, from other machines, bounded; what is written down of them says neither who
//! asked nor for what.
//!
//! Nothing changes but that selections and short links are kept, and nothing is decided here: what a query means, which shapes there
//! are and how a mesh is written is the business of the crates below.

mod address;
mod serve;
mod site;

mod metrics;
mod peer;
mod rate;
mod shelf;
mod watch;

mod api;
mod archive;
mod assets;
mod banner;
mod converters;
mod downloads;
mod files;
mod metadata;
pub mod offline;
mod pages;
mod signposts;
mod sitemap;
mod taking;

mod failure;
mod http;
mod language;
mod links;
mod texts;
mod words;

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use tower::ServiceExt;

pub use address::Prefix;
pub use language::Language;
pub use peer::Peer;
pub use serve::{Error, ServeOptions, run, serve};
pub use site::Site;

use failure::Failure;

/// All routes of a site, below the path that it stands under if a request names that.
pub fn router(site: Site) -> Router {
    let prefix = site.address_rules().prefix.clone();
    let routes = routes(site);
    if prefix.as_str().is_empty() {
        return routes;
    }
    // Routes are chosen by the path, so it has to be taken off before.
    Router::new().fallback_service(routes.map_request(move |request| prefix.taken_off(request)))
}

fn routes(site: Site) -> Router {
    let pages = pages::routes().layer(middleware::from_fn_with_state(site.clone(), banner::around));
    let shared = Router::new()
        .merge(api::routes())
        .merge(pages::embedded())
        .route("/files/{source}/{subject}/{structure}/{file}", get(files::stored))
        .route("/download/{source}/{subject}/{structure}/{file}", get(downloads::converted))
        .route("/download/{source}/{subject}/offline.html", get(downloads::offline_subject))
        .route("/assets/{name}", get(assets::asset))
        .layer(middleware::map_response(http::headers::shared));
    Router::new()
        .merge(pages)
        .merge(shared)
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(sitemap::robots))
        .route("/sitemap.xml", get(sitemap::index))
        .route("/sitemaps/{part}", get(sitemap::part))
        .route("/metrics", get(metrics::metrics))
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(middleware::from_fn(http::refusals::around))
        .layer(middleware::from_fn(http::compress::around))
        .layer(middleware::from_fn_with_state(site.clone(), shelf::around))
        .layer(middleware::from_fn_with_state(site.clone(), address::guard))
        .layer(middleware::from_fn_with_state(site.clone(), watch::hold_back))
        .layer(middleware::map_response_with_state(site.clone(), http::headers::secure))
        .layer(middleware::from_fn_with_state(site.clone(), watch::observe))
        .layer(middleware::from_fn_with_state(site.clone(), address::around))
        .with_state(site)
}

async fn not_found(uri: Uri) -> Response {
    let failure = Failure::not_found(texts::key::failure::NOTHING.text());
    failure.answer_to(uri.path())
}

/// Which methods do something, axum says in the head.
async fn not_allowed(method: Method, uri: Uri) -> Response {
    let text = texts::key::failure::DOES_NOTHING.with(&[("method", &method)]);
    Failure::not_allowed(text).answer_to(uri.path())
}
