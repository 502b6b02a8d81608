//! The average body bent onto what is given of a subject: demons over all given structures at once
//! (Thirion, 1998; with the forces of both images, Cachier et al., 1999), from coarse to fine, its
//! displacements smoothed in each round so that they stay those of one body.

use rayon::prelude::*;

use super::cells::{Cells, Lattice};
use super::pyramid::{Image, Level, Pyramid};
use super::sample::Cell;
use super::smooth::{Field, smooth};
use super::structures::{N, Set};

/// How much a difference holds a step back, against steps where there is hardly an edge.
const HOLD: f32 = 0.3;

/// Rounds in cells of each size, the finest first.
const ROUNDS: [usize; 3] = [40, 60, 40];

/// How far from each of the finest cells of a subject what lies there is in the average body, in
/// millimetres, by the structures that are not missing. `shape` has their shares on the average.
pub fn bend_mm(
    pyramid: &Pyramid,
    shape: &[[f32; N]],
    given: &[Cell],
    missing: &Set,
) -> Vec<[f32; 3]> {
    let (fixed, moving) = (pyramid.of_cells(given, missing), pyramid.of_shares(shape));
    bend_image_mm(pyramid, &fixed, &moving, missing)
}

/// The same of images, so that those which many have in common need to be made but once.
pub fn bend_image_mm(
    pyramid: &Pyramid,
    fixed: &Image,
    moving: &Image,
    missing: &Set,
) -> Vec<[f32; 3]> {
    let mut before: Option<(Lattice, Field<3>)> = None;
    for (number, (cells, n_rounds)) in pyramid.levels().iter().zip(ROUNDS).enumerate().rev() {
        let start = match &before {
            Some((half, low)) => doubled(cells.lattice, *half, low),
            None => vec![[0.0; 3]; cells.lattice.n_cells()],
        };
        let images = (fixed.level(number), &moving.level(number).shares[..]);
        let bend = bent(cells, images, missing, start, n_rounds);
        before = Some((cells.lattice, bend));
    }
    let Some((lattice, bend)) = before else { return Vec::new() };
    let edge = lattice.cell_mm as f32;
    let places = pyramid.levels()[0].places.iter();
    places.map(|&place| bend[lattice.index(place)].map(|by| by * edge)).collect()
}

/// Displacements of a coarser lattice in cells of a finer one.
fn doubled(lattice: Lattice, half: Lattice, low: &Field<3>) -> Field<3> {
    let read_at = |at: usize| {
        let place = lattice.cell(at).map(|c| (c as f32 - 0.5) / 2.0);
        read(half, low, place).map(|by| 2.0 * by)
    };
    (0..lattice.n_cells()).into_par_iter().map(read_at).collect()
}

/// Displacements in cells: what is at a cell of `fixed` is as far from it in `moving`.
fn bent(
    cells: &Cells,
    (fixed, moving): (&Level, &[[f32; N]]),
    missing: &Set,
    mut bend: Field<3>,
    n_rounds: usize,
) -> Field<3> {
    let lattice = cells.lattice;
    let given = missing.map(|missing| f32::from(u8::from(!missing)));
    let mut steps = bend.clone();
    let mut room = bend.clone();
    let mut both = vec![[0.0; N]; cells.n()];
    for _ in 0..n_rounds {
        let rows = both.par_iter_mut().zip(&fixed.shares).zip(&cells.places);
        rows.for_each(|((both, fixed), &place)| {
            let by = bend[lattice.index(place)];
            let warped = cells.read(moving, moved(lattice, place, by));
            *both = std::array::from_fn(|c| fixed[c] + given[c] * warped[c]);
        });
        steps.par_iter_mut().enumerate().for_each(|(at, step)| {
            *step = match cells.row(at).filter(|&row| !fixed.is_blind[row]) {
                Some(row) => force(cells, row, &fixed.shares[row], &both),
                None => [0.0; 3],
            }
        });
        smooth(lattice, &mut steps, &mut room);
        bend.par_iter_mut().zip(&steps).for_each(|(bend, step)| {
            (0..3).for_each(|axis| bend[axis] += step[axis]);
        });
        smooth(lattice, &mut bend, &mut room);
    }
    bend
}

/// The middle of a cell, moved by a number of cells.
fn moved(lattice: Lattice, cell: [usize; 3], by: [f32; 3]) -> [f64; 3] {
    [0, 1, 2].map(|axis| (cell[axis] as f64 + 0.5 + f64::from(by[axis])) * lattice.cell_mm)
}

