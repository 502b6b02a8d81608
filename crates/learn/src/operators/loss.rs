use crate::Real;
use crate::Tape;
use crate::rows::Tensor;

/// Keeps the soft Dice of an empty target and an empty answer at 1.
const SMOOTH: f64 = 1.0;

/// `1 / (1 + exp(-x))`.
pub(crate) fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
}

impl<T: Real> Tape<'_, T> {
    /// The mean over all rows of the binary cross-entropy of logits against answers, each with its
    /// weight.
    pub fn cross_entropy_of_logits(
        &mut self,
        logits: &Tensor<T>,
        answers: &[bool],
        weight: impl Fn(usize) -> f64,
    ) -> f64 {
        let logits = self.materialise(logits);
        let values = logits.rows.values();
        let n = values.len().max(1) as f64;
        let (mut loss, mut gradient) = (0.0, Vec::new());
        for (row, (logit, &answer)) in values.iter().zip(answers).enumerate() {
            let (x, y, weight) = (logit.to_f64(), f64::from(u8::from(answer)), weight(row));
            // log(1 + exp(-|x|)) does not overflow.
            loss += weight * (x.max(0.0) - x * y + (-x.abs()).exp().ln_1p()) / n;
            if self.is_training() {
                gradient.push(T::of(weight * (sigmoid(x) - y) / n));
            }
        }
        self.record_loss(move |gradients| gradients.add(logits.node, gradient));
        loss
    }

    /// One minus the soft Dice coefficient of logits and answers (Milletari et al., 2016).
    pub fn dice_loss(&mut self, logits: &Tensor<T>, answers: &[bool]) -> f64 {
        let logits = self.materialise(logits);
        let chances: Vec<f64> = logits.rows.values().iter().map(|x| sigmoid(x.to_f64())).collect();
        let answers: Vec<f64> = answers.iter().map(|&answer| f64::from(u8::from(answer))).collect();
        let both: f64 = chances.iter().zip(&answers).map(|(p, y)| p * y).sum();
        let sizes: f64 = chances.iter().sum::<f64>() + answers.iter().sum::<f64>();
        let (top, bottom) = (2.0 * both + SMOOTH, sizes + SMOOTH);
        let gradient = move |(p, y): (f64, f64)| {
            T::of(-p * (1.0 - p) * (2.0 * y * bottom - top) / (bottom * bottom))
        };
        self.record_loss(move |gradients| {
            let gradient = chances.into_iter().zip(answers).map(gradient).collect();
            gradients.add(logits.node, gradient);
        });
        1.0 - top / bottom
    }

    /// The mean over all rows of the cross-entropy of the softmax of a row against its class.
    pub fn class_loss(&mut self, logits: &Tensor<T>, classes: &[usize]) -> f64 {
        let logits = self.materialise(logits);
        let (width, n) = (logits.width(), classes.len().max(1) as f64);
        let mut gradient = Vec::with_capacity(logits.rows.values().len());
        let mut loss = 0.0;
        for (row, &class) in logits.rows.values().chunks_exact(width).zip(classes) {
            let chances = softmax(row);
            loss -= chances[class].ln() / n;
            let is = |channel: usize| f64::from(u8::from(channel == class));
            gradient.extend(chances.iter().enumerate().map(|(c, p)| T::of((p - is(c)) / n)));
        }
        self.record_loss(move |gradients| gradients.add(logits.node, gradient));
        loss
    }

    /// The mean over all numbers of the squared difference to a target.
    pub fn squared_loss(&mut self, x: &Tensor<T>, target: &[T]) -> f64 {
        let x = self.materialise(x);
        let n = target.len().max(1) as f64;
        let (mut sum, mut gradient) = (0.0, Vec::new());
        for (value, target) in x.rows.values().iter().zip(target) {
            let difference = value.to_f64() - target.to_f64();
            sum += difference * difference;
            if self.is_training() {
                gradient.push(T::of(2.0 * difference / n));
            }
        }
        self.record_loss(move |gradients| gradients.add(x.node, gradient));
        sum / n
    }
}

fn softmax<T: Real>(row: &[T]) -> Vec<f64> {
    let largest = row.iter().map(|x| x.to_f64()).fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = row.iter().map(|x| (x.to_f64() - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
