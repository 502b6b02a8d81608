//! MetaImage, the volume file of ITK: `.mha`, or `.mhd` with its voxels in other files.
//!
//! Its header is text, its space LPS; voxels are raw, zlib, or numbers in words.
//! Read as ITK reads it: `TransformMatrix` holds the direction of each axis in turn,
//! `AnatomicalOrientation`, `CenterOfRotation` and the slope of intensities are not heeded.
//! Unlike ITK, `DistanceUnits` is, and compressed voxels are taken to their own end, whatever
//! `CompressedDataSize` says: the checksum of zlib tells whether all of them came.

mod fields;
mod header;

use medshape_types::{Grid, LabelMap, Volume};

use crate::beside::Beside;
use crate::error::{Error, ErrorKind};
use crate::facts::Facts;
use crate::gzip;
use crate::input::Input;
use crate::limits::Limits;
use crate::stream::{Raw, Stream};
use crate::voxels;
use fields::{DataFile, Fields};
use header::Header;

pub(crate) use fields::begins_like;

const FORMAT: &str = "MetaImage";

/// Where the voxels of a file lie, from its header alone.
///
/// # Errors
/// What is wrong with the header, or with the size of the file.
pub fn read_grid(input: &Input, limits: &Limits) -> Result<Grid, Error> {
    let read = || Ok(open(Raw::open(input)?, Some(input), limits)?.1.grid);
    read().map_err(|kind: ErrorKind| input.error(kind))
}

/// The labels of a file, world millimetres RAS+.
///
/// # Errors
/// The file is damaged, names a file that is not beside it, or its voxels are no labels.
pub fn read_label_map(input: &Input, limits: &Limits) -> Result<LabelMap, Error> {
    let read = || label_map(open(Raw::open(input)?, Some(input), limits)?);
    read().map_err(|kind| input.error(kind))
}

/// The labels of a file that lies in memory.
///
/// # Errors
/// As for [`read_label_map`]; a header without its voxels is refused.
pub fn label_map_of(bytes: &[u8], limits: &Limits) -> Result<LabelMap, ErrorKind> {
    label_map(open(Raw::of(bytes)?, None, limits)?)
}

