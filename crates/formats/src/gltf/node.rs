//! Where a node puts what is in it.

use serde_json::Value;

use super::document::numbers;
use super::malformed;
use crate::error::ErrorKind;
use crate::matrix::Matrix;

/// From a node to its parent: a matrix, column by column, or scale, turn and move.
pub(super) fn of_node(node: &Value) -> Result<Matrix, ErrorKind> {
    if let Some(columns) = numbers::<16>(node, "matrix")? {
        let at = |row: usize| [0, 1, 2, 3].map(|column| columns[4 * column + row]);
        return match at(3) == [0.0, 0.0, 0.0, 1.0] {
            true => Ok(Matrix([at(0), at(1), at(2)])),
            false => Err(malformed("the matrix of a node is not affine")),
        };
    }
    let scale = numbers::<3>(node, "scale")?.unwrap_or([1.0; 3]);
    let shift = numbers::<3>(node, "translation")?.unwrap_or([0.0; 3]);
    let turn = match numbers::<4>(node, "rotation")? {
        Some(quaternion) => turn(quaternion)?,
        None => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    };
    Ok(Matrix([0, 1, 2].map(|row| {
        let [x, y, z] = turn[row];
        [x * scale[0], y * scale[1], z * scale[2], shift[row]]
    })))
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
        of_node(node).unwrap().moved(point)
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
    fn what_is_no_map_is_refused() {
        for node in [
            json!({ "matrix": [1, 0, 0] }),
            json!({ "matrix": [1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }),
            json!({ "rotation": [0, 0, 0, 0] }),
            json!({ "scale": "1" }),
            json!({ "translation": [null, 0, 0] }),
        ] {
            assert!(of_node(&node).is_err(), "{node}");
        }
    }
}
