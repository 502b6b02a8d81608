//! NIfTI-1, NIfTI-2 and Analyze 7.5: the text fields of their headers, unused bytes, extensions.

use super::bytes::Bytes;
use super::teller::Teller;
use super::{dicom, json, plain, xml};

/// Whether bytes begin like a header, of either byte order; it may be cut off.
pub(super) fn is_header(head: &[u8]) -> bool {
    size(head).is_some()
}

/// Bytes of the header, and whether its low bytes come first.
fn size(head: &[u8]) -> Option<(usize, bool)> {
    let first = *head.first_chunk::<4>()?;
    match [u32::from_le_bytes(first), u32::from_be_bytes(first)] {
        [n_bytes @ (348 | 540), _] => Some((n_bytes as usize, true)),
        [_, n_bytes @ (348 | 540)] => Some((n_bytes as usize, false)),
        _ => None,
    }
}

/// Name, key, begin and length of a field.
type Field = (&'static str, &'static str, usize, usize);

const NIFTI_1: &[Field] = &[
    ("NIfTI data_type", "", 4, 10),
    ("NIfTI db_name", "", 14, 18),
    ("NIfTI unused bytes", "", 32, 7),
    ("NIfTI descrip", "", 148, 80),
    ("NIfTI aux_file", "", 228, 24),
    ("NIfTI intent_name", "", 328, 16),
];
const NIFTI_2: &[Field] = &[
    ("NIfTI descrip", "", 240, 80),
    ("NIfTI aux_file", "", 320, 24),
    ("NIfTI intent_name", "", 508, 16),
    ("NIfTI unused bytes", "", 525, 15),
];
const ANALYZE: &[Field] = &[
    ("Analyze data_type", "", 4, 10),
    ("Analyze db_name", "", 14, 18),
    ("Analyze descrip", "", 148, 80),
    ("Analyze aux_file", "", 228, 24),
    ("Analyze originator", "", 253, 10),
    ("Analyze generated", "", 263, 10),
    ("Analyze scannum", "StudyID", 273, 10),
    ("Analyze patient_id", "PatientID", 283, 10),
    ("Analyze exp_date", "StudyDate", 293, 10),
    ("Analyze exp_time", "", 303, 10),
];

pub(super) fn tell(bytes: &mut Bytes<'_>, teller: &mut Teller<'_>) {
    let Some((n_bytes, is_little)) = size(bytes.peek(4)) else { return };
    let mut header = bytes.take(n_bytes);
    header.resize(n_bytes, 0);
    let magic = header.get(344..347).unwrap_or_default();
    let fields = match n_bytes {
        540 => NIFTI_2,
        _ if magic == b"n+1" || magic == b"ni1" => NIFTI_1,
        _ => ANALYZE,
    };
    for (place, key, begin, n_bytes) in fields {
        let field = header.get(*begin..begin + n_bytes).unwrap_or_default();
        tell_field(field, place, key, teller);
    }
    let before = vox_offset(&header, is_little).unwrap_or(u64::MAX);
    tell_extensions(bytes, before, is_little, teller);
    if let Some(end) = voxel_end(&header, is_little) {
        bytes.skip(end.saturating_sub(bytes.at()));
        plain::tell_runs(bytes, "after the voxels", teller);
    }
}

/// A field; what stands behind a zero was left over from before.
fn tell_field(field: &[u8], place: &str, key: &str, teller: &mut Teller<'_>) {
    let is_text = |part: &&[u8]| {
        let n_letters = part.iter().filter(|byte| matches!(byte, b' '..=b'~' | 0x80..)).count();
        n_letters > 0 && n_letters == part.len()
    };
    for part in field.split(|&byte| byte == 0).filter(is_text) {
        teller.say_key(place, key, part);
    }
}

