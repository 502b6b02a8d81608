//! DICOM data sets (PS3.5 and PS3.10): a tree of elements, each a tag and some bytes.
//!
//! One parser for the four native transfer syntaxes: implicit and explicit little endian, explicit
//! big endian, and deflated. It keeps a list of open sequences instead of calling itself, so that no
//! depth of nesting can exhaust the stack; every claimed length is checked against what surrounds it;
//! values stay slices of the input, and of the elements only tag, place and length are kept.
//!
//! A file whose pixels are compressed is parsed too, to see what else it says; whoever wants its pixels
//! refuses it by the name of its compression.

mod inflate;
mod item;
mod parser;
mod syntax;
pub(crate) mod tags;
mod text;
pub(crate) mod writer;

use std::borrow::Cow;

use crate::error::ErrorKind;
use crate::limits::Limits;
use parser::{Node, Parser};
use syntax::Syntax;
use text::CharacterSet;

pub(crate) use item::Item;

/// What a file is for, as its first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Voxels of structures: [`crate::dicom_seg`].
    Segmentation,
    /// Outlines of structures: [`crate::rtstruct`].
    Contours,
    /// Images, reports, plans and all else.
    Other,
}

/// Whether a file that begins like this is DICOM.
pub fn is_dicom(first_bytes: &[u8]) -> bool {
    begin(first_bytes).is_some()
}

/// What kind of DICOM file begins like this; `None` if it is none at all.
///
/// Some hundred bytes suffice: it looks at the first group alone.
pub fn kind(first_bytes: &[u8]) -> Option<Kind> {
    let begin = begin(first_bytes)?;
    let mut parser = Parser::new(first_bytes, begin, &Limits::DEFAULT);
    // What lies behind the end of these bytes is no concern here.
    let _ = parser.meta();
    let class = parser.nodes.iter().find(|node| node.tag == tags::MEDIA_STORAGE_CLASS)?;
    Some(match trimmed(&first_bytes[class.start..class.start + class.n_bytes as usize]) {
        SEGMENTATION | LABEL_MAP_SEGMENTATION => Kind::Segmentation,
        STRUCTURE_SET => Kind::Contours,
        _ => Kind::Other,
    })
}

pub(crate) const SEGMENTATION: &str = "1.2.840.10008.5.1.4.1.1.66.4";
pub(crate) const LABEL_MAP_SEGMENTATION: &str = "1.2.840.10008.5.1.4.1.1.66.7";
pub(crate) const STRUCTURE_SET: &str = "1.2.840.10008.5.1.4.1.1.481.3";

/// The elements of one file, in its order.
#[derive(Debug)]
pub(crate) struct DataSet<'a> {
    // The file; or, of a deflated one, its first group and what the rest unpacks to.
    bytes: Cow<'a, [u8]>,
    // Invariant: places lie inside of `bytes`; `next` rises and is at most `nodes.len()`.
    nodes: Vec<Node>,
    syntax: Syntax,
    character_set: CharacterSet,
    limits: Limits,
}

/// An element, an item of a sequence, or a fragment of compressed pixels, as [`DataSet::walk`] meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'d> {
    /// How many sequences and items it lies in: 0 for those of the file itself.
    pub(crate) depth: usize,
    /// Group and element number; [`tags::ITEM`] for an item.
    pub(crate) tag: u32,
    /// Two letters; zeros where the file does not say, as implicit syntax does not.
    pub(crate) vr: [u8; 2],
    /// The bytes as they stand in the file. None for sequences and items: what they hold comes next.
    /// A private sequence of known length is not opened: its bytes are its value.
    pub(crate) value: &'d [u8],
}

impl<'a> DataSet<'a> {
    /// The elements of a file in memory.
    ///
    /// # Errors
    /// Bytes that do not begin like DICOM, lengths that do not fit each other or the file, more levels
    /// than `limits.depth`, transfer syntaxes that nobody knows.
    pub(crate) fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, ErrorKind> {
        if bytes.is_empty() {
            return Err(ErrorKind::Empty);
        }
        if bytes.len() as u64 > limits.bytes {
            return Err(ErrorKind::limit("bytes in the file", limits.bytes));
        }
        let begin = begin(bytes).ok_or_else(|| {
            ErrorKind::NotThis("not a DICOM file: no `DICM` at byte 128".to_owned())
        })?;
        let mut parser = Parser::new(bytes, begin, limits);
        parser.meta()?;
        let syntax = transfer_syntax(bytes, &parser.nodes)?;
        let (at, meta) = (parser.at, parser.nodes);
        let bytes = match syntax {
            Syntax::Deflated => {
                let most = limits.unpacked(bytes.len() as u64);
                Cow::Owned([&bytes[..at], &inflate::inflated(&bytes[at..], most)?].concat())
            }
            _ => Cow::Borrowed(bytes),
        };
        let mut parser = Parser::new(&bytes, at, limits);
        parser.nodes = meta;
        let nodes = parser.body(syntax)?;
        let character_set = CharacterSet::Ascii;
        let mut data_set = Self { bytes, nodes, syntax, character_set, limits: *limits };
        let named = data_set.root().text(tags::CHARACTER_SET)?;
        data_set.character_set = CharacterSet::named(&named);
        Ok(data_set)
    }

