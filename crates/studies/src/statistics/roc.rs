//! How well a score tells two groups of subjects apart: the area under the receiver operating
//! characteristic.

use super::groups::Test;
use super::laws::normal_two_sided;

/// An area under the curve, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Auc {
    /// The chance that a subject with the outcome scores higher than one without it, ties by half.
    pub auc: f64,
    /// Lower end of the 95 % interval, at least 0.
    pub low: f64,
    /// Upper end of it, at most 1.
    pub high: f64,
}

/// Quantile 0.975 of the normal law.
const TWO_SIDED_95: f64 = 1.959_963_984_540_054;

/// The area of scores, with the interval of `DeLong`, `DeLong` and Clarke-Pearson (1988). `None` if a group has
/// fewer than two subjects or a score is no number.
pub fn auc(scores: &[f64], outcomes: &[bool]) -> Option<Auc> {
    let parts = Parts::of(scores, outcomes)?;
    let reach = TWO_SIDED_95 * covariance(&parts, &parts).max(0.0).sqrt();
    let auc = parts.auc();
    Some(Auc { auc, low: (auc - reach).max(0.0), high: (auc + reach).min(1.0) })
}

/// Whether two scores of the same subjects have different areas (`DeLong` et al., 1988). The effect is the
/// difference of the areas, first minus second. `None` as for [`auc`], or if the difference cannot vary.
pub fn delong(first: &[f64], second: &[f64], outcomes: &[bool]) -> Option<Test> {
    let (a, b) = (Parts::of(first, outcomes)?, Parts::of(second, outcomes)?);
    let effect = a.auc() - b.auc();
    let variance = covariance(&a, &a) + covariance(&b, &b) - 2.0 * covariance(&a, &b);
    // Scores that order the subjects alike differ by rounding alone.
    if variance <= 1e-15 {
        return None;
    }
    let statistic = effect / variance.sqrt();
    Some(Test { statistic, p: normal_two_sided(statistic), effect })
}

/// The curve: shares of false and of true alarms as the score that raises one falls, from (0, 0) to (1, 1).
pub fn curve(scores: &[f64], outcomes: &[bool]) -> Vec<[f64; 2]> {
    let mut pairs: Vec<(f64, bool)> =
        scores.iter().copied().zip(outcomes.iter().copied()).collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n_with = pairs.iter().filter(|(_, outcome)| *outcome).count().max(1) as f64;
    let n_without = pairs.iter().filter(|(_, outcome)| !*outcome).count().max(1) as f64;
    let (mut with, mut without) = (0.0, 0.0);
    let mut points = vec![[0.0, 0.0]];
    for ties in pairs.chunk_by(|a, b| a.0 == b.0) {
        with += ties.iter().filter(|(_, outcome)| *outcome).count() as f64;
        without += ties.iter().filter(|(_, outcome)| !*outcome).count() as f64;
        points.push([without / n_without, with / n_with]);
    }
    points
}

/// For each subject the share of the other group that it stands right to.
struct Parts {
    with: Vec<f64>,
    without: Vec<f64>,
}

impl Parts {
    fn of(scores: &[f64], outcomes: &[bool]) -> Option<Self> {
        let group = |wanted: bool| -> Vec<f64> {
            let pairs = scores.iter().zip(outcomes);
            pairs.filter(|(_, outcome)| **outcome == wanted).map(|(score, _)| *score).collect()
        };
        let (with, without) = (group(true), group(false));
        let is_sound = scores.len() == outcomes.len() && !scores.iter().any(|x| x.is_nan());
        if !is_sound || with.len() < 2 || without.len() < 2 {
            return None;
        }
        let share = |score: f64, of: &[f64], sign: f64| {
            let wins = of.iter().map(|other| match (sign * (score - other)).total_cmp(&0.0) {
                _ if score == *other => 0.5,
                std::cmp::Ordering::Greater => 1.0,
                _ => 0.0,
            });
            wins.sum::<f64>() / of.len() as f64
        };
        Some(Self {
            with: with.iter().map(|&score| share(score, &without, 1.0)).collect(),
            without: without.iter().map(|&score| share(score, &with, -1.0)).collect(),
        })
    }

    fn auc(&self) -> f64 {
        mean(&self.with)
    }
}

/// Covariance of two areas over the same subjects.
fn covariance(a: &Parts, b: &Parts) -> f64 {
    let of = |a: &[f64], b: &[f64]| {
        let (mean_a, mean_b) = (mean(a), mean(b));
        let sum: f64 = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum();
        sum / (a.len() as f64 - 1.0) / a.len() as f64
    };
    of(&a.with, &b.with) + of(&a.without, &b.without)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOMES: [bool; 10] = [true, true, true, true, true, false, false, false, false, false];
    const A: [f64; 10] = [0.9, 0.8, 0.7, 0.6, 0.3, 0.65, 0.5, 0.4, 0.2, 0.1];
    const B: [f64; 10] = [0.6, 0.9, 0.4, 0.5, 0.2, 0.7, 0.3, 0.8, 0.1, 0.4];

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }

    /// NumPy 2: all pairs compared, covariances by `cov` after the formulas of the paper.
    #[test]
    fn areas_and_their_test_are_those_of_another_program() {
        let found = auc(&A, &OUTCOMES).unwrap();
        close(found.auc, 0.8400000000000001);
        close(found.low, 0.5684194238217188);
        assert_eq!(found.high, 1.0);
        close(auc(&B, &OUTCOMES).unwrap().auc, 0.5800000000000001);
        let test = delong(&A, &B, &OUTCOMES).unwrap();
        close(test.statistic, 1.7856873313329573);
        close(test.p, 0.07414989773822234);
        assert_eq!(delong(&A, &A, &OUTCOMES), None);
        assert_eq!(auc(&A, &[true; 10]), None);
    }

    #[test]
    fn the_curve_rises_by_ties_at_once_and_has_the_area() {
        let points = curve(&B, &OUTCOMES);
        assert_eq!((points[0], points[points.len() - 1]), ([0.0, 0.0], [1.0, 1.0]));
        // Two subjects score 0.4, one of each group: one slanted step.
        assert_eq!(points.len(), 10);
        let area: f64 =
            points.windows(2).map(|p| (p[1][0] - p[0][0]) * 0.5 * (p[0][1] + p[1][1])).sum();
        close(area, auc(&B, &OUTCOMES).unwrap().auc);
    }
}
