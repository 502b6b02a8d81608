//! Names of persons in running text and in names of files.
//!
//! A single word that is mostly a name is a hint; two of them, or one beside a capitalised word that
//! is in no list, are a name; so is anything around a caret, as DICOM writes names, or behind a title.

use std::ops::Range;

use super::found::{Found, Rule};
use super::words::{Case, Link, Strength, Word};

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Prose,
    /// A name of a file, where small letters say nothing.
    FileName,
    /// Bytes that may look like letters by chance.
    Noise,
}

pub(super) fn find(text: &str, words: &[Word], setting: Setting, found: &mut Vec<Found>) {
    if text.contains('^') {
        carets(text, words, setting, found);
    }
    titles(text, words, found);
    if setting != Setting::Noise {
        last_first(text, words, found);
    }
    pairs(words, setting, found);
    initials(words, setting, found);
    if setting != Setting::Noise {
        singles(text, words, setting, found);
    }
    if setting == Setting::FileName {
        glued(words, found);
    }
}

/// `Doe^John`: parts of a name as DICOM writes it, whatever they are.
fn carets(text: &str, words: &[Word], setting: Setting, found: &mut Vec<Found>) {
    let shortest = if setting == Setting::Noise { 3 } else { 2 };
    let mut end_of_last = 0;
    for (caret, _) in text.match_indices('^') {
        if caret < end_of_last {
            continue;
        }
        let begin = end_of_last + part_begin(&text[end_of_last..caret]);
        let mut end = caret;
        // All further parts of the same name.
        while text[end..].starts_with('^') {
            end += 1 + part_end(&text[end + 1..]);
        }
        end_of_last = end;
        let inside = within(words, begin..end);
        let before = text[begin..caret].trim();
        let after = text[caret + 1..end].trim_matches(['^', ' ']);
        let is_name = is_part(before)
            && before.len() >= shortest
            && (after.is_empty() && is_end(&text[end..]) || is_part(after))
            && (setting != Setting::Noise
                || after.len() >= shortest && inside.iter().all(Word::is_proper));
        let is_said =
            inside.iter().any(|word| !word.known.is_word || word.known.name() > Strength::None);
        if is_name && is_said {
            let end = begin + text[begin..end].trim_end_matches(['^', ' ']).len();
            found.push(Found::high(Rule::PersonName, begin..end));
        }
    }
}

fn is_end(rest: &str) -> bool {
    rest.trim().is_empty()
}

/// Whether it could be a part of a name: letters, and what stands between them.
fn is_part(part: &str) -> bool {
    let is_of_name =
        |c: char| c.is_alphabetic() || matches!(c, ' ' | '\'' | '’' | '-' | '.' | ',' | '^' | '=');
    part.chars().any(char::is_alphabetic) && part.chars().all(is_of_name)
}

const DELIMITERS: [char; 18] =
    ['^', '~', '\\', '|', ';', ':', '"', '\t', '=', '(', ')', '[', ']', '{', '}', '<', '>', '/'];

/// Where the part that ends here begins: at most three words back.
fn part_begin(before: &str) -> usize {
    let delimiter = before.char_indices().rev().find(|(_, c)| DELIMITERS.contains(c));
    let begin = delimiter.map_or(0, |(at, c)| at + c.len_utf8());
    // A double name has two words, a name with a particle three; small words before it are prose.
    let mut start = before.len();
    let mut n_words = 0;
    while n_words < 3 && start > begin {
        let rest = before[begin..start].trim_end_matches([' ', '_', ',']);
        let word = rest.rsplit([' ', '_', ',']).next().unwrap_or_default();
        let is_capital = word.chars().next().is_some_and(char::is_uppercase);
        if word.is_empty() || n_words > 0 && !is_capital && !PARTICLES.contains(&word) {
            break;
        }
        start = begin + rest.len() - word.len();
        n_words += 1;
    }
    start
}

/// How long the part is that begins here.
fn part_end(after: &str) -> usize {
    let is_end = |c: char| DELIMITERS.contains(&c) || matches!(c, ',' | '_');
    let end = after.find(is_end).unwrap_or(after.len());
    // The end of a file's name is none of the name.
    let has_end = |(at, _): &(usize, &str)| after[at + 1..].starts_with(char::is_alphanumeric);
    let end = after[..end].match_indices('.').find(has_end).map_or(end, |(at, _)| at);
    // Prose may follow: a part ends before the first small word or number.
    let mut at = 0;
    for word in after[..end].split_inclusive(' ') {
        let is_small = word.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit());
        if at > 0 && is_small && !PARTICLES.contains(&word.trim()) {
            break;
        }
        at += word.len();
    }
    after[..at].trim_end_matches([' ', '.']).len()
}

