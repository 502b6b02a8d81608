//! Where the mass of a shape lies: integrals of 1, x and x² over a solid or over a surface.

use medshape_types::Mesh;

use super::eigen::{Eigen, eigen};
use crate::mesh::closed::Closed;
use crate::vector::{add, cross, dot, scaled, sub};

/// Mass, its centre, and its spread around the centre.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spatial {
    /// Volume or area; negative for a solid whose faces point inward.
    pub(super) mass: f64,
    pub(super) centroid: [f64; 3],
    pub(super) principal: Eigen,
}

/// The solid that a closed mesh bounds, evenly filled, by tetrahedra from one of its vertices.
pub(super) fn of_solid(mesh: Closed<'_>) -> Option<Spatial> {
    let mesh = mesh.mesh();
    let base = mesh.positions()[mesh.faces()[0][0] as usize].map(f64::from);
    let mut sums = Sums::default();
    for triangle in mesh.triangles() {
        let [a, b, c] = triangle.map(|corner| sub(corner.map(f64::from), base));
        // The fourth corner is the base, here zero.
        sums.add(dot(a, cross(b, c)) / 6.0, [a, b, c], [4.0, 20.0]);
    }
    sums.spatial(base)
}

/// The surface of a mesh, evenly covered.
pub(super) fn of_surface(mesh: &Mesh) -> Option<Spatial> {
    let base = mesh.positions()[mesh.faces().first()?[0] as usize].map(f64::from);
    let mut sums = Sums::default();
    for triangle in mesh.triangles() {
        let [a, b, c] = triangle.map(|corner| sub(corner.map(f64::from), base));
        let normal = cross(sub(b, a), sub(c, a));
        sums.add(0.5 * dot(normal, normal).sqrt(), [a, b, c], [3.0, 12.0]);
    }
    sums.spatial(base)
}

#[derive(Default)]
struct Sums {
    mass: f64,
    first: [f64; 3],
    second: [[f64; 3]; 3],
}

impl Sums {
    /// Adds a simplex by its mass and corners: the mean of x is the mean of the corners, that of
    /// x xᵀ is (Σ p pᵀ + Σ p Σ pᵀ) by n (n + 1) for n corners.
    fn add(&mut self, mass: f64, corners: [[f64; 3]; 3], [n, n_pairs]: [f64; 2]) {
        let sum = corners.into_iter().fold([0.0; 3], add);
        self.mass += mass;
        self.first = add(self.first, scaled(sum, mass / n));
        for row in 0..3 {
            for column in 0..3 {
                let own: f64 = corners.iter().map(|p| p[row] * p[column]).sum();
                self.second[row][column] += mass * (own + sum[row] * sum[column]) / n_pairs;
            }
        }
    }

    fn spatial(&self, base: [f64; 3]) -> Option<Spatial> {
        if self.mass == 0.0 {
            return None;
        }
        let center = scaled(self.first, 1.0 / self.mass);
        let covariance = [0, 1, 2].map(|row| {
            [0, 1, 2]
                .map(|column| self.second[row][column] / self.mass - center[row] * center[column])
        });
        Some(Spatial { mass: self.mass, centroid: add(base, center), principal: eigen(covariance) })
    }
}
