use std::sync::atomic::AtomicBool;

use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::volume::signed_volume;
use medshape_geometry::voxels::components::{Connectivity, largest_only};
use medshape_learn::SparseGrid;
use medshape_types::{Affine, Grid};

use super::cohort::{Hole, mirrored};
use super::evaluate::{Sample, dice_of};
use super::implant::{implant, printable};
use super::shape_model::ShapeModel;
use super::*;
use crate::heads::place::placed;
use crate::heads::{Whole, label_map};

fn watch(stop: &AtomicBool) -> Watch<'_> {
    Watch { stop, progress: &|_| () }
}

#[test]
fn the_missing_part_itself_is_a_perfect_implant() {
    let sample = Sample::new(900_001, Hole::ParietoTemporal, 64).unwrap();
    let whole = Whole::of_seed(900_001, 64);
    assert_eq!(dice_of(&sample, &whole.bone), 1.0);
    assert_eq!(dice_of(&sample, &sample.partial), 0.0);
    // With a voxel far from it: the largest piece alone counts.
    let stray = medshape_learn::sparse::Voxel { batch: 0, place: [1, 1, 1] };
    let stray = SparseGrid::from_voxels([stray]).unwrap();
    assert_eq!(dice_of(&sample, &whole.bone.union(&stray)), 1.0);
}

#[test]
fn an_implant_is_a_closed_mesh_of_its_volume() {
    for hole in Hole::ALL {
        let whole = Whole::of_seed(900_002, 96);
        let partial = whole.with_hole(hole, 2).unwrap();
        let map = implant(&whole.bone, &partial, whole.grid());
        let mesh = printable(&map).unwrap();
        let closed = Closed::new(&mesh).unwrap();
        let (map, _) = largest_only(map, Connectivity::Faces);
        let n_voxels = map.voxels().iter().filter(|&label| label == 1).count() as f64;
        let expected = n_voxels * whole.grid().voxel_volume_mm3();
        assert!((signed_volume(closed) / expected - 1.0).abs() < 0.03, "{hole:?}");
    }
    let nothing = label_map(&SparseGrid::default(), Whole::of_seed(1, 32).grid());
    assert_eq!(printable(&nothing), None);
}

#[test]
fn mirroring_twice_changes_nothing() {
    let bone = Whole::of_seed(3, 48).bone;
    assert_eq!(mirrored(&mirrored(&bone, 48), 48), bone);
    assert_ne!(mirrored(&bone, 48), bone);
}

/// Notes of the project have 0.39 for 200 skulls at 64.
#[test]
fn the_shape_model_fills_a_part_of_holes_of_skulls_that_it_has_not_seen() {
    let skulls: Vec<Whole> = (0..40).map(|seed| Whole::of_seed(seed, 48)).collect();
    let model = ShapeModel::new(&skulls).unwrap();
    let mut mean = 0.0;
    for seed in 900_000..900_006 {
        let sample = Sample::new(seed, Hole::Bilateral, 48).unwrap();
        mean += dice_of(&sample, &model.complete(&sample.partial)) / 6.0;
    }
    assert!(mean > 0.3, "{mean}");
}

/// A skull that lies elsewhere in its file is seen where phantoms lie.
#[test]
fn grids_follow_the_skull() {
    let whole = Whole::of_seed(900_003, 64);
    let here = label_map(&whole.bone, whole.grid());
    let mut rows = *whole.grid().world_from_voxel().rows();
    rows.iter_mut().zip([40.0, -25.0, 300.0]).for_each(|(row, shift)| row[3] += shift);
    let elsewhere = Grid::new(whole.grid().dims(), Affine::from_rows(rows).unwrap()).unwrap();
    let there = label_map(&whole.bone, &elsewhere);
    let origin = |map| placed(map, 64).unwrap().world_from_voxel().translation();
    let (first, second) = (origin(&here), origin(&there));
    for (axis, shift) in [40.0, -25.0, 300.0].into_iter().enumerate() {
        assert!((second[axis] - first[axis] - shift).abs() < 1e-6);
    }
    // A phantom lies within two voxels of the average one.
    let own = whole.grid().world_from_voxel().translation();
    assert!((0..3).all(|axis| (first[axis] - own[axis]).abs() < 12.0), "{first:?} {own:?}");
    assert!(placed(&label_map(&SparseGrid::default(), whole.grid()), 64).is_none());
}

const TINY: &str = "resolution = 32\nskulls = 6\nvariants = 2\nsteps = 30\ntest_skulls = 2\n";