/// Small words within names.
const PARTICLES: [&str; 24] = [
    "von", "van", "de", "la", "del", "della", "der", "den", "di", "da", "dos", "das", "do", "du",
    "le", "bin", "ibn", "al", "el", "zu", "zur", "ter", "ten", "y",
];

/// `Mrs Zblewski`, `Herr Dr. Zblewski`, `geb. Zblewska`.
fn titles(text: &str, words: &[Word], found: &mut Vec<Found>) {
    for (place, title) in words.iter().enumerate() {
        if !is_title(text, title) {
            continue;
        }
        let mut named: Option<Range<usize>> = None;
        for word in words[place + 1..].iter().take(4) {
            let is_near = matches!(
                word.link,
                Link::Space | Link::Dot | Link::Underscore | Link::Hyphen | Link::Camel
            );
            let may_be = word.is_proper()
                && (!word.known.is_word || word.known.name() > Strength::None)
                || word.case == Case::Initial;
            if is_near && is_title(text, word) && named.is_none() {
                continue;
            }
            let is_particle = PARTICLES.contains(&word.plain.as_str());
            if !is_near || !may_be && !is_particle || word.known.is_placeholder {
                break;
            }
            if may_be && word.case != Case::Initial {
                let begin = named.map_or(word.span.start, |named| named.start);
                named = Some(begin..word.span.end);
            }
        }
        if let Some(span) = named {
            found.push(Found::high(Rule::PersonName, span));
        }
    }
}

/// Whether a word stands before names. `MR` and `MS` are scans and diseases, `Dr` without a capital
/// behind it is digital radiography: what follows decides.
fn is_title(text: &str, word: &Word) -> bool {
    let has_dot = text[word.span.end..].starts_with('.');
    match word.plain.as_str() {
        "mr" | "ms" | "dr" | "sr" => word.case == Case::Title || has_dot,
        "mrs" | "prof" | "herr" | "herrn" | "frau" | "mme" | "mlle" | "monsieur" | "madame"
        | "senor" | "senora" | "sra" | "signor" | "signora" | "fraeulein" | "mister" | "nee" => {
            true
        }
        "miss" | "bay" | "bayan" | "pani" | "don" | "dona" => word.case == Case::Title,
        "geb" | "geborene" | "ne" => has_dot || word.plain == "geborene",
        _ => false,
    }
}

/// A text that is nothing but `Zblewski, Blythe`.
fn last_first(text: &str, words: &[Word], found: &mut Vec<Found>) {
    let [last, first] = words else { return };
    let is_all = text.trim().len() == first.span.end - last.span.start;
    if is_all && first.link == Link::Comma && last.may_be_name() && first.may_be_name() {
        found.push(Found::medium(Rule::PossibleName, last.span.start..first.span.end));
    }
}

/// Two words beside each other, particles and initials between them aside.
fn pairs(words: &[Word], setting: Setting, found: &mut Vec<Found>) {
    let mut run: Option<Found> = None;
    for (place, first) in words.iter().enumerate() {
        let Some(second) = next_word(&words[place + 1..]) else { continue };
        if is_citation(&words[place + 1..]) {
            continue;
        }
        let Some(one) = pair(first, second, setting) else { continue };
        // `Anna Maria Kowalska` is one name.
        match &mut run {
            Some(run) if one.span.start < run.span.end => {
                run.span.end = run.span.end.max(one.span.end);
                run.class = run.class.max(one.class);
                run.rule = run.rule.min(one.rule);
            }
            run => found.extend(run.replace(one)),
        }
    }
    found.extend(run);
}

/// The word that follows, over a particle or an initial or two.
fn next_word(words: &[Word]) -> Option<&Word> {
    for word in words.iter().take(4) {
        if word.link == Link::Other {
            return None;
        }
        let is_between = word.case == Case::Initial
            || PARTICLES.contains(&word.plain.as_str()) && word.case == Case::Lower;
        if !is_between {
            return Some(word);
        }
    }
    None
}

