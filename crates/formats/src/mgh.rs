//! MGH and MGZ, the volume file of FreeSurfer, plain or gzip; always big-endian.
//!
//! Its axes are in RAS+ already. Where the file says that it knows nothing of space, FreeSurfer's own
//! order is taken: x to the left, y to the feet, z to the front, voxels of 1 mm.
//! What FreeSurfer keeps behind the voxels is stepped over: it holds the commands that made the file,
//! with the names of people and folders.

use medshape_types::{Affine, Grid, LabelMap, MAX_DIM, Volume};

use crate::error::{Error, ErrorKind};
use crate::facts::Facts;
use crate::input::Input;
use crate::limits::Limits;
use crate::stream::{Raw, Stream};
use crate::voxels::{self, ByteOrder, Datatype, Encoding};

const FORMAT: &str = "MGH";
const HEADER: usize = 284;

/// Where the voxels of a file lie, from its header alone.
///
/// # Errors
/// What is wrong with the header, or with the size of the file.
pub fn read_grid(input: &Input, limits: &Limits) -> Result<Grid, Error> {
    open(input, limits).map(|(_, header)| header.grid).map_err(|kind| input.error(kind))
}

/// The labels of a file, world millimetres RAS+.
///
/// # Errors
/// The file is damaged, holds several frames, or its voxels are no labels.
pub fn read_label_map(input: &Input, limits: &Limits) -> Result<LabelMap, Error> {
    let read = || label_map(open(input, limits)?, limits);
    read().map_err(|kind| input.error(kind))
}

/// The labels of a file that lies in memory.
///
/// # Errors
/// As for [`read_label_map`].
pub fn label_map_of(bytes: &[u8], limits: &Limits) -> Result<LabelMap, ErrorKind> {
    label_map(begin(Stream::new(Raw::of(bytes)?, limits)?)?, limits)
}

/// The intensities of a file.
///
/// # Errors
/// The file is damaged or holds several frames.
pub fn read_volume(input: &Input, limits: &Limits) -> Result<Volume<f32>, Error> {
    let read = || {
        let (mut stream, header) = open(input, limits)?;
        let volume = voxels::volume(&mut stream, &header.grid, header.encoding)?;
        stream.finish_within(limits.trailer)?;
        Ok(volume)
    };
    read().map_err(|kind: ErrorKind| input.error(kind))
}

/// Whether bytes begin like MGH, which has no mark of its own: version 1, and sizes and a type that
/// can be.
pub(crate) fn begins_like(bytes: &[u8]) -> bool {
    let Some(raw) = bytes.first_chunk::<30>() else { return false };
    let ints = raw.as_chunks::<4>().0;
    let int = |place: usize| i32::from_be_bytes(ints[place]);
    int(0) == 1 && (1..5).all(|place| int(place) > 0) && (0..=10).contains(&int(5))
}

/// The facts of a file.
pub(crate) fn describe(input: &Input, limits: &Limits) -> Result<Facts, ErrorKind> {
    let mut stream = Stream::open(input, limits)?;
    let fields = Fields::read(&mut stream)?;
    let mut facts = Facts::default();
    facts.add("format", FORMAT);
    facts.add("version", fields.version);
    facts.add_list("dims", fields.dims);
    match datatype(fields.datatype) {
        Ok(datatype) => facts.add("datatype", datatype.name()),
        Err(_) => facts.add("datatype", fields.datatype),
    }
    facts.add("byte-order", "big");
    facts.add("compression", if stream.is_gzip() { "gzip" } else { "none" });
    let space = if fields.knows_space { "said" } else { "not said: FreeSurfer's own is taken" };
    facts.add("space", space);
    facts.add_grid(Header::new(&fields).map(|header| header.grid));
    Ok(facts)
}

