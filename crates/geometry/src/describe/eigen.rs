//! Eigenvalues of a symmetric 3×3 matrix by Jacobi's rotations (1846): slow, exact and never wrong.

/// Eigenvalues from the largest to the smallest, and their axes of length 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Eigen {
    pub(super) values: [f64; 3],
    /// One row an axis, right-handed. Each points the way in which its largest component grows.
    pub(super) axes: [[f64; 3]; 3],
}

/// Eigenvalues and axes of a symmetric matrix.
pub(super) fn eigen(mut matrix: [[f64; 3]; 3]) -> Eigen {
    let mut columns = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    // Converges quadratically; a dozen sweeps is more than ever needed.
    for _ in 0..12 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            rotate(&mut matrix, &mut columns, p, q);
        }
    }
    let mut order = [0, 1, 2];
    order.sort_by(|&a, &b| matrix[b][b].total_cmp(&matrix[a][a]));
    let axis = |column: usize| {
        let axis = columns.map(|row: [f64; 3]| row[column]);
        let largest =
            axis.iter().fold(0.0, |best: f64, v| if v.abs() > best.abs() { *v } else { best });
        if largest < 0.0 { axis.map(|v| -v) } else { axis }
    };
    let [first, second] = [axis(order[0]), axis(order[1])];
    let third = crate::vector::cross(first, second);
    Eigen { values: order.map(|at| matrix[at][at]), axes: [first, second, third] }
}

/// Turns the plane of two axes so that the matrix has no entry there.
fn rotate(matrix: &mut [[f64; 3]; 3], columns: &mut [[f64; 3]; 3], p: usize, q: usize) {
    let off = matrix[p][q];
    if off == 0.0 {
        return;
    }
    let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * off);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for row in matrix.iter_mut().chain(columns) {
        let (a, b) = (row[p], row[q]);
        row[p] = cosine * a - sine * b;
        row[q] = sine * a + cosine * b;
    }
    for column in 0..3 {
        let (a, b) = (matrix[p][column], matrix[q][column]);
        matrix[p][column] = cosine * a - sine * b;
        matrix[q][column] = sine * a + cosine * b;
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
