//! Each training subject bent onto what is given; for what is missing they vote, those that fit well
//! nearby more loudly (Artaechevarria et al., 2009).

use rayon::prelude::*;

use super::body::Body;
use super::complete::{Observed, observe_body};
use super::frame::{COARSE, Frame};
use super::register;
use super::sample::Cell;
use super::smooth::smoothed;
use super::structures::N;
use super::template::bent;
use crate::Error;

/// How often differences are averaged with their neighbours: they tell of some 20 mm around.
const AROUND: usize = 8;

/// Differences below this are alike: squared shares in a cell.
const ALIKE: f32 = 0.02;

/// The shares of structures in the coarse cells by the votes of bodies.
///
/// # Errors
/// If a body cannot be brought into the frame.
pub fn votes(frame: &Frame, bodies: &[Body], observed: &Observed) -> Result<Vec<[f32; N]>, Error> {
    let missing = &observed.sample.missing;
    let mut sums = vec![([0.0; N], 0.0); frame.cells.n()];
    for body in bodies {
        let other = observe_body(frame, body, missing)?;
        let shares: Vec<[f32; N]> = other.sample.cells.iter().map(Cell::structures).collect();
        let bend = register::bend_mm(&frame.pyramid, &shares, &observed.sample.cells, missing);
        let moved: Vec<[f32; N]> = (0..frame.cells.n())
            .into_par_iter()
            .map(|row| {
                let middle = COARSE.middle_mm(frame.cells.places[row]);
                frame.cells.read(&shares, bent(middle, &bend[row]))
            })
            .collect();
        let differences = differences(frame, &moved, observed);
        for ((sum, moved), difference) in sums.iter_mut().zip(&moved).zip(differences) {
            let voice = (difference + ALIKE).powi(-2);
            (0..N).for_each(|place| sum.0[place] += voice * moved[place]);
            sum.1 += voice;
        }
    }
    Ok(sums.into_iter().map(|(sum, voices)| sum.map(|sum| sum / voices)).collect())
}

/// How much what is given differs around each cell.
fn differences(frame: &Frame, moved: &[[f32; N]], observed: &Observed) -> Vec<f32> {
    let mut field = vec![[0.0f32; 1]; COARSE.n_cells()];
    for ((&place, moved), cell) in frame.cells.places.iter().zip(moved).zip(&observed.sample.cells)
    {
        let given = (0..N).filter(|&place| !observed.sample.missing[place]);
        let squares = given.map(|place| (moved[place] - cell.shares[place + 1]).powi(2));
        field[COARSE.index(place)] = [squares.sum()];
    }
    let field = (0..AROUND).fold(field, |field, _| smoothed(COARSE, &field));
    frame.cells.places.iter().map(|&place| field[COARSE.index(place)][0]).collect()
}
