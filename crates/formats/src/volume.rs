//! Volume files of all formats, told apart by what they hold.

use std::path::Path;

use medshape_types::{Grid, LabelMap, Segmentation, Volume};

use crate::error::{Error, ErrorKind};
use crate::facts::Facts;
use crate::input::Input;
use crate::limits::Limits;
use crate::stream::{Raw, Stream};
use crate::{metaimage, mgh, nifti, nrrd};

/// A format of volumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum VolumeFormat {
    /// NIfTI-1 and -2, and Analyze 7.5 from which they came.
    Nifti,
    /// NRRD, Slicer's segmentations among them.
    Nrrd,
    /// MetaImage.
    MetaImage,
    /// MGH and MGZ.
    Mgh,
}

/// How the names of volume files end; those that another ends with come first.
pub const EXTENSIONS: [&str; 13] = [
    ".nii.gz",
    ".nii",
    ".hdr.gz",
    ".hdr",
    ".img.gz",
    ".img",
    ".seg.nrrd",
    ".nrrd",
    ".nhdr",
    ".mha",
    ".mhd",
    ".mgh",
    ".mgz",
];

/// Whether a file of this name should be a volume, in any case of its letters.
///
/// A `.img` is the one half of a pair: whoever lists a folder takes it together with its `.hdr`.
pub fn is_name(path: &Path) -> bool {
    extension(path).is_some()
}

/// The end of a name by which it is that of a volume.
pub fn extension(path: &Path) -> Option<&'static str> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    EXTENSIONS.into_iter().find(|extension| name.ends_with(extension))
}

/// What a file holds, by its first bytes; the name of the file counts only for the voxels of a pair,
/// which can be any bytes.
///
/// # Errors
/// The file cannot be opened, is empty, or is damaged gzip.
pub fn format(input: &Input) -> Result<Option<VolumeFormat>, Error> {
    let bytes = first_bytes(input).map_err(|kind| input.error(kind))?;
    let is_half = matches!(extension(input.name()), Some(".img" | ".img.gz"));
    Ok(format_of(&bytes).or(is_half.then_some(VolumeFormat::Nifti)))
}

/// The structures of a file: label maps in layers, world millimetres RAS+, and what it calls them.
///
/// # Errors
/// The file is no volume, damaged, larger than `limits`, or holds no labels.
pub fn read_segmentation(input: &Input, limits: &Limits) -> Result<Segmentation, Error> {
    match known(input)? {
        VolumeFormat::Nifti => nifti::read_label_map(input, limits).map(Segmentation::from),
        VolumeFormat::Nrrd => nrrd::read_segmentation(input, limits),
        VolumeFormat::MetaImage => metaimage::read_label_map(input, limits).map(Segmentation::from),
        VolumeFormat::Mgh => mgh::read_label_map(input, limits).map(Segmentation::from),
    }
}

/// The labels of a file that has them in one layer; what they are called is left behind.
///
/// # Errors
/// As for [`read_segmentation`], and for more layers than one.
pub fn read_label_map(input: &Input, limits: &Limits) -> Result<LabelMap, Error> {
    let (mut layers, _) = read_segmentation(input, limits)?.into_parts();
    match (layers.pop(), layers.len()) {
        (Some(map), 0) => Ok(map),
        (_, n_more) => {
            let what = format!("{} layers of structures that overlap", n_more + 1);
            Err(input.error(ErrorKind::unsupported("segmentation", what)))
        }
    }
}

/// The intensities of a file, as 32-bit floats.
///
/// # Errors
/// The file is no volume, damaged, larger than `limits`, or has several values a voxel.
pub fn read_volume(input: &Input, limits: &Limits) -> Result<Volume<f32>, Error> {
    match known(input)? {
        VolumeFormat::Nifti => nifti::read_volume(input, limits),
        VolumeFormat::Nrrd => nrrd::read_volume(input, limits),
        VolumeFormat::MetaImage => metaimage::read_volume(input, limits),
        VolumeFormat::Mgh => mgh::read_volume(input, limits),
    }
}