/// The intensities of a file.
///
/// # Errors
/// The file is damaged or names a file that is not beside it.
pub fn read_volume(input: &Input, limits: &Limits) -> Result<Volume<f32>, Error> {
    let read = || {
        let (mut stream, header) = open(Raw::open(input)?, Some(input), limits)?;
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
    let is_local = fields.data_file == DataFile::Local;
    facts.add("files", if is_local { "one" } else { "header and voxels apart" });
    facts.add_list("dims", &fields.dims);
    facts.add("channels", fields.n_channels);
    facts.add("datatype", fields.datatype.map_or("not read", crate::voxels::Datatype::name));
    facts.add("byte-order", fields.order.name());
    facts.add("encoding", if fields.is_binary { "raw" } else { "text" });
    facts.add("compression", if fields.is_compressed { "zlib" } else { "none" });
    if let Some(n_bytes) = fields.compressed_size {
        facts.add("compressed-bytes", n_bytes);
    }
    facts.add_list("spacing", &fields.spacing);
    facts.add("unit", fields.unit.map_or("not said", crate::Units::word));
    facts.add("space", "left-posterior-superior, as the format has it");
    facts.add_grid(Header::new(&fields).map(|header| header.grid));
    Ok(facts)
}

fn label_map((mut stream, header): (Stream<'_>, Header)) -> Result<LabelMap, ErrorKind> {
    let map = voxels::label_map(&mut stream, &header.grid, header.encoding)?;
    stream.finish()?;
    Ok(map)
}

/// Reads the header and stands at the first voxel.
fn open<'a>(
    mut raw: Raw<'a>,
    input: Option<&Input>,
    limits: &'a Limits,
) -> Result<(Stream<'a>, Header), ErrorKind> {
    let fields = Fields::read(&mut raw, limits)?;
    let header = Header::new(&fields)?;
    let n_bytes = header.encoding.n_bytes(&header.grid);
    let beside = Beside { header: input, limits };
    let mut inputs = files(&mut raw, &fields, beside)?;
    let mut stream = match (inputs.pop(), inputs.len()) {
        (None, _) => voxels_in(raw, &header, n_bytes, limits)?,
        (Some(input), 0) => voxels_in(Raw::open(&input)?, &header, n_bytes, limits)?,
        (Some(last), _) => {
            inputs.push(last);
            in_parts(inputs, header.clone(), n_bytes, limits)
        }
    };
    stream.expect(n_bytes)?;
    Ok((stream, header))
}

/// The files beside this one that hold its voxels.
pub(crate) fn files_of(input: &Input, limits: &Limits) -> Result<Vec<Input>, ErrorKind> {
    let mut raw = Raw::open(input)?;
    let fields = Fields::read(&mut raw, limits)?;
    files(&mut raw, &fields, Beside { header: Some(input), limits })
}

/// The files that hold the voxels; none if they stand behind the header.
fn files(raw: &mut Raw<'_>, fields: &Fields, beside: Beside<'_>) -> Result<Vec<Input>, ErrorKind> {
    match &fields.data_file {
        DataFile::Local => Ok(Vec::new()),
        DataFile::Name(name) => Ok(vec![beside.file(name)?]),
        DataFile::List { n_axes } => listed(raw, fields.n_files(*n_axes), beside),
        DataFile::Pattern { pattern, first, step } => {
            let n_files = fields.n_files(fields.dims.len() - 1);
            beside.check(n_files)?;
            let numbers = (0..n_files).map(|n| first.saturating_add(step.saturating_mul(n as i64)));
            beside.pattern(pattern, numbers)
        }
    }
}

/// The files whose names stand behind the header, a line each.
fn listed(raw: &mut Raw<'_>, n_files: usize, beside: Beside<'_>) -> Result<Vec<Input>, ErrorKind> {
    beside.check(n_files)?;
    let mut inputs = Vec::new();
    while let Some(line) = raw.line(beside.limits.line)? {
        let name = crate::words::text(FORMAT, &line)?;
        if name.trim().is_empty() {
            continue;
        }
        if inputs.len() == n_files {
            return Err(ErrorKind::malformed(
                FORMAT,
                format!("it lists more than {n_files} files"),
            ));
        }
        inputs.push(beside.file(name.trim())?);
    }
    if inputs.len() < n_files {
        let reason = format!("it lists {} files; there have to be {n_files}", inputs.len());
        return Err(ErrorKind::malformed(FORMAT, reason));
    }
    Ok(inputs)
}

fn in_parts(inputs: Vec<Input>, header: Header, n_bytes: u64, limits: &Limits) -> Stream<'_> {
    // The files are slices of whole axes: each has as much as the others.
    let n_of_each = n_bytes / (inputs.len() as u64);
    let open = move |input: &Input| voxels_in(Raw::open(input)?, &header, n_of_each, limits);
    Stream::parts(inputs, n_of_each, open, limits)
}

/// The voxels that lie in a file, from here on or where the header says.
fn voxels_in<'a>(
    mut raw: Raw<'a>,
    header: &Header,
    n_bytes: u64,
    limits: &Limits,
) -> Result<Stream<'a>, ErrorKind> {
    match header.n_skipped {
        None if header.is_plain() => raw.seek_to_last(n_bytes)?,
        Some(0) | None => {}
        Some(n_skipped) => raw.seek_to(n_skipped)?,
    }
    if !header.is_binary {
        return Ok(Stream::numbers(raw, header.encoding.datatype, limits));
    }
    match header.is_compressed {
        false => Stream::plain(raw, limits),
        true if raw.begins_with(&gzip::MAGIC)? => Stream::gzip(raw, limits),
        true => Stream::zlib(raw, limits),
    }
}
