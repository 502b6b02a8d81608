//! Eigenvalues of symmetric matrices by Jacobi's rotations (1846): exact to rounding, and the same
//! on every machine, for only the four operations and square roots are used.

/// Eigenvalues from the largest to the smallest, and their vectors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Eigen {
    pub(crate) values: Vec<f64>,
    /// One of length 1 for each value; the largest of its numbers is positive.
    pub(crate) vectors: Vec<Vec<f64>>,
}

/// Eigenvalues and vectors of a symmetric matrix, given by its rows. O(n³).
pub(crate) fn eigen(mut matrix: Vec<Vec<f64>>) -> Eigen {
    const MAX_SWEEPS: usize = 64;
    let n = matrix.len();
    let mut vectors: Vec<Vec<f64>> = (0..n)
        .map(|row| (0..n).map(|column| f64::from(u8::from(row == column))).collect())
        .collect();
    let total: f64 = matrix.iter().flatten().map(|value| value * value).sum();
    // Convergence is quadratic: eight sweeps are usual.
    for _ in 0..MAX_SWEEPS {
        let off: f64 = (0..n).flat_map(|p| matrix[p][..p].iter()).map(|value| value * value).sum();
        if off <= total * 1e-32 {
            break;
        }
        for q in 1..n {
            for p in 0..q {
                rotate(&mut matrix, &mut vectors, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| matrix[b][b].total_cmp(&matrix[a][a]));
    Eigen {
        values: order.iter().map(|&at| matrix[at][at]).collect(),
        vectors: order.iter().map(|&at| largest_positive(&vectors[at])).collect(),
    }
}

/// The rotation of rows and columns p and q that makes the entry (p, q) vanish.
fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let off = matrix[p][q];
    if off == 0.0 {
        return;
    }
    let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * off);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for row in matrix.iter_mut() {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    turn_rows(matrix, [p, q], cosine, sine);
    turn_rows(vectors, [p, q], cosine, sine);
}

fn turn_rows(rows: &mut [Vec<f64>], [p, q]: [usize; 2], cosine: f64, sine: f64) {
    let (low, high) = rows.split_at_mut(q);
    for (a, b) in low[p].iter_mut().zip(&mut high[0]) {
        (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
    }
}

fn largest_positive(vector: &[f64]) -> Vec<f64> {
    let largest =
        vector.iter().fold(0.0, |best: f64, v| if v.abs() > best.abs() { *v } else { best });
    let sign = if largest < 0.0 { -1.0 } else { 1.0 };
    vector.iter().map(|value| sign * value).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_and_vectors_of_a_turned_diagonal() {
        // 3, 2 and 1 along (1, 1, 0), (−1, 1, 0) and z.
        let rows = [[2.5, 0.5, 0.0], [0.5, 2.5, 0.0], [0.0, 0.0, 1.0]];
        let found = eigen(rows.map(Vec::from).to_vec());
        for (value, expected) in found.values.iter().zip([3.0, 2.0, 1.0]) {
            assert!((value - expected).abs() < 1e-14);
        }
        assert!((found.vectors[0][0] - 0.5_f64.sqrt()).abs() < 1e-14);
        assert!((found.vectors[2][2] - 1.0).abs() < 1e-14);
    }

    proptest! {
        #[test]
        fn the_matrix_is_the_sum_of_its_parts(
            numbers in proptest::collection::vec(-10.0..10.0_f64, 36)
        ) {
            let at = |row: usize, column: usize| numbers[6 * row.max(column) + row.min(column)];
            let matrix: Vec<Vec<f64>> =
                (0..6).map(|row| (0..6).map(|column| at(row, column)).collect()).collect();
            let found = eigen(matrix.clone());
            for row in 0..6 {
                for column in 0..6 {
                    let parts = found.values.iter().zip(&found.vectors);
                    let sum: f64 = parts.map(|(value, v)| value * v[row] * v[column]).sum();
                    prop_assert!((sum - matrix[row][column]).abs() < 1e-11);
                }
            }
        }
    }
}
