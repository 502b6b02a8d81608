//! What can be set, and the file beside a model that says how it was made.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, tables};

/// The defaults with a comment for each.
pub const DEFAULTS: &str = "\
resolution = 64        # voxels from left to right over 230.4 mm; 3.6 mm a voxel
seed = 1               # of the first weights and of all chance
skulls = 200           # phantom skulls to learn from: seeds 0, 1, …
variants = 2           # of each: the first as it is, others turned, moved and stretched a little
steps = 15000          # one skull with one hole a step
rate = 0.003           # of learning, at its highest
missing_weight = 4.0   # in the loss, of voxels that are not in the input
keep_above = -1.0      # logit above which voxels of coarser resolutions are looked into
threshold = 0.0        # logit above which a voxel is bone
recipes = [\"anywhere\", \"bilateral\", \"frontoorbital\", \"parietotemporal\"]  # also: prism, ball
test_skulls = 40       # to evaluate on: seeds 900000, …
";

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
}

impl Settings {
    /// The defaults, changed by a file.
    ///
    /// # Errors
    /// If the file cannot be read, or something in it is no setting or out of range.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        tables::read(DEFAULTS, path, Self::check)
    }

    fn check(&self) -> Result<(), String> {
        let settings = self;
        let faults = [
            (!(16..=512).contains(&settings.resolution), "`resolution` is not from 16 to 512"),
            (settings.skulls == 0 || settings.skulls > 100_000, "`skulls` is not from 1 to 100000"),
            (settings.variants == 0 || settings.variants > 100, "`variants` is not from 1 to 100"),
            (settings.steps == 0, "`steps` is 0"),
            (!(settings.rate > 0.0 && settings.rate < 1.0), "`rate` is not between 0 and 1"),
            (
                !(0.0..=1000.0).contains(&settings.missing_weight),
                "`missing_weight` is not from 0 to 1000",
            ),
            (settings.recipes.is_empty(), "`recipes` is empty"),
            (settings.test_skulls > 100_000, "`test_skulls` is over 100000"),
        ];
        match faults.iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, reason)) => Err((*reason).to_owned()),
            None => Ok(()),
        }
    }

    /// Settings of a model, from the file beside it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of_model(model: &Path) -> Result<Self, Error> {
        Self::read(Some(&beside(model)))
    }

    /// Writes them beside a model.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_beside(&self, model: &Path) -> Result<(), Error> {
        let path = beside(model);
        let text = self.text();
        std::fs::write(&path, text).map_err(Error::io(&path))
    }

    fn text(&self) -> String {
        let recipes: Vec<String> =
            self.recipes.iter().map(|hole| format!("\"{}\"", hole.name())).collect();
        format!(
            "resolution = {}\nseed = {}\nskulls = {}\nvariants = {}\nsteps = {}\nrate = {:?}\n\
             missing_weight = {:?}\nkeep_above = {:?}\nthreshold = {:?}\nrecipes = [{}]\ntest_skulls = {}\n",
            self.resolution,
            self.seed,
            self.skulls,
            self.variants,
            self.steps,
            self.rate,
            self.missing_weight,
            self.keep_above,
            self.threshold,
            recipes.join(", "),
            self.test_skulls
        )
    }
}

/// `skulls.safetensors` has `skulls.toml` beside it.
fn beside(model: &Path) -> PathBuf {
    model.with_extension("toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_written_beside_a_model_are_read_again() {
        let changed = "resolution = 128\nrecipes = [\"prism\"]\nrate = 0.001";
        let settings: Settings = tables::of(DEFAULTS, changed, Settings::check).unwrap();
        assert_eq!((settings.resolution, settings.skulls), (128, 200));
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("m.safetensors");
        settings.write_beside(&model).unwrap();
        assert_eq!(Settings::of_model(&model).unwrap(), settings);
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
