//! Simplified meshes: what they keep, and how far off they are.

use medshape_geometry::mesh::area::area;
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::deviation::{TOLERANCE, deviation_mm, mutual_deviation_mm};
use medshape_geometry::mesh::levels::levels;
use medshape_geometry::mesh::quality::inspect;
use medshape_geometry::mesh::simplify::{to_faces, within};
use medshape_geometry::mesh::tree::Tree;
use medshape_geometry::mesh::volume::signed_volume;
use medshape_geometry::mesh::weld::weld;
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::{Affine, Grid, LabelMap, Mesh};
use proptest::prelude::*;

const STEP: i32 = -10;

/// A torus of radii 18 and 6 mm; the bend's ring has three times the cells of the tube's.
fn torus(n: u32) -> Mesh {
    let turn = |step: u32, of: u32| f64::from(step) * std::f64::consts::TAU / f64::from(of);
    let position = |index: u32| {
        let (u, v) = (turn(index / n, 3 * n), turn(index % n, n));
        let radius = 18.0 + 6.0 * v.cos();
        [radius * u.cos(), radius * u.sin(), 6.0 * v.sin()].map(|value| value as f32)
    };
    let vertex = |u: u32, v: u32| u % (3 * n) * n + v % n;
    let cell = |index: u32| {
        let (u, v) = (index / n, index % n);
        let [a, b, c, d] = [vertex(u, v), vertex(u + 1, v), vertex(u + 1, v + 1), vertex(u, v + 1)];
        [[a, b, c], [a, c, d]]
    };
    let n_cells = 3 * n * n;
    Mesh::new((0..n_cells).map(position).collect(), (0..n_cells).flat_map(cell).collect()).unwrap()
}

/// A square of n×n cells, flat.
fn square(n: u32) -> Mesh {
    let row = n + 1;
    let positions = (0..row * row).map(|i| [(i % row) as f32, (i / row) as f32, 0.0]).collect();
    let cell = |i: u32| {
        let a = i % n + row * (i / n);
        [[a, a + 1, a + row + 1], [a, a + row + 1, a + row]]
    };
    Mesh::new(positions, (0..n * n).flat_map(cell).collect()).unwrap()
}

/// The surfaces of the labels of a map, and their lattice.
fn surfaced(dims: [usize; 3], voxels: Vec<u16>, affine: Affine) -> (Vec<Mesh>, i32) {
    let n_labels = voxels.iter().copied().max().unwrap_or(0);
    let grid = Grid::new(dims, affine).unwrap();
    let map = LabelMap::new(grid, voxels, (0..=i64::from(n_labels)).collect()).unwrap();
    let found = surfaces(&map, &SurfaceOptions::default());
    let meshes = found.meshes.into_iter().filter(|mesh| !mesh.faces().is_empty());
    (meshes.collect(), found.step_exponent)
}

fn ball(radius_voxels: f64) -> (Mesh, i32) {
    let n = 2 * radius_voxels as usize + 4;
    let middle = n as f64 / 2.0 - 0.4;
    let is_inside = |i: usize| {
        let offsets = [i % n, i / n % n, i / (n * n)].map(|v| (v as f64 - middle).powi(2));
        offsets.iter().sum::<f64>() < radius_voxels * radius_voxels
    };
    let voxels = (0..n * n * n).map(|i| u16::from(is_inside(i))).collect();
    let affine = Affine::from_spacing([0.8, 0.8, 1.25], [-40.0, 3.0, 900.0]).unwrap();
    let (mut meshes, step) = surfaced([n; 3], voxels, affine);
    (meshes.remove(0), step)
}

/// Vertices minus edges plus faces of a closed mesh.
fn euler(mesh: &Mesh) -> i64 {
    mesh.positions().len() as i64 - mesh.faces().len() as i64 / 2
}

