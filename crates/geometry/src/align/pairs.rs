//! The map that brings points onto their partners with the least squared distance.

use medshape_types::Affine;

use crate::numbers::positive::solve;
use crate::numbers::symmetric::eigen;
use crate::vector::{dot, sub};

/// What a map may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freedom {
    /// Turn and move.
    #[default]
    Rigid,
    /// Turn, move and scale.
    Similarity,
    /// Turn, move, scale along each direction and shear.
    Affine,
}

/// The best map of this freedom from `moving` points onto the `fixed` points of equal number.
///
/// The rotation is that of Horn's quaternion (1987), so it never reflects; the scale is Umeyama's
/// (1991).
/// `None` if the points do not decide the map: fewer than three, all on a line (for an affine
/// map: all in a plane), or lists of different lengths. An affine map that would reflect is
/// refused as well.
///
/// ```
/// use medshape_geometry::align::pairs::{Freedom, best_map};
///
/// let moving = [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
/// let fixed = [[5.0, 0.0, 0.0], [5.0, 2.0, 0.0], [4.0, 0.0, 0.0]]; // a quarter turn about z
/// let map = best_map(&moving, &fixed, Freedom::Rigid).unwrap();
/// let [x, y, z] = map.apply([1.0, 0.0, 7.0]);
/// assert!((x - 5.0).abs() < 1e-9 && (y - 1.0).abs() < 1e-9 && (z - 7.0).abs() < 1e-9);
/// ```
pub fn best_map(moving: &[[f32; 3]], fixed: &[[f32; 3]], freedom: Freedom) -> Option<Affine> {
    if moving.len() != fixed.len() || moving.len() < 3 {
        return None;
    }
    let moments = Moments::of(moving, fixed);
    let linear = match freedom {
        Freedom::Rigid => moments.rotation()?,
        Freedom::Similarity => {
            let rotation = moments.rotation()?;
            let scale = moments.scale(&rotation)?;
            rotation.map(|row| row.map(|value| scale * value))
        }
        Freedom::Affine => moments.linear()?,
    };
    let map = about(&linear, moments.moving_centre, moments.fixed_centre)?;
    (map.determinant() > 0.0).then_some(map)
}

/// The affine with this linear part that takes one point to another.
pub(super) fn about(linear: &[[f64; 3]; 3], from: [f64; 3], to: [f64; 3]) -> Option<Affine> {
    Affine::from_rows([0, 1, 2].map(|axis| {
        let [x, y, z] = linear[axis];
        [x, y, z, to[axis] - dot(linear[axis], from)]
    }))
}

/// Sums over all pairs, each relative to the centre of its side.
struct Moments {
    moving_centre: [f64; 3],
    fixed_centre: [f64; 3],
    /// Moving times moving.
    spread: [[f64; 3]; 3],
    /// Moving (row) times fixed (column).
    mixed: [[f64; 3]; 3],
}

impl Moments {
    fn of(moving: &[[f32; 3]], fixed: &[[f32; 3]]) -> Self {
        let (moving_centre, fixed_centre) = (centre(moving), centre(fixed));
        let (mut spread, mut mixed) = ([[0.0; 3]; 3], [[0.0; 3]; 3]);
        for (from, to) in moving.iter().zip(fixed) {
            let from = sub(from.map(f64::from), moving_centre);
            let to = sub(to.map(f64::from), fixed_centre);
            for row in 0..3 {
                for column in 0..3 {
                    spread[row][column] += from[row] * from[column];
                    mixed[row][column] += from[row] * to[column];
                }
            }
        }
        Self { moving_centre, fixed_centre, spread, mixed }
    }

    /// Horn's: the quaternion is the first eigenvector of a symmetric matrix of the mixed moments.
    fn rotation(&self) -> Option<[[f64; 3]; 3]> {
        let [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = self.mixed;
        let matrix = [
            [xx + yy + zz, yz - zy, zx - xz, xy - yx],
            [yz - zy, xx - yy - zz, xy + yx, zx + xz],
            [zx - xz, xy + yx, yy - xx - zz, yz + zy],
            [xy - yx, zx + xz, yz + zy, zz - xx - yy],
        ];
        let found = eigen(matrix.map(Vec::from).to_vec());
        // Points on a line leave the turn about it open: the first two values are then equal.
        let is_decided = found.values[0] - found.values[1] > 1e-12 * found.values[0].abs();
        let quaternion = <[f64; 4]>::try_from(&found.vectors[0][..]).ok()?;
        (is_decided && found.values[0].is_finite()).then(|| rotation(quaternion))
    }

    /// What scaling the turned points brings them closest.
    fn scale(&self, rotation: &[[f64; 3]; 3]) -> Option<f64> {
        let spread: f64 = (0..3).map(|axis| self.spread[axis][axis]).sum();
        let along: f64 = (0..3)
            .flat_map(|row| (0..3).map(move |column| (row, column)))
            .map(|(row, column)| self.mixed[row][column] * rotation[column][row])
            .sum();
        let scale = along / spread;
        (scale.is_finite() && scale > 0.0).then_some(scale)
    }

    /// The normal equations, a row of the linear part at a time.
    fn linear(&self) -> Option<[[f64; 3]; 3]> {
        let mut rows = [[0.0; 3]; 3];
        for (axis, row) in rows.iter_mut().enumerate() {
            *row = solve(self.spread, self.mixed.map(|mixed| mixed[axis]))?;
        }
        Some(rows)
    }
}

fn centre(points: &[[f32; 3]]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for point in points {
        for (sum, &value) in sum.iter_mut().zip(point) {
            *sum += f64::from(value);
        }
    }
    sum.map(|sum| sum / points.len() as f64)
}

/// The rotation of a unit quaternion, scalar first.
pub(super) fn rotation([w, x, y, z]: [f64; 4]) -> [[f64; 3]; 3] {
    [
        [w * w + x * x - y * y - z * z, 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), w * w - x * x + y * y - z * z, 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z],
    ]
}

#[cfg(test)]
mod tests;
