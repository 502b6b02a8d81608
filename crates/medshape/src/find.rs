//! Which cases lie under the paths that a user gave.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use medshape_catalog::{Anatomy, name};
use medshape_formats::volume;

use crate::pattern::{self, Found};
use crate::{Dataset, Error};

/// Deeper folders are not looked into.
const MAX_DEPTH: usize = 12;

/// One subject's segmentation, on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCase {
    /// The subject's id, fit to be part of a name.
    pub subject: String,
    /// The file or folder that a user would point at.
    pub path: PathBuf,
    /// What to read.
    pub input: Input,
}

/// How a case lies on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// All labels in one file.
    LabelMap(PathBuf),
    /// One binary mask a structure: names as the source spells them, and files, sorted by name.
    Masks(Vec<(String, PathBuf)>),
}

/// What was found, and what was passed over.
#[derive(Debug, Default)]
pub struct Findings {
    /// Cases, in the order of their subjects.
    pub cases: Vec<FoundCase>,
    /// Volumes inside of given folders that the dataset's layout does not speak of.
    pub passed_over: Vec<PathBuf>,
}

/// Looks through `paths`: files are taken as they are, folders are searched.
///
/// # Errors
/// A path does not exist, holds no volume, or two inputs belong to the same subject.
pub fn cases(paths: &[PathBuf], dataset: &Dataset) -> Result<Findings, Error> {
    let mut findings = Findings::default();
    let mut masks = MaskFolders::new();
    for path in paths {
        // Where the path lies counts for the layout, also when it is given as `.`.
        let path = &std::fs::canonicalize(path).map_err(Error::io(path))?;
        if path.is_dir() {
            let volumes = volumes_under(path)?;
            if volumes.is_empty() {
                let reason = "no volume (`.nii`, `.nii.gz`, `.nrrd`, `.mha`, `.mgz`) in this folder or below it";
                return Err(Error::refused(path, reason));
            }
            sort_in(&volumes, dataset, &mut findings, &mut masks);
        } else {
            let case = fit(path, dataset).unwrap_or_else(|| named_after_file(path));
            add(path, case, &mut findings, &mut masks);
        }
    }
    findings.cases.extend(masks.into_iter().map(|(folder, (subject, mut masks))| {
        masks.sort();
        masks.dedup();
        FoundCase { subject, path: folder, input: Input::Masks(masks) }
    }));
    settle(findings, paths)
}

type MaskFolders = BTreeMap<PathBuf, (String, Vec<(String, PathBuf)>)>;

/// Sorts a folder's volumes into cases by the dataset's layout. A folder that no layout speaks of
/// but whose files are mostly named after structures holds the masks of one subject.
fn sort_in(
    volumes: &[PathBuf],
    dataset: &Dataset,
    findings: &mut Findings,
    masks: &mut MaskFolders,
) {
    let mut strangers: BTreeMap<&Path, Vec<&PathBuf>> = BTreeMap::new();
    for path in volumes {
        match fit(path, dataset) {
            Some(found) => add(path, found, findings, masks),
            None => strangers.entry(path.parent().unwrap_or(path)).or_default().push(path),
        }
    }
    for (folder, volumes) in strangers {
        let holds_masks = is_named_after_structures(&volumes);
        for path in volumes {
            if holds_masks {
                add(path, mask_of_folder(folder, path), findings, masks);
            } else if dataset.source.id == crate::dataset::LOCAL {
                add(path, named_after_file(path), findings, masks);
            } else {
                findings.passed_over.push(path.clone());
            }
        }
    }
}

fn add(path: &Path, found: Found, findings: &mut Findings, masks: &mut MaskFolders) {
    let subject = name::part_from(&found.subject).unwrap_or_else(|| "unnamed".to_owned());
    match found.label {
        None => findings.cases.push(FoundCase {
            subject,
            path: path.to_owned(),
            input: Input::LabelMap(path.to_owned()),
        }),
        Some(label) => {
            let folder = path.parent().unwrap_or(path).to_owned();
            let entry = masks.entry(folder).or_insert_with(|| (subject, Vec::new()));
            entry.1.push((label, path.to_owned()));
        }
    }
}

fn fit(path: &Path, dataset: &Dataset) -> Option<Found> {
    dataset.files.iter().find_map(|pattern| pattern.find(path))
}

fn named_after_file(path: &Path) -> Found {
    Found { subject: pattern::stem(path).unwrap_or_default().to_owned(), label: None }
}

fn mask_of_folder(folder: &Path, path: &Path) -> Found {
    let subject = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let label = pattern::stem(path).unwrap_or_default();
    Found { subject: subject.to_owned(), label: Some(label.to_owned()) }
}

fn is_named_after_structures(volumes: &[&PathBuf]) -> bool {
    let anatomy = Anatomy::builtin();
    let is_structure =
        |path: &&&PathBuf| pattern::stem(path).is_some_and(|stem| anatomy.code(stem).is_some());
    3 * volumes.iter().filter(is_structure).count() >= 2 * volumes.len()
}

