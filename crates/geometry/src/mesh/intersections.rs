//! Faces of a mesh that pass through each other.

use medshape_types::Mesh;
use rayon::prelude::*;

use super::exact::{side_of_line, side_of_plane};
use crate::boxes::{Boxes, Corners, Lanes, Node, WIDTH, around};

/// How far a mesh passes through itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intersections {
    /// Pairs of faces that have a point in common that is no shared vertex or edge.
    pub n_pairs: u64,
    /// Whether all pairs were looked at: else there may be more.
    pub is_complete: bool,
}

/// So many looks at a face or a leaf of the tree are free.
const FREE_LOOKS: u64 = 1 << 26;
/// And so many for each face; smooth surfaces need about twenty.
const LOOKS_A_FACE: u64 = 64;
/// Faces that one thread takes at a time.
const CHUNK: usize = 64;
/// Chunks between two sums of what is left. How far a search comes must not depend on the number of
/// threads.
const ROUND: usize = 32;

/// Finds the faces that cross, touch or lie on each other. Exact, whatever the positions.
///
/// Faces that share a vertex or an edge count where they meet anywhere else as well; two faces of
/// the same three vertices count. Faces without area are left out. O(n log n) where faces are small
/// beside the mesh; in heaps of faces, where all pairs would take for ever, it stops and says so.
///
/// ```
/// use medshape_geometry::mesh::intersections::intersections;
/// use medshape_types::Mesh;
///
/// let positions = vec![
///     [0.0; 3], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0],
///     [1.0, 1.0, -1.0], [1.0, 1.0, 1.0], [9.0, 9.0, 0.0],
/// ];
/// let pierced = Mesh::new(positions, vec![[0, 1, 2], [3, 4, 5]]).unwrap();
/// assert_eq!(intersections(&pierced).n_pairs, 1);
/// ```
pub fn intersections(mesh: &Mesh) -> Intersections {
    within(mesh, FREE_LOOKS + LOOKS_A_FACE * mesh.faces().len() as u64)
}

fn within(mesh: &Mesh, mut looks_left: u64) -> Intersections {
    let boxes: Vec<Corners> = mesh
        .triangles()
        .map(|triangle| {
            let [a, b, c] = triangle.map(|corner| [corner; 2]);
            around(around(a, b), c)
        })
        .collect();
    let tree = Boxes::new(&boxes);
    let search = Search { mesh, boxes: &boxes, tree: &tree };
    let mut found = Intersections { n_pairs: 0, is_complete: true };
    // Neighbours in the tree are neighbours in space: what one looks at is still in the cache.
    for round in tree.order().chunks(ROUND * CHUNK) {
        let most = looks_left / ROUND as u64;
        let tallies: Vec<Tally> =
            round.par_chunks(CHUNK).map(|faces| search.crossed_by(faces, most)).collect();
        for tally in tallies {
            found.n_pairs += tally.n_pairs;
            found.is_complete &= tally.looks_left > 0;
            looks_left -= most - tally.looks_left;
        }
    }
    found
}

struct Search<'a> {
    mesh: &'a Mesh,
    boxes: &'a [Corners],
    tree: &'a Boxes,
}

struct Tally {
    n_pairs: u64,
    looks_left: u64,
}

impl Search<'_> {
    /// Counts the pairs of some faces with faces of higher number.
    fn crossed_by(&self, faces: &[u32], looks_left: u64) -> Tally {
        let mut tally = Tally { n_pairs: 0, looks_left };
        for &face in faces.iter().filter(|&&face| !is_flat(self.mesh, face)) {
            let own = self.boxes[face as usize];
            self.tree.search(
                1.0,
                |_, node| overlaps(node, &own),
                |leaf, best| match self.look_into(leaf, face, &mut tally) {
                    true => best,
                    // Nothing is better: the search ends.
                    false => f32::NEG_INFINITY,
                },
            );
        }
        tally
    }

    /// Counts the pairs of a face with those of a leaf; whether looks are left.
    fn look_into(&self, leaf: usize, face: u32, tally: &mut Tally) -> bool {
        let own = &self.boxes[face as usize];
        tally.looks_left = tally.looks_left.saturating_sub(1);
        for &other in self.tree.order().iter().skip(WIDTH * leaf).take(WIDTH) {
            if other <= face || !do_overlap(own, &self.boxes[other as usize]) {
                continue;
            }
            tally.looks_left = tally.looks_left.saturating_sub(1);
            let is_pair = !is_flat(self.mesh, other) && do_cross(self.mesh, face, other);
            tally.n_pairs += u64::from(is_pair);
        }
        tally.looks_left > 0
    }
}

