//! The numbers behind the header, one after another, as text or as bytes.

use super::scalar::Scalar;
use crate::error::ErrorKind;
use crate::text::Text;

/// Numbers whose types are known.
pub(super) trait Numbers: Clone {
    /// The next number of this type.
    fn float(&mut self, scalar: Scalar) -> Result<f32, ErrorKind>;

    /// The next number of this type, which is a whole one.
    fn integer(&mut self, scalar: Scalar) -> Result<i64, ErrorKind>;

    /// The three 32-bit floats that an item of `n_bytes` begins with; nothing is taken of text, or
    /// where too little is left.
    fn position(&mut self, n_bytes: usize) -> Option<[f32; 3]>;

    /// A list of three vertices, its count of 8 and its indices of 32 bits; nothing is taken of
    /// text, of another list, or where one of them is not below `n_vertices`.
    fn triangle(&mut self, n_vertices: usize) -> Option<[u32; 3]>;

    /// Steps over some.
    fn skip(&mut self, scalar: Scalar, n: u64) -> Result<(), ErrorKind>;

    /// Bytes that are left.
    fn n_left(&self) -> u64;

    /// The fewest bytes that a number of this type takes.
    fn least(scalar: Scalar) -> u64;

    /// Nothing but padding may be left.
    fn end(self) -> Result<(), ErrorKind>;
}

/// Numbers as text. Lines mean nothing: readers of PLY take word after word.
#[derive(Debug, Clone)]
pub(super) struct Ascii<'a>(pub(super) Text<'a>);

/// Numbers as bytes, the most significant one first or last.
#[derive(Debug, Clone)]
pub(super) struct Binary<'a, const IS_BIG: bool>(pub(super) &'a [u8]);

impl Numbers for Ascii<'_> {
    #[inline]
    fn float(&mut self, _: Scalar) -> Result<f32, ErrorKind> {
        self.0.skip_space();
        self.0.number()
    }

    #[inline]
    fn integer(&mut self, scalar: Scalar) -> Result<i64, ErrorKind> {
        self.0.skip_space();
        match scalar.is_float() {
            true => Err(not_whole()),
            false => self.0.integer(),
        }
    }

    fn position(&mut self, _: usize) -> Option<[f32; 3]> {
        None
    }

    fn triangle(&mut self, _: usize) -> Option<[u32; 3]> {
        None
    }

    fn skip(&mut self, _: Scalar, n: u64) -> Result<(), ErrorKind> {
        for _ in 0..n {
            if !self.0.skip_space() {
                return Err(too_few());
            }
            self.0.word()?;
        }
        Ok(())
    }

    fn n_left(&self) -> u64 {
        // As if the last word had a blank behind it, too.
        self.0.n_left() as u64 + 1
    }

    fn least(_: Scalar) -> u64 {
        2
    }

    fn end(mut self) -> Result<(), ErrorKind> {
        match self.0.skip_space() {
            true => Err(self.0.error("more numbers than the header says")),
            false => Ok(()),
        }
    }
}

impl<const IS_BIG: bool> Binary<'_, IS_BIG> {
    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ErrorKind> {
        let Some((number, left)) = self.0.split_first_chunk::<N>() else {
            return Err(too_few());
        };
        self.0 = left;
        let mut number = *number;
        if IS_BIG {
            number.reverse();
        }
        Ok(number)
    }

    /// The first three words of these bytes.
    #[inline]
    fn three(bytes: &[u8]) -> Option<[u32; 3]> {
        let words = bytes.as_chunks::<4>().0.first_chunk::<3>()?;
        Some(words.map(if IS_BIG { u32::from_be_bytes } else { u32::from_le_bytes }))
    }
}

impl<const IS_BIG: bool> Numbers for Binary<'_, IS_BIG> {
    #[inline]
    fn float(&mut self, scalar: Scalar) -> Result<f32, ErrorKind> {
        Ok(match scalar {
            Scalar::F32 => f32::from_le_bytes(self.take()?),
            Scalar::F64 => f64::from_le_bytes(self.take()?) as f32,
            scalar => self.integer(scalar)? as f32,
        })
    }

    #[inline]
    fn integer(&mut self, scalar: Scalar) -> Result<i64, ErrorKind> {
        Ok(match scalar {
            Scalar::I32 => i32::from_le_bytes(self.take()?).into(),
            Scalar::U32 => u32::from_le_bytes(self.take()?).into(),
            Scalar::U8 => u8::from_le_bytes(self.take()?).into(),
            Scalar::I8 => i8::from_le_bytes(self.take()?).into(),
            Scalar::I16 => i16::from_le_bytes(self.take()?).into(),
            Scalar::U16 => u16::from_le_bytes(self.take()?).into(),
            Scalar::F32 | Scalar::F64 => return Err(not_whole()),
        })
    }

    #[inline]
    fn position(&mut self, n_bytes: usize) -> Option<[f32; 3]> {
        let (item, left) = self.0.split_at_checked(n_bytes)?;
        let position = Self::three(item)?.map(f32::from_bits);
        self.0 = left;
        Some(position)
    }

    #[inline]
    fn triangle(&mut self, n_vertices: usize) -> Option<[u32; 3]> {
        let ([3, vertices @ ..], left) = self.0.split_first_chunk::<13>()? else { return None };
        let face = Self::three(vertices)?;
        if face.iter().any(|&vertex| vertex as usize >= n_vertices) {
            return None;
        }
        self.0 = left;
        Some(face)
    }

    fn skip(&mut self, scalar: Scalar, n: u64) -> Result<(), ErrorKind> {
        let n_bytes = n.checked_mul(scalar.size() as u64).and_then(|n| usize::try_from(n).ok());
        self.0 = n_bytes.and_then(|n| self.0.get(n..)).ok_or_else(too_few)?;
        Ok(())
    }

    fn n_left(&self) -> u64 {
        self.0.len() as u64
    }

    fn least(scalar: Scalar) -> u64 {
        scalar.size() as u64
    }

    fn end(self) -> Result<(), ErrorKind> {
        let is_padding = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
        match self.0.iter().all(is_padding) {
            true => Ok(()),
            false => {
                let reason = format!("{} more bytes than its header says", self.0.len());
                Err(ErrorKind::malformed("PLY", reason))
            }
        }
    }
}

#[cold]
fn too_few() -> ErrorKind {
    ErrorKind::cut_off("PLY", "fewer numbers than its header says")
}

#[cold]
fn not_whole() -> ErrorKind {
    ErrorKind::malformed("PLY", "an index or a count whose type has fractions")
}
