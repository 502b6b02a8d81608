//! All tests of this crate from outside, as one program: each program more is linked anew, with all that it uses.

#![allow(
    clippy::doc_markdown,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and says what it saw"
)]

mod archives;
mod common;
mod damaged_meshes;
mod dicom_seg;
mod glb;
mod gltf;
mod hostile;
mod hostile_archives;
mod hostile_dicom;
mod hostile_meshes;
mod hostile_volumes;
mod manifest;
mod mesh_files;
mod mesh_limits;
mod meshes;
mod metaimage;
mod mgh;
mod nifti;
mod not_finite;
mod npz;
mod nrrd;
mod peers;
mod pickles;
mod point_files;
mod real_data;
mod rtstruct;
mod structured;
mod structured_hostile;
mod structured_limits;
mod structured_written;
mod table;
mod texts;
mod volumes;
mod zip;
