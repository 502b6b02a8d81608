//! Whether two methods differ on the same subjects.

use super::groups::Test;
use super::laws::normal_two_sided;
use super::ranks::{Ranks, exact_share};

/// Whether one method scores higher than another on the same subjects (Wilcoxon's signed ranks, 1945).
///
/// Differences of 0 are left out. The p-value is exact for up to 50 differences without ties and
/// zeros, else that of the normal law, corrected for ties. The statistic is the smaller of the sums of
/// ranks of rises and of falls; the effect is the rank-biserial correlation for matched pairs, positive
/// where the first is higher (Kerby, 2014). `None` if there is no difference or the numbers of
/// subjects are not the same.
pub fn wilcoxon(first: &[f64], second: &[f64]) -> Option<Test> {
    const MOST_EXACT: usize = 50;
    if first.len() != second.len() {
        return None;
    }
    let differences: Vec<f64> =
        first.iter().zip(second).map(|(a, b)| a - b).filter(|&d| d != 0.0).collect();
    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    let ranks = Ranks::of(sizes.iter());
    let rises = differences.iter().zip(&ranks.ranks).filter(|(d, _)| **d > 0.0);
    let rises: f64 = rises.map(|(_, rank)| rank).sum();
    let n = differences.len() as f64;
    let all = 0.5 * n * (n + 1.0);
    if differences.is_empty() {
        return None;
    }
    let is_exact =
        ranks.ties == 0.0 && differences.len() == first.len() && differences.len() <= MOST_EXACT;
    let outer = rises.max(all - rises);
    let p = if is_exact {
        (2.0 * exact_share(&signed_sums(differences.len()), outer as usize)).min(1.0)
    } else {
        let variance = (n * (n + 1.0) * (2.0 * n + 1.0) - 0.5 * ranks.ties) / 24.0;
        normal_two_sided((outer - 0.5 * all) / variance.sqrt())
    };
    Some(Test { statistic: all - outer, p, effect: 2.0 * rises / all - 1.0 })
}

/// In how many ways each sum of ranks 1 to n comes about, each rank taken or not.
fn signed_sums(n: usize) -> Vec<f64> {
    let mut ways = vec![0.0; n * (n + 1) / 2 + 1];
    ways[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..ways.len()).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    ways
}

/// The p-values of several tests raised after [`holm`], in the order given. Those that could not be made
/// count as none.
pub fn raised(tests: &[Option<Test>]) -> Vec<Option<f64>> {
    let p: Vec<f64> = tests.iter().flatten().map(|test| test.p).collect();
    let mut raised = holm(&p).into_iter();
    tests.iter().map(|test| test.and_then(|_| raised.next())).collect()
}

/// The p-values of several tests, raised so that the chance of any false one stays below the level that
/// they are compared to (Holm, 1979); in the order given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest: f64 = 0.0;
    for (n_before, &index) in order.iter().enumerate() {
        largest = largest.max((p.len() - n_before) as f64 * p[index]).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }

    /// scipy 1.17.1: `wilcoxon(A, B)`; then with ties and zeros.
    #[test]
    fn wilcoxons_test_is_that_of_scipy() {
        let a = [0.71, 0.82, 0.64, 0.9, 0.77, 0.69, 0.85, 0.5];
        let b = [0.55, 0.81, 0.74, 0.48, 0.66, 0.64, 0.7, 0.48];
        let found = wilcoxon(&a, &b).unwrap();
        assert_eq!(found.statistic, 4.0);
        close(found.p, 0.0546875);
        let c: Vec<f64> = (0..20).map(|n| f64::from(n * 7 % 11)).collect();
        let d: Vec<f64> = (0..20).map(|n| f64::from(n * 5 % 9)).collect();
        let found = wilcoxon(&c, &d).unwrap();
        assert_eq!(found.statistic, 66.5);
        close(found.p, 0.24997890453130478);
        let e: Vec<f64> = (0..60).map(|n| f64::from(n) * 0.37 % 1.0).collect();
        let f: Vec<f64> = (0..60).map(|n| f64::from(n) * 0.61 % 1.1).collect();
        let found = wilcoxon(&e, &f).unwrap();
        close(found.statistic, 730.5);
        close(found.p, 0.2435404438371045);
        assert_eq!(wilcoxon(&a, &a), None);
        assert_eq!(wilcoxon(&a, &b[1..]), None);
    }

    #[test]
    fn six_wins_of_six_have_a_chance_of_one_in_32() {
        let high = [1.1, 2.2, 3.3, 4.4, 5.5, 6.6];
        let low = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let found = wilcoxon(&high, &low).unwrap();
        assert_eq!((found.statistic, found.p, found.effect), (0.0, 1.0 / 32.0, 1.0));
    }

    /// statsmodels' `multipletests([0.01, 0.04, 0.03, 0.005], method="holm")`, and Holm's own rule.
    #[test]
    fn holms_p_values_rise_with_their_number() {
        let found = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in found.into_iter().zip([0.03, 0.06, 0.06, 0.02]) {
            close(found, expected);
        }
        assert_eq!(holm(&[0.7, 0.9]), [1.0, 1.0]);
        let of = |p| Some(Test { statistic: 0.0, p, effect: 0.0 });
        assert_eq!(raised(&[of(0.04), None, of(0.01)]), [Some(0.04), None, Some(0.02)]);
    }
}
