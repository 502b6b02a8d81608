//! Dates that say day, month and year.

use std::ops::Range;

use super::words::Word;

/// A run of digits, with its bytes in the text.
#[derive(Debug, Clone)]
pub(super) struct Digits {
    pub(super) span: Range<usize>,
}

/// All runs of digits of a text.
pub(super) fn digits(text: &str) -> Vec<Digits> {
    let bytes = text.as_bytes();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let n_digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if n_digits > 0 {
            runs.push(Digits { span: at..at + n_digits });
        }
        at += n_digits.max(1);
    }
    runs
}

/// How sure it is that something is a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The year has four digits.
    Full,
    /// The year has two digits, or the order is unusual: only where a date is expected.
    Short,
}

/// The dates of a text.
pub(super) fn find(text: &str, digits: &[Digits], words: &[Word]) -> Vec<(Range<usize>, Form)> {
    let mut found = Vec::new();
    for (place, run) in digits.iter().enumerate() {
        if is_part_of_hash(text, &run.span) || is_fraction(text, &run.span) {
            continue;
        }
        found.extend(compact(text, &run.span));
        found.extend(separated(text, &digits[place..]));
    }
    for word in words.iter().filter(|word| month(&word.plain).is_some()) {
        found.extend(around_month(text, digits, word));
    }
    found.sort_by_key(|(span, _)| span.start);
    found
}

const YEARS: Range<u32> = 1900..2050;

fn is_date(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        1..=12 => 31,
        _ => 0,
    };
    YEARS.contains(&year) && (1..=days).contains(&day)
}

fn number(text: &str, span: &Range<usize>) -> u32 {
    text[span.clone()].parse().unwrap_or(u32::MAX)
}

/// `20210304`, `20210304131500`, `04032021`.
fn compact(text: &str, span: &Range<usize>) -> Option<(Range<usize>, Form)> {
    let run = &text[span.clone()];
    let part = |range: Range<usize>| run.get(range).and_then(|part| part.parse().ok()).unwrap_or(0);
    let is_time = |at: usize| part(at..at + 2) < 24 && part(at + 2..at + 4) < 60;
    let is_ymd = is_date(part(0..4), part(4..6), part(6..8));
    let is_whole = matches!(run.len(), 8) || matches!(run.len(), 12 | 14) && is_time(8);
    if is_ymd && is_whole {
        return Some((span.clone(), Form::Full));
    }
    let is_dmy =
        is_date(part(4..8), part(2..4), part(0..2)) || is_date(part(4..8), part(0..2), part(2..4));
    let is_two_digit = run.len() == 6
        && (is_date(1900 + part(4..6), part(2..4), part(0..2))
            || is_date(1900 + part(0..2), part(2..4), part(4..6)));
    let is_short = run.len() == 8 && is_dmy || is_two_digit;
    is_short.then(|| (span.clone(), Form::Short))
}

/// `2021-03-04`, `04.03.2021`, `3/4/2021`; years of two digits are short.
fn separated(text: &str, digits: &[Digits]) -> Option<(Range<usize>, Form)> {
    let [a, b, c, ..] = digits else { return None };
    let first = separator(&text[a.span.end..b.span.start])?;
    if separator(&text[b.span.end..c.span.start])? != first {
        return None;
    }
    // Four or more numbers in a row are a version, an address or a UID.
    let goes_on = |next: Option<&Digits>| {
        next.is_some_and(|next| {
            let is_near = first == '.' && &text[c.span.end..next.span.start] == ".";
            // The end of a file's name may begin with a digit, as in `7.9.1980.3mf`.
            is_near && !text[next.span.end..].starts_with(char::is_alphabetic)
        })
    };
    let is_behind = text[..a.span.start].ends_with(first)
        && first != '_'
        && first != '-'
        && text[..a.span.start - 1].ends_with(|c: char| c.is_ascii_digit());
    if goes_on(digits.get(3)) || is_behind {
        return None;
    }
    // `2013/01/3dmodel` is a path.
    if first == '/' && text[c.span.end..].starts_with(char::is_alphabetic) {
        return None;
    }
    let [x, y, z] = [a, b, c].map(|run| number(text, &run.span));
    let span = a.span.start..c.span.end;
    let lens = [a, b, c].map(|run| run.span.len());
    let is_full = match lens {
        [4, 1..=2, 1..=2] => is_date(x, y, z) || is_date(x, z, y),
        [1..=2, 1..=2, 4] => is_date(z, y, x) || is_date(z, x, y),
        _ => false,
    };
    if is_full {
        return Some((span, Form::Full));
    }
    let is_short = match lens {
        [1..=2, 1..=2, 2] => is_date(1900 + z, y, x) || is_date(1900 + z, x, y),
        [2, 2, 1..=2] => is_date(1900 + x, y, z),
        _ => false,
    };
    is_short.then_some((span, Form::Short))
}

fn separator(between: &str) -> Option<char> {
    let mark = between.trim_matches(' ');
    let mut marks = mark.chars();
    let first = marks.next()?;
    let is_one = marks.next().is_none() && between.len() <= 2;
    (is_one && matches!(first, '-' | '.' | '/' | '_' | ':')).then_some(first)
}

