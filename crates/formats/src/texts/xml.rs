//! XML, walked as a stream: text, attributes and comments, under the names of their elements.
//!
//! VTP, GIFTI, 3MF, workbooks and SVG are XML; elements that hold numbers are passed over.

use super::bytes::Bytes;
use super::teller::{Gathered, Teller};

/// Elements that hold coordinates or bytes as text.
const NUMBERS: [&str; 5] = ["DataArray", "Data", "Array", "MatrixData", "float_array"];

pub(super) fn tell(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let mut walk = Walk { elements: Vec::new(), depth: 0, name: String::new() };
    while walk.text(bytes, teller) {
        walk.markup(bytes, teller);
    }
}

#[derive(Default)]
struct Element {
    name: String,
    /// What it is called: its attribute `name` or `key`.
    called: String,
}

struct Walk {
    /// Those around, the outer ones first; those beyond the limit are left out.
    elements: Vec<Element>,
    depth: usize,
    /// What the last element `Name` held, as GIFTI calls what its next `Value` holds.
    name: String,
}

impl Walk {
    fn markup(&mut self, bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
        if bytes.peek(3) == b"!--" {
            bytes.walk(3);
            tell_until(bytes, b"-->", teller, |text, teller| teller.say("XML comment", text));
        } else if bytes.peek(8) == b"![CDATA[" {
            bytes.walk(8);
            let key = self.key();
            let mut last = Vec::new();
            tell_until(bytes, b"]]>", teller, |text, teller| {
                teller.say_key("XML text", &key, text);
                last = text.to_vec();
            });
            self.note_name(&last, teller);
        } else if matches!(bytes.peek(1), b"?" | b"!") {
            tell_until(bytes, b">", teller, |text, teller| teller.say("XML declaration", text));
        } else if bytes.peek(1) == b"/" {
            tell_until(bytes, b">", teller, |_, _| {});
            self.depth = self.depth.saturating_sub(1);
            self.elements.truncate(self.depth);
        } else {
            self.tag(bytes, teller);
        }
    }

    fn tag(&mut self, bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
        let most = teller.limits.token;
        let name = word(bytes, most);
        self.depth = self.depth.saturating_add(1);
        let is_kept =
            self.elements.len() < teller.limits.depth && self.elements.len() + 1 == self.depth;
        if is_kept {
            let local = name.rsplit(':').next().unwrap_or_default().to_owned();
            self.elements.push(Element { name: local, called: String::new() });
        }
        let mut attribute = String::new();
        let mut is_closed = false;
        while let Some(byte) = bytes.peek(1).first().copied() {
            match byte {
                b'<' => break,
                b'>' => {
                    bytes.walk(1);
                    break;
                }
                b'"' | b'\'' => {
                    bytes.walk(1);
                    self.attribute(&attribute, byte, is_kept, bytes, teller);
                    attribute.clear();
                }
                b'/' => {
                    is_closed = true;
                    bytes.walk(1);
                    continue;
                }
                byte if is_of_word(byte) => attribute = word(bytes, most),
                _ => bytes.walk(1),
            }
            is_closed = false;
        }
        // Only a slash right before the end closes.
        if is_closed {
            self.depth -= 1;
            self.elements.truncate(self.depth);
        }
    }

    fn attribute(
        &mut self,
        attribute: &str,
        quote: u8,
        is_kept: bool,
        bytes: &mut Bytes<'_>,
        teller: &mut Teller<'_>,
    ) {
        let key = [self.key(), attribute.to_owned()].join(".");
        let is_name = matches!(attribute, "name" | "Name" | "key" | "Key");
        let mut called = Vec::new();
        tell_until(bytes, &[quote], teller, |text, teller| {
            if !is_short_number(text) {
                teller.say_key("XML attribute", key.trim_matches('.'), text);
            }
            called = text.to_vec();
        });
        called.truncate(teller.limits.token);
        if let Some(element) = self.elements.last_mut().filter(|_| is_name && is_kept) {
            element.called = String::from_utf8_lossy(&called).into_owned();
        }
    }

    /// Text up to and with the next `<`; whether there is one.
    fn text(&mut self, bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) -> bool {
        if self.is_in("AppendedData") {
            // Raw bytes, in which `<` means nothing.
            return skip_to(bytes, b"</AppendedData");
        }
        if self.is_in_numbers() {
            return tell_until(bytes, b"<", teller, |_, _| {});
        }
        let key = self.key();
        let mut last = Vec::new();
        let has_more = tell_until(bytes, b"<", teller, |text, teller| {
            teller.say_key("XML text", &key, text);
            last = text.to_vec();
        });
        self.note_name(&last, teller);
        has_more
    }

