//! Pages for people.

mod anatomy;
mod compare;
pub(crate) mod failure;
mod home;
mod release;
mod remote;
mod search;
mod selection;
mod shape;
mod source;
mod subject;

mod layout;
mod parts;
mod viewer;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::Markup;

use crate::Site;
use crate::http::headers::REVALIDATE;

pub(crate) fn routes() -> Router<Site> {
    Router::new()
        .route("/", get(home::show))
        .route("/search", get(search::show))
        .route("/a", get(anatomy::list_all))
        .route("/a/{id}", get(anatomy::show))
        .route("/compare", get(compare::show))
        .route("/compare/distances", get(compare::distances))
        .route("/cart", get(selection::cart))
        .route("/selections", get(selection::preview).post(selection::freeze))
        .route("/selections/{id}", get(selection::show))
        .route("/v/{id}", get(crate::api::links::follow))
        .route("/s/{*name}", get(shape::show))
        .route("/b/{source}/{subject}", get(subject::show))
        .route("/releases", get(release::list))
        .route("/releases/{number}", get(release::show))
        .route("/d", get(source::list))
        .route("/d/{source}", get(source::show))
}

pub(crate) use shape::resolve;
pub(crate) use subject::subject_at;

fn answer(page: Markup) -> Response {
    ([(header::CACHE_CONTROL, REVALIDATE)], Html(page.into_string())).into_response()
}