fn pair(first: &Word, second: &Word, setting: Setting) -> Option<Found> {
    let (a, b) = (first.known, second.known);
    let span = first.span.start..second.span.end;
    let is_proper = first.is_proper() && second.is_proper();
    let is_alike = is_proper || setting == Setting::FileName && first.case == second.case;
    if setting == Setting::Noise && !(is_proper && first.plain.len() + second.plain.len() >= 9) {
        return None;
    }
    let can_be_full = a.given.min(b.family).max(a.family.min(b.given)) > Strength::None;
    let strong = [a, b].into_iter().filter(|known| known.is_name()).count();
    let named = Some(Found::high(Rule::PersonName, span.clone()));
    let possible = Some(Found::medium(Rule::PossibleName, span));
    match strong {
        2 => named,
        1 if can_be_full && is_alike => {
            let other = if a.is_name() { b } else { a };
            if is_proper || !other.is_word { named } else { possible }
        }
        1 => {
            let other = if a.is_name() { second } else { first };
            // `System.Ole`: words with dots between are names of other things.
            let is_spaced = second.link != Link::Dot;
            // `piotr_sharma`: in names of files small letters say nothing.
            let is_small =
                other.case == Case::Lower && other.known.is_unheard() && other.plain.len() >= 3;
            let is_in_file_name = setting == Setting::FileName || second.link == Link::Underscore;
            let is_named = is_proper && is_spaced && other.may_be_name()
                || is_in_file_name && first.case == second.case && is_small;
            match is_named {
                true if is_proper || setting == Setting::FileName => named,
                true => possible,
                false => None,
            }
        }
        0 if first.may_be_name() && second.may_be_name() && setting != Setting::Noise => {
            let is_spaced = second.link == Link::Space
                || second.link == Link::Comma && second.span.start - first.span.end == 2
                || setting == Setting::FileName
                    && matches!(second.link, Link::Underscore | Link::Hyphen);
            let is_likely = first.ends_like_family() || second.ends_like_family();
            // Capitals in a row are an acronym more often than a name.
            let is_written_so = [first, second].iter().all(|word| word.case == Case::Title)
                || matches!(second.link, Link::Space | Link::Comma) && is_likely;
            // Two capitalised words that nobody knows: of ten such, some are names.
            match is_spaced && is_written_so {
                true if is_likely => named,
                true => possible,
                false => None,
            }
        }
        _ if !can_be_full || !is_proper || setting == Setting::Noise => None,
        _ if a.is_word || b.is_word => match setting {
            Setting::Prose if first.link != Link::Other && second.link != Link::Comma => None,
            _ => possible,
        },
        _ => named,
    }
}

/// `J. Kowalska`, `Kowalska J`.
fn initials(words: &[Word], setting: Setting, found: &mut Vec<Found>) {
    for (place, pair) in words.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        let is_linked = !matches!(second.link, Link::Other | Link::Camel);
        let (initial, name) = match (first.case, second.case) {
            (Case::Initial, _) => (first, second),
            (_, Case::Initial) => (second, first),
            _ => continue,
        };
        let is_name = name.known.family == Strength::Strong && name.is_proper();
        let is_short = initial.span.len() <= 2;
        if is_linked
            && is_name
            && is_short
            && setting != Setting::Noise
            && !is_citation(&words[place + 1..])
        {
            found.push(Found::high(Rule::PersonName, first.span.start..second.span.end));
        }
    }
}

/// `Kowalska` alone.
fn singles(text: &str, words: &[Word], setting: Setting, found: &mut Vec<Found>) {
    const SHORTEST: usize = 4;
    for (place, word) in words.iter().enumerate() {
        let is_written_so = word.is_proper() || setting == Setting::FileName;
        let is_name = word.known.is_name() && word.plain.len() >= SHORTEST;
        let is_of_thing =
            text[word.span.end..].starts_with("'s") || text[word.span.end..].starts_with("’s");
        if is_name && is_written_so && !is_of_thing && !is_citation(&words[place + 1..]) {
            found.push(Found::medium(Rule::PossibleName, word.span.clone()));
        }
    }
}

/// `johnsmith`: two names of which none else is made.
fn glued(words: &[Word], found: &mut Vec<Found>) {
    const SHORTEST: usize = 8;
    for word in words.iter().filter(|word| word.known.is_unheard()) {
        let plain = word.plain.as_str();
        if plain.len() < SHORTEST || plain.len() > 24 || !plain.is_ascii() {
            continue;
        }
        let is_two = |at: usize| {
            let [a, b] = [&plain[..at], &plain[at..]].map(super::words::known);
            a.is_name()
                && b.is_name()
                && a.given.min(b.family).max(a.family.min(b.given)) == Strength::Strong
        };
        if (4..=plain.len() - 4).any(is_two) {
            found.push(Found::high(Rule::PersonName, word.span.clone()));
        }
    }
}

/// `et al.`: the words before it are those of a paper.
fn is_citation(words: &[Word]) -> bool {
    words.windows(2).take(2).any(|pair| pair[0].plain == "et" && pair[1].plain == "al")
}

fn within(words: &[Word], span: Range<usize>) -> &[Word] {
    let begin = words.partition_point(|word| word.span.start < span.start);
    let end = words.partition_point(|word| word.span.start < span.end);
    &words[begin..end]
}
