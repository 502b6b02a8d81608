//! Words of plain text, and of bytes that are none.

use std::io::{self, Read};

use super::bytes::{AHEAD, Bytes};
use super::contents;
use super::teller::{Gathered, Teller};

/// Every line of a text.
pub(super) fn tell_lines(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    each_line(bytes, teller, |number, line, teller| {
        if !is_numbers(line) {
            teller.say(&format!("line {number}"), line);
        }
    });
}

/// Calls with each line and its number from 1; a line of more than `limits.string` bytes comes in
/// pieces that overlap.
pub(super) fn each_line(
    bytes: &mut Bytes<'_>,
    teller: &mut Teller<'_>,
    mut line: impl FnMut(usize, &[u8], &mut Teller<'_>),
) {
    let mut number = 1;
    let mut gathered = Gathered::new(teller.limits.string);
    while let Some(byte) = bytes.next() {
        if byte == b'\n' || byte == b'\r' {
            line(number, &gathered.take(), teller);
            if byte == b'\r' && bytes.peek(1) == b"\n" {
                bytes.walk(1);
            }
            number += 1;
        } else if let Some(piece) = gathered.push(byte) {
            line(number, &piece, teller);
        }
    }
    line(number, &gathered.take(), teller);
}

/// One line, the rest of it cut off; `None` at the end.
pub(super) fn line(bytes: &mut Bytes<'_>, most: usize) -> Option<Vec<u8>> {
    let mut line = vec![];
    let mut next = bytes.next();
    next?;
    while let Some(byte) = next.filter(|&byte| byte != b'\n' && byte != b'\r') {
        if line.len() < most {
            line.push(byte);
        }
        next = bytes.next();
    }
    if next == Some(b'\r') && bytes.peek(1) == b"\n" {
        bytes.walk(1);
    }
    Some(line)
}

/// Whether a line holds nothing but three or more numbers with white space between: coordinates. A
/// telephone number has a plus and no point.
pub(super) fn is_numbers(line: &[u8]) -> bool {
    let is_of_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    line.iter().all(|byte| is_of_number(byte) || byte.is_ascii_whitespace())
        && (line.contains(&b'.') || !line.contains(&b'+'))
        && words.nth(2).is_some()
}

/// The runs of letters in the first and the last 64 KiB.
pub(super) fn tell_ends(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let first = bytes.take(AHEAD);
    let last = last(bytes);
    tell_runs_of(&first, "first 64 KiB", teller);
    tell_runs_of(&last, "last 64 KiB", teller);
}

/// The last bytes of a walk.
fn last(bytes: &mut Bytes<'_>) -> Vec<u8> {
    if let Some(n_left) = bytes.n_left() {
        bytes.skip(n_left.saturating_sub(AHEAD as u64));
    }
    let mut last = bytes.take(2 * AHEAD);
    loop {
        let more = bytes.take(AHEAD);
        if more.is_empty() {
            return last.split_off(last.len().saturating_sub(AHEAD));
        }
        last.drain(..last.len().saturating_sub(AHEAD));
        last.extend(more);
    }
}

/// The runs of letters in all bytes that are left.
pub(super) fn tell_runs(bytes: &mut Bytes<'_>, place: &str, teller: &mut Teller<'_>) {
    loop {
        let block = bytes.take(AHEAD);
        tell_runs_of(&block, place, teller);
        if block.len() < AHEAD {
            return;
        }
    }
}

/// The runs of letters in these bytes, of one byte or of two bytes each.
pub(super) fn tell_runs_of(block: &[u8], place: &str, teller: &mut Teller<'_>) {
    const SHORTEST: usize = 6;
    /// As long as this hardly any run is by chance: 95 of 256 bytes are letters or marks.
    const MEANT: usize = 16;
    let n_letters = block.iter().filter(|byte| matches!(byte, b' '..=b'~')).count();
    let n_bytes = block.iter().filter(|&&byte| byte != 0).count();
    let is_mostly_letters = n_letters * 10 >= n_bytes * 8;
    let mut tell = |run: &[u8]| match run.len() >= MEANT || is_mostly_letters {
        true => teller.say(place, run),
        false => teller.say_noise(place, run),
    };
    let mut begin = 0;
    while begin < block.len() {
        let n_bytes = run(&block[begin..]);
        let n_wide = wide_run(&block[begin..]);
        if n_bytes >= SHORTEST {
            tell(&block[begin..begin + n_bytes]);
            begin += n_bytes;
        } else if n_wide >= 2 * SHORTEST {
            let narrow: Vec<u8> =
                block[begin..begin + n_wide].iter().copied().filter(|&byte| byte != 0).collect();
            tell(&narrow);
            begin += n_wide;
        } else {
            begin += n_bytes.max(1);
        }
    }
}

/// Bytes at the beginning that are letters in UTF-8.
fn run(bytes: &[u8]) -> usize {
    let mut n_bytes = 0;
    while let Some(&byte) = bytes.get(n_bytes) {
        let is_pair = matches!(byte, 0xc3..=0xc5)
            && bytes.get(n_bytes + 1).is_some_and(|next| next & 0xc0 == 0x80);
        match byte {
            b' '..=b'~' | b'\t' => n_bytes += 1,
            _ if is_pair => n_bytes += 2,
            _ => break,
        }
    }
    n_bytes
}

/// Bytes at the beginning that are letters of two bytes, one of them zero.
fn wide_run(bytes: &[u8]) -> usize {
    let first = bytes.first().map_or(0, |&byte| usize::from(byte == 0));
    let is_letter = |pair: &&[u8]| matches!(pair[first], b' '..=b'~') && pair[1 - first] == 0;
    2 * bytes.chunks_exact(2).take_while(is_letter).count()
}

/// A text in UTF-16 with its mark, as the text that it is.
pub(super) fn tell_utf16(bytes: &mut Bytes<'_>, name: &str, teller: &mut Teller<'_>) {
    let is_little = bytes.take(2) == [0xff, 0xfe];
    teller.inside("", |teller| {
        let text = Utf8 { bytes, is_little, high: None, ready: Vec::new() };
        contents(&mut Bytes::of_reader(text), name, teller);
    });
}

/// UTF-16 as UTF-8.
struct Utf8<'b, 'a> {
    bytes: &'b mut Bytes<'a>,
    is_little: bool,
    high: Option<u16>,
    ready: Vec<u8>,
}

impl Read for Utf8<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        const LONGEST: usize = 4;
        let mut filled = 0;
        loop {
            let n_ready = self.ready.len().min(out.len() - filled);
            out[filled..filled + n_ready].copy_from_slice(&self.ready[..n_ready]);
            self.ready.drain(..n_ready);
            filled += n_ready;
            if filled + LONGEST > out.len() && filled > 0 {
                return Ok(filled);
            }
            let Some(pair) = self.bytes.array::<2>() else { return Ok(filled) };
            self.push(if self.is_little {
                u16::from_le_bytes(pair)
            } else {
                u16::from_be_bytes(pair)
            });
        }
    }
}

impl Utf8<'_, '_> {
    fn push(&mut self, unit: u16) {
        if self.high.is_none() && (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        let units = self.high.take().into_iter().chain([unit]);
        for character in char::decode_utf16(units) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
