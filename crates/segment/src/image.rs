//! An image as a network wants it: channels read, cropped, normalised, brought to another spacing.

mod normalise;

use std::path::Path;

use medshape::Reader;
use medshape_formats::Input;
use medshape_geometry::voxels::cavities;
use medshape_geometry::voxels::reorient::volume_to_ras;
use medshape_types::{Affine, Grid, LabelMap, LabelVoxels, MAX_DIM, MAX_VOXELS, Volume};
use rayon::prelude::*;

use crate::Error;
use crate::array::{Array, Shape, Span};
use crate::plans::{self, Configuration, Plans, Scheme};

/// How far apart the grids of two channels may lie, as a share of a voxel.
const SAME_PLACE: f64 = 1e-3;

/// Where an image lies: its voxels in the world, and the box that is worked on in the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Where the voxels of the file lie.
    pub grid: Grid,
    /// Where those that were handed over lie: the same, or in the order nearest to RAS+.
    pub read_grid: Grid,
    /// The size of the image on the axes of the network.
    pub whole: Shape,
    /// The box of it that is not zero.
    pub span: Span,
    /// Distance of voxels along the axes of the network.
    pub spacing_mm: [f64; 3],
}

/// The channels of an image, on the axes of the network, cropped to what is not zero.
#[derive(Debug)]
pub struct Image {
    /// Where it lies.
    pub frame: Frame,
    channels: Vec<Array<f32>>,
}

impl Frame {
    /// The shape and spacing that the image is to have for a network.
    ///
    /// # Errors
    /// In words: it would be larger than any image may be.
    pub fn wanted(&self, configuration: &Configuration) -> Result<(Shape, [f64; 3]), String> {
        let old_mm = self.spacing_mm;
        let new_mm = [0, 1, 2].map(|axis| configuration.spacing_mm[axis].unwrap_or(old_mm[axis]));
        let new = [0, 1, 2].map(|axis| {
            let n = (old_mm[axis] / new_mm[axis] * self.span.shape[axis] as f64).round_ties_even();
            // A number that is too large for an integer becomes the largest one, which is refused.
            (n as usize).max(1)
        });
        let is_sound =
            new.iter().all(|n| *n <= MAX_DIM) && new.iter().product::<usize>() <= MAX_VOXELS;
        let [i, j, k] = new;
        is_sound.then_some((new, new_mm)).ok_or_else(|| {
            format!(
                "at the spacing of the network it would have {i}×{j}×{k} voxels, which are too many"
            )
        })
    }
}

impl Image {
    /// Reads a file a channel, turns the axes as the plans want it, and crops to what is not zero.
    ///
    /// # Errors
    /// A file cannot be read, has values that are no numbers, or lies elsewhere than the first one.
    pub fn read(files: &[&Path], reader: &Reader, plans: &Plans) -> Result<Self, Error> {
        let mut grids: Option<(Grid, Grid)> = None;
        let mut channels = Vec::new();
        for &file in files {
            let volume = reader.volume(&Input::on_disk(file))?;
            if volume.voxels().par_iter().any(|value| !value.is_finite()) {
                return Err(Error::file(
                    file,
                    "some voxels are no finite numbers (NaN or infinity)",
                ));
            }
            let grid = *volume.grid();
            let volume = match plans.reader {
                plans::Reader::AsStored => volume,
                plans::Reader::Ras => volume_to_ras(volume),
            };
            let (first, _) = grids.get_or_insert((grid, *volume.grid()));
            if !is_same(first, &grid) {
                return Err(Error::file(
                    file,
                    "its voxels lie elsewhere than those of the first channel",
                ));
            }
            channels.push(array(volume).transposed(plans.transpose));
        }
        let (grid, read_grid) = grids.ok_or_else(|| Error::file(Path::new(""), "no image"))?;
        let whole = channels[0].shape();
        let span = not_zero(&channels);
        let channels = channels.into_iter().map(|channel| channel.cropped(&span)).collect();
        let [x, y, z] = read_grid.spacing_mm();
        let spacing_mm = plans.transpose.map(|axis| [z, y, x][axis]);
        let frame = Frame { grid, read_grid, whole, span, spacing_mm };
        Ok(Self { frame, channels })
    }

