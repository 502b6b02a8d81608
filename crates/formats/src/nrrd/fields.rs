//! The lines of a header: `field: value`, and `key:=value` for what other programs add.

use std::collections::BTreeMap;

use super::FORMAT;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::stream::Raw;
use crate::words;

/// A header, line by line.
pub(super) struct Fields {
    version: u8,
    /// By name, in lower case and without spaces: some fields may be written either way.
    fields: BTreeMap<String, String>,
    /// Of each segment by its number: key and value.
    segments: BTreeMap<u32, BTreeMap<String, String>>,
    /// The files that hold the voxels, if they are listed.
    pub(super) listed: Vec<String>,
}

impl Fields {
    /// Takes the header and the empty line behind it off a file.
    pub(super) fn read(raw: &mut Raw<'_>, limits: &Limits) -> Result<Self, ErrorKind> {
        let version = version(raw.line(limits.line)?.as_deref())?;
        let (fields, segments) = (BTreeMap::new(), BTreeMap::new());
        let mut header = Self { version, fields, segments, listed: Vec::new() };
        let (mut n_bytes, mut n_keys) = (0, 0);
        while let Some(line) = raw.line(limits.line)? {
            let line = words::text(FORMAT, &line)?;
            let line = line.trim_end();
            if line.is_empty() {
                return Ok(header);
            }
            match line.split_once(':') {
                _ if line.starts_with('#') => n_bytes += line.len(),
                Some((key, value)) if value.starts_with('=') => {
                    n_keys += 1;
                    header.add_key(key, &value[1..])?;
                }
                Some((name, value)) => {
                    n_bytes += line.len();
                    header.add_field(name, value.trim())?;
                }
                None => {
                    let reason = format!("a line without a colon: `{}`", shortened(line));
                    return Err(ErrorKind::malformed(FORMAT, reason));
                }
            }
            if n_bytes > limits.header {
                return Err(ErrorKind::limit("bytes in the header", limits.header as u64));
            }
            if n_keys > limits.keys {
                return Err(ErrorKind::limit("keys in the header", limits.keys as u64));
            }
            if header.get("datafile").is_some_and(|text| words_of(text).next() == Some("LIST")) {
                header.list(raw, limits)?;
                return Ok(header);
            }
        }
        match header.get("datafile") {
            Some(_) => Ok(header),
            None => Err(ErrorKind::malformed(FORMAT, "its header does not end with an empty line")),
        }
    }

    /// Which version of the format it is.
    pub(super) fn version(&self) -> u8 {
        self.version
    }

    /// The value of a field, named in lower case and without spaces.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub(super) fn need(&self, name: &'static str) -> Result<&str, ErrorKind> {
        let missing = || ErrorKind::malformed(FORMAT, format!("it has no field `{name}`"));
        self.get(name).ok_or_else(missing)
    }

    /// The numbers of the segments, rising.
    pub(super) fn segment_numbers(&self, limits: &Limits) -> Result<Vec<u32>, ErrorKind> {
        match self.segments.len() <= limits.segments {
            true => Ok(self.segments.keys().copied().collect()),
            false => Err(ErrorKind::limit("segments", limits.segments as u64)),
        }
    }

    /// Whether the header describes any segment.
    pub(super) fn is_of_slicer(&self) -> bool {
        !self.segments.is_empty()
    }

    /// What the header says of a segment.
    pub(super) fn of_segment(&self, number: u32, key: &str) -> Option<&str> {
        self.segments.get(&number)?.get(key).map(String::as_str)
    }

    fn add_field(&mut self, name: &str, value: &str) -> Result<(), ErrorKind> {
        let known = name.to_lowercase().replace(' ', "");
        match self.fields.insert(known, value.to_owned()) {
            None => Ok(()),
            Some(_) => {
                let reason = format!("the field `{}` occurs twice", shortened(name));
                Err(ErrorKind::malformed(FORMAT, reason))
            }
        }
    }

    /// Keeps what Slicer says of a segment, such as `Segment3_Name`; other keys are let go.
    fn add_key(&mut self, key: &str, value: &str) -> Result<(), ErrorKind> {
        let Some((number, key)) = segment_key(key) else { return Ok(()) };
        let of_segment = self.segments.entry(number).or_default();
        match of_segment.insert(key.to_owned(), unescaped(value)) {
            None => Ok(()),
            Some(_) => {
                let reason = format!("`Segment{number}_{}` occurs twice", shortened(key));
                Err(ErrorKind::malformed(FORMAT, reason))
            }
        }
    }

    fn list(&mut self, raw: &mut Raw<'_>, limits: &Limits) -> Result<(), ErrorKind> {
        while let Some(line) = raw.line(limits.line)? {
            let name = words::text(FORMAT, &line)?;
            if name.trim().is_empty() {
                continue;
            }
            if self.listed.len() == limits.files {
                return Err(ErrorKind::limit("files of one volume", limits.files as u64));
            }
            self.listed.push(name.trim().to_owned());
        }
        Ok(())
    }
}

/// The words of a value, apart by spaces.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split_ascii_whitespace()
}

fn version(line: Option<&[u8]>) -> Result<u8, ErrorKind> {
    let digit = line.and_then(|line| line.trim_ascii_end().strip_prefix(super::MAGIC));
    match digit {
        Some(&[digit @ b'1'..=b'5']) => Ok(digit - b'0'),
        Some(_) => Err(ErrorKind::unsupported(FORMAT, "a version that is not one of 1 to 5")),
        None => Err(ErrorKind::malformed(FORMAT, "it does not begin with `NRRD000` and a number")),
    }
}

/// The number and the rest of a key such as `Segment3_Name`.
fn segment_key(key: &str) -> Option<(u32, &str)> {
    const KEPT: [&str; 7] = ["ID", "Name", "Color", "DefaultColor", "LabelValue", "Layer", "Tags"];
    let (number, key) = key.strip_prefix("Segment")?.split_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && KEPT.contains(&key)).then_some((number.parse().ok()?, key))
}

/// A value with its line ends and backslashes put back.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (other, false) => text.push(other),
            (_, true) => match characters.next() {
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
        }
    }
    text
}
