//! How far surfaces of digitised shapes lie from the shapes themselves.
//!
//! Run with `--nocapture` to see the table of `docs/surfaces.md`.

#![expect(clippy::print_stdout, reason = "the table is for the documentation")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail")]

use medshape_geometry::mesh::{closed::Closed, volume::signed_volume};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::{Affine, Grid, LabelMap, Mesh};

const SPACING_MM: [f64; 3] = [0.8, 0.8, 1.25];

/// Where the centre lies among the voxels, in mm; the first is that of the published comparison.
const SHIFTS_MM: [[f64; 3]; 4] =
    [[0.1, 0.5, 0.6], [0.4, 0.4, 0.0], [0.23, 0.71, 0.97], [0.62, 0.17, 0.41]];

/// A shape whose distance to any point is known.
struct Shape {
    name: &'static str,
    /// Distance to the surface in mm, negative inside.
    distance: fn([f64; 3]) -> f64,
    /// Half the size of a box around it, in mm.
    half_size_mm: [f64; 3],
    volume_mm3: f64,
}

const PI: f64 = std::f64::consts::PI;

const SPHERE: Shape = Shape {
    name: "sphere",
    distance: |p| length(p) - 20.0,
    half_size_mm: [20.0; 3],
    volume_mm3: 4.0 / 3.0 * PI * 8000.0,
};

/// Oblique: parallel to an axis of the grid, digitising alone changes its volume by 1.7 %.
const TORUS: Shape = Shape {
    name: "torus",
    distance: |p| {
        let along = dot(p, [1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0]);
        let from_axis = (dot(p, p) - along * along).max(0.0).sqrt();
        length([from_axis - 18.0, along, 0.0]) - 6.0
    },
    half_size_mm: [24.0; 3],
    volume_mm3: 2.0 * PI * PI * 18.0 * 36.0,
};

const CAPSULE: Shape = Shape {
    name: "capsule",
    distance: |p| {
        let axis = [35.0, 31.0, 28.0];
        let from_end = [p[0] + 17.5, p[1] + 15.5, p[2] + 14.0];
        let along = (dot(from_end, axis) / dot(axis, axis)).clamp(0.0, 1.0);
        length([0, 1, 2].map(|a| from_end[a] - along * axis[a])) - 2.0
    },
    half_size_mm: [19.5, 17.5, 16.0],
    // The segment is the square root of 35² + 31² + 28² long.
    volume_mm3: PI * 4.0 * 54.497_706_373_754_9 + 4.0 / 3.0 * PI * 8.0,
};

const SHELL: Shape = Shape {
    name: "shell",
    distance: |p| (length(p) - 27.0).max(24.0 - length(p)),
    half_size_mm: [27.0; 3],
    volume_mm3: 4.0 / 3.0 * PI * (19683.0 - 13824.0),
};

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn length(v: [f64; 3]) -> f64 {
    dot(v, v).sqrt()
}

/// Each voxel by the sign of the distance at its centre; world (0, 0, 0) is the shape's centre.
fn digitised(shape: &Shape, shift_mm: [f64; 3]) -> LabelMap {
    let dims = [0, 1, 2].map(|a| (2.0 * shape.half_size_mm[a] / SPACING_MM[a]) as usize + 6);
    let origin = [0, 1, 2].map(|a| shift_mm[a] - (dims[a] / 2) as f64 * SPACING_MM[a]);
    let grid = Grid::new(dims, Affine::from_spacing(SPACING_MM, origin).unwrap()).unwrap();
    let voxel = |index: usize| {
        let at = [index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])];
        let world = grid.world_from_voxel().apply(at.map(|v| v as f64));
        u16::from((shape.distance)(world) <= 0.0)
    };
    let voxels = (0..grid.n_voxels()).map(voxel).collect();
    LabelMap::new(grid, voxels, vec![0, 1]).unwrap()
}

#[derive(Default, Clone, Copy)]
struct Accuracy {
    mean_distance_mm: f64,
    max_distance_mm: f64,
    normal_degrees: f64,
    /// Of the mesh against the shape itself.
    volume_percent: f64,
    /// Of the mesh against its voxels.
    voxel_volume_percent: f64,
}

