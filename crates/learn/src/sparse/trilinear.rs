use crate::Real;

/// Values at finer voxels between those at the middles of coarse ones, linear along each axis.
#[derive(Debug, Clone)]
pub struct Trilinear<T> {
    /// For each finer voxel of a coarse one along an axis: between which of three coarse voxels it lies, of
    /// which it belongs to the middle one, by the first of two, and what both count for.
    taps: Vec<(usize, [T; 2])>,
}

impl<T: Real> Trilinear<T> {
    /// Between coarse voxels that have so many finer ones along each axis.
    pub fn new(factor: u32) -> Self {
        let taps = (0..factor).map(|finer| {
            let offset = (f64::from(finer) + 0.5) / f64::from(factor) - 0.5;
            let (first, second) = if offset < 0.0 { (0, 1.0 + offset) } else { (1, offset) };
            (first, [T::of(1.0 - second), T::of(second)])
        });
        Self { taps: taps.collect() }
    }

    /// The value at a finer voxel, which is counted from its coarse voxel's corner; `around` are the values of
    /// that one and its neighbours, x fastest.
    pub fn at(&self, around: &[T; 27], finer: [u32; 3]) -> T {
        let [x, y, z] = finer.map(|at| self.taps[at as usize]);
        let mut value = T::ZERO;
        for (dz, of_z) in z.1.into_iter().enumerate() {
            for (dy, of_y) in y.1.into_iter().enumerate() {
                let first = x.0 + 3 * (y.0 + dy) + 9 * (z.0 + dz);
                value += of_z * of_y * (x.1[0] * around[first] + x.1[1] * around[first + 1]);
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_field_is_exact() {
        let around: [f64; 27] = std::array::from_fn(|n| {
            2.0 * (n % 3) as f64 - (n / 3 % 3) as f64 + 0.5 * (n / 9) as f64
        });
        for factor in [1, 2, 4, 8] {
            let trilinear = Trilinear::new(factor);
            for finer in [[0, 0, 0], [factor - 1, 0, factor / 2], [factor / 2, factor - 1, 0]] {
                let [x, y, z] = finer.map(|at| (f64::from(at) + 0.5) / f64::from(factor) + 0.5);
                let expected = 2.0 * x - y + 0.5 * z;
                assert!(
                    (trilinear.at(&around, finer) - expected).abs() < 1e-12,
                    "{finer:?} of {factor}"
                );
            }
        }
    }
}
