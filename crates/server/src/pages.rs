//! Pages for people.

mod anatomy;
mod compare;
mod embed;
pub(crate) mod failure;
mod home;
mod place;
mod release;
mod remote;
mod report;
mod search;
mod selection;
mod shape;
mod share;
mod source;
mod subject;

mod layout;
mod parts;
mod viewer;

use axum::Router;
use axum::extract::DefaultBodyLimit;
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
        .route("/v/{id}", get(crate::api::short_links::follow))
        .route("/s/{*name}", get(shape::show))
        .route("/b/{source}/{subject}", get(subject::show))
        .route("/releases", get(release::list))
        .route("/releases/{number}", get(release::show))
        .route("/d", get(source::list))
        .route("/d/{source}", get(source::show))
        .route(
            "/report/{*name}",
            get(report::form).post(report::take).layer(DefaultBodyLimit::max(report::MOST_FORM)),
        )
        .route(
            "/reports",
            get(report::list).post(report::answer).layer(DefaultBodyLimit::max(report::MOST_FORM)),
        )
}

/// What pages of others show of ours.
pub(crate) fn embedded() -> Router<Site> {
    Router::new()
        .route("/embed/s/{*name}", get(embed::show))
        .route("/embed.js", get(embed::script))
        .route("/oembed", get(embed::oembed))
}

pub(crate) use layout::texts_of;
pub(crate) use parts::{is_web, json_block, licence_panel};
pub(crate) use shape::resolve;
pub(crate) use subject::subject_at;
pub(crate) use viewer::{Scene, numbered_label};

fn answer(page: Markup) -> Response {
    // Whole addresses are those by which the page was asked for.
    let language = crate::Language::current().tag();
    let headers = [
        (header::CACHE_CONTROL, REVALIDATE),
        (header::CONTENT_LANGUAGE, language),
        (header::VARY, crate::address::VARY_OF_PAGES),
    ];
    (headers, Html(page.into_string())).into_response()
}
