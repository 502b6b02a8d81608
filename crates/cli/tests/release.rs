//! Releases by the program: the same bytes again, old ones untouched, damage refused, no half ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use medshape::catalog::{Catalog, Depth, Severity};
use medshape::types::LabelMap;
use serde_json::Value;
use tempfile::TempDir;

use crate::common;

/// A source whose licence was checked and lets shapes be passed on.
const DATASET: &str = r#"
id = "balls"
title = "Balls and boxes"
citation = "Nobody et al."
licence = "CC-BY-4.0"
licence_evidence = "made for a test"
licence_checked_by = "a test"
licence_checked_on = "2026-11-28"
privacy_class = "P3"

[layout]
files = ["{subject}"]

[labels]
1 = "liver"
2 = "left kidney"
3 = "skin"
"#;

struct Store {
    folder: TempDir,
    store: PathBuf,
}

impl Store {
    /// With these cases; a number decides the shapes of each.
    fn of(cases: &[(&str, LabelMap)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        fs::write(folder.path().join("balls.toml"), DATASET).unwrap();
        let made = Self { folder, store };
        made.ingest(cases);
        made
    }

    fn ingest(&self, cases: &[(&str, LabelMap)]) {
        for (name, map) in cases {
            let path = common::write_label_map(self.folder.path(), &format!("{name}.nii.gz"), map);
            let dataset = self.folder.path().join("balls.toml");
            self.json(&["ingest", path.to_str().unwrap(), "--dataset", dataset.to_str().unwrap()]);
        }
    }

    fn run(&self, args: &[&str]) -> std::process::Output {
        common::medshape().args(args).arg("--store").arg(&self.store).output().unwrap()
    }

    /// The last JSON that a run prints; it must succeed.
    fn json(&self, args: &[&str]) -> Value {
        let out = self.run(&[args, &["--json"]].concat());
        assert!(out.status.success(), "{args:?}: {}", common::complaint(&out));
        let text = String::from_utf8(out.stdout).unwrap();
        let last = || text.lines().last().and_then(|line| serde_json::from_str(line).ok());
        serde_json::from_str(&text).ok().or_else(last).unwrap()
    }

    fn create(&self) -> Value {
        self.json(&["release", "create", "--version-date", "2026-11-28"])
    }

    /// All files of a release by name.
    fn files(&self, number: u32) -> BTreeMap<String, Vec<u8>> {
        let folder = self.store.join("releases").join(number.to_string());
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        entries.map(|path| (name(&path), fs::read(&path).unwrap())).collect()
    }
}

fn map(number: u16) -> LabelMap {
    common::small_label_map(number)
}

#[test]
fn the_same_collection_gives_the_same_bytes_but_for_number_and_time() {
    let store = Store::of(&[("a", map(1)), ("b", map(2))]);
    let (first, second) = (store.create(), store.create());
    assert_eq!((&first["number"], &second["number"]), (&1.into(), &2.into()));
    let (one, two) = (store.files(1), store.files(2));
    assert!(one.keys().eq(two.keys()));
    assert_eq!(one["manifest.parquet"], two["manifest.parquet"]);
    assert_eq!(one["manifest.sha256"], two["manifest.sha256"]);
    let time = |release: &Value| release["created_at"].as_str().unwrap().to_owned();
    let plain = |bytes: &[u8], release: &Value| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let text = text.replace(&time(release), "TIME").replace("release-2", "release-1");
        let text =
            text.replace("Release 2 ", "Release 1 ").replace("version = {2}", "version = {1}");
        text.replace("\"2.0.0\"", "\"1.0.0\"").replace("\"version\": \"2\"", "\"version\": \"1\"")
    };
    for name in ["croissant.json", "datacite.json"] {
        assert_eq!(plain(&one[name], &first), plain(&two[name], &second), "{name}");
    }
    // In another store, made of the same files, as well.
    let other = Store::of(&[("b", map(2)), ("a", map(1))]);
    other.create();
    assert_eq!(other.files(1)["manifest.parquet"], one["manifest.parquet"]);
    assert_eq!(other.files(1)["manifest.sha256"], one["manifest.sha256"]);
}

