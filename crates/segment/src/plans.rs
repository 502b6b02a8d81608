//! What nnU-Net wrote about a network: how images are prepared for it, and what its answers are called.
//!
//! `plans.json` and `dataset.json` lie beside the model, or one folder above it as nnU-Net has them.
//! Of both only what is needed is read; what would change the answer and is not done here is refused.

mod configuration;
mod labels;
mod read;

use std::path::{Path, PathBuf};

use medshape_formats::Limits;
use serde_json::Value;

use crate::Error;
pub use configuration::{Configuration, Scheme};
pub use labels::{Answer, Labels};
use read::{Object, whole};

/// The most channels of an image.
const MAX_CHANNELS: usize = 64;

/// In which order of axes images are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// As the file stores them.
    AsStored,
    /// In the order nearest to RAS+.
    Ras,
}

/// The plans of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Plans {
    /// The file that they were read from, for errors.
    pub path: PathBuf,
    /// In which order of axes images are handed over.
    pub reader: Reader,
    /// Axis `a` of the network is axis `transpose[a]` of the image.
    pub transpose: [usize; 3],
    /// How each channel is called, in order.
    pub channels: Vec<String>,
    /// What the answers mean.
    pub labels: Labels,
    /// The networks that were planned, by name; those that are not done here with the reason.
    pub configurations: Vec<(String, Result<Configuration, String>)>,
}

impl Plans {
    /// Reads the plans beside a model, or in `folder`.
    ///
    /// # Errors
    /// A file is not there, is no JSON, lacks something, or wants something that is not done here.
    pub fn read(model: &Path, folder: Option<&Path>) -> Result<Self, Error> {
        let path = find(model, folder, "plans.json")?;
        let (plans, _) = json(&path)?;
        let dataset_path = find(model, folder, "dataset.json")?;
        let (dataset, text) = json(&dataset_path)?;
        let labels =
            Labels::read(&text, &dataset).map_err(|reason| Error::file(&dataset_path, reason))?;
        let channels = channels(&dataset).map_err(|reason| Error::file(&dataset_path, reason))?;
        Self::of(&path, &plans, channels, labels).map_err(|reason| Error::file(&path, reason))
    }

    fn of(
        path: &Path,
        plans: &Value,
        channels: Vec<String>,
        labels: Labels,
    ) -> Result<Self, String> {
        let plans = Object::of(plans, "")?;
        let configurations = plans.object("configurations")?;
        let read = |name: &str| Configuration::read(&plans, &configurations, name, channels.len());
        let names = configurations.keys();
        let configurations = names.map(|name| (name.to_owned(), read(name))).collect();
        let label_manager = plans.text_or("label_manager", "LabelManager")?;
        if label_manager != "LabelManager" {
            return Err(format!("the label manager `{label_manager}` is not known here"));
        }
        Ok(Self {
            path: path.to_owned(),
            reader: reader(plans.text_or("image_reader_writer", "SimpleITKIO")?)?,
            transpose: transpose(&plans)?,
            channels,
            labels,
            configurations,
        })
    }

    /// The configuration of this name; without one, that whose patches the model takes: sizes along the
    /// axes of a patch, `None` where any will do.
    ///
    /// # Errors
    /// There is none, or it is not done here.
    pub fn configuration(
        &self,
        wanted: Option<&str>,
        patch: &[Option<usize>],
    ) -> Result<(&str, &Configuration), Error> {
        let refused = |reason: String| Error::file(&self.path, reason);
        let named = |name: &str| self.configurations.iter().find(|(known, _)| known == name);
        let found = match wanted {
            Some(name) => named(name).ok_or_else(|| {
                let known: Vec<&str> =
                    self.configurations.iter().map(|(n, _)| n.as_str()).collect();
                refused(format!("no configuration `{name}`; there are {}", known.join(", ")))
            })?,
            None => self.fitting(patch).ok_or_else(|| refused(self.none_fits(patch)))?,
        };
        match found {
            (name, Ok(configuration)) => Ok((name, configuration)),
            (name, Err(reason)) => Err(refused(format!("configuration `{name}`: {reason}"))),
        }
    }

