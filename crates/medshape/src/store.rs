//! The store of an ingest, shared by its threads and made when the first shape needs it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use medshape_catalog::{
    Added, Blobs, Case, Catalog, Descriptor, Sha256, Shape, ShapeName, Source, Subject,
};

use crate::Error;

/// A catalog that several threads write to, one at a time.
///
/// A folder that is no store yet stays untouched until there is something to keep, so that a run in
/// which every case is refused leaves nothing behind.
pub(crate) struct Store {
    dir: PathBuf,
    catalog: Mutex<Option<Catalog>>,
}

impl Store {
    /// The store at `dir`, whether or not it is there.
    pub(crate) fn at(dir: &Path) -> Result<Self, Error> {
        let is_empty = |dir: &Path| match std::fs::read_dir(dir) {
            Ok(mut entries) => entries.next().is_none(),
            Err(cause) => cause.kind() == std::io::ErrorKind::NotFound,
        };
        let catalog = if is_empty(dir) { None } else { Some(Catalog::create(dir)?) };
        Ok(Self { dir: dir.to_owned(), catalog: Mutex::new(catalog) })
    }

    pub(crate) fn has_unit(&self, unit: &Sha256) -> Result<bool, Error> {
        let catalog = self.catalog.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(catalog.as_ref().map_or(Ok(false), |catalog| catalog.has_unit(unit))?)
    }

    /// Whether a shape of this name was taken back.
    pub(crate) fn is_withdrawn(&self, name: &ShapeName) -> Result<bool, Error> {
        let catalog = self.catalog.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(catalog) = catalog.as_ref() else { return Ok(false) };
        Ok(catalog.tombstone(name)?.is_some())
    }

    pub(crate) fn blobs(&self) -> Result<Blobs, Error> {
        self.with(|catalog| Ok(catalog.blobs().clone()))
    }

    pub(crate) fn add(
        &self,
        source: &Source,
        subject: &Subject,
        case: &Case,
        shapes: &[Shape],
    ) -> Result<Added, Error> {
        self.with(|catalog| Ok(catalog.add_case(source, subject, case, shapes)?))
    }

    /// Keeps what the shapes of a case are like. It comes after the case: without it they are there all
    /// the same, and it can be made of their meshes again.
    pub(crate) fn keep_descriptors(
        &self,
        shapes: &[Shape],
        descriptors: Vec<Option<Descriptor>>,
    ) -> Result<(), Error> {
        let pairs = shapes.iter().zip(descriptors);
        let known: Vec<_> =
            pairs.filter_map(|(shape, found)| Some((shape.name.clone(), found?))).collect();
        self.with(|catalog| Ok(catalog.keep_descriptors(&known)?))
    }

    pub(crate) fn describe(&self, subject: &Subject) -> Result<(), Error> {
        self.with(|catalog| {
            catalog.describe_subjects(std::slice::from_ref(subject))?;
            Ok(())
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Catalog) -> Result<T, Error>) -> Result<T, Error> {
        // A thread that panicked cannot have left a transaction open: dropping it rolls back.
        let mut catalog = self.catalog.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *catalog {
            Some(catalog) => act(catalog),
            none => act(none.insert(Catalog::create(&self.dir)?)),
        }
    }
}
