//! Regressions with a ridge over standardised numbers: the simplest learners there are.

use medshape_geometry::numbers::positive::solve_equations;
use serde::{Deserialize, Serialize};

pub mod linear;
pub mod logistic;

pub use linear::Linear;
pub use logistic::{Logistic, chance};

/// Where numbers lie and how far they spread in what was learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Laws {
    /// Mean of each number.
    pub means: Vec<f64>,
    /// Standard deviation of each; 1 where it does not vary.
    pub deviations: Vec<f64>,
}

impl Laws {
    /// Those of rows of equally many numbers. What is no number is left out.
    pub fn of(rows: &[Vec<f64>]) -> Self {
        let n_columns = rows.first().map_or(0, Vec::len);
        let laws = (0..n_columns).map(|column| {
            let known: Vec<f64> =
                rows.iter().map(|row| row[column]).filter(|x| x.is_finite()).collect();
            let n = known.len().max(1) as f64;
            let mean = known.iter().sum::<f64>() / n;
            let spread = (known.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
            (mean, if spread > 1e-9 { spread } else { 1.0 })
        });
        let (means, deviations) = laws.unzip();
        Self { means, deviations }
    }

    /// How many numbers a row has.
    pub fn n(&self) -> usize {
        self.means.len()
    }

    /// Whether there are so many numbers, with spreads that can be divided by.
    pub fn is_for(&self, n: usize) -> bool {
        let are_spreads = self.deviations.iter().all(|spread| *spread > 0.0);
        self.means.len() == n && self.deviations.len() == n && are_spreads
    }

    /// Deviations from the means; none for what is no number.
    pub fn standard(&self, row: &[f64]) -> Vec<f64> {
        let laws = self.means.iter().zip(&self.deviations);
        let standard = |(x, (mean, deviation)): (&f64, (&f64, &f64))| {
            let off = (x - mean) / deviation;
            if off.is_finite() { off } else { 0.0 }
        };
        row.iter().zip(laws).map(standard).collect()
    }
}

/// What solves equations that have the right side at the end of each row; nothing where they do not decide.
fn solved(equations: Vec<Vec<f64>>) -> Vec<f64> {
    let n = equations.len();
    solve_equations(equations, 1).map_or_else(|| vec![0.0; n], |answers| answers.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_counts_as_the_mean() {
        let laws = Laws::of(&[vec![1.0, 5.0], vec![f64::NAN, 5.0], vec![3.0, 5.0]]);
        assert_eq!((laws.means.clone(), laws.deviations.clone()), (vec![2.0, 5.0], vec![1.0, 1.0]));
        assert_eq!(laws.standard(&[4.0, f64::NEG_INFINITY]), [2.0, 0.0]);
    }

    #[test]
    fn equations_are_solved_and_those_that_do_not_decide_move_nothing() {
        // 2x + y = 4, x + 2y = 5.
        let found = solved(vec![vec![2.0, 1.0, 4.0], vec![1.0, 2.0, 5.0]]);
        assert!((found[0] - 1.0).abs() < 1e-12 && (found[1] - 2.0).abs() < 1e-12, "{found:?}");
        assert_eq!(solved(vec![vec![1.0, 1.0, 3.0], vec![1.0, 1.0, 3.0]]), [0.0, 0.0]);
    }
}
