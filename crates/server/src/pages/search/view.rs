//! The state of the page, and the addresses of the states next to it.

use std::collections::BTreeMap;
use std::mem::discriminant;

use maud::{Markup, html};
use medshape::catalog::{Answer, Meaning, Order, Term};

use crate::links;
use crate::texts::{Key, key};

/// How hits are sorted and shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub(super) order: Order,
    pub(super) as_table: bool,
}

/// What was asked, and what was found.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// As it was typed.
    pub(super) text: &'a str,
    pub(super) page: u64,
    pub(super) shown: Shown,
    pub(super) answer: &'a Answer,
    /// Of the sources, by their ids.
    pub(super) titles: &'a BTreeMap<String, String>,
}

impl View<'_> {
    /// Another page of this answer.
    pub(super) fn at(&self, page: u64) -> String {
        links::browse(self.text, self.shown.order, self.shown.as_table, page)
    }

    /// The answer to these conditions, sorted and shown as this one.
    pub(super) fn asking<'t>(&self, terms: impl IntoIterator<Item = &'t Term>) -> String {
        links::browse(&typed(terms), self.shown.order, self.shown.as_table, 1)
    }

    /// The answer without a condition.
    pub(super) fn without(&self, position: usize) -> String {
        let others = self.answer.terms.iter().enumerate().filter(|(other, _)| *other != position);
        self.asking(others.map(|(_, term)| term))
    }

    /// Whether this is asked for.
    pub(super) fn asks(&self, meaning: &Meaning) -> bool {
        self.answer.terms.iter().any(|term| !term.negated && term.meaning == *meaning)
    }

    /// The answer with a condition more, or without it if it is asked for already. Where one
    /// condition `replaces` all of its kind, it takes their place.
    pub(super) fn toggled(&self, meaning: Meaning, replaces: bool) -> String {
        let is_of_kind =
            |term: &&Term| !term.negated && discriminant(&term.meaning) == discriminant(&meaning);
        let was_asked = self.asks(&meaning);
        let stays = |term: &&Term| match (was_asked, replaces) {
            (true, _) => term.negated || term.meaning != meaning,
            (false, true) => !is_of_kind(term),
            (false, false) => true,
        };
        let mut terms: Vec<Term> = self.answer.terms.iter().filter(stays).cloned().collect();
        if !was_asked {
            terms.push(Term { meaning, negated: false });
        }
        self.asking(&terms)
    }
}

/// Conditions as they can be typed.
pub(super) fn typed<'t>(terms: impl IntoIterator<Item = &'t Term>) -> String {
    terms.into_iter().map(Term::syntax).collect::<Vec<_>>().join(" ")
}

/// The name of a shape in an address of its page, here or where the collection was published
/// before; any other text as it is.
pub(crate) fn name_in(text: &str) -> &str {
    let Some((_, path)) = text.split_once("://") else { return text };
    let (_, name) = path.split_once("/s/").unwrap_or(("", path));
    let name = name.split(['?', '#']).next().unwrap_or(name);
    match path.rsplit_once("files=") {
        Some((_, file)) => file,
        None => name,
    }
}

const ORDERS: [(Order, Key); 6] = [
    (Order::HeldFirst, key::order::HELD),
    (Order::Listed, key::order::LISTED),
    (Order::VolumeFalling, key::order::LARGEST),
    (Order::VolumeRising, key::order::SMALLEST),
    (Order::AgeRising, key::order::YOUNGEST),
    (Order::AgeFalling, key::order::OLDEST),
];

/// Links to the other orders, and to the other way to show them.
pub(super) fn switches(view: &View<'_>) -> Markup {
    let Shown { order, as_table } = view.shown;
    let current = ORDERS.iter().find(|(other, _)| *other == order).map(|(_, name)| *name);
    let ways = [(false, key::order::PICTURES), (true, key::order::TABLE)];
    html! {
        details.menu {
            summary { (key::order::SORTED.around(&[("order", html! { strong { @if let Some(current) = current { (current) } } })])) }
            ul {
                @for (other, name) in ORDERS {
                    li { a href=(links::browse(view.text, other, as_table, 1)) aria-current=[(other == order).then_some("true")] { (name) } }
                }
            }
        }
        nav.switch aria-label=(key::order::SHOW_AS) {
            @for (way, name) in ways {
                a href=(links::browse(view.text, order, way, view.page)) aria-current=[(way == as_table).then_some("true")] { (name) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn addresses_name_shapes() {
        assert_eq!(name_in("left kidney"), "left kidney");
        assert_eq!(name_in("https://example.org/s/a/b/liver?cam=1,2,3#x"), "a/b/liver");
        assert_eq!(
            name_in("https://example.org/download?path=%2F&files=s1_liver.stl"),
            "s1_liver.stl"
        );
    }
}
