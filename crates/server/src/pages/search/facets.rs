//! What an answer can be narrowed by, each value with how many shapes there would be.

use std::cmp::Reverse;

use maud::{Markup, html};
use medshape::catalog::{Count, Facets, LicenceClass, Meaning, QualityClass, Sex, Side};

use super::view::View;
use super::{histogram, tree};
use crate::texts::{Key, key};
use crate::words;

/// Values of one kind that are shown without being asked for.
const FEW: usize = 8;

/// A value of a facet.
struct Value {
    label: String,
    n: u64,
    meaning: Meaning,
}

pub(super) fn panel(view: &View<'_>) -> Markup {
    let facets = &view.answer.facets;
    html! {
        details.facets {
            summary { span.button { (key::facets::FILTERS) } }
            nav aria-label=(key::facets::FILTERS) {
                (tree::tree(view))
                (facet(view, key::kind::SIDE, &sides(facets), false))
                (facet(view, key::kind::SEX, &sexes(facets), false))
                (histogram::ages(view))
                (facet(view, key::kind::PATHOLOGY, &pathologies(facets), true))
                (facet(view, key::kind::QUALITY, &qualities(facets), true))
                (facet(view, key::kind::SOURCE, &sources(view), false))
                (facet(view, key::kind::LICENCE, &licences(facets), false))
                (facet(view, key::kind::MODALITY, &modalities(facets), false))
            }
        }
    }
}

/// A heading and its values. Where a shape has several values of a kind, or is asked for by one at
/// a time, a value `replaces` the others.
fn facet(view: &View<'_>, title: Key, values: &[Value], replaces: bool) -> Markup {
    let (first, rest) = values.split_at(values.len().min(FEW));
    let is_asked = |value: &Value| view.asks(&value.meaning);
    html! {
        @if !values.is_empty() {
            section.facet {
                h2 { (title) }
                ul { @for value in first { (item(view, value, replaces)) } }
                @if !rest.is_empty() {
                    details open[rest.iter().any(is_asked)] {
                        summary { (key::count::MORE.counted(rest.len() as u64)) }
                        ul { @for value in rest { (item(view, value, replaces)) } }
                    }
                }
            }
        }
    }
}

fn item(view: &View<'_>, value: &Value, replaces: bool) -> Markup {
    let address = view.toggled(value.meaning.clone(), replaces);
    html! { li { (link(&value.label, value.n, &address, view.asks(&value.meaning))) } }
}

/// A value with its count; one that is asked for says so, and is taken away by the same link.
pub(super) fn link(label: &str, n: u64, address: &str, is_asked: bool) -> Markup {
    html! {
        a.value href=(address) aria-current=[is_asked.then_some("true")] {
            span.name { (label) }
            " "
            span.count { (counted(n)) }
        }
    }
}

/// A number, and for those who do not see it in its place, of what.
pub(super) fn counted(n: u64) -> Markup {
    let said = key::count::SHAPES.counted(n);
    let number = words::grouped(n);
    let what = said.strip_prefix(&number).map(str::to_owned);
    html! { (number) @if let Some(what) = what { span.visually-hidden { (what) } } }
}

fn values(counts: &[Count], value: impl Fn(&str) -> Option<(String, Meaning)>) -> Vec<Value> {
    let known = counts.iter().filter_map(|count| {
        let (label, meaning) = value(&count.value)?;
        Some(Value { label, n: count.n, meaning })
    });
    known.collect()
}

fn most_first(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by_key(|value| Reverse(value.n));
    values
}

fn sides(facets: &Facets) -> Vec<Value> {
    values(&facets.sides, |word| {
        let side = Side::from_word(word)?;
        Some((words::capitalised(words::side(side)), Meaning::Side(side)))
    })
}

fn sexes(facets: &Facets) -> Vec<Value> {
    values(&facets.sexes, |word| {
        let sex = Sex::from_word(word)?;
        Some((words::capitalised(words::sex(sex)), Meaning::Sex(sex)))
    })
}

fn pathologies(facets: &Facets) -> Vec<Value> {
    most_first(values(&facets.pathologies, |text| {
        let typed = text.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase();
        Some((words::capitalised(text), Meaning::Pathology(typed)))
    }))
}

fn qualities(facets: &Facets) -> Vec<Value> {
    values(&facets.qualities, |word| {
        let class = QualityClass::from_word(word)?;
        Some((words::capitalised(words::quality_class(word)), Meaning::Quality(class)))
    })
}

fn sources(view: &View<'_>) -> Vec<Value> {
    most_first(values(&view.answer.facets.sources, |id| {
        let title = view.titles.get(id).map_or(id, String::as_str);
        Some((title.to_owned(), Meaning::Source(id.to_owned())))
    }))
}

fn licences(facets: &Facets) -> Vec<Value> {
    most_first(values(&facets.licences, |id| {
        let class = LicenceClass::Exactly(id.to_lowercase());
        Some((words::licence_class(id), Meaning::Licence(class)))
    }))
}

fn modalities(facets: &Facets) -> Vec<Value> {
    most_first(values(&facets.modalities, |word| {
        Some((words::modality(word).to_owned(), Meaning::Modality(word.to_owned())))
    }))
}
