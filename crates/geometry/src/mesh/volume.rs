//! How much space a closed mesh holds.

use super::closed::Closed;

/// Volume inside a mesh, in mm³; negative if the faces point inward (Zhang and Chen, 2001).
///
/// ```
/// use medshape_geometry::mesh::{closed::Closed, volume::signed_volume};
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
/// let faces = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];
/// let tetrahedron = Mesh::new(corners, faces).unwrap();
/// let volume = signed_volume(Closed::new(&tetrahedron).unwrap());
/// assert!((volume - 1.0 / 6.0).abs() < 1e-12);
/// ```
pub fn signed_volume(mesh: Closed<'_>) -> f64 {
    // Measured from a vertex of the mesh: far from the world's origin digits would cancel.
    let mesh = mesh.mesh();
    let base = mesh.positions()[mesh.faces()[0][0] as usize].map(f64::from);
    let from_base = |corner: [f32; 3]| {
        let [x, y, z] = corner.map(f64::from);
        [x - base[0], y - base[1], z - base[2]]
    };
    let sixfold: f64 =
        mesh.triangles().map(|triangle| triple_product(triangle.map(from_base))).sum();
    sixfold / 6.0
}

fn triple_product([a, b, c]: [[f64; 3]; 3]) -> f64 {
    a[0] * (b[1] * c[2] - b[2] * c[1])
        + a[1] * (b[2] * c[0] - b[0] * c[2])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
}

#[cfg(test)]
mod tests {
    use medshape_types::Mesh;

    use super::*;

    const OUTWARD: [[u32; 3]; 4] = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];

    fn check(faces: [[u32; 3]; 4], shift: f32, expected: f64) {
        let corners = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let positions = corners.map(|corner| corner.map(|value: f32| value + shift)).to_vec();
        let mesh = Mesh::new(positions, faces.to_vec()).unwrap();
        let volume = signed_volume(Closed::new(&mesh).unwrap());
        assert!((volume - expected).abs() < 1e-12);
    }

    #[test]
    fn a_tetrahedron_has_a_sixth_of_its_cube() {
        check(OUTWARD, 0.0, 1.0 / 6.0);
        check(OUTWARD, 65536.0, 1.0 / 6.0);
    }

    #[test]
    fn inward_faces_give_negative_volume() {
        check(OUTWARD.map(|[a, b, c]| [a, c, b]), 0.0, -1.0 / 6.0);
    }

    #[test]
    fn an_open_or_unevenly_wound_mesh_has_no_volume() {
        let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let open = Mesh::new(corners.clone(), OUTWARD[..3].to_vec()).unwrap();
        assert!(Closed::new(&open).is_none());
        let mut uneven = OUTWARD;
        uneven[0].swap(0, 1);
        assert!(Closed::new(&Mesh::new(corners.clone(), uneven.to_vec()).unwrap()).is_none());
        assert!(Closed::new(&Mesh::new(corners, vec![]).unwrap()).is_none());
    }
}
