//! The bytes of a pickle.

use super::malformed;
use crate::error::ErrorKind;

pub(super) struct Stream<'a> {
    rest: &'a [u8],
}

impl<'a> Stream<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn take(&mut self, n_bytes: u64) -> Result<&'a [u8], ErrorKind> {
        let n_bytes = usize::try_from(n_bytes).ok();
        let parts = n_bytes.and_then(|n_bytes| self.rest.split_at_checked(n_bytes));
        let (bytes, rest) = parts.ok_or_else(|| malformed("it ends too early"))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ErrorKind> {
        Ok(self.take(1)?[0])
    }

    /// A number of `n_bytes`, up to eight, least byte first.
    pub(super) fn unsigned(&mut self, n_bytes: u64) -> Result<u64, ErrorKind> {
        let bytes = self.take(n_bytes)?;
        Ok(bytes.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte)))
    }

    /// The same with a sign, in so many bytes as it takes.
    pub(super) fn signed(&mut self, n_bytes: u64) -> Result<i64, ErrorKind> {
        if n_bytes == 0 {
            return Ok(0);
        }
        if n_bytes > 8 {
            return Err(malformed("a whole number of more than 64 bits"));
        }
        let unused = 64 - 8 * n_bytes as u32;
        Ok((self.unsigned(n_bytes)? << unused) as i64 >> unused)
    }

    /// Bytes behind their length.
    pub(super) fn counted(&mut self, n_bytes: u64) -> Result<&'a [u8], ErrorKind> {
        let length = self.unsigned(n_bytes)?;
        self.take(length)
    }

    /// A word of a line of its own.
    pub(super) fn line(&mut self) -> Result<&'a str, ErrorKind> {
        const MOST: usize = 256;
        let end = self.rest.iter().take(MOST).position(|&byte| byte == b'\n');
        let end = end.ok_or_else(|| malformed("a name without end"))?;
        let line = &self.take(end as u64 + 1)?[..end];
        std::str::from_utf8(line).map_err(|_| malformed("a name that is no text"))
    }
}
