use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use medshape_formats::nifti;
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::phantom::skull::skin::{self, Skin};
use medshape_types::{Affine, Grid, LabelMap};

use super::cohort::{Subject, split};
use super::dummy::Dummy;
use super::fields::{fine, middle, surface};
use super::lessons::{Lesson, teach};
use super::model::Model;
use super::network::{Given, Network};
use super::predict::face;
use super::scores::Truth;
use super::settings::Settings;
use super::*;
use crate::Progress;
use crate::heads::place::usual_anchor;
use crate::training::Files;

const TINY: &str = "resolution = 48\nsubjects = [10, 3, 2]\nskull_modes = [2, 5]\nface_modes = 6\n\
    [network]\nsteps = 12\nsave_every = 5\nbatch = 2\nwidths = [4, 6]\ngroups = 3\n";

/// The same without a network.
const NO_NETWORK: &str = "resolution = 48\nsubjects = [10, 3, 2]\nskull_modes = [2, 5]\nface_modes = 6\n\
    [network]\nsteps = 0\n";

fn watch(stop: &AtomicBool) -> Watch<'_> {
    Watch { stop, progress: &|_| () }
}

/// A folder in which the task is run at its smallest.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::write(place.path("settings.toml"), TINY).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn trained(&self, name: &str, n_threads: usize) -> Vec<u8> {
        let settings = Some(self.path("settings.toml"));
        let request = Train { data: None, settings, model: self.path(name), resume: false };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| Face.train(&request, &watch(&AtomicBool::new(false)))).unwrap();
        std::fs::read(self.path(name)).unwrap()
    }

    fn evaluated(&self, model: Option<&str>) -> Result<Vec<String>, Error> {
        let request = Evaluate {
            data: None,
            model: model.map(|name| self.path(name)),
            settings: model.is_none().then(|| self.path("settings.toml")),
            out: self.path("report"),
        };
        Face.evaluate(&request, &watch(&AtomicBool::new(false)))
    }

    fn predicted(&self, skull: &LabelMap, output: &str) -> Result<Vec<String>, Error> {
        let mut bytes = Vec::new();
        nifti::write_label_map(&mut bytes, skull).unwrap();
        std::fs::write(self.path("in.nii.gz"), bytes).unwrap();
        let [model, input] = ["m.safetensors", "in.nii.gz"].map(|name| self.path(name));
        let request = Predict::new(model, input, self.path(output));
        Face.predict(&request, &watch(&AtomicBool::new(false)))
    }
}

/// The skull of a seed as a file has it, somewhere.
fn skull(seed: u64, resolution: usize, shift_mm: [f64; 3]) -> LabelMap {
    let grid = skin::grid(resolution);
    let mut voxels = vec![0_u16; grid.n_voxels()];
    for leaf in Skin::new(seed).skull().leaves(&grid) {
        leaf.voxels().for_each(|voxel| voxels[grid.index(voxel)] = 1);
    }
    let mut rows = *grid.world_from_voxel().rows();
    rows.iter_mut().zip(shift_mm).for_each(|(row, shift)| row[3] += shift);
    let there = Grid::new(grid.dims(), Affine::from_rows(rows).unwrap()).unwrap();
    LabelMap::new(there, voxels, vec![0, 1]).unwrap()
}

