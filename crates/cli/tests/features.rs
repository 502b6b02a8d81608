//! What `medshape features` says of label maps and meshes, by the real program.

use medshape::formats::glb;
use medshape::geometry::surface::{SurfaceOptions, surfaces};
use serde_json::Value;

use crate::common::{complaint, medshape, small_label_map, write_label_map};

fn run(arguments: &[&str]) -> String {
    let output = medshape().arg("features").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// A feature of one row of a table in JSON.
fn value(table: &Value, row: usize, name: &str) -> f64 {
    let columns = table["columns"].as_array().unwrap();
    let at = columns.iter().position(|column| column["name"] == name).unwrap();
    table["rows"][row]["values"][at].as_f64().unwrap()
}

#[test]
fn each_label_has_a_row() {
    let folder = tempfile::tempdir().unwrap();
    let map = small_label_map(0);
    let path = write_label_map(folder.path(), "case.nii.gz", &map);
    let path = path.to_str().unwrap();
    let table: Value = serde_json::from_str(&run(&[path, "--json"])).unwrap();
    assert_eq!(table["rows"].as_array().unwrap().len(), 3);
    assert_eq!(table["rows"][2]["label"], 3);
    assert_eq!(value(&table, 0, "VoxelVolume"), 8.0 * map.counts()[1] as f64);
    assert!(value(&table, 0, "Sphericity") > 0.9);
    let csv = run(&[path, "--csv"]);
    assert_eq!(csv.lines().count(), 4);
    assert!(
        csv.lines().next().unwrap().starts_with("name,label,VoxelNum,Pieces,VoxelVolume (mm3)")
    );
    let widths: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]));
    assert!(run(&[path]).contains("label-3"));
    let surface: Value = serde_json::from_str(&run(&[path, "--surface", "--json"])).unwrap();
    let volume = value(&surface, 0, "MeshVolume");
    assert!((volume / value(&table, 0, "VoxelVolume") - 1.0).abs() < 0.01);
    assert!((value(&surface, 0, "MeanCurvatureMean") * 10.0 - 1.0).abs() < 0.15);
}

#[test]
fn a_mesh_of_ours_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ball.glb");
    let mesh = surfaces(&small_label_map(0), &SurfaceOptions::default()).meshes.swap_remove(1);
    let mut bytes = Vec::new();
    glb::write_plain(&mut bytes, &mesh, &glb::Look::default()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    let table: Value = serde_json::from_str(&run(&[path.to_str().unwrap(), "--json"])).unwrap();
    assert_eq!(table["rows"][0]["name"], "ball.glb");
    assert!(value(&table, 0, "Symmetry") > 0.9);
    assert!(run(&[path.to_str().unwrap()]).contains("BendingEnergy"));
}

#[test]
fn what_is_no_shape_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("broken.glb", &b"glTF and nothing"[..]), ("broken.nii", b"nothing")] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let output = medshape().arg("features").arg(&path).output().unwrap();
        assert!(!output.status.success());
        assert!(complaint(&output).contains(name), "{}", complaint(&output));
    }
}
