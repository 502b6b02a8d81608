//! A dataset's description: who made it, who may use it, how its files lie, what its numbers mean.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use medshape_catalog::{Coded, Licence, PrivacyClass, Source, Structure, Terms, name};
use serde::Deserialize;

use crate::Error;
use crate::pattern::{Found, NamePattern, Pattern};

mod words;

use words::{Mapping, Words};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../datasets");

/// The dataset that is taken when none is named.
pub(crate) const LOCAL: &str = "local";

/// A dataset as its TOML file describes it.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What the catalog keeps of it.
    pub source: Source,
    /// Where subjects and labels stand in a file's path; the first that fits is taken. Empty if
    /// nobody has said how the source's files lie.
    pub files: Vec<Pattern>,
    /// What each number of a label map is called; empty if the source has no fixed numbers.
    pub labels: BTreeMap<i64, String>,
    /// What is known of numbers that are no labels.
    pub strays: BTreeMap<i64, String>,
    /// Names under which others published the shapes.
    pub published: Vec<Published>,
    /// Which columns of the source's table mean what.
    pub metadata: MetadataColumns,
    words: Words,
}

/// What a source means by one of its labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    /// The structure, and its side if the label names one.
    pub coded: Coded<'static>,
    /// What is the matter with it, by the label alone: `tumoredbrain` is a brain with a tumour.
    pub finding: Option<&'static Structure>,
}

/// File names under which others published shapes of a source.
#[derive(Debug, Clone)]
pub struct Published {
    /// Where subject and label stand in the name.
    pub file: NamePattern,
    /// The labels that are published so; those of the source if none is said.
    pub labels: Vec<String>,
}

impl Published {
    /// Whether a label of `dataset` is published so.
    pub fn is_of(&self, label: &str, dataset: &Dataset) -> bool {
        match self.labels.is_empty() {
            true => dataset.has_label(label),
            false => self.labels.iter().any(|known| known == label),
        }
    }

    /// Subject and label of a file of this name, if its name fits.
    pub fn find(&self, name: &str) -> Option<(String, String)> {
        let Found { subject, label } = self.file.find(name)?;
        Some((subject, label.or_else(|| self.labels.first().cloned())?))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedText {
    file: String,
    #[serde(default)]
    labels: Vec<String>,
}

impl PublishedText {
    fn read(self) -> Result<Published, String> {
        let broken = format!("pattern `{}` is broken", self.file);
        let file = NamePattern::parse(&self.file).ok_or(broken)?;
        if !file.has_label() && self.labels.len() != 1 {
            return Err(format!("`{}` needs one label in `labels`", self.file));
        }
        Ok(Published { file, labels: self.labels })
    }
}

/// Column names of a source's table; those left out are found by their usual names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataColumns {
    /// Whose row it is.
    pub subject: Option<String>,
    /// Sex.
    pub sex: Option<String>,
    /// Age in years.
    pub age: Option<String>,
    /// Pathology or diagnosis.
    pub pathology: Option<String>,
    /// Further columns to keep as they are.
    #[serde(default)]
    pub attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    title: String,
    #[serde(default)]
    version: Option<String>,
    citation: String,
    url: Option<String>,
    licence: String,
    licence_evidence: String,
    licence_checked_by: Option<String>,
    licence_checked_on: Option<String>,
    terms: Option<Terms>,
    // What a description does not say is taken for the worst.
    #[serde(default = "highest")]
    privacy_class: PrivacyClass,
    #[serde(default)]
    modalities: Vec<String>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    published: Vec<PublishedText>,
    #[serde(default)]
    layout: Layout,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    structures: BTreeMap<String, Mapping>,
    #[serde(default)]
    strays: BTreeMap<String, String>,
    #[serde(default)]
    metadata: MetadataColumns,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layout {
    files: Vec<String>,
}

impl Dataset {
    /// The dataset that the program knows by this id, or that this TOML file describes.
    ///
    /// # Errors
    /// There is neither, or the file is not a description of a dataset.
    pub fn find(id_or_file: &str) -> Result<Self, Error> {
        let built_in = BUILT_IN.get_file(format!("{id_or_file}.toml"));
        if let Some(text) = built_in.and_then(|file| file.contents_utf8()) {
            return Self::parse(id_or_file, text);
        }
        let path = Path::new(id_or_file);
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
            return Self::parse(id_or_file, &text);
        }
        let known = Self::built_in_ids().join(", ");
        Err(broken(id_or_file, format!("not known; known are {known}, or give a TOML file")))
    }

    /// Ids of the datasets that come with the program, in order.
    pub fn built_in_ids() -> Vec<&'static str> {
        let stem = |file: &include_dir::File<'static>| file.path().file_stem()?.to_str();
        let mut ids: Vec<_> = BUILT_IN.files().filter_map(stem).collect();
        ids.sort_unstable();
        ids
    }

