//! How a surface bends.
//!
//! Two ways, for two purposes. [`discrete`] sums angles and cotangents over the faces at each vertex
//! (Meyer et al., 2003): its sums over a surface are exact, but one vertex alone says little on a
//! mesh that was made from voxels. [`fitted`] lays a quadric through the vertices within some steps
//! of each vertex, and so tells the bend of the surface from the waves that the voxels left;
//! `docs/meshes.md` has the comparison.
//!
//! Bending away from the normal counts as positive: a ball of radius r that faces outward has a
//! mean curvature of 1/r everywhere.

use medshape_types::Mesh;
use rayon::prelude::*;

use super::normals::{exact_normals, from_corner};
use super::rings::Rings;
use crate::vector::{add, cross, dot, scaled, sub, unit};

/// How a surface bends at one vertex.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Curvature {
    /// Mean of the two principal curvatures.
    pub mean_per_mm: f64,
    /// Their product.
    pub gaussian_per_mm2: f64,
}

impl Curvature {
    /// The larger and the smaller principal curvature.
    pub fn principal_per_mm(&self) -> [f64; 2] {
        let root = (self.mean_per_mm.powi(2) - self.gaussian_per_mm2).max(0.0).sqrt();
        [self.mean_per_mm + root, self.mean_per_mm - root]
    }

    /// Which kind of bend it is, whatever its size: 1 for a cap, 0.5 for a ridge, 0 for a saddle,
    /// −0.5 for a rut, −1 for a cup (Koenderink and van Doorn, 1992). 0 where nothing bends.
    pub fn shape_index(&self) -> f64 {
        let [k1, k2] = self.principal_per_mm();
        if k1 == 0.0 && k2 == 0.0 {
            return 0.0;
        }
        std::f64::consts::FRAC_2_PI * (k1 + k2).atan2(k1 - k2)
    }

    /// How much it bends, whichever way: the root mean square of the principal curvatures.
    pub fn curvedness_per_mm(&self) -> f64 {
        let [k1, k2] = self.principal_per_mm();
        (0.5 * (k1 * k1 + k2 * k2)).sqrt()
    }
}

/// Curvature of each vertex from the faces around it (Meyer et al., 2003).
///
/// The Gaussian curvature times [`vertex_areas_mm2`] sums to 2π times the Euler number of a closed
/// mesh, exactly. Vertices of a boundary and without faces are given zero.
pub fn discrete(mesh: &Mesh) -> Vec<Curvature> {
    let rings = Rings::of(mesh);
    let normals = exact_normals(mesh, &rings);
    let is_inner = inner_vertices(mesh);
    (0..mesh.positions().len())
        .into_par_iter()
        .map(|vertex| {
            if is_inner[vertex] {
                at_ring(mesh, rings.at(vertex), normals[vertex])
            } else {
                Curvature::default()
            }
        })
        .collect()
}

/// The part of the surface that belongs to each vertex, in mm²; they sum to the area of the mesh.
///
/// Voronoi cells where triangles are acute, halves and quarters of the others (Meyer et al., 2003).
pub fn vertex_areas_mm2(mesh: &Mesh) -> Vec<f64> {
    let rings = Rings::of(mesh);
    (0..mesh.positions().len())
        .into_par_iter()
        .map(|vertex| rings.at(vertex).iter().map(|&corner| Corner::of(mesh, corner).area).sum())
        .collect()
}

/// What one face says of the vertex at one of its corners.
struct Corner {
    area: f64,
    angle: f64,
    /// Sum over both sides at the corner of the cotangent opposite, times the side.
    pull: [f64; 3],
}

impl Corner {
    fn of(mesh: &Mesh, corner: u32) -> Self {
        let [a, b, c] = from_corner(mesh, corner);
        let (ab, ac, bc) = (sub(b, a), sub(c, a), sub(c, b));
        let normal = cross(ab, ac);
        let doubled = dot(normal, normal).sqrt();
        let angle = doubled.atan2(dot(ab, ac));
        if doubled == 0.0 {
            return Self { area: 0.0, angle, pull: [0.0; 3] };
        }
        let (at_b, at_c) = (-dot(ab, bc) / doubled, dot(ac, bc) / doubled);
        let area = if dot(ab, ac) < 0.0 {
            doubled / 4.0
        } else if at_b < 0.0 || at_c < 0.0 {
            doubled / 8.0
        } else {
            (at_c * dot(ab, ab) + at_b * dot(ac, ac)) / 8.0
        };
        Self { area, angle, pull: add(scaled(ab, at_c), scaled(ac, at_b)) }
    }
}

fn at_ring(mesh: &Mesh, ring: &[u32], normal: [f64; 3]) -> Curvature {
    let (mut area, mut angle, mut pull) = (0.0, 0.0, [0.0; 3]);
    for &corner in ring {
        let corner = Corner::of(mesh, corner);
        area += corner.area;
        angle += corner.angle;
        pull = add(pull, corner.pull);
    }
    if area == 0.0 {
        return Curvature::default();
    }
    Curvature {
        mean_per_mm: -dot(pull, normal) / (4.0 * area),
        gaussian_per_mm2: (std::f64::consts::TAU - angle) / area,
    }
}

/// Which vertices have a ring of faces all around them.
fn inner_vertices(mesh: &Mesh) -> Vec<bool> {
    let mut is_inner = vec![false; mesh.positions().len()];
    for &vertex in mesh.faces().iter().flatten() {
        is_inner[vertex as usize] = true;
    }
    super::edges::Edges::of(mesh).for_each(|edge| {
        if let [side] = edge.sides {
            let face = mesh.faces()[side.face() as usize];
            is_inner[face[side.corner()] as usize] = false;
            is_inner[face[(side.corner() + 1) % 3] as usize] = false;
        }
    });
    is_inner
}

