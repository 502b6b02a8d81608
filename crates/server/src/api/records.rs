use axum::extract::{Path, Query as Parameters, State};
use axum::response::{IntoResponse, Redirect, Response};
use medshape::catalog::{Case, Flag, Remote, Source, Subject};
use serde::Serialize;

use super::told::Told;
use super::views::{ShapePageView, ShapeView};
use super::{answer, similar};
use crate::failure::Problem;
use crate::site::Found;
use crate::{Site, links, signposts};

/// A shape of this name; an alias leads to it.
pub(super) async fn shape(
    State(site): State<Site>,
    Path(text): Path<String>,
    Parameters(asked): Parameters<similar::Asked>,
) -> Result<Response, Problem> {
    if let Some((text, told)) = Told::of(&text) {
        let name = crate::pages::resolve(&site, text).await?;
        return told.answer(&site, name, asked).await;
    }
    let name = crate::pages::resolve(&site, &text).await?;
    if name.to_string() != text {
        return Ok(Redirect::permanent(&links::record(&name)).into_response());
    }
    Ok(match site.shape(name).await? {
        Found::Here(page) => {
            signposts::with(&signposts::of_shape(&page), answer(&ShapePageView::new(&page)))
        }
        Found::Elsewhere(page) => answer(&page),
    })
}

#[derive(Serialize)]
struct SubjectView<'a> {
    subject: &'a Subject,
    source: &'a Source,
    cases: &'a [Case],
    shapes: Vec<ShapeView<'a>>,
    remote: &'a [Remote],
    flags: &'a [Flag],
}

pub(super) async fn subject(
    State(site): State<Site>,
    Path((source, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let page = crate::pages::subject_at(&site, source, id).await?;
    Ok(answer(&SubjectView {
        subject: &page.subject,
        source: &page.source,
        cases: &page.cases,
        shapes: page.shapes.iter().map(|shape| ShapeView::new(shape, &page.source)).collect(),
        remote: &page.remote,
        flags: &page.flags,
    }))
}

pub(super) async fn sources(State(site): State<Site>) -> Result<Response, Problem> {
    Ok(answer(&site.read(|catalog| catalog.sources()).await?))
}

pub(super) async fn stats(State(site): State<Site>) -> Result<Response, Problem> {
    Ok(answer(&site.read(|catalog| catalog.counts()).await?))
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

/// Well if the store answers.
pub(super) async fn health(State(site): State<Site>) -> Result<Response, Problem> {
    site.read(|catalog| catalog.find("")).await?;
    Ok(answer(&Health { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}