/// Whether the corners of a face lie on a line.
fn is_flat(mesh: &Mesh, face: u32) -> bool {
    let corners = mesh.faces()[face as usize].map(|vertex| mesh.positions()[vertex as usize]);
    [(0, 1), (0, 2), (1, 2)]
        .into_iter()
        .all(|(u, v)| side_of_line(corners.map(|p| [p[u], p[v]])) == 0)
}

/// 0 for the boxes of a node that meet another, infinity for the others.
fn overlaps(node: &Node, [min, max]: &Corners) -> Lanes {
    let mut lanes = [0.0; WIDTH];
    for axis in 0..3 {
        for (lane, score) in lanes.iter_mut().enumerate() {
            if node.min[axis][lane] > max[axis] || node.max[axis][lane] < min[axis] {
                *score = f32::INFINITY;
            }
        }
    }
    lanes
}

fn do_overlap(a: &Corners, b: &Corners) -> bool {
    (0..3).all(|axis| a[0][axis] <= b[1][axis] && b[0][axis] <= a[1][axis])
}

/// Whether two faces meet elsewhere than at the vertices and edges that they share.
fn do_cross(mesh: &Mesh, a: u32, b: u32) -> bool {
    let [a, b] = [a, b].map(|face| mesh.faces()[face as usize]);
    let at = |face: [u32; 3]| face.map(|vertex| mesh.positions()[vertex as usize]);
    // Each face turned so that what it shares comes first.
    let shared = a.iter().filter(|&&vertex| b.contains(&vertex)).count();
    match shared {
        0 => {
            sides(at(a)).any(|side| pierces(side, at(b)))
                || sides(at(b)).any(|side| pierces(side, at(a)))
        }
        1 => {
            let [a_turned, b_turned] =
                [turned(a, |v| b.contains(&v)), turned(b, |v| a.contains(&v))];
            let opposite = |face: [u32; 3]| [at(face)[1], at(face)[2]];
            pierces(opposite(a_turned), at(b)) || pierces(opposite(b_turned), at(a))
        }
        2 => {
            let [a_turned, b_turned] =
                [turned(a, |v| !b.contains(&v)), turned(b, |v| !a.contains(&v))];
            do_fold(at(a_turned), at(b_turned)[0])
        }
        _ => true,
    }
}

/// The corners of a face beginning with the first that `is_first`.
fn turned(face: [u32; 3], is_first: impl Fn(u32) -> bool) -> [u32; 3] {
    let start = face.iter().position(|&vertex| is_first(vertex)).unwrap_or(0);
    [0, 1, 2].map(|at| face[(start + at) % 3])
}

fn sides([a, b, c]: [[f32; 3]; 3]) -> impl Iterator<Item = [[f32; 3]; 2]> {
    [[a, b], [b, c], [c, a]].into_iter()
}

/// Whether a point lies on the same side of a triangle's edge as the triangle, and in its plane:
/// then the two triangles at the edge lie on each other. The edge is the last two corners.
fn do_fold([apex, a, b]: [[f32; 3]; 3], point: [f32; 3]) -> bool {
    if side_of_plane([apex, a, b, point]) != 0 {
        return false;
    }
    let (u, v) = plane_axes([apex, a, b]);
    let flat = |p: [f32; 3]| [p[u], p[v]];
    let [apex, a, b, point] = [apex, a, b, point].map(flat);
    side_of_line([a, b, apex]) == side_of_line([a, b, point])
}

/// Whether a segment has a point in common with a triangle.
fn pierces([p, q]: [[f32; 3]; 2], [a, b, c]: [[f32; 3]; 3]) -> bool {
    let ends = [side_of_plane([a, b, c, p]), side_of_plane([a, b, c, q])];
    match ends {
        [0, 0] => meets_in_plane([p, q], [a, b, c]),
        [s, t] if s == t => false,
        _ => {
            let turns = [[a, b], [b, c], [c, a]].map(|[a, b]| side_of_plane([p, q, a, b]));
            turns.iter().all(|&turn| turn >= 0) || turns.iter().all(|&turn| turn <= 0)
        }
    }
}

