//! DICOM segmentations (PS3.3, A.51 and C.8.20): voxels of structures, frame by frame, with names and
//! codes.
//!
//! Taken are BINARY, where each frame holds one structure and structures may overlap; LABELMAP, where a
//! frame holds the numbers of all structures; and FRACTIONAL, if a threshold is given.
//! Frames are sorted along their normal; where there is none, there is background.
//!
//! A grid runs like the frames: x along the rows of a frame, y down its columns, z along the normal.

mod colour;
mod frames;
mod groups;
mod place;
mod samples;
mod segments;
mod writer;

use std::ops::Range;

use medshape_types::{
    Grid, LabelMap, Layers, LayersError, MAX_LABELS, Segment, Segmentation, SegmentationError,
};

use crate::dicom::{self, DataSet};
use crate::error::{ErrorKind, NotLabels};
use crate::limits::Limits;
use frames::{Format, Frames};
use place::Placed;
use samples::Samples;
use segments::Segments;

pub use writer::write;

/// How a segmentation is read.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SegOptions {
    /// Of a FRACTIONAL segmentation: the least share of the full value, above 0 and at most 1, that counts
    /// as inside. Without it such files are refused.
    pub fractional_threshold: Option<f64>,
}

/// The structures of a file in memory, in world millimetres RAS+.
///
/// The value of a structure is its segment number. What the file calls background is background: the
/// pixel padding value of a label map, and a segment of the type "Background".
///
/// # Errors
/// Files that are damaged or something else; frames that do not lie evenly on one grid, each reason by
/// its name.
pub fn read(bytes: &[u8], limits: &Limits, options: SegOptions) -> Result<Segmentation, ErrorKind> {
    let data_set = open(bytes, limits)?;
    let frames = Frames::read(&data_set, options)?;
    let placed = Placed::new(&frames)?;
    let segments = Segments::read(data_set.root(), limits)?;
    let most_layers = most_layers(&placed.grid, bytes.len(), limits)?;
    match frames.format {
        Format::LabelMap { .. } => label_map(&data_set, &frames, &placed, segments),
        Format::Mask { .. } => masks(&data_set, &frames, &placed, segments, most_layers),
    }
}

/// Where the voxels of a file lie, from all that it says but the voxels themselves.
///
/// # Errors
/// As [`read`], but for what concerns segments and voxels.
pub fn grid(bytes: &[u8], limits: &Limits) -> Result<Grid, ErrorKind> {
    let data_set = open(bytes, limits)?;
    // Whether fractions count does not move them.
    let options = SegOptions { fractional_threshold: Some(1.0) };
    Ok(Placed::new(&Frames::read(&data_set, options)?)?.grid)
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<DataSet<'a>, ErrorKind> {
    let data_set = DataSet::read(bytes, limits)?;
    let class = data_set.class()?;
    if ![dicom::SEGMENTATION, dicom::LABEL_MAP_SEGMENTATION].contains(&class.as_str()) {
        let name = dicom::class_name(&class);
        return Err(ErrorKind::NotThis(format!("{name}, not a segmentation: it holds no labels")));
    }
    data_set.check_native()?;
    Ok(data_set)
}

/// How many layers of voxels the file may become.
fn most_layers(grid: &Grid, n_bytes: usize, limits: &Limits) -> Result<usize, ErrorKind> {
    // Two small frames far apart are an honest file of many voxels.
    const AT_LEAST: u64 = 256 << 20;
    let most = limits.unpacked(n_bytes as u64).saturating_add(AT_LEAST).min(limits.bytes);
    let n_layers = most / (size_of::<u16>() * grid.n_voxels()) as u64;
    if n_layers == 0 {
        return Err(ErrorKind::limit("bytes of voxels for a file of this size", most));
    }
    Ok(limits.layers.min(usize::try_from(n_layers).unwrap_or(usize::MAX)))
}

/// Frames of one structure each, in layers.
fn masks(
    data_set: &DataSet<'_>,
    frames: &Frames,
    placed: &Placed,
    segments: Segments,
    most_layers: usize,
) -> Result<Segmentation, ErrorKind> {
    let samples = Samples::of(data_set, frames)?;
    let of_segment = frames_by_segment(frames, placed, &segments)?;
    let mut layers = Layers::new(placed.grid, most_layers);
    for (described, of_segment) in segments.list.into_iter().zip(&of_segment) {
        let segment = Segment { value: described.number.into(), ..described.segment };
        let runs = runs(samples, frames.frame_size(), of_segment);
        layers.add(segment, runs).map_err(|error| refused(error, most_layers))?;
    }
    layers.finish().map_err(|error| refused(error, most_layers))
}

