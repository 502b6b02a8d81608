//! The tasks that there are, and what each can be asked for.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Error;
use crate::completion::Completion;
use crate::face::Face;
use crate::screening::Screening;
use crate::skulls::Skulls;
use crate::super_resolution::SuperResolution;
use crate::traits::Traits;

/// The tasks, in the order in which they are listed. A new one gets a module and a line here.
pub const TASKS: &[&dyn Task] =
    &[&Completion, &Face, &Screening, &Skulls, &SuperResolution, &Traits];

/// Something that is learned.
pub trait Task: Sync {
    /// The word by which people ask for it, such as `completion`.
    fn name(&self) -> &'static str;

    /// What it is for, in one line.
    fn about(&self) -> &'static str;

    /// The defaults of its settings, as the text of a TOML file with a comment for each.
    fn settings(&self) -> &'static str;

    /// Learns a model and writes it.
    ///
    /// # Errors
    /// If data, settings or files are not sound, or the work was stopped; what was learned until
    /// then is kept and can be gone on with.
    fn train(&self, request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error>;

    /// What a prediction can be asked for beside its files.
    fn choices(&self) -> &'static [Choice] {
        &[]
    }

    /// Applies a model to a file; asked for by [`predict`], which looks at the choices first.
    ///
    /// # Errors
    /// If the model or the input is not sound, or the output cannot be written.
    fn predict(&self, request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error>;

    /// Scores a model and its baselines on subjects that neither has learned from.
    ///
    /// # Errors
    /// If model, data or settings are not sound, or the report cannot be written.
    fn evaluate(&self, request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error>;
}

/// What to train on, and where to.
#[derive(Debug, Clone)]
pub struct Train {
    /// Folder of the subjects; tasks that make their own may do without.
    pub data: Option<PathBuf>,
    /// Settings that differ from the defaults, a TOML file.
    pub settings: Option<PathBuf>,
    /// The model file to write. What a run needs to go on, and logs and curves of tasks that have
    /// any, come to lie beside it.
    pub model: PathBuf,
    /// Goes on where an earlier run was stopped.
    pub resume: bool,
}

/// What to apply a model to.
#[derive(Debug, Clone)]
pub struct Predict {
    /// The model file.
    pub model: PathBuf,
    /// File to read.
    pub input: PathBuf,
    /// File to write.
    pub output: PathBuf,
    /// [`Choice::Structures`], by name or number; empty: those that the input lacks.
    pub structures: Vec<String>,
    /// [`Choice::Factor`], if it is not to be the usual one.
    pub factor: Option<usize>,
}

/// Something that a prediction can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Which structures are missing.
    Structures,
    /// How many times the voxels along each axis.
    Factor,
}

impl Predict {
    /// Files, and nothing that is asked for beside them.
    pub fn new(model: PathBuf, input: PathBuf, output: PathBuf) -> Self {
        Self { model, input, output, structures: Vec::new(), factor: None }
    }

    /// What is asked for, in words.
    fn asked(&self) -> impl Iterator<Item = (Choice, &'static str)> {
        let structures =
            (!self.structures.is_empty()).then_some((Choice::Structures, "structures"));
        structures.into_iter().chain(self.factor.map(|_| (Choice::Factor, "factor")))
    }
}

/// What to score.
#[derive(Debug, Clone)]
pub struct Evaluate {
    /// Folder of the subjects; tasks that make their own may do without.
    pub data: Option<PathBuf>,
    /// The model file; without one, the baselines alone are scored.
    pub model: Option<PathBuf>,
    /// Settings that differ from the defaults, a TOML file.
    pub settings: Option<PathBuf>,
    /// Folder for the report; made if it is not there.
    pub out: PathBuf,
}

/// How far a long work is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps or subjects done.
    pub done: u64,
    /// All of them.
    pub total: u64,
    /// The loss now, where something is learned.
    pub loss: Option<f64>,
}

/// Who watches a long work and may stop it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Set by somebody who wants it to end.
    pub stop: &'a AtomicBool,
    /// Told how far it is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("stop", &self.stop).finish_non_exhaustive()
    }
}

impl Watch<'_> {
    /// Whether somebody wants the work to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Goes on unless somebody wants the work to end; `state` says what there is then.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub fn unless_stopped(&self, state: &str) -> Result<(), Error> {
        match self.is_stopped() {
            true => Err(Error::Stopped(state.to_owned())),
            false => Ok(()),
        }
    }

    /// Tells how far the work is.
    pub fn tell(&self, done: u64, total: u64, loss: Option<f64>) {
        (self.progress)(Progress { done, total, loss });
    }
}

/// Refuses data for a task that makes its own.
pub(crate) fn check_no_data(data: Option<&Path>, own: &str) -> Result<(), Error> {
    let reason = || format!("the task makes its {own} itself; leave the data out");
    data.map_or(Ok(()), |data| Err(Error::file(data, reason())))
}

/// Applies a model of a task to a file.
///
/// # Errors
/// As [`Task::predict`]; or the task has no such choice as is asked for.
pub fn predict(
    task: &dyn Task,
    request: &Predict,
    watch: &Watch<'_>,
) -> Result<Vec<String>, Error> {
    if let Some((_, what)) = request.asked().find(|(choice, _)| !task.choices().contains(choice)) {
        let reason = format!("the task {} takes no {what}; leave that out", task.name());
        return Err(Error::Request(reason));
    }
    task.predict(request, watch)
}

/// The task of a name.
///
/// # Errors
/// If there is none; the error lists those that there are.
pub fn find(name: &str) -> Result<&'static dyn Task, Error> {
    let found = TASKS.iter().find(|task| task.name() == name);
    found.copied().ok_or_else(|| {
        let known: Vec<&str> = TASKS.iter().map(|task| task.name()).collect();
        Error::UnknownTask { name: name.to_owned(), known: known.join(", ") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_task_cannot_be_asked_for_is_refused_before_any_file_is_read() {
        let watch = Watch { stop: &AtomicBool::new(false), progress: &|_| {} };
        let [model, input, output] = ["model", "in", "out"].map(PathBuf::from);
        let plain = Predict::new(model, input, output);
        let structures = Predict { structures: vec!["liver".to_owned()], ..plain.clone() };
        let factor = Predict { factor: Some(2), ..plain };
        for task in TASKS {
            let refusal =
                |request| predict(*task, request, &watch).expect_err("no files").to_string();
            let name = task.name();
            assert_eq!(refusal(&structures).contains("takes no structures"), name != "completion");
            assert_eq!(refusal(&factor).contains("takes no factor"), name != "super-resolution");
        }
    }
}
