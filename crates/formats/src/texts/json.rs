//! JSON, walked as a stream: every string, and every number, under its keys.

use super::bytes::Bytes;
use super::teller::{Gathered, Teller};

/// Tells the texts of a document, or of many after one another; damage is walked over.
pub(super) fn tell(bytes: &mut Bytes<'_>, format: &str, teller: &mut Teller<'_>) {
    let mut walk = Walk {
        value_place: format!("{format} value"),
        key_place: format!("{format} key"),
        keys: Vec::new(),
        depth: 0,
    };
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => walk.string(bytes, teller),
            b'{' | b'[' => walk.open(teller.limits.depth),
            b'}' | b']' => walk.close(),
            b',' => walk.forget_key(),
            b'/' if matches!(bytes.peek(1), b"/" | b"*") => walk.comment(bytes, teller),
            b'0'..=b'9' | b'-' => walk.number(byte, bytes, teller),
            _ => {}
        }
    }
}

struct Walk {
    value_place: String,
    key_place: String,
    /// The key of each object or array around, empty where there is none, and one more.
    keys: Vec<String>,
    /// How many are around; those beyond the limit have no keys.
    depth: usize,
}

impl Walk {
    fn open(&mut self, most: usize) {
        self.depth = self.depth.saturating_add(1);
        if self.keys.len() <= most && self.keys.len() < self.depth + 1 {
            self.keys.resize(self.depth.min(most) + 1, String::new());
        }
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.keys.truncate(self.depth + 1);
    }

    /// After a comma another key comes in an object; in an array the one of the array goes on.
    fn forget_key(&mut self) {
        if let Some(key) = self.keys.get_mut(self.depth) {
            key.clear();
        }
    }

    fn set_key(&mut self, key: &[u8]) {
        if self.keys.is_empty() {
            self.keys.push(String::new());
        }
        if let Some(place) = self.keys.get_mut(self.depth) {
            *place = String::from_utf8_lossy(key).into_owned();
        }
    }

    /// The keys around, the last few of them.
    fn key(&self) -> String {
        const DEEPEST: usize = 4;
        let keys: Vec<&str> =
            self.keys.iter().map(String::as_str).filter(|key| !key.is_empty()).collect();
        keys[keys.len().saturating_sub(DEEPEST)..].join(".")
    }

    fn string(&mut self, bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
        let mut gathered = Gathered::new(teller.limits.string);
        let mut is_first = true;
        let mut is_data = false;
        while let Some(byte) = bytes.next().filter(|&byte| byte != b'"') {
            let full = match byte {
                b'\\' => push_escaped(bytes, &mut gathered),
                _ => gathered.push(byte),
            };
            if let Some(piece) = full {
                is_data |= is_first && piece.starts_with(b"data:");
                is_first = false;
                if !is_data {
                    teller.say_key(&self.value_place, &self.key(), &piece);
                }
            }
        }
        let text = gathered.take();
        if is_data || is_first && text.starts_with(b"data:") {
            return;
        }
        skip_blanks(bytes);
        if bytes.peek(1) == b":" && is_first {
            teller.say(&self.key_place, &text);
            self.set_key(&text[..text.len().min(teller.limits.token)]);
        } else {
            teller.say_key(&self.value_place, &self.key(), &text);
        }
    }

    /// A number of five digits or more, which may be one of a person.
    fn number(&self, first: u8, bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
        const LONGEST: usize = 64;
        let mut number = vec![first];
        while let [byte @ (b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')] = bytes.peek(1) {
            if number.len() < LONGEST {
                number.push(*byte);
            }
            bytes.walk(1);
        }
        let key = self.key();
        if !key.is_empty() {
            teller.say_key(&self.value_place, &key, &number);
        }
    }

    fn comment(&self, bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
        if let Some(line) = super::plain::line(bytes, teller.limits.string) {
            teller.say("JSON comment", &line);
        }
    }
}

fn skip_blanks(bytes: &mut Bytes<'_>) {
    while let [b' ' | b'\t' | b'\n' | b'\r'] = bytes.peek(1) {
        bytes.walk(1);
    }
}

/// What an escape stands for.
fn push_escaped(bytes: &mut Bytes<'_>, gathered: &mut Gathered) -> Option<Vec<u8>> {
    let byte = bytes.next()?;
    let plain = match byte {
        b'n' | b'r' | b't' | b'b' | b'f' => b' ',
        b'u' => return push_unicode(bytes, gathered),
        byte => byte,
    };
    gathered.push(plain)
}

fn push_unicode(bytes: &mut Bytes<'_>, gathered: &mut Gathered) -> Option<Vec<u8>> {
    let mut code = hex(bytes)?;
    if (0xd800..0xdc00).contains(&code) && bytes.peek(2) == b"\\u" {
        bytes.walk(2);
        let low = hex(bytes)?;
        code = 0x1_0000 + ((code - 0xd800) << 10) + (low & 0x3ff);
    }
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    let mut full = None;
    for &byte in character.encode_utf8(&mut [0; 4]).as_bytes() {
        full = gathered.push(byte).or(full);
    }
    full
}

fn hex(bytes: &mut Bytes<'_>) -> Option<u32> {
    let digits = *bytes.peek(4).first_chunk::<4>()?;
    let code = u32::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?;
    bytes.walk(4);
    Some(code)
}
