use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use medshape_formats::nifti;
use medshape_geometry::phantom::brain::grid;
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::{Affine, Grid, LabelMap};

use super::cohort::{Kind, brain_of, split, subjects, voxels};
use super::descriptors;
use super::model::{Method, Model};
use super::settings::Settings;
use super::shape::Shape;
use super::*;
use crate::Progress;
use crate::split::Part;
use crate::statistics::roc::auc;

fn watch<'a>(stop: &'a AtomicBool, progress: &'a (dyn Fn(Progress) + Sync)) -> Watch<'a> {
    Watch { stop, progress }
}

fn settings(text: &str) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, text).unwrap();
    Settings::read(Some(&path)).unwrap()
}

#[test]
fn pairs_to_score_on_are_nobody_elses() {
    let split = split().unwrap();
    assert_eq!(split.subjects(Part::Train).len(), 360);
    assert_eq!(split.subjects(Part::Validation).len(), 40);
    let test = split.subjects(Part::Test);
    assert_eq!(test.len(), 80);
    assert!(test.iter().all(|pair| pair.starts_with("pair-9000")));
}

/// The margin of the task: 0.03 around what chance gives.
#[test]
fn volume_alone_tells_nothing_of_matched_pairs() {
    let settings = settings("pairs = [20, 2, 2]\nresolution = 48\n");
    let stop = AtomicBool::new(false);
    let found = subjects(Kind::Matched, Part::Train, &settings, &watch(&stop, &|_| ())).unwrap();
    let volumes: Vec<f64> = found.iter().map(|subject| subject.shape.descriptors[0]).collect();
    let outcomes: Vec<bool> = found.iter().map(|subject| subject.has_tumour).collect();
    let area = auc(&volumes, &outcomes).unwrap().auc;
    assert!((area - 0.5).abs() < 0.03, "{area}");
    for pair in found.chunks(2) {
        assert_eq!(pair[0].measures, pair[1].measures);
        assert!(!pair[0].has_tumour && pair[1].has_tumour);
        // Voxels of 4.3 mm have the volume that was drawn.
        let off = pair[1].shape.descriptors[0] / pair[1].measures.brain_ml - 1.0;
        assert!(off.abs() < 0.02, "{off}");
    }
}

#[test]
fn people_with_tumours_are_older_in_the_natural_cohort() {
    let ages = |has_tumour: bool| -> Vec<f64> {
        (0..24).map(|pair| brain_of(Kind::Natural, pair, has_tumour).measures().age_years).collect()
    };
    assert!(ages(true).iter().all(|age| (35.0..=80.0).contains(age)));
    assert!(ages(false).iter().any(|age| *age < 35.0));
}

/// An ellipsoid of 60×80×55 mm half axes with a hollow ball of 14 mm, 9 mm to one side of the middle.
fn hollow_ellipsoid(off_mm: f64) -> LabelMap {
    let grid = grid(64);
    let place = |index: usize| {
        let voxel = [index % 64, index / 64 % 64, index / 4096].map(|at| at as f64);
        grid.world_from_voxel().apply(voxel)
    };
    let is_in = |index: usize| {
        let [x, y, z] = place(index);
        let level = (x / 60.0).powi(2) + (y / 80.0).powi(2) + (z / 55.0).powi(2);
        let hollow = (x - off_mm).powi(2) + y * y + z * z;
        u16::from(level < 1.0 && hollow > 196.0)
    };
    LabelMap::new(grid, (0..grid.n_voxels()).map(is_in).collect(), vec![0, 1]).unwrap()
}

