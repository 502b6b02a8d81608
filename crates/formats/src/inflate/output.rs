//! Unpacked bytes: those that are being made, and the last ones that were made before.

use std::cell::Cell;

use super::Damaged;

// How far back a match may reach.
const WINDOW: usize = 32 << 10;
// The longest match.
const LONGEST: usize = 258;
// Bytes that are copied at once; a copy may write twice as many too much.
const WIDE: usize = 32;
// Room for two literals and a match, however it is copied.
const ROOM: usize = 2 + LONGEST + 2 * WIDE;

/// The last bytes of the outputs before this one.
pub(super) struct History {
    bytes: Box<[u8; WINDOW]>,
    // How many there are; they are at the end.
    len: usize,
}

/// Where unpacked bytes go.
pub(super) struct Output<'a> {
    bytes: &'a mut [u8],
    at: usize,
    history: &'a History,
}

impl History {
    pub(super) fn new() -> Self {
        Self { bytes: Box::new([0; WINDOW]), len: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let n_new = bytes.len().min(WINDOW);
        self.bytes.copy_within(n_new.., 0);
        self.bytes[WINDOW - n_new..].copy_from_slice(&bytes[bytes.len() - n_new..]);
        self.len = (self.len + n_new).min(WINDOW);
    }

    /// The bytes from `distance` back on.
    fn last(&self, distance: usize) -> Result<&[u8], Damaged> {
        if distance > self.len {
            return Err(Damaged);
        }
        Ok(&self.bytes[WINDOW - distance..])
    }
}

impl<'a> Output<'a> {
    pub(super) fn new(bytes: &'a mut [u8], history: &'a History) -> Self {
        Self { bytes, at: 0, history }
    }

    /// How many bytes were made.
    pub(super) fn n_made(&self) -> usize {
        self.at
    }

    pub(super) fn is_full(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// Whether two literals and a match fit in.
    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.at + ROOM <= self.bytes.len()
    }

    /// The part without bytes yet.
    pub(super) fn rest(&mut self) -> &mut [u8] {
        &mut self.bytes[self.at..]
    }

    pub(super) fn advance(&mut self, n_bytes: usize) {
        self.at += n_bytes;
    }

    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        self.bytes[self.at] = byte;
        self.at += 1;
    }

    /// Copies what lies `distance` back; there is room for any match.
    ///
    /// Most matches are short and of lengths that a processor cannot guess, so more is copied than
    /// has to be; what is too much is written over by what follows.
    #[inline]
    pub(super) fn copy_wide(&mut self, distance: usize, length: usize) -> Result<(), Damaged> {
        if distance > self.at {
            return self.copy(distance, length).map(|_| ());
        }
        let end = self.at + length;
        match distance {
            WIDE.. => self.copy_chunks(distance, length),
            8.. => {
                let from = self.at - distance;
                self.put_again(&self.chunk::<WIDE>(from), distance, end);
            }
            1 => repeat(&mut self.bytes[self.at - 1..end], 1),
            _ => {
                let word = repeated(self.chunk::<8>(self.at - distance), distance);
                self.put_again(&word, WHOLE_PERIODS[distance], end);
            }
        }
        self.at = end;
        Ok(())
    }

    #[inline]
    fn chunk<const SIZE: usize>(&self, from: usize) -> [u8; SIZE] {
        let mut chunk = [0; SIZE];
        chunk.copy_from_slice(&self.bytes[from..from + SIZE]);
        chunk
    }

    /// Copies at least `length` bytes; what is `distance` back is at least a chunk long.
    #[inline]
    fn copy_chunks(&mut self, distance: usize, length: usize) {
        // Two chunks in a row, since most matches are no longer.
        let n_bytes = length.next_multiple_of(2 * WIDE);
        let bytes = &mut self.bytes[self.at - distance..self.at + n_bytes];
        // What is read may just have been written, which slices that exclude each other cannot say.
        let bytes = Cell::from_mut(bytes).as_slice_of_cells();
        let (from, _) = bytes[..n_bytes].as_chunks::<{ 2 * WIDE }>();
        let (to, _) = bytes[distance..].as_chunks::<{ 2 * WIDE }>();
        for (from, to) in from.iter().zip(to) {
            copy_cells(&from[..WIDE], &to[..WIDE]);
            copy_cells(&from[WIDE..], &to[WIDE..]);
        }
    }

    /// Puts the same bytes up to `end`, and a little too much, `step` further each time.
    ///
    /// Nothing is read that was just written, for which a processor would have to wait.
    #[inline]
    fn put_again<const SIZE: usize>(&mut self, chunk: &[u8; SIZE], step: usize, end: usize) {
        let mut at = self.at;
        while at < end {
            self.bytes[at..at + SIZE].copy_from_slice(chunk);
            at += step;
        }
    }

    /// Copies as much as there is room for, and says how much.
    pub(super) fn copy(&mut self, distance: usize, length: usize) -> Result<usize, Damaged> {
        let length = length.min(self.bytes.len() - self.at);
        let mut n_left = length;
        if distance > self.at {
            let old = self.history.last(distance - self.at)?;
            let n_old = n_left.min(old.len());
            self.rest()[..n_old].copy_from_slice(&old[..n_old]);
            self.at += n_old;
            n_left -= n_old;
        }
        if n_left > 0 {
            repeat(&mut self.bytes[self.at - distance..self.at + n_left], distance);
            self.at += n_left;
        }
        Ok(length)
    }
}

// Of how many bytes of a word are whole repetitions of so many.
const WHOLE_PERIODS: [usize; 8] = [8, 8, 8, 6, 8, 5, 6, 7];

/// A word of repetitions of its first `period` bytes, two or more.
#[inline]
fn repeated(word: [u8; 8], period: usize) -> [u8; 8] {
    let n_bits = 8 * period as u32;
    let mut word = u64::from_le_bytes(word) & !u64::MAX.unbounded_shl(n_bits);
    word |= word.unbounded_shl(n_bits);
    word |= word.unbounded_shl(2 * n_bits);
    word.to_le_bytes()
}

/// Copies a chunk, all of which is read before any is written.
#[inline]
fn copy_cells(from: &[Cell<u8>], to: &[Cell<u8>]) {
    let mut chunk = [0; WIDE];
    for (byte, from) in chunk.iter_mut().zip(from) {
        *byte = from.get();
    }
    for (byte, to) in chunk.iter().zip(to) {
        to.set(*byte);
    }
}

/// Fills `bytes` with repetitions of its first `period`.
fn repeat(bytes: &mut [u8], period: usize) {
    if period == 1 {
        let byte = bytes[0];
        bytes.fill(byte);
        return;
    }
    let mut n_done = period;
    while n_done < bytes.len() {
        let n_now = n_done.min(bytes.len() - n_done);
        bytes.copy_within(..n_now, n_done);
        n_done += n_now;
    }
}
