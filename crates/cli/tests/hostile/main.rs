//! The list of bad inputs, and the real program on every one of them: the defined error, bounded time
//! and memory, a store as before, and no temporary file left.
//!
//! The files are made here by code. `MEDSHAPE_BAD_INPUT_DIR=DIR` also writes them all into `DIR`, with
//! a `list.tsv` of number, file, expected code and words, for people and for other programs.
//! `MEDSHAPE_BAD_INPUT_ONLY=40` runs only the files whose number or name has that in it.
//!
//! Numbers are those of the project's list of bad inputs; those missing concern HTTP or a store.
//! `docs/hostile-input.md` says what is promised.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::doc_markdown,
    reason = "a test may panic and say what it did"
)]

mod archives;
mod bad;
mod dicom;
mod gltf;
mod gzip;
mod meshes;
mod names;
mod nifti;
mod packing;
mod runner;
mod tables;
mod volumes;

use bad::Bad;

/// Every file of the list.
fn all() -> Vec<Bad> {
    let families = [
        nifti::all(),
        gzip::all(),
        volumes::all(),
        meshes::all(),
        gltf::all(),
        dicom::all(),
        archives::all(),
        names::all(),
        tables::all(),
    ];
    families.into_iter().flatten().collect()
}

#[test]
fn every_bad_input_is_answered_as_defined() {
    let files = all();
    if let Some(folder) = std::env::var_os("MEDSHAPE_BAD_INPUT_DIR") {
        runner::write_all(&files, folder.as_ref());
    }
    let only = std::env::var("MEDSHAPE_BAD_INPUT_ONLY").unwrap_or_default();
    let picked =
        |bad: &Bad| only.is_empty() || format!("{} {}", bad.number, bad.name).contains(&only);
    let files: Vec<Bad> = files.into_iter().filter(picked).collect();
    runner::check_all(&files);
}
