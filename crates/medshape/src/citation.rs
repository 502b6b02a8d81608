//! How a work is cited, in the languages that people's programs read.
//!
//! A [`Work`] is a source, a shape, or a release of the collection. The same work gives the same text.

use medshape_catalog::release::Release;
use medshape_catalog::{ShapePage, Source};

use crate::export;

mod address;
mod bibtex;
mod cff;
mod csl;
mod datacite;
mod ris;

pub use address::licence_address;
pub(crate) use address::{doi, is_listed, is_web};
pub(crate) use bibtex::references;
pub(crate) use datacite::{UNKNOWN, record as datacite_record};

/// Something that is cited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work {
    /// What programs call it; letters, digits and dashes.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// What it is, in a sentence.
    pub about: Option<String>,
    /// Who made it: a group, for citations of sources are texts and not lists of names.
    pub author: Option<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// The day it was published, `2026-11-28`.
    pub issued: Option<String>,
    /// Which version of it.
    pub version: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Its DOI, without an address.
    pub doi: Option<String>,
    /// The id of its licence.
    pub licence: Option<String>,
    /// The citation that its makers ask for, and the like.
    pub note: Option<String>,
    /// What whoever cites it should know.
    pub message: Option<String>,
    /// What it was made of.
    pub made_of: Vec<Self>,
}

/// A language of citations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For LaTeX.
    Bibtex,
    /// Research Information Systems, for reference managers.
    Ris,
    /// Items of the Citation Style Language 1.0, in JSON.
    Csl,
    /// Citation File Format 1.2.0.
    Cff,
    /// The metadata that DOIs are registered with, in JSON.
    Datacite,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Bibtex, Self::Ris, Self::Csl, Self::Cff, Self::Datacite];

    /// What its files are called.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Bibtex => "citation.bib",
            Self::Ris => "citation.ris",
            Self::Csl => "citation.csl.json",
            Self::Cff => "CITATION.cff",
            Self::Datacite => "datacite.json",
        }
    }

    /// The form whose files have this name.
    pub fn of_file_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.file_name() == name)
    }

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Bibtex => "BibTeX",
            Self::Ris => "RIS",
            Self::Csl => "CSL JSON",
            Self::Cff => "CFF",
            Self::Datacite => "DataCite",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Bibtex => "application/x-bibtex",
            Self::Ris => "application/x-research-info-systems",
            Self::Csl => "application/vnd.citationstyles.csl+json",
            Self::Cff => "application/yaml",
            Self::Datacite => "application/vnd.datacite.datacite+json",
        }
    }
}

impl Work {
    /// A source.
    pub fn of_source(source: &Source) -> Self {
        let url = source.url.clone().filter(|url| is_web(url));
        Self {
            key: source.id.clone(),
            title: source.title.clone(),
            author: Some(format!("The authors of {}", source.title)),
            version: source.version.clone(),
            doi: url.as_deref().and_then(doi).map(str::to_owned),
            url,
            licence: Some(source.licence.id.clone()),
            note: Some(source.citation.clone()),
            ..Self::default()
        }
    }

    /// A shape, which is found at an address if it is published. Its version is the hash of its mesh; its
    /// authors are those of the source, who made the segmentation.
    pub fn of_shape(page: &ShapePage, address: Option<String>) -> Self {
        let ShapePage { shape, source, case, .. } = page;
        let label = export::title(shape.coded, &shape.structure, shape.side, &shape.label_name);
        let of = Self::of_source(source);
        Self {
            key: shape.name.file_stem(),
            title: format!("3D shape {}: {label}", shape.name),
            about: Some(format!(
                "Surface of the {label} of subject {} of {}, made from a segmentation by medshape {}.",
                shape.name.subject(),
                source.title,
                case.program_version
            )),
            author: of.author.clone(),
            version: export::mesh_file(shape).ok().map(|file| format!("sha256:{}", file.sha256)),
            url: address,
            licence: of.licence.clone(),
            note: of.note.clone(),
            message: Some("If you use this shape, cite the source that it was made of.".to_owned()),
            made_of: vec![of],
            ..Self::default()
        }
    }

    /// A release of the collection.
    pub(crate) fn of_release(release: &Release) -> Self {
        let about = &release.about;
        Self {
            key: format!("medshape-release-{}", release.number),
            title: about.title.clone(),
            author: about.publisher.clone(),
            publisher: about.publisher.clone(),
            issued: Some(release.version_date.clone()),
            version: Some(release.number.to_string()),
            url: about.url.clone().filter(|url| is_web(url)),
            message: Some(
                "If you use this collection, cite it, and the sources of the shapes that you use: \
                 the column citation of manifest.parquet."
                    .to_owned(),
            ),
            ..Self::default()
        }
    }

    /// The citation, as a file of its form holds it.
    pub fn to_text(&self, form: Form) -> String {
        match form {
            Form::Bibtex => bibtex::references(&[self]),
            Form::Ris => ris::record(self),
            Form::Csl => csl::items(self),
            Form::Cff => cff::citation(self),
            Form::Datacite => format!("{:#}\n", datacite::record(self)),
        }
    }

    /// Who made it, for forms that ask for somebody.
    fn author_or_unknown(&self) -> &str {
        self.author.as_deref().unwrap_or("Publisher unknown")
    }

    /// The year, the month and the day.
    fn issued_parts(&self) -> Option<[&str; 3]> {
        let mut parts = self.issued.as_deref()?.splitn(3, '-');
        Some([parts.next()?, parts.next()?, parts.next()?])
    }

    /// Its licence and what its makers ask for, in a line.
    fn remarks(&self) -> Option<String> {
        let licence = self.licence.as_ref().map(|licence| format!("Licence: {licence}"));
        let said: Vec<String> = self.note.clone().into_iter().chain(licence).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }
}

/// Text of others on one line, without what steers a terminal.
fn line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests;
