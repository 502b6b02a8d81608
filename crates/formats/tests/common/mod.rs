//! What several tests share: NIfTI files made by hand, and where real data may lie.

pub(crate) mod damage;
pub(crate) mod detached;
pub(crate) mod dicom;

use std::io::Write;
use std::path::{Path, PathBuf};

use medshape_formats::{Error, Input, Limits, nifti};
use medshape_types::{LabelMap, Volume};
use tempfile::NamedTempFile;

/// A NIfTI-1 file of which every byte can be set.
#[derive(Debug, Clone)]
pub(crate) struct Nifti1 {
    pub(crate) header: Vec<u8>,
    pub(crate) voxels: Vec<u8>,
    pub(crate) big_endian: bool,
}

pub(crate) const U8: i16 = 2;
pub(crate) const I16: i16 = 4;
pub(crate) const I32: i16 = 8;
pub(crate) const F32: i16 = 16;
pub(crate) const F64: i16 = 64;
pub(crate) const I8: i16 = 256;
pub(crate) const U16: i16 = 512;
pub(crate) const U32: i16 = 768;
pub(crate) const I64: i16 = 1024;
pub(crate) const U64: i16 = 1280;

/// Bits a voxel.
pub(crate) fn bitpix(datatype: i16) -> i16 {
    match datatype {
        U8 | I8 => 8,
        I16 | U16 => 16,
        I32 | U32 | F32 => 32,
        _ => 64,
    }
}

impl Nifti1 {
    /// A sound file with the identity as sform.
    pub(crate) fn new(dims: [i16; 3], datatype: i16, voxels: Vec<u8>) -> Self {
        Self::in_order(dims, datatype, voxels, false)
    }

    pub(crate) fn in_order(
        dims: [i16; 3],
        datatype: i16,
        voxels: Vec<u8>,
        big_endian: bool,
    ) -> Self {
        let mut file = Self { header: vec![0; 352], voxels, big_endian };
        file.i32(0, 348);
        for (axis, dim) in [3, dims[0], dims[1], dims[2], 1, 1, 1, 1].into_iter().enumerate() {
            file.i16(40 + 2 * axis, dim);
        }
        file.i16(70, datatype);
        file.i16(72, bitpix(datatype));
        for axis in 0..4 {
            file.f32(76 + 4 * axis, 1.0);
        }
        file.f32(108, 352.0);
        file.f32(112, 1.0);
        file.header[123] = 2;
        file.i16(254, 1);
        for axis in 0..3 {
            file.f32(280 + 20 * axis, 1.0);
        }
        file.put(344, b"n+1\0");
        file
    }

    /// 2 × 2 × 1 voxels with the labels 0, 1, 0 and 2.
    pub(crate) fn small() -> Self {
        Self::new([2, 2, 1], U8, vec![0, 1, 0, 2])
    }

    pub(crate) fn put(&mut self, offset: usize, bytes: &[u8]) {
        self.header[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    pub(crate) fn i16(&mut self, offset: usize, value: i16) {
        self.number(offset, value.to_le_bytes());
    }

    pub(crate) fn i32(&mut self, offset: usize, value: i32) {
        self.number(offset, value.to_le_bytes());
    }

    pub(crate) fn f32(&mut self, offset: usize, value: f32) {
        self.number(offset, value.to_le_bytes());
    }

    fn number<const N: usize>(&mut self, offset: usize, mut bytes: [u8; N]) {
        if self.big_endian {
            bytes.reverse();
        }
        self.put(offset, &bytes);
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.header.as_slice(), self.voxels.as_slice()].concat()
    }
}

pub(crate) fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

pub(crate) fn label_map(bytes: &[u8]) -> Result<LabelMap, Error> {
    nifti::read_label_map(&Input::on_disk(file(bytes).path()), &Limits::DEFAULT)
}

pub(crate) fn volume(bytes: &[u8]) -> Result<Volume<f32>, Error> {
    nifti::read_volume(&Input::on_disk(file(bytes).path()), &Limits::DEFAULT)
}

/// The reason for refusing these bytes, without the path.
pub(crate) fn refusal(bytes: &[u8]) -> String {
    label_map(bytes).map(|_| ()).unwrap_err().kind().to_string()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A file of the shared test data; `None`, and a line that says so, where it is not there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if !path.exists() {
        println!("skipped: `{}` is not there", path.display());
        return None;
    }
    Some(path)
}
