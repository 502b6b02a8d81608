//! Bytes that are walked forward once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// A forward walk over bytes. Their end and a failure look alike until [`Bytes::finish`], so that
/// scanners need not tell them apart.
pub(super) struct Bytes<'a> {
    source: Source<'a>,
    buffer: Box<[u8]>,
    begin: usize,
    end: usize,
    at: u64,
    is_over: bool,
    error: Option<io::Error>,
}

enum Source<'a> {
    /// Can be skipped over without being read.
    File {
        file: File,
        n_left: u64,
    },
    Reader(Box<dyn Read + 'a>),
}

/// The most that can be looked ahead.
pub(super) const AHEAD: usize = 64 << 10;

impl<'a> Bytes<'a> {
    pub(super) fn of_file(file: File, n_bytes: u64) -> Self {
        Self::new(Source::File { file, n_left: n_bytes }, AHEAD)
    }

    pub(super) fn of_reader(reader: impl Read + 'a) -> Self {
        Self::new(Source::Reader(Box::new(reader)), AHEAD)
    }

    /// The next `n_bytes` of this walk as a walk of its own, which has to be walked to its end.
    pub(super) fn part(&mut self, n_bytes: u64) -> Bytes<'_> {
        let n_ahead = n_bytes.clamp(1, AHEAD as u64) as usize;
        Bytes::new(Source::Reader(Box::new(Read::take(self, n_bytes))), n_ahead)
    }

    fn new(source: Source<'a>, n_ahead: usize) -> Self {
        let buffer = vec![0; n_ahead].into_boxed_slice();
        Self { source, buffer, begin: 0, end: 0, at: 0, is_over: false, error: None }
    }

    /// The failure that ended the walk, if one did.
    pub(super) fn finish(self) -> io::Result<()> {
        self.error.map_or(Ok(()), Err)
    }

    /// Bytes walked so far.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Bytes left, where that is known.
    pub(super) fn n_left(&self) -> Option<u64> {
        match &self.source {
            Source::File { n_left, .. } => Some(n_left + (self.end - self.begin) as u64),
            Source::Reader(_) => None,
        }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<u8> {
        if self.begin == self.end && !self.fill() {
            return None;
        }
        let byte = self.buffer[self.begin];
        self.begin += 1;
        self.at += 1;
        Some(byte)
    }

    /// The next `n_bytes` without walking over them; fewer only at the end, or beyond [`AHEAD`].
    pub(super) fn peek(&mut self, n_bytes: usize) -> &[u8] {
        let n_bytes = n_bytes.min(self.buffer.len());
        while self.end - self.begin < n_bytes && self.fill() {}
        &self.buffer[self.begin..self.end.min(self.begin + n_bytes)]
    }

    /// The next `n_bytes`; fewer only at the end. Memory follows the bytes that are there.
    pub(super) fn take(&mut self, n_bytes: usize) -> Vec<u8> {
        let mut taken = Vec::new();
        while taken.len() < n_bytes && (self.begin < self.end || self.fill()) {
            let n_more = (n_bytes - taken.len()).min(self.end - self.begin);
            taken.extend_from_slice(&self.buffer[self.begin..self.begin + n_more]);
            self.walk(n_more);
        }
        taken
    }

    /// What lies ready; nothing only at the end.
    pub(super) fn ahead(&mut self) -> &[u8] {
        if self.begin == self.end {
            self.fill();
        }
        &self.buffer[self.begin..self.end]
    }

    /// An array of bytes; `None` where fewer are left.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N).try_into().ok()
    }

    pub(super) fn skip(&mut self, n_bytes: u64) {
        let mut n_left = n_bytes;
        loop {
            let n_here = n_left.min((self.end - self.begin) as u64);
            self.walk(n_here as usize);
            n_left -= n_here;
            if n_left == 0 {
                return;
            }
            if let Source::File { file, n_left: n_in_file } = &mut self.source {
                let n_bytes = n_left.min(*n_in_file);
                *n_in_file -= n_bytes;
                self.at += n_bytes;
                if let Err(error) = file.seek(SeekFrom::Current(n_bytes as i64)) {
                    self.fail(error);
                }
                return;
            }
            if !self.fill() {
                return;
            }
        }
    }

    /// Walks over bytes that lie ready.
    pub(super) fn walk(&mut self, n_bytes: usize) {
        self.begin += n_bytes;
        self.at += n_bytes as u64;
    }

    /// Reads more behind what is there; whether something came.
    fn fill(&mut self) -> bool {
        if self.is_over || self.end - self.begin == self.buffer.len() {
            return false;
        }
        if self.begin > 0 {
            self.buffer.copy_within(self.begin..self.end, 0);
            self.end -= self.begin;
            self.begin = 0;
        }
        loop {
            let free = &mut self.buffer[self.end..];
            match self.source.read(free) {
                Ok(n_bytes) => {
                    self.end += n_bytes;
                    self.is_over = n_bytes == 0;
                    return n_bytes > 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.fail(error),
            }
        }
    }

    fn fail(&mut self, error: io::Error) -> bool {
        self.error = Some(error);
        self.is_over = true;
        false
    }
}

impl Read for Source<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Reader(reader) => reader.read(out),
            Self::File { file, n_left } => {
                let n_bytes = file.read(out)?;
                *n_left = n_left.saturating_sub(n_bytes as u64);
                Ok(n_bytes)
            }
        }
    }
}

/// Lets one walk be the source of another.
impl Read for Bytes<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.begin == self.end && !self.fill() {
            return Ok(0);
        }
        let n_bytes = out.len().min(self.end - self.begin);
        out[..n_bytes].copy_from_slice(&self.buffer[self.begin..self.begin + n_bytes]);
        self.walk(n_bytes);
        Ok(n_bytes)
    }
}
