//! Cells of the frame as networks and baselines see them.

use medshape_learn::operators::Shares;
use medshape_learn::{Random, Rows, Tensor};
use rayon::prelude::*;

use super::body::Body;
use super::frame::{Alignment, CELL_MM, CLASSES, Frame};
use super::partial::TAKEN;
use super::structures::{N, Set};
use super::warp::Warp;

/// Points of a cell along an edge at which the body is asked.
const POINTS: usize = 2;

/// Numbers a cell that networks read: each structure as given, each missing one as expected, and
/// whether the cell is in the image.
pub const N_IN: usize = 2 * N + 1;

/// What lies in a cell, as shares of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// The background and the structures; together 1 where all of the cell is in the image.
    pub shares: [f32; CLASSES],
    /// What is taken by something else.
    pub taken: f32,
    /// What is in the image.
    pub seen: f32,
}

/// The cells of the frame that may hold something, in the order of rows.
pub fn cells(frame: &Frame, body: &Body, fit: &Alignment, warp: Option<&Warp>) -> Vec<Cell> {
    let ask = |&[x, y, z]: &[usize; 3]| {
        let mut cell = Cell::default();
        let share = 1.0 / (POINTS * POINTS * POINTS) as f32;
        for point in 0..POINTS * POINTS * POINTS {
            let [dx, dy, dz] = [point % POINTS, point / POINTS % POINTS, point / POINTS / POINTS];
            let place = [(x, dx), (y, dy), (z, dz)]
                .map(|(c, d)| (c as f64 + (d as f64 + 0.5) / POINTS as f64) * CELL_MM);
            let place = warp.map_or(place, |warp| warp.apply(place));
            let Some(code) = body.at(fit.body_from_frame(place)) else { continue };
            cell.seen += share;
            match code {
                TAKEN => cell.taken += share,
                code => cell.shares[usize::from(code)] += share,
            }
        }
        cell
    };
    frame.cells.par_iter().map(ask).collect()
}

/// What is known of a subject, in the frame.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its cells; those of a subject in which structures are missing have no share of them.
    pub cells: Vec<Cell>,
    /// The structures that are missing.
    pub missing: Set,
}

impl Sample {
    /// The share of a cell that is given.
    pub fn given(&self, cell: &Cell) -> f32 {
        let structures = cell.shares[1..].iter().zip(&self.missing);
        cell.taken
            + structures.filter(|(_, missing)| !**missing).map(|(share, _)| share).sum::<f32>()
    }

    /// What a network reads. `expected` are the shares of structures in the cells on the average,
    /// row after row.
    pub fn input(&self, frame: &Frame, expected: &[f32]) -> Tensor<f32> {
        let mut values = vec![0.0; self.cells.len() * N_IN];
        let rows = values.chunks_exact_mut(N_IN).zip(&self.cells).zip(expected.chunks_exact(N));
        for ((row, cell), expected) in rows {
            for place in 0..N {
                if self.missing[place] {
                    row[N + place] = expected[place];
                } else {
                    row[place] = cell.shares[place + 1];
                }
            }
            row[2 * N] = cell.seen;
        }
        let rows = Rows::new(N_IN, values).expect("whole rows");
        Tensor::new(frame.grid.clone(), rows).expect("a row for each cell")
    }

    /// What a network should say: the shares of the missing structures in what is not given.
    pub fn target(&self) -> Shares<f32> {
        let mut shares = vec![0.0; self.cells.len() * CLASSES];
        let mut weights = Vec::with_capacity(self.cells.len());
        for (row, cell) in shares.chunks_exact_mut(CLASSES).zip(&self.cells) {
            let free = (cell.seen - self.given(cell)).max(0.0);
            weights.push(free);
            if free > 0.0 {
                row[0] = cell.shares[0] / free;
                for place in (0..N).filter(|&place| self.missing[place]) {
                    row[place + 1] = cell.shares[place + 1] / free;
                }
            }
        }
        let asked = std::iter::once(true).chain(self.missing).collect();
        Shares { shares, weights, asked }
    }
}

/// Which structures are taken away, by chance: one in a half of the cases, as many as the published
/// maps lack in most others, and now and then nearly all.
pub fn removal(present: &Set, random: &mut Random) -> Set {
    let mut places: Vec<usize> = (0..N).filter(|&place| present[place]).collect();
    let n = match random.below(10) {
        0..4 => 1,
        4..9 => 1 + random.below(7),
        _ => 8 + random.below(3),
    };
    let mut missing = present.map(|present| !present);
    // One is always left to tell where the body is.
    for _ in 0..n.min(places.len().saturating_sub(1)) {
        missing[places.swap_remove(random.below(places.len()))] = true;
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sample {
        let mut cell = Cell { seen: 1.0, ..Cell::default() };
        cell.shares[0] = 0.25;
        cell.shares[1] = 0.5;
        cell.shares[3] = 0.25;
        let mut missing = [false; N];
        missing[2] = true;
        Sample { cells: vec![cell], missing }
    }

    #[test]
    fn what_is_given_takes_no_part_in_what_is_asked() {
        let target = sample().target();
        assert_eq!(target.weights, [0.5]);
        assert_eq!((target.shares[0], target.shares[1], target.shares[3]), (0.5, 0.0, 0.5));
        let asked: Vec<usize> = (0..CLASSES).filter(|&class| target.asked[class]).collect();
        assert_eq!(asked, [0, 3]);
    }

    #[test]
    fn removals_take_what_is_there_and_leave_one() {
        let mut present = [false; N];
        present[..5].fill(true);
        let mut random = Random::new(1);
        let mut sizes = [0; N + 1];
        for _ in 0..2000 {
            let missing = removal(&present, &mut random);
            assert!(missing[5..].iter().all(|missing| *missing));
            sizes[missing[..5].iter().filter(|missing| **missing).count()] += 1;
        }
        assert_eq!((sizes[0], sizes[5]), (0, 0));
        assert!(sizes[1] > 800 && sizes[4] > 200, "{sizes:?}");
    }
}
