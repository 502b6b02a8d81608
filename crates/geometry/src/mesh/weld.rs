//! Vertices at one place become one vertex.
//!
//! STL knows no shared vertices, so every reader welds by position; a mesh that is to survive that
//! must be manifold after it as well.

use medshape_types::Mesh;

/// The mesh with vertices of exactly equal position made one, in order of first appearance.
///
/// Faces are kept as they are, those that lost a corner as well. Vertices no face uses stay.
pub fn weld(mesh: &Mesh) -> Mesh {
    let positions = mesh.positions();
    let mut order: Vec<u32> = (0..positions.len() as u32).collect();
    order.sort_unstable_by_key(|&vertex| (key(positions[vertex as usize]), vertex));
    let mut first: Vec<u32> = (0..positions.len() as u32).collect();
    for equal in order.chunk_by(|&a, &b| key(positions[a as usize]) == key(positions[b as usize])) {
        for &vertex in equal {
            first[vertex as usize] = equal[0];
        }
    }
    let mut welded = Vec::new();
    let mut numbers = vec![0_u32; positions.len()];
    for vertex in 0..positions.len() {
        if first[vertex] as usize == vertex {
            numbers[vertex] = welded.len() as u32;
            welded.push(positions[vertex]);
        }
    }
    let faces = mesh.faces().iter();
    let faces = faces.map(|face| face.map(|v| numbers[first[v as usize] as usize])).collect();
    Mesh::new(welded, faces).expect("each vertex has a number, and positions are only left out")
}

/// Bits of a position, with -0 as 0.
fn key(position: [f32; 3]) -> [u32; 3] {
    position.map(|value| (value + 0.0).to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_triangles_share_an_edge_after_welding() {
        let soup = vec![
            [0.0; 3],
            [1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [1.0, 0.0, 0.0],
            [1.0, 1.0, 0.0],
            [-0.0, 1.0, 0.0],
        ];
        let welded = weld(&Mesh::new(soup, vec![[0, 1, 2], [3, 4, 5]]).unwrap());
        assert_eq!(welded.positions().len(), 4);
        assert_eq!(welded.faces(), [[0, 1, 2], [1, 3, 2]]);
    }
}
