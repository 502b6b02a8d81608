//! Model files of all tasks: what kind of model it is, facts in words and numbers, tensors.

use std::path::Path;

use medshape_learn::train::safetensors::{self, Contents, Entry};
use medshape_learn::train::{read, write};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// A kind of model file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// The task whose models these are.
    pub(crate) task: &'static str,
    /// Rises when files of before can no longer be read.
    pub(crate) version: u32,
}

/// A model file that was read.
pub(crate) struct Opened<'a, F> {
    /// What it says beside its tensors.
    pub(crate) facts: F,
    /// Its tensors.
    pub(crate) contents: Contents,
    path: &'a Path,
}

impl Kind {
    fn note(self) -> String {
        format!("medshape {} {}", self.task, self.version)
    }

    /// Writes a model file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn save(
        self,
        path: &Path,
        facts: &impl Serialize,
        entries: Vec<Entry>,
    ) -> Result<(), Error> {
        let facts = serde_json::to_string(facts).expect("facts are plain");
        let notes = [("kind", self.note()), ("facts", facts)];
        let notes = notes.map(|(key, note)| (key.to_owned(), note)).into();
        Ok(write(path, &Contents { notes, entries })?)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this kind.
    pub(crate) fn open<F: DeserializeOwned>(self, path: &Path) -> Result<Opened<'_, F>, Error> {
        let contents = read(path)?;
        if contents.notes.get("kind") != Some(&self.note()) {
            let task = self.task;
            let reason = format!(
                "it is no model of the task {task}, or one of another version; make one by `medshape train {task}`"
            );
            return Err(Error::file(path, reason));
        }
        let facts = contents.notes.get("facts").map_or("", String::as_str);
        let facts =
            serde_json::from_str(facts).map_err(|cause| damaged(path, &cause.to_string()))?;
        Ok(Opened { facts, contents, path })
    }
}

impl<F> Opened<'_, F> {
    /// That something of it is not as a training leaves it.
    pub(crate) fn damaged(&self, what: &str) -> Error {
        damaged(self.path, what)
    }

    /// A tensor of bytes or numbers.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.contents.entries.iter().find(|entry| entry.name == name)
    }

    /// The numbers of a tensor, if it has finite numbers.
    pub(crate) fn floats(&self, name: &str) -> Option<Vec<f32>> {
        let entry = self.entry(name).filter(|entry| entry.kind == safetensors::Kind::F32)?;
        let numbers = entry.bytes.as_chunks::<4>().0.iter();
        let numbers: Vec<f32> = numbers.map(|&bytes| f32::from_le_bytes(bytes)).collect();
        numbers.iter().all(|value| value.is_finite()).then_some(numbers)
    }

    /// The bytes of a tensor, if there are as many as expected.
    pub(crate) fn bytes(&self, name: &str, n: usize) -> Option<&[u8]> {
        self.entry(name).filter(|entry| entry.bytes.len() == n).map(|entry| &entry.bytes[..])
    }
}

/// A tensor of numbers; `shape` has as many.
pub(crate) fn floats(name: &str, shape: Vec<usize>, values: &[f32]) -> Entry {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Entry { name: name.to_owned(), shape, kind: safetensors::Kind::F32, bytes }
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::file(path, format!("the model is damaged: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_comes_back_and_another_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.safetensors");
        let kind = Kind { task: "walking", version: 2 };
        kind.save(&path, &vec![1, 2], Vec::new()).expect("written");
        assert_eq!(kind.open::<Vec<u32>>(&path).expect("sound").facts, [1, 2]);
        let refusal = |kind: Kind| kind.open::<Vec<u32>>(&path).err().expect("refused").to_string();
        let other = refusal(Kind { task: "flying", version: 2 });
        assert!(other.contains("model.safetensors") && other.contains("train flying"), "{other}");
        assert!(refusal(Kind { version: 1, ..kind }).contains("another version"));
        let damaged = kind.open::<String>(&path).err().expect("refused").to_string();
        assert!(damaged.contains("the model is damaged"), "{damaged}");
    }
}
