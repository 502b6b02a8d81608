//! A statistical model of fields, such as distance fields of one structure on one grid: mean and
//! principal components, laid onto a field that is known in part only (Leventon, Grimson and Faugeras,
//! 2000; the trimmed fit after Rousseeuw, 1984).

use rayon::prelude::*;

use crate::numbers::positive::solve_equations;
use crate::numbers::symmetric::eigen;

/// The mean of a population of fields and the ways in which they differ.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldModel {
    mean: Vec<f32>,
    /// Each for one standard deviation; as long as the mean.
    modes: Vec<Vec<f32>>,
}

/// How a model is laid onto a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitOptions {
    /// Places that differ most are left out: what is missing of a shape does not fit.
    pub trimmed_share: f64,
    /// How often they are chosen anew.
    pub n_rounds: u32,
    /// Standard deviation of what the model does not explain, in units of the field; larger values keep
    /// the answer nearer to the mean.
    pub noise: f64,
    /// Every so many places are looked at.
    pub stride: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { trimmed_share: 0.1, n_rounds: 6, noise: 1.0, stride: 3 }
    }
}

impl FieldModel {
    /// The model of fields on one grid with at most so many modes. `None` if there are fewer than two or
    /// they are not equally long. Modes that explain less than a millionth are rounding, and left out.
    /// O(n² · places + n³).
    pub fn new(fields: &[Vec<f32>], most_modes: usize) -> Option<Self> {
        let (n, first) = (fields.len(), fields.first()?);
        if n < 2 || fields.iter().any(|field| field.len() != first.len()) {
            return None;
        }
        let mean: Vec<f32> = (0..first.len())
            .into_par_iter()
            .map(|at| fields.iter().map(|field| field[at]).sum::<f32>() / n as f32)
            .collect();
        let found = eigen(products(fields, &mean));
        let total: f64 = found.values.iter().map(|value| value.max(0.0)).sum();
        let real =
            found.values.iter().zip(&found.vectors).take_while(|(value, _)| **value > 1e-6 * total);
        let modes = real.take(most_modes).map(|(_, vector)| mode(fields, &mean, vector)).collect();
        Some(Self { mean, modes })
    }

    /// A model of its mean and modes, as [`FieldModel::mean`] and [`FieldModel::modes`] give them. `None` if
    /// they are not equally long.
    pub fn of_parts(mean: Vec<f32>, modes: Vec<Vec<f32>>) -> Option<Self> {
        modes.iter().all(|mode| mode.len() == mean.len()).then_some(Self { mean, modes })
    }

    /// The mean field.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// The ways in which fields differ, each for one standard deviation, the largest first.
    pub fn modes(&self) -> &[Vec<f32>] {
        &self.modes
    }

    /// How far a field lies from the mean along each mode, in standard deviations. `None` if it is not as long
    /// as the mean.
    pub fn scores(&self, field: &[f32]) -> Option<Vec<f64>> {
        let along = |mode: &Vec<f32>| {
            let (mut product, mut square) = (0.0, 0.0);
            for ((&mode, &value), &mean) in mode.iter().zip(field).zip(&self.mean) {
                product += f64::from(mode) * f64::from(value - mean);
                square += f64::from(mode) * f64::from(mode);
            }
            if square > 0.0 { product / square } else { 0.0 }
        };
        (field.len() == self.mean.len()).then(|| self.modes.iter().map(along).collect())
    }

    /// The field of the model that fits best to most of another field, which must be as long as the
    /// model's; `None` if it is not.
    pub fn fitted(&self, field: &[f32], options: &FitOptions) -> Option<Vec<f32>> {
        let scores = self.fitted_scores(field, options)?;
        Some((0..field.len()).into_par_iter().map(|at| self.value(&scores, at)).collect())
    }

