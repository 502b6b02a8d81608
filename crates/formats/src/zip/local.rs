//! The header in front of each file of an archive, and the descriptor behind it.

use std::io::{Read, Seek, SeekFrom};

use super::directory::{Entry, HAS_DESCRIPTOR};
use super::fields::{Wide, exact, text, u16_at, u32_at, u64_at};
use super::{MAGIC, malformed};
use crate::error::ErrorKind;
use crate::input::shortened;

/// Checks what stands around the bytes of an entry that is followed by something at `next`, and
/// tells it where they begin.
pub(super) fn check(
    source: &mut (impl Read + Seek),
    entry: &mut Entry,
    raw_name: &[u8],
    next: u64,
) -> Result<(), ErrorKind> {
    let overlaps = || malformed("an entry overlaps what comes after it");
    if entry.header > next {
        return Err(overlaps());
    }
    entry.data = entry.header + header(source, entry, raw_name)?;
    let end = entry.data.checked_add(entry.n_packed).filter(|&end| end <= next);
    let end = end.ok_or_else(overlaps)?;
    match entry.flags & HAS_DESCRIPTOR != 0 {
        true => descriptor(source, entry, end, next - end),
        false if end == next => Ok(()),
        false => Err(malformed("bytes that belong to no entry")),
    }
}

/// Length of the header, which says the same as the directory.
fn header(
    source: &mut (impl Read + Seek),
    entry: &Entry,
    raw_name: &[u8],
) -> Result<u64, ErrorKind> {
    const SIZE: usize = 30;
    source.seek(SeekFrom::Start(entry.header))?;
    let mut fixed = [0; SIZE];
    exact(source, &mut fixed)?;
    if !fixed.starts_with(MAGIC) {
        return Err(malformed("an entry is not where the directory says"));
    }
    let (name, extra) = (u16_at(&fixed, 26), u16_at(&fixed, 28));
    let is_same_name = text(source, name)? == raw_name;
    let extra = text(source, extra)?;
    let mut wide = Wide::of(&extra)?;
    let says = [
        u64::from(u32_at(&fixed, 14)),
        wide.value(u32_at(&fixed, 22))?,
        wide.value(u32_at(&fixed, 18))?,
    ];
    let should = [entry.checksum.into(), entry.n_unpacked, entry.n_packed];
    let is_later = entry.flags & HAS_DESCRIPTOR != 0;
    let is_same_size = says.iter().zip(should).all(|(&a, b)| a == b || (is_later && a == 0));
    let is_same_way = (u16_at(&fixed, 6), u16_at(&fixed, 8)) == (entry.flags, entry.method);
    if !(is_same_name && is_same_size && is_same_way) {
        let reason = "says something else before its bytes than in the directory";
        return Err(malformed(format!("`{}` {reason}", shortened(entry.name()))));
    }
    Ok((SIZE + usize::from(name) + extra.len()) as u64)
}

/// Checksum and sizes once more, with or without a signature, in 32 or 64 bits.
fn descriptor(
    source: &mut (impl Read + Seek),
    entry: &Entry,
    at: u64,
    n_bytes: u64,
) -> Result<(), ErrorKind> {
    const SIGNATURE: &[u8] = b"PK\x07\x08";
    let malformed = || malformed("a data descriptor that does not fit its entry");
    if ![12, 16, 20, 24].contains(&n_bytes) {
        return Err(malformed());
    }
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; n_bytes as usize];
    exact(source, &mut bytes)?;
    let has_signature = n_bytes.is_multiple_of(8);
    let says = match has_signature {
        true => bytes.strip_prefix(SIGNATURE).ok_or_else(malformed)?,
        false => &bytes,
    };
    let (packed, unpacked) = match says.len() {
        12 => (u32_at(says, 4).into(), u32_at(says, 8).into()),
        _ => (u64_at(says, 4), u64_at(says, 12)),
    };
    let is_same = u32_at(says, 0) == entry.checksum
        && (packed, unpacked) == (entry.n_packed, entry.n_unpacked);
    if is_same { Ok(()) } else { Err(malformed()) }
}
