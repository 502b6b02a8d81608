use std::sync::Arc;

use super::geometry::{Finer, Geometry};
use super::sums::column_sums;
use super::table::{Table, reached};
use crate::kernels::Weights;
use crate::parameters::ParameterId;
use crate::rows::{Source, Tensor};
use crate::{Gradients, Real, SparseGrid, Tape};

/// The weights of a convolution.
#[derive(Debug, Clone, Copy)]
pub struct Convolution {
    /// A matrix for each tap: taps, channels in, channels out.
    pub kernel: ParameterId,
    /// A number for each channel out.
    pub bias: Option<ParameterId>,
}

/// Shape of a strided kernel that is no 2³ with stride 2.
#[derive(Debug, Clone, Copy)]
pub struct Stride {
    /// Taps along an edge; at most 4.
    pub edge: u32,
    /// From the place of an output to that of the next.
    pub stride: u32,
    /// How far before its place a kernel begins.
    pub pad: u32,
}

impl<T: Real> Tape<'_, T> {
    /// 3×3×3, on the same voxels (submanifold).
    pub fn convolve(&mut self, x: &Tensor<T>, layer: Convolution) -> Tensor<T> {
        let geometry = Geometry::Submanifold(x.grid.clone());
        self.run(x, geometry, x.grid.clone(), layer)
    }

    /// 2×2×2 with stride 2, to the coarser voxels.
    pub fn down(&mut self, x: &Tensor<T>, layer: Convolution) -> Tensor<T> {
        let geometry = Geometry::Down(Finer::new(x.grid.clone()));
        self.run(x, geometry, Arc::new(x.grid.coarsen()), layer)
    }

    /// Transposed 2×2×2 with stride 2, to all eight finer voxels of each (generative).
    pub fn up(&mut self, x: &Tensor<T>, layer: Convolution) -> Tensor<T> {
        self.up_to(x, Arc::new(x.grid.refine()), layer)
    }

    /// Transposed 2×2×2 with stride 2, to a finer grid that is known (inverse).
    ///
    /// # Panics
    /// If that grid, coarsened, is not the grid of `x`.
    pub fn up_to(&mut self, x: &Tensor<T>, fine: Arc<SparseGrid>, layer: Convolution) -> Tensor<T> {
        let geometry = Geometry::Up(Finer::new(fine.clone()));
        self.run(x, geometry, fine, layer)
    }

    /// A matrix for each voxel: 1×1×1.
    pub fn linear(&mut self, x: &Tensor<T>, layer: Convolution) -> Tensor<T> {
        self.run(x, Geometry::Each(x.grid.n_rows()), x.grid.clone(), layer)
    }

    /// A strided convolution onto a grid, by a table of indices.
    pub fn strided(
        &mut self,
        x: &Tensor<T>,
        shape: Stride,
        to: Arc<SparseGrid>,
        layer: Convolution,
    ) -> Tensor<T> {
        let table = Table::strided(&x.grid, &to, shape.edge, shape.stride, shape.pad);
        self.run(x, Geometry::Table(Arc::new(table)), to, layer)
    }

    /// A transposed strided convolution onto a grid, by a table of indices.
    pub fn spread(
        &mut self,
        x: &Tensor<T>,
        shape: Stride,
        to: Arc<SparseGrid>,
        layer: Convolution,
    ) -> Tensor<T> {
        let table = Table::spread(&x.grid, &to, shape.edge, shape.stride, shape.pad);
        self.run(x, Geometry::Table(Arc::new(table)), to, layer)
    }

    /// A transposed strided convolution onto all voxels that it reaches, by a table of indices.
    pub fn spread_all(&mut self, x: &Tensor<T>, shape: Stride, layer: Convolution) -> Tensor<T> {
        let to = reached(&x.grid, shape.edge, shape.stride);
        self.spread(x, Stride { pad: 0, ..shape }, to, layer)
    }

    /// Adds a number to each channel, if there is a bias.
    pub fn shift(&mut self, x: Tensor<T>, bias: Option<ParameterId>) -> Tensor<T> {
        let Some(bias) = bias else { return x };
        let (grid, input, width) = (x.grid.clone(), x.node, x.width());
        let mut values = x.into_features();
        add_bias(&mut values, self.weights(bias));
        let node = self.record(move |gradient, gradients| {
            gradients.add_parameter(bias, column_sums(&gradient, width));
            gradients.add(input, gradient);
        });
        Self::tensor(grid, width, values, node)
    }

    fn run(
        &mut self,
        x: &Tensor<T>,
        geometry: Geometry,
        grid: Arc<SparseGrid>,
        layer: Convolution,
    ) -> Tensor<T> {
        let layer = self.layer(layer);
        let shape = layer.shape;
        assert_eq!(shape[..2], [geometry.n_taps(), x.width()], "shape of a convolution");
        assert_eq!(geometry.n_inputs(), x.grid.n_rows(), "grids of a convolution do not fit");
        let values = layer.apply(&geometry, x.source());
        let x = x.clone();
        let node = self.record(move |gradient, gradients| {
            layer.add_gradients(&geometry, x.source(), &gradient, gradients);
            let node = x.node;
            // The input's rows may be let go before the room for its gradient is taken.
            drop(x);
            if node.is_some() {
                gradients.add(node, layer.input_gradient(&geometry, gradient));
            }
        });
        Self::tensor(grid, shape[2], values, node)
    }
}

/// A convolution with its numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'p, T> {
    ids: Convolution,
    /// Taps, channels in, channels out.
    pub(super) shape: [usize; 3],
    kernel: &'p [T],
    bias: Option<&'p [T]>,
}

impl<'p, T: Real> Tape<'p, T> {
    pub(super) fn layer(&self, ids: Convolution) -> Layer<'p, T> {
        let kernel = self.parameters().get(ids.kernel);
        let shape = [kernel.shape[0], kernel.shape[1], kernel.shape[2]];
        let bias = ids.bias.map(|bias| self.weights(bias));
        Layer { ids, shape, kernel: &kernel.values, bias }
    }
}

impl<T: Real> Layer<'_, T> {
    pub(super) fn apply(&self, geometry: &Geometry, source: Source<'_, T>) -> Vec<T> {
        let mut values = T::apply(geometry, source, &Weights::pack(self.kernel, self.shape));
        if let Some(bias) = self.bias {
            add_bias(&mut values, bias);
        }
        values
    }

    /// Adds the gradients of kernel and bias.
    pub(super) fn add_gradients(
        &self,
        geometry: &Geometry,
        source: Source<'_, T>,
        gradient: &[T],
        gradients: &mut Gradients<T>,
    ) {
        let width = self.shape[2];
        if let Some(bias) = self.ids.bias {
            gradients.add_parameter(bias, column_sums(gradient, width));
        }
        let dy = Source::plain(width, gradient);
        gradients.add_parameter(self.ids.kernel, T::weight_gradient(geometry, source, dy));
    }

    /// The gradient with respect to the input.
    pub(super) fn input_gradient(&self, geometry: &Geometry, gradient: Vec<T>) -> Vec<T> {
        let tap_of = |tap| geometry.transposed_tap(tap);
        let weights = Weights::pack_transposed(self.kernel, self.shape, tap_of);
        T::apply(&geometry.transposed(), Source::plain(self.shape[2], &gradient), &weights)
    }
}

fn add_bias<T: Real>(values: &mut [T], bias: &[T]) {
    for row in values.chunks_exact_mut(bias.len()) {
        row.iter_mut().zip(bias).for_each(|(value, &bias)| *value += bias);
    }
}
