//! Where frames lie on a grid: sorted along their normal, evenly spaced.

use medshape_types::{Affine, Grid, GridError, MAX_DIM};

use super::frames::{Frame, Frames};
use super::malformed;
use crate::error::ErrorKind;

/// Frames on a grid.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) grid: Grid,
    /// The slice of each frame.
    pub(super) slices: Vec<usize>,
}

// How much directions may differ, of unit vectors.
const ANGLE: f64 = 1e-3;
// How much positions may differ from an even grid, in steps of it.
const STEP: f64 = 0.05;
// What is nearer than this lies on one slice, in millimetres: less than any spacing of a grid.
const SAME_MM: f64 = 5e-4;

impl Placed {
    pub(super) fn new(frames: &Frames) -> Result<Self, ErrorKind> {
        let [x, y, z] = axes(&frames.list)?;
        let spacing = in_plane_spacing(&frames.list)?;
        let first = frames.list[0].position;
        let from_first = |frame: &Frame| sub(frame.position, first);
        let distances: Vec<f64> =
            frames.list.iter().map(|frame| dot(z, from_first(frame))).collect();
        for (n_frame, frame) in frames.list.iter().enumerate() {
            let aside = [x, y].map(|axis| dot(axis, from_first(frame)).abs());
            // Neither holds for what is not a number: positions too far apart for one.
            let is_in_line = aside.iter().all(|&aside| aside <= STEP * spacing[0].min(spacing[1]));
            if !is_in_line || !distances[n_frame].is_finite() {
                return Err(off_grid(format!(
                    "frame {} shifted against the first by {:.3} mm within its plane",
                    n_frame + 1,
                    aside[0].max(aside[1])
                )));
            }
        }
        let slices = Slices::of(&distances, &frames.list[0])?;
        let lowest = frames.list[slices.lowest].position;
        let steps = [scaled(x, spacing[1]), scaled(y, spacing[0]), scaled(z, slices.spacing)];
        // From left, posterior, superior to right, anterior, superior.
        let row = |axis: usize, sign: f64| {
            [steps[0][axis], steps[1][axis], steps[2][axis], lowest[axis]]
                // Without a negative zero.
                .map(|value| sign * value + 0.0)
        };
        let affine = Affine::from_rows([row(0, -1.0), row(1, -1.0), row(2, 1.0)])
            .ok_or_else(|| malformed("spacing or orientation of its frames span no space"))?;
        let grid = Grid::new([frames.columns, frames.rows, slices.n_slices], affine)?;
        Ok(Self { grid, slices: slices.of_frames })
    }

    /// Refuses two frames in one place.
    pub(super) fn check_single(&self) -> Result<(), ErrorKind> {
        let mut frame_of = vec![None; self.grid.dims()[2]];
        for (n_frame, &slice) in self.slices.iter().enumerate() {
            if let Some(other) = frame_of[slice].replace(n_frame) {
                let (one, other): (usize, usize) = (other + 1, n_frame + 1);
                return Err(malformed(format!("frames {one} and {other} are at one place")));
            }
        }
        Ok(())
    }
}

/// Frames that a file may have, and no grid has.
fn off_grid(what: String) -> ErrorKind {
    ErrorKind::unsupported("DICOM SEG", what)
}

/// Along rows, along columns, and along the normal: unit vectors, the same for all frames.
fn axes(frames: &[Frame]) -> Result<[[f64; 3]; 3], ErrorKind> {
    let [x, y] = frames[0].orientation;
    let differs = |frame: &Frame| {
        let pairs = frame.orientation.iter().flatten().zip(frames[0].orientation.iter().flatten());
        pairs.into_iter().any(|(one, other)| (one - other).abs() > ANGLE)
    };
    if let Some(n_frame) = frames.iter().position(differs) {
        return Err(off_grid(format!("frames 1 and {} turned against each other", n_frame + 1)));
    }
    let is_unit = |axis| (dot(axis, axis) - 1.0).abs() <= 2.0 * ANGLE;
    if !is_unit(x) || !is_unit(y) || dot(x, y).abs() > ANGLE {
        return Err(malformed(
            "the orientation (0020,0037) is not two unit vectors at right angles",
        ));
    }
    let [x, y] = [x, y].map(|axis| scaled(axis, 1.0 / dot(axis, axis).sqrt()));
    Ok([x, y, cross(x, y)])
}

