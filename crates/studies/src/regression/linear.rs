//! Linear regression with a ridge (Hoerl and Kennard, 1970).

use serde::{Deserialize, Serialize};

use super::{Laws, solved};

/// A linear regression of standardised numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// Of the numbers where it was fitted.
    pub laws: Laws,
    /// What each is worth, for one standard deviation.
    pub weights: Vec<f64>,
    /// The value at the mean of all.
    pub bias: f64,
}

impl Linear {
    /// The regression of values on rows of equally many numbers that has the least sum of squares and
    /// `ridge` times the squares of its weights. Takes time in the cube of the numbers of a row.
    pub fn fit(rows: &[Vec<f64>], values: &[f64], ridge: f64) -> Self {
        let laws = Laws::of(rows);
        let n = laws.n();
        let bias = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let mut equations = vec![vec![0.0; n + 1]; n];
        for (row, value) in rows.iter().zip(values) {
            let x = laws.standard(row);
            for (equation, at) in equations.iter_mut().zip(&x) {
                equation.iter_mut().zip(&x).for_each(|(to, other)| *to += at * other);
                equation[n] += at * (value - bias);
            }
        }
        equations.iter_mut().enumerate().for_each(|(place, equation)| equation[place] += ridge);
        Self { laws, weights: solved(equations), bias }
    }

    /// The value of a row.
    pub fn value(&self, row: &[f64]) -> f64 {
        let standard = self.laws.standard(row);
        self.bias + standard.iter().zip(&self.weights).map(|(x, weight)| x * weight).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With one standardised number the weight is `sum x y / (n + ridge)`.
    #[test]
    fn one_number_is_shrunk_as_the_formula_says() {
        let rows: Vec<Vec<f64>> = [-3.0, -1.0, 1.0, 3.0].map(|x| vec![x]).into();
        let values = [1.0, 3.0, 5.0, 7.0];
        let free = Linear::fit(&rows, &values, 0.0);
        assert!((free.value(&[5.0]) - 9.0).abs() < 1e-9 && (free.bias - 4.0).abs() < 1e-12);
        let held = Linear::fit(&rows, &values, 4.0);
        assert!((held.value(&[5.0]) - 6.5).abs() < 1e-9, "{held:?}");
    }

    #[test]
    fn there_may_be_more_numbers_than_rows() {
        let rows = vec![vec![1.0, 2.0, 3.0, 9.0], vec![2.0, 1.0, 0.0, 9.0]];
        let fit = Linear::fit(&rows, &[10.0, 20.0], 1e-6);
        assert!(
            (fit.value(&rows[0]) - 10.0).abs() < 1e-3 && (fit.value(&rows[1]) - 20.0).abs() < 1e-3
        );
    }
}
