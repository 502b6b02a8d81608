//! The words of a text: where they are, how they are written, and what is known of them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use medshape_catalog::Anatomy;

/// A word of a text: letters, with apostrophes between them. `HansMueller` is two words.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
    /// Lower case, without marks, umlauts as ae, oe, ue.
    pub(super) plain: String,
    pub(super) case: Case,
    /// What stands between it and the word before.
    pub(super) link: Link,
    pub(super) known: Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    /// `Anna`.
    Title,
    /// `ANNA`.
    Upper,
    /// A single capital.
    Initial,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Nothing: a capital begins it.
    Camel,
    Space,
    Underscore,
    Hyphen,
    /// A comma, perhaps with a blank.
    Comma,
    /// A full stop, perhaps with a blank.
    Dot,
    /// Anything else, or it is the first word.
    Other,
}

/// What the lists say of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Known {
    pub(super) given: Strength,
    pub(super) family: Strength,
    /// A word of anatomy, of the field or of every day.
    pub(super) is_word: bool,
    /// Stands where a name was removed.
    pub(super) is_placeholder: bool,
}

/// How much a word says that it is a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Strength {
    #[default]
    None,
    /// It means other things as well.
    Weak,
    Strong,
}

impl Known {
    /// The stronger of given and family name.
    pub(super) fn name(self) -> Strength {
        self.given.max(self.family)
    }

    pub(super) fn is_name(self) -> bool {
        self.name() == Strength::Strong
    }

    /// In no list.
    pub(super) fn is_unheard(self) -> bool {
        self == Self::default()
    }
}

impl Word {
    /// Whether it begins with a capital and goes on.
    pub(super) fn is_proper(&self) -> bool {
        matches!(self.case, Case::Title | Case::Upper)
    }

    /// Whether it has the end of a family name of some language: `-ovic`, `-escu`, `-sson`.
    pub(super) fn ends_like_family(&self) -> bool {
        const SHORTEST: usize = 6;
        self.plain.len() >= SHORTEST && FAMILY_ENDS.iter().any(|end| self.plain.ends_with(end))
    }

    /// Whether it may be a name that is in no list: a capital, three letters, no word known.
    pub(super) fn may_be_name(&self) -> bool {
        self.is_proper() && self.known.is_unheard() && self.plain.len() >= 3
    }
}

/// Ends that hardly any word but a family name has.
const FAMILY_ENDS: [&str; 44] = [
    "ski", "ska", "cki", "cka", "wicz", "czyk", "czak", "ewski", "ovic", "evic", "ovich", "evich",
    "ova", "eva", "enko", "chuk", "shvili", "yan", "escu", "eanu", "oglu", "sson", "dottir",
    "ensen", "insen", "gaard", "strom", "stroem", "qvist", "quist", "inen", "anen", "onen",
    "poulos", "idis", "akis", "andez", "inguez", "mann", "meier", "meyer", "maier", "bauer",
    "huber",
];

/// All words of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((begin, first)) = chars.next() {
        if !first.is_alphabetic() {
            continue;
        }
        let mut end = begin + first.len_utf8();
        let mut last = first;
        while let Some(&(at, next)) = chars.peek() {
            if !goes_on(last, next, &text[at + next.len_utf8()..]) {
                break;
            }
            last = next;
            end = at + next.len_utf8();
            chars.next();
        }
        let between = words.last().map(|word| &text[word.span.end..begin]);
        words.push(word(text, begin..end, between));
    }
    words
}

/// Whether `next` belongs to the word that has come to `last`.
fn goes_on(last: char, next: char, rest: &str) -> bool {
    let mut rest = rest.chars();
    let after = rest.next();
    if matches!(next, '\'' | '’') {
        // `Adam's` is Adam.
        let is_possessive = after == Some('s') && !rest.next().is_some_and(char::is_alphabetic);
        let is_inside = last.is_alphabetic() && after.is_some_and(char::is_alphabetic);
        return is_inside && !is_possessive;
    }
    if !next.is_alphabetic() {
        return is_mark(next);
    }
    if matches!(last, '\'' | '’') || !next.is_uppercase() {
        // `CTScan`: the last capital of a run belongs to what follows, but there is no going back;
        // `goes_on` was asked before it with the small letter in sight.
        return true;
    }
    last.is_uppercase() && !after.is_some_and(char::is_lowercase)
}

