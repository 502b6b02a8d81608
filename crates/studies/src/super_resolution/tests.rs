use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use medshape::Reader;
use medshape_formats::{Input, nifti};
use medshape_learn::networks;
use medshape_learn::{Random, SparseGrid};
use medshape_types::{Affine, Grid, LabelMap};

use super::evaluate::Scores;
use super::interpolate::{Interpolation, interpolated};
use super::model::{Facts, Model};
use super::settings::{Sampling, Settings};
use super::shape::{Coarse, grid};
use super::subjects::{Column, structures};
use super::*;
use crate::Progress;

fn watch<'a>(stop: &'a AtomicBool, progress: &'a (dyn Fn(Progress) + Sync)) -> Watch<'a> {
    Watch { stop, progress }
}

/// The voxels of a grid whose centres lie in a ball, as if the grid covered the cube from 0 to 1.
fn ball(dims: usize, radius: f64) -> SparseGrid {
    let centre = [0.49, 0.52, 0.505];
    let side = || 0..dims as u32;
    let is_in = |place: &[u32; 3]| {
        let offset = |axis: usize| (f64::from(place[axis]) + 0.5) / dims as f64 - centre[axis];
        (0..3).map(|axis| offset(axis).powi(2)).sum::<f64>() < radius * radius
    };
    grid(
        side().flat_map(|z| side().flat_map(move |y| side().map(move |x| [x, y, z]))).filter(is_in),
    )
}

/// SciPy, as below.
#[test]
fn interpolations_of_a_ball_have_the_dice_that_another_program_gives_them() {
    let coarse = Coarse::new(ball(16, 0.35), [16; 3]);
    let truth = ball(64, 0.35);
    let dice = Interpolation::ALL.map(|by| Scores::of(&truth, &interpolated(&coarse, 2, by)).dice);
    for (found, expected) in dice.into_iter().zip([0.936_350_688, 0.959_833_943, 0.959_833_943]) {
        assert!((found - expected).abs() < 1e-8, "{dice:?}");
    }
}

/// SciPy 1.17.1 on the same ball, by `tests/oracles/upsampling.py`: linear, then by distances.
#[test]
fn interpolations_are_those_of_another_program() {
    let coarse = Coarse::new(ball(12, 0.33), [12; 3]);
    let count = |n, by| interpolated(&coarse, n, by).n_rows();
    let found =
        [1, 2, 3].map(|n| [count(n, Interpolation::Linear), count(n, Interpolation::Distance)]);
    assert_eq!(found, [[2070, 2070], [16464, 16464], [131_580, 131_550]]);
}

#[test]
fn a_flat_surface_stays_where_it_is_and_the_image_may_cut_it() {
    // Occupied up to z = 3 of 6: linear interpolation has the surface half way between layers.
    let all = (0..3).flat_map(|z| (0..5).flat_map(move |y| (0..7).map(move |x| [x, y, z])));
    let coarse = Coarse::new(grid(all), [7, 5, 6]);
    for by in Interpolation::ALL {
        for n in 1..=3 {
            let factor = 1u32 << n;
            let fine = interpolated(&coarse, n, by);
            assert_eq!(fine.n_rows(), (7 * 5 * 3) << (3 * n), "{by:?}");
            assert!(fine.voxels().all(|voxel| voxel.place[2] < 3 * factor), "{by:?}");
        }
    }
}

#[test]
fn scores_count_voxels() {
    let [a, b] = [grid([[0; 3], [1, 0, 0], [2, 0, 0], [3, 0, 0]]), grid([[3, 0, 0], [4, 0, 0]])];
    let Scores { dice, error } = Scores::of(&a, &b);
    assert!((dice - 2.0 / 6.0).abs() < 1e-12 && (error - 4.0 / 4.0).abs() < 1e-12);
    assert_eq!(Scores::of(&SparseGrid::default(), &SparseGrid::default()).dice, 1.0);
    assert_eq!(Scores::of(&a, &a).error, 0.0);
}

#[test]
fn columns_are_doublings() {
    let n = |pair| Column::of_skulls(pair).map(|column| column.n_doublings);
    assert_eq!(
        [n([64, 512]), n([128, 256]), n([64, 64]), n([64, 192])],
        [Some(3), Some(1), None, None]
    );
    let n = |pair| Column::of_bodies(pair).map(|column| column.n_doublings);
    assert_eq!([n([8, 1]), n([4, 2]), n([1, 2]), n([32, 8])], [Some(3), Some(1), None, None]);
}

