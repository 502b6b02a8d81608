//! A page without hits: which condition to drop, and what can be asked.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::chips;
use super::view::View;
use crate::{links, words};

pub(super) fn page(view: &View<'_>) -> Markup {
    let answer = view.answer;
    html! {
        div.panel {
            @if view.page > 1 && answer.total > 0 {
                p { "There are not that many pages. " a href=(view.at(1)) { "Back to the first" } "." }
            } @else {
                h2 { "Nothing was found" }
                @if answer.terms.len() > 1 {
                    (drops(view))
                } @else {
                    (what_to_ask())
                }
                p { a href=(links::all_shapes()) { "Show all shapes" } }
            }
        }
    }
}

/// Which condition to drop, the one that leaves most first.
fn drops(view: &View<'_>) -> Markup {
    let answer = view.answer;
    let mut drops: Vec<(u64, usize)> =
        (0..).zip(&answer.n_without).map(|(at, &n)| (n, at)).collect();
    drops.retain(|&(n, _)| n > 0);
    drops.sort_by_key(|&(n, at)| (Reverse(n), at));
    html! {
        @if drops.is_empty() {
            p { "No single condition is to blame: more than one has to go." }
            (what_to_ask())
        } @else {
            p { "All conditions together are too many. Drop one:" }
            ul.drops {
                @for (n, at) in drops {
                    li {
                        a href=(view.without(at)) { "Without " strong { (chips::value(&answer.terms[at])) } }
                        span.muted { (words::counted(n, "shape", "shapes")) }
                    }
                }
            }
        }
    }
}

fn what_to_ask() -> Markup {
    html! {
        p { "Ask for any of these, in any order:" }
        ul.notes {
            li { "a structure by any of its names, singular or plural: " code { "kidney" } ", " code { "windpipe" } ", " code { "hepar" } }
            li { "a side, a sex, an age: " code { "left" } ", " code { "female" } ", " code { "60..70" } }
            li { "a kind of structure: " code { "bone" } ", " code { "vessel" } ", " code { "muscle" } }
            li { "an old file name or the name of a shape: " code { "source/subject/structure" } }
        }
    }
}
