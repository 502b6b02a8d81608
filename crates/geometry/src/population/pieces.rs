//! The pieces of a shape that a model is about.

use medshape_types::Mesh;

use crate::sets::Sets;

/// The mesh without pieces that have less than `least_share` of the faces of the largest one: crumbs
/// of a segmentation, which no other member of the population has.
pub fn main_pieces(mesh: &Mesh, least_share: f64) -> Mesh {
    let mut sets = Sets::new(mesh.positions().len());
    for &[a, b, c] in mesh.faces() {
        sets.unite(a, b);
        sets.unite(b, c);
    }
    let pieces = sets.numbers(mesh.positions().len());
    let mut n_faces = vec![0_usize; pieces.iter().max().map_or(0, |&last| last as usize + 1)];
    for face in mesh.faces() {
        n_faces[pieces[face[0] as usize] as usize] += 1;
    }
    let least = least_share * n_faces.iter().max().copied().unwrap_or(0) as f64;
    let is_main = |vertex: u32| n_faces[pieces[vertex as usize] as usize] as f64 >= least;
    with_used_vertices(mesh, |face| is_main(face[0]))
}

fn with_used_vertices(mesh: &Mesh, is_kept: impl Fn(&[u32; 3]) -> bool) -> Mesh {
    const UNUSED: u32 = u32::MAX;
    let mut numbers = vec![UNUSED; mesh.positions().len()];
    let mut positions = Vec::new();
    let mut faces: Vec<[u32; 3]> = mesh.faces().iter().copied().filter(is_kept).collect();
    for vertex in faces.as_flattened_mut() {
        let number = &mut numbers[*vertex as usize];
        if *number == UNUSED {
            *number = positions.len() as u32;
            positions.push(mesh.positions()[*vertex as usize]);
        }
        *vertex = *number;
    }
    Mesh::new(positions, faces).expect("positions are those of a mesh, and faces name only them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crumbs_are_left_out_and_twins_stay() {
        let positions = (0..12).map(|n| [n as f32, (n * n) as f32, 0.0]).collect();
        let faces = vec![[4, 5, 6], [5, 6, 7], [0, 1, 2], [1, 2, 3], [2, 3, 0], [9, 10, 11]];
        let mesh = Mesh::new(positions, faces).unwrap();
        let main = main_pieces(&mesh, 0.5);
        assert_eq!((main.faces().len(), main.positions().len()), (5, 8));
        assert_eq!(main.faces()[0], [0, 1, 2]);
        assert_eq!(main.positions()[0], [4.0, 16.0, 0.0]);
        assert_eq!(main_pieces(&Mesh::default(), 0.5), Mesh::default());
    }
}
