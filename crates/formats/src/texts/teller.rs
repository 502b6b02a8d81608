//! Hands texts over: decoded, cut to size, with the place that they come from, and within budgets.

use std::cell::Cell;
use std::rc::Rc;

use super::{Role, Text, keyword};
use crate::error::ErrorKind;
use crate::limits::Limits;

/// Where scanners say what they find.
pub(super) struct Teller<'a> {
    pub(super) limits: &'a Limits,
    tell: &'a mut dyn FnMut(Text),
    /// `zip entry 3: `, or nothing.
    prefix: String,
    /// Archives and packings around what is walked.
    n_around: usize,
    text_left: u64,
    has_untold: bool,
    most_unpacked: u64,
    unpacked_left: Budget,
    /// Entries that archives may still have.
    entries_left: usize,
    has_more_entries: bool,
}

/// Bytes that may still be unpacked; shared by all that unpack.
pub(super) type Budget = Rc<Cell<u64>>;

/// Texts of one file together may be this many times as long as the file. Tables pack 10 to 1 at
/// most; what packs much better says the same again and again.
const TEXT_A_BYTE: u64 = 16;

/// Pieces of a long text overlap by this much, so that nothing that is looked for is cut in two.
pub(super) const OVERLAP: usize = 256;

impl<'a> Teller<'a> {
    pub(super) fn new(limits: &'a Limits, n_bytes: u64, tell: &'a mut dyn FnMut(Text)) -> Self {
        let most_unpacked = limits.unpacked(n_bytes);
        Self {
            limits,
            tell,
            prefix: String::new(),
            n_around: 0,
            text_left: n_bytes.saturating_mul(TEXT_A_BYTE).saturating_add(limits.json as u64),
            has_untold: false,
            most_unpacked,
            unpacked_left: Rc::new(Cell::new(most_unpacked)),
            entries_left: limits.entries,
            has_more_entries: false,
        }
    }

    /// Whether all was handed over.
    pub(super) fn finish(self) -> Result<(), ErrorKind> {
        if self.unpacked_left.get() == 0 {
            return Err(ErrorKind::limit("bytes when unpacked", self.most_unpacked));
        }
        if self.has_more_entries {
            return Err(ErrorKind::limit("entries", self.limits.entries as u64));
        }
        match self.has_untold {
            true => Err(ErrorKind::limit("times its own bytes of text", TEXT_A_BYTE)),
            false => Ok(()),
        }
    }

    /// Whether one more entry of an archive is looked into.
    pub(super) fn may_enter(&mut self) -> bool {
        self.has_more_entries |= self.entries_left == 0;
        self.entries_left = self.entries_left.saturating_sub(1);
        !self.has_more_entries
    }

    pub(super) fn budget(&self) -> Budget {
        Rc::clone(&self.unpacked_left)
    }

    /// Words.
    pub(super) fn say(&mut self, place: &str, text: &[u8]) {
        self.tell(place, "", text, Role::Words);
    }

    /// Words that the file has a word for.
    pub(super) fn say_key(&mut self, place: &str, key: &str, text: &[u8]) {
        self.tell(place, key, text, Role::Words);
    }

    /// A name of a file.
    pub(super) fn say_name(&mut self, place: &str, name: &[u8]) {
        self.tell(place, "", name, Role::Name);
    }

    /// What looks like letters.
    pub(super) fn say_noise(&mut self, place: &str, text: &[u8]) {
        self.tell(place, "", text, Role::Noise);
    }

    fn tell(&mut self, place: &str, key: &str, text: &[u8], role: Role) {
        for piece in pieces(text, self.limits.string) {
            let role = if role == Role::Words && is_noise(piece) { Role::Noise } else { role };
            let text = decoded(piece);
            if text.is_empty() {
                continue;
            }
            let n_bytes = text.len() as u64;
            if n_bytes > self.text_left {
                self.has_untold = true;
                return;
            }
            self.text_left -= n_bytes;
            let place = format!("{}{place}", self.prefix);
            (self.tell)(Text { place, key: keyword::plain(key), text, role });
        }
    }

