//! What a reviewer would ask to see beside a model. All of them answer as it does: with the chance
//! of each class in each cell of the frame, though in coarse ones.

use medshape_geometry::numbers::positive::solve_equations;
use medshape_geometry::voxels::distance;
use medshape_geometry::voxels::mask::MaskView;
use medshape_types::{Affine, Grid, LabelMap};
use rayon::prelude::*;

use super::body::{Body, Mark, Marks};
use super::complete::{Chances, Observed, observe_body};
use super::frame::{Alignment, CLASSES, COARSE, Frame};
use super::model::Model;
use super::register;
use super::sample::{self, Cell};
use super::structures::{N, Set};
use super::template::bent;
use crate::Error;

/// Distances beyond this say nothing more.
const FAR_MM: f32 = 30.0;

/// Distance over which a chance goes from a half to three quarters, nearly.
const DOUBT_MM: f32 = 3.0;

/// One cell of so many is looked at to say which subject is nearest.
const STRIDE: usize = 5;

/// What is added to the variance of observations, as a share of the mean one: eighteen subjects do not
/// say how sure each of them is.
const RIDGE: f64 = 0.3;

/// Something that says what is missing.
pub trait Method: Sync {
    /// Its name in tables.
    fn name(&self) -> &'static str;

    /// The chance of each class in each cell.
    ///
    /// # Errors
    /// If a training subject cannot be brought into the frame.
    fn chances<'a>(&self, frame: &'a Frame, observed: &Observed) -> Result<Chances<'a>, Error>;
}

impl Method for Model {
    fn name(&self) -> &'static str {
        "model"
    }

    fn chances<'a>(&self, frame: &'a Frame, observed: &Observed) -> Result<Chances<'a>, Error> {
        let rows = Self::chances(self, observed, &mut || Ok(()))?;
        Ok(Chances { cells: &frame.fine, rows })
    }
}

/// What all baselines know of the training subjects.
#[derive(Debug)]
pub struct Population {
    bodies: Vec<Body>,
    /// Their marks in the frame, all structures taken for the alignment.
    marks: Vec<Marks>,
    /// Signed distances in millimetres to each structure in each cell, structure after structure.
    distances_mm: Vec<Vec<f32>>,
    /// Shares of structures in cells on the average.
    expected: Vec<[f32; N]>,
}

impl Population {
    /// What is known of training subjects.
    pub fn new(frame: &Frame, bodies: Vec<Body>) -> Self {
        let expected = expected(frame, &bodies);
        let all = [true; N];
        let known = |body: &Body| {
            let marks = body.marks();
            let fit = Alignment::fit(&frame.marks, &marks, &all)?;
            let cells = sample::cells(&frame.cells, body, &fit);
            let marks = marks.map(|mark| mark.map(|mark| fit.frame_from_body(&mark)));
            Some((marks, distances_mm(frame, &cells, &all)))
        };
        let known: Vec<_> = bodies.par_iter().filter_map(known).collect();
        let (marks, distances_mm) = known.into_iter().unzip();
        Self { bodies, marks, distances_mm, expected }
    }

    /// The baselines.
    pub fn methods(&self) -> Vec<Box<dyn Method + '_>> {
        vec![
            Box::new(Bent(self)),
            Box::new(MeanShape(self)),
            Box::new(ConditionalGaussian(self)),
            Box::new(ShapeModel(self)),
            Box::new(Nearest(self)),
        ]
    }
}

/// Shares of structures in cells on the average over bodies.
fn expected(frame: &Frame, bodies: &[Body]) -> Vec<[f32; N]> {
    let mut sums = vec![[0.0f32; N]; frame.cells.n()];
    for body in bodies {
        let Some(fit) = Alignment::fit(&frame.marks, &body.marks(), &[true; N]) else { continue };
        let cells = sample::cells(&frame.cells, body, &fit);
        for (sum, cell) in sums.iter_mut().zip(&cells) {
            sum.iter_mut().zip(&cell.shares[1..]).for_each(|(sum, share)| *sum += share);
        }
    }
    let n = bodies.len().max(1) as f32;
    sums.iter_mut().flatten().for_each(|sum| *sum /= n);
    sums
}

/// Signed distances to some structures, at most [`FAR_MM`]; those to the others are [`FAR_MM`].
fn distances_mm(frame: &Frame, cells: &[Cell], of: &Set) -> Vec<f32> {
    let affine = Affine::from_spacing([COARSE.cell_mm; 3], [0.0; 3]).expect("cells have an edge");
    let grid = Grid::new(COARSE.dims, affine).expect("the frame is small");
    let mut out = vec![FAR_MM; N * cells.len()];
    for place in (0..N).filter(|&place| of[place]) {
        let mut voxels = vec![0u16; COARSE.n_cells()];
        for (&cell, what) in frame.cells.places.iter().zip(cells) {
            voxels[COARSE.index(cell)] = u16::from(what.shares[place + 1] >= 0.5);
        }
        if voxels.iter().all(|&voxel| voxel == 0) {
            continue;
        }
        let map = LabelMap::new(grid, voxels, vec![0, 1]).expect("two labels");
        let field = distance::signed(MaskView::of(&map, 1));
        let out = &mut out[place * cells.len()..][..cells.len()];
        for (to, &cell) in out.iter_mut().zip(&frame.cells.places) {
            *to = field.voxels()[COARSE.index(cell)].clamp(-FAR_MM, FAR_MM);
        }
    }
    out
}

