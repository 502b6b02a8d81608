//! The API for programs: JSON, changing nothing but what is chosen, described by `OpenAPI`.
//!
//! The description is a file kept by hand: it is few routes, and a test asks each of them and
//! holds the answers against it. Deriving it would put a macro on every record of the catalog.

mod records;
mod releases;
mod search;
pub(crate) mod selections;
pub(crate) mod short_links;
mod similar;
mod told;
mod views;

use axum::Router;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;

use crate::failure::{Failure, Problem};
use crate::http::headers::REVALIDATE;
use crate::{Language, Site, language, links, shelf};

const OPENAPI: &str = include_str!("../assets/openapi.json");

pub(crate) fn routes() -> Router<Site> {
    let lasting = Router::new()
        .route("/v1/search", get(search::search))
        .route("/v1/suggest", get(search::suggest))
        .route("/v1/shapes/{*name}", get(records::shape))
        .route("/v1/subjects/{source}/{subject}", get(records::subject))
        .route("/v1/sources", get(records::sources))
        .route("/v1/stats", get(records::stats))
        .layer(middleware::map_response(shelf::mark));
    Router::new()
        .merge(lasting)
        .route("/v1/similar", post(similar::of_file))
        .route("/v1/releases", get(releases::list))
        .route("/v1/releases/{number}", get(releases::show))
        .route("/v1/releases/{number}/{file}", get(releases::document))
        .route("/v1/selections", post(selections::make))
        .route("/v1/selections/preview", post(selections::preview))
        .route("/v1/selections/{id}", get(selections::show))
        .route("/v1/selections/{id}/{file}", get(selections::document))
        .route("/v1/manifests/{form}", get(selections::list_found))
        .route("/v1/archive.zip", get(selections::pack_found))
        .route("/v1/views", post(short_links::make))
        .route("/croissant.json", get(releases::croissant))
        .route("/v1/openapi.json", get(openapi))
        .route("/healthz", get(records::health))
        .layer(middleware::from_fn(guard_language))
}

/// Refuses a request that names a language that nothing is said in: a program is not to guess why it reads
/// another one. Pages answer it in the language of the browser.
async fn guard_language(request: Request, next: Next) -> Response {
    let is_there = |tag: &str| Language::all().any(|language| language.tag() == tag);
    if language::asked(request.uri()).is_none_or(is_there) {
        return next.run(request).await;
    }
    let tags: Vec<String> =
        Language::all().map(|language| format!("`{}`", language.tag())).collect();
    let reason = format!("`lang` is one of {}.", tags.join(", "));
    Problem::from(Failure::bad_request(reason)).into_response()
}

async fn openapi() -> Response {
    // The description itself stands at the root; where the site stands below a path, that is its server.
    let server = format!("\"url\": \"{}\"", links::at("/"));
    answer_text(OPENAPI.replacen("\"url\": \"/\"", &server, 1))
}

pub(crate) use releases::find as release;

fn answer(value: &impl Serialize) -> Response {
    // Records are strings, numbers and lists: they always have a JSON form.
    answer_text(serde_json::to_string(value).unwrap_or_default())
}

fn answer_text(json: String) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, REVALIDATE)];
    (headers, json).into_response()
}
