//! Where each label lies and in how many pieces.
//!
//! One pass over runs of equal voxels along x, joined by union-find with the runs beside and below
//! them (He, Chao and Suzuki, 2008). Only two layers of runs are held at a time.

use medshape_types::LabelMap;

use crate::sets::Sets;

/// Where one label lies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Region {
    /// Number of voxels; all else is zero or false when this is.
    pub n_voxels: u64,
    /// Lowest index along each axis.
    pub min_voxel: [usize; 3],
    /// Highest index along each axis, itself still inside.
    pub max_voxel: [usize; 3],
    /// Whether a voxel lies on the outermost layer of the image, so that the label may be cut off.
    pub touches_border: bool,
    /// Number of pieces whose voxels connect through faces; always 0 for the background.
    pub n_components: u64,
}

/// One region a label index, the background (index 0) among them.
pub fn regions(map: &LabelMap) -> Vec<Region> {
    let dims = map.grid().dims();
    let mut regions = vec![Region::default(); map.n_values()];
    let mut below = Layer::default();
    for (z, voxels) in map.voxels().chunks_exact(dims[0] * dims[1]).enumerate() {
        let mut layer = Layer::of(voxels, dims[0]);
        layer.measure(z, &mut regions);
        layer.join(&below, &mut regions);
        below = layer;
    }
    for region in regions.iter_mut().filter(|region| region.n_voxels > 0) {
        region.touches_border = (0..3)
            .any(|axis| region.min_voxel[axis] == 0 || region.max_voxel[axis] + 1 == dims[axis]);
    }
    regions
}

/// Voxels `start..end` of a row, all with one label.
#[derive(Clone, Copy)]
struct Run {
    start: u16,
    end: u16,
    label: u16,
}

/// The runs of one layer of voxels, and which of them are known to be of one piece.
#[derive(Default)]
struct Layer {
    runs: Vec<Run>,
    /// First run of each row, and the number of runs at the end.
    row_starts: Vec<usize>,
    /// One a run: a number that runs of one piece share.
    pieces: Vec<u32>,
    n_pieces: usize,
}

impl Layer {
    fn of(voxels: &[u16], nx: usize) -> Self {
        let mut layer = Self::default();
        for row in voxels.chunks_exact(nx) {
            layer.row_starts.push(layer.runs.len());
            push_runs(row, &mut layer.runs);
        }
        layer.row_starts.push(layer.runs.len());
        layer
    }

    fn rows(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.row_starts.windows(2).map(|ends| ends[0]..ends[1])
    }

    fn measure(&self, z: usize, regions: &mut [Region]) {
        for (y, row) in self.rows().enumerate() {
            for run in &self.runs[row] {
                let region = &mut regions[usize::from(run.label)];
                let min = [usize::from(run.start), y, z];
                let max = [usize::from(run.end) - 1, y, z];
                if region.n_voxels == 0 {
                    (region.min_voxel, region.max_voxel) = (min, max);
                }
                for axis in 0..3 {
                    region.min_voxel[axis] = region.min_voxel[axis].min(min[axis]);
                    region.max_voxel[axis] = region.max_voxel[axis].max(max[axis]);
                }
                region.n_voxels += u64::from(run.end - run.start);
                region.n_components += u64::from(run.label != 0);
            }
        }
    }

    /// Joins the runs of this layer among themselves and through the layer below.
    ///
    /// Every run began as a piece of its own; each join makes one piece fewer.
    fn join(&mut self, below: &Self, regions: &mut [Region]) {
        let n_runs = self.runs.len();
        let mut sets = Sets::new(n_runs + below.n_pieces);
        let mut unite = |label: u16, a: usize, b: usize| {
            if label != 0 && sets.unite(a as u32, b as u32) {
                regions[usize::from(label)].n_components -= 1;
            }
        };
        for rows in self.row_starts.windows(3) {
            touching(&self.runs, rows[0]..rows[1], &self.runs, rows[1]..rows[2], |a, b| {
                unite(self.runs[a].label, a, b);
            });
        }
        for (here, there) in self.rows().zip(below.rows()) {
            touching(&self.runs, here, &below.runs, there, |a, b| {
                unite(self.runs[a].label, a, n_runs + below.pieces[b] as usize);
            });
        }
        self.pieces = sets.numbers(n_runs);
        self.n_pieces = self.pieces.iter().max().map_or(0, |&last| last as usize + 1);
    }
}

