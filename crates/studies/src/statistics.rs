//! What scores of subjects say together.
//!
//! - [`groups`]: whether two groups of subjects differ; [`paired`]: whether two methods do on the same
//!   subjects, and how many comparisons were made.
//! - [`interval`]: how sure a number is; [`roc`]: how well a score tells two groups apart;
//!   [`calibration`]: whether chances come true.

pub mod calibration;
pub mod groups;
pub mod interval;
pub mod paired;
pub mod roc;

mod laws;
mod ranks;

pub(crate) use laws::normal_below;

use medshape_learn::Random;
use serde::{Deserialize, Serialize};

/// Samples of the bootstrap.
pub(crate) const N_RESAMPLES: usize = 10_000;

/// A mean over subjects, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Subjects.
    pub n_subjects: usize,
}

/// The mean of values that come in groups, one group a subject: subjects are drawn with replacement
/// 10,000 times, each with all of its values (percentile bootstrap over clusters; Efron, 1979; Field
/// and Welsh, 2007). `None` if there is no value.
pub fn mean_of_groups(groups: &[Vec<f64>]) -> Option<Mean> {
    let groups: Vec<(f64, f64)> = groups
        .iter()
        .filter(|values| !values.is_empty())
        .map(|values| (values.iter().sum(), values.len() as f64))
        .collect();
    if groups.is_empty() {
        return None;
    }
    let mean = |(sum, n): (f64, f64)| sum / n;
    let add = |a: (f64, f64), b: &(f64, f64)| (a.0 + b.0, a.1 + b.1);
    let mut random = Random::new(1);
    let mut resample = || {
        let drawn = (0..groups.len()).map(|_| &groups[random.below(groups.len())]);
        mean(drawn.fold((0.0, 0.0), add))
    };
    let mut means: Vec<f64> = (0..N_RESAMPLES).map(|_| resample()).collect();
    means.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| means[((N_RESAMPLES - 1) as f64 * share).round() as usize];
    let all = mean(groups.iter().fold((0.0, 0.0), add));
    Some(Mean { mean: all, low: at(0.025), high: at(0.975), n_subjects: groups.len() })
}

/// The mean; not a number if there is no value.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The middle value; the mean of the two in the middle of an even number. `None` if there is none.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) =
        (values.get(values.len().checked_sub(1)? / 2)?, values.get(values.len() / 2)?);
    Some((low + high) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_weigh_alike_and_subjects_are_drawn_whole() {
        let found = mean_of_groups(&[vec![1.0, 1.0, 1.0], vec![0.0], vec![]]).expect("values");
        assert_eq!((found.mean, found.n_subjects), (0.75, 2));
        // A quarter of the samples has the first subject only, a quarter the second only.
        assert_eq!((found.low, found.high), (0.0, 1.0));
        assert_eq!(mean_of_groups(&[vec![]]), None);
    }

    #[test]
    fn the_interval_of_many_subjects_is_that_of_the_normal_law() {
        // 400 subjects, half of them 0 and half 1: the standard error is 0.025.
        let groups: Vec<Vec<f64>> = (0..400).map(|n| vec![f64::from(n % 2)]).collect();
        let found = mean_of_groups(&groups).expect("values");
        assert!((found.low - (0.5 - 1.96 * 0.025)).abs() < 0.003, "{found:?}");
        assert!((found.high - (0.5 + 1.96 * 0.025)).abs() < 0.003, "{found:?}");
    }

    #[test]
    fn medians_of_odd_and_even_numbers() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }
}
