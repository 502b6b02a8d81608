//! Where the fields lie in the bytes of a header, in each version and both byte orders.

use crate::error::ErrorKind;
use crate::packing;
use crate::stream::Stream;
use crate::voxels::ByteOrder;

/// The fields of a header that say something about voxels and space; texts are never read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields {
    pub(super) version: Version,
    /// Whether the voxels lie in a file of their own.
    pub(super) is_pair: bool,
    pub(super) order: ByteOrder,
    pub(super) dim: [i64; 8],
    pub(super) datatype: i16,
    pub(super) bitpix: i16,
    pub(super) pixdim: [f64; 8],
    pub(super) vox_offset: f64,
    /// The first offset at which voxels may lie: behind header and extension flag.
    pub(super) min_vox_offset: u64,
    pub(super) scl_slope: f64,
    pub(super) scl_inter: f64,
    pub(super) xyzt_units: i32,
    pub(super) qform_code: i32,
    pub(super) sform_code: i32,
    pub(super) quatern: [f64; 3],
    pub(super) qoffset: [f64; 3],
    pub(super) srow: [[f64; 4]; 3],
    /// Which voxel is the origin, counted from 1, where SPM wrote an Analyze file.
    pub(super) spm_origin: [i16; 3],
    /// How far the square of a quaternion's length may be from 1: three steps of the field type.
    pub(super) quaternion_tolerance: f64,
}

/// Which of the formats that grew out of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// The Analyze format of the Mayo Clinic, which says nothing of left.
    Analyze,
    One,
    Two,
}

impl Fields {
    /// Takes the header off the bytes.
    pub(super) fn read(bytes: &mut Stream<'_>) -> Result<Self, ErrorKind> {
        let mut raw = [0; SIZE_2];
        let n_read = bytes.fill(&mut raw[..SIZE_1])?;
        packing::refuse(&raw[..n_read])?;
        if n_read < SIZE_1 {
            return Err(too_short(&raw[..n_read]));
        }
        let sizeof_hdr = [raw[0], raw[1], raw[2], raw[3]];
        let order = match i32::from_le_bytes(sizeof_hdr) {
            348 | 540 => ByteOrder::Little,
            _ => ByteOrder::Big,
        };
        let header = Raw { raw: &raw, order };
        match header.i32(0) {
            348 => header.version_1(),
            540 => {
                bytes.expect((SIZE_2 - SIZE_1) as u64)?;
                bytes.fill_exact(&mut raw[SIZE_1..])?;
                Raw { raw: &raw, order }.version_2()
            }
            _ => Err(ErrorKind::NotNifti(not_a_header(&raw))),
        }
    }
}

impl Fields {
    /// A whole number in the byte order of the header.
    pub(super) fn int(&self, bytes: [u8; 4]) -> i32 {
        match self.order {
            ByteOrder::Little => i32::from_le_bytes(bytes),
            ByteOrder::Big => i32::from_be_bytes(bytes),
        }
    }
}

const SIZE_1: usize = 348;
const SIZE_2: usize = 540;

fn too_short(bytes: &[u8]) -> ErrorKind {
    let held = bytes.len() as u64;
    match super::begins_like(bytes) {
        _ if bytes.is_empty() => ErrorKind::Empty,
        true => ErrorKind::Truncated { claimed: SIZE_1 as u64, held, qualifier: "only" },
        false => ErrorKind::NotNifti(not_a_header(bytes)),
    }
}

/// What bytes that begin like this are, if not NIfTI.
fn not_a_header(bytes: &[u8]) -> &'static str {
    const OTHERS: [(&[u8], &str); 4] = [
        (b"PK\x03\x04", "it is a ZIP archive"),
        (b"NRRD", "it is NRRD"),
        (b"ObjectType", "it is MetaImage"),
        (b"\x89PNG", "it is a PNG picture"),
    ];
    if let Some((_, name)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return name;
    }
    if bytes.len() > 132 && bytes[128..].starts_with(b"DICM") {
        return "it is DICOM";
    }
    match bytes.len() < SIZE_1 {
        true => "it ends inside the header",
        false => "`sizeof_hdr` is neither 348 nor 540",
    }
}

