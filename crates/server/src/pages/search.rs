//! What a query found, as pictures.

use axum::extract::{Query as Parameters, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::catalog::{Answer, Catalog, Error, Page as Slice, Query, Term};
use serde::Deserialize;

use super::layout::Page;
use super::parts::card;
use crate::failure::Failure;
use crate::{Site, links, words};

const HITS_A_PAGE: u64 = 48;
/// Beyond that nobody leafs; a query with more words does.
const LAST_PAGE: u64 = 10_000;

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    page: Option<String>,
}

enum Found {
    /// The text is the name of a shape, or an old name of it.
    Shape(String),
    Shapes(Box<Answer>),
}

pub(crate) async fn show(
    State(site): State<Site>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Failure> {
    let page = page_number(asked.page.as_deref())?;
    let text = asked.q.trim().to_owned();
    let found = site.read(move |catalog| find(catalog, &text, page)).await?;
    Ok(match found {
        Found::Shape(address) => Redirect::to(&address).into_response(),
        Found::Shapes(answer) => super::answer(results(asked.q.trim(), page, &answer)),
    })
}

fn page_number(text: Option<&str>) -> Result<u64, Failure> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(1) };
    let number = text.parse().ok().filter(|page| (1..=LAST_PAGE).contains(page));
    number.ok_or_else(|| {
        Failure::bad_request(format!("`page` is a number from 1 to {}.", words::grouped(LAST_PAGE)))
    })
}

fn find(catalog: &Catalog, text: &str, page: u64) -> Result<Found, Error> {
    if let Some(name) = catalog.find(text)? {
        return Ok(Found::Shape(links::shape(&name)));
    }
    let slice = Slice { offset: (page - 1) * HITS_A_PAGE, limit: HITS_A_PAGE };
    let answer = catalog.search(&Query::parse(text), slice)?;
    Ok(Found::Shapes(Box::new(answer)))
}

fn results(text: &str, page: u64, answer: &Answer) -> Markup {
    let title = if text.is_empty() { "All shapes".to_owned() } else { format!("“{text}”") };
    let frame = Page {
        title: &title,
        description: "Anatomical shapes that a search found.",
        query: Some(text),
        has_viewer: false,
    };
    frame.around(html! {
        div.page-head {
            h1 { (words::capitalised(&title)) }
            p role="status" { (words::counted(answer.total, "shape", "shapes")) }
        }
        (understood(answer))
        @if answer.hits.is_empty() { (nothing(answer, page)) }
        ul.wall {
            @for (position, hit) in answer.hits.iter().enumerate() {
                (card(hit, position))
            }
        }
        (leaf(text, page, answer.total))
    })
}

/// What was understood, each condition with a way to drop it.
fn understood(answer: &Answer) -> Markup {
    html! {
        @if !(answer.terms.is_empty() && answer.unknown.is_empty()) {
            div.query {
                @if !answer.terms.is_empty() {
                    p.muted { "Understood:" }
                    ul.chips {
                        @for (position, term) in answer.terms.iter().enumerate() {
                            li {
                                a.chip href=(links::search(&without(&answer.terms, position), 1)) {
                                    span { (term) }
                                    span.cross aria-hidden="true" { "×" }
                                    span.visually-hidden { "(remove)" }
                                }
                            }
                        }
                    }
                }
                @for (word, instead) in &answer.corrected {
                    p.notice { "Read " strong { (instead) } " for “" (word) "”" }
                }
                @if !answer.unknown.is_empty() {
                    p.notice { "Not understood: " strong { (answer.unknown.join(", ")) } }
                }
            }
        }
    }
}

fn without(terms: &[Term], position: usize) -> String {
    let others = terms.iter().enumerate().filter(|(other, _)| *other != position);
    others.map(|(_, term)| term.syntax()).collect::<Vec<_>>().join(" ")
}

fn nothing(answer: &Answer, page: u64) -> Markup {
    html! {
        div.panel {
            @if page > 1 && answer.total > 0 {
                p { "There are not that many pages." }
            } @else {
                h2 { "Nothing was found" }
                (without_one(answer))
                ul.notes {
                    li { "a structure by any of its names, singular or plural: " code { "kidney" } ", " code { "windpipe" } ", " code { "hepar" } }
                    li { "a side, a sex, an age: " code { "left" } ", " code { "female" } ", " code { "60..70" } }
                    li { "a kind of structure: " code { "bone" } ", " code { "vessel" } ", " code { "muscle" } }
                    li { "an old file name or the name of a shape: " code { "source/subject/structure" } }
                }
                p { a href="/search" { "Show all shapes" } }
            }
        }
    }
}

/// Which condition to drop, the one that leaves most first.
fn without_one(answer: &Answer) -> Markup {
    let mut drops: Vec<(u64, usize)> =
        (0..).zip(&answer.n_without).map(|(at, &n)| (n, at)).collect();
    drops.retain(|&(n, _)| n > 0);
    drops.sort_by_key(|&(n, at)| (std::cmp::Reverse(n), at));
    html! {
        @if answer.terms.len() > 1 && !drops.is_empty() {
            ul.notes {
                @for (n, at) in drops {
                    li {
                        a href=(links::search(&without(&answer.terms, at), 1)) {
                            "Without " strong { (answer.terms[at]) }
                        }
                        ": " (words::counted(n, "shape", "shapes"))
                    }
                }
            }
        }
        @if answer.terms.len() > 1 { p { "Or try this:" } }
    }
}

fn leaf(text: &str, page: u64, total: u64) -> Markup {
    let n_pages = total.div_ceil(HITS_A_PAGE).min(LAST_PAGE);
    html! {
        @if n_pages > 1 {
            nav.pages aria-label="Pages of results" {
                @if page > 1 { a.button rel="prev" href=(links::search(text, page - 1)) { "Previous" } }
                p { "Page " (words::grouped(page)) " of " (words::grouped(n_pages)) }
                @if page < n_pages { a.button rel="next" href=(links::search(text, page + 1)) { "Next" } }
            }
        }
    }
}
