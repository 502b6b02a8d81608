//! Unpacks deflate (Deutsch, RFC 1951, 1996), in whatever pieces bytes come and go.
//!
//! Label maps are long runs and copies of the row before, so most of the work is to copy; the rest
//! is to look up codes, for which a table takes many bits at once.
//! What is refused is what zlib refuses.

mod bits;
mod code;
mod output;

use bits::{Bits, Held};
use code::{Alphabet, Code, Entry};
use output::{History, Output};

/// Bytes that are no deflate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

/// How far a step came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// Bytes used up. None is beyond the end of the stream.
    pub(crate) n_read: usize,
    /// Bytes unpacked.
    pub(crate) n_made: usize,
    /// Whether the stream has ended.
    pub(crate) is_end: bool,
}

/// A deflate stream while it is unpacked.
pub(crate) struct Inflate {
    state: State,
    // Whether no block follows the present one.
    is_last: bool,
    held: Held,
    codes: Codes,
    header: Header,
    history: History,
}

#[derive(Clone, Copy)]
enum State {
    BlockHeader,
    StoredLength,
    Stored { n_left: usize },
    Counts,
    CodeLengths { n_done: usize },
    Lengths { n_done: usize },
    Symbols,
    Match { distance: usize, n_left: usize },
    End,
}

/// What the codes of the present block are.
struct Codes {
    literals: Box<Code<{ 1 << 11 }>>,
    distances: Box<Code<{ 1 << 9 }>>,
}

/// The header of a block with codes of its own, as far as it has been read.
struct Header {
    n_literals: usize,
    n_distances: usize,
    n_code_lengths: usize,
    code: Box<Code<{ 1 << 7 }>>,
    // Of literals and then of distances.
    lengths: [u8; MAX_LITERALS + MAX_DISTANCES],
}

const MAX_LITERALS: usize = 286;
const MAX_DISTANCES: usize = 30;
const END_OF_BLOCK: usize = 256;

/// Why a state was left: to another, or because bytes or room ran out.
enum Next {
    State(State),
    Wait(State),
}

impl Inflate {
    pub(crate) fn new() -> Self {
        Self {
            state: State::BlockHeader,
            is_last: false,
            held: Held::default(),
            codes: Codes { literals: Box::new(Code::new()), distances: Box::new(Code::new()) },
            header: Header::new(),
            history: History::new(),
        }
    }

    /// Begins another stream.
    pub(crate) fn reset(&mut self) {
        self.state = State::BlockHeader;
        self.is_last = false;
        self.held = Held::default();
        self.history.clear();
    }

    /// Unpacks the next bytes of `packed` into `out`, until one of them ends or the stream does.
    pub(crate) fn step(&mut self, packed: &[u8], out: &mut [u8]) -> Result<Step, Damaged> {
        let mut bits = Bits::new(self.held, packed);
        let mut output = Output::new(out, &self.history);
        loop {
            let next = match self.state {
                State::End => break,
                State::BlockHeader => block_header(&mut bits, &mut self.is_last, &mut self.codes)?,
                State::StoredLength => stored_length(&mut bits)?,
                State::Stored { n_left } => stored(&mut bits, &mut output, n_left),
                State::Counts => self.header.counts(&mut bits)?,
                State::CodeLengths { n_done } => self.header.code_lengths(&mut bits, n_done)?,
                State::Lengths { n_done } => {
                    self.header.lengths(&mut bits, n_done, &mut self.codes)?
                }
                State::Symbols => self.codes.symbols(&mut bits, &mut output)?,
                State::Match { distance, n_left } => a_match(&mut output, distance, n_left)?,
            };
            match next {
                Next::State(State::BlockHeader) if self.is_last => self.state = State::End,
                Next::State(state) => self.state = state,
                Next::Wait(state) => {
                    self.state = state;
                    break;
                }
            }
        }
        let n_made = output.n_made();
        let (n_read, held) = bits.finish();
        self.held = held;
        self.history.push(&out[..n_made]);
        Ok(Step { n_read, n_made, is_end: matches!(self.state, State::End) })
    }
}

fn block_header(
    bits: &mut Bits<'_>,
    is_last: &mut bool,
    codes: &mut Codes,
) -> Result<Next, Damaged> {
    let Some(header) = bits.ask(3) else { return Ok(Next::Wait(State::BlockHeader)) };
    bits.skip(3);
    *is_last = header & 1 == 1;
    Ok(Next::State(match header >> 1 {
        0 => {
            bits.skip_to_byte();
            State::StoredLength
        }
        1 => {
            codes.set_fixed()?;
            State::Symbols
        }
        2 => State::Counts,
        _ => return Err(Damaged),
    }))
}

fn stored_length(bits: &mut Bits<'_>) -> Result<Next, Damaged> {
    let Some(lengths) = bits.ask(32) else { return Ok(Next::Wait(State::StoredLength)) };
    let (length, complement) = (lengths as u16, (lengths >> 16) as u16);
    if length != !complement {
        return Err(Damaged);
    }
    bits.skip(32);
    Ok(Next::State(State::Stored { n_left: length.into() }))
}

