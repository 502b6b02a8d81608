use std::sync::Arc;

use super::scratch::Scratch;
use crate::rows::Source;
use crate::sparse::Voxel;
use crate::{Real, SparseGrid};

/// Which input row meets which tap for which output row, written out.
///
/// For layers that the bits of a grid do not give: kernels of 4³ with stride 2, and strided 3³.
/// 8 bytes a pair, so it is for coarse levels and small volumes.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    n_inputs: usize,
    steps: Vec<u32>,
    // Invariants: rise, and end with the number of entries.
    starts: Vec<u32>,
    // Tap and input row; taps below the number of steps, rows below `n_inputs`.
    entries: Vec<(u32, u32)>,
}

/// Taps of a kernel of an edge: the offset of each from the first, x fastest.
fn offsets(edge: i64) -> Vec<[i64; 3]> {
    (0..edge.pow(3)).map(|tap| [tap % edge, tap / edge % edge, tap / edge / edge]).collect()
}

impl Table {
    /// A strided convolution: output voxel `c` reads `stride c - pad + offset`.
    pub(crate) fn strided(
        fine: &SparseGrid,
        coarse: &SparseGrid,
        edge: u32,
        stride: u32,
        pad: u32,
    ) -> Self {
        let offsets = offsets(i64::from(edge));
        let entries = coarse.voxels().map(|voxel| {
            let corner = voxel.place.map(|c| i64::from(stride) * i64::from(c) - i64::from(pad));
            let row = |offset: &[i64; 3]| row_at(fine, voxel.batch, corner, *offset);
            taps(&offsets, row)
        });
        Self::new(fine.n_rows(), offsets.len(), entries)
    }

    /// The transposed convolution: input voxel `c` writes to `stride c - pad + offset`.
    pub(crate) fn spread(
        coarse: &SparseGrid,
        fine: &SparseGrid,
        edge: u32,
        stride: u32,
        pad: u32,
    ) -> Self {
        Self::strided(fine, coarse, edge, stride, pad).transposed()
    }

    fn new(n_inputs: usize, n_taps: usize, outputs: impl Iterator<Item = Vec<(u32, u32)>>) -> Self {
        let (mut starts, mut entries) = (vec![0], Vec::new());
        for output in outputs {
            entries.extend(output);
            starts.push(entries.len() as u32);
        }
        Self { n_inputs, steps: (0..n_taps as u32).collect(), starts, entries }
    }

    pub(crate) fn n_taps(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn steps(&self) -> &[u32] {
        &self.steps
    }

    pub(crate) fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    pub(crate) fn n_outputs(&self) -> usize {
        self.starts.len() - 1
    }

    /// Outputs of a unit of work: a tile has a row for each tap of each.
    pub(crate) fn rows_at_once(&self) -> usize {
        (1024 / self.n_taps()).max(1)
    }

    /// Inputs become outputs.
    pub(crate) fn transposed(&self) -> Self {
        let mut outputs = vec![Vec::new(); self.n_inputs];
        for (output, range) in self.starts.windows(2).enumerate() {
            for &(tap, input) in &self.entries[range[0] as usize..range[1] as usize] {
                outputs[input as usize].push((tap, output as u32));
            }
        }
        Self::new(self.n_outputs(), self.n_taps(), outputs.into_iter())
    }

    /// Copies each input to the row of its output and tap.
    #[inline(always)]
    pub(crate) fn load<T: Real>(
        &self,
        unit: usize,
        source: &Source<'_, T>,
        scratch: &mut Scratch<T>,
    ) {
        let first = unit * self.rows_at_once();
        let end = self.n_outputs().min(first + self.rows_at_once());
        for output in first..end {
            let at = (output - first) * self.n_taps();
            let mut taps = 0;
            let entries = self.starts[output] as usize..self.starts[output + 1] as usize;
            for &(tap, input) in &self.entries[entries] {
                taps |= 1 << tap;
                let input = input as usize;
                source.reader(input).read(input, scratch.fill(at + tap as usize, 1));
            }
            scratch.push(at, taps, output - first);
        }
        scratch.end_list(0, 0);
    }
}

fn taps(offsets: &[[i64; 3]], row: impl Fn(&[i64; 3]) -> Option<u32>) -> Vec<(u32, u32)> {
    let numbered = offsets.iter().zip(0..);
    numbered.filter_map(|(offset, tap)| Some((tap, row(offset)?))).collect()
}

fn row_at(grid: &SparseGrid, batch: u32, corner: [i64; 3], offset: [i64; 3]) -> Option<u32> {
    let mut place = [0; 3];
    for axis in 0..3 {
        place[axis] = u32::try_from(corner[axis] + offset[axis]).ok()?;
    }
    grid.row_of(Voxel { batch, place }).map(|row| row as u32)
}

/// The voxels that a transposed convolution of a kernel edge and stride reaches from a grid.
pub(crate) fn reached(coarse: &SparseGrid, edge: u32, stride: u32) -> Arc<SparseGrid> {
    let offsets = offsets(i64::from(edge));
    let voxels = coarse.voxels().flat_map(|voxel| {
        let place = move |offset: &[i64; 3]| {
            std::array::from_fn(|axis| stride * voxel.place[axis] + offset[axis] as u32)
        };
        let voxel_at = move |offset| Voxel { batch: voxel.batch, place: place(offset) };
        offsets
            .iter()
            .map(voxel_at)
            .filter(|voxel| voxel.place.iter().all(|&c| c < crate::sparse::MAX_COORDINATE))
            .collect::<Vec<_>>()
    });
    Arc::new(SparseGrid::from_voxels(voxels).unwrap_or_default())
}
