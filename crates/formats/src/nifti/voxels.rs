//! Voxels through a fixed buffer.

use super::bytes::Bytes;
use super::header::Header;
use crate::error::ErrorKind;

// Small enough to stay in a core's own cache between unpacking and decoding.
const CHUNK: usize = 256 << 10;

/// All voxels of a file, read to its end.
///
/// `decode` turns the raw bytes of some voxels into values; it is told the number of the first.
/// Memory grows with the bytes that really came, not with what the header claims.
pub(super) fn read<T: Copy + Default>(
    mut bytes: Bytes,
    header: &Header,
    mut decode: impl FnMut(&[u8], usize, &mut [T]) -> Result<(), ErrorKind>,
) -> Result<Vec<T>, ErrorKind> {
    let size = header.datatype.size();
    let n_voxels = header.grid.n_voxels();
    let mut voxels = Vec::new();
    let mut buffer = vec![0; CHUNK];
    while voxels.len() < n_voxels {
        let first = voxels.len();
        let n_more = (n_voxels - first).min(CHUNK / size);
        let raw = &mut buffer[..n_more * size];
        bytes.fill_exact(raw, header.n_bytes)?;
        grow(&mut voxels, n_more, n_voxels)?;
        decode(raw, first, &mut voxels[first..])?;
    }
    bytes.finish()?;
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
