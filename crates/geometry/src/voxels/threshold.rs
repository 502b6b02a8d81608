//! From intensities to one structure.

use medshape_types::{LabelMap, Volume};

/// The label map with label 1 where `volume` is at least `at_least`, in the volume's own unit.
///
/// NaN counts as background.
pub fn threshold(volume: &Volume<f32>, at_least: f32) -> LabelMap {
    let is_inside = |&value: &f32| u8::from(value >= at_least);
    let voxels: Vec<u8> = volume.voxels().iter().map(is_inside).collect();
    LabelMap::of_voxels(*volume.grid(), voxels.into(), vec![0, 1])
        .expect("a volume has one value a voxel, and 0 and 1 are both in the table")
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};

    use super::*;

    #[test]
    fn the_threshold_itself_is_inside() {
        let grid = Grid::new([4, 1, 1], Affine::IDENTITY).unwrap();
        let volume = Volume::new(grid, vec![f32::NAN, 0.5, 1.0, f32::INFINITY]).unwrap();
        assert_eq!(threshold(&volume, 1.0).voxels(), [0, 0, 1, 1]);
    }
}
