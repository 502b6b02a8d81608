//! A curator's work, by the program: withdraw, report, check, repair, collect, back up, restore.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use medshape::catalog::{Catalog, Role, ShapePage};
use medshape::formats::{Limits, nifti};

use crate::common;

/// Subject `c0` with labels 1, 2 and 3.
struct Collection {
    folder: tempfile::TempDir,
    inputs: PathBuf,
    store: PathBuf,
}

impl Collection {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inputs = folder.path().join("inputs");
        fs::create_dir(&inputs).unwrap();
        common::write_label_map(&inputs, "c0.nii.gz", &common::small_label_map(0));
        let store = folder.path().join("store");
        let collection = Self { folder, inputs, store };
        collection.ingest(&[]);
        collection
    }

    fn ingest(&self, more: &[&str]) -> String {
        let inputs = self.inputs.to_str().unwrap();
        self.done(&[&["ingest", "--json", inputs][..], more].concat())
    }

    fn run(&self, args: &[&str]) -> Output {
        common::medshape().args(args).arg("--store").arg(&self.store).output().unwrap()
    }

    /// What a command that succeeds prints.
    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn status(&self, args: &[&str]) -> i32 {
        self.run(args).status.code().unwrap()
    }

    fn name(&self, label: u32) -> String {
        let catalog = Catalog::open(&self.store).unwrap();
        let source = catalog.sources().unwrap()[0].source.id.clone();
        format!("{source}/c0/label-{label}")
    }

    fn page(&self, label: u32) -> ShapePage {
        let name = self.name(label).parse().unwrap();
        Catalog::open(&self.store).unwrap().shape(&name).unwrap().unwrap()
    }

    fn path(&self, label: u32, role: Role) -> PathBuf {
        let page = self.page(label);
        let file = page.shape.files.iter().find(|file| file.role == role).unwrap();
        Catalog::open(&self.store).unwrap().blobs().path(&file.sha256)
    }

    fn label_map(&self) -> PathBuf {
        let image = self.page(2).case.image.unwrap();
        Catalog::open(&self.store).unwrap().blobs().path(&image.label_map.sha256)
    }

    /// How many voxels each label has in the stored label map.
    fn counts(&self) -> BTreeMap<i64, u64> {
        let bytes = fs::read(self.label_map()).unwrap();
        let map = nifti::label_map_of(&bytes, &Limits::DEFAULT).unwrap();
        map.values().iter().copied().zip(map.counts()).filter(|(_, n)| *n > 0).collect()
    }

    /// All files of the store's blobs, by name.
    fn blobs(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        let mut open = vec![self.store.join("blobs")];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    all.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        all
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &common::complaint(output)
}

fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_withdrawn_structure_is_in_no_label_map_and_does_not_come_back() {
    let collection = Collection::new();
    let name = collection.name(1);
    let before = collection.counts();
    let old = collection.label_map();
    collection.done(&["report", &name, "it is a kidney"]);
    assert!(collection.done(&["reports"]).contains("it is a kidney"));

    let done = collection.done(&["withdraw", &name, "--reason", "wrong-label"]);

    assert!(done.contains("it was not what its name says"), "{done}");
    assert!(collection.done(&["reports"]).contains("0 reports"));
    let without = |counts: &BTreeMap<i64, u64>| -> BTreeMap<i64, u64> {
        let background = counts[&0] + counts[&1];
        let rest = counts.iter().filter(|(label, _)| **label > 1);
        rest.map(|(label, n)| (*label, *n)).chain([(0, background)]).collect()
    };
    assert_eq!(collection.counts(), without(&before));
    assert!(!collection.done(&["search", "source:local"]).contains(&name));
    let shown = collection.run(&["show", &name]);
    assert!(common::complaint(&shown).contains("was withdrawn on"), "{}", said(&shown));
    // Within the grace the files are there, afterwards not.
    collection.done(&["gc"]);
    assert!(old.exists());
    collection.done(&["gc", "--grace", "0s"]);
    assert!(!old.exists());
    assert_eq!(collection.status(&["fsck", "--bytes"]), 0);

    // The same input, made anew by other parameters.
    let lines = collection.ingest(&["--smoothing-mm", "9"]);
    assert!(lines.contains("was withdrawn and is not made again"), "{lines}");
    assert_eq!(collection.counts(), without(&before));
    assert!(!collection.done(&["search", "source:local"]).contains(&name));
    assert_eq!(collection.status(&["fsck", "--bytes"]), 0);
    // Shapes on the grid of the image are still to be had.
    let folder = collection.folder.path().join("masks");
    let folder = folder.to_str().unwrap();
    collection.done(&["download", "source:local", folder, "--format", "nii.gz"]);
}

