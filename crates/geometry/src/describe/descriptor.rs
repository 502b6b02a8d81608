//! A shape as numbers whose distances say how alike two shapes are, wherever they lie and however they
//! are turned.
//!
//! `docs/similar.md` has the parts, their sources, and what was measured.

use std::ops::Range;
use std::sync::LazyLock;

use medshape_types::Mesh;

mod frame;
mod moments;
mod order;
mod pairs;
mod shells;

#[cfg(test)]
mod tests;

use crate::vector::dot;
use frame::Frame;
pub use order::in_order;

/// How many numbers a descriptor has.
pub const N: usize = 256;
/// Those that neither a change of size nor a mirror changes.
pub const EVEN: Range<usize> = 0..181;
/// Those that a mirror turns into their negatives and a change of size leaves as they are.
pub const CHIRAL: Range<usize> = 181..248;
/// Those that a change of size moves.
pub const SIZE: Range<usize> = 248..256;
/// Changes whenever the same mesh would give other numbers, so that stored ones are made anew.
pub const KIND: u32 = 2;

/// Numbers may lie so many deviations off the mean at most: one that is odd is not all that counts.
const END: f64 = 5.0;
/// Quantiles of the distance from the centre.
const N_DISTANCES: usize = 16;

/// The descriptor of a mesh: its [`features`], each brought to the spread that it has over a cohort of
/// real anatomy. `None` for a mesh that has no area or lies in one plane. O(n).
///
/// Two meshes of one shape have the same descriptor up to the error of 8192 points that stand for the
/// surface. The same mesh, turned and moved, has the same up to rounding.
///
/// ```
/// use medshape_geometry::describe::descriptor::{CHIRAL, descriptor};
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [6.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 9.0]];
/// let faces = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];
/// let found = descriptor(&Mesh::new(corners, faces).unwrap()).unwrap();
/// assert!(found[CHIRAL].iter().any(|number| number.abs() > 0.1));
/// ```
pub fn descriptor(mesh: &Mesh) -> Option<[f32; N]> {
    let features = features(mesh)?;
    let scale = &*SCALE;
    Some(std::array::from_fn(|place| {
        let [mean, deviation] = scale[place];
        let number = ((features[place] - mean) / deviation).clamp(-END, END);
        // A feature that is no number says nothing.
        if number.is_nan() { 0.0 } else { number as f32 }
    }))
}

/// The features of a mesh as they are measured, in the order of [`EVEN`], [`CHIRAL`] and [`SIZE`].
pub fn features(mesh: &Mesh) -> Option<[f64; N]> {
    let frame = Frame::of(mesh)?;
    let (mut found, mut chiral) = moments::features(&frame);
    let (even, screws) = pairs::features(&frame);
    found.extend(even);
    found.extend(distances(&frame));
    found.extend(shells::features(&frame));
    chiral.extend(screws);
    found.extend(chiral);
    found.extend(sizes(&frame));
    found.try_into().ok()
}

/// Mean and deviation of each feature over a cohort; the file says which.
static SCALE: LazyLock<Vec<[f64; 2]>> = LazyLock::new(|| {
    let lines = include_str!("descriptor/scale.txt").lines().filter(|line| !line.starts_with('#'));
    let pair = |line: &str| {
        let mut numbers = line.split_whitespace().filter_map(|number| number.parse().ok());
        [numbers.next().unwrap_or(0.0), numbers.next().unwrap_or(1.0)]
    };
    let known = lines.map(pair);
    known.chain(std::iter::repeat([0.0, 1.0])).take(N).collect()
});

/// Quantiles of the distance from the centre: D1 (Osada et al., 2002).
fn distances(frame: &Frame) -> impl Iterator<Item = f64> {
    let length = |at: [f64; 3]| dot(at, at).sqrt() / frame.radius_mm;
    let mut lengths: Vec<f64> = frame.points.iter().map(|point| length(point.at_mm)).collect();
    lengths.sort_by(f64::total_cmp);
    (0..N_DISTANCES).map(move |part| lengths[(2 * part + 1) * lengths.len() / (2 * N_DISTANCES)])
}

/// Logarithms of lengths in mm.
fn sizes(frame: &Frame) -> [f64; 8] {
    let volume = frame.volume_mm3();
    let [major, minor, least] = frame.sd_mm;
    let squares = frame.points.iter().map(|point| dot(point.at_mm, point.at_mm));
    let lengths_mm = [
        volume.cbrt(),
        frame.area_mm2.sqrt(),
        major,
        minor,
        least,
        frame.radius_mm,
        volume / frame.area_mm2,
        squares.fold(0.0, f64::max).sqrt(),
    ];
    lengths_mm.map(f64::ln)
}

/// The square root of a number that may be negative, with its sign.
fn signed_root(value: f64) -> f64 {
    value.abs().sqrt().copysign(value)
}