#[test]
fn descriptors_of_a_hollow_ellipsoid_are_those_of_geometry() {
    let describe = |off_mm: f64| {
        let map = hollow_ellipsoid(off_mm);
        let mesh = surfaces(&map, &SurfaceOptions::default()).meshes.pop().unwrap();
        let found = descriptors::of(&map, &mesh).unwrap();
        move |name: &str| found[descriptors::NAMES.iter().position(|of| *of == name).unwrap()]
    };
    let (even, uneven) = (describe(0.0), describe(9.0));
    let ball_ml = 4.0 / 3.0 * std::f64::consts::PI * 2.744;
    let outer_ml = 4.0 / 3.0 * std::f64::consts::PI * 6.0 * 8.0 * 5.5;
    assert!((even("volume_ml") / (outer_ml - ball_ml) - 1.0).abs() < 0.01);
    assert!((even("ventricles_ml") / ball_ml - 1.0).abs() < 0.12, "{}", even("ventricles_ml"));
    assert!(even("ventricles_shift_mm") < 0.2 && even("unlike_mirror_share") < 0.01);
    assert!((uneven("ventricles_shift_mm") - 9.0).abs() < 0.5, "{}", uneven("ventricles_shift_mm"));
    // Both are whole voxels of 3.25 mm: 37 and 49 of them, each one more or less.
    let long = even("length_to_width");
    assert!((long - 80.0 / 60.0).abs() < 0.06, "{long}");
    // What the ball leaves on one side and takes on the other, both ways.
    assert!(uneven("unlike_mirror_share") > 0.005);
    assert!(even("sphericity") > 0.7 && even("sphericity") < 1.0);
}

const TINY: &str = "pairs = [6, 4, 4]\nresolution = 32\nsave_every = 2\n\
    [pointnet]\npoints = 64\nbatch = 4\nsteps = 4\n\
    [dgcnn]\npoints = 32\nneighbours = 4\nbatch = 4\nsteps = 3\n\
    [pointcnn]\npoints = 64\nbatch = 4\nsteps = 4\n\
    [encoder]\nbatch = 4\nsteps = 3\n\
    [octree]\nbatch = 4\nsteps = 3\n";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.toml"), TINY).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn trained(&self, name: &str, n_threads: usize) -> Vec<u8> {
        let request = self.to_train(name, false);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let stop = AtomicBool::new(false);
        pool.install(|| Screening.train(&request, &watch(&stop, &|_| ()))).unwrap();
        std::fs::read(&request.model).unwrap()
    }

    fn to_train(&self, name: &str, resume: bool) -> Train {
        let settings = Some(self.path("settings.toml"));
        Train { data: None, settings, model: self.path(name), resume }
    }

    fn predicted(&self, map: &LabelMap, output: &str) -> Result<serde_json::Value, Error> {
        let mut bytes = Vec::new();
        nifti::write_label_map(&mut bytes, map).unwrap();
        std::fs::write(self.path("in.nii.gz"), bytes).unwrap();
        let [model, input] = ["m.safetensors", "in.nii.gz"].map(|name| self.path(name));
        let request = Predict::new(model, input, self.path(output));
        let stop = AtomicBool::new(false);
        Screening.predict(&request, &watch(&stop, &|_| ()))?;
        Ok(serde_json::from_slice(&std::fs::read(self.path(output)).unwrap()).unwrap())
    }
}

/// The same voxels in a file that runs the other way and lies elsewhere.
fn elsewhere(map: &LabelMap) -> LabelMap {
    let [n_x, n_y, n_z] = map.grid().dims();
    let mut rows = *map.grid().world_from_voxel().rows();
    for row in &mut rows {
        row[3] += row[0] * (n_x - 1) as f64;
        row[0] = -row[0];
    }
    rows.iter_mut().zip([30.0, -80.0, 12.5]).for_each(|(row, shift)| row[3] += shift);
    let grid = Grid::new([n_x, n_y, n_z], Affine::from_rows(rows).unwrap()).unwrap();
    let old: Vec<u16> = map.voxels().iter().collect();
    let other = |index: usize| old[index - index % n_x + n_x - 1 - index % n_x];
    LabelMap::new(grid, (0..old.len()).map(other).collect(), vec![0, 1]).unwrap()
}

