//! Growing and shrinking of a mask by a ball whose radius is in millimetres.
//!
//! By distance transform: as fast for a large ball as for a small one, and round on anisotropic grids
//! too. A voxel belongs to the ball around another if their centres are no farther apart than the
//! radius. What lies beyond the image is taken neither for inside nor for outside: it does not grow
//! into the image, and nothing shrinks away from it.

use medshape_types::LabelMap;
use rayon::prelude::*;

use super::distance::{ImageBorder, Transform};
use super::mask::{Extent, MaskView};

/// The voxels within `radius_mm` of a voxel inside (dilation), as a map of one label.
///
/// ```
/// use medshape_geometry::voxels::{mask::MaskView, morphology};
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let affine = Affine::from_spacing([2.0, 1.0, 1.0], [0.0; 3]).unwrap();
/// let grid = Grid::new([7, 1, 1], affine).unwrap();
/// let map = LabelMap::new(grid, vec![0, 0, 0, 1, 0, 0, 0], vec![0, 5]).unwrap();
/// let grown = morphology::dilated(MaskView::of(&map, 1), 4.5);
/// assert_eq!(grown.voxels(), [0, 1, 1, 1, 1, 1, 0]);
/// assert_eq!(grown.values(), [0, 5]);
/// ```
pub fn dilated(mask: MaskView<'_>, radius_mm: f64) -> LabelMap {
    changed(mask, radius_mm, |part| part.dilate(radius_mm))
}

/// The voxels that have all voxels within `radius_mm` inside too (erosion), as a map of one label.
pub fn eroded(mask: MaskView<'_>, radius_mm: f64) -> LabelMap {
    changed(mask, 0.0, |part| part.erode(radius_mm))
}

/// What is left when parts thinner than the ball are taken away: eroded, then dilated.
pub fn opened(mask: MaskView<'_>, radius_mm: f64) -> LabelMap {
    changed(mask, 0.0, |part| {
        part.erode(radius_mm);
        part.dilate(radius_mm);
    })
}

/// The mask with gaps closed that are narrower than the ball: dilated, then eroded.
pub fn closed(mask: MaskView<'_>, radius_mm: f64) -> LabelMap {
    changed(mask, radius_mm, |part| {
        part.dilate(radius_mm);
        part.erode(radius_mm);
    })
}

/// A box of voxels around the mask: 1 inside, 0 outside.
struct Part {
    voxels: Vec<u8>,
    transform: Transform,
}

impl Part {
    fn dilate(&mut self, radius_mm: f64) {
        let to_inside_mm = self.transform.distances_mm(&self.voxels, |inside| 1 - inside);
        self.set(&to_inside_mm, |distance_mm| distance_mm <= limit_mm(radius_mm));
    }

    fn erode(&mut self, radius_mm: f64) {
        let to_outside_mm = self.transform.distances_mm(&self.voxels, |inside| inside);
        self.set(&to_outside_mm, |distance_mm| distance_mm > limit_mm(radius_mm));
    }

    fn set(&mut self, distances_mm: &[f32], is_inside: impl Fn(f32) -> bool + Sync) {
        self.voxels.par_iter_mut().zip(distances_mm).for_each(|(voxel, &distance_mm)| {
            *voxel = u8::from(is_inside(distance_mm));
        });
    }
}

/// Distances that are farther by rounding alone are not farther. Nothing is nearer than 0.
fn limit_mm(radius_mm: f64) -> f32 {
    (radius_mm.max(0.0) * (1.0 + 1e-6)) as f32
}

fn changed(mask: MaskView<'_>, growth_mm: f64, change: impl Fn(&mut Part)) -> LabelMap {
    let grid = *mask.grid();
    let value = mask.map().values().get(usize::from(mask.label())).copied();
    let values = vec![0, value.filter(|&value| value != 0).unwrap_or(1)];
    let mut voxels = vec![0; grid.n_voxels()];
    if let Some(extent) = mask.extent() {
        // One layer more than can become inside, so that there is an outside to shrink from.
        let margin = grid.spacing_mm().map(|mm| (growth_mm / mm).max(0.0).ceil() as usize + 1);
        let extent = extent.widened(margin, grid.dims());
        let transform =
            Transform { dims: extent.dims(), ..Transform::on(&grid, ImageBorder::Open) };
        let mut part = Part { voxels: mask.cropped(&extent), transform };
        change(&mut part);
        put_back(&part.voxels, &extent, grid.dims(), &mut voxels);
    }
    LabelMap::of_voxels(grid, voxels.into(), values)
        .expect("voxels are 0 or 1, one for each of the grid")
}

fn put_back(part: &[u8], extent: &Extent, dims: [usize; 3], voxels: &mut [u8]) {
    let [nx, ny, _] = extent.dims();
    let [x0, y0, z0] = extent.min_voxel;
    for (row, source) in part.chunks_exact(nx).enumerate() {
        let start = x0 + dims[0] * (y0 + row % ny + dims[1] * (z0 + row / ny));
        voxels[start..start + nx].copy_from_slice(source);
    }
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};
    use proptest::prelude::*;

    use super::*;

    fn map(dims: [usize; 3], spacing_mm: [f64; 3], voxels: Vec<u16>) -> LabelMap {
        let affine = Affine::from_spacing(spacing_mm, [0.0; 3]).unwrap();
        LabelMap::new(Grid::new(dims, affine).unwrap(), voxels, vec![0, 1]).unwrap()
    }

    /// Whether one voxel within the radius is inside (or outside), by looking at all.
    fn any_near(map: &LabelMap, index: usize, radius_mm: f64, label: u16) -> bool {
        let dims = map.grid().dims();
        let spacing_mm = map.grid().spacing_mm();
        let place = |index: usize| {
            [index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])]
        };
        let at = place(index);
        (0..map.voxels().len()).filter(|&other| map.voxels().at(other) == label).any(|other| {
            let there = place(other);
            let along = |axis: usize| at[axis].abs_diff(there[axis]) as f64 * spacing_mm[axis];
            (0..3).map(|axis| along(axis).powi(2)).sum::<f64>() <= radius_mm * radius_mm + 1e-9
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn balls_are_balls(
            dims in [1_usize..12, 1_usize..8, 1_usize..8],
            seed in proptest::collection::vec(0_u16..12, 768),
            radius_mm in 0.0_f64..4.0,
            few: bool,
        ) {
            let n_voxels = dims.iter().product::<usize>();
            let voxels = seed[..n_voxels].iter().map(|&v| u16::from((v == 0) == few)).collect();
            let map = map(dims, [1.0, 0.7, 1.9], voxels);
            let mask = MaskView::of(&map, 1);
            let (grown, shrunk) = (dilated(mask, radius_mm), eroded(mask, radius_mm));
            let (open, close) = (opened(mask, radius_mm), closed(mask, radius_mm));
            for index in 0..n_voxels {
                let near = |map: &LabelMap, label| any_near(map, index, radius_mm, label);
                prop_assert_eq!(grown.voxels().at(index) == 1, near(&map, 1));
                prop_assert_eq!(shrunk.voxels().at(index) == 1, !near(&map, 0));
                prop_assert_eq!(open.voxels().at(index) == 1, near(&shrunk, 1));
                prop_assert_eq!(close.voxels().at(index) == 1, !near(&grown, 0));
            }
        }
    }
}
