//! What a voxel is made of.

use crate::error::ErrorKind;

/// A real number type of NIfTI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Datatype {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

/// A number as stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

impl Datatype {
    /// The type of this code in the header; types that are no real numbers are refused by name.
    pub(super) fn from_code(code: i16) -> Result<Self, ErrorKind> {
        let name = match code {
            2 => return Ok(Self::U8),
            4 => return Ok(Self::I16),
            8 => return Ok(Self::I32),
            16 => return Ok(Self::F32),
            64 => return Ok(Self::F64),
            256 => return Ok(Self::I8),
            512 => return Ok(Self::U16),
            768 => return Ok(Self::U32),
            1024 => return Ok(Self::I64),
            1280 => return Ok(Self::U64),
            0 => "no type at all",
            1 => "single bits, which hardly any program writes alike",
            32 | 1792 | 2048 => "complex numbers, not labels",
            128 => "RGB colours, not labels",
            1536 => "128-bit floats, which are not read",
            2304 => "RGBA colours, not labels",
            _ => "a type that NIfTI does not have",
        };
        Err(ErrorKind::Datatype { code, name })
    }

    /// The code in the header.
    pub(super) fn code(self) -> i16 {
        match self {
            Self::U8 => 2,
            Self::I16 => 4,
            Self::I32 => 8,
            Self::F32 => 16,
            Self::F64 => 64,
            Self::I8 => 256,
            Self::U16 => 512,
            Self::U32 => 768,
            Self::I64 => 1024,
            Self::U64 => 1280,
        }
    }

    /// Bytes a voxel.
    pub(super) fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The number that these bits stand for; bits above [`Datatype::size`] are not looked at.
    pub(super) fn number(self, bits: u64) -> Number {
        match self {
            Self::U8 => Number::Unsigned((bits as u8).into()),
            Self::U16 => Number::Unsigned((bits as u16).into()),
            Self::U32 => Number::Unsigned((bits as u32).into()),
            Self::U64 => Number::Unsigned(bits),
            Self::I8 => Number::Signed((bits as i8).into()),
            Self::I16 => Number::Signed((bits as i16).into()),
            Self::I32 => Number::Signed((bits as i32).into()),
            Self::I64 => Number::Signed(bits as i64),
            Self::F32 => Number::Float(f32::from_bits(bits as u32).into()),
            Self::F64 => Number::Float(f64::from_bits(bits)),
        }
    }
}

impl Number {
    /// The nearest `f64`.
    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Signed(number) => number as f64,
            Self::Unsigned(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}
