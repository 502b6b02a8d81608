//! Training.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Instant;

use medshape_learn::networks::UNet;
use medshape_learn::train::{AdamOptions, Log, LogLine, Schedule, Trainer};
use medshape_learn::{Random, Tape};

use super::body::{Body, Marks};
use super::frame::{Alignment, CLASSES, Frame};
use super::model::{Facts, Model, expected};
use super::sample::{self, N_IN, Sample};
use super::settings::Settings;
use super::structures::N;
use super::subjects;
use super::warp::Warp;
use crate::split::{Part, folds};
use crate::{Error, Train, Watch, curve};

/// Steps in which the rate rises.
const WARM_UP: u64 = 50;

/// Files of a run, beside the model.
pub(crate) struct Files {
    /// All that is needed to go on.
    pub(crate) run: PathBuf,
    /// The log.
    pub(crate) log: PathBuf,
    /// The loss over the steps.
    pub(crate) curve: PathBuf,
}

impl Files {
    /// Those of a model.
    pub(crate) fn of(model: &Path) -> Self {
        let [run, log, curve] =
            ["run", "log.tsv", "curve.svg"].map(|ending| model.with_extension(ending));
        Self { run, log, curve }
    }
}

/// The subjects to learn from and, where there are folds, those left out to be scored.
pub(crate) fn dealt<'a>(settings: &Settings, subjects: &[&'a str]) -> [Vec<&'a str>; 2] {
    if settings.folds == 0 {
        return [subjects.to_vec(), Vec::new()];
    }
    let fold_of = folds(subjects.len(), settings.folds, settings.seed);
    let in_fold = |wanted: bool| {
        let pairs = subjects.iter().zip(&fold_of);
        pairs.filter(|(_, fold)| (**fold == settings.fold) == wanted).map(|(s, _)| *s).collect()
    };
    [in_fold(false), in_fold(true)]
}

/// Learns a model and writes it.
pub(crate) fn train(request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let settings = Settings::read(request.settings.as_deref())?;
    let folder = request.data.as_deref().ok_or_else(|| {
        Error::Request(
            "completion learns from label maps: name their folder with --data".to_owned(),
        )
    })?;
    let split = subjects::split()?;
    let [learned, left_out] = dealt(&settings, &subjects::of_part(&split, Part::Train)?);
    split.check_unseen(learned.iter().copied()).map_err(Error::Request)?;
    let bodies = subjects::bodies(folder, &settings.files, &learned, watch)?;
    let mut session = Session::new(bodies, &settings)?;
    let facts = Facts {
        widths: settings.widths.clone(),
        frame: session.frame.facts(),
        subjects: learned.iter().map(|&subject| subject.to_owned()).collect(),
        steps: settings.steps,
        seed: settings.seed,
    };
    let files = Files::of(&request.model);
    if request.resume {
        session.trainer.resume(&files.run)?;
    }
    session.run(&settings, &files, watch)?;
    let model = session.into_model(facts);
    model.save(&request.model)?;
    curve::draw(&files.log, &files.curve)?;
    let mut said = vec![format!(
        "learned from {} subjects in {} steps; the model is `{}`, its log `{}`, its curve `{}`",
        learned.len(),
        settings.steps,
        request.model.display(),
        files.log.display(),
        files.curve.display()
    )];
    if !left_out.is_empty() {
        let mean = super::evaluate::quick(&model, folder, &settings, &left_out, watch)?;
        said.push(format!("mean Dice on {} subjects left out: {mean:.4}", left_out.len()));
    }
    Ok(said)
}

/// A training and what it draws samples from.
pub(crate) struct Session {
    pub(crate) frame: Frame,
    expected: Vec<f32>,
    network: UNet,
    bodies: Vec<(Body, Marks)>,
    pub(crate) trainer: Trainer<f32>,
}

impl Session {
    /// A training that begins.
    pub(crate) fn new(bodies: Vec<Body>, settings: &Settings) -> Result<Self, Error> {
        let empty = || Error::Request("the training subjects have no structure in them".to_owned());
        let frame = Frame::of_bodies(&bodies).ok_or_else(empty)?;
        let expected = expected(&frame, &bodies);
        let (network, parameters) = UNet::new(N_IN, CLASSES, &settings.widths, settings.seed);
        let schedule = Schedule::Cosine { warm_up: WARM_UP, n_steps: settings.steps };
        let options = AdamOptions { weight_decay: 1e-2, ..AdamOptions::default() };
        let trainer = Trainer::new(parameters, options, settings.rate, schedule, settings.seed);
        let bodies = bodies.into_iter().map(|body| (body.marks(), body)).map(|(m, b)| (b, m));
        Ok(Self { frame, expected, network, bodies: bodies.collect(), trainer })
    }

    /// Steps until the end or until somebody stops it; then all is saved so that it can go on.
    fn run(&mut self, settings: &Settings, files: &Files, watch: &Watch<'_>) -> Result<(), Error> {
        let is_new = self.trainer.n_steps() == 0;
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(is_new).append(!is_new);
        let file = options.open(&files.log).map_err(Error::io(&files.log))?;
        let mut log = Log::new(file, is_new).map_err(Error::io(&files.log))?;
        let begin = Instant::now();
        while self.trainer.n_steps() < settings.steps {
            let loss = self.step(settings);
            let step = self.trainer.n_steps();
            let rate = settings.rate * self.trainer.schedule.factor(step - 1);
            let line = LogLine { step, loss, rate, elapsed: begin.elapsed() };
            log.write(line).map_err(Error::io(&files.log))?;
            watch.tell(step, settings.steps, Some(loss));
            if watch.is_stopped() || step.is_multiple_of(settings.save_every) {
                self.trainer.save(&files.run)?;
            }
            if watch.is_stopped() && step < settings.steps {
                let how = format!("step {step} is saved; go on with --resume");
                return Err(Error::Stopped(how));
            }
        }
        self.trainer.save(&files.run)?;
        Ok(())
    }

    /// One step on one sample.
    pub(crate) fn step(&mut self, settings: &Settings) -> f64 {
        let Self { frame, expected, network, bodies, trainer } = self;
        let strength = settings.strength();
        trainer.step(1, |tape: &mut Tape<'_, f32>, random: &mut Random| {
            let (body, marks) = &bodies[random.below(bodies.len())];
            let warp = Warp::random(&strength, random);
            let missing = sample::removal(&marks.map(|mark| mark.is_some()), random);
            let kept = missing.map(|missing| !missing);
            let all = || Alignment::fit(&frame.marks, marks, &[true; N]);
            let fit = Alignment::fit(&frame.marks, marks, &kept).or_else(all);
            let fit = fit.expect("each training subject has a structure");
            let sample = Sample { cells: sample::cells(frame, body, &fit, Some(&warp)), missing };
            let logits = network.run(tape, &sample.input(frame, expected));
            tape.share_loss(&logits, sample.target(), settings.dice)
        })
    }

    /// The model as it is now.
    pub(crate) fn into_model(self, facts: Facts) -> Model {
        Model {
            frame: self.frame,
            expected: self.expected,
            network: self.network,
            parameters: self.trainer.parameters,
            facts,
        }
    }
}
