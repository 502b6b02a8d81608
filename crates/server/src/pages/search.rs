//! What a query found: pictures or a table, and everything it can be narrowed by.
//!
//! The question is the text `q` alone; whatever can be clicked is that text with a condition more
//! or less, so that each state has an address and works without JavaScript.

mod chips;
mod facets;
mod histogram;
mod nothing;
mod table;
mod tree;
mod view;

use std::collections::BTreeMap;

use axum::extract::{Query as Parameters, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::catalog::{Anatomy, Answer, Catalog, Error, Meaning, Order, Page as Slice, Query};
use serde::Deserialize;

use super::layout::Page;
use super::parts::{add_to_cart, card};
use crate::failure::Failure;
use crate::texts::key;
use crate::{Site, links, words};
pub(super) use view::name_in;
use view::{Shown, View};

const HITS_A_PAGE: u64 = 48;
/// What the cart of a browser holds; larger answers are taken as such.
const MAX_IN_CART: u64 = 5000;
/// Beyond that nobody leafs; a query with more words does.
const LAST_PAGE: u64 = 10_000;

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    page: Option<String>,
    sort: Option<String>,
    view: Option<String>,
    /// Ages from the form of the histogram.
    from: Option<String>,
    to: Option<String>,
}

enum Found {
    /// The text is the name of a shape, or an old name of it.
    Shape(String),
    Shapes(Box<Answer>, BTreeMap<String, String>),
}

pub(crate) async fn show(
    State(site): State<Site>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Failure> {
    let page = page_number(asked.page.as_deref())?;
    let shown = Shown {
        order: order(asked.sort.as_deref())?,
        as_table: asked.view.as_deref() == Some("table"),
    };
    let text = asked.q.trim().to_owned();
    if let Some(ages) = histogram::asked(asked.from.as_deref(), asked.to.as_deref()) {
        let text = histogram::with_ages(&text, ages);
        let address = links::browse(&text, shown.order, shown.as_table, 1);
        return Ok(Redirect::to(&address).into_response());
    }
    let found = site.read(move |catalog| find(catalog, &text, page, shown.order)).await?;
    Ok(match found {
        Found::Shape(address) => Redirect::to(&address).into_response(),
        Found::Shapes(answer, titles) => {
            let view = View { text: asked.q.trim(), page, shown, answer: &answer, titles: &titles };
            super::answer(results(&view))
        }
    })
}

fn page_number(text: Option<&str>) -> Result<u64, Failure> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(1) };
    let number = text.parse().ok().filter(|page| (1..=LAST_PAGE).contains(page));
    number.ok_or_else(|| {
        Failure::bad_request(key::search::BAD_PAGE.with(&[("most", &words::grouped(LAST_PAGE))]))
    })
}

fn order(word: Option<&str>) -> Result<Order, Failure> {
    let Some(word) = word.filter(|word| !word.is_empty()) else { return Ok(Order::HeldFirst) };
    Order::from_word(word).ok_or_else(|| {
        let known = Order::ALL.map(Order::word).join("`, `");
        Failure::bad_request(key::search::BAD_SORT.with(&[("known", &known)]))
    })
}

fn find(catalog: &Catalog, text: &str, page: u64, order: Order) -> Result<Found, Error> {
    if let Some(name) = catalog.find(view::name_in(text))? {
        return Ok(Found::Shape(links::shape(&name)));
    }
    let slice = Slice { offset: (page - 1) * HITS_A_PAGE, limit: HITS_A_PAGE };
    let answer = catalog.browse(&Query::parse(text), slice, order)?;
    Ok(Found::Shapes(Box::new(answer), catalog.titles()?))
}

fn results(view: &View<'_>) -> Markup {
    let View { text, page, answer, .. } = *view;
    let title = if text.is_empty() {
        key::layout::ALL_SHAPES.text().to_owned()
    } else {
        key::search::QUOTED.with(&[("text", &text)])
    };
    // What was clicked together reads better in words than as it is typed.
    let heading = if text.contains(':') {
        words::capitalised(&chips::sentence(&answer.terms))
    } else {
        title.clone()
    };
    let frame = Page {
        title: &title,
        description: key::search::DESCRIPTION.text(),
        query: Some(text),
        has_viewer: false,
    };
    frame.around(html! {
        div.browse {
            div.page-head {
                h1 { (heading) }
                (about(answer))
            }
            (chips::understood(view))
            (facets::panel(view))
            section.results aria-label=(key::search::RESULTS) {
                div.results-bar {
                    p role="status" { strong { (key::count::SHAPES.counted(answer.total)) } (range(page, answer)) }
                    (view::switches(view))
                }
                (take(view))
                @if answer.hits.is_empty() {
                    (nothing::page(view))
                } @else if view.shown.as_table {
                    (table::table(view))
                } @else {
                    ul.wall { @for (position, hit) in answer.hits.iter().enumerate() { (card(hit, position)) } }
                }
                (leaf(view))
            }
        }
    })
}

/// Ways to have what was found.
fn take(view: &View<'_>) -> Markup {
    let here = view.answer.hits.iter().filter(|hit| hit.measures().is_some());
    let names: Vec<String> = here.map(|hit| hit.name.to_string()).collect();
    html! {
        @if !names.is_empty() {
            div.take {
                a.button href=(links::take(view.text)) { (key::search::DOWNLOAD_ALL) }
                (add_to_cart(&names, if names.len() == 1 { key::search::CART_ONE.text() } else { key::search::CART_PAGE.text() }))
                @if (names.len() as u64) < view.answer.total && view.answer.total <= MAX_IN_CART {
                    button.button type="button" hidden data-cart-query=(view.text) { (key::search::CART_ALL) }
                }
            }
        }
    }
}

/// The way to the page of the one structure that is asked for.
fn about(answer: &Answer) -> Markup {
    let asked = answer.terms.iter().filter(|term| !term.negated);
    let mut structures = asked.filter_map(|term| match &term.meaning {
        Meaning::Structure { id, .. } => Some(id),
        _ => None,
    });
    let only = structures.next().filter(|_| structures.next().is_none());
    let known = only.and_then(|id| Anatomy::builtin().structure(id));
    html! {
        @if let Some(structure) = known {
            @let name = words::Named::of(&structure.id);
            p { (key::search::ABOUT.around(&[("link", html! { a href=(links::structure(&structure.id)) { (key::search::ABOUT_LINK.around(&[("name", name.inline())])) } })])) }
        }
    }
}

/// Which of them are on this page.
fn range(page: u64, answer: &Answer) -> String {
    let first = (page - 1) * HITS_A_PAGE + 1;
    let last = first + (answer.hits.len() as u64).saturating_sub(1);
    if answer.hits.is_empty() || answer.total <= HITS_A_PAGE {
        return String::new();
    }
    key::search::RANGE.with(&[("first", &words::grouped(first)), ("last", &words::grouped(last))])
}

fn leaf(view: &View<'_>) -> Markup {
    let page = view.page;
    let n_pages = view.answer.total.div_ceil(HITS_A_PAGE).min(LAST_PAGE);
    html! {
        @if n_pages > 1 {
            nav.pages aria-label=(key::search::PAGES) {
                @if page > 1 { a.button rel="prev" href=(view.at(page - 1)) { (key::search::PREVIOUS) } }
                p { (key::search::LEAF.with(&[("page", &words::grouped(page)), ("pages", &words::grouped(n_pages))])) }
                @if page < n_pages { a.button rel="next" href=(view.at(page + 1)) { (key::search::NEXT) } }
            }
        }
    }
}
