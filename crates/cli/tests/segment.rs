//! `medshape segment` as people type it; what it does with networks is tested in `segment`.

use std::path::Path;
use std::process::{Command, Output};

use crate::common::{complaint, medshape};

/// In a folder without plans, where nothing says where onnxruntime lies.
fn segment(folder: &Path, arguments: &[&str]) -> Output {
    let mut command: Command = medshape();
    command.current_dir(folder).arg("segment").args(arguments);
    for name in ["ORT_DYLIB_PATH", "VIRTUAL_ENV", "CONDA_PREFIX"] {
        command.env_remove(name);
    }
    command.env("PATH", folder).env("HOME", folder);
    command.output().unwrap()
}

fn check(arguments: &[&str], expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("text.so"), "no library").unwrap();
    let output = segment(folder.path(), arguments);
    let text = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    expected.iter().for_each(|expected| assert!(text.contains(expected), "{text}"));
    assert_eq!(text.trim().lines().count(), 1, "{text}");
}

#[test]
fn without_onnxruntime_it_is_said_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = segment(folder.path(), &["model.onnx", "image.nii.gz", "out.nii.gz"]);
    let text = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    if text.contains("plans.json") {
        println!("skipped: this system has onnxruntime where every program finds it");
        return;
    }
    assert!(text.contains("pip install onnxruntime") && text.contains("--runtime"), "{text}");
}

#[test]
fn what_is_no_onnxruntime_is_refused_by_name() {
    let case = ["model.onnx", "image.nii.gz", "out.nii.gz", "--runtime"];
    let check = |library: &str, expected: &[&str]| {
        check(&[&case[..], &[library]].concat(), expected);
    };
    check("nowhere.so", &["nowhere.so`: "]);
    check("text.so", &["text.so` cannot be used as onnxruntime 1.17 or newer", "pip install"]);
    check(".", &["no file"]);
    // A sound library of something else.
    let other = ["/lib/x86_64-linux-gnu/libz.so.1", "/lib/x86_64-linux-gnu/libm.so.6"];
    if let Some(other) = other.into_iter().find(|path| Path::new(path).exists()) {
        check(other, &["cannot be used as onnxruntime", "OrtGetApiBase"]);
    }
}

/// A library that says it is onnxruntime 1.16, made by the compiler that links Rust's programs.
#[test]
fn an_old_onnxruntime_is_refused_with_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let source = r#"
        static const void *api(unsigned version) { return 0; }
        static const char *version(void) { return "1.16.3"; }
        static const struct { const void *(*api)(unsigned); const char *(*version)(void); } base = { api, version };
        const void *OrtGetApiBase(void) { return &base; }"#;
    std::fs::write(folder.path().join("old.c"), source).unwrap();
    let compiled = Command::new("cc")
        .current_dir(folder.path())
        .args(["-shared", "-fPIC", "-o", "old.so", "old.c"])
        .status();
    if !compiled.is_ok_and(|status| status.success()) {
        println!("skipped: there is no C compiler");
        return;
    }
    let case = ["model.onnx", "image.nii.gz", "out.nii.gz", "--runtime", "old.so"];
    let output = segment(folder.path(), &case);
    let text = complaint(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("old.so`") && text.contains("'1.16.3'"), "{text}");
}

#[test]
fn an_output_that_holds_no_labels_is_refused_at_once() {
    check(&["model.onnx", "image.nii.gz", "out.stl"], &["out.stl`: ", ".seg.nrrd"]);
    check(&["model.onnx", "image.nii.gz", "no/out.nii.gz"], &["`no`: no folder"]);
}
