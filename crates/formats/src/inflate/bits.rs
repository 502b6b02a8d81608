//! The bits of a stream that comes in pieces, the lowest of each byte first.

/// Bytes of the piece at hand, and bits taken from them but not used.
pub(super) struct Bits<'a> {
    piece: &'a [u8],
    at: usize,
    // What is above `n_held` is either zero or what the next bytes hold.
    held: u64,
    n_held: u32,
}

/// Bits that are kept from one piece to the next.
#[derive(Clone, Copy, Default)]
pub(super) struct Held {
    bits: u64,
    n_bits: u32,
}

/// The most bits that can be asked for at once.
pub(super) const MOST: u32 = 56;

impl<'a> Bits<'a> {
    pub(super) fn new(held: Held, piece: &'a [u8]) -> Self {
        Self { piece, at: 0, held: held.bits, n_held: held.n_bits }
    }

    /// How many bytes of the piece were taken, and the bits that are left of them.
    pub(super) fn finish(self) -> (usize, Held) {
        (self.at, Held { bits: self.held, n_bits: self.n_held })
    }

    /// The bits at hand; above [`Bits::n_held`] they mean nothing.
    #[inline]
    pub(super) fn held(&self) -> u64 {
        self.held
    }

    pub(super) fn n_held(&self) -> u32 {
        self.n_held
    }

    /// Takes one more byte; `None` if the piece has none.
    pub(super) fn take_byte(&mut self) -> Option<()> {
        let byte = *self.piece.get(self.at)?;
        self.at += 1;
        self.held |= u64::from(byte) << self.n_held;
        self.n_held += 8;
        Some(())
    }

    /// Takes bytes until there are `n_bits`; `None` if the piece has not so many.
    ///
    /// No byte is taken that is not needed: at the end of the stream, what follows is untouched.
    pub(super) fn ask(&mut self, n_bits: u32) -> Option<u32> {
        while self.n_held < n_bits {
            self.take_byte()?;
        }
        Some((self.held & ((1 << n_bits) - 1)) as u32)
    }

    /// Takes bytes until there are at least [`MOST`] bits; `None` if the piece ends before.
    #[inline]
    pub(super) fn fill(&mut self) -> Option<()> {
        let word = self.piece.get(self.at..)?.first_chunk::<8>()?;
        self.held |= u64::from_le_bytes(*word).wrapping_shl(self.n_held);
        self.at += (63 - self.n_held as usize) / 8;
        self.n_held |= MOST;
        Some(())
    }

    /// Gives back the whole bytes that [`Bits::fill`] took too many.
    pub(super) fn give_back(&mut self) {
        self.at -= (self.n_held / 8) as usize;
        self.n_held %= 8;
        self.held &= (1 << self.n_held) - 1;
    }

    /// Uses up bits that are held.
    #[inline]
    pub(super) fn skip(&mut self, n_bits: u32) {
        self.held = self.held.wrapping_shr(n_bits);
        self.n_held -= n_bits;
    }

    /// Uses up the bits that are left of a byte.
    pub(super) fn skip_to_byte(&mut self) {
        self.skip(self.n_held % 8);
    }

    /// Copies whole bytes, as many as `out` takes and the piece has.
    pub(super) fn bytes(&mut self, out: &mut [u8]) -> usize {
        let rest = &self.piece[self.at..];
        let n_bytes = rest.len().min(out.len());
        out[..n_bytes].copy_from_slice(&rest[..n_bytes]);
        self.at += n_bytes;
        n_bytes
    }
}
