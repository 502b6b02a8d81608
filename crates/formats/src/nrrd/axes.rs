//! Which axes are of space, and what a fourth one is.

use super::FORMAT;
use super::fields::{Fields, words_of};
use super::vectors::vectors;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::words;

/// The axes of a file.
pub(super) struct Axes {
    /// The three axes of space, the fastest first.
    pub(super) space: [Axis; 3],
    pub(super) layers: Layers,
}

/// One axis of space.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    /// Its place among all axes.
    pub(super) place: usize,
    pub(super) size: u64,
    /// One step along it, in the file's space; `None` if the header has no directions.
    pub(super) direction: Option<[f64; 3]>,
}

/// How label maps lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layers {
    One,
    /// So many, and of each voxel its values lie side by side.
    Interleaved(usize),
    /// So many, one after another.
    Planar(usize),
}

impl Layers {
    pub(super) fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Interleaved(n) | Self::Planar(n) => n,
        }
    }
}

impl Axes {
    pub(super) fn of(fields: &Fields, limits: &Limits) -> Result<Self, ErrorKind> {
        let sizes = sizes(fields, limits)?;
        let kinds = kinds(fields, sizes.len())?;
        let directions = directions(fields, sizes.len(), limits)?;
        let is_space = |place: usize| match &directions {
            Some(directions) => directions[place].is_some(),
            None => matches!(kinds[place], "domain" | "space" | "none" | "???"),
        };
        let of_space: Vec<Axis> = (0..sizes.len())
            .filter(|&place| is_space(place))
            // Without a word on which are, the first three.
            .take(if directions.is_some() { sizes.len() } else { 3 })
            .map(|place| Axis {
                place,
                size: sizes[place],
                direction: directions.as_ref().and_then(|directions| directions[place]),
            })
            .collect();
        let space: [Axis; 3] = of_space.try_into().map_err(|of_space: Vec<Axis>| {
            ErrorKind::field("axes of space", of_space.len(), "a volume has three")
        })?;
        let other = (0..sizes.len()).find(|place| space.iter().all(|axis| axis.place != *place));
        let layers = match other {
            Some(place) => layers(place, sizes[place], kinds[place], fields, limits)?,
            None => Layers::One,
        };
        Ok(Self { space, layers })
    }
}

fn sizes(fields: &Fields, limits: &Limits) -> Result<Vec<u64>, ErrorKind> {
    let n_axes: usize = words::number("dimension", fields.need("dimension")?, limits)?;
    if !(3..=4).contains(&n_axes) {
        let reason = "a volume has three axes, or four with layers";
        return Err(ErrorKind::field("dimension", n_axes, reason));
    }
    let sizes = words::exactly("sizes", fields.need("sizes")?, n_axes, limits)?;
    match sizes.iter().find(|size| **size == 0) {
        Some(size) => Err(ErrorKind::field("sizes", size, "not a positive number")),
        None => Ok(sizes),
    }
}

/// A word for each axis, `???` where nothing is said.
fn kinds(fields: &Fields, n_axes: usize) -> Result<Vec<&str>, ErrorKind> {
    let Some(text) = fields.get("kinds") else { return Ok(vec!["???"; n_axes]) };
    let kinds: Vec<_> = words_of(text).collect();
    match kinds.len() == n_axes {
        true => Ok(kinds),
        false => Err(ErrorKind::field("kinds", kinds.len(), "not as many as there are axes")),
    }
}

fn directions(
    fields: &Fields,
    n_axes: usize,
    limits: &Limits,
) -> Result<Option<Vec<Option<[f64; 3]>>>, ErrorKind> {
    let Some(text) = fields.get("spacedirections") else { return Ok(None) };
    let directions = vectors("space directions", text, limits)?;
    match directions.len() == n_axes {
        true => Ok(Some(directions)),
        false => {
            let reason = "not as many vectors as there are axes";
            Err(ErrorKind::field("space directions", directions.len(), reason))
        }
    }
}

/// What an axis that is not of space holds.
fn layers(
    place: usize,
    size: u64,
    kind: &str,
    fields: &Fields,
    limits: &Limits,
) -> Result<Layers, ErrorKind> {
    let is_slicer = fields.is_of_slicer();
    match kind {
        _ if size == 1 => return Ok(Layers::One),
        "list" => {}
        "vector" | "???" | "none" | "domain" if is_slicer => {}
        "time" => return Err(ErrorKind::TimeSeries { n_volumes: size }),
        "???" | "none" | "domain" if place > 0 => {
            return Err(ErrorKind::TimeSeries { n_volumes: size });
        }
        _ => return Err(ErrorKind::unsupported(FORMAT, "several values a voxel")),
    }
    if size > limits.layers as u64 {
        return Err(ErrorKind::limit("layers", limits.layers as u64));
    }
    match place {
        0 => Ok(Layers::Interleaved(size as usize)),
        3 => Ok(Layers::Planar(size as usize)),
        _ => Err(ErrorKind::unsupported(FORMAT, "layers between the axes of space")),
    }
}
