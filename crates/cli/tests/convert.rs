//! `convert` and `inspect` by the real program; other programs' reading of what is written is in
//! `tests/oracles/written.py`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use medshape::formats::{Input, Limits, mesh, volume};
use serde_json::Value;

use crate::common::{complaint, medshape, shared, small_label_map, write_label_map};

fn convert(from: &Path, to: &Path, arguments: &[&str]) -> Output {
    medshape().arg("convert").args([from, to]).args(arguments).output().unwrap()
}

fn inspect(path: &Path, arguments: &[&str]) -> Value {
    let output = medshape().args(["inspect", "--json"]).arg(path).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}: {}", path.display(), complaint(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn labels_survive_every_format_of_labels() {
    let folder = tempfile::tempdir().unwrap();
    let map = small_label_map(2);
    let source = write_label_map(folder.path(), "case.nii.gz", &map);
    for name in ["b.nrrd", "b.seg.nrrd", "b.seg.dcm", "b.nii.gz", "b.nii"] {
        let path = folder.path().join(name);
        let output = convert(&source, &path, &[]);
        assert!(output.status.success(), "{name}: {}", complaint(&output));
        let found = volume::read_segmentation(&Input::on_disk(&path), &Limits::DEFAULT).unwrap();
        assert_eq!(found.layers().len(), 1, "{name}");
        // DICOM keeps the slices that hold something only.
        let counts: u64 = found.layers()[0].counts()[1..].iter().sum();
        assert_eq!(counts, map.counts()[1..].iter().sum::<u64>(), "{name}");
        assert_eq!(found.layers()[0].values(), map.values(), "{name}");
    }
}

#[test]
fn a_file_called_nii_is_not_packed() {
    let folder = tempfile::tempdir().unwrap();
    let source = write_label_map(folder.path(), "case.nii.gz", &small_label_map(2));
    let [plain, packed] = ["b.nii", "b.nii.gz"].map(|name| {
        let path = folder.path().join(name);
        let output = convert(&source, &path, &[]);
        assert!(output.status.success(), "{name}: {}", complaint(&output));
        fs::read(path).unwrap()
    });
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(plain, unpacked);
    assert_eq!(plain[..4], 348_i32.to_le_bytes());
}

#[test]
fn whole_numbers_are_intensities_where_a_threshold_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let source = write_label_map(folder.path(), "ct.nii.gz", &small_label_map(0));
    let surface = folder.path().join("bone.stl");
    let refused = convert(&source, &surface, &[]);
    assert!(complaint(&refused).contains("3 structures"), "{}", complaint(&refused));
    let output = convert(&source, &surface, &["--threshold", "1.5"]);
    assert!(output.status.success(), "{}", complaint(&output));
    assert_eq!(inspect(&surface, &[])["faults"]["n_components"], 2);
}

#[test]
fn a_structure_is_named_by_number_or_by_word() {
    let folder = tempfile::tempdir().unwrap();
    let source = write_label_map(folder.path(), "case.nii.gz", &small_label_map(0));
    let dataset = folder.path().join("mine.toml");
    let text = "id = \"mine\"\ntitle = \"Mine\"\ncitation = \"None.\"\nlicence = \"CC0-1.0\"\n\
                licence_evidence = \"I.\"\n[layout]\nfiles = [\"{subject}\"]\n[labels]\n\
                1 = \"kidney_left\"\n2 = \"liver\"\n3 = \"spleen\"\n";
    fs::write(&dataset, text).unwrap();
    let named = ["--dataset", dataset.to_str().unwrap(), "--label", "left kidney"];
    let [by_number, by_word] = ["a.stl", "b.stl"].map(|name| folder.path().join(name));
    assert!(convert(&source, &by_number, &["--label", "1"]).status.success());
    let output = convert(&source, &by_word, &named);
    assert!(output.status.success(), "{}", complaint(&output));
    assert_eq!(fs::read(by_number).unwrap(), fs::read(by_word).unwrap());
    let several = convert(&source, &folder.path().join("c.stl"), &[]);
    assert!(complaint(&several).contains("3 structures"), "{}", complaint(&several));
    assert!(complaint(&several).contains("--label"));
    let unknown = convert(&source, &folder.path().join("d.stl"), &["--label", "tail"]);
    assert!(complaint(&unknown).contains("no structure `tail`"), "{}", complaint(&unknown));
}

