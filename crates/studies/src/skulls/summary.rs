//! What the scores of all skulls come to, for each family of holes and each method.

use serde::Serialize;

use super::cohort::Hole;
use super::evaluate::{Row, Scores};
use super::settings::Settings;
use crate::statistics::interval::bca;
use crate::statistics::paired::{raised, wilcoxon};
use crate::statistics::{N_RESAMPLES, mean, median};

/// A method on a family of holes.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    /// `learned`, `held out`, or the name of one family.
    pub(super) holes: String,
    pub(super) method: &'static str,
    pub(super) n: usize,
    pub(super) dice_median: f64,
    pub(super) dice_mean: f64,
    /// 95 %, by the bootstrap (bias-corrected and accelerated; Efron, 1987).
    pub(super) dice_interval: Option<[f64; 2]>,
    pub(super) border_dice_median: f64,
    /// Infinite where most have no implant.
    pub(super) hd95_mm_median: f64,
    /// Beside the first method: Wilcoxon's chance of so much difference in Dice, all of the table raised
    /// together after Holm, and the rank-biserial size of it.
    pub(super) p_holm: Option<f64>,
    pub(super) rank_biserial: Option<f64>,
}

/// A line for each family of holes and method.
pub(super) fn summary(rows: &[Row], methods: &[&'static str], settings: &Settings) -> Vec<Line> {
    let groups = groups(rows, settings);
    let others = || (1..methods.len()).map(|other| methods[other]);
    let tests: Vec<_> = groups
        .iter()
        .flat_map(|(_, rows)| others().map(|other| (dice(rows, methods[0]), dice(rows, other))))
        .map(|(first, other)| wilcoxon(&first, &other))
        .collect();
    let mut beside = tests.iter().zip(raised(&tests));
    let mut lines = Vec::new();
    for (holes, rows) in &groups {
        for (index, method) in methods.iter().enumerate() {
            let mut line = line(holes, rows, method);
            if let Some((Some(test), p)) = (index > 0).then(|| beside.next()).flatten() {
                (line.p_holm, line.rank_biserial) = (p, Some(test.effect));
            }
            lines.push(line);
        }
    }
    lines
}

/// Holes that were learned from, those that were not, and each family; without those that have no skull.
fn groups<'a>(rows: &'a [Row], settings: &Settings) -> Vec<(String, Vec<&'a Row>)> {
    let of = |name: &str, is_of: &dyn Fn(Hole) -> bool| {
        (name.to_owned(), rows.iter().filter(|row| is_of(row.hole)).collect::<Vec<_>>())
    };
    let is_learned = |hole: Hole| settings.recipes.contains(&hole);
    let both = [of("learned", &is_learned), of("held out", &|hole| !is_learned(hole))];
    let each = Hole::ALL.map(|hole| of(hole.name(), &|other| other == hole));
    both.into_iter().chain(each).filter(|(_, rows)| !rows.is_empty()).collect()
}

fn values(rows: &[&Row], method: &str, part: impl Fn(&Scores) -> f64) -> Vec<f64> {
    let of_row = |row: &&Row| {
        let scores = row.scores.iter().find(|(name, _)| *name == method);
        scores.map(|(_, scores)| part(scores))
    };
    rows.iter().filter_map(of_row).collect()
}

fn dice(rows: &[&Row], method: &str) -> Vec<f64> {
    values(rows, method, |scores| scores.dice)
}

fn line(holes: &str, rows: &[&Row], method: &'static str) -> Line {
    let dice = dice(rows, method);
    let of = |values: &[f64]| median(values).unwrap_or(f64::NAN);
    Line {
        holes: holes.to_owned(),
        method,
        n: dice.len(),
        dice_median: of(&dice),
        dice_mean: mean(&dice),
        dice_interval: bca(&dice, mean, N_RESAMPLES),
        border_dice_median: of(&values(rows, method, |scores| scores.border_dice)),
        hd95_mm_median: of(&values(rows, method, |scores| scores.hd95_mm)),
        p_holm: None,
        rank_biserial: None,
    }
}
