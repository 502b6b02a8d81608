//! Which numbers of a workbook are dates.

use std::collections::HashSet;

use super::{FORMAT, date};
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::xml::{Element, Xml};

#[derive(Default)]
pub(super) struct Styles {
    /// Whether each style of cells shows a date or a time of day.
    are_dates: Vec<bool>,
    is_since_1904: bool,
}

impl Styles {
    pub(super) fn read(
        bytes: &[u8],
        is_since_1904: bool,
        limits: &Limits,
    ) -> Result<Self, ErrorKind> {
        let mut own_dates = HashSet::new();
        let mut formats: Vec<u32> = Vec::new();
        let mut xml = Xml::new(FORMAT, bytes, limits);
        let root = xml.root("styleSheet")?;
        while let Some(group) = xml.child(&root)? {
            match group.name() {
                "numFmts" => {
                    while let Some(format) = xml.child(&group)? {
                        if format.get("formatCode")?.is_some_and(|code| shows_date(&code)) {
                            own_dates.insert(number_format(&format)?);
                        }
                    }
                }
                "cellXfs" => {
                    while let Some(style) = xml.child(&group)? {
                        formats.push(number_format(&style)?);
                    }
                }
                _ => {}
            }
        }
        let is_date = |format: &u32| is_built_in_date(*format) || own_dates.contains(format);
        Ok(Self { are_dates: formats.iter().map(is_date).collect(), is_since_1904 })
    }

    /// The date that a number shows in a style, if it shows one.
    pub(super) fn date(&self, value: f64, style: usize) -> Option<String> {
        let is_date = self.are_dates.get(style).copied().unwrap_or(false);
        if is_date { date::text(value, self.is_since_1904) } else { None }
    }
}

fn number_format(element: &Element<'_>) -> Result<u32, ErrorKind> {
    Ok(element.get("numFmtId")?.and_then(|id| id.parse().ok()).unwrap_or(0))
}

/// The formats that need not be written down, those of East Asia among them.
fn is_built_in_date(format: u32) -> bool {
    matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format has a letter for a day, a month, a year, an hour or a second, outside of quotes
/// and brackets.
fn shows_date(code: &str) -> bool {
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => _ = letters.find(|&letter| letter == '"'),
            '[' => _ = letters.find(|&letter| letter == ']'),
            '\\' | '_' | '*' => _ = letters.next(),
            ';' => return false,
            letter if "dmyhsDMYHS".contains(letter) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_numbers() {
        for code in ["yyyy-mm-dd", "[$-409]d/m/yy h:mm", "hh:mm:ss", "\"on\" d", "MMM"] {
            assert!(shows_date(code), "{code}");
        }
        for code in ["General", "0.00", "#,##0 \"days\"", "[Red]0", "0\\d", "0;d", "0.00E+00", "@"]
        {
            assert!(!shows_date(code), "{code}");
        }
    }
}