/// That `simple` is as closed, manifold, connected and pierced as the sound mesh it was made of.
fn check_kept(mesh: &Mesh, simple: &Mesh, step_exponent: i32) {
    let [before, after] = [mesh, simple].map(inspect);
    assert!(after.closed && after.manifold, "{after:?}");
    assert_eq!((after.n_misoriented_edges, after.n_unused_vertices), (0, 0));
    assert_eq!(after.n_components, before.n_components);
    assert_eq!(euler(simple), euler(mesh));
    let welded = weld(simple);
    assert_eq!(welded.positions().len(), simple.positions().len());
    assert!(inspect(&welded).manifold);
    let step = 2.0_f64.powi(step_exponent);
    let is_whole = |value: &f32| (f64::from(*value) / step).fract() == 0.0;
    assert!(simple.positions().iter().flatten().all(is_whole));
}

/// The largest distance of points strewn over the faces of `from`, ten rows of them a side.
fn sampled_mm(from: &Mesh, to: &Mesh) -> f64 {
    let points: Vec<[f32; 3]> = from
        .triangles()
        .flat_map(|[a, b, c]| {
            (0..=10_u8).flat_map(move |i| {
                (0..=10 - i).map(move |j| {
                    let [u, v] = [i, j].map(|k| f32::from(k) / 10.0);
                    [0, 1, 2]
                        .map(|axis| a[axis] + u * (b[axis] - a[axis]) + v * (c[axis] - a[axis]))
                })
            })
        })
        .collect();
    Tree::new(to).distances_mm(&points).into_iter().fold(0.0_f32, f32::max).into()
}

fn check_error(mesh: &Mesh, simple: &Mesh, error_mm: f64, tightness: f64) {
    let sampled = sampled_mm(mesh, simple).max(sampled_mm(simple, mesh));
    assert!(sampled <= error_mm + 1e-4, "{sampled} found, {error_mm} promised");
    assert!(error_mm <= tightness * sampled, "{error_mm} said, {sampled} found");
}

#[test]
fn a_torus_stays_one() {
    let torus = torus(40);
    for n_faces in [5000, 2000, 500, 100, 0] {
        let simple = to_faces(&torus, n_faces, STEP);
        // Vertices that did not move lie where they were, off the lattice.
        check_kept(&torus, &simple, -120);
        assert!(simple.faces().len() <= n_faces.max(60), "{}", simple.faces().len());
    }
}

#[test]
fn a_ball_of_a_tenth_of_the_faces_has_its_volume() {
    let (ball, step) = ball(15.0);
    let simple = to_faces(&ball, ball.faces().len() / 10, step);
    check_kept(&ball, &simple, step);
    assert_eq!(simple.faces().len(), ball.faces().len() / 10 / 2 * 2);
    let [before, after] = [&ball, &simple].map(|mesh| signed_volume(Closed::new(mesh).unwrap()));
    assert!((after / before - 1.0).abs() < 0.006, "{}", after / before);
    assert!(mutual_deviation_mm(&ball, &simple) < 0.6);
}

#[test]
fn errors_are_kept_and_not_much_larger_than_found() {
    let (ball, step) = ball(9.0);
    for max_error_mm in [0.1, 0.4, 2.0] {
        let simple = within(&ball, max_error_mm, step);
        check_kept(&ball, &simple.mesh, step);
        assert!(simple.error_mm <= max_error_mm);
        assert!(simple.mesh.faces().len() < ball.faces().len());
        check_error(&ball, &simple.mesh, simple.error_mm, 1.1);
    }
    let torus = torus(30);
    let simple = within(&torus, 0.5, STEP);
    check_error(&torus, &simple.mesh, simple.error_mm, 1.1);
}

#[test]
fn a_flat_square_needs_two_faces() {
    let simple = to_faces(&square(32), 2, STEP);
    assert_eq!(simple.faces().len(), 2);
    assert_eq!(area(&simple), 1024.0);
}

