//! A page without hits: which condition to drop, and what can be asked.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::chips;
use super::view::View;
use crate::links;
use crate::texts::{Key, key};

pub(super) fn page(view: &View<'_>) -> Markup {
    let answer = view.answer;
    html! {
        div.panel {
            @if view.page > 1 && answer.total > 0 {
                p { (key::nothing::NO_PAGE) " " a href=(view.at(1)) { (key::nothing::FIRST_PAGE) } "." }
            } @else {
                h2 { (key::nothing::FOUND) }
                @if answer.terms.len() > 1 {
                    (drops(view))
                } @else {
                    (what_to_ask())
                }
                p { a href=(links::all_shapes()) { (key::nothing::SHOW_ALL) } }
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
            p { (key::nothing::SEVERAL) }
            (what_to_ask())
        } @else {
            p { (key::nothing::DROP) }
            ul.drops {
                @for (n, at) in drops {
                    li {
                        a href=(view.without(at)) { (key::nothing::WITHOUT.around(&[("value", html! { strong { (chips::value(&answer.terms[at])) } })])) }
                        span.muted { (key::count::SHAPES.counted(n)) }
                    }
                }
            }
        }
    }
}

fn what_to_ask() -> Markup {
    let typed = |key: Key| html! { code { (key) } };
    html! {
        p { (key::nothing::ASK) }
        ul.notes {
            li {
                (key::nothing::BY_NAME) ": " (typed(key::nothing::NAME_1)) ", " (typed(key::nothing::NAME_2)) ", " (typed(key::nothing::NAME_3))
            }
            li { (key::nothing::BY_WHOM) ": " (typed(key::words::LEFT)) ", " (typed(key::words::FEMALE)) ", " code { "60..70" } }
            li { (key::nothing::BY_KIND) ": " (typed(key::category::BONE)) ", " (typed(key::category::VESSEL)) ", " (typed(key::category::MUSCLE)) }
            li { (key::nothing::BY_OLD_NAME) ": " code { "source/subject/structure" } }
        }
    }
}
