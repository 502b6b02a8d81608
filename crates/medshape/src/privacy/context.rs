//! What stands behind a word that says what it is: `MRN 1234567`, `geb. 4.3.57`, `Patient: Zblewski`.

use std::ops::Range;

use super::dates::{Digits, Form, is_part_of_hash};
use super::found::{Found, Rule};
use super::keys::{self, Kind};
use super::numbers::phone_end;
use super::words::{Case, Link, Strength, Word};

pub(super) fn find(
    text: &str,
    words: &[Word],
    digits: &[Digits],
    dates: &[(Range<usize>, Form)],
    found: &mut Vec<Found>,
) {
    let mut place = 0;
    while place < words.len() {
        let (n_words, kinds) = phrase(&words[place..]);
        let end = words[place + n_words.max(1) - 1].span.end;
        let value = Value { text, words, digits, dates, phrase: &words[place], end };
        found.extend(kinds.iter().find_map(|kind| value.find(*kind)));
        place += n_words.max(1);
    }
}

/// The longest phrase that begins here and is a key.
fn phrase(words: &[Word]) -> (usize, &'static [Kind]) {
    const LONGEST: usize = 4;
    let is_joined = |word: &Word| !matches!(word.link, Link::Other | Link::Comma);
    let n_joined =
        1 + words.iter().skip(1).take(LONGEST - 1).take_while(|word| is_joined(word)).count();
    for n_words in (1..=n_joined).rev() {
        let phrase: String = words[..n_words].iter().map(|word| word.plain.as_str()).collect();
        let kinds = keys::kinds(&phrase);
        if !kinds.is_empty() {
            return (n_words, kinds);
        }
    }
    (0, &[])
}

struct Value<'a> {
    text: &'a str,
    words: &'a [Word],
    digits: &'a [Digits],
    dates: &'a [(Range<usize>, Form)],
    phrase: &'a Word,
    /// Where the phrase ends.
    end: usize,
}