/// Chances from shares of the missing structures in what is not given.
fn from_shares<'a>(
    frame: &'a Frame,
    observed: &Observed,
    share: impl Fn(usize, usize) -> f32 + Sync,
) -> Chances<'a> {
    let mut chances = vec![0.0; observed.sample.cells.len() * CLASSES];
    chances.par_chunks_exact_mut(CLASSES).enumerate().for_each(|(row, chances)| {
        let missing = (0..N).filter(|&place| observed.sample.missing[place]);
        missing.for_each(|place| chances[place + 1] = share(row, place));
        let sum: f32 = chances.iter().sum();
        if sum > 1.0 {
            chances.iter_mut().for_each(|chance| *chance /= sum);
        }
        chances[0] = (1.0 - sum).max(0.0);
    });
    Chances { cells: &frame.cells, rows: chances }
}

/// The mean of the training subjects, brought onto what is given.
struct MeanShape<'a>(&'a Population);

impl Method for MeanShape<'_> {
    fn name(&self) -> &'static str {
        "mean shape"
    }

    fn chances<'a>(&self, frame: &'a Frame, observed: &Observed) -> Result<Chances<'a>, Error> {
        Ok(from_shares(frame, observed, |row, place| self.0.expected[row][place]))
    }
}

/// The mean of the training subjects, bent onto what is given.
struct Bent<'a>(&'a Population);

impl Method for Bent<'_> {
    fn name(&self) -> &'static str {
        "mean shape, bent"
    }

    fn chances<'a>(&self, frame: &'a Frame, observed: &Observed) -> Result<Chances<'a>, Error> {
        let sample = &observed.sample;
        let bend =
            register::bend_mm(&frame.pyramid, &self.0.expected, &sample.cells, &sample.missing);
        let there = |row: usize| {
            let middle = COARSE.middle_mm(frame.cells.places[row]);
            frame.cells.read(&self.0.expected, bent(middle, &bend[row]))
        };
        Ok(from_shares(frame, observed, |row, place| there(row)[place]))
    }
}

/// The training subject that is most alike where something is given, brought onto it.
struct Nearest<'a>(&'a Population);

impl Method for Nearest<'_> {
    fn name(&self) -> &'static str {
        "nearest subject"
    }

    fn chances<'a>(&self, frame: &'a Frame, observed: &Observed) -> Result<Chances<'a>, Error> {
        let missing = &observed.sample.missing;
        let n = observed.sample.cells.len();
        let seen = seen(frame, observed);
        let given = || (0..N).filter(|&place| !missing[place]);
        let differs = |all: &Vec<f32>| -> f64 {
            let of_place = |place: usize| {
                let cells = (place * n..(place + 1) * n).step_by(STRIDE);
                cells.map(|at| f64::from((all[at] - seen[at]).abs())).sum::<f64>()
            };
            given().map(of_place).sum()
        };
        let far: Vec<f64> = self.0.distances_mm.par_iter().map(differs).collect();
        let best = (0..far.len()).min_by(|&a, &b| far[a].total_cmp(&far[b]));
        let none = || Error::Request("there are no training subjects".to_owned());
        let other = observe_body(frame, &self.0.bodies[best.ok_or_else(none)?], missing)?;
        Ok(from_shares(frame, observed, |row, place| other.sample.cells[row].shares[place + 1]))
    }
}

/// Signed distances to what is given.
fn seen<'a>(frame: &Frame, observed: &'a Observed) -> &'a [f32] {
    observed.distances_mm(|sample| {
        let given = sample.missing.map(|missing| !missing);
        distances_mm(frame, &sample.cells, &given)
    })
}

/// The mean and the modes of signed distances of all structures together, fitted to those given
/// (Leventon et al., 2000; Tsai et al., 2003). With fewer subjects than cells the modes need not be
/// made: the answer is a weighted sum of subjects.
struct ShapeModel<'a>(&'a Population);

impl Method for ShapeModel<'_> {
    fn name(&self) -> &'static str {
        "PCA shape model"
    }

    fn chances<'a>(&self, frame: &'a Frame, observed: &Observed) -> Result<Chances<'a>, Error> {
        let missing = &observed.sample.missing;
        let n = observed.sample.cells.len();
        let seen = seen(frame, observed);
        let places: Vec<usize> = (0..N).filter(|&place| !missing[place]).collect();
        let take = |all: &[f32]| -> Vec<f32> {
            places.iter().flat_map(|place| &all[place * n..][..n]).copied().collect()
        };
        let known: Vec<Vec<f32>> = self.0.distances_mm.par_iter().map(|all| take(all)).collect();
        let weights = weights(&known, &take(seen));
        Ok(from_shares(frame, observed, |row, place| {
            let at = place * n + row;
            let mean = self.0.distances_mm.iter().zip(&weights);
            let mm: f64 = mean.map(|(all, weight)| f64::from(all[at]) * weight).sum();
            1.0 / (1.0 + (mm as f32 / DOUBT_MM).exp())
        }))
    }
}

