//! What can be set, read from TOML over the defaults.

use std::path::Path;

use serde::Deserialize;

use crate::{Error, tables};

/// The defaults, with a comment for each.
pub const DEFAULTS: &str = include_str!("../../settings/completion.toml");

/// The settings of this task. `settings/completion.toml` says what each is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the file of defaults has a comment for each")]
pub struct Settings {
    pub files: String,
    pub seed: u64,
    pub draws: usize,
    pub atlases: bool,
    pub folds: usize,
    pub fold: usize,
    pub subsets: usize,
    pub alone: bool,
}

impl Settings {
    /// The defaults, and over them what a file says.
    ///
    /// # Errors
    /// If the file cannot be read, or says what cannot be set.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        tables::read(DEFAULTS, path, Self::check)
    }

    fn check(&self) -> Result<(), String> {
        if !self.files.contains("{subject}") {
            return Err("`files` has no {subject} in it".to_owned());
        }
        if self.folds > 0 && self.fold >= self.folds {
            return Err(format!("`fold` is from 0 to {}", self.folds - 1));
        }
        if self.draws == 0 {
            return Err("`draws` is at least 1".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::checks::{of_file, refuses};

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let defaults = Settings::read(None).expect("sound");
        let own = of_file("draws = 7\n", Settings::read).expect("sound");
        assert_eq!(own, Settings { draws: 7, ..defaults });
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_the_file() {
        let cases = [
            ("draw = 7", "draw"),
            ("draws = 0", "at least 1"),
            ("folds = 3\nfold = 3", "from 0 to 2"),
            ("files = \"a.nii\"", "{subject}"),
            ("draws = ", "own.toml"),
        ];
        refuses(Settings::read, &cases);
    }
}
