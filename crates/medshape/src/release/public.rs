//! Which shapes may be in a release: the one place that decides it.

use medshape_catalog::release::HeldShape;
use medshape_catalog::{PrivacyClass, Source};
use serde::{Deserialize, Serialize};

/// Why a shape is not in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// Nobody has said what the licence of its source is.
    LicenceUnknown,
    /// Nobody has compared the licence with what the source itself says.
    LicenceUnchecked,
    /// The licence does not let meshes be passed on to anybody.
    LicenceForbids,
    /// It shows a face.
    Face,
}

impl LeftOut {
    /// Why this shape may not be in a release; `None` if it may.
    pub(super) fn of(shape: &HeldShape, source: &Source) -> Option<Self> {
        let licence = &source.licence;
        if licence.is_unknown() {
            Some(Self::LicenceUnknown)
        } else if !licence.is_checked() {
            Some(Self::LicenceUnchecked)
        } else if !licence.is_public() {
            Some(Self::LicenceForbids)
        } else if shape.privacy_class(source) >= PrivacyClass::P3 {
            Some(Self::Face)
        } else {
            None
        }
    }

    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::LicenceUnknown => "licence-unknown",
            Self::LicenceUnchecked => "licence-unchecked",
            Self::LicenceForbids => "licence-forbids",
            Self::Face => "face",
        }
    }

    /// What a [word](Self::word) means.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::LicenceUnknown, Self::LicenceUnchecked, Self::LicenceForbids, Self::Face];
        all.into_iter().find(|why| why.word() == word)
    }

    /// For people, after a number of shapes.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::LicenceUnknown => "of sources whose licence nobody has stated",
            Self::LicenceUnchecked => "of sources whose licence nobody has checked",
            Self::LicenceForbids => "of sources whose licence does not let meshes be passed on",
            Self::Face => "that show a face",
        }
    }
}