/// For each segment its frames, from the lowest slice to the highest: the frame, and its first voxel.
fn frames_by_segment(
    frames: &Frames,
    placed: &Placed,
    segments: &Segments,
) -> Result<Vec<Vec<[usize; 2]>>, ErrorKind> {
    let mut of_segment = vec![Vec::new(); segments.list.len()];
    for (n_frame, frame) in frames.list.iter().enumerate() {
        let number = match (frame.segment, segments.only()) {
            (Some(number), _) | (None, Some(number)) => number,
            (None, None) => {
                return Err(malformed(format!("frame {} does not say its segment", n_frame + 1)));
            }
        };
        if segments.is_background(number) {
            continue;
        }
        let place = segments.place(number).ok_or_else(|| {
            let reason =
                format!("frame {} is of segment {number}, which is not there", n_frame + 1);
            malformed(reason)
        })?;
        of_segment[place].push([n_frame, placed.slices[n_frame] * frames.frame_size()]);
    }
    for (described, of_segment) in segments.list.iter().zip(&mut of_segment) {
        of_segment.sort_unstable_by_key(|&[_, first]| first);
        let twice = of_segment.windows(2).find(|pair| pair[0][1] == pair[1][1]);
        if let Some(&[[one, _], [other, _]]) = twice.and_then(|pair| pair.first_chunk()) {
            return Err(malformed(format!(
                "frames {} and {} are both segment {} at one place",
                one + 1,
                other + 1,
                described.number
            )));
        }
    }
    Ok(of_segment)
}

/// The voxels of some frames that are inside, as runs.
fn runs<'a>(
    samples: Samples<'a>,
    frame_size: usize,
    frames: &'a [[usize; 2]],
) -> impl Iterator<Item = Range<usize>> + Clone + 'a {
    frames.iter().flat_map(move |&[frame, voxel]| {
        let (first, end) = (frame * frame_size, (frame + 1) * frame_size);
        let mut at = first;
        std::iter::from_fn(move || {
            let begin = samples.next(at, end, true);
            at = samples.next(begin, end, false);
            (begin < end).then(|| voxel + begin - first..voxel + at - first)
        })
    })
}

/// Frames that hold the numbers of all structures, in one layer.
fn label_map(
    data_set: &DataSet<'_>,
    frames: &Frames,
    placed: &Placed,
    segments: Segments,
) -> Result<Segmentation, ErrorKind> {
    placed.check_single()?;
    let pixels = frames.pixels(data_set)?;
    let n_voxels = placed.grid.n_voxels();
    let mut voxels: Vec<u16> = Vec::new();
    voxels.try_reserve_exact(n_voxels).map_err(|_| ErrorKind::OutOfMemory { n_voxels })?;
    voxels.resize(n_voxels, 0);
    for (frame, &slice) in frames.frames_of(pixels).zip(&placed.slices) {
        let out = &mut voxels[slice * frames.frame_size()..][..frames.frame_size()];
        frames.decode(frame, data_set.is_big_endian(), out);
    }
    let is_background = |number: u16| number == 0 || segments.is_background(number);
    let values = indexed(&mut voxels, is_background)?;
    let map =
        LabelMap::new(placed.grid, voxels, values).map_err(|error| malformed(error.to_string()))?;
    let of_file = |described: segments::Described| Segment {
        value: described.number.into(),
        ..described.segment
    };
    let segments = segments.list.into_iter().map(of_file).collect();
    Segmentation::new(vec![map], segments)
        .map_err(|error: SegmentationError| malformed(error.to_string()))
}

/// Turns numbers into indices of the values that it returns.
fn indexed(voxels: &mut [u16], is_background: impl Fn(u16) -> bool) -> Result<Vec<i64>, ErrorKind> {
    let mut is_there = vec![false; 1 << 16];
    for &voxel in &*voxels {
        is_there[usize::from(voxel)] = true;
    }
    let mut values = vec![0];
    let mut index = vec![0; 1 << 16];
    for number in (0..=u16::MAX).filter(|&number| is_there[usize::from(number)]) {
        if !is_background(number) {
            index[usize::from(number)] = values.len() as u16;
            values.push(i64::from(number));
        }
    }
    if values.len() > MAX_LABELS + 1 {
        return Err(NotLabels::TooManyValues.into());
    }
    for voxel in voxels {
        *voxel = index[usize::from(*voxel)];
    }
    Ok(values)
}

fn refused(error: LayersError, most_layers: usize) -> ErrorKind {
    match error {
        LayersError::TooManyLayers => {
            ErrorKind::limit("layers of segments that overlap", most_layers as u64)
        }
        LayersError::TooManyLabels => NotLabels::TooManyValues.into(),
        LayersError::Values | LayersError::OutOfMemory => malformed(error.to_string()),
    }
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed("DICOM SEG", reason)
}
