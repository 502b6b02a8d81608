//! How much surface a mesh has.

use medshape_types::Mesh;

/// Area of all faces, in mm².
pub fn area(mesh: &Mesh) -> f64 {
    mesh.triangles().map(triangle_area).sum()
}

fn triangle_area(triangle: [[f32; 3]; 3]) -> f64 {
    let [a, b, c] = triangle.map(|corner| corner.map(f64::from));
    let [u, v] = [b, c].map(|p| [p[0] - a[0], p[1] - a[1], p[2] - a[2]]);
    let [x, y, z] =
        [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    (x * x + y * y + z * z).sqrt() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_square() {
        let corners = vec![[5.0, 0.0, 2.0], [6.0, 0.0, 2.0], [5.0, 0.0, 3.0]];
        assert_eq!(area(&Mesh::new(corners, vec![[0, 1, 2]]).unwrap()), 0.5);
    }
}
