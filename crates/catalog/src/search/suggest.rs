//! Completes what is being typed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::index::view::View;
use crate::words::{normal, words};
use crate::{Anatomy, Catalog, Error, Side};

/// A way to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The whole text with its last word completed.
    pub text: String,
    /// What the completed word means, for people: `structure`, `source`, `sex`, `side`, `pathology`.
    pub kind: &'static str,
    /// How many shapes there are of it.
    pub n_shapes: u64,
}

impl Catalog {
    /// At most `limit` ways to complete the last word of `text`, those of most shapes first. Only
    /// what the catalog has shapes of is suggested; where a side was typed before, of that side.
    /// Names are those of the field and, before them, those of the language of this tag.
    pub fn suggest(
        &self,
        text: &str,
        language: &str,
        limit: usize,
    ) -> Result<Vec<Suggestion>, Error> {
        let index = self.read(|db| self.index.of(db))?;
        Ok(suggestions(index.seen_by(self.audience), text, language, limit))
    }
}

fn suggestions(view: View<'_>, text: &str, language: &str, limit: usize) -> Vec<Suggestion> {
    let (before, mut found) = completions(view, text, language);
    found.sort_by_key(|(text, _, n)| (Reverse(*n), text.len(), text.clone()));
    found.dedup_by(|a, b| a.0 == b.0);
    let whole = |(completed, kind, n_shapes)| Suggestion {
        text: format!("{before}{completed}"),
        kind,
        n_shapes,
    };
    found.into_iter().take(limit).map(whole).collect()
}

/// A completed word or name, what it means, and how many shapes there are of it.
type Completion = (String, &'static str, u64);

/// The text before what is completed, and what may stand in its place. The last words are taken
/// together where they begin a name: `iliac ar`.
fn completions<'a>(view: View<'_>, text: &'a str, language: &str) -> (&'a str, Vec<Completion>) {
    for start in starts(text).into_iter().rev() {
        let begun = text[start..].to_lowercase();
        let mut found = structures(view, &begun, language, side_in(&text[..start]));
        if !begun.contains(is_space) {
            found.extend(others(view, &begun));
        }
        if !found.is_empty() {
            return (&text[..start], found);
        }
    }
    (text, Vec::new())
}

/// Where the last word begins, the last two words, and so on. None if no word is begun.
fn starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut end = text.len();
    while starts.len() < MAX_WORDS && !text[..end].is_empty() && !text[..end].ends_with(is_space) {
        let start = text[..end].rfind(is_space).map_or(0, |at| at + 1);
        starts.push(start);
        end = start.saturating_sub(1);
    }
    starts
}

/// How many words of a name are completed together.
const MAX_WORDS: usize = 4;

fn is_space(character: char) -> bool {
    matches!(character, ' ' | ',')
}

/// The one side that words ask for.
fn side_in(text: &str) -> Option<Side> {
    let mut sides = text.split(is_space).filter_map(|word| Side::from_word(&normal(word)));
    let first = sides.next()?;
    sides.all(|side| side == first).then_some(first)
}

/// Structures that the catalog has, of a side if one is asked for, each under the first of its names
/// that fits.
fn structures(view: View<'_>, begun: &str, language: &str, side: Option<Side>) -> Vec<Completion> {
    let anatomy = Anatomy::builtin();
    let sizes = side.map_or_else(|| view.sizes(), |side| view.sizes_of_side(side));
    let mut found = Vec::new();
    for structure in anatomy.structures() {
        let theirs = anatomy.names_in(language, &structure.id).iter().map(String::as_str);
        // The id comes first, and reads like the name.
        let mut names = theirs.chain(structure.names().skip(1));
        let Some(name) = names.find(|name| begins(name, begun)) else {
            continue;
        };
        let below = anatomy.descendants(&structure.id);
        let n = below.iter().filter_map(|part| sizes.get(part.id.as_str())).sum();
        if n > 0 {
            found.push((name.to_owned(), "structure", n));
        }
    }
    found
}

/// Sources and sexes.
fn others(view: View<'_>, begun: &str) -> Vec<Completion> {
    let mut by_source = vec![0; view.sources().len()];
    let mut by_sex = BTreeMap::new();
    for (at, subject) in view.subjects().iter().enumerate() {
        by_source[subject.source as usize] += view.of_subject(at).n();
        *by_sex.entry(subject.sex).or_default() += view.of_subject(at).n();
    }
    let sources = view.sources().iter().zip(by_source);
    let sources = sources.map(|(source, n)| (source.id.clone(), "source", n));
    let sexes = by_sex.into_iter().filter_map(|(sex, n)| Some((sex?.word().to_owned(), "sex", n)));
    let fits = |(text, _, n): &Completion| begins(text, begun) && *n > 0;
    sources.chain(sexes).filter(fits).collect()
}

/// Whether the name begins so, or, for one word, a word of it.
fn begins(name: &str, begun: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with(begun) || words(&name).iter().any(|word| word.starts_with(begun))
}
