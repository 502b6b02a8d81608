//! Numbers that belong to one person: telephones, insurances, and what stands in names of files.

use std::ops::Range;

use super::dates::{Digits, is_part_of_hash};
use super::found::{Found, Rule};

pub(super) fn find(text: &str, digits: &[Digits], found: &mut Vec<Found>) {
    for place in 0..digits.len() {
        let here = &digits[place..];
        found.extend(insurance(text, here));
        found.extend(phone(text, here));
        found.extend(bank_account(text, here));
    }
}

/// Long numbers in a name of a file: a number of a patient more often than not.
pub(super) fn find_long(text: &str, digits: &[Digits], found: &mut Vec<Found>) {
    const SHORTEST: usize = 7;
    for run in digits {
        if run.span.len() >= SHORTEST && !is_part_of_hash(text, &run.span) {
            found.push(Found::medium(Rule::Number, run.span.clone()));
        }
    }
}

/// The lengths of the runs of digits that follow one another with one of `separators` between, and
/// where they end.
fn groups<const N: usize>(
    text: &str,
    digits: &[Digits],
    separators: &[&str],
) -> Option<([usize; N], usize)> {
    let runs: &[Digits; N] = digits.first_chunk()?;
    let is_near =
        |pair: &[Digits]| separators.contains(&&text[pair[0].span.end..pair[1].span.start]);
    runs.windows(2)
        .all(is_near)
        .then(|| (runs.each_ref().map(|run| run.span.len()), runs[N - 1].span.end))
}

fn is_free(text: &str, span: &Range<usize>) -> bool {
    let is_joined = |c: char| c.is_alphanumeric() || c == '-';
    !text[..span.start].ends_with(is_joined) && !text[span.end..].starts_with(is_joined)
}

/// Numbers whose form alone says what they are.
fn insurance(text: &str, digits: &[Digits]) -> Option<Found> {
    let begin = digits[0].span.start;
    let found = |end: usize| Some(Found::high(Rule::InsuranceNumber, begin..end));
    // United States: 123-45-6789.
    if let Some(([3, 2, 4], end)) = groups(text, digits, &["-"])
        && is_free(text, &(begin..end))
    {
        return found(end);
    }
    // France: 1 84 12 76 451 089, with or without a key of two digits.
    if let Some(([1, 2, 2, 2, 3, 3], end)) = groups(text, digits, &[" "]) {
        return found(end);
    }
    // Germany, pension: 65 170839 J 008, with or without blanks.
    german_pension(text, &digits[0].span)
        .or_else(|| british(text, &digits[0].span))
        .or_else(|| chinese(text, &digits[0].span))
}

fn german_pension(text: &str, span: &Range<usize>) -> Option<Found> {
    let squeezed: Vec<(usize, u8)> = text[span.start..]
        .bytes()
        .take(18)
        .enumerate()
        .filter(|(_, b)| *b != b' ')
        .take(12)
        .collect();
    if squeezed.len() < 12 {
        return None;
    }
    let is_right = squeezed.iter().enumerate().all(|(place, (_, byte))| match place {
        8 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit(),
    });
    let part = |range: Range<usize>| {
        squeezed[range].iter().fold(0, |n, (_, b)| 10 * n + u32::from(b.wrapping_sub(b'0')))
    };
    let end = span.start + squeezed[11].0 + 1;
    let is_date = is_right && (1..=31).contains(&part(2..4)) && (1..=12).contains(&part(4..6));
    (is_date && is_free(text, &(span.start..end)))
        .then(|| Found::high(Rule::InsuranceNumber, span.start..end))
}

/// United Kingdom: QQ123456C, with or without blanks.
fn british(text: &str, span: &Range<usize>) -> Option<Found> {
    let before = text[..span.start].trim_end_matches(' ');
    let begin = before.len().checked_sub(2)?;
    let letters = before.get(begin..)?;
    let rest: Vec<(usize, u8)> = text[span.start..]
        .bytes()
        .take(11)
        .enumerate()
        .filter(|(_, b)| *b != b' ')
        .take(7)
        .collect();
    let is_right = letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && rest.len() == 7
        && rest[..6].iter().all(|(_, byte)| byte.is_ascii_digit())
        && matches!(rest[6].1, b'A'..=b'D');
    let end = span.start + rest.last()?.0 + 1;
    (is_right && is_free(text, &(begin..end)))
        .then(|| Found::high(Rule::InsuranceNumber, begin..end))
}