/// The same for a segment in the triangle's plane.
fn meets_in_plane(segment: [[f32; 3]; 2], triangle: [[f32; 3]; 3]) -> bool {
    let (u, v) = plane_axes(triangle);
    let flat = |p: [f32; 3]| [p[u], p[v]];
    let [p, q] = segment.map(flat);
    let [a, b, c] = triangle.map(flat);
    let turns = [[a, b], [b, c], [c, a]].map(|[a, b]| side_of_line([a, b, p]));
    let is_inside = turns.iter().all(|&turn| turn >= 0) || turns.iter().all(|&turn| turn <= 0);
    is_inside || [[a, b], [b, c], [c, a]].into_iter().any(|side| do_meet([p, q], side))
}

/// Whether two segments in a plane have a point in common.
fn do_meet([p, q]: [[f32; 2]; 2], [a, b]: [[f32; 2]; 2]) -> bool {
    let across = [side_of_line([p, q, a]), side_of_line([p, q, b])];
    let along = [side_of_line([a, b, p]), side_of_line([a, b, q])];
    if across == [0, 0] {
        let overlap = |axis: usize| {
            p[axis].max(q[axis]) >= a[axis].min(b[axis])
                && a[axis].max(b[axis]) >= p[axis].min(q[axis])
        };
        return overlap(0) && overlap(1);
    }
    across[0] != across[1] && along[0] != along[1]
}

/// The two axes along which a triangle's shadow is largest.
fn plane_axes(triangle: [[f32; 3]; 3]) -> (usize, usize) {
    let [a, b, c] = triangle.map(|corner| corner.map(f64::from));
    let normal = crate::vector::doubled_area([a, b, c]).map(f64::abs);
    if normal[2] >= normal[0] && normal[2] >= normal[1] {
        (0, 1)
    } else if normal[1] >= normal[0] {
        (0, 2)
    } else {
        (1, 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(positions: &[[f32; 3]], faces: &[[u32; 3]]) -> u64 {
        intersections(&Mesh::new(positions.to_vec(), faces.to_vec()).unwrap()).n_pairs
    }

    const SQUARE: [[f32; 3]; 4] = [[0.0; 3], [4.0, 0.0, 0.0], [4.0, 4.0, 0.0], [0.0, 4.0, 0.0]];

    fn with(more: &[[f32; 3]]) -> Vec<[f32; 3]> {
        SQUARE.iter().chain(more).copied().collect()
    }

    #[test]
    fn neighbours_that_only_share_an_edge_or_a_vertex_do_not_cross() {
        assert_eq!(count(&SQUARE, &[[0, 1, 2], [0, 2, 3]]), 0);
        let bow = with(&[[-1.0, -1.0, 0.0], [-1.0, 0.0, 0.0]]);
        assert_eq!(count(&bow, &[[0, 1, 2], [0, 4, 5]]), 0);
    }

    #[test]
    fn neighbours_that_lie_on_each_other_cross() {
        let folded = with(&[[3.0, 1.0, 0.0]]);
        assert_eq!(count(&folded, &[[0, 1, 2], [1, 0, 4]]), 1);
        assert_eq!(count(&SQUARE, &[[0, 1, 2], [2, 1, 0]]), 1);
        let inside = with(&[[3.0, 1.0, 0.0], [3.0, 2.0, 0.0]]);
        assert_eq!(count(&inside, &[[0, 1, 2], [0, 4, 5]]), 1);
    }

    #[test]
    fn touching_counts_and_a_hair_apart_does_not() {
        let above = |z: f32| with(&[[3.0, 1.0, z], [3.0, 1.0, 5.0], [3.0, 2.0, 5.0]]);
        assert_eq!(count(&above(0.0), &[[0, 1, 2], [4, 5, 6]]), 1);
        assert_eq!(count(&above(-1.0), &[[0, 1, 2], [4, 5, 6]]), 1);
        assert_eq!(count(&above(f32::MIN_POSITIVE), &[[0, 1, 2], [4, 5, 6]]), 0);
    }

    #[test]
    fn a_heap_of_faces_is_not_looked_at_for_ever() {
        let heap = Mesh::new(SQUARE.to_vec(), vec![[0, 1, 2]; 1000]).unwrap();
        let all = Intersections { n_pairs: 1000 * 999 / 2, is_complete: true };
        assert_eq!(intersections(&heap), all);
        let some = within(&heap, 100_000);
        assert!(!some.is_complete && (1..=100_000).contains(&some.n_pairs), "{some:?}");
    }

    #[test]
    fn a_vertex_may_not_poke_through_a_face_of_its_own_ring() {
        let pierced = with(&[[2.0, 1.0, 1.0], [3.5, 1.0, -1.0]]);
        assert_eq!(count(&pierced, &[[0, 1, 2], [0, 4, 5]]), 1);
    }
}
