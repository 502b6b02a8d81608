use medshape_types::Affine;
use proptest::prelude::*;

use super::*;
use crate::mesh::closed::Closed;
use crate::mesh::quality::{MeshQuality, inspect};
use crate::mesh::volume::signed_volume;
use crate::mesh::weld::weld;

fn check_is_sound(mesh: &Mesh) {
    for mesh in [mesh, &weld(mesh)] {
        let quality = inspect(mesh);
        let sound = MeshQuality {
            closed: true,
            manifold: true,
            oriented: true,
            n_components: quality.n_components,
            ..MeshQuality::default()
        };
        assert_eq!(quality, sound);
    }
}

fn field(dims: [usize; 3], value: impl Fn(usize) -> f32, affine: Affine) -> Volume<f32> {
    let grid = Grid::new(dims, affine).unwrap();
    Volume::new(grid, (0..grid.n_voxels()).map(value).collect()).unwrap()
}

#[test]
fn all_pairs_of_neighbouring_patterns_are_sound() {
    for pattern in 1..1 << 12 {
        let value = |voxel: usize| if pattern >> voxel & 1 == 1 { -1.0 } else { 0.7 };
        check_is_sound(&isosurface(&field([2, 2, 3], value, Affine::IDENTITY), 0.0));
    }
}

#[test]
fn a_sphere_is_near_its_formula() {
    let affine = Affine::from_spacing([0.8, -1.0, 1.25], [-12.3, 13.1, -14.2]).unwrap();
    let value = |index: usize| {
        let voxel = [index % 31, index / 31 % 27, index / 837].map(|value| value as f64);
        let [x, y, z] = affine.apply(voxel);
        ((x * x + y * y + z * z).sqrt() - 10.0) as f32
    };
    let mesh = isosurface(&field([31, 27, 23], value, affine), 0.0);
    check_is_sound(&mesh);
    for [x, y, z] in mesh.positions() {
        let off = (x * x + y * y + z * z).sqrt() - 10.0;
        assert!(off.abs() < 0.03, "{off}");
    }
    let volume = signed_volume(Closed::new(&mesh).unwrap());
    let expected = 4.0 / 3.0 * std::f64::consts::PI * 1000.0;
    assert!((volume / expected - 1.0).abs() < 0.015, "{volume} for {expected}");
}

#[test]
fn what_is_not_a_number_is_outside() {
    let values = [f32::NAN, -1.0, f32::NEG_INFINITY, f32::INFINITY, 0.0, -1e30, 1e-30, -1e-30];
    check_is_sound(&isosurface(&field([2, 2, 2], |n| values[n], Affine::IDENTITY), 0.0));
    let nowhere = isosurface(&field([2, 2, 2], |_| f32::NAN, Affine::IDENTITY), 0.0);
    assert_eq!(nowhere, Mesh::default());
}

#[test]
fn any_number_of_threads_gives_the_same_mesh() {
    let field = field([9, 8, 7], |n| ((n * 7919) % 101) as f32, Affine::IDENTITY);
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| isosurface(&field, 50.0))
    };
    assert_eq!(on(1), on(3));
    check_is_sound(&on(1));
}

proptest! {
    #[test]
    fn any_field_is_sound(values in proptest::collection::vec(-2_i8..3, 64), level in -1_i8..2) {
        // Whole numbers: values often equal the level.
        let mesh = isosurface(
            &field([4, 4, 4], |n| f32::from(values[n]), Affine::IDENTITY),
            f32::from(level),
        );
        if !mesh.faces().is_empty() {
            check_is_sound(&mesh);
        }
    }
}
