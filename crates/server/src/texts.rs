//! What pages say, in each language: one file a language below `texts/`, and a constant for each text.
//!
//! A text that does not exist is refused by the compiler, one that nothing uses by a lint, and one that a
//! language lacks by a test.

use std::fmt::{Display, Write as _};

use maud::{Escaper, Markup, PreEscaped, Render};

use crate::language::Language;
use crate::words;

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// A language as its file describes it.
pub(crate) struct Written {
    /// As in `lang` attributes: `de`.
    pub(crate) tag: &'static str,
    /// As it calls itself.
    pub(crate) name: &'static str,
    pub(crate) decimal: &'static str,
    pub(crate) group: &'static str,
    /// How a day is written, of `{year}`, `{month}` and `{day}`.
    pub(crate) date: &'static str,
    plural: Plural,
    /// By the numbers of their keys; a text that is missing is that of the first language.
    texts: &'static [Option<Text>],
    scripts: &'static [(&'static str, &'static str)],
    /// Names of texts that this language or the first one lacks.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test wants none"))]
    unlike: &'static [&'static str],
}

/// A text, or its plural forms.
#[derive(Debug)]
struct Text {
    one: Option<&'static str>,
    few: Option<&'static str>,
    many: Option<&'static str>,
    other: &'static str,
}

/// How a language tells whole numbers apart (Unicode CLDR, plural rules).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "languages to come name the others")]
enum Plural {
    /// It does not: Chinese, Japanese.
    None,
    /// One and others: English, German, Italian.
    One,
    /// Nothing and one alike: French.
    ZeroOne,
    /// By the last digits: Russian, Ukrainian.
    EastSlavic,
    /// By the last digits, and one by itself: Polish.
    Polish,
    /// One, two to four, others: Czech, Slovak.
    Czech,
}

impl Plural {
    fn form(self, text: &Text, n: u64) -> &'static str {
        let is_few = matches!(n % 10, 2..=4) && !matches!(n % 100, 12..=14);
        let form = match (self, n) {
            (Self::One | Self::Polish | Self::Czech, 1) | (Self::ZeroOne, 0 | 1) => text.one,
            (Self::Czech, 2..=4) => text.few,
            (Self::EastSlavic, _) if n % 10 == 1 && n % 100 != 11 => text.one,
            (Self::EastSlavic | Self::Polish, _) if is_few => text.few,
            (Self::EastSlavic | Self::Polish, _) => text.many,
            _ => None,
        };
        form.unwrap_or(text.other)
    }
}

/// Names a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(usize);

impl Key {
    fn written(self) -> &'static Text {
        // Every key is one of the first language, and every language has as many places.
        static EMPTY: Text = Text { one: None, few: None, many: None, other: "" };
        let of = |written: &'static Written| written.texts.get(self.0)?.as_ref();
        of(Language::current().written()).or_else(|| of(&LANGUAGES[0])).unwrap_or(&EMPTY)
    }

    fn form(self, n: u64) -> &'static str {
        Language::current().written().plural.form(self.written(), n)
    }

    /// The text, in the language of the request.
    pub(crate) fn text(self) -> &'static str {
        self.written().other
    }

    /// The text with values in the places that have their names.
    pub(crate) fn with(self, values: &[(&str, &dyn Display)]) -> String {
        filled(self.text(), values)
    }

    /// The text in the form that goes with a number, which stands in the place `{n}`.
    pub(crate) fn counted(self, n: u64) -> String {
        self.counted_with(n, &[])
    }

    /// The same, with further values.
    pub(crate) fn counted_with(self, n: u64, values: &[(&str, &dyn Display)]) -> String {
        let number = words::grouped(n);
        let mut all: Vec<(&str, &dyn Display)> = vec![("n", &number)];
        all.extend_from_slice(values);
        filled(self.form(n), &all)
    }

    /// The text around elements, which stand in the places that have their names.
    pub(crate) fn around(self, parts: &[(&str, Markup)]) -> Markup {
        around(self.text(), parts)
    }
}

impl Render for Key {
    fn render_to(&self, buffer: &mut String) {
        self.text().render_to(buffer);
    }
}

