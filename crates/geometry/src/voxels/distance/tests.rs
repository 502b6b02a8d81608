use medshape_types::Affine;
use proptest::prelude::*;

use super::*;

fn map(dims: [usize; 3], spacing_mm: [f64; 3], voxels: Vec<u16>) -> LabelMap {
    let affine = Affine::from_spacing(spacing_mm, [0.0; 3]).unwrap();
    LabelMap::new(Grid::new(dims, affine).unwrap(), voxels, (0..6).collect()).unwrap()
}

/// Every voxel against every other.
fn by_hand(map: &LabelMap, border: ImageBorder) -> Vec<f64> {
    let (dims, spacing_mm) = (map.grid().dims(), map.grid().spacing_mm());
    let place =
        |index: usize| [index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])];
    let distance = |index: usize| {
        let (label, at) = (map.voxels().at(index), place(index));
        if label == 0 {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for (other, _) in map.voxels().iter().enumerate().filter(|(_, other)| *other != label) {
            let there = place(other);
            let square: f64 = (0..3)
                .map(|axis| (at[axis].abs_diff(there[axis]) as f64 * spacing_mm[axis]).powi(2))
                .sum();
            best = best.min(square.sqrt());
        }
        for axis in (0..3).filter(|_| border == ImageBorder::Closed) {
            let steps = (at[axis] + 1).min(dims[axis] - at[axis]);
            best = best.min(steps as f64 * spacing_mm[axis]);
        }
        best
    };
    (0..map.voxels().len()).map(distance).collect()
}

fn check(map: &LabelMap, border: ImageBorder) -> Result<(), TestCaseError> {
    let found = to_other_labels(map, border);
    for (found, expected) in found.voxels().iter().zip(by_hand(map, border)) {
        let found = f64::from(*found);
        prop_assert!(found == expected || (found - expected).abs() < 1e-5 * expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn distances_are_those_to_the_nearest_of_all_voxels(
        dims in [1_usize..20, 1_usize..9, 1_usize..9],
        spacing_mm in [0.3_f64..3.0, 0.3_f64..3.0, 0.3_f64..3.0],
        seed in proptest::collection::vec(0_u16..60, 1500),
        is_closed: bool,
    ) {
        let n_voxels = dims.iter().product::<usize>();
        // Mostly label 1, so that some distances are long.
        let voxels = seed.into_iter().cycle().take(n_voxels);
        let voxels = voxels.map(|v| if v > 4 { 1 } else { v }).collect();
        let border = if is_closed { ImageBorder::Closed } else { ImageBorder::Open };
        check(&map(dims, spacing_mm, voxels), border)?;
    }

    #[test]
    fn long_columns_are_as_exact(
        length in 300_usize..400,
        few in proptest::collection::vec((0_usize..400, 0_u16..3), 0..4),
        axis in 0_usize..3,
    ) {
        let mut dims = [2, 2, 2];
        dims[axis] = length;
        let mut voxels = vec![1; 4 * length];
        for (place, label) in few {
            voxels[place * 4 % (4 * length)] = label;
        }
        check(&map(dims, [0.7, 1.1, 0.9], voxels), ImageBorder::Open)?;
    }
}

#[test]
fn without_another_label_the_distance_is_infinite() {
    let map = map([3, 2, 2], [1.0; 3], vec![4; 12]);
    assert_eq!(to_other_labels(&map, ImageBorder::Open).voxels(), [f32::INFINITY; 12]);
    assert_eq!(to_mask(MaskView::of(&map, 1)).voxels(), [f32::INFINITY; 12]);
    assert_eq!(to_other_labels(&map, ImageBorder::Closed).voxels(), [1.0; 12]);
}

#[test]
fn signed_distances_cross_zero_on_the_faces() {
    let map = map([6, 1, 1], [2.0, 1.0, 1.0], vec![2, 0, 1, 1, 1, 3]);
    assert_eq!(signed(MaskView::of(&map, 1)).voxels(), [4.0, 2.0, -2.0, -4.0, -2.0, 2.0]);
    assert_eq!(to_mask(MaskView::of(&map, 1)).voxels(), [4.0, 2.0, 0.0, 0.0, 0.0, 2.0]);
}
