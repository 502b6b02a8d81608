//! NRRD, the volume file of Teem and of 3D Slicer, whose segmentations are `.seg.nrrd` (Kindlmann,
//! 2004).
//!
//! Header and voxels in one file or apart; raw, gzip, numbers in words or hexadecimal digits.
//! The header is text: it says which way the axes of space point, and for Slicer's segmentations what
//! each label is called and what it means, in keys of its own.
//! Structures that overlap lie in layers, a fourth axis.
//!
//! A file that names no space, or one that is not of a body (`scanner-xyz`, `3D-right-handed`), is
//! taken for LPS, as ITK and with it Slicer's segmentations do.
//! A unit that is not known is taken for millimetres.

mod axes;
mod data;
mod fields;
mod header;
mod segments;
mod space;
mod vectors;
mod writer;

use medshape_types::{Grid, Segmentation, Volume};

use crate::beside::Beside;
use crate::error::{Error, ErrorKind};
use crate::facts::Facts;
use crate::input::Input;
use crate::limits::Limits;
use crate::stream::{Raw, Stream};
use crate::voxels;
use axes::Layers;
use fields::Fields;
use header::Header;

pub use writer::{write_label_map, write_segmentation};

const FORMAT: &str = "NRRD";

/// The first bytes of every file.
pub(crate) const MAGIC: &[u8] = b"NRRD000";

/// Where the voxels of a file lie, from its header alone.
///
/// # Errors
/// What is wrong with the header, or with the size of the file.
pub fn read_grid(input: &Input, limits: &Limits) -> Result<Grid, Error> {
    let read = || Ok(open(Raw::open(input)?, Some(input), limits)?.header.grid);
    read().map_err(|kind: ErrorKind| input.error(kind))
}

/// The layers of a file and, if Slicer wrote it, what their labels are called; world millimetres RAS+.
///
/// # Errors
/// The file is damaged, names a file that is not beside it, or its voxels are no labels.
pub fn read_segmentation(input: &Input, limits: &Limits) -> Result<Segmentation, Error> {
    let read = || segmentation(open(Raw::open(input)?, Some(input), limits)?, limits);
    read().map_err(|kind| input.error(kind))
}

/// The same for a file that lies in memory.
///
/// # Errors
/// As for [`read_segmentation`]; a header without its voxels is refused.
pub fn segmentation_of(bytes: &[u8], limits: &Limits) -> Result<Segmentation, ErrorKind> {
    segmentation(open(Raw::of(bytes)?, None, limits)?, limits)
}

/// The intensities of a file.
///
/// # Errors
/// The file is damaged, names a file that is not beside it, or holds several values a voxel.
pub fn read_volume(input: &Input, limits: &Limits) -> Result<Volume<f32>, Error> {
    let read = || {
        let Opened { mut stream, header, .. } = open(Raw::open(input)?, Some(input), limits)?;
        if header.layers != Layers::One {
            return Err(ErrorKind::unsupported(FORMAT, "several values a voxel"));
        }
        let volume = voxels::volume(&mut stream, &header.grid, header.encoding)?;
        stream.finish()?;
        Ok(volume)
    };
    read().map_err(|kind: ErrorKind| input.error(kind))
}

/// The facts of a file.
pub(crate) fn describe(input: &Input, limits: &Limits) -> Result<Facts, ErrorKind> {
    let fields = Fields::read(&mut Raw::open(input)?, limits)?;
    let mut facts = Facts::default();
    facts.add("format", FORMAT);
    facts.add("version", fields.version());
    let is_apart = fields.get("datafile").is_some();
    facts.add("files", if is_apart { "header and voxels apart" } else { "one" });
    header::add_facts(&fields, &mut facts, limits);
    facts.add("segments", fields.segment_numbers(limits)?.len());
    let header = Header::new(&fields, limits);
    if let Ok(header) = &header {
        facts.add("layers", header.layers.count());
    }
    facts.add_grid(header.map(|header| header.grid));
    Ok(facts)
}

/// The files beside this one that hold its voxels.
pub(crate) fn files_of(input: &Input, limits: &Limits) -> Result<Vec<Input>, ErrorKind> {
    let fields = Fields::read(&mut Raw::open(input)?, limits)?;
    data::files(&fields, Beside { header: Some(input), limits })
}

/// A file at its first voxel.
struct Opened<'a> {
    stream: Stream<'a>,
    fields: Fields,
    header: Header,
}

fn open<'a>(
    mut raw: Raw<'a>,
    input: Option<&'a Input>,
    limits: &'a Limits,
) -> Result<Opened<'a>, ErrorKind> {
    let fields = Fields::read(&mut raw, limits)?;
    let header = Header::new(&fields, limits)?;
    let mut stream = data::voxels(raw, &fields, &header, Beside { header: input, limits })?;
    stream.expect(header.n_bytes())?;
    Ok(Opened { stream, fields, header })
}

fn segmentation(opened: Opened<'_>, limits: &Limits) -> Result<Segmentation, ErrorKind> {
    let Opened { mut stream, fields, header } = opened;
    // Before the voxels: a mistake in the header is found at once.
    let segments = segments::of(&fields, header.layers.count(), limits)?;
    let Header { grid, encoding, .. } = header;
    let layers = match header.layers {
        Layers::One => vec![voxels::label_map(&mut stream, &grid, encoding)?],
        Layers::Interleaved(n) => voxels::interleaved(&mut stream, &grid, encoding, n)?,
        Layers::Planar(n) => (0..n)
            .map(|_| voxels::label_map(&mut stream, &grid, encoding))
            .collect::<Result<_, _>>()?,
    };
    stream.finish()?;
    Segmentation::new(layers, segments)
        .map_err(|cause| ErrorKind::malformed(FORMAT, cause.to_string()))
}
