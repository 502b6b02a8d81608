//! Prefix codes as tables: some bits of the stream go in, a symbol and its length come out.

use super::Damaged;

/// The most bits of a code.
const MAX_LENGTH: usize = 15;

/// A prefix code of which the first `SIZE` bits' worth are looked up at once.
///
/// Longer codes go on in `longer`, at the place that their entry in `first` names.
pub(super) struct Code<const SIZE: usize> {
    first: [Entry; SIZE],
    longer: Vec<Entry>,
}

/// What some bits mean.
///
/// ```text
/// bits 16–31  a literal, the base of a length or distance, or a place in `longer`
/// bits 12–15  the kind
/// bits  8–11  bits of the code
/// bits  0–7   bits of the code and of the number that is added to the base; in a link, the bits
///             that are looked up next
/// ```
#[derive(Clone, Copy)]
pub(super) struct Entry(u32);

/// Which symbols a code has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Lengths of the codes that follow.
    CodeLengths,
    /// Literals, the end of a block, lengths of matches.
    Literals,
    /// Distances of matches.
    Distances,
}

impl Entry {
    const LITERAL: u32 = 1 << 15;
    const LINK: u32 = 1 << 14;
    const END: u32 = 1 << 13;
    const INVALID: u32 = 1 << 12;

    fn new(value: u32, kind: u32, n_bits: u32, n_more_bits: u32) -> Self {
        Self(value << 16 | kind | n_bits << 8 | (n_bits + n_more_bits))
    }

    fn link(place: usize, n_bits: u32) -> Self {
        Self((place as u32) << 16 | Self::LINK | n_bits)
    }

    #[inline]
    pub(super) fn is_literal(self) -> bool {
        self.0 & Self::LITERAL != 0
    }

    /// Whether it is none of literal, length and distance.
    #[inline]
    pub(super) fn is_special(self) -> bool {
        self.0 & (Self::LINK | Self::END | Self::INVALID) != 0
    }

    #[inline]
    pub(super) fn is_link(self) -> bool {
        self.0 & Self::LINK != 0
    }

    #[inline]
    fn place(self) -> usize {
        (self.0 >> 16) as usize
    }

    pub(super) fn is_end(self) -> bool {
        self.0 & Self::END != 0
    }

    /// Bits of the code and the number behind it.
    #[inline]
    pub(super) fn n_bits(self) -> u32 {
        self.0 & 0xff
    }

    /// A literal, or the symbol of a code of lengths.
    #[inline]
    pub(super) fn symbol(self) -> u8 {
        (self.0 >> 16) as u8
    }

    /// A length or distance; `bits` begin with its code.
    #[inline]
    pub(super) fn number(self, bits: u64) -> usize {
        let behind = bits & !u64::MAX.wrapping_shl(self.n_bits());
        (self.0 >> 16) as usize + behind.wrapping_shr(self.0 >> 8 & 0xf) as usize
    }
}

impl<const SIZE: usize> Code<SIZE> {
    const BITS: u32 = SIZE.trailing_zeros();

    /// A code without symbols.
    pub(super) fn new() -> Self {
        Self { first: [INVALID; SIZE], longer: Vec::new() }
    }

    /// Makes it the code in which symbol `n` has `lengths[n]` bits, none if it does not occur.
    ///
    /// As in zlib, a code may leave bits without meaning only if it has one symbol of one bit, or
    /// none at all.
    pub(super) fn set(&mut self, lengths: &[u8], alphabet: Alphabet) -> Result<(), Damaged> {
        let mut counts = [0_u16; MAX_LENGTH + 1];
        for &length in lengths.iter().filter(|&&length| length > 0) {
            counts[usize::from(length)] += 1;
        }
        let longest = counts.iter().rposition(|&count| count > 0).unwrap_or(0);
        let may_be_incomplete = longest == 0 || longest == 1 && alphabet != Alphabet::CodeLengths;
        if !is_complete(&counts)? && !may_be_incomplete {
            return Err(Damaged);
        }
        self.first.fill(INVALID);
        self.longer.clear();
        let mut next = first_codes(&counts);
        for (symbol, &length) in lengths.iter().enumerate().filter(|&(_, &length)| length > 0) {
            let code = &mut next[usize::from(length)];
            // The stream has the highest bit of a code first.
            let reversed = code.reverse_bits() >> (16 - length);
            *code += 1;
            let entry = alphabet.entry(symbol, length.into());
            self.put(reversed.into(), length.into(), longest as u32, entry);
        }
        Ok(())
    }

