//! NIfTI, the volume file of neuroimaging and of most segmentation programs (Cox et al., 2004), and
//! Analyze 7.5, from which it came.
//!
//! Versions 1 and 2, in one file or as `.hdr` with `.img`, plain or gzip (told apart by content, not
//! by name), both byte orders, every real number type.
//! Files are streamed: memory holds the decoded voxels and one buffer, never the raw bytes.
//!
//! Space comes from the sform if it has a code, else from the qform if it has one, else from the
//! voxel spacing with the origin in the middle of the image and x running to the left, which is
//! what nibabel does.
//! So it is for Analyze, which says nothing of left: most programs that wrote it had x run to the
//! left. SPM's origin is heeded where it is set.
//! Metres and micrometres become millimetres; an unknown unit is taken for millimetres.

mod codes;
mod describe;
mod header;
mod layout;
mod pair;
mod space;
mod writer;

use medshape_types::{Grid, LabelMap, Volume};

use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::limits::Limits;
use crate::stream::{Raw, Stream};
use crate::voxels;
use header::Header;
use layout::Fields;

pub(crate) use describe::describe;
pub use writer::write_label_map;

/// Where the voxels of a file lie, from its header alone.
///
/// # Errors
///
/// What is wrong with the header, or with the size of the file; a damaged body goes unnoticed.
pub fn read_grid(input: &Input, limits: &Limits) -> Result<Grid, Error> {
    open(input, limits).map(|(_, header)| header.grid).map_err(|kind| input.error(kind))
}

/// The labels of a file; voxels in the order of the file, world millimetres RAS+.
///
/// Floating-point files are label maps if every voxel is a whole number.
/// Negative labels are kept in [`LabelMap::values`].
///
/// # Errors
///
/// [`ErrorKind::NotALabelMap`] if the file is sound but holds something else; other kinds if it
/// is not sound.
pub fn read_label_map(input: &Input, limits: &Limits) -> Result<LabelMap, Error> {
    open(input, limits).and_then(label_map).map_err(|kind| input.error(kind))
}

/// The labels of a file that lies in memory.
///
/// # Errors
///
/// As for [`read_label_map`]; the header of a pair is refused.
pub fn label_map_of(bytes: &[u8], limits: &Limits) -> Result<LabelMap, ErrorKind> {
    let stream = Stream::new(Raw::of(bytes)?, limits)?;
    in_one_file(stream).and_then(label_map)
}

/// The intensities of a file, `scl_slope` and `scl_inter` applied.
///
/// Voxels that are NaN or infinite stay so.
///
/// # Errors
///
/// What is wrong with the header or the body; colours and complex numbers are no intensities.
pub fn read_volume(input: &Input, limits: &Limits) -> Result<Volume<f32>, Error> {
    let read = || {
        let (mut stream, header) = open(input, limits)?;
        let volume = voxels::volume(&mut stream, &header.grid, header.encoding)?;
        stream.finish()?;
        Ok(volume)
    };
    read().map_err(|kind: ErrorKind| input.error(kind))
}

/// The other half of a pair, if the file is one half of any.
pub(crate) fn files_of(input: &Input, limits: &Limits) -> Result<Vec<Input>, ErrorKind> {
    let pair = pair::find(input, limits)?;
    let both = pair.into_iter().flat_map(|pair| [pair.header, pair.voxels]);
    Ok(both.filter(|half| half != input).collect())
}

/// Whether bytes begin like a header of any version and byte order.
pub(crate) fn begins_like(bytes: &[u8]) -> bool {
    let Some(size) = bytes.first_chunk::<4>() else { return false };
    [i32::from_le_bytes(*size), i32::from_be_bytes(*size)]
        .iter()
        .any(|size| matches!(size, 348 | 540))
}

fn label_map((mut stream, header): (Stream<'_>, Header)) -> Result<LabelMap, ErrorKind> {
    let map = voxels::label_map(&mut stream, &header.grid, header.encoding)?;
    stream.finish()?;
    Ok(map)
}

/// Opens a file or a pair of files and stands at the first voxel.
fn open(input: &Input, limits: &Limits) -> Result<(Stream<'static>, Header), ErrorKind> {
    match pair::find(input, limits)? {
        None => in_one_file(Stream::open(input, limits)?),
        Some(pair) => {
            let header = Header::new(&pair.fields)?;
            at_first_voxel(Stream::open(&pair.voxels, limits)?, header)
        }
    }
}

fn in_one_file(mut stream: Stream<'_>) -> Result<(Stream<'_>, Header), ErrorKind> {
    let fields = Fields::read(&mut stream)?;
    if fields.is_pair {
        return Err(ErrorKind::TwoFiles);
    }
    let header = Header::new(&fields)?;
    at_first_voxel(stream, header)
}

fn at_first_voxel(
    mut stream: Stream<'_>,
    header: Header,
) -> Result<(Stream<'_>, Header), ErrorKind> {
    let n_skipped = header.vox_offset.saturating_sub(stream.n_taken());
    stream.expect(n_skipped + header.encoding.n_bytes(&header.grid))?;
    stream.skip(n_skipped)?;
    Ok((stream, header))
}
