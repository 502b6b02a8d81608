//! The life of a shape, end to end: from a folder of segmentations to a collection that can be
//! searched, looked at and downloaded.
//!
//! This crate introduces the crafts below it to each other: [`formats`] reads, [`geometry`] surfaces
//! and inspects, [`catalog`] remembers. [`ingest()`] tells the story; the other modules are its parts.
//!
//! - [`Dataset`]: where segmentations come from, and what their numbers mean.
//! - [`Reader`]: the one door for files from outside, which can read each in a confined process.
//! - [`ingest()`]: cases become shapes; [`report`] says what came of it.
//! - [`import`]: meshes of other programs, inspected and repaired on request.
//! - [`metadata`]: what a table says of the subjects.
//! - [`export`]: shapes in the [formats](mod@format) that people's tools read; [`content`] writes them.
//! - [`citation`]: how a source, a shape or a release is cited.
//! - [`manifest`]: lists of files for download programs; [`bundle`]: what goes into an archive;
//!   [`size`]: how large it will be.
//! - [`papers`]: licences, attribution and citations that go with shapes.
//! - [`contents`]: whatever a file holds, read; [`convert`]: from one format to another;
//!   [`inspect`]: what a file is and what is wrong with it.
//! - [`features`]: the numbers that describe the shapes of a file.
//! - [`model`]: the mean of a structure over all subjects, and how they differ from it.
//! - [`similar`]: shapes that are alike, and what that says against names.
//! - [`compare`]: how alike two files are.
//! - [`withdraw`]: a shape is taken back; [`repair`]: what is damaged is made good.
//! - [`privacy`]: what in a file may say who somebody is.
//! - [`anonymity`]: how many subjects share what is known of them.
//! - [`release`]: the public part of a collection, numbered, verified and never changed.
//! - [`cohort`]: phantom subjects, for demonstrations and tests.

pub mod anonymity;
pub mod bundle;
pub mod case;
pub mod citation;
pub mod cohort;
pub mod compare;
pub mod content;
pub mod contents;
pub mod convert;
mod counted;
mod dataset;
mod doubt;
pub mod download;
mod error;
pub mod export;
pub mod features;
pub mod fetch;
pub mod find;
pub mod format;
mod gate;
pub mod import;
mod ingest;
pub mod inspect;
mod layers;
pub mod manifest;
pub mod meshes;
pub mod metadata;
pub mod model;
pub mod names;
pub mod papers;
mod pattern;
mod prepare;
pub mod privacy;
pub mod read;
pub mod release;
pub mod repair;
pub mod report;
mod shape;
pub mod similar;
pub mod size;
mod store;
pub mod summary;
pub mod withdraw;

pub use medshape_catalog as catalog;
pub use medshape_formats as formats;
pub use medshape_geometry as geometry;
pub use medshape_types as types;

pub use dataset::{Dataset, Mapped, MetadataColumns, Published};
pub use error::Error;
pub use ingest::{Event, IngestOptions, PROGRAM_VERSION, ingest};
pub use pattern::{Found, NamePattern, Pattern};
pub use read::Reader;
