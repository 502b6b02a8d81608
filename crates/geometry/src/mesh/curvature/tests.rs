use std::f64::consts::{PI, TAU};

use medshape_types::{Affine, Grid, LabelMap};

use super::*;
use crate::surface::{SurfaceOptions, surfaces};

/// A torus around z, cut into triangles along its two circles.
fn torus(large_mm: f64, small_mm: f64, n: [u32; 2]) -> Mesh {
    let place = |i: u32, j: u32| {
        let (u, v) = (TAU * f64::from(i) / f64::from(n[0]), TAU * f64::from(j) / f64::from(n[1]));
        let radius = large_mm + small_mm * v.cos();
        [radius * u.cos(), radius * u.sin(), small_mm * v.sin()].map(|value| value as f32)
    };
    let positions = (0..n[0] * n[1]).map(|at| place(at / n[1], at % n[1])).collect();
    let at = |i: u32, j: u32| i % n[0] * n[1] + j % n[1];
    let cells = (0..n[0] * n[1]).map(|at| (at / n[1], at % n[1]));
    let faces = cells.flat_map(|(i, j)| {
        let [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
        [[a, b, c], [a, c, d]]
    });
    Mesh::new(positions, faces.collect()).unwrap()
}

/// Largest error of mean and of Gaussian curvature on a torus of radii 10 and 4 mm.
fn torus_errors(curvatures: &[Curvature], n: [u32; 2]) -> [f64; 2] {
    let mut worst = [0.0_f64; 2];
    for (vertex, found) in curvatures.iter().enumerate() {
        let v = TAU * (vertex as u32 % n[1]) as f64 / f64::from(n[1]);
        let around = v.cos() / (10.0 + 4.0 * v.cos());
        worst[0] = worst[0].max((found.mean_per_mm - 0.5 * (0.25 + around)).abs());
        worst[1] = worst[1].max((found.gaussian_per_mm2 - 0.25 * around).abs());
    }
    worst
}

#[test]
fn a_torus_bends_as_it_should() {
    let n = [160, 80];
    let torus = torus(10.0, 4.0, n);
    let [mean, gaussian] = torus_errors(&discrete(&torus), n);
    assert!(mean < 1e-3 && gaussian < 1e-3, "{mean} {gaussian}");
    let [mean, gaussian] = torus_errors(&fitted(&torus, 2), n);
    assert!(mean < 2e-3 && gaussian < 1e-3, "{mean} {gaussian}");
}

#[test]
fn gaussian_curvature_sums_to_the_euler_number() {
    let total = |mesh: &Mesh| -> f64 {
        let found = discrete(mesh).into_iter().map(|found| found.gaussian_per_mm2);
        found.zip(vertex_areas_mm2(mesh)).map(|(curvature, area)| curvature * area).sum()
    };
    assert!(total(&torus(10.0, 4.0, [17, 9])).abs() < 1e-9);
    let map = ball(6.0, [1.0, 1.0, 1.5]);
    let mesh = &surfaces(&map, &SurfaceOptions::default()).meshes[1];
    assert!((total(mesh) - 4.0 * PI).abs() < 1e-9);
    let areas: f64 = vertex_areas_mm2(mesh).iter().sum();
    assert!((areas / crate::mesh::area::area(mesh) - 1.0).abs() < 1e-9);
}

/// A ball of voxels around a point off the grid.
fn ball(radius_mm: f64, spacing_mm: [f64; 3]) -> LabelMap {
    let dims = spacing_mm.map(|spacing| (2.0 * radius_mm / spacing) as usize + 6);
    let grid = Grid::new(dims, Affine::from_spacing(spacing_mm, [0.0; 3]).unwrap()).unwrap();
    let inside = |at: usize| {
        let index = [at % dims[0], at / dims[0] % dims[1], at / (dims[0] * dims[1])];
        let d = [0, 1, 2].map(|a| (index[a] as f64 - dims[a] as f64 / 2.0 + 0.3) * spacing_mm[a]);
        u16::from(dot(d, d) <= radius_mm * radius_mm)
    };
    let voxels = (0..grid.n_voxels()).map(inside).collect();
    LabelMap::new(grid, voxels, vec![0, 1]).unwrap()
}

/// Root of the mean squared error of the mean curvature, by that of the ball.
fn ball_error(found: &[Curvature], radius_mm: f64) -> f64 {
    let squared = found.iter().map(|found| (found.mean_per_mm * radius_mm - 1.0).powi(2));
    (squared.sum::<f64>() / found.len() as f64).sqrt()
}

#[test]
fn fitting_sees_the_ball_behind_its_voxels() {
    let mesh = &surfaces(&ball(20.0, [0.8, 0.8, 1.25]), &SurfaceOptions::default()).meshes[1];
    let errors = [1, 2, 3, 4, 5].map(|n_rings| ball_error(&fitted(mesh, n_rings), 20.0));
    let faces = ball_error(&discrete(mesh), 20.0);
    println!("discrete {faces:.3}, fitted to 1 to 5 rings {errors:.3?}");
    assert!(faces > 3.0 * errors[2]);
    let mean = fitted(mesh, 3).iter().map(|found| found.mean_per_mm).sum::<f64>()
        / mesh.positions().len() as f64;
    assert!((mean * 20.0 - 1.0).abs() < 0.02, "{mean}");
}

#[test]
fn kinds_of_bend_have_their_index() {
    let bend =
        |k1: f64, k2: f64| Curvature { mean_per_mm: 0.5 * (k1 + k2), gaussian_per_mm2: k1 * k2 };
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    near(bend(0.5, 0.5).shape_index(), 1.0);
    near(bend(0.5, 0.0).shape_index(), 0.5);
    near(bend(0.5, -0.5).shape_index(), 0.0);
    near(bend(0.0, -0.5).shape_index(), -0.5);
    near(bend(-0.5, -0.5).shape_index(), -1.0);
    near(bend(0.3, -0.4).curvedness_per_mm(), 0.125_f64.sqrt());
}

#[test]
fn vertices_without_a_full_ring_are_flat() {
    let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [5.0; 3]];
    let triangle = Mesh::new(corners, vec![[0, 1, 2]]).unwrap();
    assert_eq!(discrete(&triangle), [Curvature::default(); 4]);
    assert_eq!(fitted(&triangle, 3), [Curvature::default(); 4]);
}