fn accuracy(shape: &Shape, map: &LabelMap, mesh: &Mesh) -> Accuracy {
    let mut found = Accuracy::default();
    let mut area = 0.0;
    for triangle in mesh.triangles() {
        let [a, b, c] = triangle.map(|corner| corner.map(f64::from));
        let [u, v] = [b, c].map(|p| [p[0] - a[0], p[1] - a[1], p[2] - a[2]]);
        let normal =
            [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        let weight = length(normal) / 2.0;
        let middle = [0, 1, 2].map(|k| (a[k] + b[k] + c[k]) / 3.0);
        let expected = gradient(shape.distance, middle);
        let cosine = dot(normal, expected) / (2.0 * weight * length(expected));
        found.mean_distance_mm += weight * (shape.distance)(middle).abs();
        found.normal_degrees += weight * cosine.clamp(-1.0, 1.0).acos().to_degrees();
        area += weight;
        for corner in [a, b, c] {
            found.max_distance_mm = found.max_distance_mm.max((shape.distance)(corner).abs());
        }
    }
    found.mean_distance_mm /= area;
    found.normal_degrees /= area;
    let volume = signed_volume(Closed::new(mesh).unwrap());
    found.volume_percent = 100.0 * (volume / shape.volume_mm3 - 1.0);
    let voxels = map.counts()[1] as f64 * map.grid().voxel_volume_mm3();
    found.voxel_volume_percent = 100.0 * (volume / voxels - 1.0);
    found
}

fn gradient(distance: fn([f64; 3]) -> f64, at: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|axis| {
        let (mut low, mut high) = (at, at);
        low[axis] -= 1e-4;
        high[axis] += 1e-4;
        distance(high) - distance(low)
    })
}

/// Distance and normals: mean over all shifts. Volume of the shape: of the first shift, as digitising
/// alone changes that by up to 1.7 % in others. All else: the total.
fn check(shape: &Shape, bound: Accuracy) {
    let mut total = Accuracy::default();
    for shift_mm in SHIFTS_MM {
        let map = digitised(shape, shift_mm);
        let found = surfaces(&map, &SurfaceOptions::default());
        let found = accuracy(shape, &map, &found.meshes[1]);
        total.mean_distance_mm += found.mean_distance_mm / SHIFTS_MM.len() as f64;
        total.max_distance_mm = total.max_distance_mm.max(found.max_distance_mm);
        total.normal_degrees += found.normal_degrees / SHIFTS_MM.len() as f64;
        total.volume_percent = total.volume_percent.max(found.volume_percent.abs());
        total.voxel_volume_percent =
            total.voxel_volume_percent.max(found.voxel_volume_percent.abs());
    }
    println!(
        "| {} | {:.3} / {:.2} mm | {:.1}° | {:.2} % | {:.3} % |",
        shape.name,
        total.mean_distance_mm,
        total.max_distance_mm,
        total.normal_degrees,
        total.volume_percent,
        total.voxel_volume_percent
    );
    assert!(total.mean_distance_mm <= bound.mean_distance_mm);
    assert!(total.max_distance_mm <= bound.max_distance_mm);
    assert!(total.normal_degrees <= bound.normal_degrees);
    assert!(total.volume_percent <= bound.volume_percent);
    assert!(total.voxel_volume_percent <= bound.voxel_volume_percent);
}

#[test]
fn surfaces_of_digitised_shapes_lie_on_the_shapes() {
    println!("| shape | mean / max distance | normals | volume | volume of the voxels |");
    let bound = |mean_distance_mm, max_distance_mm, normal_degrees, volume_percent| Accuracy {
        mean_distance_mm,
        max_distance_mm,
        normal_degrees,
        volume_percent,
        voxel_volume_percent: 0.05,
    };
    check(&SPHERE, bound(0.035, 0.62, 2.6, 0.1));
    check(&TORUS, bound(0.045, 0.45, 3.9, 0.3));
    check(&SHELL, bound(0.035, 0.62, 2.6, 0.6));
    check(&CAPSULE, bound(0.070, 0.50, 9.6, 1.0));
}
