//! What is known of a shape, of the case it came from, of the person and of the source.
//!
//! These are views for storing and for JSON; they hold no geometry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Sha256, ShapeName};

/// Left or right, of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The person's left.
    Left,
    /// The person's right.
    Right,
}

impl Side {
    /// The word for it in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }

    /// What a [word](Self::word) means.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "left" => Some(Self::Left),
            "right" => Some(Self::Right),
            _ => None,
        }
    }
}

/// Sex as the source's table states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

impl Sex {
    /// The word for it in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }

    /// What a [word](Self::word) means.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "female" => Some(Self::Female),
            "male" => Some(Self::Male),
            _ => None,
        }
    }
}

/// How far a shape identifies the person it was taken from.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum PrivacyClass {
    /// Nobody's: an instrument, a phantom, something made up.
    P0,
    /// An organ, a vessel, a vertebra: nobody is recognised by it.
    #[default]
    P1,
    /// A face can be guessed from it, or it is as single as a fingerprint: a skull, teeth, the
    /// surface of a brain.
    P2,
    /// A face, or what shows one: skin, the surface of a head.
    P3,
}

impl PrivacyClass {
    /// The word for it in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::P0 => "P0",
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
        }
    }

    /// What a [word](Self::word) means.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::P0, Self::P1, Self::P2, Self::P3].into_iter().find(|class| class.word() == word)
    }
}

/// A dataset that shapes come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The first part of each shape's name, such as `totalsegmentator-v2`.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Which edition; `None` where nobody has said.
    pub version: Option<String>,
    /// How to cite it.
    pub citation: String,
    /// Who may do what with it.
    pub licence: Licence,
    /// The highest class that a shape of it may have.
    pub privacy_class: PrivacyClass,
    /// Where the source is described.
    pub url: Option<String>,
    /// How its images were made, such as `ct` or `mr`; empty where nobody has said.
    #[serde(default)]
    pub modalities: Vec<String>,
    /// What it is about, as people look for it: of what its subjects suffer, for example.
    #[serde(default)]
    pub keywords: Vec<String>,
}

/// A licence, what it asks and allows, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// SPDX identifier, or `LicenseRef-…`; [`UNKNOWN`](Self::UNKNOWN) where nobody has said.
    pub id: String,
    /// What it asks and allows.
    pub terms: Terms,
    /// Who says so, and where.
    pub evidence: String,
    /// Who compared that with what the source itself says; `None` if nobody has.
    pub checked_by: Option<String>,
    /// When, as `2026-11-28`.
    pub checked_on: Option<String>,
}

/// What a licence asks and allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Whoever passes it on must say who made it.
    pub attribution: bool,
    /// What is made of it must stay under the same licence.
    pub share_alike: bool,
    /// Not for business.
    pub non_commercial: bool,
    /// What is made of it must not be passed on.
    pub no_derivatives: bool,
    /// Whether meshes made of it may be passed on to anybody.
    pub redistributable: bool,
    /// Whether each recipient must sign an agreement with the owner.
    pub dua_required: bool,
}

impl Licence {
    /// The id where nobody has said what the licence is.
    pub const UNKNOWN: &str = "LicenseRef-unknown";

    /// A licence of which only the id is known, its terms read from that.
    pub fn of(id: &str, evidence: &str) -> Self {
        Self {
            id: id.to_owned(),
            terms: Terms::of(id),
            evidence: evidence.to_owned(),
            checked_by: None,
            checked_on: None,
        }
    }

    /// Whether nobody has said what the licence is.
    pub fn is_unknown(&self) -> bool {
        self.id == Self::UNKNOWN
    }

    /// Whether somebody has looked at what the source itself says.
    pub fn is_checked(&self) -> bool {
        self.checked_by.is_some() && self.checked_on.is_some()
    }

