//! What can be set, read from TOML over the defaults.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Error, tables};

/// The defaults, with a comment for each.
pub const DEFAULTS: &str = include_str!("../../settings/face.toml");

/// Resolutions of the network: a cell of the coarsest is 45 mm wide.
const MOST_LEVELS: usize = 4;

/// The settings of this task. `settings/face.toml` says what each is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the file of defaults has a comment for each")]
pub struct Settings {
    pub subjects: [usize; 3],
    pub resolution: usize,
    pub skull_modes: Vec<usize>,
    pub face_modes: usize,
    pub ridges: Vec<f64>,
    pub network: Course,
}

/// How the network learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the file of defaults has a comment for each")]
pub struct Course {
    pub seed: u64,
    pub groups: usize,
    pub widths: Vec<usize>,
    pub steps: u64,
    pub batch: usize,
    pub save_every: u64,
    pub rate: f64,
}

impl Settings {
    /// The defaults, and over them what a file says.
    ///
    /// # Errors
    /// If the file cannot be read, or says what cannot be set.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        tables::read(DEFAULTS, path, Self::check)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let are_modes = |n: &usize| (1..=500).contains(n);
        let faults = [
            (self.subjects.iter().any(|n| *n < 2), "each of `subjects` is at least 2"),
            (
                !self.resolution.is_multiple_of(24) || !(48..=288).contains(&self.resolution),
                "`resolution` is a multiple of 24 from 48 to 288",
            ),
            (
                self.skull_modes.is_empty() || !self.skull_modes.iter().all(are_modes),
                "`skull_modes` are one or more numbers from 1 to 500",
            ),
            (!are_modes(&self.face_modes), "`face_modes` are 1 to 500"),
            (
                self.ridges.is_empty() || !self.ridges.iter().all(|r| *r > 0.0 && r.is_finite()),
                "`ridges` are one or more numbers above 0",
            ),
        ];
        tables::no_fault(&faults)?;
        self.network.check()
    }
}

impl Course {
    fn check(&self) -> Result<(), String> {
        let are_widths = (1..=MOST_LEVELS).contains(&self.widths.len())
            && self.widths.iter().all(|width| (1..=256).contains(width));
        let faults = [
            (!(2..=100).contains(&self.groups), "`groups` are 2 to 100"),
            (!are_widths, "`widths` are one to four numbers from 1 to 256"),
            (!(1..=64).contains(&self.batch), "`batch` is 1 to 64"),
            (self.save_every == 0, "`save_every` is at least 1"),
            (!(self.rate > 0.0 && self.rate <= 1.0), "`rate` is above 0 and at most 1"),
        ];
        tables::no_fault(&faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::checks::{of_file, refuses};

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let defaults = Settings::read(None).expect("sound");
        let own = of_file("face_modes = 7\n", Settings::read).expect("sound");
        assert_eq!(own, Settings { face_modes: 7, ..defaults });
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_the_file() {
        let cases = [
            ("subjects = [1, 2, 3]", "subjects"),
            ("resolution = 64", "resolution"),
            ("skull_modes = []", "skull_modes"),
            ("face_modes = 0", "face_modes"),
            ("ridges = [0.0]", "ridges"),
            ("steps = 3", "steps"),
            ("[network]\ngroups = 1", "groups"),
            ("[network]\nwidths = [0]", "widths"),
            ("[network]\nbatch = 0", "batch"),
            ("[network]\nsave_every = 0", "save_every"),
            ("[network]\nrate = 0.0", "rate"),
        ];
        refuses(Settings::read, &cases);
    }
}
