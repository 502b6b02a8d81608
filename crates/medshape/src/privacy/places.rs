//! Postal addresses and institutions.

use std::ops::Range;

use super::dates::Digits;
use super::found::{Found, Rule};
use super::words::{Case, Link, Word};

pub(super) fn find(text: &str, digits: &[Digits], words: &[Word], found: &mut Vec<Found>) {
    for (place, word) in words.iter().enumerate() {
        found.extend(street_before_number(text, digits, word));
        found.extend(number_before_street(text, digits, words, place));
        found.extend(institution(words, place));
    }
    found.extend(american_towns(text, digits, words));
}

/// Ends of German and Dutch names of streets, which the number follows.
const ENDS: [&str; 12] = [
    "strasse", "str", "weg", "platz", "allee", "gasse", "chaussee", "stieg", "straat", "laan",
    "gracht", "steig",
];

/// Words before a name of a street whose number stands at its end.
const STREETS_FIRST: [&str; 14] = [
    "calle", "avenida", "avda", "plaza", "paseo", "via", "viale", "piazza", "corso", "ul", "ulica",
    "rua", "travessa", "carrer",
];

/// `Hauptstraße 12`, `Am Alten Platz 3`, `Calle Mayor 12`, `ul. Długa 5`.
fn street_before_number(text: &str, digits: &[Digits], word: &Word) -> Option<Found> {
    let is_named = word.is_proper()
        && ENDS.iter().any(|end| word.plain.strip_suffix(end).is_some_and(|name| name.len() >= 3));
    let is_alone =
        word.is_proper() && matches!(word.plain.as_str(), "strasse" | "allee" | "gasse" | "straat");
    if is_named || is_alone {
        let number = next_number(text, digits, word.span.end, 3)?;
        return Some(Found::high(Rule::Address, word.span.start..number.end));
    }
    let is_street = STREETS_FIRST.contains(&word.plain.as_str());
    let is_written_so =
        word.is_proper() || matches!(word.plain.as_str(), "ul" | "via" | "calle" | "rua");
    if !is_street || !is_written_so {
        return None;
    }
    let number = next_number(text, digits, word.span.end, 40)?;
    let name = &text[word.span.end..number.start];
    let has_name =
        name.split_whitespace().any(|word| word.starts_with(char::is_uppercase) && word.len() > 2);
    let is_name =
        name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | ',' | '\'' | 'º' | '-'));
    (has_name && is_name).then(|| Found::high(Rule::Address, word.span.start..number.end))
}

/// A house number close behind: at most four digits.
fn next_number(
    text: &str,
    digits: &[Digits],
    at: usize,
    most_between: usize,
) -> Option<Range<usize>> {
    let next = digits.partition_point(|run| run.span.start < at);
    let span = &digits.get(next)?.span;
    let between = &text[at..span.start];
    let is_near = between.len() <= most_between && between.starts_with([' ', '.', '_', ',']);
    (is_near && span.len() <= 4).then(|| span.clone())
}

/// Words behind which a name of a street is at an end.
const STREETS_LAST: [&str; 20] = [
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "drive",
    "dr",
    "boulevard",
    "blvd",
    "court",
    "ct",
    "terrace",
    "crescent",
    "close",
    "way",
    "highway",
    "sokak",
];

/// Words before a name of a street whose number stands in front.
const STREETS_FRENCH: [&str; 8] =
    ["rue", "avenue", "boulevard", "chemin", "impasse", "allee", "quai", "place"];

/// `12 Baker Street`, `221B Baker St`, `12 rue de la Paix`.
fn number_before_street(
    text: &str,
    digits: &[Digits],
    words: &[Word],
    place: usize,
) -> Option<Found> {
    let word = &words[place];
    let is_french = STREETS_FRENCH.contains(&word.plain.as_str());
    if is_french && let Some(number) = number_before(text, digits, word.span.start) {
        let name = words[place + 1..].iter().take(4).find(|word| word.is_proper());
        if let Some(name) = name.filter(|name| name.span.start - word.span.end <= 12) {
            return Some(Found::high(Rule::Address, number.start..name.span.end));
        }
    }
    let is_street = STREETS_LAST.contains(&word.plain.as_str()) && word.is_proper();
    if !is_street {
        return None;
    }
    // One to three capitalised words, and a number before them.
    for back in 1..=3 {
        let first = &words[place.checked_sub(back)?];
        let next = &words[place + 1 - back];
        let is_near = matches!(next.link, Link::Space | Link::Underscore | Link::Dot);
        if !is_near || first.case == Case::Lower {
            return None;
        }
        if let Some(number) = number_before(text, digits, first.span.start) {
            let is_name = back > 1 || first.is_proper();
            return is_name.then(|| Found::high(Rule::Address, number.start..word.span.end));
        }
    }
    None
}

/// A house number right before, perhaps with a letter.
fn number_before(text: &str, digits: &[Digits], at: usize) -> Option<Range<usize>> {
    let before = digits.partition_point(|run| run.span.end <= at).checked_sub(1)?;
    let span = &digits[before].span;
    let between = &text[span.end..at];
    let letters = between.trim_matches([' ', '_', ',']);
    let is_letter = letters.is_empty()
        || letters.len() == 1 && letters.chars().all(|c| c.is_ascii_alphabetic());
    let is_near = between.len() <= 4 && between.contains([' ', '_']);
    (is_near && is_letter && span.len() <= 5).then(|| span.clone())
}

/// `Springfield, IL 62704`, and `45147 Essen` where a street has been found anyway.
fn american_towns(text: &str, digits: &[Digits], words: &[Word]) -> Vec<Found> {
    let mut found = Vec::new();
    for pair in words.windows(2) {
        let [town, state] = pair else { continue };
        let is_state =
            state.case == Case::Upper && state.plain.len() == 2 && state.link == Link::Comma;
        if !is_state || !town.is_proper() {
            continue;
        }
        let next = digits.partition_point(|run| run.span.start < state.span.end);
        let Some(code) = digits.get(next).map(|run| &run.span) else { continue };
        if code.len() == 5 && &text[state.span.end..code.start] == " " {
            found.push(Found::high(Rule::Address, town.span.start..code.end));
        }
    }
    found
}

const INSTITUTIONS: [&str; 16] = [
    "hospital",
    "klinikum",
    "universitaetsklinikum",
    "krankenhaus",
    "klinik",
    "infirmary",
    "hopital",
    "ospedale",
    "szpital",
    "hastanesi",
    "charite",
    "policlinico",
    "poliklinik",
    "clinic",
    "sanatorium",
    "uniklinik",
];

/// `Essen University Hospital`, `Klinikum Zwickau`: with a capital, and one beside it.
fn institution(words: &[Word], place: usize) -> Option<Found> {
    let word = &words[place];
    if !INSTITUTIONS.contains(&word.plain.as_str()) || !word.is_proper() {
        return None;
    }
    let is_near =
        |link: Link| matches!(link, Link::Space | Link::Underscore | Link::Camel | Link::Hyphen);
    let before = place
        .checked_sub(1)
        .map(|before| &words[before])
        .filter(|before| is_near(word.link) && before.is_proper());
    let after = words.get(place + 1).filter(|after| is_near(after.link) && after.is_proper());
    match (before, after) {
        (Some(before), _) => {
            Some(Found::medium(Rule::Institution, before.span.start..word.span.end))
        }
        (None, Some(after)) => {
            Some(Found::medium(Rule::Institution, word.span.start..after.span.end))
        }
        _ => None,
    }
}