struct Raw<'a> {
    raw: &'a [u8; SIZE_2],
    order: ByteOrder,
}

impl Raw<'_> {
    fn version_1(&self) -> Result<Fields, ErrorKind> {
        let (version, is_pair) = match &self.raw[344..348] {
            b"n+1\0" => (Version::One, false),
            b"ni1\0" => (Version::One, true),
            // Zeros, as the format has them, or the rest of the text that may stand before.
            [0, ..] => (Version::Analyze, true),
            _ => return Err(ErrorKind::NotNifti("the header's `magic` is wrong")),
        };
        Ok(Fields {
            version,
            is_pair,
            order: self.order,
            dim: std::array::from_fn(|axis| self.i16(40 + 2 * axis).into()),
            datatype: self.i16(70),
            bitpix: self.i16(72),
            pixdim: self.f32s(76),
            vox_offset: self.f32(108),
            min_vox_offset: if is_pair { 0 } else { 352 },
            scl_slope: self.f32(112),
            scl_inter: self.f32(116),
            xyzt_units: self.raw[123].into(),
            qform_code: self.i16(252).into(),
            sform_code: self.i16(254).into(),
            quatern: self.f32s(256),
            qoffset: self.f32s(268),
            srow: [self.f32s(280), self.f32s(296), self.f32s(312)],
            spm_origin: std::array::from_fn(|axis| self.i16(253 + 2 * axis)),
            quaternion_tolerance: 3.0 * f64::from(f32::EPSILON),
        })
    }

    fn version_2(&self) -> Result<Fields, ErrorKind> {
        let is_pair = match &self.raw[4..12] {
            b"n+2\0\r\n\x1a\n" => false,
            b"ni2\0\r\n\x1a\n" => true,
            _ => return Err(ErrorKind::NotNifti("the header's `magic` is wrong")),
        };
        Ok(Fields {
            version: Version::Two,
            is_pair,
            order: self.order,
            dim: std::array::from_fn(|axis| i64::from_le_bytes(self.bytes(16 + 8 * axis))),
            datatype: self.i16(12),
            bitpix: self.i16(14),
            pixdim: self.f64s(104),
            vox_offset: i64::from_le_bytes(self.bytes(168)) as f64,
            min_vox_offset: if is_pair { 0 } else { 544 },
            scl_slope: self.f64(176),
            scl_inter: self.f64(184),
            xyzt_units: self.i32(500),
            qform_code: self.i32(344),
            sform_code: self.i32(348),
            quatern: self.f64s(352),
            qoffset: self.f64s(376),
            srow: [self.f64s(400), self.f64s(432), self.f64s(464)],
            spm_origin: [0; 3],
            quaternion_tolerance: 3.0 * f64::EPSILON,
        })
    }

    fn f32s<const N: usize>(&self, offset: usize) -> [f64; N] {
        std::array::from_fn(|n| self.f32(offset + 4 * n))
    }

    fn f64s<const N: usize>(&self, offset: usize) -> [f64; N] {
        std::array::from_fn(|n| self.f64(offset + 8 * n))
    }

    fn f32(&self, offset: usize) -> f64 {
        f32::from_le_bytes(self.bytes(offset)).into()
    }

    fn f64(&self, offset: usize) -> f64 {
        f64::from_le_bytes(self.bytes(offset))
    }

    fn i16(&self, offset: usize) -> i16 {
        i16::from_le_bytes(self.bytes(offset))
    }

    fn i32(&self, offset: usize) -> i32 {
        i32::from_le_bytes(self.bytes(offset))
    }

    /// The bytes of a number, the lowest first.
    fn bytes<const N: usize>(&self, offset: usize) -> [u8; N] {
        let mut bytes = std::array::from_fn(|n| self.raw[offset + n]);
        if self.order == ByteOrder::Big {
            bytes.reverse();
        }
        bytes
    }
}
