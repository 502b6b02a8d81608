use crate::Real;

/// Number of a parameter within its [`Parameters`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterId(pub(crate) usize);

/// What a parameter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Learned by its gradient.
    Weight,
    /// Kept beside: running means and variances.
    Statistic,
}

/// Numbers that a network has learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter<T> {
    /// The name that the twin in PyTorch gives it, such as `enc_block_s1.0.kernel`.
    pub name: String,
    /// Sizes, slowest first; a kernel has taps, channels in, channels out.
    pub shape: Vec<usize>,
    /// The numbers, last index fastest.
    pub values: Vec<T>,
    /// What it is for.
    pub role: Role,
}

/// All that a network has learned, in the order in which it was built.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parameters<T> {
    entries: Vec<Parameter<T>>,
}

impl<T: Real> Parameters<T> {
    /// None yet.
    pub fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Adds a parameter.
    pub fn add(&mut self, parameter: Parameter<T>) -> ParameterId {
        debug_assert_eq!(parameter.values.len(), parameter.shape.iter().product::<usize>());
        self.entries.push(parameter);
        ParameterId(self.entries.len() - 1)
    }

    /// A parameter.
    pub fn get(&self, id: ParameterId) -> &Parameter<T> {
        &self.entries[id.0]
    }

    /// The numbers of a parameter.
    pub fn values_mut(&mut self, id: ParameterId) -> &mut [T] {
        &mut self.entries[id.0].values
    }

    /// The parameters in order.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter<T>> {
        self.entries.iter()
    }

    /// The parameters in order, their numbers to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Parameter<T>> {
        self.entries.iter_mut()
    }

    /// How many numbers are learned; running statistics do not count.
    pub fn n_weights(&self) -> usize {
        let weights = self.iter().filter(|parameter| parameter.role == Role::Weight);
        weights.map(|parameter| parameter.values.len()).sum()
    }

    /// The same numbers as another kind.
    pub fn cast<U: Real>(&self) -> Parameters<U> {
        let cast = |parameter: &Parameter<T>| Parameter {
            name: parameter.name.clone(),
            shape: parameter.shape.clone(),
            values: parameter.values.iter().map(|value| U::of(value.to_f64())).collect(),
            role: parameter.role,
        };
        Parameters { entries: self.iter().map(cast).collect() }
    }
}
