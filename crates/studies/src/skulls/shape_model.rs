//! A statistical model of distance fields of whole skulls, laid onto what is left of one.

use medshape_geometry::population::field::{FieldModel, FitOptions};
use medshape_geometry::voxels::distance::signed;
use medshape_geometry::voxels::mask::MaskView;
use medshape_learn::SparseGrid;
use medshape_learn::sparse::Voxel;
use medshape_types::Grid;
use rayon::prelude::*;

use crate::heads::{Whole, label_map};

/// Modes at most.
const MOST_MODES: usize = 80;

/// Distances beyond this say no more.
const FARTHEST_MM: f32 = 12.0;

/// Voxels that a fit looks at, about: every third one at 64.
const PLACES: usize = 76_000;

/// The model.
#[derive(Debug)]
pub struct ShapeModel {
    fields: FieldModel,
    grid: Grid,
}

impl ShapeModel {
    /// The model of skulls on one grid; `None` if there are fewer than two. Memory goes with skulls
    /// times voxels.
    pub fn new(skulls: &[Whole]) -> Option<Self> {
        let grid = *skulls.first()?.grid();
        let fields: Vec<Vec<f32>> =
            skulls.par_iter().map(|skull| field(&skull.bone, &grid)).collect();
        Some(Self { fields: FieldModel::new(&fields, MOST_MODES)?, grid })
    }

    /// The skull of the model that is most like most of this one.
    pub fn complete(&self, partial: &SparseGrid) -> SparseGrid {
        let field = field(partial, &self.grid);
        // Odd, so that no column of a grid of even width is always passed over.
        let stride = (field.len() / PLACES).max(1) | 1;
        let options = FitOptions { stride, ..FitOptions::default() };
        let fitted = self.fields.fitted(&field, &options).unwrap_or_default();
        let [n_x, n_y, _] = self.grid.dims();
        let inside = fitted.iter().enumerate().filter(|(_, value)| **value < 0.0);
        let voxels = inside.map(|(index, _)| {
            let place = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
            Voxel { batch: 0, place: place.map(|at| at as u32) }
        });
        SparseGrid::from_voxels(voxels).unwrap_or_default()
    }
}

fn field(bone: &SparseGrid, grid: &Grid) -> Vec<f32> {
    let map = label_map(bone, grid);
    let (_, mut values) = signed(MaskView::of(&map, 1)).into_parts();
    values.iter_mut().for_each(|value| *value = value.clamp(-FARTHEST_MM, FARTHEST_MM));
    values
}
