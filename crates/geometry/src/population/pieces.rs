//! The pieces of a shape that a model is about.

use std::collections::BTreeSet;

use medshape_types::Mesh;

use crate::mesh::components::with_used_vertices;
use crate::sets::Sets;
use crate::vector::{cross, dot, sub};

/// The mesh without pieces that hold less than `least_share` of the volume of the largest one:
/// crumbs and threads of a segmentation, which no other member of the population has.
pub fn main_pieces(mesh: &Mesh, least_share: f64) -> Mesh {
    let pieces = pieces(mesh);
    let volumes = volumes(mesh, &pieces);
    let least = least_share * volumes.iter().copied().fold(0.0, f64::max);
    let is_main = |face: &&[u32; 3]| volumes[pieces[face[0] as usize] as usize] >= least;
    with_used_vertices(mesh.positions(), mesh.faces().iter().filter(is_main).copied().collect())
}

/// How many pieces hang together through vertices.
pub(super) fn n_pieces(mesh: &Mesh) -> usize {
    let pieces = pieces(mesh);
    let of_faces: BTreeSet<u32> =
        mesh.faces().iter().map(|face| pieces[face[0] as usize]).collect();
    of_faces.len()
}

/// The piece of each vertex.
fn pieces(mesh: &Mesh) -> Vec<u32> {
    let mut sets = Sets::new(mesh.positions().len());
    for &[a, b, c] in mesh.faces() {
        sets.unite(a, b);
        sets.unite(b, c);
    }
    sets.numbers(mesh.positions().len())
}

/// What each piece holds, in mm³; something, if not much, for a piece that is open.
fn volumes(mesh: &Mesh, pieces: &[u32]) -> Vec<f64> {
    let base = mesh.positions().first().map_or([0.0; 3], |first| first.map(f64::from));
    let mut volumes = vec![0.0; pieces.iter().max().map_or(0, |&last| last as usize + 1)];
    for (face, triangle) in mesh.faces().iter().zip(mesh.triangles()) {
        let [a, b, c] = triangle.map(|corner| sub(corner.map(f64::from), base));
        volumes[pieces[face[0] as usize] as usize] += dot(a, cross(b, c)) / 6.0;
    }
    volumes.into_iter().map(f64::abs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tetrahedra(sizes: &[f32]) -> Mesh {
        let (mut positions, mut faces) = (Vec::new(), Vec::new());
        for (&size, first) in sizes.iter().zip((0..).step_by(4)) {
            let at = 100.0 * first as f32;
            let corners = [[0.0; 3], [size, 0.0, 0.0], [0.0, size, 0.0], [0.0, 0.0, size]];
            positions.extend(corners.map(|[x, y, z]| [x + at, y, z]));
            let outward = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];
            faces.extend(outward.map(|face| face.map(|vertex: u32| vertex + first)));
        }
        Mesh::new(positions, faces).unwrap()
    }

    #[test]
    fn crumbs_are_left_out_and_twins_stay() {
        let mesh = tetrahedra(&[2.0, 10.0, 1.0, 9.0]);
        let main = main_pieces(&mesh, 0.05);
        assert_eq!((n_pieces(&mesh), n_pieces(&main)), (4, 2));
        assert_eq!(main.positions().len(), 8);
        assert_eq!(main.positions()[0], [400.0, 0.0, 0.0]);
        assert_eq!(main_pieces(&Mesh::default(), 0.05), Mesh::default());
    }
}
