//! Systems of equations whose matrix is symmetric and positive definite (Cholesky, 1910).

/// The solution of `matrix` · x = `right`; `None` if the matrix is not positive definite, as with
/// too few or too similar equations behind it.
pub(crate) fn solve<const N: usize>(
    mut matrix: [[f64; N]; N],
    mut right: [f64; N],
) -> Option<[f64; N]> {
    // Pivots smaller than this share of what stood there have lost all their digits.
    const LEAST: f64 = 1e-13;
    for column in 0..N {
        let before = matrix[column][column];
        let row = matrix[column];
        let pivot = before - row[..column].iter().map(|value| value * value).sum::<f64>();
        if !(pivot > LEAST * before) {
            return None;
        }
        let root = pivot.sqrt();
        matrix[column][column] = root;
        for below in &mut matrix[column + 1..] {
            let sum: f64 = below[..column].iter().zip(&row[..column]).map(|(a, b)| a * b).sum();
            below[column] = (below[column] - sum) / root;
        }
    }
    for n in 0..N {
        let sum: f64 = (0..n).map(|k| matrix[n][k] * right[k]).sum();
        right[n] = (right[n] - sum) / matrix[n][n];
    }
    for n in (0..N).rev() {
        let sum: f64 = (n + 1..N).map(|k| matrix[k][n] * right[k]).sum();
        right[n] = (right[n] - sum) / matrix[n][n];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_of_three() {
        let matrix = [[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]];
        let found = solve(matrix, [11.0, 21.0, 25.0]).unwrap();
        for (value, expected) in found.iter().zip([1.0, 2.0, 3.0]) {
            assert!((value - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn equations_that_do_not_decide_have_no_solution() {
        assert_eq!(solve([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0]), None);
        assert_eq!(solve([[0.0]], [0.0]), None);
        assert_eq!(solve([[f64::NAN]], [0.0]), None);
    }
}
