//! From the principal components of skulls to those of faces, by ridge regression (Hoerl and Kennard, 1970).

use medshape_geometry::numbers::positive::solve_equations;
use medshape_geometry::population::field::{FieldModel, FitOptions};
use rayon::prelude::*;

use super::fields::{FAR_FROM_BONE_MM, FAR_FROM_SKIN_MM};
use crate::statistics;

/// How skulls are laid onto their components: a tenth that does not fit, such as a part that is broken or does
/// not belong to the skull, is left out.
const FIT: FitOptions = FitOptions { trimmed_share: 0.1, n_rounds: 3, noise: 3.0, stride: 1 };

/// Cells whose mean distance is nearer than this share of the farthest differ between subjects.
const NEAR_SHARE: f32 = 0.98;

/// What makes a face of a skull.
#[derive(Debug, Clone, PartialEq)]
pub struct Regression {
    /// The mean field of skulls.
    pub skull: Vec<f32>,
    /// Components of skulls at the cells of [`near`].
    pub bones: FieldModel,
    /// The mean field of faces.
    pub face: Vec<f32>,
    /// What a face changes by for one standard deviation of each component, at the cells of [`near`].
    pub responses: Vec<Vec<f32>>,
}

impl Regression {
    /// From its parts; `None` if they do not fit each other.
    pub fn of_parts(
        skull: Vec<f32>,
        modes: Vec<Vec<f32>>,
        face: Vec<f32>,
        responses: Vec<Vec<f32>>,
    ) -> Option<Self> {
        let mean = picked(&skull, &near(&skull, FAR_FROM_BONE_MM));
        let n_face = near(&face, FAR_FROM_SKIN_MM).len();
        let fits = modes.len() == responses.len() && responses.iter().all(|r| r.len() == n_face);
        let bones = FieldModel::of_parts(mean, modes)?;
        fits.then_some(Self { skull, bones, face, responses })
    }

    /// The field of the face of a skull's field, in which values that are not numbers are not known. `None` if
    /// it is no such field, or nothing of it is known.
    pub fn face(&self, skull: &[f32]) -> Option<Vec<f32>> {
        if skull.len() != self.skull.len() {
            return None;
        }
        let known = picked(skull, &near(&self.skull, FAR_FROM_BONE_MM));
        let scores = self.bones.fitted_scores(&known, &FIT)?;
        let mut face = self.face.clone();
        for (at, &cell) in near(&self.face, FAR_FROM_SKIN_MM).iter().enumerate() {
            let responses = self.responses.iter().zip(&scores);
            face[cell] +=
                responses.map(|(response, score)| *score as f32 * response[at]).sum::<f32>();
        }
        Some(face)
    }

    /// The faces of several skulls.
    pub fn faces(&self, skulls: &[Vec<f32>]) -> Vec<Option<Vec<f32>>> {
        skulls.par_iter().map(|skull| self.face(skull)).collect()
    }

    /// How far a skull's field lies from all that the components can make, a root mean square in mm over what
    /// is known; `None` as [`Regression::face`].
    pub fn misfit_mm(&self, skull: &[f32]) -> Option<f64> {
        let known = picked(skull, &near(&self.skull, FAR_FROM_BONE_MM));
        let made = self.bones.field(&self.bones.fitted_scores(&known, &FIT)?);
        let squares: Vec<f64> = made
            .iter()
            .zip(&known)
            .filter(|(_, known)| known.is_finite())
            .map(|(made, known)| f64::from(made - known).powi(2))
            .collect();
        (!squares.is_empty()).then(|| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
    }
}

/// The cells that are not far from the surface on the average.
pub fn near(mean: &[f32], far: f32) -> Vec<usize> {
    (0..mean.len()).filter(|&cell| mean[cell].abs() < NEAR_SHARE * far).collect()
}

fn picked(field: &[f32], cells: &[usize]) -> Vec<f32> {
    cells.iter().map(|&cell| field[cell]).collect()
}

/// Skulls and their faces as fields, equally long.
#[derive(Debug, Clone, Copy)]
pub struct Pairs<'a> {
    /// Fields of skulls.
    pub skulls: &'a [Vec<f32>],
    /// Fields of faces.
    pub faces: &'a [Vec<f32>],
}

