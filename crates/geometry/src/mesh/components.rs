//! The pieces of a mesh: faces that connect through edges.

use medshape_types::Mesh;

use super::edges::Edges;
use crate::sets::Sets;

/// Which piece each face belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    /// One a face, numbered in order of their first faces.
    pub component_of_face: Vec<u32>,
    /// How many pieces there are.
    pub n_components: usize,
}

/// The pieces of a mesh. Vertices are those that faces name; nothing is welded first.
pub fn components(mesh: &Mesh) -> Components {
    let mut sets = Sets::new(mesh.faces().len());
    Edges::of(mesh).for_each(|edge| {
        for pair in edge.sides.windows(2) {
            sets.unite(pair[0].face(), pair[1].face());
        }
    });
    let component_of_face = sets.numbers(mesh.faces().len());
    let n_components = component_of_face.iter().max().map_or(0, |&last| last as usize + 1);
    Components { component_of_face, n_components }
}

/// A mesh of each piece, in order of their first faces.
///
/// ```
/// use medshape_geometry::mesh::components::split;
/// use medshape_types::Mesh;
///
/// let corners = (0..6).map(|i| [i as f32, (i * i) as f32, 0.0]).collect();
/// let two = Mesh::new(corners, vec![[0, 1, 2], [3, 4, 5]]).unwrap();
/// assert_eq!(split(&two).len(), 2);
/// ```
pub fn split(mesh: &Mesh) -> Vec<Mesh> {
    let found = components(mesh);
    let mut faces = vec![Vec::new(); found.n_components];
    for (&face, &component) in mesh.faces().iter().zip(&found.component_of_face) {
        faces[component as usize].push(face);
    }
    // One table for all pieces: a table each would be quadratic in a mesh of crumbs.
    let mut numbers = vec![0; mesh.positions().len()];
    let piece = |faces: Vec<[u32; 3]>| {
        let mut used = faces.as_flattened().to_vec();
        used.sort_unstable();
        used.dedup();
        renumbered(mesh.positions(), faces, &used, &mut numbers)
    };
    faces.into_iter().map(piece).collect()
}

/// A mesh of these faces with only the vertices that they name, in their old order.
pub(crate) fn with_used_vertices(positions: &[[f32; 3]], faces: Vec<[u32; 3]>) -> Mesh {
    let mut is_used = vec![false; positions.len()];
    faces.iter().flatten().for_each(|&vertex| is_used[vertex as usize] = true);
    let used: Vec<u32> =
        (0..positions.len() as u32).filter(|&vertex| is_used[vertex as usize]).collect();
    renumbered(positions, faces, &used, &mut vec![0; positions.len()])
}

/// A mesh of these faces and of the vertices `used`, which are all that they name. `numbers` has a
/// place for each position, and may hold anything.
fn renumbered(
    positions: &[[f32; 3]],
    mut faces: Vec<[u32; 3]>,
    used: &[u32],
    numbers: &mut [u32],
) -> Mesh {
    for (number, &vertex) in (0..).zip(used) {
        numbers[vertex as usize] = number;
    }
    faces.iter_mut().flatten().for_each(|vertex| *vertex = numbers[*vertex as usize]);
    let used = used.iter().map(|&vertex| positions[vertex as usize]).collect();
    Mesh::new(used, faces).expect("every face names vertices that were just numbered, all finite")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_share_a_vertex_only_are_apart() {
        let positions = (0..5).map(|i| [i as f32, (i * i) as f32, 1.0]).collect();
        let bow = Mesh::new(positions, vec![[0, 1, 2], [2, 3, 4]]).unwrap();
        assert_eq!(components(&bow).component_of_face, [0, 1]);
        let pieces = split(&bow);
        assert_eq!(pieces[1].positions().len(), 3);
        assert_eq!(pieces[1].faces(), [[0, 1, 2]]);
        assert_eq!(components(&Mesh::default()).n_components, 0);
    }
}
