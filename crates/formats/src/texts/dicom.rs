//! DICOM: every element that holds words, dates or UIDs, private ones too (PS3.5, PS3.10).
//!
//! The elements are walked in the order of the bytes: a sequence is entered by going on behind its
//! header, so nesting of any depth needs no memory, and the lengths of sequences need not be right.

use super::bytes::Bytes;
use super::inflate::{Bounded, Inflated};
use super::teller::{OVERLAP, Teller};
use super::{keyword, plain};

/// A file with a preamble, or a data set without one.
pub(super) fn tell_file(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    if bytes.peek(132).get(128..132) == Some(b"DICM") {
        let preamble = bytes.take(128);
        plain::tell_runs_of(&preamble, "DICOM preamble", teller);
        bytes.skip(4);
    }
    tell_any(bytes, teller);
}

/// A data set, with or without a group of meta elements in front.
pub(super) fn tell_any(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let mut syntax = Syntax::EXPLICIT;
    if bytes.peek(2) == [2, 0] {
        match tell_meta(bytes, teller).as_slice() {
            b"1.2.840.10008.1.2" => syntax.is_explicit = false,
            b"1.2.840.10008.1.2.2" => syntax.is_little = false,
            b"1.2.840.10008.1.2.1.99" => {
                let inflated = Bounded::new(Inflated::new(bytes), teller.budget());
                return Elements::new(&mut Bytes::of_reader(inflated), syntax).tell(teller);
            }
            _ => {}
        }
    }
    Elements::new(bytes, syntax).tell(teller);
}

/// Whether bytes look like a data set without preamble: its first element is of group 2 or 8, short,
/// and in one of the two ways to write a header.
pub(super) fn is_bare(head: &[u8]) -> bool {
    let Some([g0, g1, _, e1, v0, v1, l0, l1]) = head.first_chunk::<8>() else { return false };
    let is_known_group = matches!([*g0, *g1], [2 | 8, 0]) && *e1 <= 0x20;
    let is_explicit = is_vr([*v0, *v1]) && u16::from_le_bytes([*l0, *l1]) < 0x1000;
    let is_implicit = [*v1, *l0, *l1] == [0; 3] && *v0 <= 64;
    is_known_group
        && (is_explicit
            || is_implicit
                && head.len() > 16
                && head[8 + usize::from(*v0)..].starts_with(&[*g0, 0]))
}

/// How headers are written.
#[derive(Clone, Copy)]
struct Syntax {
    is_explicit: bool,
    is_little: bool,
}

impl Syntax {
    const EXPLICIT: Self = Self { is_explicit: true, is_little: true };
}

/// The header of an element.
struct Header {
    group: u16,
    element: u16,
    /// Of an explicit header.
    vr: Option<[u8; 2]>,
    n_bytes: u32,
}

const UNDEFINED: u32 = u32::MAX;

/// Tells group 2, which is always explicit, and says which syntax it names.
fn tell_meta(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) -> Vec<u8> {
    let mut elements = Elements::new(bytes, Syntax::EXPLICIT);
    let mut syntax = Vec::new();
    while elements.bytes.peek(2) == [2, 0] {
        let Some(header) = elements.header() else { break };
        if header.element == 0x0010 && header.n_bytes <= 64 {
            syntax = elements.bytes.take(header.n_bytes as usize);
            syntax.retain(|byte| matches!(byte, b'0'..=b'9' | b'.'));
        } else if !elements.tell_element(&header, teller) {
            break;
        }
    }
    syntax
}

struct Elements<'b, 'a> {
    bytes: &'b mut Bytes<'a>,
    syntax: Syntax,
    /// Items hold voxels, not elements.
    is_in_pixels: bool,
}

impl<'b, 'a> Elements<'b, 'a> {
    fn new(bytes: &'b mut Bytes<'a>, syntax: Syntax) -> Self {
        Self { bytes, syntax, is_in_pixels: false }
    }

    fn tell(mut self, teller: &mut Teller<'_>) {
        while let Some(header) = self.header() {
            if !self.tell_element(&header, teller) {
                return plain::tell_runs(self.bytes, "DICOM bytes after a break", teller);
            }
        }
    }

    fn header(&mut self) -> Option<Header> {
        let [group, element] = [self.u16()?, self.u16()?];
        if group == 0xfffe {
            return Some(Header { group, element, vr: None, n_bytes: self.u32()? });
        }
        let Some(vr) = self.vr() else {
            return Some(Header { group, element, vr: None, n_bytes: self.u32()? });
        };
        self.bytes.skip(2);
        let n_bytes = match has_long_length(vr) {
            true => {
                self.bytes.skip(2);
                self.u32()?
            }
            false => self.u16()?.into(),
        };
        Some(Header { group, element, vr: Some(vr), n_bytes })
    }

