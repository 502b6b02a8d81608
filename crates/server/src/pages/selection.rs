//! Shapes to be taken home: what a question finds, a selection that was kept, and the cart.

use axum::body::Body;
use axum::extract::{Extension, Path, Query as Parameters, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::bundle;
use medshape::catalog::{MAX_SELECTED, Selection, SelectionId};
use medshape::format::Format;
use medshape::manifest::{Form, Standing};
use medshape::papers::REFERENCES;
use medshape::size::Size;
use medshape::summary::{FormatSize, Summary};
use serde::Deserialize;

use super::layout::Page;
use super::parts::crumbs;
use crate::failure::Failure;
use crate::language::Language;
use crate::peer::Peer;
use crate::taking::{self, Choice};
use crate::texts::{Key, key};
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
    let title = if q.is_empty() {
        key::selection::DOWNLOAD_ALL.text().to_owned()
    } else {
        key::selection::DOWNLOAD.with(&[("what", &q)])
    };
    let frame = Page {
        title: &title,
        description: key::selection::PREVIEW_DESCRIPTION.text(),
        query: Some(q),
        has_viewer: false,
    };
    let back = links::search(q, 1);
    let taken = Taken::Found(q);
    Ok(super::answer(frame.around(html! {
        (crumbs(&[(key::selection::SEARCH.text(), back.as_str())], key::release::DOWNLOAD.text()))
        div.page-head {
            h1 { (title) }
            p {
                (key::count::SHAPES.counted(summary.n_here())) "."
                @if n_elsewhere > 0 { " " (key::selection::ELSEWHERE.counted(n_elsewhere)) }
            }
        }
        @if summary.n_here() == 0 {
            p.notice { (key::selection::NOTHING) }
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
    let title = key::selection::TITLE.counted(summary.n_shapes);
    let address = links::absolute(&links::selection(id));
    let cited = Language::ENGLISH.speaking(|| key::count::SHAPES.counted(summary.n_shapes));
    let date = selection.made_at.date();
    let frame = Page {
        title: &title,
        description: key::selection::DESCRIPTION.text(),
        query: Some(""),
        has_viewer: false,
    };
    let papers = bundle::papers(&summary.sources);
    let bibtex = papers.iter().find(|paper| paper.path == REFERENCES);
    frame.around(html! {
        div.page-head {
            h1 { (title) }
            p { (key::selection::KEPT_ON.with(&[("date", &words::date(selection.made_at))])) }
        }
        (missing(summary))
        div.columns {
            div {
                @if summary.n_here() > 0 { (files(&Taken::Kept(id), summary)) }
                section.panel aria-labelledby="cite" {
                    h2 id="cite" { (key::release::CITATION) }
                    p { (key::selection::CITE) }
                    pre.scroll tabindex="0" lang="en" { "medshape selection " (id) ", " (cited) ", " (date) ". " (address) }
                    @if let Some(bibtex) = bibtex.filter(|_| summary.n_here() > 0) {
                        p { a href=(links::selection_document(id, REFERENCES)) { "BibTeX" } ", " a href=(links::selection_document(id, "CITATION.cff")) { "CITATION.cff" } ", " a href=(links::selection_document(id, "ATTRIBUTION.md")) { (key::selection::ATTRIBUTION) } }
                        details { summary { (key::selection::BIBTEX) } pre.scroll tabindex="0" { (bibtex.text) } }
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
                    strong { (key::selection::MISSING) } " "
                    @for (at, (why, n)) in summary.missing.iter().enumerate() { @if at > 0 { ", " } (words::grouped(*n)) " " (standing(*why)) }
                    "."
                }
                @if !summary.tombstones.is_empty() {
                    ul.notes {
                        @for line in &summary.tombstones {
                            li {
                                code { (line.name.as_deref().unwrap_or("–")) } ": " (standing(line.state))
                                @if let Some(reason) = &line.reason { " (" span lang="en" { (reason) } ")" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Why a shape is not to be had, after a number of shapes.
fn standing(state: Standing) -> Key {
    match state {
        Standing::Here => key::standing::HERE,
        Standing::Withdrawn => key::standing::WITHDRAWN,
        Standing::Gone => key::standing::GONE,
        Standing::KeptBack => key::standing::KEPT_BACK,
        Standing::NotClosed => key::standing::NOT_CLOSED,
        Standing::Replaced => key::standing::REPLACED,
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
                links::at(&format!("/v1/archive.zip?q={}&format={format}", links::escaped(q)))
            }
            Self::Kept(id) => links::at(&format!("/v1/selections/{id}.zip?format={format}")),
        }
    }

    fn list(&self, form: Form, format: Format) -> String {
        let (form, format) = (form.word(), format.extension());
        match self {
            Self::Found(q) => {
                let q = links::escaped(q);
                links::at(&format!("/v1/manifests/{form}?q={q}&format={format}"))
            }
            Self::Kept(id) => {
                links::at(&format!("/v1/selections/{id}/manifest.{form}?format={format}"))
            }
        }
    }
}

/// A row for each format: how much it is, in one archive and as lists.
fn files(taken: &Taken<'_>, summary: &Summary) -> Markup {
    let is_one_archive = summary.n_shapes <= MAX_SELECTED as u64;
    html! {
        section.panel aria-labelledby="files" {
            h2 id="files" { (key::release::FILES) }
            div.scroll tabindex="0" role="region" aria-label=(key::selection::FORMATS) {
                table.formats {
                    thead { tr { th scope="col" { (key::selection::FORMAT) } th.number scope="col" { (key::anatomy::SHAPES) } th.number scope="col" { (key::release::SIZE) } th scope="col" { (key::selection::ARCHIVE) } th scope="col" { (key::selection::LISTS) } } }
                    tbody {
                        @for total in summary.sizes.iter().filter(|total| total.n_shapes > 0) {
                            (format_row(taken, total, is_one_archive))
                        }
                    }
                }
            }
            details {
                summary { (key::selection::HOW) }
                p { (key::selection::HOW_LIST) }
                ul.notes {
                    @for form in Form::ALL {
                        @if let Some(command) = form.command(&format!("manifest.{}", form.word())) {
                            li { (form.word()) ": " code { (command) } }
                        }
                    }
                    li { (key::selection::JSONL) ": " code { "medshape download " (download_address(taken)) " --format stl --to FOLDER" } }
                }
            }
        }
    }
}

fn download_address(taken: &Taken<'_>) -> String {
    match taken {
        Taken::Found(q) => format!("'ADDRESS{}'", links::in_no_language(&links::take(q))),
        Taken::Kept(id) => format!("ADDRESS{}", links::in_no_language(&links::selection(*id))),
    }
}

fn format_row(taken: &Taken<'_>, total: &FormatSize, is_one_archive: bool) -> Markup {
    let format = total.format;
    let name = format.extension().to_uppercase();
    html! {
        tr {
            th scope="row" { (name) " " span.muted { (words::format(format)) } }
            td.number { (words::grouped(total.n_shapes)) }
            td.number { (size(total.size)) }
            td {
                @if is_one_archive {
                    a href=(taken.archive(format)) download { "ZIP" span.visually-hidden { " " (key::selection::ALL_AS.with(&[("format", &name)])) } }
                } @else { "–" }
            }
            td.lists {
                @for form in Form::ALL {
                    a href=(taken.list(form, format)) download { (form.word()) span.visually-hidden { " " (key::selection::LIST_AS.with(&[("format", &name)])) } } " "
                }
            }
        }
    }
}

fn size(size: Option<Size>) -> Markup {
    html! {
        @match size {
            Some(Size::Exact(bytes)) => (words::bytes(bytes)),
            Some(Size::About(bytes)) => { span aria-hidden="true" { "≈ " } span.visually-hidden { (key::selection::ABOUT) " " } (words::bytes(bytes)) },
            None => span.muted { (key::selection::ON_REQUEST) },
        }
    }
}

/// Licences and sources, with how many shapes.
fn terms(summary: &Summary) -> Markup {
    html! {
        @if summary.n_here() > 0 {
            section.panel aria-labelledby="terms" {
                h2 id="terms" { (key::selection::LICENCES) }
                ul.notes {
                    @for (licence, n) in &summary.by_licence { li { strong { (words::licence_class(licence)) } ": " (key::count::SHAPES.counted(*n)) } }
                }
                h3 { (key::layout::SOURCES) }
                ul.notes {
                    @for (id, n) in &summary.by_source {
                        @if let Some(source) = summary.sources.get(id) {
                            li { a href=(links::source(id)) { (source.title) } ", " (key::count::SHAPES.counted(*n)) ": " (words::terms(&source.licence)) }
                        }
                    }
                }
                p.muted { (key::selection::PAPERS) }
            }
        }
    }
}

/// The way to keep what a question finds.
fn keep(q: &str, summary: &Summary) -> Markup {
    html! {
        section.panel aria-labelledby="keep" {
            h2 id="keep" { (key::selection::KEEP) }
            @if summary.n_shapes <= MAX_SELECTED as u64 {
                p { (key::selection::KEEP_ABOUT) }
                form action=(links::selections()) method="post" {
                    input type="hidden" name="q" value=(q);
                    button.button type="submit" { (key::selection::KEEP_BUTTON) }
                }
            } @else {
                p { (key::selection::TOO_MANY.around(&[("most", html! { (words::grouped(MAX_SELECTED as u64)) }), ("releases", html! { a href=(links::releases()) { (key::layout::RELEASES) } })])) }
            }
        }
    }
}

fn facts(id: SelectionId) -> Markup {
    html! {
        section.panel aria-labelledby="facts" {
            h2 id="facts" { (key::release::FACTS) }
            dl.facts {
                dt { (key::selection::ID) } dd { code { (id) } }
                dt { (key::selection::MADE_OF) } dd { (key::selection::ID_ABOUT) }
            }
        }
    }
}

/// What somebody has put together; scripts fill it from what the browser keeps.
pub(crate) async fn cart() -> Response {
    let frame = Page {
        title: key::layout::CART.text(),
        description: key::selection::CART_DESCRIPTION.text(),
        query: Some(""),
        has_viewer: false,
    };
    super::answer(frame.around(html! {
        div.page-head {
            h1 { (key::layout::CART) }
            p { (key::selection::CART_LEAD) }
        }
        div id="cart" aria-live="polite" {
            p.notice.no-script {
                (key::selection::NO_SCRIPT.around(&[("search", html! { a href=(links::all_shapes()) { (key::selection::NO_SCRIPT_SEARCH) } })]))
            }
        }
    }))
}
