//! Holes filled with the triangles that fold least, and of those with the least area.
//!
//! The best triangulation of a closed curve follows from the best ones of its parts, so trying
//! every third corner for every two corners finds it in cubic time (Barequet and Sharir, 1995); what
//! is best is the largest angle between neighbouring triangles, then the area (Liepa, 2003).

use medshape_types::Mesh;

use super::RepairReport;
use crate::mesh::edges::Edges;
use crate::mesh::loops::boundary_loops;
use crate::mesh::rings::Rings;
use crate::vector::{cross, dot, sub, unit};

/// Longer holes are filled by a fan around their middle, as cubic time is too long for them.
const MAX_EXACT: usize = 400;

/// The mesh with holes of at most `max_edges` edges filled.
pub(super) fn filled(mesh: Mesh, max_edges: usize, report: &mut RepairReport) -> Mesh {
    let loops = boundary_loops(&mesh);
    let mut n_edges = 0;
    Edges::of(&mesh).for_each(|edge| n_edges += usize::from(edge.sides.len() == 1));
    if n_edges == 0 {
        return mesh;
    }
    let rings = Rings::of(&mesh);
    let (mut positions, mut faces) = (mesh.positions().to_vec(), mesh.faces().to_vec());
    for corners in loops {
        let n_before = faces.len();
        if corners.len() >= 3 && corners.len() <= max_edges {
            if corners.len() <= MAX_EXACT {
                faces.extend(Hole::of(&mesh, &rings, &corners).triangles());
            } else {
                positions.push(middle(&mesh, &corners));
                let center = positions.len() as u32 - 1;
                let next = corners.iter().skip(1).chain(&corners[..1]);
                faces.extend(corners.iter().zip(next).map(|(&a, &b)| [b, a, center]));
            }
        }
        let n_added = faces.len() - n_before;
        report.n_added_faces += n_added;
        report.n_filled_holes += usize::from(n_added > 0);
        report.n_holes_left += usize::from(n_added == 0);
    }
    Mesh::new(positions, faces).unwrap_or(mesh)
}

fn middle(mesh: &Mesh, corners: &[u32]) -> [f32; 3] {
    [0, 1, 2].map(|axis| {
        let sum: f64 = corners.iter().map(|&v| f64::from(mesh.positions()[v as usize][axis])).sum();
        (sum / corners.len() as f64) as f32
    })
}

/// How bad a triangulation is: its sharpest fold as one less the cosine, then its area.
type Badness = (f64, f64);

const IMPOSSIBLE: Badness = (f64::INFINITY, f64::INFINITY);

/// A closed curve that is to be filled; its corners run as those of the new triangles will.
struct Hole {
    vertices: Vec<u32>,
    positions: Vec<[f64; 3]>,
    /// Whether all sides belong to one face, which would be filled by itself.
    is_one_face: bool,
    /// Normal of the face beyond the side from each corner to the next.
    beyond: Vec<[f64; 3]>,
    /// Whether two corners are joined by an edge of the mesh already, row by row.
    is_joined: Vec<bool>,
    /// Best badness and third corner for the part from one corner to another, row by row.
    best: Vec<(Badness, usize)>,
}