#[test]
fn a_model_is_trained_alike_on_one_and_two_threads_then_scored_and_applied() {
    let place = Place::new();
    let one = place.trained("m.safetensors", 1);
    assert!(one == place.trained("two.safetensors", 2), "threads change the model");
    let said = place.evaluated(Some("m.safetensors")).unwrap();
    for method in ["regression", "sparse network"] {
        let is_line = |line: &String| line.starts_with(&format!("{method}: off by "));
        assert!(said.iter().any(is_line), "{said:?}");
    }
    assert!(said.iter().any(|line| line.contains("no tool to identify")), "{said:?}");
    let report = std::fs::read(place.path("report/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let off = |number: usize| report["methods"][number]["mean_mm"]["mean"].as_f64().unwrap();
    assert_eq!(report["methods"].as_array().map(Vec::len), Some(7));
    assert_eq!(report["model"]["subjects"].as_array().map(Vec::len), Some(10));
    // The true face in cells comes before all others.
    assert!((0..6).all(|number| off(number) > 2.0 * off(6)), "{:?}", report["methods"]);
    let cases = std::fs::read_to_string(place.path("report/cases.tsv")).unwrap();
    assert_eq!(cases.lines().count(), 1 + 2 * 7);
    let page = std::fs::read_to_string(place.path("report/report.html")).unwrap();
    assert!(page.contains("no tool to identify"));
    for name in ["best.png", "median.png", "worst.png"] {
        assert!(page.contains(name) && place.path("report").join(name).is_file(), "{name}");
    }

    // A skull of a file is seen as the phantom that it was made of, wherever it lies.
    let model = Model::load(&place.path("m.safetensors")).unwrap();
    let [here, there] = [[0.0; 3], [40.0, -25.0, 300.0]].map(|shift_mm| {
        let made = face(&model, &skull(900_003, 96, shift_mm)).unwrap();
        assert!(Closed::new(&made.skin).is_some() && made.known_share > 0.8, "{made:?}");
        made.skin.bounds().unwrap()
    });
    for (axis, shift) in [40.0, -25.0, 300.0].into_iter().enumerate() {
        assert!((there.min[axis] - here.min[axis] - shift).abs() < 0.2, "{here:?} {there:?}");
    }
    let said = place.predicted(&skull(900_003, 96, [5.0; 3]), "face.stl").unwrap();
    assert!(said.iter().any(|line| line.contains("no tool to identify")), "{said:?}");
    let stl = std::fs::read(place.path("face.stl")).unwrap();
    assert_eq!(stl.len() % 50, 84 % 50);
    place.predicted(&skull(900_003, 96, [5.0; 3]), "face.nii.gz").unwrap();
    assert!(place.path("face.nii.gz").metadata().unwrap().len() > 1000);
    let said = place.evaluated(None).unwrap();
    assert!(said[0].starts_with("dummy: off by "), "{said:?}");
}

#[test]
fn what_is_no_skull_is_refused_with_what_to_do() {
    let place = Place::new();
    place.trained("m.safetensors", 2);
    let map = |dims: [usize; 3], spacing_mm: f64, n_full: usize| {
        let affine = Affine::from_spacing([spacing_mm; 3], [0.0; 3]).unwrap();
        let grid = Grid::new(dims, affine).unwrap();
        let of = |index: usize| u16::from(index < n_full);
        LabelMap::new(grid, (0..grid.n_voxels()).map(of).collect(), vec![0, 1]).unwrap()
    };
    for (input, expected) in [
        (map([32; 3], 4.0, 0), "no bone"),
        (map([32; 3], 1.0, 4000), "4 ml are no skull"),
        (map([32; 3], 40.0, 8000), "are no skull"),
    ] {
        let error = place.predicted(&input, "c.stl").unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("in.nii.gz"), "{error}");
        assert!(error.contains("give a mask"), "{error}");
        assert!(!place.path("c.stl").exists());
    }
    let error = place.predicted(&map([32; 3], 4.0, 8000), "c.txt").unwrap_err().to_string();
    assert!(error.contains(".stl"), "{error}");
    // A block of bone is no skull, and the answer says how much it is worth.
    let said = place.predicted(&map([32; 3], 4.0, 8000), "c.stl");
    assert!(said.is_err() || said.unwrap().iter().any(|line| line.contains("means little")));
    let other = place.path("settings.toml");
    let error = Model::load(&other).unwrap_err().to_string();
    assert!(error.contains("settings.toml"), "{error}");
    std::fs::write(&other, [2, 0, 0, 0, 0, 0, 0, 0, b'{', b'}']).unwrap();
    let error = Model::load(&other).unwrap_err().to_string();
    assert!(error.contains("train face"), "{error}");
}

#[test]
fn a_model_that_learned_from_the_test_is_not_scored() {
    let place = Place::new();
    place.trained("m.safetensors", 2);
    let path: &Path = &place.path("m.safetensors");
    let mut model = Model::load(path).unwrap();
    model.facts.subjects.push("phantom-900003".to_owned());
    model.save(path).unwrap();
    let again = Model::load(path).unwrap();
    assert_eq!((&again.facts, &again.regression), (&model.facts, &model.regression));
    assert_eq!(again.network.unwrap().weights, model.network.unwrap().weights);
    let error = place.evaluated(Some("m.safetensors")).unwrap_err().to_string();
    assert!(error.contains("phantom-900003"), "{error}");
    let parts = split().unwrap();
    assert_eq!(parts.part("phantom-900003"), Some(crate::split::Part::Test));
}

#[test]
fn a_stopped_training_says_so_and_leaves_no_model() {
    let place = Place::new();
    let settings = Some(place.path("settings.toml"));
    let model = place.path("m.safetensors");
    let request = Train { data: None, settings, model: model.clone(), resume: false };
    let error = Face.train(&request, &watch(&AtomicBool::new(true))).unwrap_err();
    assert!(matches!(error, Error::Stopped(_)) && !model.exists(), "{error}");
    std::fs::write(place.path("settings.toml"), NO_NETWORK).unwrap();
    let error = Face.train(&Train { resume: true, ..request }, &watch(&AtomicBool::new(false)));
    assert!(error.unwrap_err().to_string().contains("without --resume"));
}

/// Saved in its seventh step, between two saves.
#[test]
fn a_training_that_was_stopped_goes_on_to_the_model_that_it_would_have_made() {
    let place = Place::new();
    let whole = place.trained("whole.safetensors", 2);
    let settings = Some(place.path("settings.toml"));
    let model = place.path("m.safetensors");
    let request = Train { data: None, settings, model: model.clone(), resume: false };
    let stop = AtomicBool::new(false);
    let at_seven = |progress: Progress| {
        stop.store(progress.total == 12 && progress.done >= 7, Ordering::Relaxed);
    };
    let error = Face.train(&request, &Watch { stop: &stop, progress: &at_seven }).unwrap_err();
    assert!(error.to_string().contains("step 7 is saved"), "{error}");
    let going_on = Train { resume: true, ..request };
    let first = AtomicU64::new(u64::MAX);
    let keep_first = |progress: Progress| {
        if progress.total == 12 {
            first.fetch_min(progress.done, Ordering::Relaxed);
        }
    };
    let stop = AtomicBool::new(false);
    Face.train(&going_on, &Watch { stop: &stop, progress: &keep_first }).unwrap();
    assert_eq!(first.into_inner(), 8);
    assert!(whole == std::fs::read(&model).unwrap());
}

#[test]
fn a_model_without_a_network_makes_faces_by_its_regression() {
    let place = Place::new();
    std::fs::write(place.path("settings.toml"), NO_NETWORK).unwrap();
    place.trained("m.safetensors", 2);
    let said = place.evaluated(Some("m.safetensors")).unwrap();
    assert!(said[0].starts_with("regression: off by "), "{said:?}");
    assert!(!said.iter().any(|line| line.starts_with("sparse network")), "{said:?}");
    let model = Model::load(&place.path("m.safetensors")).unwrap();
    assert!(!model.prefers_network() && model.network.is_none());
}

/// What `models/` has is worth what its card says.
#[test]
fn the_shipped_model_makes_closed_faces_for_skulls_that_it_has_not_seen() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/face.safetensors");
    let model = Model::load(&path).unwrap();
    assert!(model.prefers_network());
    let usual = usual_anchor().unwrap();
    let off_mm = |seed: u64| {
        let subject = Subject::of_seed(seed, 96, usual).unwrap();
        assert!(!model.facts.subjects.contains(&subject.name));
        let made = face(&model, &subject.skull).unwrap();
        assert!(Closed::new(&made.skin).is_some());
        Truth::new(&subject, 96).unwrap().scores(&made.skin).unwrap().mean_mm
    };
    let mean_mm = (950_000..950_004).map(off_mm).sum::<f64>() / 4.0;
    assert!(mean_mm < 1.6, "{mean_mm}");
}

