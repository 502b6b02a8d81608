//! Samples that are inside or outside: bits, or bytes from a number on.

use super::frames::{Format, Frames};
use crate::dicom::DataSet;
use crate::error::ErrorKind;

/// The samples of all frames, one after another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Samples<'a> {
    /// The lowest bit of a byte comes first; a frame may begin within a byte (PS3.5, 8.1.1).
    Bits(&'a [u8]),
    Bytes {
        bytes: &'a [u8],
        least: u8,
    },
}

impl<'a> Samples<'a> {
    pub(super) fn of(data_set: &'a DataSet<'a>, frames: &Frames) -> Result<Self, ErrorKind> {
        let bytes = frames.pixels(data_set)?;
        Ok(match frames.format {
            Format::Mask { bits: 8, least } => Self::Bytes { bytes, least },
            _ => Self::Bits(bytes),
        })
    }

    /// The first sample from `at` on that is inside, or outside; `end` if none is before it.
    pub(super) fn next(self, at: usize, end: usize, is_inside: bool) -> usize {
        if at >= end {
            return end;
        }
        match self {
            Self::Bits(bytes) => next_bit(bytes, at, end, is_inside),
            Self::Bytes { bytes, least } => bytes[at..end]
                .iter()
                .position(|&byte| (byte >= least) == is_inside)
                .map_or(end, |n| at + n),
        }
    }
}

fn next_bit(bytes: &[u8], at: usize, end: usize, is_set: bool) -> usize {
    let flipped = if is_set { 0 } else { u8::MAX };
    let first = (bytes[at / 8] ^ flipped) >> (at % 8);
    if first != 0 {
        return (at + first.trailing_zeros() as usize).min(end);
    }
    let next = at / 8 + 1;
    let rest = bytes.get(next..end.div_ceil(8)).unwrap_or_default();
    rest.iter().position(|&byte| byte != flipped).map_or(end, |n| {
        let bit = (rest[n] ^ flipped).trailing_zeros() as usize;
        (8 * (next + n) + bit).min(end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_count_from_the_lowest_and_across_bytes() {
        let samples = Samples::Bits(&[0b0001_0000, 0, 0b1111_1110, 0xff]);
        assert_eq!(samples.next(0, 32, true), 4);
        assert_eq!(samples.next(4, 32, false), 5);
        assert_eq!(samples.next(5, 32, true), 17);
        assert_eq!(samples.next(17, 32, false), 32);
        assert_eq!(samples.next(5, 12, true), 12);
        assert_eq!(samples.next(32, 32, true), 32);
    }
}
