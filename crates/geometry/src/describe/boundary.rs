//! The curves in which surfaces end, and where two structures touch.

use std::collections::BTreeSet;

use medshape_types::Mesh;

use crate::mesh::components::with_used_vertices;
use crate::mesh::loops::boundary_loops;
use crate::vector::{cross, dot, sub};

/// One closed curve in which a surface ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundaryCurve {
    /// How many edges it has.
    pub n_edges: usize,
    /// How long it is.
    pub length_mm: f64,
    /// How far it turns altogether, by a full turn: 1 for a flat convex curve, more for every other
    /// (Fenchel, 1929).
    pub turns: f64,
    /// Root of the mean squared curvature along it: 1/r for a circle, the larger the rougher.
    pub bending_per_mm: f64,
}

/// The curves in which a mesh ends; none for a closed one.
pub fn boundary_curves(mesh: &Mesh) -> Vec<BoundaryCurve> {
    let loops = boundary_loops(mesh);
    loops.iter().map(|vertices| curve(mesh, vertices)).collect()
}

fn curve(mesh: &Mesh, vertices: &[u32]) -> BoundaryCurve {
    let n = vertices.len();
    let at = |place: usize| mesh.positions()[vertices[place % n] as usize].map(f64::from);
    let sides: Vec<[f64; 3]> = (0..n).map(|place| sub(at(place + 1), at(place))).collect();
    let lengths: Vec<f64> = sides.iter().map(|&side| dot(side, side).sqrt()).collect();
    let (mut turning, mut bending) = (0.0, 0.0);
    for place in 0..n {
        let next = (place + 1) % n;
        let across = cross(sides[place], sides[next]);
        let angle = dot(across, across).sqrt().atan2(dot(sides[place], sides[next]));
        turning += angle;
        let own = 0.5 * (lengths[place] + lengths[next]);
        // Chords of a circle of radius r turn by twice the arc sine of their half by r.
        bending += if own > 0.0 { (2.0 * (0.5 * angle).sin()).powi(2) / own } else { 0.0 };
    }
    let length_mm: f64 = lengths.iter().sum();
    BoundaryCurve {
        n_edges: n,
        length_mm,
        turns: turning / std::f64::consts::TAU,
        bending_per_mm: if length_mm > 0.0 { (bending / length_mm).sqrt() } else { 0.0 },
    }
}

/// The part of a mesh that another one shares: the faces whose corners are vertices of both.
///
/// Meshes of one label map share the positions of their common border exactly, so this is where two
/// structures touch: its area is that of their contact, its boundary the seam around it. Corners
/// where a label touches itself are moved a little apart there, and count as not shared.
pub fn contact(mesh: &Mesh, other: &Mesh) -> Mesh {
    let key = |position: &[f32; 3]| position.map(|value| (value + 0.0).to_bits());
    let others: BTreeSet<[u32; 3]> = other.positions().iter().map(key).collect();
    let is_shared: Vec<bool> =
        mesh.positions().iter().map(|position| others.contains(&key(position))).collect();
    let faces = mesh.faces().iter().copied();
    let faces = faces.filter(|face| face.iter().all(|&vertex| is_shared[vertex as usize]));
    with_used_vertices(mesh.positions(), faces.collect())
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid, LabelMap};

    use super::*;
    use crate::mesh::area::area;
    use crate::surface::{SurfaceOptions, surfaces};

    #[test]
    fn a_disc_ends_in_a_circle() {
        let n = 60;
        let rim = (0..n).map(|i| f64::from(i) * std::f64::consts::TAU / f64::from(n));
        let mut positions: Vec<[f32; 3]> =
            rim.map(|angle| [5.0 * angle.cos() as f32, 5.0 * angle.sin() as f32, 2.0]).collect();
        positions.push([0.0, 0.0, 2.0]);
        let faces = (0..n).map(|i| [i, (i + 1) % n, n]).collect();
        let curves = boundary_curves(&Mesh::new(positions, faces).unwrap());
        assert_eq!((curves.len(), curves[0].n_edges), (1, 60));
        assert!((curves[0].length_mm / (10.0 * std::f64::consts::PI) - 1.0).abs() < 1e-3);
        assert!((curves[0].turns - 1.0).abs() < 1e-6);
        assert!((curves[0].bending_per_mm - 0.2).abs() < 1e-4);
    }

    #[test]
    fn two_bricks_touch_along_a_rectangle() {
        let grid = Grid::new([6, 4, 4], Affine::IDENTITY).unwrap();
        let voxels = (0..96).map(|at| if at % 6 < 3 { 1 } else { 2 }).collect();
        let map = LabelMap::new(grid, voxels, vec![0, 1, 2]).unwrap();
        let plain = SurfaceOptions { reach_voxels: 0, ..SurfaceOptions::default() };
        let meshes = surfaces(&map, &plain).meshes;
        let shared = contact(&meshes[1], &meshes[2]);
        assert!((area(&shared) - 16.0).abs() < 1e-9);
        let seam = boundary_curves(&shared);
        assert_eq!(seam.len(), 1);
        assert!((seam[0].length_mm - 16.0).abs() < 1e-9 && (seam[0].turns - 1.0).abs() < 1e-9);
    }
}
