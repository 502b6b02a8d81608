//! JSON that need not be trusted: looked over before a parser sees it.

use std::collections::HashSet;
use std::ops::Range;

use serde_json::Value;

use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

/// The value of a document that passes [`check`].
///
/// # Errors
/// Those of [`check`]; [`ErrorKind::Malformed`] for what is no JSON, a number beyond the range of a
/// double, and half of a surrogate pair.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Value, ErrorKind> {
    check(bytes, limits)?;
    serde_json::from_slice(bytes).map_err(|error| malformed(shortened(&error.to_string())))
}

/// Whether a document stays within `limits.json`, `limits.depth` and `limits.string`, and no object
/// has a key twice. Whether it is JSON at all is for a parser to say.
///
/// # Errors
/// [`ErrorKind::Limit`], and [`ErrorKind::Malformed`] for a key that occurs twice: readers differ in
/// which of the two values they take.
pub fn check(bytes: &[u8], limits: &Limits) -> Result<(), ErrorKind> {
    if bytes.len() > limits.json {
        return Err(ErrorKind::limit("bytes of JSON", limits.json as u64));
    }
    let mut open: Vec<HashSet<&[u8]>> = Vec::new();
    let mut tokens = Tokens::new(bytes).peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Sign(b'{' | b'[') if open.len() == limits.depth => {
                return Err(ErrorKind::limit("JSON values in one another", limits.depth as u64));
            }
            Token::Sign(b'{' | b'[') => open.push(HashSet::new()),
            Token::Sign(b'}' | b']') => drop(open.pop()),
            Token::Sign(_) => {}
            Token::Text(range) if range.len() > limits.string => {
                return Err(ErrorKind::limit("bytes in one text of JSON", limits.string as u64));
            }
            Token::Text(range) => {
                let key = &bytes[range];
                let is_key = tokens.peek() == Some(&Token::Sign(b':'));
                if is_key && open.last_mut().is_some_and(|keys| !keys.insert(key)) {
                    let key = shortened(&String::from_utf8_lossy(key));
                    return Err(malformed(format!("an object has the key `{key}` twice")));
                }
            }
        }
    }
    Ok(())
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed("JSON", reason)
}

/// Brackets, colons and texts of a document, one after another, whatever else stands between them.
pub(crate) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// One of `{}[]:`.
    Sign(u8),
    /// Where a text stands, without its quotes, as it is written.
    Text(Range<usize>),
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Up to the quote that ends it, or to the end of all.
    fn text(&mut self) -> Range<usize> {
        let begin = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            let Some(next) = rest.iter().position(|&byte| byte == b'"' || byte == b'\\') else {
                self.at = self.bytes.len();
                return begin..self.at;
            };
            if rest[next] == b'"' {
                self.at += next + 1;
                return begin..self.at - 1;
            }
            // What is escaped may be a quote.
            self.at = self.bytes.len().min(self.at + next + 2);
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let is_token = |&byte: &u8| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b':');
        self.at += self.bytes[self.at..].iter().position(is_token)? + 1;
        match self.bytes[self.at - 1] {
            b'"' => Some(Token::Text(self.text())),
            sign => Some(Token::Sign(sign)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, limits: &Limits) -> String {
        parse(text.as_bytes(), limits).map_or_else(|kind| kind.to_string(), |_| "read".to_owned())
    }

    #[test]
    fn length_depth_and_texts_have_limits() {
        let limits = Limits { json: 20, depth: 3, string: 4, ..Limits::DEFAULT };
        for (text, answer) in [
            ("[1,2,3,4,5,6,7,8,9]", "read"),
            ("[1,2,3,4,5,6,7,8,10]", "read"),
            ("[1,2,3,4,5,6,7,8,9,0]", "more than 20 bytes of JSON"),
            ("[[]]", "read"),
            ("[[{}]]", "read"),
            ("[[[[]]]]", "more than 3 JSON values in one another"),
            (r#"["abc"]"#, "read"),
            (r#"["abcd"]"#, "read"),
            (r#"["abcde"]"#, "more than 4 bytes in one text of JSON"),
            (r#"{"abcde":1}"#, "more than 4 bytes in one text of JSON"),
            (r#"["[[["]"#, "read"),
            (r#"["\"[["]"#, "read"),
        ] {
            assert_eq!(refusal(text, &limits), answer, "{text}");
        }
    }

    #[test]
    fn no_depth_reaches_the_parser() {
        for open in ["[", "{\"a\":"] {
            let deep = open.repeat(200_000);
            assert_eq!(refusal(&deep, &Limits::DEFAULT), "more than 32 JSON values in one another");
        }
    }

    #[test]
    fn what_readers_take_differently_is_refused() {
        let refusal = |text| refusal(text, &Limits::DEFAULT);
        let twice = "malformed JSON: an object has the key `a` twice";
        assert_eq!(refusal(r#"{"a":1, "b":{"a":2}, "a" : 3}"#), twice);
        assert_eq!(refusal(r#"[{"a":"a"}, {"a":"a"}, "a", "a"]"#), "read");
        assert!(refusal("[1e400]").starts_with("malformed JSON: number out of range"));
        assert!(refusal(r#"["\ud800"]"#).starts_with("malformed JSON"));
        assert!(refusal("[\"\u{fffd}\"]").starts_with("read"));
        assert!(parse(b"[\"\xff\"]", &Limits::DEFAULT).is_err());
        for text in ["", "\"", "\"\\", "]", "{]", "nan", "[1,]", "[1]x"] {
            assert!(refusal(text).starts_with("malformed JSON"), "{text}");
        }
    }
}
