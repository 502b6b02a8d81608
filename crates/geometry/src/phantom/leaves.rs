//! Solids to leaves of 8×8×8 voxels, those alone that have any.

use medshape_types::Grid;
use rayon::prelude::*;

/// Voxels of a leaf along an edge.
pub(super) const EDGE: usize = 8;

/// A cube of 8×8×8 voxels of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Its first voxel; multiples of 8.
    pub first: [usize; 3],
    /// One bit a voxel: a word a slice, bit `x + 8 y`.
    pub slices: [u64; EDGE],
}

impl Leaf {
    /// The voxels of the grid that it has.
    pub fn voxels(&self) -> impl Iterator<Item = [usize; 3]> + '_ {
        (0..EDGE * EDGE * EDGE).filter_map(|index| {
            let place = [index % EDGE, index / EDGE % EDGE, index / (EDGE * EDGE)];
            let is_in = self.slices[place[2]] >> (index % (EDGE * EDGE)) & 1 == 1;
            is_in.then(|| [0, 1, 2].map(|axis| self.first[axis] + place[axis]))
        })
    }
}

/// The leaves of a grid, x fastest, with the voxels where a function of place is negative. It must be
/// no larger than the distance in mm to where it changes sign.
pub(super) fn leaves(grid: &Grid, bound_mm: impl Fn([f64; 3]) -> f64 + Sync) -> Vec<Leaf> {
    let [n_x, n_y, n_z] = grid.dims().map(|dim| dim.div_ceil(EDGE));
    let build = |index: usize| {
        let place = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
        let first = place.map(|k| k * EDGE);
        let mut leaf = Leaf { first, slices: [0; EDGE] };
        Filler { grid, bound_mm: &bound_mm }.fill(&mut leaf, [0; 3], EDGE);
        (leaf.slices != [0; EDGE]).then_some(leaf)
    };
    (0..n_x * n_y * n_z).into_par_iter().filter_map(build).collect()
}

struct Filler<'a, F> {
    grid: &'a Grid,
    bound_mm: &'a F,
}

impl<F: Fn([f64; 3]) -> f64> Filler<'_, F> {
    /// Settles a cube of a leaf at once, or part by part.
    fn fill(&self, leaf: &mut Leaf, from: [usize; 3], side: usize) {
        let first = [0, 1, 2].map(|axis| leaf.first[axis] + from[axis]);
        if (0..3).any(|axis| first[axis] >= self.grid.dims()[axis]) {
            return;
        }
        let middle = first.map(|voxel| voxel as f64 + 0.5 * (side - 1) as f64);
        let bound_mm = (self.bound_mm)(self.grid.world_from_voxel().apply(middle));
        let edge_mm = (side - 1) as f64 * self.grid.spacing_mm().into_iter().fold(0.0, f64::max);
        if side > 1 && bound_mm.abs() <= 0.5 * 3.0_f64.sqrt() * edge_mm {
            for part in 0..8 {
                let half = side / 2;
                let from = [0, 1, 2].map(|axis| from[axis] + half * (part >> axis & 1));
                self.fill(leaf, from, half);
            }
        } else if bound_mm < 0.0 {
            self.mark(leaf, from, side);
        }
    }

    fn mark(&self, leaf: &mut Leaf, from: [usize; 3], side: usize) {
        let end = [0, 1, 2]
            .map(|axis| (from[axis] + side).min(self.grid.dims()[axis] - leaf.first[axis]));
        for z in from[2]..end[2] {
            for y in from[1]..end[1] {
                for x in from[0]..end[0] {
                    leaf.slices[z] |= 1 << (x + EDGE * y);
                }
            }
        }
    }
}
