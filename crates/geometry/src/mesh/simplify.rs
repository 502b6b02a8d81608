//! Fewer faces for previews.

use medshape_types::Mesh;
use meshopt::{SimplifyOptions, VertexDataAdapter};

/// The mesh with about `target_faces` faces, or more where fewer would lie over `max_error_mm` off.
///
/// Vertices are some of those of `mesh`, so they stay on its lattice (Garland and Heckbert, 1997,
/// as in meshoptimizer). Thin parts may touch or vanish: the result is for looking at, not for
/// measuring, and may not be closed. A mesh of which nothing would be left is returned whole.
pub fn simplify(mesh: &Mesh, target_faces: usize, max_error_mm: f32) -> Mesh {
    if mesh.faces().len() <= target_faces {
        return mesh.clone();
    }
    let bytes: Vec<u8> =
        mesh.positions().iter().flatten().flat_map(|value| value.to_ne_bytes()).collect();
    let Ok(vertices) = VertexDataAdapter::new(&bytes, 12, 0) else {
        return mesh.clone();
    };
    let indices: Vec<u32> = mesh.faces().iter().flatten().copied().collect();
    let target = 3 * target_faces;
    let options = SimplifyOptions::ErrorAbsolute;
    let kept = meshopt::simplify(&indices, &vertices, target, max_error_mm, options, None);
    let simplified = compact(mesh.positions(), &kept);
    simplified.filter(|simple| !simple.faces().is_empty()).unwrap_or_else(|| mesh.clone())
}

/// A mesh of these faces with only the vertices that they name, in order of first use.
fn compact(positions: &[[f32; 3]], indices: &[u32]) -> Option<Mesh> {
    let mut numbers = vec![u32::MAX; positions.len()];
    let mut used = Vec::new();
    for &vertex in indices {
        let number = &mut numbers[vertex as usize];
        if *number == u32::MAX {
            *number = used.len() as u32;
            used.push(positions[vertex as usize]);
        }
    }
    let (faces, _) = indices.as_chunks::<3>();
    Mesh::new(used, faces.iter().map(|face| face.map(|v| numbers[v as usize])).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of 32×32 cells, flat.
    fn square() -> Mesh {
        let positions = (0..33 * 33).map(|i| [(i % 33) as f32, (i / 33) as f32, 0.0]).collect();
        let mut faces = Vec::new();
        for cell in 0..32 * 32 {
            let corner = cell % 32 + 33 * (cell / 32);
            faces.push([corner, corner + 1, corner + 34]);
            faces.push([corner, corner + 34, corner + 33]);
        }
        Mesh::new(positions, faces).unwrap()
    }

    #[test]
    fn a_flat_square_needs_few_faces() {
        let simple = simplify(&square(), 20, 0.01);
        assert!((2..=20).contains(&simple.faces().len()));
        let area = super::super::area::area(&simple);
        assert!((area - 1024.0).abs() < 1e-3);
    }

    #[test]
    fn vertices_are_some_of_the_input() {
        let square = square();
        let simple = simplify(&square, 100, 1.0);
        assert!(simple.positions().iter().all(|position| square.positions().contains(position)));
    }

    #[test]
    fn nothing_is_ever_left_of_a_mesh() {
        let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let faces = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];
        let tetrahedron = Mesh::new(corners, faces).unwrap();
        assert!(!simplify(&tetrahedron, 0, 100.0).faces().is_empty());
        assert_eq!(simplify(&Mesh::default(), 0, 1.0), Mesh::default());
    }
}