/// What scripts of this section say, as JSON.
pub(crate) fn of_scripts(section: &str) -> &'static str {
    let scripts = Language::current().written().scripts;
    scripts.iter().find(|(name, _)| *name == section).map_or("{}", |(_, json)| *json)
}

fn filled(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut out = String::new();
    for piece in pieces(text) {
        let value = |name| values.iter().find(|(known, _)| *known == name);
        // Writing to a string does not fail.
        let _ = match piece {
            Piece::Text(text) => out.write_str(text),
            Piece::Place(name) => value(name).map_or(Ok(()), |(_, value)| write!(out, "{value}")),
        };
    }
    out
}

fn around(text: &str, parts: &[(&str, Markup)]) -> Markup {
    let mut out = String::new();
    for piece in pieces(text) {
        let part = |name| parts.iter().find(|(known, _)| *known == name);
        match piece {
            // Writing to a string does not fail.
            Piece::Text(text) => _ = Escaper::new(&mut out).write_str(text),
            Piece::Place(name) => out += part(name).map_or("", |(_, part)| part.0.as_str()),
        }
    }
    PreEscaped(out)
}

enum Piece<'a> {
    Text(&'a str),
    Place(&'a str),
}

/// A text in pieces: `{name}` is a place.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        pieces.extend([Piece::Text(before), Piece::Place(name)]);
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_text_is_there_in_every_language() {
        for written in LANGUAGES {
            assert_eq!(written.unlike, &[] as &[&str], "{}: missing, or too much", written.tag);
        }
    }

    /// The places of all forms of a text.
    fn places(text: &Text) -> BTreeSet<&str> {
        let forms = [text.one, text.few, text.many, Some(text.other)];
        let all = forms.into_iter().flatten().flat_map(pieces);
        all.filter_map(|piece| match piece {
            // A form for one may say the number in a word.
            Piece::Place(name) => (name != "n").then_some(name),
            Piece::Text(_) => None,
        })
        .collect()
    }

    #[test]
    fn every_translation_has_the_places_of_the_first_language() {
        for written in LANGUAGES {
            for (at, name) in NAMES.iter().enumerate() {
                let (Some(first), Some(text)) = (&LANGUAGES[0].texts[at], &written.texts[at])
                else {
                    continue;
                };
                assert_eq!(places(text), places(first), "{}: {name}", written.tag);
                assert!(!text.other.trim().is_empty(), "{}: {name}", written.tag);
                let is_plural = |text: &Text| text.other.contains("{n}");
                assert_eq!(is_plural(text), is_plural(first), "{}: {name}", written.tag);
            }
        }
    }

    #[test]
    fn plurals_are_those_of_the_cldr() {
        let text = Text { one: Some("one"), few: Some("few"), many: Some("many"), other: "other" };
        let check = |plural: Plural, expected: &[(u64, &str)]| {
            for (n, form) in expected {
                assert_eq!(plural.form(&text, *n), *form, "{plural:?} {n}");
            }
        };
        check(Plural::One, &[(0, "other"), (1, "one"), (2, "other"), (21, "other")]);
        check(Plural::ZeroOne, &[(0, "one"), (1, "one"), (2, "other")]);
        check(Plural::None, &[(0, "other"), (1, "other")]);
        let slavic = [(1, "one"), (3, "few"), (5, "many"), (11, "many"), (12, "many"), (22, "few")];
        check(Plural::EastSlavic, &slavic);
        check(Plural::EastSlavic, &[(21, "one"), (0, "many"), (111, "many")]);
        check(Plural::Polish, &slavic);
        check(Plural::Polish, &[(21, "many"), (0, "many")]);
        check(Plural::Czech, &[(1, "one"), (4, "few"), (5, "other"), (22, "other")]);
    }

    #[test]
    fn text_of_places_is_escaped_and_elements_are_not() {
        let made = around("a < {link}, {n}", &[("link", PreEscaped("<a>".to_owned()))]);
        assert_eq!(made.0, "a &lt; <a>, ");
        assert_eq!(filled("{a}-{b}", &[("b", &2), ("a", &1)]), "1-2");
    }
}