fn volumes_under(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut volumes = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::io(&folder))? {
            let entry = entry.map_err(Error::io(&folder))?;
            let kind = entry.file_type().map_err(Error::io(entry.path()))?;
            // Links are not followed: they may lead out of the folder or around in a circle.
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && volume::is_name(&entry.path()) {
                volumes.push(entry.path());
            }
        }
    }
    volumes.sort();
    let halves: Vec<_> = volumes.iter().map(|path| is_second_half(path, &volumes)).collect();
    let mut halves = halves.into_iter();
    volumes.retain(|_| !halves.next().unwrap_or(false));
    Ok(volumes)
}

/// Whether a file holds the voxels of a header that is there too: one volume in two files.
fn is_second_half(path: &Path, sorted: &[PathBuf]) -> bool {
    let Some(stem) = pattern::stem(path) else { return false };
    matches!(volume::extension(path), Some(".img" | ".img.gz"))
        && ["hdr", "hdr.gz", "HDR"]
            .iter()
            .any(|end| sorted.binary_search(&path.with_file_name(format!("{stem}.{end}"))).is_ok())
}

/// Sorts the cases and refuses two inputs for one subject: one would silently replace the other.
fn settle(mut findings: Findings, paths: &[PathBuf]) -> Result<Findings, Error> {
    findings.cases.sort_by(|a, b| (&a.subject, &a.path).cmp(&(&b.subject, &b.path)));
    findings.cases.dedup();
    for pair in findings.cases.windows(2) {
        if pair[0].subject == pair[1].subject {
            let other = pair[0].path.display();
            let subject = &pair[0].subject;
            let reason = format!("belongs to the subject `{subject}`, and so does `{other}`");
            return Err(Error::refused(&pair[1].path, reason));
        }
    }
    if findings.cases.is_empty() {
        let first = paths.first().map_or(Path::new("."), PathBuf::as_path);
        let count = findings.passed_over.len();
        let reason = format!("none of the {count} volumes fits the layout of the dataset");
        return Err(Error::refused(first, reason));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store_of(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        folder
    }

    fn subjects(files: &[&str], dataset: &str) -> Result<Vec<(String, usize)>, String> {
        let folder = store_of(files);
        let dataset = Dataset::find(dataset).unwrap();
        let found = cases(&[folder.path().to_owned()], &dataset);
        let n_files = |input: Input| match input {
            Input::LabelMap(_) => 1,
            Input::Masks(masks) => masks.len(),
        };
        let describe = |case: FoundCase| (case.subject, n_files(case.input));
        found
            .map(|found| found.cases.into_iter().map(describe).collect())
            .map_err(|error| error.to_string())
    }

    fn pairs(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
        expected.iter().map(|&(subject, n_files)| (subject.to_owned(), n_files)).collect()
    }

    #[test]
    fn one_file_a_subject() {
        let files = ["completor_s2_full.nii.gz", "a/completor_s1_full.nii.gz", "notes.txt"];
        let found = subjects(&files, "medshapenet-completor");
        assert_eq!(found.unwrap(), pairs(&[("s1", 1), ("s2", 1)]));
    }

    #[test]
    fn one_folder_a_subject() {
        let files = ["s7/segmentations/liver.nii.gz", "s7/segmentations/spleen.nii.gz"];
        assert_eq!(subjects(&files, "totalsegmentator-v2").unwrap(), pairs(&[("s7", 2)]));
        assert_eq!(subjects(&files, "local").unwrap(), pairs(&[("s7", 2)]));
    }

    #[test]
    fn files_named_after_structures_are_masks_wherever_they_lie() {
        let files = ["anna/liver.nii.gz", "anna/kidney_left.nii", "anna/thing.nii.gz"];
        assert_eq!(subjects(&files, "local").unwrap(), pairs(&[("anna", 3)]));
    }

    #[test]
    fn two_inputs_for_one_subject_are_refused() {
        let files = ["a/completor_s1_full.nii.gz", "b/completor_s1_full.nii.gz"];
        let message = subjects(&files, "medshapenet-completor").unwrap_err();
        assert!(message.contains("belongs to the subject `s1`"), "{message}");
    }

    #[test]
    fn volumes_of_every_format_are_found_and_a_pair_is_one() {
        let files =
            ["a.hdr", "a.img", "b.seg.nrrd", "c.mhd", "c.raw", "d.mgz", "e.img", "f.hdr.gz"];
        let found = subjects(&[&files[..], &["f.img.gz"]].concat(), "local").unwrap();
        let names = ["a", "b", "c", "d", "e", "f"];
        assert_eq!(found, pairs(&names.map(|name| (name, 1))));
    }

    #[test]
    fn a_folder_without_volumes_is_refused() {
        let message = subjects(&["readme.txt"], "local").unwrap_err();
        assert!(message.contains("no volume"), "{message}");
    }
}