fn in_plane_spacing(frames: &[Frame]) -> Result<[f64; 2], ErrorKind> {
    let spacing = frames[0].spacing;
    let differs = |frame: &Frame| {
        let pairs = frame.spacing.iter().zip(&spacing);
        pairs.into_iter().any(|(one, other)| (one - other).abs() > ANGLE * other.abs())
    };
    match frames.iter().position(differs) {
        Some(n_frame) => {
            Err(off_grid(format!("different pixel spacings of frames 1 and {}", n_frame + 1)))
        }
        None if spacing.iter().all(|&spacing| spacing > 0.0) => Ok(spacing),
        None => Err(malformed("its pixel spacing (0028,0030) is not positive")),
    }
}

/// An even row of slices.
struct Slices {
    of_frames: Vec<usize>,
    n_slices: usize,
    spacing: f64,
    /// A frame of the first slice.
    lowest: usize,
}

impl Slices {
    /// Slices through these places along the normal, one a frame.
    fn of(distances: &[f64], frame: &Frame) -> Result<Self, ErrorKind> {
        let mut order: Vec<usize> = (0..distances.len()).collect();
        order.sort_by(|&one, &other| distances[one].total_cmp(&distances[other]));
        let lowest = order[0];
        let mut places = vec![distances[lowest]];
        for &n_frame in &order {
            if distances[n_frame] - places[places.len() - 1] > SAME_MM {
                places.push(distances[n_frame]);
            }
        }
        let spacing = slice_spacing(&places, frame)?;
        let step = |distance: f64| (distance - distances[lowest]) / spacing;
        let last = step(places[places.len() - 1]).round();
        if last >= MAX_DIM as f64 {
            return Err(GridError::Dim.into());
        }
        let of_frames = distances.iter().map(|&distance| step(distance).round() as usize).collect();
        Ok(Self { of_frames, n_slices: last as usize + 1, spacing, lowest })
    }
}

/// The spacing of slices at these places, which rise; some may be left out.
fn slice_spacing(places: &[f64], frame: &Frame) -> Result<f64, ErrorKind> {
    let said = frame.slice_spacing.map(f64::abs).filter(|&spacing| spacing > SAME_MM);
    let gaps = || places.windows(2).map(|pair| pair[1] - pair[0]);
    if places.len() == 1 {
        let thickness = frame.thickness.filter(|&thickness| thickness > SAME_MM);
        return said.or(thickness).ok_or_else(|| {
            malformed("its slices are all one, and nothing says how thick it is (0018,0050)")
        });
    }
    let least = gaps().fold(f64::INFINITY, f64::min);
    let even = said.into_iter().chain([least]).find_map(|spacing| even_spacing(places, spacing));
    even.ok_or_else(|| {
        let most = gaps().fold(0.0, f64::max);
        off_grid(format!(
            "slices that are not evenly spaced: gaps from {least:.3} to {most:.3} mm are not all \
             multiples of one spacing"
        ))
    })
}

/// A spacing near `guess` such that all places are whole steps from the first, if there is one.
fn even_spacing(places: &[f64], guess: f64) -> Option<f64> {
    let length = places[places.len() - 1] - places[0];
    // Gap by gap: a guess that is slightly off would add up.
    let steps = |gap: f64| (gap / guess).round();
    let n_steps: f64 = places.windows(2).map(|pair| steps(pair[1] - pair[0])).sum();
    let spacing = length / n_steps;
    let is_even = |place: &f64| {
        let step = (place - places[0]) / spacing;
        (step - step.round()).abs() <= STEP
    };
    let is_near = (spacing - guess).abs() <= STEP * guess;
    // Positions are rounded when they are written; a spacing that fits them is taken as it is.
    let fits = (spacing - guess).abs() * n_steps <= SAME_MM;
    let found = if fits { guess } else { spacing };
    (is_near && places.iter().all(is_even)).then_some(found)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn sub(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn scaled(vector: [f64; 3], factor: f64) -> [f64; 3] {
    vector.map(|value| value * factor)
}
