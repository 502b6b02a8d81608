//! What a file can be asked for, and the reader that answers.

use std::io::{self, Write};

use medshape_formats::npz::{self, SampleFacts};
use medshape_formats::table::{self, Table};
use medshape_formats::{Input, Limits, MeshFile, PointFile, mesh, points, rtstruct, volume};
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

impl Question {
    const ALL: [Self; 8] = [
        Self::Segmentation,
        Self::Volume,
        Self::Grid,
        Self::Mesh,
        Self::Points,
        Self::Contours,
        Self::Table,
        Self::Samples,
    ];
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
