//! What an ingest makes of labels and masks, sound and odd, by the real program.

use std::path::Path;
use std::process::Output;

use medshape::types::{Affine, Grid, LabelMap};
use serde_json::Value;

use crate::common::{complaint, medshape, shared, small_label_map, write_label_map};

/// Runs an ingest and returns its JSON lines: cases, then the summary.
fn ingest(store: &Path, arguments: &[&str], paths: &[&Path]) -> Vec<Value> {
    let output = run(store, arguments, paths);
    assert!(output.status.success(), "{}", complaint(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn run(store: &Path, arguments: &[&str], paths: &[&Path]) -> Output {
    let mut command = medshape();
    command.args(["ingest", "--json", "--store"]).arg(store).args(arguments).args(paths);
    command.output().unwrap()
}

fn names(case: &Value) -> Vec<&str> {
    case["case"]["shapes"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// Kind, label and voxels of each note.
fn notes(case: &Value) -> Vec<(&str, &str, u64)> {
    case["case"]["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| {
            let text = |key: &str| note[key].as_str().unwrap_or_default();
            (text("kind"), text("label"), note["n_voxels"].as_u64().unwrap_or(0))
        })
        .collect()
}

fn shape(store: &Path, name: &str) -> Value {
    let output = medshape().args(["show", name, "--json", "--store"]).arg(store).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn row_of_voxels(voxels: &[u16], values: &[i64]) -> LabelMap {
    let grid = Grid::new([voxels.len(), 1, 1], Affine::IDENTITY).unwrap();
    LabelMap::new(grid, voxels.to_vec(), values.to_vec()).unwrap()
}

#[test]
fn strays_and_negatives_are_reported_and_never_surfaced() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    // Liver, a sum of two labels, something subtracted, and a label that nobody defined.
    let map = row_of_voxels(&[4, 4, 0, 5, 1, 0, 3, 3, 2, 2, 2], &[0, -6, -1, 7, 8, 17]);
    let path = write_label_map(folder.path(), "completor_s1_full.nii.gz", &map);
    let lines = ingest(&store, &["--dataset", "medshapenet-completor"], &[&path]);
    let liver = "medshapenet-completor/s1/liver";
    assert_eq!(names(&lines[0]), ["medshapenet-completor/s1/rib-cage", liver]);
    let expected =
        [("negative-label", "-6", 1), ("negative-label", "-1", 3), ("stray-label", "17", 1)];
    assert_eq!(notes(&lines[0]), expected);
    assert_eq!(shape(&store, liver)["shape"]["measures"]["n_voxels"], 2);
}

#[test]
fn a_voxel_of_two_masks_goes_to_the_smaller_structure() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let masks = folder.path().join("s9/segmentations");
    std::fs::create_dir_all(&masks).unwrap();
    let mask = |name: &str, voxels: &[u16]| {
        let values: &[i64] = if voxels.contains(&1) { &[0, 1] } else { &[0] };
        write_label_map(&masks, &format!("{name}.nii.gz"), &row_of_voxels(voxels, values));
    };
    mask("liver", &[1, 1, 1, 1, 1, 0, 0, 0]);
    mask("gallbladder", &[0, 0, 0, 1, 1, 1, 0, 0]);
    mask("spleen", &[0; 8]);
    let lines = ingest(&store, &["--dataset", "totalsegmentator-v2"], &[&folder.path().join("s9")]);
    let [gallbladder, liver] =
        ["gallbladder", "liver"].map(|id| format!("totalsegmentator-v2/s9/{id}"));
    assert_eq!(names(&lines[0]), [&gallbladder, &liver]);
    assert_eq!(notes(&lines[0]), [("empty-mask", "spleen", 0), ("overlap", "gallbladder", 2)]);
    assert_eq!(shape(&store, &gallbladder)["shape"]["measures"]["n_voxels"], 3);
    assert_eq!(shape(&store, &liver)["shape"]["measures"]["n_voxels"], 3);
}

#[test]
fn a_corrected_segmentation_takes_the_place_of_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let ingest_as_anna = |number: u16| {
        let path = write_label_map(folder.path(), "anna.nii.gz", &small_label_map(number));
        ingest(&store, &[], &[&path])
    };
    assert_eq!(names(&ingest_as_anna(0)[0]).len(), 3);
    // Said once, not once a label.
    let before = shape(&store, "local/anna/label-1");
    let kinds: Vec<_> =
        before["case"]["notes"].as_array().unwrap().iter().map(|note| &note["kind"]).collect();
    assert_eq!(kinds, ["unnamed-labels"]);
    assert_eq!(ingest_as_anna(0)[0]["case"]["outcome"], "skipped");
    ingest_as_anna(6);
    let after = shape(&store, "local/anna/label-1");
    let hash = |page: &Value| page["shape"]["files"][0]["sha256"].clone();
    assert_ne!(hash(&before), hash(&after));
    assert_eq!(after["superseded"][0], hash(&before));
}

#[test]
fn one_bad_case_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let inputs = folder.path().join("inputs");
    std::fs::create_dir(&inputs).unwrap();
    write_label_map(&inputs, "a.nii.gz", &small_label_map(1));
    std::fs::write(inputs.join("b.nii.gz"), b"no gzip at all").unwrap();
    write_label_map(&inputs, "c.nii.gz", &small_label_map(2));
    let output = run(&store, &[], &[&inputs]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let summary: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let totals = &summary["summary"]["totals"];
    assert_eq!((&totals["cases_added"], &totals["cases_refused"]), (&2.into(), &1.into()));
    assert_eq!(totals["shapes_added"], 6);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let cohort = folder.path().join("cohort");
    let phantom =
        medshape().arg("phantom").arg(&cohort).args(["--subjects", "1", "--spacing", "5"]).status();
    assert!(phantom.unwrap().success());
    let hashes = |threads: &str| {
        let store = folder.path().join(threads);
        let mut command = medshape();
        command.env("RAYON_NUM_THREADS", threads).args([
            "ingest",
            "--dataset",
            "phantom",
            "--store",
        ]);
        assert!(command.arg(&store).arg(&cohort).status().unwrap().success());
        let found = medshape()
            .args(["search", "", "--json", "--limit", "999", "--store"])
            .arg(&store)
            .output();
        String::from_utf8(found.unwrap().stdout).unwrap()
    };
    let one = hashes("1");
    assert!(one.contains("phantom/p001/liver"));
    assert_eq!(one, hashes("5"));
}

#[test]
fn a_real_whole_body_gives_its_twelve_structures() {
    let Some(path) = shared("volumes/wholebody/completor_s0585_full.nii.gz") else { return };
    let Some(table) = shared("metadata/totalsegmentator_v2_metadata.xlsx") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let table = table.to_str().unwrap();
    let arguments = ["--dataset", "medshapenet-completor", "--metadata", table];
    let lines = ingest(&store, &arguments, &[&path]);
    assert_eq!(names(&lines[0]).len(), 12);
    // Counts as nibabel and NumPy have them; the stray value is a sum of two labels.
    assert_eq!(notes(&lines[0]), [("stray-label", "17", 89)]);
    let liver = shape(&store, "medshapenet-completor/s0585/liver");
    assert_eq!(liver["shape"]["measures"]["n_voxels"], 449_839);
    assert_eq!(liver["subject"]["sex"], "male");
    assert_eq!(liver["subject"]["age_years"], 79);
    assert_eq!(lines[1]["summary"]["join"]["n_rows"], 1228);
}

#[test]
fn a_real_folder_of_masks_gives_one_shape_a_mask_that_is_not_empty() {
    let Some(path) = shared("volumes/wholebody/totalsegv2_s0328") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let lines = ingest(&store, &["--dataset", "totalsegmentator-v2"], &[&path]);
    assert_eq!(names(&lines[0]).len(), 69);
    let notes = notes(&lines[0]);
    let kind = |wanted: &'static str| notes.iter().filter(move |note| note.0 == wanted);
    assert_eq!(kind("empty-mask").count(), 48);
    // Voxels that lie in two masks, counted with NumPy.
    assert_eq!(kind("overlap").map(|note| note.2).sum::<u64>(), 2269);
    let rib = shape(&store, "totalsegmentator-v2/s0328/rib-6-right");
    assert_eq!(rib["shape"]["label_name"], "rib_right_6");
    assert!(rib["shape"]["quality"]["closed"].as_bool().unwrap());
    // A view of the whole body begins with the coarsest level of each.
    let sizes = names(&lines[0]).into_iter().map(|name| coarsest_bytes(&shape(&store, name)));
    let n_bytes: u64 = sizes.sum();
    assert!((20_000..500_000).contains(&n_bytes), "{n_bytes} bytes");
}

fn coarsest_bytes(shape: &Value) -> u64 {
    let files = shape["shape"]["files"].as_array().unwrap();
    let is_level = |role: &str| role == "mesh" || role.starts_with("level");
    let levels = files.iter().filter(|file| is_level(file["role"].as_str().unwrap()));
    levels.map(|file| file["size"].as_u64().unwrap()).min().unwrap()
}

#[test]
fn one_head_in_every_axis_order_has_one_surface_to_the_last_bit() {
    let Some(folder) = shared("volumes/orientations") else { return };
    let scratch = tempfile::tempdir().unwrap();
    let store = scratch.path().join("store");
    let lines = ingest(&store, &["--threshold", "40", "--structure", "head"], &[&folder]);
    let n_cases = lines.len() - 1;
    assert!(n_cases >= 12, "only {n_cases} files");
    let mut command = medshape();
    let found = command.args(["search", "head", "--json", "--store"]).arg(&store).output().unwrap();
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), n_cases);
    // The stored mesh is bare geometry on a lattice: one hash means one surface.
    for hit in hits {
        assert_eq!(hit["files"][0]["role"], "mesh");
        assert_eq!(hit["files"][0]["sha256"], hits[0]["files"][0]["sha256"], "{}", hit["name"]);
    }
    assert!(hits[0]["measures"]["n_faces"].as_u64().unwrap() > 10_000);
}

