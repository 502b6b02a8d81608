//! Shapes to be taken home: what a question finds, a selection that was kept, and the cart.

use axum::body::Body;
use axum::extract::{Extension, Path, Query as Parameters, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::bundle;
use medshape::catalog::{MAX_SELECTED, Selection, SelectionId};
use medshape::format::Format;
use medshape::manifest::Form;
use medshape::papers::REFERENCES;
use medshape::size::Size;
use medshape::summary::{FormatSize, Summary};
use serde::Deserialize;

use super::layout::Page;
use super::parts::crumbs;
use crate::failure::Failure;
use crate::peer::Peer;
use crate::taking::{self, Choice};
use crate::{Site, links, words};

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
}

/// What a question finds, before it is taken or kept.
pub(crate) async fn preview(
    State(site): State<Site>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Failure> {
    let q = asked.q.trim();
    let (shapes, n_elsewhere) = taking::found(&site, q).await?;
    let summary = taking::summary(&site, shapes).await?;
    let what = if q.is_empty() { "the whole collection".to_owned() } else { format!("“{q}”") };
    let title = format!("Download {what}");
    let frame = Page {
        title: &title,
        description: "Shapes that a search found, to be downloaded.",
        query: Some(q),
        has_viewer: false,
    };
    let back = links::search(q, 1);
    let taken = Taken::Found(q);
    Ok(super::answer(frame.around(html! {
        (crumbs(&[("Search", back.as_str())], "Download"))
        div.page-head {
            h1 { (title) }
            p {
                (words::counted(summary.n_here(), "shape", "shapes")) "."
                @if n_elsewhere > 0 { " " (words::counted(n_elsewhere, "more is", "more are")) " published by others only and not held here." }
            }
        }
        @if summary.n_here() == 0 {
            p.notice { "There is nothing here to be downloaded." }
        } @else {
            div.columns {
                div { (files(&taken, &summary)) }
                div { (keep(q, &summary)) (terms(&summary)) }
            }
        }
    })))
}

/// Keeps what a form asks for, and leads to it.
pub(crate) async fn freeze(
    State(site): State<Site>,
    peer: Option<Extension<Peer>>,
    request: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let choice = Choice::of(&request, body).await?;
    let peer = peer.map(|Extension(peer)| peer);
    let frozen = crate::api::selections::freeze(&site, peer, choice).await?;
    Ok(Redirect::to(&links::selection(frozen.id)).into_response())
}

/// A selection that was kept.
pub(crate) async fn show(
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let selection = taking::selection_at(&site, &id).await?;
    let summary = taking::summary(&site, selection.shapes.clone()).await?;
    Ok(super::answer(frame(&selection, &summary)))
}

fn frame(selection: &Selection, summary: &Summary) -> Markup {
    let id = selection.id;
    let n_shapes = words::counted(summary.n_shapes, "shape", "shapes");
    let title = format!("Selection of {n_shapes}");
    let address = links::absolute(&links::selection(id));
    let date = selection.made_at.date();
    let frame = Page {
        title: &title,
        description: "Shapes that were chosen together, each in one version.",
        query: Some(""),
        has_viewer: false,
    };
    let papers = bundle::papers(&summary.sources);
    let bibtex = papers.iter().find(|paper| paper.path == REFERENCES);
    frame.around(html! {
        div.page-head {
            h1 { (title) }
            p { "Kept on " (date) ", each shape in the version that it had then. This address never means anything else." }
        }
        (missing(summary))
        div.columns {
            div {
                @if summary.n_here() > 0 { (files(&Taken::Kept(id), summary)) }
                section.panel aria-labelledby="cite" {
                    h2 id="cite" { "Citation" }
                    p { "Cite the sources, and this selection as:" }
                    pre.scroll tabindex="0" { "medshape selection " (id) ", " (n_shapes) ", " (date) ". " (address) }
                    @if let Some(bibtex) = bibtex.filter(|_| summary.n_here() > 0) {
                        p { a href=(links::selection_document(id, REFERENCES)) { "BibTeX" } ", " a href=(links::selection_document(id, "CITATION.cff")) { "CITATION.cff" } ", " a href=(links::selection_document(id, "ATTRIBUTION.md")) { "attribution" } }
                        details { summary { "BibTeX of the sources" } pre.scroll tabindex="0" { (bibtex.text) } }
                    }
                }
            }
            div { (terms(summary)) (facts(id)) }
        }
    })
}

/// What was chosen and cannot be had any more.
fn missing(summary: &Summary) -> Markup {
    html! {
        @if !summary.missing.is_empty() {
            div.notice {
                p {
                    strong { "Not all of it can be had any more: " }
                    @for (at, (why, n)) in summary.missing.iter().enumerate() { @if at > 0 { ", " } (words::grouped(*n)) " " (why) }
                    "."
                }
                @if !summary.tombstones.is_empty() {
                    ul.notes {
                        @for line in &summary.tombstones {
                            li {
                                code { (line.name.as_deref().unwrap_or("–")) } ": " (line.state.in_words())
                                @if let Some(reason) = &line.reason { " (" (reason) ")" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whose files a table offers.
enum Taken<'a> {
    Found(&'a str),
    Kept(SelectionId),
}

impl Taken<'_> {
    fn archive(&self, format: Format) -> String {
        let format = format.extension();
        match self {
            Self::Found(q) => {
                format!("/v1/archive.zip?q={}&format={format}", links::escaped(q))
            }
            Self::Kept(id) => format!("/v1/selections/{id}.zip?format={format}"),
        }
    }

    fn list(&self, form: Form, format: Format) -> String {
        let (form, format) = (form.word(), format.extension());
        match self {
            Self::Found(q) => {
                format!("/v1/manifests/{form}?q={}&format={format}", links::escaped(q))
            }
            Self::Kept(id) => format!("/v1/selections/{id}/manifest.{form}?format={format}"),
        }
    }
}

/// A row for each format: how much it is, in one archive and as lists.
fn files(taken: &Taken<'_>, summary: &Summary) -> Markup {
    let is_one_archive = summary.n_shapes <= MAX_SELECTED as u64;
    html! {
        section.panel aria-labelledby="files" {
            h2 id="files" { "Files" }
            div.scroll tabindex="0" role="region" aria-label="Formats" {
                table.formats {
                    thead { tr { th scope="col" { "Format" } th.number scope="col" { "Shapes" } th.number scope="col" { "Size" } th scope="col" { "Archive" } th scope="col" { "Lists" } } }
                    tbody {
                        @for total in summary.sizes.iter().filter(|total| total.n_shapes > 0) {
                            (format_row(taken, total, is_one_archive))
                        }
                    }
                }
            }
            details {
                summary { "How to use a list" }
                p { "A list can be gone on with where it was broken off, and takes any number of shapes." }
                ul.notes {
                    @for form in Form::ALL {
                        @if let Some(command) = form.command(&format!("manifest.{}", form.word())) {
                            li { (form.word()) ": " code { (command) } }
                        }
                    }
                    li { "jsonl, and all that it needs at once: " code { "medshape download " (download_address(taken)) " --format stl --to FOLDER" } }
                }
            }
        }
    }
}

fn download_address(taken: &Taken<'_>) -> String {
    match taken {
        Taken::Found(q) => format!("'ADDRESS{}'", links::take(q)),
        Taken::Kept(id) => format!("ADDRESS{}", links::selection(*id)),
    }
}

fn format_row(taken: &Taken<'_>, total: &FormatSize, is_one_archive: bool) -> Markup {
    let format = total.format;
    let name = format.extension().to_uppercase();
    html! {
        tr {
            th scope="row" { (name) " " span.muted { (format.about()) } }
            td.number { (words::grouped(total.n_shapes)) }
            td.number { (size(total.size)) }
            td {
                @if is_one_archive {
                    a href=(taken.archive(format)) download { "ZIP" span.visually-hidden { " of all as " (name) } }
                } @else { "–" }
            }
            td.lists {
                @for form in Form::ALL {
                    a href=(taken.list(form, format)) download { (form.word()) span.visually-hidden { " list of all as " (name) } } " "
                }
            }
        }
    }
}

fn size(size: Option<Size>) -> Markup {
    html! {
        @match size {
            Some(Size::Exact(bytes)) => (words::bytes(bytes)),
            Some(Size::About(bytes)) => { span aria-hidden="true" { "≈ " } span.visually-hidden { "about " } (words::bytes(bytes)) },
            None => span.muted { "made on request" },
        }
    }
}

/// Licences and sources, with how many shapes.
fn terms(summary: &Summary) -> Markup {
    html! {
        @if summary.n_here() > 0 {
            section.panel aria-labelledby="terms" {
                h2 id="terms" { "Licences" }
                ul.notes {
                    @for (licence, n) in &summary.by_licence { li { strong { (words::licence_class(licence)) } ": " (words::counted(*n, "shape", "shapes")) } }
                }
                h3 { "Sources" }
                ul.notes {
                    @for (id, n) in &summary.by_source {
                        @if let Some(source) = summary.sources.get(id) {
                            li { a href=(links::source(id)) { (source.title) } ", " (words::counted(*n, "shape", "shapes")) ": " (words::terms(&source.licence)) }
                        }
                    }
                }
                p.muted { "Archives hold the texts of the licences, the attribution and the citations." }
            }
        }
    }
}

/// The way to keep what a question finds.
fn keep(q: &str, summary: &Summary) -> Markup {
    html! {
        section.panel aria-labelledby="keep" {
            h2 id="keep" { "Keep it together" }
            @if summary.n_shapes <= MAX_SELECTED as u64 {
                p { "A selection holds these very shapes, in these very versions, under an address that can be cited." }
                form action=(links::selections()) method="post" {
                    input type="hidden" name="q" value=(q);
                    button.button type="submit" { "Keep as a selection" }
                }
            } @else {
                p { "A selection holds at most " (words::grouped(MAX_SELECTED as u64)) " shapes. " a href=(links::releases()) { "Releases" } " are what to cite for more." }
            }
        }
    }
}

fn facts(id: SelectionId) -> Markup {
    html! {
        section.panel aria-labelledby="facts" {
            h2 id="facts" { "Facts" }
            dl.facts {
                dt { "Id" } dd { code { (id) } }
                dt { "Made of" } dd { "the first 32 digits of the SHA-256 of a line for each shape, by name: name, tab, SHA-256 of its mesh" }
            }
        }
    }
}

/// What somebody has put together; scripts fill it from what the browser keeps.
pub(crate) async fn cart() -> Response {
    let frame = Page {
        title: "Cart",
        description: "Shapes that you have put together.",
        query: Some(""),
        has_viewer: false,
    };
    super::answer(frame.around(html! {
        div.page-head {
            h1 { "Cart" }
            p { "What you put together stays in this browser, and goes to nobody until you keep it as a selection." }
        }
        div id="cart" aria-live="polite" {
            p.notice.no-script {
                "A cart needs JavaScript. Without it, " a href=(links::all_shapes()) { "search" } " for what you want and choose “Download all of these”."
            }
        }
    }))
}
