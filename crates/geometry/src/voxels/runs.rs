//! A label map as runs: stretches of one label along x, which are far fewer than voxels.

use std::ops::Range;

use medshape_types::{LabelIndex, LabelMap, LabelVoxels};
use rayon::prelude::*;

/// Layers that one thread takes at a time; fixed, so that nothing depends on the number of threads.
const LAYERS_AT_ONCE: usize = 16;

/// Voxels `start..end` of a row, all with one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: u16,
    pub(crate) end: u16,
    pub(crate) label: u16,
}

impl Run {
    pub(crate) fn len(self) -> usize {
        usize::from(self.end - self.start)
    }

    /// Where the run lies in its row.
    pub(crate) fn voxels(self) -> Range<usize> {
        usize::from(self.start)..usize::from(self.end)
    }
}

/// The runs of a label map, row after row.
pub(crate) struct Runs {
    pub(crate) dims: [usize; 3],
    pub(crate) runs: Vec<Run>,
    /// First run of each row, and the number of runs at the end.
    row_starts: Vec<usize>,
}

impl Runs {
    /// The runs of all labels that are wanted.
    pub(crate) fn of(map: &LabelMap, wanted: impl Fn(u16) -> bool + Sync) -> Self {
        match map.voxels() {
            LabelVoxels::Narrow(voxels) => Self::of_voxels(voxels, map.grid().dims(), wanted),
            LabelVoxels::Wide(voxels) => Self::of_voxels(voxels, map.grid().dims(), wanted),
        }
    }

    fn of_voxels<I: LabelIndex>(
        voxels: &[I],
        dims: [usize; 3],
        wanted: impl Fn(u16) -> bool + Sync,
    ) -> Self {
        let slab = dims[0] * dims[1] * LAYERS_AT_ONCE;
        let parts: Vec<(Vec<Run>, Vec<usize>)> = voxels
            .par_chunks(slab)
            .map(|voxels| {
                let (mut runs, mut ends) = (Vec::new(), Vec::new());
                for row in voxels.chunks_exact(dims[0]) {
                    push_runs(row, &wanted, &mut runs);
                    ends.push(runs.len());
                }
                (runs, ends)
            })
            .collect();
        let mut runs = Vec::with_capacity(parts.iter().map(|(runs, _)| runs.len()).sum());
        let mut row_starts = Vec::with_capacity(dims[1] * dims[2] + 1);
        row_starts.push(0);
        for (of_slab, ends) in parts {
            let before = runs.len();
            runs.extend(of_slab);
            row_starts.extend(ends.iter().map(|end| before + end));
        }
        Self { dims, runs, row_starts }
    }

    /// Numbers of the runs of a row.
    pub(crate) fn row(&self, y: usize, z: usize) -> Range<usize> {
        let row = y + self.dims[1] * z;
        self.row_starts[row]..self.row_starts[row + 1]
    }

    /// Numbers of the runs of some layers.
    pub(crate) fn layers(&self, z: Range<usize>) -> Range<usize> {
        self.row_starts[self.dims[1] * z.start]..self.row_starts[self.dims[1] * z.end]
    }

    /// Every row with runs: its place, and the numbers of its runs.
    pub(crate) fn rows(&self) -> impl Iterator<Item = ([usize; 2], Range<usize>)> + '_ {
        let ny = self.dims[1];
        let places = self.row_starts.windows(2).enumerate();
        let rows = places.map(move |(row, ends)| ([row % ny, row / ny], ends[0]..ends[1]));
        rows.filter(|(_, runs)| !runs.is_empty())
    }
}

fn push_runs<I: LabelIndex>(row: &[I], wanted: impl Fn(u16) -> bool, runs: &mut Vec<Run>) {
    let mut start = 0;
    while start < row.len() {
        let label = row[start].index();
        let end = start + run_length(&row[start..]);
        if wanted(label) {
            runs.push(Run { start: start as u16, end: end as u16, label });
        }
        start = end;
    }
}

/// How many voxels from the start have the label of the first.
pub(crate) fn run_length<I: LabelIndex>(row: &[I]) -> usize {
    const BLOCK: usize = 32;
    let label = row[0];
    let blocks = row.chunks_exact(BLOCK);
    let differs = |block: &&[I]| {
        block.iter().fold(I::default(), |any, &voxel| any | (voxel ^ label)) != I::default()
    };
    let whole = BLOCK * blocks.take_while(|block| !differs(block)).count();
    whole + row[whole..].iter().take_while(|&&voxel| voxel == label).count()
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};

    use super::*;

    #[test]
    fn runs_cover_the_wanted_voxels() {
        let grid = Grid::new([70, 2, 1], Affine::IDENTITY).unwrap();
        let mut voxels = vec![0; 140];
        voxels[3..60].fill(2);
        voxels[60..70].fill(1);
        voxels[139] = 1;
        let map = LabelMap::new(grid, voxels, vec![0, 1, 2]).unwrap();
        let found = Runs::of(&map, |label| label != 0);
        let run = |start, end, label| Run { start, end, label };
        assert_eq!(found.runs, [run(3, 60, 2), run(60, 70, 1), run(69, 70, 1)]);
        assert_eq!([found.row(0, 0), found.row(1, 0)], [0..2, 2..3]);
        let gaps = Runs::of(&map, |label| label == 0);
        assert_eq!(gaps.runs, [run(0, 3, 0), run(0, 69, 0)]);
    }
}
