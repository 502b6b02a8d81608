//! Meshes to occupancy grids.
//!
//! Rays run along the rows of voxels. Every triangle is cut by the planes through the rows, and
//! notes in each row between its cuts where the surface crosses and whether it enters or leaves;
//! then the rows are filled between crossings. Nothing is searched for.
//!
//! A row through an edge must meet one of its two triangles, and one through a vertex an odd number
//! or none. So everything is half-open, and the cut of an edge is computed from its lower to its
//! higher end, whichever triangle asks: both get the same bits.

mod slabs;
mod touched;

use medshape_types::{Grid, Mask};
use rayon::prelude::*;

use super::closed::Closed;
use super::volume::signed_volume;
use slabs::{SLAB, Slabs};

pub use touched::touched;

/// The voxels whose centres lie inside a mesh.
///
/// A centre on the surface belongs to the side that lies towards the end of its row: meshes that
/// share a boundary share no voxel there and leave none out. Where a mesh passes through itself,
/// inside is what it winds around in the sense of the whole. Positions are not rounded.
/// O(faces + crossings · log + voxels inside), on all threads.
///
/// ```
/// use medshape_geometry::mesh::{closed::Closed, voxelise::voxelise};
/// use medshape_types::{Affine, Grid, Mesh};
///
/// let corners = vec![[0.0; 3], [3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 3.0]];
/// let mesh = Mesh::new(corners, vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]).unwrap();
/// let at_half = Affine::from_spacing([1.0; 3], [0.5; 3]).unwrap();
/// let grid = Grid::new([3, 3, 3], at_half).unwrap();
/// let mask = voxelise(Closed::new(&mesh).unwrap(), &grid);
/// assert_eq!(mask.n_inside(), 4);
/// ```
pub fn voxelise(mesh: Closed<'_>, grid: &Grid) -> Mask {
    let [n_x, n_y, _] = grid.dims();
    let outward = signed_volume(mesh) * grid.world_from_voxel().determinant() > 0.0;
    let slabs = Slabs::of(mesh.mesh(), grid, 0.0);
    let mut voxels = vec![false; grid.n_voxels()];
    voxels.par_chunks_mut(n_x * n_y * SLAB).enumerate().for_each(|(slab, voxels)| {
        let mut crossings = Vec::new();
        let rows = Rows { n_x, n_y, first_z: slab * SLAB, n_z: voxels.len() / (n_x * n_y) };
        for triangle in slabs.triangles(slab) {
            rows.cross(triangle, &mut crossings);
        }
        crossings.sort_unstable();
        rows.fill(&crossings, outward, voxels);
    });
    Mask::new(*grid, voxels).expect("there is one answer a voxel")
}

/// All voxels that a mesh or its inside touches: no part of the solid lies outside of them.
pub fn voxelise_conservatively(mesh: Closed<'_>, grid: &Grid) -> Mask {
    let (grid, mut voxels) = voxelise(mesh, grid).into_parts();
    let touched = touched(mesh.mesh(), &grid);
    for (inside, &touched) in voxels.iter_mut().zip(touched.voxels()) {
        *inside |= touched;
    }
    Mask::new(grid, voxels).expect("there is one answer a voxel")
}

/// Rows of voxels along x: some layers of a grid.
struct Rows {
    n_x: usize,
    n_y: usize,
    first_z: usize,
    n_z: usize,
}

/// Where a row crosses the surface: the row, then the first voxel behind, then the direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Crossing(u64);

impl Crossing {
    fn new(row: usize, voxel: usize, rises: bool) -> Self {
        Self((row as u64) << 32 | (voxel as u64) << 1 | u64::from(rises))
    }

    fn row(self) -> usize {
        (self.0 >> 32) as usize
    }

    fn voxel(self) -> usize {
        (self.0 as u32 >> 1) as usize
    }

    fn rises(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Rows {
    /// Notes where a triangle crosses these rows; its corners are in voxels.
    fn cross(&self, triangle: [[f64; 3]; 3], crossings: &mut Vec<Crossing>) {
        let (sorted, is_turned) = by_height(triangle);
        let [low, middle, high] = sorted;
        let end = (self.first_z + self.n_z) as f64;
        let first = low[2].ceil().max(self.first_z as f64);
        let last = high[2].ceil().min(end);
        let mut z = first;
        while z < last {
            let long = cut(low, high, z);
            let short = if z < middle[2] { cut(low, middle, z) } else { cut(middle, high, z) };
            let (from, to) = if is_turned { (long, short) } else { (short, long) };
            self.cross_segment(from, to, z as usize - self.first_z, crossings);
            z += 1.0;
        }
    }

    /// Notes where the cut of a triangle through a layer, (x, y) at both ends, crosses its rows.
    fn cross_segment(
        &self,
        from: [f64; 2],
        to: [f64; 2],
        layer: usize,
        crossings: &mut Vec<Crossing>,
    ) {
        let rises = from[1] < to[1];
        let [low, high] = if rises { [from, to] } else { [to, from] };
        let slope = (high[0] - low[0]) / (high[1] - low[1]);
        let last = high[1].ceil().min(self.n_y as f64);
        let mut y = low[1].ceil().max(0.0);
        while y < last {
            let x = (low[0] + (y - low[1]) * slope).ceil().max(0.0);
            if x < self.n_x as f64 {
                let row = layer * self.n_y + y as usize;
                crossings.push(Crossing::new(row, x as usize, rises));
            }
            y += 1.0;
        }
    }

    /// Fills each row where the surface winds around it once or more.
    fn fill(&self, crossings: &[Crossing], outward: bool, voxels: &mut [bool]) {
        for row in crossings.chunk_by(|a, b| a.row() == b.row()) {
            let start = row[0].row() * self.n_x;
            let voxels = &mut voxels[start..start + self.n_x];
            let mut turns = 0_i64;
            let mut begin = 0;
            for crossing in row {
                if turns > 0 {
                    voxels[begin..crossing.voxel()].fill(true);
                }
                begin = crossing.voxel();
                turns += if crossing.rises() == outward { 1 } else { -1 };
            }
            if turns > 0 {
                voxels[begin..].fill(true);
            }
        }
    }
}

/// The corners from low to high z, and whether that walks around the triangle the other way.
fn by_height([a, b, c]: [[f64; 3]; 3]) -> ([[f64; 3]; 3], bool) {
    let mut sorted = [a, b, c];
    let mut is_turned = false;
    for (left, right) in [(0, 1), (1, 2), (0, 1)] {
        if sorted[right][2] < sorted[left][2] {
            sorted.swap(left, right);
            is_turned = !is_turned;
        }
    }
    (sorted, is_turned)
}

/// Where an edge from a lower to a higher point passes height z.
fn cut(low: [f64; 3], high: [f64; 3], z: f64) -> [f64; 2] {
    let share = (z - low[2]) / (high[2] - low[2]);
    [0, 1].map(|axis| low[axis] + share * (high[axis] - low[axis]))
}

#[cfg(test)]
mod tests;
