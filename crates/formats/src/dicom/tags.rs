//! The tags that medshape looks for (PS3.6).

pub(crate) const META_LENGTH: u32 = 0x0002_0000;
pub(crate) const META_VERSION: u32 = 0x0002_0001;
pub(crate) const MEDIA_STORAGE_CLASS: u32 = 0x0002_0002;
pub(crate) const MEDIA_STORAGE_INSTANCE: u32 = 0x0002_0003;
pub(crate) const TRANSFER_SYNTAX: u32 = 0x0002_0010;
pub(crate) const IMPLEMENTATION_CLASS: u32 = 0x0002_0012;

pub(crate) const CHARACTER_SET: u32 = 0x0008_0005;
pub(crate) const IMAGE_TYPE: u32 = 0x0008_0008;
pub(crate) const SOP_CLASS: u32 = 0x0008_0016;
pub(crate) const SOP_INSTANCE: u32 = 0x0008_0018;
pub(crate) const STUDY_DATE: u32 = 0x0008_0020;
pub(crate) const CONTENT_DATE: u32 = 0x0008_0023;
pub(crate) const STUDY_TIME: u32 = 0x0008_0030;
pub(crate) const CONTENT_TIME: u32 = 0x0008_0033;
pub(crate) const ACCESSION_NUMBER: u32 = 0x0008_0050;
pub(crate) const MODALITY: u32 = 0x0008_0060;
pub(crate) const MANUFACTURER: u32 = 0x0008_0070;
pub(crate) const REFERRING_PHYSICIAN: u32 = 0x0008_0090;
pub(crate) const CODE_VALUE: u32 = 0x0008_0100;
pub(crate) const CODE_SCHEME: u32 = 0x0008_0102;
pub(crate) const CODE_MEANING: u32 = 0x0008_0104;
pub(crate) const LONG_CODE_VALUE: u32 = 0x0008_0119;
pub(crate) const URN_CODE_VALUE: u32 = 0x0008_0120;
pub(crate) const MODEL: u32 = 0x0008_1090;
pub(crate) const ANATOMIC_REGION: u32 = 0x0008_2218;
pub(crate) const ANATOMIC_REGION_MODIFIER: u32 = 0x0008_2220;

pub(crate) const PATIENT_NAME: u32 = 0x0010_0010;
pub(crate) const PATIENT_ID: u32 = 0x0010_0020;
pub(crate) const BIRTH_DATE: u32 = 0x0010_0030;
pub(crate) const PATIENT_SEX: u32 = 0x0010_0040;

pub(crate) const SLICE_THICKNESS: u32 = 0x0018_0050;
pub(crate) const SLICE_SPACING: u32 = 0x0018_0088;
pub(crate) const DEVICE_SERIAL: u32 = 0x0018_1000;
pub(crate) const SOFTWARE: u32 = 0x0018_1020;

pub(crate) const STUDY: u32 = 0x0020_000d;
pub(crate) const SERIES: u32 = 0x0020_000e;
pub(crate) const STUDY_ID: u32 = 0x0020_0010;
pub(crate) const SERIES_NUMBER: u32 = 0x0020_0011;
pub(crate) const INSTANCE_NUMBER: u32 = 0x0020_0013;
pub(crate) const IMAGE_POSITION: u32 = 0x0020_0032;
pub(crate) const IMAGE_ORIENTATION: u32 = 0x0020_0037;
pub(crate) const FRAME_OF_REFERENCE: u32 = 0x0020_0052;
pub(crate) const POSITION_REFERENCE: u32 = 0x0020_1040;
pub(crate) const FRAME_CONTENT: u32 = 0x0020_9111;
pub(crate) const PLANE_POSITION: u32 = 0x0020_9113;
pub(crate) const PLANE_ORIENTATION: u32 = 0x0020_9116;
pub(crate) const DIMENSION_VALUES: u32 = 0x0020_9157;
pub(crate) const DIMENSION_ORGANIZATION: u32 = 0x0020_9164;
pub(crate) const DIMENSION_POINTER: u32 = 0x0020_9165;
pub(crate) const DIMENSION_GROUP: u32 = 0x0020_9167;
pub(crate) const DIMENSION_ORGANIZATIONS: u32 = 0x0020_9221;
pub(crate) const DIMENSION_INDICES: u32 = 0x0020_9222;
pub(crate) const DIMENSION_LABEL: u32 = 0x0020_9421;

