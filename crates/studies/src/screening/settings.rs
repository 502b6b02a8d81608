//! What can be set, read from TOML over the defaults.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cohort::Kind;
use crate::{Error, tables};

/// The defaults, with a comment for each.
pub const DEFAULTS: &str = include_str!("../../settings/screening.toml");

/// The settings of this task. `settings/screening.toml` says what each is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the file of defaults has a comment for each")]
pub struct Settings {
    pub seed: u64,
    pub cohort: Kind,
    pub pairs: [usize; 3],
    pub resolution: usize,
    pub ridge: f64,
    pub points: usize,
    pub points_batch: usize,
    pub points_steps: u64,
    pub points_rate: f64,
    pub voxels_batch: usize,
    pub voxels_steps: u64,
    pub voxels_rate: f64,
    pub save_every: u64,
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
        let is_rate = |rate: f64| rate > 0.0 && rate <= 1.0;
        let faults = [
            (self.pairs.iter().any(|n| *n < 2), "each of `pairs` is at least 2"),
            (
                !self.resolution.is_multiple_of(16) || !(32..=256).contains(&self.resolution),
                "`resolution` is a multiple of 16 from 32 to 256",
            ),
            (!(self.ridge > 0.0 && self.ridge.is_finite()), "`ridge` is above 0"),
            (!(16..=4096).contains(&self.points), "`points` are 16 to 4096"),
            (
                [self.points_batch, self.voxels_batch].iter().any(|n| !(2..=128).contains(n)),
                "`points_batch` and `voxels_batch` are 2 to 128",
            ),
            (
                !is_rate(self.points_rate) || !is_rate(self.voxels_rate),
                "`points_rate` and `voxels_rate` are above 0 and at most 1",
            ),
            (
                self.points_steps == 0 || self.voxels_steps == 0 || self.save_every == 0,
                "`points_steps`, `voxels_steps` and `save_every` are at least 1",
            ),
        ];
        match faults.iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, reason)) => Err((*reason).to_owned()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::checks::{of_file, refuses};

    #[test]
    fn a_file_changes_what_it_names_and_nothing_else() {
        let defaults = Settings::read(None).expect("sound");
        let own = of_file("cohort = \"natural\"\n", Settings::read).expect("sound");
        assert_eq!(own, Settings { cohort: Kind::Natural, ..defaults });
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_the_file() {
        let cases = [
            ("cohort = \"sick\"", "cohort"),
            ("pairs = [1, 2, 3]", "pairs"),
            ("resolution = 65", "resolution"),
            ("ridge = 0.0", "ridge"),
            ("points = 1", "points"),
            ("voxels_batch = 1", "voxels_batch"),
            ("points_rate = 2.0", "points_rate"),
            ("voxels_steps = 0", "at least 1"),
            ("steps = 3", "steps"),
        ];
        refuses(Settings::read, &cases);
    }
}
