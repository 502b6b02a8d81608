//! What a file can be asked for, and the reader that answers.

use std::io::{self, Write};

use medshape_formats::kind::{self, Kind};
use medshape_formats::npz::{self, SampleFacts};
use medshape_formats::table::{self, Table};
use medshape_formats::{
    Input, Limits, MeshFile, PointFile, archive, dicom, mesh, points, rtstruct, volume,
};
use medshape_types::{Contours, Grid, Segmentation, Volume};

use super::wire::{Source, Wire, nonsense};
use crate::Error;

/// Which noun is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Segmentation,
    Volume,
    Grid,
    Mesh,
    Points,
    Contours,
    Table,
    Samples,
    Kind,
    IsArchive,
    DicomKind,
    Header,
    Beside,
    Unpack,
}

/// What a file can hold.
pub(super) trait Noun: Wire {
    const QUESTION: Question;

    /// Reads it in this process.
    fn read(input: &Input, limits: &Limits) -> Result<Self, Error>;
}

impl Noun for Segmentation {
    const QUESTION: Question = Question::Segmentation;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        Ok(volume::read_segmentation(input, limits)?)
    }
}

impl Noun for Volume<f32> {
    const QUESTION: Question = Question::Volume;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        Ok(volume::read_volume(input, limits)?)
    }
}

impl Noun for Grid {
    const QUESTION: Question = Question::Grid;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        Ok(volume::read_grid(input, limits)?)
    }
}

impl Noun for MeshFile {
    const QUESTION: Question = Question::Mesh;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        Ok(mesh::read(input, limits)?)
    }
}

impl Noun for PointFile {
    const QUESTION: Question = Question::Points;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        Ok(points::read(input, limits)?)
    }
}

impl Noun for Contours {
    const QUESTION: Question = Question::Contours;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        Ok(rtstruct::read_file(input, limits)?)
    }
}

impl Noun for Table {
    const QUESTION: Question = Question::Table;

    fn read(input: &Input, _: &Limits) -> Result<Self, Error> {
        Ok(table::read(input.path())?)
    }
}

/// Which shapes a file of many holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Samples(pub(super) Vec<SampleFacts>);

impl Noun for Samples {
    const QUESTION: Question = Question::Samples;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        Ok(Self(npz::list(input, limits)?))
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileKind(pub(super) Option<Kind>);

impl Noun for FileKind {
    const QUESTION: Question = Question::Kind;

    fn read(input: &Input, _: &Limits) -> Result<Self, Error> {
        Ok(Self(kind::kind(input)?))
    }
}

/// Whether a file is to be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IsArchive(pub(super) bool);

impl Noun for IsArchive {
    const QUESTION: Question = Question::IsArchive;

    fn read(input: &Input, _: &Limits) -> Result<Self, Error> {
        Ok(Self(archive::is_archive(input)?))
    }
}

/// What a DICOM file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DicomKind(pub(super) Option<dicom::Kind>);

impl Noun for DicomKind {
    const QUESTION: Question = Question::DicomKind;

    fn read(input: &Input, _: &Limits) -> Result<Self, Error> {
        Ok(Self(dicom::kind(&input.first_bytes(FIRST_GROUP)?)))
    }
}

/// Names and values of what the header of a volume says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header(pub(super) Vec<(String, String)>);

impl Noun for Header {
    const QUESTION: Question = Question::Header;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        let facts = volume::describe(input, limits)?;
        Ok(Self(facts.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}

/// The names of the files beside a volume that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beside(pub(super) Vec<String>);

impl Noun for Beside {
    const QUESTION: Question = Question::Beside;

    fn read(input: &Input, limits: &Limits) -> Result<Self, Error> {
        let files = volume::files_of(input, limits)?;
        let name = |file: &Input| file.name().file_name()?.to_str().map(str::to_owned);
        Ok(Self(files.iter().filter_map(name).collect()))
    }
}

/// The first bytes of a DICOM file, which say what it is.
pub(super) const FIRST_GROUP: usize = 4 << 10;

impl Question {
    const ALL: [Self; 14] = [
        Self::Segmentation,
        Self::Volume,
        Self::Grid,
        Self::Mesh,
        Self::Points,
        Self::Contours,
        Self::Table,
        Self::Samples,
        Self::Kind,
        Self::IsArchive,
        Self::DicomKind,
        Self::Header,
        Self::Beside,
        Self::Unpack,
    ];

    /// Whether answering it takes no file but the one that is asked about.
    pub(super) fn is_of_one_file(self) -> bool {
        matches!(self, Self::Kind | Self::IsArchive | Self::DicomKind | Self::Unpack)
    }
}

impl Wire for Question {
    fn encode(&self, to: &mut dyn Write) -> io::Result<()> {
        (*self as u8).encode(to)
    }

    fn decode(from: &mut Source<'_>) -> io::Result<Self> {
        let number = u8::decode(from)?;
        let found = Self::ALL.into_iter().find(|question| *question as u8 == number);
        found.ok_or_else(|| nonsense("an unknown question"))
    }
}