    /// All datasets that come with the program.
    ///
    /// # Errors
    /// None that a test would not have found.
    pub fn all() -> Result<Vec<Self>, Error> {
        Self::built_in_ids().into_iter().map(Self::find).collect()
    }

    /// What the source means by a label: its own word for a structure, else a name that the
    /// vocabulary knows, else one of its own labels written together, such as `costa4left`.
    /// `None` if nobody knows, or if the label is no structure.
    pub fn code(&self, label: &str) -> Option<Mapped> {
        self.words.code(label)
    }

    /// Whether the source's description says that this label is no structure of the vocabulary.
    pub fn is_unmapped(&self, label: &str) -> bool {
        self.words.is_unmapped(label)
    }

    /// Whether the label is one of the source's own, and not only a name that the vocabulary knows.
    pub fn has_label(&self, label: &str) -> bool {
        self.words.has(label)
    }

    fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let file: File =
            toml::from_str(text).map_err(|cause| broken(name, cause.message().to_owned()))?;
        if !name::is_part(&file.id) {
            return Err(broken(name, format!("`{}` cannot be part of a shape's name", file.id)));
        }
        let pattern = |text: &String| {
            Pattern::parse(text).ok_or_else(|| broken(name, format!("pattern `{text}` is broken")))
        };
        let licence = Licence {
            terms: file.terms.unwrap_or_else(|| Terms::of(&file.licence)),
            id: file.licence,
            evidence: file.licence_evidence,
            checked_by: file.licence_checked_by,
            checked_on: file.licence_checked_on,
        };
        let labels = numbered(name, file.labels)?;
        let words =
            Words::new(&file.structures, labels.values()).map_err(|reason| broken(name, reason))?;
        Ok(Self {
            files: file.layout.files.iter().map(pattern).collect::<Result<_, _>>()?,
            labels,
            words,
            strays: numbered(name, file.strays)?,
            published: file
                .published
                .into_iter()
                .map(|text| text.read().map_err(|reason| broken(name, reason)))
                .collect::<Result<_, _>>()?,
            metadata: file.metadata,
            source: Source {
                id: file.id,
                title: file.title,
                version: file.version,
                citation: file.citation,
                licence,
                privacy_class: file.privacy_class,
                url: file.url,
                modalities: file.modalities,
                keywords: file.keywords,
            },
        })
    }
}

fn highest() -> PrivacyClass {
    PrivacyClass::P3
}

fn numbered(
    dataset: &str,
    names: BTreeMap<String, String>,
) -> Result<BTreeMap<i64, String>, Error> {
    let entry = |(number, name): (String, String)| match number.parse() {
        Ok(number) => Ok((number, name)),
        Err(_) => Err(broken(dataset, format!("label `{number}` is not a number"))),
    };
    names.into_iter().map(entry).collect()
}

fn broken(dataset: &str, reason: String) -> Error {
    Error::Dataset { dataset: dataset.to_owned(), reason }
}

#[cfg(test)]
mod tests;
