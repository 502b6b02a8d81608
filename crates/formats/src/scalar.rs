//! Numbers as files hold them, in bytes or in text.

use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

/// What the bytes of one number mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Scalar {
    /// Bytes of one number.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    pub(crate) fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// The numbers in single precision; bytes that are no whole number are left out.
    pub(crate) fn floats(self, bytes: &[u8], is_big: bool) -> Vec<f32> {
        match self {
            Self::F32 => each(bytes, is_big, f32::from_le_bytes).collect(),
            Self::F64 => {
                each(bytes, is_big, f64::from_le_bytes).map(|value| value as f32).collect()
            }
            Self::U64 => {
                each(bytes, is_big, u64::from_le_bytes).map(|value| value as f32).collect()
            }
            _ => self.wholes(bytes, is_big).into_iter().map(|value| value as f32).collect(),
        }
    }

    /// The numbers as whole ones. What is beyond 64 signed bits becomes negative; who wants an index
    /// refuses that. Floats give nothing.
    pub(crate) fn wholes(self, bytes: &[u8], is_big: bool) -> Vec<i64> {
        match self {
            Self::I8 => each(bytes, is_big, i8::from_le_bytes).map(i64::from).collect(),
            Self::U8 => each(bytes, is_big, u8::from_le_bytes).map(i64::from).collect(),
            Self::I16 => each(bytes, is_big, i16::from_le_bytes).map(i64::from).collect(),
            Self::U16 => each(bytes, is_big, u16::from_le_bytes).map(i64::from).collect(),
            Self::I32 => each(bytes, is_big, i32::from_le_bytes).map(i64::from).collect(),
            Self::U32 => each(bytes, is_big, u32::from_le_bytes).map(i64::from).collect(),
            Self::I64 | Self::U64 => each(bytes, is_big, i64::from_le_bytes).collect(),
            Self::F32 | Self::F64 => Vec::new(),
        }
    }
}

fn each<const N: usize, T>(
    bytes: &[u8],
    is_big: bool,
    from_le: fn([u8; N]) -> T,
) -> impl Iterator<Item = T> {
    bytes.as_chunks::<N>().0.iter().map(move |&word| {
        let mut word = word;
        if is_big {
            word.reverse();
        }
        from_le(word)
    })
}

/// Numbers in text, with white space between them.
///
/// # Errors
/// A word that is no number, or is longer than one is.
pub(crate) fn floats_in(text: &str, limits: &Limits) -> Result<Vec<f32>, String> {
    numbers(text, limits)
}

/// Whole numbers in text, with white space between them.
///
/// # Errors
/// A word that is no whole number, or is longer than one is.
pub(crate) fn wholes_in(text: &str, limits: &Limits) -> Result<Vec<i64>, String> {
    numbers(text, limits)
}

fn numbers<T: std::str::FromStr>(text: &str, limits: &Limits) -> Result<Vec<T>, String> {
    text.split_ascii_whitespace().map(|word| number(word, limits)).collect()
}

/// One number.
pub(crate) fn number<T: std::str::FromStr>(word: &str, limits: &Limits) -> Result<T, String> {
    match word.len() <= limits.number {
        true => word.parse().map_err(|_| format!("`{}` is no number", shortened(word))),
        false => Err(format!("`{}` is too long for a number", shortened(word))),
    }
}

/// Positions from their coordinates, which have to be three each.
pub(crate) fn points(values: Vec<f32>, format: &'static str) -> Result<Vec<[f32; 3]>, ErrorKind> {
    let (points, rest) = values.as_chunks::<3>();
    match rest {
        [] => Ok(points.to_vec()),
        _ => Err(ErrorKind::malformed(format, "a point has not three coordinates")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_numbers_in_either_order() {
        assert_eq!(Scalar::I16.wholes(&[0xff, 0xfe, 1, 2, 9], true), [-2, 258]);
        assert_eq!(Scalar::I16.wholes(&[0xfe, 0xff, 2, 1, 9], false), [-2, 258]);
        assert_eq!(Scalar::F64.floats(&1.5_f64.to_be_bytes(), true), [1.5]);
        assert_eq!(Scalar::U8.floats(&[255], true), [255.0]);
        assert_eq!(Scalar::U64.wholes(&[0xff; 8], false), [-1]);
        assert!(Scalar::F32.wholes(&[0; 4], false).is_empty());
    }

    #[test]
    fn words_are_numbers_of_limited_length() {
        let limits = Limits { number: 5, ..Limits::DEFAULT };
        assert_eq!(floats_in(" 1 -2.5\n1e39\t12345", &limits).unwrap()[..2], [1.0, -2.5]);
        assert_eq!(floats_in("123456", &limits).unwrap_err(), "`123456` is too long for a number");
        assert_eq!(wholes_in("1 2.5", &limits).unwrap_err(), "`2.5` is no number");
    }
}
