//! Every mesh is closed, manifold and wound outward, as it is and welded by position.

use medshape_geometry::mesh::quality::{MeshQuality, inspect};
use medshape_geometry::mesh::weld::weld;
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::{Affine, Grid, LabelMap, Mesh};
use proptest::prelude::*;

fn map(dims: [usize; 3], voxels: Vec<u16>, affine: Affine) -> LabelMap {
    let n_labels = voxels.iter().copied().max().unwrap_or(0);
    let values = (0..=i64::from(n_labels)).collect();
    LabelMap::new(Grid::new(dims, affine).unwrap(), voxels, values).unwrap()
}

fn check(map: &LabelMap) {
    for reach_voxels in [0, 10] {
        let options = SurfaceOptions { reach_voxels, ..SurfaceOptions::default() };
        let found = surfaces(map, &options);
        assert_eq!(found.meshes[0], Mesh::default());
        for (mesh, count) in found.meshes.iter().zip(map.counts()).skip(1) {
            if count == 0 {
                assert_eq!(mesh, &Mesh::default());
                continue;
            }
            for mesh in [mesh, &weld(mesh)] {
                let quality = inspect(mesh);
                let sound = MeshQuality {
                    closed: true,
                    manifold: true,
                    oriented: true,
                    n_components: quality.n_components,
                    n_degenerate_faces: quality.n_degenerate_faces,
                    ..MeshQuality::default()
                };
                assert_eq!(quality, sound, "{:?} {:?}", map.grid().dims(), map.voxels());
            }
            assert_eq!(weld(mesh).positions().len(), mesh.positions().len());
        }
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
    let affine = Affine::from_spacing([0.7, 1.1, 2.5], [-100.0, 50.0, 3.0]).unwrap();
    for pattern in 0..1 << 12 {
        check(&map([2, 2, 3], bits(pattern, 12), affine));
    }
}

#[test]
fn checkerboards() {
    for n_labels in 2..5 {
        let voxels = (0..6 * 7 * 5)
            .map(|index| ((index % 6 + index / 6 % 7 + index / 42) % n_labels) as u16)
            .collect();
        check(&map([6, 7, 5], voxels, Affine::IDENTITY));
    }
}

#[test]
fn far_from_the_origin_positions_stay_apart() {
    let affine = Affine::from_spacing([0.5; 3], [30_000.0, -30_000.0, 12_345.678]).unwrap();
    for pattern in (0..1 << 12).step_by(7) {
        check(&map([2, 2, 3], bits(pattern, 12), affine));
    }
}

/// Any rotation, reflection and mild shear.
fn affines() -> impl Strategy<Value = Affine> {
    let entry = -1.0..1.0_f64;
    let columns = proptest::array::uniform3(proptest::array::uniform3(entry));
    (columns, proptest::array::uniform3(-300.0..300.0_f64)).prop_filter_map("too flat", |(c, t)| {
        Affine::from_rows([0, 1, 2].map(|row| [c[0][row], c[1][row], c[2][row], t[row]]))
            .filter(|affine| affine.determinant().abs() > 0.1)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

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
