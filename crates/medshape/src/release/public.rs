//! Which shapes may be in a release: those that the public may see.

use medshape_catalog::release::HeldShape;
use medshape_catalog::{Audience, Reserve, Source};
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
    /// It identifies people further than the source's description says that its shapes do.
    MoreThanDescribed,
}

impl LeftOut {
    /// Why this shape may not be in a release; `None` if it may.
    pub(super) fn of(shape: &HeldShape, source: &Source) -> Option<Self> {
        let why = Audience::Public.may_see(source, &shape.structure).err()?;
        Some(match why {
            Reserve::LicenceUnknown => Self::LicenceUnknown,
            Reserve::LicenceUnchecked => Self::LicenceUnchecked,
            Reserve::AgreementRequired | Reserve::NotRedistributable => Self::LicenceForbids,
            Reserve::Face => Self::Face,
            Reserve::MoreThanDescribed => Self::MoreThanDescribed,
        })
    }

    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::LicenceUnknown => "licence-unknown",
            Self::LicenceUnchecked => "licence-unchecked",
            Self::LicenceForbids => "licence-forbids",
            Self::Face => "face",
            Self::MoreThanDescribed => "more-than-described",
        }
    }

    /// What a [word](Self::word) means.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [
            Self::LicenceUnknown,
            Self::LicenceUnchecked,
            Self::LicenceForbids,
            Self::Face,
            Self::MoreThanDescribed,
        ];
        all.into_iter().find(|why| why.word() == word)
    }

    /// For people, after a number of shapes.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::LicenceUnknown => "of sources whose licence nobody has stated",
            Self::LicenceUnchecked => "of sources whose licence nobody has checked",
            Self::LicenceForbids => "of sources whose licence does not let meshes be passed on",
            Self::Face => "that show a face",
            Self::MoreThanDescribed => {
                "that identify a person further than their source's description foresees"
            }
        }
    }
}
