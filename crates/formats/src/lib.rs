//! Reads and writes the files of the field: volumes, meshes, tables, pictures.
//!
//! Files turn into the nouns of `medshape-types` and back.
//! This is where other units and other axes become millimetres RAS+, and the only place.
//!
//! Every file is taken for hostile: a reader checks what a header claims against the bytes that
//! are there before it allocates, follows no path or address inside a file, copies no text of a
//! header, and answers any bytes at all with a value or an [`Error`].
//!
//! - [`volume`]: label maps and volumes of whichever format, read.
//! - [`nifti`], [`nrrd`]: label maps, written and with volumes read. [`metaimage`], [`mgh`]: read.
//! - [`glb`]: meshes, as they are stored and as other programs want them.
//! - [`gltf`], [`vtk`], [`gifti`]: meshes of other programs, read.
//! - [`vtp`], [`threemf`]: meshes, read and written. [`usdz`]: meshes, written.
//! - [`stl`], [`ply`], [`obj`]: meshes, written.
//! - [`dicom_seg`], [`rtstruct`]: segmentations of DICOM, read and written, and outlines, read.
//! - [`stl`], [`ply`], [`obj`], [`off`]: meshes, read and written.
//! - [`pcd`], [`xyz`]: points, read and written; [`ply`] holds points, too.
//! - [`png`]: pictures, written.
//! - [`table`]: CSV, TSV and XLSX, read.
//! - [`parquet`](mod@parquet): tables of many rows, written and read back.
//! - [`lines`]: lists, a thing a line, read.
//! - [`texts`]: what any file says in words.
//! - [`npy`], [`npz`]: arrays of NumPy, read, and meshes, points and voxels in them, written.
//! - [`archive`]: files of a [`zip`] or [`tar`] archive, unpacked.
//! - [`table`]: CSV, TSV, JSON and XLSX, read.

#![allow(clippy::doc_markdown, reason = "NIfTI is a name, not code")]

pub mod archive;
mod base64;
mod beside;
mod cells;
pub mod dicom;
pub mod dicom_seg;
mod error;
mod facts;
pub mod gifti;
pub mod glb;
pub mod gltf;
mod gzip;
mod inflate;
mod input;
pub mod json;
pub mod kind;
mod limits;
pub mod lines;
mod matrix;
pub mod mesh;
mod mesh_file;
pub mod metaimage;
pub mod mgh;
pub mod names;
pub mod nifti;
pub mod npy;
pub mod npz;
pub mod nrrd;
pub mod obj;
pub mod off;
mod packing;
pub mod parquet;
pub mod pcd;
pub mod ply;
pub mod png;
mod point_file;
pub mod points;
mod polygon;
pub mod rtstruct;
mod scalar;
pub mod stl;
mod stream;
pub mod table;
pub mod tar;
mod text;
pub mod texts;
pub mod threemf;
pub mod usdz;
pub mod volume;
mod voxels;
pub mod vtk;
pub mod vtp;
mod weld;
mod words;
mod xml;
pub mod xyz;
pub mod zip;
mod zlib;

pub use error::{Error, ErrorKind, GzipError, NotLabels, ZlibError};
pub use facts::Facts;
pub use input::Input;
pub use limits::Limits;
pub use mesh_file::{MeshFile, MeshPart, Space, Units};
pub use point_file::PointFile;

/// What a deflate stream unpacks to, in pieces; a door for the fuzzer alone.
#[cfg(fuzzing)]
pub fn inflated_in_pieces(packed: &[u8], piece: usize, room: usize) -> Option<(Vec<u8>, usize)> {
    inflate::in_pieces(packed, piece, room)
}
