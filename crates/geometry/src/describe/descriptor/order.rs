//! Faces in an order that their places give, not the file.

use medshape_types::Mesh;

/// The same mesh with its faces in the order of their corners' places, each beginning with its first.
///
/// The points that stand for a surface follow the order of its faces. Two files of one mesh, in whatever
/// order and format, so have the same [descriptor](super::descriptor) to the last bit.
pub fn in_order(mesh: &Mesh) -> Mesh {
    let place = |vertex: u32| mesh.positions()[vertex as usize].map(ordered);
    let from_first = |face: &[u32; 3]| {
        let first = (0..3).min_by_key(|&at| place(face[at])).unwrap_or(0);
        [0, 1, 2].map(|step| face[(first + step) % 3])
    };
    let mut faces: Vec<[u32; 3]> = mesh.faces().iter().map(from_first).collect();
    faces.sort_by_cached_key(|face| face.map(place));
    Mesh::new(mesh.positions().to_vec(), faces)
        .expect("the faces name the vertices they named before")
}

/// A whole number for each number, in the same order.
fn ordered(number: f32) -> u32 {
    // Both zeros are one place.
    let bits = (number + 0.0).to_bits();
    if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::super::descriptor;
    use super::*;
    use crate::mesh::tree::tests::torus;

    #[test]
    fn a_mesh_in_another_order_has_the_same_descriptor() {
        let mesh = torus(24);
        let (mut positions, mut faces) = mesh.clone().into_parts();
        let n = positions.len() as u32;
        positions.reverse();
        faces.reverse();
        faces.iter_mut().for_each(|face| {
            face.rotate_left(1);
            *face = face.map(|vertex| n - 1 - vertex);
        });
        let other = Mesh::new(positions, faces).unwrap();
        assert_eq!(descriptor(&in_order(&mesh)), descriptor(&in_order(&other)));
        assert_ne!(descriptor(&mesh), descriptor(&other));
    }

    #[test]
    fn numbers_stand_in_their_order() {
        let numbers = [f32::MIN, -2.0, -0.5, 0.0, 1e-20, 1.0, 3.5, f32::MAX].map(ordered);
        assert!(numbers.is_sorted());
        assert_eq!(ordered(-0.0), ordered(0.0));
    }
}
