//! A look at a ZIP archive before anything else unpacks it.
//!
//! Declared sizes may lie, so every entry is unpacked once, into nothing, and counted.

use flate2::{Decompress, FlushDecompress, Status};

use super::refused;
use crate::error::ErrorKind;

const MAX_ENTRIES: usize = 4096;
const MAX_UNPACKED: u64 = 256 << 20;

/// Refuses an archive that is malformed or that unpacks to more than a table needs.
pub(super) fn check(bytes: &[u8]) -> Result<(), ErrorKind> {
    let (n_entries, mut directory) = directory(bytes)?;
    if n_entries > MAX_ENTRIES {
        return refused(format!("a workbook of more than {MAX_ENTRIES} parts"));
    }
    let mut n_left = MAX_UNPACKED;
    for _ in 0..n_entries {
        let (entry, rest) = Entry::take(directory)?;
        directory = rest;
        let n_unpacked = entry.n_unpacked(bytes, n_left)?;
        if n_unpacked != entry.declared {
            return malformed("a part is not as long as it says");
        }
        n_left -= n_unpacked;
    }
    Ok(())
}

fn malformed<T>(reason: &str) -> Result<T, ErrorKind> {
    refused(format!("malformed workbook: {reason}"))
}

/// Number of entries, and the bytes from the first of the directory on.
fn directory(bytes: &[u8]) -> Result<(usize, &[u8]), ErrorKind> {
    const SIGNATURE: &[u8] = b"PK\x05\x06";
    const SIZE: usize = 22;
    const MAX_COMMENT: usize = u16::MAX as usize;
    let from = bytes.len().saturating_sub(SIZE + MAX_COMMENT);
    let found = bytes[from..].windows(SIZE).rposition(|window| window.starts_with(SIGNATURE));
    let Some(end) = found.map(|place| &bytes[from + place..]) else {
        return malformed("it has no directory");
    };
    let (n_entries, offset) = (u16_at(end, 10)?, u32_at(end, 16)?);
    if n_entries == u16::MAX || offset == u32::MAX {
        return malformed("it is larger than a table needs");
    }
    match bytes.get(offset as usize..) {
        Some(directory) => Ok((n_entries.into(), directory)),
        None => malformed("its directory lies outside"),
    }
}

struct Entry {
    method: u16,
    n_packed: usize,
    declared: u64,
    offset: usize,
}

impl Entry {
    /// An entry of the directory, and what comes after it.
    fn take(directory: &[u8]) -> Result<(Self, &[u8]), ErrorKind> {
        const SIZE: usize = 46;
        const ENCRYPTED: u16 = 1;
        if !directory.starts_with(b"PK\x01\x02") {
            return malformed("its directory is damaged");
        }
        if u16_at(directory, 8)? & ENCRYPTED != 0 {
            return refused("an encrypted workbook");
        }
        let entry = Self {
            method: u16_at(directory, 10)?,
            n_packed: u32_at(directory, 20)? as usize,
            declared: u32_at(directory, 24)?.into(),
            offset: u32_at(directory, 42)? as usize,
        };
        let texts = [28, 30, 32].map(|offset| u16_at(directory, offset).map(usize::from));
        let mut size = SIZE;
        for text in texts {
            size += text?;
        }
        match directory.get(size..) {
            Some(rest) => Ok((entry, rest)),
            None => malformed("its directory is damaged"),
        }
    }

    /// Bytes that the entry really unpacks to, if they are not more than `most`.
    fn n_unpacked(&self, bytes: &[u8], most: u64) -> Result<u64, ErrorKind> {
        const STORED: u16 = 0;
        const DEFLATED: u16 = 8;
        let packed = self.packed(bytes)?;
        let n_unpacked = match self.method {
            STORED => packed.len() as u64,
            DEFLATED => n_inflated(packed, most)?,
            _ => return malformed("a part is packed in an unknown way"),
        };
        match n_unpacked > most {
            true => refused(format!("a workbook that unpacks to over {} MiB", MAX_UNPACKED >> 20)),
            false => Ok(n_unpacked),
        }
    }

    fn packed<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8], ErrorKind> {
        const SIZE: usize = 30;
        let local = bytes.get(self.offset..).unwrap_or_default();
        if !local.starts_with(b"PK\x03\x04") {
            return malformed("a part is missing");
        }
        let begin = SIZE + usize::from(u16_at(local, 26)?) + usize::from(u16_at(local, 28)?);
        match local.get(begin..).and_then(|rest| rest.get(..self.n_packed)) {
            Some(packed) => Ok(packed),
            None => malformed("a part is truncated"),
        }
    }
}

/// Stops soon after `most`.
fn n_inflated(mut packed: &[u8], most: u64) -> Result<u64, ErrorKind> {
    let mut inflate = Decompress::new(false);
    let mut unpacked = vec![0; 64 << 10];
    while inflate.total_out() <= most {
        let before = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(packed, &mut unpacked, FlushDecompress::None);
        packed = &packed[(inflate.total_in() - before.0) as usize..];
        match status {
            Ok(Status::StreamEnd) => break,
            Ok(_) if before != (inflate.total_in(), inflate.total_out()) => {}
            _ => return malformed("a part is damaged"),
        }
    }
    Ok(inflate.total_out())
}

fn u16_at(bytes: &[u8], offset: usize) -> Result<u16, ErrorKind> {
    match bytes.get(offset..offset + 2) {
        Some(&[a, b]) => Ok(u16::from_le_bytes([a, b])),
        _ => malformed("it ends too early"),
    }
}

fn u32_at(bytes: &[u8], offset: usize) -> Result<u32, ErrorKind> {
    match bytes.get(offset..offset + 4) {
        Some(&[a, b, c, d]) => Ok(u32::from_le_bytes([a, b, c, d])),
        _ => malformed("it ends too early"),
    }
}
