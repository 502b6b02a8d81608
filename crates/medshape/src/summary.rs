//! What some chosen shapes are together: how many, how large, on which terms, and what is missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use medshape_catalog::{Selected, Source};

use crate::format::Format;
use crate::manifest::{Line, Standing, line, standing};
use crate::size::{Size, size_of};

/// Lines of what cannot be had that are kept.
const MAX_MISSING: usize = 200;

/// What some chosen shapes are together.
#[derive(Debug, Clone)]
pub struct Summary {
    /// All of them, to be had or not.
    pub n_shapes: u64,
    /// Those that can be had, by the licences of their sources.
    pub by_licence: BTreeMap<String, u64>,
    /// The sources of those.
    pub sources: BTreeMap<String, Arc<Source>>,
    /// How many are of which source.
    pub by_source: BTreeMap<String, u64>,
    /// In each format.
    pub sizes: Vec<FormatSize>,
    /// Those that cannot be had in any, by why.
    pub missing: BTreeMap<Standing, u64>,
    /// The first of those, as lists have them.
    pub tombstones: Vec<Line>,
}

/// What can be had in a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatSize {
    /// The format.
    pub format: Format,
    /// How many shapes.
    pub n_shapes: u64,
    /// Their bytes; `None` where they are not known before the files are made.
    pub size: Option<Size>,
}

impl Default for Summary {
    fn default() -> Self {
        let none = |format| FormatSize { format, n_shapes: 0, size: Some(Size::Exact(0)) };
        Self {
            n_shapes: 0,
            by_licence: BTreeMap::new(),
            sources: BTreeMap::new(),
            by_source: BTreeMap::new(),
            sizes: Format::all().map(none).collect(),
            missing: BTreeMap::new(),
            tombstones: Vec::new(),
        }
    }
}

impl Summary {
    /// How many can be had.
    pub fn n_here(&self) -> u64 {
        self.by_source.values().sum()
    }

    /// Counts a shape.
    pub fn add(&mut self, selected: &Selected) {
        self.n_shapes += 1;
        let Selected::Held(held) = selected else {
            let line = line(selected, Format::Glb, |_| String::new());
            *self.missing.entry(line.state).or_default() += 1;
            if line.name.is_some() && self.tombstones.len() < MAX_MISSING {
                self.tombstones.push(line);
            }
            return;
        };
        let source = &held.source;
        *self.by_licence.entry(source.licence.id.clone()).or_default() += 1;
        *self.by_source.entry(source.id.clone()).or_default() += 1;
        self.sources.entry(source.id.clone()).or_insert_with(|| source.clone());
        for total in &mut self.sizes {
            if standing(held, total.format) == Standing::Here {
                total.n_shapes += 1;
                total.size = total.size.zip(size_of(held, total.format)).map(|(a, b)| plus(a, b));
            }
        }
    }
}

fn plus(a: Size, b: Size) -> Size {
    let bytes = a.bytes().saturating_add(b.bytes());
    match (a, b) {
        (Size::Exact(_), Size::Exact(_)) => Size::Exact(bytes),
        _ => Size::About(bytes),
    }
}
