//! Scores on heads that nothing was learned from, beside what needs no regression.

use std::fmt::Write as _;

use medshape_types::Mesh;
use rayon::prelude::*;
use serde::Serialize;

use super::cohort::{Mark, Subject, split, subjects};
use super::dummy::Dummy;
use super::fields::{fine, surface};
use super::model::{Facts, Model};
use super::regression::mean;
use super::report::{self, Shown};
use super::scores::{Region, Scores, Truth};
use super::settings::Settings;
use super::summary::{Line, summary};
use crate::split::Part;
use crate::task::check_no_data;
use crate::{Error, Evaluate, Watch};

/// What stands for the best that any method can reach: the true face, as the model's cells show it.
pub const TRUTH: &str = "truth in cells";

/// A test head, and how well each method makes its face.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) subject: String,
    pub(super) sex: &'static str,
    /// By method.
    pub(super) scores: Vec<(&'static str, Scores)>,
}

/// Everything that a report is made of.
pub(super) struct Findings<'a> {
    pub(super) settings: &'a Settings,
    /// How the model was made, if there was one.
    pub(super) model: Option<&'a Facts>,
    pub(super) rows: Vec<Row>,
    pub(super) lines: Vec<Line>,
    pub(super) shown: Vec<Shown>,
}

/// From a head, of which only the skull is looked at, to the field of a face.
type Make<'a> = Box<dyn Fn(&Subject) -> Vec<f32> + Sync + 'a>;

/// Something that makes the field of a face.
struct Method<'a> {
    name: &'static str,
    face: Make<'a>,
}

/// Scores a model and what stands beside it; see [`crate::Task::evaluate`].
///
/// # Errors
/// If the settings or the model are not sound, the model has learned from the test, or the report cannot be
/// written.
pub fn evaluate(request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    check_no_data(request.data.as_deref(), "heads")?;
    let model = request.model.as_deref().map(Model::load).transpose()?;
    let mut settings = match (&request.settings, &model) {
        (None, Some(model)) => model.facts.settings.clone(),
        (path, _) => Settings::read(path.as_deref())?,
    };
    if let Some(model) = &model {
        settings.resolution = model.facts.settings.resolution;
        let subjects = model.facts.subjects.iter().map(String::as_str);
        split()?.check_unseen(subjects).map_err(Error::Request)?;
    }
    let learned = subjects(Part::Train, &settings, watch, Known::of)?;
    let test = subjects(Part::Test, &settings, watch, |subject| subject)?;
    let faces: Vec<Vec<f32>> = learned.iter().map(|known| known.face.clone()).collect();
    let too_few = || Error::Request("there are too few heads to compare with".to_owned());
    let mean = mean(&faces).ok_or_else(too_few)?;
    let marks: Vec<Vec<Mark>> = learned.iter().map(|known| known.marks.clone()).collect();
    let dummy = Dummy::new(&marks, mean.clone()).ok_or_else(too_few)?;
    let methods = methods(model.as_ref(), &dummy, &mean, &learned);
    let (rows, shown) = rows(&methods, &test, &settings, watch)?;
    std::fs::create_dir_all(&request.out).map_err(Error::io(&request.out))?;
    let table = request.out.join("cases.tsv");
    std::fs::write(&table, cases(&rows)).map_err(Error::io(&table))?;
    let names: Vec<&'static str> = methods.iter().map(|method| method.name).collect();
    let lines = summary(&rows, &names);
    let model = model.as_ref().map(|model| &model.facts);
    report::write(&request.out, &Findings { settings: &settings, model, rows, lines, shown })
}

/// What is known of a head that was learned from.
struct Known {
    skull: Vec<f32>,
    face: Vec<f32>,
    marks: Vec<Mark>,
}

impl Known {
    fn of(subject: Subject) -> Self {
        Self { skull: subject.bone.skull, face: subject.face, marks: subject.marks }
    }
}

