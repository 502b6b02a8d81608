//! Elements in explicit little endian.

use super::tags;

/// Elements one after another; the caller keeps them in the order of their tags.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Elements {
    bytes: Vec<u8>,
}

impl Elements {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Text of a type with a short length, cut at what fits that length and padded to even.
    pub(crate) fn text(&mut self, tag: u32, vr: [u8; 2], text: &str) {
        let padding = if vr == *b"UI" { 0 } else { b' ' };
        self.short(tag, vr, text.as_bytes(), padding);
    }

    pub(crate) fn words(&mut self, tag: u32, words: &[u16]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.short(tag, *b"US", &bytes, 0);
    }

    pub(crate) fn long_words(&mut self, tag: u32, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.short(tag, *b"UL", &bytes, 0);
    }

    /// Tags as values.
    pub(crate) fn pointer(&mut self, tag: u32, value: u32) {
        let [group, element] = [(value >> 16) as u16, value as u16].map(u16::to_le_bytes);
        self.short(tag, *b"AT", &[group, element].concat(), 0);
    }

    /// Numbers as text of at most 16 characters each.
    pub(crate) fn decimals(&mut self, tag: u32, values: &[f64]) {
        let words: Vec<String> = values.iter().map(|&value| decimal(value)).collect();
        self.text(tag, *b"DS", &words.join("\\"));
    }

    /// Text of a type with a long length.
    pub(crate) fn long_text(&mut self, tag: u32, vr: [u8; 2], text: &str) {
        let padding = " ".repeat(text.len() % 2);
        self.bytes(tag, vr, format!("{text}{padding}").as_bytes());
    }

    pub(crate) fn n_bytes(&self) -> u32 {
        self.bytes.len() as u32
    }

    /// Bytes of a type with a long length; an even number of them.
    pub(crate) fn bytes(&mut self, tag: u32, vr: [u8; 2], value: &[u8]) {
        self.begin(tag, vr, value.len() as u32);
        self.bytes.extend(value);
    }

    /// The head of a value of `n_bytes` bytes that the caller writes after it.
    pub(crate) fn begin(&mut self, tag: u32, vr: [u8; 2], n_bytes: u32) {
        self.head(tag, vr);
        self.bytes.extend([0; 2]);
        self.bytes.extend(n_bytes.to_le_bytes());
    }

    pub(crate) fn sequence(&mut self, tag: u32, items: &[Self]) {
        let n_bytes: usize = items.iter().map(|item| item.bytes.len() + 8).sum();
        self.begin(tag, *b"SQ", n_bytes as u32);
        for item in items {
            self.tag(tags::ITEM);
            self.bytes.extend((item.bytes.len() as u32).to_le_bytes());
            self.bytes.extend(&item.bytes);
        }
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        self.bytes.extend(&other.bytes);
    }

    fn short(&mut self, tag: u32, vr: [u8; 2], value: &[u8], padding: u8) {
        const MOST: usize = 0xfffe;
        let value = &value[..value.len().min(MOST)];
        self.head(tag, vr);
        self.bytes.extend(((value.len() + value.len() % 2) as u16).to_le_bytes());
        self.bytes.extend(value);
        if value.len() % 2 == 1 {
            self.bytes.push(padding);
        }
    }

    fn head(&mut self, tag: u32, vr: [u8; 2]) {
        self.tag(tag);
        self.bytes.extend(vr);
    }

    fn tag(&mut self, tag: u32) {
        self.bytes.extend(((tag >> 16) as u16).to_le_bytes());
        self.bytes.extend((tag as u16).to_le_bytes());
    }
}

/// A number in at most 16 characters, as near as they allow.
pub(crate) fn decimal(value: f64) -> String {
    const MOST: usize = 16;
    // An exponent of two digits and its sign, the sign of the number, a digit and a point leave ten.
    let shortest = value.to_string();
    if shortest.len() <= MOST {
        return shortest;
    }
    let plain = (0..MOST).rev().map(|n_digits| format!("{value:.n_digits$}"));
    let scientific = (0..MOST).rev().map(|n_digits| format!("{value:.n_digits$e}"));
    let fits = |text: &String| text.len() <= MOST;
    let error = |text: &String| (text.parse().unwrap_or(f64::INFINITY) - value).abs();
    let plain = plain.into_iter().find(fits);
    let scientific = scientific.into_iter().find(fits);
    match (plain, scientific) {
        (Some(plain), Some(scientific)) if error(&scientific) < error(&plain) => scientific,
        (Some(plain), _) => plain,
        (None, scientific) => scientific.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_at_most_sixteen_characters() {
        for value in [0.0, -1.0, 0.1, 1.0 / 3.0, -1.0 / 3.0, 1e-17, -1.234_567_890_123_4e-30, 1e22]
            .into_iter()
            .chain([f64::MIN_POSITIVE, -235.199_997_123_456_78, 123_456_789.123_456_78])
        {
            let text = decimal(value);
            assert!(text.len() <= 16, "{text}");
            let back: f64 = text.parse().unwrap();
            assert!((back - value).abs() <= 1e-9 * value.abs().max(1e-3), "{value} {text}");
        }
        assert_eq!(decimal(0.810547), "0.810547");
    }

    #[test]
    fn values_are_padded_to_even_lengths() {
        let mut elements = Elements::default();
        elements.text(tags::SOP_CLASS, *b"UI", "1.2");
        assert_eq!(elements.into_bytes(), b"\x08\0\x16\0UI\x04\x001.2\0");
    }
}
