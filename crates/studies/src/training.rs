//! The run of a training: steps with a log and saves, stopped and gone on with.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Instant;

use medshape_learn::train::{Log, LogLine, Trainer};

use crate::{Error, Watch, curve};

/// Files of a run, beside the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// All that is needed to go on.
    pub run: PathBuf,
    /// The log.
    pub log: PathBuf,
    /// The loss over the steps.
    pub curve: PathBuf,
}

impl Files {
    /// Those of a model.
    pub fn of(model: &Path) -> Self {
        Self::ending(model, "")
    }

    /// Those of a part of a model that learns by itself, by its name.
    pub fn of_part(model: &Path, name: &str) -> Self {
        Self::ending(model, &format!("{name}."))
    }

    fn ending(model: &Path, part: &str) -> Self {
        let [run, log, curve] = ["run", "log.tsv", "curve.svg"]
            .map(|ending| model.with_extension(format!("{part}{ending}")));
        Self { run, log, curve }
    }
}

/// How long a run is and how often it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Steps of the whole run.
    pub steps: u64,
    /// Steps between two saves.
    pub save_every: u64,
}

/// Steps until the end or until somebody stops it; then all is saved so that it can go on. `step` takes
/// one and gives its loss. At the end the curve is drawn.
///
/// # Errors
/// If a file cannot be written, or the work was stopped.
pub fn run(
    trainer: &mut Trainer<f32>,
    length: Length,
    files: &Files,
    watch: &Watch<'_>,
    mut step: impl FnMut(&mut Trainer<f32>) -> f64,
) -> Result<(), Error> {
    let is_new = trainer.n_steps() == 0;
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(is_new).append(!is_new);
    let file = options.open(&files.log).map_err(Error::io(&files.log))?;
    let mut log = Log::new(file, is_new).map_err(Error::io(&files.log))?;
    let begin = Instant::now();
    while trainer.n_steps() < length.steps {
        let loss = step(trainer);
        let number = trainer.n_steps();
        let rate = trainer.rate * trainer.schedule.factor(number - 1);
        let line = LogLine { step: number, loss, rate, elapsed: begin.elapsed() };
        log.write(line).map_err(Error::io(&files.log))?;
        watch.tell(number, length.steps, Some(loss));
        if watch.is_stopped() || number.is_multiple_of(length.save_every) {
            trainer.save(&files.run)?;
        }
        if watch.is_stopped() && number < length.steps {
            return Err(Error::Stopped(format!("step {number} is saved; go on with --resume")));
        }
    }
    trainer.save(&files.run)?;
    curve::draw(&files.log, &files.curve)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_parts_have_their_names_and_lie_beside_the_model() {
        let model = Path::new("a/b.safetensors");
        assert_eq!(Files::of(model).log, Path::new("a/b.log.tsv"));
        let Files { run, log, curve } = Files::of_part(model, "pointnet");
        let expected = ["a/b.pointnet.run", "a/b.pointnet.log.tsv", "a/b.pointnet.curve.svg"];
        assert_eq!([run, log, curve], expected.map(PathBuf::from));
    }
}
