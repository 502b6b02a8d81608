//! The rungs of the ladder: what each is given, and how it is fitted and cross-validated.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::organs::{self, Organ};
use super::settings::Settings;
use super::subjects::Person;
use crate::regression::{Linear, Logistic, chance};
use crate::split::folds;

/// Folds by which a ridge is chosen among those who are learned from.
const INNER_FOLDS: usize = 5;

/// Chances are kept so far from 0 and 1 when their logarithm is taken.
const LEAST_CHANCE: f64 = 1e-6;

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rung {
    /// Nothing: the mean of the others.
    Nothing,
    /// Two numbers: the volume of all structures, and how far the tallest spreads from bottom to top.
    Size,
    /// The volume of each structure.
    Volumes,
    /// Volume, spreads and area of each structure.
    Shapes,
}

impl Rung {
    /// All, from the simplest.
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Size, Self::Volumes, Self::Shapes];

    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "mean of the others",
            Self::Size => "size of the body",
            Self::Volumes => "volumes",
            Self::Shapes => "volumes and shapes",
        }
    }

    /// What it is given of a body; what a body lacks is no number.
    pub fn row(self, organs: &BTreeMap<i64, Organ>, labels: &[i64]) -> Vec<f64> {
        const LACKING: Organ = [f64::NAN; organs::N];
        let looked_at = labels.iter().map(|label| organs.get(label).unwrap_or(&LACKING));
        match self {
            Self::Nothing => Vec::new(),
            Self::Size => {
                let known: Vec<&Organ> = looked_at.filter(|organ| organ[0].is_finite()).collect();
                let volume = known.iter().map(|organ| organ[0].exp()).sum::<f64>();
                let height = known.iter().map(|organ| organ[3]).fold(f64::NEG_INFINITY, f64::max);
                vec![volume.ln(), height]
            }
            Self::Volumes => looked_at.map(|organ| organ[0]).collect(),
            Self::Shapes => looked_at.flatten().copied().collect(),
        }
    }
}

/// Who is learned from, as a rung sees them.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    rows: Vec<Vec<f64>>,
    are_male: Vec<bool>,
    ages_years: Vec<f64>,
}

/// What a rung has learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// The chance to be male.
    pub sex: Logistic,
    /// The age in years.
    pub age: Linear,
    /// Ridges of both.
    pub ridges: [f64; 2],
}

/// What is said of people by models that have not seen them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// Chances to be male.
    pub chances: Vec<f64>,
    /// Ages.
    pub ages_years: Vec<f64>,
}

impl Rows {
    /// People as a rung sees them.
    pub fn of(rung: Rung, people: &[Person], labels: &[i64]) -> Self {
        Self {
            rows: people.iter().map(|person| rung.row(&person.organs, labels)).collect(),
            are_male: people.iter().map(|person| person.is_male).collect(),
            ages_years: people.iter().map(|person| person.age_years).collect(),
        }
    }

    fn some(&self, is_one: impl Fn(usize) -> bool) -> Self {
        let places: Vec<usize> = (0..self.rows.len()).filter(|&place| is_one(place)).collect();
        Self {
            rows: places.iter().map(|&place| self.rows[place].clone()).collect(),
            are_male: places.iter().map(|&place| self.are_male[place]).collect(),
            ages_years: places.iter().map(|&place| self.ages_years[place]).collect(),
        }
    }

    /// A fold for each, both sexes dealt evenly.
    fn dealt(&self, n_folds: usize, seed: u64) -> Vec<usize> {
        let mut dealt = vec![0; self.rows.len()];
        let mut first = 0;
        for is_male in [false, true] {
            let places: Vec<usize> =
                (0..self.rows.len()).filter(|&place| self.are_male[place] == is_male).collect();
            let folds = folds(places.len(), n_folds, seed + u64::from(is_male));
            places.iter().zip(folds).for_each(|(&at, fold)| dealt[at] = (fold + first) % n_folds);
            first = places.len() % n_folds;
        }
        dealt
    }

    /// Learns from all, with the ridges that do best on those whom they have not seen.
    pub fn fit(&self, settings: &Settings) -> Fitted {
        let folds = self.dealt(INNER_FOLDS, settings.seed);
        let best = |loss: &dyn Fn(&Self, &Self, f64) -> f64| {
            let total = |ridge: f64| -> f64 {
                let of_fold = |fold| {
                    let learned = self.some(|place| folds[place] != fold);
                    loss(&learned, &self.some(|place| folds[place] == fold), ridge)
                };
                (0..INNER_FOLDS).map(of_fold).sum()
            };
            let losses = settings.ridges.iter().map(|&ridge| (ridge, total(ridge)));
            let best = losses.min_by(|a, b| a.1.total_cmp(&b.1));
            best.map_or(1.0, |(ridge, _)| ridge)
        };
        let ridges = match self.rows.first().is_none_or(Vec::is_empty) {
            true => [1.0; 2],
            false => [best(&Self::loss_of_sex), best(&Self::loss_of_age)],
        };
        Fitted {
            sex: Logistic::fit(&self.rows, &self.are_male, ridges[0]),
            age: Linear::fit(&self.rows, &self.ages_years, ridges[1]),
            ridges,
        }
    }

    fn loss_of_sex(&self, asked: &Self, ridge: f64) -> f64 {
        let model = Logistic::fit(&self.rows, &self.are_male, ridge);
        let pairs = asked.rows.iter().zip(&asked.are_male);
        let loss = |(row, is_male): (&Vec<f64>, &bool)| {
            let chance = chance(model.logit(row)).clamp(LEAST_CHANCE, 1.0 - LEAST_CHANCE);
            if *is_male { -chance.ln() } else { -(1.0 - chance).ln() }
        };
        pairs.map(loss).sum()
    }

    fn loss_of_age(&self, asked: &Self, ridge: f64) -> f64 {
        let model = Linear::fit(&self.rows, &self.ages_years, ridge);
        let pairs = asked.rows.iter().zip(&asked.ages_years);
        pairs.map(|(row, age)| (model.value(row) - age).powi(2)).sum()
    }

    /// What is said of each by models that have not seen them: the mean over several ways to deal people into folds.
    /// Means, deviations and ridges are those of who is learned from.
    pub fn cross_validated(&self, settings: &Settings) -> Said {
        let said: Vec<Said> = (0..settings.repeats)
            .into_par_iter()
            .map(|repeat| self.said_once(settings, settings.seed + 1000 * (repeat as u64 + 1)))
            .collect();
        let mean = |of: fn(&Said) -> &Vec<f64>| -> Vec<f64> {
            let at = |place| said.iter().map(|said| of(said)[place]).sum::<f64>();
            (0..self.rows.len()).map(|place| at(place) / said.len() as f64).collect()
        };
        Said { chances: mean(|said| &said.chances), ages_years: mean(|said| &said.ages_years) }
    }

    fn said_once(&self, settings: &Settings, seed: u64) -> Said {
        let folds = self.dealt(settings.folds, seed);
        let mut said =
            Said { chances: vec![0.5; self.rows.len()], ages_years: vec![0.0; self.rows.len()] };
        for fold in 0..settings.folds {
            let model = self.some(|place| folds[place] != fold).fit(settings);
            for place in (0..self.rows.len()).filter(|&place| folds[place] == fold) {
                let row = &self.rows[place];
                said.chances[place] = chance(model.sex.logit(row));
                said.ages_years[place] = model.age.value(row);
            }
        }
        said
    }
}
