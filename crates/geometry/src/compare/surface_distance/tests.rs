use medshape_types::{Affine, Grid, LabelMap};

use super::*;
use crate::compare::border_dice::border_overlap;
use crate::compare::overlap::overlaps;

/// Two maps with a box each, from `low` up to but not with `high`.
fn boxes(spacing_mm: [f64; 3], boxes: [[[usize; 2]; 3]; 2]) -> [LabelMap; 2] {
    let grid =
        Grid::new([24, 20, 16], Affine::from_spacing(spacing_mm, [0.0; 3]).unwrap()).unwrap();
    boxes.map(|[x, y, z]| {
        let mut voxels = vec![0; grid.n_voxels()];
        for (x, y, z) in (x[0]..x[1])
            .flat_map(|x| (y[0]..y[1]).flat_map(move |y| (z[0]..z[1]).map(move |z| (x, y, z))))
        {
            voxels[grid.index([x, y, z])] = 1;
        }
        LabelMap::new(grid, voxels, vec![0, 1]).unwrap()
    })
}

fn distances(maps: &[LabelMap; 2], kind: SurfaceKind) -> SurfaceDistances {
    surface_distances(MaskView::of(&maps[0], 1), MaskView::of(&maps[1], 1), kind).unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 2e-6 * expected.abs(), "{found} is not {expected}");
}

/// A box and the same box moved by three voxels along x.
#[test]
fn a_moved_box_is_as_far_as_it_was_moved() {
    let maps = boxes([0.5, 1.0, 2.0], [[[2, 12], [3, 13], [4, 12]], [[5, 15], [3, 13], [4, 12]]]);
    for kind in [SurfaceKind::Voxels, SurfaceKind::Cells] {
        let found = distances(&maps, kind);
        near(found.hausdorff_mm(), 1.5);
        assert_eq!(found.from_a, found.from_b);
        assert_eq!(found.surface_dice(1.5), 1.0);
        assert!(found.surface_dice(1.4) < 1.0);
    }
}

#[test]
fn empty_masks_are_infinitely_far_or_not_comparable() {
    let maps = boxes([1.0; 3], [[[2, 5], [3, 6], [4, 9]], [[0, 0], [0, 0], [0, 0]]]);
    let found = distances(&maps, SurfaceKind::Cells);
    assert_eq!(found.hausdorff_mm(), f64::INFINITY);
    assert_eq!(found.hausdorff_percentile_mm(95.0), f64::INFINITY);
    assert_eq!(found.surface_dice(5.0), 0.0);
    let nothing = [maps[1].clone(), maps[1].clone()];
    assert!(distances(&nothing, SurfaceKind::Voxels).hausdorff_mm().is_nan());
}

/// Spacing, then what MedPy 0.5.2, MONAI 1.7 and surface-distance 0.1 say of the two boxes:
/// `python3 tests/oracles/mask_measures.py` prints it.
const REFERENCE: [([f64; 3], [f64; 14]); 2] = [
    (
        [1.5, 1.5, 1.5],
        [
            0.409881061,
            0.257767549,
            10.9201648,
            9.48683262,
            9.0,
            3.67474051,
            2.27363109,
            3.67474031,
            0.373804957,
            9.1241438,
            2.32292758,
            4.46628774,
            0.379915449,
            0.9,
        ],
    ),
    (
        [0.7, 1.3, 2.1],
        [
            0.409881061,
            0.257767549,
            9.4810337,
            8.65852165,
            8.5,
            3.07623684,
            1.84521331,
            3.07623649,
            0.38623327,
            8.42911621,
            1.86758274,
            3.57201493,
            0.425914473,
            0.9,
        ],
    ),
];

#[test]
fn measures_of_boxes_are_those_of_other_programs() {
    for (spacing_mm, expected) in REFERENCE {
        let maps = boxes(spacing_mm, [[[2, 12], [3, 13], [4, 12]], [[4, 18], [2, 11], [5, 16]]]);
        let overlap = overlaps(&maps[0], &maps[1]).unwrap()[0].1;
        let voxels = distances(&maps, SurfaceKind::Voxels);
        let cells = distances(&maps, SurfaceKind::Cells);
        // The first box against itself one voxel farther, near the second one.
        let moved = boxes(spacing_mm, [[[3, 13], [3, 13], [4, 12]], [[0, 0], [0, 0], [0, 0]]]);
        let [a, b, moved] = [&maps[0], &maps[1], &moved[0]].map(|map| MaskView::of(map, 1));
        let found = [
            overlap.dice(),
            overlap.jaccard(),
            voxels.hausdorff_mm(),
            voxels.hausdorff_percentile_mm(95.0),
            voxels.pooled_percentile_mm(95.0),
            voxels.mean_mm(),
            voxels.from_a.mean_mm(),
            voxels.mean_mm(),
            voxels.surface_dice(2.0),
            cells.hausdorff_percentile_mm(95.0),
            cells.from_a.mean_mm(),
            cells.from_b.mean_mm(),
            cells.surface_dice(2.0),
            border_overlap(a, moved, b, 10.0).unwrap().dice(),
        ];
        for (found, expected) in found.into_iter().zip(expected) {
            near(found, expected);
        }
    }
}