fn push_runs(row: &[u16], runs: &mut Vec<Run>) {
    let mut start = 0;
    while start < row.len() {
        let label = row[start];
        let end = start + run_length(&row[start..]);
        runs.push(Run { start: start as u16, end: end as u16, label });
        start = end;
    }
}

/// How many voxels from the start have the label of the first.
fn run_length(row: &[u16]) -> usize {
    let label = row[0];
    let blocks = row.chunks_exact(16);
    let whole = 16
        * blocks.take_while(|block| block.iter().fold(0, |acc, &v| acc | (v ^ label)) == 0).count();
    whole + row[whole..].iter().take_while(|&&voxel| voxel == label).count()
}

/// Calls `pair` for every two runs of two rows that have one label and share a face.
fn touching(
    runs: &[Run],
    mut row: std::ops::Range<usize>,
    others: &[Run],
    mut other_row: std::ops::Range<usize>,
    mut pair: impl FnMut(usize, usize),
) {
    // Both rows are covered by runs without gaps, so the one that ends first gives way.
    while !row.is_empty() && !other_row.is_empty() {
        let (run, other) = (runs[row.start], others[other_row.start]);
        if run.label == other.label {
            pair(row.start, other_row.start);
        }
        if run.end <= other.end {
            row.start += 1;
        }
        if other.end <= run.end {
            other_row.start += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};
    use proptest::prelude::*;

    use super::*;

    fn map(dims: [usize; 3], voxels: Vec<u16>) -> LabelMap {
        LabelMap::new(Grid::new(dims, Affine::IDENTITY).unwrap(), voxels, (0..5).collect()).unwrap()
    }

    /// Flood fill, voxel by voxel.
    fn n_components(map: &LabelMap, label: u16) -> u64 {
        let [nx, ny, nz] = map.grid().dims();
        let mut open: Vec<bool> = map.voxels().iter().map(|&voxel| voxel == label).collect();
        let mut n_components = 0;
        while let Some(seed) = open.iter().position(|&open| open) {
            n_components += 1;
            let mut stack = vec![seed];
            open[seed] = false;
            while let Some(index) = stack.pop() {
                let (x, y, z) = (index % nx, index / nx % ny, index / (nx * ny));
                let steps = [
                    (x > 0, index.wrapping_sub(1)),
                    (x + 1 < nx, index + 1),
                    (y > 0, index.wrapping_sub(nx)),
                    (y + 1 < ny, index + nx),
                    (z > 0, index.wrapping_sub(nx * ny)),
                    (z + 1 < nz, index + nx * ny),
                ];
                for (inside, next) in steps {
                    if inside && std::mem::take(&mut open[next]) {
                        stack.push(next);
                    }
                }
            }
        }
        n_components
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn components_agree_with_flood_fill(
            dims in [1_usize..20, 1_usize..7, 1_usize..7],
            seed in proptest::collection::vec(0_u16..4, 1000),
        ) {
            let n_voxels = dims.iter().product::<usize>();
            let voxels = seed.into_iter().cycle().take(n_voxels).map(|v| v.min(2)).collect();
            let map = map(dims, voxels);
            let found = regions(&map);
            for label in 1..5 {
                prop_assert_eq!(found[usize::from(label)].n_components, n_components(&map, label));
            }
            let counts: Vec<u64> = found.iter().map(|region| region.n_voxels).collect();
            prop_assert_eq!(counts, map.counts());
        }
    }

    #[test]
    fn a_box_is_found_where_it_is() {
        let mut voxels = vec![0; 60];
        for (x, y, z) in [(1, 1, 1), (2, 1, 1), (2, 2, 2)] {
            voxels[x + 4 * (y + 5 * z)] = 3;
        }
        let found = regions(&map([4, 5, 3], voxels));
        let expected = Region {
            n_voxels: 3,
            min_voxel: [1, 1, 1],
            max_voxel: [2, 2, 2],
            touches_border: true,
            n_components: 2,
        };
        assert_eq!(found[3], expected);
        assert_eq!(found[1], Region::default());
        assert_eq!(found[0].n_components, 0);
    }
}
