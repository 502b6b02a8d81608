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

mod serve;
mod site;

mod metrics;
mod peer;
mod rate;
mod watch;

mod api;
mod archive;
mod assets;
mod banner;
mod converters;
mod downloads;
mod files;
mod pages;
mod taking;

mod failure;
mod http;
mod links;
mod words;

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub use peer::Peer;
pub use serve::{Error, ServeOptions, run, serve};
pub use site::Site;

use failure::Failure;

/// All routes of a site.
pub fn router(site: Site) -> Router {
    Router::new()
        .merge(pages::routes().layer(middleware::from_fn_with_state(site.clone(), banner::around)))
        .merge(api::routes())
        .route("/files/{source}/{subject}/{structure}/{file}", get(files::stored))
        .route("/download/{source}/{subject}/{structure}/{file}", get(downloads::converted))
        .route("/assets/{name}", get(assets::asset))
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(assets::robots))
        .route("/metrics", get(metrics::metrics))
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(middleware::from_fn_with_state(site.clone(), watch::hold_back))
        .layer(middleware::map_response(http::headers::secure))
        .layer(middleware::from_fn_with_state(site.clone(), watch::observe))
        .with_state(site)
}

async fn not_found(uri: Uri) -> Response {
    let failure = Failure::not_found("There is nothing at this address.");
    failure.answer_to(uri.path())
}

async fn not_allowed(method: Method, uri: Uri) -> Response {
    let text = format!("This address can be read, but {method} does nothing here.");
    let mut response = Failure::not_allowed(text).answer_to(uri.path()).into_response();
    http::headers::set(response.headers_mut(), axum::http::header::ALLOW, "GET, HEAD");
    response
}
