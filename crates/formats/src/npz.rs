//! NPZ: arrays of NumPy under names, in a ZIP archive; meshes, points and occupancy in them.
//!
//! Nobody has said what the arrays of a shape are called, so the usual names are looked for.
//! MedShapeNetCore (Li et al., 2023) keeps a whole data set in one array of pickled objects, which
//! is read here without running it.

mod pickle;
mod samples;
mod shape;
mod writer;

use medshape_types::LabelMap;

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;
use crate::npy::{self, Array, Content};
use crate::point_file::PointFile;
use crate::zip;

pub use samples::{Sample, SampleFacts, Samples, list, names_in_words};
pub use writer::{write_mesh, write_occupancy, write_points, write_volume};

/// The arrays of a file, by name.
#[derive(Debug, Clone)]
pub struct Arrays {
    limits: Limits,
    /// Name and NPY file of each, in the order of the archive.
    files: Vec<(String, Vec<u8>)>,
}

/// The voxels of a file as labels, and what is odd about them, a sentence each.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelFile {
    /// Labels; the first axis of the array is x.
    pub labels: LabelMap,
    /// What was taken for granted.
    pub notes: Vec<String>,
}

/// The arrays in an NPZ file, or the one of an NPY file under the name that NumPy gives it, `arr_0`.
///
/// # Errors
/// Those of [`zip::directory`], damaged files, and an array that contradicts its header. An array of a
/// kind that is not read is no error until someone asks for it.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Arrays, ErrorKind> {
    if bytes.starts_with(npy::MAGIC) {
        let files = vec![("arr_0".to_owned(), bytes.to_vec())];
        return Arrays { limits: *limits, files }.checked();
    }
    let archive = zip::Archive::of(bytes, limits)?;
    let mut files = Vec::new();
    for entry in archive.entries() {
        if let Some(name) = entry.name().strip_suffix(".npy") {
            files.push((name.to_owned(), archive.unpacked(entry)?));
        }
    }
    match files.is_empty() {
        true => Err(ErrorKind::malformed("NPZ", "no `.npy` file in it")),
        false => Arrays { limits: *limits, files }.checked(),
    }
}