#[test]
fn borders_stay_where_they_are() {
    let square = square(20);
    let positions = square.positions().iter();
    let hills = positions.map(|&[x, y, _]| [x, y, (x / 3.0).sin() * (y / 4.0).cos()]).collect();
    let hills = Mesh::new(hills, square.faces().to_vec()).unwrap();
    let simple = to_faces(&hills, 100, STEP);
    let found = inspect(&simple);
    assert!(found.manifold && found.n_boundary_edges > 4 && found.n_components == 1);
    assert!(simple.faces().len() <= 100);
    for corner in [[0.0, 0.0], [20.0, 0.0], [0.0, 20.0], [20.0, 20.0]] {
        assert!(simple.positions().iter().any(|p| [p[0], p[1]] == corner), "{corner:?}");
    }
    // Seen from above it is the same square still.
    let flat = |mesh: &Mesh| {
        let positions = mesh.positions().iter().map(|&[x, y, _]| [x, y, 0.0]).collect();
        area(&Mesh::new(positions, mesh.faces().to_vec()).unwrap())
    };
    assert!((flat(&simple) - 400.0).abs() < 1e-3);
}

#[test]
fn of_every_piece_something_is_left() {
    let voxels = (0..9 * 9 * 9).map(|i| u16::from(i % 2 == 0 && i / 9 % 2 == 0 && i / 81 % 2 == 0));
    let (meshes, step) = surfaced([9; 3], voxels.collect(), Affine::IDENTITY);
    let simple = to_faces(&meshes[0], 0, step);
    assert_eq!(inspect(&simple).n_components, 125);
    assert!(simple.faces().len() < meshes[0].faces().len());
    check_kept(&meshes[0], &simple, step);
}

#[test]
fn what_is_not_manifold_is_borne() {
    let mut positions = square(6).positions().to_vec();
    positions.extend([[3.0, 3.0, 4.0], [9.0, 9.0, 1.0], [9.0, 8.0, 0.0]]);
    let mut faces = square(6).faces().to_vec();
    // A fin on an inner edge, a face at a corner only, two without area.
    faces.extend([[24, 25, 49], [48, 50, 51], [0, 0, 1], [7, 7, 7]]);
    let mesh = Mesh::new(positions, faces).unwrap();
    for n_faces in [60, 20, 0] {
        let simple = to_faces(&mesh, n_faces, STEP);
        assert!(simple.positions().contains(&[3.0, 3.0, 0.0]));
        assert!(simple.positions().contains(&[6.0, 6.0, 0.0]), "{n_faces}: {simple:?}");
        assert!(simple.faces().len() >= 2);
    }
    assert!(within(&mesh, 0.5, STEP).error_mm <= 0.5);
}

#[test]
fn odd_meshes_do_no_harm() {
    let triangle = |scale: f32| {
        let corners = vec![[0.0; 3], [scale, 0.0, 0.0], [0.0, scale, 0.0], [scale, scale, scale]];
        Mesh::new(corners, vec![[0, 1, 2], [1, 3, 2], [0, 0, 1]]).unwrap()
    };
    for mesh in [triangle(f32::MAX), triangle(f32::MIN_POSITIVE), triangle(0.0), Mesh::default()] {
        for step_exponent in [i32::MIN, -8, i32::MAX] {
            assert!(to_faces(&mesh, 1, step_exponent).faces().len() <= 3);
            let simple = within(&mesh, 0.1, step_exponent);
            assert!(simple.error_mm <= 0.1);
        }
    }
    let lone = Mesh::new(vec![[1.0; 3]; 3], vec![[0, 1, 2]]).unwrap();
    assert_eq!(to_faces(&lone, 0, STEP).faces().len(), 1);
}

#[test]
fn levels_get_coarser_within_their_errors() {
    let (ball, step) = ball(12.0);
    let found = levels(&ball, 3.0, step);
    assert!(found.len() >= 2);
    let mut n_faces = ball.faces().len();
    for level in &found {
        check_kept(&ball, &level.mesh, step);
        assert!(10 * level.mesh.faces().len() <= 6 * n_faces);
        n_faces = level.mesh.faces().len();
        let sampled = sampled_mm(&ball, &level.mesh).max(sampled_mm(&level.mesh, &ball));
        assert!(sampled <= level.error_mm + 1e-4);
    }
    assert!(found.windows(2).all(|pair| pair[0].error_mm < pair[1].error_mm));
    assert!(found[found.len() - 1].error_mm <= 3.0);
}

