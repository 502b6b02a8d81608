//! Words and numbers of text headers.

use std::str::FromStr;

use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

/// The numbers of a field, with spaces between.
pub(crate) fn numbers<T: FromStr>(
    field: &'static str,
    text: &str,
    limits: &Limits,
) -> Result<Vec<T>, ErrorKind> {
    text.split_ascii_whitespace().map(|word| number(field, word, limits)).collect()
}

/// One number.
pub(crate) fn number<T: FromStr>(
    field: &'static str,
    word: &str,
    limits: &Limits,
) -> Result<T, ErrorKind> {
    let word = word.trim();
    if word.len() > limits.number {
        return Err(ErrorKind::limit("characters in a number", limits.number as u64));
    }
    word.parse().map_err(|_| {
        let reason = match T::from_str("-1").is_err() {
            true => "not a whole number of at least 0",
            false => "not a number that fits here",
        };
        ErrorKind::field(field, shortened(word), reason)
    })
}

/// As many numbers as there have to be.
pub(crate) fn exactly<T: FromStr>(
    field: &'static str,
    text: &str,
    n_numbers: usize,
    limits: &Limits,
) -> Result<Vec<T>, ErrorKind> {
    let numbers = numbers(field, text, limits)?;
    if numbers.len() != n_numbers {
        let reason = format!("{n_numbers} numbers belong there");
        return Err(ErrorKind::field(field, shortened(text), reason));
    }
    Ok(numbers)
}

/// A line of a header as text: other encodings than UTF-8 keep what they share with it.
pub(crate) fn text(format: &'static str, line: &[u8]) -> Result<String, ErrorKind> {
    if line.contains(&0) {
        return Err(ErrorKind::malformed(format, "a zero byte in the text of its header"));
    }
    Ok(String::from_utf8_lossy(line).into_owned())
}
