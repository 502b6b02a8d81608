//! The lattice that vertices lie on: multiples of a power of two of a millimetre.
//!
//! Numbers of at most 24 bits times a power of two are exact as 32-bit floats, so positions survive
//! every file format bit by bit, compress well, and are equal exactly where structures touch.

use medshape_types::{Affine, Grid};

/// From corner coordinates to lattice positions in world millimetres.
pub(crate) struct Lattice {
    world_from_voxel: Affine,
    pub(crate) step_exponent: i32,
    /// A sum with this is a multiple of the step, as all numbers of its size are.
    rounder: f64,
}

impl Lattice {
    /// The coarsest lattice with at least 256 steps in the smallest distance between voxel planes.
    ///
    /// Coarser where coordinates would not fit into 24 bits otherwise: an image whose origin lies
    /// 65,536 spacings away or more.
    pub(crate) fn of(grid: &Grid) -> Self {
        let world_from_voxel = *grid.world_from_voxel();
        let mut step_exponent = floor_log2(smallest_plane_distance(&world_from_voxel) / 256.0);
        let mut farthest: f64 = 0.0;
        for end in 0..8_usize {
            let corner: [f64; 3] = std::array::from_fn(|axis| {
                if end >> axis & 1 == 1 { grid.dims()[axis] as f64 + 1.0 } else { -1.0 }
            });
            let world = world_from_voxel.apply(corner);
            farthest = world.iter().fold(farthest, |far, value| far.max(value.abs()));
        }
        let fits = |exponent: i32| farthest / exp2(exponent) < f64::from(1 << 24);
        while step_exponent < 104 && !fits(step_exponent) {
            step_exponent += 1;
        }
        Self { world_from_voxel, step_exponent, rounder: 1.5 * exp2(52 + step_exponent) }
    }

    /// World position of a point in corner coordinates (half a voxel before voxel coordinates).
    pub(crate) fn position(&self, corner: [f64; 3]) -> [f32; 3] {
        let limit = f64::from(f32::MAX);
        self.world_from_voxel.apply(corner.map(|value| value - 0.5)).map(|value| {
            // The sum has no bits left for parts of a step; 0 makes -0 plain 0.
            let rounded = (value + self.rounder) - self.rounder + 0.0;
            rounded.clamp(-limit, limit) as f32
        })
    }
}

/// For orthogonal axes the smallest spacing; less where axes are sheared.
fn smallest_plane_distance(world_from_voxel: &Affine) -> f64 {
    let rows = world_from_voxel.inverse();
    let rows = rows.rows();
    let distance = |row: &[f64; 4]| {
        let [x, y, z, _] = *row;
        1.0 / (x * x + y * y + z * z).sqrt()
    };
    rows.iter().map(distance).fold(f64::INFINITY, f64::min)
}

/// Exact, unlike the logarithm of the standard library, which differs between platforms.
fn floor_log2(value: f64) -> i32 {
    let exponent = (value.to_bits() >> 52 & 0x7ff) as i32 - 1023;
    exponent.clamp(-40, 100)
}

fn exp2(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spacing_mm: [f64; 3], origin_mm: [f64; 3], expected: i32) {
        let affine = Affine::from_spacing(spacing_mm, origin_mm).unwrap();
        let lattice = Lattice::of(&Grid::new([10, 10, 10], affine).unwrap());
        assert_eq!(lattice.step_exponent, expected);
        for corner in [[0.0; 3], [10.0; 3], [3.3, 7.7, 5.1]] {
            for value in lattice.position(corner) {
                let steps = f64::from(value) / exp2(expected);
                assert_eq!(steps, steps.round());
                assert!(steps.abs() <= f64::from(1 << 24));
            }
        }
    }

    #[test]
    fn steps_are_powers_of_two_below_a_256th_of_the_spacing() {
        check([1.0, 1.0, 1.0], [0.0; 3], -8);
        check([-1.5, 1.5, 5.0], [0.0; 3], -8);
        check([0.99, 2.0, 2.0], [0.0; 3], -9);
        check([0.001, 0.001, 0.001], [0.0; 3], -18);
    }

    #[test]
    fn far_away_the_lattice_is_coarser() {
        check([1.0; 3], [60_000.0, 0.0, 0.0], -8);
        check([1.0; 3], [70_000.0, 0.0, 0.0], -7);
        check([1.0; 3], [1e300, 0.0, 0.0], 104);
    }
}
