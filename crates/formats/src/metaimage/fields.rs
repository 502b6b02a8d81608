//! The lines of a header: `Key = Value`, the last of which says where the voxels are.

use std::collections::BTreeMap;

use super::FORMAT;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::mesh_file::Units;
use crate::stream::Raw;
use crate::voxels::{ByteOrder, Datatype};
use crate::words;

/// What a header says, each field by itself sound.
pub(super) struct Fields {
    /// Two to four axes, the fastest first.
    pub(super) dims: Vec<u64>,
    /// `None` for a type that is not read.
    pub(super) datatype: Option<Datatype>,
    pub(super) n_channels: u64,
    pub(super) order: ByteOrder,
    pub(super) is_binary: bool,
    pub(super) is_compressed: bool,
    pub(super) compressed_size: Option<u64>,
    /// Where the voxels begin in their file; `None` if they are its last bytes.
    pub(super) n_skipped: Option<u64>,
    /// One an axis, as the next two.
    pub(super) spacing: Vec<f64>,
    pub(super) directions: Vec<Vec<f64>>,
    pub(super) origin: Vec<f64>,
    pub(super) unit: Option<Units>,
    pub(super) data_file: DataFile,
}

/// Where the voxels are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DataFile {
    /// Behind the header.
    Local,
    /// In a file of this name.
    Name(String),
    /// In files whose names follow, each with this many axes.
    List { n_axes: usize },
    /// In files of this pattern, numbered from `first` on.
    Pattern { pattern: String, first: i64, step: i64 },
}

/// Whether bytes begin like a MetaImage, which has no mark of its own: a line with one of its keys,
/// and another with the number of axes.
pub(crate) fn begins_like(bytes: &[u8]) -> bool {
    const FIRST: [&str; 5] = ["ObjectType", "NDims", "Comment", "ObjectSubType", "BinaryData"];
    let text = String::from_utf8_lossy(bytes);
    let keys: Vec<_> = text.lines().filter_map(|line| Some(key_and_value(line)?.0)).collect();
    keys.first().is_some_and(|key| FIRST.contains(key)) && keys.contains(&"NDims")
}

impl Fields {
    /// Takes the header off a file, up to the line that says where the voxels are.
    pub(super) fn read(raw: &mut Raw<'_>, limits: &Limits) -> Result<Self, ErrorKind> {
        let lines = Lines::read(raw, limits)?;
        let n_axes: usize = words::number("NDims", lines.need("NDims")?, limits)?;
        if !(2..=4).contains(&n_axes) {
            return Err(ErrorKind::field("NDims", n_axes, "volumes have three axes"));
        }
        let dims = words::exactly("DimSize", lines.need("DimSize")?, n_axes, limits)?;
        if let Some(dim) = dims.iter().find(|dim| **dim == 0) {
            return Err(ErrorKind::field("DimSize", dim, "not a positive number"));
        }
        if lines.first(&["ObjectType"]).is_some_and(|kind| kind != "Image") {
            return Err(ErrorKind::unsupported(FORMAT, "an object that is no image"));
        }
        let per_axis = |names: &[&'static str], default: f64| match lines.first(names) {
            Some(text) => words::exactly(names[0], text, n_axes, limits),
            None => Ok(vec![default; n_axes]),
        };
        let is_set = |name: &'static str, default: bool| {
            lines.first(&[name]).map_or(default, |text| text.starts_with(['T', 't', '1']))
        };
        Ok(Self {
            datatype: datatype(lines.need("ElementType")?),
            n_channels: lines.number("ElementNumberOfChannels", limits)?.unwrap_or(1),
            order: match is_set("BinaryDataByteOrderMSB", is_set("ElementByteOrderMSB", false)) {
                true => ByteOrder::Big,
                false => ByteOrder::Little,
            },
            is_binary: is_set("BinaryData", true),
            is_compressed: is_set("CompressedData", false),
            compressed_size: lines.number("CompressedDataSize", limits)?,
            n_skipped: lines.n_skipped(limits)?,
            spacing: per_axis(&["ElementSpacing", "ElementSize"], 1.0)?,
            directions: lines.directions(n_axes, limits)?,
            origin: per_axis(&["Origin", "Offset", "Position"], 0.0)?,
            unit: lines.unit()?,
            data_file: lines.data_file(&dims, limits)?,
            dims,
        })
    }

    /// How many files there are if each has the first `n_axes` axes.
    pub(super) fn n_files(&self, n_axes: usize) -> usize {
        let product = self.dims[n_axes.min(self.dims.len())..]
            .iter()
            .try_fold(1_u64, |product, dim| product.checked_mul(*dim));
        product.and_then(|n_files| usize::try_from(n_files).ok()).unwrap_or(usize::MAX)
    }
}

