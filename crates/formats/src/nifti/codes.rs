//! The numbers that stand for types of voxels.

use crate::error::ErrorKind;
use crate::voxels::Datatype;

/// The type of this code in the header; types that are no real numbers are refused by name.
pub(super) fn datatype(code: i16) -> Result<Datatype, ErrorKind> {
    let name = match code {
        2 => return Ok(Datatype::U8),
        4 => return Ok(Datatype::I16),
        8 => return Ok(Datatype::I32),
        16 => return Ok(Datatype::F32),
        64 => return Ok(Datatype::F64),
        256 => return Ok(Datatype::I8),
        512 => return Ok(Datatype::U16),
        768 => return Ok(Datatype::U32),
        1024 => return Ok(Datatype::I64),
        1280 => return Ok(Datatype::U64),
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
pub(super) fn code(datatype: Datatype) -> i16 {
    match datatype {
        Datatype::U8 => 2,
        Datatype::I16 => 4,
        Datatype::I32 => 8,
        Datatype::F32 => 16,
        Datatype::F64 => 64,
        Datatype::I8 => 256,
        Datatype::U16 => 512,
        Datatype::U32 => 768,
        Datatype::I64 => 1024,
        Datatype::U64 => 1280,
    }
}
