//! What a population has in common: the average body onto which each subject is bent, and what lies
//! where in it of a structure that takes no part in the bending.

use medshape_learn::Random;
use rayon::prelude::*;

use super::body::{Body, Marks};
use super::cells::Splat;
use super::frame::{Alignment, FINE, Frame};
use super::register;
use super::sample::{self, Cell};
use super::structures::{N, Set};
use super::warp::{Strength, Warp};

/// Rounds in which the average body becomes sharp.
pub const ROUNDS: usize = 2;

/// The average body.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The share of each structure in each coarse cell, all structures bent onto each other.
    pub shape: Vec<[f32; N]>,
    /// The share of each structure in each fine cell, over subjects that were bent by other
    /// structures alone: how likely it is there when it is missing.
    pub expected: Vec<[f32; N]>,
}

/// A subject that is learned from.
#[derive(Debug)]
pub struct Subject {
    body: Body,
    marks: Marks,
    /// Its cells, all of its structures taken for the alignment.
    aligned: Vec<Cell>,
}

/// What one subject says of each cell of the average.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// The share of each structure in each cell.
    pub shares: Vec<[f32; N]>,
    /// Whether it says anything of a structure.
    pub says: Set,
}

/// How structures are taken away of a subject.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    /// How often.
    pub n: usize,
    /// How the body is changed before.
    pub strength: Strength,
    /// Seed of the training.
    pub seed: u64,
    /// Number of the first among those of all subjects.
    pub first: u64,
}

impl Subject {
    /// A subject in the frame; none if it has no structure.
    pub fn new(frame: &Frame, body: Body) -> Option<Self> {
        let marks = body.marks();
        let fit = Alignment::fit(&frame.marks, &marks, &[true; N])?;
        let aligned = sample::cells(frame, &body, &fit, None);
        Some(Self { body, marks, aligned })
    }

    fn has(&self) -> Set {
        self.marks.map(|mark| mark.is_some())
    }

    /// What it has, before it is bent.
    pub fn shape(&self) -> Own {
        Own { shares: self.aligned.iter().map(Cell::structures).collect(), says: self.has() }
    }

    /// What it has, bent onto a shape by all structures.
    pub fn bent_shape(&self, frame: &Frame, shape: &[[f32; N]]) -> Own {
        let bend = register::bend_mm(frame, shape, &self.aligned, &[false; N]);
        let mut splat = Splat::new(&frame.cells);
        for ((cell, &place), by) in self.aligned.iter().zip(&frame.cells.places).zip(&bend) {
            let middle = frame.cells.lattice.middle_mm(place);
            splat.add(bent(middle, by), &cell.structures(), &[1.0; N]);
        }
        Own { shares: splat.means(), says: self.has() }
    }

    /// Where in the average its structures come to lie when they are taken away by chance and the
    /// others are bent onto a shape.
    pub fn expected(&self, frame: &Frame, shape: &[[f32; N]], draws: &Draws) -> Own {
        let mut splat = Splat::new(&frame.fine);
        let mut says = [false; N];
        for number in 0..draws.n as u64 {
            let mut random = Random::new(draws.seed ^ (draws.first + number) << 20);
            let warp = Warp::random(&draws.strength, &mut random);
            let missing = sample::removal(&self.has(), &mut random);
            let asked = std::array::from_fn(|place| missing[place] && self.marks[place].is_some());
            (0..N).for_each(|place| says[place] |= asked[place]);
            self.note(frame, shape, &warp, &missing, (&asked, &mut splat));
        }
        Own { shares: splat.means(), says }
    }

    /// Notes where structures come to lie that are missing.
    fn note(
        &self,
        frame: &Frame,
        shape: &[[f32; N]],
        warp: &Warp,
        missing: &Set,
        (asked, splat): (&Set, &mut Splat<'_>),
    ) {
        let fit = Alignment::fit(&frame.marks, &self.marks, &missing.map(|missing| !missing));
        let Some(fit) = fit else { return };
        let cells = sample::cells(frame, &self.body, &fit, Some(warp));
        let bend = register::bend_mm(frame, shape, &cells, missing);
        let counts = asked.map(|asked| f32::from(u8::from(asked)));
        for &cell in &frame.fine.places {
            let place = FINE.middle_mm(cell);
            let code = self.body.at(fit.body_from_frame(warp.apply(place)));
            let Some(code) = code else { continue };
            let mut shares = [0.0; N];
            if let Some(share) = shares.get_mut(usize::from(code).wrapping_sub(1)) {
                *share = 1.0;
            }
            splat.add(bent(place, &frame.cells.read(&bend, place)), &shares, &counts);
        }
    }
}

/// The mean over all subjects, or over all but one; of each structure over those that say anything.
pub fn mean(all: &[Own], left_out: Option<usize>) -> Vec<[f32; N]> {
    let others = || (0..all.len()).filter(|&subject| Some(subject) != left_out);
    let counts = |subject: usize, place: usize| f32::from(u8::from(all[subject].says[place]));
    let n: [f32; N] = std::array::from_fn(|place| {
        others().map(|subject| counts(subject, place)).sum::<f32>().max(1.0)
    });
    let mean = |row: usize| {
        let mut sum = [0.0; N];
        for subject in others() {
            let own = &all[subject].shares[row];
            (0..N).for_each(|place| sum[place] += own[place] * counts(subject, place));
        }
        std::array::from_fn(|place| f32::from(byte(sum[place] / n[place])) / 255.0)
    };
    (0..all.first().map_or(0, |own| own.shares.len())).into_par_iter().map(mean).collect()
}

/// A share in steps of 1/255, as a model file keeps it.
pub fn byte(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
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
        let own = |share: f32, says: bool| Own { shares: vec![[share; N]; 3], says: [says; N] };
        let all = [own(1.0, true), own(0.0, true), own(0.6, true), own(0.9, false)];
        let near = |a: f32, b: f32| (a - b).abs() < 1.0 / 255.0;
        assert!(near(mean(&all, None)[2][5], 1.6 / 3.0));
        assert!(near(mean(&all, Some(1))[2][5], 0.8));
        assert_eq!(mean(&all[3..], None)[0], [0.0; N]);
        assert!(mean(&[], None).is_empty());
    }
}