#[test]
fn only_what_is_public_is_released_and_the_rest_is_counted() {
    let store = Store::of(&[("a", map(1))]);
    let release = store.create();
    assert_eq!(release["counts"]["n_shapes"], 2, "liver and kidney");
    assert_eq!(release["left_out"], serde_json::json!({"face": 1}));
    // The label map holds the skin.
    let catalog = Catalog::open(&store.store).unwrap();
    let page = catalog.shape(&"balls/a/liver".parse().unwrap()).unwrap().unwrap();
    let label_map = page.case.image.unwrap().label_map.sha256.to_string();
    let sums = String::from_utf8(store.files(1)["manifest.sha256"].clone()).unwrap();
    assert!(!sums.contains(&label_map), "the label map is named");
    let skin = catalog.shape(&"balls/a/skin".parse().unwrap()).unwrap().unwrap().shape;
    for (files, is_named) in [(&page.shape.files, true), (&skin.files, false)] {
        for file in files {
            assert_eq!(sums.contains(&file.sha256.to_string()), is_named, "{file:?}");
        }
    }
    // Without a licence there is nothing to release.
    let folder = tempfile::tempdir().unwrap();
    let path = common::write_label_map(folder.path(), "c.nii.gz", &map(1));
    let local = Store { store: folder.path().join("store"), folder };
    local.json(&["ingest", path.to_str().unwrap()]);
    let out = local.run(&["release", "create"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        common::complaint(&out).contains("licence nobody has stated"),
        "{}",
        common::complaint(&out)
    );
}

#[test]
fn a_release_stays_as_it_was_whatever_comes_after() {
    let mut without_kidney = map(3).voxels().iter().collect::<Vec<u16>>();
    without_kidney.iter_mut().filter(|voxel| **voxel == 2).for_each(|voxel| *voxel = 0);
    let without_kidney =
        LabelMap::new(*map(3).grid(), without_kidney, map(3).values().to_vec()).unwrap();
    let store = Store::of(&[("a", map(1)), ("b", map(3))]);
    store.create();
    let before = store.files(1);
    // A new subject; another mesh of the liver of a; no kidney of b any more, its liver as it was.
    store.ingest(&[("a", map(6)), ("b", without_kidney), ("c", map(4))]);
    store.create();
    store.create();
    assert_eq!(store.files(1), before);
    for number in ["1", "2", "3"] {
        assert_eq!(store.json(&["release", "verify", number]), serde_json::json!([]));
    }
    let diff = store.json(&["release", "diff", "1", "2"]);
    let added = serde_json::json!(["balls/c/kidney-left", "balls/c/liver"]);
    assert_eq!(diff["added"], added);
    assert_eq!(diff["removed"][0]["name"], "balls/b/kidney-left");
    assert!(diff["removed"][0]["reason"].as_str().unwrap().starts_with("not made any more"));
    assert_eq!(diff["removed"].as_array().unwrap().len(), 1);
    let changed: Vec<(&str, bool)> = diff["changed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|shape| (shape["name"].as_str().unwrap(), shape["geometry"].as_bool().unwrap()))
        .collect();
    assert_eq!(changed, [("balls/a/kidney-left", true), ("balls/a/liver", true)]);
    assert_eq!(diff["n_unchanged"], 1, "the liver of b");
    assert_eq!(
        diff["by_source"]["balls"],
        serde_json::json!({"added": 2, "removed": 1, "changed": 2})
    );
    assert_eq!(
        diff["by_structure"]["kidney"],
        serde_json::json!({"added": 1, "removed": 1, "changed": 1})
    );
    let same = store.json(&["release", "diff", "2", "3"]);
    assert_eq!((&same["n_unchanged"], &same["changed"]), (&5.into(), &serde_json::json!([])));
    let changes = String::from_utf8(store.files(2)["CHANGES.md"].clone()).unwrap();
    assert!(
        changes.contains("- added: 2\n- removed: 1\n- changed: 2, of 2 of them the mesh\n"),
        "{changes}"
    );
    let out = store.run(&["release", "diff", "1", "9"]);
    assert!(common::complaint(&out).contains("there is no release 9; the newest is 3"));
}

#[test]
fn a_store_with_damage_is_not_released() {
    let store = Store::of(&[("a", map(1))]);
    let catalog = Catalog::open(&store.store).unwrap();
    let page = catalog.shape(&"balls/a/liver".parse().unwrap()).unwrap().unwrap();
    let path = catalog.blobs().path(&page.shape.files[0].sha256);
    let bytes = fs::read(&path).unwrap();
    let mut damaged = bytes.clone();
    damaged[7] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, damaged).unwrap();
    let out = store.run(&["release", "create"]);
    assert_eq!(out.status.code(), Some(1));
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(said.contains("R009") && said.contains("nothing was released"), "{said}");
    assert_eq!(store.json(&["release", "list"]), serde_json::json!([]));
    fs::write(&path, bytes).unwrap();
    assert_eq!(store.create()["number"], 1);
    // A release that was tampered with stops the next one.
    let document = store.store.join("releases/1/manifest.parquet");
    fs::remove_file(&document).unwrap();
    fs::write(&document, b"PAR1").unwrap();
    let out = store.run(&["release", "create"]);
    assert!(String::from_utf8(out.stdout).unwrap().contains("R003"));
    assert!(!store.run(&["release", "verify", "1"]).status.success());
}

#[test]
fn killed_at_any_moment_there_is_a_whole_release_or_none() {
    const KILLS: usize = 60;
    let cases: Vec<(String, LabelMap)> = (0..6).map(|n| (format!("c{n}"), map(n))).collect();
    let cases: Vec<(&str, LabelMap)> =
        cases.iter().map(|(name, map)| (name.as_str(), map.clone())).collect();
    let store = Store::of(&cases);
    let (mut seed, mut n_killed, mut last) = (0x9e37_79b9_7f4a_7c15_u64, 0, 0);
    while n_killed < KILLS {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let mut child = common::medshape();
        child.args(["release", "create", "--json", "--store"]).arg(&store.store);
        let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(seed % 80_000));
        n_killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        let out = child.wait_with_output().unwrap();
        let catalog = Catalog::open(&store.store).unwrap();
        let releases = catalog.releases().unwrap();
        let numbers: Vec<u32> = releases.iter().map(|found| found.release.number).collect();
        assert!(numbers.iter().copied().eq(1..=numbers.len() as u32), "{numbers:?}");
        if let Ok(said) = serde_json::from_slice::<Value>(&out.stdout) {
            assert!(numbers.contains(&(said["number"].as_u64().unwrap() as u32)), "{said} is lost");
        }
        assert!(
            numbers.len() == last || numbers.len() == last + 1,
            "{} after {last}",
            numbers.len()
        );
        last = numbers.len();
        let mut findings = catalog.check(Depth::Bytes).unwrap();
        findings.retain(|finding| finding.severity == Severity::Error);
        assert!(findings.is_empty(), "{findings:?}");
    }
    assert_eq!(store.create()["number"], last + 1);
    assert_eq!(store.json(&["release", "verify", &(last + 1).to_string()]), serde_json::json!([]));
    println!("{n_killed} kills, {last} releases came through");
}
