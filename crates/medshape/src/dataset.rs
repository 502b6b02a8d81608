//! A dataset's description: who made it, who may use it, how its files lie, what its numbers mean.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use medshape_catalog::{Source, name};
use serde::Deserialize;

use crate::Error;
use crate::pattern::Pattern;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../datasets");

/// The dataset that is taken when none is named.
pub(crate) const LOCAL: &str = "local";

/// A dataset as its TOML file describes it.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What the catalog keeps of it.
    pub source: Source,
    /// Where subjects and labels stand in a file's path; the first that fits is taken.
    pub files: Vec<Pattern>,
    /// What each number of a label map is called; empty if the source has no fixed numbers.
    pub labels: BTreeMap<i64, String>,
    /// What is known of numbers that are no labels.
    pub strays: BTreeMap<i64, String>,
    /// Names under which others published the shapes, with `{subject}` and `{label}`.
    pub aliases: Vec<String>,
    /// Which columns of the source's table mean what.
    pub metadata: MetadataColumns,
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
    citation: String,
    url: Option<String>,
    licence: String,
    licence_evidence: String,
    #[serde(default)]
    aliases: Vec<String>,
    layout: Layout,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    strays: BTreeMap<String, String>,
    #[serde(default)]
    metadata: MetadataColumns,
}

#[derive(Deserialize)]
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

    fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let file: File =
            toml::from_str(text).map_err(|cause| broken(name, cause.message().to_owned()))?;
        if !name::is_part(&file.id) {
            return Err(broken(name, format!("`{}` cannot be part of a shape's name", file.id)));
        }
        let pattern = |text: &String| {
            Pattern::parse(text).ok_or_else(|| broken(name, format!("pattern `{text}` is broken")))
        };
        Ok(Self {
            files: file.layout.files.iter().map(pattern).collect::<Result<_, _>>()?,
            labels: numbered(name, file.labels)?,
            strays: numbered(name, file.strays)?,
            aliases: file.aliases,
            metadata: file.metadata,
            source: Source {
                id: file.id,
                title: file.title,
                citation: file.citation,
                licence: file.licence,
                licence_evidence: file.licence_evidence,
                url: file.url,
            },
        })
    }
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
mod tests {
    use super::*;

    #[test]
    fn every_built_in_dataset_can_be_read() {
        for id in Dataset::built_in_ids() {
            let dataset = Dataset::find(id).unwrap();
            assert_eq!(dataset.source.id, id);
            assert!(!dataset.files.is_empty(), "{id} says nothing of its files");
        }
    }

    #[test]
    fn every_label_of_a_built_in_dataset_is_in_the_vocabulary() {
        let anatomy = medshape_catalog::Anatomy::builtin();
        for id in Dataset::built_in_ids() {
            for label in Dataset::find(id).unwrap().labels.values() {
                assert!(anatomy.code(label).is_some(), "{id}: `{label}` has no code");
            }
        }
    }

    #[test]
    fn an_unknown_dataset_lists_the_known_ones() {
        let message = Dataset::find("no-such").unwrap_err().to_string();
        assert!(message.contains("totalsegmentator-v2"), "{message}");
    }

    #[test]
    fn a_misspelt_key_is_an_error() {
        let text = include_str!("../../../datasets/local.toml").replace("title", "titel");
        assert!(Dataset::parse("x", &text).is_err());
    }
}
