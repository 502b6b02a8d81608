//! Training: heads are made, shape models and the regression between them are learned, and what is left open
//! is chosen on other heads. Then a network learns what is left to learn.

use medshape_geometry::population::field::FieldModel;

use super::cohort::{Subject, subjects};
use super::lessons::{Lesson, teach, unseen_faces};
use super::model::{Facts, Model, Off, rounded};
use super::network::{Given, Network};
use super::regression::{Choice, Pairs, Regression, fit, mean_off_mm};
use super::settings::Settings;
use crate::split::Part;
use crate::task::check_no_data;
use crate::training::Files;
use crate::{Error, Train, Watch};

/// Learns a model and writes it; see [`crate::Task::train`].
///
/// # Errors
/// If the settings are not sound, a file cannot be written, or somebody stopped the work.
pub fn train(request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    check_no_data(request.data.as_deref(), "heads")?;
    let settings = Settings::read(request.settings.as_deref())?;
    if request.resume && settings.network.steps == 0 {
        let reason =
            "without a network there are no steps to go on with; train it without --resume";
        return Err(Error::Request(reason.to_owned()));
    }
    let learned = Fields::of(Part::Train, &settings, watch)?;
    watch.tell(1, 3, None);
    let others = Fields::of(Part::Validation, &settings, watch)?;
    watch.tell(2, 3, None);
    let modes: [&[usize]; 2] = [&settings.skull_modes, &[settings.face_modes]];
    let (regression, choice) =
        fit(learned.pairs(), others.pairs(), modes, &settings.ridges).ok_or_else(too_few)?;
    let regression = as_read(regression);
    watch.tell(3, 3, None);
    let network = (settings.network.steps > 0)
        .then(|| network(&learned, (&regression, &choice), &settings, request, watch))
        .transpose()?;
    let off_mm = Off {
        regression: choice.off_mm,
        network: network.as_ref().and_then(|network| {
            let found = others.corrected(network, &regression, settings.resolution);
            mean_off_mm(&found, &others.faces)
        }),
    };
    let misfit = others.skulls.iter().filter_map(|skull| regression.misfit_mm(skull));
    let facts = Facts {
        subjects: learned.names,
        ridge: choice.ridge,
        misfit_mm: misfit.fold(0.0, f64::max),
        off_mm,
        settings,
    };
    let model = Model { facts, regression, network };
    model.save(&request.model)?;
    Ok(said(&model, &choice, others.names.len(), request))
}

fn too_few() -> Error {
    Error::Request("there are too few heads to learn from".to_owned())
}

/// A network that has learned to correct the regression.
fn network(
    learned: &Fields,
    (regression, choice): (&Regression, &Choice),
    settings: &Settings,
    request: &Train,
    watch: &Watch<'_>,
) -> Result<Network, Error> {
    let guesses = unseen_faces(learned.pairs(), choice, settings).ok_or_else(too_few)?;
    let heads = learned.under_faces.iter().zip(&learned.faces).zip(&guesses);
    let lessons = heads.map(|((bone, face), guess)| Lesson {
        given: Given { bone, guess, mean: &regression.face },
        face,
    });
    let files = (&Files::of(&request.model), request.resume);
    let network = Network::new(&settings.network);
    teach(network, &lessons.collect::<Vec<_>>(), settings, files, watch)
}

/// What is to be said of a training.
fn said(model: &Model, choice: &Choice, n_others: usize, request: &Train) -> Vec<String> {
    let mut said = vec![format!(
        "{} components of skulls, ridge {}: on {n_others} heads that were not learned from the field of the face \
         is off by {:.2} mm near the skin",
        choice.n_modes, choice.ridge, choice.off_mm
    )];
    if let Some(off_mm) = model.facts.off_mm.network {
        let word = if model.prefers_network() { "uses it" } else { "leaves it out" };
        said.push(format!(
            "the network brings that to {off_mm:.2} mm, so `predict` {word}; its log is `{}`",
            Files::of(&request.model).log.display()
        ));
    }
    said.push(format!(
        "learned from {} heads; the model is `{}`",
        model.facts.subjects.len(),
        request.model.display()
    ));
    said
}

/// What of heads is learned from.
struct Fields {
    names: Vec<String>,
    skulls: Vec<Vec<f32>>,
    under_faces: Vec<Vec<f32>>,
    faces: Vec<Vec<f32>>,
}

impl Fields {
    fn of(part: Part, settings: &Settings, watch: &Watch<'_>) -> Result<Self, Error> {
        let keep = |Subject { name, bone, face, .. }| (name, bone, face);
        let all = subjects(part, settings, watch, keep)?;
        let mut fields = Self { names: vec![], skulls: vec![], under_faces: vec![], faces: vec![] };
        for (name, bone, face) in all {
            fields.names.push(name);
            fields.skulls.push(bone.skull);
            fields.under_faces.push(bone.under_face);
            fields.faces.push(face);
        }
        Ok(fields)
    }

    fn pairs(&self) -> Pairs<'_> {
        Pairs { skulls: &self.skulls, faces: &self.faces }
    }

    /// The faces that a network makes of those of a regression.
    fn corrected(
        &self,
        network: &Network,
        regression: &Regression,
        resolution: usize,
    ) -> Vec<Option<Vec<f32>>> {
        let guesses = regression.faces(&self.skulls);
        let of_head = |(bone, guess): (&Vec<f32>, &Option<Vec<f32>>)| {
            let given = Given { bone, guess: guess.as_ref()?, mean: &regression.face };
            Some(network.face(given, resolution))
        };
        self.under_faces.iter().zip(&guesses).map(of_head).collect()
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