pub(crate) const SAMPLES: u32 = 0x0028_0002;
pub(crate) const PHOTOMETRY: u32 = 0x0028_0004;
pub(crate) const FRAMES: u32 = 0x0028_0008;
pub(crate) const ROWS: u32 = 0x0028_0010;
pub(crate) const COLUMNS: u32 = 0x0028_0011;
pub(crate) const PIXEL_SPACING: u32 = 0x0028_0030;
pub(crate) const BITS_ALLOCATED: u32 = 0x0028_0100;
pub(crate) const BITS_STORED: u32 = 0x0028_0101;
pub(crate) const HIGH_BIT: u32 = 0x0028_0102;
pub(crate) const PIXEL_SIGN: u32 = 0x0028_0103;
pub(crate) const PADDING_VALUE: u32 = 0x0028_0120;
pub(crate) const LOSSY: u32 = 0x0028_2110;
pub(crate) const PIXEL_MEASURES: u32 = 0x0028_9110;

pub(crate) const SEGMENTATION_TYPE: u32 = 0x0062_0001;
pub(crate) const SEGMENTS: u32 = 0x0062_0002;
pub(crate) const CATEGORY: u32 = 0x0062_0003;
pub(crate) const SEGMENT_NUMBER: u32 = 0x0062_0004;
pub(crate) const SEGMENT_LABEL: u32 = 0x0062_0005;
pub(crate) const ALGORITHM_TYPE: u32 = 0x0062_0008;
pub(crate) const ALGORITHM_NAME: u32 = 0x0062_0009;
pub(crate) const SEGMENT_IDENTIFICATION: u32 = 0x0062_000a;
pub(crate) const REFERENCED_SEGMENT: u32 = 0x0062_000b;
pub(crate) const CIELAB: u32 = 0x0062_000d;
pub(crate) const MAXIMUM_FRACTION: u32 = 0x0062_000e;
pub(crate) const PROPERTY_TYPE: u32 = 0x0062_000f;
pub(crate) const PROPERTY_MODIFIER: u32 = 0x0062_0011;

pub(crate) const CONTENT_LABEL: u32 = 0x0070_0080;
pub(crate) const CONTENT_DESCRIPTION: u32 = 0x0070_0081;
pub(crate) const CONTENT_CREATOR: u32 = 0x0070_0084;

pub(crate) const STRUCTURES: u32 = 0x3006_0020;
pub(crate) const STRUCTURE_NUMBER: u32 = 0x3006_0022;
pub(crate) const STRUCTURE_NAME: u32 = 0x3006_0026;
pub(crate) const DISPLAY_COLOUR: u32 = 0x3006_002a;
pub(crate) const STRUCTURE_CONTOURS: u32 = 0x3006_0039;
pub(crate) const CONTOURS: u32 = 0x3006_0040;
pub(crate) const CONTOUR_TYPE: u32 = 0x3006_0042;
pub(crate) const CONTOUR_DATA: u32 = 0x3006_0050;
pub(crate) const REFERENCED_STRUCTURE: u32 = 0x3006_0084;

pub(crate) const SHARED_GROUPS: u32 = 0x5200_9229;
pub(crate) const FRAME_GROUPS: u32 = 0x5200_9230;
pub(crate) const PIXELS: u32 = 0x7fe0_0010;

pub(crate) const ITEM: u32 = 0xfffe_e000;
pub(crate) const ITEM_END: u32 = 0xfffe_e00d;
pub(crate) const SEQUENCE_END: u32 = 0xfffe_e0dd;

/// A tag as people write it.
pub(crate) fn name(tag: u32) -> String {
    format!("({:04X},{:04X})", tag >> 16, tag & 0xffff)
}
