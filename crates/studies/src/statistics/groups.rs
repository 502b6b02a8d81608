//! Whether two groups of subjects differ.

use serde::Serialize;

use super::laws::{normal_two_sided, student_two_sided};
use super::median;
use super::paired::holm;
use super::ranks::{Ranks, exact_share};

/// What a test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The test's own number.
    pub statistic: f64,
    /// Chance of one as far out or farther if there is no difference; two-sided.
    pub p: f64,
    /// How large the difference is: its meaning is the test's.
    pub effect: f64,
}

/// Whether the means of two groups differ, whatever their variances (Welch, 1947). The effect is
/// Cohen's d with the root of the mean of both variances. `None` if a group has fewer than two values
/// or neither varies.
pub fn welch(a: &[f64], b: &[f64]) -> Option<Test> {
    let (a, b) = (Moments::of(a)?, Moments::of(b)?);
    let [of_a, of_b] = [&a, &b].map(|group| group.variance / group.n);
    let square = of_a + of_b;
    if square <= 0.0 {
        return None;
    }
    let statistic = (a.mean - b.mean) / square.sqrt();
    let freedom = square * square / (of_a * of_a / (a.n - 1.0) + of_b * of_b / (b.n - 1.0));
    let effect = (a.mean - b.mean) / (0.5 * (a.variance + b.variance)).sqrt();
    Some(Test { statistic, p: student_two_sided(statistic, freedom), effect })
}

/// Whether values of one group tend to be larger than those of another (Mann and Whitney, 1947): how
/// often they are, ties by half. The p-value is exact if a group has eight values or fewer and there are
/// no ties, else that of the normal law, corrected for ties and continuity. The effect is the
/// rank-biserial correlation, from -1 to 1. `None` if a group is empty or all values are alike.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Option<Test> {
    const MOST_EXACT: usize = 8;
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (n_a, n_b) = (a.len() as f64, b.len() as f64);
    let ranks = Ranks::of(a.iter().chain(b));
    let statistic = ranks.ranks[..a.len()].iter().sum::<f64>() - 0.5 * n_a * (n_a + 1.0);
    let effect = 2.0 * statistic / (n_a * n_b) - 1.0;
    let outer = statistic.max(n_a * n_b - statistic);
    let n = n_a + n_b;
    let variance = n_a * n_b / 12.0 * (n + 1.0 - ranks.ties / (n * (n - 1.0)));
    if variance <= 0.0 {
        return None;
    }
    let p = if a.len().min(b.len()) <= MOST_EXACT && ranks.ties == 0.0 {
        (2.0 * exact_share(&rank_sums(a.len(), b.len()), outer as usize)).min(1.0)
    } else {
        let off = outer - 0.5 * n_a * n_b - 0.5;
        normal_two_sided(off.max(0.0) / variance.sqrt())
    };
    Some(Test { statistic, p, effect })
}

/// How a number differs between two groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What the number is.
    pub name: String,
    /// Medians of both groups.
    pub medians: [f64; 2],
    /// Cohen's d, positive where the second group has more.
    pub effect: f64,
    /// The p-value of Welch's test, raised after Holm over all numbers.
    pub p_welch: f64,
    /// The same of Mann and Whitney's.
    pub p_mann_whitney: f64,
}

/// How numbers with names differ between two groups; those that cannot be compared are left out.
pub fn differences(named: impl IntoIterator<Item = (String, [Vec<f64>; 2])>) -> Vec<Difference> {
    let compared = named.into_iter().filter_map(|(name, [first, second])| {
        let (mean, rank) = (welch(&second, &first)?, mann_whitney(&second, &first)?);
        let medians = [median(&first)?, median(&second)?];
        let (effect, p_welch, p_mann_whitney) = (mean.effect, mean.p, rank.p);
        Some(Difference { name, medians, effect, p_welch, p_mann_whitney })
    });
    let mut found: Vec<Difference> = compared.collect();
    let raised = |p: fn(&Difference) -> f64| holm(&found.iter().map(p).collect::<Vec<_>>());
    let (welch, ranks) = (raised(|found| found.p_welch), raised(|found| found.p_mann_whitney));
    for ((found, welch), rank) in found.iter_mut().zip(welch).zip(ranks) {
        (found.p_welch, found.p_mann_whitney) = (welch, rank);
    }
    found
}

/// In how many ways each value of the statistic comes about, for groups of two sizes.
fn rank_sums(n_a: usize, n_b: usize) -> Vec<f64> {
    // The ways of (i, j) are those of (i - 1, j), raised by j, and those of (i, j - 1).
    let mut of: Vec<Vec<f64>> = vec![vec![1.0]; n_b + 1];
    for i in 1..=n_a {
        of[0] = vec![1.0];
        for j in 1..=n_b {
            let mut ways = vec![0.0; i * j + 1];
            for (value, count) in of[j].iter().enumerate() {
                ways[value + j] += count;
            }
            for (value, count) in of[j - 1].iter().enumerate() {
                ways[value] += count;
            }
            of[j] = ways;
        }
    }
    of.swap_remove(n_b)
}

struct Moments {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: &[f64]) -> Option<Self> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        (values.len() > 1).then(|| Self { n, mean, variance: squares / (n - 1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 7] = [0.71, 0.82, 0.64, 0.9, 0.77, 0.69, 0.85];
    const B: [f64; 6] = [0.55, 0.61, 0.74, 0.48, 0.66, 0.58];

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }

    /// scipy 1.17.1: `ttest_ind(A, B, equal_var=False)`.
    #[test]
    fn welchs_test_is_that_of_scipy() {
        let found = welch(&A, &B).unwrap();
        close(found.statistic, 3.2371431220819846);
        close(found.p, 0.008075273340198412);
        assert_eq!(welch(&A, &[1.0]), None);
        assert_eq!(welch(&[1.0, 1.0], &[1.0, 1.0]), None);
    }

    /// scipy 1.17.1: `mannwhitneyu(A, B)`, and of `C` with ties and many values.
    #[test]
    fn mann_and_whitneys_test_is_that_of_scipy() {
        let found = mann_whitney(&A, &B).unwrap();
        assert_eq!(found.statistic, 38.0);
        close(found.p, 0.013986013986013986);
        close(found.effect, 2.0 * 38.0 / 42.0 - 1.0);
        let c: Vec<f64> = (0..30).map(|n| f64::from(n * 7 % 11)).collect();
        let d: Vec<f64> = (0..25).map(|n| f64::from(n * 5 % 9) + 2.0).collect();
        let found = mann_whitney(&c, &d).unwrap();
        assert_eq!(found.statistic, 323.5);
        close(found.p, 0.38641951051480894);
        assert_eq!(mann_whitney(&[1.0, 1.0], &[1.0]), None);
    }

    #[test]
    fn a_group_that_always_wins_has_the_least_p_there_is() {
        // One of 10 choose 4 ways, and its mirror image.
        let (high, low) = ([7.0, 8.0, 9.0, 10.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let found = mann_whitney(&high, &low).unwrap();
        assert_eq!((found.statistic, found.effect), (24.0, 1.0));
        close(found.p, 2.0 / 210.0);
    }
}