    /// The usual one first, where several fit.
    fn fitting(&self, patch: &[Option<usize>]) -> Option<&(String, Result<Configuration, String>)> {
        let fits = |(_, found): &&(String, Result<Configuration, String>)| {
            found.as_ref().is_ok_and(|found| found.takes(patch))
        };
        let usual = |(name, _): &&(String, Result<Configuration, String>)| name == "3d_fullres";
        let mut fitting = self.configurations.iter().filter(fits);
        fitting.clone().find(usual).or_else(|| fitting.next())
    }

    fn none_fits(&self, patch: &[Option<usize>]) -> String {
        let size = |n: &Option<usize>| n.map_or("any".to_owned(), |n| n.to_string());
        let sizes: Vec<String> = patch.iter().map(size).collect();
        let each = |(name, found): &(String, Result<Configuration, String>)| match found {
            Ok(found) => format!("{name} has {}", found.patch_in_words()),
            Err(reason) => format!("{name} is not done here: {reason}"),
        };
        let known: Vec<String> = self.configurations.iter().map(each).collect();
        format!(
            "no configuration has the patches of the model, {}: {}",
            sizes.join("×"),
            known.join("; ")
        )
    }
}

/// The file of this name in `folder`, or else beside the model or one folder above it.
fn find(model: &Path, folder: Option<&Path>, name: &str) -> Result<PathBuf, Error> {
    if let Some(folder) = folder {
        return Ok(folder.join(name));
    }
    let beside = model.with_file_name(name);
    if beside.exists() {
        return Ok(beside);
    }
    let above = beside.parent().map(|folder| folder.join("..").join(name));
    above.filter(|above| above.exists()).ok_or_else(|| {
        let reason = format!(
            "there is no `{name}` beside it; nnU-Net's lies in the folder of the trained model: copy it \
             here, or name that folder with `--plans`"
        );
        Error::file(model, reason)
    })
}

/// A document that need not be trusted, and its text.
fn json(path: &Path) -> Result<(Value, Vec<u8>), Error> {
    use std::io::Read;
    let limits = Limits::DEFAULT;
    let file = std::fs::File::open(path).map_err(Error::io(path))?;
    let mut bytes = Vec::new();
    // One byte more than is allowed, so that the reader sees that there are too many.
    let read = file.take(limits.json as u64 + 1).read_to_end(&mut bytes);
    read.map_err(Error::io(path))?;
    let value = medshape_formats::json::parse(&bytes, &limits)
        .map_err(|cause| Error::file(path, cause.to_string()))?;
    Ok((value, bytes))
}

fn reader(name: &str) -> Result<Reader, String> {
    match name {
        "SimpleITKIO" | "NibabelIO" => Ok(Reader::AsStored),
        "SimpleITKIOWithReorient" | "NibabelIOWithReorient" => Ok(Reader::Ras),
        _ => Err(format!(
            "images read by `{name}`, which are no medical volumes, are not taken here"
        )),
    }
}

fn transpose(plans: &Object<'_>) -> Result<[usize; 3], String> {
    let axes = plans.list("transpose_forward")?;
    let axes: Vec<Option<u64>> = axes.iter().map(whole).collect();
    match axes.as_slice() {
        &[Some(a), Some(b), Some(c)] if a.max(b).max(c) < 3 && a != b && b != c && a != c => {
            Ok([a as usize, b as usize, c as usize])
        }
        _ => Err("`transpose_forward` is not 0, 1 and 2 in some order".to_owned()),
    }
}

/// What the channels are called; their numbers are the keys.
fn channels(dataset: &Value) -> Result<Vec<String>, String> {
    let dataset = Object::of(dataset, "")?;
    // The second is the name of older versions.
    let named = dataset.object("channel_names").or_else(|_| dataset.object("modality"));
    let named = named.map_err(|_| "`channel_names` is missing".to_owned())?;
    let n = named.keys().count();
    if n == 0 || n > MAX_CHANNELS {
        return Err(format!("`channel_names` has {n} channels, not 1 to {MAX_CHANNELS}"));
    }
    (0..n).map(|at| Ok(named.text(&at.to_string())?.to_owned())).collect()
}
