//! What is bad but no single file: folders, missing paths, a full disk. One clear line, a status other
//! than 0, and the store as before. Bad files are listed in `hostile/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{complaint, medshape, small_label_map, write_label_map};

/// Ingests `path` into a store that has a shape already; checks the complaint and the store.
fn check(make: impl FnOnce(&Path) -> PathBuf, arguments: &[&str], expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let good = write_label_map(folder.path(), "good.nii.gz", &small_label_map(0));
    assert!(ingest(&store, &good, &[]).status.success());
    let before = contents(&store);

    let bad = make(folder.path());
    let output = ingest(&store, &bad, arguments);
    assert_eq!(output.status.code(), Some(1), "{}", complaint(&output));
    let text = complaint(&output);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains(expected), "{text}");
    let name = bad.file_name().unwrap().to_str().unwrap();
    assert_eq!(text.matches(name).count(), 1, "the file is named once: {text}");
    assert_eq!(contents(&store), before, "the store is not as before");

    // Nothing is left behind where there was no store.
    let new_store = folder.path().join("new");
    assert!(!ingest(&new_store, &bad, arguments).status.success());
    assert!(!new_store.exists());
}

fn ingest(store: &Path, path: &Path, arguments: &[&str]) -> Output {
    let mut command = medshape();
    command.args(["ingest", "--store"]).args([store, path]).args(arguments).output().unwrap()
}

/// Names and sizes of all blobs, and all shapes that can be found.
fn contents(store: &Path) -> (Vec<String>, String) {
    let mut blobs = Vec::new();
    let mut folders = vec![store.join("blobs"), store.join("tmp")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                blobs.push(entry.file_name().into_string().unwrap());
            }
        }
    }
    blobs.sort();
    let found = medshape().args(["search", "", "--json", "--store"]).arg(store).output().unwrap();
    assert!(found.status.success(), "{}", complaint(&found));
    (blobs, String::from_utf8(found.stdout).unwrap())
}

fn file(name: &'static str, bytes: Vec<u8>) -> impl FnOnce(&Path) -> PathBuf {
    move |folder| {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// A NIfTI-1 header with these dims, this datatype and bits a voxel, and spacing 1.
fn header(dims: [i16; 3], datatype: i16, bitpix: i16) -> Vec<u8> {
    let mut bytes = vec![0; 352];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &348_i32.to_le_bytes());
    put(40, &3_i16.to_le_bytes());
    for (axis, dim) in dims.into_iter().enumerate() {
        put(42 + 2 * axis, &dim.to_le_bytes());
    }
    put(70, &datatype.to_le_bytes());
    put(72, &bitpix.to_le_bytes());
    for axis in 0..4 {
        put(76 + 4 * axis, &1_f32.to_le_bytes());
    }
    put(108, &352_f32.to_le_bytes());
    put(344, b"n+1\0");
    bytes
}

#[test]
fn intensities_instead_of_labels() {
    let mut bytes = header([40, 40, 40], 4, 16);
    for voxel in 0..40_i64 * 40 * 40 {
        // Looks random, and neighbours differ.
        let value = (voxel * 7919 % 1201 - 400) as i16;
        bytes.extend(value.to_le_bytes());
    }
    check(file("ct.nii", bytes), &[], "--threshold");
}

#[test]
fn a_folder_without_volumes() {
    let make = |folder: &Path| {
        let path = folder.join("nothing-here");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("notes.txt"), b"hello").unwrap();
        path
    };
    check(make, &[], "no segmentation");
}

#[test]
fn a_path_that_does_not_exist() {
    check(|folder| folder.join("nowhere.nii.gz"), &[], "No such file");
}

#[test]
fn masks_on_different_grids() {
    let make = |folder: &Path| {
        let path = folder.join("person");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("liver.nii"), [header([2, 2, 2], 2, 8), vec![1; 8]].concat()).unwrap();
        fs::write(path.join("spleen.nii"), [header([2, 2, 3], 2, 8), vec![1; 12]].concat())
            .unwrap();
        path
    };
    let folder = tempfile::tempdir().unwrap();
    let output = ingest(&folder.path().join("store"), &make(folder.path()), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("spleen.nii"), "{}", complaint(&output));
}

/// Runs a shell script as root of a user and mount namespace of its own, where it may mount things,
/// in a folder with `good.nii.gz`, `other.nii.gz` and an empty folder `disk`.
/// `None`, with the reason printed, where the system does not allow that.
fn in_namespace(script: &str) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("disk")).unwrap();
    write_label_map(folder.path(), "good.nii.gz", &small_label_map(0));
    write_label_map(folder.path(), "other.nii.gz", &small_label_map(5));
    let unshare = |script: &str| {
        let mut shell = Command::new("unshare");
        shell.args(["-rm", "sh", "-c", script]).current_dir(folder.path());
        shell.env("MEDSHAPE", env!("CARGO_BIN_EXE_medshape")).output()
    };
    let probe = unshare("mount -t tmpfs none disk");
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("skipped: this system lets nobody mount a file system in a namespace");
        return None;
    }
    Some(unshare(script).unwrap())
}

/// One line of complaint that contains `expected`, and a store with the three shapes of `good`.
fn check_in_namespace(script: &str, expected: &str) {
    let Some(output) = in_namespace(script) else { return };
    let text = complaint(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains(expected), "{text}");
    let found = String::from_utf8(output.stdout).unwrap();
    assert!(found.contains("\"total\": 3"), "{found}");
}

#[test]
fn a_full_disk() {
    let script = "mount -t tmpfs -o size=900k none disk
        $MEDSHAPE ingest good.nii.gz --store disk/store > /dev/null || exit 9
        head -c 900k /dev/zero > disk/ballast 2> /dev/null
        $MEDSHAPE ingest other.nii.gz --store disk/store > /dev/null && exit 9
        rm disk/ballast
        test -z \"$(ls disk/store/tmp)\" || exit 9
        $MEDSHAPE fsck --bytes --store disk/store > /dev/null || exit 9
        $MEDSHAPE search '' --json --store disk/store";
    check_in_namespace(script, "space");
}

#[test]
fn no_permission_to_write() {
    let script = "mount -t tmpfs none disk
        $MEDSHAPE ingest good.nii.gz --store disk/store > /dev/null || exit 9
        mount -o remount,ro none disk
        $MEDSHAPE ingest other.nii.gz --store disk/store > /dev/null && exit 9
        $MEDSHAPE search '' --json --store disk/store";
    check_in_namespace(script, "ead-only");
}
