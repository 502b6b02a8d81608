//! Which cases lie under the paths that a user gave.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use medshape_catalog::{ShapeName, name};
use medshape_formats::kind::Kind;
use medshape_formats::names::{Family, family};
use medshape_formats::npz::SampleFacts;
use medshape_formats::{Input, dicom};

use crate::pattern::{self, Found};
use crate::{Dataset, Error, Reader};

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
    pub files: Files,
    /// For a file that is one shape of a subject that may have others: the name it has already.
    pub part: Option<ShapeName>,
}

/// How a case lies on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// All labels in one file.
    LabelMap(Input),
    /// One binary mask a structure: names as the source spells them, and files, sorted by name.
    Masks(Vec<(String, Input)>),
    /// One mesh a structure, in the same way.
    Meshes(Vec<(String, Input)>),
}

/// What was found, and what was passed over.
#[derive(Debug, Default)]
pub struct Findings {
    /// Cases, in the order of their subjects.
    pub cases: Vec<FoundCase>,
    /// Files inside of given folders that the dataset's layout does not speak of.
    pub passed_over: Vec<PathBuf>,
}

/// Where archives are unpacked; what was unpacked is removed when this is dropped.
#[derive(Debug, Default)]
pub struct Scratch(Vec<tempfile::TempDir>);

/// Looks through `paths`: files are taken as they are, folders are searched, archives are unpacked and
/// searched like folders.
///
/// # Errors
/// A path does not exist, holds nothing to read, or two inputs belong to the same subject.
pub fn cases(
    paths: &[PathBuf],
    dataset: &Dataset,
    scratch: &mut Scratch,
    reader: &Reader,
) -> Result<Findings, Error> {
    let mut sorted = Sorted::new(dataset, reader);
    for path in paths {
        // Where the path lies counts for the layout, also when it is given as `.`.
        let path = std::fs::canonicalize(path).map_err(Error::io(path))?;
        if path.is_dir() {
            sorted.sort_in_some(&path, inputs_under(&path, reader)?)?;
            continue;
        }
        let input = Input::on_disk(&path);
        if is_archive(&input, reader)? {
            sorted.sort_in_some(&path, scratch.unpacked(&input, reader)?)?;
        } else {
            let found = fit(&input, dataset).unwrap_or_else(|| named_after_file(&input));
            sorted.add(&input, found);
        }
    }
    settle(sorted.into_findings(), paths)
}

/// Whether to unpack it; where that ended the process that looked, the reader of its case says so.
fn is_archive(input: &Input, reader: &Reader) -> Result<bool, Error> {
    match reader.is_archive(input) {
        Err(Error::Isolated { code: "crash" | "limit", .. }) => Ok(false),
        found => found,
    }
}

impl Scratch {
    /// The files of an archive that their names promise to be segmentations or meshes.
    fn unpacked(&mut self, input: &Input, reader: &Reader) -> Result<Vec<Input>, Error> {
        let folder = tempfile::Builder::new().prefix("medshape-").tempdir();
        let folder = folder.map_err(Error::io(std::env::temp_dir()))?;
        let mut inputs = reader.unpack(input, folder.path())?;
        self.0.push(folder);
        inputs.retain(|input| is_wanted(input, reader));
        inputs.sort();
        Ok(inputs)
    }
}

/// Inputs on the way to be cases: those that are one case each, and those that share one.
struct Sorted<'a> {
    dataset: &'a Dataset,
    reader: &'a Reader,
    findings: Findings,
    masks: Shared,
    meshes: Shared,
}

/// By folder and subject: what the structures are called, and where they are.
type Shared = BTreeMap<(PathBuf, String), Vec<(String, Input)>>;

impl<'a> Sorted<'a> {
    fn new(dataset: &'a Dataset, reader: &'a Reader) -> Self {
        let findings = Findings::default();
        Self { dataset, reader, findings, masks: Shared::new(), meshes: Shared::new() }
    }

    /// As [`Self::sort_in`], but there has to be something.
    fn sort_in_some(&mut self, path: &Path, inputs: Vec<Input>) -> Result<(), Error> {
        if inputs.is_empty() {
            return Err(Error::refused(path, "no segmentation and no mesh in it"));
        }
        self.sort_in(&inputs);
        Ok(())
    }

