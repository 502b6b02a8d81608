//! The subjects of a data folder.

use std::path::{Path, PathBuf};

use medshape::Reader;
use medshape_formats::Input;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_types::LabelMap;

use super::body::Body;
use super::partial::Partial;
use crate::split::{Part, Split};
use crate::{Error, Watch};

/// The list of subjects, fixed in the repository.
const SPLIT: &str = include_str!("../../splits/completion.tsv");

/// Which subject is for what.
///
/// # Errors
/// If the list is broken.
pub fn split() -> Result<Split, Error> {
    Split::parse(SPLIT, Path::new("crates/studies/splits/completion.tsv"))
}

/// The file of a subject.
pub fn file(folder: &Path, pattern: &str, subject: &str) -> PathBuf {
    folder.join(pattern.replace("{subject}", subject))
}

/// A label map, axes in the order nearest to RAS+.
///
/// # Errors
/// If the file is none.
pub fn read(path: &Path) -> Result<LabelMap, Error> {
    let map = Reader::default().label_map(&Input::on_disk(path))?;
    Ok(label_map_to_ras(map))
}

/// The bodies of subjects.
///
/// # Errors
/// If a file is missing or no label map, or the work was stopped.
pub fn bodies(
    folder: &Path,
    pattern: &str,
    subjects: &[&str],
    watch: &Watch<'_>,
) -> Result<Vec<Body>, Error> {
    let mut bodies = Vec::new();
    for subject in subjects {
        watch.unless_stopped("nothing was learned yet")?;
        let map = read(&file(folder, pattern, subject))?;
        bodies.push(Body::of(map.grid(), &Partial::of(&map).codes));
    }
    Ok(bodies)
}

/// The subjects of a part that a folder has all of.
///
/// # Errors
/// If none is for that part.
pub fn of_part(split: &Split, part: Part) -> Result<Vec<&str>, Error> {
    let subjects = split.subjects(part);
    let none = || Error::Request(format!("the list of subjects has none for {part:?}"));
    (!subjects.is_empty()).then_some(subjects).ok_or_else(none)
}
