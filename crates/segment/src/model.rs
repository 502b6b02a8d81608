//! A network in onnxruntime: looked over before it runs, and its answers before they are used.
//!
//! A model is made by a stranger: what it claims and what it answers is checked, and an error names it.

use std::fs;
use std::path::{Path, PathBuf};

use ort::logging::LogLevel;
use ort::session::Session;
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};

use crate::Error;
use crate::plans::Configuration;
use crate::runtime::{Runtime, short};

/// The largest model file: ONNX cannot be larger, and keeps more in files beside it.
const MAX_BYTES: u64 = 2 << 30;

/// A network that takes patches of an image and answers for each voxel.
#[derive(Debug)]
pub struct Model {
    path: PathBuf,
    session: Session,
    // Invariant: sizes as the network has them, batch and channels first; `None` where any will do.
    takes: Vec<Option<usize>>,
    gives: Vec<Option<usize>>,
}

impl Model {
    /// Reads a model; `n_threads` at a time work on a patch.
    ///
    /// # Errors
    /// The file is no model, or the model does not take one image of single floats and answer with
    /// another.
    pub fn read(path: &Path, runtime: &Runtime, n_threads: usize) -> Result<Self, Error> {
        let facts = fs::metadata(path).map_err(Error::io(path))?;
        if !facts.is_file() {
            return Err(Error::file(path, "no file; a model in ONNX is wanted"));
        }
        if facts.len() == 0 || facts.len() > MAX_BYTES {
            let reason = format!("{} bytes, which no model in ONNX has", facts.len());
            return Err(Error::file(path, reason));
        }
        let session = session(path, runtime, n_threads).map_err(|cause| {
            Error::file(path, format!("no model that onnxruntime takes: {cause}"))
        })?;
        let checked = checked(&session).map_err(|reason| Error::file(path, reason));
        let (takes, gives) = checked?;
        Ok(Self { path: path.to_owned(), session, takes, gives })
    }

    /// The sizes of the patches that it takes, in the order of its axes; `None` where any will do.
    pub fn patch(&self) -> &[Option<usize>] {
        &self.takes[2..]
    }

    /// Whether it can be what the plans say: so many channels in, so many answers out.
    ///
    /// # Errors
    /// It cannot, with the reason.
    pub fn fits(
        &self,
        configuration: &Configuration,
        n_channels: usize,
        n_answers: usize,
    ) -> Result<(), Error> {
        let refused = |reason| Err(Error::file(&self.path, reason));
        let sides = configuration.sides();
        if !configuration.takes(self.patch()) {
            let (has, wanted) = (in_words(self.patch()), in_words(&known(sides)));
            return refused(format!("it takes patches of {has}, and the plans have {wanted}"));
        }
        if self.takes[0].is_some_and(|n| n != 1) {
            return refused("it takes several patches at a time: export it for one".to_owned());
        }
        if let Some(n) = self.takes[1].filter(|n| *n != n_channels) {
            return refused(format!("it takes {n} channels, and the plans have {n_channels}"));
        }
        if self.gives.len() != self.takes.len() {
            let (n, wanted) = (self.gives.len(), self.takes.len());
            return refused(format!("its answer has {n} axes, not {wanted}"));
        }
        if let Some(n) = self.gives[1].filter(|n| *n != n_answers) {
            return refused(format!(
                "it gives {n} answers a voxel, and the plans have {n_answers}"
            ));
        }
        let sides = known(sides);
        let differs =
            |(has, wanted): (&Option<usize>, &Option<usize>)| has.is_some() && has != wanted;
        if self.gives[2..].iter().zip(&sides).any(differs) {
            let (has, wanted) = (in_words(&self.gives[2..]), in_words(&sides));
            return refused(format!("it answers {has} voxels, not the {wanted} of a patch"));
        }
        Ok(())
    }