    /// Sorts a folder's files into cases by the dataset's layout. A folder that no layout speaks of but
    /// whose files are mostly named after structures holds one subject.
    fn sort_in(&mut self, inputs: &[Input]) {
        let dataset = self.dataset;
        let mut strangers: BTreeMap<&Path, Vec<&Input>> = BTreeMap::new();
        for input in inputs {
            match fit(input, dataset) {
                Some(found) => self.add(input, found),
                None => strangers.entry(folder(input)).or_default().push(input),
            }
        }
        for (folder, inputs) in strangers {
            let is_subject = is_named_after_structures(&inputs, dataset);
            for input in inputs {
                if is_subject {
                    self.add(input, structure_of_folder(folder, input));
                } else if dataset.source.id == crate::dataset::LOCAL {
                    self.add(input, named_after_file(input));
                } else {
                    self.findings.passed_over.push(input.name().to_owned());
                }
            }
        }
    }

    fn add(&mut self, input: &Input, found: Found) {
        // What is wrong with a file, the reader of its case says.
        let kind = self.reader.kind(input);
        let samples = match kind {
            Ok(Some(Kind::Arrays)) => self.reader.samples(input).unwrap_or_default(),
            _ => Vec::new(),
        };
        // What is wrong with one that is damaged, its reader says.
        let is_mesh = match kind {
            Ok(kind) => kind == Some(Kind::Mesh),
            Err(_) => family(input.name()) == Some(Family::Mesh),
        };
        match samples.is_empty() {
            true => self.add_file(input, found, is_mesh),
            false => samples.iter().for_each(|sample| self.add_sample(input, &found, sample)),
        }
    }

    /// One shape of a file of many: a structure of the subject that its keys name in that file.
    ///
    /// Of several keys, the one that the dataset knows for a structure says which it is; else the last.
    /// Of one key alone, the file says it.
    fn add_sample(&mut self, input: &Input, found: &Found, sample: &SampleFacts) {
        let shared = match (sample.has_mesh, sample.has_mask) {
            (true, _) => &mut self.meshes,
            (false, true) => &mut self.masks,
            (false, false) => {
                return self.findings.passed_over.push(input.name().join(&sample.name));
            }
        };
        let mut keys: Vec<&str> = sample.name.split('/').collect();
        let structure = match keys.len() {
            0 | 1 => found.label.as_ref().unwrap_or(&found.subject).clone(),
            n => {
                let known = keys.iter().position(|key| self.dataset.code(key).is_some());
                keys.remove(known.unwrap_or(n - 1)).to_owned()
            }
        };
        keys.insert(0, &found.subject);
        let subject = name::part_from(&keys.join("-")).unwrap_or_else(|| "unnamed".to_owned());
        let input = input.clone().with_sample(Some(sample.name.clone()));
        shared.entry((folder(&input).to_owned(), subject)).or_default().push((structure, input));
    }

    fn add_file(&mut self, input: &Input, found: Found, is_mesh: bool) {
        let subject = name::part_from(&found.subject).unwrap_or_else(|| "unnamed".to_owned());
        let label = match found.label {
            // A mesh is one structure; if nothing says which, it is called after its file.
            None if is_mesh => pattern::stem(input.name()).map(str::to_owned),
            label => label,
        };
        let Some(label) = label else {
            let path = input.name().to_owned();
            let files = Files::LabelMap(input.clone());
            return self.findings.cases.push(FoundCase { subject, path, files, part: None });
        };
        let shared = if is_mesh { &mut self.meshes } else { &mut self.masks };
        let place = (folder(input).to_owned(), subject);
        shared.entry(place).or_default().push((label, input.clone()));
    }

    fn into_findings(self) -> Findings {
        let Self { mut findings, masks, meshes, .. } = self;
        findings.cases.extend(shared_cases(masks, Files::Masks));
        findings.cases.extend(shared_cases(meshes, Files::Meshes));
        findings
    }
}

