//! What can be set, read from TOML over the defaults.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, tables};

/// The defaults, with a comment for each.
pub const DEFAULTS: &str = include_str!("../../settings/skulls.toml");

/// How a model is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Voxels from left to right.
    pub resolution: usize,
    /// Of the first weights and of all chance.
    pub seed: u64,
    /// Phantom skulls to learn from.
    pub skulls: u64,
    /// Variants of each.
    pub variants: u64,
    /// Steps of training.
    pub steps: u64,
    /// Steps between two saves.
    pub save_every: u64,
    /// Rate of learning at its highest.
    pub rate: f64,
    /// Weight of missing voxels in the loss.
    pub missing_weight: f64,
    /// Logit above which voxels of coarser resolutions are looked into.
    pub keep_above: f64,
    /// Logit above which a voxel is bone.
    pub threshold: f64,
    /// Holes to learn from.
    pub recipes: Vec<super::cohort::Hole>,
    /// Phantom skulls to evaluate on.
    pub test_skulls: u64,
    /// A model whose weights are begun with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begin_with: Option<PathBuf>,
}

impl Settings {
    /// The defaults, changed by a file.
    ///
    /// # Errors
    /// If the file cannot be read, or something in it is no setting or out of range.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        tables::read(DEFAULTS, path, Self::check)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let settings = self;
        let faults = [
            (!(16..=512).contains(&settings.resolution), "`resolution` is not from 16 to 512"),
            (settings.skulls == 0 || settings.skulls > 100_000, "`skulls` is not from 1 to 100000"),
            (settings.variants == 0 || settings.variants > 100, "`variants` is not from 1 to 100"),
            (
                settings.steps == 0 || settings.save_every == 0,
                "`steps` and `save_every` are at least 1",
            ),
            (!(settings.rate > 0.0 && settings.rate < 1.0), "`rate` is not between 0 and 1"),
            (
                !(0.0..=1000.0).contains(&settings.missing_weight),
                "`missing_weight` is not from 0 to 1000",
            ),
            (settings.recipes.is_empty(), "`recipes` is empty"),
            (settings.test_skulls > 100_000, "`test_skulls` is over 100000"),
        ];
        tables::no_fault(&faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let changed = "resolution = 128\nrecipes = [\"prism\"]\nrate = 0.001";
        let settings: Settings = tables::of(DEFAULTS, changed, Settings::check).unwrap();
        assert_eq!((settings.resolution, settings.skulls, settings.rate), (128, 200, 0.001));
    }

    #[test]
    fn what_is_no_setting_is_named() {
        for (text, word) in [
            ("resolutoin = 3", "resolutoin"),
            ("resolution = 3", "resolution"),
            ("recipes = [\"square\"]", "square"),
            ("rate = -1.0", "rate"),
        ] {
            let message = tables::of(DEFAULTS, text, Settings::check).unwrap_err();
            assert!(message.contains(word), "{message}");
        }
    }
}
