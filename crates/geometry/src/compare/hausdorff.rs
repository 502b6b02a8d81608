//! How far one surface strays from another.

use medshape_types::Mesh;
use rayon::prelude::*;

use crate::mesh::tree::{Tree, closest};
use crate::vector::{dot, sub};

// Faces that one thread handles in a row, with one bound among them.
const RUN: usize = 256;

/// The largest distance from any point of a surface to another surface, between two bounds in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Farthest {
    /// Some point is as far away.
    pub least_mm: f64,
    /// No point is farther away.
    pub most_mm: f64,
}

/// The largest distance from a vertex of one mesh to the faces of another; 0 without vertices.
///
/// What many programs call the Hausdorff distance. Points between the vertices may be farther:
/// see [`surface_to_faces`].
pub fn vertices_to_faces_mm(from: &Mesh, to: &Tree<'_>) -> f64 {
    f64::from(to.distances_mm(from.positions()).into_iter().fold(0.0, f32::max))
}

/// The largest distance from any point of one mesh, between its vertices as well, to another: the
/// one-sided Hausdorff distance, to within `tolerance_mm`. `None` if either has no faces.
///
/// The distance to the face nearest to one corner is largest at a corner, because faces are convex;
/// so it bounds the distance within the whole triangle. Triangles whose bound is higher than what
/// some point reaches are cut in four, until no bound is higher by the tolerance or a million
/// cuts were made in a row of faces, after which the bounds say how much is left.
pub fn surface_to_faces(from: &Mesh, to: &Tree<'_>, tolerance_mm: f64) -> Option<Farthest> {
    if from.faces().is_empty() || to.mesh().faces().is_empty() {
        return None;
    }
    let vertices =
        to.in_turn(from.positions(), (0, 0.0), |nearest, _| (nearest.face, nearest.distance_mm));
    let corner = |vertex: u32| {
        let position = from.positions()[vertex as usize].map(f64::from);
        Corner { position, face: vertices[vertex as usize].0 }
    };
    let used = from.faces().iter().flatten();
    let reached = used.map(|&vertex| vertices[vertex as usize].1).fold(0.0, f64::max);
    let runs: Vec<Farthest> = from
        .faces()
        .par_chunks(RUN)
        .map(|faces| {
            let mut search = Search { to, tolerance_mm, least_mm: reached, most_mm: 0.0, cuts: 0 };
            faces.iter().for_each(|face| search.triangle(face.map(corner)));
            Farthest { least_mm: search.least_mm, most_mm: search.most_mm }
        })
        .collect();
    let least_mm = runs.iter().map(|run| run.least_mm).fold(reached, f64::max);
    let most_mm = runs.iter().map(|run| run.most_mm).fold(least_mm, f64::max);
    Some(Farthest { least_mm, most_mm })
}

/// A point with the face that is nearest to it.
#[derive(Debug, Clone, Copy)]
struct Corner {
    position: [f64; 3],
    face: u32,
}

struct Search<'a> {
    to: &'a Tree<'a>,
    tolerance_mm: f64,
    least_mm: f64,
    most_mm: f64,
    cuts: u32,
}

impl Search<'_> {
    const MOST_CUTS: u32 = 1_000_000;

    fn triangle(&mut self, corners: [Corner; 3]) {
        let mut open = vec![corners];
        while let Some(corners) = open.pop() {
            let bound = self.bound(corners);
            if bound <= self.least_mm + self.tolerance_mm || self.cuts == Self::MOST_CUTS {
                self.most_mm = self.most_mm.max(bound);
                continue;
            }
            self.cuts += 1;
            let [a, b, c] = corners;
            let [ab, bc, ca] = [self.between(a, b), self.between(b, c), self.between(c, a)];
            open.extend([[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]);
        }
    }

    /// No point of a triangle is farther away than this.
    fn bound(&self, corners: [Corner; 3]) -> f64 {
        let farthest_from = |face: u32| {
            let triangle = self.to.triangle(face);
            let distances = corners.iter().map(|corner| distance(corner.position, triangle));
            distances.fold(0.0, f64::max)
        };
        corners.iter().map(|corner| farthest_from(corner.face)).fold(f64::INFINITY, f64::min)
    }

    fn between(&mut self, a: Corner, b: Corner) -> Corner {
        let position = [0, 1, 2].map(|axis| 0.5 * (a.position[axis] + b.position[axis]));
        let face = self.to.nearest_face_within(position, Some(a.face), f32::INFINITY);
        let face = face.unwrap_or(a.face);
        self.least_mm = self.least_mm.max(distance(position, self.to.triangle(face)));
        Corner { position, face }
    }
}

