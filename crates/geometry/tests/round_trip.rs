//! A label's mesh, voxelised on the grid that it came from, is the label again: no voxel changes.
//!
//! Why: the corners of a border stay within half a voxel of their place along each axis, so no face
//! of the mesh, nor of any mesh on the straight way from the voxels' faces to it, ever touches the
//! centre of a voxel. How often the surface winds around a centre can only change where it touches
//! it. So the centres keep their side even where faces fold.

use medshape_geometry::mesh::{closed::Closed, voxelise::voxelise};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::{Affine, Grid, LabelMap};
use proptest::prelude::*;

fn map(dims: [usize; 3], voxels: Vec<u16>, affine: Affine) -> LabelMap {
    let n_labels = voxels.iter().copied().max().unwrap_or(0);
    let values = (0..=i64::from(n_labels)).collect();
    LabelMap::new(Grid::new(dims, affine).unwrap(), voxels, values).unwrap()
}

fn check(map: &LabelMap) {
    for (label, mesh) in (0_u16..).zip(surfaces(map, &SurfaceOptions::default()).meshes) {
        let Some(closed) = Closed::new(&mesh) else { continue };
        let mask = voxelise(closed, map.grid());
        let expected = map.voxels().iter().map(|voxel| voxel == label);
        let n_changed = mask.voxels().iter().zip(expected).filter(|(a, b)| **a != *b).count();
        assert_eq!(n_changed, 0, "label {label}");
    }
}

fn bits(pattern: usize, n: usize) -> Vec<u16> {
    (0..n).map(|voxel| (pattern >> voxel & 1) as u16).collect()
}

#[test]
fn all_patterns_of_two_by_two_by_two_voxels() {
    for pattern in 0..1 << 8 {
        check(&map([2, 2, 2], bits(pattern, 8), Affine::IDENTITY));
        let two_labels = bits(pattern, 8).into_iter().map(|bit| bit + 1).collect();
        check(&map([2, 2, 2], two_labels, Affine::IDENTITY));
    }
}

#[test]
fn all_pairs_of_neighbouring_patterns() {
    let affine = Affine::from_spacing([0.7, 1.1, -2.5], [-100.0, 50.0, 3.0]).unwrap();
    for pattern in 0..1 << 12 {
        check(&map([2, 2, 3], bits(pattern, 12), affine));
    }
}

#[test]
fn a_thin_vessel_and_a_thin_shell() {
    let affine = Affine::from_spacing([0.8, 0.8, 1.25], [3.0, -7.0, 11.0]).unwrap();
    let voxel = |index: usize| {
        let [x, y, z] = [index % 40, index / 40 % 40, index / 1600].map(|v| v as f64);
        let radius = (x - 20.3).hypot(y - 19.6).hypot(z - 15.2);
        let off_axis = (x - 0.9 * z - 3.0).hypot(y - 0.7 * z - 5.0);
        if off_axis < 1.3 { 2 } else { u16::from((12.0..13.2).contains(&radius)) }
    };
    check(&map([40, 40, 30], (0..48_000).map(voxel).collect(), affine));
}

/// Any rotation, reflection and mild shear.
fn affines() -> impl Strategy<Value = Affine> {
    let columns = proptest::array::uniform3(proptest::array::uniform3(-1.0..1.0_f64));
    (columns, proptest::array::uniform3(-300.0..300.0_f64)).prop_filter_map("too flat", |(c, t)| {
        Affine::from_rows([0, 1, 2].map(|row| [c[0][row], c[1][row], c[2][row], t[row]]))
            .filter(|affine| affine.determinant().abs() > 0.1)
    })
}

proptest! {
    #[test]
    fn random_labels_on_any_grid(
        dims in [1_usize..8, 1_usize..8, 1_usize..8],
        seed in proptest::collection::vec(0_u16..4, 512),
        n_labels in 1_u16..4,
        affine in affines(),
    ) {
        let voxels = seed[..dims.iter().product()].iter().map(|&v| v.min(n_labels)).collect();
        check(&map(dims, voxels, affine));
    }
}
