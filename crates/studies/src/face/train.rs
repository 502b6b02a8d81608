//! Training: heads are made, shape models and the regression between them are learned, and what is left open
//! is chosen on other heads.

use medshape_geometry::population::field::FieldModel;

use super::cohort::{Subject, subjects};
use super::model::{Facts, Model, rounded};
use super::regression::{Pairs, Regression, fit};
use super::settings::Settings;
use crate::split::Part;
use crate::{Error, Train, Watch};

/// Learns a model and writes it; see [`crate::Task::train`].
///
/// # Errors
/// If the settings are not sound, a file cannot be written, or somebody stopped the work.
pub fn train(request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    if let Some(data) = &request.data {
        return Err(Error::file(data, "the task makes its heads itself; leave the data out"));
    }
    if request.resume {
        let reason = "the task face has no steps to go on with; train it without --resume";
        return Err(Error::Request(reason.to_owned()));
    }
    let settings = Settings::read(request.settings.as_deref())?;
    let learned = Fields::of(Part::Train, &settings, watch)?;
    watch.tell(1, 3, None);
    let others = Fields::of(Part::Validation, &settings, watch)?;
    watch.tell(2, 3, None);
    let modes: [&[usize]; 2] = [&settings.skull_modes, &[settings.face_modes]];
    let (regression, choice) = fit(learned.pairs(), others.pairs(), modes, &settings.ridges)
        .ok_or_else(|| Error::Request("there are too few heads to learn from".to_owned()))?;
    let regression = as_read(regression);
    let misfit = others.skulls.iter().filter_map(|skull| regression.misfit_mm(skull));
    let facts = Facts {
        subjects: learned.names,
        ridge: choice.ridge,
        misfit_mm: misfit.fold(0.0, f64::max),
        settings,
    };
    let model = Model { facts, regression };
    model.save(&request.model)?;
    watch.tell(3, 3, None);
    Ok(vec![
        format!(
            "{} components of skulls, ridge {}: on {} heads that were not learned from the field of the face \
             is off by {:.2} mm near the skin",
            choice.n_modes,
            choice.ridge,
            others.names.len(),
            choice.off_mm
        ),
        format!(
            "learned from {} heads; the model is `{}`",
            model.facts.subjects.len(),
            request.model.display()
        ),
    ])
}

/// What of heads is learned from.
struct Fields {
    names: Vec<String>,
    skulls: Vec<Vec<f32>>,
    faces: Vec<Vec<f32>>,
}

impl Fields {
    fn of(part: Part, settings: &Settings, watch: &Watch<'_>) -> Result<Self, Error> {
        let keep = |subject: Subject| (subject.name, (subject.skull, subject.face));
        let all = subjects(part, settings, watch, keep)?;
        let (names, fields): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let (skulls, faces) = fields.into_iter().unzip();
        Ok(Self { names, skulls, faces })
    }

    fn pairs(&self) -> Pairs<'_> {
        Pairs { skulls: &self.skulls, faces: &self.faces }
    }
}

/// The regression as a file gives it back.
fn as_read(regression: Regression) -> Regression {
    let modes = rounded(regression.bones.modes());
    let bones = FieldModel::of_parts(regression.bones.mean().to_vec(), modes);
    Regression {
        bones: bones.unwrap_or(regression.bones),
        responses: rounded(&regression.responses),
        ..regression
    }
}
