use medshape_types::{Affine, Grid, LabelMap};

use super::*;
use crate::mesh::intersections::intersections;
use crate::mesh::quality::inspect;
use crate::mesh::volume::signed_volume;
use crate::surface::{SurfaceOptions, surfaces};

fn surfaced(n: usize, is_inside: impl Fn([f64; 3]) -> bool) -> Mesh {
    let grid = Grid::new([n; 3], Affine::IDENTITY).unwrap();
    let inside = |at: usize| {
        let middle = n as f64 / 2.0 - 0.3;
        u16::from(is_inside([at % n, at / n % n, at / (n * n)].map(|v| v as f64 - middle)))
    };
    let voxels = (0..grid.n_voxels()).map(inside).collect();
    let map = LabelMap::new(grid, voxels, vec![0, 1]).unwrap();
    surfaces(&map, &SurfaceOptions::default()).meshes.swap_remove(1)
}

/// Shortest and longest edge.
fn edges(mesh: &Mesh) -> [f64; 2] {
    let lengths = mesh.triangles().flat_map(|[a, b, c]| [[a, b], [b, c], [c, a]]).map(|[a, b]| {
        let d = sub(a.map(f64::from), b.map(f64::from));
        dot(d, d).sqrt()
    });
    lengths.fold([f64::INFINITY, 0.0], |[low, high], at| [low.min(at), high.max(at)])
}

fn check(mesh: &Mesh, edge_mm: f64) {
    let new = remesh(Closed::new(mesh).unwrap(), &RemeshOptions::with_edge_mm(edge_mm)).unwrap();
    let (before, after) = (inspect(mesh), inspect(&new));
    assert!(after.closed && after.manifold && after.oriented, "{after:?}");
    assert_eq!((after.n_components, after.n_degenerate_faces), (before.n_components, 0));
    let [shortest, longest] = edges(&new).map(|length| length / edge_mm);
    assert!(shortest > 0.5 && longest < 1.6, "{shortest} {longest}");
    let euler = |mesh: &Mesh| mesh.positions().len() as i64 - mesh.faces().len() as i64 / 2;
    assert_eq!(euler(&new), euler(mesh));
    let [old_volume, new_volume] = [mesh, &new].map(|m| signed_volume(Closed::new(m).unwrap()));
    let change = 100.0 * (new_volume / old_volume - 1.0);
    println!("edges {shortest:.2} to {longest:.2} times {edge_mm} mm, volume {change:.2} %");
    assert!(
        (new_volume / old_volume - 1.0).abs() < 0.01 * edge_mm * edge_mm,
        "{new_volume} {old_volume}"
    );
    let away = Tree::new(mesh).distances_mm(new.positions());
    assert!(away.into_iter().all(|distance| distance < 1e-4));
    assert_eq!(intersections(&new).n_pairs, 0);
}

#[test]
fn a_ball_and_a_torus_get_even_edges() {
    let ball = surfaced(28, |p| dot(p, p) < 100.0);
    check(&ball, 0.8);
    check(&ball, 2.0);
    let torus = surfaced(32, |[x, y, z]| ((x * x + y * y).sqrt() - 10.0).powi(2) + z * z < 16.0);
    check(&torus, 1.0);
    check(&torus, 1.6);
}

#[test]
fn lengths_that_make_no_sense_are_refused_and_long_ones_are_not() {
    let ball = surfaced(12, |p| dot(p, p) < 16.0);
    let closed = Closed::new(&ball).unwrap();
    for edge_mm in [0.0, -1.0, f64::NAN, 1e-6] {
        assert!(remesh(closed, &RemeshOptions::with_edge_mm(edge_mm)).is_none());
    }
    let coarse = remesh(closed, &RemeshOptions::with_edge_mm(1e6)).unwrap();
    assert!(Closed::new(&coarse).is_some() && coarse.faces().len() < ball.faces().len());
}
