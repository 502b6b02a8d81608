//! What can be set, read from TOML over the defaults.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cohort::Kind;
use super::model::Method;
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
    pub pointnet: Course,
    pub dgcnn: Course,
    pub pointcnn: Course,
    pub encoder: Course,
    pub octree: Course,
    pub save_every: u64,
}

/// How a network learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Points that it sees of a surface; none where it sees voxels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<usize>,
    /// Neighbours of a point, where they can be set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neighbours: Option<usize>,
    /// Shapes a step.
    pub batch: usize,
    /// Steps; with none the network is left out.
    pub steps: u64,
    /// Rate of learning after the first tenth of the steps.
    pub rate: f64,
}

impl Settings {
    /// How the network of a method learns; `None` if it has none.
    pub fn course(&self, method: Method) -> Option<&Course> {
        match method {
            Method::Volume | Method::Descriptors => None,
            Method::PointNet => Some(&self.pointnet),
            Method::Dgcnn => Some(&self.dgcnn),
            Method::PointCnn => Some(&self.pointcnn),
            Method::Encoder => Some(&self.encoder),
            Method::Octree => Some(&self.octree),
        }
    }

    /// The networks that are left out.
    pub fn left_out(&self) -> impl Iterator<Item = Method> {
        Method::NETWORKS
            .into_iter()
            .filter(|&method| self.course(method).is_some_and(|course| course.steps == 0))
    }

    /// The defaults, and over them what a file says.
    ///
    /// # Errors
    /// If the file cannot be read, or says what cannot be set.
    pub fn read(path: Option<&Path>) -> Result<Self, Error> {
        tables::read(DEFAULTS, path, Self::check)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let faults = [
            (self.pairs.iter().any(|n| *n < 2), "each of `pairs` is at least 2"),
            (
                !self.resolution.is_multiple_of(16) || !(32..=256).contains(&self.resolution),
                "`resolution` is a multiple of 16 from 32 to 256",
            ),
            (!(self.ridge > 0.0 && self.ridge.is_finite()), "`ridge` is above 0"),
            (self.save_every == 0, "`save_every` is at least 1"),
        ];
        tables::no_fault(&faults)?;
        for method in Method::NETWORKS {
            let course = self.course(method).expect("networks have courses");
            course.check(method).map_err(|reason| format!("[{}]: {reason}", method.word()))?;
        }
        Ok(())
    }
}

impl Course {
    fn check(&self, method: Method) -> Result<(), String> {
        let sees_points = matches!(method, Method::PointNet | Method::Dgcnn | Method::PointCnn);
        let has_neighbours = method == Method::Dgcnn;
        let faults = [
            (self.points.is_some() != sees_points, "networks of clouds have `points`, others none"),
            (self.points.is_some_and(|n| !(16..=4096).contains(&n)), "`points` are 16 to 4096"),
            (self.neighbours.is_some() != has_neighbours, "[dgcnn] has `neighbours`, others none"),
            (self.neighbours.is_some_and(|n| !(2..=64).contains(&n)), "`neighbours` are 2 to 64"),
            (!(2..=128).contains(&self.batch), "`batch` is 2 to 128"),
            (!(self.rate > 0.0 && self.rate <= 1.0), "`rate` is above 0 and at most 1"),
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
        let own = of_file("cohort = \"natural\"\n", Settings::read).expect("sound");
        assert_eq!(own, Settings { cohort: Kind::Natural, ..defaults });
    }

    #[test]
    fn a_network_without_steps_is_left_out() {
        let own =
            of_file("[dgcnn]\nsteps = 0\n[octree]\nsteps = 0\n", Settings::read).expect("sound");
        assert!(own.left_out().eq([Method::Dgcnn, Method::Octree]));
        assert_eq!(Settings::read(None).expect("sound").left_out().count(), 0);
    }

    #[test]
    fn what_cannot_be_set_is_refused_with_the_file() {
        let cases = [
            ("cohort = \"sick\"", "cohort"),
            ("pairs = [1, 2, 3]", "pairs"),
            ("resolution = 65", "resolution"),
            ("ridge = 0.0", "ridge"),
            ("[pointnet]\npoints = 1", "[pointnet]: `points`"),
            ("[octree]\npoints = 64", "[octree]: networks of clouds"),
            ("[pointcnn]\nneighbours = 8", "`neighbours`"),
            ("[dgcnn]\nneighbours = 1", "`neighbours` are 2 to 64"),
            ("[encoder]\nbatch = 1", "[encoder]: `batch`"),
            ("[pointnet]\nrate = 2.0", "`rate`"),
            ("save_every = 0", "save_every"),
            ("[resnet]\nsteps = 1", "resnet"),
            ("steps = 3", "steps"),
        ];
        refuses(Settings::read, &cases);
    }
}