    /// The channels as the network wants them: normalised first, and then brought to this shape and
    /// spacing, which [`Frame::wanted`] says.
    ///
    /// # Errors
    /// In words: the values do not fit the way in which they are to be normalised.
    pub fn prepared(
        self,
        configuration: &Configuration,
        shape: Shape,
        new_mm: [f64; 3],
    ) -> Result<Vec<Array<f32>>, String> {
        let old_mm = self.frame.spacing_mm;
        let is_masked = |scheme: &Scheme| *scheme == Scheme::ZScore { masked: true };
        let mask = configuration.schemes.iter().any(is_masked).then(|| inside(&self.channels));
        let named = self.channels.into_iter().zip(&configuration.schemes);
        let prepared = named.map(|(mut channel, scheme)| {
            normalise::normalise(channel.values_mut(), scheme, mask.as_deref())?;
            Ok(channel.resampled(shape, &configuration.images, old_mm, new_mm))
        });
        prepared.collect()
    }
}

/// The voxels of a volume with axes (z, y, x): those of SimpleITK.
fn array(volume: Volume<f32>) -> Array<f32> {
    let (grid, values) = volume.into_parts();
    let [x, y, z] = grid.dims();
    Array::new([z, y, x], values).expect("a volume has one value a voxel")
}

fn is_same(a: &Grid, b: &Grid) -> bool {
    let least_mm = a.spacing_mm().into_iter().fold(f64::MAX, f64::min);
    let rows = |grid: &Grid| grid.world_from_voxel().rows().concat();
    let is_near = |(a, b): (&f64, &f64)| (a - b).abs() <= SAME_PLACE * least_mm;
    a.dims() == b.dims() && rows(a).iter().zip(&rows(b)).all(is_near)
}

/// The smallest box around all that is not zero in any channel; the whole image where all is zero.
fn not_zero(channels: &[Array<f32>]) -> Span {
    let shape = channels[0].shape();
    let [_, n_j, n_k] = shape;
    let empty = || ([usize::MAX; 3], [0; 3]);
    let join = |a: (Shape, Shape), b: (Shape, Shape)| {
        let axes = [0, 1, 2];
        (axes.map(|axis| a.0[axis].min(b.0[axis])), axes.map(|axis| a.1[axis].max(b.1[axis])))
    };
    let of_row = |(at, row): (usize, &[f32])| {
        let first = row.iter().position(|value| *value != 0.0)?;
        let last = row.iter().rposition(|value| *value != 0.0)?;
        let (i, j) = (at / n_j, at % n_j);
        Some(([i, j, first], [i, j, last]))
    };
    let rows = channels.par_iter().flat_map(|channel| channel.values().par_chunks(n_k).enumerate());
    let (first, last) = rows.filter_map(of_row).reduce(empty, join);
    match first[0] <= last[0] {
        true => Span { first, shape: [0, 1, 2].map(|axis| last[axis] - first[axis] + 1) },
        false => Span { first: [0; 3], shape },
    }
}

/// Whether each voxel lies in the part that is not zero, its holes filled.
fn inside(channels: &[Array<f32>]) -> Vec<bool> {
    let [z, y, x] = channels[0].shape();
    let is_set = |at: usize| channels.iter().any(|channel| channel.values()[at] != 0.0);
    let set: Vec<u8> = (0..x * y * z).into_par_iter().map(|at| u8::from(is_set(at))).collect();
    let grid =
        Grid::new([x, y, z], Affine::IDENTITY).expect("a part of an image is no larger than it");
    let map = LabelMap::of_voxels(grid, LabelVoxels::Narrow(set), vec![0, 1]);
    let (map, _) = cavities::filled(map.expect("zeros and ones, one a voxel"), f64::INFINITY);
    map.voxels().iter().map(|label| label != 0).collect()
}

#[cfg(test)]
mod tests;
