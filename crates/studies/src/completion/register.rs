//! The average body bent onto what is given of a subject: demons over all given structures at once
//! (Thirion, 1998; with the forces of both images, Cachier et al., 1999), from coarse to fine, its
//! displacements smoothed in each round so that they stay those of one body.

use rayon::prelude::*;

use super::cells::Lattice;
use super::frame::{COARSE, Frame};
use super::sample::Cell;
use super::structures::{N, Set};

/// Rounds of the registration at cells of twice the edge, and at those of the frame.
const ROUNDS: [usize; 2] = [40, 30];

/// A Gaussian of one cell.
const KERNEL: [f32; 5] = [0.0545, 0.2442, 0.4026, 0.2442, 0.0545];

/// How much a difference holds a step back, against steps where there is hardly an edge.
const HOLD: f32 = 0.3;

/// Numbers of all cells of a lattice.
pub type Field<const K: usize> = Vec<[f32; K]>;

/// How far from each coarse cell of a subject what lies there is in the average body, in
/// millimetres, by the structures that are not missing. `shape` has their shares on the average.
pub fn bend_mm(frame: &Frame, shape: &[[f32; N]], cells: &[Cell], missing: &Set) -> Vec<[f32; 3]> {
    let mut fixed: Field<N> = vec![[0.0; N]; COARSE.n_cells()];
    let mut moving = fixed.clone();
    let mut active = vec![false; COARSE.n_cells()];
    for ((&place, shape), cell) in frame.cells.places.iter().zip(shape).zip(cells) {
        let index = COARSE.index(place);
        active[index] = true;
        for place in (0..N).filter(|&place| !missing[place]) {
            fixed[index][place] = cell.shares[place + 1];
            moving[index][place] = shape[place];
        }
    }
    let (fixed, moving) = (smoothed(COARSE, &fixed), smoothed(COARSE, &moving));
    let (half, [low_fixed, low_moving]) = (halved(COARSE), [&fixed, &moving].map(half_of));
    let is_active = |at: usize| corners(half.cell(at)).any(|fine| active[COARSE.index(fine)]);
    let low_active: Vec<bool> = (0..half.n_cells()).map(is_active).collect();
    let still = vec![[0.0; 3]; half.n_cells()];
    let low = bent(half, [&low_fixed, &low_moving], &low_active, still, ROUNDS[0]);
    let bend = bent(COARSE, [&fixed, &moving], &active, doubled(half, &low), ROUNDS[1]);
    let edge = COARSE.cell_mm as f32;
    frame.cells.places.iter().map(|&place| bend[COARSE.index(place)].map(|by| by * edge)).collect()
}

/// The lattice of cells of twice the edge.
fn halved(lattice: Lattice) -> Lattice {
    Lattice { dims: lattice.dims.map(|dim| dim / 2), cell_mm: 2.0 * lattice.cell_mm }
}

/// The eight finer cells of a cell.
fn corners(cell: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..8usize).map(move |corner| [0, 1, 2].map(|axis| 2 * cell[axis] + (corner >> axis & 1)))
}

/// Means over eight cells.
fn half_of(field: &Field<N>) -> Field<N> {
    let half = halved(COARSE);
    let mean = |at: usize| {
        let mut sum = [0.0; N];
        for fine in corners(half.cell(at)) {
            let values = &field[COARSE.index(fine)];
            (0..N).for_each(|channel| sum[channel] += 0.125 * values[channel]);
        }
        sum
    };
    (0..half.n_cells()).into_par_iter().map(mean).collect()
}

/// Displacements of a coarser lattice in the cells of the frame.
fn doubled(half: Lattice, low: &Field<3>) -> Field<3> {
    let read_at = |at: usize| {
        let place = COARSE.cell(at).map(|c| (c as f32 - 0.5) / 2.0);
        read(half, low, place).map(|by| 2.0 * by)
    };
    (0..COARSE.n_cells()).into_par_iter().map(read_at).collect()
}

/// Displacements in cells: what is at a cell of `fixed` is as far from it in `moving`.
/// Forces are looked for in active cells alone.
fn bent(
    lattice: Lattice,
    [fixed, moving]: [&Field<N>; 2],
    active: &[bool],
    mut bend: Field<3>,
    n_rounds: usize,
) -> Field<3> {
    let slopes = |field: &Field<N>, at: usize| -> [[f32; N]; 3] {
        let place = lattice.cell(at);
        [0, 1, 2].map(|axis| {
            let stride = [1, lattice.dims[0], lattice.dims[0] * lattice.dims[1]][axis];
            if place[axis] == 0 || place[axis] + 1 == lattice.dims[axis] {
                return [0.0; N];
            }
            let (low, high) = (&field[at - stride], &field[at + stride]);
            std::array::from_fn(|channel| 0.5 * (high[channel] - low[channel]))
        })
    };
    for _ in 0..n_rounds {
        let from = |at: usize| {
            let place = lattice.cell(at);
            [0, 1, 2].map(|axis| place[axis] as f32 + bend[at][axis])
        };
        let warped: Field<N> = (0..fixed.len())
            .into_par_iter()
            .map(|at| if active[at] { read(lattice, moving, from(at)) } else { moving[at] })
            .collect();
        let steps: Field<3> = (0..fixed.len())
            .into_par_iter()
            .map(|at| match active[at] {
                true => step(&fixed[at], &warped[at], &slopes(fixed, at), &slopes(&warped, at)),
                false => [0.0; 3],
            })
            .collect();
        let steps = smoothed(lattice, &steps);
        bend.par_iter_mut().zip(&steps).for_each(|(bend, step)| {
            (0..3).for_each(|axis| bend[axis] += step[axis]);
        });
        bend = smoothed(lattice, &bend);
    }
    bend
}

