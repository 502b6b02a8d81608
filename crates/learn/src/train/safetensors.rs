//! The file format that holds named tensors: 8 bytes that say how long the header is, a header in
//! JSON, raw numbers in little-endian order. (<https://github.com/huggingface/safetensors>)

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Longest header that is read.
const MAX_HEADER: u64 = 64 << 20;

/// Kinds of numbers that are read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 1 byte, from 0 to 255.
    U8,
    /// 4 bytes.
    F32,
    /// 8 bytes.
    F64,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::U8 => "U8",
            Self::F32 => "F32",
            Self::F64 => "F64",
        }
    }

    fn n_bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// A tensor as a file holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its sizes, slowest first.
    pub shape: Vec<usize>,
    /// Kind of its numbers.
    pub kind: Kind,
    /// Its numbers, little-endian.
    pub bytes: Vec<u8>,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contents {
    /// Notes in words.
    pub notes: BTreeMap<String, String>,
    /// The tensors, in the order of their bytes.
    pub entries: Vec<Entry>,
}

/// Why bytes are no file of tensors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SafetensorsError {
    /// The file ends before what it announces.
    #[error("the file is shorter than its header says")]
    Short,
    /// The header is longer than any is.
    #[error("the header claims {0} bytes; at most {MAX_HEADER} are read")]
    LongHeader(u64),
    /// The header is no JSON of the kind expected.
    #[error("malformed header: {0}")]
    Header(String),
    /// A tensor cannot be as it is described.
    #[error("tensor `{0}`: {1}")]
    Tensor(String, &'static str),
}

/// The bytes of a file.
pub fn write(contents: &Contents) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    if !contents.notes.is_empty() {
        header.insert("__metadata__".to_owned(), json!(contents.notes));
    }
    let mut end = 0;
    for entry in &contents.entries {
        let start = end;
        end += entry.bytes.len();
        let about = json!({ "dtype": entry.kind.name(), "shape": entry.shape, "data_offsets": [start, end] });
        header.insert(entry.name.clone(), about);
    }
    let mut text = Value::Object(header).to_string();
    // Numbers begin at a multiple of eight.
    text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(8) - text.len()));
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.into_bytes());
    contents.entries.iter().for_each(|entry| bytes.extend(&entry.bytes));
    bytes
}

/// What the bytes of a file hold. Nothing is allocated beyond the bytes that are there.
///
/// # Errors
/// If they are no such file, or hold numbers of other kinds.
pub fn read(bytes: &[u8]) -> Result<Contents, SafetensorsError> {
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or(SafetensorsError::Short)?;
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER {
        return Err(SafetensorsError::LongHeader(length));
    }
    let (header, data) = rest.split_at_checked(length as usize).ok_or(SafetensorsError::Short)?;
    let header: BTreeMap<String, Value> = serde_json::from_slice(header)
        .map_err(|cause| SafetensorsError::Header(cause.to_string()))?;
    let mut contents = Contents::default();
    let mut entries = Vec::new();
    for (name, about) in header {
        if name == "__metadata__" {
            contents.notes = notes(&about);
        } else {
            entries.push(entry(name, &about, data)?);
        }
    }
    entries.sort_by_key(|&(start, _)| start);
    contents.entries = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(contents)
}

fn notes(about: &Value) -> BTreeMap<String, String> {
    let pairs = about.as_object().into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn entry(name: String, about: &Value, data: &[u8]) -> Result<(usize, Entry), SafetensorsError> {
    let fault = |what| SafetensorsError::Tensor(name.clone(), what);
    let kind = match about["dtype"].as_str() {
        Some("U8") => Kind::U8,
        Some("F32") => Kind::F32,
        Some("F64") => Kind::F64,
        _ => return Err(fault("its numbers are not U8, F32 or F64")),
    };
    let shape = numbers(&about["shape"]).ok_or_else(|| fault("it has no shape"))?;
    let offsets = numbers(&about["data_offsets"]).ok_or_else(|| fault("it has no place"))?;
    let [start, end] = offsets[..] else { return Err(fault("it has no place")) };
    let bytes = data.get(start..end).ok_or_else(|| fault("its place lies outside of the file"))?;
    let size = shape.iter().try_fold(kind.n_bytes(), |size, &n| size.checked_mul(n));
    if size != Some(bytes.len()) {
        return Err(fault("its place and its shape do not agree"));
    }
    let bytes = bytes.to_vec();
    Ok((start, Entry { name, shape, kind, bytes }))
}

fn numbers(value: &Value) -> Option<Vec<usize>> {
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    value.as_array()?.iter().map(number).collect()
}
