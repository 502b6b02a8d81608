//! What a source's own words mean.

use std::collections::BTreeMap;

use medshape_catalog::{Anatomy, Coded, Structure};
use serde::Deserialize;

use super::Mapped;

/// What a description says of a word: a name of the vocabulary with its side, such as
/// `left lobe of thyroid gland`; `-` for what is no structure; or a structure with a finding.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Mapping {
    Structure(String),
    WithFinding(WithFinding),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithFinding {
    structure: String,
    finding: String,
}

/// The words of a source that the vocabulary does not know, or knows as something else.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    // By the words, lower case, one space between them. `None`: no structure.
    own: BTreeMap<String, Option<Mapped>>,
    // By letters and digits alone.
    joined: BTreeMap<String, Mapped>,
}

const NO_STRUCTURE: &str = "-";

impl Words {
    /// Reads a source's own words, and what its labels are when they are written together.
    pub(super) fn new<'a>(
        mappings: &'a BTreeMap<String, Mapping>,
        labels: impl Iterator<Item = &'a String>,
    ) -> Result<Self, String> {
        let mut words = Self::default();
        for (word, mapping) in mappings {
            if words.own.insert(spaced(word), mapping.read(word)?).is_some() {
                return Err(format!("`{word}` is there twice"));
            }
        }
        for label in mappings.keys().chain(labels) {
            let Some(mapped) = words.code(label) else { continue };
            let other = words.joined.insert(joined(label), mapped);
            if other.is_some_and(|other| other != mapped) {
                return Err(format!("`{label}` written together has two meanings"));
            }
        }
        Ok(words)
    }

    pub(super) fn code(&self, label: &str) -> Option<Mapped> {
        if let Some(mapped) = self.own.get(&spaced(label)) {
            return *mapped;
        }
        let coded = Anatomy::builtin().code(label);
        let mapped = coded.map(|coded| Mapped { coded, finding: None });
        mapped.or_else(|| self.joined.get(&joined(label)).copied())
    }

    /// Whether the label, however it is written together, is one of the source's own.
    pub(super) fn has(&self, label: &str) -> bool {
        self.joined.contains_key(&joined(label))
    }

    pub(super) fn is_unmapped(&self, label: &str) -> bool {
        self.own.get(&spaced(label)).is_some_and(Option::is_none)
    }
}

impl Mapping {
    fn read(&self, word: &str) -> Result<Option<Mapped>, String> {
        let (structure, finding) = match self {
            Self::Structure(structure) if structure == NO_STRUCTURE => return Ok(None),
            Self::Structure(structure) => (structure, None),
            Self::WithFinding(WithFinding { structure, finding }) => (structure, Some(finding)),
        };
        let coded = known(word, structure)?;
        let finding = finding.map(|finding| known(word, finding)).transpose()?;
        let finding: Option<&'static Structure> = finding.map(|coded| coded.structure);
        Ok(Some(Mapped { coded, finding }))
    }
}

fn known(word: &str, name: &str) -> Result<Coded<'static>, String> {
    let unknown = || format!("`{word}` means `{name}`, which the vocabulary does not know");
    Anatomy::builtin().code(name).ok_or_else(unknown)
}

fn spaced(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn joined(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
