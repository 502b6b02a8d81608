//! All that stands before the pixels.

use super::identifiers::Hash;
use crate::dicom::{SEGMENTATION, tags, writer::Elements};

/// What differs from file to file.
pub(super) struct Content {
    pub(super) dims: [usize; 3],
    pub(super) n_frames: usize,
    pub(super) segments: Vec<Elements>,
    pub(super) shared: Elements,
    pub(super) frames: Vec<Elements>,
}

/// Preamble, first group and data set up to the pixels.
pub(super) fn bytes(content: &Content, pixels: &[u8]) -> Vec<u8> {
    let mut groups = Elements::default();
    groups.sequence(tags::SHARED_GROUPS, std::slice::from_ref(&content.shared));
    groups.sequence(tags::FRAME_GROUPS, &content.frames);
    let mut segments = Elements::default();
    segments.text(tags::SEGMENTATION_TYPE, *b"CS", "BINARY");
    segments.sequence(tags::SEGMENTS, &content.segments);
    let (groups, segments) = (groups.into_bytes(), segments.into_bytes());
    let size = content.dims.map(usize::to_le_bytes);
    let hash = Hash::EMPTY.and(size.as_flattened()).and(&groups).and(&segments).and(pixels);
    let mut bytes = [&[0; 128], b"DICM".as_slice(), &meta(hash).into_bytes()].concat();
    bytes.extend(general(hash).into_bytes());
    bytes.extend(image(content).into_bytes());
    bytes.extend(segments);
    bytes.extend(description().into_bytes());
    bytes.extend(groups);
    bytes
}

/// The functional groups of one frame.
pub(super) fn frame_groups(segment: u16, place: u32, position: [f64; 3]) -> Elements {
    let mut content = Elements::default();
    content.long_words(tags::DIMENSION_VALUES, &[u32::from(segment), place]);
    let mut plane = Elements::default();
    plane.decimals(tags::IMAGE_POSITION, &position);
    let mut identification = Elements::default();
    identification.words(tags::REFERENCED_SEGMENT, &[segment]);
    let mut groups = Elements::default();
    groups.sequence(tags::FRAME_CONTENT, &[content]);
    groups.sequence(tags::PLANE_POSITION, &[plane]);
    groups.sequence(tags::SEGMENT_IDENTIFICATION, &[identification]);
    groups
}

const UI: [u8; 2] = *b"UI";
const EXPLICIT_LITTLE: &str = "1.2.840.10008.1.2.1";

fn meta(hash: Hash) -> Elements {
    let mut group = Elements::default();
    group.bytes(tags::META_VERSION, *b"OB", &[0, 1]);
    group.text(tags::MEDIA_STORAGE_CLASS, UI, SEGMENTATION);
    group.text(tags::MEDIA_STORAGE_INSTANCE, UI, &hash.identifier("instance"));
    group.text(tags::TRANSFER_SYNTAX, UI, EXPLICIT_LITTLE);
    group.text(tags::IMPLEMENTATION_CLASS, UI, &Hash::EMPTY.identifier("medshape"));
    let mut meta = Elements::default();
    meta.long_words(tags::META_LENGTH, &[group.n_bytes()]);
    meta.extend(&group);
    meta
}

/// Patient, study, series, equipment: empty where the standard lets it be.
fn general(hash: Hash) -> Elements {
    let mut general = Elements::default();
    general.text(tags::CHARACTER_SET, *b"CS", "ISO_IR 192");
    general.text(tags::IMAGE_TYPE, *b"CS", "DERIVED\\PRIMARY");
    general.text(tags::SOP_CLASS, UI, SEGMENTATION);
    general.text(tags::SOP_INSTANCE, UI, &hash.identifier("instance"));
    general.text(tags::STUDY_DATE, *b"DA", "");
    general.text(tags::CONTENT_DATE, *b"DA", "19700101");
    general.text(tags::STUDY_TIME, *b"TM", "");
    general.text(tags::CONTENT_TIME, *b"TM", "000000");
    general.text(tags::ACCESSION_NUMBER, *b"SH", "");
    general.text(tags::MODALITY, *b"CS", "SEG");
    general.text(tags::MANUFACTURER, *b"LO", "medshape");
    general.text(tags::REFERRING_PHYSICIAN, *b"PN", "");
    general.text(tags::MODEL, *b"LO", "medshape");
    general.text(tags::PATIENT_NAME, *b"PN", "");
    general.text(tags::PATIENT_ID, *b"LO", "");
    general.text(tags::BIRTH_DATE, *b"DA", "");
    general.text(tags::PATIENT_SEX, *b"CS", "");
    general.text(tags::DEVICE_SERIAL, *b"LO", "0");
    general.text(tags::SOFTWARE, *b"LO", env!("CARGO_PKG_VERSION"));
    general.text(tags::STUDY, UI, &hash.identifier("study"));
    general.text(tags::SERIES, UI, &hash.identifier("series"));
    general.text(tags::STUDY_ID, *b"SH", "");
    general.text(tags::SERIES_NUMBER, *b"IS", "1");
    general.text(tags::INSTANCE_NUMBER, *b"IS", "1");
    general.text(tags::FRAME_OF_REFERENCE, UI, &hash.identifier("frame of reference"));
    general.text(tags::POSITION_REFERENCE, *b"LO", "");
    general.extend(&dimensions(&hash.identifier("dimensions")));
    general
}

/// Frames are told apart by segment, then by position.
fn dimensions(identifier: &str) -> Elements {
    let mut organization = Elements::default();
    organization.text(tags::DIMENSION_ORGANIZATION, UI, identifier);
    let index = |pointer: u32, group: u32, label: &str| {
        let mut index = organization.clone();
        index.pointer(tags::DIMENSION_POINTER, pointer);
        index.pointer(tags::DIMENSION_GROUP, group);
        index.text(tags::DIMENSION_LABEL, *b"LO", label);
        index
    };
    let indices = [
        index(tags::REFERENCED_SEGMENT, tags::SEGMENT_IDENTIFICATION, "ReferencedSegmentNumber"),
        index(tags::IMAGE_POSITION, tags::PLANE_POSITION, "ImagePositionPatient"),
    ];
    let mut dimensions = Elements::default();
    dimensions.sequence(tags::DIMENSION_ORGANIZATIONS, std::slice::from_ref(&organization));
    dimensions.sequence(tags::DIMENSION_INDICES, &indices);
    dimensions
}

fn image(content: &Content) -> Elements {
    let [columns, rows, _] = content.dims.map(|dim| dim as u16);
    let mut image = Elements::default();
    image.words(tags::SAMPLES, &[1]);
    image.text(tags::PHOTOMETRY, *b"CS", "MONOCHROME2");
    image.text(tags::FRAMES, *b"IS", &content.n_frames.to_string());
    image.words(tags::ROWS, &[rows]);
    image.words(tags::COLUMNS, &[columns]);
    image.words(tags::BITS_ALLOCATED, &[1]);
    image.words(tags::BITS_STORED, &[1]);
    image.words(tags::HIGH_BIT, &[0]);
    image.words(tags::PIXEL_SIGN, &[0]);
    image.text(tags::LOSSY, *b"CS", "00");
    image
}

fn description() -> Elements {
    let mut description = Elements::default();
    description.text(tags::CONTENT_LABEL, *b"CS", "SEGMENTATION");
    description.text(tags::CONTENT_DESCRIPTION, *b"LO", "");
    description.text(tags::CONTENT_CREATOR, *b"PN", "");
    description
}
