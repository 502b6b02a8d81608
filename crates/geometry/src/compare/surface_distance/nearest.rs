//! How far each part of a surface is from the nearest part of another.
//!
//! Surfaces that are compared mostly lie close together. So each part looks through the rows of the
//! other surface around its own, the nearest row first, until no row can hold anything nearer. Where
//! that would take longer than a distance transform of the whole box, the transform is calculated.

use rayon::prelude::*;

use super::surface::Surface;
use crate::voxels::bits::{Bits, steps_to_nearest};
use crate::voxels::distance::Transform;

/// Parts that one thread takes at a time; fixed, since each chunk has its own share of the rows.
const PARTS_AT_ONCE: usize = 1024;
/// Rows farther away than so many voxels are not looked through.
const MAX_STEPS: i32 = 32;
/// How many rows may be looked through for each voxel of the box before the transform is faster.
const ROWS_PER_VOXEL: f64 = 1.0;

/// The distance from each part to the nearest part of the other surface, in mm; infinite without one.
pub(super) fn distances_mm(from: &Surface, to: &Surface, transform: &Transform) -> Vec<f32> {
    if to.parts.is_empty() {
        return vec![f32::INFINITY; from.parts.len()];
    }
    let search = Search::new(&to.bits, transform);
    let n_voxels = transform.dims.iter().product::<usize>() as f64;
    let n_chunks = from.parts.len().div_ceil(PARTS_AT_ONCE).max(1) as f64;
    let rows_per_chunk = (ROWS_PER_VOXEL * n_voxels / n_chunks) as usize;
    let chunks = from.parts.par_chunks(PARTS_AT_ONCE);
    let found: Option<Vec<Vec<f32>>> =
        chunks.map(|parts| search.distances_mm(parts, rows_per_chunk)).collect();
    match found {
        Some(found) => found.concat(),
        None => transformed(from, to, transform),
    }
}

fn transformed(from: &Surface, to: &Surface, transform: &Transform) -> Vec<f32> {
    let [nx, ny, nz] = transform.dims;
    let index = |part: &[u16; 3]| {
        let [x, y, z] = part.map(usize::from);
        x + nx * (y + ny * z)
    };
    let mut is_away = vec![1_u8; nx * ny * nz];
    to.parts.iter().for_each(|part| is_away[index(part)] = 0);
    let to_mm = transform.distances_mm(&is_away, |is_away| is_away);
    from.parts.iter().map(|part| to_mm[index(part)]).collect()
}

/// A row beside that of a part.
struct Row {
    dy: i32,
    dz: i32,
    y_square: f32,
    z_square: f32,
}

struct Search<'a> {
    to: &'a Bits,
    spacing_mm: [f32; 3],
    /// The nearest first.
    rows: Vec<Row>,
    /// Rows that are not in the list are at least so far away, squared.
    limit: f32,
}

impl<'a> Search<'a> {
    fn new(to: &'a Bits, transform: &Transform) -> Self {
        let [_, sy, sz] = transform.spacing_mm;
        let square = |steps: i32, w: f32| (steps.abs() as f32 * w) * (steps.abs() as f32 * w);
        let limit = square(MAX_STEPS, sy.min(sz));
        let all = (-MAX_STEPS..=MAX_STEPS).flat_map(|dz| {
            (-MAX_STEPS..=MAX_STEPS).map(move |dy| Row {
                dy,
                dz,
                y_square: square(dy, sy),
                z_square: square(dz, sz),
            })
        });
        let mut rows: Vec<Row> = all.filter(|row| row.y_square + row.z_square < limit).collect();
        rows.sort_by(|a, b| (a.y_square + a.z_square).total_cmp(&(b.y_square + b.z_square)));
        Self { to, spacing_mm: transform.spacing_mm, rows, limit }
    }

    /// The distances of some parts; `None` if that takes more rows than allowed, or a part is too far.
    fn distances_mm(&self, parts: &[[u16; 3]], max_rows: usize) -> Option<Vec<f32>> {
        let mut n_rows = 0;
        let distances_mm = parts.iter().map(|part| {
            let square = self.nearest(part.map(usize::from), &mut n_rows);
            (square <= self.limit && n_rows <= max_rows).then(|| square.sqrt())
        });
        distances_mm.collect()
    }

    /// The square of the distance to the nearest place in the rows of the list.
    fn nearest(&self, [x, y, z]: [usize; 3], n_rows: &mut usize) -> f32 {
        let w = self.spacing_mm[0];
        let mut best = f32::INFINITY;
        for row in &self.rows {
            if row.y_square + row.z_square >= best {
                break;
            }
            *n_rows += 1;
            let (y, z) =
                (y.wrapping_add_signed(row.dy as isize), z.wrapping_add_signed(row.dz as isize));
            let Some(words) = self.to.row(y, z) else { continue };
            // One step more than can be nearer, for rounding. Infinity becomes the largest integer.
            let max_steps = ((best - row.y_square - row.z_square).sqrt() / w) as usize;
            if let Some(steps) = steps_to_nearest(words, x, max_steps.saturating_add(1)) {
                // In the order in which the transform adds up, so that both give the same bits.
                let along = steps as f32 * w;
                let square = along * along + row.y_square + row.z_square;
                best = if square < best { square } else { best };
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::voxels::distance::ImageBorder;

    fn surface(dims: [usize; 3], places: &[bool]) -> Surface {
        let bits = Bits::by_rows(dims, |y, z, row| {
            for x in (0..dims[0]).filter(|x| places[x + dims[0] * (y + dims[1] * z)]) {
                row[x / 64] |= 1 << (x % 64);
            }
        });
        Surface { parts: bits.places(), bits, areas_mm2: Vec::new() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn search_and_transform_give_the_same_bits(
            dims in [1_usize..90, 1_usize..12, 1_usize..12],
            seed in proptest::collection::vec(0_u8..50, 4000),
            spacing_mm in [0.5_f32..2.0, 0.5_f32..2.0, 0.5_f32..2.0],
        ) {
            let n = dims.iter().product::<usize>();
            let pick = |from: usize| -> Vec<bool> {
                (0..n).map(|index| seed[(index + from) % seed.len()] == 0).collect()
            };
            let (from, to) = (surface(dims, &pick(0)), surface(dims, &pick(1234)));
            prop_assume!(!to.parts.is_empty());
            let transform = Transform { dims, spacing_mm, border: ImageBorder::Open };
            let search = Search::new(&to.bits, &transform);
            if let Some(found) = search.distances_mm(&from.parts, usize::MAX) {
                prop_assert_eq!(found, transformed(&from, &to, &transform));
            }
        }
    }
}
