//! A trained ladder: two regressions, principal components, networks, and how sure each may be.

use std::collections::BTreeMap;
use std::path::Path;

use medshape_geometry::phantom::brain::Measures;
use medshape_geometry::population::field::FieldModel;
use serde::{Deserialize, Serialize};

use super::descriptors;
use super::networks::Learner;
use super::settings::Settings;
use super::shape::{CELLS, Shape};
use crate::Error;
use crate::model_file::{self, Opened, floats};
use crate::regression::{Logistic, chance};

/// What kind of model a file holds.
const KIND: model_file::Kind = model_file::Kind { task: "screening", version: 3 };

/// Names of the tensors of the principal components.
const MEAN: &str = "shares.mean";
const MODES: &str = "shares.modes";

/// Principal components whose scores are described by.
pub const N_MODES: usize = 4;

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Logistic regression on volume, sex and age.
    Volume,
    /// Logistic regression on descriptors and scores of principal components.
    Descriptors,
    /// `PointNet`.
    PointNet,
    /// `DGCNN`.
    Dgcnn,
    /// `PointCNN`.
    PointCnn,
    /// The sparse encoder.
    Encoder,
    /// The octree network.
    Octree,
}

impl Method {
    /// The networks.
    pub const NETWORKS: [Self; 5] =
        [Self::PointNet, Self::Dgcnn, Self::PointCnn, Self::Encoder, Self::Octree];

    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Volume => "volume, sex, age",
            Self::Descriptors => "descriptors",
            Self::PointNet => "PointNet",
            Self::Dgcnn => "DGCNN",
            Self::PointCnn => "PointCNN",
            Self::Encoder => "sparse encoder",
            Self::Octree => "octree network",
        }
    }

    /// The word for it in settings and names of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Descriptors => "descriptors",
            Self::PointNet => "pointnet",
            Self::Dgcnn => "dgcnn",
            Self::PointCnn => "pointcnn",
            Self::Encoder => "encoder",
            Self::Octree => "octree",
        }
    }
}

/// How sure a method may be, found on the pairs for choosing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// What its logits are divided by.
    pub temperature: f64,
    /// Its Brier score then.
    pub brier: f64,
}

/// What a model file says in words and numbers beside its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// What it was made with.
    pub settings: Settings,
    /// The pairs that it has learned from.
    pub pairs: Vec<String>,
    /// On volume, sex and age.
    pub volume: Logistic,
    /// On descriptors and scores.
    pub descriptors: Logistic,
    /// How sure each method may be.
    pub calibrations: BTreeMap<Method, Calibration>,
    /// The one of those that see the mask alone with the least of them.
    pub chosen: Method,
}

/// A trained ladder.
#[derive(Debug, Clone)]
pub struct Model {
    /// The facts.
    pub facts: Facts,
    /// Mean and principal components of shares.
    pub shares: FieldModel,
    /// The networks that were not left out.
    pub networks: Vec<Learner>,
}

/// What the first rung is given.
pub fn person_row(shape: &Shape, measures: &Measures) -> Vec<f64> {
    let is_male = measures.sex == medshape_geometry::phantom::Sex::Male;
    vec![shape.descriptors[0], f64::from(u8::from(is_male)), measures.age_years]
}

/// What the second rung is given.
pub fn shape_row(shape: &Shape, shares: &FieldModel) -> Vec<f64> {
    let scores = shares.scores(&shape.shares).unwrap_or_default();
    let all = shape.descriptors.iter().copied().chain(scores);
    all.chain(std::iter::repeat(0.0)).take(descriptors::N + N_MODES).collect()
}

impl Model {
    /// The logit of a method before it is calibrated; `None` if it needs to know the person and does not.
    pub fn raw_logit(
        &self,
        method: Method,
        shape: &Shape,
        person: Option<&Measures>,
    ) -> Option<f64> {
        Some(match method {
            Method::Volume => self.facts.volume.logit(&person_row(shape, person?)),
            Method::Descriptors => self.facts.descriptors.logit(&shape_row(shape, &self.shares)),
            _ => self.networks.iter().find(|network| network.method == method)?.logit(shape),
        })
    }

    /// Its methods, from the simplest.
    pub fn methods(&self) -> Vec<Method> {
        let networks = self.networks.iter().map(|network| network.method);
        [Method::Volume, Method::Descriptors].into_iter().chain(networks).collect()
    }

    /// The calibrated chance of a tumour by a method.
    pub fn chance(&self, method: Method, shape: &Shape, person: Option<&Measures>) -> Option<f64> {
        let logit = self.raw_logit(method, shape, person)?;
        Some(chance(logit / self.facts.calibrations.get(&method)?.temperature))
    }

    /// Descriptors that lie more than four deviations from what was learned from.
    pub fn unlike(&self, shape: &Shape) -> Vec<&'static str> {
        let laws = &self.facts.descriptors.laws;
        let is_far = |index: &usize| {
            let off = shape.descriptors[*index] - laws.means[*index];
            off.abs() > 4.0 * laws.deviations[*index]
        };
        (0..descriptors::N).filter(is_far).map(|index| descriptors::NAMES[index]).collect()
    }

    /// Writes a model file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let modes: Vec<f32> = self.shares.modes().iter().flatten().copied().collect();
        let mut entries = vec![
            floats(MEAN, vec![self.shares.mean().len()], self.shares.mean()),
            floats(MODES, vec![self.shares.modes().len(), self.shares.mean().len()], &modes),
        ];
        entries.extend(self.networks.iter().flat_map(|network| network.parameters.entries()));
        KIND.save(path, &self.facts, entries)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let opened = KIND.open::<Facts>(path)?;
        let facts = &opened.facts;
        let is_whole = |law: &Logistic, n: usize| law.laws.is_for(n) && law.weights.len() == n;
        if !is_whole(&facts.volume, 3)
            || !is_whole(&facts.descriptors, descriptors::N + N_MODES)
            || facts
                .calibrations
                .values()
                .any(|found| found.temperature.is_nan() || found.temperature <= 0.0)
        {
            return Err(opened.damaged("its regressions"));
        }
        facts.settings.check().map_err(|reason| opened.damaged(&reason))?;
        let shares = shares(&opened);
        let shares = shares.ok_or_else(|| opened.damaged("its principal components"))?;
        let new = |method| Learner::new(method, &facts.settings);
        let mut networks: Vec<Learner> = Method::NETWORKS.into_iter().filter_map(new).collect();
        for network in &mut networks {
            network.parameters.fill(path, &opened.contents)?;
        }
        let model = Self { facts: facts.clone(), shares, networks };
        let methods = model.methods();
        if !methods.iter().all(|method| model.facts.calibrations.contains_key(method))
            || !methods[1..].contains(&model.facts.chosen)
        {
            return Err(opened.damaged("its calibration"));
        }
        Ok(model)
    }
}

fn shares(opened: &Opened<'_, Facts>) -> Option<FieldModel> {
    let (mean, modes) = (opened.floats(MEAN)?, opened.floats(MODES)?);
    if mean.len() != CELLS * CELLS * CELLS || mean.iter().chain(&modes).any(|x| !x.is_finite()) {
        return None;
    }
    let modes: Vec<Vec<f32>> = modes.chunks(mean.len()).map(<[f32]>::to_vec).collect();
    FieldModel::of_parts(mean, modes)
}
