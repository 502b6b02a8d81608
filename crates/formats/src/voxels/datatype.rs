//! What a voxel is made of.

/// A real number type, in whichever format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Datatype {
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

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

/// A number as stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Signed(i64),
    Unsigned(u64),
    Float(f64),
}

impl Datatype {
    /// Bytes a voxel.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The number that these bits stand for; bits above [`Datatype::size`] are not looked at.
    pub(crate) fn number(self, bits: u64) -> Number {
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

    /// The bytes of a number in words, the lowest first; `None` if it is no number of this type.
    pub(crate) fn bytes_of(self, word: &str) -> Option<[u8; 8]> {
        let signed = |low: i64, high: i64| {
            word.parse().ok().filter(|number: &i64| (low..=high).contains(number))
        };
        let unsigned = |high: u64| {
            word.parse().ok().filter(|number: &u64| *number <= high).map(u64::to_le_bytes)
        };
        match self {
            Self::U8 => unsigned(u8::MAX.into()),
            Self::U16 => unsigned(u16::MAX.into()),
            Self::U32 => unsigned(u32::MAX.into()),
            Self::U64 => unsigned(u64::MAX),
            Self::I8 => signed(i8::MIN.into(), i8::MAX.into()).map(i64::to_le_bytes),
            Self::I16 => signed(i16::MIN.into(), i16::MAX.into()).map(i64::to_le_bytes),
            Self::I32 => signed(i32::MIN.into(), i32::MAX.into()).map(i64::to_le_bytes),
            Self::I64 => signed(i64::MIN, i64::MAX).map(i64::to_le_bytes),
            Self::F32 => {
                word.parse().ok().map(|number: f32| u64::from(number.to_bits()).to_le_bytes())
            }
            Self::F64 => word.parse().ok().map(|number: f64| number.to_le_bytes()),
        }
    }

    /// What it is called in NumPy.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::U8 => "uint8",
            Self::I8 => "int8",
            Self::U16 => "uint16",
            Self::I16 => "int16",
            Self::U32 => "uint32",
            Self::I32 => "int32",
            Self::U64 => "uint64",
            Self::I64 => "int64",
            Self::F32 => "float32",
            Self::F64 => "float64",
        }
    }

    /// The smallest integer type that holds all these values.
    pub(crate) fn smallest(values: &[i64]) -> Self {
        let low = values.iter().copied().min().unwrap_or(0);
        let high = values.iter().copied().max().unwrap_or(0);
        let fits = |range: [i64; 2]| range[0] <= low && high <= range[1];
        let candidates = [
            (Self::U8, [0, u8::MAX.into()]),
            (Self::I8, [i8::MIN.into(), i8::MAX.into()]),
            (Self::I16, [i16::MIN.into(), i16::MAX.into()]),
            (Self::U16, [0, u16::MAX.into()]),
            (Self::I32, [i32::MIN.into(), i32::MAX.into()]),
            (Self::U32, [0, u32::MAX.into()]),
        ];
        let found = candidates.into_iter().find(|(_, range)| fits(*range));
        found.map_or(Self::I64, |(datatype, _)| datatype)
    }
}

impl ByteOrder {
    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Little => "little",
            Self::Big => "big",
        }
    }
}

impl Number {
    /// The nearest `f64`.
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Self::Signed(number) => number as f64,
            Self::Unsigned(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}
