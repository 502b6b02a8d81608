//! Numbers on three axes in the order of nnU-Net: axis 0 is the slowest, axis 2 the fastest.
//!
//! Images of files have x fastest, so their axes are (z, y, x) here, as SimpleITK gives them to NumPy.

use medshape_geometry::voxels::resize::{Order, resized};
use rayon::prelude::*;

/// How many numbers there are along each axis, the slowest first.
pub type Shape = [usize; 3];

/// One number a place, axis 2 fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<T> {
    // Invariant: the product of `shape` is the number of values.
    shape: Shape,
    values: Vec<T>,
}

/// From one place to another along each axis: a box that is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first place.
    pub first: Shape,
    /// How many there are.
    pub shape: Shape,
}

impl<T: Copy + Default + Send + Sync> Array<T> {
    /// Values of this shape, or `None` if there are more or fewer of them.
    pub fn new(shape: Shape, values: Vec<T>) -> Option<Self> {
        (shape.iter().product::<usize>() == values.len()).then_some(Self { shape, values })
    }

    /// The same value everywhere.
    pub fn filled(shape: Shape, value: T) -> Self {
        Self { shape, values: vec![value; shape.iter().product()] }
    }

    /// How many values there are along each axis.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The values, axis 2 fastest.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// The values alone.
    pub fn into_values(self) -> Vec<T> {
        self.values
    }

    /// The array with its axes in another order: axis `a` of the new one is axis `axes[a]` of this one.
    pub fn transposed(self, axes: [usize; 3]) -> Self {
        if axes == [0, 1, 2] {
            return self;
        }
        let stride = [self.shape[1] * self.shape[2], self.shape[2], 1];
        let shape = axes.map(|axis| self.shape[axis]);
        let step = axes.map(|axis| stride[axis]);
        let mut values = Vec::with_capacity(self.values.len());
        for i in 0..shape[0] {
            for j in 0..shape[1] {
                let row = i * step[0] + j * step[1];
                values.extend((0..shape[2]).map(|k| self.values[row + k * step[2]]));
            }
        }
        Self { shape, values }
    }

    /// A box of it.
    pub fn cropped(self, span: &Span) -> Self {
        if span.shape == self.shape {
            return self;
        }
        let mut values = Vec::with_capacity(span.shape.iter().product());
        for i in span.first[0]..span.first[0] + span.shape[0] {
            for j in span.first[1]..span.first[1] + span.shape[1] {
                let row = (i * self.shape[1] + j) * self.shape[2] + span.first[2];
                values.extend_from_slice(&self.values[row..row + span.shape[2]]);
            }
        }
        Self { shape: span.shape, values }
    }

    /// An array of `shape` with this one in a box of it, and zero around.
    pub fn placed(self, span: &Span, shape: Shape) -> Self {
        if shape == self.shape {
            return self;
        }
        let mut whole = Self::filled(shape, T::default());
        let rows = self.values.chunks_exact(span.shape[2].max(1)).enumerate();
        for (at, row) in rows {
            let i = at / span.shape[1] + span.first[0];
            let j = at % span.shape[1] + span.first[1];
            let start = (i * shape[1] + j) * shape[2] + span.first[2];
            whole.values[start..start + row.len()].copy_from_slice(row);
        }
        whole
    }
}

/// How nnU-Net brings values to another shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resampling {
    /// Along all axes but the one with the largest spacing, where that one is treated apart.
    pub order: Order,
    /// Along that one.
    pub order_apart: Order,
    /// Whether the axis with the largest spacing is treated apart: `None` where it is more than
    /// three times the smallest.
    pub apart: Option<bool>,
}

impl Array<f32> {
    /// The values over the same box at another shape, as nnU-Net's `resample_data_or_seg_to_shape`.
    ///
    /// Splines overshoot; what they give is clipped to the range of what there was, in each slice by
    /// itself where slices are treated apart.
    pub fn resampled(
        self,
        shape: Shape,
        by: &Resampling,
        spacing_mm: [f64; 3],
        new_spacing_mm: [f64; 3],
    ) -> Self {
        if shape == self.shape {
            return self;
        }
        let Some(axis) = axis_apart(by.apart, spacing_mm, new_spacing_mm) else {
            let mut new = self.resized(shape, by.order);
            if by.order == Order::Cubic {
                new.clip(range(&self.values));
            }
            return new;
        };
        let mut in_plane = shape;
        in_plane[axis] = self.shape[axis];
        let mut slices = self.resized(in_plane, by.order);
        if by.order == Order::Cubic {
            slices.clip_slices(&self, axis);
        }
        slices.resized(shape, by.order_apart)
    }

    fn resized(&self, shape: Shape, order: Order) -> Self {
        let reversed = |[i, j, k]: Shape| [k, j, i];
        let values = resized(&self.values, reversed(self.shape), reversed(shape), [order; 3]);
        Self { shape, values }
    }

    fn clip(&mut self, (low, high): (f32, f32)) {
        self.values.par_iter_mut().for_each(|value| *value = value.clamp(low, high));
    }

    /// Clips each slice to the range of the one that it was made of; there are as many of both.
    fn clip_slices(&mut self, old: &Self, axis: usize) {
        let n_slices = old.shape[axis];
        let ranges: Vec<(f32, f32)> = (0..n_slices).map(|at| old.slice_range(axis, at)).collect();
        let inner: usize = self.shape[axis + 1..].iter().product();
        self.values.par_chunks_mut(inner).enumerate().for_each(|(at, values)| {
            let (low, high) = ranges[at % n_slices];
            values.iter_mut().for_each(|value| *value = value.clamp(low, high));
        });
    }

    fn slice_range(&self, axis: usize, at: usize) -> (f32, f32) {
        let inner: usize = self.shape[axis + 1..].iter().product();
        let parts = self.values.chunks_exact(inner).skip(at).step_by(self.shape[axis]);
        parts.map(range).fold((f32::MAX, f32::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

/// The least and the largest of some values.
pub(crate) fn range(values: &[f32]) -> (f32, f32) {
    values
        .iter()
        .fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// The axis that is treated apart, if any: the one with the largest spacing, where no other has it too.
fn axis_apart(wanted: Option<bool>, old_mm: [f64; 3], new_mm: [f64; 3]) -> Option<usize> {
    const ANISOTROPIC: f64 = 3.0;
    let largest = |mm: [f64; 3]| mm.into_iter().fold(0.0, f64::max);
    let least = |mm: [f64; 3]| mm.into_iter().fold(f64::MAX, f64::min);
    let is_anisotropic = |mm: [f64; 3]| largest(mm) / least(mm) > ANISOTROPIC;
    let coarse = match wanted {
        Some(true) => old_mm,
        Some(false) => return None,
        None if is_anisotropic(old_mm) => old_mm,
        None if is_anisotropic(new_mm) => new_mm,
        None => return None,
    };
    let mut axes = (0..3).filter(|&axis| largest(coarse) / coarse[axis] == 1.0);
    axes.next().filter(|_| axes.next().is_none())
}

#[cfg(test)]
mod tests;
