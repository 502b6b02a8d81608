//! The surface of a mask, as a set of voxels or of cells between voxels.

use rayon::prelude::*;

use super::super::surfels::areas_mm2;
use crate::voxels::bits::{Bits, shifted_down, shifted_up};

/// A surface on a grid of its own.
pub(super) struct Surface {
    /// The places on the surface.
    pub(super) bits: Bits,
    /// The same, rising.
    pub(super) parts: Vec<[u16; 3]>,
    /// The area of each; empty if all count alike.
    pub(super) areas_mm2: Vec<f32>,
}

impl Surface {
    /// The voxels that have a neighbour across a face that is not inside; outside of the box nothing is.
    pub(super) fn of_voxels(inside: &Bits) -> Self {
        let bits = Bits::by_rows(inside.dims, |y, z, out| {
            let (back, front) = (inside.row(y.wrapping_sub(1), z), inside.row(y + 1, z));
            let (below, above) = (inside.row(y, z.wrapping_sub(1)), inside.row(y, z + 1));
            let Some(row) = inside.row(y, z) else { return };
            let around = match (back, front, below, above) {
                (Some(back), Some(front), Some(below), Some(above)) => [back, front, below, above],
                // At the end of the box all of the row is surface.
                _ => return out.copy_from_slice(row),
            };
            for (word, out) in out.iter_mut().enumerate() {
                let beside = shifted_up(row, word) & shifted_down(row, word);
                let surrounded = around.iter().fold(beside, |all, row| all & row[word]);
                *out = row[word] & !surrounded;
            }
        });
        let parts = bits.places();
        Self { bits, parts, areas_mm2: Vec::new() }
    }

    /// The cells between eight voxels, some inside and some not, of a grid that is one larger along
    /// each axis: cell (x, y, z) has voxel (x, y, z) as its last corner.
    pub(super) fn of_cells(inside: &Bits, spacing_mm: [f64; 3]) -> Self {
        let bits = Bits::by_rows(inside.dims.map(|dim| dim + 1), |y, z, out| {
            let rows = rows_around(inside, y, z);
            for (word, out) in out.iter_mut().enumerate() {
                let (mut any, mut all) = (0, u64::MAX);
                for row in rows {
                    let [last, first] = corners(row, word);
                    any |= last | first;
                    all &= last & first;
                }
                *out = any & !all;
            }
        });
        let parts = bits.places();
        let areas = areas_mm2(spacing_mm);
        let area = |&[x, y, z]: &[u16; 3]| {
            let (word, bit) = (usize::from(x) / 64, x % 64);
            let rows = rows_around(inside, usize::from(y), usize::from(z));
            let code = rows.iter().enumerate().fold(0, |code, (number, row)| {
                let [last, first] = corners(*row, word).map(|corners| corners >> bit & 1);
                code | (first | last << 1) << (2 * number)
            });
            areas[code as usize] as f32
        };
        let areas_mm2 = parts.par_iter().map(area).collect();
        Self { bits, parts, areas_mm2 }
    }
}

/// The four rows of voxels around a row of cells, back before front and below before above.
fn rows_around(inside: &Bits, y: usize, z: usize) -> [Option<&[u64]>; 4] {
    let (back, below) = (y.wrapping_sub(1), z.wrapping_sub(1));
    [(back, below), (y, below), (back, z), (y, z)].map(|(y, z)| inside.row(y, z))
}

/// For 64 cells of a row, the voxels at their ends along x: the last, and the first.
fn corners(row: Option<&[u64]>, word: usize) -> [u64; 2] {
    match row {
        Some(row) if word < row.len() => [row[word], shifted_up(row, word)],
        // One cell more than voxels can need one word more.
        Some(row) => [0, row[word - 1] >> 63],
        None => [0, 0],
    }
}
