//! What may be done to a label map before it is surfaced, each step only when asked for.
//!
//! First small pieces go, so that a stray piece within another structure leaves a cavity that the next
//! step may fill; then cavities are filled; then the image is cropped to what is left, and last put on
//! another grid. Counts of voxels in the list of changes are those of the map at that step.

use medshape_types::{GridError, LabelMap};

use super::cavities::{Cavity, filled};
use super::components::{Component, Connectivity, without_small};
use super::crop::{content, cropped};
use super::resample::{Interpolation, with_spacing};

/// What to do to a label map; the default is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PrepareOptions {
    /// Pieces (voxels of one label that connect through faces) smaller than this become background.
    pub min_component_mm3: Option<f64>,
    /// Cavities up to this volume are filled with the label around them.
    pub fill_cavities_mm3: Option<f64>,
    /// The image is cropped to the box around all labels, widened by this on each side.
    pub crop_margin_mm: Option<f64>,
    /// The map is put on a grid of this spacing, along its own axes.
    pub spacing_mm: Option<[f64; 3]>,
}

/// What was done to a label map.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Small pieces became background.
    Removed(Vec<Component>),
    /// Cavities were filled.
    Filled(Vec<Cavity>),
    /// The image was cropped.
    Cropped {
        /// Voxels along each axis before.
        from: [usize; 3],
        /// Voxels along each axis after.
        to: [usize; 3],
    },
    /// The map was put on another grid.
    Resampled {
        /// Distance between voxels before.
        from_mm: [f64; 3],
        /// Distance between voxels after.
        to_mm: [f64; 3],
        /// Indices of labels that are too small for the new grid, and their voxels before.
        lost: Vec<(u16, u64)>,
    },
}

/// The label map after all that is asked for, and what changed it.
///
/// # Errors
/// The spacing is out of range, or there would be too many voxels.
pub fn prepared(
    mut map: LabelMap,
    options: &PrepareOptions,
) -> Result<(LabelMap, Vec<Change>), GridError> {
    let mut changes = Vec::new();
    if let Some(min_volume_mm3) = options.min_component_mm3 {
        let removed;
        (map, removed) = without_small(map, min_volume_mm3, Connectivity::Faces);
        changes.extend((!removed.is_empty()).then_some(Change::Removed(removed)));
    }
    if let Some(max_volume_mm3) = options.fill_cavities_mm3 {
        let cavities;
        (map, cavities) = filled(map, max_volume_mm3);
        changes.extend((!cavities.is_empty()).then_some(Change::Filled(cavities)));
    }
    if let Some(extent) = options.crop_margin_mm.and_then(|margin_mm| content(&map, margin_mm)) {
        let (from, to) = (map.grid().dims(), extent.dims());
        if from != to {
            map = cropped(&map, &extent);
            changes.push(Change::Cropped { from, to });
        }
    }
    if let Some(to_mm) = options.spacing_mm.filter(|to_mm| !is_spacing_of(&map, to_mm)) {
        let from_mm = map.grid().spacing_mm();
        let finer = with_spacing(&map, to_mm, Interpolation::Linear)?;
        let lost = lost(&map, &finer);
        map = finer;
        changes.push(Change::Resampled { from_mm, to_mm, lost });
    }
    Ok((map, changes))
}

fn is_spacing_of(map: &LabelMap, spacing_mm: &[f64; 3]) -> bool {
    let pairs = map.grid().spacing_mm().into_iter().zip(spacing_mm);
    pairs.into_iter().all(|(old, new)| (old - new).abs() <= 1e-6 * old)
}

fn lost(before: &LabelMap, after: &LabelMap) -> Vec<(u16, u64)> {
    let counts = before.counts().into_iter().zip(after.counts()).enumerate();
    let gone = counts.filter(|(_, (before, after))| *before > 0 && *after == 0);
    gone.map(|(label, (before, _))| (label as u16, before)).collect()
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};

    use super::*;

    /// A block of label 1 with a stray voxel of label 2 inside, and a far voxel of label 3.
    fn map() -> LabelMap {
        let affine = Affine::from_spacing([2.0, 2.0, 2.0], [0.0; 3]).unwrap();
        let grid = Grid::new([10, 6, 6], affine).unwrap();
        let mut voxels = vec![0; 360];
        for (index, voxel) in voxels.iter_mut().enumerate() {
            let [x, y, z] = [index % 10, index / 10 % 6, index / 60];
            *voxel = u16::from([x, y, z].iter().all(|at| (1..5).contains(at)));
        }
        voxels[grid.index([2, 2, 2])] = 2;
        voxels[grid.index([8, 3, 3])] = 3;
        LabelMap::new(grid, voxels, vec![0, 1, 2, 3]).unwrap()
    }

    #[test]
    fn nothing_is_done_unless_asked_for() {
        let (same, changes) = prepared(map(), &PrepareOptions::default()).unwrap();
        assert_eq!((same, changes), (map(), vec![]));
    }

    #[test]
    fn a_stray_voxel_goes_and_its_place_is_filled() {
        let options = PrepareOptions {
            min_component_mm3: Some(9.0),
            fill_cavities_mm3: Some(8.0),
            crop_margin_mm: Some(2.0),
            spacing_mm: Some([1.0; 3]),
        };
        let (map, changes) = prepared(map(), &options).unwrap();
        let [Change::Removed(removed), Change::Filled(filled), cropped, resampled] = &changes[..]
        else {
            panic!("{changes:?}")
        };
        let labels: Vec<u16> = removed.iter().map(|component| component.label).collect();
        assert_eq!(labels, [2, 3]);
        assert_eq!((filled.len(), filled[0].filled_with), (1, 1));
        assert_eq!(*cropped, Change::Cropped { from: [10, 6, 6], to: [6, 6, 6] });
        let (from_mm, to_mm) = ([2.0; 3], [1.0; 3]);
        assert_eq!(*resampled, Change::Resampled { from_mm, to_mm, lost: vec![] });
        assert_eq!(map.grid().dims(), [12; 3]);
        // The corners of the block are rounded.
        assert!((450..=512).contains(&map.counts()[1]), "{:?}", map.counts());
    }

    #[test]
    fn labels_too_small_for_the_grid_are_named() {
        let options = PrepareOptions { spacing_mm: Some([4.0; 3]), ..PrepareOptions::default() };
        let (_, changes) = prepared(map(), &options).unwrap();
        let [Change::Resampled { lost, .. }] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!(lost, &[(2, 1), (3, 1)]);
    }
}