    /// Whether shapes may be shown to everybody: the licence is known, somebody has checked it, and
    /// it lets meshes be passed on without an agreement.
    pub fn is_public(&self) -> bool {
        let Terms { redistributable, dua_required, .. } = self.terms;
        !self.is_unknown() && self.is_checked() && redistributable && !dua_required
    }
}

impl Terms {
    /// What is known by the id alone, in words of Creative Commons; nothing is allowed by an id that
    /// says nothing.
    pub fn of(id: &str) -> Self {
        let is_cc = id.starts_with("CC-BY");
        let has = |part: &str| is_cc && id.split('-').any(|word| word == part);
        let is_free = matches!(id, "CC0-1.0" | "PDDL-1.0" | "0BSD" | "Unlicense");
        let is_permissive = matches!(id, "MIT" | "Apache-2.0" | "BSD-2-Clause" | "BSD-3-Clause");
        Self {
            attribution: is_cc || is_permissive,
            share_alike: has("SA"),
            non_commercial: has("NC"),
            no_derivatives: has("ND"),
            // A mesh is made of a label map; where that is not allowed, it is not passed on.
            redistributable: is_free || is_permissive || (is_cc && !has("ND")),
            dua_required: false,
        }
    }
}

/// A person (or a body donor, a phantom, an instrument) whose structures were segmented.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Subject {
    /// The source's id.
    pub source: String,
    /// The second part of each shape's name.
    pub id: String,
    /// As the source's table says.
    pub sex: Option<Sex>,
    /// Whole years; [`OLDEST_YEARS`](Self::OLDEST_YEARS) stands for that and more.
    pub age_years: Option<u32>,
    /// As the source's table says, in lower case; `None` when it says nothing.
    pub pathology: Option<String>,
    /// Further columns of the source's table that its description lets through.
    pub attributes: BTreeMap<String, String>,
}

impl Subject {
    /// Higher ages are kept as this one: very old people can be recognised by their age
    /// (45 CFR 164.514(b)(2)(i)(C)).
    pub const OLDEST_YEARS: u32 = 90;

    /// The age as people read it: `63 years`, `90 years or older`.
    pub fn age_words(age_years: u32) -> String {
        match age_years {
            Self::OLDEST_YEARS.. => format!("{} years or older", Self::OLDEST_YEARS),
            1 => "1 year".to_owned(),
            years => format!("{years} years"),
        }
    }

    /// The age in few letters: `63`, `90+`.
    pub fn age_mark(age_years: u32) -> String {
        match age_years {
            Self::OLDEST_YEARS.. => format!("{}+", Self::OLDEST_YEARS),
            years => years.to_string(),
        }
    }
}

/// One file that belongs to a shape or a case, by what it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFile {
    /// What the file is for.
    pub role: Role,
    /// Name of its blob and hash of its bytes.
    pub sha256: Sha256,
    /// Number of bytes.
    pub size: u64,
    /// For a level of detail: how far its surface and the mesh's are apart at most, measured, in mm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_mm: Option<f64>,
}

/// What a stored file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The canonical mesh at full detail, compressed GLB.
    Mesh,
    /// A level of detail: the mesh with a quarter of its faces, compressed GLB.
    Level1,
    /// A sixteenth.
    Level2,
    /// A 64th.
    Level3,
    /// A 256th.
    Level4,
    /// A small picture, PNG.
    Thumbnail,
    /// The label map of a case, `.nii.gz`.
    LabelMap,
    /// The mesh as it was imported, in millimetres RAS+, before anything was changed: plain GLB in gzip.
    Original,
}

impl Role {
    /// The levels of detail, finest first.
    pub const LEVELS: [Self; 4] = [Self::Level1, Self::Level2, Self::Level3, Self::Level4];

