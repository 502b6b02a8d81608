//! The page of a failure: what happened, and where to go from here.

use maud::{Markup, html};

use super::layout::{Page, search_box};
use crate::failure::Failure;
use crate::links;
use crate::texts::key;

pub(crate) fn page(failure: &Failure) -> Markup {
    let title = failure.title();
    let page = Page { title, description: title, query: None, has_viewer: false };
    page.around_failure(html! {
        div.message {
            p.code { (failure.status.as_u16()) }
            h1 { (title) }
            p { (failure.text) }
            (search_box("", false))
            ul.chips {
                li { a.chip href=(links::home()) { (key::failure::HOME) } }
                li { a.chip href=(links::all_shapes()) { (key::layout::ALL_SHAPES) } }
                li { a.chip href=(links::sources()) { (key::layout::SOURCES) } }
            }
        }
    })
}