/// The step of a cell, at most one cell long.
fn step(fixed: &[f32; N], warped: &[f32; N], a: &[[f32; N]; 3], b: &[[f32; N]; 3]) -> [f32; 3] {
    let (mut force, mut size) = ([0.0; 3], 1e-3);
    for channel in 0..N {
        let difference = fixed[channel] - warped[channel];
        size += HOLD * difference * difference;
        for axis in 0..3 {
            let slope = 0.5 * (a[axis][channel] + b[axis][channel]);
            force[axis] += difference * slope;
            size += slope * slope;
        }
    }
    let step = force.map(|force| force / size);
    let length = step.iter().map(|part| part * part).sum::<f32>().sqrt().max(1.0);
    step.map(|part| part / length)
}

/// Reads a field between cells; beyond the lattice it goes on as at its border.
fn read<const K: usize>(lattice: Lattice, field: &Field<K>, place: [f32; 3]) -> [f32; K] {
    let steps = [1, lattice.dims[0], lattice.dims[0] * lattice.dims[1]];
    let (mut first, mut share) = (0, [0.0; 3]);
    for axis in 0..3 {
        let at = place[axis].clamp(0.0, (lattice.dims[axis] - 1) as f32 - 1e-3);
        first += at as usize * steps[axis];
        share[axis] = at - at.floor();
    }
    let mut sum = [0.0; K];
    for corner in 0..8usize {
        let (mut weight, mut there) = (1.0, first);
        for axis in 0..3 {
            let up = corner >> axis & 1;
            weight *= if up == 1 { share[axis] } else { 1.0 - share[axis] };
            there += up * steps[axis];
        }
        let values = &field[there];
        (0..K).for_each(|channel| sum[channel] += weight * values[channel]);
    }
    sum
}

/// Means with neighbours along each axis; beyond the lattice it goes on as at its border.
pub fn smoothed<const K: usize>(lattice: Lattice, field: &Field<K>) -> Field<K> {
    let mut field = field.clone();
    let row = lattice.dims[0] * K;
    for axis in 0..3 {
        let before = field.as_flattened();
        let mut after: Field<K> = vec![[0.0; K]; field.len()];
        let lines = after.as_flattened_mut().par_chunks_mut(row).enumerate();
        lines.for_each(|(line, after)| match axis {
            0 => smooth_along::<K>(after, &before[line * row..][..row]),
            _ => smooth_across(after, before, line, (lattice.dims, axis)),
        });
        field = after;
    }
    field
}

/// A line of cells, smoothed along itself.
fn smooth_along<const K: usize>(to: &mut [f32], from: &[f32]) {
    let last = from.len() / K - 1;
    for (at, to) in to.chunks_exact_mut(K).enumerate() {
        for (tap, weight) in KERNEL.iter().enumerate() {
            let there = (at + tap).saturating_sub(2).min(last);
            let from = &from[there * K..][..K];
            to.iter_mut().zip(from).for_each(|(to, from)| *to += weight * from);
        }
    }
}

/// A line of cells, smoothed with the lines beside it along another axis.
fn smooth_across(to: &mut [f32], from: &[f32], line: usize, (dims, axis): ([usize; 3], usize)) {
    let (here, stride) = match axis {
        1 => (line % dims[1], 1),
        _ => (line / dims[1], dims[1]),
    };
    let first = line - here * stride;
    for (tap, weight) in KERNEL.iter().enumerate() {
        let there = (here + tap).saturating_sub(2).min(dims[axis] - 1);
        let from = &from[(first + there * stride) * to.len()..][..to.len()];
        to.iter_mut().zip(from).for_each(|(to, from)| *to += weight * from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let bend = bend_mm(&frame, &moving, &cells(&fixed), &[false; N]);
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
        assert!(is_still(bend_mm(&frame, &ball, &cells(&ball), &[false; N])));
        let mut missing = [false; N];
        missing[0] = true;
        assert!(is_still(bend_mm(&frame, &ball, &cells(&other), &missing)));
        assert!(!is_still(bend_mm(&frame, &ball, &cells(&other), &[false; N])));
    }
}
