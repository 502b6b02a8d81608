//! Reads and writes the files of the field: volumes, meshes, tables, pictures.
//!
//! Files turn into the nouns of `medshape-types` and back.
//! This is where other units and other axes become millimetres RAS+, and the only place.
//!
//! Every file is taken for hostile: a reader checks what a header claims against the bytes that
//! are there before it allocates, follows no path or address inside a file, copies no text of a
//! header, and answers any bytes at all with a value or an [`Error`].
//!
//! - [`nifti`]: label maps and volumes, read and written.
//! - [`glb`]: meshes, as they are stored and as other programs want them.
//! - [`stl`], [`ply`], [`obj`], [`off`]: meshes, read and written.
//! - [`pcd`], [`xyz`]: points, read and written; [`ply`] holds points, too.
//! - [`png`]: pictures, written.
//! - [`table`]: CSV, TSV and XLSX, read.

#![allow(clippy::doc_markdown, reason = "NIfTI is a name, not code")]

mod error;
pub mod glb;
mod gzip;
mod input;
mod limits;
mod mesh_file;
pub mod nifti;
pub mod obj;
pub mod off;
pub mod pcd;
pub mod ply;
pub mod png;
mod point_file;
mod polygon;
pub mod stl;
pub mod table;
mod text;
mod weld;
pub mod xyz;

pub use error::{Error, ErrorKind, GzipError, NotLabels};
pub use input::Input;
pub use limits::Limits;
pub use mesh_file::{MeshFile, MeshPart, Space, Units};
pub use point_file::PointFile;
