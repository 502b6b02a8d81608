//! What a header means, once nothing in it contradicts anything else.

use medshape_types::{Grid, GridError, MAX_DIM, MAX_VOXELS};

use super::FORMAT;
use super::axes::{Axes, Layers};
use super::fields::Fields;
use super::space::{Space, world_from_voxel};
use crate::error::ErrorKind;
use crate::facts::Facts;
use crate::input::shortened;
use crate::limits::Limits;
use crate::voxels::{ByteOrder, Datatype, Encoding};
use crate::words;

/// A header that can be relied on.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) grid: Grid,
    pub(super) layers: Layers,
    pub(super) encoding: Encoding,
    pub(super) packing: Packing,
    /// Lines and then bytes before the voxels; `None` if the voxels are the last bytes of the file.
    pub(super) line_skip: u64,
    pub(super) byte_skip: Option<u64>,
}

/// What the voxels are packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Raw,
    Gzip,
    Text,
    Hex,
}

impl Header {
    pub(super) fn new(fields: &Fields, limits: &Limits) -> Result<Self, ErrorKind> {
        let datatype = datatype(fields.need("type")?)?;
        let packing = packing(fields.need("encoding")?)?;
        let order = order(fields, datatype, packing)?;
        let axes = Axes::of(fields, limits)?;
        // Larger ones are refused by the grid.
        let dims = axes.space.map(|axis| axis.size.min(MAX_DIM as u64 + 1) as usize);
        let grid = Grid::new(dims, world_from_voxel(fields, &axes.space, limits)?)?;
        // All layers are in memory at once.
        if grid.n_voxels().saturating_mul(axes.layers.count()) > MAX_VOXELS {
            return Err(GridError::Voxels.into());
        }
        let line_skip = optional(fields, "lineskip", limits)?.unwrap_or(0);
        let byte_skip = match optional::<i64>(fields, "byteskip", limits)?.unwrap_or(0) {
            -1 if packing == Packing::Raw => None,
            n_bytes => Some(u64::try_from(n_bytes).map_err(|_| {
                let reason = "only raw voxels are counted from the end, with -1";
                ErrorKind::field("byte skip", n_bytes, reason)
            })?),
        };
        let encoding = Encoding { datatype, order, scale: None };
        Ok(Self { grid, layers: axes.layers, encoding, packing, line_skip, byte_skip })
    }

    /// Bytes of all voxels of all layers.
    pub(super) fn n_bytes(&self) -> u64 {
        self.encoding.n_bytes(&self.grid).saturating_mul(self.layers.count() as u64)
    }
}

/// Fields that are sound by themselves, whether or not the whole is.
pub(super) fn add_facts(fields: &Fields, facts: &mut Facts, limits: &Limits) {
    if let Some(Ok(sizes)) =
        fields.get("sizes").map(|text| words::numbers::<u64>("sizes", text, limits))
    {
        facts.add_list("dims", sizes);
    }
    let known = |name: &str| fields.get(name).unwrap_or_default();
    if let Ok(datatype) = datatype(known("type")) {
        facts.add("datatype", datatype.name());
    }
    if let "little" | "big" = known("endian") {
        facts.add("byte-order", known("endian"));
    }
    if let Ok(packing) = packing(known("encoding")) {
        let (encoding, compression) = match packing {
            Packing::Raw => ("raw", "none"),
            Packing::Gzip => ("raw", "gzip"),
            Packing::Text => ("text", "none"),
            Packing::Hex => ("hexadecimal", "none"),
        };
        facts.add("encoding", encoding);
        facts.add("compression", compression);
    }
    match fields.get("space").map(Space::of) {
        Some(Ok(space)) => facts.add("space", space.name()),
        Some(Err(_)) => facts.add("space", "one that is not known"),
        None => facts.add("space", "not said: taken for left-posterior-superior"),
    }
    let is_said = |name: &str| fields.get(name).is_some();
    if !is_said("spacedirections") && !is_said("spacings") {
        facts.add("spacing", "not said: taken for 1 mm");
    }
}

pub(super) fn optional<T: std::str::FromStr>(
    fields: &Fields,
    name: &'static str,
    limits: &Limits,
) -> Result<Option<T>, ErrorKind> {
    fields.get(name).map(|text| words::number(name, text, limits)).transpose()
}

fn datatype(word: &str) -> Result<Datatype, ErrorKind> {
    Ok(match word.to_lowercase().as_str() {
        "signed char" | "int8" | "int8_t" => Datatype::I8,
        "uchar" | "unsigned char" | "uint8" | "uint8_t" => Datatype::U8,
        "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => {
            Datatype::I16
        }
        "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => Datatype::U16,
        "int" | "signed int" | "int32" | "int32_t" => Datatype::I32,
        "uint" | "unsigned int" | "uint32" | "uint32_t" => Datatype::U32,
        "longlong"
        | "long long"
        | "long long int"
        | "signed long long"
        | "signed long long int"
        | "int64"
        | "int64_t" => Datatype::I64,
        "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => {
            Datatype::U64
        }
        "float" => Datatype::F32,
        "double" => Datatype::F64,
        "block" => return Err(ErrorKind::unsupported(FORMAT, "voxels that are blocks of bytes")),
        _ => {
            return Err(ErrorKind::field("type", shortened(word), "not a type that NRRD has"));
        }
    })
}

fn packing(word: &str) -> Result<Packing, ErrorKind> {
    Ok(match word.to_lowercase().as_str() {
        "raw" => Packing::Raw,
        "gz" | "gzip" => Packing::Gzip,
        "txt" | "text" | "ascii" => Packing::Text,
        "hex" => Packing::Hex,
        "bz2" | "bzip2" => {
            let what = "bzip2 compression: write it again with gzip";
            return Err(ErrorKind::unsupported(FORMAT, what));
        }
        "zrl" => return Err(ErrorKind::unsupported(FORMAT, "run lengths of zeros")),
        _ => {
            let reason = "not an encoding that NRRD has";
            return Err(ErrorKind::field("encoding", shortened(word), reason));
        }
    })
}

fn order(fields: &Fields, datatype: Datatype, packing: Packing) -> Result<ByteOrder, ErrorKind> {
    // Numbers in words become bytes here, and single bytes have no order.
    if packing == Packing::Text || datatype.size() == 1 {
        return Ok(ByteOrder::Little);
    }
    match fields.need("endian")?.to_lowercase().as_str() {
        "little" => Ok(ByteOrder::Little),
        "big" => Ok(ByteOrder::Big),
        other => Err(ErrorKind::field("endian", shortened(other), "neither `little` nor `big`")),
    }
}
