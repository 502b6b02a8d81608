//! The frame that a shape brings along: its centre and the axes of its spread.

use medshape_types::{Affine, Mesh};

use super::pairs::about;
use crate::numbers::symmetric::eigen;
use crate::vector::{cross, dot, doubled_area, sub};

/// Where the surface of a shape lies and how far it spreads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrincipalFrame {
    /// From the axes of the shape to the world: the first axis is that of the largest spread, the
    /// origin the centre of the surface.
    pub world_from_principal: Affine,
    /// Standard deviation of the surface along each axis.
    pub sd_mm: [f64; 3],
    /// Skewness along each axis. Axes point to where it is positive; near zero that is chance.
    pub skewness: [f64; 3],
}

/// The principal frame of a surface, each part of it weighted by its area; `None` without area or
/// if the surface lies in a plane.
///
/// Which way an axis points is decided by the third moment along it. The two axes that are most
/// skewed decide; the other one makes the frame right-handed.
///
/// ```
/// use medshape_geometry::align::principal::principal_frame;
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [9.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 1.0]];
/// let faces = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];
/// let frame = principal_frame(&Mesh::new(corners, faces).unwrap()).unwrap();
/// assert!(frame.world_from_principal.axis(0)[0] > 0.9, "towards the far corner");
/// ```
pub fn principal_frame(mesh: &Mesh) -> Option<PrincipalFrame> {
    let (centre, covariance) = centre_and_covariance(mesh)?;
    let found = eigen(covariance.map(Vec::from).to_vec());
    if !(found.values[2] > 1e-12 * found.values[0]) {
        return None;
    }
    let axis = |n: usize| [0, 1, 2].map(|k: usize| found.vectors[n][k]);
    let axes = [axis(0), axis(1), axis(2)];
    let sd_mm = [0, 1, 2].map(|n: usize| found.values[n].sqrt());
    let third = third_moments(mesh, centre, &axes);
    let skewness = [0, 1, 2].map(|n: usize| third[n] / (sd_mm[n] * sd_mm[n] * sd_mm[n]));
    let (axes, skewness) = pointed(axes, skewness);
    let columns = [0, 1, 2].map(|row| [0, 1, 2].map(|column: usize| axes[column][row]));
    let world_from_principal = about(&columns, [0.0; 3], centre)?;
    Some(PrincipalFrame { world_from_principal, sd_mm, skewness })
}

/// The rigid map that lays the principal frame of one shape onto that of another; `None` where one
/// has none.
pub fn by_principal_axes(moving: &Mesh, fixed: &Mesh) -> Option<Affine> {
    let from = principal_frame(moving)?.world_from_principal;
    let to = principal_frame(fixed)?.world_from_principal;
    let back = from.inverse();
    let linear = [0, 1, 2].map(|column| to.apply_vector(back.axis(column)));
    let rows = [0, 1, 2].map(|row| [0, 1, 2].map(|column: usize| linear[column][row]));
    about(&rows, from.translation(), to.translation())
}

/// The axes turned to where the surface is skewed, right-handed.
fn pointed(axes: [[f64; 3]; 3], skewness: [f64; 3]) -> ([[f64; 3]; 3], [f64; 3]) {
    let least = (1..3).fold(
        0,
        |least, n| {
            if skewness[n].abs() < skewness[least].abs() { n } else { least }
        },
    );
    let mut signs = skewness.map(|value| if value < 0.0 { -1.0 } else { 1.0 });
    let turned = |signs: [f64; 3]| [0, 1, 2].map(|n: usize| axes[n].map(|value| signs[n] * value));
    let [a, b, c] = turned(signs);
    if dot(cross(a, b), c) < 0.0 {
        signs[least] = -signs[least];
    }
    (turned(signs), [0, 1, 2].map(|n: usize| signs[n] * skewness[n]))
}

/// Exact integrals over each triangle, divided by the area of all.
fn centre_and_covariance(mesh: &Mesh) -> Option<([f64; 3], [[f64; 3]; 3])> {
    // Relative to a corner of the mesh, so that digits do not cancel far from the world's origin.
    let base = mesh.positions().first()?.map(f64::from);
    let (mut area, mut first, mut second) = (0.0, [0.0; 3], [[0.0; 3]; 3]);
    for triangle in mesh.triangles() {
        let corners = triangle.map(|corner| sub(corner.map(f64::from), base));
        let normal = doubled_area(corners);
        let weight = dot(normal, normal).sqrt() / 2.0;
        let sum = [0, 1, 2].map(|axis: usize| corners.iter().map(|c| c[axis]).sum::<f64>());
        area += weight;
        for row in 0..3 {
            first[row] += weight * sum[row] / 3.0;
            for column in 0..3 {
                let squares: f64 = corners.iter().map(|c| c[row] * c[column]).sum();
                second[row][column] += weight * (squares + sum[row] * sum[column]) / 12.0;
            }
        }
    }
    if !(area > 0.0 && area.is_finite()) {
        return None;
    }
    let mean = first.map(|value| value / area);
    let covariance = [0, 1, 2].map(|row: usize| {
        [0, 1, 2].map(|column: usize| second[row][column] / area - mean[row] * mean[column])
    });
    Some(([0, 1, 2].map(|axis: usize| base[axis] + mean[axis]), covariance))
}

/// The mean cube of the distance from the centre along each axis.
fn third_moments(mesh: &Mesh, centre: [f64; 3], axes: &[[f64; 3]; 3]) -> [f64; 3] {
    let (mut area, mut cubes) = (0.0, [0.0; 3]);
    for triangle in mesh.triangles() {
        let corners = triangle.map(|corner| sub(corner.map(f64::from), centre));
        let normal = doubled_area(corners);
        let weight = dot(normal, normal).sqrt() / 2.0;
        area += weight;
        for (cube, axis) in cubes.iter_mut().zip(axes) {
            let [a, b, c] = corners.map(|corner| dot(corner, *axis));
            // A tenth of the sum of all products of three: the integral of a cube over a triangle.
            let products =
                a * a * (a + b + c) + b * b * (a + b + c) + c * c * (a + b + c) + a * b * c;
            *cube += weight * products / 10.0;
        }
    }
    cubes.map(|cube| cube / area)
}
