//! Bytes as text, base64 (Josefsson, RFC 4648, 2006), as XML and JSON hold them.

/// Text that is unpacked from front to back.
///
/// White space may stand anywhere; padding may stand between two runs of bytes that were packed one
/// by one.
pub(crate) struct Base64<'a> {
    text: &'a [u8],
    /// Bytes of the last group that nobody has asked for yet.
    left: [u8; 3],
    n_left: usize,
}

const NO_SYMBOL: u8 = 0xff;
const VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let symbols = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [NO_SYMBOL; 256];
    let mut at = 0;
    while at < symbols.len() {
        values[symbols[at] as usize] = at as u8;
        at += 1;
    }
    values
}

impl<'a> Base64<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, left: [0; 3], n_left: 0 }
    }

    /// The next bytes; `None` if there are fewer, or if the text is damaged.
    pub(crate) fn take(&mut self, n_bytes: usize) -> Option<Vec<u8>> {
        if n_bytes > self.most() {
            return None;
        }
        let mut bytes = Vec::with_capacity(n_bytes.saturating_add(2));
        self.fill(&mut bytes, n_bytes)?;
        if bytes.len() < n_bytes {
            return None;
        }
        self.n_left = bytes.len() - n_bytes;
        self.left[..self.n_left].copy_from_slice(&bytes[n_bytes..]);
        bytes.truncate(n_bytes);
        Some(bytes)
    }

    /// All bytes up to the end; `None` if the text is damaged.
    pub(crate) fn rest(&mut self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.most());
        self.fill(&mut bytes, usize::MAX)?;
        Some(bytes)
    }

    /// More bytes than this cannot follow.
    fn most(&self) -> usize {
        self.n_left + self.text.len().div_ceil(4).saturating_mul(3)
    }

    /// Whole groups until there are as many bytes as asked for, or none are left.
    fn fill(&mut self, bytes: &mut Vec<u8>, n_bytes: usize) -> Option<()> {
        bytes.extend_from_slice(&self.left[..self.n_left]);
        self.n_left = 0;
        while bytes.len() < n_bytes {
            if let Some((group, rest)) = self.text.split_first_chunk::<4>() {
                let [a, b, c, d] = group.map(|symbol| VALUES[usize::from(symbol)]);
                // A value has six bits, what is none has all eight.
                if (a | b | c | d) < 64 {
                    bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
                    self.text = rest;
                    continue;
                }
            }
            if !self.odd_group(bytes)? {
                break;
            }
        }
        Some(())
    }

    /// A group with white space or padding; whether there was one.
    fn odd_group(&mut self, bytes: &mut Vec<u8>) -> Option<bool> {
        const PADDING: u8 = b'=';
        let mut values = [0; 4];
        let (mut n_values, mut n_symbols) = (0, 0);
        while n_symbols < 4 {
            let Some((&symbol, rest)) = self.text.split_first() else { break };
            self.text = rest;
            if symbol.is_ascii_whitespace() {
                continue;
            }
            n_symbols += 1;
            if symbol == PADDING {
                continue;
            }
            let value = VALUES[usize::from(symbol)];
            // Nothing but padding follows on padding.
            if value == NO_SYMBOL || n_values + 1 != n_symbols {
                return None;
            }
            values[n_values] = value;
            n_values += 1;
        }
        let [a, b, c, d] = values;
        let group = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        match n_values {
            0 if n_symbols == 0 => return Some(false),
            0 | 1 => return None,
            _ => bytes.extend_from_slice(&group[..n_values - 1]),
        }
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4648, section 10.
    const VECTORS: [(&str, &str); 7] = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ];

    #[test]
    fn the_vectors_of_the_standard_are_unpacked() {
        for (plain, packed) in VECTORS {
            assert_eq!(Base64::new(packed.as_bytes()).rest().unwrap(), plain.as_bytes());
            let spaced: String = packed.chars().flat_map(|symbol| [symbol, '\n']).collect();
            assert_eq!(Base64::new(spaced.as_bytes()).rest().unwrap(), plain.as_bytes());
        }
    }

    #[test]
    fn runs_that_were_packed_one_by_one_are_one() {
        let mut text = Base64::new(b"Zm9vYg==Zm9vYmE=");
        assert_eq!(text.take(2).unwrap(), b"fo");
        assert_eq!(text.take(3).unwrap(), b"obf");
        assert_eq!(text.take(4).unwrap(), b"ooba");
        assert!(text.take(1).is_none());
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for text in ["Z", "Zg=a", "Zg==Z", "====", "Zm9*", "Zm\u{e9}v"] {
            assert!(Base64::new(text.as_bytes()).rest().is_none(), "{text}");
        }
        assert!(Base64::new(b"Zm9v").take(usize::MAX).is_none());
        assert!(Base64::new(b"Zm9v").take(4).is_none());
    }
}
