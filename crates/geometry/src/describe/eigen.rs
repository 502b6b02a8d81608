//! Principal axes from a covariance.

use crate::numbers::symmetric;
use crate::vector::cross;

/// Eigenvalues from the largest to the smallest, and their axes of length 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Eigen {
    pub(super) values: [f64; 3],
    /// One row an axis, right-handed; the first two point the way in which their largest component
    /// grows.
    pub(super) axes: [[f64; 3]; 3],
}

/// Eigenvalues and axes of a symmetric matrix.
pub(super) fn eigen(matrix: [[f64; 3]; 3]) -> Eigen {
    let found = symmetric::eigen(matrix.iter().map(|row| row.to_vec()).collect());
    let axis = |at: usize| [0, 1, 2].map(|place| found.vectors[at][place]);
    let [first, second] = [axis(0), axis(1)];
    Eigen {
        values: [0, 1, 2].map(|at| found.values[at]),
        axes: [first, second, cross(first, second)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_axes_of_a_turned_diagonal() {
        // 3, 2 and 1 along (1, 1, 0), (−1, 1, 0) and z.
        let found = eigen([[2.5, 0.5, 0.0], [0.5, 2.5, 0.0], [0.0, 0.0, 1.0]]);
        for (value, expected) in found.values.iter().zip([3.0, 2.0, 1.0]) {
            assert!((value - expected).abs() < 1e-14);
        }
        assert!((found.axes[0][0] - 0.5_f64.sqrt()).abs() < 1e-14);
        assert!((found.axes[2][2].abs() - 1.0).abs() < 1e-14);
    }
}
