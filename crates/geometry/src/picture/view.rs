//! Where the picture is taken from, and how it is framed.

use medshape_types::Mesh;

/// Share of the picture's side that stays empty on each side of the shape.
const MARGIN: f64 = 0.04;

/// What looking from the side, and from above or below, must gain over looking from the front:
/// shares of the summed variance of the surface along the three axes.
const RELUCTANCE: [f64; 3] = [0.22, 0.0, 0.26];

/// How far the eye is lifted towards the head, as a slope, so that tops show and shapes look solid.
const LIFT: f64 = 0.18;

/// The axes of the picture in the world: a right-handed orthonormal frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub(super) right: [f64; 3],
    pub(super) up: [f64; 3],
    pub(super) towards_eye: [f64; 3],
}

impl View {
    /// From the front, turned a little.
    pub(super) fn front() -> Self {
        Self::from([-0.2, 1.0, 0.12])
    }

    /// Along the axis of least extent, unless the front is nearly as good.
    pub(super) fn principal(mesh: &Mesh) -> Self {
        let mut spread = surface_covariance(mesh);
        let total = spread[0][0] + spread[1][1] + spread[2][2];
        if !(total.is_finite() && total > 0.0) {
            return Self::from([0.0, 1.0, LIFT]);
        }
        for axis in 0..3 {
            spread[axis][axis] += RELUCTANCE[axis] * total;
        }
        let thin = least_axis(spread);
        // The side has no say in the sign: mirrored shapes get mirrored views.
        let is_behind = thin[1] + thin[2] < 0.0;
        let [x, y, z] = if is_behind { thin.map(|value| -value) } else { thin };
        Self::from([x, y, z + LIFT])
    }

    /// From a direction, head up; seen from exactly above, the back is up.
    fn from(direction: [f64; 3]) -> Self {
        let towards_eye = unit(direction).unwrap_or([0.0, 1.0, 0.0]);
        let right = unit(cross([0.0, 0.0, 1.0], towards_eye)).unwrap_or([-1.0, 0.0, 0.0]);
        Self { right, up: cross(towards_eye, right), towards_eye }
    }

    /// A world position or direction along right, up and towards the eye.
    pub(super) fn apply(&self, vector: [f64; 3]) -> [f64; 3] {
        [dot(self.right, vector), dot(self.up, vector), dot(self.towards_eye, vector)]
    }
}

/// From view millimetres to samples of the canvas: x to the right, y down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) samples_per_mm: f64,
    centre_mm: [f64; 3],
    centre_samples: [f64; 2],
}

impl Frame {
    /// The frame that fits all positions into a canvas; `None` if there is nothing to fit.
    pub(super) fn around(
        positions: impl Iterator<Item = [f32; 3]>,
        view: &View,
        [width, height]: [usize; 2],
    ) -> Option<Self> {
        let mut min = [f64::INFINITY; 3];
        let mut max = [f64::NEG_INFINITY; 3];
        for position in positions {
            let place = view.apply(position.map(f64::from));
            for axis in 0..3 {
                min[axis] = min[axis].min(place[axis]);
                max[axis] = max[axis].max(place[axis]);
            }
        }
        let room = |samples: usize| samples as f64 * (1.0 - 2.0 * MARGIN);
        let horizontal = room(width) / (max[0] - min[0]);
        let vertical = room(height) / (max[1] - min[1]);
        let samples_per_mm = horizontal.min(vertical);
        let fits = samples_per_mm.is_finite() && samples_per_mm > 0.0;
        fits.then(|| Self {
            samples_per_mm,
            centre_mm: [0, 1, 2].map(|axis| 0.5 * (min[axis] + max[axis])),
            centre_samples: [0.5 * width as f64, 0.5 * height as f64],
        })
    }

    /// Where a place in view millimetres falls: x, y, and depth growing towards the eye, in samples.
    pub(super) fn apply(&self, place: [f64; 3]) -> [f32; 3] {
        let [x, y, depth] =
            [0, 1, 2].map(|axis| (place[axis] - self.centre_mm[axis]) * self.samples_per_mm);
        [(self.centre_samples[0] + x) as f32, (self.centre_samples[1] - y) as f32, depth as f32]
    }
}

/// Covariance of the points of a surface, times its area: twice the triangle's area as weight, and
/// each triangle stood for by its centroid.
fn surface_covariance(mesh: &Mesh) -> [[f64; 3]; 3] {
    let origin = mesh.positions().first().map_or([0.0; 3], |first| first.map(f64::from));
    let mut weight = 0.0;
    let mut first = [0.0; 3];
    let mut second = [[0.0; 3]; 3];
    for triangle in mesh.triangles() {
        let [a, b, c] = triangle.map(|corner| subtract(corner.map(f64::from), origin));
        let normal = cross(subtract(b, a), subtract(c, a));
        let area = dot(normal, normal).sqrt();
        let centroid = [0, 1, 2].map(|axis| (a[axis] + b[axis] + c[axis]) / 3.0);
        weight += area;
        for row in 0..3 {
            first[row] += area * centroid[row];
            for column in 0..3 {
                second[row][column] += area * centroid[row] * centroid[column];
            }
        }
    }
    [0, 1, 2].map(|row| {
        [0, 1, 2].map(|column| second[row][column] - first[row] * first[column] / weight)
    })
}

/// The eigenvector of the smallest eigenvalue of a symmetric matrix (cyclic Jacobi rotations).
fn least_axis(mut matrix: [[f64; 3]; 3]) -> [f64; 3] {
    let mut axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for _ in 0..12 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            rotate(&mut matrix, &mut axes, p, q);
        }
    }
    let mut best = 0;
    for axis in 1..3 {
        if matrix[axis][axis] < matrix[best][best] {
            best = axis;
        }
    }
    axes[best]
}

/// The rotation of rows and columns p and q that makes the entry (p, q) vanish.
fn rotate(matrix: &mut [[f64; 3]; 3], axes: &mut [[f64; 3]; 3], p: usize, q: usize) {
    if matrix[p][q] == 0.0 {
        return;
    }
    let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for row in matrix.iter_mut() {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    let (a, b) = (matrix[p], matrix[q]);
    matrix[p] = [0, 1, 2].map(|k| cosine * a[k] - sine * b[k]);
    matrix[q] = [0, 1, 2].map(|k| sine * a[k] + cosine * b[k]);
    let (a, b) = (axes[p], axes[q]);
    axes[p] = [0, 1, 2].map(|k| cosine * a[k] - sine * b[k]);
    axes[q] = [0, 1, 2].map(|k| sine * a[k] + cosine * b[k]);
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn subtract(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn unit(vector: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(vector, vector).sqrt();
    (length > 1e-9).then(|| vector.map(|value| value / length))
}
