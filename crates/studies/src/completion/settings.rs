//! What can be set, read from TOML over the defaults.

use std::path::Path;

use serde::Deserialize;

use super::warp::Strength;
use crate::Error;

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
    pub folds: usize,
    pub fold: usize,
    pub subsets: usize,
    pub alone: bool,
    pub multi_atlas: bool,
    pub augment: Augment,
}

/// How bodies are changed while learning.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the file of defaults has a comment for each")]
pub struct Augment {
    pub scale: f64,
    pub shift_mm: f64,
    pub turn: f64,
    pub bend_mm: f64,
}

impl Settings {
    /// The defaults, and over them what a file says.
    ///
    /// # Errors
    /// If the file cannot be read, or says what cannot be set.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        let mut table: toml::Table = DEFAULTS.parse().expect("the defaults are TOML");
        let Some(path) = path else { return Self::of(table).map_err(Error::Request) };
        let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
        let own: toml::Table =
            text.parse().map_err(|cause: toml::de::Error| Error::file(path, cause.to_string()))?;
        lay_over(&mut table, own);
        Self::of(table).map_err(|reason| Error::file(path, reason))
    }

    fn of(table: toml::Table) -> Result<Self, String> {
        let settings: Self = table.try_into().map_err(|cause| cause.to_string())?;
        settings.check()?;
        Ok(settings)
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

    /// How bodies are changed.
    pub fn strength(&self) -> Strength {
        let Augment { scale, shift_mm, turn, bend_mm } = self.augment;
        Strength { scale, shift_mm, turn, bend_mm }
    }
}

fn lay_over(table: &mut toml::Table, own: toml::Table) {
    for (key, value) in own {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => lay_over(under, over),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("own.toml");
        std::fs::write(&path, text).expect("written");
        Settings::read(Some(&path))
    }

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let defaults = Settings::read(None).expect("sound");
        let own = read("draws = 7\n[augment]\nturn = 0.5\n").expect("sound");
        assert_eq!((own.draws, own.augment.turn), (7, 0.5));
        assert_eq!((own.seed, own.augment.scale), (defaults.seed, defaults.augment.scale));
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_the_file() {
        for (text, expected) in [
            ("draw = 7", "draw"),
            ("draws = 0", "at least 1"),
            ("folds = 3\nfold = 3", "from 0 to 2"),
            ("files = \"a.nii\"", "{subject}"),
            ("draws = ", "own.toml"),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains(expected) && error.contains("own.toml"), "{error}");
        }
    }
}
