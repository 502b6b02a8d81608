//! What `surfaces` promises beside closed meshes.

use medshape_geometry::mesh::{closed::Closed, quality::inspect, volume::signed_volume};
use medshape_geometry::surface::{SurfaceOptions, Surfaces, surfaces};
use medshape_types::{Affine, Grid, LabelMap, Mesh};

/// Two halves of a ball of radius 9 voxels with a rod along z through both.
fn ball(affine: Affine) -> LabelMap {
    let grid = Grid::new([24, 22, 26], affine).unwrap();
    let voxel = |index: usize| {
        let [x, y, z] = [index % 24, index / 24 % 22, index / (24 * 22)];
        let [x, y, z] = [x as f64 - 11.3, y as f64 - 10.6, z as f64 - 12.1];
        if x * x + y * y < 6.0 {
            3
        } else if x * x + y * y + z * z > 81.0 {
            0
        } else {
            1 + u16::from(x + 0.3 * y > 1.0)
        }
    };
    LabelMap::new(grid, (0..24 * 22 * 26).map(voxel).collect(), vec![0, 5, 6, 9]).unwrap()
}

fn of(map: &LabelMap) -> Surfaces {
    surfaces(map, &SurfaceOptions::default())
}

fn oblique() -> Affine {
    Affine::from_rows([[0.7, -0.2, 0.1, 30.0], [0.25, 0.6, 0.0, -8.0], [0.0, 0.1, -1.3, 411.0]])
        .unwrap()
}

#[test]
fn any_number_of_threads_gives_the_same_meshes() {
    let map = ball(oblique());
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| of(&map))
    };
    let expected = on(1);
    for n_threads in 2..6 {
        assert_eq!(on(n_threads), expected);
    }
}

#[test]
fn every_label_has_the_volume_of_its_voxels() {
    let map = ball(oblique());
    let counts = map.counts();
    for (label, mesh) in of(&map).meshes.iter().enumerate().skip(1) {
        let expected = counts[label] as f64 * map.grid().voxel_volume_mm3();
        let volume = signed_volume(Closed::new(mesh).unwrap());
        assert!((volume / expected - 1.0).abs() < 1e-3, "label {label}: {volume} for {expected}");
    }
}

#[test]
fn reflections_and_rotations_keep_the_outside_outside() {
    for signs in 0..8 {
        let sign = |axis: usize| if signs >> axis & 1 == 1 { -1.0 } else { 1.0 };
        let rows = [[0.0, 0.9 * sign(1), 0.0, 1.0], [0.0, 0.0, 1.4 * sign(2), 2.0]];
        let rows = [rows[0], rows[1], [0.8 * sign(0), 0.0, 0.0, -3.0]];
        let found = of(&ball(Affine::from_rows(rows).unwrap()));
        assert!(found.meshes[1..].iter().all(|mesh| inspect(mesh).oriented));
    }
}

#[test]
fn touching_labels_share_the_positions_of_their_boundary() {
    let found = of(&ball(oblique()));
    let triangles = |mesh: &Mesh| -> Vec<Vec<[u32; 3]>> {
        mesh.triangles()
            .map(|triangle| {
                let mut corners = triangle.map(|corner| corner.map(f32::to_bits)).to_vec();
                corners.sort_unstable();
                corners
            })
            .collect()
    };
    let mut all: Vec<_> = found.meshes.iter().flat_map(triangles).collect();
    let n_all = all.len();
    all.sort_unstable();
    all.dedup();
    let n_shared = n_all - all.len();
    // The plane between the halves and the rod's side, in voxel faces, are a good thousand triangles.
    assert!(n_shared > 1000, "{n_shared}");
    // Together the labels are one closed body, so what is not shared is its outside.
    let unsmoothed = surfaces(
        &ball(oblique()),
        &SurfaceOptions { reach_voxels: 0, ..SurfaceOptions::default() },
    );
    let mut flat: Vec<_> = unsmoothed.meshes.iter().flat_map(triangles).collect();
    flat.sort_unstable();
    flat.dedup();
    assert_eq!(flat.len(), all.len());
}

#[test]
fn vertices_lie_on_the_lattice_and_near_their_corners() {
    let map = ball(oblique());
    let found = of(&map);
    let step = 2_f64.powi(found.step_exponent);
    let smallest = map.grid().spacing_mm().into_iter().fold(f64::INFINITY, f64::min);
    assert!(step <= smallest / 256.0);
    let voxel_from_world = map.grid().world_from_voxel().inverse();
    for position in found.meshes.iter().flat_map(Mesh::positions) {
        for value in position {
            assert_eq!(f64::from(*value) / step, (f64::from(*value) / step).round());
        }
        let voxel = voxel_from_world.apply(position.map(f64::from));
        assert!(voxel.iter().all(|value| (value - value.floor() - 0.5).abs() < 0.494));
    }
}

#[test]
fn a_grid_at_the_end_of_the_world_does_not_panic() {
    let affine = Affine::from_spacing([1.0; 3], [1e300, -1e300, 0.0]).unwrap();
    assert_eq!(of(&ball(affine)).meshes.len(), 4);
}
