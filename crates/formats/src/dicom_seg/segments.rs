//! What a file says of its segments (PS3.3, C.8.20.4 and table 10-1).

use std::collections::HashMap;

use medshape_types::{Code, Meaning, Segment};

use super::{colour, malformed};
use crate::dicom::{Item, tags};
use crate::error::ErrorKind;
use crate::limits::Limits;

/// The segments of a file, in its order, without those that are background.
pub(super) struct Segments {
    pub(super) list: Vec<Described>,
    // Where in the list a number is; `None` if it stands for the background.
    places: HashMap<u16, Option<usize>>,
}

/// A segment, its number not yet a label.
pub(super) struct Described {
    pub(super) number: u16,
    pub(super) segment: Segment,
}

impl Segments {
    pub(super) fn read(root: Item<'_>, limits: &Limits) -> Result<Self, ErrorKind> {
        let padding = root.words(tags::PADDING_VALUE)?.map(|[value]| value);
        let is_label_map = root.text(tags::SEGMENTATION_TYPE)? == "LABELMAP";
        let mut segments = Self { list: Vec::new(), places: HashMap::new() };
        if let Some(padding) = padding.filter(|_| is_label_map) {
            segments.places.insert(padding, None);
        }
        let mut numbers = std::collections::HashSet::new();
        for (n, item) in root.items(tags::SEGMENTS).enumerate() {
            if n == limits.segments {
                return Err(ErrorKind::limit("segments", limits.segments as u64));
            }
            let number = item.word(tags::SEGMENT_NUMBER)?;
            if !numbers.insert(number) {
                return Err(malformed(format!("two segments have the number {number}")));
            }
            segments.add(number, item, is_label_map)?;
        }
        if numbers.is_empty() {
            return Err(malformed("there is no segment (0062,0002)"));
        }
        Ok(segments)
    }

    /// The number of the only segment there is.
    pub(super) fn only(&self) -> Option<u16> {
        match self.list.as_slice() {
            [only] => Some(only.number),
            _ => None,
        }
    }

    /// Where in the list a number is.
    pub(super) fn place(&self, number: u16) -> Option<usize> {
        self.places.get(&number).copied().flatten()
    }

    pub(super) fn is_background(&self, number: u16) -> bool {
        self.places.get(&number) == Some(&None)
    }

    fn add(&mut self, number: u16, item: Item<'_>, is_label_map: bool) -> Result<(), ErrorKind> {
        let segment = segment(item)?;
        let is_background = |code: &Code| code.scheme == "DCM" && code.value == "125040";
        let is_background = segment.meaning.as_ref().is_some_and(|each| is_background(&each.kind))
            || self.is_background(number);
        if is_background {
            self.places.insert(number, None);
            return Ok(());
        }
        if number == 0 {
            let what = "a structure of number 0, which is not its background";
            return Err(match is_label_map {
                true => ErrorKind::unsupported("DICOM SEG", what),
                false => malformed("a segment has the number 0"),
            });
        }
        self.places.insert(number, Some(self.list.len()));
        self.list.push(Described { number, segment });
        Ok(())
    }
}

fn segment(item: Item<'_>) -> Result<Segment, ErrorKind> {
    let colour = item.words(tags::CIELAB)?.map(colour::rgb);
    let name = item.text(tags::SEGMENT_LABEL)?;
    Ok(Segment { name, colour, meaning: meaning(item)?, ..Segment::default() })
}

fn meaning(item: Item<'_>) -> Result<Option<Meaning>, ErrorKind> {
    let nested = |outer: u32, inner: u32| match item.item(outer) {
        Some(outer) => code(outer.item(inner)),
        None => Ok(None),
    };
    let category = code(item.item(tags::CATEGORY))?;
    let kind = code(item.item(tags::PROPERTY_TYPE))?;
    if category.is_none() && kind.is_none() {
        return Ok(None);
    }
    Ok(Some(Meaning {
        category: category.unwrap_or_default(),
        kind: kind.unwrap_or_default(),
        modifier: nested(tags::PROPERTY_TYPE, tags::PROPERTY_MODIFIER)?,
        region: code(item.item(tags::ANATOMIC_REGION))?,
        region_modifier: nested(tags::ANATOMIC_REGION, tags::ANATOMIC_REGION_MODIFIER)?,
    }))
}

/// The code of an item; `None` if it holds none.
fn code(item: Option<Item<'_>>) -> Result<Option<Code>, ErrorKind> {
    let Some(item) = item else { return Ok(None) };
    for tag in [tags::CODE_VALUE, tags::LONG_CODE_VALUE, tags::URN_CODE_VALUE] {
        let value = item.text(tag)?;
        if !value.is_empty() {
            let scheme = item.text(tags::CODE_SCHEME)?;
            return Ok(Some(Code { scheme, value, meaning: item.text(tags::CODE_MEANING)? }));
        }
    }
    Ok(None)
}
