//! How alike two shapes are.
//!
//! Several programs calculate measures of one name in different ways; `docs/voxels.md` says which
//! function here equals which of theirs.

pub mod border_dice;
pub mod hausdorff;
pub mod meshes;
pub mod overlap;
pub mod points;
pub mod surface_distance;

mod surfels;

use medshape_types::Grid;

/// Two label maps do not lie on one grid, so that their voxels cannot be compared one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DifferentGrids;

impl std::fmt::Display for DifferentGrids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the voxels of the two label maps do not lie in the same places")
    }
}

impl std::error::Error for DifferentGrids {}

/// Whether the voxels of two grids are the same places: no corner lies farther from its partner than
/// a hundredth of a voxel, which is more than the rounding of affines in files.
fn same_grid(a: &Grid, b: &Grid) -> Result<(), DifferentGrids> {
    let last = a.dims().map(|dim| (dim - 1) as f64);
    let tolerance_mm = a.spacing_mm().into_iter().fold(f64::INFINITY, f64::min) / 100.0;
    let is_near = |corner: usize| {
        let voxel = [0, 1, 2].map(|axis| if corner >> axis & 1 == 1 { last[axis] } else { 0.0 });
        let (a, b) = (a.world_from_voxel().apply(voxel), b.world_from_voxel().apply(voxel));
        a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance_mm)
    };
    let same = a.dims() == b.dims() && (0..8).all(is_near);
    if same { Ok(()) } else { Err(DifferentGrids) }
}