impl Arrays {
    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, _)| name.as_str())
    }

    /// Bytes of all of them, headers among them.
    pub fn n_bytes(&self) -> usize {
        self.files.iter().map(|(_, file)| file.len()).sum()
    }

    /// The array of this name, if it is there and of numbers or texts.
    pub fn array(&self, name: &str) -> Option<Array<'_>> {
        match npy::content(self.file(name)?, &self.limits) {
            Ok(Content::Array(array)) => Some(array),
            _ => None,
        }
    }

    /// The mesh, if there are vertices and faces under a usual name; of a file of MedShapeNetCore, all
    /// its meshes, a part each.
    ///
    /// # Errors
    /// They are no N×3 numbers, a face names a vertex that is not there, or there are more than the
    /// limits allow. Those of [`Self::samples`].
    pub fn mesh(&self) -> Result<Option<MeshFile>, ErrorKind> {
        match shape::mesh(self, &self.limits)? {
            Some(file) => Ok(Some(file)),
            None => self.samples()?.map_or(Ok(None), |samples| samples.meshes(self.n_bytes())),
        }
    }

    /// The point cloud, if there are points under a usual name; of a file of MedShapeNetCore, its only
    /// one.
    ///
    /// # Errors
    /// They are no N×3 numbers, nor M×N×3 with one M; there are more than the limits allow, or several
    /// clouds. Those of [`Self::samples`].
    pub fn points(&self) -> Result<Option<PointFile>, ErrorKind> {
        match shape::points(self, &self.limits)? {
            Some(file) => Ok(Some(file)),
            None => self.samples()?.map_or(Ok(None), |samples| samples.only_points()),
        }
    }

    /// The voxels, if there is an array of three axes under a usual name; of a file of
    /// MedShapeNetCore, its only ones.
    ///
    /// # Errors
    /// They are no labels, their grid is none, or there are several. Those of [`Self::samples`].
    pub fn labels(&self) -> Result<Option<LabelFile>, ErrorKind> {
        match shape::labels(self)? {
            Some(file) => Ok(Some(file)),
            None => self.samples()?.map_or(Ok(None), |samples| samples.only_labels()),
        }
    }

    /// As [`Self::mesh`], of one shape if it is named.
    ///
    /// # Errors
    /// Those of [`Self::mesh`]; there is no such shape.
    pub fn mesh_of(&self, sample: Option<&str>) -> Result<Option<MeshFile>, ErrorKind> {
        match sample {
            Some(name) => self.of_sample(name, |sample| sample.mesh()),
            None => self.mesh(),
        }
    }

    /// As [`Self::points`], of one shape if it is named.
    ///
    /// # Errors
    /// Those of [`Self::points`]; there is no such shape.
    pub fn points_of(&self, sample: Option<&str>) -> Result<Option<PointFile>, ErrorKind> {
        match sample {
            Some(name) => self.of_sample(name, |sample| sample.points()),
            None => self.points(),
        }
    }

    /// As [`Self::labels`], of one shape if it is named.
    ///
    /// # Errors
    /// Those of [`Self::labels`]; there is no such shape.
    pub fn labels_of(&self, sample: Option<&str>) -> Result<Option<LabelFile>, ErrorKind> {
        match sample {
            Some(name) => self.of_sample(name, |sample| sample.label_file()),
            None => self.labels(),
        }
    }

    fn of_sample<T>(
        &self,
        name: &str,
        take: impl FnOnce(&Sample<'_>) -> Result<Option<T>, ErrorKind>,
    ) -> Result<Option<T>, ErrorKind> {
        let samples = self.samples()?;
        let found = samples.as_ref().and_then(|all| all.iter().find(|one| one.name() == name));
        let missing = || {
            let name = crate::input::shortened(name);
            let there = match &samples {
                Some(samples) => format!("there are {}", names_in_words(&samples.facts())),
                None => "it is not a file of many".to_owned(),
            };
            ErrorKind::NotThis(format!("no sample `{name}`: {there}"))
        };
        take(&found.ok_or_else(missing)?)
    }

    /// The shapes of a file of MedShapeNetCore, if it looks like one: it has one array `data`, of
    /// pickled objects.
    ///
    /// # Errors
    /// A pickle that names anything but arrays and dictionaries, and damaged ones.
    pub fn samples(&self) -> Result<Option<Samples<'_>>, ErrorKind> {
        let file = self.file("data").or_else(|| self.file("arr_0"));
        match file.map(|file| npy::content(file, &self.limits)) {
            Some(Ok(Content::Objects(pickle))) => Samples::read(pickle, &self.limits).map(Some),
            _ => Ok(None),
        }
    }

    /// Why none of the others found anything.
    pub fn nothing(&self) -> ErrorKind {
        if let Ok(Some(samples)) = self.samples() {
            let n_shapes = samples.iter().len();
            let what = format!("{n_shapes} shapes of MedShapeNetCore, but none of this kind in it");
            return ErrorKind::NotThis(what);
        }
        let refusal = self.files.iter().find_map(|(_, file)| npy::read(file, &self.limits).err());
        refusal.unwrap_or_else(|| {
            let mut names: Vec<&str> = self.names().take(9).collect();
            if self.files.len() > names.len() {
                names.push("…");
            }
            let names = crate::input::shortened(&names.join(", "));
            ErrorKind::NotThis(format!(
                "neither a mesh (`vertices`, `faces`) nor points (`points`) nor occupancy (`mask`): \
                 its arrays are called {names}"
            ))
        })
    }

    fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.iter().find(|(known, _)| known == name).map(|(_, file)| file.as_slice())
    }

    /// The array under the first of these names that is there.
    fn first<'a>(&'a self, names: &[&'static str]) -> Option<(&'static str, Array<'a>)> {
        names.iter().find_map(|&name| Some((name, self.array(name)?)))
    }

    /// Checks what can be checked of each array.
    fn checked(self) -> Result<Self, ErrorKind> {
        for (_, file) in &self.files {
            match npy::content(file, &self.limits) {
                Err(ErrorKind::Unsupported { .. }) | Ok(_) => {}
                Err(kind) => return Err(kind),
            }
        }
        Ok(self)
    }
}