/// What was chosen, and how far faces were off by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// Components of skulls.
    pub n_modes: usize,
    /// How much the regression is held back.
    pub ridge: f64,
    /// Mean distance of faces that were not learned from, over cells within 8 mm of their skin.
    pub off_mm: f64,
}

/// Learns from pairs, and takes the number of components and the ridge by which faces of other pairs are
/// met best. `None` if there are fewer than two pairs, or no other.
pub fn fit(
    learned: Pairs<'_>,
    others: Pairs<'_>,
    [skull_modes, face_modes]: [&[usize]; 2],
    ridges: &[f64],
) -> Option<(Regression, Choice)> {
    let (skull, face) = (mean(learned.skulls)?, mean(learned.faces)?);
    let (near_bone, near_skin) = (near(&skull, FAR_FROM_BONE_MM), near(&face, FAR_FROM_SKIN_MM));
    let all = |fields: &[Vec<f32>], cells: &[usize]| -> Vec<Vec<f32>> {
        fields.par_iter().map(|field| picked(field, cells)).collect()
    };
    let most = |modes: &[usize]| modes.iter().copied().max().unwrap_or(1);
    let (skulls, faces) = (all(learned.skulls, &near_bone), all(learned.faces, &near_skin));
    let bones = FieldModel::new(&skulls, most(skull_modes))?;
    let skins = FieldModel::new(&faces, most(face_modes))?;
    let wanted: Vec<Vec<f64>> =
        faces.par_iter().map(|face| skins.scores(face).unwrap_or_default()).collect();
    let mut best: Option<(Regression, Choice)> = None;
    for &n_modes in skull_modes {
        let modes = bones.modes().iter().take(n_modes).cloned().collect::<Vec<_>>();
        let bones = FieldModel::of_parts(bones.mean().to_vec(), modes)?;
        let given: Vec<Vec<f64>> = skulls
            .par_iter()
            .map(|skull| bones.fitted_scores(skull, &FIT).unwrap_or_default())
            .collect();
        for &ridge in ridges {
            let weights = weights(&given, &wanted, ridge);
            let response = |weights: &Vec<f64>| {
                let change = skins.field(weights);
                change.iter().zip(skins.mean()).map(|(made, mean)| made - mean).collect()
            };
            let regression = Regression {
                skull: skull.clone(),
                bones: bones.clone(),
                face: face.clone(),
                responses: weights.par_iter().map(response).collect(),
            };
            let off_mm = mean_off_mm(&regression.faces(others.skulls), others.faces)?;
            if best.as_ref().is_none_or(|(_, choice)| off_mm < choice.off_mm) {
                best = Some((regression, Choice { n_modes, ridge, off_mm }));
            }
        }
    }
    best
}

/// The mean over heads of how far the fields of their faces are off near the skin; `None` if there is no head,
/// or a face is none.
pub fn mean_off_mm(found: &[Option<Vec<f32>>], faces: &[Vec<f32>]) -> Option<f64> {
    let pairs = found.par_iter().zip(faces);
    let off: Option<Vec<f64>> = pairs.map(|(found, face)| off_mm(found.as_ref()?, face)).collect();
    off.filter(|off| !off.is_empty()).map(|off| statistics::mean(&off))
}

/// How far a face is off where the skin is.
fn off_mm(found: &[f32], face: &[f32]) -> Option<f64> {
    const NEAR_MM: f32 = 8.0;
    let pairs = found.iter().zip(face).filter(|(_, truth)| truth.abs() < NEAR_MM);
    let off: Vec<f64> = pairs.map(|(found, truth)| f64::from((found - truth).abs())).collect();
    (!off.is_empty()).then(|| statistics::mean(&off))
}

