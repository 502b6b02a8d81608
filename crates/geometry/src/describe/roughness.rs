//! How jagged a surface is: what smoothing would take away.

use medshape_types::Mesh;

use super::spread::Spread;
use crate::mesh::area::area;
use crate::mesh::edges::Edges;
use crate::mesh::normals::vertex_normals;
use crate::vector::{cross, dot, sub, unit};

/// Rounds of the smoothing that roughness is measured against.
const N_ROUNDS: usize = 10;

/// How rough a surface is, on the scale of a few of its edges.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Roughness {
    /// Area by that of the smoothed surface, less one: 0 for a smooth surface, 0.5 for the bare
    /// faces of the voxels of a ball.
    pub jaggedness: f64,
    /// Root of the mean squared distance between surface and smoothed surface along the normal.
    pub roughness_mm: f64,
    /// Angles between the normals of neighbouring faces in degrees, weighted by the lengths of their
    /// edges: the smaller, the smoother.
    pub fold_degrees: Spread,
}

/// The roughness of a mesh against itself after ten rounds of Taubin's smoothing (1995), which
/// hardly shrinks; boundaries stay where they are.
pub(super) fn roughness(mesh: &Mesh, vertex_areas_mm2: &[f64]) -> Roughness {
    let smooth = smoothed(mesh);
    let normals = vertex_normals(&smooth);
    let squared: f64 = mesh
        .positions()
        .iter()
        .zip(smooth.positions())
        .zip(normals.iter().zip(vertex_areas_mm2))
        .map(|((&a, &b), (normal, weight))| {
            let away = sub(a.map(f64::from), b.map(f64::from));
            weight * dot(away, normal.map(f64::from)).powi(2)
        })
        .sum();
    let (own, others) = (area(mesh), area(&smooth));
    Roughness {
        jaggedness: if others > 0.0 { own / others - 1.0 } else { 0.0 },
        roughness_mm: if own > 0.0 { (squared / own).sqrt() } else { 0.0 },
        fold_degrees: folds(mesh),
    }
}

fn folds(mesh: &Mesh) -> Spread {
    let normals: Vec<[f64; 3]> = mesh
        .triangles()
        .map(|triangle| {
            let [a, b, c] = triangle.map(|corner| corner.map(f64::from));
            unit(cross(sub(b, a), sub(c, a)))
        })
        .collect();
    let (mut angles, mut lengths) = (Vec::new(), Vec::new());
    Edges::of(mesh).for_each(|edge| {
        if let [one, other] = edge.sides {
            let face = mesh.faces()[one.face() as usize];
            let [a, b] = [one.corner(), (one.corner() + 1) % 3]
                .map(|corner| mesh.positions()[face[corner] as usize].map(f64::from));
            let [u, v] = [one, other].map(|side| normals[side.face() as usize]);
            let (across, along) = (cross(u, v), dot(u, v));
            angles.push(dot(across, across).sqrt().atan2(along).to_degrees());
            let side = sub(b, a);
            lengths.push(dot(side, side).sqrt());
        }
    });
    Spread::of(angles.into_iter(), &lengths)
}

fn smoothed(mesh: &Mesh) -> Mesh {
    let n = mesh.positions().len();
    let mut edges = Vec::new();
    let mut is_fixed = vec![false; n];
    Edges::of(mesh).for_each(|edge| {
        if let [side, ..] = edge.sides {
            let face = mesh.faces()[side.face() as usize];
            let ends = [face[side.corner()], face[(side.corner() + 1) % 3]].map(|v| v as usize);
            edges.push(ends);
            if edge.sides.len() == 1 {
                ends.into_iter().for_each(|end| is_fixed[end] = true);
            }
        }
    });
    let mut degrees = vec![0_u32; n];
    edges.iter().flatten().for_each(|&end| degrees[end] += 1);
    let mut positions: Vec<[f64; 3]> = mesh.positions().iter().map(|p| p.map(f64::from)).collect();
    for factor in [0.5, -0.53].into_iter().cycle().take(2 * N_ROUNDS) {
        let mut sums = vec![[0.0; 3]; n];
        for &[a, b] in &edges {
            for axis in 0..3 {
                sums[a][axis] += positions[b][axis];
                sums[b][axis] += positions[a][axis];
            }
        }
        for (vertex, position) in positions.iter_mut().enumerate() {
            if degrees[vertex] > 0 && !is_fixed[vertex] {
                for axis in 0..3 {
                    let mean = sums[vertex][axis] / f64::from(degrees[vertex]);
                    position[axis] += factor * (mean - position[axis]);
                }
            }
        }
    }
    let positions = positions.into_iter().map(|p| p.map(|v| v as f32)).collect();
    Mesh::new(positions, mesh.faces().to_vec()).unwrap_or_else(|_| mesh.clone())
}
