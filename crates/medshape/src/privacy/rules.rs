//! Judges a text: what in it may say who somebody is.

use medshape_formats::texts::{Role, Text};

use super::found::{Found, Rule, without_overlaps};
use super::keys::{self, Kind};
use super::names::Setting;
use super::words::{Word, words};
use super::{context, dates, names, network, numbers, places, value};

/// What the rules find in a text, each place once.
pub(super) fn judge(text: &Text) -> Vec<Found> {
    let words = words(&text.text);
    let kinds = keys::of(&text.key);
    if kinds.contains(&Kind::Opaque) {
        return vec![Found::medium(Rule::NotLookedInto, 0..text.text.len())];
    }
    if kinds.iter().any(|kind| matches!(kind, Kind::PackingTime | Kind::PackingOwner)) {
        return Vec::from_iter(value::judge(&text.text, &words, kinds));
    }
    let mut found = in_running_text(&text.text, &words, setting(text.role));
    if kinds.contains(&Kind::Font) {
        found.retain(|found| found.rule != Rule::PossibleName);
    }
    if kinds.contains(&Kind::Authors) {
        found.iter_mut().filter(|found| is_of_author(found.rule)).for_each(|found| {
            *found = Found::medium(Rule::Author, found.span.clone());
        });
    }
    found.extend(value::judge(&text.text, &words, kinds));
    without_overlaps(found)
}

fn is_of_author(rule: Rule) -> bool {
    matches!(rule, Rule::PersonName | Rule::PossibleName | Rule::Email)
}

fn setting(role: Role) -> Setting {
    match role {
        Role::Words => Setting::Prose,
        Role::Name => Setting::FileName,
        Role::Noise => Setting::Noise,
    }
}

fn in_running_text(text: &str, words: &[Word], setting: Setting) -> Vec<Found> {
    let mut found = Vec::new();
    let digits = dates::digits(text);
    let dates = dates::find(text, &digits, words);
    names::find(text, words, setting, &mut found);
    network::find(text, setting, &mut found);
    let mut of_network: Vec<_> = found
        .iter()
        .filter(|found| matches!(found.rule, Rule::Uid | Rule::IpAddress))
        .map(|found| found.span.clone())
        .collect();
    of_network.sort_by_key(|span| span.start);
    // Digits of an identifier are no dates and no telephones.
    let is_free = |span: &std::ops::Range<usize>| {
        let before = of_network.partition_point(|taken| taken.start < span.end);
        before == 0 || of_network[before - 1].end <= span.start
    };
    let mut numbered = Vec::new();
    for (span, form) in &dates {
        if *form == dates::Form::Full {
            numbered.push(Found::medium(Rule::Date, span.clone()));
        }
    }
    numbers::find(text, &digits, &mut numbered);
    if setting == Setting::FileName {
        numbers::find_long(text, &digits, &mut numbered);
    }
    if setting != Setting::Noise {
        places::find(text, &digits, words, &mut numbered);
    }
    context::find(text, words, &digits, &dates, &mut numbered);
    found.extend(numbered.into_iter().filter(|found| is_free(&found.span)));
    private_words(text, words, &mut found);
    found.extend(old_ages(text, words, &digits));
    found
}

/// Words that say that something is not for everybody.
fn private_words(text: &str, words: &[Word], found: &mut Vec<Found>) {
    const PRIVATE: [&str; 8] = [
        "confidential",
        "vertraulich",
        "confidentiel",
        "confidencial",
        "riservato",
        "poufne",
        "gizli",
        "geheim",
    ];
    for word in words.iter().filter(|word| PRIVATE.contains(&word.plain.as_str())) {
        found.push(Found::medium(Rule::PrivateWord, word.span.clone()));
    }
    let lower = text.to_lowercase();
    if lower.len() == text.len() {
        for phrase in ["strictly private", "do not distribute", "not for distribution"] {
            if let Some(at) = lower.find(phrase) {
                found.push(Found::medium(Rule::PrivateWord, at..at + phrase.len()));
            }
        }
    }
}

/// `93 years old`, `93-year-old`, `93 y/o`, `93-jährig`.
fn old_ages(text: &str, words: &[Word], digits: &[dates::Digits]) -> Vec<Found> {
    const YEARS: [&str; 8] = ["year", "years", "y", "yo", "yr", "yrs", "jahre", "jaehrig"];
    let mut found = Vec::new();
    for run in digits.iter().filter(|run| (2..=3).contains(&run.span.len())) {
        let age: u32 = text[run.span.clone()].parse().unwrap_or(0);
        let next = words.partition_point(|word| word.span.start < run.span.end);
        let is_year = words.get(next).is_some_and(|word| {
            word.span.start - run.span.end <= 1 && YEARS.contains(&word.plain.as_str())
        });
        let is_free = !text[..run.span.start].ends_with(|c: char| c.is_alphanumeric() || c == '.');
        if (90..=125).contains(&age) && is_year && is_free {
            found.push(Found::medium(Rule::Age, run.span.clone()));
        }
    }
    found
}