    fn put(&mut self, code: usize, n_bits: u32, longest: u32, entry: Entry) {
        if n_bits <= Self::BITS {
            fill(&mut self.first, code, n_bits, entry);
            return;
        }
        let n_more_bits = longest - Self::BITS;
        let n_more = 1 << n_more_bits;
        let link = &mut self.first[code % SIZE];
        if !link.is_link() {
            *link = Entry::link(self.longer.len(), n_more_bits);
            self.longer.resize(self.longer.len() + n_more, INVALID);
        }
        let begin = link.place();
        let places = &mut self.longer[begin..begin + n_more];
        fill(places, code >> Self::BITS, n_bits - Self::BITS, entry);
    }

    /// What the lowest of `bits` mean: no link.
    #[inline]
    pub(super) fn entry(&self, bits: u64) -> Entry {
        let entry = self.first[bits as usize % SIZE];
        if entry.is_link() { self.linked(entry, bits) } else { entry }
    }

    #[inline]
    fn linked(&self, link: Entry, bits: u64) -> Entry {
        let behind = (bits >> Self::BITS) as usize & ((1 << link.n_bits()) - 1);
        self.longer[link.place() + behind]
    }
}

impl Alphabet {
    fn entry(self, symbol: usize, n_bits: u32) -> Entry {
        match (self, symbol) {
            (Self::CodeLengths, _) | (Self::Literals, ..256) => {
                Entry::new(symbol as u32, Entry::LITERAL, n_bits, 0)
            }
            (Self::Literals, 256) => Entry::new(0, Entry::END, n_bits, 0),
            (Self::Literals, _) => match LENGTHS.get(symbol - 257) {
                Some(&(base, n_more_bits)) => {
                    Entry::new(base.into(), 0, n_bits, n_more_bits.into())
                }
                None => Entry::new(0, Entry::INVALID, n_bits, 0),
            },
            (Self::Distances, _) => match DISTANCES.get(symbol) {
                Some(&(base, n_more_bits)) => {
                    Entry::new(base.into(), 0, n_bits, n_more_bits.into())
                }
                None => Entry::new(0, Entry::INVALID, n_bits, 0),
            },
        }
    }
}

/// Puts an entry wherever the lowest `n_bits` are `code`.
fn fill(entries: &mut [Entry], code: usize, n_bits: u32, entry: Entry) {
    for place in entries[code..].iter_mut().step_by(1 << n_bits) {
        *place = entry;
    }
}

/// Whether codes of these lengths leave no bits without meaning; they are refused if there are more
/// of them than bits can tell apart.
fn is_complete(counts: &[u16; MAX_LENGTH + 1]) -> Result<bool, Damaged> {
    let mut n_left = 1_u32;
    for &count in &counts[1..] {
        n_left = (2 * n_left).checked_sub(count.into()).ok_or(Damaged)?;
    }
    Ok(n_left == 0)
}

/// The first code of each length: codes of one length follow each other, and the shorter come first.
fn first_codes(counts: &[u16; MAX_LENGTH + 1]) -> [u16; MAX_LENGTH + 1] {
    let mut first = [0; MAX_LENGTH + 1];
    for length in 1..MAX_LENGTH {
        first[length + 1] = (first[length] + counts[length]) << 1;
    }
    first
}

const INVALID: Entry = Entry(Entry::INVALID | 1 << 8 | 1);

// Bases, and how many bits are added to them.
pub(super) const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
pub(super) const DISTANCES: [(u16, u8); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12289, 12),
    (16385, 13),
    (24577, 13),
];
