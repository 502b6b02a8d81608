//! Takes a word that nobody knows for a typing error of one that somebody does.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::Anatomy;
use crate::index::view::View;
use crate::words::{is_filler, normal, words};

/// `text` with those of its `unknown` words mended that are near a known word, and what was mended.
pub(super) fn correct(
    view: View<'_>,
    text: &str,
    unknown: &[String],
) -> (String, Vec<(String, String)>) {
    let known = known(view);
    let (mut mended, mut corrected) = (text.to_owned(), Vec::new());
    for word in unknown {
        let Some(instead) = nearest(&known, word) else { continue };
        if let Some(at) = find_word(&mended, word) {
            mended.replace_range(at..at + word.len(), &instead);
            corrected.push((word.clone(), instead));
        }
    }
    (mended, corrected)
}

/// Words, and how many shapes are called so.
type Known<'a> = BTreeMap<&'a str, u64>;

fn known(view: View<'_>) -> Known<'_> {
    let mut known = Known::new();
    for word in vocabulary() {
        known.insert(word, 0);
    }
    let sizes = view.sizes();
    for (word, structures) in structures_by_word() {
        let n = structures.iter().filter_map(|id| sizes.get(id)).sum();
        known.insert(word, n);
    }
    known.extend(view.words_of_pathologies().map(|word| (word.as_str(), 1)));
    known
}

/// Words of the query language itself.
fn vocabulary() -> [&'static str; 4] {
    ["left", "right", "female", "male"]
}

/// Each word of each name of a structure.
fn structures_by_word() -> &'static BTreeMap<String, Vec<&'static str>> {
    static WORDS: OnceLock<BTreeMap<String, Vec<&'static str>>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut by_word: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let anatomy = Anatomy::builtin();
        for structure in anatomy.structures() {
            for name in anatomy.all_names(structure) {
                for word in words(name) {
                    by_word.entry(word).or_default().push(&structure.id);
                }
            }
        }
        by_word
    })
}

/// The nearest known word; of several, that of most shapes.
fn nearest(known: &Known<'_>, word: &str) -> Option<String> {
    let word = normal(word);
    let bound = n_errors(&word);
    if bound == 0 || is_filler(&word) {
        return None;
    }
    let near = known.iter().filter_map(|(&other, &n)| {
        let differs_much = other.len().abs_diff(word.len()) > 4 * bound || n_errors(other) == 0;
        if differs_much {
            return None;
        }
        let distance = strsim::osa_distance(&word, other);
        (distance <= bound).then_some((distance, std::cmp::Reverse(n), other))
    });
    near.min().map(|(_, _, other)| other.to_owned())
}

/// How many letters may be wrong, missing, too many or swapped: none in a short word, of which many
/// others are near, and none in a number or a code.
fn n_errors(word: &str) -> usize {
    if word.chars().any(|character| !character.is_alphabetic()) {
        return 0;
    }
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// Where a word stands by itself.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let stands_alone = |&(at, _): &(usize, &str)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    };
    text.match_indices(word).find(stands_alone).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Audience;
    use crate::index::Index;

    fn check(word: &str, expected: Option<&str>) {
        let nothing = Index::default();
        let view = nothing.seen_by(Audience::Curator);
        let (text, corrected) = correct(view, word, &[word.to_owned()]);
        assert_eq!(corrected.first().map(|(_, instead)| instead.as_str()), expected, "{word}");
        assert_eq!(text, expected.unwrap_or(word));
    }

    #[test]
    fn typing_errors_are_mended() {
        check("kidny", Some("kidney"));
        check("kindey", Some("kidney"));
        check("livver", Some("liver"));
        check("femru", Some("femur"));
        check("galbladder", Some("gallbladder"));
        check("gallblader", Some("gallbladder"));
        check("clavicel", Some("clavicle"));
        check("femael", Some("female"));
    }

    #[test]
    fn what_is_no_typing_error_is_left() {
        for word in ["ear", "xyzzy", "s0224", "rip", "of", "plugh", "", "12345678"] {
            check(word, None);
        }
    }

    #[test]
    fn a_word_is_mended_where_it_stands_alone() {
        let unknown = ["kidny".to_owned()];
        let nothing = Index::default();
        let view = nothing.seen_by(Audience::Curator);
        let (text, _) = correct(view, "kidnyx left kidny", &unknown);
        assert_eq!(text, "kidnyx left kidney");
    }
}
