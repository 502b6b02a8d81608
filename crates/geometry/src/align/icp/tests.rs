use super::*;

/// A bumpy ellipsoid without symmetry, as a grid of rings and sectors between two poles.
fn bumpy(n_rings: u32, n_sectors: u32, phase: f64) -> Mesh {
    let place = |polar: f64, around: f64| {
        let (x, y, z) = (polar.sin() * around.cos(), polar.sin() * around.sin(), polar.cos());
        let radius =
            1.0 + 0.15 * (2.0 * x + 1.0).sin() * (3.0 * y).cos() + 0.2 * z * z * x + 0.1 * z;
        [40.0 * radius * x, 30.0 * radius * y, 55.0 * radius * z].map(|value| value as f32)
    };
    let mut positions = vec![place(0.0, 0.0)];
    for ring in 1..n_rings {
        for sector in 0..n_sectors {
            let polar = std::f64::consts::PI * f64::from(ring) / f64::from(n_rings);
            let around = std::f64::consts::TAU * (f64::from(sector) + phase) / f64::from(n_sectors);
            positions.push(place(polar, around));
        }
    }
    positions.push(place(std::f64::consts::PI, 0.0));
    let last = positions.len() as u32 - 1;
    let at = |ring: u32, sector: u32| 1 + (ring - 1) * n_sectors + sector % n_sectors;
    let mut faces = Vec::new();
    for sector in 0..n_sectors {
        faces.push([0, at(1, sector), at(1, sector + 1)]);
        faces.push([last, at(n_rings - 1, sector + 1), at(n_rings - 1, sector)]);
        for ring in 1..n_rings - 1 {
            let [a, b] = [at(ring, sector), at(ring, sector + 1)];
            let [c, d] = [at(ring + 1, sector), at(ring + 1, sector + 1)];
            faces.extend([[a, c, d], [a, d, b]]);
        }
    }
    Mesh::new(positions, faces).unwrap()
}

fn moved_by(vector: [f64; 3], shift: [f64; 3]) -> Affine {
    about(&turn(vector), [0.0; 3], shift).unwrap()
}

/// How far points lie at most from where they would lie under the true map.
fn error_mm(found: &Alignment, truth: &Affine, moving: &[[f32; 3]]) -> f64 {
    let distance = |point: &[f32; 3]| {
        let point = point.map(f64::from);
        let step = sub(found.fixed_from_moving.apply(point), truth.apply(point));
        dot(step, step).sqrt()
    };
    moving.iter().map(distance).fold(0.0, f64::max)
}

#[test]
fn known_maps_are_found_to_a_ten_thousandth_of_a_millimetre() {
    let mesh = bumpy(40, 60, 0.0);
    let far = moved_by([0.1, -0.15, 0.2], [6.0, -4.0, 3.0]);
    // Points pair up with wrong neighbours for good if they begin farther off than those are.
    let near = moved_by([0.01, -0.015, 0.01], [0.5, -0.4, 0.6]);
    for (metric, rigid) in [(Metric::PointToPoint, near), (Metric::PointToPlane, far)] {
        for freedom in [Freedom::Rigid, Freedom::Similarity, Freedom::Affine] {
            let moving = mapped(&rigid.inverse(), mesh.positions());
            let options = IcpOptions { freedom, metric, ..IcpOptions::default() };
            let found = icp(&moving, &Fixed::mesh(&mesh), &Affine::IDENTITY, &options).unwrap();
            assert!(found.converged, "{metric:?} {freedom:?}");
            assert!(error_mm(&found, &rigid, &moving) < 1e-4, "{metric:?} {freedom:?} {found:?}");
            assert!(found.rms_mm < 1e-4);
        }
    }
}

#[test]
fn a_finer_mesh_of_the_same_surface_is_met_through_its_planes() {
    let fixed = Fixed::mesh(&bumpy(120, 180, 0.0));
    let truth = moved_by([0.1, -0.1, 0.1], [3.0, -4.0, 5.0]);
    let moving = mapped(&truth.inverse(), bumpy(31, 47, 0.37).positions());
    let error = |metric: Metric| {
        let options = IcpOptions { metric, ..IcpOptions::default() };
        let found = icp(&moving, &fixed, &Affine::IDENTITY, &options).unwrap();
        (error_mm(&found, &truth, &moving), found.n_rounds)
    };
    let (to_points, many) = error(Metric::PointToPoint);
    let (to_planes, few) = error(Metric::PointToPlane);
    assert!(to_points < 0.5 && to_planes < 0.002, "{to_points} {to_planes} mm");
    assert!(2 * few < many, "{few} against {many} rounds");
}

