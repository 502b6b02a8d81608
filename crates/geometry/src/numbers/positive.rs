//! Systems of equations whose matrix is symmetric and positive definite (Cholesky, 1910).

/// The solution of `matrix` · x = `right`; `None` if the matrix is not positive definite, as with
/// too few or too similar equations behind it.
pub(crate) fn solve<const N: usize>(matrix: [[f64; N]; N], right: [f64; N]) -> Option<[f64; N]> {
    // Pivots smaller than this share of what stood there have lost all their digits.
    const LEAST: f64 = 1e-13;
    let rows = matrix.iter().zip(right);
    let equations = rows.map(|(row, right)| row.iter().copied().chain([right]).collect());
    solved(equations.collect(), 1, LEAST)?.concat().try_into().ok()
}

/// The solutions for several right sides at once: a row of `n_right` numbers for each unknown. Of each equation
/// what is left of the diagonal and on it is read, and the last `n_right` numbers, its right sides. `None` if
/// the matrix is not positive definite. Takes time in the cube of the equations.
///
/// # Panics
/// If an equation has fewer numbers than that.
pub fn solve_equations(equations: Vec<Vec<f64>>, n_right: usize) -> Option<Vec<Vec<f64>>> {
    solved(equations, n_right, 0.0)
}

/// [`solve_equations`], where pivots are to be larger than this share of what stood there.
fn solved(equations: Vec<Vec<f64>>, n_right: usize, least: f64) -> Option<Vec<Vec<f64>>> {
    let n = equations.len();
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(n);
    let mut answers: Vec<Vec<f64>> = Vec::with_capacity(n);
    for (row, mut values) in equations.into_iter().enumerate() {
        let mut right = values.split_off(values.len() - n_right);
        values.truncate(row + 1);
        for column in 0..row {
            let sum: f64 = (0..column).map(|k| values[k] * lower[column][k]).sum();
            values[column] = (values[column] - sum) / lower[column][column];
        }
        let before = values[row];
        let pivot = before - values[..row].iter().map(|value| value * value).sum::<f64>();
        let is_positive = pivot > least * before;
        if !is_positive {
            return None;
        }
        values[row] = pivot.sqrt();
        for (place, right) in right.iter_mut().enumerate() {
            let sum: f64 = (0..row).map(|k| values[k] * answers[k][place]).sum();
            *right = (*right - sum) / values[row];
        }
        answers.push(right);
        lower.push(values);
    }
    for row in (0..n).rev() {
        let answer = |place: usize| {
            let sum: f64 = (row + 1..n).map(|k| lower[k][row] * answers[k][place]).sum();
            (answers[row][place] - sum) / lower[row][row]
        };
        answers[row] = (0..n_right).map(answer).collect();
    }
    Some(answers)
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
    fn several_right_sides_at_once_from_half_of_a_matrix() {
        // The second right side is the first column of the matrix.
        let whole =
            [[4.0, 2.0, 1.0, 11.0, 4.0], [2.0, 5.0, 3.0, 21.0, 2.0], [1.0, 3.0, 6.0, 25.0, 1.0]];
        let half =
            vec![vec![4.0, 11.0, 4.0], vec![2.0, 5.0, 21.0, 2.0], vec![1.0, 3.0, 6.0, 25.0, 1.0]];
        for equations in [whole.map(Vec::from).to_vec(), half] {
            let found = solve_equations(equations, 2).unwrap().concat();
            for (value, expected) in found.iter().zip([1.0, 1.0, 2.0, 0.0, 3.0, 0.0]) {
                assert!((value - expected).abs() < 1e-14, "{found:?}");
            }
        }
        let found = solve_equations(vec![vec![4.0, 10.0], vec![2.0, 3.0, 9.5]], 1).unwrap();
        assert!((found[0][0] - 1.375).abs() < 1e-12 && (found[1][0] - 2.25).abs() < 1e-12);
        let found = solve_equations(vec![vec![4.0, 1.0, 1.0], vec![1.0, 3.0, 2.0]], 1).unwrap();
        let [x, y] = [found[0][0], found[1][0]];
        assert!((x - 1.0 / 11.0).abs() < 1e-12 && (y - 7.0 / 11.0).abs() < 1e-12);
        assert_eq!(solve_equations(vec![vec![0.0, 1.0]], 1), None);
        assert_eq!(solve_equations(vec![vec![1.0, 1.0, 1.0]; 2], 1), None);
        assert_eq!(solve_equations(vec![vec![f64::NAN, 1.0]], 1), None);
    }

    #[test]
    fn equations_that_do_not_decide_have_no_solution() {
        assert_eq!(solve([[1.0, 1.0], [1.0, 1.0]], [1.0, 1.0]), None);
        assert_eq!(solve([[0.0]], [0.0]), None);
        assert_eq!(solve([[f64::NAN]], [0.0]), None);
    }
}
