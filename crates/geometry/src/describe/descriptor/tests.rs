use medshape_types::Mesh;

use super::*;

/// A mesh with each corner moved.
fn moved(mesh: &Mesh, to: impl Fn([f64; 3]) -> [f64; 3], turn_faces: bool) -> Mesh {
    let positions =
        mesh.positions().iter().map(|p| to(p.map(f64::from)).map(|v| v as f32)).collect();
    let turned = |face: &[u32; 3]| if turn_faces { [face[0], face[2], face[1]] } else { *face };
    Mesh::new(positions, mesh.faces().iter().map(turned).collect()).unwrap()
}

/// A ball of about 16,000 faces, each point of which goes where `to` says.
fn from_ball(to: impl Fn([f64; 3]) -> [f64; 3]) -> Mesh {
    let (n_rings, n_sectors) = (64_u32, 128_u32);
    let mut positions = vec![to([0.0, 0.0, 1.0]).map(|v| v as f32)];
    for ring in 1..n_rings {
        let polar = std::f64::consts::PI * f64::from(ring) / f64::from(n_rings);
        for sector in 0..n_sectors {
            let around = std::f64::consts::TAU * f64::from(sector) / f64::from(n_sectors);
            let at = [polar.sin() * around.cos(), polar.sin() * around.sin(), polar.cos()];
            positions.push(to(at).map(|v| v as f32));
        }
    }
    positions.push(to([0.0, 0.0, -1.0]).map(|v| v as f32));
    let at = |ring: u32, sector: u32| 1 + (ring - 1) * n_sectors + sector % n_sectors;
    let last = positions.len() as u32 - 1;
    let mut faces = Vec::new();
    for sector in 0..n_sectors {
        faces.push([0, at(1, sector), at(1, sector + 1)]);
        faces.push([last, at(n_rings - 1, sector + 1), at(n_rings - 1, sector)]);
        for ring in 1..n_rings - 1 {
            let (a, b) = (at(ring, sector), at(ring, sector + 1));
            let (c, d) = (at(ring + 1, sector), at(ring + 1, sector + 1));
            faces.extend([[a, c, b], [b, c, d]]);
        }
    }
    Mesh::new(positions, faces).unwrap()
}

/// A bent and twisted ellipsoid: no mirror maps it onto itself.
fn hook() -> Mesh {
    from_ball(|[x, y, z]| {
        let turn = 0.8 * z;
        let (x, y) = (x * turn.cos() - 0.5 * y * turn.sin(), x * turn.sin() + 0.5 * y * turn.cos());
        [20.0 * x + 8.0 * z * z, 20.0 * y + 5.0 * x * z, 45.0 * z + 3.0 * y]
    })
}