    /// The two letters, if that is how this header is written: some files mix both ways.
    fn vr(&mut self) -> Option<[u8; 2]> {
        let letters = *self.bytes.peek(2).first_chunk()?;
        let looks_implicit =
            !self.syntax.is_explicit && self.bytes.peek(4).get(2..4) == Some(&[0; 2]);
        (is_vr(letters) && !looks_implicit).then_some(letters)
    }

    /// Tells what the element holds and walks behind it; `false` if it claims more than there is.
    fn tell_element(&mut self, header: &Header, teller: &mut Teller<'_>) -> bool {
        const ITEM: u16 = 0xe000;
        const PIXELS: u16 = 0x7fe0;
        let n_bytes = u64::from(header.n_bytes);
        if header.group == 0xfffe {
            if self.is_in_pixels && header.element == ITEM {
                self.bytes.skip(n_bytes);
            }
            self.is_in_pixels &= header.element == ITEM;
            return true;
        }
        if header.n_bytes == UNDEFINED || header.vr == Some(*b"SQ") {
            self.is_in_pixels = header.group == PIXELS;
            return true;
        }
        if self.bytes.n_left().is_some_and(|n_left| n_bytes > n_left) {
            return false;
        }
        if header.group == PIXELS || header.group & 0xff00 == 0x6000 && header.element == 0x3000 {
            self.bytes.skip(n_bytes);
            return true;
        }
        self.tell_value(header, teller);
        true
    }

    fn tell_value(&mut self, header: &Header, teller: &mut Teller<'_>) {
        let Header { group, element, n_bytes, .. } = *header;
        let keyword = keyword::of(group, element);
        let is_private = group % 2 == 1;
        let place = match is_private {
            true => format!("DICOM private ({group:04x},{element:04x})"),
            false => format!("DICOM ({group:04x},{element:04x})"),
        };
        let kind = match header.vr {
            Some(vr) => kind(vr),
            // What an implicit header leaves open, the table says, and else the bytes.
            None if keyword.is_some() => Value::Text,
            None if n_bytes >= 8 && self.looks_like_items() => return,
            None => Value::Unknown,
        };
        match kind {
            Value::Numbers => self.bytes.skip(n_bytes.into()),
            _ => self.each_piece(n_bytes, teller.limits.string, |piece| {
                let is_text = matches!(kind, Value::Text) || looks_like_text(piece);
                match is_text {
                    true => teller.say_key(&place, keyword.unwrap_or_default(), piece),
                    false => plain::tell_runs_of(piece, &place, teller),
                }
            }),
        }
    }

    /// The value piece by piece; pieces overlap.
    fn each_piece(&mut self, n_bytes: u32, most: usize, mut tell: impl FnMut(&[u8])) {
        let mut n_left = n_bytes as usize;
        let mut piece = Vec::new();
        while n_left > 0 {
            let more = self.bytes.take(n_left.min(most));
            if more.is_empty() {
                return;
            }
            n_left -= more.len();
            piece.drain(..piece.len().saturating_sub(OVERLAP));
            piece.extend(more);
            tell(&piece);
        }
    }

    /// Whether a value of unknown kind begins with an item: then it is a sequence, and entered.
    fn looks_like_items(&mut self) -> bool {
        let item: &[u8] =
            if self.syntax.is_little { b"\xfe\xff\x00\xe0" } else { b"\xff\xfe\xe0\x00" };
        self.bytes.peek(4) == item
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.bytes.array()?;
        Some(if self.syntax.is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes = self.bytes.array()?;
        Some(if self.syntax.is_little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }
}

/// What a value is, as far as words are concerned.
enum Value {
    Text,
    Numbers,
    /// Bytes that may hold words, such as private elements of manufacturers.
    Unknown,
}

fn kind(vr: [u8; 2]) -> Value {
    match &vr {
        b"AE" | b"AS" | b"CS" | b"DA" | b"DT" | b"LO" | b"LT" | b"PN" | b"SH" | b"ST" | b"TM"
        | b"UC" | b"UI" | b"UR" | b"UT" | b"IS" => Value::Text,
        b"UN" | b"OB" => Value::Unknown,
        _ => Value::Numbers,
    }
}

/// Two capital letters, as all representations of values have.
fn is_vr(letters: [u8; 2]) -> bool {
    letters.iter().all(u8::is_ascii_uppercase)
}

fn has_long_length(vr: [u8; 2]) -> bool {
    matches!(
        &vr,
        b"OB"
            | b"OD"
            | b"OF"
            | b"OL"
            | b"OV"
            | b"OW"
            | b"SQ"
            | b"SV"
            | b"UC"
            | b"UN"
            | b"UR"
            | b"UT"
            | b"UV"
    )
}

/// Whether there are letters only, and what steers lines.
fn looks_like_text(bytes: &[u8]) -> bool {
    let text = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    let is_letter = |byte: &u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t' | 0x80..);
    text.iter().all(is_letter)
}
