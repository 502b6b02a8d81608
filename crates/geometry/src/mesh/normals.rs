//! Which way a surface faces.

use medshape_types::Mesh;
use rayon::prelude::*;

use super::rings::Rings;
use crate::vector::{add, cross, dot, scaled, sub, unit};

/// The normal of each vertex: the mean of its faces' normals, each weighted by the face's angle
/// there (Thürmer and Wüthrich, 1998), so that it does not depend on how the surface is cut into
/// triangles. Zero for a vertex whose faces have no area.
///
/// ```
/// use medshape_geometry::mesh::normals::vertex_normals;
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
/// let triangle = Mesh::new(corners, vec![[0, 1, 2]]).unwrap();
/// assert_eq!(vertex_normals(&triangle)[0], [0.0, 0.0, 1.0]);
/// ```
pub fn vertex_normals(mesh: &Mesh) -> Vec<[f32; 3]> {
    exact_normals(mesh, &Rings::of(mesh)).into_par_iter().map(|n| n.map(|v| v as f32)).collect()
}

/// The normals before they are rounded.
pub(crate) fn exact_normals(mesh: &Mesh, rings: &Rings) -> Vec<[f64; 3]> {
    (0..mesh.positions().len())
        .into_par_iter()
        .map(|vertex| {
            let weighted = rings.at(vertex).iter().map(|&corner| {
                let [a, b, c] = from_corner(mesh, corner);
                let (u, v) = (sub(b, a), sub(c, a));
                let normal = cross(u, v);
                let doubled_area = dot(normal, normal).sqrt();
                scaled(unit(normal), doubled_area.atan2(dot(u, v)))
            });
            unit(weighted.fold([0.0; 3], add))
        })
        .collect()
}

/// The corners of a face, beginning with the given one.
pub(crate) fn from_corner(mesh: &Mesh, corner: u32) -> [[f64; 3]; 3] {
    let face = mesh.faces()[(corner / 3) as usize];
    let first = (corner % 3) as usize;
    [first, (first + 1) % 3, (first + 2) % 3]
        .map(|at| mesh.positions()[face[at] as usize].map(f64::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cubes_corner_faces_its_diagonal_however_its_sides_are_cut() {
        // Three sides of a cube meet at the origin; one of them in two triangles.
        let positions = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]];
        let positions = positions.map(|p| p.map(|v| v as f32)).to_vec();
        let faces = vec![[0, 4, 1], [0, 2, 4], [0, 1, 3], [0, 3, 2]];
        let normal = vertex_normals(&Mesh::new(positions, faces).unwrap())[0];
        for value in normal {
            assert!((value + (1.0_f32 / 3.0).sqrt()).abs() < 1e-6);
        }
    }
}
