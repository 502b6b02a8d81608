//! Deflate streams that no compressor would write, bit by bit.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::code::{DISTANCES, LENGTHS};

#[derive(Debug, Clone)]
pub(super) enum Block {
    Stored(Vec<u8>),
    Fixed(Vec<Token>),
    /// Lengths of the codes of literals and of distances.
    Dynamic {
        literals: Vec<u8>,
        distances: Vec<u8>,
        tokens: Vec<Token>,
    },
    /// The kind of block that does not exist.
    Reserved,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Token {
    Literal(u8),
    Match { length: usize, distance: usize },
}

pub(super) fn stored(bytes: &[u8]) -> Block {
    Block::Stored(bytes.to_vec())
}

pub(super) fn fixed(tokens: &[Token]) -> Block {
    Block::Fixed(tokens.to_vec())
}

/// Blocks that mostly are sound.
pub(super) fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let literal = any::<u8>().prop_map(Token::Literal);
    let near = (3..=258_usize, 1..40_usize);
    let far = (3..=258_usize, 1..=32_768_usize);
    let a_match = prop_oneof![4 => near, 1 => far]
        .prop_map(|(length, distance)| Token::Match { length, distance });
    let tokens = vec(prop_oneof![literal, a_match], 0..40).boxed();
    let dynamic = (code(257..=286), code(1..=30), tokens.clone())
        .prop_map(|(literals, distances, tokens)| Block::Dynamic { literals, distances, tokens });
    let block = prop_oneof![
        4 => vec(any::<u8>(), 0..300).prop_map(Block::Stored),
        1 => Just(Block::Stored(vec![0x3c; 40_000])),
        4 => tokens.prop_map(Block::Fixed),
        8 => dynamic,
        1 => Just(Block::Reserved),
    ];
    // A match has something to reach back to.
    vec(block, 1..6).prop_map(|blocks| [vec![stored(&[7; 45])], blocks].concat())
}

