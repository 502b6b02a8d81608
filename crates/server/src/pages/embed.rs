//! A shape for pages of others: its view and whose it is, and nothing around.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{DOCTYPE, Markup, html};
use medshape::catalog::{Role, ShapePage};
use serde::Deserialize;
use serde_json::json;

use super::layout::texts_of;
use super::viewer::{numbered_label, viewer};
use crate::failure::{Failure, Problem};
use crate::http::headers::Framable;
use crate::language::Language;
use crate::texts::key;
use crate::{Site, assets, links, words};

/// As wide and high as a view is, if the page around does not say.
const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;

pub(crate) async fn show(
    State(site): State<Site>,
    Path(text): Path<String>,
) -> Result<Response, Failure> {
    let name = super::resolve(&site, &text).await?;
    if name.to_string() != text {
        return Ok(Redirect::permanent(&links::embedded(&name)).into_response());
    }
    let page = site.held(name).await?;
    let mut response = super::answer(frame(&page));
    response.extensions_mut().insert(Framable);
    Ok(response)
}

fn frame(page: &ShapePage) -> Markup {
    let (shape, source) = (&page.shape, &page.source);
    let title = words::title(&numbered_label(shape), &page.subject.id);
    let address_here = links::shape(&shape.name);
    let address = links::absolute_as_it_is(&address_here);
    html! {
        (DOCTYPE)
        html lang=(Language::current().tag()) data-root=(links::at("")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · medshape" }
                link rel="canonical" href=(links::absolute(&address_here));
                link rel="stylesheet" href=(links::at(assets::style_url()));
                @if let Some(script) = assets::viewer_url() { (texts_of("viewer")) script type="module" src=(links::at(script)) {} }
            }
            body.is-embedded {
                main id="main" {
                    h1.visually-hidden { (title) }
                    (viewer(&title, std::iter::once(shape)))
                    // Saved pictures carry both.
                    p.credit data-licence=(source.licence.id) data-citation=(source.citation) {
                        a href=(address) target="_blank" rel="noopener" { (title) } ", " (words::licence_class(&source.licence.id)) ". " span lang="en" { (source.citation) }
                    }
                }
            }
        }
    }
}

/// A frame that shows the view, to be put into a page.
pub(crate) fn iframe(page: &ShapePage) -> String {
    let title = words::title(&numbered_label(&page.shape), &page.subject.id);
    let address = links::absolute(&links::embedded(&page.shape.name));
    let frame = html! {
        iframe src=(address) title=(title) width=(WIDTH) height=(HEIGHT) loading="lazy" allow="fullscreen" {}
    };
    frame.into_string()
}

/// The script of the view, under an address that stays.
pub(crate) async fn script() -> Result<Response, Failure> {
    let missing = || Failure::not_found(key::viewer_page::NOT_BUILT.text());
    let script = assets::viewer_url().ok_or_else(missing)?;
    let headers = [(header::CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, Redirect::temporary(&links::at(script))).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    url: Option<String>,
    format: Option<String>,
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
}

/// What the page of a shape looks like in pages of others (oembed.com, 1.0).
pub(crate) async fn oembed(
    State(site): State<Site>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if asked.format.as_deref().is_some_and(|format| format != "json") {
        let text = "This is told in JSON only: `format=json`.";
        return Err(Failure::not_implemented(text).into());
    }
    let url = asked.url.ok_or_else(|| Failure::bad_request("`url` names the page of a shape."))?;
    let name = super::search::name_in(&url).to_owned();
    let page = site.held(super::resolve(&site, &name).await?).await?;
    let width = at_most("maxwidth", asked.maxwidth, WIDTH)?;
    let height = at_most("maxheight", asked.maxheight, HEIGHT)?;
    let html = iframe(&page)
        .replace(&format!("width=\"{WIDTH}\""), &format!("width=\"{width}\""))
        .replace(&format!("height=\"{HEIGHT}\""), &format!("height=\"{height}\""));
    let mut said = json!({
        "version": "1.0",
        "type": "rich",
        "title": words::title(&numbered_label(&page.shape), &page.subject.id),
        "author_name": page.source.title,
        "provider_name": "medshape",
        "provider_url": links::absolute(&links::home()),
        "html": html,
        "width": width,
        "height": height,
    });
    if let Some(picture) = links::file_of(&page.shape, Role::Thumbnail) {
        said["thumbnail_url"] = links::absolute(&picture).into();
        said["thumbnail_width"] = 256.into();
        said["thumbnail_height"] = 256.into();
    }
    Ok(Json(said).into_response())
}

/// Our length in pixels, or what the page of others has room for.
fn at_most(name: &str, room: Option<u32>, ours: u32) -> Result<u32, Failure> {
    match room {
        None => Ok(ours),
        Some(room @ 1..=10_000) => Ok(ours.min(room)),
        Some(_) => Err(Failure::bad_request(format!("`{name}` is a number from 1 to 10000."))),
    }
}