#[test]
fn erased_files_are_gone_at_once_and_not_written_again() {
    let collection = Collection::new();
    let name = collection.name(1);
    let gone: Vec<PathBuf> = collection
        .page(1)
        .shape
        .files
        .iter()
        .map(|file| file.role)
        .map(|role| collection.path(1, role))
        .chain([collection.label_map()])
        .collect();
    // Two balls of one size share a picture, and the other one stays.
    let others: Vec<Role> = collection.page(2).shape.files.iter().map(|file| file.role).collect();
    let others: Vec<PathBuf> = others.into_iter().map(|role| collection.path(2, role)).collect();
    let gone = gone.iter().filter(|path| !others.contains(path));
    let bytes: Vec<Vec<u8>> = gone.map(|path| fs::read(path).unwrap()).collect();
    assert!(bytes.len() > 2);
    collection.done(&["withdraw", &name, "--reason", "consent", "--erase"]);
    let is_there =
        |collection: &Collection| collection.blobs().values().any(|blob| bytes.contains(blob));
    assert!(!is_there(&collection));
    collection.ingest(&[]);
    // Another version, and then the first again.
    collection.ingest(&["--smoothing-mm", "9"]);
    collection.ingest(&[]);
    assert!(!is_there(&collection));
    assert_eq!(collection.status(&["fsck", "--bytes"]), 0);
    let log = collection.done(&["log"]);
    assert!(log.contains("erase") && log.contains("consent"), "{log}");
}

#[test]
fn every_file_of_a_case_can_be_repaired() {
    let collection = Collection::new();
    let copy = collection.folder.path().join("copy");
    let copy = copy.to_str().unwrap();
    collection.done(&["backup", copy]);
    let before = collection.blobs();
    for path in before.keys() {
        for is_lost in [true, false] {
            if is_lost {
                fs::remove_file(path).unwrap()
            } else {
                damage(path)
            }
            assert_eq!(collection.status(&["fsck", "--bytes"]), 1);
            assert_eq!(collection.status(&["repair", "--dry-run"]), 1);
            let is_label_map = *path == collection.label_map();
            if is_label_map {
                // Nothing else says what was in it.
                let left = collection.run(&["repair"]);
                assert_eq!(left.status.code(), Some(1));
                assert!(said(&left).contains("name a backup"), "{}", said(&left));
                collection.done(&["repair", "--from", copy]);
            } else {
                let done = collection.done(&["repair"]);
                assert!(done.contains("made anew of the label map"), "{done}");
            }
            // The very same bytes.
            assert_eq!(collection.blobs(), before);
            assert_eq!(collection.status(&["fsck", "--bytes"]), 0);
            assert!(collection.done(&["repair"]).contains("0 faults left"));
        }
    }
    // Each damaged file is still there.
    let quarantined = fs::read_dir(collection.store.join("quarantine")).unwrap().count();
    assert_eq!(quarantined, before.len());
}

