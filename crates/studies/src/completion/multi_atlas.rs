//! Subjects bent onto what is given, each by itself, that vote on what is missing.

use rayon::prelude::*;

use super::body::Body;
use super::complete::{Observed, observe_body};
use super::frame::{Alignment, COARSE, FINE, Frame};
use super::fusion::Weights;
use super::pyramid::Image;
use super::register;
use super::sample::{self, Cell};
use super::structures::N;
use super::template::{bent, fine_bent, of_missing};
use crate::Error;

/// Called before each subject is bent, which takes long; an error ends the work.
pub type Step<'a> = dyn FnMut() -> Result<(), Error> + 'a;

/// A subject that was bent.
struct Atlas<'a> {
    body: &'a Body,
    /// From the frame to the body, by what is given.
    fit: Alignment,
    /// From each coarse cell to what lies there.
    bend_mm: Vec<[f32; 3]>,
    /// How much more it has in each coarse cell of each structure that is given.
    errors: Vec<[f32; N]>,
}

/// The chance of each class in each fine cell, row after row, by the votes of bodies.
///
/// # Errors
/// If `step` fails.
pub fn chances(
    frame: &Frame,
    bodies: &[Body],
    observed: &Observed,
    step: &mut Step<'_>,
) -> Result<Vec<f32>, Error> {
    let given = frame.pyramid.of_cells(&observed.sample.cells, &observed.sample.missing);
    let mut atlases = Vec::new();
    for body in bodies {
        step()?;
        atlases.extend(Atlas::new(frame, body, (observed, &given)));
    }
    let errors = atlases.iter_mut().map(|atlas| std::mem::take(&mut atlas.errors));
    let errors: Vec<Vec<[f32; N]>> = errors.collect();
    let weights = Weights::new(&frame.pyramid.levels()[1], &frame.cells, &errors);
    drop(errors);
    let sums = summed(frame, &atlases, &weights);
    Ok(of_missing(&observed.sample.missing, sums.into_par_iter()))
}

/// The share of each structure in each fine cell, over subjects with their weights.
fn summed(frame: &Frame, atlases: &[Atlas<'_>], weights: &Weights<'_>) -> Vec<[f32; N]> {
    let places = &frame.fine.places;
    let weights: Vec<Option<Vec<f32>>> =
        places.par_iter().map(|&cell| weights.at(FINE.middle_mm(cell))).collect();
    let mut sums = vec![[0.0; N]; places.len()];
    for (number, atlas) in atlases.iter().enumerate() {
        let rows = sums.par_iter_mut().zip(&weights).zip(atlas.shares(frame));
        rows.for_each(|((sum, weights), shares)| {
            let weight = weights.as_ref().map_or(0.0, |weights| weights[number]);
            (0..N).for_each(|place| sum[place] += weight * shares[place]);
        });
    }
    sums
}

impl<'a> Atlas<'a> {
    /// Bends a subject; none if it has nothing of what is given.
    fn new(frame: &Frame, body: &'a Body, (observed, image): (&Observed, &Image)) -> Option<Self> {
        let (cells, missing) = (&observed.sample.cells, &observed.sample.missing);
        let other = observe_body(frame, body, missing).ok()?;
        let shares: Vec<[f32; N]> = other.sample.cells.iter().map(Cell::structures).collect();
        let moving = frame.pyramid.of_shares(&shares);
        let bend_mm = register::bend_image_mm(&frame.pyramid, image, &moving, missing);
        let error = |((&place, by), cell): ((&[usize; 3], &[f32; 3]), &Cell)| {
            let moved = frame.cells.read(&shares, bent(COARSE.middle_mm(place), by));
            let given = cell.structures();
            std::array::from_fn(|at| match missing[at] {
                true => 0.0,
                false => cell.seen * (moved[at] - given[at]),
            })
        };
        let errors = frame.cells.places.par_iter().zip(&bend_mm).zip(cells).map(error).collect();
        Some(Self { body, fit: other.fit, bend_mm, errors })
    }

    /// The share of each structure in each fine cell.
    fn shares(&self, frame: &Frame) -> Vec<[f32; N]> {
        let cells = sample::cells(&frame.fine, self.body, &self.fit);
        let cells: Vec<[f32; N]> = cells.iter().map(Cell::structures).collect();
        fine_bent(frame, &cells, &self.bend_mm).collect()
    }
}
