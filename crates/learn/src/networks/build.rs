use crate::operators::{Convolution, Norm};
use crate::{Parameter, Parameters, Random, Real, Role};

/// Builds the parameters of a network, one layer after another.
pub(super) struct Build<T> {
    pub(super) parameters: Parameters<T>,
    random: Random,
}

impl<T: Real> Build<T> {
    pub(super) fn new(seed: u64) -> Self {
        Self { parameters: Parameters::new(), random: Random::new(seed) }
    }

    /// A kernel of taps, channels in and channels out. Outputs have the variance of inputs before a
    /// rectifier halves it (He et al., 2015); `taps_in` of the taps meet an output.
    pub(super) fn kernel(&mut self, name: &str, shape: [usize; 3], taps_in: usize) -> Convolution {
        let deviation = (2.0 / (taps_in * shape[1]) as f64).sqrt();
        let n = shape.iter().product();
        let values = (0..n).map(|_| T::of(deviation * self.random.normal())).collect();
        let name = format!("{name}.kernel");
        let kernel = Parameter { name, shape: shape.to_vec(), values, role: Role::Weight };
        Convolution { kernel: self.parameters.add(kernel), bias: None }
    }

    /// The same with a bias, which begins at zero.
    pub(super) fn kernel_and_bias(
        &mut self,
        name: &str,
        shape: [usize; 3],
        taps_in: usize,
    ) -> Convolution {
        let layer = self.kernel(name, shape, taps_in);
        let bias = self.filled(format!("{name}.bias"), vec![1, shape[2]], 0.0, Role::Weight);
        Convolution { bias: Some(bias), ..layer }
    }

    /// A normalisation that leaves what is normal.
    pub(super) fn norm(&mut self, name: &str, width: usize) -> Norm {
        let mut add = |what: &str, value, role| {
            self.filled(format!("{name}.bn.{what}"), vec![width], value, role)
        };
        Norm {
            weight: add("weight", 1.0, Role::Weight),
            bias: add("bias", 0.0, Role::Weight),
            running_mean: add("running_mean", 0.0, Role::Statistic),
            running_var: add("running_var", 1.0, Role::Statistic),
        }
    }

    fn filled(
        &mut self,
        name: String,
        shape: Vec<usize>,
        value: f64,
        role: Role,
    ) -> crate::ParameterId {
        let values = vec![T::of(value); shape.iter().product()];
        self.parameters.add(Parameter { name, shape, values, role })
    }
}