/// Marks that follow their letter, as file names of some systems have them.
fn is_mark(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

fn word(text: &str, span: Range<usize>, between: Option<&str>) -> Word {
    let written = &text[span.clone()];
    let plain = plain(written);
    let known = known(&plain);
    Word { case: case(written), link: between.map_or(Link::Other, link), known, plain, span }
}

fn case(written: &str) -> Case {
    let mut letters = written.chars().filter(|c| c.is_alphabetic());
    let first_is_upper = letters.next().is_some_and(char::is_uppercase);
    match (first_is_upper, letters.next()) {
        (false, _) => Case::Lower,
        (true, None) => Case::Initial,
        (true, Some(second)) if second.is_uppercase() => Case::Upper,
        (true, Some(_)) => Case::Title,
    }
}

fn link(between: &str) -> Link {
    let mark = between.trim_matches([' ', '_', '\u{a0}']);
    match mark {
        "" if between.is_empty() => Link::Camel,
        "" if between.contains('_') && between.len() == 1 => Link::Underscore,
        "" if between.len() <= 2 => Link::Space,
        "-" if between.len() == 1 => Link::Hyphen,
        "," | ";" | "\t" => Link::Comma,
        "." => Link::Dot,
        "%20" => Link::Space,
        _ => Link::Other,
    }
}

/// Lower case, without marks, umlauts as ae, oe, ue.
pub(super) fn plain(written: &str) -> String {
    let mut plain = String::with_capacity(written.len());
    for character in written.chars() {
        match character {
            'a'..='z' => plain.push(character),
            'A'..='Z' => plain.push(character.to_ascii_lowercase()),
            _ => push_plain(character, &mut plain),
        }
    }
    plain
}

fn push_plain(character: char, plain: &mut String) {
    let letters = match character.to_lowercase().next().unwrap_or(character) {
        'ä' | 'æ' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' | 'ō' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ű' | 'ū' | 'ů' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '\'' | '’' | '\u{300}'..='\u{36f}' => "",
        other => return plain.push(other),
    };
    plain.push_str(letters);
}

/// What the lists say of a word in plain form.
pub(super) fn known(plain: &str) -> Known {
    static LISTS: OnceLock<HashMap<String, Known>> = OnceLock::new();
    let lists = LISTS.get_or_init(lists);
    // Dictionaries of Nordic and Turkish names write ö as o.
    let found = lists.get(plain).copied();
    found
        .or_else(|| narrow(plain).and_then(|narrow| lists.get(&narrow).copied()))
        .unwrap_or_default()
}

/// `oe` and `ue` written as `o` and `u`: `oezdemir` is `ozdemir`.
fn narrow(plain: &str) -> Option<String> {
    let has_umlaut = ["ae", "oe", "ue"].iter().any(|umlaut| plain.contains(umlaut));
    has_umlaut.then(|| plain.replace("ae", "a").replace("oe", "o").replace("ue", "u"))
}

fn lists() -> HashMap<String, Known> {
    let mut lists: HashMap<String, Known> = HashMap::new();
    for structure in Anatomy::builtin().structures() {
        let names =
            [&structure.name].into_iter().chain(&structure.latin).chain(&structure.synonyms);
        for word in names.flat_map(|name| name.split(|c: char| !c.is_alphabetic())) {
            if !word.is_empty() {
                lists.entry(plain(word)).or_default().is_word = true;
            }
        }
    }
    for (section, word) in entries(include_str!("words.txt")) {
        let known = lists.entry(word.to_owned()).or_default();
        known.is_word = true;
        known.is_placeholder |= section == "placeholder";
    }
    for (section, entry) in entries(include_str!("names.txt")) {
        let name = entry.trim_end_matches('?');
        let known = lists.entry(name.to_owned()).or_default();
        let is_weak = known.is_word || name.len() < entry.len();
        let strength = if is_weak { Strength::Weak } else { Strength::Strong };
        let place = if section == "given" { &mut known.given } else { &mut known.family };
        *place = (*place).max(strength);
    }
    lists
}

/// The words of a list, each with its section.
fn entries(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut section = "";
    list.lines().filter(|line| !line.starts_with('#')).flat_map(move |line| {
        let heading = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        section = heading.unwrap_or(section);
        let line = if heading.is_some() { "" } else { line };
        line.split_whitespace().map(move |word| (section, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found: Vec<_> = words(text).into_iter().map(|word| word.plain).collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn words_end_at_capitals_digits_and_marks() {
        check("MuellerHans", "mueller hans");
        check("john_smith-liver2.stl", "john smith liver stl");
        check("CTScan", "ct scan");
        check("O'Brien, Zoë", "obrien zoe");
        check("Adam's apple", "adam s apple");
        check("Müller Łukasz GROẞ", "mueller lukasz gross");
        check("1.5mm", "mm");
    }

    #[test]
    fn links_and_cases_are_noted() {
        let words = words("Doe, JOHN_f. Kennedy");
        let links: Vec<_> = words.iter().map(|word| word.link).collect();
        assert_eq!(links, [Link::Other, Link::Comma, Link::Underscore, Link::Dot]);
        let cases: Vec<_> = words.iter().map(|word| word.case).collect();
        assert_eq!(cases, [Case::Title, Case::Upper, Case::Lower, Case::Title]);
    }

    #[test]
    fn lists_know_names_and_words() {
        assert!(known("kowalska").is_name() && known("oezdemir").is_name());
        assert_eq!(known("max").name(), Strength::Weak);
        assert!(known("femur").is_word && known("anonymous").is_placeholder);
        assert!(known("zblewski").is_unheard());
    }

    #[test]
    fn no_word_of_anatomy_is_a_strong_name() {
        for structure in Anatomy::builtin().structures() {
            let names = structure.synonyms.iter().chain([&structure.name, &structure.id]);
            for word in names.flat_map(|name| words(name)) {
                assert!(!word.known.is_name(), "{}", word.plain);
            }
        }
    }
}