    /// What an element `Name` holds is what the next `Value` is called.
    fn note_name(&mut self, text: &[u8], teller: &Teller<'_>) {
        let text = text.trim_ascii();
        let is_name = self.elements.last().is_some_and(|element| element.name == "Name");
        if is_name && !text.is_empty() {
            self.name =
                String::from_utf8_lossy(&text[..text.len().min(teller.limits.token)]).into_owned();
        }
    }

    fn is_in_numbers(&self) -> bool {
        NUMBERS.iter().any(|name| self.is_in(name))
    }

    fn is_in(&self, name: &str) -> bool {
        self.elements.last().is_some_and(|element| element.name == name)
    }

    /// Names of the elements around, the last two, and what they are called.
    fn key(&self) -> String {
        const DEEPEST: usize = 2;
        let around = &self.elements[self.elements.len().saturating_sub(DEEPEST)..];
        let mut keys: Vec<&str> = Vec::new();
        for element in around {
            keys.extend([element.name.as_str(), element.called.as_str()]);
            if element.name == "Value" {
                keys.push(&self.name);
            }
        }
        keys.retain(|key| !key.is_empty());
        keys.join(".")
    }
}

/// Tells the bytes up to an end, which is walked over; whether there is one.
fn tell_until(
    bytes: &mut Bytes<'_>,
    end: &[u8],
    teller: &mut Teller<'_>,
    mut tell: impl FnMut(&[u8], &mut Teller<'_>),
) -> bool {
    let mut gathered = Gathered::new(teller.limits.string);
    let mut recent = [0; 3];
    while let Some(byte) = bytes.next() {
        recent = [recent[1], recent[2], byte];
        if recent.ends_with(end) {
            let text = gathered.take();
            let n_text = text.len().saturating_sub(end.len() - 1);
            tell(&unescaped(&text[..n_text]), teller);
            return true;
        }
        if let Some(piece) = gathered.push(byte) {
            tell(&unescaped(&piece), teller);
        }
    }
    tell(&unescaped(&gathered.take()), teller);
    false
}

/// Walks up to the tag that ends an element, and behind its `<`; whether there is one.
fn skip_to(bytes: &mut Bytes<'_>, end: &[u8]) -> bool {
    loop {
        if bytes.peek(end.len()) == end {
            bytes.walk(1);
            return true;
        }
        let ahead = bytes.ahead();
        if ahead.is_empty() {
            return false;
        }
        let next = ahead.iter().skip(1).position(|&byte| byte == b'<');
        let n_bytes = next.map_or(ahead.len(), |place| place + 1);
        bytes.walk(n_bytes);
    }
}

/// A name of an element or attribute; what is beyond `most` bytes is cut off.
fn word(bytes: &mut Bytes<'_>, most: usize) -> String {
    let mut word = Vec::new();
    while let Some(&byte) = bytes.peek(1).first().filter(|&&byte| is_of_word(byte)) {
        bytes.walk(1);
        if word.len() < most {
            word.push(byte);
        }
    }
    String::from_utf8_lossy(&word).into_owned()
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | 0x80..)
}

/// A coordinate or a count, as elements of meshes have them by the million.
fn is_short_number(text: &[u8]) -> bool {
    let is_of_number =
        |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E' | b' ');
    text.iter().all(is_of_number)
        && (text.len() < 5 || text.contains(&b'.') || text.contains(&b' '))
        // A telephone number has a plus and no point.
        && (text.contains(&b'.') || !text.contains(&b'+'))
        && !has_date_shape(text)
}

/// `2021-03-04`, `2021.03.04` or `04.03.2021` are no coordinates.
fn has_date_shape(text: &[u8]) -> bool {
    let n_marks = text.iter().filter(|&&byte| byte == b'.' || byte == b'-').count();
    (8..=10).contains(&text.len()) && n_marks == 2
}

/// What `&amp;`, `&#252;` and their like stand for.
fn unescaped(text: &[u8]) -> Vec<u8> {
    const LONGEST: usize = 10;
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.iter().position(|&byte| byte == b'&') {
        plain.extend_from_slice(&rest[..place]);
        rest = &rest[place..];
        let end = rest.iter().take(LONGEST).position(|&byte| byte == b';');
        match end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            Some((end, character)) => {
                plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[end + 1..];
            }
            None => {
                plain.push(b'&');
                rest = &rest[1..];
            }
        }
    }
    plain.extend_from_slice(rest);
    plain
}

fn entity(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => {}
    }
    let number = name.strip_prefix('#')?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}