/// Curvature of each vertex from the quadric closest to all vertices within `n_rings` edges of it
/// (after Cazals and Pouget, 2005). Three rings suit meshes made from voxels.
///
/// A vertex with too few or too badly placed neighbours for a quadric is given zero.
///
/// ```
/// use medshape_geometry::mesh::curvature::fitted;
/// use medshape_types::Mesh;
///
/// // A saddle, z = x y / 4.
/// let at = |i: u32| [(i % 9) as f32 - 4.0, (i / 9) as f32 - 4.0];
/// let positions = (0..81).map(at).map(|[x, y]| [x, y, x * y / 4.0]).collect();
/// let cells = (0..80).filter(|i| i % 9 < 8 && i / 9 < 8);
/// let faces = cells.flat_map(|i| [[i, i + 1, i + 10], [i, i + 10, i + 9]]).collect();
/// let middle = fitted(&Mesh::new(positions, faces).unwrap(), 2)[40];
/// assert!((middle.gaussian_per_mm2 + 1.0 / 16.0).abs() < 1e-6);
/// assert!(middle.mean_per_mm.abs() < 1e-6);
/// ```
pub fn fitted(mesh: &Mesh, n_rings: usize) -> Vec<Curvature> {
    let rings = Rings::of(mesh);
    let normals = exact_normals(mesh, &rings);
    let n = mesh.positions().len();
    // Chunks keep one array of marks each, as clearing one a vertex would cost more than the fit.
    let chunks: Vec<usize> = (0..n.div_ceil(CHUNK)).collect();
    let found: Vec<Vec<Curvature>> = chunks
        .into_par_iter()
        .map_init(
            || vec![u32::MAX; n],
            |marks, chunk| {
                let vertices = chunk * CHUNK..(chunk * CHUNK + CHUNK).min(n);
                let mut near = Vec::new();
                vertices
                    .map(|vertex| {
                        gather(mesh, &rings, vertex as u32, n_rings, marks, &mut near);
                        fit(mesh, &near, normals[vertex])
                    })
                    .collect()
            },
        )
        .collect();
    found.into_iter().flatten().collect()
}

const CHUNK: usize = 4096;

/// The vertices within `n_rings` edges of one, itself first.
fn gather(
    mesh: &Mesh,
    rings: &Rings,
    vertex: u32,
    n_rings: usize,
    marks: &mut [u32],
    near: &mut Vec<u32>,
) {
    near.clear();
    near.push(vertex);
    marks[vertex as usize] = vertex;
    let mut start = 0;
    for _ in 0..n_rings {
        let end = near.len();
        for at in start..end {
            for &corner in rings.at(near[at] as usize) {
                for &other in &mesh.faces()[(corner / 3) as usize] {
                    if marks[other as usize] != vertex {
                        marks[other as usize] = vertex;
                        near.push(other);
                    }
                }
            }
        }
        start = end;
    }
}

/// The curvature of z = p₀x² + p₁xy + p₂y² + p₃x + p₄y through the first of some vertices.
fn fit(mesh: &Mesh, near: &[u32], normal: [f64; 3]) -> Curvature {
    if near.len() < 6 || normal == [0.0; 3] {
        return Curvature::default();
    }
    let least = if normal[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let u = unit(cross(normal, least));
    let v = cross(normal, u);
    let at = |vertex: u32| mesh.positions()[vertex as usize].map(f64::from);
    let base = at(near[0]);
    let local = |&vertex: &u32| {
        let d = sub(at(vertex), base);
        [dot(d, u), dot(d, v), dot(d, normal)]
    };
    // In units of the neighbourhood's size the equations are well scaled.
    let size =
        near[1..].iter().map(local).map(|[x, y, _]| x * x + y * y).fold(0.0, f64::max).sqrt();
    if size == 0.0 {
        return Curvature::default();
    }
    let mut sums = [[0.0; 6]; 5];
    for [x, y, z] in near[1..].iter().map(local).map(|p| p.map(|v| v / size)) {
        let terms = [x * x, x * y, y * y, x, y, z];
        for (row, a) in sums.iter_mut().zip(terms) {
            for (sum, b) in row.iter_mut().zip(terms) {
                *sum += a * b;
            }
        }
    }
    let Some([a, b, c, d, e]) = solve(sums) else { return Curvature::default() };
    let [g11, g12, g22] = [1.0 + d * d, d * e, 1.0 + e * e];
    let length = (1.0 + d * d + e * e).sqrt();
    let [b11, b12, b22] = [2.0 * a / length, b / length, 2.0 * c / length];
    let det = g11 * g22 - g12 * g12;
    Curvature {
        mean_per_mm: -(g11 * b22 - 2.0 * g12 * b12 + g22 * b11) / (2.0 * det) / size,
        gaussian_per_mm2: (b11 * b22 - b12 * b12) / det / (size * size),
    }
}

/// Solves five equations whose matrix is symmetric and positive, `None` if it nearly is not
/// (Cholesky's elimination).
fn solve(mut rows: [[f64; 6]; 5]) -> Option<[f64; 5]> {
    for pivot in 0..5 {
        let lead = rows[pivot];
        if lead[pivot] < 1e-9 {
            return None;
        }
        for row in rows.iter_mut().skip(pivot + 1) {
            let factor = row[pivot] / lead[pivot];
            for (value, lead) in row.iter_mut().zip(lead) {
                *value -= factor * lead;
            }
        }
    }
    let mut solution = [0.0; 5];
    for at in (0..5).rev() {
        let known: f64 = (at + 1..5).map(|k| rows[at][k] * solution[k]).sum();
        solution[at] = (rows[at][5] - known) / rows[at][at];
    }
    Some(solution)
}

#[cfg(test)]
mod tests;
