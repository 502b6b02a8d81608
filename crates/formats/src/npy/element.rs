//! What an item of an array is.

use crate::error::ErrorKind;
use crate::input::shortened;

/// One item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// Yes or no, one byte.
    Bool,
    /// A whole number of so many bytes: 1, 2, 4 or 8.
    Signed(usize),
    /// One without a sign.
    Unsigned(usize),
    /// A real number of so many bytes: 2, 4 or 8.
    Float(usize),
    /// A text of so many letters, four bytes each.
    Text(usize),
    /// A text of so many bytes.
    Bytes(usize),
}

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// From NumPy's sign for it; `=` and `|` are those of the machines that write such files.
    pub(crate) fn of(sign: u8) -> Option<Self> {
        match sign {
            b'<' | b'=' | b'|' => Some(Self::Little),
            b'>' => Some(Self::Big),
            _ => None,
        }
    }
}

impl Element {
    /// From NumPy's word for it, without byte order: `f8`. `None` for Python objects.
    pub(crate) fn of(word: &str) -> Result<Option<Self>, ErrorKind> {
        let unsupported = || {
            let what = format!("items of type `{}`", shortened(word));
            ErrorKind::unsupported("NPY", what)
        };
        if !word.is_ascii() || word.is_empty() {
            return Err(unsupported());
        }
        let (kind, digits) = word.split_at(1);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let size = digits.parse().ok().filter(|_| is_number);
        match (kind, size) {
            ("O", _) => Ok(None),
            ("b", Some(1)) | ("?", None) => Ok(Some(Self::Bool)),
            ("i", Some(size @ (1 | 2 | 4 | 8))) => Ok(Some(Self::Signed(size))),
            ("u", Some(size @ (1 | 2 | 4 | 8))) => Ok(Some(Self::Unsigned(size))),
            ("f", Some(size @ (2 | 4 | 8))) => Ok(Some(Self::Float(size))),
            // So that sizes in bytes cannot overflow.
            ("U", Some(size @ 0..0x1000_0000)) => Ok(Some(Self::Text(size))),
            ("S" | "a", Some(size @ 0..0x1000_0000)) => Ok(Some(Self::Bytes(size))),
            _ => Err(unsupported()),
        }
    }

    /// Bytes of an item.
    pub fn size(self) -> usize {
        match self {
            Self::Bool => 1,
            Self::Signed(size) | Self::Unsigned(size) | Self::Float(size) | Self::Bytes(size) => {
                size
            }
            Self::Text(n_letters) => 4 * n_letters,
        }
    }

    /// Whether it is a number, yes and no among them.
    pub fn is_number(self) -> bool {
        !matches!(self, Self::Text(_) | Self::Bytes(_))
    }

    /// Whether it is a whole number, yes and no among them.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Bool | Self::Signed(_) | Self::Unsigned(_))
    }

    /// The number in these bytes, as many as an item has; NaN for a text.
    pub(super) fn number(self, order: ByteOrder, bytes: &[u8]) -> f64 {
        let bits = match self {
            Self::Text(_) | Self::Bytes(_) => return f64::NAN,
            _ => bits(order, bytes),
        };
        match self {
            Self::Bool => f64::from(u8::from(bits != 0)),
            Self::Unsigned(_) => bits as f64,
            Self::Signed(size) => {
                let unused = 64 - 8 * size as u32;
                ((bits << unused) as i64 >> unused) as f64
            }
            Self::Float(2) => half(bits as u16),
            Self::Float(4) => f32::from_bits(bits as u32).into(),
            _ => f64::from_bits(bits),
        }
    }

    /// The text in these bytes, without the zeros that fill it up; `None` if it is none.
    pub(super) fn text(self, order: ByteOrder, bytes: &[u8]) -> Option<String> {
        let text = match self {
            Self::Bytes(_) => String::from_utf8(bytes.to_vec()).ok()?,
            Self::Text(_) => {
                let letter = |word: &[u8]| char::from_u32(bits(order, word) as u32);
                bytes.chunks_exact(4).map(letter).collect::<Option<String>>()?
            }
            _ => return None,
        };
        Some(text.trim_end_matches('\0').to_owned())
    }
}

/// Up to eight bytes as a number.
fn bits(order: ByteOrder, bytes: &[u8]) -> u64 {
    let add = |bits: u64, &byte: &u8| bits << 8 | u64::from(byte);
    match order {
        ByteOrder::Big => bytes.iter().fold(0, add),
        ByteOrder::Little => bytes.iter().rev().fold(0, add),
    }
}

/// A number of 16 bits (IEEE 754): 5 of them exponent, 10 fraction.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023) / 1024.0);
    sign * match exponent {
        0 => fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2_f64.powi(exponent - 15),
    }
}
