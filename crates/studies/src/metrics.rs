//! How well a predicted structure fits the true one, in the terms of the field.
//!
//! The measures themselves are those of `medshape-geometry`; here the cases get an answer in which one
//! of the two is empty.

use medshape_geometry::compare::overlap::{Overlap, overlaps};
use medshape_geometry::compare::surface_distance::{SurfaceKind, surface_distances};
use medshape_geometry::compare::{DifferentGrids, border_dice};
use medshape_geometry::voxels::mask::MaskView;
use medshape_types::LabelMap;
use serde::{Deserialize, Serialize};

/// Distances that count as no distance for [`Scores::surface_dice`].
pub const TOLERANCE_MM: f64 = 2.0;

/// How well a predicted structure fits the true one.
///
/// Distances are `None` where either is empty: there is none between something and nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// 2 |A ∩ B| / (|A| + |B|); 1 where both are empty, 0 where one is (Dice, 1945).
    pub dice: f64,
    /// Volume of the truth in millilitres.
    pub truth_ml: f64,
    /// Volume of the prediction in millilitres.
    pub predicted_ml: f64,
    /// The larger of the two 95th percentiles of the distances between surfaces, each taken on one
    /// surface, over voxels of the surface.
    pub hd95_mm: Option<f64>,
    /// Mean of the distances of both surfaces to the other.
    pub assd_mm: Option<f64>,
    /// Share of both surfaces within [`TOLERANCE_MM`] of the other (Nikolov et al., 2018).
    pub surface_dice: Option<f64>,
}

/// Dice alone, of all labels of two maps, which is fast.
///
/// # Errors
/// The maps lie on different grids.
pub fn dice(truth: &LabelMap, predicted: &LabelMap, label: i64) -> Result<f64, DifferentGrids> {
    Ok(of_overlap(&overlap(truth, predicted, label)?))
}

/// All scores of a label.
///
/// # Errors
/// The maps lie on different grids.
pub fn scores(
    truth: &LabelMap,
    predicted: &LabelMap,
    label: i64,
) -> Result<Scores, DifferentGrids> {
    let overlap = overlap(truth, predicted, label)?;
    let voxel_ml = truth.grid().voxel_volume_mm3() / 1000.0;
    let mut scores = Scores {
        dice: of_overlap(&overlap),
        truth_ml: overlap.n_a as f64 * voxel_ml,
        predicted_ml: overlap.n_b as f64 * voxel_ml,
        hd95_mm: None,
        assd_mm: None,
        surface_dice: None,
    };
    if let (Some(a), Some(b)) = (mask(truth, label), mask(predicted, label))
        && overlap.n_a > 0
        && overlap.n_b > 0
    {
        let distances = surface_distances(a, b, SurfaceKind::Voxels)?;
        scores.hd95_mm = Some(distances.hausdorff_percentile_mm(95.0));
        scores.assd_mm = Some(distances.mean_mm());
        scores.surface_dice = Some(distances.surface_dice(TOLERANCE_MM));
    }
    Ok(scores)
}

/// Dice within 10 mm of the border of a defect: the border Dice of the skull challenges.
pub use border_dice::border_overlap;

/// Dice of voxels counted; 1 where there are none at all.
pub fn of_overlap(overlap: &Overlap) -> f64 {
    if overlap.n_a + overlap.n_b == 0 { 1.0 } else { overlap.dice() }
}

fn overlap(truth: &LabelMap, predicted: &LabelMap, label: i64) -> Result<Overlap, DifferentGrids> {
    let all = overlaps(truth, predicted)?;
    Ok(all
        .iter()
        .find(|(value, _)| *value == label)
        .map(|&(_, overlap)| overlap)
        .unwrap_or_default())
}

fn mask(map: &LabelMap, label: i64) -> Option<MaskView<'_>> {
    let index = map.values().iter().position(|&value| value == label)?;
    Some(MaskView::of(map, u16::try_from(index).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshape_types::{Affine, Grid};

    fn line(voxels: Vec<u16>, spacing_mm: f64) -> LabelMap {
        let affine = Affine::from_spacing([spacing_mm, 1.0, 1.0], [0.0; 3]).expect("an affine");
        let grid = Grid::new([voxels.len(), 1, 1], affine).expect("a grid");
        let values = (0..=i64::from(*voxels.iter().max().expect("voxels"))).collect();
        LabelMap::new(grid, voxels, values).expect("a map")
    }

    #[test]
    fn a_shifted_bar_has_the_dice_and_distances_of_its_shift() {
        let truth = line(vec![0, 1, 1, 1, 1, 0, 0, 0], 1.5);
        let predicted = line(vec![0, 0, 0, 1, 1, 1, 1, 0], 1.5);
        let scores = scores(&truth, &predicted, 1).expect("one grid");
        assert_eq!(scores.dice, 0.5);
        assert!((scores.truth_ml - 0.006).abs() < 1e-12);
        // All voxels of a bar one voxel thick are surface: distances 3, 1.5, 0, 0 mm each way.
        assert_eq!(scores.assd_mm, Some(1.125));
        assert_eq!(scores.surface_dice, Some(0.75));
    }

    /// Dice by SimpleITK 2.5.7, distances by SciPy 1.17.1: exact distance transforms of voxels at the
    /// surface (face neighbours), NumPy's percentiles.
    #[test]
    fn two_ellipsoids_have_the_scores_that_other_programs_give_them() {
        let affine = Affine::from_spacing([1.5, 0.8, 3.0], [0.0; 3]).expect("an affine");
        let grid = Grid::new([24, 30, 14], affine).expect("a grid");
        let ellipsoid = |centre: [i64; 3], weights: [i64; 3]| {
            let is_in = |index: usize| {
                let place = [index % 24, index / 24 % 30, index / 24 / 30].map(|c| c as i64);
                let sum: i64 = (0..3).map(|a| weights[a] * (place[a] - centre[a]).pow(2)).sum();
                u16::from(sum <= 4900)
            };
            let voxels = (0..grid.n_voxels()).map(is_in).collect();
            LabelMap::new(grid, voxels, vec![0, 1]).expect("a map")
        };
        let truth = ellipsoid([10, 14, 6], [100, 40, 300]);
        let predicted = ellipsoid([12, 15, 7], [90, 60, 200]);
        let scores = scores(&truth, &predicted, 1).expect("one grid");
        let near = |found: f64, expected: f64| (found - expected).abs() < 1e-5;
        assert!(near(scores.dice, 0.698_578_908), "{scores:?}");
        assert!(
            near(scores.truth_ml, 1297.0 * 0.0036) && near(scores.predicted_ml, 1377.0 * 0.0036)
        );
        assert!(near(scores.hd95_mm.expect("a distance"), 5.417_154_092), "{scores:?}");
        assert!(near(scores.assd_mm.expect("a distance"), 1.996_025_438), "{scores:?}");
        assert!(near(scores.surface_dice.expect("a share"), 0.518), "{scores:?}");
    }

    #[test]
    fn nothing_and_nothing_agree_and_nothing_and_something_do_not() {
        let (empty, full) = (line(vec![0, 0], 1.0), line(vec![0, 1], 1.0));
        assert_eq!(dice(&empty, &empty, 1), Ok(1.0));
        let scores = scores(&full, &empty, 1).expect("one grid");
        assert_eq!((scores.dice, scores.hd95_mm), (0.0, None));
    }

    #[test]
    fn maps_on_other_grids_are_refused() {
        assert_eq!(dice(&line(vec![0, 1], 1.0), &line(vec![0, 1], 2.0), 1), Err(DifferentGrids));
    }
}
