//! What was understood of a question, each condition as a chip that can be taken away.

use maud::{Markup, html};
use medshape::catalog::{Meaning, Term};

use super::view::View;
use crate::{links, words};

pub(super) fn understood(view: &View<'_>) -> Markup {
    let answer = view.answer;
    html! {
        @if !(answer.terms.is_empty() && answer.unknown.is_empty()) {
            div.query {
                @if !answer.terms.is_empty() {
                    ul.chips aria-label="Understood" {
                        @for (position, term) in answer.terms.iter().enumerate() {
                            li {
                                a.chip.is-excluded[term.negated] href=(view.without(position)) {
                                    span.kind { (kind(term)) }
                                    span { (value(term)) }
                                    span.cross aria-hidden="true" { "×" }
                                    span.visually-hidden { "(remove)" }
                                }
                            }
                        }
                        @if answer.terms.len() > 1 {
                            li { a.clear href=(links::browse("", view.shown.order, view.shown.as_table, 1)) { "Clear all" } }
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

/// All conditions in one line: `kidney, left side, female`.
pub(super) fn sentence(terms: &[Term]) -> String {
    terms.iter().map(Term::to_string).collect::<Vec<_>>().join(", ")
}

fn kind(term: &Term) -> &'static str {
    match &term.meaning {
        Meaning::Structure { .. } if term.is_finding() => "Pathology",
        Meaning::Structure { .. } => "Structure",
        Meaning::Side(_) => "Side",
        Meaning::Sex(_) => "Sex",
        Meaning::Age { .. } => "Age",
        Meaning::Source(_) => "Source",
        Meaning::Subject(_) => "Subject",
        Meaning::Pathology(_) => "Pathology",
        Meaning::Licence(_) => "Licence",
        Meaning::Modality(_) => "Made from",
        Meaning::Quality(_) => "Quality",
        Meaning::Volume { .. } => "Volume",
        Meaning::Name(_) => "Shape",
        Meaning::Word(_) => "Word",
    }
}

/// What a condition asks for, without what kind it is of.
pub(super) fn value(term: &Term) -> String {
    let value = match &term.meaning {
        Meaning::Side(side) => side.word().to_owned(),
        Meaning::Source(id) | Meaning::Subject(id) => id.clone(),
        Meaning::Pathology(word) => word.replace('-', " "),
        Meaning::Licence(class) => words::licence_class(&class.to_string()),
        Meaning::Modality(word) => word.to_uppercase(),
        Meaning::Quality(class) => words::quality_class(class.word()).to_owned(),
        _ => return term.to_string(),
    };
    if term.negated { format!("not {value}") } else { value }
}
