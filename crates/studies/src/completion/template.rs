//! What a population has in common: the average body onto which each subject is bent, and what lies
//! where in it of a structure that takes no part in the bending.

use medshape_learn::Random;
use rayon::prelude::*;

use super::body::{Body, Marks};
use super::cells::Splat;
use super::complete::Observed;
use super::frame::{Alignment, CLASSES, COARSE, FINE, Frame};
use super::pyramid::Image;
use super::register;
use super::sample::{self, Cell, Sample};
use super::structures::{N, Set};

/// Rounds in which the average body becomes sharp.
pub const ROUNDS: usize = 2;

/// The byte of a share that is not known.
const UNKNOWN: u8 = u8::MAX;

/// The average body.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The share of each structure in each coarse cell, all structures bent onto each other.
    pub shape: Vec<[f32; N]>,
    /// The share of each structure in each fine cell, over subjects that were bent by other
    /// structures alone: how likely it is there when it is missing.
    pub expected: Vec<[f32; N]>,
}

impl Template {
    /// The chance of each class in each fine cell, row after row: what is given is bent onto the average
    /// body, and what is expected there looked up.
    pub fn chances(&self, frame: &Frame, observed: &Observed) -> Vec<f32> {
        let Sample { cells, missing } = &observed.sample;
        let bend = register::bend_mm(&frame.pyramid, &self.shape, cells, missing);
        of_missing(missing, fine_bent(frame, &self.expected, &bend))
    }
}

/// A subject that is learned from.
#[derive(Debug)]
pub struct Subject {
    body: Body,
    marks: Marks,
    /// Its cells, all of its structures taken for the alignment.
    aligned: Vec<Cell>,
}

/// What one subject says of each cell of the average: the share of each structure, in steps that a
/// byte holds, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Own(pub Vec<[u8; N]>);

/// How structures are taken away of a subject.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    /// How often.
    pub n: usize,
    /// Seed of the training.
    pub seed: u64,
    /// Number of the first among those of all subjects.
    pub first: u64,
}

impl Own {
    /// Shares that are known or not.
    fn of(shares: impl Iterator<Item = [Option<f32>; N]>) -> Self {
        let step = |share: f32| (share.clamp(0.0, 1.0) * f32::from(UNKNOWN - 1)).round() as u8;
        Self(shares.map(|row| row.map(|share| share.map_or(UNKNOWN, step))).collect())
    }

    /// The share of a structure in a cell, if it is known.
    fn share(&self, row: usize, place: usize) -> Option<f32> {
        let step = self.0[row][place];
        (step != UNKNOWN).then(|| f32::from(step) / f32::from(UNKNOWN - 1))
    }
}

impl Subject {
    /// The subject as it was.
    pub fn into_body(self) -> Body {
        self.body
    }

    /// A subject in the frame; none if it has no structure.
    pub fn new(frame: &Frame, body: Body) -> Option<Self> {
        let marks = body.marks();
        let fit = Alignment::fit(&frame.marks, &marks, &[true; N])?;
        let aligned = sample::cells(&frame.cells, &body, &fit);
        Some(Self { body, marks, aligned })
    }

    fn has(&self) -> Set {
        self.marks.map(|mark| mark.is_some())
    }

    /// What it has, before it is bent.
    pub fn shape(&self) -> Own {
        let has = self.has();
        let known = |cell: &Cell| {
            let shares = cell.structures();
            std::array::from_fn(|at| (has[at] && cell.seen > 0.5).then_some(shares[at]))
        };
        Own::of(self.aligned.iter().map(known))
    }

    /// What it has, bent onto a shape by all structures.
    pub fn bent_shape(&self, frame: &Frame, shape: &[[f32; N]]) -> Own {
        let bend = register::bend_mm(&frame.pyramid, shape, &self.aligned, &[false; N]);
        let mut splat = Splat::new(&frame.cells);
        let has = self.has().map(|has| f32::from(u8::from(has)));
        for ((cell, &place), by) in self.aligned.iter().zip(&frame.cells.places).zip(&bend) {
            splat.add(
                bent(COARSE.middle_mm(place), by),
                &cell.structures(),
                &has.map(|has| has * cell.seen),
            );
        }
        Own::of(splat.means())
    }

