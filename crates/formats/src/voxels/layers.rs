//! Several label maps whose voxels lie side by side: of each voxel, the value in every layer.

use medshape_types::{Grid, LabelMap, LabelVoxels};

use super::labels::Palette;
use super::{CHUNK, Encoding, zeros};
use crate::error::ErrorKind;
use crate::stream::Stream;

/// `n_layers` label maps on one grid.
pub(crate) fn interleaved(
    stream: &mut Stream<'_>,
    grid: &Grid,
    encoding: Encoding,
    n_layers: usize,
) -> Result<Vec<LabelMap>, ErrorKind> {
    let size = encoding.datatype.size();
    let n_voxels = grid.n_voxels();
    let most = (CHUNK / (size * n_layers)).clamp(1, n_voxels);
    let mut buffer = vec![0; most * size * n_layers];
    let mut apart = vec![0; most * size];
    let layer = |_| Ok((Palette::new(encoding, grid), LabelVoxels::Narrow(zeros(n_voxels)?)));
    let mut layers: Vec<(Palette, LabelVoxels)> =
        (0..n_layers).map(layer).collect::<Result<_, ErrorKind>>()?;
    let mut first = 0;
    while first < n_voxels {
        let n_more = (n_voxels - first).min(most);
        let raw = &mut buffer[..n_more * size * n_layers];
        stream.fill_exact(raw)?;
        for (layer, (palette, voxels)) in layers.iter_mut().enumerate() {
            let apart = &mut apart[..n_more * size];
            take_apart(raw, layer * size, n_layers * size, size, apart);
            palette.decode_words(apart, first..first + n_more, voxels)?;
        }
        first += n_more;
    }
    layers.into_iter().map(|(palette, voxels)| palette.label_map(*grid, voxels)).collect()
}

/// The words of `size` bytes that lie at `offset` in each `step` bytes.
fn take_apart(raw: &[u8], offset: usize, step: usize, size: usize, out: &mut [u8]) {
    for (words, out) in raw.chunks_exact(step).zip(out.chunks_exact_mut(size)) {
        out.copy_from_slice(&words[offset..offset + size]);
    }
}
