//! The structures of a segmentation as segments of DICOM.

use medshape_types::{Code, Meaning, Segmentation};

use super::super::colour;
use crate::dicom::tags;
use crate::dicom::writer::Elements;
use crate::error::ErrorKind;

/// One structure: where its voxels are, and what is said of it.
pub(super) struct Structure {
    pub(super) layer: usize,
    /// Its index in that layer; `None` if it is not among its values.
    pub(super) index: Option<u16>,
    name: String,
    colour: Option<[u8; 3]>,
    meaning: Meaning,
}

/// All structures: those that are described, then the labels that are not.
pub(super) fn of(segmentation: &Segmentation) -> Result<Vec<Structure>, ErrorKind> {
    const MOST: usize = u16::MAX as usize;
    let mut structures = Vec::new();
    let layers = segmentation.layers();
    let mut is_described: Vec<_> =
        layers.iter().map(|layer| vec![false; layer.n_values()]).collect();
    for segment in segmentation.segments() {
        let labels = &layers[segment.layer].values()[1..];
        let index = labels.binary_search(&segment.value).ok().map(|place| place + 1);
        if let Some(index) = index {
            is_described[segment.layer][index] = true;
        }
        structures.push(Structure {
            layer: segment.layer,
            index: index.map(|index| index as u16),
            name: name(&segment.name, segment.value),
            colour: segment.colour,
            meaning: segment.meaning.clone().unwrap_or_default(),
        });
    }
    for (layer, is_described) in is_described.iter().enumerate() {
        for (index, &value) in layers[layer].values().iter().enumerate().skip(1) {
            if !is_described[index] {
                let (name, meaning) = (name("", value), Meaning::default());
                let index = Some(index as u16);
                structures.push(Structure { layer, index, name, colour: None, meaning });
            }
        }
    }
    if structures.is_empty() {
        return Err(ErrorKind::unsupported("DICOM SEG", "no structure: there has to be one"));
    }
    if structures.len() > MOST {
        return Err(ErrorKind::limit("segments in one DICOM file", MOST as u64));
    }
    Ok(structures)
}

impl Structure {
    /// The item of the segment sequence.
    pub(super) fn item(&self, number: u16) -> Elements {
        let mut item = Elements::default();
        let category = or(&self.meaning.category, "123037004", "Anatomical Structure");
        item.sequence(tags::CATEGORY, &[code(&category)]);
        item.words(tags::SEGMENT_NUMBER, &[number]);
        item.text(tags::SEGMENT_LABEL, *b"LO", &self.name);
        // Who drew it is not known; this claims the least, and needs a name.
        item.text(tags::ALGORITHM_TYPE, *b"CS", "SEMIAUTOMATIC");
        item.text(tags::ALGORITHM_NAME, *b"LO", "unknown");
        let colour = self.colour.map(colour::lab);
        if let Some(colour) = colour {
            item.words(tags::CIELAB, &colour);
        }
        let kind = or(&self.meaning.kind, "85756007", "Tissue");
        let modifier = self.meaning.modifier.as_ref();
        item.sequence(tags::PROPERTY_TYPE, &[modified(&kind, tags::PROPERTY_MODIFIER, modifier)]);
        let mut region = Elements::default();
        if let Some(code) = self.meaning.region.as_ref().filter(|code| !code.value.is_empty()) {
            let modifier = self.meaning.region_modifier.as_ref();
            let item = modified(code, tags::ANATOMIC_REGION_MODIFIER, modifier);
            region.sequence(tags::ANATOMIC_REGION, &[item]);
        }
        // Its group comes before all of these.
        region.extend(&item);
        region
    }
}

fn name(name: &str, value: i64) -> String {
    let name = text(name, 64);
    if name.is_empty() { format!("label {value}") } else { name }
}

/// A code, or one of SNOMED CT if it is empty.
fn or(code: &Code, value: &str, meaning: &str) -> Code {
    if !code.value.is_empty() {
        return code.clone();
    }
    Code { scheme: "SCT".to_owned(), value: value.to_owned(), meaning: meaning.to_owned() }
}

fn modified(of: &Code, tag: u32, modifier: Option<&Code>) -> Elements {
    let mut item = code(of);
    if let Some(modifier) = modifier.filter(|code| !code.value.is_empty()) {
        item.sequence(tag, &[code(modifier)]);
    }
    item
}

fn code(code: &Code) -> Elements {
    let mut item = Elements::default();
    let value = text(&code.value, usize::MAX);
    let is_long = value.len() > 16;
    if !is_long {
        item.text(tags::CODE_VALUE, *b"SH", &value);
    }
    item.text(tags::CODE_SCHEME, *b"SH", &text(&code.scheme, 16));
    let meaning = if code.meaning.is_empty() { &value } else { &code.meaning };
    item.text(tags::CODE_MEANING, *b"LO", &text(meaning, 64));
    if is_long {
        item.long_text(tags::LONG_CODE_VALUE, *b"UC", &value);
    }
    item
}

/// One value of text: no control characters, no backslash, which would begin another value.
fn text(text: &str, most: usize) -> String {
    let letters = text.chars().filter(|letter| !letter.is_control());
    let letters = letters.map(|letter| if letter == '\\' { '/' } else { letter });
    letters.take(most).collect::<String>().trim().to_owned()
}
