//! From raw voxels to intensities.

use medshape_types::Volume;

use super::bytes::Bytes;
use super::datatype::Datatype;
use super::header::Header;
use super::layout::ByteOrder;
use super::voxels;
use crate::error::ErrorKind;

/// The volume of a file.
pub(super) fn read(bytes: Bytes, header: &Header) -> Result<Volume<f32>, ErrorKind> {
    let voxels = voxels::read(bytes, header, |raw, _, out| {
        decode(raw, header, out);
        Ok(())
    })?;
    let n_voxels = voxels.len();
    Volume::new(header.grid, voxels).ok_or(ErrorKind::OutOfMemory { n_voxels })
}

fn decode(raw: &[u8], header: &Header, out: &mut [f32]) {
    match header.datatype {
        Datatype::U8 => convert(raw, header, out, |word: [u8; 1]| word[0].into()),
        Datatype::I8 => convert(raw, header, out, |word| i8::from_le_bytes(word).into()),
        Datatype::U16 => convert(raw, header, out, |word| u16::from_le_bytes(word).into()),
        Datatype::I16 => convert(raw, header, out, |word| i16::from_le_bytes(word).into()),
        Datatype::U32 => convert(raw, header, out, |word| u32::from_le_bytes(word).into()),
        Datatype::I32 => convert(raw, header, out, |word| i32::from_le_bytes(word).into()),
        Datatype::U64 => convert(raw, header, out, |word| u64::from_le_bytes(word) as f64),
        Datatype::I64 => convert(raw, header, out, |word| i64::from_le_bytes(word) as f64),
        Datatype::F32 => convert(raw, header, out, |word| f32::from_le_bytes(word).into()),
        Datatype::F64 => convert(raw, header, out, f64::from_le_bytes),
    }
}

/// `number` takes the bytes of a voxel, the lowest first.
fn convert<const N: usize>(
    raw: &[u8],
    header: &Header,
    out: &mut [f32],
    number: impl Fn([u8; N]) -> f64,
) {
    let [slope, intercept] = header.scale.unwrap_or([1.0, 0.0]);
    let (words, _) = raw.as_chunks::<N>();
    for (&word, out) in words.iter().zip(out) {
        let mut word = word;
        if header.order == ByteOrder::Big {
            word.reverse();
        }
        *out = (number(word) * slope + intercept) as f32;
    }
}
