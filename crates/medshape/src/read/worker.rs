//! The child: confines itself, reads one file, answers.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::os::fd::AsFd;

use medshape_formats::table::Table;
use medshape_formats::{Limits, MeshFile, PointFile};
use medshape_types::{Contours, Grid, Segmentation, Volume};

use super::question::{Beside, DicomKind, FileKind, Header, IsArchive, Noun, Question, Samples};
use super::request::{HELLO, MAX_REQUEST, Refusal, Request};
use super::wire::{Source, Wire};
use super::{confine, probe, unpack};

/// Answers the one request on standard input to standard output: what a [`super::Reader`] starts.
///
/// Whoever calls this has done nothing else before and does nothing after it. A `probe` is tried
/// instead of reading the input, once the process is confined: for tests.
///
/// # Errors
/// Whoever asked has gone, or asks nothing that makes sense.
pub fn work(probe: Option<&str>) -> io::Result<()> {
    // Not the standard library's own streams: they look for ends of lines in all that passes.
    let mut from = BufReader::new(File::from(io::stdin().as_fd().try_clone_to_owned()?));
    let mut to = BufWriter::new(File::from(io::stdout().as_fd().try_clone_to_owned()?));
    let request = Request::decode(&mut Source::new(&mut from, MAX_REQUEST, Limits::DEFAULT))?;
    let protections = confine::confine(&request.confinement);
    to.write_all(&HELLO)?;
    protections.encode(&mut to)?;
    to.flush()?;
    match probe {
        Some(name) => answer::<Grid>(Err(probe::run(name, &request, &mut to)?), &mut to)?,
        None => read(&request, &mut to)?,
    }
    to.flush()
}

fn read(request: &Request, to: &mut dyn Write) -> io::Result<()> {
    match request.question {
        Question::Segmentation => answer(noun::<Segmentation>(request), to),
        Question::Volume => answer(noun::<Volume<f32>>(request), to),
        Question::Grid => answer(noun::<Grid>(request), to),
        Question::Mesh => answer(noun::<MeshFile>(request), to),
        Question::Points => answer(noun::<PointFile>(request), to),
        Question::Contours => answer(noun::<Contours>(request), to),
        Question::Table => answer(noun::<Table>(request), to),
        Question::Samples => answer(noun::<Samples>(request), to),
        Question::Kind => answer(noun::<FileKind>(request), to),
        Question::IsArchive => answer(noun::<IsArchive>(request), to),
        Question::DicomKind => answer(noun::<DicomKind>(request), to),
        Question::Header => answer(noun::<Header>(request), to),
        Question::Beside => answer(noun::<Beside>(request), to),
        Question::Unpack => unpack::send(&request.input, &request.limits, to),
    }
}

fn noun<N: Noun>(request: &Request) -> Result<N, Refusal> {
    N::read(&request.input, &request.limits).map_err(|error| Refusal::of(&error))
}

fn answer<N: Noun>(answer: Result<N, Refusal>, to: &mut dyn Write) -> io::Result<()> {
    match answer {
        Ok(noun) => {
            0_u8.encode(to)?;
            noun.encode(to)
        }
        Err(refusal) => {
            1_u8.encode(to)?;
            refusal.encode(to)
        }
    }
}