    /// What it answers for a patch: `shape` is that of channels and voxels; the answer has
    /// `n_answers` for each voxel, one after the other.
    ///
    /// # Errors
    /// It fails, or its answer has another shape or a value that is no finite number.
    pub fn answer(
        &mut self,
        patch: &[f32],
        shape: &[usize],
        n_answers: usize,
        take: impl FnOnce(&[f32]),
    ) -> Result<(), Error> {
        let refused = |path: &Path, reason: String| Error::file(path, reason);
        let failed = |path: &Path, cause: &ort::Error| {
            refused(path, format!("it fails on a patch: {}", short(&cause.to_string())))
        };
        let whole: Vec<i64> = std::iter::once(1).chain(shape.iter().map(|n| *n as i64)).collect();
        let input = TensorRef::from_array_view((whole, patch))
            .map_err(|cause| failed(&self.path, &cause))?;
        let outputs =
            self.session.run(ort::inputs![input]).map_err(|cause| failed(&self.path, &cause))?;
        let (found, values) =
            outputs[0].try_extract_tensor::<f32>().map_err(|cause| failed(&self.path, &cause))?;
        let wanted = [1, n_answers as i64].into_iter().chain(shape[1..].iter().map(|n| *n as i64));
        if !found.iter().copied().eq(wanted.clone()) {
            let wanted: Vec<String> = wanted.map(|n| n.to_string()).collect();
            let reason = format!("it answers with the shape {found}, not [{}]", wanted.join(", "));
            return Err(refused(&self.path, reason));
        }
        if !values.iter().all(|value| value.is_finite()) {
            let reason = "it answers with values that are no finite numbers (NaN or infinity): was it \
                          exported in half precision, or the image prepared for another network?";
            return Err(refused(&self.path, reason.to_owned()));
        }
        take(values);
        Ok(())
    }
}

fn session(path: &Path, runtime: &Runtime, n_threads: usize) -> Result<Session, String> {
    let told = |cause: ort::Error| short(&cause.to_string());
    let failed =
        |cause: ort::Error<ort::session::builder::SessionBuilder>| short(&cause.to_string());
    Session::builder(runtime.environment())
        .map_err(told)?
        .with_log_level(LogLevel::Fatal)
        .map_err(failed)?
        .with_intra_threads(n_threads)
        .map_err(failed)?
        .with_deterministic_compute(true)
        .map_err(failed)?
        .commit_from_file(path)
        .map_err(told)
}

type Sizes = Vec<Option<usize>>;

/// What a model takes and gives, if it is an image and answers for its voxels.
fn checked(session: &Session) -> Result<(Sizes, Sizes), String> {
    let [input] = session.inputs() else {
        return Err(format!("it takes {} inputs, not one image", session.inputs().len()));
    };
    // Networks that were trained under deep supervision may give coarser answers after the first.
    let output = session.outputs().first().ok_or("it gives no answer")?;
    let takes = sizes(input, "takes")?;
    if takes.len() != 4 && takes.len() != 5 {
        let n = takes.len();
        return Err(format!("it takes {n} axes, not batch, channel and two or three of an image"));
    }
    Ok((takes, sizes(output, "gives")?))
}

fn sizes(outlet: &Outlet, does: &str) -> Result<Sizes, String> {
    match outlet.dtype() {
        ValueType::Tensor { ty: TensorElementType::Float32, shape, .. } => {
            Ok(shape.iter().map(|n| usize::try_from(*n).ok()).collect())
        }
        ValueType::Tensor { ty, .. } => Err(format!(
            "it {does} values of the type {ty}: export it in single precision (float32)"
        )),
        _ => Err(format!("it {does} something else than numbers on axes")),
    }
}

fn known(sides: &[usize]) -> Sizes {
    sides.iter().map(|side| Some(*side)).collect()
}

fn in_words(sides: &[Option<usize>]) -> String {
    let side = |side: &Option<usize>| side.map_or("any".to_owned(), |n| n.to_string());
    sides.iter().map(side).collect::<Vec<_>>().join("×")
}