/// Where the voxels of a file lie, from its header alone.
///
/// # Errors
/// What is wrong with the header, or with the size of the file; a damaged body goes unnoticed.
pub fn read_grid(input: &Input, limits: &Limits) -> Result<Grid, Error> {
    match known(input)? {
        VolumeFormat::Nifti => nifti::read_grid(input, limits),
        VolumeFormat::Nrrd => nrrd::read_grid(input, limits),
        VolumeFormat::MetaImage => metaimage::read_grid(input, limits),
        VolumeFormat::Mgh => mgh::read_grid(input, limits),
    }
}

/// The files beside this one without which it is no volume: the other half of a pair, or those that
/// its header names. Whoever hashes or copies a volume takes them with it.
///
/// # Errors
/// The file is no volume, its header is damaged, or one of the others is not there.
pub fn files_of(input: &Input, limits: &Limits) -> Result<Vec<Input>, Error> {
    let files = match known(input)? {
        VolumeFormat::Nifti => nifti::files_of(input, limits),
        VolumeFormat::Nrrd => nrrd::files_of(input, limits),
        VolumeFormat::MetaImage => metaimage::files_of(input, limits),
        VolumeFormat::Mgh => Ok(Vec::new()),
    };
    files.map_err(|kind| input.error(kind))
}

/// What the header of a file says, before it is understood.
///
/// A sound header of something that is not read is described too; a fact named `refused` says why.
///
/// # Errors
/// The file is no volume, or its header is damaged.
pub fn describe(input: &Input, limits: &Limits) -> Result<Facts, Error> {
    let facts = match known(input)? {
        VolumeFormat::Nifti => nifti::describe(input, limits),
        VolumeFormat::Nrrd => nrrd::describe(input, limits),
        VolumeFormat::MetaImage => metaimage::describe(input, limits),
        VolumeFormat::Mgh => mgh::describe(input, limits),
    };
    facts.map_err(|kind| input.error(kind))
}

/// What a file holds, or should by its name: then its reader says what is wrong with it.
fn known(input: &Input) -> Result<VolumeFormat, Error> {
    let named = || {
        Some(match extension(input.name())? {
            ".nii.gz" | ".nii" | ".hdr.gz" | ".hdr" | ".img.gz" | ".img" => VolumeFormat::Nifti,
            ".seg.nrrd" | ".nrrd" | ".nhdr" => VolumeFormat::Nrrd,
            ".mha" | ".mhd" => VolumeFormat::MetaImage,
            _ => VolumeFormat::Mgh,
        })
    };
    format(input)?.or_else(named).ok_or_else(|| {
        let reason = "not a volume in a format that is read: NIfTI, Analyze, NRRD, MetaImage, MGH";
        input.error(ErrorKind::NotThis(reason.to_owned()))
    })
}

// Enough for the header of NIfTI-1 and for the first lines of MetaImage.
const N_FIRST: usize = 1024;

fn first_bytes(input: &Input) -> Result<Vec<u8>, ErrorKind> {
    let mut stream = Stream::new(Raw::open(input)?, &Limits::DEFAULT)?;
    let mut bytes = vec![0; N_FIRST];
    let n_bytes = stream.fill(&mut bytes)?;
    bytes.truncate(n_bytes);
    Ok(bytes)
}

fn format_of(bytes: &[u8]) -> Option<VolumeFormat> {
    if bytes.starts_with(nrrd::MAGIC) {
        Some(VolumeFormat::Nrrd)
    } else if nifti::begins_like(bytes) {
        Some(VolumeFormat::Nifti)
    } else if mgh::begins_like(bytes) {
        Some(VolumeFormat::Mgh)
    } else if metaimage::begins_like(bytes) {
        Some(VolumeFormat::MetaImage)
    } else {
        None
    }
}
