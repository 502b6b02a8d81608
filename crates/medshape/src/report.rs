//! What came of an ingest, for people and for programs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use medshape_catalog::{Added, Case, Note, Sha256, Shape, ShapeName};
use serde::{Deserialize, Serialize};

use crate::metadata::JoinReport;
use crate::read::Protections;

/// What came of an ingest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IngestReport {
    /// Id of the source.
    pub source: String,
    /// Every case, in the order of their subjects.
    pub cases: Vec<CaseReport>,
    /// Volumes in the given folders that the dataset's layout does not speak of.
    pub passed_over: Vec<PathBuf>,
    /// How well the table of subjects fitted.
    pub join: JoinReport,
    /// What held the child processes that read the files, if there were any.
    pub protections: Option<Protections>,
    /// From beginning to end.
    pub seconds: f64,
}

/// What came of one case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseReport {
    /// Subject id.
    pub subject: String,
    /// File or folder.
    pub path: PathBuf,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What can come of a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// Its shapes are stored for good.
    Added {
        /// The unit of work.
        unit: Sha256,
        /// Their names.
        shapes: Vec<ShapeName>,
        /// Faces of all meshes.
        n_faces: u64,
        /// How many earlier shapes of the subject made room.
        n_replaced: u64,
        /// Aliases that mean another shape already and go on meaning it.
        taken_aliases: Vec<String>,
        /// Labels that became no shape, and other findings.
        notes: Vec<Note>,
        /// Where the time went.
        timing: Timing,
    },
    /// They were there already.
    Skipped,
    /// It could not be taken; nothing of it is in the store.
    Refused {
        /// Why.
        reason: String,
        /// The kind of fault in one word, for programs.
        code: String,
    },
    /// The user asked to stop before it was done.
    Stopped,
}

/// Where the time of a case went, in seconds of the clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Inflating, checking, and writing the label map anew.
    pub read_s: f64,
    /// Making all meshes.
    pub surface_s: f64,
    /// Measuring, inspecting, simplifying, compressing, picturing.
    pub finish_s: f64,
    /// Writing files and the transaction.
    pub store_s: f64,
}

/// Totals of an ingest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Cases whose shapes were added.
    pub cases_added: usize,
    /// Cases that were there already.
    pub cases_skipped: usize,
    /// Cases that could not be taken.
    pub cases_refused: usize,
    /// Cases that were not begun or not finished because the user asked to stop.
    pub cases_stopped: usize,
    /// Shapes that were added.
    pub shapes_added: usize,
    /// Earlier shapes of the same subjects that made room for them.
    pub shapes_replaced: u64,
    /// Aliases that mean another shape already and go on meaning it.
    pub aliases_taken: usize,
    /// Findings about labels.
    pub notes: usize,
}

impl Outcome {
    /// What came of a case that the catalog has taken.
    pub(crate) fn of(added: &Added, case: &Case, shapes: &[Shape], timing: Timing) -> Self {
        let n_replaced = match added {
            Added::New { .. } => 0,
            Added::Replaced { n, .. } => *n,
            // Another process was quicker with the same unit; its shapes are these.
            Added::AlreadyThere => return Self::Skipped,
        };
        Self::Added {
            unit: case.unit,
            shapes: shapes.iter().map(|shape| shape.name.clone()).collect(),
            n_faces: shapes.iter().map(|shape| shape.measures.n_faces).sum(),
            n_replaced,
            taken_aliases: added.taken_aliases().to_vec(),
            notes: case.notes.clone(),
            timing,
        }
    }
}

impl IngestReport {
    /// Counts what came of the cases.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for case in &self.cases {
            match &case.outcome {
                Outcome::Added { shapes, n_replaced, taken_aliases, notes, .. } => {
                    totals.cases_added += 1;
                    totals.shapes_added += shapes.len();
                    totals.shapes_replaced += n_replaced;
                    totals.aliases_taken += taken_aliases.len();
                    totals.notes += notes.len();
                }
                Outcome::Skipped => totals.cases_skipped += 1,
                Outcome::Refused { .. } => totals.cases_refused += 1,
                Outcome::Stopped => totals.cases_stopped += 1,
            }
        }
        totals
    }

    /// Whether everything that was asked for is in the store now.
    pub fn is_complete(&self) -> bool {
        let totals = self.totals();
        totals.cases_refused == 0 && totals.cases_stopped == 0
    }

    /// How often each kind of finding occurs, by kind.
    pub fn notes_by_kind(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for case in &self.cases {
            if let Outcome::Added { notes, .. } = &case.outcome {
                for note in notes {
                    *counts.entry(note.kind.as_str()).or_default() += 1;
                }
            }
        }
        counts
    }
}