#[test]
fn a_folder_gets_a_file_a_structure() {
    let folder = tempfile::tempdir().unwrap();
    let source = write_label_map(folder.path(), "case.nii.gz", &small_label_map(0));
    let out = folder.path().join("meshes/");
    let output = convert(&source, &out, &["--to", "obj"]);
    assert!(output.status.success(), "{}", complaint(&output));
    let mut names: Vec<_> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["label-1.obj", "label-2.obj", "label-3.obj"]);
    let lone = convert(&source, &out, &[]);
    assert!(complaint(&lone).contains("--to"), "{}", complaint(&lone));
}

#[test]
fn a_mesh_loses_nothing_between_formats() {
    let folder = tempfile::tempdir().unwrap();
    let source = write_label_map(folder.path(), "case.nii.gz", &small_label_map(0));
    let first = folder.path().join("first.ply");
    assert!(convert(&source, &first, &["--label", "2"]).status.success());
    let read = |path: &Path| {
        let file = mesh::read(&Input::on_disk(path), &Limits::DEFAULT).unwrap();
        let mut corners: Vec<_> = file
            .parts
            .iter()
            .flat_map(|part| {
                part.faces()
                    .iter()
                    .map(|face| face.map(|v| part.positions()[v as usize].map(f32::to_bits)))
            })
            .collect();
        corners.sort_unstable();
        corners
    };
    let expected = read(&first);
    for name in ["a.stl", "b.obj", "c.off", "d.vtp", "e.3mf", "f.npz", "g.glb"] {
        let path = folder.path().join(name);
        let output = convert(&first, &path, &[]);
        assert!(output.status.success(), "{name}: {}", complaint(&output));
        assert_eq!(read(&path), expected, "{name}");
    }
}

#[test]
fn voxels_of_a_surface_are_the_voxels_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let map = small_label_map(0);
    let source = write_label_map(folder.path(), "case.nii.gz", &map);
    let (mesh, mask) = (folder.path().join("a.stl"), folder.path().join("b.nii.gz"));
    assert!(convert(&source, &mesh, &["--label", "3"]).status.success());
    assert!(convert(&mesh, &mask, &["--spacing-mm", "2"]).status.success());
    let found = volume::read_label_map(&Input::on_disk(&mask), &Limits::DEFAULT).unwrap();
    let share = found.counts()[1] as f64 / map.counts()[3] as f64;
    assert!((share - 1.0).abs() < 0.05, "{share}");
}

#[test]
fn the_input_is_never_overwritten_and_a_failure_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let source = write_label_map(folder.path(), "case.nii.gz", &small_label_map(0));
    let before = fs::read(&source).unwrap();
    let same = convert(&source, &source, &[]);
    assert!(complaint(&same).contains("the output is the input"), "{}", complaint(&same));
    assert_eq!(fs::read(&source).unwrap(), before);
    let unknown = convert(&source, &folder.path().join("x.doc"), &[]);
    assert!(complaint(&unknown).contains("no format"), "{}", complaint(&unknown));
    fs::write(folder.path().join("open.off"), "OFF 3 1 0\n0 0 0\n9 0 0\n0 9 0\n3 0 1 2\n").unwrap();
    let open = convert(&folder.path().join("open.off"), &folder.path().join("x.nii.gz"), &[]);
    assert!(complaint(&open).contains("not closed"), "{}", complaint(&open));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2);
}

