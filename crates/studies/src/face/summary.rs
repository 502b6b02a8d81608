//! What the scores of all heads come to, for each method.

use serde::Serialize;

use super::evaluate::{Row, TRUTH};
use super::scores::Scores;
use crate::statistics::interval::bca;
use crate::statistics::paired::{raised, wilcoxon};
use crate::statistics::{N_RESAMPLES, mean, median};

/// A mean over heads with its 95 % interval (`BCa` bootstrap).
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Sure {
    pub(super) mean: f64,
    pub(super) interval: Option<[f64; 2]>,
}

/// A method over all heads.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) method: &'static str,
    pub(super) n: usize,
    pub(super) mean_mm: Sure,
    pub(super) median_mm: f64,
    pub(super) p95_mm: Sure,
    pub(super) within: Sure,
    pub(super) dice: Sure,
    /// Mean signed error and its standard deviation over heads, in each region.
    pub(super) signed_mm: [Option<[f64; 2]>; 5],
    /// Of the mean distance beside the first method's, raised after Holm over the methods.
    pub(super) p_holm: Option<f64>,
    /// Positive where the distance of this method is larger.
    pub(super) rank_biserial: Option<f64>,
}

/// A line a method, in the order given; each beside the first, but for what stands for the truth.
pub(super) fn summary(rows: &[Row], methods: &[&'static str]) -> Vec<Line> {
    let mut lines: Vec<Line> = methods.iter().map(|method| line(rows, method)).collect();
    let off = |method: &str| values(rows, method, |scores| Some(scores.mean_mm));
    let Some((first, others)) = lines.split_first_mut() else { return lines };
    let first = off(first.method);
    let tests: Vec<_> = others
        .iter()
        .map(|line| wilcoxon(&off(line.method), &first).filter(|_| line.method != TRUTH))
        .collect();
    for ((line, test), p) in others.iter_mut().zip(&tests).zip(raised(&tests)) {
        line.rank_biserial = test.map(|test| test.effect);
        line.p_holm = p;
    }
    lines
}

fn values(rows: &[Row], method: &str, of: impl Fn(&Scores) -> Option<f64>) -> Vec<f64> {
    let scores = rows.iter().flat_map(|row| row.scores.iter().filter(|(name, _)| *name == method));
    scores.filter_map(|(_, scores)| of(scores)).collect()
}

fn line(rows: &[Row], method: &'static str) -> Line {
    let sure = |of: fn(&Scores) -> f64| {
        let values = values(rows, method, |scores| Some(of(scores)));
        Sure { mean: mean(&values), interval: bca(&values, mean, N_RESAMPLES) }
    };
    let off = values(rows, method, |scores| Some(scores.mean_mm));
    let region = |number: usize| {
        let values = values(rows, method, |scores| scores.signed_mm[number]);
        let mean_mm = mean(&values);
        let square = |value: &f64| (value - mean_mm).powi(2);
        let variance = values.iter().map(square).sum::<f64>() / values.len() as f64;
        (!values.is_empty()).then(|| [mean_mm, variance.sqrt()])
    };
    Line {
        method,
        n: off.len(),
        mean_mm: sure(|scores| scores.mean_mm),
        median_mm: median(&off).unwrap_or(f64::NAN),
        p95_mm: sure(|scores| scores.p95_mm),
        within: sure(|scores| scores.within),
        dice: sure(|scores| scores.dice),
        signed_mm: [0, 1, 2, 3, 4].map(region),
        p_holm: None,
        rank_biserial: None,
    }
}