    /// How far along each mode, in standard deviations, the field of the model lies that fits best to most
    /// of another field. Values that are not numbers are not known. `None` if the field is not as long as the
    /// model's.
    pub fn fitted_scores(&self, field: &[f32], options: &FitOptions) -> Option<Vec<f64>> {
        if field.len() != self.mean.len() {
            return None;
        }
        let is_known = |at: &usize| field[*at].is_finite();
        let places: Vec<usize> =
            (0..field.len()).step_by(options.stride.max(1)).filter(is_known).collect();
        let (seen, field) = (self.at(&places), pick(field, &places));
        let mut kept: Vec<usize> = (0..field.len()).collect();
        let share = 1.0 - options.trimmed_share.clamp(0.0, 0.9);
        let n_kept = (field.len() as f64 * share) as usize;
        let mut scores = vec![0.0; self.modes.len()];
        for _ in 0..options.n_rounds.max(1) {
            scores = seen.at(&kept).least_squares(&pick(&field, &kept), options.noise)?;
            let mut off: Vec<(f32, usize)> = (0..field.len())
                .into_par_iter()
                .map(|at| ((field[at] - seen.value(&scores, at)).abs(), at))
                .collect();
            off.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            kept = off[..n_kept].iter().map(|&(_, at)| at).collect();
            kept.sort_unstable();
        }
        Some(scores)
    }

    /// The model at some places: what a fit reads again and again lies side by side.
    fn at(&self, places: &[usize]) -> Self {
        let modes = self.modes.par_iter().map(|mode| pick(mode, places)).collect();
        Self { mean: pick(&self.mean, places), modes }
    }

    /// The field at scores along the first modes.
    pub fn field(&self, scores: &[f64]) -> Vec<f32> {
        (0..self.mean.len()).into_par_iter().map(|at| self.value(scores, at)).collect()
    }

    fn value(&self, coefficients: &[f64], at: usize) -> f32 {
        let modes = self.modes.iter().zip(coefficients);
        modes.fold(self.mean[at], |sum, (mode, &coefficient)| sum + coefficient as f32 * mode[at])
    }

    /// Coefficients in standard deviations, which are taken for normal.
    fn least_squares(&self, field: &[f32], noise: f64) -> Option<Vec<f64>> {
        let product =
            |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum() };
        let off: Vec<f32> =
            field.iter().zip(&self.mean).map(|(value, mean)| value - mean).collect();
        let rows: Vec<Vec<f64>> = (0..self.modes.len())
            .into_par_iter()
            .map(|row| {
                let mode = &self.modes[row];
                let mut products: Vec<f64> =
                    self.modes[..=row].iter().map(|other| product(mode, other)).collect();
                products[row] += noise * noise;
                products.push(product(mode, &off));
                products
            })
            .collect();
        Some(solve_equations(rows, 1)?.concat())
    }
}

fn pick(values: &[f32], places: &[usize]) -> Vec<f32> {
    places.iter().map(|&at| values[at]).collect()
}

/// The products of all differences from the mean with each other.
fn products(fields: &[Vec<f32>], mean: &[f32]) -> Vec<Vec<f64>> {
    let n = fields.len();
    let product = |a: usize, b: usize| -> f64 {
        let pairs = fields[a].iter().zip(&fields[b]).zip(mean);
        pairs.map(|((a, b), mean)| f64::from((a - mean) * (b - mean))).sum()
    };
    let half: Vec<Vec<f64>> =
        (0..n).into_par_iter().map(|a| (0..=a).map(|b| product(a, b)).collect()).collect();
    (0..n).map(|a| (0..n).map(|b| half[a.max(b)][a.min(b)]).collect()).collect()
}