impl Hole {
    /// The hole beside which the mesh's faces walk along `corners`.
    fn of(mesh: &Mesh, rings: &Rings, corners: &[u32]) -> Self {
        let vertices: Vec<u32> = corners.iter().rev().copied().collect();
        let n = vertices.len();
        let at = |vertex: u32| mesh.positions()[vertex as usize].map(f64::from);
        let face_beyond = |from: u32, to: u32| {
            // The face beyond walks the other way.
            let walks = |corner: &u32| {
                let face = mesh.faces()[(corner / 3) as usize];
                face[((corner + 1) % 3) as usize] == from
            };
            rings.at(to as usize).iter().copied().find(walks).map(|corner| corner / 3)
        };
        let faces: Vec<Option<u32>> =
            (0..n).map(|i| face_beyond(vertices[i], vertices[(i + 1) % n])).collect();
        let normal_of = |face: &Option<u32>| {
            face.map_or([0.0; 3], |face| normal(mesh.faces()[face as usize].map(at)))
        };
        let mut place = std::collections::BTreeMap::new();
        vertices.iter().enumerate().for_each(|(i, &vertex)| {
            place.insert(vertex, i);
        });
        let mut is_joined = vec![false; n * n];
        for (i, &vertex) in vertices.iter().enumerate() {
            for &corner in rings.at(vertex as usize) {
                for other in mesh.faces()[(corner / 3) as usize] {
                    if let Some(&j) = place.get(&other) {
                        is_joined[n * i + j] = true;
                        is_joined[n * j + i] = true;
                    }
                }
            }
        }
        Self {
            is_one_face: faces.iter().all(|face| *face == faces[0]),
            beyond: faces.iter().map(normal_of).collect(),
            positions: vertices.iter().map(|&vertex| at(vertex)).collect(),
            vertices,
            is_joined,
            best: vec![((0.0, 0.0), usize::MAX); n * n],
        }
    }

    /// The triangles of the best filling; none if every filling would use an edge twice.
    fn triangles(mut self) -> Vec<[u32; 3]> {
        let n = self.vertices.len();
        if self.is_one_face {
            return Vec::new();
        }
        for length in 2..n {
            for i in 0..n - length {
                let j = i + length;
                self.best[n * i + j] = self.best_between(i, j);
            }
        }
        if self.best[n - 1].0 == IMPOSSIBLE {
            return Vec::new();
        }
        let mut triangles = Vec::new();
        let mut parts = vec![[0, n - 1]];
        while let Some([i, j]) = parts.pop() {
            if j > i + 1 {
                let k = self.best[n * i + j].1;
                triangles.push([i, k, j].map(|at| self.vertices[at]));
                parts.extend([[i, k], [k, j]]);
            }
        }
        triangles
    }

    /// The best filling of the part from corner i to corner j.
    fn best_between(&self, i: usize, j: usize) -> (Badness, usize) {
        let n = self.vertices.len();
        let is_chord = !(i == 0 && j == n - 1);
        if is_chord && self.is_joined[n * i + j] {
            return (IMPOSSIBLE, i + 1);
        }
        let mut best = (IMPOSSIBLE, i + 1);
        for k in i + 1..j {
            let (left, right) = (self.best[n * i + k].0, self.best[n * k + j].0);
            if left == IMPOSSIBLE || right == IMPOSSIBLE {
                continue;
            }
            let corners = [i, k, j].map(|at| self.positions[at]);
            let doubled = cross(sub(corners[1], corners[0]), sub(corners[2], corners[0]));
            let own = unit(doubled);
            let mut fold = fold(own, self.normal_of(i, k)).max(fold(own, self.normal_of(k, j)));
            if !is_chord {
                fold = fold.max(self::fold(own, self.beyond[n - 1]));
            }
            let area = left.1 + right.1 + 0.5 * dot(doubled, doubled).sqrt();
            let badness = (left.0.max(right.0).max(fold), area);
            if badness < best.0 {
                best = (badness, k);
            }
        }
        best
    }

    /// Normal of what lies behind the chord or side from corner i to j.
    fn normal_of(&self, i: usize, j: usize) -> [f64; 3] {
        if j == i + 1 {
            return self.beyond[i];
        }
        let k = self.best[self.vertices.len() * i + j].1;
        normal([i, k, j].map(|at| self.positions[at]))
    }
}

fn normal([a, b, c]: [[f64; 3]; 3]) -> [f64; 3] {
    unit(cross(sub(b, a), sub(c, a)))
}

/// 0 for two faces in one plane, 2 for two on top of each other.
fn fold(a: [f64; 3], b: [f64; 3]) -> f64 {
    // Rounded, so that folds that are alike leave the choice to the area.
    ((1.0 - dot(a, b)) * 1e6).round() / 1e6
}
