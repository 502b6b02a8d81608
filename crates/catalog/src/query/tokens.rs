//! Cuts a question into tokens.

/// A stretch of a question without space in it, or between quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) quoted: bool,
    pub(super) negated: bool,
}

/// The tokens of a question. Words that only say that a number is an age, or that the next token
/// is excluded, are gone.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut negate_next = false;
    for mut token in pieces(text) {
        let word = if token.quoted { String::new() } else { token.text.to_lowercase() };
        match word.as_str() {
            "not" | "without" | "nicht" | "ohne" => negate_next = true,
            "year" | "years" | "yr" | "yrs" | "jahr" | "jahre" | "jahren"
                if makes_age(&mut found) => {}
            "old" if found.last().is_some_and(is_age) => {}
            _ => {
                token.negated |= negate_next;
                negate_next = false;
                found.push(token);
            }
        }
    }
    join_ages(found)
}

/// The first `max` bytes, or a little less where a character would be cut.
pub(super) fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `60..70`, `60-70`, `60..`, `..70`, `60+`, `>60`, `<=70`.
pub(super) fn age_range(text: &str) -> Option<(u32, u32)> {
    if let Some(least) = text.strip_suffix('+') {
        return Some((years(least)?, u32::MAX));
    }
    if let Some(bound) = text.strip_prefix(">=") {
        return Some((years(bound)?, u32::MAX));
    }
    if let Some(bound) = text.strip_prefix("<=") {
        return Some((0, years(bound)?));
    }
    if let Some(bound) = text.strip_prefix('>') {
        return Some((years(bound)? + 1, u32::MAX));
    }
    if let Some(bound) = text.strip_prefix('<') {
        return Some((0, years(bound)?.checked_sub(1)?));
    }
    let (from, to) = ["..", "-", "–"].iter().find_map(|mark| text.split_once(mark))?;
    match (years(from), years(to)) {
        (Some(from), Some(to)) => Some((from.min(to), from.max(to))),
        (Some(from), None) if to.is_empty() && text.ends_with("..") => Some((from, u32::MAX)),
        (None, Some(to)) if from.is_empty() && text.starts_with("..") => Some((0, to)),
        _ => None,
    }
}

/// An age range, or one age.
pub(super) fn age(text: &str) -> Option<(u32, u32)> {
    age_range(text).or_else(|| years(text).map(|years| (years, years)))
}

fn years(text: &str) -> Option<u32> {
    let is_short_number = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_short_number { text.parse().ok() } else { None }
}

fn is_age(token: &Token) -> bool {
    !token.quoted && (token.text.starts_with("age:") || age_range(&token.text).is_some())
}

/// Whether the last token is an age now that `years` follows it.
fn makes_age(found: &mut [Token]) -> bool {
    let Some(last) = found.last_mut() else { return false };
    if !last.quoted && years(&last.text).is_some() {
        last.text = format!("age:{}", last.text);
    }
    is_age(last)
}

/// `age 60` and `aged 60..70` become one token.
fn join_ages(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::new();
    for mut token in tokens {
        let follows_age = joined.last().is_some_and(|last| {
            let word = last.text.to_lowercase();
            !last.quoted && ["age", "aged", "alter"].contains(&word.as_str())
        });
        let value = token.text.strip_prefix("age:").unwrap_or(&token.text);
        if follows_age && !token.quoted && age(value).is_some() {
            token.text = format!("age:{value}");
            token.negated |= joined.pop().is_some_and(|last| last.negated);
        }
        joined.push(token);
    }
    joined
}

fn pieces(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_separator);
        if rest.is_empty() {
            return found;
        }
        let unsigned = rest.trim_start_matches('-');
        let negated = unsigned.len() < rest.len();
        rest = unsigned;
        let (piece, quoted, after) = match rest.strip_prefix('"') {
            Some(inside) => {
                let (piece, after) = inside.split_once('"').unwrap_or((inside, ""));
                (piece.trim(), true, after)
            }
            None => {
                let end = rest.find(|c| is_separator(c) || c == '"').unwrap_or(rest.len());
                (&rest[..end], false, &rest[end..])
            }
        };
        if !piece.is_empty() {
            found.push(Token { text: piece.to_owned(), quoted, negated });
        }
        rest = after;
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | ';')
}
