//! From bytes to elements, without recursion (PS3.5, chapter 7).

use super::syntax::Syntax;
use super::tags;
use crate::error::ErrorKind;
use crate::limits::Limits;

/// As a length: it is not known, a delimiter will come. Of a node: what it holds follows as nodes.
const UNDEFINED: u32 = u32::MAX;
const META_GROUP: u32 = 2;

/// Where one element, item or fragment is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Where its value begins.
    pub(super) start: usize,
    /// How long its value is.
    pub(super) n_bytes: u32,
    pub(super) tag: u32,
    /// The node that follows all that lies in it.
    pub(super) next: u32,
    pub(super) vr: [u8; 2],
    /// How many sequences and items it lies in.
    pub(super) depth: u16,
}

impl Node {
    /// Whether it is a sequence or an item whose content follows as nodes.
    pub(super) fn is_open(&self) -> bool {
        self.n_bytes == UNDEFINED
    }
}

pub(super) struct Parser<'a> {
    pub(super) nodes: Vec<Node>,
    /// The next byte.
    pub(super) at: usize,
    bytes: &'a [u8],
    open: Vec<Open>,
    // What may nest: sequences, each with one open item in it.
    most_open: usize,
    encoding: Encoding,
}

/// A sequence or an item that has begun and not ended.
#[derive(Debug, Clone, Copy)]
struct Open {
    node: usize,
    kind: OpenKind,
    /// Where it ends, or where what it lies in ends if only a delimiter will tell.
    bound: usize,
    has_length: bool,
    /// How what surrounds it is written.
    outer: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenKind {
    Sequence,
    Item,
    /// Compressed pixels: its items hold no elements.
    Fragments,
}

#[derive(Debug, Clone, Copy)]
struct Encoding {
    is_explicit: bool,
    is_big: bool,
}

const EXPLICIT_LITTLE: Encoding = Encoding { is_explicit: true, is_big: false };
const IMPLICIT_LITTLE: Encoding = Encoding { is_explicit: false, is_big: false };

impl<'a> Parser<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize, limits: &Limits) -> Self {
        let most_open = limits.depth.saturating_mul(2).min(usize::from(u16::MAX));
        let (nodes, open) = (Vec::new(), Vec::new());
        Self { nodes, at, bytes, open, most_open, encoding: EXPLICIT_LITTLE }
    }

    /// The elements of the first group, which is explicit little endian in every file.
    pub(super) fn meta(&mut self) -> Result<(), ErrorKind> {
        while self.peek_tag().is_some_and(|tag| tag >> 16 == META_GROUP) {
            self.element()?;
            if !self.open.is_empty() {
                return Err(malformed("a sequence in its first group"));
            }
        }
        Ok(())
    }

    /// All elements to the end, those that were there before among them.
    pub(super) fn body(mut self, syntax: Syntax) -> Result<Vec<Node>, ErrorKind> {
        self.encoding = match syntax {
            Syntax::ImplicitLittle => IMPLICIT_LITTLE,
            Syntax::ExplicitBig => Encoding { is_explicit: true, is_big: true },
            _ => EXPLICIT_LITTLE,
        };
        // Some programs leave zeros after the last element.
        let last = self.bytes.iter().rposition(|&byte| byte != 0);
        let end = last.map_or(0, |last| last + 1);
        loop {
            while self.open.last().is_some_and(|open| open.has_length && open.bound == self.at) {
                self.close();
            }
            let Some(open) = self.open.last() else {
                if self.at >= end {
                    return Ok(self.nodes);
                }
                self.element()?;
                continue;
            };
            match open.kind {
                OpenKind::Sequence | OpenKind::Fragments => self.item(open.kind)?,
                OpenKind::Item => self.element()?,
            }
        }
    }

    fn element(&mut self) -> Result<(), ErrorKind> {
        let begin = self.at;
        let tag = self.tag()?;
        if tag == tags::ITEM_END {
            return self.end(OpenKind::Item, begin);
        }
        if tag >> 16 == tags::ITEM >> 16 {
            let reason = format!("{} at byte {begin}, where an element should be", tags::name(tag));
            return Err(malformed(reason));
        }
        let (vr, n_bytes) = self.vr_and_length(tag)?;
        let content = self.content(tag, vr, n_bytes)?;
        match content {
            None => self.value(tag, vr, n_bytes),
            Some((kind, encoding)) => {
                self.begin(tag, n_bytes, kind)?;
                self.encoding = encoding;
                Ok(())
            }
        }
    }

    /// What follows in an element that holds others; `None` if it holds a value.
    fn content(
        &self,
        tag: u32,
        vr: [u8; 2],
        n_bytes: u32,
    ) -> Result<Option<(OpenKind, Encoding)>, ErrorKind> {
        let is_unknown = vr == *b"UN" || !self.encoding.is_explicit;
        let is_private = (tag >> 16) % 2 == 1;
        if n_bytes != UNDEFINED {
            // Private sequences are skipped as a whole. Where no type is told, items are known by
            // their own first bytes.
            return Ok(match () {
                () if is_private => None,
                () if vr == *b"SQ" => Some((OpenKind::Sequence, self.encoding)),
                () if is_unknown && self.holds_items(tag, n_bytes) => {
                    Some((OpenKind::Sequence, IMPLICIT_LITTLE))
                }
                () => None,
            });
        }
        if tag == tags::PIXELS && self.encoding.is_explicit {
            return Ok(Some((OpenKind::Fragments, self.encoding)));
        }
        if vr == *b"SQ" {
            return Ok(Some((OpenKind::Sequence, self.encoding)));
        }
        if !is_unknown || self.encoding.is_big {
            let reason = format!("{} has no length and is no sequence", tags::name(tag));
            return Err(malformed(reason));
        }
        // What lies in an unknown element is implicit little endian (PS3.5, 6.2.2).
        Ok(Some((OpenKind::Sequence, IMPLICIT_LITTLE)))
    }

    /// Whether a value begins like the first item of a sequence, and one that fits.
    fn holds_items(&self, tag: u32, n_bytes: u32) -> bool {
        let Some(head) = self.bytes.get(self.at..self.at.saturating_add(8)) else { return false };
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let fits = length == UNDEFINED || u64::from(length) + 8 <= u64::from(n_bytes);
        tag != tags::PIXELS && !self.encoding.is_big && head.starts_with(b"\xfe\xff\0\xe0") && fits
    }

    fn value(&mut self, tag: u32, vr: [u8; 2], n_bytes: u32) -> Result<(), ErrorKind> {
        let start = self.at;
        if n_bytes as usize > self.bound() - start {
            return Err(self.lie(tag, n_bytes));
        }
        self.at += n_bytes as usize;
        let next = self.n_nodes()? + 1;
        self.nodes.push(Node { start, n_bytes, tag, next, vr, depth: self.open.len() as u16 });
        Ok(())
    }

    /// An item of a sequence, or its end.
    fn item(&mut self, kind: OpenKind) -> Result<(), ErrorKind> {
        let begin = self.at;
        let tag = self.tag()?;
        match tag {
            tags::SEQUENCE_END => self.end(kind, begin),
            tags::ITEM => {
                let n_bytes = self.long()?;
                match kind {
                    OpenKind::Fragments => self.value(tag, [0; 2], n_bytes),
                    _ => self.begin(tag, n_bytes, OpenKind::Item),
                }
            }
            _ => {
                let name = tags::name(tag);
                Err(malformed(format!("{name} at byte {begin}, where an item should begin")))
            }
        }
    }

    fn begin(&mut self, tag: u32, n_bytes: u32, kind: OpenKind) -> Result<(), ErrorKind> {
        let outer = self.bound();
        let has_length = n_bytes != UNDEFINED;
        if has_length && n_bytes as usize > outer - self.at {
            return Err(self.lie(tag, n_bytes));
        }
        if self.open.len() >= self.most_open {
            return Err(ErrorKind::limit("sequences in each other", self.most_open as u64 / 2));
        }
        let bound = if has_length { self.at + n_bytes as usize } else { outer };
        let node = self.n_nodes()?;
        let vr = if kind == OpenKind::Item { [0; 2] } else { *b"SQ" };
        let depth = self.open.len() as u16;
        self.nodes.push(Node { start: self.at, n_bytes: UNDEFINED, tag, next: 0, vr, depth });
        self.open.push(Open { node: node as usize, kind, bound, has_length, outer: self.encoding });
        Ok(())
    }

    /// A delimiter, which has to end what was opened last.
    fn end(&mut self, kind: OpenKind, begin: usize) -> Result<(), ErrorKind> {
        let ends = self.open.last().is_some_and(|open| open.kind == kind && !open.has_length);
        if self.long()? != 0 || !ends {
            return Err(malformed(format!("a delimiter at byte {begin} that ends nothing")));
        }
        self.close();
        Ok(())
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.nodes[open.node].next = self.nodes.len() as u32;
            self.encoding = open.outer;
        }
    }

    /// Where what is read now has to end.
    fn bound(&self) -> usize {
        self.open.last().map_or(self.bytes.len(), |open| open.bound)
    }

    fn n_nodes(&self) -> Result<u32, ErrorKind> {
        // Twice: the number that follows has to fit, too.
        let most = u32::MAX / 2;
        u32::try_from(self.nodes.len())
            .ok()
            .filter(|&n_nodes| n_nodes < most)
            .ok_or_else(|| ErrorKind::limit("elements", most.into()))
    }

    fn vr_and_length(&mut self, tag: u32) -> Result<([u8; 2], u32), ErrorKind> {
        if !self.encoding.is_explicit {
            return Ok(([0; 2], self.long()?));
        }
        let vr = self.take::<2>()?;
        match &vr {
            b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN"
            | b"UR" | b"UT" | b"UV" => {
                self.take::<2>()?;
                Ok((vr, self.long()?))
            }
            b"AE" | b"AS" | b"AT" | b"CS" | b"DA" | b"DS" | b"DT" | b"FD" | b"FL" | b"IS"
            | b"LO" | b"LT" | b"PN" | b"SH" | b"SL" | b"SS" | b"ST" | b"TM" | b"UI" | b"UL"
            | b"US" => Ok((vr, u32::from(self.short()?))),
            _ => {
                let vr = vr.escape_ascii();
                Err(malformed(format!("{} has the unknown type `{vr}`", tags::name(tag))))
            }
        }
    }

    fn peek_tag(&self) -> Option<u32> {
        let head = self.bytes.get(self.at..self.at.checked_add(4)?)?;
        let half = |at: usize| u32::from(u16::from_le_bytes([head[at], head[at + 1]]));
        Some(half(0) << 16 | half(2))
    }

    fn tag(&mut self) -> Result<u32, ErrorKind> {
        let group = self.short()?;
        Ok(u32::from(group) << 16 | u32::from(self.short()?))
    }

    fn short(&mut self) -> Result<u16, ErrorKind> {
        let bytes = self.take()?;
        Ok(if self.encoding.is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&mut self) -> Result<u32, ErrorKind> {
        let bytes = self.take()?;
        Ok(if self.encoding.is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ErrorKind> {
        let bound = self.bound();
        let ends = || match self.open.last() {
            None => malformed("the file ends inside of an element"),
            Some(open) => {
                let name = tags::name(self.nodes[open.node].tag);
                malformed(format!("what {name} holds does not end where it says"))
            }
        };
        let bytes = self.bytes[self.at..bound].first_chunk().copied().ok_or_else(ends)?;
        self.at += N;
        Ok(bytes)
    }

    fn lie(&self, tag: u32, n_bytes: u32) -> ErrorKind {
        let name = tags::name(tag);
        let n_left = self.bound() - self.at;
        malformed(format!("{name} claims {n_bytes} bytes where {n_left} are left"))
    }
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed("DICOM", reason)
}
