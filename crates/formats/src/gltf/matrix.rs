//! Where nodes put what is in them.

use serde_json::Value;

use super::document::numbers;
use super::malformed;
use crate::error::ErrorKind;

/// An affine map, row by row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix([[f64; 4]; 3]);

impl Matrix {
    pub(super) const IDENTITY: Self =
        Self([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);

    /// From a node to its parent: a matrix, column by column, or scale, turn and move.
    pub(super) fn of_node(node: &Value) -> Result<Self, ErrorKind> {
        if let Some(columns) = numbers::<16>(node, "matrix")? {
            let at = |row: usize| [0, 1, 2, 3].map(|column| columns[4 * column + row]);
            return match at(3) == [0.0, 0.0, 0.0, 1.0] {
                true => Ok(Self([at(0), at(1), at(2)])),
                false => Err(malformed("the matrix of a node is not affine")),
            };
        }
        let scale = numbers::<3>(node, "scale")?.unwrap_or([1.0; 3]);
        let shift = numbers::<3>(node, "translation")?.unwrap_or([0.0; 3]);
        let turn = match numbers::<4>(node, "rotation")? {
            Some(quaternion) => turn(quaternion)?,
            None => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        };
        Ok(Self([0, 1, 2].map(|row| {
            let [x, y, z] = turn[row];
            [x * scale[0], y * scale[1], z * scale[2], shift[row]]
        })))
    }

    /// First `other`, then this.
    pub(super) fn after(&self, other: &Self) -> Self {
        Self(self.0.map(|row| {
            [0, 1, 2, 3].map(|column| {
                let moved: f64 = (0..3).map(|at| row[at] * other.0[at][column]).sum();
                if column == 3 { moved + row[3] } else { moved }
            })
        }))
    }

    pub(super) fn moved(&self, point: [f32; 3]) -> [f32; 3] {
        let [x, y, z] = point.map(f64::from);
        self.0.map(|[a, b, c, d]| (a * x + b * y + c * z + d) as f32)
    }

    /// Whether it turns the inside out.
    pub(super) fn is_mirror(&self) -> bool {
        self.determinant() < 0.0
    }

    /// Whether nothing has a volume after it.
    pub(super) fn is_flat(&self) -> bool {
        self.determinant() == 0.0
    }

    fn determinant(&self) -> f64 {
        let [a, b, c] = self.0;
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
    }
}

/// The turn of a quaternion x, y, z, w, brought to length 1.
fn turn(quaternion: [f64; 4]) -> Result<[[f64; 3]; 3], ErrorKind> {
    let length = quaternion.iter().map(|value| value * value).sum::<f64>().sqrt();
    if length == 0.0 || !length.is_finite() {
        return Err(malformed("the rotation of a node is no quaternion"));
    }
    // Bits of a number that was brought to length 1 before stay as they are.
    let is_unit = (length - 1.0).abs() < 1e-6;
    let [x, y, z, w] = quaternion.map(|value| if is_unit { value } else { value / length });
    Ok([
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - z * w), 2.0 * (x * z + y * w)],
        [2.0 * (x * y + z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - x * w)],
        [2.0 * (x * z - y * w), 2.0 * (y * z + x * w), 1.0 - 2.0 * (x * x + y * y)],
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn moved(node: &Value, point: [f32; 3]) -> [f32; 3] {
        Matrix::of_node(node).unwrap().moved(point)
    }

    #[test]
    fn a_node_scales_then_turns_then_moves() {
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let node = json!({ "translation": [10, 0, 0], "rotation": [0, 0, half, half], "scale": [2, 3, 4] });
        // A quarter turn about z brings x to y.
        let [x, y, z] = moved(&node, [1.0, 0.0, 1.0]);
        assert!((x - 10.0).abs() < 1e-6 && (y - 2.0).abs() < 1e-6 && z == 4.0, "{x} {y} {z}");
        let matrix = json!({ "matrix": [0, 2, 0, 0, -3, 0, 0, 0, 0, 0, 4, 0, 10, 0, 0, 1] });
        assert_eq!(moved(&matrix, [1.0, 0.0, 1.0]), [10.0, 2.0, 4.0]);
    }

    #[test]
    fn maps_follow_one_another() {
        let scale = Matrix::of_node(&json!({ "scale": [2, 2, -2] })).unwrap();
        let shift = Matrix::of_node(&json!({ "translation": [1, 2, 3] })).unwrap();
        assert_eq!(scale.after(&shift).moved([1.0; 3]), [4.0, 6.0, -8.0]);
        assert_eq!(shift.after(&scale).moved([1.0; 3]), [3.0, 4.0, 1.0]);
        assert!(scale.is_mirror() && !shift.is_mirror() && !scale.after(&scale).is_mirror());
        assert!(Matrix::of_node(&json!({ "scale": [1, 0, 1] })).unwrap().is_flat());
    }

    #[test]
    fn what_is_no_map_is_refused() {
        for node in [
            json!({ "matrix": [1, 0, 0] }),
            json!({ "matrix": [1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }),
            json!({ "rotation": [0, 0, 0, 0] }),
            json!({ "scale": "1" }),
            json!({ "translation": [null, 0, 0] }),
        ] {
            assert!(Matrix::of_node(&node).is_err(), "{node}");
        }
    }
}