#[test]
fn with_noise_the_error_is_that_of_the_mean() {
    let mesh = bumpy(60, 90, 0.0);
    let truth = moved_by([0.05, 0.1, -0.1], [2.0, 3.0, -4.0]);
    let mut moving = mapped(&truth.inverse(), mesh.positions());
    for (point, n) in moving.iter_mut().zip(0_u32..) {
        for (value, k) in point.iter_mut().zip([7919, 104_729, 1_299_709]) {
            *value += (n.wrapping_mul(k) % 1000) as f32 / 1000.0 - 0.5;
        }
    }
    let options = IcpOptions { metric: Metric::PointToPlane, ..IcpOptions::default() };
    let found = icp(&moving, &Fixed::mesh(&mesh), &Affine::IDENTITY, &options).unwrap();
    // Noise of 0.29 mm along each axis over 5,312 points.
    assert!(error_mm(&found, &truth, &moving) < 0.05, "{}", error_mm(&found, &truth, &moving));
    assert!((0.2..0.5).contains(&found.rms_mm), "{}", found.rms_mm);
}

#[test]
fn a_part_is_found_in_the_whole_and_a_whole_on_a_part() {
    let mesh = bumpy(60, 90, 0.0);
    let truth = moved_by([0.1, 0.05, -0.1], [2.0, -3.0, 4.0]);
    // Cut off below: 28 % of the points are missing.
    let is_there = |vertex: &u32| mesh.positions()[*vertex as usize][2] > -30.0;
    let faces = mesh.faces().iter().copied().filter(|face| face.iter().all(is_there)).collect();
    let part = Mesh::new(mesh.positions().to_vec(), faces).unwrap();
    let (vertices, missing) = (0..mesh.positions().len() as u32).partition::<Vec<_>, _>(is_there);
    let positions: Vec<[f32; 3]> =
        vertices.iter().map(|&vertex| mesh.positions()[vertex as usize]).collect();
    let normals = vertex_normals(&part);
    let normals = vertices.iter().map(|&vertex| normals[vertex as usize]).collect();
    let fixed = Fixed { normals, ..Fixed::points(&positions) };
    let kept_share = 0.9 * (1.0 - missing.len() as f64 / mesh.positions().len() as f64);
    let options = IcpOptions {
        metric: Metric::PointToPlane,
        kept_share,
        max_rounds: 400,
        ..IcpOptions::default()
    };
    let moving = mapped(&truth.inverse(), mesh.positions());
    let trimmed = icp(&moving, &fixed, &Affine::IDENTITY, &options).unwrap();
    assert!(error_mm(&trimmed, &truth, &moving) < 1e-4, "{kept_share} {trimmed:?}");
    let all = IcpOptions { kept_share: 1.0, ..options };
    let untrimmed = icp(&moving, &fixed, &Affine::IDENTITY, &all).unwrap();
    assert!(error_mm(&untrimmed, &truth, &moving) > 1.0);
    let moving = mapped(&truth.inverse(), &positions);
    let found = icp(&moving, &Fixed::mesh(&mesh), &Affine::IDENTITY, &all).unwrap();
    assert!(error_mm(&found, &truth, &moving) < 1e-4, "{found:?}");
}

#[test]
fn a_mirrored_shape_is_never_turned_inside_out() {
    let mesh = bumpy(30, 40, 0.0);
    let mirrored: Vec<[f32; 3]> = mesh.positions().iter().map(|&[x, y, z]| [-x, y, z]).collect();
    for metric in [Metric::PointToPoint, Metric::PointToPlane] {
        for freedom in [Freedom::Rigid, Freedom::Similarity, Freedom::Affine] {
            let options = IcpOptions { freedom, metric, ..IcpOptions::default() };
            let found = icp(&mirrored, &Fixed::mesh(&mesh), &Affine::IDENTITY, &options);
            assert!(found.is_none_or(|found| found.fixed_from_moving.determinant() > 0.0));
        }
    }
}

