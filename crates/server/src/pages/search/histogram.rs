//! The ages of an answer: bars, and two sliders on them that choose a range.
//!
//! It is a form, and sliders move by pointer and by keyboard: no script is needed.

use maud::{Markup, html};
use medshape::catalog::{Meaning, Query, Subject, Term};

use super::super::layout::language_field;
use super::view::{View, typed};
use crate::texts::{Key, key};
use crate::{links, words};

/// Years in a bar.
const WIDTH: u8 = 5;
/// Stands for all that are as old or older, as in the catalog.
const OLDEST: u8 = Subject::OLDEST_YEARS as u8;
const N_BARS: usize = (OLDEST / WIDTH) as usize + 1;

/// A range of whole years, both ends included; [`OLDEST`] as upper end means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ages {
    from: u8,
    to: u8,
}

impl Ages {
    const ALL: Self = Self { from: 0, to: OLDEST };

    fn of(terms: &[Term]) -> Self {
        let asked = terms.iter().filter(|term| !term.negated).find_map(|term| match term.meaning {
            Meaning::Age { min, max } => Some(Self { from: years(min), to: years(max) }),
            _ => None,
        });
        asked.unwrap_or(Self::ALL)
    }

    fn meaning(self) -> Option<Meaning> {
        let max = if self.to == OLDEST { u32::MAX } else { u32::from(self.to) };
        (self != Self::ALL).then_some(Meaning::Age { min: u32::from(self.from), max })
    }

    fn words(self) -> String {
        let max = if self.to == OLDEST { u32::MAX } else { u32::from(self.to) };
        match self {
            Self::ALL => key::ages::ALL.text().to_owned(),
            Self { from, .. } => words::ages(from.into(), max),
        }
    }
}

fn years(n: u32) -> u8 {
    u8::try_from(n).map_or(OLDEST, |n| n.min(OLDEST))
}

/// The range that the form sends; ends in the wrong order are swapped.
pub(super) fn asked(from: Option<&str>, to: Option<&str>) -> Option<Ages> {
    let end = |text: Option<&str>, otherwise| {
        text.map(|text| text.parse().map_or(otherwise, |n: u8| n.min(OLDEST)))
    };
    let (from, to) = (end(from, 0), end(to, OLDEST));
    if from.is_none() && to.is_none() {
        return None;
    }
    let (from, to) = (from.unwrap_or(0), to.unwrap_or(OLDEST));
    Some(Ages { from: from.min(to), to: from.max(to) })
}

/// A question with this range of ages in place of what it says of ages.
pub(super) fn with_ages(text: &str, ages: Ages) -> String {
    let mut terms: Vec<Term> =
        Query::parse(text).terms.into_iter().filter(|term| !is_age(term)).collect();
    terms.extend(ages.meaning().map(|meaning| Term { meaning, negated: false }));
    typed(&terms)
}

fn is_age(term: &Term) -> bool {
    !term.negated && matches!(term.meaning, Meaning::Age { .. })
}

pub(super) fn ages(view: &View<'_>) -> Markup {
    let answer = view.answer;
    let bars = bars(&answer.facets.ages);
    let asked = Ages::of(&answer.terms);
    let others = typed(answer.terms.iter().filter(|term| !is_age(term)));
    html! {
        @if bars.iter().any(|n| *n > 0) {
            section.facet {
                h2 id="age" { (key::kind::AGE) }
                form.ages action=(links::search_form()) method="get" aria-labelledby="age" {
                    (language_field())
                    input type="hidden" name="q" value=(others);
                    @if view.shown.order != medshape::catalog::Order::HeldFirst {
                        input type="hidden" name="sort" value=(view.shown.order.word());
                    }
                    @if view.shown.as_table { input type="hidden" name="view" value="table"; }
                    (chart(&bars, asked))
                    div.sliders {
                        (slider("from", key::ages::YOUNGEST, asked.from))
                        (slider("to", key::ages::OLDEST, asked.to))
                    }
                    p.ends aria-hidden="true" { span { "0" } span { "90+" } }
                    p.choice { output { (asked.words()) } button.button type="submit" { (key::ages::APPLY) } }
                }
            }
        }
    }
}

fn slider(name: &str, label: Key, value: u8) -> Markup {
    html! { input type="range" name=(name) aria-label=(label) min="0" max=(OLDEST) step="1" value=(value) autocomplete="off"; }
}

fn bars(ages: &[(u8, u64)]) -> [u64; N_BARS] {
    let mut bars = [0; N_BARS];
    for &(age, n) in ages {
        bars[usize::from(age.min(OLDEST) / WIDTH)] += n;
    }
    bars
}

const CHART_HEIGHT: u64 = 48;

fn chart(bars: &[u64; N_BARS], asked: Ages) -> Markup {
    let most = bars.iter().copied().max().unwrap_or(0).max(1);
    let text = said(bars);
    html! {
        svg.histogram viewBox={ "0 0 " (N_BARS * 10) " " (CHART_HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(text) {
            @for (position, (n, from)) in bars.iter().zip((0..=OLDEST).step_by(usize::from(WIDTH))).enumerate() {
                // What is there can be seen, however little it is.
                @let height = (n * CHART_HEIGHT).div_ceil(most);
                @let is_in = from + WIDTH > asked.from && from <= asked.to;
                rect.is-in[is_in] x=(position * 10 + 1) y=(CHART_HEIGHT - height) width="8" height=(height) data-from=(from) {}
            }
        }
    }
}

/// The chart in a sentence.
fn said(bars: &[u64; N_BARS]) -> String {
    let total: u64 = bars.iter().sum();
    let (most, n) = bars.iter().enumerate().max_by_key(|(_, n)| **n).unwrap_or((0, &0));
    let from = most * usize::from(WIDTH);
    key::ages::SAID.with(&[
        ("shapes", &key::count::SHAPES.counted(total)),
        ("n", &words::grouped(*n)),
        ("from", &from),
        ("to", &(from + usize::from(WIDTH) - 1)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_of_the_form_takes_the_place_of_the_one_that_was_asked() {
        let ages = |from, to| asked(Some(from), Some(to)).unwrap();
        assert_eq!(with_ages("liver 20..30", ages("40", "60")), "structure:liver age:40..60");
        assert_eq!(with_ages("liver 20..30", ages("0", "90")), "structure:liver");
        assert_eq!(with_ages("-40..50", ages("60", "40")), "-age:40..50 age:40..60");
        assert_eq!(with_ages("", ages("65", "90")), "age:65..");
        assert_eq!(with_ages("", ages("x", "300")), "");
        assert_eq!(asked(None, None), None);
    }

    #[test]
    fn bars_count_every_age() {
        let bars = bars(&[(0, 1), (4, 2), (5, 3), (89, 4), (90, 5), (200, 6)]);
        assert_eq!((bars[0], bars[1], bars[N_BARS - 2], bars[N_BARS - 1]), (3, 3, 4, 11));
        assert_eq!(bars.iter().sum::<u64>(), 21);
    }
}