/// The mean of fields that are equally long; `None` if there is none.
pub fn mean(fields: &[Vec<f32>]) -> Option<Vec<f32>> {
    let (first, n) = (fields.first()?, fields.len() as f32);
    let at = |cell: usize| fields.iter().map(|field| field[cell]).sum::<f32>() / n;
    let alike = fields.iter().all(|field| field.len() == first.len());
    alike.then(|| (0..first.len()).into_par_iter().map(at).collect())
}

/// For each number that is given, how much of each number that is wanted it brings: the least squares of what
/// is left, and `ridge` times those of the weights. Both have mean 0.
fn weights(given: &[Vec<f64>], wanted: &[Vec<f64>], ridge: f64) -> Vec<Vec<f64>> {
    let n_given = given.first().map_or(0, Vec::len);
    let n_wanted = wanted.first().map_or(0, Vec::len);
    let product = |a: &dyn Fn(usize) -> f64, b: &dyn Fn(usize) -> f64| -> f64 {
        (0..given.len()).map(|subject| a(subject) * b(subject)).sum()
    };
    let equations = (0..n_given)
        .map(|row| {
            let own = |subject: usize| given[subject][row];
            let left = (0..n_given).map(|column| {
                product(&own, &|subject| given[subject][column])
                    + if row == column { ridge } else { 0.0 }
            });
            let left: Vec<f64> = left.collect();
            let right =
                (0..n_wanted).map(|column| product(&own, &|subject| wanted[subject][column]));
            left.into_iter().chain(right).collect()
        })
        .collect();
    solve_equations(equations, n_wanted).unwrap_or_else(|| vec![vec![0.0; n_wanted]; n_given])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: `XᵀX + 2 = [[8, 4], [4, 7]]` and `XᵀY = [7, 8]`, so that the weights are [17, 36] / 40.
    #[test]
    fn weights_are_those_of_ridge_regression() {
        let given = [[1.0, 2.0], [-2.0, -1.0], [1.0, 0.0], [0.0, 0.0]].map(Vec::from);
        let wanted = [3.0, -2.0, 0.0, 5.0].map(|value| vec![value]);
        let found = weights(&given, &wanted, 2.0);
        assert!((found[0][0] - 17.0 / 40.0).abs() < 1e-12, "{found:?}");
        assert!((found[1][0] - 36.0 / 40.0).abs() < 1e-12, "{found:?}");
    }

    /// Faces that follow their skulls in a line are met; the ridge draws back towards the mean.
    #[test]
    fn what_follows_the_skull_is_found() {
        let skull = |a: f32, b: f32| -> Vec<f32> {
            (0..60)
                .map(|at| at as f32 * 0.2 - 6.0 + a * (at as f32).sin() + b * (at as f32).cos())
                .collect()
        };
        let face = |a: f32, b: f32| -> Vec<f32> {
            (0..40)
                .map(|at| at as f32 * 0.2 - 4.0 + (2.0 * a - b) * (at as f32 * 0.7).sin())
                .collect()
        };
        let number = |n: usize, k: usize| (n * k % 23) as f32 * 0.1 - 1.1;
        let of = |from: usize, to: usize| -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
            (from..to)
                .map(|n| (number(n, 7), number(n, 5)))
                .map(|(a, b)| (skull(a, b), face(a, b)))
                .unzip()
        };
        let ((skulls, faces), (others, truths)) = (of(0, 23), of(23, 40));
        let pairs = |skulls, faces| Pairs { skulls, faces };
        let found =
            fit(pairs(&skulls, &faces), pairs(&others, &truths), [&[1, 2], &[4]], &[1e-3, 1e3]);
        let (regression, choice) = found.unwrap();
        assert_eq!((choice.n_modes, choice.ridge), (2, 1e-3));
        assert!(choice.off_mm < 0.1, "{choice:?}");
        // A place that is not known is done without.
        let mut broken = skull(0.4, -0.6);
        broken[20..26].iter_mut().for_each(|value| *value = f32::NAN);
        let made = regression.face(&broken).unwrap();
        let off = made.iter().zip(face(0.4, -0.6)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 0.35, "{off}");
        assert!(regression.misfit_mm(&broken).unwrap() < 0.5);
        assert_eq!(regression.face(&[0.0; 3]), None);
    }
}
