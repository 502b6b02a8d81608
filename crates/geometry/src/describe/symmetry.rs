//! How alike the two sides of a shape are.

use medshape_types::Mesh;

use super::solid;
use crate::mesh::closed::Closed;
use crate::mesh::curvature::vertex_areas_mm2;
use crate::mesh::tree::Tree;
use crate::vector::{dot, scaled, sub};

/// Vertices that are reflected at most.
const MAX_POINTS: usize = 20_000;

/// How alike a shape and its mirror image are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Symmetry {
    /// Mean distance from the reflected surface to the surface, for a plane across each principal
    /// axis, major first.
    pub asymmetry_mm: [f64; 3],
    /// Which of the three planes reflects best.
    pub best_axis: usize,
    /// One less the best asymmetry by the mean distance of the surface from that plane: 1 for a
    /// shape that is its own mirror image.
    pub symmetry: f64,
}

/// Reflects a shape at the planes through its centroid across its principal axes, `None` without
/// area. Up to 20,000 vertices, evenly picked, stand for the surface. O(n log n).
///
/// The planes are not optimised further: a shape whose axes do not lie along its symmetry, such as
/// one with two equal axes, is called less symmetric than it is.
pub fn symmetry(mesh: &Mesh) -> Option<Symmetry> {
    let spatial = match Closed::new(mesh) {
        Some(closed) => solid::of_solid(closed)?,
        None => solid::of_surface(mesh)?,
    };
    let areas = vertex_areas_mm2(mesh);
    let step = mesh.positions().len().div_ceil(MAX_POINTS).max(1);
    let points: Vec<([f64; 3], f64)> = mesh
        .positions()
        .iter()
        .zip(areas)
        .step_by(step)
        .map(|(p, area)| (sub(p.map(f64::from), spatial.centroid), area))
        .collect();
    let total: f64 = points.iter().map(|(_, area)| area).sum();
    let tree = Tree::new(mesh);
    let axes = spatial.principal.axes;
    let asymmetry_mm = axes.map(|axis| {
        let reflected: Vec<[f32; 3]> = points
            .iter()
            .map(|(p, _)| {
                let mirrored = sub(*p, scaled(axis, 2.0 * dot(*p, axis)));
                [0, 1, 2].map(|a| (mirrored[a] + spatial.centroid[a]) as f32)
            })
            .collect();
        let distances = tree.distances_mm(&reflected);
        let sum: f64 =
            distances.iter().zip(&points).map(|(d, (_, area))| f64::from(*d) * area).sum();
        sum / total
    });
    let best_axis = (0..3).min_by(|&a, &b| asymmetry_mm[a].total_cmp(&asymmetry_mm[b]))?;
    let depth: f64 =
        points.iter().map(|(p, area)| dot(*p, axes[best_axis]).abs() * area).sum::<f64>() / total;
    (total > 0.0 && depth > 0.0).then(|| Symmetry {
        asymmetry_mm,
        best_axis,
        symmetry: (1.0 - asymmetry_mm[best_axis] / depth).max(0.0),
    })
}