#[test]
fn a_ladder_is_trained_alike_on_one_and_two_threads_then_scored_and_applied() {
    let place = Place::new();
    let one = place.trained("m.safetensors", 1);
    assert!(one == place.trained("two.safetensors", 2), "threads change the model");
    let request = Evaluate {
        data: None,
        model: Some(place.path("m.safetensors")),
        settings: None,
        out: place.path("report"),
    };
    let stop = AtomicBool::new(false);
    let said = Screening.evaluate(&request, &watch(&stop, &|_| ())).unwrap();
    assert!(said.iter().any(|line| line.starts_with("matched PointNet: AUC ")), "{said:?}");
    assert!(said.iter().any(|line| line.contains("no diagnosis")), "{said:?}");
    let report = std::fs::read(place.path("report/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    // Two cohorts, four pairs each, the volume alone and seven methods.
    for cohort in 0..2 {
        let cohort = &report["cohorts"][cohort];
        assert_eq!(cohort["subjects"].as_array().map(Vec::len), Some(8));
        assert_eq!(cohort["methods"].as_array().map(Vec::len), Some(8));
        for method in cohort["methods"].as_array().unwrap() {
            let [low, high] = [0, 1].map(|end| method["auc_of_pairs"][end].as_f64().unwrap());
            assert!(0.0 <= low && low <= high && high <= 1.0, "{method}");
        }
        for shown in cohort["shown"].as_array().unwrap() {
            let picture = place.path("report").join(shown["picture"].as_str().unwrap());
            assert!(picture.exists(), "{picture:?}");
        }
    }
    let html = std::fs::read_to_string(place.path("report/report.html")).unwrap();
    assert!(html.contains("ROC curves") && html.contains("no diagnosis") && html.contains("<svg"));

    // A file is seen as the phantom that it was made of.
    let brain = brain_of(Kind::Matched, 900_001, true);
    let map = voxels(&brain, 64, 1);
    let (here, there) = (
        place.predicted(&map, "a.json").unwrap(),
        place.predicted(&elsewhere(&map), "b.json").unwrap(),
    );
    let number = |json: &serde_json::Value, name: &str| json["descriptors"][name].as_f64().unwrap();
    assert!((number(&here, "volume_ml") / brain.measures().brain_ml - 1.0).abs() < 0.03);
    // Files hold places in 32 bits, so that single voxels may differ.
    assert!((number(&here, "volume_ml") / number(&there, "volume_ml") - 1.0).abs() < 0.005);
    let chance = |json: &serde_json::Value| json["chance_of_a_mass"].as_f64().unwrap();
    assert!((chance(&here) - chance(&there)).abs() < 0.05);
    assert!((0.0..=1.0).contains(&here["chance_of_a_mass"].as_f64().unwrap()));
    // The rung that asks for sex and age is not among the answers.
    assert_eq!(here["chances_by_method"].as_object().map(serde_json::Map::len), Some(6));
}

/// Stopped in the middle of the second network's steps, between two saves.
#[test]
fn a_training_that_was_stopped_goes_on_to_the_same_model() {
    let place = Place::new();
    let whole = place.trained("whole.safetensors", 2);
    let (stop, told) = (AtomicBool::new(false), AtomicUsize::new(0));
    let progress = |_| {
        // Four steps of PointNet, then one of three of DGCNN.
        stop.store(told.fetch_add(1, Relaxed) == 4, Relaxed);
    };
    let watched = watch(&stop, &progress);
    let error = Screening.train(&place.to_train("m.safetensors", false), &watched).unwrap_err();
    assert!(matches!(&error, Error::Stopped(where_) if where_.contains("step 1 ")), "{error}");
    assert!(!place.path("m.safetensors").exists());
    let (go_on, told) = (AtomicBool::new(false), AtomicUsize::new(0));
    let progress = |_| {
        told.fetch_add(1, Relaxed);
    };
    Screening.train(&place.to_train("m.safetensors", true), &watch(&go_on, &progress)).unwrap();
    // What was done is not done again: two steps of DGCNN are left, and all of the three others.
    assert_eq!(told.into_inner(), 2 + 4 + 3 + 3);
    assert!(
        whole == std::fs::read(place.path("m.safetensors")).unwrap(),
        "resuming changes the model"
    );
}

#[test]
fn networks_that_are_left_out_are_named_and_nothing_else_changes() {
    let place = Place::new();
    place.trained("whole.safetensors", 2);
    let without = TINY
        .replace("neighbours = 4\nbatch = 4\nsteps = 3", "neighbours = 4\nbatch = 4\nsteps = 0");
    std::fs::write(place.path("settings.toml"), without).unwrap();
    place.trained("m.safetensors", 2);
    let [whole, part] =
        ["whole.safetensors", "m.safetensors"].map(|name| Model::load(&place.path(name)).unwrap());
    let left: Vec<Method> = part.methods();
    assert_eq!((whole.methods().len(), left.len()), (7, 6));
    assert!(!left.contains(&Method::Dgcnn));
    for network in &part.networks {
        let same = whole.networks.iter().find(|other| other.method == network.method).unwrap();
        assert!(same.parameters == network.parameters, "{:?}", network.method);
    }
    let (model, out) = (Some(place.path("m.safetensors")), place.path("report"));
    let request = Evaluate { data: None, model, settings: None, out };
    let stop = AtomicBool::new(false);
    let said = Screening.evaluate(&request, &watch(&stop, &|_| ())).unwrap();
    let sentence = "Left out, as the settings say: DGCNN";
    assert!(said.contains(&sentence.to_owned()), "{said:?}");
    assert!(std::fs::read_to_string(place.path("report/report.html")).unwrap().contains(sentence));
}

#[test]
fn models_and_masks_with_what_is_no_number_or_too_large_are_refused() {
    let place = Place::new();
    let bytes = place.trained("m.safetensors", 2);
    let path = place.path("m.safetensors");
    // The last number of the file is a weight.
    let broken = [&bytes[..bytes.len() - 4], &f32::NAN.to_le_bytes()].concat();
    std::fs::write(&path, broken).unwrap();
    let error = Model::load(&path).unwrap_err().to_string();
    assert!(error.contains("m.safetensors") && error.contains("no finite number"), "{error}");
    // A header that claims more bytes than there are, and a tensor that claims more than all memory.
    let header = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let tensor = r#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}"#;
    let outside = r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,18446744073709551615]}}"#;
    for (claim, reason) in [
        (vec![255; 16], "claims 18446744073709551615 bytes"),
        ([&1_000_000u64.to_le_bytes()[..], b"{}"].concat(), "shorter"),
        (header(tensor), "its place"),
        (header(outside), "outside of the file"),
    ] {
        std::fs::write(&path, claim).unwrap();
        let error = Model::load(&path).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("m.safetensors"), "{error}");
    }
    std::fs::write(&path, &bytes).unwrap();
    let ask = |mask: Vec<u8>| {
        std::fs::write(place.path("in.nii"), mask).unwrap();
        let [model, input, output] =
            ["m.safetensors", "in.nii", "a.json"].map(|name| place.path(name));
        let request = Predict::new(model, input, output);
        let stop = AtomicBool::new(false);
        Screening.predict(&request, &watch(&stop, &|_| ())).unwrap_err().to_string()
    };
    let error = ask(nifti_of_floats([4, 4, 4], &[f32::NAN; 64]));
    assert!(error.contains("in.nii") && error.to_lowercase().contains("nan"), "{error}");
    let error = ask(nifti_of_floats([32_000, 32_000, 32_000], &[1.0; 64]));
    assert!(error.contains("in.nii"), "{error}");
    assert!(!place.path("a.json").exists());
}

