//! Label maps as NIfTI-1, the same bytes every time.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder, write::GzEncoder};
use medshape_types::{Grid, LabelIndex, LabelMap, LabelVoxels};

use super::codes;
use crate::voxels::Datatype;

/// Writes a label map as gzip-compressed NIfTI-1: nothing but voxels and the grid they lie on.
///
/// The voxels have the smallest integer type that holds every label number.
/// The affine goes into the sform, in single precision as the format has it; there is no qform,
/// no text and no date.
///
/// # Errors
///
/// Only those of `out`.
pub fn write_label_map(out: &mut dyn Write, map: &LabelMap) -> io::Result<()> {
    let datatype = Datatype::smallest(map.values());
    let mut packed = GzBuilder::new().mtime(0).write(out, Compression::default());
    packed.write_all(&header(map.grid(), datatype))?;
    match datatype.size() {
        1 => write_voxels::<1>(&mut packed, map)?,
        2 => write_voxels::<2>(&mut packed, map)?,
        4 => write_voxels::<4>(&mut packed, map)?,
        _ => write_voxels::<8>(&mut packed, map)?,
    }
    packed.finish()?.flush()
}

const VOX_OFFSET: u16 = 352;

/// The header and the four zero bytes that say "no extension".
fn header(grid: &Grid, datatype: Datatype) -> [u8; VOX_OFFSET as usize] {
    const MILLIMETRES: u8 = 2;
    const SCANNER: i16 = 1;
    let mut header = [0; VOX_OFFSET as usize];
    let mut put = |offset: usize, bytes: &[u8]| {
        header[offset..offset + bytes.len()].copy_from_slice(bytes);
    };
    put(0, &348_i32.to_le_bytes());
    let [x, y, z] = grid.dims();
    for (axis, dim) in [3, x, y, z, 1, 1, 1, 1].into_iter().enumerate() {
        put(40 + 2 * axis, &(dim as i16).to_le_bytes());
    }
    put(70, &codes::code(datatype).to_le_bytes());
    put(72, &(8 * datatype.size() as i16).to_le_bytes());
    put(76, &1_f32.to_le_bytes());
    for (axis, spacing) in grid.spacing_mm().into_iter().enumerate() {
        put(80 + 4 * axis, &(spacing as f32).to_le_bytes());
    }
    put(108, &f32::from(VOX_OFFSET).to_le_bytes());
    put(112, &1_f32.to_le_bytes());
    put(123, &[MILLIMETRES]);
    put(254, &SCANNER.to_le_bytes());
    for (n, value) in grid.world_from_voxel().rows().iter().flatten().enumerate() {
        put(280 + 4 * n, &(*value as f32).to_le_bytes());
    }
    put(344, b"n+1\0");
    header
}

fn write_voxels<const N: usize>(
    packed: &mut GzEncoder<&mut dyn Write>,
    map: &LabelMap,
) -> io::Result<()> {
    let words: Vec<[u8; N]> = map.values().iter().map(|value| lowest_bytes(*value)).collect();
    match map.voxels() {
        LabelVoxels::Narrow(voxels) => write_words(packed, voxels, &words),
        LabelVoxels::Wide(voxels) => write_words(packed, voxels, &words),
    }
}

fn write_words<const N: usize, I: LabelIndex>(
    packed: &mut GzEncoder<&mut dyn Write>,
    voxels: &[I],
    words: &[[u8; N]],
) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(N * (32 << 10));
    for voxels in voxels.chunks(32 << 10) {
        buffer.clear();
        for voxel in voxels {
            buffer.extend_from_slice(&words[usize::from(voxel.index())]);
        }
        packed.write_all(&buffer)?;
    }
    Ok(())
}

fn lowest_bytes<const N: usize>(value: i64) -> [u8; N] {
    let bytes = value.to_le_bytes();
    std::array::from_fn(|n| bytes[n])
}
