use std::sync::Arc;

use crate::parameters::{ParameterId, Parameters};
use crate::rows::{Rows, Tensor};
use crate::{Real, SparseGrid};

/// How to go back over one operator.
type Step<'p, T> = Box<dyn FnOnce(&mut Gradients<T>) + 'p>;

/// Runs operators, and notes how to go back over them.
///
/// A step holds exactly the rows that its gradient needs, and lets them go when it is done.
/// A tape that only infers notes nothing: rows live as long as the caller's tensors do.
pub struct Tape<'p, T> {
    parameters: &'p Parameters<T>,
    steps: Vec<Step<'p, T>>,
    n_nodes: usize,
    records: bool,
    statistics: Vec<(ParameterId, Vec<T>)>,
}

/// Gradients on their way back.
pub struct Gradients<T> {
    nodes: Vec<Option<Vec<T>>>,
    parameters: Vec<Vec<T>>,
}

impl<T> std::fmt::Debug for Tape<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tape of {} steps", self.steps.len())
    }
}

impl<'p, T: Real> Tape<'p, T> {
    /// A tape to train with.
    pub fn train(parameters: &'p Parameters<T>) -> Self {
        Self { parameters, steps: Vec::new(), n_nodes: 0, records: true, statistics: Vec::new() }
    }

    /// A tape to infer with.
    pub fn infer(parameters: &'p Parameters<T>) -> Self {
        Self { records: false, ..Self::train(parameters) }
    }

    /// Whether this tape is for training.
    pub fn is_training(&self) -> bool {
        self.records
    }

    pub(crate) fn parameters(&self) -> &'p Parameters<T> {
        self.parameters
    }

    pub(crate) fn weights(&self, id: ParameterId) -> &'p [T] {
        &self.parameters.get(id).values
    }

    /// Features given from outside, with respect to which the gradient is wanted too: see
    /// [`Gradients::of`].
    pub fn variable(&mut self, x: Tensor<T>) -> Tensor<T> {
        let node = self.n_nodes;
        self.n_nodes += 1;
        Tensor { node: Some(node), ..x }
    }

    /// Notes how to go back over an operator, given the gradient with respect to its output.
    pub(crate) fn record(
        &mut self,
        back: impl FnOnce(Vec<T>, &mut Gradients<T>) + 'p,
    ) -> Option<usize> {
        if !self.records {
            return None;
        }
        let node = self.n_nodes;
        self.n_nodes += 1;
        // What nothing depends on has no gradient, and nothing goes back from it.
        let step = move |gradients: &mut Gradients<T>| {
            if let Some(gradient) = gradients.nodes[node].take() {
                back(gradient, gradients);
            }
        };
        self.steps.push(Box::new(step));
        Some(node)
    }

    /// Notes the end of a way: a loss, from which gradients start.
    pub(crate) fn record_loss(&mut self, back: impl FnOnce(&mut Gradients<T>) + 'p) {
        if self.records {
            self.steps.push(Box::new(back));
        }
    }

    /// Notes what a running statistic is to become.
    pub(crate) fn update(&mut self, id: ParameterId, values: Vec<T>) {
        self.statistics.push((id, values));
    }

    /// Goes back: the gradients of all losses together, and the running statistics as they are now.
    pub fn backward(self) -> (Gradients<T>, Vec<(ParameterId, Vec<T>)>) {
        let parameters = self.parameters.iter().map(|_| Vec::new()).collect();
        let nodes = (0..self.n_nodes).map(|_| None).collect();
        let mut gradients = Gradients { nodes, parameters };
        let mut steps = self.steps;
        while let Some(step) = steps.pop() {
            step(&mut gradients);
        }
        (gradients, self.statistics)
    }

    pub(crate) fn tensor(
        grid: Arc<SparseGrid>,
        width: usize,
        values: Vec<T>,
        node: Option<usize>,
    ) -> Tensor<T> {
        debug_assert_eq!(grid.n_rows() * width, values.len());
        let rows = Rows::new(width, values).unwrap_or_else(|| Rows::filled(width, 0, T::ZERO));
        Tensor { grid, rows: Arc::new(rows), on_load: None, node }
    }
}

impl<T: Real> Gradients<T> {
    /// The gradient with respect to a variable's features; none if no loss depends on it.
    pub fn of(&self, x: &Tensor<T>) -> Option<&[T]> {
        self.nodes.get(x.node?)?.as_deref()
    }

    /// The gradient with respect to a parameter; empty if no loss depends on it.
    pub fn of_parameter(&self, id: ParameterId) -> &[T] {
        &self.parameters[id.0]
    }

    /// The gradients with respect to all parameters, in their order; empty ones as above.
    pub fn into_parameters(self) -> Vec<Vec<T>> {
        self.parameters
    }

    /// Adds to the gradient with respect to a node, if there is one.
    pub(crate) fn add(&mut self, node: Option<usize>, gradient: Vec<T>) {
        let Some(node) = node else { return };
        match &mut self.nodes[node] {
            Some(sum) => sum.iter_mut().zip(&gradient).for_each(|(sum, &value)| *sum += value),
            empty => *empty = Some(gradient),
        }
    }

    pub(crate) fn add_parameter(&mut self, id: ParameterId, gradient: Vec<T>) {
        let sum = &mut self.parameters[id.0];
        if sum.is_empty() {
            *sum = gradient;
        } else {
            sum.iter_mut().zip(&gradient).for_each(|(sum, &value)| *sum += value);
        }
    }
}
