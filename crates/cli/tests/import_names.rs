//! Lists of names that others publish, taken in, found and shown by the real program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::common::{complaint, medshape};

const LIST: &str = "https://far.example/download?files=s0011_liver.nii.g_1.stl
https://far.example/download?files=s0011_kidney_left.nii.g_1.stl
https://far.example/download?files=000007_tumoredbrain.stl
";

fn run(arguments: &[&str], store: &Path) -> Output {
    medshape().args(arguments).arg("--store").arg(store).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn list(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("list.txt");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn names_are_taken_in_found_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let list = list(folder.path(), LIST);
    let table = folder.path().join("subjects.csv");
    fs::write(&table, "subject,sex,age\ns0011,F,64\n").unwrap();
    let metadata = format!("totalsegmentator-v1={}", table.display());
    let taken = ["import-names", list.to_str().unwrap(), "--metadata", &metadata, "--json"];
    let output = run(&taken, &store);
    assert!(output.status.success(), "{}", complaint(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["n_new"], &report["n_with_metadata"]), (&3.into(), &2.into()));

    let found = printed(&run(&["search", "female kidney"], &store));
    assert!(found.contains("totalsegmentator-v1/s0011/kidney-left"), "{found}");
    assert!(found.contains("not here") && found.contains("1 shape (all shown)"), "{found}");
    let found = printed(&run(&["search", "male kidney"], &store));
    assert!(found.contains("without `male`: 1 shape"), "{found}");
    let shown = printed(&run(&["show", "000007_tumoredbrain.stl"], &store));
    assert!(shown.contains("brats/000007/brain") && shown.contains("brain-tumour"), "{shown}");
    let folder = folder.path().join("out");
    let taken = run(&["download", "liver", folder.to_str().unwrap(), "--format", "stl"], &store);
    assert!(printed(&taken).contains("1 shape not held here"), "{}", printed(&taken));
}

#[test]
fn what_is_not_understood_is_quoted_and_the_status_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let list = list(folder.path(), "https://far.example/readme.txt\n");
    let output = run(&["import-names", list.to_str().unwrap()], &store);
    assert_eq!(output.status.code(), Some(2));
    assert!(printed(&output).contains("https://far.example/readme.txt"), "{}", printed(&output));
    let output = run(&["import-names", "/nowhere/list.txt"], &store);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("/nowhere/list.txt"), "{}", complaint(&output));
    let wrong = ["import-names", list.to_str().unwrap(), "--metadata", "no-equals-sign"];
    assert_eq!(run(&wrong, &store).status.code(), Some(64));
}
