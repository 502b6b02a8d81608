/// How the values of a quantity are spread over a surface, each weighted by its area.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Five percent of the surface lie below.
    pub p05: f64,
    /// Half of the surface lies below.
    pub median: f64,
    /// Five percent of the surface lie above.
    pub p95: f64,
}

impl Spread {
    /// The spread of values with weights; zero where there is no weight.
    pub(super) fn of(values: impl Iterator<Item = f64>, weights: &[f64]) -> Self {
        let mut pairs: Vec<(f64, f64)> =
            values.zip(weights.iter().copied()).filter(|(_, weight)| *weight > 0.0).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
        if total == 0.0 {
            return Self::default();
        }
        let mean = pairs.iter().map(|(value, weight)| value * weight).sum::<f64>() / total;
        let variance =
            pairs.iter().map(|(value, weight)| (value - mean).powi(2) * weight).sum::<f64>()
                / total;
        let below = |part: f64| {
            let mut sum = 0.0;
            let mut at = pairs.iter().filter(|(_, weight)| {
                sum += weight;
                sum >= part * total
            });
            at.next().or(pairs.last()).map_or(0.0, |(value, _)| *value)
        };
        let [p05, median, p95] = [0.05, 0.5, 0.95].map(below);
        Self { mean, sd: variance.sqrt(), p05, median, p95 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_values_count_more() {
        let found = Spread::of([3.0, 1.0, 2.0].into_iter(), &[1.0, 2.0, 1.0]);
        assert_eq!((found.mean, found.median, found.p95), (1.75, 1.0, 3.0));
        assert!((found.sd - 0.6875_f64.sqrt()).abs() < 1e-12);
        assert_eq!(Spread::of(std::iter::empty(), &[]), Spread::default());
    }
}
