use super::*;
use crate::compare::overlap::overlaps;

/// A ball, each voxel by its centre, on a grid whose first voxel begins at the origin.
fn ball(n: usize, spacing_mm: f64, radius_mm: f64) -> LabelMap {
    let affine = Affine::from_spacing([spacing_mm; 3], [0.5 * spacing_mm; 3]).unwrap();
    let grid = Grid::new([n; 3], affine).unwrap();
    let middle = 0.5 * n as f64 * spacing_mm + 0.3;
    let voxels = (0..n * n * n).map(|index| {
        let voxel = [index % n, index / n % n, index / (n * n)].map(|at| at as f64);
        let square: f64 =
            grid.world_from_voxel().apply(voxel).iter().map(|at| (at - middle).powi(2)).sum();
        u16::from(square < radius_mm * radius_mm)
    });
    LabelMap::new(grid, voxels.collect(), vec![0, 1]).unwrap()
}

fn dice(a: &LabelMap, b: &LabelMap) -> f64 {
    overlaps(a, b).unwrap()[0].1.dice()
}

#[test]
fn the_staircase_goes() {
    let (coarse, fine) = (ball(20, 3.0, 21.0), ball(60, 1.0, 21.0));
    let found = [Interpolation::Nearest, Interpolation::Linear, Interpolation::Smooth]
        .map(|by| dice(&with_spacing(&coarse, [1.0; 3], by).unwrap(), &fine));
    println!("Dice of a ball from 3 mm to 1 mm: {found:.4?}");
    assert!(found[0] < 0.96 && found[1] > 0.970 && found[2] > 0.975, "{found:?}");
}

#[test]
fn volumes_stay_going_coarse() {
    let fine = ball(90, 0.7, 25.0);
    for by in [Interpolation::Linear, Interpolation::Smooth] {
        let coarse = with_spacing(&fine, [1.9; 3], by).unwrap();
        let volume_mm3 = |map: &LabelMap| map.counts()[1] as f64 * map.grid().voxel_volume_mm3();
        let ratio = volume_mm3(&coarse) / volume_mm3(&fine);
        assert!((ratio - 1.0).abs() < 0.01, "{by:?}: {ratio}");
    }
}

#[test]
fn the_same_grid_gives_the_same_voxels() {
    let map = ball(17, 1.3, 9.0);
    for by in [Interpolation::Nearest, Interpolation::Linear] {
        assert_eq!(onto(&map, map.grid(), by).voxels(), map.voxels());
    }
}

#[test]
fn finer_and_back_changes_nothing() {
    let map = ball(17, 1.2, 9.0);
    let fine = with_spacing(&map, [0.4, 0.6, 1.2], Interpolation::Nearest).unwrap();
    assert_eq!(fine.grid().dims(), [51, 34, 17]);
    let back = with_spacing(&fine, [1.2; 3], Interpolation::Linear).unwrap();
    assert_eq!(back.voxels(), map.voxels());
    let [there, here] = [&map, &back].map(|map| map.grid().world_from_voxel().translation());
    assert!(there.iter().zip(here).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn a_turned_grid_sees_the_same_ball() {
    let map = ball(40, 1.0, 15.0);
    let (sin, cos) = 0.4_f64.sin_cos();
    let turned =
        Affine::from_rows([[cos, -sin, 0.0, 8.0], [sin, cos, 0.0, -9.0], [0.0, 0.0, 1.0, 0.5]]);
    let grid = Grid::new([44, 44, 40], turned.unwrap()).unwrap();
    for by in [Interpolation::Nearest, Interpolation::Linear, Interpolation::Smooth] {
        let found = onto(&map, &grid, by);
        let change = found.counts()[1] as f64 / map.counts()[1] as f64 - 1.0;
        assert!(change.abs() < 0.02, "{by:?}: {change}");
        let back = onto(&found, map.grid(), Interpolation::Linear);
        assert!(dice(&back, &map) > 0.975, "{by:?}: {}", dice(&back, &map));
    }
}

#[test]
fn impossible_spacings_are_refused() {
    let map = ball(5, 1.0, 2.0);
    for spacing_mm in [0.0, -1.0, f64::NAN, 1e-9, 1e9] {
        assert!(with_spacing(&map, [spacing_mm; 3], Interpolation::Linear).is_err());
    }
}
