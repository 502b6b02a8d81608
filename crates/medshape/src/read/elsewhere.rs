//! Systems other than Unix: there is no child process that could be confined, and none is started.

use std::io;

use medshape_formats::archive::{Held, Sink};
use medshape_formats::{Input, Limits};

use super::Isolation;
use super::protections::Protections;
use super::question::Noun;
use crate::Error;

/// Always refuses.
pub(super) fn ask<N: Noun>(
    _: &Isolation,
    input: &Input,
    _: &Limits,
    _: &dyn Fn(Protections),
) -> Result<N, Error> {
    Err(unsupported(input))
}

/// Always refuses.
pub(super) fn unpack(
    _: &Isolation,
    input: &Input,
    _: &Limits,
    _: &dyn Fn(Protections),
    _: &mut dyn Sink,
) -> Result<Held, Error> {
    Err(unsupported(input))
}

fn unsupported(input: &Input) -> Error {
    let reason = "this system cannot read it in a process of its own: that takes Unix";
    Error::isolated(input.name(), "unsupported", reason)
}

/// Answers the one request on standard input: what a [`super::Reader`] starts on Unix.
///
/// # Errors
/// Always.
pub fn work(_: Option<&str>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
