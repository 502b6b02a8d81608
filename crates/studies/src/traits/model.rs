//! What was learned of sex and age.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::ladder::{Fitted, Rung};
use super::organs::{self, Organ};
use super::settings::Settings;
use crate::Error;
use crate::model_file::Kind;
use crate::regression::chance;

/// What kind of model a file holds.
const KIND: Kind = Kind { task: "traits", version: 1 };

/// A trained ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// What it was made with.
    pub settings: Settings,
    /// The labels that it looks at.
    pub labels: Vec<i64>,
    /// Who it has learned from.
    pub subjects: Vec<String>,
    /// Youngest and oldest of them.
    pub ages_years: [f64; 2],
    /// What each rung has learned, in the order of [`Rung::ALL`].
    pub rungs: Vec<Fitted>,
    /// The rungs that did best in cross-validation: for sex, and for age.
    pub chosen: [Rung; 2],
    /// The mean error of the age in years, in cross-validation, of the one chosen.
    pub age_error_years: f64,
}

impl Model {
    /// Chance to be male, and age in years, by a rung.
    pub fn say(&self, rung: Rung, organs: &BTreeMap<i64, Organ>) -> (f64, f64) {
        let row = rung.row(organs, &self.labels);
        let fitted = &self.rungs[rung as usize];
        (chance(fitted.sex.logit(&row)), fitted.age.value(&row))
    }

    /// Writes a model file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        KIND.save(path, self, Vec::new())
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let opened = KIND.open::<Self>(path)?;
        let model = &opened.facts;
        let is_for = |fitted: &Fitted, n: usize| {
            let has = |weights: &[f64]| weights.len() == n;
            fitted.sex.laws.is_for(n)
                && fitted.age.laws.is_for(n)
                && has(&fitted.sex.weights)
                && has(&fitted.age.weights)
        };
        let widths = [0, 2, model.labels.len(), organs::N * model.labels.len()];
        let are_whole = model.rungs.len() == Rung::ALL.len()
            && model.rungs.iter().zip(widths).all(|(fitted, n)| is_for(fitted, n));
        if !are_whole {
            return Err(opened.damaged("its regressions"));
        }
        Ok(opened.facts)
    }
}
