//! Border Dice of the AutoImplant challenge: how well an implant fits where it meets the skull.

use rayon::prelude::*;

use super::overlap::Overlap;
use super::{DifferentGrids, same_grid};
use crate::voxels::distance::{ImageBorder, Transform};
use crate::voxels::mask::{Extent, MaskView};

/// The overlap of two implants among the voxels whose centres are at most `distance_mm` from the
/// centre of a voxel of the defective skull; the challenge takes 10 mm.
///
/// [`Overlap::dice`] of the result is `bdc` of the challenge's `evaluation_metrics` when that is given
/// the spacing. (Given none, as in the challenge's own scripts, it counts voxels, not millimetres.)
///
/// # Errors
/// The masks lie on different grids.
pub fn border_overlap(
    a: MaskView<'_>,
    b: MaskView<'_>,
    defective_skull: MaskView<'_>,
    distance_mm: f64,
) -> Result<Overlap, DifferentGrids> {
    same_grid(a.grid(), b.grid())?;
    same_grid(a.grid(), defective_skull.grid())?;
    let Some(extent) = union(a.extent(), b.extent()) else { return Ok(Overlap::default()) };
    // Skull voxels that are near enough lie in the box widened by the distance.
    let spacing_mm = a.grid().spacing_mm();
    let reach = spacing_mm.map(|spacing_mm| (distance_mm / spacing_mm).max(0.0).ceil() as usize);
    let extent = extent.widened(reach, a.grid().dims());
    let skull = defective_skull.cropped(&extent);
    let transform = Transform { dims: extent.dims(), ..Transform::on(a.grid(), ImageBorder::Open) };
    let distances_mm = transform.distances_mm(&skull, |inside| 1 - inside);
    let (a, b) = (a.cropped(&extent), b.cropped(&extent));
    let near = distances_mm.par_iter().zip(a.par_iter().zip(&b));
    let near = near.filter(|(mm, _)| f64::from(**mm) <= distance_mm).map(|(_, (a, b))| Overlap {
        n_a: u64::from(*a),
        n_b: u64::from(*b),
        n_both: u64::from(a & b),
    });
    Ok(near.reduce(Overlap::default, |one, other| Overlap {
        n_a: one.n_a + other.n_a,
        n_b: one.n_b + other.n_b,
        n_both: one.n_both + other.n_both,
    }))
}

pub(super) fn union(a: Option<Extent>, b: Option<Extent>) -> Option<Extent> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.with(&b)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid, LabelMap};

    use super::*;

    #[test]
    fn only_voxels_near_the_skull_count() {
        let affine = Affine::from_spacing([4.0, 1.0, 1.0], [0.0; 3]).unwrap();
        let map = |voxels: [u16; 8]| {
            LabelMap::new(Grid::new([8, 1, 1], affine).unwrap(), voxels.to_vec(), vec![0, 1])
                .unwrap()
        };
        // The skull ends at 0 mm; 10 mm reach two voxels farther.
        let skull = map([1, 0, 0, 0, 0, 0, 0, 0]);
        let (a, b) = (map([0, 1, 1, 1, 1, 1, 0, 0]), map([0, 0, 1, 1, 0, 0, 0, 0]));
        let inside = |map| MaskView::of(map, 1);
        let found = border_overlap(inside(&a), inside(&b), inside(&skull), 10.0).unwrap();
        assert_eq!(found, Overlap { n_a: 2, n_b: 1, n_both: 1 });
        let far = border_overlap(inside(&a), inside(&b), inside(&skull), 1000.0).unwrap();
        assert_eq!(far, Overlap { n_a: 5, n_b: 2, n_both: 2 });
    }
}
