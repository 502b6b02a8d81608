//! What Slicer says of the segments of a segmentation.

use medshape_types::{Code, Meaning, Segment};

use super::FORMAT;
use super::fields::{Fields, words_of};
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::words;

/// The segments of a file, in the order of their numbers.
///
/// Before Slicer 4.11 each segment had a layer of its own, where its voxels are 1: so it is where
/// neither layer nor value is said.
pub(super) fn of(
    fields: &Fields,
    n_layers: usize,
    limits: &Limits,
) -> Result<Vec<Segment>, ErrorKind> {
    let numbers = fields.segment_numbers(limits)?;
    numbers.into_iter().map(|number| segment(fields, number, n_layers, limits)).collect()
}

fn segment(
    fields: &Fields,
    number: u32,
    n_layers: usize,
    limits: &Limits,
) -> Result<Segment, ErrorKind> {
    let said = |key: &str| fields.of_segment(number, key);
    let layer = match said("Layer") {
        Some(text) => words::number("Layer", text, limits)?,
        None => number as usize,
    };
    if layer >= n_layers {
        let reason = format!("segment {number} is of layer {layer}; there are {n_layers}");
        return Err(ErrorKind::malformed(FORMAT, reason));
    }
    let value = match said("LabelValue") {
        Some(text) => words::number("LabelValue", text, limits)?,
        None => 1,
    };
    let name = clean(said("Name").unwrap_or_default());
    if name.len() > limits.token {
        return Err(ErrorKind::limit("bytes in a segment's name", limits.token as u64));
    }
    Ok(Segment {
        layer,
        value,
        name,
        colour: said("Color").or(said("DefaultColor")).and_then(|text| colour(text, limits)),
        meaning: said("Tags").and_then(meaning),
    })
}

/// Text in one line.
fn clean(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// Three parts of 1; anything else is no colour.
fn colour(text: &str, limits: &Limits) -> Option<[u8; 3]> {
    let parts: Vec<f64> = words_of(text)
        .map(|word| words::number("Color", word, limits))
        .collect::<Result<_, _>>()
        .ok()?;
    let [red, green, blue] = *parts.as_slice() else { return None };
    let is_part = |part: f64| (0.0..=1.0).contains(&part);
    [red, green, blue]
        .into_iter()
        .all(is_part)
        .then(|| [red, green, blue].map(|part| (part * 255.0).round() as u8))
}

/// The meaning among the tags: `TerminologyEntry:` and seven parts, of which five are codes.
fn meaning(tags: &str) -> Option<Meaning> {
    let entry = tags.split('|').find_map(|tag| tag.trim().strip_prefix("TerminologyEntry:"))?;
    let parts: Vec<_> = entry.split('~').collect();
    let at = |place: usize| parts.get(place).copied().and_then(code);
    Some(Meaning {
        category: at(1)?,
        kind: at(2)?,
        modifier: at(3),
        region: at(5),
        region_modifier: at(6),
    })
}

/// A code such as `SCT^10200004^Liver`; `None` if it is empty or longer than DICOM has codes.
fn code(text: &str) -> Option<Code> {
    const MOST_CHARACTERS: usize = 64;
    let mut parts = text.split('^').map(clean);
    let mut next = || parts.next().unwrap_or_default();
    let code = Code { scheme: next(), value: next(), meaning: next() };
    let is_short = |part: &String| part.chars().count() <= MOST_CHARACTERS;
    let is_sound = [&code.scheme, &code.value, &code.meaning].into_iter().all(is_short);
    (is_sound && !code.value.is_empty()).then_some(code)
}
