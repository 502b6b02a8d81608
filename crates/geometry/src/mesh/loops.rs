//! The curves in which a surface ends.

use medshape_types::Mesh;

use super::edges::Edges;

/// The closed curves along the edges that have one face only, as vertices in the order in which
/// the faces beside them walk; in order of their first vertices.
///
/// Where several curves pass one vertex, each goes on along the edge with the lowest end. Edges
/// that do not close to a curve, which needs faces that wind against each other, are left out.
pub fn boundary_loops(mesh: &Mesh) -> Vec<Vec<u32>> {
    let mut sides: Vec<[u32; 2]> = Vec::new();
    Edges::of(mesh).for_each(|edge| {
        if let [side] = edge.sides {
            let face = mesh.faces()[side.face() as usize];
            sides.push([face[side.corner()], face[(side.corner() + 1) % 3]]);
        }
    });
    sides.sort_unstable();
    let mut used = vec![false; sides.len()];
    let mut loops = Vec::new();
    for start in 0..sides.len() {
        if !used[start] {
            loops.extend(walk(&sides, &mut used, start));
        }
    }
    loops
}

/// The curve that begins with a side, if it closes.
fn walk(sides: &[[u32; 2]], used: &mut [bool], start: usize) -> Option<Vec<u32>> {
    let mut vertices = Vec::new();
    let mut at = start;
    loop {
        used[at] = true;
        let [from, to] = sides[at];
        vertices.push(from);
        if to == sides[start][0] {
            return Some(vertices);
        }
        let first = sides.partition_point(|side| side[0] < to);
        at = (first..sides.len())
            .take_while(|&next| sides[next][0] == to)
            .find(|&next| !used[next])?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_ends_at_its_sides() {
        let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        let triangle = Mesh::new(corners, vec![[0, 1, 2]]).unwrap();
        assert_eq!(boundary_loops(&triangle), [[0, 1, 2]]);
    }
}
