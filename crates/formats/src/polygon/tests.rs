use proptest::prelude::*;

use super::triangulate;

fn area_vector(corners: &[[f32; 3]], faces: &[[usize; 3]]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for face in faces {
        let [a, b, c] = face.map(|at| corners[at].map(f64::from));
        let edge = |to: [f64; 3]| [0, 1, 2].map(|axis| to[axis] - a[axis]);
        let (u, v) = (edge(b), edge(c));
        sum[0] += 0.5 * (u[1] * v[2] - u[2] * v[1]);
        sum[1] += 0.5 * (u[2] * v[0] - u[0] * v[2]);
        sum[2] += 0.5 * (u[0] * v[1] - u[1] * v[0]);
    }
    sum
}

fn length(vector: [f64; 3]) -> f64 {
    vector.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// Area if every triangle counts as positive: more than the polygon's where triangles overlap.
fn covered(corners: &[[f32; 3]], faces: &[[usize; 3]]) -> f64 {
    faces.iter().map(|&face| length(area_vector(corners, &[face]))).sum()
}

/// Turned into the plane that `turn` says, so that no axis is favoured.
fn placed(flat: &[[f32; 2]], turn: usize) -> Vec<[f32; 3]> {
    flat.iter()
        .map(|&[x, y]| match turn {
            0 => [x, y, 5.0],
            1 => [5.0, x, y],
            2 => [y, 5.0, x],
            3 => [y, x, 5.0],
            _ => [x, y, 0.5 * x - 0.25 * y],
        })
        .collect()
}

fn check(flat: &[[f32; 2]], area: f64) {
    for turn in 0..5 {
        let corners = placed(flat, turn);
        let faces = triangulate(&corners);
        assert_eq!(faces.len(), corners.len() - 2);
        let expected = if turn == 4 { area * 1.3125_f64.sqrt() } else { area };
        let signed = length(area_vector(&corners, &faces));
        assert!((signed - expected).abs() < 1e-6 * expected, "{signed} is not {expected}");
        let covered = covered(&corners, &faces);
        assert!((covered - expected).abs() < 1e-6 * expected, "{covered} is not {expected}");
    }
}

#[test]
fn a_triangle_stays_as_it_is() {
    assert_eq!(triangulate(&[[0.0; 3]; 3]), [[0, 1, 2]]);
    assert_eq!(triangulate(&[[0.0; 3]; 2]), [[0; 3]; 0]);
    assert_eq!(triangulate(&[]), [[0; 3]; 0]);
}

#[test]
fn a_square_is_cut_from_its_first_corner() {
    let square = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]];
    assert_eq!(triangulate(&square), [[0, 1, 2], [0, 2, 3]]);
}

#[test]
fn an_arrowhead_is_cut_at_its_notch() {
    // The notch is corner 1, then corner 2: the cut has to begin there.
    check(&[[0.0, 0.0], [1.0, 0.5], [4.0, 0.0], [1.0, 4.0]], 7.0);
    check(&[[1.0, 4.0], [0.0, 0.0], [1.0, 0.5], [4.0, 0.0]], 7.0);
}

#[test]
fn concave_polygons_keep_their_area() {
    // An L, a U, and a comb with four teeth.
    check(&[[0., 0.], [2., 0.], [2., 1.], [1., 1.], [1., 2.], [0., 2.]], 3.0);
    check(&[[0., 0.], [3., 0.], [3., 3.], [2., 3.], [2., 1.], [1., 1.], [1., 3.], [0., 3.]], 7.0);
    let mut comb = vec![[0.0, 0.0], [7.0, 0.0]];
    for tooth in (0..4_u8).rev() {
        let x = 2.0 * f32::from(tooth);
        comb.extend([[x + 1.0, 5.0], [x, 5.0]]);
        if tooth > 0 {
            comb.extend([[x, 1.0], [x - 1.0, 1.0]]);
        }
    }
    check(&comb, 7.0 + 4.0 * 4.0);
}

#[test]
fn corners_on_a_straight_edge_make_no_flat_triangle() {
    let square = [[0., 0.], [1., 0.], [2., 0.], [2., 1.], [2., 2.], [1., 2.], [0., 2.], [0., 1.]];
    check(&square, 4.0);
    let corners = placed(&square, 0);
    for face in triangulate(&corners) {
        assert!(length(area_vector(&corners, &[face])) > 0.1);
    }
}

#[test]
fn an_outline_that_runs_to_a_hole_and_back_keeps_the_hole() {
    let outline = [
        [0., 0.],
        [3., 0.],
        [3., 3.],
        [0., 3.],
        [0., 0.],
        [1., 1.],
        [1., 2.],
        [2., 2.],
        [2., 1.],
        [1., 1.],
    ];
    check(&outline, 8.0);
}

#[test]
fn what_has_no_area_or_no_number_is_a_fan() {
    let fan = [[0, 1, 2], [0, 2, 3], [0, 3, 4]];
    assert_eq!(triangulate(&[[1.0; 3]; 5]), fan);
    let mut corners = placed(&[[0., 0.], [2., 0.], [2., 1.], [1., 0.5], [0., 1.]], 0);
    corners[2][0] = f32::NAN;
    assert_eq!(triangulate(&corners), fan);
    corners[2][0] = f32::INFINITY;
    assert_eq!(triangulate(&corners), fan);
}

#[test]
fn a_star_shaped_polygon_of_256_corners_keeps_its_area() {
    let n = 256_u16;
    let flat: Vec<[f32; 2]> = (0..n)
        .map(|at| {
            let angle = std::f32::consts::TAU * f32::from(at) / f32::from(n);
            let radius = if at % 2 == 0 { 10.0 } else { 3.0 };
            [radius * angle.cos(), radius * angle.sin()]
        })
        .collect();
    let shoelace: f64 = (0..flat.len())
        .map(|at| (flat[at].map(f64::from), flat[(at + 1) % flat.len()].map(f64::from)))
        .map(|([ax, ay], [bx, by])| 0.5 * (ax * by - ay * bx))
        .sum();
    check(&flat, shoelace);
}

proptest! {
    #[test]
    fn any_polygon_gives_two_triangles_fewer_than_corners(
        corners in prop::collection::vec(prop::array::uniform3(prop_oneof![
            4 => (-3..4_i8).prop_map(f32::from),
            1 => any::<f32>(),
        ]), 3..40),
    ) {
        let faces = triangulate(&corners);
        prop_assert_eq!(faces.len(), corners.len() - 2);
        // Each edge of the polygon is there once, and all others twice: the outline is kept.
        let mut edges = std::collections::BTreeMap::<_, i32>::new();
        for [a, b, c] in faces {
            for [from, to] in [[a, b], [b, c], [c, a]] {
                prop_assert!(from != to && from < corners.len());
                *edges.entry([from, to]).or_default() += 1;
                *edges.entry([to, from]).or_default() -= 1;
            }
        }
        for from in 0..corners.len() {
            edges.remove(&[from, (from + 1) % corners.len()]);
            edges.remove(&[(from + 1) % corners.len(), from]);
        }
        prop_assert!(edges.values().all(|&n| n == 0));
    }
}
