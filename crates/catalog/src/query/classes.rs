//! Classes of licences and of meshes that people ask for.

use std::fmt;

use serde::Serialize;

use crate::{Licence, Terms};

/// What a licence lets people do, or which one it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenceClass {
    /// Free for anyone and any use, at most with attribution or share-alike.
    Open,
    /// Commercial use is allowed.
    Commercial,
    /// Changed versions may be shared.
    Derivatives,
    /// Nobody has said.
    Unknown,
    /// This one, by its SPDX identifier in lower case.
    Exactly(String),
}

impl LicenceClass {
    /// What a word after `licence:` means.
    pub fn from_word(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "commercial" => Self::Commercial,
            "derivatives" => Self::Derivatives,
            "unknown" => Self::Unknown,
            id => Self::Exactly(id.to_lowercase()),
        }
    }

    /// Whether a licence is of this class. What is not known to allow something does not.
    pub fn holds(&self, licence: &Licence) -> bool {
        let Terms { non_commercial, no_derivatives, redistributable, dua_required, .. } =
            licence.terms;
        let can_be_passed_on = redistributable && !dua_required && !licence.is_unknown();
        match self {
            Self::Open => can_be_passed_on && !non_commercial && !no_derivatives,
            Self::Commercial => can_be_passed_on && !non_commercial,
            Self::Derivatives => can_be_passed_on && !no_derivatives,
            Self::Unknown => licence.is_unknown(),
            Self::Exactly(id) => licence.id.to_lowercase() == *id,
        }
    }
}

impl fmt::Display for LicenceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Commercial => "commercial",
            Self::Derivatives => "derivatives",
            Self::Unknown => "unknown",
            Self::Exactly(id) => id,
        })
    }
}

/// What a mesh is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum QualityClass {
    /// Closed, manifold and wound outward: it has an inside.
    Solid,
    /// Not solid.
    Flawed,
    /// It reaches the border of the image, so a part of the structure may be missing.
    Cut,
    /// Not cut.
    Whole,
    /// A rule of the whole body is broken: a label, a side or a size may be wrong.
    Doubtful,
    /// Not doubtful.
    Sound,
    /// Published by others and not held here, so nothing is known of it.
    Remote,
}

impl QualityClass {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Solid,
        Self::Flawed,
        Self::Cut,
        Self::Whole,
        Self::Doubtful,
        Self::Sound,
        Self::Remote,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::Flawed => "flawed",
            Self::Cut => "cut",
            Self::Whole => "whole",
            Self::Doubtful => "doubtful",
            Self::Sound => "sound",
            Self::Remote => "remote",
        }
    }

    /// What a word after `quality:` means.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "solid" | "closed" | "watertight" | "good" => Some(Self::Solid),
            "flawed" | "open" | "leaky" | "bad" => Some(Self::Flawed),
            "cut" | "cropped" | "border" => Some(Self::Cut),
            "whole" | "complete" => Some(Self::Whole),
            "doubtful" | "suspect" => Some(Self::Doubtful),
            "sound" | "plausible" => Some(Self::Sound),
            "remote" => Some(Self::Remote),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(licence: &str) -> Vec<String> {
        let all = ["open", "commercial", "derivatives", "unknown", "cc-by-4.0"];
        let classes = all.into_iter().map(LicenceClass::from_word);
        let licence = Licence::of(licence, "made for a test");
        classes.filter(|class| class.holds(&licence)).map(|class| class.to_string()).collect()
    }

    #[test]
    fn a_licence_allows_what_it_says_and_no_more() {
        assert_eq!(classes("CC0-1.0"), ["open", "commercial", "derivatives"]);
        assert_eq!(classes("CC-BY-4.0"), ["open", "commercial", "derivatives", "cc-by-4.0"]);
        assert_eq!(classes("CC-BY-SA-4.0"), ["open", "commercial", "derivatives"]);
        assert_eq!(classes("CC-BY-NC-SA-4.0"), ["derivatives"]);
        assert_eq!(classes("CC-BY-NC-ND-4.0"), [""; 0]);
        // Whether a mesh of a map is a changed version is not settled, so it is not passed on.
        assert_eq!(classes("CC-BY-ND-4.0"), [""; 0]);
        assert_eq!(classes("LicenseRef-unknown"), ["unknown"]);
        assert_eq!(classes("LicenseRef-HCP-DUA"), [""; 0]);
    }
}
