//! Outlines sorted into planes, and the slices that the planes fill.

use std::ops::Range;

use medshape_types::Contours;

use super::frame::Frame;
use super::{ContourError, RasterOptions};
use crate::vector::{dot, scaled};

/// The outlines of one structure that lie at one place along the normal.
pub(super) struct Plane {
    place_mm: f64,
    /// Which outlines of the structure.
    pub(super) outlines: Vec<usize>,
}

// Outlines nearer than this lie on one plane: files round to hundredths.
const SAME_MM: f64 = 0.02;
// Planes further apart than this many spacings leave a gap.
const MOST_SPACINGS: f64 = 1.5 + 1e-6;

/// The planes of each structure, rising along the normal.
pub(super) fn of(contours: &Contours, normal: [f64; 3]) -> Vec<Vec<Plane>> {
    let of_structure = |outlines: &[Vec<[f64; 3]>]| {
        let mut places: Vec<(f64, usize)> = outlines
            .iter()
            .enumerate()
            .filter(|(_, outline)| !outline.is_empty())
            .map(|(n, outline)| (dot(normal, middle(outline)), n))
            .collect();
        places.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let mut planes: Vec<Plane> = Vec::new();
        for (place_mm, outline) in places {
            match planes.last_mut() {
                Some(plane) if place_mm - plane.place_mm <= SAME_MM => plane.outlines.push(outline),
                _ => planes.push(Plane { place_mm, outlines: vec![outline] }),
            }
        }
        planes
    };
    contours.structures.iter().map(|structure| of_structure(&structure.outlines)).collect()
}

/// Refuses outlines that lean against the planes.
pub(super) fn check_parallel(
    contours: &Contours,
    normal: [f64; 3],
    spacing: f64,
) -> Result<(), ContourError> {
    const LEAN: f64 = 0.25;
    for structure in &contours.structures {
        for outline in structure.outlines.iter().filter(|outline| !outline.is_empty()) {
            let place = dot(normal, middle(outline));
            let leans = |point: &[f64; 3]| (dot(normal, *point) - place).abs() > LEAN * spacing;
            if outline.iter().any(leans) {
                return Err(ContourError::NotParallel(structure.name.clone()));
            }
        }
    }
    Ok(())
}

/// An even row of slices that holds all planes.
pub(super) struct Slices {
    pub(super) first_mm: f64,
    pub(super) spacing: f64,
    /// How many; not whole if there are too many to count.
    pub(super) n_slices: f64,
}

impl Slices {
    pub(super) fn through(planes: &[Vec<Plane>], options: &RasterOptions) -> Self {
        let empty = Vec::new();
        // Most planes of most structures then lie on slices.
        let longest = planes.iter().max_by_key(|planes| planes.len()).unwrap_or(&empty);
        let spacing = options.slice_mm.unwrap_or_else(|| {
            common_gap(planes).map_or(options.in_plane_mm, |gap| refined(longest, gap))
        });
        let phase = longest.first().map_or(0.0, |plane| plane.place_mm);
        let places = || planes.iter().flatten().map(|plane| plane.place_mm);
        let step = |place: f64| ((place - phase) / spacing).round();
        let first = step(places().fold(f64::INFINITY, f64::min)) - 1.0;
        let last = step(places().fold(f64::NEG_INFINITY, f64::max)) + 1.0;
        Self { first_mm: phase + first * spacing, spacing, n_slices: last - first + 1.0 }
    }
}

/// The slices that each plane of a structure fills.
pub(super) fn slices_of(planes: &[Plane], frame: &Frame) -> impl Iterator<Item = Range<usize>> {
    let step = |plane: &Plane| (plane.place_mm - frame.first_mm) / frame.spacing[2];
    (0..planes.len()).map(move |n| {
        let place = step(&planes[n]);
        // Half way to a neighbour that is near, else half a spacing.
        let until = |neighbour: Option<&Plane>, side: f64| match neighbour.map(step) {
            Some(other) if (other - place).abs() <= MOST_SPACINGS => 0.5 * (place + other),
            _ => place + 0.5 * side,
        };
        let begin = until(n.checked_sub(1).map(|n| &planes[n]), -1.0);
        let end = until(planes.get(n + 1), 1.0);
        begin.ceil().max(0.0) as usize..(end.ceil() as usize).min(frame.grid.dims()[2])
    })
}

/// The median of the gaps between planes: within structures, or, if none has two, among all.
fn common_gap(planes: &[Vec<Plane>]) -> Option<f64> {
    let within = |planes: &Vec<Plane>| {
        planes.windows(2).map(|pair| pair[1].place_mm - pair[0].place_mm).collect::<Vec<_>>()
    };
    let mut gaps: Vec<f64> = planes.iter().flat_map(within).collect();
    if gaps.is_empty() {
        let mut places: Vec<f64> = planes.iter().flatten().map(|plane| plane.place_mm).collect();
        places.sort_by(f64::total_cmp);
        gaps = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.retain(|&gap| gap > SAME_MM);
    }
    gaps.sort_by(f64::total_cmp);
    gaps.get(gaps.len().saturating_sub(1) / 2).copied()
}

/// The mean of the gaps of a structure that are nearly this one, which may be rounded.
fn refined(planes: &[Plane], gap: f64) -> f64 {
    const NEAR: f64 = 0.02;
    let gaps = planes.windows(2).map(|pair| pair[1].place_mm - pair[0].place_mm);
    let is_near = |each: &f64| (each - gap).abs() <= NEAR * gap;
    let (n_near, sum) = gaps.filter(is_near).fold((0, 0.0), |(n, sum), each| (n + 1, sum + each));
    if n_near == 0 { gap } else { sum / f64::from(n_near) }
}

fn middle(outline: &[[f64; 3]]) -> [f64; 3] {
    let sum = outline.iter().fold([0.0; 3], |sum, &point| crate::vector::add(sum, point));
    scaled(sum, 1.0 / outline.len() as f64)
}
