//! Small bodies of ellipsoids, which need no real subject: trained on, completed and scored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use medshape_formats::nifti;
use medshape_learn::Random;
use medshape_learn::train::safetensors::Contents;
use medshape_learn::train::{read as read_contents, write};
use medshape_types::{Affine, Grid, LabelMap};

use super::body::Body;
use super::learn::{Run, learned_from};
use super::model::Model;
use super::partial::Partial;
use super::predict::completed;
use super::settings::Settings;
use super::structures::N;
use super::{Completion, subjects};
use crate::{Error, Evaluate, Predict, Progress, Task, Train, Watch};

/// Centre and half axes of each structure in millimetres, with a little of the real order.
const BODY: [[f64; 6]; N] = [
    [150.0, 120.0, 420.0, 110.0, 70.0, 90.0],
    [165.0, 150.0, 400.0, 45.0, 40.0, 45.0],
    [80.0, 90.0, 290.0, 30.0, 30.0, 40.0],
    [95.0, 150.0, 280.0, 35.0, 35.0, 40.0],
    [140.0, 125.0, 250.0, 45.0, 14.0, 14.0],
    [150.0, 50.0, 300.0, 18.0, 18.0, 220.0],
    [150.0, 220.0, 420.0, 80.0, 10.0, 70.0],
    [205.0, 130.0, 290.0, 60.0, 60.0, 50.0],
    [215.0, 75.0, 210.0, 22.0, 22.0, 45.0],
    [150.0, 80.0, 220.0, 12.0, 12.0, 130.0],
    [100.0, 40.0, 220.0, 25.0, 18.0, 120.0],
    [150.0, 130.0, 480.0, 40.0, 12.0, 12.0],
];

const SPACING_MM: f64 = 6.0;

/// A body of ellipsoids; each number makes another one, larger or smaller and placed elsewhere.
fn map(number: u64) -> LabelMap {
    let mut random = Random::new(number);
    let size = 1.0 + 0.06 * random.normal();
    let bits = [0; N].map(|_| [0; 3].map(|_| 3.0 * random.normal()));
    let affine = Affine::from_spacing([SPACING_MM; 3], [-100.0, 30.0, 7.0]).expect("an affine");
    let grid = Grid::new([52, 44, 100], affine).expect("a grid");
    let label = |index: usize| {
        let voxel = [index % 52, index / 52 % 44, index / 52 / 44];
        let is_in = |place: usize| {
            let ellipsoid = BODY[place];
            let part = |axis: usize| {
                let mm = (voxel[axis] as f64 + 0.5) * SPACING_MM;
                let centre = ellipsoid[axis] * size + bits[place][axis];
                ((mm - centre) / (ellipsoid[3 + axis] * size)).powi(2)
            };
            part(0) + part(1) + part(2) <= 1.0
        };
        // The later structures lie inside of the earlier ones where they meet.
        (0..N).rev().find(|&place| is_in(place)).map_or(0, |place| place as u16 + 1)
    };
    let voxels = (0..grid.n_voxels()).map(label).collect();
    LabelMap::new(grid, voxels, (0..=N as i64).collect()).expect("known labels")
}

fn body(number: u64) -> Body {
    let map = map(number);
    Body::of(map.grid(), &Partial::of(&map).codes)
}

/// The model of two bodies, which keeps them.
fn learned_from_two(
    seed: u64,
    (run, stop, progress): (Option<&Run>, &AtomicBool, &(dyn Fn(Progress) + Sync)),
) -> Result<Model, Error> {
    let defaults = Settings::read(None).expect("sound defaults");
    let settings = Settings { draws: 1, atlases: true, seed, ..defaults };
    let watch = Watch { stop, progress };
    learned_from((0..2).map(body).collect(), &["a", "b"], &settings, (run, &watch))
}

/// A model that was learned once, for all tests, and keeps the two bodies that it has learned from.
fn keeping() -> Model {
    static MODEL: LazyLock<Model> = LazyLock::new(|| {
        learned_from_two(1, (None, &AtomicBool::new(false), &|_| {})).expect("bodies")
    });
    MODEL.clone()
}

