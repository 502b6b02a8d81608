//! `medshape compare` by the real program.

use std::fs::File;
use std::path::{Path, PathBuf};

use medshape::formats::glb::{self, Look};
use medshape::types::Mesh;
use serde_json::Value;

use crate::common::{BOX_FACES, complaint, medshape, small_label_map, write_label_map};

/// A box of 10 × 10 × 10 mm, moved along x.
fn write_box(folder: &Path, name: &str, shift_mm: f32) -> PathBuf {
    let corner = |n: usize| [0, 1, 2].map(|axis| if n >> axis & 1 == 1 { 10.0 } else { 0.0 });
    let corners = (0..8).map(corner).map(|[x, y, z]| [x + shift_mm, y, z]).collect();
    let mesh = Mesh::new(corners, BOX_FACES.to_vec()).unwrap();
    let path = folder.join(name);
    glb::write_compressed(&mut File::create(&path).unwrap(), &mesh, -4, &Look::default()).unwrap();
    path
}

fn json(first: &Path, second: &Path) -> Value {
    let output = medshape().arg("compare").args([first, second]).arg("--json").output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn a_box_moved_by_two_millimetres_is_two_millimetres_away() {
    let folder = tempfile::tempdir().unwrap();
    let first = write_box(folder.path(), "a.glb", 0.0);
    let second = write_box(folder.path(), "b.glb", 2.0);
    let found = json(&first, &second);
    assert_eq!(found["kind"], "meshes");
    assert!((number(&found["hausdorff_of_vertices_mm"]) - 2.0).abs() < 1e-6);
    assert!(number(&found["hausdorff_at_most_mm"]) < 2.002);
    assert!((number(&found["volume_iou"]) - 8.0 / 12.0).abs() < 0.01, "{found}");
    let itself = json(&first, &first);
    assert_eq!(number(&itself["f_score"]), 1.0);
    let output = medshape().arg("compare").args([&first, &second]).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("Hausdorff, vertices  2.0000 mm"));
}

#[test]
fn label_maps_are_compared_label_by_label() {
    let folder = tempfile::tempdir().unwrap();
    let first = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    let second = write_label_map(folder.path(), "b.nii.gz", &small_label_map(6));
    let found = json(&first, &second);
    assert_eq!(found["kind"], "label-maps");
    let labels = found["labels"].as_array().unwrap();
    assert_eq!(labels.len(), 3);
    assert!(number(&labels[0]["dice"]) < 0.9);
    // Label 3 is the same box in both.
    assert_eq!(number(&labels[2]["dice"]), 1.0);
    assert_eq!(number(&labels[2]["hausdorff_mm"]), 0.0);
    let output = medshape().arg("compare").args([&first, &second]).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("3 labels, mean Dice 0."));
}

#[test]
fn what_cannot_be_compared_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let mesh = write_box(folder.path(), "a.glb", 0.0);
    let map = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    let broken = folder.path().join("broken.glb");
    std::fs::write(&broken, "glTF").unwrap();
    for (first, second, expected) in [
        (&mesh, &map, "cannot be compared"),
        (&mesh, &broken, "broken.glb"),
        (&mesh, &folder.path().join("none.glb"), "none.glb"),
    ] {
        let output = medshape().arg("compare").args([first, second]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let text = complaint(&output);
        assert!(text.contains(expected) && text.lines().count() == 1, "{text}");
    }
}