/// Lengths of a code that is complete, but for a small damage now and then.
fn code(sizes: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<u8>> {
    let splits = vec(any::<prop::sample::Index>(), 0..280);
    let damage = prop_oneof![
        8 => Just(None),
        1 => (any::<prop::sample::Index>(), 0..16_u8).prop_map(Some),
    ];
    (sizes, splits, any::<u64>(), damage).prop_map(|(n_symbols, splits, seed, damage)| {
        let mut lengths = vec![1_u8, 1];
        for split in splits.into_iter().take(n_symbols.saturating_sub(2)) {
            let leaf = split.index(lengths.len());
            if lengths[leaf] < 15 {
                lengths[leaf] += 1;
                lengths.push(lengths[leaf]);
            }
        }
        lengths.resize(n_symbols, 0);
        let mut state = seed | 1;
        for n in (1..lengths.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            lengths.swap(n, (state >> 33) as usize % (n + 1));
        }
        if let Some((place, length)) = damage {
            let place = place.index(lengths.len());
            lengths[place] = length;
        }
        lengths
    })
}

/// A stream of these blocks; tokens for which a block has no code are left out.
pub(super) fn stream(blocks: &[Block]) -> Vec<u8> {
    let mut bits = Bits::default();
    for (n, block) in blocks.iter().enumerate() {
        bits.put(u64::from(n + 1 == blocks.len()), 1);
        match block {
            Block::Stored(bytes) => {
                bits.put(0, 2);
                bits.align();
                bits.put(bytes.len() as u64, 16);
                bits.put(!(bytes.len() as u64), 16);
                bytes.iter().for_each(|&byte| bits.put(byte.into(), 8));
            }
            Block::Fixed(tokens) => {
                bits.put(1, 2);
                let literals: Vec<u8> = (0..288)
                    .map(|symbol| match symbol {
                        144..256 => 9,
                        256..280 => 7,
                        _ => 8,
                    })
                    .collect();
                put_tokens(&mut bits, &literals, &[5; 30], tokens);
            }
            Block::Dynamic { literals, distances, tokens } => {
                bits.put(2, 2);
                bits.put(literals.len() as u64 - 257, 5);
                bits.put(distances.len() as u64 - 1, 5);
                put_lengths(&mut bits, &[literals.as_slice(), distances].concat());
                put_tokens(&mut bits, literals, distances, tokens);
            }
            Block::Reserved => bits.put(3, 2),
        }
    }
    bits.align();
    bits.bytes
}

/// Code lengths, runs of zeros and of the same packed where they can be.
fn put_lengths(bits: &mut Bits, lengths: &[u8]) {
    // Symbols 0 to 12 have four bits, 13 to 18 five: a complete code.
    let code: Vec<u8> = (0..19).map(|symbol| if symbol < 13 { 4 } else { 5 }).collect();
    bits.put(15, 4);
    for symbol in super::super::ORDER {
        bits.put(code[symbol].into(), 3);
    }
    let mut rest = lengths;
    while let Some(&length) = rest.first() {
        let n_same = rest.iter().take_while(|&&other| other == length).count();
        let is_again =
            rest.len() < lengths.len() && lengths[lengths.len() - rest.len() - 1] == length;
        let n_now = match (length, n_same) {
            (0, 11..) => {
                let n_now = n_same.min(138);
                bits.put_symbol(&code, 18);
                bits.put(n_now as u64 - 11, 7);
                n_now
            }
            (0, 3..) => {
                let n_now = n_same.min(10);
                bits.put_symbol(&code, 17);
                bits.put(n_now as u64 - 3, 3);
                n_now
            }
            (_, 3..) if is_again => {
                let n_now = n_same.min(6);
                bits.put_symbol(&code, 16);
                bits.put(n_now as u64 - 3, 2);
                n_now
            }
            _ => {
                bits.put_symbol(&code, length.into());
                1
            }
        };
        rest = &rest[n_now..];
    }
}

fn put_tokens(bits: &mut Bits, literals: &[u8], distances: &[u8], tokens: &[Token]) {
    let has = |lengths: &[u8], symbol: usize| lengths.get(symbol).is_some_and(|&n| n > 0);
    for &token in tokens {
        match token {
            Token::Literal(byte) if has(literals, byte.into()) => {
                bits.put_symbol(literals, byte.into());
            }
            Token::Match { length, distance } => {
                let (n_length, length) = apart(&LENGTHS, length);
                let (n_distance, distance) = apart(&DISTANCES, distance);
                if has(literals, 257 + n_length) && has(distances, n_distance) {
                    bits.put_symbol(literals, 257 + n_length);
                    bits.put(length, LENGTHS[n_length].1.into());
                    bits.put_symbol(distances, n_distance);
                    bits.put(distance, DISTANCES[n_distance].1.into());
                }
            }
            Token::Literal(_) => {}
        }
    }
    if has(literals, 256) {
        bits.put_symbol(literals, 256);
    }
}

/// The symbol of a number and what is added to the symbol's base.
fn apart(table: &[(u16, u8)], number: usize) -> (usize, u64) {
    let symbol = table.iter().rposition(|&(base, _)| usize::from(base) <= number).unwrap();
    (symbol, (number - usize::from(table[symbol].0)) as u64)
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    n_bits: usize,
}

impl Bits {
    fn put(&mut self, value: u64, n_bits: u32) {
        for bit in 0..n_bits {
            if self.n_bits.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) as u8) << (self.n_bits % 8);
            self.n_bits += 1;
        }
    }

    fn align(&mut self) {
        self.n_bits = 8 * self.bytes.len();
    }

    /// The canonical code of a symbol, its highest bit first.
    fn put_symbol(&mut self, lengths: &[u8], symbol: usize) {
        let length = lengths[symbol];
        let shorter = lengths.iter().filter(|&&n| n > 0 && n < length);
        let before = lengths[..symbol].iter().filter(|&&n| n == length).count() as u64;
        let first: u64 = shorter.map(|&n| 1 << (length - n)).sum();
        let code = first + before;
        (0..length).rev().for_each(|bit| self.put(code >> bit & 1, 1));
    }
}