/// A NIfTI-1 file of 32-bit floats in voxels of a millimetre.
fn nifti_of_floats(dims: [i16; 3], voxels: &[f32]) -> Vec<u8> {
    let mut bytes = vec![0u8; 352];
    let mut put = |at: usize, part: &[u8]| bytes[at..at + part.len()].copy_from_slice(part);
    put(0, &348i32.to_le_bytes());
    for (axis, dim) in [3, dims[0], dims[1], dims[2], 1, 1, 1, 1].into_iter().enumerate() {
        put(40 + 2 * axis, &dim.to_le_bytes());
    }
    put(70, &16i16.to_le_bytes());
    put(72, &32i16.to_le_bytes());
    (0..4).for_each(|axis| put(76 + 4 * axis, &1f32.to_le_bytes()));
    put(108, &352f32.to_le_bytes());
    put(344, b"n+1\0");
    bytes.extend(voxels.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[test]
fn what_is_no_brain_mask_is_refused_with_what_to_do() {
    let place = Place::new();
    place.trained("m.safetensors", 2);
    let map = |dims: [usize; 3], spacing_mm: f64, label: &dyn Fn([usize; 3]) -> u16| {
        let affine = Affine::from_spacing([spacing_mm; 3], [0.0; 3]).unwrap();
        let grid = Grid::new(dims, affine).unwrap();
        let of = |index: usize| {
            label([index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])])
        };
        LabelMap::new(grid, (0..grid.n_voxels()).map(of).collect(), vec![0, 1, 2]).unwrap()
    };
    let ball = |[x, y, z]: [usize; 3]| {
        let off: f64 = [x, y, z].iter().map(|at| (*at as f64 - 15.5).powi(2)).sum();
        u16::from(off < 196.0)
    };
    for (input, expected) in [
        (map([32; 3], 4.5, &|_| 0), "empty"),
        (map([32; 3], 4.5, &|at| ball(at) * (1 + u16::from(at[0] > 16))), "2 labels"),
        (map([32; 3], 1.0, &ball), "are no brain"),
        (map([32; 3], 45.0, &ball), "are no brain"),
        (map([64, 4, 64], 4.5, &|at| u16::from(at[1] == 1)), "mm long"),
    ] {
        let error = place.predicted(&input, "c.json").unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("in.nii.gz"), "{error}");
        assert!(!place.path("c.json").exists());
    }
    let error = place.predicted(&map([32; 3], 4.5, &ball), "c.txt").unwrap_err().to_string();
    assert!(error.contains(".json"), "{error}");
    let other = place.path("settings.toml");
    let error = Model::load(&other).unwrap_err().to_string();
    assert!(error.contains("settings.toml"), "{error}");
    std::fs::write(&other, [2, 0, 0, 0, 0, 0, 0, 0, b'{', b'}']).unwrap();
    let error = Model::load(&other).unwrap_err().to_string();
    assert!(error.contains("train screening"), "{error}");
}

