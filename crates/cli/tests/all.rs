//! All tests of this crate from outside, as one program: each program more is linked anew, with all that it uses.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and says what it saw"
)]

mod bad_input;
mod collection;
mod common;
mod compare;
mod convert;
mod crash;
mod features;
mod fetch;
mod import_names;
mod ingest;
mod isolated;
mod layering;
mod learning;
mod meshes;
mod parse_worker;
mod phantom;
mod portal;
mod privacy;
mod release;
#[cfg(feature = "onnx")]
mod segment;
mod similar;
mod upkeep;