/// Heads whose skin is 6 mm over the bone, which is a ball that lies higher or lower, and a regression that says
/// the same of all.
#[test]
fn a_network_learns_what_the_regression_misses_and_leaves_what_is_not_known() {
    let cells = skin::grid(24);
    let ball = |radius_mm: f64, up_mm: f64| -> Vec<f32> {
        let far = |[x, y, z]: [f64; 3]| (x * x + y * y + (z - up_mm).powi(2)).sqrt();
        (0..cells.n_voxels()).map(|cell| (far(middle(&cells, cell)) - radius_mm) as f32).collect()
    };
    let guess = ball(66.0, 0.0);
    let heads: Vec<[Vec<f32>; 2]> = (-3..=3)
        .map(|up| f64::from(up) * 2.0)
        .map(|up_mm| [ball(60.0, up_mm), ball(66.0, up_mm)])
        .collect();
    let lessons: Vec<Lesson<'_>> = heads
        .iter()
        .map(|[bone, face]| Lesson { given: Given { bone, guess: &guess, mean: &guess }, face })
        .collect();
    let mut settings = Settings { resolution: 48, ..Settings::read(None).unwrap() };
    let course = &mut settings.network;
    (course.widths, course.steps, course.batch) = (vec![8], 200, 4);
    let place = Place::new();
    let files = Files::of(&place.path("m.safetensors"));
    let stop = AtomicBool::new(false);
    let network = Network::new(&settings.network);
    let network = teach(network, &lessons, &settings, (&files, false), &watch(&stop)).unwrap();
    let (mut bone, truth) = (ball(60.0, 5.0), ball(66.0, 5.0));
    let unknown: Vec<usize> =
        (0..bone.len()).filter(|&cell| middle(&cells, cell)[1] < -20.0).collect();
    unknown.iter().for_each(|&cell| bone[cell] = f32::NAN);
    let face = network.face(Given { bone: &bone, guess: &guess, mean: &guess }, 48);
    assert!(unknown.iter().all(|&cell| face[cell] == guess[cell]));
    let is_near = |cell: &usize| guess[*cell].abs() < 7.0 && middle(&cells, *cell)[1] > 0.0;
    let near: Vec<usize> = (0..face.len()).filter(is_near).collect();
    let off_mm = |field: &[f32]| -> f32 {
        near.iter().map(|&cell| (field[cell] - truth[cell]).abs()).sum::<f32>() / near.len() as f32
    };
    // Heights are even on a ball, so that the regression is off by half of the 5 mm.
    assert!((off_mm(&guess) - 2.5).abs() < 0.3, "{}", off_mm(&guess));
    assert!(off_mm(&face) < 0.8, "{}", off_mm(&face));
}