#[test]
fn segments_keep_names_layers_and_codes() {
    let Some(source) = shared("volumes/dicom_seg/partial_overlaps.dcm") else { return };
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.seg.nrrd", "b.seg.dcm"] {
        let path = folder.path().join(name);
        let output = convert(&source, &path, &[]);
        assert!(output.status.success(), "{name}: {}", complaint(&output));
        let read = |path: &Path| {
            volume::read_segmentation(&Input::on_disk(path), &Limits::DEFAULT).unwrap()
        };
        let (there, here) = (read(&source), read(&path));
        assert_eq!(there.segments(), here.segments(), "{name}");
        assert_eq!(there.layers(), here.layers(), "{name}");
    }
    let one_layer = convert(&source, &folder.path().join("c.nii.gz"), &[]);
    assert!(complaint(&one_layer).contains("overlap"), "{}", complaint(&one_layer));
}

#[test]
fn a_fractional_segmentation_wants_a_threshold() {
    let file = "volumes/dicom_seg/seg_image_ct_binary_fractional.dcm";
    let Some(source) = shared(file) else { return };
    let output = medshape().arg("inspect").arg(&source).output().unwrap();
    assert!(complaint(&output).contains("--fractional-threshold"), "{}", complaint(&output));
    let found = inspect(&source, &["--fractional-threshold", "0.5"]);
    assert_eq!(found["labels"][0]["n_voxels"], 638);
}

#[test]
fn inspection_says_what_looks_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = write_label_map(folder.path(), "case.nii.gz", &small_label_map(0));
    let found = inspect(&path, &[]);
    assert_eq!(found["kind"], "labels");
    assert_eq!(found["grid"]["dims"], serde_json::json!([32, 30, 28]));
    assert_eq!(found["labels"].as_array().unwrap().len(), 3);
    assert!(found["warnings"].to_string().contains("3 labels without a name"));
    let Some(scan) = shared("meshes/anatomy/aorta-surface.stl") else { return };
    let found = inspect(&scan, &[]);
    assert!(found["warnings"].to_string().contains("inside out"), "{}", found["warnings"]);
    assert!((found["mesh"]["volume_mm3"].as_f64().unwrap() + 13184.3).abs() < 1.0);
}

/// A file that NumPy wrote as `MedShapeNetCore` keeps shapes; `core/make.py` made it.
fn core(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/core").join(name)
}

#[test]
fn one_of_many_samples_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (tools, out) = (core("tools.npz"), folder.path().join("tool.stl"));
    for flags in [&[][..], &["--isolated"][..]] {
        let found = inspect(&tools, flags);
        assert_eq!((&found["kind"], &found["facts"][0]["value"]), (&"samples".into(), &"3".into()));
        let one = inspect(&tools, &[flags, &["--sample", "1"]].concat());
        assert_eq!((&one["kind"], &one["mesh"]["n_faces"]), (&"mesh".into(), &4.into()));
        // A sixth of a cube of 30 mm.
        assert!((one["mesh"]["volume_mm3"].as_f64().unwrap() - 4500.0).abs() < 1e-3);
        let refused = complaint(&convert(&tools, &out, flags));
        assert!(refused.contains("3 samples, 0, 1, 2: name one with `--sample`"), "{refused}");
        let refused = complaint(&convert(&tools, &out, &[flags, &["--sample", "3"]].concat()));
        assert!(refused.contains("no sample `3`"), "{refused}");
        assert!(!out.exists());
        let output = convert(&tools, &out, &[flags, &["--sample", "2"]].concat());
        assert!(output.status.success(), "{}", complaint(&output));
        let volume_mm3 = inspect(&out, &[])["mesh"]["volume_mm3"].as_f64().unwrap();
        assert!((volume_mm3 - 40.0_f64.powi(3) / 6.0).abs() < 1e-2, "{volume_mm3}");
        fs::remove_file(&out).unwrap();
    }
}