/// The step of a cell, at most one cell long. `both` is the sum of both images, as they lie now: its
/// slopes are those of both, and it takes one pass to have them.
fn force(cells: &Cells, row: usize, fixed: &[f32; N], both: &[[f32; N]]) -> [f32; 3] {
    let difference: [f32; N] = std::array::from_fn(|c| 2.0 * fixed[c] - both[row][c]);
    let squares: f32 = difference.iter().map(|d| d * d).sum();
    if squares < 1e-8 {
        return [0.0; 3];
    }
    let (mut force, mut size) = ([0.0; 3], 1e-3 + HOLD * squares);
    for (axis, force) in force.iter_mut().enumerate() {
        let Some([low, high]) = beside(cells, row, axis, both) else { continue };
        let slope: [f32; N] = std::array::from_fn(|c| 0.25 * (high[c] - low[c]));
        *force = (0..N).map(|c| difference[c] * slope[c]).sum();
        size += slope.iter().map(|s| s * s).sum::<f32>();
    }
    let step = force.map(|force| force / size);
    let length = step.iter().map(|part| part * part).sum::<f32>().sqrt().max(1.0);
    step.map(|part| part / length)
}

/// What is in the cells before and after one; nothing where there are none, none at the border.
fn beside<'a>(
    cells: &Cells,
    row: usize,
    axis: usize,
    values: &'a [[f32; N]],
) -> Option<[&'a [f32; N]; 2]> {
    let (dims, place) = (cells.lattice.dims, cells.places[row]);
    let stride = [1, dims[0], dims[0] * dims[1]][axis];
    let at = cells.lattice.index(place);
    let values = |index: usize| cells.row(index).map_or(&[0.0; N], |row| &values[row]);
    let is_inside = place[axis] > 0 && place[axis] + 1 < dims[axis];
    is_inside.then(|| [values(at - stride), values(at + stride)])
}

/// Reads displacements between cells; beyond the lattice it goes on as at its border.
fn read(lattice: Lattice, field: &Field<3>, place: [f32; 3]) -> [f32; 3] {
    let steps = [1, lattice.dims[0], lattice.dims[0] * lattice.dims[1]];
    let (mut first, mut share) = (0, [0.0; 3]);
    for axis in 0..3 {
        let at = place[axis].clamp(0.0, (lattice.dims[axis] - 1) as f32 - 1e-3);
        first += at as usize * steps[axis];
        share[axis] = at - at.floor();
    }
    let mut sum = [0.0; 3];
    for corner in 0..8usize {
        let (mut weight, mut there) = (1.0, first);
        for axis in 0..3 {
            let up = corner >> axis & 1;
            weight *= if up == 1 { share[axis] } else { 1.0 - share[axis] };
            there += up * steps[axis];
        }
        (0..3).for_each(|axis| sum[axis] += weight * field[there][axis]);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::frame::{COARSE, Frame};

    fn ball(centre: [f32; 3], radius: f32) -> Vec<[f32; N]> {
        let share = |at: usize| {
            let place = COARSE.cell(at);
            let squares = (0..3).map(|axis| (place[axis] as f32 - centre[axis]).powi(2));
            let mut shares = [0.0; N];
            shares[0] = (radius - squares.sum::<f32>().sqrt() + 0.5).clamp(0.0, 1.0);
            shares
        };
        (0..COARSE.n_cells()).map(share).collect()
    }

    fn cells(field: &[[f32; N]]) -> Vec<Cell> {
        let cell = |shares: &[f32; N]| {
            let mut cell = Cell { seen: 1.0, ..Cell::default() };
            cell.shares[1..].copy_from_slice(shares);
            cell
        };
        field.iter().map(cell).collect()
    }

    fn whole_frame() -> Frame {
        Frame::new([None; N], &vec![true; COARSE.n_cells()])
    }

    #[test]
    fn a_ball_is_brought_onto_a_larger_one_elsewhere() {
        let frame = whole_frame();
        let (fixed, moving) = (ball([30.0, 24.0, 60.0], 9.0), ball([35.0, 23.0, 55.0], 7.0));
        let bend = bend_mm(&frame.pyramid, &moving, &cells(&fixed), &[false; N]);
        let (mut both, mut together) = (0.0, 0.0);
        for ((fixed, by), &place) in fixed.iter().zip(&bend).zip(&frame.cells.places) {
            let from = [0, 1, 2].map(|axis| COARSE.middle_mm(place)[axis] + f64::from(by[axis]));
            let warped = frame.cells.read(&moving, from)[0];
            both += f64::from(warped.min(fixed[0]));
            together += f64::from(warped + fixed[0]);
        }
        let dice = 2.0 * both / together;
        assert!(dice > 0.95, "{dice}");
    }

    #[test]
    fn what_does_not_differ_or_is_missing_bends_nothing() {
        let frame = whole_frame();
        let (ball, other) = (ball([30.0, 24.0, 60.0], 9.0), ball([33.0, 24.0, 60.0], 9.0));
        let is_still = |bend: Vec<[f32; 3]>| bend.iter().flatten().all(|&by| by == 0.0);
        assert!(is_still(bend_mm(&frame.pyramid, &ball, &cells(&ball), &[false; N])));
        let mut missing = [false; N];
        missing[0] = true;
        assert!(is_still(bend_mm(&frame.pyramid, &ball, &cells(&other), &missing)));
        assert!(!is_still(bend_mm(
            &Pyramid::new(&frame.cells),
            &ball,
            &cells(&other),
            &[false; N]
        )));
    }
}