fn methods<'a>(
    model: Option<&'a Model>,
    dummy: &'a Dummy,
    mean: &'a [f32],
    learned: &'a [Known],
) -> Vec<Method<'a>> {
    let mut methods = Vec::new();
    let mut add = |name, face: Make<'a>| {
        methods.push(Method { name, face });
    };
    if let Some(model) = model {
        add_learned(model, &mut add);
    }
    add("dummy", Box::new(|subject| dummy.face(&subject.skull, None)));
    add("dummy, sex known", Box::new(|subject| dummy.face(&subject.skull, Some(subject.sex))));
    add("nearest skull", Box::new(|subject| nearest(&subject.bone.skull, learned).to_vec()));
    add("mean face", Box::new(|_| mean.to_vec()));
    add(TRUTH, Box::new(|subject| subject.face.clone()));
    methods
}

/// What the model has learned; what it makes faces by comes first.
fn add_learned<'a>(model: &'a Model, add: &mut impl FnMut(&'static str, Make<'a>)) {
    let by_regression: Make<'a> =
        Box::new(|subject| model.by_regression(&subject.bone).unwrap_or_default());
    let by_network: Make<'a> =
        Box::new(|subject| model.by_network(&subject.bone).unwrap_or_default());
    let mut learned = vec![("regression", by_regression)];
    if model.network.is_some() {
        learned.insert(usize::from(!model.prefers_network()), ("sparse network", by_network));
    }
    learned.into_iter().for_each(|(name, make)| add(name, make));
}

/// The face of the skull that is most alike.
fn nearest<'a>(skull: &[f32], learned: &'a [Known]) -> &'a [f32] {
    let off = |known: &Known| -> f64 {
        known.skull.iter().zip(skull).map(|(a, b)| f64::from(a - b).powi(2)).sum()
    };
    let all: Vec<f64> = learned.par_iter().map(off).collect();
    let found = all.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
    found.map_or(&[], |(number, _)| &learned[number].face)
}

fn rows(
    methods: &[Method<'_>],
    test: &[Subject],
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<(Vec<Row>, Vec<Shown>), Error> {
    let (mut rows, mut shown) = (Vec::new(), Vec::new());
    for (number, subject) in test.iter().enumerate() {
        watch.unless_stopped(&format!("{number} of {} heads were scored", test.len()))?;
        let of_subject = |what: &str| Error::Request(format!("`{}` {what}", subject.name));
        let truth = Truth::new(subject, settings.resolution)
            .ok_or_else(|| of_subject("has a skin that is not closed"))?;
        let made: Vec<(&'static str, Mesh, Scores)> = methods
            .iter()
            .map(|method| {
                let mesh = surface(&fine(&(method.face)(subject), settings.resolution));
                let scores = truth.scores(&mesh)?;
                Some((method.name, mesh, scores))
            })
            .collect::<Option<_>>()
            .ok_or_else(|| of_subject("got a face that is not closed"))?;
        shown.extend(made.first().and_then(|first| Shown::of(subject, &truth, &first.1, &first.2)));
        let scores = made.into_iter().map(|(name, _, scores)| (name, scores)).collect();
        rows.push(Row { subject: subject.name.clone(), sex: subject.sex.word(), scores });
        watch.tell(number as u64 + 1, test.len() as u64, None);
    }
    Ok((rows, shown))
}

fn cases(rows: &[Row]) -> String {
    let mut table = "subject\tsex\tmethod\tmean_mm\tp95_mm\twithin_2.5_mm\tdice".to_owned();
    for region in Region::ALL {
        let _ = write!(table, "\t{}_mm", region.name());
    }
    table.push('\n');
    for row in rows {
        for (name, scores) in &row.scores {
            let Scores { mean_mm, p95_mm, within, dice, signed_mm } = scores;
            let _ = write!(
                table,
                "{}\t{}\t{name}\t{mean_mm:.3}\t{p95_mm:.3}\t{within:.4}\t{dice:.4}",
                row.subject, row.sex
            );
            for off in signed_mm {
                let _ = write!(table, "\t{}", off.map_or(String::new(), |off| format!("{off:.3}")));
            }
            table.push('\n');
        }
    }
    table
}
