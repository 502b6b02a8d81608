use medshape_types::{Affine, Grid, LabelMap};

use super::*;

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
    surface_distances(Mask::of(&maps[0], 1), Mask::of(&maps[1], 1), kind).unwrap()
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