#[test]
fn what_cannot_be_aligned_gives_nothing() {
    let options = IcpOptions::default();
    let fixed = Fixed::points(&[[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
    assert_eq!(icp(&[], &fixed, &Affine::IDENTITY, &options), None);
    assert_eq!(icp(&[[1.0; 3]; 9], &fixed, &Affine::IDENTITY, &options), None);
    assert_eq!(icp(&[[1.0; 3]; 9], &Fixed::points(&[]), &Affine::IDENTITY, &options), None);
    let to_planes = IcpOptions { metric: Metric::PointToPlane, ..options };
    let moving = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    assert_eq!(icp(&moving, &fixed, &Affine::IDENTITY, &to_planes), None);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mesh = bumpy(40, 60, 0.0);
    let moving = mapped(&moved_by([0.1, 0.0, 0.1], [1.0, 2.0, 3.0]), mesh.positions());
    let found = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let options =
            IcpOptions { metric: Metric::PointToPlane, kept_share: 0.9, ..IcpOptions::default() };
        pool.install(|| icp(&moving, &Fixed::mesh(&mesh), &Affine::IDENTITY, &options))
    };
    assert_eq!(found(1), found(3));
}

/// Open3D 0.20.0, `registration_icp` on the same points, 100 rounds, no limit of distance.
#[test]
fn the_map_is_that_of_open3d() {
    let fixed = bumpy(50, 70, 0.0);
    let moving = mapped(
        &moved_by([0.1, -0.15, 0.2], [6.0, -4.0, 3.0]).inverse(),
        bumpy(31, 47, 0.37).positions(),
    );
    for (metric, expected) in [(Metric::PointToPoint, TO_POINTS), (Metric::PointToPlane, TO_PLANES)]
    {
        let options = IcpOptions { metric, max_rounds: 300, ..IcpOptions::default() };
        let found = icp(&moving, &Fixed::mesh(&fixed), &Affine::IDENTITY, &options).unwrap();
        for (row, expected) in found.fixed_from_moving.rows().iter().zip(expected) {
            for (value, expected) in row.iter().zip(expected) {
                assert!((value - expected).abs() < 2e-4, "{metric:?} {found:?}");
            }
        }
    }
}

const TO_POINTS: [[f64; 4]; 3] = [
    [0.974_357_4, -0.175_313_1, -0.141_042_6, 5.697_772_3],
    [0.160_708_2, 0.980_954_3, -0.109_094, -4.026_905_2],
    [0.157_482, 0.083_629_8, 0.983_974_3, 2.973_135_8],
];
const TO_PLANES: [[f64; 4]; 3] = [
    [0.968_912_5, -0.205_199_8, -0.138_208_7, 5.999_498_8],
    [0.190_291_7, 0.975_118_1, -0.113_726_7, -3.997_950_3],
    [0.158_106_5, 0.083_891_3, 0.983_851_9, 3.001_522_5],
];

mod principal_axes {
    use super::*;
    use crate::align::principal::{by_principal_axes, principal_frame};

    #[test]
    fn a_shape_is_found_however_it_lies() {
        let fixed = bumpy(40, 60, 0.0);
        for vector in [[3.0, 0.0, 0.0], [0.0, 2.5, 0.5], [-1.0, 1.0, 2.0], [0.0, 0.0, 3.1]] {
            let truth = moved_by(vector, [200.0, -100.0, 50.0]);
            let places = mapped(&truth.inverse(), fixed.positions());
            let moving = Mesh::new(places, fixed.faces().to_vec()).unwrap();
            let map = by_principal_axes(&moving, &fixed).unwrap();
            let start =
                Alignment { fixed_from_moving: map, rms_mm: 0.0, n_rounds: 0, converged: true };
            assert!(error_mm(&start, &truth, moving.positions()) < 1e-3, "{vector:?}");
        }
    }

    #[test]
    fn moments_are_those_of_the_shape() {
        // A box of 2 × 6 × 10: integrals over its faces by hand. Its skewness is zero.
        let side = |n: u32, axis: u32| if n >> axis & 1 == 0 { -1.0 } else { 1.0_f32 };
        let corners =
            (0..8).map(|n| [10.0 + side(n, 0), 20.0 + 3.0 * side(n, 1), 5.0 * side(n, 2)]);
        let faces = [
            [0, 2, 3],
            [0, 3, 1],
            [4, 5, 7],
            [4, 7, 6],
            [0, 1, 5],
            [0, 5, 4],
            [2, 6, 7],
            [2, 7, 3],
            [0, 4, 6],
            [0, 6, 2],
            [1, 3, 7],
            [1, 7, 5],
        ];
        let frame =
            principal_frame(&Mesh::new(corners.collect(), faces.to_vec()).unwrap()).unwrap();
        let [a, b, c] = [1.0, 3.0, 5.0_f64];
        // On the faces across an axis its square is that of the half side, on the others a third.
        let variance = |x: f64, y: f64, z: f64| {
            let (across, others) = (2.0 * 4.0 * y * z, 2.0 * 4.0 * x * (y + z));
            (across * x * x + others * x * x / 3.0) / (across + others)
        };
        let expected = [variance(c, a, b), variance(b, a, c), variance(a, b, c)];
        for (sd, variance) in frame.sd_mm.iter().zip(expected) {
            assert!((sd * sd - variance).abs() < 1e-9);
        }
        assert!(frame.skewness.iter().all(|value| value.abs() < 1e-9));
        assert_eq!(frame.world_from_principal.translation().map(|v| v.round()), [10.0, 20.0, 0.0]);
        assert!(frame.world_from_principal.determinant() > 0.0);
    }

    #[test]
    fn flat_and_empty_shapes_have_no_frame() {
        assert_eq!(principal_frame(&Mesh::default()), None);
        let flat = Mesh::new(vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], vec![[0, 1, 2]]);
        assert_eq!(principal_frame(&flat.unwrap()), None);
    }
}