fn stored(bits: &mut Bits<'_>, output: &mut Output<'_>, n_left: usize) -> Next {
    let rest = output.rest();
    let n_most = n_left.min(rest.len());
    let n_bytes = bits.bytes(&mut rest[..n_most]);
    output.advance(n_bytes);
    if n_bytes == n_left {
        return Next::State(State::BlockHeader);
    }
    Next::Wait(State::Stored { n_left: n_left - n_bytes })
}

fn a_match(output: &mut Output<'_>, distance: usize, n_left: usize) -> Result<Next, Damaged> {
    let n_made = output.copy(distance, n_left)?;
    if n_made == n_left {
        return Ok(Next::State(State::Symbols));
    }
    Ok(Next::Wait(State::Match { distance, n_left: n_left - n_made }))
}

impl Header {
    fn new() -> Self {
        Self {
            n_literals: 0,
            n_distances: 0,
            n_code_lengths: 0,
            code: Box::new(Code::new()),
            lengths: [0; MAX_LITERALS + MAX_DISTANCES],
        }
    }

    fn counts(&mut self, bits: &mut Bits<'_>) -> Result<Next, Damaged> {
        let Some(counts) = bits.ask(14) else { return Ok(Next::Wait(State::Counts)) };
        bits.skip(14);
        self.n_literals = 257 + (counts & 31) as usize;
        self.n_distances = 1 + (counts >> 5 & 31) as usize;
        self.n_code_lengths = 4 + (counts >> 10) as usize;
        if self.n_literals > MAX_LITERALS || self.n_distances > MAX_DISTANCES {
            return Err(Damaged);
        }
        self.lengths[..N_CODE_LENGTHS].fill(0);
        Ok(Next::State(State::CodeLengths { n_done: 0 }))
    }

    fn code_lengths(&mut self, bits: &mut Bits<'_>, n_done: usize) -> Result<Next, Damaged> {
        for (n, &symbol) in ORDER.iter().enumerate().take(self.n_code_lengths).skip(n_done) {
            let Some(length) = bits.ask(3) else {
                return Ok(Next::Wait(State::CodeLengths { n_done: n }));
            };
            bits.skip(3);
            self.lengths[symbol] = length as u8;
        }
        self.code.set(&self.lengths[..N_CODE_LENGTHS], Alphabet::CodeLengths)?;
        Ok(Next::State(State::Lengths { n_done: 0 }))
    }

    fn lengths(
        &mut self,
        bits: &mut Bits<'_>,
        mut n_done: usize,
        codes: &mut Codes,
    ) -> Result<Next, Damaged> {
        let n_lengths = self.n_literals + self.n_distances;
        while n_done < n_lengths {
            let Some((length, n_times)) = self.length(bits, n_done)? else {
                return Ok(Next::Wait(State::Lengths { n_done }));
            };
            if n_times > n_lengths - n_done {
                return Err(Damaged);
            }
            self.lengths[n_done..n_done + n_times].fill(length);
            n_done += n_times;
        }
        let (literals, distances) = self.lengths[..n_lengths].split_at(self.n_literals);
        if literals[END_OF_BLOCK] == 0 {
            return Err(Damaged);
        }
        codes.literals.set(literals, Alphabet::Literals)?;
        codes.distances.set(distances, Alphabet::Distances)?;
        Ok(Next::State(State::Symbols))
    }

    /// The next length and how many times it stands there; `None` if the bits end before.
    fn length(&self, bits: &mut Bits<'_>, n_done: usize) -> Result<Option<(u8, usize)>, Damaged> {
        loop {
            let entry = self.code.entry(bits.held());
            let (n_bits, symbol) = (entry.n_bits(), entry.symbol());
            let (base, n_more_bits) = match symbol {
                16 => (3, 2),
                17 => (3, 3),
                18 => (11, 7),
                _ => (1, 0),
            };
            if n_bits + n_more_bits > bits.n_held() {
                if bits.take_byte().is_none() {
                    return Ok(None);
                }
                continue;
            }
            if entry.is_special() {
                return Err(Damaged);
            }
            let more = bits.held() >> n_bits & ((1 << n_more_bits) - 1);
            bits.skip(n_bits + n_more_bits);
            let length = match symbol {
                16 => *self.lengths[..n_done].last().ok_or(Damaged)?,
                17 | 18 => 0,
                length => length,
            };
            return Ok(Some((length, base + more as usize)));
        }
    }
}

