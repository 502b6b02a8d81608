//! Faces of a mesh that pass through each other.

use medshape_types::Mesh;
use rayon::prelude::*;

use super::exact::{side_of_line, side_of_plane};
use crate::boxes::{Boxes, Corners, Lanes, Node, WIDTH, around};

/// How far a mesh passes through itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intersections {
    /// Pairs of faces that have a point in common that is no shared vertex or edge.
    pub n_pairs: u64,
    /// One a face: whether it is in such a pair.
    pub is_crossed: Vec<bool>,
}

/// Finds the faces that cross, touch or lie on each other. Exact, whatever the positions.
///
/// Faces that share a vertex or an edge count where they meet anywhere else as well; two faces of
/// the same three vertices count. Faces without area are left out. O(n log n) where faces are small
/// beside the mesh.
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
    let boxes: Vec<Corners> = mesh
        .triangles()
        .map(|triangle| {
            let [a, b, c] = triangle.map(|corner| [corner; 2]);
            around(around(a, b), c)
        })
        .collect();
    let tree = Boxes::new(&boxes);
    // Neighbours in the tree are neighbours in space: what one looks at is still in the cache.
    let crossed: Vec<Vec<[u32; 2]>> = tree
        .order()
        .par_chunks(64)
        .map(|faces| {
            let mut pairs = Vec::new();
            for &face in faces {
                crossed_by(mesh, &boxes, &tree, face, &mut pairs);
            }
            pairs
        })
        .collect();
    let mut found = Intersections { n_pairs: 0, is_crossed: vec![false; mesh.faces().len()] };
    for pair in crossed.into_iter().flatten() {
        found.n_pairs += 1;
        pair.into_iter().for_each(|face| found.is_crossed[face as usize] = true);
    }
    found
}

/// Adds the pairs of a face with faces of higher number.
fn crossed_by(mesh: &Mesh, boxes: &[Corners], tree: &Boxes, face: u32, pairs: &mut Vec<[u32; 2]>) {
    if is_flat(mesh, face) {
        return;
    }
    let own = boxes[face as usize];
    tree.search(
        1.0,
        |_, node| overlaps(node, &own),
        |leaf, best| {
            for &other in tree.order().iter().skip(WIDTH * leaf).take(WIDTH) {
                let is_near = other > face && do_overlap(&own, &boxes[other as usize]);
                if is_near && !is_flat(mesh, other) && do_cross(mesh, face, other) {
                    pairs.push([face, other]);
                }
            }
            best
        },
    );
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
    fn a_vertex_may_not_poke_through_a_face_of_its_own_ring() {
        let pierced = with(&[[2.0, 1.0, 1.0], [3.5, 1.0, -1.0]]);
        assert_eq!(count(&pierced, &[[0, 1, 2], [0, 4, 5]]), 1);
    }
}
