//! The commands of learning tasks, as people type them; what tasks do is tested in `studies`.

use crate::common::{complaint, medshape};

fn check(arguments: &[&str], code: i32, expected: &[&str]) {
    let output = medshape().args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", complaint(&output));
    let text = complaint(&output);
    expected.iter().for_each(|expected| assert!(text.contains(expected), "{text}"));
}

#[test]
fn what_is_missing_is_named_in_one_line() {
    check(&["train", "walking"], 64, &["completion"]);
    check(&["train", "completion"], 1, &["--data"]);
    check(&["train", "completion", "--data", "nowhere"], 1, &["nowhere", "_full.nii.gz"]);
    check(&["train", "completion", "--settings", "no.toml"], 1, &["no.toml"]);
    check(&["evaluate", "completion"], 1, &["--data"]);
    check(&["train", "screening", "--data", "nowhere"], 1, &["nowhere", "leave the data out"]);
    check(&["train", "face", "--data", "nowhere"], 1, &["nowhere", "leave the data out"]);
    let predict = ["predict", "face", "no.safetensors", "in.nii.gz", "out.ply"];
    check(&predict, 1, &["out.ply", ".stl"]);
    let predict = ["predict", "screening", "no.safetensors", "in.nii.gz", "out.nii.gz"];
    check(&predict, 1, &["out.nii.gz", ".json"]);
    let predict = ["predict", "completion", "no.safetensors", "in.nii.gz", "out.nii.gz"];
    check(&predict, 1, &["no.safetensors"]);
}

#[test]
fn settings_that_are_printed_can_be_given_back() {
    let output = medshape().args(["train", "completion", "--print-settings"]).output().unwrap();
    assert!(output.status.success());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, &output.stdout).unwrap();
    let path = path.to_str().unwrap();
    // They are sound: what is refused is that there is no data.
    check(&["train", "completion", "--settings", path], 1, &["--data"]);
}
