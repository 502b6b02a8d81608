use proptest::prelude::*;

use super::*;
use crate::mesh::closed::Closed;

/// A torus of radii 18 and 6 mm around the z axis.
pub(crate) fn torus(n: u32) -> Mesh {
    let angle = |step: u32| f64::from(step) * std::f64::consts::TAU / f64::from(n);
    let position = |index: u32| {
        let (u, v) = (angle(index / n), angle(index % n));
        let radius = 18.0 + 6.0 * v.cos();
        [radius * u.cos(), radius * u.sin(), 6.0 * v.sin()].map(|value| value as f32)
    };
    let vertex = |u: u32, v: u32| (u % n) * n + v % n;
    let cell = |index: u32| {
        let (u, v) = (index / n, index % n);
        let [a, b, c, d] = [vertex(u, v), vertex(u + 1, v), vertex(u + 1, v + 1), vertex(u, v + 1)];
        [[a, b, c], [a, c, d]]
    };
    Mesh::new((0..n * n).map(position).collect(), (0..n * n).flat_map(cell).collect()).unwrap()
}

fn by_looking_at_all(mesh: &Mesh, point: [f32; 3]) -> f64 {
    let point = point.map(f64::from);
    let squared = |triangle: [[f32; 3]; 3]| {
        let away = sub(point, closest(point, triangle.map(|corner| corner.map(f64::from))).1);
        dot(away, away)
    };
    mesh.triangles().map(squared).fold(f64::INFINITY, f64::min).sqrt()
}

fn check(mesh: &Mesh, points: &[[f32; 3]], tolerance_mm: f64) {
    let tree = Tree::new(mesh);
    let in_bulk = tree.distances_mm(points);
    for (&point, in_bulk) in points.iter().zip(in_bulk) {
        let expected = by_looking_at_all(mesh, point);
        let found = tree.nearest(point).unwrap();
        for distance in [found.distance_mm, f64::from(in_bulk)] {
            assert!((distance - expected).abs() < tolerance_mm, "{distance} for {expected}");
        }
        let away = sub(point.map(f64::from), found.point);
        assert!((dot(away, away).sqrt() - found.distance_mm).abs() < 1e-9);
    }
}

fn points() -> impl Strategy<Value = Vec<[f32; 3]>> {
    proptest::collection::vec(proptest::array::uniform3(-40.0_f32..40.0), 1..60)
}

proptest! {
    #[test]
    fn the_nearest_point_of_a_torus_is_that_of_looking_at_all(points in points()) {
        check(&torus(13), &points, 1e-5);
    }

    #[test]
    fn the_nearest_point_of_any_triangles_is_that_of_looking_at_all(
        corners in proptest::collection::vec(proptest::array::uniform3(-30_i8..30), 3..90),
        points in points(),
    ) {
        // Whole numbers: many triangles without area and many at one distance.
        let positions: Vec<_> = corners.iter().map(|c| c.map(f32::from)).collect();
        let faces = (0..positions.len() as u32 / 3).map(|n| [3 * n, 3 * n + 1, 3 * n + 2]);
        check(&Mesh::new(positions.clone(), faces.collect()).unwrap(), &points, 2e-5);
    }

    #[test]
    fn signs_are_those_of_the_torus(points in points()) {
        let mesh = torus(96);
        let tree = SignedTree::new(Closed::new(&mesh).unwrap());
        for (point, found) in points.iter().zip(tree.signed_distances_mm(&points)) {
            let [x, y, z] = point.map(f64::from);
            let expected = ((x * x + y * y).sqrt() - 18.0).hypot(z) - 6.0;
            // A polyhedron with 96 sides is up to r (1 - cos(pi / 96)) = 0.013 mm inside.
            assert!((f64::from(found) - expected).abs() < 0.02, "{found} for {expected}");
        }
    }
}

#[test]
fn a_spike_is_inside_only_near_itself() {
    // Under the tip of a spike the face normals disagree: only the weighted sum is right.
    let corners = vec![[0.0, 0.0, 9.0], [1.0, 0.0, 0.0], [-0.5, 0.8, 0.0], [-0.5, -0.8, 0.0]];
    let faces = vec![[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]];
    let mesh = Mesh::new(corners, faces).unwrap();
    let tree = SignedTree::new(Closed::new(&mesh).unwrap());
    for x in -30..30_i8 {
        for z in 0..30_i8 {
            let above = [f32::from(x) * 0.1, f32::from(x) * 0.07, 9.05 + f32::from(z) * 0.1];
            assert!(tree.signed_distances_mm(&[above])[0] > 0.0, "{above:?}");
        }
    }
    assert!(tree.signed_distances_mm(&[[0.0, 0.0, 8.0]])[0] < 0.0);
}

#[test]
fn rays_meet_the_near_side_first() {
    let mesh = torus(64);
    let tree = Tree::new(&mesh);
    let hit = tree.first_hit([40.0, 0.3, 0.2], [-2.0, 0.0, 0.0]).unwrap();
    assert!((hit.along - 8.0).abs() < 0.1, "{hit:?}");
    let from_inside = tree.first_hit([18.0, 0.3, 0.2], [1.0, 0.0, 0.0]).unwrap();
    assert!((from_inside.along - 6.0).abs() < 0.1, "{from_inside:?}");
    assert_eq!(tree.first_hit([0.01, 0.02, 40.0], [0.0, 0.0, -1.0]), None);
    assert_eq!(tree.first_hit([40.0, 0.0, 0.0], [1.0, 0.0, 0.0]), None);
}

#[test]
fn a_mesh_without_faces_is_nowhere() {
    let mesh = Mesh::default();
    let tree = Tree::new(&mesh);
    assert_eq!(tree.nearest([1.0; 3]), None);
    assert_eq!(tree.distances_mm(&[[1.0; 3]]), [f32::INFINITY]);
    assert_eq!(tree.first_hit([0.0; 3], [1.0, 0.0, 0.0]), None);
}

#[test]
fn huge_coordinates_do_not_panic() {
    let corners = vec![[f32::MAX, 0.0, 0.0], [-f32::MAX, 1.0, 0.0], [0.0, f32::MAX, 1.0]];
    let mesh = Mesh::new(corners, vec![[0, 1, 2]]).unwrap();
    assert!(Tree::new(&mesh).nearest([0.0; 3]).is_some());
    let mesh = torus(8);
    for odd in [f32::NAN, f32::INFINITY, -f32::MAX] {
        assert!(Tree::new(&mesh).nearest([odd, 0.0, 1.0]).is_some());
        assert_eq!(Tree::new(&mesh).first_hit([odd, 0.0, 1.0], [0.0, 0.0, 1.0]), None);
    }
}
