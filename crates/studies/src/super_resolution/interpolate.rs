//! Finer shapes without learning: what a model is to be better than.

use medshape_geometry::voxels::distance::signed;
use medshape_geometry::voxels::mask::MaskView;
use medshape_learn::SparseGrid;
use medshape_learn::sparse::{Trilinear, Voxel};
use medshape_types::{Affine, Grid};

use super::shape::{Coarse, grid, unpadded};
use crate::heads::label_map;

/// How a finer voxel is told from the coarse ones around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// It has what the coarse voxel has in which it lies: the shape as it is, with smaller voxels.
    Nearest,
    /// Occupancy, 0 or 1 at centres of coarse voxels, linear between them along each axis: half or more.
    Linear,
    /// Signed distance to the surface at centres of coarse voxels, linear between them (Raya and Udupa,
    /// 1990): inside.
    Distance,
}

impl Interpolation {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Nearest, Self::Linear, Self::Distance];

    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Linear => "linear",
            Self::Distance => "distance field",
        }
    }
}

/// A value that changes sign at the surface, for each voxel of a coarse grid: positive inside.
struct Field {
    values: Vec<f32>,
    dims: [usize; 3],
}

/// The shape on a grid of 2 to the power of `n_doublings` times as many voxels along each axis.
pub fn interpolated(coarse: &Coarse, n_doublings: usize, by: Interpolation) -> SparseGrid {
    let refined = |shape: SparseGrid| (0..n_doublings).fold(shape, |shape, _| shape.refine());
    let field = match by {
        Interpolation::Nearest => return refined((*coarse.shape).clone()),
        Interpolation::Linear => Field::of_occupancy(coarse),
        Interpolation::Distance => Field::of_distances(coarse),
    };
    // Where all coarse voxels around agree, so do all finer ones.
    let band = unpadded(&coarse.padded().band, 1, coarse.dims);
    let settled = refined(coarse.shape.difference(&band));
    let factor = 1 << n_doublings;
    let trilinear = Trilinear::new(factor);
    let inside = band.voxels().flat_map(|voxel| field.inside(voxel, factor, &trilinear));
    settled.union(&grid(inside))
}

impl Field {
    fn of_occupancy(coarse: &Coarse) -> Self {
        let dims = coarse.dims;
        let mut values = vec![-0.5; dims.iter().product()];
        for Voxel { place: [x, y, z], .. } in coarse.shape.voxels() {
            values[x as usize + dims[0] * (y as usize + dims[1] * z as usize)] = 0.5;
        }
        Self { values, dims }
    }

    fn of_distances(coarse: &Coarse) -> Self {
        let grid = Grid::new(coarse.dims, Affine::IDENTITY).expect("the dims of a map");
        let (_, mut values) =
            signed(MaskView::of(&label_map(&coarse.shape, &grid), 1)).into_parts();
        values.iter_mut().for_each(|value| *value = -*value);
        Self { values, dims: coarse.dims }
    }

    fn at(&self, place: [i64; 3]) -> f32 {
        let [x, y, z] =
            [0, 1, 2].map(|axis| place[axis].clamp(0, self.dims[axis] as i64 - 1) as usize);
        self.values[x + self.dims[0] * (y + self.dims[1] * z)]
    }

    /// The finer voxels of a coarse one at which the field is positive; where it is zero, those of a coarse
    /// voxel at which it is.
    fn inside(
        &self,
        voxel: Voxel,
        factor: u32,
        trilinear: &Trilinear<f32>,
    ) -> impl Iterator<Item = [u32; 3]> {
        const ZERO: f32 = 1e-6;
        let place = voxel.place.map(i64::from);
        let around: [f32; 27] = std::array::from_fn(|n| {
            let step = [n % 3, n / 3 % 3, n / 9];
            self.at(std::array::from_fn(|axis| place[axis] + step[axis] as i64 - 1))
        });
        let all = move |axis: u32| (0..factor.pow(3)).map(move |n| n / factor.pow(axis) % factor);
        let finer = all(0).zip(all(1)).zip(all(2)).map(|((x, y), z)| [x, y, z]);
        finer.filter_map(move |finer| {
            let value = trilinear.at(&around, finer);
            let is_inside = if value.abs() < ZERO { around[13] > 0.0 } else { value > 0.0 };
            is_inside.then(|| [0, 1, 2].map(|axis| voxel.place[axis] * factor + finer[axis]))
        })
    }
}