/// Organs of two people in one file, as `MedShapeNetCore` keeps them; `core/make.py` made it.
#[test]
fn each_sample_is_a_structure_of_its_subject() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/core").join(name);
    for flags in [&[][..], &["--isolated"][..]] {
        let store = folder.path().join(format!("store{}", flags.len()));
        let lines = ingest(&store, flags, &[&file("organs.npz")]);
        let mut found: Vec<_> = lines[..2].iter().flat_map(names).collect();
        // Cases are told of as they end.
        found.sort_unstable();
        let person = |n: u8| ["liver", "spleen"].map(|id| format!("local/organs-{n}/{id}"));
        assert_eq!(found, [person(0), person(1)].concat());
        let volume_mm3 =
            |name: &str| shape(&store, name)["shape"]["measures"]["volume_mm3"].as_f64().unwrap();
        assert!((volume_mm3("local/organs-1/liver") - 36_000.0).abs() < 1.0);
        assert!((volume_mm3("local/organs-0/spleen") - 8000.0 / 6.0).abs() < 1.0);
        // Where the keys say nothing of a structure, the file does.
        let lines = ingest(&store, flags, &[&file("tools.npz")]);
        let mut found: Vec<_> = lines[..3].iter().flat_map(names).collect();
        found.sort_unstable();
        let tool = |n: u8| format!("local/tools-{n}/tools");
        assert_eq!(found, [tool(0), tool(1), tool(2)]);
    }
}

#[test]
fn a_refusal_before_there_is_a_case_has_a_code() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let archive = folder.path().join("a.zip");
    std::fs::write(&archive, b"PK\x03\x04 and no more").unwrap();
    let output = run(&store, &[], &[&archive]);
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&said["error"]["outcome"], &said["error"]["code"]),
        (&"refused".into(), &"malformed".into())
    );
    assert!(said["error"]["reason"].as_str().unwrap().contains("a.zip"));
    assert!(complaint(&output).contains("a.zip"));
}
