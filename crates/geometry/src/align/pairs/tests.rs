use proptest::prelude::*;

use super::*;

fn points() -> Vec<[f32; 3]> {
    let number = |n: u32, k: u32| ((n * k + 17) % 101) as f32 - 50.0;
    (0..60).map(|n| [number(n, 37), number(n, 59), 0.5 * number(n, 83)]).collect()
}

/// A turn by `angle` about `axis`, scaled and moved.
fn known(axis: [f64; 3], angle: f64, scale: f64, shift: [f64; 3]) -> Affine {
    let [x, y, z] = crate::vector::unit(axis).map(|value| value * (angle / 2.0).sin());
    let linear = rotation([(angle / 2.0).cos(), x, y, z]).map(|row| row.map(|v| scale * v));
    about(&linear, [0.0; 3], shift).unwrap()
}

fn mapped(map: &Affine, points: &[[f32; 3]]) -> Vec<[f32; 3]> {
    points.iter().map(|p| map.apply(p.map(f64::from)).map(|value| value as f32)).collect()
}

fn farthest(a: &Affine, b: &Affine, points: &[[f32; 3]]) -> f64 {
    let distance = |point: &[f32; 3]| {
        let step = sub(a.apply(point.map(f64::from)), b.apply(point.map(f64::from)));
        dot(step, step).sqrt()
    };
    points.iter().map(distance).fold(0.0, f64::max)
}

#[test]
fn known_maps_are_found_again() {
    for (freedom, scale) in [(Freedom::Rigid, 1.0), (Freedom::Similarity, 1.7)] {
        for angle in [0.0, 0.3, 2.0, 3.1] {
            let map = known([1.0, -2.0, 0.5], angle, scale, [100.0, -20.0, 3.0]);
            let found = best_map(&points(), &mapped(&map, &points()), freedom).unwrap();
            assert!(farthest(&found, &map, &points()) < 1e-4, "{freedom:?} {angle}");
        }
    }
    let rows = [[1.1, 0.2, 0.0, 5.0], [-0.3, 0.8, 0.1, -7.0], [0.0, 0.1, 1.3, 11.0]];
    let map = Affine::from_rows(rows).unwrap();
    let found = best_map(&points(), &mapped(&map, &points()), Freedom::Affine).unwrap();
    assert!(farthest(&found, &map, &points()) < 1e-4);
}

#[test]
fn a_reflection_is_never_given() {
    let mirrored: Vec<[f32; 3]> = points().iter().map(|&[x, y, z]| [-x, y, z]).collect();
    for freedom in [Freedom::Rigid, Freedom::Similarity] {
        assert!(best_map(&points(), &mirrored, freedom).unwrap().determinant() > 0.0);
    }
    assert_eq!(best_map(&points(), &mirrored, Freedom::Affine), None);
}

#[test]
fn what_does_not_decide_gives_nothing() {
    let line = [[0.0; 3], [1.0, 1.0, 0.0], [2.0, 2.0, 0.0], [5.0, 5.0, 0.0]];
    let plane = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [5.0, 5.0, 0.0]];
    for freedom in [Freedom::Rigid, Freedom::Similarity, Freedom::Affine] {
        assert_eq!(best_map(&[[1.0; 3]; 5], &[[1.0; 3]; 5], freedom), None);
        assert_eq!(best_map(&line, &line, freedom), None);
        assert_eq!(best_map(&line, &line[..3], freedom), None);
        assert_eq!(best_map(&plane, &plane, freedom).is_some(), freedom != Freedom::Affine);
    }
}

/// Made with SciPy 1.17.1: `Rotation.align_vectors` on the centred points, with the points and
/// the noise as here.
#[test]
fn with_noise_the_rotation_is_that_of_scipy() {
    let noisy: Vec<[f32; 3]> = points()
        .iter()
        .zip(0..)
        .map(|(&[x, y, z], n): (_, i32)| {
            let noise = |k: i32| ((n * k) % 11) as f32 / 10.0 - 0.5;
            [-y + noise(3) + 4.0, x + noise(5), z + noise(7) - 9.0]
        })
        .collect();
    let map = best_map(&points(), &noisy, Freedom::Rigid).unwrap();
    for (row, expected) in map.rows().iter().zip(SCIPY) {
        for (value, expected) in row.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{:?}", map.rows());
        }
    }
}

const SCIPY: [[f64; 4]; 3] = [
    [0.001_976_443_3, -0.999_997_638_3, 0.000_903_908_2, 3.990_666_132_4],
    [0.999_997_308_1, 0.001_975_342_3, -0.001_217_275_5, 0.007_088_252_5],
    [0.001_215_487_1, 0.000_906_311_7, 0.999_998_850_6, -8.996_966_585_3],
];

proptest! {
    #[test]
    fn any_rigid_map_is_found_again(
        axis in [-1.0..1.0_f64, -1.0..1.0, 0.1..1.0], angle in -3.1..3.1_f64,
        shift in [-500.0..500.0_f64, -500.0..500.0, -500.0..500.0]
    ) {
        let map = known(axis, angle, 1.0, shift);
        let found = best_map(&points(), &mapped(&map, &points()), Freedom::Rigid).unwrap();
        prop_assert!(farthest(&found, &map, &points()) < 1e-4);
    }
}
