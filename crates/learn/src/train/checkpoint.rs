use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::adam::Moments;
use super::safetensors::{self, Contents, Entry, Kind, SafetensorsError};
use super::trainer::Trainer;
use crate::{Parameter, Parameters, Random};

/// Largest file that is read.
const MAX_BYTES: u64 = 4 << 30;

/// Names of what the optimiser remembers begin with these.
const MOMENTS: [&str; 3] = ["adam.mean/", "adam.square/", "adam.largest/"];

/// Why weights could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be reached.
    #[error("`{path}`: {cause}", path = .0.display(), cause = .1)]
    Io(PathBuf, std::io::Error),
    /// The file is no file of tensors.
    #[error("`{path}`: {cause}", path = .0.display(), cause = .1)]
    Format(PathBuf, SafetensorsError),
    /// The file holds another network, or no training.
    #[error("`{path}`: {reason}", path = .0.display(), reason = .1)]
    Other(PathBuf, String),
}

impl Parameters<f32> {
    /// Writes the weights under the names of the twin in PyTorch.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let entries = self.iter().map(entry).collect();
        write(path, &Contents { entries, ..Contents::default() })
    }

    /// Reads weights into a network that was built alike.
    ///
    /// # Errors
    /// If the file cannot be read, or belongs to another network.
    pub fn load(&mut self, path: &Path) -> Result<(), CheckpointError> {
        self.fill(path, &read(path)?)
    }

    /// The weights as entries of a file that holds other things beside them.
    pub fn entries(&self) -> Vec<Entry> {
        self.iter().map(entry).collect()
    }

    /// Takes weights out of what was read from a file.
    ///
    /// # Errors
    /// If they belong to another network, or one is no finite number.
    pub fn fill(&mut self, path: &Path, contents: &Contents) -> Result<(), CheckpointError> {
        let by_name: BTreeMap<&str, &Entry> =
            contents.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
        for parameter in self.iter_mut() {
            let found = by_name.get(parameter.name.as_str());
            let fits =
                found.filter(|entry| entry.shape == parameter.shape && entry.kind == Kind::F32);
            let reason = || {
                format!(
                    "there is no `{}` of shape {:?} in it: it belongs to another network",
                    parameter.name, parameter.shape
                )
            };
            let entry = fits.ok_or_else(|| CheckpointError::Other(path.to_owned(), reason()))?;
            let values = floats(&entry.bytes);
            if !values.iter().all(|value| value.is_finite()) {
                let reason = format!("a weight of `{}` is no finite number", parameter.name);
                return Err(CheckpointError::Other(path.to_owned(), reason));
            }
            parameter.values = values;
        }
        Ok(())
    }
}

impl Trainer<f32> {
    /// Writes all that is needed to go on.
    ///
    /// # Errors
    /// If the file cannot be written; an older one is left as it was then.
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let mut entries: Vec<Entry> = self.parameters.iter().map(entry).collect();
        for (parameter, moments) in self.parameters.iter().zip(&self.adam.moments) {
            let kept = [&moments.mean, &moments.square, &moments.largest];
            for (prefix, values) in
                MOMENTS.iter().zip(kept).filter(|(_, values)| !values.is_empty())
            {
                let name = format!("{prefix}{}", parameter.name);
                entries.push(Entry {
                    name,
                    shape: vec![values.len()],
                    kind: Kind::F32,
                    bytes: bytes(values),
                });
            }
        }
        let notes = [("step", self.n_steps()), ("random", self.random.state())];
        let notes = notes.map(|(name, value)| (name.to_owned(), value.to_string())).into();
        write(path, &Contents { notes, entries })
    }

    /// Goes on where a training of the same network, options and schedule was saved.
    ///
    /// # Errors
    /// If the file cannot be read, or belongs to another network, or holds weights alone.
    pub fn resume(&mut self, path: &Path) -> Result<(), CheckpointError> {
        let contents = read(path)?;
        let note = |name: &str| contents.notes.get(name).and_then(|note| note.parse().ok());
        let (Some(step), Some(random)) = (note("step"), note("random")) else {
            let reason = "it holds weights, but no training to go on with".to_owned();
            return Err(CheckpointError::Other(path.to_owned(), reason));
        };
        self.parameters.fill(path, &contents)?;
        let mut by_name: BTreeMap<&str, &Entry> =
            contents.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
        let mut moments = Vec::new();
        for parameter in self.parameters.iter() {
            let mut kept = |prefix: &str| {
                let entry = by_name.remove(format!("{prefix}{}", parameter.name).as_str());
                entry.map_or(Vec::new(), |entry| floats(&entry.bytes))
            };
            let [mean, square, largest] = MOMENTS.map(&mut kept);
            moments.push(Moments { mean, square, largest });
        }
        let is_whole = |(moments, parameter): (&Moments<f32>, &Parameter<f32>)| {
            let n = parameter.values.len();
            [&moments.mean, &moments.square, &moments.largest]
                .iter()
                .all(|kept| kept.is_empty() || kept.len() == n)
        };
        if !moments.iter().zip(self.parameters.iter()).all(is_whole) {
            let reason = "what the optimiser remembers does not fit the weights".to_owned();
            return Err(CheckpointError::Other(path.to_owned(), reason));
        }
        self.adam.moments = moments;
        self.adam.n_steps = step;
        self.random = Random::new(random);
        Ok(())
    }
}

fn entry(parameter: &Parameter<f32>) -> Entry {
    let (name, shape) = (parameter.name.clone(), parameter.shape.clone());
    Entry { name, shape, kind: Kind::F32, bytes: bytes(&parameter.values) }
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// Reads a file of tensors.
///
/// # Errors
/// If it cannot be read, is too large, or is no such file.
pub fn read(path: &Path) -> Result<Contents, CheckpointError> {
    let io = |cause| CheckpointError::Io(path.to_owned(), cause);
    let size = std::fs::metadata(path).map_err(io)?.len();
    if size > MAX_BYTES {
        let reason = format!("it has {size} bytes; at most {MAX_BYTES} are read");
        return Err(CheckpointError::Other(path.to_owned(), reason));
    }
    let bytes = std::fs::read(path).map_err(io)?;
    safetensors::read(&bytes).map_err(|cause| CheckpointError::Format(path.to_owned(), cause))
}

/// Writes beside the file and puts it in its place, so that none is ever half written.
///
/// # Errors
/// If it cannot be written; an older one is left as it was then.
pub fn write(path: &Path, contents: &Contents) -> Result<(), CheckpointError> {
    let io = |cause| CheckpointError::Io(path.to_owned(), cause);
    let beside = path.with_extension("part");
    let mut file = File::create(&beside).map_err(io)?;
    file.write_all(&safetensors::write(contents)).map_err(io)?;
    file.sync_all().map_err(io)?;
    std::fs::rename(&beside, path).map_err(io)
}