fn tell_extensions(
    bytes: &mut Bytes<'_>,
    vox_offset: u64,
    is_little: bool,
    teller: &mut Teller<'_>,
) {
    let number = |bytes: [u8; 4]| match is_little {
        true => u32::from_le_bytes(bytes),
        false => u32::from_be_bytes(bytes),
    };
    // Four bytes that say whether there are extensions are not relied on.
    let Some(_) = bytes.array::<4>() else { return };
    while bytes.at() + 8 <= vox_offset {
        let Some(header) = bytes.array::<8>() else { return };
        let [s0, s1, s2, s3, c0, c1, c2, c3] = header;
        let n_bytes = u64::from(number([s0, s1, s2, s3])).saturating_sub(8);
        let left = vox_offset.saturating_sub(bytes.at());
        if n_bytes == 0 || n_bytes > left {
            // No extension, so bytes that nobody zeroed.
            plain::tell_runs_of(&header, "NIfTI bytes before the voxels", teller);
            return tell_gap(bytes, left, teller);
        }
        tell_extension(bytes, number([c0, c1, c2, c3]), n_bytes, teller);
    }
}

fn tell_gap(bytes: &mut Bytes<'_>, n_bytes: u64, teller: &mut Teller<'_>) {
    let mut gap = bytes.part(n_bytes);
    plain::tell_runs(&mut gap, "NIfTI bytes before the voxels", teller);
}

fn tell_extension(bytes: &mut Bytes<'_>, code: u32, n_bytes: u64, teller: &mut Teller<'_>) {
    const DICOM: u32 = 2;
    const AFNI: u32 = 4;
    const COMMENT: u32 = 6;
    let mut extension = bytes.part(n_bytes);
    let place = format!("NIfTI extension {code}");
    teller.inside(&place, |teller| match (code, extension.peek(1)) {
        (DICOM, _) => dicom::tell_any(&mut extension, teller),
        (AFNI, _) | (_, b"<") => xml::tell(&mut extension, teller),
        (_, b"{" | b"[") => json::tell(&mut extension, "JSON", teller),
        (COMMENT, _) => plain::tell_lines(&mut extension, teller),
        _ => plain::tell_runs(&mut extension, "text", teller),
    });
    extension.skip(u64::MAX);
}

/// Where the voxels begin; `None` where they are in a file of their own.
fn vox_offset(header: &[u8], is_little: bool) -> Option<u64> {
    if header.len() == 540 {
        return Some(read_u64(header, 168, is_little));
    }
    let is_one_file = header.get(344..347) == Some(b"n+1");
    is_one_file.then(|| f32::from_bits(read_u32(header, 108, is_little)) as u64)
}

/// Where the voxels end, if the header is sound so far.
fn voxel_end(header: &[u8], is_little: bool) -> Option<u64> {
    let is_second = header.len() == 540;
    let begin = vox_offset(header, is_little)?;
    let axis = |axis: usize| match is_second {
        true => read_u64(header, 16 + 8 * axis, is_little),
        false => read_u16(header, 40 + 2 * axis, is_little).into(),
    };
    let n_bits = read_u16(header, if is_second { 14 } else { 72 }, is_little);
    let n_axes = usize::try_from(axis(0)).ok().filter(|n_axes| (1..=7).contains(n_axes))?;
    let n_voxels = (1..=n_axes).try_fold(1_u64, |n, number| n.checked_mul(axis(number)))?;
    begin.checked_add(n_voxels.checked_mul(n_bits.into())? / 8)
}

fn read_u16(header: &[u8], at: usize, is_little: bool) -> u16 {
    let bytes = [header[at], header[at + 1]];
    if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) }
}

fn read_u32(header: &[u8], at: usize, is_little: bool) -> u32 {
    let halves = [read_u16(header, at, is_little), read_u16(header, at + 2, is_little)];
    let [low, high] = halves.map(u32::from);
    if is_little { high << 16 | low } else { low << 16 | high }
}

fn read_u64(header: &[u8], at: usize, is_little: bool) -> u64 {
    let halves = [read_u32(header, at, is_little), read_u32(header, at + 4, is_little)];
    let [low, high] = halves.map(u64::from);
    if is_little { high << 32 | low } else { low << 32 | high }
}
