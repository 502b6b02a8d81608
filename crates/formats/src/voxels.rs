//! From the raw bytes of voxels to label maps and intensities, for all volume formats.

mod datatype;
mod intensities;
mod labels;
mod layers;

use std::ops::Range;

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
/// `decode` gets the raw bytes of some voxels and the numbers of these.
fn read(
    stream: &mut Stream<'_>,
    n_voxels: usize,
    size: usize,
    mut decode: impl FnMut(&[u8], Range<usize>) -> Result<(), ErrorKind>,
) -> Result<(), ErrorKind> {
    let mut buffer = vec![0; CHUNK.min(n_voxels * size)];
    for first in (0..n_voxels).step_by(CHUNK / size) {
        let voxels = first..n_voxels.min(first + CHUNK / size);
        let raw = &mut buffer[..voxels.len() * size];
        stream.fill_exact(raw)?;
        decode(raw, voxels)?;
    }
    Ok(())
}

/// Zeros that take no memory until something is written over them.
///
/// The system hands out large memory as pages that are all zero and exist only once they are
/// touched. So memory grows with the bytes that really came, not with what the header claims, and
/// background, most of a label map, takes none.
fn zeros<T: Copy + Default>(n_voxels: usize) -> Result<Vec<T>, ErrorKind> {
    // `vec!` aborts where there is no room for so many; so it is asked for before, and given back.
    let mut probe = Vec::<T>::new();
    probe.try_reserve_exact(n_voxels).map_err(|_| ErrorKind::OutOfMemory { n_voxels })?;
    // Seen from outside, or the compiler may leave out what is asked for and given back.
    drop(std::hint::black_box(probe));
    Ok(vec![T::default(); n_voxels])
}