#[test]
fn a_model_that_learned_from_the_test_is_not_scored() {
    let place = Place::new();
    place.trained("m.safetensors", 2);
    let path: &Path = &place.path("m.safetensors");
    let mut model = Model::load(path).unwrap();
    assert!(model.methods()[1..].contains(&model.facts.chosen));
    model.facts.pairs.push("pair-900003".to_owned());
    model.save(path).unwrap();
    let request = Evaluate {
        data: None,
        model: Some(path.to_owned()),
        settings: None,
        out: place.path("report"),
    };
    let stop = AtomicBool::new(false);
    let error = Screening.evaluate(&request, &watch(&stop, &|_| ())).unwrap_err().to_string();
    assert!(error.contains("pair-900003"), "{error}");
}

#[test]
fn a_shape_and_its_mirror_image_have_the_same_descriptors() {
    let brain = brain_of(Kind::Natural, 3, true);
    let map = voxels(&brain, 48, 3);
    let shape = Shape::of_mask(&map, 48).unwrap();
    let n = 48;
    let old: Vec<u16> = map.voxels().iter().collect();
    let other = |index: usize| old[index - index % n + n - 1 - index % n];
    let flipped =
        LabelMap::new(*map.grid(), (0..old.len()).map(other).collect(), vec![0, 1]).unwrap();
    let mirrored = Shape::of_mask(&flipped, 48).unwrap();
    for (index, (a, b)) in shape.descriptors.iter().zip(mirrored.descriptors).enumerate() {
        // Voxels in the plane itself belong to one side.
        let limit = 0.02 + 0.05 * a.abs();
        assert!((a - b).abs() < limit, "{}: {a} {b}", descriptors::NAMES[index]);
    }
}