    /// The word for it in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Level1 => "level1",
            Self::Level2 => "level2",
            Self::Level3 => "level3",
            Self::Level4 => "level4",
            Self::Thumbnail => "thumbnail",
            Self::LabelMap => "label-map",
            Self::Original => "original",
        }
    }

    /// What a [word](Self::word) means.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "mesh" => Some(Self::Mesh),
            "level1" => Some(Self::Level1),
            "level2" => Some(Self::Level2),
            "level3" => Some(Self::Level3),
            "level4" => Some(Self::Level4),
            "thumbnail" => Some(Self::Thumbnail),
            "label-map" => Some(Self::LabelMap),
            "original" => Some(Self::Original),
            _ => None,
        }
    }
}

/// Numbers measured on a shape, in world space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    /// Voxels with this label in the label map.
    pub n_voxels: u64,
    /// Voxel count times voxel volume.
    pub voxel_volume_mm3: f64,
    /// Volume inside the mesh.
    pub volume_mm3: f64,
    /// Area of the mesh.
    pub area_mm2: f64,
    /// Corner of the box around the mesh, RAS+ millimetres.
    pub bounds_min_mm: [f64; 3],
    /// The opposite corner.
    pub bounds_max_mm: [f64; 3],
    /// Faces of the mesh.
    pub n_faces: u64,
    /// Vertices of the mesh.
    pub n_vertices: u64,
    /// Pieces of the mask that do not share a voxel face.
    pub n_components: u64,
}

/// What inspection found. A bad shape is data, not an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Every edge has a face on both sides.
    pub closed: bool,
    /// No edge has more than two faces, no vertex joins two sheets.
    pub manifold: bool,
    /// Faces wind alike and outward.
    pub oriented: bool,
    /// The structure reaches the border of the image: it may be cut by the field of view.
    pub touches_border: bool,
    /// Further findings, a sentence each.
    pub notes: Vec<String>,
    /// What was found and done when the shape came in as a mesh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<Import>,
}

/// How a mesh of another program came in. The original is kept under [`Role::Original`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// What its numbers were taken for, such as `mm`.
    pub units: String,
    /// Which way its axes were taken to point, such as `RAS`.
    pub space: String,
    /// Closed, but inside out: all faces were turned around.
    pub turned: bool,
    /// What was wrong with it, before anything was changed.
    pub faults: Faults,
    /// What was changed, if a repair was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
}

/// What inspection of a mesh counts, its vertices of equal position taken as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Faults {
    /// Faces with a corner that is NaN or infinite; they were left out.
    pub n_not_finite_faces: u64,
    /// Faces without area.
    pub n_degenerate_faces: u64,
    /// Faces of the same three vertices as another.
    pub n_duplicate_faces: u64,
    /// Edges with one face only.
    pub n_boundary_edges: u64,
    /// Closed curves of such edges: holes, and the rims of open surfaces.
    pub n_boundary_loops: u64,
    /// Edges with more than two faces.
    pub n_nonmanifold_edges: u64,
    /// Vertices where several fans of faces meet.
    pub n_nonmanifold_vertices: u64,
    /// Edges whose two faces wind against each other.
    pub n_misoriented_edges: u64,
    /// Pairs of faces that pass through or touch each other.
    pub n_self_intersections: u64,
    /// Whether the count of those pairs stopped early, so that there may be more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub are_more_intersections: bool,
    /// Pieces whose faces connect through edges.
    pub n_components: u64,
    /// Pieces with less than a thousandth of the area.
    pub n_islands: u64,
    /// Vertices that no face names.
    pub n_unused_vertices: u64,
}

/// What a repair changed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Repair {
    /// Vertices that had the position of another.
    pub n_welded_vertices: u64,
    /// Faces dropped because they were degenerate or there twice.
    pub n_dropped_faces: u64,
    /// Edges where more than two faces met and the surface was taken apart.
    pub n_cut_edges: u64,
    /// Vertices added where sheets were taken apart.
    pub n_added_vertices: u64,
    /// Faces turned around.
    pub n_turned_faces: u64,
    /// Holes filled.
    pub n_filled_holes: u64,
    /// Faces that fill them.
    pub n_added_faces: u64,
    /// Holes left, because they are too large or cannot be filled.
    pub n_holes_left: u64,
    /// Islands dropped.
    pub n_dropped_pieces: u64,
    /// Area before.
    pub area_before_mm2: f64,
    /// Area after.
    pub area_after_mm2: f64,
    /// Volume before; `None` if the mesh was not closed.
    pub volume_before_mm3: Option<f64>,
    /// Volume after; `None` if the mesh is not closed.
    pub volume_after_mm3: Option<f64>,
    /// How far the two surfaces are apart at most (a bound that is never too low).
    pub hausdorff_mm: Option<f64>,
    /// Pairs of faces that pass through each other afterwards.
    pub n_self_intersections_left: u64,
}

