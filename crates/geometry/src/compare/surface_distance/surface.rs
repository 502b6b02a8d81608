//! The surface of a mask, as a set of voxels or of cells between voxels.

use rayon::prelude::*;

use super::super::surfels::areas_mm2;

/// A surface on a grid of its own.
pub(super) struct Surface {
    pub(super) dims: [usize; 3],
    /// 1 for each place on the surface, 0 for the others.
    pub(super) is_part: Vec<u16>,
    /// The places on the surface, rising.
    pub(super) parts: Vec<usize>,
    /// The area of each; empty if all count alike.
    pub(super) areas_mm2: Vec<f32>,
}

impl Surface {
    /// The voxels that have a neighbour across a face that is not inside; `inside` is 1 or 0, and
    /// outside of the box all is 0.
    pub(super) fn of_voxels(inside: &[u16], dims: [usize; 3]) -> Self {
        let [nx, ny, nz] = dims;
        let empty = vec![0; nx];
        let row = |y: usize, z: usize| {
            // What lies below 0 has wrapped around.
            let is_there = y < ny && z < nz;
            if is_there { &inside[(z * ny + y) * nx..][..nx] } else { &empty[..] }
        };
        let mut is_part = vec![0; inside.len()];
        is_part.par_chunks_exact_mut(nx * ny).enumerate().for_each(|(z, layer)| {
            for (y, parts) in layer.chunks_exact_mut(nx).enumerate() {
                let beside = [
                    row(y.wrapping_sub(1), z),
                    row(y + 1, z),
                    row(y, z.wrapping_sub(1)),
                    row(y, z + 1),
                ];
                mark_row(row(y, z), beside, parts);
            }
        });
        let parts = places(&is_part);
        Self { dims, is_part, parts, areas_mm2: Vec::new() }
    }

    /// The cells between eight voxels, some inside and some not, of a grid that is one larger along
    /// each axis: cell (x, y, z) has voxel (x, y, z) as its last corner.
    pub(super) fn of_cells(inside: &[u16], dims: [usize; 3], spacing_mm: [f64; 3]) -> Self {
        let [nx, ny, nz] = dims;
        let cells = dims.map(|dim| dim + 1);
        // Rows with an empty voxel at both ends.
        let padded = |y: usize, z: usize, out: &mut Vec<u16>| {
            out.clear();
            out.resize(nx + 2, 0);
            if y < ny && z < nz {
                out[1..=nx].copy_from_slice(&inside[(z * ny + y) * nx..][..nx]);
            }
        };
        let mut codes = vec![0_u16; cells.iter().product()];
        codes.par_chunks_exact_mut(cells[0] * cells[1]).enumerate().for_each(|(z, layer)| {
            let mut rows = [const { Vec::new() }; 4];
            for (y, codes) in layer.chunks_exact_mut(cells[0]).enumerate() {
                for (bit, row) in rows.iter_mut().enumerate() {
                    let (back, below) = (1 - bit % 2, 1 - bit / 2);
                    padded(y.wrapping_sub(back), z.wrapping_sub(below), row);
                }
                for (x, code) in codes.iter_mut().enumerate() {
                    let corners = rows.iter().enumerate();
                    let bits = corners.map(|(bit, row)| (row[x] + 2 * row[x + 1]) << (2 * bit));
                    *code = bits.sum();
                }
            }
        });
        let areas = areas_mm2(spacing_mm);
        let is_mixed = |code: u16| u16::from(code != 0 && code != 255);
        let parts: Vec<usize> =
            (0..codes.len()).filter(|&cell| is_mixed(codes[cell]) == 1).collect();
        let areas_mm2 = parts.iter().map(|&cell| areas[usize::from(codes[cell])] as f32).collect();
        codes.par_iter_mut().for_each(|code| *code = is_mixed(*code));
        Self { dims: cells, is_part: codes, parts, areas_mm2 }
    }
}

/// Marks the voxels of a row that are inside while one of their six neighbours is not.
fn mark_row(row: &[u16], [back, front, below, above]: [&[u16]; 4], parts: &mut [u16]) {
    let n = row.len();
    let around = back.iter().zip(front).zip(below.iter().zip(above));
    for ((part, &inside), ((back, front), (below, above))) in parts.iter_mut().zip(row).zip(around)
    {
        *part = inside & !(back & front & below & above);
    }
    // Along the row itself; both ends have nothing beside them.
    for (part, pair) in parts[1..n].iter_mut().zip(row.windows(2)) {
        *part |= pair[1] & !pair[0];
    }
    for (part, pair) in parts[..n - 1].iter_mut().zip(row.windows(2)) {
        *part |= pair[0] & !pair[1];
    }
    parts[0] |= row[0];
    parts[n - 1] |= row[n - 1];
}

/// Where the marks are, rising.
fn places(is_part: &[u16]) -> Vec<usize> {
    const BLOCK: usize = 64;
    let blocks = is_part.chunks(BLOCK).enumerate();
    let marked = blocks.filter(|(_, block)| block.iter().fold(0, |any, mark| any | mark) != 0);
    marked
        .flat_map(|(block, marks)| {
            let places = marks.iter().enumerate().filter(|(_, mark)| **mark != 0);
            places.map(move |(place, _)| block * BLOCK + place)
        })
        .collect()
}
