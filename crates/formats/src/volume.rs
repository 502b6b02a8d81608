//! Volume files of all formats, told apart by what they hold.

use medshape_types::{Grid, LabelMap, Segmentation, Volume};

use crate::dicom_seg::{self, SegOptions};
use crate::error::{Error, ErrorKind};
use crate::facts::Facts;
use crate::input::Input;
use crate::limits::Limits;
use crate::stream::{Raw, Stream};
use crate::{dicom, metaimage, mgh, nifti, npz, nrrd, packing, zip};

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
    /// DICOM Segmentation; other DICOM files are refused as such.
    DicomSeg,
    /// NumPy arrays.
    Npz,
}

/// What a file holds, by its first bytes; the name of the file counts only for the voxels of a pair,
/// which can be any bytes.
///
/// # Errors
/// The file cannot be opened, is empty, or is damaged gzip.
pub fn format(input: &Input) -> Result<Option<VolumeFormat>, Error> {
    let bytes = first_bytes(input).map_err(|kind| input.error(kind))?;
    Ok(told(&bytes, &input.lower_name()))
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
        VolumeFormat::DicomSeg => of_bytes(input, limits, |bytes| {
            let options = SegOptions { fractional_threshold: input.least_fraction() };
            dicom_seg::read(bytes, limits, options)
        }),
        VolumeFormat::Npz => of_bytes(input, limits, |bytes| {
            let arrays = npz::read(bytes, limits)?;
            let labels = arrays.labels_of(input.sample())?.ok_or_else(|| arrays.nothing())?;
            Ok(labels.labels.into())
        }),
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
        VolumeFormat::DicomSeg | VolumeFormat::Npz => {
            let what = ErrorKind::NotThis("labels, not intensities".to_owned());
            Err(input.error(what))
        }
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
        VolumeFormat::DicomSeg => of_bytes(input, limits, |bytes| dicom_seg::grid(bytes, limits)),
        VolumeFormat::Npz => read_segmentation(input, limits).map(|found| *found.grid()),
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
        VolumeFormat::Mgh | VolumeFormat::DicomSeg | VolumeFormat::Npz => Ok(Vec::new()),
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
        VolumeFormat::DicomSeg | VolumeFormat::Npz => Ok(Facts::default()),
    };
    facts.map_err(|kind| input.error(kind))
}

/// What a file holds, or should by its name: then its reader says what is wrong with it.
fn known(input: &Input) -> Result<VolumeFormat, Error> {
    let found = || {
        let bytes = first_bytes(input)?;
        let name = input.lower_name();
        if let Some(format) = told(&bytes, &name) {
            return Ok(format);
        }
        packing::refuse(&bytes)?;
        by_name(&name).ok_or_else(not_a_volume)
    };
    found().map_err(|kind: ErrorKind| input.error(kind))
}

/// The format that bytes tell, or the name of bytes that can be any.
fn told(bytes: &[u8], lower_name: &str) -> Option<VolumeFormat> {
    let ends = |end: &str| lower_name.ends_with(end);
    by_content(bytes).or_else(|| match () {
        () if ends(".img") || ends(".img.gz") => Some(VolumeFormat::Nifti),
        () if bytes.starts_with(zip::MAGIC) && ends(".npz") => Some(VolumeFormat::Npz),
        () => None,
    })
}

fn by_name(lower_name: &str) -> Option<VolumeFormat> {
    const ENDINGS: [(&str, VolumeFormat); 12] = [
        (".nii", VolumeFormat::Nifti),
        (".hdr", VolumeFormat::Nifti),
        (".img", VolumeFormat::Nifti),
        (".nrrd", VolumeFormat::Nrrd),
        (".nhdr", VolumeFormat::Nrrd),
        (".mha", VolumeFormat::MetaImage),
        (".mhd", VolumeFormat::MetaImage),
        (".mgh", VolumeFormat::Mgh),
        (".mgz", VolumeFormat::Mgh),
        (".dcm", VolumeFormat::DicomSeg),
        (".seg", VolumeFormat::DicomSeg),
        (".npz", VolumeFormat::Npz),
    ];
    let name = lower_name.trim_end_matches(".gz");
    ENDINGS.into_iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| format)
}

fn not_a_volume() -> ErrorKind {
    let reason = "not a volume in a format that is read: NIfTI, Analyze, NRRD, MetaImage, MGH, DICOM \
                  Segmentation, NPZ";
    ErrorKind::NotThis(reason.to_owned())
}

fn of_bytes<T>(
    input: &Input,
    limits: &Limits,
    read: impl FnOnce(&[u8]) -> Result<T, ErrorKind>,
) -> Result<T, Error> {
    input.whole(limits.bytes).and_then(|bytes| read(&bytes)).map_err(|kind| input.error(kind))
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

/// The format of a file that begins like this.
pub(crate) fn by_content(bytes: &[u8]) -> Option<VolumeFormat> {
    if bytes.starts_with(nrrd::MAGIC) {
        Some(VolumeFormat::Nrrd)
    } else if nifti::begins_like(bytes) {
        Some(VolumeFormat::Nifti)
    } else if mgh::begins_like(bytes) {
        Some(VolumeFormat::Mgh)
    } else if metaimage::begins_like(bytes) {
        Some(VolumeFormat::MetaImage)
    } else if dicom::is_dicom(bytes) {
        Some(VolumeFormat::DicomSeg)
    } else {
        None
    }
}
