//! Numbers of a ZIP header, and of its extra fields.

use std::io::{self, Read};

use super::malformed;
use crate::error::ErrorKind;

/// Fills `out`.
pub(super) fn exact(source: &mut impl Read, out: &mut [u8]) -> Result<(), ErrorKind> {
    source.read_exact(out).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => malformed("it ends too early"),
        _ => error.into(),
    })
}

/// A text of a header; its length comes from 16 bits.
pub(super) fn text(source: &mut impl Read, n_bytes: u16) -> Result<Vec<u8>, ErrorKind> {
    let mut text = vec![0; n_bytes.into()];
    exact(source, &mut text)?;
    Ok(text)
}

/// Numbers of 16 bits from `at` on; the caller's array has them.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// What a 32-bit field holds, or, if all its bits are set, the next number of the Zip64 field.
pub(super) struct Wide<'a> {
    zip64: Option<&'a [u8]>,
}

impl<'a> Wide<'a> {
    /// Looks for the Zip64 field among the extra fields of a header.
    pub(super) fn of(extra: &'a [u8]) -> Result<Self, ErrorKind> {
        const ZIP64: u16 = 1;
        let mut zip64 = None;
        let mut rest = extra;
        // Fewer than four bytes are padding, as some aligners leave it.
        while rest.len() >= 4 {
            let (id, n_bytes) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
            let Some(field) = rest.get(4..4 + n_bytes) else {
                // Some writers leave zeros here, of any number.
                if rest.iter().all(|&byte| byte == 0) {
                    break;
                }
                return Err(malformed("an extra field is longer than its header"));
            };
            if id == ZIP64 && zip64.replace(field).is_some() {
                return Err(malformed("two Zip64 fields in one header"));
            }
            rest = &rest[4 + n_bytes..];
        }
        Ok(Self { zip64 })
    }

    pub(super) fn value(&mut self, field: u32) -> Result<u64, ErrorKind> {
        if field != u32::MAX {
            return Ok(field.into());
        }
        match self.zip64 {
            Some(bytes) if bytes.len() >= 8 => {
                self.zip64 = Some(&bytes[8..]);
                Ok(u64_at(bytes, 0))
            }
            _ => Err(malformed("a size of Zip64 is missing")),
        }
    }
}
