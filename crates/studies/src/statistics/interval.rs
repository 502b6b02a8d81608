//! How sure a number of a group is: bootstrap intervals.

use medshape_learn::Random;

use super::laws::{normal_below, normal_quantile};

/// The 95 % interval of a statistic of subjects, each with one value or several, by `n_resamples` draws with replacement, corrected for
/// bias and skewness (`BCa`; Efron, 1987). The same values give the same interval. `None` if there are
/// fewer than two values; where all draws are alike, the interval is a point.
pub fn bca<V: Copy>(
    values: &[V],
    statistic: impl Fn(&[V]) -> f64,
    n_resamples: usize,
) -> Option<[f64; 2]> {
    if values.len() < 2 || n_resamples == 0 {
        return None;
    }
    let found = statistic(values);
    let mut random = Random::new(1);
    let mut drawn = values.to_vec();
    let mut draws: Vec<f64> = (0..n_resamples)
        .map(|_| {
            drawn.iter_mut().for_each(|value| *value = values[random.below(values.len())]);
            statistic(&drawn)
        })
        .collect();
    draws.sort_unstable_by(f64::total_cmp);
    let n_below = draws.partition_point(|&draw| draw < found);
    let n_alike = draws.partition_point(|&draw| draw <= found) - n_below;
    // Ties by half, as scipy counts them.
    let share = (n_below as f64 + 0.5 * n_alike as f64) / n_resamples as f64;
    let bias = normal_quantile(share);
    let acceleration = acceleration(values, &statistic);
    let end = |quantile: f64| {
        let off = bias + normal_quantile(quantile);
        let share = normal_below(bias + off / (1.0 - acceleration * off));
        at(&draws, share)
    };
    Some([end(0.025), end(0.975)])
}

/// From the statistics of all but one of the values.
fn acceleration<V: Copy>(values: &[V], statistic: &impl Fn(&[V]) -> f64) -> f64 {
    let without = |index: usize| {
        let rest = values.iter().enumerate().filter(|&(n, _)| n != index);
        statistic(&rest.map(|(_, &value)| value).collect::<Vec<V>>())
    };
    let found: Vec<f64> = (0..values.len()).map(without).collect();
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    let sum = |power: i32| found.iter().map(|value| (mean - value).powi(power)).sum::<f64>();
    let spread = sum(2);
    if spread > 0.0 { sum(3) / (6.0 * spread.powf(1.5)) } else { 0.0 }
}

/// The value at a share of sorted ones, between neighbours.
fn at(sorted: &[f64], share: f64) -> f64 {
    let place = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (low, above) = (place as usize, place.fract());
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + above * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: `bootstrap((x,), mean, n_resamples=400000, method="BCa")` of a skew sample; the
    /// ends differ by chance, by a few thousandths.
    #[test]
    fn bca_intervals_are_those_of_scipy() {
        let values: Vec<f64> =
            (1..=25).map(|n| f64::from(n * n % 37) * f64::from(n) / 40.0).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let [low, high] = bca(&values, mean, 40_000).unwrap();
        assert!(
            (low - 4.968999999999999).abs() < 0.06 && (high - 9.641).abs() < 0.06,
            "{low} {high}"
        );
        assert_eq!(bca(&[1.0], mean, 100), None);
        assert_eq!(bca(&[2.0; 9], mean, 100), Some([2.0, 2.0]));
    }
}
