//! How well a score tells two groups of subjects apart: the area under the receiver operating
//! characteristic.

use super::groups::Test;
use super::interval::bca;
use super::laws::normal_two_sided;
use super::{N_RESAMPLES, mean};

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

/// The 95 % interval of the area where subjects come in pairs, one without and one with the outcome, that are alike
/// in other things: pairs are drawn with replacement (`BCa`; Efron, 1987), so that what a pair shares is not taken
/// for chance. `DeLong`'s interval takes the two for strangers. `None` for fewer than two pairs or a score that
/// is no number.
pub fn interval_of_pairs(pairs: &[[f64; 2]]) -> Option<[f64; 2]> {
    let wins = Wins::of(pairs)?;
    bca(&wins.numbers(), |drawn| wins.mean(drawn), N_RESAMPLES)
}

/// The same of the difference of two scores' areas, first minus second, over the same pairs.
pub fn gain_interval_of_pairs(first: &[[f64; 2]], second: &[[f64; 2]]) -> Option<[f64; 2]> {
    let (mut wins, others) = (Wins::of(first)?, Wins::of(second)?);
    if wins.n != others.n {
        return None;
    }
    wins.values.iter_mut().zip(others.values).for_each(|(win, other)| *win -= other);
    bca(&wins.numbers(), |drawn| wins.mean(drawn), N_RESAMPLES)
}

/// For the one with the outcome of each pair, row by row, how it stands to the one without it of each: 1 higher, 0
/// lower, half alike. The mean is the area.
struct Wins {
    n: usize,
    values: Vec<f64>,
}

impl Wins {
    fn of(pairs: &[[f64; 2]]) -> Option<Self> {
        if pairs.len() < 2 || pairs.iter().flatten().any(|score| score.is_nan()) {
            return None;
        }
        let win = |with: f64, without: f64| match with.partial_cmp(&without) {
            Some(std::cmp::Ordering::Greater) => 1.0,
            Some(std::cmp::Ordering::Less) => 0.0,
            _ => 0.5,
        };
        let rows = pairs
            .iter()
            .flat_map(|[_, with]| pairs.iter().map(move |[without, _]| win(*with, *without)));
        Some(Self { n: pairs.len(), values: rows.collect() })
    }

    fn numbers(&self) -> Vec<usize> {
        (0..self.n).collect()
    }

    /// The area over the pairs drawn. A pair that is drawn twice stands for two that are alike, of which it does not
    /// say how they stand to each other: the two are compared with themselves and with others alone.
    fn mean(&self, drawn: &[usize]) -> f64 {
        let mut times = vec![0.0; self.n];
        drawn.iter().for_each(|&pair| times[pair] += 1.0);
        let (mut others, mut own, mut squares) = (0.0, 0.0, 0.0);
        for (pair, row) in self.values.chunks_exact(self.n).enumerate() {
            let sum: f64 = row.iter().zip(&times).map(|(win, times)| win * times).sum();
            others += times[pair] * (sum - times[pair] * row[pair]);
            own += times[pair] * row[pair];
            squares += times[pair] * times[pair];
        }
        let n = drawn.len() as f64;
        let n_others = n * n - squares;
        let between = if n_others > 0.0 { (1.0 - 1.0 / n) * others / n_others } else { 0.0 };
        between + own / (n * n)
    }
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

    /// Scores of pairs that differ widely from each other and within them always by a little.
    fn alike() -> Vec<[f64; 2]> {
        (0..40).map(|n| [f64::from(n), f64::from(n) + 0.5 + f64::from(4 * (n % 3))]).collect()
    }

    fn flat(pairs: &[[f64; 2]]) -> (Vec<f64>, Vec<bool>) {
        (pairs.iter().flatten().copied().collect(), [false, true].repeat(pairs.len()))
    }

    #[test]
    fn pairs_that_are_alike_are_surer_than_strangers() {
        let pairs = alike();
        let (scores, outcomes) = flat(&pairs);
        let strangers = auc(&scores, &outcomes).unwrap();
        let [low, high] = interval_of_pairs(&pairs).unwrap();
        // NumPy 2 after the same formulas, 200,000 draws; DeLong has 0.477 to 0.726.
        assert!((low - 0.5742).abs() < 0.002 && (high - 0.6325).abs() < 0.002, "{low} {high}");
        close(Wins::of(&pairs).unwrap().mean(&(0..40).collect::<Vec<_>>()), strangers.auc);
        close(strangers.low, 0.4768336952899046);
    }

    #[test]
    fn a_gain_over_the_same_pairs_has_its_own_interval() {
        let pairs = alike();
        let none: Vec<[f64; 2]> = pairs.iter().map(|[a, _]| [*a, *a]).collect();
        let [low, high] = gain_interval_of_pairs(&pairs, &none).unwrap();
        let area = |pairs: &[[f64; 2]]| {
            let (scores, outcomes) = flat(pairs);
            auc(&scores, &outcomes).unwrap().auc
        };
        let gain = area(&pairs) - area(&none);
        assert!(low < gain && gain < high && low > 0.0, "{low} {gain} {high}");
        assert_eq!(gain_interval_of_pairs(&pairs, &pairs), Some([0.0, 0.0]));
        assert_eq!(interval_of_pairs(&pairs[..1]), None);
        assert_eq!(interval_of_pairs(&[[f64::NAN, 1.0], [0.0, 1.0]]), None);
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