/// China: 18 digits, the last of which may be X, with the date of birth in the middle.
fn chinese(text: &str, span: &Range<usize>) -> Option<Found> {
    let has_x = text[span.end..].starts_with(['X', 'x']);
    let n_digits = span.len() + usize::from(has_x);
    let date = text[span.clone()].get(6..14)?;
    let part = |range: Range<usize>| date[range].parse::<u32>().unwrap_or(0);
    let is_date = (1900..2050).contains(&part(0..4))
        && (1..=12).contains(&part(4..6))
        && (1..=31).contains(&part(6..8));
    let end = span.end + usize::from(has_x);
    (n_digits == 18 && is_date && is_free(text, &(span.start..end)))
        .then(|| Found::high(Rule::InsuranceNumber, span.start..end))
}

/// IBAN: two letters, two digits, and 11 to 30 more, in groups of four or without blanks.
fn bank_account(text: &str, digits: &[Digits]) -> Option<Found> {
    let span = &digits[0].span;
    let begin = span.start.checked_sub(2)?;
    let country = text.get(begin..span.start)?;
    let is_country = country.bytes().all(|byte| byte.is_ascii_uppercase())
        && !text[..begin].ends_with(char::is_alphanumeric);
    if !is_country || span.len() < 2 {
        return None;
    }
    let rest = &text[span.start..];
    let mut end = 0;
    let mut n_digits = 0;
    for (at, byte) in rest.bytes().enumerate().take(42) {
        match byte {
            b'0'..=b'9' => (n_digits, end) = (n_digits + 1, at + 1),
            b' ' if n_digits >= 2
                && at == end
                && rest.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit) => {}
            _ => break,
        }
    }
    let is_free = !rest[end..].starts_with(char::is_alphanumeric);
    ((15..=28).contains(&n_digits) && is_free)
        .then(|| Found::high(Rule::InsuranceNumber, begin..span.start + end))
}

/// Telephone numbers in the forms that nothing else has.
fn phone(text: &str, digits: &[Digits]) -> Option<Found> {
    let begin = digits[0].span.start;
    let before = &text[..begin];
    if before.ends_with('+')
        && !before[..before.len() - 1].ends_with(|c: char| c.is_alphanumeric() || c == '+')
    {
        return international(text, begin - 1);
    }
    if text[digits[0].span.clone()].starts_with("00")
        && digits[0].span.len() <= 4
        && digits[0].span.len() > 2
        && !before.ends_with(char::is_alphanumeric)
    {
        let found = international(text, begin)?;
        return text[found.span.clone()].contains(' ').then_some(found);
    }
    // (555) 123-4567 and 555-123-4567.
    let in_brackets = before.ends_with('(');
    let separators: &[&str] = if in_brackets { &[") ", ")", "-", "."] } else { &["-", "."] };
    if let Some(([3, 3, 4], end)) = groups(text, digits, separators) {
        let begin = begin - usize::from(in_brackets);
        return is_free(text, &(begin..end)).then(|| Found::high(Rule::Phone, begin..end));
    }
    // 0201/7234567 or 0201 / 723-4567.
    if let Some(([3..=5, 5..=9], end)) = groups(text, digits, &["/", " / "])
        && text[begin..].starts_with('0')
        && is_free(text, &(begin..end))
    {
        return Some(Found::high(Rule::Phone, begin..end));
    }
    None
}

/// A number with its country, from the `+`: 8 to 15 digits, with little between them.
fn international(text: &str, begin: usize) -> Option<Found> {
    let (end, n_digits) = phone_end(text, begin + 1);
    let written = &text[begin..end];
    let is_grouped = written.contains([' ', '-', '(', '/']);
    let is_right = (8..=15).contains(&n_digits) && (is_grouped || n_digits >= 10);
    (is_right
        && !text[end..]
            .starts_with(|c: char| c.is_alphanumeric() || c == '.' && is_decimal(&text[end..])))
    .then(|| Found::high(Rule::Phone, begin..end))
}

/// Whether a point begins the fraction of a number, and not the end of a file's name as in `.3mf`.
fn is_decimal(rest: &str) -> bool {
    let fraction = rest[1..].trim_start_matches(|c: char| c.is_ascii_digit());
    fraction.len() + 1 < rest.len() && !fraction.starts_with(char::is_alphabetic)
}

/// Where the digits of a telephone number end, and how many there are.
pub(super) fn phone_end(text: &str, begin: usize) -> (usize, usize) {
    const LONGEST: usize = 32;
    let (mut end, mut n_digits, mut n_between) = (begin, 0, 0);
    for (at, character) in text[begin..].char_indices().take(LONGEST) {
        match character {
            '0'..='9' => (end, n_digits, n_between) = (begin + at + 1, n_digits + 1, 0),
            '.' if !is_pair(&text[begin + at + 1..]) => break,
            ' ' | '-' | '(' | ')' | '/' | '.' | '+' if n_between < 3 => n_between += 1,
            _ => break,
        }
    }
    (end, n_digits)
}

fn is_pair(rest: &str) -> bool {
    rest.bytes().take(2).filter(u8::is_ascii_digit).count() == 2
}
