//! Vectors in brackets, such as `none (1,0,0) (0,1,0) (0,0,1)`.

use super::FORMAT;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::words;

/// The vectors of a field; `None` for `none` and for three times NaN, which some programs write.
pub(super) fn vectors(
    field: &'static str,
    text: &str,
    limits: &Limits,
) -> Result<Vec<Option<[f64; 3]>>, ErrorKind> {
    let broken = || ErrorKind::malformed(FORMAT, format!("`{field}` is no list of vectors"));
    let mut vectors = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("none") {
            vectors.push(None);
            rest = after.trim_start();
            continue;
        }
        let inside = rest.strip_prefix('(').ok_or_else(broken)?;
        let (inside, after) = inside.split_once(')').ok_or_else(broken)?;
        vectors.push(vector(field, inside, limits)?);
        rest = after.trim_start();
    }
    Ok(vectors)
}

fn vector(
    field: &'static str,
    inside: &str,
    limits: &Limits,
) -> Result<Option<[f64; 3]>, ErrorKind> {
    let mut words = inside.split(',');
    let mut vector = [0.0; 3];
    for value in &mut vector {
        let word = words.next().unwrap_or_default();
        *value = words::number(field, word, limits)?;
    }
    if words.next().is_some() {
        let reason = format!("`{field}` has a vector of more than three numbers");
        return Err(ErrorKind::malformed(FORMAT, reason));
    }
    Ok((!vector.iter().all(|value: &f64| value.is_nan())).then_some(vector))
}

/// Words that may stand in quotes.
pub(super) fn quoted(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(inside) => inside.split_once('"').unwrap_or((inside, "")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        words.push(word);
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_in_brackets_or_none() {
        let check = |text: &str, expected: Option<&[Option<[f64; 3]>]>| {
            let found = vectors("space directions", text, &Limits::DEFAULT).ok();
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("(1,0,-2.5)", Some(&[Some([1.0, 0.0, -2.5])]));
        check("none (1, 0, 0)  (nan,nan,nan)", Some(&[None, Some([1.0, 0.0, 0.0]), None]));
        check("", Some(&[]));
        for text in ["(1,0)", "(1,0,0,0)", "(1,0,0", "1,0,0", "(1,,0)", "(a,0,0)", "nonesense"] {
            check(text, None);
        }
        assert_eq!(quoted("\"mm\" cm \"\" \"a b\""), ["mm", "cm", "", "a b"]);
        assert_eq!(quoted("\"mm"), ["mm"]);
    }
}