#[test]
fn skulls_and_bodies_of_the_test_are_not_learned_from() {
    use crate::split::Part;
    for has_bodies in [false, true] {
        let split = super::subjects::split(has_bodies).expect("sound");
        let n = |part| split.subjects(part).len();
        assert_eq!((n(Part::Train), n(Part::Test)), if has_bodies { (18, 9) } else { (100, 40) });
        let learned = split.subjects(Part::Train);
        assert_eq!(split.check_unseen(learned), Ok(()));
    }
    let seeds = super::subjects::split(false).expect("sound");
    let first = crate::heads::FIRST_TEST_SEED;
    for name in seeds.subjects(Part::Test) {
        assert!(name.trim_start_matches("skull-").parse::<u64>().expect("a seed") >= first);
    }
}

fn map(dims: [usize; 3], affine: Affine, label: impl Fn([usize; 3]) -> i64) -> LabelMap {
    let grid = Grid::new(dims, affine).expect("a grid");
    let values = vec![0, 3, 7];
    let voxels = (0..grid.n_voxels()).map(|at| {
        let place = [at % dims[0], at / dims[0] % dims[1], at / (dims[0] * dims[1])];
        values.iter().position(|&value| value == label(place)).expect("known") as u16
    });
    LabelMap::new(grid, voxels.collect(), values.clone()).expect("a map")
}

#[test]
fn structures_are_cut_out_with_their_image_border() {
    let map = map([40, 33, 20], Affine::IDENTITY, |[x, _, z]| match x {
        0..4 => 3,
        30..34 if z < 10 => 7,
        _ => 0,
    });
    let all = structures("s1", &map, &[]);
    let sample = |which: usize| {
        let column = Column::of_bodies([4, 1]).expect("doublings");
        super::subjects::Cohort::Bodies(all.clone()).sample(which, column)
    };
    let [first, second] = [sample(0), sample(1)];
    assert_eq!((first.structure.as_str(), second.structure.as_str()), ("3", "7"));
    // From the image's corner to one block of 16 behind the structure.
    assert_eq!((first.dims, first.coarse.dims), ([32, 33, 20], [8, 9, 5]));
    assert_eq!(first.truths[1].n_rows(), 4 * 33 * 20);
    // The last of 9 voxels along y has a quarter of what it could.
    assert_eq!(first.coarse.shape.n_rows(), 8 * 5);
    // From 0, since a block before 16 is there, to the image's end at 40.
    assert_eq!(second.dims, [40, 33, 20]);
    assert_eq!(second.truths.len(), 2);
    // A number that is none of the structures' is background.
    assert_eq!(structures("s1", &map, &[7, 9]).len(), 1);
}

const TINY: &str = "columns = [[16, 32], [16, 64]]\nwidths = [4, 4]\nfiner = [4, 4]\ncloser = [10]\n\
                    window = 20\nsteps = 30\nmost_skulls = 3\nvariants = 2\nmost_test = 2\nsave_every = 10\n";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn request(&self, name: &str, resume: bool) -> Train {
        let settings = self.path("settings.toml");
        std::fs::write(&settings, TINY).expect("written");
        Train { data: None, settings: Some(settings), model: self.path(name), resume }
    }

    fn trained(&self, name: &str, n_threads: usize) -> Vec<u8> {
        let request = self.request(name, false);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads");
        let stop = AtomicBool::new(false);
        pool.install(|| SuperResolution.train(&request, &watch(&stop, &|_| ()))).expect("trained");
        std::fs::read(&request.model).expect("a model")
    }
}

