//! Voxels through a fixed buffer.

use super::bytes::Bytes;
use super::header::Header;
use crate::error::ErrorKind;

// Small enough to stay in a core's own cache between unpacking and decoding.
const CHUNK: usize = 256 << 10;

/// All voxels of a file, read to its end.
///
/// `decode` turns the raw bytes of some voxels into values; it is told the number of the first, and
/// the values are zero before.
pub(super) fn read<T: Copy + Default>(
    mut bytes: Bytes,
    header: &Header,
    mut decode: impl FnMut(&[u8], usize, &mut [T]) -> Result<(), ErrorKind>,
) -> Result<Vec<T>, ErrorKind> {
    let size = header.datatype.size();
    let mut voxels = zeros(header.grid.n_voxels())?;
    let mut buffer = vec![0; CHUNK];
    for (n_chunk, out) in voxels.chunks_mut(CHUNK / size).enumerate() {
        let raw = &mut buffer[..out.len() * size];
        bytes.fill_exact(raw, header.n_bytes)?;
        decode(raw, n_chunk * (CHUNK / size), out)?;
    }
    bytes.finish()?;
    Ok(voxels)
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