    /// Where in the average its structures come to lie when they are taken away by chance and the
    /// others are bent onto a shape.
    pub fn expected(&self, frame: &Frame, shape: &[[f32; N]], draws: &Draws) -> Own {
        let moving = frame.pyramid.of_shares(shape);
        let mut splat = Splat::new(&frame.fine);
        for number in 0..draws.n as u64 {
            let mut random = Random::new(draws.seed ^ (draws.first + number) << 20);
            let missing = sample::removal(&self.has(), &mut random);
            self.note(frame, &moving, &missing, &mut splat);
        }
        Own::of(splat.means())
    }

    /// Notes where structures come to lie that are missing.
    fn note(&self, frame: &Frame, moving: &Image, missing: &Set, splat: &mut Splat<'_>) {
        let fit = Alignment::fit(&frame.marks, &self.marks, &missing.map(|missing| !missing));
        let Some(fit) = fit else { return };
        let cells = sample::cells(&frame.cells, &self.body, &fit);
        let fixed = frame.pyramid.of_cells(&cells, missing);
        let bend = register::bend_image_mm(&frame.pyramid, &fixed, moving, missing);
        let asked = |place: usize| missing[place] && self.marks[place].is_some();
        let counts = std::array::from_fn(|place| f32::from(u8::from(asked(place))));
        for &cell in &frame.fine.places {
            let place = FINE.middle_mm(cell);
            let Some(code) = self.body.at(fit.body_from_frame(place)) else { continue };
            let mut shares = [0.0; N];
            if let Some(share) = shares.get_mut(usize::from(code).wrapping_sub(1)) {
                *share = 1.0;
            }
            splat.add(bent(place, &frame.cells.read(&bend, place)), &shares, &counts);
        }
    }
}

/// The mean over all subjects, or over all but one; of each cell over those that say anything of it.
pub fn mean(all: &[Own], left_out: Option<usize>) -> Vec<[f32; N]> {
    let others = || (0..all.len()).filter(|&subject| Some(subject) != left_out);
    let mean = |row: usize, place: usize| {
        let shares = others().filter_map(|subject| all[subject].share(row, place));
        let (sum, n) = shares.fold((0.0, 0.0f32), |(sum, n), share| (sum + share, n + 1.0));
        f32::from(byte(sum / n.max(1.0))) / 255.0
    };
    let n_rows = all.first().map_or(0, |own| own.0.len());
    let row = |row: usize| std::array::from_fn(|place| mean(row, place));
    (0..n_rows).into_par_iter().map(row).collect()
}

/// A share in steps of 1/255, as a model file keeps it.
pub fn byte(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// What lies in each fine cell when shares in fine cells are bent.
pub fn fine_bent(
    frame: &Frame,
    shares: &[[f32; N]],
    bend_mm: &[[f32; 3]],
) -> impl IndexedParallelIterator<Item = [f32; N]> {
    frame.fine.places.par_iter().map(move |&cell| {
        let place = FINE.middle_mm(cell);
        frame.fine.read(shares, bent(place, &frame.cells.read(bend_mm, place)))
    })
}

/// Shares in cells as chances of each class, row after row: of the background and the missing structures.
pub fn of_missing(
    missing: &Set,
    shares: impl IndexedParallelIterator<Item = [f32; N]>,
) -> Vec<f32> {
    let mut chances = vec![0.0; shares.len() * CLASSES];
    chances.par_chunks_exact_mut(CLASSES).zip(shares).for_each(|(row, shares)| {
        for place in (0..N).filter(|&place| missing[place]) {
            row[place + 1] = shares[place];
        }
        row[0] = (1.0 - row[1..].iter().sum::<f32>()).max(0.0);
    });
    chances
}

/// A place, moved.
#[inline]
pub fn bent(place_mm: [f64; 3], by_mm: &[f32; 3]) -> [f64; 3] {
    [0, 1, 2].map(|axis| place_mm[axis] + f64::from(by_mm[axis]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_over_those_who_say_something() {
        let own = |share: Option<f32>| Own::of(std::iter::repeat_n([share; N], 3));
        let all = [own(Some(1.0)), own(Some(0.0)), own(Some(0.6)), own(None)];
        let near = |a: f32, b: f32| (a - b).abs() < 1.0 / 250.0;
        assert!(near(mean(&all, None)[2][5], 1.6 / 3.0));
        assert!(near(mean(&all, Some(1))[2][5], 0.8));
        assert_eq!(mean(&all[3..], None)[0], [0.0; N]);
        assert!(mean(&[], None).is_empty());
    }
}