    /// The elements of the file itself.
    pub(crate) fn root(&self) -> Item<'_> {
        Item::new(self, 0, self.nodes.len())
    }

    /// All elements and items, in the order of the file.
    #[allow(dead_code, reason = "what looks for names in a file walks it")]
    pub(crate) fn walk(&self) -> impl Iterator<Item = Element<'_>> {
        self.nodes.iter().map(|node| Element {
            depth: usize::from(node.depth),
            tag: node.tag,
            vr: node.vr,
            value: self.value(node),
        })
    }

    /// Refuses a file whose pixels are compressed.
    pub(crate) fn check_native(&self) -> Result<(), ErrorKind> {
        match self.syntax {
            Syntax::Encapsulated(name) => Err(ErrorKind::unsupported(
                "DICOM",
                format!(
                    "{name} pixels: unpack them first, with `gdcmconv --raw` or `dcmdjpeg` and its like"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Whether numbers in values have their highest byte first.
    pub(crate) fn is_big_endian(&self) -> bool {
        self.syntax == Syntax::ExplicitBig
    }

    /// What the file is for: the identifier of its class, empty if it does not say.
    pub(crate) fn class(&self) -> Result<String, ErrorKind> {
        let class = self.root().text(tags::SOP_CLASS)?;
        if class.is_empty() { self.root().text(tags::MEDIA_STORAGE_CLASS) } else { Ok(class) }
    }

    fn value(&self, node: &Node) -> &[u8] {
        if node.is_open() {
            return &[];
        }
        &self.bytes[node.start..node.start + node.n_bytes as usize]
    }
}

/// A class of files that is not what was asked for, in words.
pub(crate) fn class_name(class: &str) -> String {
    let name = match class.strip_prefix("1.2.840.10008.5.1.4.1.1.").unwrap_or_default() {
        "2" | "2.1" | "2.2" => "a CT image",
        "4" | "4.1" | "4.2" | "4.3" => "an MR image",
        "20" | "128" | "128.1" | "130" => "a nuclear medicine image",
        "66.4" | "66.7" => "a segmentation",
        "66.5" => "a surface segmentation",
        "481.2" => "a radiotherapy dose",
        "481.3" => "a radiotherapy structure set",
        "481.5" => "a radiotherapy plan",
        _ => return format!("a file of class `{}`", crate::input::shortened(class)),
    };
    name.to_owned()
}

/// Where the first element of a DICOM file is; `None` if the bytes are something else.
fn begin(bytes: &[u8]) -> Option<usize> {
    const PREAMBLE: usize = 128;
    // Group 2, element 0 or 1, and the type that it has.
    let is_meta = |group_length: &[u8]| {
        group_length.starts_with(b"\x02\0\0\0UL") || group_length.starts_with(b"\x02\0\x01\0OB")
    };
    if bytes.get(PREAMBLE..PREAMBLE + 4) == Some(b"DICM") {
        return Some(PREAMBLE + 4);
    }
    is_meta(bytes).then_some(0)
}

fn transfer_syntax(bytes: &[u8], meta: &[Node]) -> Result<Syntax, ErrorKind> {
    let node = meta.iter().find(|node| node.tag == tags::TRANSFER_SYNTAX).ok_or_else(|| {
        ErrorKind::malformed("DICOM", "it does not say its transfer syntax (0002,0010)")
    })?;
    Syntax::of(trimmed(&bytes[node.start..node.start + node.n_bytes as usize]))
}

/// An identifier without its padding; empty if it is no text.
fn trimmed(value: &[u8]) -> &str {
    std::str::from_utf8(value).unwrap_or_default().trim_matches(['\0', ' '])
}

#[cfg(test)]
mod tests;
