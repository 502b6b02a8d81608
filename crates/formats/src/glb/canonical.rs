//! One order of vertices and faces out of the many that mean the same mesh.
//!
//! Vertices are sorted by place and faces by vertices, which forgets the order of the input.
//! Then faces are put into [strips](super::strip) and vertices in order of first use.

use super::strip;

/// The vertices that faces use, and the faces.
///
/// Vertices in the same place are told apart by their order in the input, the only trace of it.
pub(super) fn order(steps: &[[i32; 3]], faces: &[[u32; 3]]) -> (Vec<[i32; 3]>, Vec<[u32; 3]>) {
    let (sorted, rank) = sorted_vertices(steps);
    let mut faces = strip::order(&sorted_faces(faces, &rank), sorted.len());
    let vertices = by_first_use(&sorted, &mut faces);
    (vertices, faces)
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
    // All faces of a lowest vertex, then the next: each vertex has few, which are sorted fast.
    let mut starts = vec![0_u32; rank.len() + 1];
    let lowest_first = |face: &[u32; 3]| {
        let [a, b, c] = face.map(|vertex| rank[vertex as usize]);
        [[a, b, c], [b, c, a], [c, a, b]].into_iter().min().unwrap_or([a, b, c])
    };
    for face in faces {
        starts[lowest_first(face)[0] as usize + 1] += 1;
    }
    for n in 1..starts.len() {
        starts[n] += starts[n - 1];
    }
    let mut sorted = vec![[0; 3]; faces.len()];
    let mut free = starts.clone();
    for face in faces.iter().map(lowest_first) {
        let place = &mut free[face[0] as usize];
        sorted[*place as usize] = face;
        *place += 1;
    }
    for ends in starts.windows(2) {
        sorted[ends[0] as usize..ends[1] as usize].sort_unstable();
    }
    sorted
}

/// The vertices in the order in which faces name them, and the faces renumbered.
fn by_first_use(vertices: &[[i32; 3]], faces: &mut [[u32; 3]]) -> Vec<[i32; 3]> {
    const UNUSED: u32 = u32::MAX;
    let mut numbers = vec![UNUSED; vertices.len()];
    let mut used = Vec::with_capacity(vertices.len());
    for vertex in faces.as_flattened_mut() {
        let number = &mut numbers[*vertex as usize];
        if *number == UNUSED {
            *number = used.len() as u32;
            used.push(vertices[*vertex as usize]);
        }
        *vertex = *number;
    }
    used
}
