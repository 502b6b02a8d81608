//! Logistic regression with a ridge, by Newton's steps: the simplest classifier there is.

use serde::{Deserialize, Serialize};

/// Newton's steps; five are usual.
const N_STEPS: usize = 25;

/// A logistic regression of standardised numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// Mean of each number where it was fitted.
    pub means: Vec<f64>,
    /// Standard deviation of each.
    pub deviations: Vec<f64>,
    /// What each is worth, for one standard deviation.
    pub weights: Vec<f64>,
    /// The logit of the mean of all.
    pub bias: f64,
}

impl Logistic {
    /// The most likely regression of outcomes on rows of equally many numbers, where weights are normal with
    /// variance one over `ridge`.
    pub fn fit(rows: &[Vec<f64>], outcomes: &[bool], ridge: f64) -> Self {
        let n_columns = rows.first().map_or(0, Vec::len);
        let n = rows.len().max(1) as f64;
        let mean = |column: usize| rows.iter().map(|row| row[column]).sum::<f64>() / n;
        let means: Vec<f64> = (0..n_columns).map(mean).collect();
        let deviation = |column: usize| {
            let squares = rows.iter().map(|row| (row[column] - means[column]).powi(2));
            let found = (squares.sum::<f64>() / n).sqrt();
            if found > 1e-9 { found } else { 1.0 }
        };
        let deviations: Vec<f64> = (0..n_columns).map(deviation).collect();
        let weights = vec![0.0; n_columns];
        let mut model = Self { means, deviations, weights, bias: 0.0 };
        for _ in 0..N_STEPS {
            model.step(rows, outcomes, ridge);
        }
        model
    }

    /// The logit of a row.
    pub fn logit(&self, row: &[f64]) -> f64 {
        let standard = self.standard(row);
        self.bias + standard.iter().zip(&self.weights).map(|(x, weight)| x * weight).sum::<f64>()
    }

    fn standard(&self, row: &[f64]) -> Vec<f64> {
        let laws = self.means.iter().zip(&self.deviations);
        row.iter().zip(laws).map(|(x, (mean, deviation))| (x - mean) / deviation).collect()
    }

    fn step(&mut self, rows: &[Vec<f64>], outcomes: &[bool], ridge: f64) {
        let n = self.weights.len() + 1;
        // Rows of the equations, the right side at the end; the bias comes first and has no ridge.
        let mut equations = vec![vec![0.0; n + 1]; n];
        for (row, &outcome) in rows.iter().zip(outcomes) {
            let chance = 1.0 / (1.0 + (-self.logit(row)).exp());
            let (off, spread) = (f64::from(u8::from(outcome)) - chance, chance * (1.0 - chance));
            let x: Vec<f64> = std::iter::once(1.0).chain(self.standard(row)).collect();
            for i in 0..n {
                (0..n).for_each(|j| equations[i][j] += spread * x[i] * x[j]);
                equations[i][n] += off * x[i];
            }
        }
        for (row, (equation, weight)) in equations[1..].iter_mut().zip(&self.weights).enumerate() {
            equation[row + 1] += ridge;
            equation[n] -= ridge * weight;
        }
        equations[0][0] += 1e-9;
        let moves = solve(equations);
        self.bias += moves[0];
        self.weights.iter_mut().zip(&moves[1..]).for_each(|(weight, by)| *weight += by);
    }
}

/// Solves equations that have the right side at the end of each row, by elimination.
fn solve(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let n = rows.len();
    for column in 0..n {
        let pivot =
            (column..n).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()));
        rows.swap(column, pivot.unwrap_or(column));
        let top = rows[column].clone();
        for row in rows.iter_mut().skip(column + 1) {
            let factor = row[column] / top[column];
            row.iter_mut().zip(&top).for_each(|(value, top)| *value -= factor * top);
        }
    }
    let mut answer = vec![0.0; n];
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|column| rows[row][column] * answer[column]).sum();
        answer[row] = (rows[row][n] - known) / rows[row][row];
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two groups of a 2×2 table: the weight is the logarithm of the odds ratio (3·3, so ln 9), whatever the
    /// standardising; without a ridge to speak of.
    #[test]
    fn a_two_by_two_table_has_its_odds_ratio() {
        let mut rows = vec![vec![0.0]; 40];
        rows.extend(vec![vec![1.0]; 40]);
        // A quarter of the first group, three quarters of the second.
        let outcomes: Vec<bool> =
            (0..80).map(|n| if n < 40 { n % 4 == 0 } else { n % 4 > 0 }).collect();
        let model = Logistic::fit(&rows, &outcomes, 1e-9);
        let (low, high) = (model.logit(&[0.0]), model.logit(&[1.0]));
        assert!(
            (low + 3.0_f64.ln()).abs() < 1e-6 && (high - 3.0_f64.ln()).abs() < 1e-6,
            "{low} {high}"
        );
    }

    #[test]
    fn a_ridge_keeps_groups_that_do_not_overlap_from_infinity() {
        let rows: Vec<Vec<f64>> = (0..20).map(|n| vec![f64::from(n), 5.0]).collect();
        let outcomes: Vec<bool> = (0..20).map(|n| n >= 10).collect();
        let model = Logistic::fit(&rows, &outcomes, 1.0);
        assert!(model.weights[0] > 0.5 && model.weights[0] < 20.0, "{model:?}");
        // What never varies is worth nothing.
        assert!(model.weights[1].abs() < 1e-9);
        assert!(model.logit(&[19.0, 5.0]) > 0.0 && model.logit(&[0.0, 5.0]) < 0.0);
    }
}
