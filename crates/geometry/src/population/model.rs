//! The mean of a population and its modes: principal components of the positions of all vertices.

use medshape_types::Mesh;
use rayon::prelude::*;

use super::procrustes::mean_of;
use crate::numbers::symmetric::eigen;

/// A statistical shape model.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeModel {
    // Invariant: the mean and each mode have as many entries as the faces name vertices.
    mean: Mesh,
    modes: Vec<Mode>,
    n_members: usize,
}

/// One way in which the members of a population differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Mode {
    /// Variance along the mode: the sum over all vertices, in mm².
    pub variance_mm2: f64,
    /// Its share of the variance of the whole population.
    pub explained: f64,
    /// How far each vertex moves for one standard deviation.
    pub step_mm: Vec<[f32; 3]>,
}

impl ShapeModel {
    /// The model of shapes with the same vertices, already
    /// [superimposed](super::procrustes::superimposed); at least two, with the faces of all.
    ///
    /// One mode less than there are shapes, and fewer if they differ in fewer ways. The modes are
    /// those of the shapes' products with each other, of which there are few (the snapshots of
    /// Sirovich, 1987): O(n² · vertices + n³). `None` if the shapes and the faces do not fit.
    ///
    /// ```
    /// use medshape_geometry::population::model::ShapeModel;
    ///
    /// let triangle = |height: f32| vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, height, 0.0]];
    /// let shapes = [1.0, 2.0, 3.0].map(triangle);
    /// let model = ShapeModel::new(&[[0, 1, 2]], &shapes).unwrap();
    /// assert_eq!(model.mean().positions()[2], [0.0, 2.0, 0.0]);
    /// assert_eq!(model.modes().len(), 1);
    /// assert!((model.modes()[0].variance_mm2 - 1.0).abs() < 1e-6);
    /// ```
    pub fn new(faces: &[[u32; 3]], shapes: &[Vec<[f32; 3]>]) -> Option<Self> {
        let n = shapes.len();
        let is_alike = shapes.windows(2).all(|pair| pair[0].len() == pair[1].len());
        if n < 2 || !is_alike {
            return None;
        }
        let mean = Mesh::new(mean_of(shapes), faces.to_vec()).ok()?;
        let differences: Vec<Vec<f64>> =
            shapes.iter().map(|shape| difference(shape, &mean)).collect();
        let found = eigen(products(&differences));
        let total: f64 = found.values.iter().map(|value| value.max(0.0)).sum();
        let is_real = |value: f64| value > 1e-10 * total;
        let modes =
            found.values.iter().zip(&found.vectors).take_while(|(value, _)| is_real(**value));
        let modes = modes.map(|(&value, vector)| Mode {
            variance_mm2: value / (n - 1) as f64,
            explained: value / total,
            step_mm: step(&differences, vector, n),
        });
        let modes = modes.collect();
        Some(Self { mean, modes, n_members: n })
    }

    /// The mean shape.
    pub fn mean(&self) -> &Mesh {
        &self.mean
    }

    /// The modes, from the one that explains most.
    pub fn modes(&self) -> &[Mode] {
        &self.modes
    }

    /// How many shapes it was made of.
    pub fn n_members(&self) -> usize {
        self.n_members
    }

    /// How many modes are needed to explain a share of the variance: how compact the model is.
    pub fn n_modes_for(&self, share: f64) -> usize {
        let mut explained = 0.0;
        let needed = self.modes.iter().position(|mode| {
            explained += mode.explained;
            explained >= share
        });
        needed.map_or(self.modes.len(), |last| last + 1)
    }

    /// The shape that lies `coefficients` standard deviations along the modes; those that are not
    /// given are zero.
    pub fn shape(&self, coefficients_sd: &[f64]) -> Mesh {
        let (mut positions, faces) = self.mean.clone().into_parts();
        for (mode, &coefficient) in self.modes.iter().zip(coefficients_sd) {
            for (position, step) in positions.iter_mut().zip(&mode.step_mm) {
                for (value, step) in position.iter_mut().zip(step) {
                    *value = (f64::from(*value) + coefficient * f64::from(*step)) as f32;
                }
            }
        }
        Mesh::new(positions, faces).unwrap_or_else(|_| self.mean.clone())
    }

    /// Where a superimposed shape lies along each mode, in standard deviations; what
    /// [`shape`](Self::shape) makes of it is the nearest shape that the model knows. `None` if it
    /// has another number of vertices.
    pub fn coefficients_sd(&self, positions: &[[f32; 3]]) -> Option<Vec<f64>> {
        if positions.len() != self.mean.positions().len() {
            return None;
        }
        let difference = difference(positions, &self.mean);
        let along = |mode: &Mode| {
            let steps = mode.step_mm.as_flattened().iter().map(|&step| f64::from(step));
            let product: f64 = difference.iter().zip(steps).map(|(a, b)| a * b).sum();
            product / mode.variance_mm2
        };
        Some(self.modes.iter().map(along).collect())
    }
}

fn difference(positions: &[[f32; 3]], mean: &Mesh) -> Vec<f64> {
    let pairs = positions.as_flattened().iter().zip(mean.positions().as_flattened());
    pairs.map(|(&value, &mean)| f64::from(value) - f64::from(mean)).collect()
}

/// Each difference times each other one.
fn products(differences: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let row = |a: &Vec<f64>| differences.iter().map(|b| product(a, b)).collect();
    differences.par_iter().map(row).collect()
}

/// The sum of the differences, each as the vector says, brought to one standard deviation.
fn step(differences: &[Vec<f64>], vector: &[f64], n: usize) -> Vec<[f32; 3]> {
    let scale = 1.0 / ((n - 1) as f64).sqrt();
    let mut sum = vec![0.0; differences.first().map_or(0, Vec::len)];
    for (difference, &weight) in differences.iter().zip(vector) {
        for (sum, value) in sum.iter_mut().zip(difference) {
            *sum += scale * weight * value;
        }
    }
    sum.as_chunks::<3>().0.iter().map(|step| step.map(|value| value as f32)).collect()
}

#[cfg(test)]
mod tests;
