//! The loss of voxels that belong to classes in shares.

use rayon::prelude::*;

use crate::rows::Tensor;
use crate::{Real, Tape};

/// Rows that one thread does at a time; fixed, so that sums do not depend on the threads.
const ROWS: usize = 4096;

/// Voxels by which sums are kept from zero, so that a class that is nowhere can be learned.
const SMOOTH: f64 = 8.0;

/// What the rows of logits should say. Class 0 is the background.
#[derive(Debug, Clone)]
pub struct Shares<T> {
    /// The share of each class in each voxel, row after row, as many a row as logits. Classes that
    /// are not asked for have none.
    pub shares: Vec<T>,
    /// How much each voxel counts, from 0 to 1.
    pub weights: Vec<T>,
    /// The classes that are asked for; the others take no part.
    pub asked: Vec<bool>,
}

/// Two sums over voxels a class: what answers and shares have in common, and what they have together.
type Sums = Vec<[f64; 2]>;

impl<T: Real> Tape<'_, T> {
    /// Softmax over the classes that are asked for, then the mean cross-entropy against the shares and
    /// one minus the mean soft Dice of these classes but the background (Milletari et al., 2016), which
    /// counts `dice` times.
    ///
    /// # Panics
    /// If logits, shares and weights do not have the same rows.
    pub fn share_loss(&mut self, logits: &Tensor<T>, target: Shares<T>, dice: f64) -> f64 {
        let logits = self.materialise(logits);
        let width = logits.width();
        assert_eq!(logits.rows.values().len(), target.shares.len(), "a share for each logit");
        assert_eq!(logits.rows.n_rows(), target.weights.len(), "a weight for each row");
        let total: f64 = target.weights.iter().map(|weight| weight.to_f64()).sum::<f64>().max(1.0);
        let n_asked = target.asked[1..].iter().filter(|asked| **asked).count().max(1) as f64;
        let mut chances = logits.rows.values().to_vec();
        let parts: Vec<(f64, Sums)> = chances
            .par_chunks_mut(ROWS * width)
            .enumerate()
            .map(|(part, chances)| forward(chances, &target, part * ROWS, width))
            .collect();
        let mut sums = vec![[0.0; 2]; width];
        let mut entropy = 0.0;
        for (part, more) in parts {
            entropy += part;
            sums.iter_mut().zip(more).for_each(|(sum, more)| {
                sum[0] += more[0];
                sum[1] += more[1];
            });
        }
        let is_scored = |class: usize| class > 0 && target.asked[class];
        let off: f64 = (0..width)
            .filter(|&class| is_scored(class))
            .map(|class| 1.0 - ratio(sums[class]))
            .sum();
        let loss = entropy / total + dice * off / n_asked;
        if self.is_training() {
            let dice = dice / n_asked;
            let slopes: Sums = (0..width)
                .map(|class| if is_scored(class) { slopes(sums[class], dice) } else { [0.0; 2] })
                .collect();
            chances.par_chunks_mut(ROWS * width).enumerate().for_each(|(part, chances)| {
                backward(chances, &target, part * ROWS, (&slopes, total));
            });
            self.record_loss(move |gradients| gradients.add(logits.node, chances));
        }
        loss
    }
}

/// The soft Dice of a class.
fn ratio([both, together]: [f64; 2]) -> f64 {
    (2.0 * both + SMOOTH) / (together + SMOOTH)
}

/// What the loss gains by a chance where the class is not, and by one where it is, beyond that.
fn slopes([both, together]: [f64; 2], weight: f64) -> [f64; 2] {
    let bottom = together + SMOOTH;
    [weight * (2.0 * both + SMOOTH) / (bottom * bottom), -weight * 2.0 / bottom]
}

/// Turns logits into chances; the cross-entropy of some rows and their sums.
fn forward<T: Real>(
    chances: &mut [T],
    target: &Shares<T>,
    first: usize,
    width: usize,
) -> (f64, Sums) {
    let (mut entropy, mut sums) = (0.0, vec![[0.0; 2]; width]);
    for (row, chances) in (first..).zip(chances.chunks_exact_mut(width)) {
        let shares = &target.shares[row * width..][..width];
        let weight = target.weights[row].to_f64();
        let of_asked = |x: f64, asked: &bool| if *asked { x } else { f64::NEG_INFINITY };
        let logits =
            chances.iter().zip(&target.asked).map(|(x, asked)| of_asked(x.to_f64(), asked));
        let largest = logits.clone().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logits.clone().map(|x| (x - largest).exp()).sum();
        let log_sum = largest + sum.ln();
        for (class, share) in shares.iter().enumerate().filter(|&(class, _)| target.asked[class]) {
            let (logit, share) = (chances[class].to_f64(), share.to_f64());
            let chance = (logit - log_sum).exp();
            entropy -= weight * share * (logit - log_sum);
            sums[class][0] += weight * chance * share;
            sums[class][1] += weight * (chance + share);
            chances[class] = T::of(chance);
        }
        let others = chances.iter_mut().zip(&target.asked).filter(|(_, asked)| !**asked);
        others.for_each(|(chance, _)| *chance = T::ZERO);
    }
    (entropy, sums)
}

/// Turns chances into gradients with respect to logits.
fn backward<T: Real>(
    chances: &mut [T],
    target: &Shares<T>,
    first: usize,
    (slopes, total): (&Sums, f64),
) {
    let width = slopes.len();
    let mut pull = vec![0.0; width];
    for (row, chances) in (first..).zip(chances.chunks_exact_mut(width)) {
        let shares = &target.shares[row * width..][..width];
        let weight = target.weights[row].to_f64();
        let (mut mean, mut all) = (0.0, 0.0);
        for class in 0..width {
            let share = shares[class].to_f64();
            pull[class] = weight * (slopes[class][0] + slopes[class][1] * share);
            mean += chances[class].to_f64() * pull[class];
            all += share;
        }
        for class in 0..width {
            let (chance, share) = (chances[class].to_f64(), shares[class].to_f64());
            let of_entropy = weight * (chance * all - share) / total;
            chances[class] = T::of(of_entropy + chance * (pull[class] - mean));
        }
    }
}