impl Value<'_> {
    fn find(&self, kind: Kind) -> Option<Found> {
        match kind {
            Kind::Name => self.name(true),
            Kind::Maker => self.name(false),
            Kind::Id => self.number(4).map(|span| Found::high(Rule::PatientId, span)),
            Kind::ShortId => self.short_id(),
            Kind::Insurance => self.number(5).map(|span| Found::high(Rule::InsuranceNumber, span)),
            Kind::BirthDate => self.birth_date(),
            Kind::Phone => self.phone(),
            Kind::Address => self.address(),
            Kind::Age => self.age(),
            Kind::Device => self.number(4).map(|span| Found::medium(Rule::Device, span)),
            Kind::Institution => self.institution(),
            _ => None,
        }
    }

    /// Where the value begins: behind marks, and words such as `No.` and `is`.
    fn begin(&self) -> usize {
        const FILLERS: [&str; 16] = [
            "no", "nr", "num", "number", "nummer", "is", "ist", "der", "am", "on", "den", "id",
            "des", "the", "code", "le",
        ];
        let mut at = self.end;
        for _ in 0..3 {
            let rest = &self.text[at..];
            let blank = rest.len()
                - rest
                    .trim_start_matches([
                        ' ', ':', '=', '#', '.', '_', '-', '"', '\'', '(', ')', '*',
                    ])
                    .len();
            at += blank.min(6);
            let next = self.words.partition_point(|word| word.span.start < at);
            let Some(word) = self.words.get(next).filter(|word| word.span.start == at) else {
                break;
            };
            if !FILLERS.contains(&word.plain.as_str()) {
                break;
            }
            at = word.span.end;
        }
        at
    }

    /// Whether a colon or an equals sign follows the phrase: then something is said of it.
    fn is_assigned(&self) -> bool {
        self.text[self.end..].trim_start().starts_with([':', '='])
    }

    fn short_id(&self) -> Option<Found> {
        let is_said_to_be_number = self.text[self.end..self.begin()].contains('#');
        let span = self.number(if is_said_to_be_number { 4 } else { 6 })?;
        let value = &self.text[span.clone()];
        // Long series of `case_000123` are everywhere, and so are identifiers of rows.
        let is_vague = matches!(
            self.phrase.plain.as_str(),
            "case" | "id" | "nr" | "subject" | "order" | "fall"
        );
        let n_digits = value.bytes().filter(u8::is_ascii_digit).count();
        let is_padded = value.starts_with("00");
        (!is_vague || n_digits >= 7 && !is_padded).then(|| Found::high(Rule::PatientId, span))
    }

    /// A number, perhaps with letters and marks in it, that begins here and has so many digits.
    fn number(&self, n_digits: usize) -> Option<Range<usize>> {
        let begin = self.begin();
        let rest = head(&self.text[begin..], 40);
        let is_of_number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.');
        let end = rest.find(|c| !is_of_number(c)).unwrap_or(rest.len());
        let written = rest[..end].trim_end_matches(['.', '-', '/']);
        // The end of a file's name is none of the number.
        let is_end = |(at, _): &(usize, &str)| written[at + 1..].starts_with(char::is_alphabetic);
        let end = written.match_indices('.').find(is_end).map_or(written.len(), |(at, _)| at);
        let written = &written[..end];
        let n_found = written.bytes().filter(u8::is_ascii_digit).count();
        let n_letters = written.bytes().filter(u8::is_ascii_alphabetic).count();
        let is_decimal = written.split_once('.').is_some_and(|(whole, part)| {
            whole.len() <= 1 && part.bytes().all(|byte| byte.is_ascii_digit())
        });
        let is_hash = is_part_of_hash(self.text, &(begin..begin + written.len()));
        if n_found >= n_digits && n_letters <= n_found && !is_decimal && !is_hash {
            return Some(begin..begin + written.len());
        }
        // Groups with blanks: `943 476 5919`.
        let (end, n_grouped) = phone_end(self.text, begin);
        let starts_so = rest.starts_with(|c: char| c.is_ascii_digit());
        (starts_so
            && n_grouped >= n_digits.max(6)
            && n_grouped <= 20
            && !self.text[begin..end].contains('.'))
        .then_some(begin..end)
    }

    fn birth_date(&self) -> Option<Found> {
        const NEAR: usize = 24;
        // `born in Essen on 4 March 1957` has a place in between.
        let next = self.dates.partition_point(|(span, _)| span.start < self.end);
        let (span, _) = self.dates.get(next).filter(|(span, _)| span.start - self.end <= NEAR)?;
        Some(Found::high(Rule::BirthDate, span.clone()))
    }

    fn phone(&self) -> Option<Found> {
        let begin = self.begin();
        let begin = begin - usize::from(self.text[..begin].ends_with('('));
        let (end, n_digits) = phone_end(self.text, begin);
        (6..=16).contains(&n_digits).then(|| Found::high(Rule::Phone, begin..end))
    }

    /// Capitalised words behind `Patient:`; behind vaguer words only if they look like a name.
    fn name(&self, is_sure: bool) -> Option<Found> {
        let begin = self.begin();
        let is_assigned = self.is_assigned();
        if !is_assigned && !is_sure {
            return None;
        }
        let first = self.words.partition_point(|word| word.span.start < begin);
        let mut named: Option<Range<usize>> = None;
        let mut n_named = 0;
        for (place, word) in self.words[first..].iter().take(5).enumerate() {
            let is_near =
                if place == 0 { word.span.start <= begin + 1 } else { word.link != Link::Other };
            let may_be = word.case == Case::Initial
                || word.is_proper()
                    && !word.known.is_placeholder
                    && (!word.known.is_word || word.known.name() > Strength::None);
            let is_key = place > 0
                && !keys::kinds(&word.plain).is_empty()
                && word.known.name() == Strength::None;
            if !is_near || !may_be || is_key {
                break;
            }
            n_named += usize::from(word.case != Case::Initial);
            named = Some(named.map_or(word.span.start, |named| named.start)..word.span.end);
        }
        // `Patient Overlay` may be anything.
        let n_least = if is_sure && (is_assigned || !self.phrase_is_vague()) { 1 } else { 2 };
        named.filter(|_| n_named >= n_least).map(|span| Found::high(Rule::PersonName, span))
    }

    fn phrase_is_vague(&self) -> bool {
        matches!(
            self.phrase.plain.as_str(),
            "patient"
                | "patientin"
                | "operator"
                | "physician"
                | "technician"
                | "radiologist"
                | "nom"
                | "hasta"
        )
    }

    /// A number and a word at least, up to the end of the phrase.
    fn address(&self) -> Option<Found> {
        if !self.is_assigned() {
            return None;
        }
        let begin = self.begin();
        let rest = head(&self.text[begin..], 120);
        let end = rest.find([';', '\t', '|', '"', '\n', '{', '}']).unwrap_or(rest.len());
        let value = rest[..end].trim_end();
        let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
        let is_network = value.contains("0x") || value.starts_with("http") || value.contains('@');
        (has_digit && value.chars().any(char::is_alphabetic) && !is_network)
            .then(|| Found::high(Rule::Address, begin..begin + value.len()))
    }

    fn age(&self) -> Option<Found> {
        let begin = self.begin();
        let next = self.digits.partition_point(|run| run.span.start < begin);
        let run = self.digits.get(next).filter(|run| run.span.start == begin)?;
        let age: u32 = self.text[run.span.clone()].parse().ok()?;
        (90..=125).contains(&age).then(|| Found::medium(Rule::Age, run.span.clone()))
    }

    fn institution(&self) -> Option<Found> {
        if !self.is_assigned() {
            return None;
        }
        let begin = self.begin();
        let rest = head(&self.text[begin..], 120);
        let end = rest.find([';', '\t', '|', ',', '"', '\n']).unwrap_or(rest.len());
        let value = rest[..end].trim_end();
        let is_said = value.chars().filter(|c| c.is_alphabetic()).count() >= 3;
        is_said.then(|| Found::medium(Rule::Institution, begin..begin + value.len()))
    }
}

/// The first bytes of a text, at most so many.
fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}