fn largest_difference(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// A turn about an odd axis, by the quaternion 1, 2, 3, 4 over √30.
fn turned([x, y, z]: [f64; 3]) -> [f64; 3] {
    let rows = [[-20.0, 4.0, 22.0], [20.0, -10.0, 20.0], [10.0, 28.0, 4.0]];
    rows.map(|[a, b, c]| (a * x + b * y + c * z) / 30.0)
}

#[test]
fn each_part_has_its_numbers() {
    let found = features(&hook()).unwrap();
    assert_eq!(found.len(), N);
    let n_lines = include_str!("scale.txt").lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(n_lines, N);
    assert!(SCALE.iter().all(|[mean, deviation]| mean.is_finite() && *deviation > 0.0));
    assert!(
        SCALE[CHIRAL].iter().all(|[mean, _]| *mean == 0.0),
        "a mirror could not turn it around"
    );
}

#[test]
fn a_turn_and_a_shift_change_nothing() {
    let mesh = hook();
    let there = moved(
        &mesh,
        |p| [0, 1, 2].map(|axis| turned(p)[axis] + [300.0, -120.0, 55.0][axis]),
        false,
    );
    let difference = largest_difference(&descriptor(&mesh).unwrap(), &descriptor(&there).unwrap());
    // What is left is rounding, by which a few points go to the neighbouring face or class.
    assert!(difference < 0.05, "{difference}");
}

#[test]
fn size_changes_the_part_of_size_alone() {
    let mesh = hook();
    let (small, large) = (
        features(&mesh).unwrap(),
        features(&moved(&mesh, |p| p.map(|value| 3.0 * value), false)).unwrap(),
    );
    for place in 0..SIZE.start {
        assert!((small[place] - large[place]).abs() < 1e-4, "number {place}");
    }
    for place in SIZE {
        assert!((large[place] - small[place] - 3_f64.ln()).abs() < 1e-6, "number {place}");
    }
}

#[test]
fn a_mirror_turns_the_chiral_part_around_and_nothing_else() {
    let mesh = hook();
    let one = descriptor(&mesh).unwrap();
    // Wound inward, so that the same points stand for the surface.
    let other = descriptor(&moved(&mesh, |[x, y, z]| [-x, y, z], false)).unwrap();
    assert!(largest_difference(&one[EVEN], &other[EVEN]) < 0.01);
    assert!(largest_difference(&one[SIZE], &other[SIZE]) < 0.01);
    let back: Vec<f32> = other[CHIRAL].iter().map(|number| -number).collect();
    assert!(largest_difference(&one[CHIRAL], &back) < 0.01);
    let strength = one[CHIRAL].iter().fold(0.0_f32, |most, number| most.max(number.abs()));
    assert!(strength > 1.0, "a hook is chiral: {strength}");
}

#[test]
fn another_mesh_of_the_shape_is_nearer_than_its_mirror_image() {
    let distance = |one: &[f32], other: &[f32]| {
        one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
    };
    let mesh = hook();
    let one = descriptor(&mesh).unwrap();
    // The other corners of each face come first, so that other points stand for the surface.
    let faces = mesh.faces().iter().rev().map(|[a, b, c]| [*b, *c, *a]).collect();
    let again = descriptor(&Mesh::new(mesh.positions().to_vec(), faces).unwrap()).unwrap();
    let mirror = descriptor(&moved(&mesh, |[x, y, z]| [x, -y, z], true)).unwrap();
    let (same, opposite) = (distance(&one, &again), distance(&one, &mirror));
    assert!(same < 3.0 && opposite > 3.0 * same, "{same} {opposite}");
}

#[test]
fn an_ellipsoid_has_the_moments_of_the_books() {
    let (a, b, c) = (30.0, 20.0, 10.0);
    let found = features(&from_ball(|[x, y, z]| [c * x, a * y, b * z])).unwrap();
    // Deviations are the half axes by √5, so the proportions are those of the axes.
    assert!((found[0] - (b / a).ln()).abs() < 0.002);
    assert!((found[1] - (c / b).ln()).abs() < 0.002);
    // 4π/3 · 5^1.5 is the volume in units of the deviations.
    let filling = (4.0 / 3.0 * std::f64::consts::PI * 5_f64.powf(1.5)).ln();
    assert!((found[3] - filling).abs() < 0.005, "{} for {filling}", found[3]);
    // Mean of x⁴ in a unit ball: 3/35, of x²y²: 1/35; the deviation squared is 1/5.
    for number in &found[6..9] {
        assert!((number - (3.0 / 35.0 * 25.0_f64).ln()).abs() < 0.02, "{number}");
    }
    for number in &found[9..12] {
        assert!((number - (25.0 / 35.0_f64).ln()).abs() < 0.02, "{number}");
    }
    // It is its own mirror image.
    let chiral = descriptor(&from_ball(|[x, y, z]| [c * x, a * y, b * z])).unwrap();
    let by_moments = &chiral[CHIRAL.start..CHIRAL.start + 31];
    assert!(by_moments.iter().all(|number| number.abs() < 0.1), "{by_moments:?}");
    let volume = found[SIZE.start].exp().powi(3);
    assert!((volume / (4.0 / 3.0 * std::f64::consts::PI * a * b * c) - 1.0).abs() < 0.005);
}

#[test]
fn a_box_fills_its_corners() {
    let corners = (0..8_u32)
        .map(|i| [(i & 1) as f32 * 8.0, (i >> 1 & 1) as f32 * 4.0, (i >> 2) as f32 * 2.0]);
    let faces = vec![
        [0, 2, 1],
        [1, 2, 3],
        [4, 5, 6],
        [5, 7, 6],
        [0, 1, 4],
        [1, 5, 4],
        [2, 6, 3],
        [3, 6, 7],
        [0, 4, 2],
        [2, 4, 6],
        [1, 3, 5],
        [3, 7, 5],
    ];
    let found = features(&Mesh::new(corners.collect(), faces).unwrap()).unwrap();
    // Deviations are the sides by √12, the mean of x⁴ is side⁴ / 80: 144 / 80 in these units.
    assert!((found[3] - 12_f64.powf(1.5).ln()).abs() < 0.005);
    for number in &found[6..9] {
        assert!((number - 1.8_f64.ln()).abs() < 0.02, "{number}");
    }
    for number in &found[9..12] {
        assert!(number.abs() < 0.05, "independent along its axes: {number}");
    }
}

#[test]
fn what_is_flat_or_nothing_has_no_descriptor() {
    assert_eq!(descriptor(&Mesh::default()), None);
    let flat = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    assert_eq!(descriptor(&Mesh::new(flat, vec![[0, 1, 2]]).unwrap()), None);
}

#[test]
fn any_number_of_threads_gives_the_same_descriptor() {
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| descriptor(&hook()).unwrap())
    };
    assert_eq!(on(1), on(3));
}