/// The same model without the bodies.
fn learned() -> Model {
    Model { atlases: Vec::new(), ..keeping() }
}

#[test]
fn the_same_seed_gives_the_same_model_on_one_thread_and_on_any() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let of_seed = |seed| learned_from_two(seed, (None, &AtomicBool::new(false), &|_| {}));
    let one = pool.install(|| of_seed(1)).expect("bodies");
    assert_eq!(one.template, learned().template);
    assert_ne!(one.template.expected, of_seed(2).expect("bodies").template.expected);
}

#[test]
fn a_training_that_was_stopped_goes_on_as_if_it_had_not() {
    let place = Workplace::new();
    let defaults = Settings::read(None).expect("sound defaults");
    let model = place.path("model.safetensors");
    let run = Run::open(&model, &defaults, &["a", "b"], false).expect("a folder");
    // Both were made sharp twice, then the first was learned.
    let stop_after_one = |progress: Progress| {
        place.stop.store(progress.done == 5, Ordering::Relaxed);
    };
    let stopped = learned_from_two(1, (Some(&run), &place.stop, &stop_after_one));
    let stopped = stopped.expect_err("stopped");
    assert!(matches!(&stopped, Error::Stopped(how) if how.contains("--resume")), "{stopped}");
    place.stop.store(false, Ordering::Relaxed);
    let again = Run::open(&model, &defaults, &["a", "b"], true).expect("a folder");
    let whole = learned_from_two(1, (Some(&again), &place.stop, &|_| {})).expect("learned");
    assert_eq!(whole.template, learned().template);
    // What belongs to something else is not gone on with, and forgotten by one that begins.
    let other = Run::open(&model, &defaults, &["a", "c"], true).expect("a folder");
    let refused = learned_from_two(1, (Some(&other), &place.stop, &|_| {})).expect_err("another");
    assert!(refused.to_string().contains("a.safetensors"), "{refused}");
    Run::open(&model, &defaults, &["a", "c"], false).expect("a folder");
    assert_eq!(std::fs::read_dir(place.path("model.run")).unwrap().count(), 0);
}

fn complete(
    model: &Model,
    map: LabelMap,
    wanted: &[String],
) -> Result<(LabelMap, Vec<String>), Error> {
    completed(model, map, wanted, &Watch { stop: &AtomicBool::new(false), progress: &|_| {} })
}

struct Workplace {
    folder: tempfile::TempDir,
    stop: AtomicBool,
}

impl Workplace {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), stop: AtomicBool::new(false) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn watch<'a>(&'a self, progress: &'a (dyn Fn(Progress) + Sync)) -> Watch<'a> {
        Watch { stop: &self.stop, progress }
    }

    /// Files of all subjects of the list, under its names.
    fn fill(&self) {
        let split = subjects::split().expect("a list");
        let parts = [crate::split::Part::Train, crate::split::Part::Test];
        let names = parts.iter().flat_map(|&part| split.subjects(part));
        for (number, name) in names.enumerate() {
            put(&self.path(&format!("completor_{name}_full.nii.gz")), &map(number as u64));
        }
    }
}

fn put(path: &Path, map: &LabelMap) {
    let mut file = std::fs::File::create(path).expect("a file");
    nifti::write_label_map(&mut file, map).expect("written");
}

fn read(path: &Path) -> LabelMap {
    let input = medshape_formats::Input::on_disk(path);
    medshape::Reader::default().label_map(&input).expect("a label map")
}

/// The value of each voxel.
fn values(map: &LabelMap) -> Vec<i64> {
    map.voxels().iter().map(|index| map.values()[usize::from(index)]).collect()
}

/// The same map with other values for its labels.
fn with_values(map: &LabelMap, value: impl Fn(usize, i64) -> i64) -> LabelMap {
    let raw: Vec<i64> = values(map).into_iter().enumerate().map(|(at, v)| value(at, v)).collect();
    let mut all = raw.clone();
    all.push(0);
    all.sort_unstable_by_key(|value| (*value != 0, *value));
    all.dedup();
    let index = |v: &i64| all.iter().position(|other| other == v).expect("a value") as u16;
    LabelMap::new(*map.grid(), raw.iter().map(index).collect(), all.clone()).expect("a map")
}