/// A head and its mirror image get faces that are mirror images.
#[test]
fn a_network_sees_both_sides_alike() {
    let cells = skin::grid(24);
    let [n_x, ..] = cells.dims();
    let field = |wave: f64| -> Vec<f32> {
        let at = |cell| {
            let [x, y, z] = middle(&cells, cell);
            ((x * x + y * y + z * z).sqrt() - 66.0 + (wave * x).sin() + (0.1 * y).cos()) as f32
        };
        (0..cells.n_voxels()).map(at).collect()
    };
    let mirrored = |field: &[f32]| -> Vec<f32> {
        field.chunks_exact(n_x).flat_map(|row| row.iter().rev().copied()).collect()
    };
    let [bone, guess, mean] = [0.05, 0.07, 0.0].map(field);
    let own = Given { bone: &bone, guess: &guess, mean: &mean };
    let network = Network::new(&Settings::read(None).unwrap().network);
    let face = network.face(own, 48);
    let [bone, guess, mean] = [&bone, &guess, &mean].map(|field| mirrored(field));
    let other = network.face(Given { bone: &bone, guess: &guess, mean: &mean }, 48);
    let off = mirrored(&other).iter().zip(&face).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-3 && face != guess, "{off}");
}

/// The true face scores as well as can be; one that is grown by 3 mm is off by that, everywhere outwards.
#[test]
fn scores_of_a_face_that_is_grown_are_what_it_is_grown_by() {
    let subject = Subject::of_seed(900_001, 96, usual_anchor().unwrap()).unwrap();
    let truth = Truth::new(&subject, 96).unwrap();
    let own = truth.scores(&subject.skin).unwrap();
    assert!(own.mean_mm < 1e-3 && own.dice == 1.0 && own.within == 1.0, "{own:?}");
    let cells = truth.scores(&surface(&fine(&subject.face, 96))).unwrap();
    assert!(cells.mean_mm < 0.4 && cells.dice > 0.99, "{cells:?}");
    let grown: Vec<f32> = subject.face.iter().map(|off| off - 3.0).collect();
    let grown = truth.scores(&surface(&fine(&grown, 96))).unwrap();
    assert!((grown.mean_mm - 3.0).abs() < 0.3, "{grown:?}");
    for off in grown.signed_mm {
        assert!((off.unwrap() - 3.0).abs() < 0.6, "{grown:?}");
    }
}

#[test]
fn a_dummy_is_as_thick_as_the_table_at_its_landmarks() {
    let usual = usual_anchor().unwrap();
    let subject = Subject::of_seed(3, 96, usual).unwrap();
    let dummy = Dummy::new(std::slice::from_ref(&subject.marks), subject.face.clone()).unwrap();
    for mark in &subject.marks {
        let site = skin::SITES[mark.site];
        let found = dummy.thickness_mm(mark.bone_mm, Some(subject.sex));
        assert!((found / site.mean_mm(subject.sex) - 1.0).abs() < 0.06, "{} {found}", site.name);
    }
    let made = surface(&fine(&dummy.face(&subject.skull, Some(subject.sex)), 96));
    let truth = Truth::new(&subject, 96).unwrap();
    let scores = truth.scores(&made).unwrap();
    assert!(scores.mean_mm < 6.0 && scores.dice > 0.9, "{scores:?}");
    // Without a floor of the mouth these are 10.5 mm; what else is open has 8.8.
    assert!(scores.p95_mm < 9.5, "{scores:?}");
}
