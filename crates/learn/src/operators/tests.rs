use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Convolution, Norm};
use crate::sparse::Voxel;
use crate::{Parameter, ParameterId, Parameters, Real, Role, Rows, SparseGrid, Tensor};

mod dense;
mod gradients;
mod pairs;
mod threads;
mod winograd;

/// Numbers that repeat, between -1 and 1.
#[derive(Debug, Clone)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    fn numbers<T: Real>(&mut self, n: usize) -> Vec<T> {
        (0..n).map(|_| T::of(self.next())).collect()
    }

    /// Voxels of a box across leaves of two volumes, of which about one in `one_in` is there.
    fn grid(&mut self, one_in: u32) -> Arc<SparseGrid> {
        let places = (0..2)
            .flat_map(|batch| (0..2000).map(move |n| (batch, [n % 12, n / 12 % 12, n / 144])));
        let voxels = places.map(|(batch, place)| Voxel { batch, place: place.map(|c| c + 2) });
        let there = voxels.filter(|_| (self.next() + 1.0) * f64::from(one_in) < 2.0);
        Arc::new(SparseGrid::from_voxels(there).unwrap())
    }

    fn tensor<T: Real>(&mut self, grid: &Arc<SparseGrid>, width: usize) -> Tensor<T> {
        let rows = Rows::new(width, self.numbers(width * grid.n_rows())).unwrap();
        Tensor::new(grid.clone(), rows).unwrap()
    }

    fn parameter<T: Real>(
        &mut self,
        parameters: &mut Parameters<T>,
        shape: &[usize],
    ) -> ParameterId {
        let values = self.numbers(shape.iter().product());
        let name = "weight".to_owned();
        parameters.add(Parameter { name, shape: shape.to_vec(), values, role: Role::Weight })
    }

    fn convolution<T: Real>(
        &mut self,
        parameters: &mut Parameters<T>,
        shape: [usize; 3],
    ) -> Convolution {
        let kernel = self.parameter(parameters, &shape);
        Convolution { kernel, bias: Some(self.parameter(parameters, &shape[2..])) }
    }

    fn norm<T: Real>(&mut self, parameters: &mut Parameters<T>, width: usize) -> Norm {
        let mut add = |shift: f64| {
            let id = self.parameter(parameters, &[width]);
            parameters.values_mut(id).iter_mut().for_each(|value| *value += T::of(shift));
            id
        };
        Norm { weight: add(0.0), bias: add(0.0), running_mean: add(0.0), running_var: add(2.0) }
    }
}

/// Features by place: the plain way to hold them.
type Dense = BTreeMap<(u32, [i64; 3]), Vec<f64>>;

fn dense<T: Real>(x: &Tensor<T>) -> Dense {
    let rows = x.features();
    let rows =
        rows.values().chunks_exact(x.width()).map(|row| row.iter().map(|x| x.to_f64()).collect());
    x.grid().voxels().map(|voxel| (voxel.batch, voxel.place.map(i64::from))).zip(rows).collect()
}

fn assert_close(a: &Dense, b: &Dense, tolerance: f64) {
    assert!(a.keys().eq(b.keys()), "voxels differ: {} and {}", a.len(), b.len());
    for ((voxel, a), b) in a.iter().zip(b.values()) {
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "at {voxel:?}: {a} and {b}");
        }
    }
}
