use std::fmt;

use serde::{Serialize, Serializer};

use crate::Sha256;

/// The first bytes of a SHA-256, written as lower-case hexadecimal digits: what names something by what
/// it holds, in addresses that people copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<const N: usize>([u8; N]);

/// Names a [`Selection`](crate::Selection).
pub type SelectionId = Id<16>;
/// Names a short link.
pub type LinkId = Id<8>;

/// The text is not as many lower-case hexadecimal digits as an id has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: it has another number of digits, or others than 0 to 9 and a to f")]
pub struct NotAnId;

impl<const N: usize> Id<N> {
    /// The id of what has this hash.
    pub(crate) fn of(hash: &Sha256) -> Self {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&hash.as_bytes()[..N]);
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> fmt::Display for Id<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<const N: usize> Serialize for Id<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<const N: usize> std::str::FromStr for Id<N> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NotAnId),
        };
        if text.len() != 2 * N {
            return Err(NotAnId);
        }
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        // FIPS 180-4, the message "abc".
        let id = LinkId::of(&Sha256::of(b"abc"));
        assert_eq!(id.to_string(), "ba7816bf8f01cfea");
        assert_eq!("ba7816bf8f01cfea".parse(), Ok(id));
        for other in
            ["", "BA7816BF8F01CFEA", "ba7816bf8f01cfe", "ba7816bf8f01cfeaa", "ba7816bf8f01cfeg"]
        {
            assert_eq!(other.parse::<LinkId>(), Err(NotAnId), "{other}");
        }
    }
}
