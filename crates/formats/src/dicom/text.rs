//! Text in the character sets that names come in (PS3.3, C.12.1.1.2).

/// What bytes above 127 mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CharacterSet {
    /// Nothing: each becomes a replacement character. Every other set is read so too.
    Ascii,
    /// ISO 8859-1.
    Latin1,
    Utf8,
}

impl CharacterSet {
    pub(super) fn named(name: &str) -> Self {
        let of = |value: &str| match value.trim() {
            "ISO_IR 192" => Self::Utf8,
            "ISO_IR 100" | "ISO 2022 IR 100" => Self::Latin1,
            _ => Self::Ascii,
        };
        name.split('\\').map(of).find(|&set| set != Self::Ascii).unwrap_or(Self::Ascii)
    }

    /// The text without its padding and without control characters.
    pub(super) fn text(self, value: &[u8]) -> String {
        let text: String = match self {
            Self::Utf8 => String::from_utf8_lossy(value).into_owned(),
            Self::Latin1 => value.iter().map(|&byte| char::from(byte)).collect(),
            Self::Ascii => value.iter().map(|&byte| ascii(byte)).collect(),
        };
        let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
        text.trim().to_owned()
    }
}

fn ascii(byte: u8) -> char {
    if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_their_character_set() {
        let check = |set: &str, value: &[u8], expected: &str| {
            assert_eq!(CharacterSet::named(set).text(value), expected);
        };
        check("ISO_IR 192", "Länge \0".as_bytes(), "Länge");
        check("ISO_IR 100", b"L\xe4nge ", "Länge");
        check("\\ISO 2022 IR 100", b"L\xe4nge ", "Länge");
        check("", b"L\xe4nge", "L\u{fffd}nge");
        check("ISO_IR 192", b"L\xe4\x1b[31mnge", "L\u{fffd}[31mnge");
    }
}
