//! Ranks, and how often sums of ranks come about.

/// Ranks of values from 1, those of ties their mean.
pub(super) struct Ranks {
    pub(super) ranks: Vec<f64>,
    /// Sum over groups of `n` ties of `n³ - n`.
    pub(super) ties: f64,
}

impl Ranks {
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a f64>) -> Self {
        let values: Vec<f64> = values.copied().collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut found = Self { ranks: vec![0.0; values.len()], ties: 0.0 };
        let mut before = 0;
        for alike in order.chunk_by(|&a, &b| values[a] == values[b]) {
            let n = alike.len() as f64;
            let rank = before as f64 + 0.5 * (n + 1.0);
            alike.iter().for_each(|&index| found.ranks[index] = rank);
            found.ties += n * n * n - n;
            before += alike.len();
        }
        found
    }
}

/// The share of ways that give a value or more; `ways` by value.
pub(super) fn exact_share(ways: &[f64], at_least: usize) -> f64 {
    ways[at_least.min(ways.len())..].iter().sum::<f64>() / ways.iter().sum::<f64>()
}