/// `4 March 2021`, `Mar 4, 2021`, `04-Mar-2021`, `4. März 2021`, `12MAR2021`, `2021-Mar-04`.
fn around_month(text: &str, digits: &[Digits], word: &Word) -> Option<(Range<usize>, Form)> {
    const MOST_BETWEEN: usize = 5;
    let month = month(&word.plain)?;
    let at = digits.partition_point(|run| run.span.end <= word.span.start);
    let near = |from: usize, to: usize| is_gap(text.get(from..to)?, MOST_BETWEEN).then_some(());
    let before = at
        .checked_sub(1)
        .map(|at| &digits[at].span)
        .filter(|span| near(span.end, word.span.start).is_some());
    let after = digits
        .get(at)
        .map(|run| &run.span)
        .filter(|span| near(word.span.end, span.start).is_some());
    let second = digits
        .get(at + 1)
        .map(|run| &run.span)
        .filter(|span| after.is_some_and(|after| near(after.end, span.start).is_some()));
    let fits = |day: &Range<usize>, year: &Range<usize>| {
        day.len() <= 2 && year.len() == 4 && is_date(number(text, year), month, number(text, day))
    };
    match (before, after, second) {
        (Some(day), Some(year), _) if fits(day, year) || fits(year, day) => {
            Some((day.start..year.end, Form::Full))
        }
        (_, Some(day), Some(year)) if fits(day, year) => {
            Some((word.span.start..year.end, Form::Full))
        }
        (Some(day), Some(year), _) if day.len() <= 2 && year.len() == 2 => {
            Some((day.start..year.end, Form::Short))
        }
        _ => None,
    }
}

/// Little between the parts of a date: blanks and marks, or `th`, `de`, `of`.
fn is_gap(between: &str, most: usize) -> bool {
    let letters: String = between.chars().filter(|c| c.is_alphabetic()).collect();
    between.len() <= most
        && matches!(letters.as_str(), "" | "st" | "nd" | "rd" | "th" | "de" | "of" | "er")
        && between
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | ',' | '-' | '_' | '/'))
}

fn month(word: &str) -> Option<u32> {
    let number = match word {
        "jan" | "january" | "januar" | "jaenner" | "janvier" | "enero" | "ene" | "gennaio"
        | "gen" | "stycznia" | "ocak" | "januari" | "janeiro" => 1,
        "feb" | "february" | "februar" | "fevrier" | "fev" | "febrero" | "febbraio" | "lutego"
        | "subat" | "februari" | "fevereiro" => 2,
        "mar" | "march" | "maerz" | "mrz" | "mars" | "marzo" | "marca" | "mart" | "maart"
        | "marco" => 3,
        "apr" | "april" | "avril" | "avr" | "abril" | "abr" | "aprile" | "kwietnia" | "nisan" => 4,
        "may" | "mai" | "mayo" | "maggio" | "maja" | "mayis" | "mei" | "maio" | "mag" => 5,
        "jun" | "june" | "juni" | "juin" | "junio" | "giugno" | "czerwca" | "haziran" | "junho"
        | "giu" => 6,
        "jul" | "july" | "juli" | "juillet" | "julio" | "luglio" | "lipca" | "temmuz" | "julho"
        | "lug" => 7,
        "aug" | "august" | "aout" | "agosto" | "ago" | "sierpnia" | "agustos" | "augustus" => 8,
        "sep" | "sept" | "september" | "septembre" | "septiembre" | "settembre" | "set"
        | "wrzesnia" | "eylul" | "setembro" => 9,
        "oct" | "okt" | "october" | "oktober" | "octobre" | "octubre" | "ottobre" | "ott"
        | "pazdziernika" | "ekim" | "outubro" | "out" => 10,
        "nov" | "november" | "novembre" | "noviembre" | "listopada" | "kasim" | "novembro" => 11,
        "dec" | "dez" | "december" | "dezember" | "decembre" | "diciembre" | "dic" | "dicembre"
        | "grudnia" | "aralik" | "dezembro" => 12,
        _ => return None,
    };
    Some(number)
}

/// Whether digits are those behind a decimal point: `0.20210304`.
fn is_fraction(text: &str, span: &Range<usize>) -> bool {
    let whole = text[..span.start].strip_suffix('.');
    span.len() > 4 && whole.is_some_and(|whole| whole.ends_with(|c: char| c.is_ascii_digit()))
}

/// Whether digits are within a hash or a UUID: many hexadecimal digits in a row, letters among them.
pub(super) fn is_part_of_hash(text: &str, span: &Range<usize>) -> bool {
    const SHORTEST: usize = 16;
    const LONGEST: usize = 128;
    let bytes = text.as_bytes();
    let is_hex = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b'-';
    let before = bytes[..span.start].iter().rev().take(LONGEST).take_while(is_hex).count();
    let after = bytes[span.end..].iter().take(LONGEST).take_while(is_hex).count();
    let around = &bytes[span.start - before..span.end + after];
    let n_digits = around.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    let n_letters = around.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    n_digits >= SHORTEST && n_letters >= 4
}
