//! How the voxels of a mask are spread: sums of their indices, of squares and of products, exactly.

use super::bits::{Bits, ones};
use super::eigen::{Eigen, eigen};

/// Whole-number sums over the voxels of a mask, indices counted from the margin of its box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moments {
    pub(super) n: i64,
    first: [i64; 3],
    /// xx, yy, zz, xy, xz, yz.
    second: [i64; 6],
}

impl Moments {
    pub(super) fn of(bits: &Bits) -> Self {
        let mut sums = Self::default();
        let [_, ny, nz] = bits.dims;
        for z in 0..nz {
            for y in 0..ny {
                sums.add_row(row_sums(bits.row(y, z)), y as i64, z as i64);
            }
        }
        sums
    }

    fn add_row(&mut self, [n, x, xx]: [i64; 3], y: i64, z: i64) {
        self.n += n;
        self.first = [self.first[0] + x, self.first[1] + n * y, self.first[2] + n * z];
        let second = [xx, n * y * y, n * z * z, x * y, x * z, n * y * z];
        for (sum, value) in self.second.iter_mut().zip(second) {
            *sum += value;
        }
    }

    /// Mean index.
    pub(super) fn mean(&self) -> [f64; 3] {
        self.first.map(|sum| sum as f64 / self.n as f64)
    }

    /// Variances and axes of the voxel centres, in mm² along the grid's axes; largest first.
    pub(super) fn principal(&self, spacing_mm: [f64; 3]) -> Eigen {
        // Exact up to the division, so nothing cancels.
        let central = |second: i64, a: usize, b: usize| {
            let n = i128::from(self.n);
            let exact =
                n * i128::from(second) - i128::from(self.first[a]) * i128::from(self.first[b]);
            exact as f64 / (n * n) as f64 * spacing_mm[a] * spacing_mm[b]
        };
        let [xx, yy, zz, xy, xz, yz] = self.second;
        let [xy, xz, yz] = [central(xy, 0, 1), central(xz, 0, 2), central(yz, 1, 2)];
        eigen([
            [central(xx, 0, 0), xy, xz],
            [xy, central(yy, 1, 1), yz],
            [xz, yz, central(zz, 2, 2)],
        ])
    }
}

/// Number of voxels in a row, the sum of their indices, and that of the squares.
fn row_sums(row: &[u64]) -> [i64; 3] {
    let mut sums = [0; 3];
    if row.iter().all(|&word| word == 0) {
        return sums;
    }
    // A bit is set where a run begins and where the first voxel after it lies.
    let changes = row.iter().scan(0, |before, &word| {
        let changes = word ^ (word << 1 | *before >> 63);
        *before = word;
        Some(changes)
    });
    let mut ends = ones(changes);
    while let Some(start) = ends.next() {
        let end = ends.next().unwrap_or(64 * row.len());
        let upto = |n: i64| [n, n * (n - 1) / 2, n * (n - 1) * (2 * n - 1) / 6];
        for (sum, (high, low)) in
            sums.iter_mut().zip(upto(end as i64).into_iter().zip(upto(start as i64)))
        {
            *sum += high - low;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_runs_are_those_of_their_voxels() {
        let row = [0b1011 << 60, 0b1, 1 << 62];
        let voxels = [60, 61, 63, 64, 190_i64];
        let expected = [5, voxels.iter().sum(), voxels.iter().map(|x| x * x).sum()];
        assert_eq!(row_sums(&row), expected);
    }
}
