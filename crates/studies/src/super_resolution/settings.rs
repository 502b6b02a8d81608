//! What can be set, read from TOML over the defaults.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::subjects::Column;
use crate::{Error, tables};

/// The defaults, with a comment for each.
pub const DEFAULTS: &str = include_str!("../../settings/super-resolution.toml");

/// The most doublings: 8 times as fine.
pub const MOST_DOUBLINGS: usize = 3;

/// How a coarse voxel is made of a fine shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sampling {
    /// It has what is at its centre.
    Centre,
    /// It has what most of the finer voxels within it have.
    Majority,
}

/// The settings of this task. `settings/super-resolution.toml` says what each is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the file of defaults has a comment for each")]
pub struct Settings {
    pub seed: u64,
    pub steps: u64,
    pub rate: f64,
    pub widths: Vec<usize>,
    pub finer: Vec<usize>,
    pub window: u32,
    pub closer: Vec<u32>,
    pub save_every: u64,
    pub sampling: Sampling,
    pub columns: Vec<[usize; 2]>,
    pub often: Vec<usize>,
    pub most_skulls: usize,
    pub variants: u64,
    pub most_at_512: usize,
    pub coarser: Vec<[usize; 2]>,
    pub files: String,
    pub labels: Vec<i64>,
    pub most_test: usize,
}

impl Settings {
    /// The defaults, and over them what a file says.
    ///
    /// # Errors
    /// If the file cannot be read, or says what cannot be set.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        tables::read(DEFAULTS, path, Self::check)
    }

    /// What steps on skulls are drawn from: each of `columns` as often as it is to come.
    pub fn lessons(&self, columns: &[Column]) -> Vec<Column> {
        let often = self.often.iter().copied().chain(std::iter::repeat(1));
        columns.iter().zip(often).flat_map(|(&column, n)| std::iter::repeat_n(column, n)).collect()
    }

    fn check(&self) -> Result<(), String> {
        let is_width = |width: &usize| (1..=512).contains(width);
        let are_widths = |widths: &[usize], most| {
            (1..=most).contains(&widths.len()) && widths.iter().all(is_width)
        };
        let are_doublings = |pairs: &[[usize; 2]], of: fn([usize; 2]) -> Option<Column>| {
            !pairs.is_empty() && pairs.iter().all(|pair| of(*pair).is_some())
        };
        let faults = [
            (!are_widths(&self.widths, 5), "`widths` are one to five numbers from 1 to 512"),
            (
                !are_widths(&self.finer, MOST_DOUBLINGS),
                "`finer` are one to three numbers from 1 to 512",
            ),
            (!(self.rate > 0.0 && self.rate <= 1.0), "`rate` is above 0 and at most 1"),
            (
                !are_doublings(&self.columns, Column::of_skulls),
                "each of `columns` is two resolutions from 16 to 512, the second 2, 4 or 8 times the first",
            ),
            (
                !are_doublings(&self.coarser, Column::of_bodies),
                "each of `coarser` is two powers of two up to 16, the first 2, 4 or 8 times the second",
            ),
            (
                self.often.iter().any(|n| !(1..=100).contains(n)),
                "each of `often` is a number from 1 to 100",
            ),
            (
                self.window < 4
                    || self.closer.len() + 1 < self.finer.len()
                    || self.closer.iter().any(|edge| *edge < 2),
                "`window` is at least 4, and `closer` has a number of at least 2 for each doubling but the first",
            ),
            (!self.files.contains("{subject}"), "`files` has no {subject} in it"),
            (self.steps == 0 || self.save_every == 0, "`steps` and `save_every` are at least 1"),
            (
                self.most_skulls == 0
                    || self.variants == 0
                    || self.most_at_512 == 0
                    || self.most_test == 0,
                "`most_skulls`, `variants`, `most_at_512` and `most_test` are at least 1",
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
        let own = of_file("steps = 7\nsampling = \"majority\"\n", Settings::read).expect("sound");
        assert_eq!((own.steps, own.sampling), (7, Sampling::Majority));
        assert_eq!(own.columns, defaults.columns);
    }

    #[test]
    fn columns_come_as_often_as_they_are_to() {
        let own = of_file(
            "columns = [[64, 128], [64, 256], [128, 256]]\noften = [1, 3]\n",
            Settings::read,
        )
        .expect("sound");
        let columns: Vec<Column> =
            own.columns.iter().filter_map(|&c| Column::of_skulls(c)).collect();
        let [a, b, c] = columns[..] else { panic!("three columns") };
        assert_eq!(own.lessons(&columns), [a, b, b, b, c]);
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_the_file() {
        let cases = [
            ("step = 7", "step"),
            ("steps = 0", "at least 1"),
            ("widths = []", "widths"),
            ("columns = [[64, 96]]", "columns"),
            ("often = [1, 0]", "often"),
            ("columns = [[64, 1024]]", "columns"),
            ("coarser = [[3, 1]]", "coarser"),
            ("finer = [8, 8, 8, 8]", "finer"),
            ("closer = []", "closer"),
            ("sampling = \"nearest\"", "sampling"),
            ("files = \"a.nii\"", "{subject}"),
            ("steps = ", "own.toml"),
        ];
        refuses(Settings::read, &cases);
    }
}