/// Centre and spread of each missing structure, given those of the others, all normal together; the
/// mean shape is put there.
struct ConditionalGaussian<'a>(&'a Population);

impl Method for ConditionalGaussian<'_> {
    fn name(&self) -> &'static str {
        "conditional Gaussian"
    }

    fn chances<'a>(&self, frame: &'a Frame, observed: &Observed) -> Result<Chances<'a>, Error> {
        let given = |marks: &Marks| -> Vec<f32> {
            let places = (0..N).filter(|&place| observed.marks[place].is_some());
            places
                .flat_map(|place| numbers(&marks[place].or(frame.marks[place]).unwrap_or_default()))
                .collect()
        };
        let own = observed.marks.map(|mark| mark.map(|mark| observed.fit.frame_from_body(&mark)));
        let known: Vec<Vec<f32>> = self.0.marks.iter().map(given).collect();
        let weights = weights(&known, &given(&own));
        let mut placed: [Option<(Mark, Mark)>; N] = [None; N];
        for place in (0..N).filter(|&place| observed.sample.missing[place]) {
            let Some(average) = frame.marks[place] else { continue };
            let mut sums = [0.0; 6];
            for (marks, weight) in self.0.marks.iter().zip(&weights) {
                let numbers = numbers(&marks[place].unwrap_or(average));
                sums.iter_mut().zip(numbers).for_each(|(sum, n)| *sum += f64::from(n) * weight);
            }
            let [a, b, c, d, e, f] = sums;
            let floor = |spread: f64| spread.max(3.0);
            placed[place] =
                Some((average, Mark { centre_mm: [a, b, c], spread_mm: [d, e, f].map(floor) }));
        }
        Ok(from_shares(frame, observed, |row, place| {
            let Some((average, here)) = placed[place] else { return 0.0 };
            let middle = COARSE.middle_mm(frame.cells.places[row]);
            let from = [0, 1, 2].map(|axis| {
                let mm = middle[axis];
                let scale = average.spread_mm[axis] / here.spread_mm[axis];
                average.centre_mm[axis] + (mm - here.centre_mm[axis]) * scale
            });
            frame.cells.read(&self.0.expected, from)[place]
        }))
    }
}

fn numbers(mark: &Mark) -> [f32; 6] {
    let ([a, b, c], [d, e, f]) = (mark.centre_mm, mark.spread_mm);
    [a, b, c, d, e, f].map(|mm| mm as f32)
}

/// Weights of the known subjects, which sum up to one, whose sum is the likeliest answer given what is
/// seen: mean plus covariance with what is seen, over its covariance with a ridge (in its dual form).
fn weights(known: &[Vec<f32>], seen: &[f32]) -> Vec<f64> {
    let n = known.len();
    let mean: Vec<f32> = (0..seen.len())
        .into_par_iter()
        .map(|at| known.iter().map(|row| row[at]).sum::<f32>() / n as f32)
        .collect();
    let product = |a: &[f32], b: &[f32]| -> f64 {
        let terms = a.iter().zip(b).zip(&mean);
        terms.map(|((a, b), mean)| f64::from(a - mean) * f64::from(b - mean)).sum()
    };
    let mut matrix: Vec<Vec<f64>> =
        known.par_iter().map(|a| known.iter().map(|b| product(a, b)).collect()).collect();
    let trace: f64 = (0..n).map(|place| matrix[place][place]).sum();
    (0..n).for_each(|place| matrix[place][place] += RIDGE * trace / n as f64 + 1e-9);
    matrix.par_iter_mut().zip(known).for_each(|(row, own)| row.push(product(own, seen)));
    let raw = solve_equations(matrix, 1).map_or_else(|| vec![0.0; n], |answers| answers.concat());
    let rest = (1.0 - raw.iter().sum::<f64>()) / n as f64;
    raw.iter().map(|weight| weight + rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_of_a_subject_that_is_known_lean_to_it() {
        let known = [vec![0.0, 0.0, 4.0], vec![4.0, 0.0, 0.0], vec![0.0, 4.0, 0.0]];
        let weights = weights(&known, &known[1]);
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(weights[1] > 0.7 && weights[0] < 0.15, "{weights:?}");
        // What is like the mean is answered by the mean.
        let mean = super::weights(&known, &[4.0 / 3.0; 3]);
        assert!(mean.iter().all(|weight| (weight - 1.0 / 3.0).abs() < 1e-6));
    }
}
