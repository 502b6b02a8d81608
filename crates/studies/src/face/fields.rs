//! Skulls and faces as fields of distances on the grids of phantoms.

use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::components::split;
use medshape_geometry::mesh::distance_field::distance_field_within;
use medshape_geometry::phantom::skull::skin;
use medshape_geometry::surface::isosurface::isosurface;
use medshape_geometry::voxels::distance::signed;
use medshape_geometry::voxels::mask::MaskView;
use medshape_geometry::voxels::resize::{Order, resized};
use medshape_types::{Grid, LabelMap, Mesh, Volume};

/// Voxels along an edge of a cell of skulls, and of one of faces.
pub const SKULL_EVERY: usize = 3;
/// The same of faces.
pub const FACE_EVERY: usize = 2;

/// Distances from bone beyond this say no more.
pub const FAR_FROM_BONE_MM: f32 = 24.0;

/// Distances from skin beyond this say no more.
pub const FAR_FROM_SKIN_MM: f32 = 15.0;

/// Distances from bone, negative inside, the mean over the voxels of each cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Bone {
    /// A number a cell of skulls.
    pub skull: Vec<f32>,
    /// A number a cell of faces.
    pub under_face: Vec<f32>,
}

impl Bone {
    /// That of a mask, label 1.
    pub fn of(mask: &LabelMap) -> Self {
        let (distances, dims) = (distances(mask), mask.grid().dims());
        let cells = |every: usize| {
            let cells = coarsened(&distances, dims, every).into_iter();
            cells.map(|value| value.clamp(-FAR_FROM_BONE_MM, FAR_FROM_BONE_MM)).collect()
        };
        Self { skull: cells(SKULL_EVERY), under_face: cells(FACE_EVERY) }
    }
}

/// Distances from label 1 of a mask, negative inside.
pub(super) fn distances(mask: &LabelMap) -> Vec<f32> {
    signed(MaskView::of(mask, 1)).into_parts().1
}

/// Distances from a skin, negative inside, a number a cell of faces. `None` if it is not closed.
pub fn of_skin(skin: &Mesh, resolution: usize) -> Option<Vec<f32>> {
    let grid = skin::grid(resolution / FACE_EVERY);
    Some(distance_field_within(Closed::new(skin)?, &grid, FAR_FROM_SKIN_MM).into_parts().1)
}

/// A field of a face at the voxels of the grid of phantoms, by cubic splines.
pub fn fine(field: &[f32], resolution: usize) -> Volume<f32> {
    let grid = skin::grid(resolution);
    let coarse = skin::grid(resolution / FACE_EVERY);
    let values = resized(field, coarse.dims(), grid.dims(), [Order::Cubic; 3]);
    Volume::new(grid, values).expect("the field has a number a voxel")
}

/// The largest surface of a field of a face at its voxels; empty if there is none.
pub fn surface(fine: &Volume<f32>) -> Mesh {
    split(&isosurface(fine, 0.0))
        .into_iter()
        .max_by_key(|mesh| mesh.faces().len())
        .unwrap_or_default()
}

/// The mean of each cube of so many voxels along an edge, which all edges of the grid are multiples of.
pub(super) fn coarsened(values: &[f32], dims: [usize; 3], every: usize) -> Vec<f32> {
    let coarse = dims.map(|dim| dim / every);
    let mut sums = vec![0.0; coarse.iter().product()];
    for (row, values) in values.chunks_exact(dims[0]).enumerate() {
        let (y, z) = (row % dims[1] / every, row / dims[1] / every);
        let sums = &mut sums[coarse[0] * (y + coarse[1] * z)..][..coarse[0]];
        for (sum, values) in sums.iter_mut().zip(values.chunks_exact(every)) {
            *sum += values.iter().sum::<f32>();
        }
    }
    let share = 1.0 / (every * every * every) as f32;
    sums.into_iter().map(|sum| sum * share).collect()
}

/// The middle of a cell of a grid.
pub(super) fn middle(grid: &Grid, cell: usize) -> [f64; 3] {
    let [n_x, n_y, _] = grid.dims();
    let place = [cell % n_x, cell / n_x % n_y, cell / (n_x * n_y)];
    grid.world_from_voxel().apply(place.map(|at| at as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_the_mean_of_its_voxels() {
        let values: Vec<f32> = (0..4 * 2 * 2).map(|at| at as f32).collect();
        assert_eq!(coarsened(&values, [4, 2, 2], 2), [6.5, 8.5]);
    }

    /// A ball of 60 mm: its field brought to voxels and surfaced is the ball again.
    #[test]
    fn a_ball_comes_back_from_its_field() {
        let grid = skin::grid(96);
        let from_middle = |index: usize| {
            let [x, y, z] = middle(&grid, index);
            ((x - 1.0).powi(2) + (y - 12.0).powi(2) + (z + 20.0).powi(2)).sqrt() - 60.0
        };
        let values = (0..grid.n_voxels()).map(|index| from_middle(index) as f32).collect();
        let ball = isosurface(&Volume::new(grid, values).unwrap(), 0.0);
        let field = of_skin(&ball, 96).unwrap();
        let found = surface(&fine(&field, 96));
        for [x, y, z] in found.positions().iter().map(|p| p.map(f64::from)) {
            let off = ((x - 1.0).powi(2) + (y - 12.0).powi(2) + (z + 20.0).powi(2)).sqrt() - 60.0;
            assert!(off.abs() < 0.15, "{off}");
        }
        assert!(Closed::new(&found).is_some());
    }
}
