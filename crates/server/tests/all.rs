//! All tests of this crate from outside, as one program: each program more is linked anew, with all that it uses.

#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and says what it saw"
)]

mod api;
mod common;
mod embed;
mod files;
mod language;
mod machines;
mod operation;
mod pages;
mod prefix;
mod public;
mod releases;
mod remote;
mod reports;
mod selections;
mod shelf;
mod withdrawn;