fn label_map(
    (mut stream, header): (Stream<'_>, Header),
    limits: &Limits,
) -> Result<LabelMap, ErrorKind> {
    let map = voxels::label_map(&mut stream, &header.grid, header.encoding)?;
    stream.finish_within(limits.trailer)?;
    Ok(map)
}

fn open(input: &Input, limits: &Limits) -> Result<(Stream<'static>, Header), ErrorKind> {
    begin(Stream::open(input, limits)?)
}

fn begin(mut stream: Stream<'_>) -> Result<(Stream<'_>, Header), ErrorKind> {
    let header = Header::new(&Fields::read(&mut stream)?)?;
    stream.expect(header.encoding.n_bytes(&header.grid))?;
    Ok((stream, header))
}

/// The fields of a header.
struct Fields {
    version: i32,
    dims: [i32; 4],
    datatype: i32,
    knows_space: bool,
    spacing: [f64; 3],
    /// The direction of each axis.
    directions: [[f64; 3]; 3],
    /// Where the middle of the volume is, half a voxel beyond the middle voxel.
    centre: [f64; 3],
}

impl Fields {
    fn read(stream: &mut Stream<'_>) -> Result<Self, ErrorKind> {
        let mut raw = [0; HEADER];
        if stream.fill(&mut raw)? < HEADER {
            return Err(ErrorKind::malformed(FORMAT, "it ends inside the header"));
        }
        let int = |place: usize| i32::from_be_bytes(std::array::from_fn(|n| raw[place + n]));
        let float =
            |place: usize| f64::from(f32::from_be_bytes(std::array::from_fn(|n| raw[place + n])));
        let point = |place: usize| [0, 4, 8].map(|n| float(place + n));
        if int(0) != 1 {
            return Err(ErrorKind::malformed(FORMAT, "its version is not 1"));
        }
        Ok(Self {
            version: int(0),
            dims: [4, 8, 12, 16].map(int),
            datatype: int(20),
            knows_space: raw[28..30] != [0, 0],
            spacing: point(30),
            directions: [42, 54, 66].map(point),
            centre: point(78),
        })
    }
}

/// A header that can be relied on.
struct Header {
    grid: Grid,
    encoding: Encoding,
}

impl Header {
    fn new(fields: &Fields) -> Result<Self, ErrorKind> {
        let datatype = datatype(fields.datatype)?;
        let [x, y, z, n_frames] = fields.dims;
        for dim in [x, y, z, n_frames] {
            if dim < 1 {
                return Err(ErrorKind::field("dims", dim, "not a positive number"));
            }
        }
        if n_frames > 1 {
            return Err(ErrorKind::TimeSeries { n_volumes: n_frames.unsigned_abs().into() });
        }
        // Larger ones are refused by the grid.
        let dims = [x, y, z].map(|dim| usize::try_from(dim).unwrap_or(MAX_DIM + 1));
        let grid = Grid::new(dims, world_from_voxel(fields)?)?;
        let encoding = Encoding { datatype, order: ByteOrder::Big, scale: None };
        Ok(Self { grid, encoding })
    }
}

fn datatype(code: i32) -> Result<Datatype, ErrorKind> {
    match code {
        0 => Ok(Datatype::U8),
        1 => Ok(Datatype::I32),
        3 => Ok(Datatype::F32),
        4 => Ok(Datatype::I16),
        10 => Ok(Datatype::U16),
        other => Err(ErrorKind::unsupported(FORMAT, format!("voxels of type {other}"))),
    }
}

fn world_from_voxel(fields: &Fields) -> Result<Affine, ErrorKind> {
    const LEFT_DOWN_FRONT: [[f64; 3]; 3] = [[-1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]];
    let (directions, spacing, centre) = match fields.knows_space {
        true => (fields.directions, fields.spacing, fields.centre),
        false => (LEFT_DOWN_FRONT, [1.0; 3], [0.0; 3]),
    };
    if let Some(value) = spacing.into_iter().find(|value| !(value.is_finite() && *value > 0.0)) {
        return Err(ErrorKind::field("delta", value, "not a positive voxel spacing"));
    }
    let rows = [0, 1, 2].map(|row| {
        let [x, y, z] = [0, 1, 2].map(|axis| directions[axis][row] * spacing[axis]);
        let half = [x, y, z].into_iter().zip(fields.dims).map(|(step, dim)| step * f64::from(dim));
        [x, y, z, centre[row] - half.sum::<f64>() / 2.0]
    });
    Affine::from_rows(rows).ok_or_else(|| {
        ErrorKind::malformed(FORMAT, "its directions flatten space or leave its numbers")
    })
}
