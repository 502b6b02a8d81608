//! Logistic regression with a ridge, by Newton's steps: the simplest classifier there is.

use serde::{Deserialize, Serialize};

use super::{Laws, solved};

/// Newton's steps; five are usual.
const N_STEPS: usize = 25;

/// A step as small as this is the last.
const SMALL_STEP: f64 = 1e-10;

/// A logistic regression of standardised numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    /// Of the numbers where it was fitted.
    pub laws: Laws,
    /// What each is worth, for one standard deviation.
    pub weights: Vec<f64>,
    /// The logit of the mean of all.
    pub bias: f64,
}

impl Logistic {
    /// The most likely regression of outcomes on rows of equally many numbers, where weights are normal with
    /// variance one over `ridge`.
    pub fn fit(rows: &[Vec<f64>], outcomes: &[bool], ridge: f64) -> Self {
        let laws = Laws::of(rows);
        let mut model = Self { weights: vec![0.0; laws.n()], laws, bias: 0.0 };
        for _ in 0..N_STEPS {
            if model.step(rows, outcomes, ridge) < SMALL_STEP {
                break;
            }
        }
        model
    }

    /// The logit of a row.
    pub fn logit(&self, row: &[f64]) -> f64 {
        let standard = self.laws.standard(row);
        self.bias + standard.iter().zip(&self.weights).map(|(x, weight)| x * weight).sum::<f64>()
    }

    /// Moves towards the most likely; how far, at most.
    fn step(&mut self, rows: &[Vec<f64>], outcomes: &[bool], ridge: f64) -> f64 {
        let n = self.weights.len() + 1;
        // Rows of the equations, the right side at the end; the bias comes first and has no ridge.
        let mut equations = vec![vec![0.0; n + 1]; n];
        for (row, &outcome) in rows.iter().zip(outcomes) {
            let chance = chance(self.logit(row));
            let (off, spread) = (f64::from(u8::from(outcome)) - chance, chance * (1.0 - chance));
            let x: Vec<f64> = std::iter::once(1.0).chain(self.laws.standard(row)).collect();
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
        let moves = solved(equations);
        self.bias += moves[0];
        self.weights.iter_mut().zip(&moves[1..]).for_each(|(weight, by)| *weight += by);
        moves.iter().fold(0.0, |most: f64, by| most.max(by.abs()))
    }
}

/// The chance that a logit stands for.
pub fn chance(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
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
