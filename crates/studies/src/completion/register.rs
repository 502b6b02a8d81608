//! The average body bent onto what is given of a subject: demons over all given structures at once
//! (Thirion, 1998; with the forces of both images, Cachier et al., 1999), its displacements smoothed in
//! each round so that they stay those of one body.

use rayon::prelude::*;

use super::complete::Observed;
use super::frame::{CLASSES, DIMS, Frame, cell, index};
use super::structures::N;

/// Rounds of the registration.
const ROUNDS: usize = 30;

/// A Gaussian of one cell.
const KERNEL: [f32; 5] = [0.0545, 0.2442, 0.4026, 0.2442, 0.0545];

/// How much a difference holds a step back, against steps where there is hardly an edge.
const HOLD: f32 = 0.3;

/// Numbers of a cell.
type Field<const K: usize> = Vec<[f32; K]>;

/// The chance of each class in each cell, row after row: the average body, bent onto what is given.
pub fn chances(frame: &Frame, expected: &[f32], observed: &Observed) -> Vec<f32> {
    let missing = &observed.sample.missing;
    let mut average: Field<N> = vec![[0.0; N]; DIMS.iter().product()];
    let mut fixed = average.clone();
    let rows = frame.cells.iter().zip(expected.chunks_exact(N)).zip(&observed.sample.cells);
    for ((&place, expected), cell) in rows {
        average[index(place)].copy_from_slice(expected);
        fixed[index(place)].copy_from_slice(&cell.shares[1..]);
    }
    let mut moving = average.clone();
    for place in (0..N).filter(|&place| missing[place]) {
        fixed.iter_mut().chain(&mut moving).for_each(|shares| shares[place] = 0.0);
    }
    let mut active = vec![false; average.len()];
    frame.cells.iter().for_each(|&place| active[index(place)] = true);
    let bend = bend(&smoothed(&fixed), &smoothed(&moving), &active);
    let mut chances = vec![0.0; frame.cells.len() * CLASSES];
    chances.par_chunks_exact_mut(CLASSES).zip(&frame.cells).for_each(|(chances, &place)| {
        let shares = read(&average, place, bend[index(place)]);
        let mut rest = 1.0;
        for place in (0..N).filter(|&place| missing[place]) {
            chances[place + 1] = shares[place];
            rest -= shares[place];
        }
        chances[0] = rest.max(0.0);
    });
    chances
}

/// Displacements in cells: what is at a cell of `fixed` is as far from it in `moving`.
/// Forces are looked for in active cells alone.
fn bend(fixed: &Field<N>, moving: &Field<N>, active: &[bool]) -> Field<3> {
    let mut bend: Field<3> = vec![[0.0; 3]; fixed.len()];
    let slopes = |field: &Field<N>, at: usize| -> [[f32; N]; 3] {
        let place = cell(at);
        [0, 1, 2].map(|axis| {
            let stride = [1, DIMS[0], DIMS[0] * DIMS[1]][axis];
            if place[axis] == 0 || place[axis] + 1 == DIMS[axis] {
                return [0.0; N];
            }
            let (low, high) = (&field[at - stride], &field[at + stride]);
            std::array::from_fn(|channel| 0.5 * (high[channel] - low[channel]))
        })
    };
    for _ in 0..ROUNDS {
        let warped: Field<N> = (0..fixed.len())
            .into_par_iter()
            .map(|at| if active[at] { read(moving, cell(at), bend[at]) } else { moving[at] })
            .collect();
        let steps: Field<3> = (0..fixed.len())
            .into_par_iter()
            .map(|at| match active[at] {
                true => step(&fixed[at], &warped[at], &slopes(fixed, at), &slopes(&warped, at)),
                false => [0.0; 3],
            })
            .collect();
        let steps = smoothed(&steps);
        bend.par_iter_mut().zip(&steps).for_each(|(bend, step)| {
            (0..3).for_each(|axis| bend[axis] += step[axis]);
        });
        bend = smoothed(&bend);
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

/// Reads a field beside a cell; beyond the frame it goes on as at its border.
fn read<const K: usize>(field: &Field<K>, place: [usize; 3], by: [f32; 3]) -> [f32; K] {
    let (mut first, mut share) = ([0; 3], [0.0; 3]);
    for axis in 0..3 {
        let at = (place[axis] as f32 + by[axis]).clamp(0.0, (DIMS[axis] - 1) as f32 - 1e-3);
        first[axis] = at as usize;
        share[axis] = at - first[axis] as f32;
    }
    let mut sum = [0.0; K];
    for corner in 0..8usize {
        let (mut weight, mut there) = (1.0, first);
        for axis in 0..3 {
            let up = corner >> axis & 1;
            weight *= if up == 1 { share[axis] } else { 1.0 - share[axis] };
            there[axis] += up;
        }
        let values = &field[index(there)];
        (0..K).for_each(|channel| sum[channel] += weight * values[channel]);
    }
    sum
}

/// Means with neighbours along each axis; beyond the frame it goes on as at its border.
fn smoothed<const K: usize>(field: &Field<K>) -> Field<K> {
    let mut field = field.clone();
    for axis in 0..3 {
        let stride = [1, DIMS[0], DIMS[0] * DIMS[1]][axis];
        field = (0..field.len())
            .into_par_iter()
            .map(|at| {
                let here = cell(at)[axis];
                let start = at - here * stride;
                let mut sum = [0.0; K];
                for (tap, weight) in KERNEL.iter().enumerate() {
                    let there = (here + tap).saturating_sub(2).min(DIMS[axis] - 1);
                    let values = &field[start + there * stride];
                    (0..K).for_each(|channel| sum[channel] += weight * values[channel]);
                }
                sum
            })
            .collect();
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ball(centre: [f32; 3], radius: f32) -> Field<N> {
        let share = |at: usize| {
            let place = cell(at);
            let squares = (0..3).map(|axis| (place[axis] as f32 - centre[axis]).powi(2));
            let mut shares = [0.0; N];
            shares[0] = (radius - squares.sum::<f32>().sqrt() + 0.5).clamp(0.0, 1.0);
            shares
        };
        (0..DIMS.iter().product()).map(share).collect()
    }

    #[test]
    fn a_ball_is_brought_onto_a_larger_one_elsewhere() {
        let (fixed, moving) = (ball([30.0, 24.0, 60.0], 9.0), ball([33.0, 23.0, 57.0], 7.0));
        let bend = bend(&smoothed(&fixed), &smoothed(&moving), &vec![true; fixed.len()]);
        let (mut both, mut together) = (0.0, 0.0);
        for (at, fixed) in fixed.iter().enumerate() {
            let warped = read(&moving, cell(at), bend[at])[0];
            both += f64::from(warped.min(fixed[0]));
            together += f64::from(warped + fixed[0]);
        }
        let dice = 2.0 * both / together;
        assert!(dice > 0.95, "{dice}");
    }

    #[test]
    fn what_does_not_differ_is_not_bent() {
        let ball = smoothed(&ball([30.0, 24.0, 60.0], 9.0));
        assert!(bend(&ball, &ball, &vec![true; ball.len()]).iter().flatten().all(|&by| by == 0.0));
    }
}