/// The lines by their keys; keys of no interest are left out.
struct Lines(BTreeMap<&'static str, String>);

const KEYS: [&str; 23] = [
    "ObjectType",
    "NDims",
    "DimSize",
    "ElementType",
    "ElementNumberOfChannels",
    "BinaryData",
    "BinaryDataByteOrderMSB",
    "ElementByteOrderMSB",
    "CompressedData",
    "CompressedDataSize",
    "HeaderSize",
    "ElementSpacing",
    "ElementSize",
    "TransformMatrix",
    "Rotation",
    "Orientation",
    "Origin",
    "Offset",
    "Position",
    "DistanceUnits",
    "ElementDataFile",
    "ElementMin",
    "ElementMax",
];

impl Lines {
    fn read(raw: &mut Raw<'_>, limits: &Limits) -> Result<Self, ErrorKind> {
        let mut lines = BTreeMap::new();
        while let Some(line) = raw.line(limits.line)? {
            if raw.position() > limits.header as u64 {
                return Err(ErrorKind::limit("bytes in the header", limits.header as u64));
            }
            let line = words::text(FORMAT, &line)?;
            if line.trim().is_empty() {
                continue;
            }
            let (key, value) = key_and_value(&line).ok_or_else(|| {
                let reason = format!("a line without `=`: `{}`", shortened(&line));
                ErrorKind::malformed(FORMAT, reason)
            })?;
            let Some(&key) = KEYS.iter().find(|known| **known == key) else { continue };
            if lines.insert(key, value.to_owned()).is_some() {
                return Err(ErrorKind::malformed(FORMAT, format!("`{key}` occurs twice")));
            }
            if key == "ElementDataFile" {
                return Ok(Self(lines));
            }
        }
        Err(ErrorKind::malformed(FORMAT, "its header ends without `ElementDataFile`"))
    }

    /// The value of the first of these keys that is there.
    fn first(&self, keys: &[&'static str]) -> Option<&str> {
        keys.iter().find_map(|key| self.0.get(key)).map(String::as_str)
    }

    fn need(&self, key: &'static str) -> Result<&str, ErrorKind> {
        let missing = || ErrorKind::malformed(FORMAT, format!("it has no `{key}`"));
        self.first(&[key]).ok_or_else(missing)
    }

    fn number(&self, key: &'static str, limits: &Limits) -> Result<Option<u64>, ErrorKind> {
        self.first(&[key]).map(|text| words::number(key, text, limits)).transpose()
    }

    fn n_skipped(&self, limits: &Limits) -> Result<Option<u64>, ErrorKind> {
        let Some(text) = self.first(&["HeaderSize"]) else { return Ok(Some(0)) };
        match words::number::<i64>("HeaderSize", text, limits)? {
            -1 => Ok(None),
            n_bytes => u64::try_from(n_bytes)
                .map(Some)
                .map_err(|_| ErrorKind::field("HeaderSize", n_bytes, "less than -1")),
        }
    }

    fn directions(&self, n_axes: usize, limits: &Limits) -> Result<Vec<Vec<f64>>, ErrorKind> {
        let numbers = match self.first(&["TransformMatrix", "Rotation", "Orientation"]) {
            Some(text) => words::exactly("TransformMatrix", text, n_axes * n_axes, limits)?,
            None => {
                let is_on_diagonal = |n: usize| n.is_multiple_of(n_axes + 1);
                (0..n_axes * n_axes).map(|n| f64::from(u8::from(is_on_diagonal(n)))).collect()
            }
        };
        Ok(numbers.chunks(n_axes).map(<[f64]>::to_vec).collect())
    }

    fn unit(&self) -> Result<Option<Units>, ErrorKind> {
        match self.first(&["DistanceUnits"]) {
            None | Some("?" | "unknown" | "UNKNOWN" | "") => Ok(None),
            Some(word) => word.to_lowercase().parse().map(Some).map_err(|reason: String| {
                ErrorKind::field("DistanceUnits", shortened(word), reason)
            }),
        }
    }

    fn data_file(&self, dims: &[u64], limits: &Limits) -> Result<DataFile, ErrorKind> {
        let text = self.need("ElementDataFile")?;
        let mut words = text.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        let numbers: Vec<&str> = words.collect();
        match first {
            "LOCAL" | "Local" | "local" => Ok(DataFile::Local),
            "LIST" => {
                let n_axes = match numbers.first() {
                    Some(word) => words::number("ElementDataFile", word, limits)?,
                    None => dims.len() - 1,
                };
                match (1..=dims.len()).contains(&n_axes) {
                    true => Ok(DataFile::List { n_axes }),
                    false => Err(ErrorKind::field("ElementDataFile", n_axes, "no number of axes")),
                }
            }
            pattern if pattern.contains('%') => {
                let numbers: Vec<i64> =
                    words::numbers("ElementDataFile", &numbers.join(" "), limits)?;
                pattern_of(pattern, &numbers, *dims.last().unwrap_or(&1))
            }
            _ => Ok(DataFile::Name(text.to_owned())),
        }
    }
}

/// `numbers` are the first, the last and the step, as far as they are given.
fn pattern_of(pattern: &str, numbers: &[i64], n_files: u64) -> Result<DataFile, ErrorKind> {
    let first = numbers.first().copied().unwrap_or(1);
    let step = numbers.get(2).copied().unwrap_or(1);
    if let Some(&last) = numbers.get(1) {
        let n_steps = last.checked_sub(first).filter(|_| step > 0).map(|range| range / step);
        if n_steps.and_then(|n_steps| u64::try_from(n_steps).ok()) != n_files.checked_sub(1) {
            let reason = format!("its numbers do not give {n_files} files");
            return Err(ErrorKind::field("ElementDataFile", shortened(pattern), reason));
        }
    }
    Ok(DataFile::Pattern { pattern: pattern.to_owned(), first, step })
}

fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(['=', ':'])?;
    Some((key.trim(), value.trim()))
}

fn datatype(word: &str) -> Option<Datatype> {
    Some(match word {
        "MET_CHAR" => Datatype::I8,
        "MET_UCHAR" => Datatype::U8,
        "MET_SHORT" => Datatype::I16,
        "MET_USHORT" => Datatype::U16,
        // Four bytes on every machine.
        "MET_INT" | "MET_LONG" => Datatype::I32,
        "MET_UINT" | "MET_ULONG" => Datatype::U32,
        "MET_LONG_LONG" => Datatype::I64,
        "MET_ULONG_LONG" => Datatype::U64,
        "MET_FLOAT" => Datatype::F32,
        "MET_DOUBLE" => Datatype::F64,
        _ => return None,
    })
}