fn trained(folder: &std::path::Path, n_threads: usize) -> Vec<u8> {
    let settings = folder.join("settings.toml");
    std::fs::write(&settings, TINY).unwrap();
    let model = folder.join(format!("m{n_threads}.safetensors"));
    let request =
        Train { data: None, settings: Some(settings), model: model.clone(), resume: false };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
    pool.install(|| Skulls.train(&request, &watch(&AtomicBool::new(false)))).unwrap();
    std::fs::read(model).unwrap()
}

#[test]
fn training_gives_the_same_weights_on_one_and_two_threads_and_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let one = trained(folder.path(), 1);
    assert_eq!(one, trained(folder.path(), 2));
    let request = Evaluate {
        data: None,
        model: Some(folder.path().join("m1.safetensors")),
        settings: None,
        out: folder.path().join("report"),
    };
    let lines = Skulls.evaluate(&request, &watch(&AtomicBool::new(false))).unwrap();
    let says = |start: &str| {
        lines.iter().any(|line| line.starts_with(start) && line.ends_with(", 2 skulls"))
    };
    assert!(says("learned holes, network: median implant Dice 0."), "{lines:?}");
    assert!(says("held out holes, mirror: median implant Dice 0."), "{lines:?}");
    let cases = std::fs::read_to_string(folder.path().join("report/cases.tsv")).unwrap();
    // Two skulls, two holes each, three methods.
    assert_eq!(cases.lines().count(), 1 + 2 * 2 * 3);
    let report = std::fs::read_to_string(folder.path().join("report/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["model"]["steps"], 30);
    assert_eq!(report["cases"].as_array().unwrap().len(), 4);
    // Learned, held out, and the four families that two skulls have.
    assert_eq!(report["means"].as_array().unwrap().len(), 3 * (2 + 4));
    let page = std::fs::read_to_string(folder.path().join("report/report.html")).unwrap();
    for name in ["best.png", "median.png", "worst.png"] {
        assert!(page.contains(name) && folder.path().join("report").join(name).is_file(), "{name}");
    }
}

#[test]
fn a_training_begins_with_the_weights_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    trained(folder.path(), 1);
    let before = at("m1.safetensors");
    // One step that moves weights by next to nothing, at another resolution.
    let text = "resolution = 48\nskulls = 2\nvariants = 1\nsteps = 1\nrate = 1e-9\n";
    std::fs::write(at("own.toml"), format!("{text}begin_with = {before:?}\n")).unwrap();
    let model = at("finer.safetensors");
    let request =
        Train { data: None, settings: Some(at("own.toml")), model: model.clone(), resume: false };
    Skulls.train(&request, &watch(&AtomicBool::new(false))).unwrap();
    let weights = |path: &std::path::Path| {
        let weights = super::network::Model::load(path).unwrap().weights;
        weights.iter().flat_map(|parameter| parameter.values.clone()).collect::<Vec<f32>>()
    };
    let (old, new) = (weights(&before), weights(&model));
    let most = old.iter().zip(&new).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(old.len() == new.len() && most < 1e-6, "{most}");
}

#[test]
fn a_stopped_training_says_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("settings.toml");
    std::fs::write(&settings, TINY).unwrap();
    let model = folder.path().join("m.safetensors");
    let request = Train { data: None, settings: Some(settings), model, resume: false };
    let message = Skulls.train(&request, &watch(&AtomicBool::new(true))).unwrap_err().to_string();
    assert!(message.contains("step 1 is saved"), "{message}");
}

/// What `models/` has is worth what its card says.
#[test]
fn the_shipped_model_fills_holes_of_skulls_that_it_has_not_seen() {
    let shipped = "../../models/skulls.safetensors";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(shipped);
    let model = super::network::Model::load(&path).unwrap();
    let samples: Vec<Sample> = (900_000..900_006)
        .filter_map(|seed| Sample::new(seed, Hole::ParietoTemporal, 64))
        .collect();
    let dice = |sample: &Sample| dice_of(sample, &model.complete(&sample.partial));
    let mean = samples.iter().map(dice).sum::<f64>() / samples.len() as f64;
    assert!(mean > 0.75, "{mean}");
}

#[test]
fn what_is_no_model_of_skulls_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.safetensors");
    let settings = super::settings::Settings::read(None).unwrap();
    let (_, weights) = super::network::build(&settings);
    weights.save(&path).unwrap();
    let message = super::network::Model::load(&path).unwrap_err().to_string();
    assert!(
        message.contains("other.safetensors") && message.contains("no model of the task skulls")
    );
}
