//! Which bytes of a representation a request asks for (RFC 9110, section 14).

use std::ops::Range;

use axum::http::{HeaderMap, Method, header};

/// The bytes to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span {
    /// All of them: no range was asked for, or one that may be ignored.
    Whole,
    /// These of them: never empty, within the representation.
    Part(Range<u64>),
    /// The range lies outside.
    Unsatisfiable,
}

impl Span {
    /// The span that `headers` ask for of a representation of `size` bytes with this strong entity tag.
    ///
    /// Several ranges at once may be answered with the whole, and are.
    pub(crate) fn of(method: &Method, headers: &HeaderMap, size: u64, etag: &str) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let is_current = text(header::IF_RANGE).is_none_or(|known| known.trim() == etag);
        match text(header::RANGE) {
            Some(range) if method == Method::GET && is_current => Self::parse(range, size),
            _ => Self::Whole,
        }
    }

    fn parse(range: &str, size: u64) -> Self {
        let Some((unit, set)) = range.split_once('=') else { return Self::Whole };
        let Some((first, last)) = set.trim().split_once('-') else { return Self::Whole };
        if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
            return Self::Whole;
        }
        match (number(first), number(last)) {
            (Some(first), None) if last.trim().is_empty() => Self::from_to(first, u64::MAX, size),
            (Some(first), Some(last)) if first <= last => Self::from_to(first, last, size),
            (None, Some(n_last)) if first.trim().is_empty() => Self::suffix(n_last, size),
            _ => Self::Whole,
        }
    }

    fn from_to(first: u64, last: u64, size: u64) -> Self {
        if first >= size {
            return Self::Unsatisfiable;
        }
        Self::Part(first..last.saturating_add(1).min(size))
    }

    fn suffix(n_last: u64, size: u64) -> Self {
        if n_last == 0 || size == 0 {
            return Self::Unsatisfiable;
        }
        Self::Part(size.saturating_sub(n_last)..size)
    }
}

/// Digits only: `u64::from_str` would take a sign. Too large for a number is beyond any end.
fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, expected: Span) {
        assert_eq!(Span::parse(range, 100), expected, "{range}");
    }

    #[test]
    fn one_range_is_honoured() {
        check("bytes=0-0", Span::Part(0..1));
        check("bytes=10-19", Span::Part(10..20));
        check("bytes=90-", Span::Part(90..100));
        check("bytes=-1", Span::Part(99..100));
        check("bytes=-1000", Span::Part(0..100));
        check("bytes=50-99999999999999999999999", Span::Part(50..100));
        check(" Bytes = 0-1 ", Span::Part(0..2));
    }

    #[test]
    fn a_range_outside_is_unsatisfiable() {
        check("bytes=100-", Span::Unsatisfiable);
        check("bytes=100-200", Span::Unsatisfiable);
        check("bytes=-0", Span::Unsatisfiable);
        check("bytes=99999999999999999999999-", Span::Unsatisfiable);
        assert_eq!(Span::parse("bytes=0-0", 0), Span::Unsatisfiable);
        assert_eq!(Span::parse("bytes=-1", 0), Span::Unsatisfiable);
    }

    #[test]
    fn what_is_no_range_or_several_gives_the_whole() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=0-0,5-6",
            "lines=1-2",
            "bytes=+1-2",
            "bytes=a-b",
        ] {
            check(range, Span::Whole);
        }
    }
}
