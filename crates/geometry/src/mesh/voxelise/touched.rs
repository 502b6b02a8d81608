use medshape_types::{Grid, Mask, Mesh};
use rayon::prelude::*;

use super::slabs::{SLAB, Slabs};
use crate::vector::{cross, dot, sub};

// Rounding shall add voxels, never lose one. In voxels, for coordinates up to some thousands.
const SLACK: f64 = 1e-9;

/// The voxels that a surface touches: those whose box, borders included, and some triangle have a
/// point in common (by separating axes; Akenine-Möller, 2001). On all threads.
pub fn touched(mesh: &Mesh, grid: &Grid) -> Mask {
    let [n_x, n_y, _] = grid.dims();
    let slabs = Slabs::of(mesh, grid, 0.5 + SLACK);
    let mut voxels = vec![false; grid.n_voxels()];
    voxels.par_chunks_mut(n_x * n_y * SLAB).enumerate().for_each(|(slab, voxels)| {
        let n_z = voxels.len() / (n_x * n_y);
        let mut layers = Layers { dims: [n_x, n_y, n_z], first_z: slab * SLAB, voxels };
        for triangle in slabs.triangles(slab) {
            layers.mark(triangle);
        }
    });
    Mask::new(*grid, voxels).expect("there is one answer a voxel")
}

struct Layers<'a> {
    dims: [usize; 3],
    first_z: usize,
    voxels: &'a mut [bool],
}

impl Layers<'_> {
    fn mark(&mut self, triangle: [[f64; 3]; 3]) {
        let first = [0.0, 0.0, self.first_z as f64];
        let triangle = triangle.map(|corner| sub(corner, first));
        let [n_x, n_y, _] = self.dims;
        let [x, y, z] = [0, 1, 2].map(|axis| self.span(triangle, axis));
        let separators = Separators::of(triangle);
        for z in z.0..z.1 {
            for y in y.0..y.1 {
                let row = n_x * (y + n_y * z);
                for x in x.0..x.1 {
                    let voxel = &mut self.voxels[row + x];
                    if !*voxel {
                        *voxel = separators.meet([x as f64, y as f64, z as f64]);
                    }
                }
            }
        }
    }

    /// The voxels along an axis that the triangle's bounding box touches.
    fn span(&self, triangle: [[f64; 3]; 3], axis: usize) -> (usize, usize) {
        let values = triangle.map(|corner| corner[axis]);
        let low = values.into_iter().fold(f64::INFINITY, f64::min) - 0.5 - SLACK;
        let high = values.into_iter().fold(-f64::INFINITY, f64::max) + 0.5 + SLACK;
        let end = if high < 0.0 { 0 } else { (high.floor() as usize).saturating_add(1) };
        (low.ceil().max(0.0) as usize, end.min(self.dims[axis]))
    }
}

/// The directions, box sides aside, along which a voxel and a triangle can lie apart, each with
/// the interval of voxel centres for which they do not.
struct Separators {
    axes: [[f64; 3]; 10],
    intervals: [[f64; 2]; 10],
}

impl Separators {
    fn of(triangle: [[f64; 3]; 3]) -> Self {
        let [a, b, c] = triangle;
        let edges = [sub(b, a), sub(c, b), sub(a, c)];
        let mut axes = [[0.0; 3]; 10];
        axes[0] = cross(edges[0], edges[1]);
        for (edge, axes) in edges.iter().zip(axes[1..].chunks_exact_mut(3)) {
            for (axis, slot) in axes.iter_mut().enumerate() {
                let mut side = [0.0; 3];
                side[axis] = 1.0;
                *slot = cross(side, *edge);
            }
        }
        let interval = |axis: [f64; 3]| {
            let values = triangle.map(|corner| dot(axis, corner));
            let size = axis.into_iter().map(f64::abs).sum::<f64>();
            let reach = (0.5 + SLACK) * size;
            let low = values.into_iter().fold(f64::INFINITY, f64::min);
            let high = values.into_iter().fold(-f64::INFINITY, f64::max);
            [low - reach, high + reach]
        };
        Self { axes, intervals: axes.map(interval) }
    }

    fn meet(&self, center: [f64; 3]) -> bool {
        self.axes.iter().zip(&self.intervals).all(|(&axis, &[low, high])| {
            let value = dot(axis, center);
            low <= value && value <= high
        })
    }
}
