//! From raw voxels to intensities.

use medshape_types::{Grid, Volume};

use super::{ByteOrder, Datatype, Encoding, read, zeros};
use crate::error::ErrorKind;
use crate::stream::Stream;

/// The volume that comes next in a stream.
pub(crate) fn volume(
    stream: &mut Stream<'_>,
    grid: &Grid,
    encoding: Encoding,
) -> Result<Volume<f32>, ErrorKind> {
    let n_voxels = grid.n_voxels();
    let mut values = zeros(n_voxels)?;
    read(stream, n_voxels, encoding.datatype.size(), |raw, voxels| {
        decode(raw, encoding, &mut values[voxels]);
        Ok(())
    })?;
    Volume::new(*grid, values).ok_or(ErrorKind::OutOfMemory { n_voxels })
}

fn decode(raw: &[u8], encoding: Encoding, out: &mut [f32]) {
    match encoding.datatype {
        Datatype::U8 => convert(raw, encoding, out, |word: [u8; 1]| word[0].into()),
        Datatype::I8 => convert(raw, encoding, out, |word| i8::from_le_bytes(word).into()),
        Datatype::U16 => convert(raw, encoding, out, |word| u16::from_le_bytes(word).into()),
        Datatype::I16 => convert(raw, encoding, out, |word| i16::from_le_bytes(word).into()),
        Datatype::U32 => convert(raw, encoding, out, |word| u32::from_le_bytes(word).into()),
        Datatype::I32 => convert(raw, encoding, out, |word| i32::from_le_bytes(word).into()),
        Datatype::U64 => convert(raw, encoding, out, |word| u64::from_le_bytes(word) as f64),
        Datatype::I64 => convert(raw, encoding, out, |word| i64::from_le_bytes(word) as f64),
        Datatype::F32 => convert(raw, encoding, out, |word| f32::from_le_bytes(word).into()),
        Datatype::F64 => convert(raw, encoding, out, f64::from_le_bytes),
    }
}

/// `number` takes the bytes of a voxel, the lowest first.
fn convert<const N: usize>(
    raw: &[u8],
    encoding: Encoding,
    out: &mut [f32],
    number: impl Fn([u8; N]) -> f64,
) {
    let [slope, intercept] = encoding.scale.unwrap_or([1.0, 0.0]);
    let (words, _) = raw.as_chunks::<N>();
    for (&word, out) in words.iter().zip(out) {
        let mut word = word;
        if encoding.order == ByteOrder::Big {
            word.reverse();
        }
        *out = (number(word) * slope + intercept) as f32;
    }
}