#[test]
fn without_its_label_map_a_shape_is_pictured_and_made_smaller_again() {
    let collection = Collection::new();
    // A case without its label map: as if it had come as meshes.
    damage(&collection.label_map());
    let roles: Vec<Role> = collection.page(1).shape.files.iter().map(|file| file.role).collect();
    assert!(roles.len() > 2, "{roles:?}");
    for role in roles.into_iter().filter(|role| *role != Role::Mesh) {
        fs::remove_file(collection.path(1, role)).unwrap();
        let report = said(&collection.run(&["repair"]));
        assert!(report.contains("made anew of the mesh"), "{role:?}: {report}");
        assert!(report.contains("1 fault left"), "{role:?}: {report}");
        assert!(collection.path(1, role).exists());
    }
    fs::remove_file(collection.path(1, Role::Mesh)).unwrap();
    let report = said(&collection.run(&["repair"]));
    assert!(report.contains("not to be had") && report.contains("2 faults left"), "{report}");
}

#[test]
fn statuses_of_a_check_are_those_of_its_help() {
    let collection = Collection::new();
    assert_eq!(collection.status(&["fsck"]), 0);
    assert_eq!(collection.status(&["fsck", "--catalog"]), 0);
    assert_eq!(collection.status(&["fsck", "--bytes", "--subset", "1/2"]), 0);
    assert_eq!(collection.status(&["fsck", "--bytes", "--max-duration", "0s"]), 3);
    assert_eq!(collection.status(&["fsck", "--subset", "1/2"]), 64);
    assert_eq!(collection.status(&["fsck", "--bytes", "--subset", "3/2"]), 64);
    fs::remove_file(collection.path(1, Role::Mesh)).unwrap();
    assert_eq!(collection.status(&["fsck", "--catalog"]), 0);
    let found = collection.run(&["fsck"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(said(&found).contains("E001") && said(&found).contains(&collection.name(1)));
    let nowhere = collection.folder.path().join("nowhere");
    let args = ["fsck", "--store", nowhere.to_str().unwrap()];
    assert_eq!(common::medshape().args(args).output().unwrap().status.code(), Some(2));
    // A file like a store of tomorrow.
    let newer = collection.folder.path().join("newer");
    fs::create_dir(&newer).unwrap();
    let mut bytes = fs::read(collection.store.join("catalog.sqlite")).unwrap();
    // The field `user version` of the header (sqlite.org/fileformat.html, section 1.3).
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(newer.join("catalog.sqlite"), bytes).unwrap();
    let args = ["fsck", "--json", "--store", newer.to_str().unwrap()];
    let output = common::medshape().args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("E020"), "{}", said(&output));
}

#[test]
fn a_restored_backup_is_the_collection() {
    let collection = Collection::new();
    let [copy, again] = ["copy", "again"].map(|name| collection.folder.path().join(name));
    collection.done(&["backup", copy.to_str().unwrap()]);
    let args = ["restore", copy.to_str().unwrap(), again.to_str().unwrap()];
    let restored = common::medshape().args(args).output().unwrap();
    assert!(restored.status.success(), "{}", said(&restored));
    let search = |store: &Path| {
        let args = ["search", "source:local", "--json", "--store", store.to_str().unwrap()];
        said(&common::medshape().args(args).output().unwrap())
    };
    assert_eq!(search(&again), search(&collection.store));
    let log = common::medshape().args(["log", "--store"]).arg(&again).output().unwrap();
    assert!(said(&log).contains("restore"));
    // Who acts can say so.
    let mut signed = common::medshape();
    let signed = signed.env("MEDSHAPE_WHO", "curator").args(["gc", "--store"]).arg(&again);
    assert!(signed.status().unwrap().success());
    let log = common::medshape().args(["log", "--json", "--store"]).arg(&again).output().unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&log.stdout).unwrap();
    let last = rows.as_array().unwrap().last().unwrap();
    assert_eq!((&last["who"], &last["verb"]), (&"curator".into(), &"gc".into()));
}
