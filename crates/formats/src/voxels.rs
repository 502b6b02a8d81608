//! From the raw bytes of voxels to label maps and intensities, for all volume formats.

mod datatype;
mod intensities;
mod labels;
mod layers;

use medshape_types::Grid;

use crate::error::ErrorKind;
use crate::stream::Stream;

pub(crate) use datatype::{ByteOrder, Datatype, Number};
pub(crate) use intensities::volume;
pub(crate) use labels::label_map;
pub(crate) use layers::interleaved;

/// How the numbers of voxels are written down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Encoding {
    pub(crate) datatype: Datatype,
    pub(crate) order: ByteOrder,
    /// Slope and intercept, unless they change nothing.
    pub(crate) scale: Option<[f64; 2]>,
}

impl Encoding {
    /// Bytes of all voxels of `grid`.
    pub(crate) fn n_bytes(&self, grid: &Grid) -> u64 {
        (grid.n_voxels() * self.datatype.size()) as u64
    }
}

// Small enough to stay in a core's own cache between unpacking and decoding.
const CHUNK: usize = 256 << 10;

/// All voxels of a grid, through a fixed buffer.
///
/// `decode` turns the raw bytes of some voxels into values; it is told the number of the first.
/// Memory grows with the bytes that really came, not with what the header claims.
fn read<T: Copy + Default>(
    stream: &mut Stream<'_>,
    n_voxels: usize,
    size: usize,
    mut decode: impl FnMut(&[u8], usize, &mut [T]) -> Result<(), ErrorKind>,
) -> Result<Vec<T>, ErrorKind> {
    let mut voxels = Vec::new();
    let mut buffer = vec![0; CHUNK.min(n_voxels * size)];
    while voxels.len() < n_voxels {
        let first = voxels.len();
        let n_more = (n_voxels - first).min(CHUNK / size);
        let raw = &mut buffer[..n_more * size];
        stream.fill_exact(raw)?;
        grow(&mut voxels, n_more, n_voxels)?;
        decode(raw, first, &mut voxels[first..])?;
    }
    Ok(voxels)
}

/// Appends `n_more` values; room at least doubles but never exceeds `n_voxels`.
fn grow<T: Copy + Default>(
    voxels: &mut Vec<T>,
    n_more: usize,
    n_voxels: usize,
) -> Result<(), ErrorKind> {
    let len = voxels.len();
    if voxels.capacity() - len < n_more {
        let more = n_more.max(len).min(n_voxels - len);
        voxels.try_reserve_exact(more).map_err(|_| ErrorKind::OutOfMemory { n_voxels })?;
    }
    voxels.resize(len + n_more, T::default());
    Ok(())
}
