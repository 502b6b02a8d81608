//! The table of what phantoms are drawn from.

use std::sync::LazyLock;

use super::arithmetic::{exponential, logarithm};
use super::person::Sex;

const TABLE: &str = include_str!("population.tsv");

/// Quartiles of the normal law lie so many standard deviations apart.
const BETWEEN_QUARTILES: f64 = 1.349;

/// How a quantity is spread in a population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
    /// What kind of law it is.
    pub kind: Kind,
}

/// The kinds of laws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A number, the same for all.
    Constant,
    /// The normal law.
    Normal,
    /// The logarithm is normal.
    LogNormal {
        /// Mean of the natural logarithm.
        mean: f64,
        /// Standard deviation of the natural logarithm.
        deviation: f64,
    },
}

impl Law {
    fn log_normal(mean: f64, deviation: f64) -> Self {
        let share = deviation / mean;
        let variance = logarithm(1.0 + share * share);
        let kind =
            Kind::LogNormal { mean: logarithm(mean) - 0.5 * variance, deviation: variance.sqrt() };
        Self { mean, deviation, kind }
    }

    fn of_quartiles(median: f64, [lower, upper]: [f64; 2]) -> Self {
        let deviation = logarithm(upper / lower) / BETWEEN_QUARTILES;
        let variance = deviation * deviation;
        let mean = median * exponential(0.5 * variance);
        let kind = Kind::LogNormal { mean: logarithm(median), deviation };
        Self { mean, deviation: mean * (exponential(variance) - 1.0).sqrt(), kind }
    }

    /// How many standard deviations of the normal law a value of this law is from its middle.
    pub fn normal_score(&self, value: f64) -> f64 {
        match self.kind {
            Kind::LogNormal { mean, deviation } => (logarithm(value) - mean) / deviation,
            Kind::Normal | Kind::Constant => (value - self.mean) / self.deviation,
        }
    }
}

/// The law of a quantity of the table for a sex; `None` if the table does not have it.
pub fn law(quantity: &str, sex: Sex) -> Option<Law> {
    let row = row(quantity, sex)?;
    let number = |column: usize| row.get(column).and_then(|cell| cell.parse::<f64>().ok());
    Some(match (*row.get(3)?, number(4), number(5)) {
        ("constant", Some(mean), _) => Law { mean, deviation: 0.0, kind: Kind::Constant },
        ("normal", Some(mean), Some(deviation)) => Law { mean, deviation, kind: Kind::Normal },
        ("log-normal", Some(mean), Some(deviation)) => Law::log_normal(mean, deviation),
        ("log-normal", ..) => Law::of_quartiles(number(6)?, [number(7)?, number(8)?]),
        _ => return None,
    })
}

/// A number of the table that is the same for all of a sex, and must be there.
pub(super) fn constant(quantity: &str, sex: Sex) -> f64 {
    law(quantity, sex).expect("the table has the constants that are asked for").mean
}

fn row(quantity: &str, sex: Sex) -> Option<&'static [&'static str]> {
    let sex = sex.word();
    let is_it = |row: &&Vec<&str>| row.first() == Some(&quantity) && row.get(2) == Some(&sex);
    ROWS.iter().find(is_it).map(Vec::as_slice)
}

static ROWS: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').collect()).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_a_law_with_a_source() {
        let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
        assert!(!rows.is_empty());
        for row in rows {
            let cells: Vec<&str> = row.split('\t').collect();
            assert_eq!(cells.len(), 10, "{row}");
            let sex = if cells[2] == "female" { Sex::Female } else { Sex::Male };
            let law = law(cells[0], sex).unwrap();
            assert!(law.kind == Kind::Constant || law.mean > 0.0 && law.deviation > 0.0, "{row}");
            assert!(!cells[9].is_empty(), "{row}");
        }
        let cavity = Law { mean: 1538.0, deviation: 137.0, kind: Kind::Normal };
        assert_eq!(law("cavity", Sex::Male), Some(cavity));
        assert_eq!(law("cavities", Sex::Male), None);
    }

    /// The reference notes: spleen of men 0.44, left kidney of men 0.18.
    #[test]
    fn laws_of_quartiles_have_these_quartiles() {
        for (quantity, spread) in [("spleen", 0.44), ("kidney_left", 0.18)] {
            let Kind::LogNormal { deviation, .. } = law(quantity, Sex::Male).unwrap().kind else {
                panic!("{quantity} has quartiles");
            };
            assert!((deviation - spread).abs() < 0.005, "{quantity} {deviation}");
        }
        let spleen = law("spleen", Sex::Male).unwrap();
        assert!((spleen.normal_score(214.0)).abs() < 1e-12);
        let quartiles = [158.0, 285.0].map(|value| spleen.normal_score(value));
        assert!((quartiles[1] - quartiles[0] - 1.349).abs() < 1e-9, "{quartiles:?}");
    }

    /// The mean and the variance of a log-normal law: exp(μ + σ²/2), (exp(σ²) - 1) exp(2 μ + σ²).
    #[test]
    fn log_normal_laws_have_their_moments() {
        let found = law("heart", Sex::Female).unwrap();
        let Kind::LogNormal { mean, deviation } = found.kind else {
            panic!("hearts have a log-normal law");
        };
        let variance = deviation * deviation;
        assert!((mean + 0.5 * variance - 590_f64.ln()).abs() < 1e-12);
        let spread = 590.0 * variance.exp_m1().sqrt();
        assert!((spread - 101.0).abs() < 1e-9 && found.deviation == 101.0, "{spread}");
    }
}
