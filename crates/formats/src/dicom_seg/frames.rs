//! What a segmentation says of its frames: size, format, and where each of them is.

use super::groups;
use super::{SegOptions, malformed};
use crate::dicom::{DataSet, Item, tags};
use crate::error::ErrorKind;
use crate::input::shortened;

/// The frames of a file, in its order.
#[derive(Debug)]
pub(super) struct Frames {
    // Invariant: 1 or more each; their product and that of their bits are no overflow.
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) format: Format,
    pub(super) list: Vec<Frame>,
}

/// What the samples of a frame are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Yes from the number `least` on; of 1 or 8 bits.
    Mask { bits: u8, least: u8 },
    /// Segment numbers, of 8 or 16 bits.
    LabelMap { bits: u8 },
}

/// One frame: millimetres LPS, as DICOM has them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    /// Which segment it shows; label maps do not say.
    pub(super) segment: Option<u16>,
    /// The centre of its first sample.
    pub(super) position: [f64; 3],
    /// Which way rows run, and which way columns.
    pub(super) orientation: [[f64; 3]; 2],
    /// From row to row, and from column to column.
    pub(super) spacing: [f64; 2],
    /// From slice to slice, if the file says so.
    pub(super) slice_spacing: Option<f64>,
    /// How thick a slice is, if the file says so.
    pub(super) thickness: Option<f64>,
}

impl Frames {
    pub(super) fn read(data_set: &DataSet<'_>, options: SegOptions) -> Result<Self, ErrorKind> {
        let root = data_set.root();
        let format = Format::read(root, options)?;
        let (columns, rows) = (root.word(tags::COLUMNS)?, root.word(tags::ROWS)?);
        if columns == 0 || rows == 0 {
            return Err(malformed(format!("frames of {columns} x {rows} samples")));
        }
        let (columns, rows) = (usize::from(columns), usize::from(rows));
        let said = root.integer(tags::FRAMES)?;
        let n_frames = said.unwrap_or(1);
        let n_frames =
            usize::try_from(n_frames).ok().filter(|&n_frames| n_frames > 0).ok_or_else(|| {
                ErrorKind::field("NumberOfFrames", n_frames, "there has to be one or more")
            })?;
        check_size(data_set, [columns, rows, n_frames], format.bits())?;
        let list = groups::frames(root, n_frames, said.is_some())?;
        Ok(Self { columns, rows, format, list })
    }

    /// Samples of one frame.
    pub(super) fn frame_size(&self) -> usize {
        self.columns * self.rows
    }

    /// The bytes of all samples.
    pub(super) fn pixels<'d>(&self, data_set: &'d DataSet<'d>) -> Result<&'d [u8], ErrorKind> {
        data_set.root().value(tags::PIXELS).ok_or_else(no_pixels)
    }

    /// The bytes of each frame of a label map.
    pub(super) fn frames_of<'d>(
        &self,
        pixels: &'d [u8],
    ) -> impl Iterator<Item = &'d [u8]> + use<'d> {
        pixels.chunks_exact(self.frame_size() * usize::from(self.format.bits() / 8))
    }

    /// Segment numbers from the bytes of a frame.
    pub(super) fn decode(&self, bytes: &[u8], is_big_endian: bool, out: &mut [u16]) {
        let of_word = if is_big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
        if self.format.bits() == 8 {
            out.iter_mut().zip(bytes).for_each(|(out, &byte)| *out = byte.into());
        } else {
            let words = bytes.as_chunks().0;
            out.iter_mut().zip(words).for_each(|(out, &word)| *out = of_word(word));
        }
    }
}

impl Format {
    fn read(root: Item<'_>, options: SegOptions) -> Result<Self, ErrorKind> {
        if root.word(tags::SAMPLES)? != 1 || root.words(tags::PIXEL_SIGN)? == Some([1]) {
            return Err(malformed("its samples are colours or signed"));
        }
        let kind = root.text(tags::SEGMENTATION_TYPE)?;
        let bits = root.word(tags::BITS_ALLOCATED)?;
        match (kind.as_str(), bits) {
            ("BINARY", 1 | 8) => Ok(Self::Mask { bits: bits as u8, least: 1 }),
            ("LABELMAP", 8 | 16) => Ok(Self::LabelMap { bits: bits as u8 }),
            ("FRACTIONAL", 8) => Ok(Self::Mask { bits: 8, least: least(root, options)? }),
            ("BINARY" | "LABELMAP" | "FRACTIONAL", _) => {
                let reason = format!("{kind} segmentations do not have that");
                Err(ErrorKind::field("BitsAllocated", bits, reason))
            }
            _ => Err(malformed(format!("segmentation type `{}`", shortened(&kind)))),
        }
    }

    fn bits(self) -> u8 {
        match self {
            Self::Mask { bits, .. } | Self::LabelMap { bits } => bits,
        }
    }
}

/// The smallest sample that a threshold lets in.
fn least(root: Item<'_>, options: SegOptions) -> Result<u8, ErrorKind> {
    let Some(threshold) = options.fractional_threshold else {
        let what = "fractional values, which are no labels; `--fractional-threshold` takes it";
        return Err(ErrorKind::unsupported("DICOM SEG", what));
    };
    if !(threshold > 0.0 && threshold <= 1.0) {
        let reason = "it has to be above 0 and at most 1";
        return Err(ErrorKind::field("fractional threshold", threshold, reason));
    }
    let most = root.word(tags::MAXIMUM_FRACTION)?;
    let most = u8::try_from(most).ok().filter(|&most| most > 0).ok_or_else(|| {
        ErrorKind::field("MaximumFractionalValue", most, "it has to be from 1 to 255")
    })?;
    let is_inside = |&value: &u8| f64::from(value) / f64::from(most) >= threshold;
    Ok((1..=most).find(is_inside).unwrap_or(most))
}

/// Refuses fewer or more samples than the header says.
fn check_size(data_set: &DataSet<'_>, size: [usize; 3], bits: u8) -> Result<(), ErrorKind> {
    let held = data_set.root().value(tags::PIXELS).ok_or_else(no_pixels)?.len() as u64;
    let n_bits = size
        .iter()
        .try_fold(u64::from(bits), |product, &factor| product.checked_mul(factor as u64));
    let claimed = n_bits.map_or(u64::MAX, |n_bits| n_bits.div_ceil(8));
    if claimed > held {
        return Err(ErrorKind::Truncated { claimed, held, qualifier: "only" });
    }
    if data_set.is_big_endian() && bits <= 8 && data_set.root().vr(tags::PIXELS) == Some(*b"OW") {
        let what = "big-endian words of several samples: convert it to little endian first";
        return Err(ErrorKind::unsupported("DICOM SEG", what));
    }
    // One byte makes the length even.
    if held > claimed + 1 {
        let [columns, rows, n_frames] = size;
        return Err(malformed(format!(
            "{held} bytes of pixels, where {n_frames} frames of {columns} x {rows} take {claimed}"
        )));
    }
    Ok(())
}

fn no_pixels() -> ErrorKind {
    malformed("there are no pixels (7FE0,0010)")
}
