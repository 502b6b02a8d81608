use medshape_types::{Affine, Grid, LabelMap};
use proptest::prelude::*;

use super::*;
use crate::mesh::quality::inspect;
use crate::surface::{SurfaceOptions, surfaces};

const BOX: [[u32; 3]; 12] = [
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

/// A cube of 12 faces with a corner at `at`.
fn cube(at: [f32; 3], size: f32) -> Mesh {
    let positions = (0..8_u8)
        .map(|i| [0, 1, 2].map(|axis| at[axis] + size * f32::from(i >> axis & 1)))
        .collect();
    Mesh::new(positions, BOX.to_vec()).unwrap()
}

fn together(meshes: &[Mesh]) -> Mesh {
    let (mut positions, mut faces) = (Vec::new(), Vec::new());
    for mesh in meshes {
        let first = positions.len() as u32;
        positions.extend(mesh.positions());
        faces.extend(mesh.faces().iter().map(|face| face.map(|vertex| vertex + first)));
    }
    Mesh::new(positions, faces).unwrap()
}

fn with_faces(mesh: &Mesh, faces: Vec<[u32; 3]>) -> Mesh {
    Mesh::new(mesh.positions().to_vec(), faces).unwrap()
}

fn volume(mesh: &Mesh) -> f64 {
    signed_volume(Closed::new(mesh).unwrap())
}

#[test]
fn a_sound_mesh_stays_as_it_is() {
    let sound = together(&[cube([0.0; 3], 1.0), cube([5.0; 3], 2.0)]);
    let (mesh, report) = repair(&sound, &RepairOptions::default());
    assert_eq!((mesh, report), (sound, RepairReport::default()));
}

#[test]
fn a_soup_of_triangles_becomes_a_cube() {
    let cube = cube([1.0; 3], 3.0);
    let positions: Vec<[f32; 3]> = cube.triangles().flatten().collect();
    let mut faces: Vec<[u32; 3]> = (0..12).map(|i| [3 * i, 3 * i + 1, 3 * i + 2]).collect();
    faces.extend([faces[3], [faces[4][1], faces[4][0], faces[4][2]], [0, 0, 1]]);
    for face in [1, 5, 6] {
        faces[face].swap(0, 1);
    }
    let (mesh, report) = repair(&Mesh::new(positions, faces).unwrap(), &RepairOptions::default());
    assert!((volume(&mesh) - 27.0).abs() < 1e-9);
    let expected = RepairReport {
        n_welded_vertices: 28,
        n_degenerate_faces: 1,
        n_duplicate_faces: 2,
        n_turned_faces: 3,
        ..RepairReport::default()
    };
    assert_eq!(report, expected);
}

#[test]
fn hollows_face_inward_and_what_is_in_them_outward() {
    let inward = |mesh: Mesh| {
        let faces = mesh.faces().iter().map(|&[a, b, c]| [a, c, b]).collect();
        with_faces(&mesh, faces)
    };
    let nested = [inward(cube([0.0; 3], 9.0)), cube([1.0; 3], 7.0), inward(cube([2.0; 3], 5.0))];
    let (mesh, report) = repair(&together(&nested), &RepairOptions::default());
    assert!((volume(&mesh) - (729.0 - 343.0 + 125.0)).abs() < 1e-6);
    assert_eq!(report.n_turned_faces, 36);
}

#[test]
fn cubes_that_share_an_edge_come_apart() {
    let mut mesh = together(&[cube([0.0; 3], 1.0), cube([1.0, 1.0, 0.0], 1.0)]);
    mesh = weld(&mesh);
    assert!(!inspect(&mesh).manifold);
    let (mesh, report) = repair(&mesh, &RepairOptions::default());
    let found = inspect(&mesh);
    assert!(found.manifold && found.closed && found.oriented && found.n_components == 2);
    assert_eq!((report.n_cut_edges, report.n_added_vertices), (1, 2));
    assert!((volume(&mesh) - 2.0).abs() < 1e-9);
}

#[test]
fn a_missing_side_is_filled_flat() {
    let cube = cube([0.0; 3], 2.0);
    let (mesh, report) = repair(&with_faces(&cube, BOX[2..].to_vec()), &RepairOptions::default());
    assert_eq!((report.n_filled_holes, report.n_added_faces), (1, 2));
    assert!((volume(&mesh) - 8.0).abs() < 1e-9);
    let none = RepairOptions { max_hole_edges: 3, ..RepairOptions::default() };
    let (mesh, report) = repair(&with_faces(&cube, BOX[2..].to_vec()), &none);
    assert_eq!((mesh.faces().len(), report.n_holes_left), (10, 1));
}

#[test]
fn crumbs_go() {
    let crumbs = together(&[cube([0.0; 3], 9.0), cube([20.0; 3], 0.5)]);
    let options = RepairOptions { min_piece_volume_mm3: 1.0, ..RepairOptions::default() };
    let (mesh, report) = repair(&crumbs, &options);
    assert_eq!((mesh.faces().len(), report.n_dropped_pieces), (12, 1));
}

#[test]
fn a_moebius_strip_is_cut_once() {
    let n = 12_u32;
    let positions = (0..2 * n)
        .map(|at| {
            let angle = f64::from(at / 2) * std::f64::consts::TAU / f64::from(n);
            let side = f64::from(at % 2) - 0.5;
            let radius = 5.0 + side * (0.5 * angle).cos();
            [radius * angle.cos(), radius * angle.sin(), side * (0.5 * angle).sin()]
                .map(|v| v as f32)
        })
        .collect();
    let mut faces = Vec::new();
    for i in 0..n {
        let [a, b] = [2 * i, 2 * i + 1];
        let [c, d] = if i + 1 < n { [a + 2, b + 2] } else { [1, 0] };
        faces.extend([[a, c, b], [b, c, d]]);
    }
    let none = RepairOptions { max_hole_edges: 0, ..RepairOptions::default() };
    let (mesh, report) = repair(&Mesh::new(positions, faces).unwrap(), &none);
    assert_eq!(report.n_one_sided_edges, 1);
    let found = inspect(&mesh);
    assert!(found.oriented && found.manifold);
}

#[test]
fn a_hole_in_a_ball_is_filled_close_to_the_ball() {
    let dims = [24; 3];
    let grid = Grid::new(dims, Affine::IDENTITY).unwrap();
    let inside = |at: usize| {
        let d = [at % 24, at / 24 % 24, at / 576].map(|v| v as f64 - 11.7);
        u16::from(d.iter().map(|v| v * v).sum::<f64>() < 100.0)
    };
    let voxels = (0..grid.n_voxels()).map(inside).collect();
    let map = LabelMap::new(grid, voxels, vec![0, 1]).unwrap();
    let ball = surfaces(&map, &SurfaceOptions::default()).meshes.swap_remove(1);
    let is_outside = |face: &&[u32; 3]| {
        let z = ball.positions()[face[0] as usize][2];
        z < 20.0
    };
    let open = with_faces(&ball, ball.faces().iter().filter(is_outside).copied().collect());
    let (mesh, report) = repair(&open, &RepairOptions::default());
    assert!(report.n_filled_holes == 1 && report.n_holes_left == 0, "{report:?}");
    let found = inspect(&mesh);
    assert!(found.closed && found.manifold && found.oriented);
    assert!(volume(&mesh) > 0.97 * volume(&ball));
}

proptest! {
    #[test]
    fn whatever_comes_in_is_manifold_and_wound_alike_after(
        positions in prop::collection::vec(prop::array::uniform3(0_u8..4), 12),
        faces in prop::collection::vec(prop::array::uniform3(0_u32..12), 1..40),
        max_hole_edges in 0_usize..20,
    ) {
        let positions = positions.iter().map(|p| p.map(f32::from)).collect();
        let options = RepairOptions { max_hole_edges, ..RepairOptions::default() };
        let (mesh, report) = repair(&Mesh::new(positions, faces).unwrap(), &options);
        let found = inspect(&mesh);
        prop_assert!(found.manifold, "{found:?} {report:?}");
        prop_assert_eq!(found.n_misoriented_edges, 0);
    }
}