fn distance(position: [f64; 3], triangle: [[f64; 3]; 3]) -> f64 {
    let away = sub(position, closest(position, triangle).1);
    dot(away, away).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::tree::tests::torus;

    #[test]
    fn the_middle_of_a_face_may_be_farthest() {
        let roof = vec![[0.0; 3], [4.0, 0.0, 0.0], [2.0, 0.0, 1.5], [2.0, 0.1, 0.0]];
        let roof = Mesh::new(roof, vec![[0, 3, 2], [3, 1, 2]]).unwrap();
        // A flat strip through the eaves: its middle is far from the roof, its ends are not.
        let strip = vec![[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [2.0, -3.0, 0.0]];
        let strip = Mesh::new(strip, vec![[0, 1, 2]]).unwrap();
        let tree = Tree::new(&roof);
        let found = surface_to_faces(&strip, &tree, 1e-6).unwrap();
        assert!(found.least_mm <= found.most_mm && found.most_mm < found.least_mm + 1.1e-6);
        assert!((vertices_to_faces_mm(&strip, &tree) - 3.0).abs() < 0.2);
    }

    #[test]
    fn trimesh_and_open3d_find_the_same() {
        // By `trimesh.proximity.closest_point` 5.2 in 64 bits and by Open3D's ray casting scene
        // 0.20 in 32 bits (2.901718 and 2.828270), on the same 32-bit positions.
        let (first, moved) = (torus(48), torus(31));
        let positions = moved.positions().iter().map(|&[x, y, z]| [x + 1.5, y - 0.75, z + 2.25]);
        let moved = Mesh::new(positions.collect(), moved.faces().to_vec()).unwrap();
        let there = vertices_to_faces_mm(&first, &Tree::new(&moved));
        assert!((there - 2.901_717_012_7).abs() < 1e-6, "{there}");
        let back = vertices_to_faces_mm(&moved, &Tree::new(&first));
        assert!((back - 2.828_27).abs() < 1e-5, "{back}");
        let distances = Tree::new(&moved).distances_mm(first.positions());
        let n = distances.len() as f64;
        let mean = distances.into_iter().map(f64::from).sum::<f64>() / n;
        assert!((mean - 1.600_845_774_2).abs() < 1e-6, "{mean}");
        let closed = crate::mesh::closed::Closed::new(&first).unwrap();
        let tree = crate::mesh::tree::SignedTree::new(closed);
        let signed = tree.signed_distances_mm(moved.positions());
        assert_eq!(signed.iter().filter(|&&distance| distance < 0.0).count(), 414);
        let sum: f64 = signed.into_iter().map(f64::from).sum();
        assert!((sum - 268.062_77).abs() < 1e-3, "{sum}");
    }

    #[test]
    fn a_coarse_torus_strays_by_its_sagitta() {
        let (fine, coarse) = (torus(256), torus(16));
        let found = surface_to_faces(&fine, &Tree::new(&coarse), 1e-4).unwrap();
        let back = surface_to_faces(&coarse, &Tree::new(&fine), 1e-4).unwrap();
        for found in [found, back] {
            assert!(found.most_mm - found.least_mm <= 1.001e-4, "{found:?}");
        }
        // Vertices of the coarse one lie on the fine one, but not the middle of its faces.
        assert!(vertices_to_faces_mm(&coarse, &Tree::new(&fine)) < 1e-4);
        // Across the tube: 6 (1 - cos(pi / 16)) = 0.115; along the ring up to 24 times as much.
        assert!((0.4..0.6).contains(&back.least_mm), "{back:?}");
        // Against very many points.
        let dense = crate::points::sample::sample(&coarse, 100_000, 1);
        let sampled = Tree::new(&fine).distances_mm(dense.positions());
        let sampled = f64::from(sampled.into_iter().fold(0.0, f32::max));
        assert!(sampled <= back.most_mm && sampled > 0.98 * back.least_mm, "{sampled} {back:?}");
    }

    #[test]
    fn nothing_is_not_far_from_nothing() {
        let (some, none) = (torus(8), Mesh::default());
        assert_eq!(surface_to_faces(&some, &Tree::new(&none), 0.1), None);
        assert_eq!(surface_to_faces(&none, &Tree::new(&some), 0.1), None);
        let itself = surface_to_faces(&some, &Tree::new(&some), 1e-9).unwrap();
        assert!(itself.most_mm < 1e-5, "{itself:?}");
    }
}
