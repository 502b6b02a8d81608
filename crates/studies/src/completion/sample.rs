//! Coarse cells of the frame as a subject fills them, and what is taken away of it.

use medshape_learn::Random;
use rayon::prelude::*;

use super::body::Body;
use super::cells::Cells;
use super::frame::{Alignment, CLASSES};
use super::partial::TAKEN;
use super::structures::{N, Set};

/// Points of a cell along an edge at which the body is asked.
const POINTS: usize = 2;

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

impl Cell {
    /// The shares of the structures.
    pub fn structures(&self) -> [f32; N] {
        std::array::from_fn(|place| self.shares[place + 1])
    }
}

/// What a body has in cells of the frame, in the order of rows.
pub fn cells(cells: &Cells, body: &Body, fit: &Alignment) -> Vec<Cell> {
    let edge = cells.lattice.cell_mm;
    let ask = |&[x, y, z]: &[usize; 3]| {
        let mut cell = Cell::default();
        let share = 1.0 / (POINTS * POINTS * POINTS) as f32;
        for point in 0..POINTS * POINTS * POINTS {
            let [dx, dy, dz] = [point % POINTS, point / POINTS % POINTS, point / POINTS / POINTS];
            let place = [(x, dx), (y, dy), (z, dz)]
                .map(|(c, d)| (c as f64 + (d as f64 + 0.5) / POINTS as f64) * edge);
            let Some(code) = body.at(fit.body_from_frame(place)) else { continue };
            cell.seen += share;
            match code {
                TAKEN => cell.taken += share,
                code => cell.shares[usize::from(code)] += share,
            }
        }
        cell
    };
    cells.places.par_iter().map(ask).collect()
}

/// What is known of a subject, in the frame.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its cells; those of a subject in which structures are missing have no share of them.
    pub cells: Vec<Cell>,
    /// The structures that are missing.
    pub missing: Set,
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