fn shared_cases(
    shared: Shared,
    files: impl Fn(Vec<(String, Input)>) -> Files,
) -> impl Iterator<Item = FoundCase> {
    shared.into_iter().map(move |((folder, subject), mut structures)| {
        structures.sort();
        structures.dedup();
        // A lone file is what a user would point at.
        let path = match &structures[..] {
            [(_, input)] => input.name().to_owned(),
            _ => folder,
        };
        FoundCase { subject, path, files: files(structures), part: None }
    })
}

fn folder(input: &Input) -> &Path {
    input.name().parent().unwrap_or(input.name())
}

fn fit(input: &Input, dataset: &Dataset) -> Option<Found> {
    dataset.files.iter().find_map(|pattern| pattern.find(input.name()))
}

fn named_after_file(input: &Input) -> Found {
    let stem = pattern::stem(input.name()).unwrap_or_default();
    Found { subject: stem.to_owned(), label: None }
}

fn structure_of_folder(folder: &Path, input: &Input) -> Found {
    let subject = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let label = pattern::stem(input.name()).unwrap_or_default();
    Found { subject: subject.to_owned(), label: Some(label.to_owned()) }
}

fn is_named_after_structures(inputs: &[&Input], dataset: &Dataset) -> bool {
    let is_structure = |input: &&&Input| {
        pattern::stem(input.name()).is_some_and(|stem| dataset.code(stem).is_some())
    };
    3 * inputs.iter().filter(is_structure).count() >= 2 * inputs.len()
}

/// All files of a folder and of those below it that their names promise to be segmentations or meshes.
fn inputs_under(folder: &Path, reader: &Reader) -> Result<Vec<Input>, Error> {
    let mut inputs = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::io(&folder))? {
            let entry = entry.map_err(Error::io(&folder))?;
            let kind = entry.file_type().map_err(Error::io(entry.path()))?;
            // Links are not followed: they may lead out of the folder or around in a circle.
            if kind.is_dir() && depth < MAX_DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() {
                let input = Input::on_disk(entry.path());
                inputs.extend(Some(input).filter(|input| is_wanted(input, reader)));
            }
        }
    }
    inputs.sort();
    Ok(inputs)
}

/// Whether a file may hold structures, by its name; of DICOM, and of files without an ending, by their
/// first bytes, since images lie beside their segmentations under names that say nothing.
fn is_wanted(input: &Input, reader: &Reader) -> bool {
    match family(input.name()) {
        Some(Family::Volume | Family::Mesh | Family::Arrays) => true,
        Some(Family::Dicom) | None => {
            let kind = reader.dicom_kind(input);
            matches!(kind, Ok(Some(dicom::Kind::Segmentation | dicom::Kind::Contours)))
        }
        Some(Family::Voxels | Family::Points | Family::Table | Family::Archive) => false,
    }
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
        let reason = format!("none of the {count} files fits the layout of the dataset");
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
        let found = cases(
            &[folder.path().to_owned()],
            &dataset,
            &mut Scratch::default(),
            &Reader::default(),
        );
        let n_files = |files: Files| match files {
            Files::LabelMap(_) => 1,
            Files::Masks(files) | Files::Meshes(files) => files.len(),
        };
        let describe = |case: FoundCase| (case.subject, n_files(case.files));
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
    fn a_mesh_is_a_subject_of_its_own_unless_its_folder_is_one() {
        let files = ["tools/scalpel.stl", "tools/needle.ply", "anna/liver.stl", "anna/spleen.obj"];
        let expected = pairs(&[("anna", 2), ("needle", 1), ("scalpel", 1)]);
        assert_eq!(subjects(&files, "local").unwrap(), expected);
    }

    #[test]
    fn two_inputs_for_one_subject_are_refused() {
        let files = ["a/completor_s1_full.nii.gz", "b/completor_s1_full.nii.gz"];
        let message = subjects(&files, "medshapenet-completor").unwrap_err();
        assert!(message.contains("belongs to the subject `s1`"), "{message}");
    }

    #[test]
    fn a_folder_without_volumes_is_refused() {
        let message = subjects(&["readme.txt"], "local").unwrap_err();
        assert!(message.contains("no segmentation"), "{message}");
    }
}
