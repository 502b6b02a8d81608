//! Files of all formats, made by hand, with something planted in each of their channels.

mod archives;
mod dicom;
mod gzip;
mod meshes;
mod volumes;
mod words;

use crate::privacy::plants::Planter;

/// A file to be written: its name below the folder, and its bytes.
pub(crate) type Made = (String, Vec<u8>);

/// Each makes a file whose name, but for its end, is `stem`.
pub(crate) const CHANNELS: [fn(&mut Planter, &str) -> Made; 30] = [
    volumes::nifti_fields,
    volumes::nifti_extensions,
    volumes::nifti_2,
    volumes::analyze,
    gzip::gzip_header,
    gzip::gzip_members,
    volumes::nrrd,
    volumes::nhdr,
    volumes::meta_image,
    meshes::binary_stl,
    meshes::text_stl,
    meshes::ply,
    meshes::obj,
    meshes::off,
    meshes::glb,
    meshes::gltf,
    meshes::vtk,
    meshes::vtp,
    meshes::gifti,
    meshes::pcd,
    archives::npz,
    archives::three_mf,
    dicom::dicom_explicit,
    dicom::dicom_implicit,
    archives::zip_fields,
    archives::tar_fields,
    words::table_with_columns,
    words::sidecar,
    words::free_text,
    words::unknown_binary,
];

fn put(bytes: &mut [u8], at: usize, text: &str) {
    bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
}
