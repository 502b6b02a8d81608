//! Outlines on parallel planes made into voxels.
//!
//! The planes give the grid: their normal is its third axis, and the gap that is most common between
//! them its spacing. A voxel is inside if its centre is inside of an odd number of outlines of its
//! plane, so that holes may be drawn as outlines of their own or as keyholes.
//! Every plane fills the slices nearest to it, as rt-utils and Plastimatch do; nothing is blended from
//! plane to plane. Where planes are further apart than one and a half spacings, the structure has a gap,
//! and each of the two fills half a spacing beyond itself.

mod frame;
mod planes;
mod scan;

use std::ops::Range;

use medshape_types::{
    ContouredStructure, Contours, GridError, Layers, LayersError, Segment, Segmentation,
};

use frame::Frame;
use planes::{Plane, Slices};
use scan::Rows;

/// How outlines are made into voxels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RasterOptions {
    /// Spacing within planes.
    pub in_plane_mm: f64,
    /// Spacing of slices; if none is given, that of the planes.
    pub slice_mm: Option<f64>,
    /// The most voxels of the grid; all layers together take at most four times as many.
    pub voxels: usize,
    /// The most layers of structures that overlap.
    pub layers: usize,
}

impl Default for RasterOptions {
    /// Millimetres, and what a machine of 4 GB can take.
    fn default() -> Self {
        Self { in_plane_mm: 1.0, slice_mm: None, voxels: 1 << 28, layers: 256 }
    }
}

/// Why outlines do not become voxels.
#[derive(Debug, Clone, PartialEq)]
pub enum ContourError {
    /// No outline encloses an area.
    Empty,
    /// An outline of this structure does not lie on a plane that is parallel to the others.
    NotParallel(String),
    /// The outlines, at this spacing, need more voxels than a grid has.
    Grid(GridError),
    /// The outlines, at this spacing, need more voxels than this.
    TooManyVoxels(usize),
    /// The outlines are so long, at this spacing, that they cross more rows of voxels than this.
    TooLong(usize),
    /// Structures that overlap do not fit into layers.
    Layers(LayersError),
}

impl std::fmt::Display for ContourError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("no outline encloses an area"),
            Self::NotParallel(name) => {
                write!(f, "outlines of `{name}` do not lie on planes parallel to the others")
            }
            Self::Grid(error) => write!(f, "the outlines need a grid with {error}"),
            Self::TooManyVoxels(most) => {
                write!(f, "the outlines need more than {most} voxels: take a larger spacing")
            }
            Self::TooLong(most) => {
                write!(f, "the outlines cross more than {most} rows: take a larger spacing")
            }
            Self::Layers(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ContourError {}

/// Structures as voxels on a grid that holds all outlines and a voxel around them.
///
/// Structures that overlap go to layers. The value of a structure is its number in the file; if one is 0
/// or two are equal, they are counted from 1 instead. A structure without outlines is empty.
///
/// ```
/// use medshape_geometry::voxels::contours::{RasterOptions, rasterised};
/// use medshape_types::{ContouredStructure, Contours};
///
/// let square = |z| vec![[0.0, 0.0, z], [20.0, 0.0, z], [20.0, 20.0, z], [0.0, 20.0, z]];
/// let outlines = (0..10).map(|n| square(3.0 * f64::from(n))).collect();
/// let structure = ContouredStructure { number: 1, outlines, ..ContouredStructure::default() };
/// let contours = Contours { structures: vec![structure], n_left_out: 0 };
/// let voxels = rasterised(&contours, &RasterOptions::default())?;
/// assert_eq!(voxels.grid().spacing_mm(), [1.0, 1.0, 3.0]);
/// assert_eq!(voxels.layers()[0].counts()[1], 20 * 20 * 10);
/// # Ok::<(), medshape_geometry::voxels::contours::ContourError>(())
/// ```
///
/// # Errors
/// See [`ContourError`].
pub fn rasterised(
    contours: &Contours,
    options: &RasterOptions,
) -> Result<Segmentation, ContourError> {
    check_extent(contours)?;
    let normal = frame::normal(contours).ok_or(ContourError::Empty)?;
    let planes = planes::of(contours, normal);
    let slices = Slices::through(&planes, options);
    check_spacing([options.in_plane_mm, slices.spacing])?;
    planes::check_parallel(contours, normal, slices.spacing)?;
    let frame = Frame::around(contours, normal, &slices, options)?;
    let most_layers = options.layers.min(options.voxels.saturating_mul(4) / frame.grid.n_voxels());
    let mut layers = Layers::new(frame.grid, most_layers);
    let values = values(contours);
    let mut rows = Rows { most: options.voxels, n_left: options.voxels };
    for ((structure, planes), value) in contours.structures.iter().zip(&planes).zip(values) {
        let runs = runs(structure, planes, &frame, &mut rows)?;
        let segment = Segment {
            value,
            name: structure.name.clone(),
            colour: structure.colour,
            ..Segment::default()
        };
        layers.add(segment, runs.into_iter()).map_err(ContourError::Layers)?;
    }
    layers.finish().map_err(ContourError::Layers)
}

/// Refuses what is farther away than any scanner, and what is no number.
fn check_extent(contours: &Contours) -> Result<(), ContourError> {
    const MOST_MM: f64 = 1e6;
    let outlines = contours.structures.iter().flat_map(|structure| &structure.outlines);
    let is_near = outlines.flatten().flatten().all(|value| value.abs() <= MOST_MM);
    if is_near { Ok(()) } else { Err(ContourError::Grid(GridError::Dim)) }
}

/// Refuses what no grid has, before anything is divided by it.
fn check_spacing(spacing_mm: [f64; 2]) -> Result<(), ContourError> {
    let is_sound = spacing_mm.iter().all(|spacing| (1e-3..=100.0).contains(spacing));
    if is_sound { Ok(()) } else { Err(ContourError::Grid(GridError::Spacing)) }
}

/// The voxels of a structure, as runs along rows of the grid.
fn runs(
    structure: &ContouredStructure,
    planes: &[Plane],
    frame: &Frame,
    rows: &mut Rows,
) -> Result<Vec<Range<usize>>, ContourError> {
    let mut runs = Vec::new();
    for (plane, slices) in planes.iter().zip(planes::slices_of(planes, frame)) {
        if slices.is_empty() {
            continue;
        }
        let outlines = plane.outlines.iter().map(|&outline| &structure.outlines[outline]);
        let of_plane = scan::spans(outlines, frame, rows)?;
        for slice in slices {
            let voxel = |x: usize, y: usize| frame.grid.index([x, y, slice]);
            runs.extend(of_plane.iter().map(|&[y, x, end]| voxel(x, y)..voxel(end, y)));
        }
    }
    Ok(runs)
}

/// The numbers of the structures, or, where they cannot be labels, their places.
fn values(contours: &Contours) -> Vec<i64> {
    let numbers: Vec<i64> = contours.structures.iter().map(|each| each.number).collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let are_labels = !sorted.contains(&0) && sorted.windows(2).all(|pair| pair[0] != pair[1]);
    if are_labels { numbers } else { (1..=numbers.len() as i64).collect() }
}

#[cfg(test)]
mod tests;
