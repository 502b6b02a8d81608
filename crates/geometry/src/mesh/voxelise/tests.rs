use medshape_types::{Affine, Mesh};
use proptest::prelude::*;

use super::*;

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

fn cuboid(low: [f32; 3], high: [f32; 3]) -> Mesh {
    let corner = |index: usize| {
        [0, 1, 2].map(|axis| if index >> axis & 1 == 1 { high[axis] } else { low[axis] })
    };
    Mesh::new((0..8).map(corner).collect(), BOX.to_vec()).unwrap()
}

fn grid(n: usize) -> Grid {
    Grid::new([n; 3], Affine::IDENTITY).unwrap()
}

fn n_inside(mesh: &Mesh, grid: &Grid) -> u64 {
    voxelise(Closed::new(mesh).unwrap(), grid).n_inside()
}

#[test]
fn centres_on_the_surface_belong_to_one_of_two_neighbours() {
    // The boxes share the plane x = 3 and pass through voxel centres everywhere.
    let [left, right] =
        [cuboid([0.0; 3], [3.0, 5.0, 5.0]), cuboid([3.0, 0.0, 0.0], [7.0, 5.0, 5.0])];
    assert_eq!(n_inside(&left, &grid(9)), 3 * 5 * 5);
    assert_eq!(n_inside(&right, &grid(9)), 4 * 5 * 5);
    assert_eq!(n_inside(&cuboid([0.0; 3], [7.0, 5.0, 5.0]), &grid(9)), 7 * 5 * 5);
}

#[test]
fn what_reaches_beyond_the_grid_is_cut_off() {
    assert_eq!(n_inside(&cuboid([-9.5; 3], [2.5; 3]), &grid(5)), 27);
    assert_eq!(n_inside(&cuboid([2.5; 3], [1e30; 3]), &grid(5)), 8);
    assert_eq!(n_inside(&cuboid([-1e30; 3], [1e30; 3]), &grid(5)), 125);
    assert_eq!(n_inside(&cuboid([-9.0; 3], [-1.0; 3]), &grid(5)), 0);
    assert_eq!(n_inside(&cuboid([90.0; 3], [91.0; 3]), &grid(5)), 0);
}

#[test]
fn reflected_grids_and_inward_faces_change_nothing() {
    let mesh = cuboid([0.25; 3], [3.25, 2.25, 1.25]);
    let inward = mesh.faces().iter().map(|&[a, b, c]| [a, c, b]).collect();
    let inward = Mesh::new(mesh.positions().to_vec(), inward).unwrap();
    let mirror = Affine::from_spacing([-1.0, 1.0, 1.0], [4.0, 0.0, 0.0]).unwrap();
    for mesh in [&mesh, &inward] {
        assert_eq!(n_inside(mesh, &grid(5)), 6);
        assert_eq!(n_inside(mesh, &Grid::new([5; 3], mirror).unwrap()), 6);
    }
}

#[test]
fn a_cavity_is_empty() {
    let outer = cuboid([-0.5; 3], [6.5; 3]);
    let inner = cuboid([1.5; 3], [4.5; 3]);
    let positions = [outer.positions(), inner.positions()].concat();
    let inward = inner.faces().iter().map(|&[a, b, c]| [a + 8, c + 8, b + 8]);
    let faces = outer.faces().iter().copied().chain(inward).collect();
    assert_eq!(n_inside(&Mesh::new(positions, faces).unwrap(), &grid(8)), 343 - 27);
}

#[test]
fn a_box_touches_the_voxels_around_its_sides() {
    // From the middle of voxel 1 to the middle of voxel 5: all of 1 to 5 but the inner 3 x 3 x 3.
    let mesh = cuboid([1.0; 3], [5.0; 3]);
    assert_eq!(touched(&mesh, &grid(9)).n_inside(), 125 - 27);
    let closed = Closed::new(&mesh).unwrap();
    assert_eq!(voxelise_conservatively(closed, &grid(9)).n_inside(), 125);
    // Sides on the border of voxels touch those on both sides of it.
    assert_eq!(touched(&cuboid([1.5; 3], [4.5; 3]), &grid(9)).n_inside(), 125 - 1);
}

#[test]
fn an_oblique_triangle_touches_no_more_than_it_must() {
    let corners = vec![[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 4.0, 4.0]];
    let mesh = Mesh::new(corners, vec![[0, 1, 2]]).unwrap();
    let found = touched(&mesh, &grid(6));
    // The plane y = z passes through the boxes with |y - z| <= 1.
    for (index, &is_touched) in found.voxels().iter().enumerate() {
        let [x, y, z] = [index % 6, index / 6 % 6, index / 36];
        // Nearest to the edge x + y = 4 in the box: its corner towards the origin.
        let expected = y.abs_diff(z) <= 1 && y.max(z) <= 4 && corner_is_below(x, y.max(z));
        assert_eq!(is_touched, expected, "{x} {y} {z}");
    }
}

/// Whether a box reaches below the line x + y = 4, its lowest shared height being `y - 0.5`.
fn corner_is_below(x: usize, y: usize) -> bool {
    let (x, y) = ((x as f64 - 0.5).max(0.0), (y as f64 - 0.5).max(0.0));
    x + y <= 4.0
}

proptest! {
    #[test]
    fn a_tetrahedron_holds_the_centres_that_its_planes_say(
        corners in proptest::array::uniform4(proptest::array::uniform3(-2.0_f32..9.0)),
    ) {
        let mesh = Mesh::new(corners.to_vec(), vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]);
        let mesh = mesh.unwrap();
        let closed = Closed::new(&mesh).unwrap();
        let volume = signed_volume(closed);
        prop_assume!(volume.abs() > 0.01);
        let mask = voxelise(closed, &grid(8));
        let solid = voxelise_conservatively(closed, &grid(8));
        for (index, &is_inside) in mask.voxels().iter().enumerate() {
            let center = [index % 8, index / 8 % 8, index / 64].map(|value| value as f64);
            let heights: Vec<f64> = mesh
                .triangles()
                .map(|triangle| {
                    let [a, b, c] = triangle.map(|corner| crate::vector::sub(corner.map(f64::from), center));
                    crate::vector::dot(a, crate::vector::cross(b, c)) * volume.signum()
                })
                .collect();
            if heights.iter().all(|height| height.abs() > 1e-6) {
                prop_assert_eq!(is_inside, heights.iter().all(|&height| height > 0.0));
            }
            prop_assert!(solid.voxels()[index] || !is_inside);
        }
    }
}
