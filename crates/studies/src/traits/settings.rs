//! What can be set, read from TOML over the defaults.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, tables};

/// The defaults, with a comment for each.
pub const DEFAULTS: &str = include_str!("../../settings/traits.toml");

/// The settings of this task. `settings/traits.toml` says what each is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the file of defaults has a comment for each")]
pub struct Settings {
    pub seed: u64,
    pub table: PathBuf,
    pub files: String,
    pub labels: Vec<i64>,
    pub names: Vec<String>,
    pub folds: usize,
    pub repeats: usize,
    pub ridges: Vec<f64>,
}

impl Settings {
    /// The defaults, and over them what a file says.
    ///
    /// # Errors
    /// If the file cannot be read, or says what cannot be set.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        tables::read(DEFAULTS, path, Self::check)
    }

    /// What a label is called.
    pub fn name(&self, label: i64) -> String {
        let place = self.labels.iter().position(|other| *other == label);
        let name = place.and_then(|place| self.names.get(place));
        name.cloned().unwrap_or_else(|| format!("label {label}"))
    }

    fn check(&self) -> Result<(), String> {
        let is_ridge = |ridge: &f64| *ridge > 0.0 && ridge.is_finite();
        let faults = [
            (!self.files.contains("{subject}"), "`files` has {subject} in it"),
            (self.labels.iter().any(|label| *label < 1), "`labels` are above 0"),
            (
                self.names.len() > self.labels.len(),
                "`names` are at most as many as `labels`; write `names = []` for others",
            ),
            (!(2..=20).contains(&self.folds), "`folds` are 2 to 20"),
            (!(1..=1000).contains(&self.repeats), "`repeats` are 1 to 1000"),
            (
                self.ridges.is_empty() || !self.ridges.iter().all(is_ridge),
                "`ridges` are one or more numbers above 0",
            ),
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
        let own = of_file("folds = 3\n", Settings::read).expect("sound");
        assert_eq!(own, Settings { folds: 3, ..defaults });
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_the_file() {
        let cases = [
            ("files = \"body.nii.gz\"", "{subject}"),
            ("labels = [0]\nnames = []", "labels"),
            ("labels = [1]", "names"),
            ("folds = 1", "folds"),
            ("repeats = 0", "repeats"),
            ("ridges = []", "ridges"),
            ("ridges = [-1.0]", "ridges"),
            ("steps = 3", "steps"),
        ];
        refuses(Settings::read, &cases);
    }
}