/// A shape: a mesh, and all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// `source/subject/structure`, with `/2` where a case holds several of a kind. Never changes.
    pub name: ShapeName,
    /// Id of the structure in the vocabulary, side aside, such as `kidney`; for a label that the
    /// vocabulary does not know, the slug of what the source calls it.
    pub structure: String,
    /// Whether the vocabulary knows the structure.
    pub coded: bool,
    /// Which side of the person, for paired structures.
    pub side: Option<Side>,
    /// Id in the vocabulary of what is not healthy about it, such as a tumour that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// The label's number in the source's file; 1 for a mask.
    pub label_value: i64,
    /// What the source calls the label.
    pub label_name: String,
    /// Numbers.
    pub measures: Measures,
    /// Findings.
    pub quality: Quality,
    /// Mesh, levels of detail, thumbnail. The mesh's hash says which version of the shape this is.
    pub files: Vec<StoredFile>,
    /// Older or other names that resolve to this one.
    pub aliases: Vec<String>,
}

/// A shape that others publish and that the store knows of but does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    /// The name that it will have if it is fetched.
    pub name: ShapeName,
    /// As of a [`Shape`].
    pub structure: String,
    /// Whether the vocabulary knows the structure.
    pub coded: bool,
    /// Which side of the person, for paired structures.
    pub side: Option<Side>,
    /// As of a [`Shape`].
    pub finding: Option<String>,
    /// What the source calls it.
    pub label_name: String,
    /// Where its mesh can be had.
    pub url: String,
    /// Names under which others published it.
    pub aliases: Vec<String>,
}

/// A label map of a subject, or its meshes, as they were ingested: the unit of ingest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Hash of input, parameters and program version: who has it need not do it again.
    pub unit: Sha256,
    /// Source id.
    pub source: String,
    /// Subject id.
    pub subject: String,
    /// Hash of the input file; of the sorted list of hashes and names for a folder of masks.
    pub input_sha256: Sha256,
    /// The shape that is all of the case, for one that came alone and may have others of its subject
    /// beside it, each in a case of its own; `None` for a case that is all there is of its subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<ShapeName>,
    /// How many files the input had.
    pub n_input_files: u64,
    /// Everything that can change the result, as it was set.
    pub parameters: BTreeMap<String, String>,
    /// Version of the program.
    pub program_version: String,
    /// The image that the shapes were made from; `None` if they came as meshes.
    #[serde(flatten)]
    pub image: Option<Image>,
    /// Every label that did not become a shape, and every other finding.
    pub notes: Vec<Note>,
}

/// The label map of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Dims of the grid.
    pub dims: [usize; 3],
    /// Spacing of the grid.
    pub spacing_mm: [f64; 3],
    /// Axis codes of the file, such as `LPS`.
    pub orientation: String,
    /// The re-serialised label map.
    pub label_map: StoredFile,
}

/// One finding about a case that a person should read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What kind of finding, for programs: `stray-label`, `negative-label`, `empty-mask`,
    /// `overlap`, `uncoded-label`, `tiny`, …
    pub kind: String,
    /// The finding in words, for people.
    pub text: String,
    /// The label's number or the mask's name, if it is about one.
    pub label: Option<String>,
    /// How many voxels are concerned, if it is about voxels.
    pub n_voxels: Option<u64>,
}
