use crate::{Parameters, Real, Role};

/// How Adam steps. The defaults are PyTorch's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamOptions {
    /// Shares of the old in the means of gradients and of their squares.
    pub betas: [f64; 2],
    /// Added to the root of the mean square.
    pub epsilon: f64,
    /// Takes the largest mean square so far (Reddi, Kale and Kumar, 2018).
    pub amsgrad: bool,
    /// Share of each weight that a step at rate 1 takes away beside the gradient (Loshchilov and
    /// Hutter, 2019); 0 is plain Adam.
    pub weight_decay: f64,
}

impl Default for AdamOptions {
    fn default() -> Self {
        Self { betas: [0.9, 0.999], epsilon: 1e-8, amsgrad: false, weight_decay: 0.0 }
    }
}

/// Adam (Kingma and Ba, 2015) and, with weight decay, `AdamW`.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam<T> {
    pub(super) options: AdamOptions,
    pub(super) n_steps: u64,
    pub(super) moments: Vec<Moments<T>>,
}

/// What is remembered of a parameter's gradients; empty until it had one.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Moments<T> {
    pub(super) mean: Vec<T>,
    pub(super) square: Vec<T>,
    pub(super) largest: Vec<T>,
}

impl<T: Real> Adam<T> {
    /// An optimiser that has not stepped yet.
    pub fn new(parameters: &Parameters<T>, options: AdamOptions) -> Self {
        let moments =
            parameters.iter().map(|_| Moments { mean: vec![], square: vec![], largest: vec![] });
        Self { options, n_steps: 0, moments: moments.collect() }
    }

    /// Moves the parameters against their gradients; those without one stay as they are.
    pub fn step(&mut self, parameters: &mut Parameters<T>, gradients: &[Vec<T>], rate: f64) {
        self.n_steps += 1;
        let weights = parameters.iter_mut().zip(gradients).zip(&mut self.moments);
        let weights = weights.filter(|((parameter, gradient), _)| {
            parameter.role == Role::Weight && !gradient.is_empty()
        });
        for ((parameter, gradient), moments) in weights {
            moments.make_room(gradient.len(), self.options.amsgrad);
            step(&mut parameter.values, gradient, moments, &self.options, (self.n_steps, rate));
        }
    }
}

impl<T: Real> Moments<T> {
    fn make_room(&mut self, n: usize, amsgrad: bool) {
        self.mean.resize(n, T::ZERO);
        self.square.resize(n, T::ZERO);
        self.largest.resize(if amsgrad { n } else { 0 }, T::ZERO);
    }
}

fn step<T: Real>(
    weights: &mut [T],
    gradient: &[T],
    moments: &mut Moments<T>,
    options: &AdamOptions,
    (n_steps, rate): (u64, f64),
) {
    let [beta_mean, beta_square] = options.betas.map(T::of);
    // Powers by multiplication: `powf` is not rounded alike everywhere.
    let unbiased = options.betas.map(|beta| 1.0 - power(beta, n_steps));
    let size = T::of(rate / unbiased[0]);
    let root = T::of(1.0 / unbiased[1].sqrt());
    let (decay, epsilon) = (T::of(1.0 - rate * options.weight_decay), T::of(options.epsilon));
    for (index, (weight, &gradient)) in weights.iter_mut().zip(gradient).enumerate() {
        let (mean, square) = (&mut moments.mean[index], &mut moments.square[index]);
        *mean = beta_mean * *mean + (T::ONE - beta_mean) * gradient;
        *square = beta_square * *square + (T::ONE - beta_square) * gradient * gradient;
        let mut scale = *square;
        if let Some(largest) = moments.largest.get_mut(index) {
            *largest = largest.max(*square);
            scale = *largest;
        }
        *weight = decay * *weight - size * *mean / (scale.sqrt() * root + epsilon);
    }
}

fn power(base: f64, mut exponent: u64) -> f64 {
    let (mut result, mut square) = (1.0, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= square;
        }
        square *= square;
        exponent >>= 1;
    }
    result
}
