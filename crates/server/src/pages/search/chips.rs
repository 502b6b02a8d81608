//! What was understood of a question, each condition as a chip that can be taken away.

use std::fmt::Display;

use maud::{Markup, html};
use medshape::catalog::{Meaning, Term};

use super::view::View;
use crate::texts::{Key, key};
use crate::{links, words};

pub(super) fn understood(view: &View<'_>) -> Markup {
    let answer = view.answer;
    html! {
        @if !(answer.terms.is_empty() && answer.unknown.is_empty()) {
            div.query {
                @if !answer.terms.is_empty() {
                    ul.chips aria-label=(key::chips::UNDERSTOOD) {
                        @for (position, term) in answer.terms.iter().enumerate() {
                            li {
                                a.chip.is-excluded[term.negated] href=(view.without(position)) {
                                    span.kind { (kind(term)) }
                                    span { (value(term)) }
                                    span.cross aria-hidden="true" { "×" }
                                    span.visually-hidden { (key::chips::REMOVE) }
                                }
                            }
                        }
                        @if answer.terms.len() > 1 {
                            li { a.clear href=(links::browse("", view.shown.order, view.shown.as_table, 1)) { (key::chips::CLEAR) } }
                        }
                    }
                }
                @for (word, instead) in &answer.corrected {
                    p.notice { (key::chips::READ.around(&[("instead", html! { strong { (instead) } }), ("word", html! { (word) })])) }
                }
                @if !answer.unknown.is_empty() {
                    p.notice { (key::chips::UNKNOWN.around(&[("words", html! { strong { (answer.unknown.join(", ")) } })])) }
                }
            }
        }
    }
}

/// All conditions in one line: `kidney, left side, female`.
pub(super) fn sentence(terms: &[Term]) -> String {
    terms.iter().map(said).collect::<Vec<_>>().join(", ")
}

/// A condition by itself: `left side`, `source phantom`.
fn said(term: &Term) -> String {
    let wanted: &dyn Display = &value_of(&term.meaning);
    let said = match &term.meaning {
        Meaning::Side(_) => key::chips::SIDE_SAID.with(&[("side", wanted)]),
        Meaning::Source(_) => key::chips::SOURCE_SAID.with(&[("source", wanted)]),
        Meaning::Subject(_) => key::chips::SUBJECT_SAID.with(&[("subject", wanted)]),
        Meaning::Pathology(_) => key::chips::PATHOLOGY_SAID.with(&[("pathology", wanted)]),
        Meaning::Licence(_) => key::chips::LICENCE_SAID.with(&[("licence", wanted)]),
        Meaning::Modality(_) => key::chips::MODALITY_SAID.with(&[("modality", wanted)]),
        Meaning::Volume { .. } => key::chips::VOLUME_SAID.with(&[("volume", wanted)]),
        _ => value_of(&term.meaning),
    };
    if term.negated { key::chips::NOT.with(&[("value", &said)]) } else { said }
}

fn kind(term: &Term) -> Key {
    match &term.meaning {
        Meaning::Structure { .. } if term.is_finding() => key::kind::PATHOLOGY,
        Meaning::Structure { .. } => key::kind::STRUCTURE,
        Meaning::Side(_) => key::kind::SIDE,
        Meaning::Sex(_) => key::kind::SEX,
        Meaning::Age { .. } => key::kind::AGE,
        Meaning::Source(_) => key::kind::SOURCE,
        Meaning::Subject(_) => key::kind::SUBJECT,
        Meaning::Pathology(_) => key::kind::PATHOLOGY,
        Meaning::Licence(_) => key::kind::LICENCE,
        Meaning::Modality(_) => key::kind::MODALITY,
        Meaning::Quality(_) => key::kind::QUALITY,
        Meaning::Volume { .. } => key::kind::VOLUME,
        Meaning::Name(_) => key::kind::SHAPE,
        Meaning::Word(_) => key::kind::WORD,
    }
}

/// What a condition asks for, without what kind it is of.
pub(super) fn value(term: &Term) -> String {
    let value = value_of(&term.meaning);
    if term.negated { key::chips::NOT.with(&[("value", &value)]) } else { value }
}

fn value_of(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Structure { id, side } => words::display(id, *side),
        Meaning::Side(side) => words::side(*side).to_owned(),
        Meaning::Sex(sex) => words::sex(*sex).to_owned(),
        Meaning::Age { min, max } => words::ages(*min, *max),
        Meaning::Source(id) | Meaning::Subject(id) => id.clone(),
        Meaning::Pathology(word) => word.replace('-', " "),
        Meaning::Licence(class) => words::licence_class(&class.to_string()),
        Meaning::Modality(word) => modality(word),
        Meaning::Quality(class) => words::quality_class(class.word()).to_owned(),
        Meaning::Volume { min_mm3, max_mm3 } => volumes(*min_mm3, *max_mm3),
        Meaning::Name(name) => name.to_string(),
        Meaning::Word(word) => word.clone(),
    }
}

fn modality(word: &str) -> String {
    let is_known = ["ct", "mr", "pet", "cbct", "scan"].contains(&word);
    if is_known { words::modality(word).to_owned() } else { word.to_uppercase() }
}

fn volumes(min_mm3: f64, max_mm3: f64) -> String {
    let ml = |mm3: f64| words::number(&(mm3 / 1000.0).to_string());
    let (from, to) = (ml(min_mm3), ml(max_mm3));
    match (min_mm3, max_mm3) {
        (_, f64::INFINITY) => key::chips::VOLUME_FROM.with(&[("from", &from)]),
        (0.0, _) => key::chips::VOLUME_TO.with(&[("to", &to)]),
        _ => key::chips::VOLUMES.with(&[("from", &from), ("to", &to)]),
    }
}
