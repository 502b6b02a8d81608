//! The document: its lists, and what it says of itself.

use std::borrow::Cow;

use serde_json::Value;

use super::{FORMAT, malformed};
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::json::{self, Token, Tokens};
use crate::limits::Limits;

pub(super) const MESHOPT: &str = "EXT_meshopt_compression";
pub(super) const DRACO: &str = "KHR_draco_mesh_compression";
pub(super) const DATA: &str = "data:";

/// A document whose lists are at hand.
pub(super) struct Document<'a> {
    pub(super) value: &'a Value,
}

/// The document, and the data that is embedded in it: in the place of each `data:` address stands its
/// number, so that a long one need not pass for JSON.
pub(super) fn parse<'a>(
    json: &'a [u8],
    limits: &Limits,
) -> Result<(Value, Vec<&'a [u8]>), ErrorKind> {
    // A parsed object takes many times its text.
    const OBJECTS_A_PART: usize = 32;
    let most = limits.parts.saturating_mul(OBJECTS_A_PART);
    let n_open = |json| Tokens::new(json).filter(|token| matches!(token, Token::Sign(b'{' | b'[')));
    if n_open(json).nth(most).is_some() {
        return Err(ErrorKind::limit("objects and lists in a glTF document", most as u64));
    }
    let (text, embedded) = apart(json);
    let value = json::parse(&text, limits)?;
    Ok((value, embedded))
}

fn apart(json: &[u8]) -> (Cow<'_, [u8]>, Vec<&[u8]>) {
    let mut embedded = Vec::new();
    let mut text = Vec::new();
    let mut copied = 0;
    for token in Tokens::new(json) {
        let Token::Text(range) = token else { continue };
        if !json[range.clone()].starts_with(DATA.as_bytes()) {
            continue;
        }
        text.extend_from_slice(&json[copied..range.start]);
        text.extend_from_slice(format!("{DATA}{}", embedded.len()).as_bytes());
        copied = range.end;
        embedded.push(&json[range]);
    }
    if embedded.is_empty() {
        return (Cow::Borrowed(json), embedded);
    }
    text.extend_from_slice(&json[copied..]);
    (Cow::Owned(text), embedded)
}

impl<'a> Document<'a> {
    /// A document of the version and with the extensions that are read.
    pub(super) fn new(value: &'a Value) -> Result<Self, ErrorKind> {
        let document = Self { value };
        let version = value.pointer("/asset/version").and_then(Value::as_str);
        let version = version.ok_or_else(|| malformed("`asset.version` is missing"))?;
        if !version.starts_with("2.") {
            return Err(ErrorKind::unsupported(FORMAT, "another version than 2"));
        }
        for extension in document.list("extensionsRequired")? {
            match extension.as_str().unwrap_or_default() {
                "KHR_mesh_quantization" | MESHOPT => {}
                DRACO => return Err(draco()),
                other => {
                    let what = format!("the extension `{}`, which it requires", shortened(other));
                    return Err(ErrorKind::unsupported(FORMAT, what));
                }
            }
        }
        Ok(document)
    }

    /// A list of the document; empty if it is not there.
    pub(super) fn list(&self, name: &str) -> Result<&'a [Value], ErrorKind> {
        list(self.value, name)
    }

    /// One of a list, by its number.
    pub(super) fn entry(&self, name: &str, at: usize) -> Result<&'a Value, ErrorKind> {
        let entry = self.list(name)?.get(at);
        entry.ok_or_else(|| {
            malformed(format!("it names number {at} of `{name}`, which is not there"))
        })
    }

    /// What else the file says that is not read.
    pub(super) fn notes(&self) -> Vec<String> {
        let has = |name: &str| self.list(name).is_ok_and(|list| !list.is_empty());
        let uses = |name: &str| {
            self.list("extensionsUsed").is_ok_and(|list| list.iter().any(|used| used == name))
        };
        let mut notes = Vec::new();
        if has("skins") || has("animations") {
            notes.push("skins and movement are not applied".to_owned());
        }
        if uses("EXT_mesh_gpu_instancing") {
            notes.push("copies by `EXT_mesh_gpu_instancing` were left out".to_owned());
        }
        notes
    }
}

pub(super) fn draco() -> ErrorKind {
    let what = format!("Draco compression (`{DRACO}`): re-export without compression");
    ErrorKind::unsupported(FORMAT, what)
}

/// A list in an object; empty if it is not there.
pub(super) fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], ErrorKind> {
    match value.get(name) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(malformed(format!("`{name}` is no list"))),
    }
}

/// A number of something; `None` if it is not there.
pub(super) fn count(value: &Value, name: &str) -> Result<Option<usize>, ErrorKind> {
    let Some(number) = value.get(name) else { return Ok(None) };
    // Some programs write whole numbers with a point.
    let whole = number.as_u64().or_else(|| {
        let number = number.as_f64()?;
        (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as u64)
    });
    let count = whole.and_then(|number| usize::try_from(number).ok());
    count.map(Some).ok_or_else(|| malformed(format!("`{name}` is no count")))
}

/// A number of something that has to be there.
pub(super) fn needed(value: &Value, name: &str) -> Result<usize, ErrorKind> {
    count(value, name)?.ok_or_else(|| malformed(format!("`{name}` is missing")))
}

/// The numbers of a list that has to have `N` of them, if it is there.
pub(super) fn numbers<const N: usize>(
    value: &Value,
    name: &str,
) -> Result<Option<[f64; N]>, ErrorKind> {
    let list = list(value, name)?;
    if list.is_empty() {
        return Ok(None);
    }
    let numbers: Option<Vec<f64>> = list.iter().map(Value::as_f64).collect();
    let numbers = numbers.and_then(|numbers| <[f64; N]>::try_from(numbers).ok());
    numbers.map(Some).ok_or_else(|| malformed(format!("`{name}` is not {N} numbers")))
}

/// The name of an object; empty without one.
pub(super) fn name(value: &Value) -> &str {
    value.get("name").and_then(Value::as_str).unwrap_or_default()
}