#[test]
fn something_small_is_trained_applied_and_scored() {
    let place = Workplace::new();
    place.fill();
    let settings = place.path("own.toml");
    std::fs::write(
        &settings,
        "draws = 1\natlases = false\nsubsets = 1\nalone = false\nfolds = 2\n",
    )
    .unwrap();
    let (data, model) = (Some(place.folder.path().to_owned()), place.path("small.safetensors"));
    let request = Train {
        data: data.clone(),
        settings: Some(settings.clone()),
        model: model.clone(),
        resume: false,
    };
    let quiet = |_: Progress| {};
    let watch = place.watch(&quiet);
    let said = Completion.train(&request, &watch).expect("trained");
    // Half of the subjects were left out and scored.
    assert!(said[0].contains("9 subjects") && said[1].contains("9 subjects"), "{said:?}");
    assert!(model.exists() && !place.path("small.run").exists());

    let out = place.path("report");
    let request = Evaluate { data, model: Some(model), settings: Some(settings), out: out.clone() };
    Completion.evaluate(&request, &watch).expect("scored");
    let text = std::fs::read_to_string(out.join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    // Ellipsoids that move by 3 mm at random: whoever knows their mean has most of them.
    let methods = report["subsets"].as_array().unwrap();
    assert_eq!(methods.len(), 6);
    for (number, least) in [0.5, 0.5, 0.5, 0.5, 0.5, 0.4].into_iter().enumerate() {
        let method = &methods[number];
        let dice = method["dice"]["mean"].as_f64().unwrap();
        assert!(dice > least && dice < 1.0, "{}: {dice}", method["method"]);
    }
    let cases = report["cases"].as_array().unwrap();
    assert!(cases.iter().filter(|case| case["method"] == "model").count() >= 9);
    for name in ["report.html", "best.png", "median.png", "worst.png"] {
        assert!(out.join(name).exists(), "{name}");
    }
}

#[test]
fn what_is_given_stays_and_faults_are_taken_for_what_they_are() {
    let model = learned();
    // The heart (2) was taken away twice, the spleen (3) once; 17 is where 6 and 11 overlap.
    let whole = map(5);
    let partial = with_values(&whole, |at, value| match value {
        2 => -2,
        3 => 0,
        6 if at % 97 == 0 => 17,
        value => value,
    });
    let (done, said) = complete(&model, partial.clone(), &[]).expect("completed");
    assert_eq!(done.grid(), partial.grid());
    for (given, done) in values(&partial).into_iter().zip(values(&done)) {
        match given {
            1.. => assert_eq!(done, given),
            _ => assert!([0, 2, 3].contains(&done), "{done}"),
        }
    }
    assert!(said.iter().any(|line| line.contains("-2")), "{said:?}");
    assert!(said.iter().any(|line| line.contains("6 + 11")), "{said:?}");
    // One that is named is the only one that is added.
    let (one, _) = complete(&model, partial, &["spleen".to_owned()]).expect("completed");
    assert!(!values(&one).contains(&2));
}

#[test]
fn a_model_that_keeps_its_subjects_knows_them_again() {
    let place = Workplace::new();
    assert_eq!(keeping().atlases, [body(0), body(1)]);
    keeping().save(&place.path("model.safetensors")).expect("written");
    let again = Model::load(&place.path("model.safetensors")).expect("read");
    assert_eq!((&again.atlases, &again.facts), (&keeping().atlases, &keeping().facts));
    // The spleen and the kidneys are where they were in the one that fits, and not halfway to the other.
    let whole = map(1);
    let partial = with_values(&whole, |_, value| if [3, 9].contains(&value) { 0 } else { value });
    let dice = |model: &Model| {
        let (done, _) = complete(model, partial.clone(), &[]).expect("completed");
        [3, 9].map(|value| {
            let [a, b] = [&whole, &done].map(values);
            let n = |of: &[i64]| of.iter().filter(|v| **v == value).count();
            let both = a.iter().zip(&b).filter(|(a, b)| **a == value && **b == value).count();
            2.0 * both as f64 / (n(&a) + n(&b)) as f64
        })
    };
    let (votes, average) = (dice(&again), dice(&learned()));
    assert!(votes.iter().all(|&dice| dice > 0.9), "{votes:?}, of the average {average:?}");
    assert!(votes[0] > average[0] && votes[1] > average[1], "{votes:?} {average:?}");
}

#[test]
fn votes_can_be_stopped_and_broken_subjects_are_refused() {
    let place = Workplace::new();
    let (model, input, output) =
        (place.path("model.safetensors"), place.path("in.nii.gz"), place.path("out.nii.gz"));
    put(&input, &with_values(&map(1), |_, value| if value == 3 { 0 } else { value }));
    keeping().save(&model).expect("written");
    let request = Predict::new(model.clone(), input, output.clone());
    let stop_in_the_middle = |progress: Progress| {
        assert_eq!(progress.total, 2);
        place.stop.store(progress.done == 1, Ordering::Relaxed);
    };
    let stopped = Completion.predict(&request, &place.watch(&stop_in_the_middle));
    assert!(matches!(stopped.expect_err("stopped"), Error::Stopped(_)));
    // What one subject has in the box of the other.
    let mut contents = read_contents(&model).expect("read");
    let [first, second] = ["atlas.0", "atlas.1"]
        .map(|name| contents.entries.iter().position(|entry| entry.name == name).expect("kept"));
    contents.entries[first].name = "atlas.1".to_owned();
    contents.entries[second].name = "atlas.0".to_owned();
    write(&model, &contents).expect("written");
    let error = Completion.predict(&request, &place.watch(&|_| {})).expect_err("swapped");
    assert!(error.to_string().contains("a subject that it keeps"), "{error}");
    assert!(!output.exists());
}

#[test]
fn another_order_of_axes_gives_the_same_anatomy() {
    let model = learned();
    let partial = with_values(&map(6), |_, value| if value == 8 { 0 } else { value });
    let (straight, _) = complete(&model, partial.clone(), &[]).expect("completed");
    // The same image stored from left to right and from head to foot, x and z swapped.
    let dims = partial.grid().dims();
    let [nx, nz] = [dims[0], dims[2]];
    let rows = *partial.grid().world_from_voxel().rows();
    let turned_rows = [0, 1, 2].map(|axis| {
        let [a, b, c, t] = rows[axis];
        [-c, b, -a, t + a * (nx - 1) as f64 + c * (nz - 1) as f64]
    });
    let grid = Grid::new([nz, dims[1], nx], Affine::from_rows(turned_rows).unwrap()).unwrap();
    let from = |index: usize| {
        let [k, j, i] = [index % nz, index / nz % dims[1], index / nz / dims[1]];
        partial.grid().index([nx - 1 - i, j, nz - 1 - k])
    };
    let turn = |map: &LabelMap| {
        let voxels = (0..grid.n_voxels()).map(|index| map.voxels().at(from(index))).collect();
        LabelMap::new(grid, voxels, map.values().to_vec()).unwrap()
    };
    let (turned, _) = complete(&model, turn(&partial), &[]).expect("completed");
    assert_eq!(values(&turned), values(&turn(&straight)));
    assert_eq!(turned.grid(), &grid);
}

#[test]
fn what_cannot_be_done_is_said() {
    let place = Workplace::new();
    let quiet = |_: Progress| {};
    let watch = place.watch(&quiet);
    let model = place.path("model.safetensors");
    learned().save(&model).expect("written");
    put(&place.path("whole.nii.gz"), &map(1));
    put(&place.path("empty.nii.gz"), &with_values(&map(1), |_, _| 0));
    std::fs::write(place.path("junk.nii.gz"), b"not a file of voxels").unwrap();
    let bytes = std::fs::read(&model).unwrap();
    std::fs::write(place.path("short.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    let parameters = place.path("weights.safetensors");
    write(&parameters, &Contents { notes: BTreeMap::new(), entries: Vec::new() }).unwrap();
    for (model, input, output, structures, expected) in [
        ("model.safetensors", "whole.nii.gz", "out.nii.gz", "femur", "femur"),
        ("model.safetensors", "whole.nii.gz", "out.nii.gz", "liver", "given in it already"),
        ("model.safetensors", "empty.nii.gz", "out.nii.gz", "", "nothing tells where"),
        ("model.safetensors", "junk.nii.gz", "out.nii.gz", "", "junk.nii.gz"),
        ("model.safetensors", "absent.nii.gz", "out.nii.gz", "", "absent.nii.gz"),
        ("model.safetensors", "whole.nii.gz", "out.stl", "", ".nii.gz"),
        ("short.safetensors", "whole.nii.gz", "out.nii.gz", "", "short.safetensors"),
        ("weights.safetensors", "whole.nii.gz", "out.nii.gz", "", "medshape train completion"),
    ] {
        let structures = structures.split_terminator(',').map(str::to_owned).collect();
        let request = Predict {
            structures,
            ..Predict::new(place.path(model), place.path(input), place.path(output))
        };
        let error = Completion.predict(&request, &watch).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!place.path(output).exists());
    }
}

#[test]
fn a_model_that_has_seen_the_test_is_not_scored() {
    let place = Workplace::new();
    let quiet = |_: Progress| {};
    let mut model = learned();
    let split = subjects::split().expect("a list");
    model.facts.subjects = vec![split.subjects(crate::split::Part::Test)[0].to_owned()];
    let path = place.path("leak.safetensors");
    model.save(&path).expect("written");
    let request = Evaluate {
        data: Some(place.folder.path().to_owned()),
        model: Some(path),
        settings: None,
        out: place.path("report"),
    };
    let error = Completion.evaluate(&request, &place.watch(&quiet)).expect_err("it leaks");
    assert!(error.to_string().contains("has learned from subjects"), "{error}");
}

#[test]
fn a_model_is_read_as_it_was_written() {
    let place = Workplace::new();
    let model = learned();
    model.save(&place.path("model.safetensors")).expect("written");
    let again = Model::load(&place.path("model.safetensors")).expect("read");
    assert_eq!(again.facts, model.facts);
    assert_eq!(again.template, model.template);
    assert_eq!(again.frame.cells, model.frame.cells);
    assert_eq!(again.frame.marks, model.frame.marks);
}

/// Where real subjects lie, if they are there.
fn shared() -> Option<PathBuf> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/volumes/wholebody");
    folder.is_dir().then_some(folder)
}

#[test]
#[allow(clippy::print_stdout, reason = "a test says why it skips")]
fn a_real_oblique_map_keeps_its_grid_and_what_it_gives() {
    let Some(folder) = shared() else {
        println!("skipped: there are no real subjects beside the clone");
        return;
    };
    let place = Workplace::new();
    let quiet = |_: Progress| {};
    let (model, out) = (place.path("model.safetensors"), place.path("out.nii.gz"));
    learned().save(&model).expect("written");
    // Published, oblique, with -6 where the spleen was and 17 where spine and muscles overlap.
    let input = folder.join("completor_s0585_incomplete_3.nii.gz");
    let request = Predict::new(model, input.clone(), out.clone());
    let said = Completion.predict(&request, &place.watch(&quiet)).expect("completed");
    assert!(said.iter().any(|line| line.contains("34434 voxels have the negative value -6")));
    let (given, done) = (read(&input), read(&out));
    assert_eq!(given.grid().dims(), done.grid().dims());
    let rows = given.grid().world_from_voxel().rows().iter().flatten();
    let same = rows.zip(done.grid().world_from_voxel().rows().iter().flatten());
    assert!(same.into_iter().all(|(a, b)| (a - b).abs() < 1e-4));
    let missing = [0, 2, 3, 4, 9];
    for (given, done) in values(&given).into_iter().zip(values(&done)) {
        let kept = if given > 0 { done == given } else { missing.contains(&done) };
        assert!(kept, "{given} became {done}");
    }
}
