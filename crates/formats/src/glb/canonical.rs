//! One order of vertices and faces out of the many that mean the same mesh.
//!
//! Vertices are sorted by place and faces by vertices, which forgets the order of the input.
//! Then faces are ordered for the vertex cache of a GPU, as in a strip, and vertices by first use
//! (Forsyth, 2006; Kapoulkine's `meshoptimizer`).
//! A strip packs a tenth smaller than the order that a GPU likes best.

/// The vertices that faces use, and three indices a face.
///
/// Vertices in the same place are told apart by their order in the input, the only trace of it.
pub(super) fn order(steps: &[[i32; 3]], faces: &[[u32; 3]]) -> (Vec<[i32; 3]>, Vec<u32>) {
    let (sorted, rank) = sorted_vertices(steps);
    let indices = sorted_faces(faces, &rank);
    let mut indices = meshopt::optimize_vertex_cache_strip(indices.as_flattened(), sorted.len());
    let vertices = meshopt::optimize_vertex_fetch(&mut indices, &sorted);
    (vertices, indices)
}

fn sorted_vertices(steps: &[[i32; 3]]) -> (Vec<[i32; 3]>, Vec<u32>) {
    let mut keyed: Vec<([i32; 3], u32)> = steps.iter().copied().zip(0..).collect();
    keyed.sort_unstable();
    let mut rank = vec![0; steps.len()];
    for (place, &(_, vertex)) in (0..).zip(&keyed) {
        rank[vertex as usize] = place;
    }
    (keyed.into_iter().map(|(step, _)| step).collect(), rank)
}

/// Faces that begin with their lowest vertex, in rising order.
fn sorted_faces(faces: &[[u32; 3]], rank: &[u32]) -> Vec<[u32; 3]> {
    let begin_lowest = |face: &[u32; 3]| {
        let [a, b, c] = face.map(|vertex| rank[vertex as usize]);
        [[a, b, c], [b, c, a], [c, a, b]].into_iter().min().unwrap_or([a, b, c])
    };
    let mut sorted: Vec<[u32; 3]> = faces.iter().map(begin_lowest).collect();
    sorted.sort_unstable();
    sorted
}