    /// Does something with texts whose places begin with `place`; says that it is not done where
    /// there are too many packings around.
    pub(super) fn inside(&mut self, place: &str, walk: impl FnOnce(&mut Self)) {
        // A table in a workbook in an archive that is packed: no honest file has more.
        const MOST_AROUND: usize = 4;
        if self.n_around == MOST_AROUND {
            self.say_key(place, super::key::OPAQUE, b"packed too many times over");
            return;
        }
        let n_before = self.prefix.len();
        if !place.is_empty() {
            self.prefix.push_str(place);
            self.prefix.push_str(": ");
        }
        self.n_around += 1;
        walk(self);
        self.n_around -= 1;
        self.prefix.truncate(n_before);
    }
}

/// Pieces of at most `most` bytes that overlap, the text itself if it is short.
fn pieces(text: &[u8], most: usize) -> impl Iterator<Item = &[u8]> {
    let most = most.max(1);
    let step = most - OVERLAP.min(most / 4);
    let n_pieces = text.len().saturating_sub(most).div_ceil(step) + 1;
    (0..n_pieces).map(move |piece| &text[piece * step..text.len().min(piece * step + most)])
}

/// Whether a tenth of the bytes steer something, as no text has it.
fn is_noise(bytes: &[u8]) -> bool {
    let steers = |byte: &&u8| matches!(byte, 1..=8 | 11 | 12 | 14..=31 | 127);
    bytes.iter().filter(steers).count() * 10 > bytes.len()
}

/// UTF-8, or else Latin-1, which every byte is; without what steers a terminal, and trimmed.
fn decoded(bytes: &[u8]) -> String {
    let clean = |character: char| match character {
        // Between cells of a table.
        '\t' => '\t',
        _ if character.is_control() => ' ',
        _ => character,
    };
    // A piece may begin or end inside of a character.
    let begin = bytes.iter().take(3).take_while(|&&byte| byte & 0xc0 == 0x80).count();
    let text: String = match std::str::from_utf8(&bytes[begin..]) {
        Ok(text) => text.chars().map(clean).collect(),
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            let whole = &bytes[begin..begin + error.valid_up_to()];
            String::from_utf8_lossy(whole).chars().map(clean).collect()
        }
        Err(_) => bytes.iter().map(|&byte| clean(char::from(byte))).collect(),
    };
    text.trim().to_owned()
}

/// Gathers bytes one by one into pieces that overlap.
pub(super) struct Gathered {
    bytes: Vec<u8>,
    most: usize,
    has_more_than_overlap: bool,
}

impl Gathered {
    pub(super) fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), most: most.max(4), has_more_than_overlap: false }
    }

    /// Adds a byte; a full piece comes out.
    pub(super) fn push(&mut self, byte: u8) -> Option<Vec<u8>> {
        self.bytes.push(byte);
        self.has_more_than_overlap = true;
        if self.bytes.len() < self.most {
            return None;
        }
        self.has_more_than_overlap = false;
        let overlap = self.bytes[self.most - OVERLAP.min(self.most / 4)..].to_vec();
        Some(std::mem::replace(&mut self.bytes, overlap))
    }

    /// What was gathered since the last piece.
    pub(super) fn take(&mut self) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.bytes);
        if std::mem::take(&mut self.has_more_than_overlap) { bytes } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_have_at_most_the_length_and_overlap() {
        let text = b"abcdefgh";
        let cut = |most| pieces(text, most).collect::<Vec<_>>();
        assert_eq!(cut(8), [text]);
        assert_eq!(cut(9), [text]);
        assert_eq!(cut(7), [&b"abcdefg"[..], b"gh"]);
        assert_eq!(cut(4), [&b"abcd"[..], b"defg", b"gh"]);
        assert_eq!(pieces(b"", 4).count(), 1);
    }

    #[test]
    fn gathered_pieces_are_the_same_pieces() {
        let mut gathered = Gathered::new(4);
        let mut found: Vec<_> = b"abcdefgh".iter().filter_map(|&b| gathered.push(b)).collect();
        found.push(gathered.take());
        assert_eq!(found, [&b"abcd"[..], b"defg", b"gh"]);
    }

    #[test]
    fn letters_of_any_encoding_come_out() {
        assert_eq!(decoded("Müller\0".as_bytes()), "Müller");
        assert_eq!(decoded(b"M\xfcller\x1b[1m"), "Müller [1m");
        assert_eq!(decoded(&"Müller".as_bytes()[2..]), "ller");
        assert_eq!(decoded(&"aü".as_bytes()[..2]), "a");
    }
}