/// The mode of an eigenvector of the products, for one standard deviation.
fn mode(fields: &[Vec<f32>], mean: &[f32], vector: &[f64]) -> Vec<f32> {
    let scale = 1.0 / ((fields.len() - 1) as f64).sqrt();
    let shares: Vec<f32> = vector.iter().map(|share| (share * scale) as f32).collect();
    let at = |at: usize| {
        let parts = fields.iter().zip(&shares);
        parts.map(|(field, share)| share * (field[at] - mean[at])).sum()
    };
    (0..mean.len()).into_par_iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields that are a mean and two waves.
    fn field(a: f32, b: f32) -> Vec<f32> {
        (0..200).map(|at| at as f32 * 0.1).map(|x| x + a * x.sin() + b * (2.0 * x).cos()).collect()
    }

    fn population() -> Vec<Vec<f32>> {
        (0..30)
            .map(|n| field((n * 7 % 13) as f32 - 6.0, 0.3 * ((n * 5 % 11) as f32 - 5.0)))
            .collect()
    }

    #[test]
    fn a_member_is_found_again_though_a_tenth_of_it_is_wrong() {
        let model = FieldModel::new(&population(), 10).unwrap();
        assert_eq!(model.modes.len(), 2);
        let truth = field(2.5, -0.7);
        let mut spoiled = truth.clone();
        spoiled[90..105].iter_mut().for_each(|value| *value += 40.0);
        let options = FitOptions { noise: 0.01, stride: 1, ..FitOptions::default() };
        let found = model.fitted(&spoiled, &options).unwrap();
        let off = found.iter().zip(&truth).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 0.02, "{off}");
        // What is not known takes no part.
        spoiled[90..105].iter_mut().for_each(|value| *value = f32::NAN);
        let scores = model.fitted_scores(&spoiled, &FitOptions { trimmed_share: 0.0, ..options });
        let found = model.field(&scores.unwrap());
        let off = found.iter().zip(&truth).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 0.02, "{off}");
        spoiled[90..105]
            .iter_mut()
            .zip(&truth[90..])
            .for_each(|(value, truth)| *value = truth + 40.0);
        let blind = FitOptions { trimmed_share: 0.0, ..options };
        let found = model.fitted(&spoiled, &blind).unwrap();
        let off = found.iter().zip(&truth).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off > 1.0, "without trimming the wrong part draws the fit away: {off}");
    }

    /// Scores are in deviations: over the population they have mean 0 and mean square 1, and they make the
    /// field again.
    #[test]
    fn scores_of_a_population_are_its_deviations() {
        let model = FieldModel::new(&population(), 10).unwrap();
        let scores: Vec<Vec<f64>> =
            population().iter().map(|field| model.scores(field).unwrap()).collect();
        for mode in 0..2 {
            let mean = |power: i32| scores.iter().map(|s| s[mode].powi(power)).sum::<f64>() / 30.0;
            assert!(
                mean(1).abs() < 1e-4 && (mean(2) - 1.0).abs() < 0.05,
                "{} {}",
                mean(1),
                mean(2)
            );
        }
        let (field, scores) = (field(2.5, -0.7), model.scores(&field(2.5, -0.7)).unwrap());
        for (at, value) in field.iter().enumerate() {
            let made = model.mean()[at]
                + (0..2).map(|mode| scores[mode] as f32 * model.modes()[mode][at]).sum::<f32>();
            assert!((made - value).abs() < 1e-3);
        }
        assert_eq!(model.scores(&[1.0]), None);
        let again = FieldModel::of_parts(model.mean().to_vec(), model.modes().to_vec());
        assert_eq!(again.as_ref(), Some(&model));
        assert_eq!(FieldModel::of_parts(vec![1.0], vec![vec![1.0, 2.0]]), None);
    }

    #[test]
    fn fields_of_other_lengths_are_refused() {
        assert_eq!(FieldModel::new(&[vec![1.0], vec![1.0, 2.0]], 3), None);
        assert_eq!(FieldModel::new(&[vec![1.0]], 3), None);
        let model = FieldModel::new(&population(), 10).unwrap();
        assert_eq!(model.fitted(&[1.0], &FitOptions::default()), None);
    }
}
