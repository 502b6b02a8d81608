//! A structure of the vocabulary, as its data file describes it.

use serde::{Deserialize, Serialize};

use crate::PrivacyClass;

/// A structure, its sides aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// Kebab-case English, singular; part of each shape's name.
    pub id: String,
    /// English name.
    pub name: String,
    /// Latin name, of the Terminologia Anatomica where that has the structure.
    #[serde(default)]
    pub latin: Option<String>,
    /// Other names in the field, the words of sources included.
    #[serde(default)]
    pub synonyms: Vec<String>,
    /// What people say who are not of the field: `shinbone`.
    #[serde(default)]
    pub plain: Vec<String>,
    /// Names that mean the left one: `FDI 21`.
    #[serde(default)]
    pub left_names: Vec<String>,
    /// Names that mean the right one.
    #[serde(default)]
    pub right_names: Vec<String>,
    /// SNOMED CT code.
    #[serde(default)]
    pub snomed: Option<String>,
    /// UBERON number, seven digits.
    #[serde(default)]
    pub uberon: Option<String>,
    /// Number in the Foundational Model of Anatomy.
    #[serde(default)]
    pub fma: Option<String>,
    /// Whether it comes on the left, on the right, or on both.
    #[serde(default)]
    pub paired: bool,
    /// What kind of thing it is.
    pub category: Category,
    /// Body system, such as `digestive`.
    #[serde(default)]
    pub system: Option<String>,
    /// Which of a row of likes it is: `T4`, `7`, `upper`.
    #[serde(default)]
    pub level: Option<String>,
    /// Ids of what it is a kind of.
    #[serde(default)]
    pub is_a: Vec<String>,
    /// Ids of what it is a part of.
    #[serde(default)]
    pub part_of: Vec<String>,
    /// Id of what it sits in or on, without being a part of it: a tumour of the liver.
    #[serde(default)]
    pub site: Option<String>,
    /// Whether a query that names it by its site and its kind, such as `brain tumour`, asks for
    /// these two rather than for shapes of this one structure.
    #[serde(default)]
    pub composed: bool,
    /// How far a shape of it identifies a person.
    #[serde(default)]
    pub privacy: PrivacyClass,
    /// Red, green, blue.
    pub colour: [u8; 3],
}

/// What kind of thing a structure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// A part of the body with all that is in it, such as the abdomen.
    Region,
    /// A heading for others, such as vessels.
    Group,
    /// What does not belong to a healthy body, such as a cyst.
    Finding,
    /// An organ or a part of one.
    Organ,
    /// An artery or a vein.
    Vessel,
    /// A muscle or a group of muscles.
    Muscle,
    /// A bone.
    Bone,
    /// A cartilage.
    Cartilage,
    /// A tooth.
    Tooth,
    /// A nerve or a bundle of them.
    Nerve,
    /// A space within the body, such as a ventricle of the brain.
    Cavity,
    /// A tissue that has no shape of its own, such as fat.
    Tissue,
    /// What was put into a body.
    Implant,
    /// A tool.
    Instrument,
}

impl Structure {
    /// Ids of what it is a kind or a part of.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        self.is_a.iter().chain(&self.part_of).map(String::as_str)
    }

    /// Its codes, each with the scheme that it is of.
    pub fn codes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("SCT", &self.snomed), ("UBERON", &self.uberon), ("FMA", &self.fma)];
        all.into_iter().filter_map(|(scheme, code)| Some((scheme, code.as_deref()?)))
    }

    /// All names that mean the structure, no side said.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = [&self.id, &self.name].into_iter().chain(&self.latin);
        names.chain(&self.synonyms).chain(&self.plain).map(String::as_str)
    }
}
