//! Intensities on the scale that a network was trained with, as nnU-Net's normalisation schemes.

use rayon::prelude::*;

use crate::array::range;
use crate::plans::Scheme;

/// What is divided by at least.
const LEAST: f64 = 1e-8;

/// Brings the intensities of a channel to a common scale; `mask` says which voxels are inside.
///
/// # Errors
/// In words: the values are no colours where colours are wanted.
pub(super) fn normalise(
    values: &mut [f32],
    scheme: &Scheme,
    mask: Option<&[bool]>,
) -> Result<(), String> {
    match *scheme {
        Scheme::Ct { lower, upper, mean, deviation } => {
            let [lower, upper] = [lower as f32, upper as f32];
            scale(values, |value| value.clamp(lower, upper), mean, deviation.max(LEAST));
        }
        Scheme::ZScore { masked: true } => z_score_inside(values, mask.unwrap_or(&[])),
        Scheme::ZScore { masked: false } => {
            let (mean, deviation) = moments(values.iter().copied());
            scale(values, |value| value, mean, deviation.max(LEAST));
        }
        Scheme::To01 => {
            let (low, high) = range(values);
            scale(values, |value| value, f64::from(low), f64::from(high - low).max(LEAST));
        }
        Scheme::RgbTo01 => {
            let (low, high) = range(values);
            if low < 0.0 || high > 255.0 {
                return Err(format!(
                    "the network wants colours from 0 to 255, not {low} to {high}"
                ));
            }
            scale(values, |value| value, 0.0, 255.0);
        }
        Scheme::No => {}
    }
    Ok(())
}

fn scale(values: &mut [f32], first: impl Fn(f32) -> f32 + Sync, less: f64, over: f64) {
    let (less, over) = (less as f32, over as f32);
    values.par_iter_mut().for_each(|value| *value = (first(*value) - less) / over);
}

/// What is outside stays as it is: mostly zero.
fn z_score_inside(values: &mut [f32], mask: &[bool]) {
    let is_inside = |(value, inside): (&f32, &bool)| inside.then_some(*value);
    let (mean, deviation) = moments(values.iter().zip(mask).filter_map(is_inside));
    let (mean, deviation) = (mean as f32, deviation.max(LEAST) as f32);
    for (value, _) in values.iter_mut().zip(mask).filter(|(_, inside)| **inside) {
        *value = (*value - mean) / deviation;
    }
}

/// Mean and deviation, in one order whatever the number of threads.
fn moments(values: impl Iterator<Item = f32> + Clone) -> (f64, f64) {
    let n = values.clone().count().max(1) as f64;
    let mean = values.clone().map(f64::from).sum::<f64>() / n;
    let squares = values.map(|value| (f64::from(value) - mean).powi(2)).sum::<f64>();
    (mean, (squares / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scheme: Scheme, mask: Option<&[bool]>, expected: &[f32]) {
        let mut values = [0.0, 2.0, 4.0, 6.0];
        normalise(&mut values, &scheme, mask).unwrap();
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{scheme:?}: {values:?}");
        }
    }

    #[test]
    fn schemes_do_what_they_say() {
        let ct = Scheme::Ct { lower: 1.0, upper: 5.0, mean: 3.0, deviation: 2.0 };
        check(ct, None, &[-1.0, -0.5, 0.5, 1.0]);
        let root = 5.0_f32.sqrt();
        let expected = [-3.0 / root, -1.0 / root, 1.0 / root, 3.0 / root];
        check(Scheme::ZScore { masked: false }, None, &expected);
        let mask = [false, true, true, false];
        check(Scheme::ZScore { masked: true }, Some(&mask), &[0.0, -1.0, 1.0, 6.0]);
        check(Scheme::To01, None, &[0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0]);
        check(Scheme::RgbTo01, None, &[0.0, 2.0 / 255.0, 4.0 / 255.0, 6.0 / 255.0]);
        check(Scheme::No, None, &[0.0, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn an_image_of_one_value_becomes_zero() {
        let mut values = [7.0; 3];
        normalise(&mut values, &Scheme::ZScore { masked: false }, None).unwrap();
        assert_eq!(values, [0.0; 3]);
        let mut values = [7.0; 3];
        normalise(&mut values, &Scheme::To01, None).unwrap();
        assert_eq!(values, [0.0; 3]);
        let mut values = [300.0, 0.0];
        assert!(normalise(&mut values, &Scheme::RgbTo01, None).unwrap_err().contains("300"));
    }
}
