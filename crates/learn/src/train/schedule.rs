/// How the rate of learning changes over a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// The same all the time.
    Constant,
    /// Rises evenly for some steps, then falls to nothing as half a cosine (Loshchilov and Hutter, 2017).
    Cosine {
        /// Steps of rising.
        warm_up: u64,
        /// Steps of the run.
        n_steps: u64,
    },
    /// Takes a share of the rate after each so many steps.
    Steps {
        /// Steps at one rate.
        every: u64,
        /// What remains of the rate.
        factor: f64,
    },
}

impl Schedule {
    /// What the rate is multiplied by at a step, counted from 0.
    pub fn factor(self, step: u64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Cosine { warm_up, .. } if step < warm_up => (step + 1) as f64 / warm_up as f64,
            Self::Cosine { warm_up, n_steps } => {
                let all = n_steps.saturating_sub(warm_up).max(1) as f64;
                let done = ((step - warm_up) as f64 / all).min(1.0);
                0.5 * (1.0 + (std::f64::consts::PI * done).cos())
            }
            Self::Steps { every, factor } => {
                (0..step / every.max(1)).fold(1.0, |rate, _| rate * factor)
            }
        }
    }
}
