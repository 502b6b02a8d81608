//! Training: what lies where on the average is learned of one subject after the other.

use std::path::{Path, PathBuf};

use medshape_learn::train::safetensors::{Contents, Entry, Kind};
use medshape_learn::train::{read, write};

use super::body::Body;
use super::frame::Frame;
use super::model::{Facts, Model};
use super::settings::Settings;
use super::structures::N;
use super::subjects;
use super::template::{Draws, Own, ROUNDS, Subject, Template, mean};
use crate::split::{Part, folds};
use crate::{Error, Train, Watch};

/// What a file of a run holds.
const SHARES: &str = "shares";

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
    let run = Run::open(&request.model, &settings, &learned, request.resume)?;
    let model = learned_from(bodies, &learned, &settings, (Some(&run), watch))?;
    model.save(&request.model)?;
    run.remove()?;
    let path = request.model.display();
    let mut said = vec![format!("learned from {} subjects; the model is `{path}`", learned.len())];
    if settings.atlases {
        said.push(
            "it keeps the label maps of these subjects: give it only to whom you may give them, or set `atlases = false`"
                .to_owned(),
        );
    }
    if !left_out.is_empty() {
        said.extend(super::evaluate::quick(&model, folder, &settings, &left_out, watch)?);
    }
    Ok(said)
}

/// The model of bodies. What was learned of a body in an earlier run is not learned again.
pub(crate) fn learned_from(
    bodies: Vec<Body>,
    names: &[&str],
    settings: &Settings,
    (run, watch): (Option<&Run>, &Watch<'_>),
) -> Result<Model, Error> {
    let empty = || Error::Request("the training subjects have no structure in them".to_owned());
    let frame = Frame::of_bodies(&bodies).ok_or_else(empty)?;
    let subjects: Option<Vec<Subject>> =
        bodies.into_iter().map(|body| Subject::new(&frame, body)).collect();
    let subjects = subjects.ok_or_else(empty)?;
    let mut work =
        Work { watch, done: 0, total: (subjects.len() * (ROUNDS + settings.draws)) as u64 };
    let mut shapes: Vec<Own> = subjects.iter().map(Subject::shape).collect();
    for _ in 0..ROUNDS {
        let mut sharper = Vec::new();
        for (number, subject) in subjects.iter().enumerate() {
            work.go_on()?;
            sharper.push(subject.bent_shape(&frame, &mean(&shapes, Some(number))));
            work.tell(1);
        }
        shapes = sharper;
    }
    let mut expected = Vec::new();
    for (number, (subject, name)) in subjects.iter().zip(names).enumerate() {
        let first = (number * settings.draws + 1) as u64;
        let draws = Draws { n: settings.draws, seed: settings.seed, first };
        let kept = run.map_or(Ok(None), |run| run.read(name, frame.fine.n()))?;
        expected.push(match kept {
            Some(own) => own,
            None => {
                work.go_on()?;
                let shape = mean(&shapes, Some(number));
                let own = subject.expected(&frame, &shape, &draws);
                run.map_or(Ok(()), |run| run.write(name, &own))?;
                own
            }
        });
        work.tell(settings.draws as u64);
    }
    let atlases: Vec<Body> =
        subjects.into_iter().map(Subject::into_body).filter(|_| settings.atlases).collect();
    let facts = Facts {
        frame: frame.facts(),
        subjects: names.iter().map(|&name| name.to_owned()).collect(),
        draws: settings.draws,
        seed: settings.seed,
    };
    let template = Template { shape: mean(&shapes, None), expected: mean(&expected, None) };
    Ok(Model { frame, template, atlases, facts })
}

/// How far a training is.
struct Work<'a> {
    watch: &'a Watch<'a>,
    done: u64,
    total: u64,
}

impl Work<'_> {
    fn go_on(&self) -> Result<(), Error> {
        let state = "what was learned of the subjects until now is saved; go on with --resume";
        self.watch.unless_stopped(state)
    }

    fn tell(&mut self, n: u64) {
        self.done += n;
        self.watch.tell(self.done, self.total, None);
    }
}

/// What was learned of each subject, in a folder beside the model until the model is written.
pub(crate) struct Run {
    folder: PathBuf,
    /// The settings and subjects that it belongs to.
    of: String,
}

impl Run {
    /// The run of a model; a new one, but if it is to be gone on with.
    pub(crate) fn open(
        model: &Path,
        settings: &Settings,
        subjects: &[&str],
        resume: bool,
    ) -> Result<Self, Error> {
        let folder = model.with_extension("run");
        let run = Self { folder, of: format!("{settings:?} {subjects:?}") };
        if !resume && run.folder.exists() {
            run.remove()?;
        }
        std::fs::create_dir_all(&run.folder).map_err(Error::io(&run.folder))?;
        Ok(run)
    }

    /// Removes what it wrote, and nothing else that lies there.
    fn remove(&self) -> Result<(), Error> {
        let entries = std::fs::read_dir(&self.folder).map_err(Error::io(&self.folder))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.extension().is_some_and(|ending| ending == "safetensors") {
                std::fs::remove_file(&path).map_err(Error::io(&path))?;
            }
        }
        // A folder that holds something else stays.
        let _ = std::fs::remove_dir(&self.folder);
        Ok(())
    }

    fn file(&self, subject: &str) -> PathBuf {
        self.folder.join(format!("{subject}.safetensors"))
    }

    fn write(&self, subject: &str, own: &Own) -> Result<(), Error> {
        let shape = vec![own.0.len(), N];
        let bytes = own.0.as_flattened().to_vec();
        let entries = vec![Entry { name: SHARES.to_owned(), shape, kind: Kind::U8, bytes }];
        let notes = [("of".to_owned(), self.of.clone())].into();
        Ok(write(&self.file(subject), &Contents { notes, entries })?)
    }

    fn read(&self, subject: &str, n_cells: usize) -> Result<Option<Own>, Error> {
        let path = self.file(subject);
        if !path.exists() {
            return Ok(None);
        }
        let contents = read(&path)?;
        let is_same = contents.notes.get("of") == Some(&self.of);
        let entry = contents.entries.iter().find(|entry| entry.name == SHARES);
        let entry = entry.filter(|entry| is_same && entry.bytes.len() == n_cells * N);
        let (rows, _) = entry.map(|entry| entry.bytes.as_chunks::<N>()).ok_or_else(|| {
            let reason = "it belongs to other settings or subjects; train without --resume";
            Error::file(&path, reason)
        })?;
        Ok(Some(Own(rows.to_vec())))
    }
}
