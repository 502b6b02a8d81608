//! `medshape privacy scan` by the real program: statuses, reports, and its own output.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::common::{complaint, medshape, small_label_map, write_label_map};

fn scan(arguments: &[&str], path: &Path) -> Output {
    medshape().args(["privacy", "scan"]).args(arguments).arg(path).output().unwrap()
}

fn status(path: &Path) -> Option<i32> {
    scan(&[], path).status.code()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_status_says_how_grave_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("note.txt");
    fs::write(&file, "a liver").unwrap();
    assert_eq!(status(folder.path()), Some(0));
    fs::write(&file, "a liver of 4 March 2021").unwrap();
    assert_eq!(status(folder.path()), Some(1));
    fs::write(&file, "the liver of Mrs Zblewski").unwrap();
    assert_eq!(status(folder.path()), Some(2));

    let missing = folder.path().join("missing");
    let output = scan(&[], &missing);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(complaint(&output).lines().count(), 1, "{}", complaint(&output));
    assert!(complaint(&output).contains("missing"));
    // What is high stays so, whatever else could not be read.
    let both = medshape().args(["privacy", "scan"]).args([&missing, &file]).output().unwrap();
    assert_eq!(both.status.code(), Some(2));

    let usage = medshape().args(["privacy", "scan", "--no-such-flag"]).output().unwrap();
    assert_eq!(usage.status.code(), Some(64));
    let help = medshape().args(["privacy", "scan", "--help"]).output().unwrap();
    assert_eq!(help.status.code(), Some(0));
}

#[test]
fn a_report_holds_what_was_found_only_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("case.obj"), "# Zblewski^Quorra, MRN 4471203\nv 0 0 0\n").unwrap();
    for arguments in [&[][..], &["--json"]] {
        let report = text(&scan(arguments, folder.path()));
        assert!(!report.contains("Zblewski") && !report.contains("4471203"), "{report}");
    }
    let report = text(&scan(&["--show", "--json"], folder.path()));
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let found: Vec<_> = findings
        .iter()
        .map(|finding| {
            ["place", "class", "rule", "excerpt"].map(|key| finding[key].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        found,
        [
            ["OBJ comment, line 1", "high", "person-name", "Zblewski^Quorra"],
            ["OBJ comment, line 1", "high", "patient-id", "4471203"],
        ]
    );
    assert_eq!((&report["n_high"], &report["n_files"]), (&2.into(), &1.into()));
}

#[test]
fn names_that_steer_a_terminal_are_made_harmless() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("\u{1b}[2Jx.txt"), "of 4 March 2021, \u{1b}[31m").unwrap();
    assert!(!text(&scan(&["--show"], folder.path())).contains('\u{1b}'));
}

#[cfg(unix)]
#[test]
fn links_are_named_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("a.txt"), "Mrs Zblewski").unwrap();
    let inside = folder.path().join("inside");
    fs::create_dir(&inside).unwrap();
    std::os::unix::fs::symlink(outside.path(), inside.join("link")).unwrap();
    std::os::unix::fs::symlink(&inside, inside.join("loop")).unwrap();
    let output = scan(&["--show"], &inside);
    assert!(!text(&output).contains("Zblewski"));
    assert!(output.status.code() < Some(2), "{}", text(&output));
    std::os::unix::fs::symlink("/home/anna/data", inside.join("other")).unwrap();
    let output = scan(&["--show"], &inside);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("link target: anna"), "{}", text(&output));
}

#[test]
fn what_an_ingest_stores_and_a_download_writes_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let path = write_label_map(folder.path(), "s0001.nii.gz", &small_label_map(0));
    let ingested = medshape().args(["ingest", "--store"]).args([&store, &path]).output().unwrap();
    assert!(ingested.status.success(), "{}", complaint(&ingested));
    let shapes = folder.path().join("shapes");
    for format in ["glb", "stl", "ply", "obj"] {
        let mut command = medshape();
        command.args(["download", "", "--format", format, "--store"]).args([&store, &shapes]);
        assert!(command.output().unwrap().status.success());
    }
    for written in [store.join("blobs"), shapes, path] {
        let output = scan(&["--show"], &written);
        assert_eq!(output.status.code(), Some(0), "{}{}", text(&output), complaint(&output));
    }
}

#[test]
fn what_convert_writes_is_clean_in_every_format() {
    const ENDINGS: [&str; 20] = [
        "glb",
        "compressed.glb",
        "stl",
        "ply",
        "obj",
        "off",
        "3mf",
        "usdz",
        "vtp",
        "npz",
        "points.ply",
        "xyz",
        "pcd",
        "points.npz",
        "nii.gz",
        "nrrd",
        "seg.nrrd",
        "seg.dcm",
        "occupancy.npz",
        "distance.npz",
    ];
    let folder = tempfile::tempdir().unwrap();
    let map = write_label_map(folder.path(), "Zblewski^Quorra.nii.gz", &small_label_map(0));
    let written = folder.path().join("written");
    fs::create_dir(&written).unwrap();
    for ending in ENDINGS {
        let out = written.join(format!("a.{ending}"));
        let mut command = medshape();
        let output =
            command.arg("convert").args([&map, &out]).args(["--label", "1"]).output().unwrap();
        assert!(output.status.success(), "{ending}: {}", complaint(&output));
    }
    let output = scan(&["--show"], &written);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("20 files looked into"));
}
