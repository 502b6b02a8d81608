//! Whether chances that a model gives come true.

use crate::regression::chance;

/// A bin of a reliability curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Predictions in it.
    pub n: usize,
    /// Their mean.
    pub chance: f64,
    /// How often they came true.
    pub share: f64,
}

/// Predictions in bins of equal numbers, rising; with fewer predictions than bins, one each.
pub fn reliability(chances: &[f64], outcomes: &[bool], n_bins: usize) -> Vec<Bin> {
    let mut pairs: Vec<(f64, bool)> =
        chances.iter().copied().zip(outcomes.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = pairs.len();
    let bins = (0..n_bins).map(|bin| &pairs[bin * n / n_bins..(bin + 1) * n / n_bins]);
    bins.filter(|pairs| !pairs.is_empty())
        .map(|pairs| {
            let n = pairs.len() as f64;
            let chance = pairs.iter().map(|(chance, _)| chance).sum::<f64>() / n;
            let share = pairs.iter().filter(|(_, outcome)| *outcome).count() as f64 / n;
            Bin { n: pairs.len(), chance, share }
        })
        .collect()
}

/// The mean distance of chances from how often they came true, over 15 bins of equal numbers (expected
/// calibration error; Naeini, Cooper and Hauskrecht, 2015). `None` if there are no predictions.
pub fn expected_calibration_error(chances: &[f64], outcomes: &[bool]) -> Option<f64> {
    let bins = reliability(chances, outcomes, 15);
    let n: usize = bins.iter().map(|bin| bin.n).sum();
    let off = bins.iter().map(|bin| bin.n as f64 * (bin.chance - bin.share).abs());
    (n > 0).then(|| off.sum::<f64>() / n as f64)
}

/// The mean square of how far chances were off (Brier, 1950). `None` if there are no predictions.
pub fn brier(chances: &[f64], outcomes: &[bool]) -> Option<f64> {
    let off = chances.iter().zip(outcomes).map(|(chance, &outcome)| {
        let off = chance - f64::from(u8::from(outcome));
        off * off
    });
    let n = chances.len().min(outcomes.len());
    (n > 0).then(|| off.sum::<f64>() / n as f64)
}

/// The temperature that logits are to be divided by so that their chances come true most likely (Guo et
/// al., 2017); to be found on subjects that are neither trained on nor tested. Between 1/100 and 100.
pub fn temperature(logits: &[f64], outcomes: &[bool]) -> f64 {
    // The likelihood is concave in 1/temperature: where its slope passes 0, by bisection.
    let slope = |inverse: f64| -> f64 {
        let pairs = logits.iter().zip(outcomes);
        pairs
            .map(|(&logit, &outcome)| {
                let chance = chance(inverse * logit);
                logit * (f64::from(u8::from(outcome)) - chance)
            })
            .sum()
    };
    let (mut low, mut high) = (0.01, 100.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    2.0 / (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_that_come_true_have_no_calibration_error() {
        let chances = [0.25; 4];
        let outcomes = [false, true, false, false];
        assert_eq!(expected_calibration_error(&chances, &outcomes), Some(0.0 + 0.375));
        let bins = reliability(&chances, &outcomes, 1);
        assert_eq!(bins, [Bin { n: 4, chance: 0.25, share: 0.25 }]);
        assert_eq!(expected_calibration_error(&[], &[]), None);
    }

    /// Of 300 predictions, 150 of chance 0.2 that come true in 30 % and 150 of 0.8 in 80 %: the first
    /// half is 0.1 off. Brier: 0.3 · 0.64 + 0.7 · 0.04 = 0.22 and 0.8 · 0.04 + 0.2 · 0.64 = 0.16.
    #[test]
    fn known_errors_are_found() {
        let chances: Vec<f64> = (0..300).map(|n| if n < 150 { 0.2 } else { 0.8 }).collect();
        let outcomes: Vec<bool> =
            (0..300).map(|n| if n < 150 { n % 10 < 3 } else { n % 10 < 8 }).collect();
        let error = expected_calibration_error(&chances, &outcomes).unwrap();
        // 150 / 20: the bin in the middle has ten of each.
        assert!((error - 0.05000000000000002).abs() < 1e-12, "{error}");
        assert!((brier(&chances, &outcomes).unwrap() - 0.19).abs() < 1e-12);
    }

    #[test]
    fn logits_that_are_twice_too_sure_have_temperature_two() {
        // A logit of ln 3 stands for 3 of 4.
        let logits = [2.0 * 3.0_f64.ln(); 8];
        let outcomes = [true, true, true, false, true, true, true, false];
        assert!((temperature(&logits, &outcomes) - 2.0).abs() < 1e-9);
    }
}