impl Codes {
    fn set_fixed(&mut self) -> Result<(), Damaged> {
        let mut lengths = [8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        self.literals.set(&lengths, Alphabet::Literals)?;
        self.distances.set(&[5; 32], Alphabet::Distances)
    }

    /// Literals and matches up to the end of the block.
    fn symbols(&self, bits: &mut Bits<'_>, output: &mut Output<'_>) -> Result<Next, Damaged> {
        loop {
            // What is held from the piece before cannot be given back.
            if bits.n_held() < 8 {
                let is_end = self.fast_symbols(bits, output)?;
                bits.give_back();
                if is_end {
                    return Ok(Next::State(State::BlockHeader));
                }
            }
            if output.is_full() {
                return Ok(Next::Wait(State::Symbols));
            }
            match self.symbol(bits)? {
                None => return Ok(Next::Wait(State::Symbols)),
                Some(Symbol::Literal(byte)) => output.push(byte),
                Some(Symbol::End) => return Ok(Next::State(State::BlockHeader)),
                Some(Symbol::Match { distance, length }) => {
                    let n_made = output.copy(distance, length)?;
                    if n_made < length {
                        let n_left = length - n_made;
                        return Ok(Next::Wait(State::Match { distance, n_left }));
                    }
                }
            }
        }
    }

    /// Literals and matches while there are bits and room for any of them; whether the block ended.
    fn fast_symbols(&self, bits: &mut Bits<'_>, output: &mut Output<'_>) -> Result<bool, Damaged> {
        let mut has_bits = bits.fill().is_some();
        let mut entry = self.literals.entry(bits.held());
        while has_bits && output.has_room() {
            if entry.is_literal() {
                self.two_literals(entry, bits, output);
                has_bits = bits.fill().is_some();
                entry = self.literals.entry(bits.held());
                continue;
            }
            if entry.is_special() {
                bits.skip(entry.n_bits());
                return if entry.is_end() { Ok(true) } else { Err(Damaged) };
            }
            let length = entry.number(bits.held());
            bits.skip(entry.n_bits());
            let far = self.distances.entry(bits.held());
            if far.is_special() {
                return Err(Damaged);
            }
            let distance = far.number(bits.held());
            bits.skip(far.n_bits());
            // What comes next is looked up before the copy, whose length no processor can guess.
            has_bits = bits.fill().is_some();
            entry = self.literals.entry(bits.held());
            output.copy_wide(distance, length)?;
        }
        Ok(false)
    }

    /// A literal, and a second one if it follows: more may need more bits than are held.
    #[inline]
    fn two_literals(&self, entry: Entry, bits: &mut Bits<'_>, output: &mut Output<'_>) {
        output.push(entry.symbol());
        bits.skip(entry.n_bits());
        let entry = self.literals.entry(bits.held());
        if entry.is_literal() {
            output.push(entry.symbol());
            bits.skip(entry.n_bits());
        }
    }

    /// The next literal or match; `None`, and nothing used up, if the bits end within it.
    fn symbol(&self, bits: &mut Bits<'_>) -> Result<Option<Symbol>, Damaged> {
        loop {
            if let Some((symbol, n_bits)) = self.symbol_at(bits.held(), bits.n_held())? {
                bits.skip(n_bits);
                return Ok(Some(symbol));
            }
            if bits.take_byte().is_none() {
                return Ok(None);
            }
        }
    }

    /// The symbol at the begin of these bits, and how many it takes, if they are enough.
    fn symbol_at(&self, held: u64, n_held: u32) -> Result<Option<(Symbol, u32)>, Damaged> {
        let entry = self.literals.entry(held);
        let n_bits = entry.n_bits();
        if n_bits > n_held {
            return Ok(None);
        }
        if entry.is_literal() {
            return Ok(Some((Symbol::Literal(entry.symbol()), n_bits)));
        }
        if entry.is_special() {
            return if entry.is_end() { Ok(Some((Symbol::End, n_bits))) } else { Err(Damaged) };
        }
        let length = entry.number(held);
        let entry = self.distances.entry(held >> n_bits);
        if n_bits + entry.n_bits() > n_held {
            return Ok(None);
        }
        if entry.is_special() {
            return Err(Damaged);
        }
        let distance = entry.number(held >> n_bits);
        Ok(Some((Symbol::Match { distance, length }, n_bits + entry.n_bits())))
    }
}

enum Symbol {
    Literal(u8),
    Match { distance: usize, length: usize },
    End,
}

const N_CODE_LENGTHS: usize = 19;
// Whose lengths come first: those that are most likely to occur.
const ORDER: [usize; N_CODE_LENGTHS] =
    [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// All that a stream unpacks to, if it is sound, and how many of its bytes that takes.
///
/// At most `piece` bytes go in at once, and `room` come out.
#[cfg(any(test, fuzzing))]
pub(crate) fn in_pieces(packed: &[u8], piece: usize, room: usize) -> Option<(Vec<u8>, usize)> {
    let mut inflate = Inflate::new();
    let mut out = vec![0; room];
    let (mut unpacked, mut n_read) = (Vec::new(), 0);
    loop {
        let rest = &packed[n_read..];
        let step = inflate.step(&rest[..rest.len().min(piece)], &mut out).ok()?;
        n_read += step.n_read;
        unpacked.extend_from_slice(&out[..step.n_made]);
        if step.is_end {
            return Some((unpacked, n_read));
        }
        if rest.is_empty() && step.n_made == 0 {
            return None;
        }
    }
}

#[cfg(test)]
mod tests;