#[test]
fn any_number_of_threads_gives_the_same_levels() {
    let (ball, step) = ball(8.0);
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| levels(&ball, 3.0, step))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn deviations_are_those_of_analytic_shapes() {
    let moved = |mesh: &Mesh, by: [f32; 3]| {
        let moved = |p: &[f32; 3]| [p[0] + by[0], p[1] + by[1], p[2] + by[2]];
        Mesh::new(mesh.positions().iter().map(moved).collect(), mesh.faces().to_vec()).unwrap()
    };
    let near = |found: f64, expected: f64| {
        assert!(found >= expected - 1e-9, "{found} < {expected}");
        assert!(found <= expected * (1.0 + TOLERANCE) + 1e-4, "{found} > {expected}");
    };
    near(deviation_mm(&square(16), &square(16)), 0.0);
    near(deviation_mm(&square(1), &square(16)), 0.0);
    near(deviation_mm(&square(8), &moved(&square(8), [0.0, 0.0, 1.5])), 1.5);
    // Beyond the square's side; and back, where the smaller lies within the larger.
    near(deviation_mm(&square(16), &square(10)), 72.0_f64.sqrt());
    near(deviation_mm(&square(10), &square(16)), 0.0);
    near(mutual_deviation_mm(&square(10), &square(16)), 72.0_f64.sqrt());
    // The farthest point lies in the middle of a face, over a gap.
    let gap = Mesh::new(square(8).positions().to_vec(), {
        let is_kept = |face: &&[u32; 3]| !face.contains(&40);
        square(8).faces().iter().filter(is_kept).copied().collect()
    })
    .unwrap();
    near(deviation_mm(&square(1), &gap), 0.0);
    assert!(deviation_mm(&square(8), &gap) >= 0.7);
    assert_eq!(deviation_mm(&Mesh::default(), &square(1)), 0.0);
    assert_eq!(deviation_mm(&square(1), &Mesh::default()), f64::INFINITY);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn surfaces_of_random_labels_stay_sound(
        dims in [1_usize..9, 1_usize..9, 1_usize..9],
        seed in proptest::collection::vec(0_u16..3, 729),
        share in 0_usize..4,
        spacing_mm in 0.3..3.0_f64,
    ) {
        let voxels = seed[..dims.iter().product()].to_vec();
        let affine = Affine::from_spacing([spacing_mm, 1.0, 2.0], [-80.0, 7.0, 400.0]).unwrap();
        let (meshes, step) = surfaced(dims, voxels, affine);
        for mesh in &meshes {
            check_kept(mesh, &to_faces(mesh, mesh.faces().len() * share / 4, step), step);
        }
    }

    #[test]
    fn errors_of_random_labels_are_kept(
        seed in proptest::collection::vec(0_u16..2, 125),
        max_error_mm in 0.05..1.5_f64,
    ) {
        let (meshes, step) = surfaced([5; 3], seed, Affine::IDENTITY);
        for mesh in &meshes {
            let simple = within(mesh, max_error_mm, step);
            check_kept(mesh, &simple.mesh, step);
            prop_assert!(simple.error_mm <= max_error_mm);
            let sampled = sampled_mm(mesh, &simple.mesh).max(sampled_mm(&simple.mesh, mesh));
            prop_assert!(sampled <= simple.error_mm + 1e-4);
        }
    }
}

#[test]
fn faces_back_to_back_are_no_trouble() {
    // Strips of pairs of triangles with the same corners, wound against each other, joined at one edge.
    let n = 40;
    let positions: Vec<[f32; 3]> =
        (0..2 * n).map(|i| [(i / 2) as f32, (i % 2) as f32, 0.01 * (i % 5) as f32]).collect();
    let mut faces = Vec::new();
    for i in 0..2 * n - 2 {
        faces.push([i, i + 1, i + 2]);
        faces.push([i + 1, i, i + 2]);
    }
    let mesh = Mesh::new(positions, faces).unwrap();
    for n_faces in [1, 20, 60] {
        let simple = to_faces(&mesh, n_faces, -8);
        assert!(simple.faces().len() <= mesh.faces().len());
    }
}