#[test]
fn training_gives_the_same_weights_on_one_and_two_threads_and_a_report() {
    let place = Place::new();
    let one = place.trained("one.safetensors", 1);
    assert_eq!(one, place.trained("two.safetensors", 2));
    let log = std::fs::read_to_string(place.path("one.log.tsv")).expect("a log");
    let loss: Vec<f64> =
        log.lines().skip(1).filter_map(|line| line.split('\t').nth(1)?.parse().ok()).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    assert_eq!(loss.len(), 30);
    assert!(mean(&loss[20..]) < 0.8 * mean(&loss[..10]), "{loss:?}");
    let request = Evaluate {
        data: None,
        model: Some(place.path("one.safetensors")),
        settings: Some(place.path("settings.toml")),
        out: place.path("report"),
    };
    let stop = AtomicBool::new(false);
    let said = SuperResolution.evaluate(&request, &watch(&stop, &|_| ())).expect("scored");
    assert!(said.iter().any(|line| line.starts_with("16→64 network, by doublings: ")), "{said:?}");
    let report = std::fs::read_to_string(place.path("report/report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    // Two skulls, four ways to twice and five to four times the resolution.
    assert_eq!(report["cases"].as_array().map(Vec::len), Some(2 * (4 + 5)));
    let html = std::fs::read_to_string(place.path("report/report.html")).expect("a page");
    assert!(html.contains("worst-1.png") && place.path("report/worst-1.png").exists());
}

#[test]
fn a_stopped_training_goes_on_as_if_it_had_not_stopped() {
    let place = Place::new();
    let whole = place.trained("whole.safetensors", 1);
    let stop = AtomicBool::new(false);
    let halt = |progress: Progress| {
        if progress.done == 13 {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let error = SuperResolution
        .train(&place.request("part.safetensors", false), &watch(&stop, &halt))
        .expect_err("stopped");
    assert!(error.to_string().contains("step 13"), "{error}");
    stop.store(false, Ordering::Relaxed);
    SuperResolution
        .train(&place.request("part.safetensors", true), &watch(&stop, &|_| ()))
        .expect("gone on");
    assert_eq!(whole, std::fs::read(place.path("part.safetensors")).expect("a model"));
}

/// What `models/` has is worth what its card says.
#[test]
fn the_shipped_model_beats_linear_interpolation() {
    let place = Place::new();
    let settings = place.path("one.toml");
    std::fs::write(&settings, "columns = [[64, 128]]\nmost_test = 1\n").expect("written");
    let shipped = "../../models/super-resolution-skulls.safetensors";
    let request = Evaluate {
        data: None,
        model: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(shipped)),
        settings: Some(settings),
        out: place.path("report"),
    };
    let stop = AtomicBool::new(false);
    SuperResolution.evaluate(&request, &watch(&stop, &|_| ())).expect("scored");
    let report = std::fs::read_to_string(place.path("report/report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let cases = report["cases"].as_array().expect("cases");
    let dice = |method: &str| {
        let of = |case: &&serde_json::Value| case["method"] == method;
        cases.iter().find(of).and_then(|case| case["dice"].as_f64()).expect("a score")
    };
    let (network, linear) = (dice("network"), dice("linear"));
    assert!(network > 0.96 && network > linear + 0.05, "{network} {linear}");
}

/// A model with chance weights, which answers something.
fn untrained(path: &Path) {
    let (widths, finer) = (vec![4, 4], vec![4, 4]);
    let (network, parameters) = networks::SuperResolution::new(&widths, &finer, 3);
    let facts = Facts {
        widths,
        finer,
        sampling: Sampling::Centre,
        columns: vec![[16, 32]],
        subjects: vec!["skull-1".to_owned()],
        steps: 0,
        seed: 3,
    };
    Model { network, parameters, facts }.save(path).expect("written");
}

fn write(path: &Path, map: &LabelMap) {
    let mut bytes = Vec::new();
    nifti::write_label_map(&mut bytes, map).expect("written");
    std::fs::write(path, bytes).expect("written");
}

fn predict(
    place: &Place,
    input: &LabelMap,
    factor: usize,
) -> Result<(LabelMap, Vec<String>), Error> {
    let [model, given, out] =
        ["m.safetensors", "in.nii.gz", "out.nii.gz"].map(|name| place.path(name));
    untrained(&model);
    write(&given, input);
    let request = Predict { factor: Some(factor), ..Predict::new(model, given, out.clone()) };
    let stop = AtomicBool::new(false);
    let said = SuperResolution.predict(&request, &watch(&stop, &|_| ()))?;
    Ok((Reader::default().label_map(&Input::on_disk(&out))?, said))
}

/// Two boxes that touch, in a mirrored image of odd size that is turned by 30 degrees.
fn touching() -> LabelMap {
    let [c, s] = [0.75f64.sqrt() * 2.0, 1.0];
    let rows = [[-c, s, 0.0, 10.0], [s, c, 0.0, -20.0], [0.0, 0.0, 2.0, 5.0]];
    let affine = Affine::from_rows(rows).expect("an affine");
    map([21, 17, 13], affine, |[x, y, z]| match x {
        _ if !(4..13).contains(&y) || z < 3 => 0,
        3..10 => 3,
        10..17 => 7,
        _ => 0,
    })
}

#[test]
fn a_finer_map_covers_the_same_box_and_keeps_what_lies_deep() {
    let place = Place::new();
    let coarse = touching();
    for factor in [2usize, 4] {
        let (fine, said) = predict(&place, &coarse, factor).expect("made finer");
        assert_eq!(fine.grid().dims(), [21, 17, 13].map(|dim| dim * factor));
        assert_eq!(said.len(), 3);
        // The outer corners of the image are where they were.
        for corner in [[-0.5; 3], [20.5, -0.5, 12.5], [20.5, 16.5, 12.5]] {
            let finer = corner.map(|at: f64| (at + 0.5) * factor as f64 - 0.5);
            let [old, new] = [(&coarse, corner), (&fine, finer)]
                .map(|(map, at)| map.grid().world_from_voxel().apply(at));
            assert!((0..3).all(|axis| (old[axis] - new[axis]).abs() < 1e-4), "{old:?} {new:?}");
        }
        // Far from surfaces every voxel has what it had, whatever the weights.
        let at = |place: [usize; 3]| {
            let index = fine.grid().index(place.map(|at| at * factor + factor / 2));
            fine.values()[usize::from(fine.voxels().iter().nth(index).expect("a voxel"))]
        };
        assert_eq!([at([6, 8, 8]), at([13, 8, 8]), at([0, 0, 0])], [3, 7, 0]);
        // The image cuts the boxes above: they reach its end.
        assert_eq!([at([6, 8, 12]), at([13, 8, 12])], [3, 7]);
        // Between them is no background, so none comes there.
        assert!([at([9, 8, 8]), at([10, 8, 8])].iter().all(|value| [3, 7].contains(value)));
    }
}

#[test]
fn what_cannot_be_made_finer_is_refused_with_its_reason() {
    let place = Place::new();
    let cubes = |mm: f64| Affine::from_spacing([mm; 3], [0.0; 3]).expect("an affine");
    let some = |[x, _, _]: [usize; 3]| if x == 1 { 3 } else { 0 };
    let flat = Affine::from_spacing([1.0, 1.0, 3.0], [0.0; 3]).expect("an affine");
    for (input, factor, expected) in [
        (map([4, 4, 4], cubes(1.0), |_| 0), 2, "empty"),
        (map([4, 4, 4], flat, some), 2, "no cubes"),
        (map([4, 4, 4], cubes(1.0), some), 3, "no factor 3; it has 2, 4"),
        (map([4, 4, 4], cubes(1.0), some), 8, "no factor 8"),
        (map([4, 4, 4], cubes(0.001), some), 2, "spacing"),
        (map([300, 300, 200], cubes(1.0), some), 4, "more than 1073741824"),
    ] {
        let error = predict(&place, &input, factor).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!place.path("out.nii.gz").exists());
    }
}

#[test]
fn only_models_of_the_task_are_taken() {
    let place = Place::new();
    std::fs::write(place.path("none.safetensors"), [2, 0, 0, 0, 0, 0, 0, 0, b'{', b'}'])
        .expect("written");
    let error = Model::load(&place.path("none.safetensors")).expect_err("no model").to_string();
    assert!(error.contains("none.safetensors") && error.contains("super-resolution"), "{error}");
}

#[test]
fn a_lesson_is_about_the_same_shape_at_all_resolutions() {
    let settings =
        Settings { window: 12, closer: vec![6, 4], ..Settings::read(None).expect("sound") };
    let truths = [32, 64].map(|dims| std::sync::Arc::new(ball(dims, 0.35)));
    let sample = super::subjects::Sample {
        subject: String::new(),
        structure: String::new(),
        coarse: Coarse::new(ball(16, 0.35), [16; 3]).into(),
        truths: truths.into(),
        dims: [64; 3],
    };
    let mut random = Random::new(1);
    for _ in 0..20 {
        let part = super::lesson::part(&sample, &settings, &mut random).expect("a surface");
        let there = part.band.refine().intersection(&part.coarse.refine());
        // Where most voxels of the band lie inside, so do those of the truth.
        let both = there.intersection(&part.truths[0]).n_rows();
        assert!(both as f64 > 0.8 * there.n_rows() as f64, "{both} of {}", there.n_rows());
        let [low, end] = part.windows[0];
        let inside = part.truths[1].voxels().all(|voxel| {
            (0..3).all(|axis| {
                voxel.place[axis] + 2 >= 2 * low[axis] && voxel.place[axis] < 2 * end[axis] + 2
            })
        });
        assert!(inside);
    }
}
