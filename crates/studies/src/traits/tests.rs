use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use medshape_learn::Random;
use medshape_types::{Affine, Grid, LabelMap};

use super::ladder::{Rows, Rung};
use super::model::Model;
use super::settings::Settings;
use super::subjects::{self, Person};
use super::train::learned_from;
use super::*;

static NEVER: AtomicBool = AtomicBool::new(false);

fn watch() -> Watch<'static> {
    Watch { stop: &NEVER, progress: &|_| {} }
}

/// People whose structure 1 is larger in men, and whose structure 2 grows with age, if they differ at all.
fn people(n: usize, differ: bool) -> Vec<Person> {
    let mut random = Random::new(3);
    (0..n)
        .map(|number| {
            let is_male = number % 2 == 0;
            let age_years = random.uniform().mul_add(60.0, 20.0);
            let mut near = |value: f64, spread: f64| value + spread * (random.uniform() - 0.5);
            let (sex, age) = match differ {
                true => (f64::from(u8::from(is_male)), age_years / 60.0),
                false => (0.0, 0.0),
            };
            let mut organ = |volume: f64| {
                [near(volume, 0.4), near(2.0, 0.4), near(2.0, 0.4), near(2.0, 0.4), near(4.0, 0.4)]
            };
            let organs = [(1, organ(5.0 + sex)), (2, organ(4.0 + age))].into();
            Person { subject: format!("p{number:02}"), is_male, age_years, organs }
        })
        .collect()
}

fn settings() -> Settings {
    let mut settings = Settings::read(None).expect("sound");
    (settings.labels, settings.names) = (vec![1, 2], Vec::new());
    settings.repeats = 3;
    settings.table = PathBuf::from("people.tsv");
    settings.files = "{subject}.nii.gz".to_owned();
    settings
}

#[test]
fn what_differs_is_told_and_what_does_not_is_not() {
    let scores = |differ: bool| {
        let people = people(60, differ);
        let said = Rows::of(Rung::Volumes, &people, &[1, 2]).cross_validated(&settings());
        evaluate::score("volumes", &said, &people)
    };
    let told = scores(true);
    assert!(told.auc.expect("both sexes").auc > 0.98 && told.age_r2 > 0.75, "{told:?}");
    // Without a difference no better than chance: nothing leaks from those who are asked.
    let chance = scores(false);
    assert!(chance.auc.expect("both sexes").auc < 0.7 && chance.age_r2 < 0.1, "{chance:?}");
}

#[test]
fn nothing_says_the_mean_of_the_others() {
    let people = people(20, true);
    let said = Rows::of(Rung::Nothing, &people, &[1, 2]).cross_validated(&settings());
    let mean = people.iter().map(|person| person.age_years).sum::<f64>() / 20.0;
    // Folds of four, so that means are those of sixteen others.
    let off = said.ages_years.iter().map(|age| (age - mean).abs()).fold(0.0, f64::max);
    assert!(off > 0.0 && off < 8.0, "{off}");
    assert!(said.chances.iter().all(|chance| (chance - 0.5).abs() < 0.05), "{:?}", said.chances);
}

#[test]
fn threads_change_nothing() {
    let people = people(24, true);
    let rows = Rows::of(Rung::Shapes, &people, &[1, 2]);
    let on = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("threads");
        pool.install(|| rows.cross_validated(&settings()))
    };
    assert_eq!(on(1), on(2));
}

#[test]
fn too_few_of_a_sex_are_refused() {
    let mut few = people(12, true);
    few.retain(|person| person.is_male || person.subject == "p01");
    let error = subjects::check(&few, &settings()).expect_err("one woman").to_string();
    assert!(error.contains("1 women and 6 men") && error.contains("at least 6"), "{error}");
    assert!(subjects::check(&people(12, true), &settings()).is_ok());
}

/// Boxes in a body: the first is wider in men, the second higher with age.
fn body(is_male: bool, age_years: f64, jitter: usize) -> LabelMap {
    let rows = [[4.0, 0.0, 0.0, 0.0], [0.0, 4.0, 0.0, 0.0], [0.0, 0.0, 4.0, 0.0]];
    let grid =
        Grid::new([40, 20, 40], Affine::from_rows(rows).expect("an affine")).expect("a grid");
    let width = if is_male { 30 } else { 24 } + jitter;
    let height = (age_years / 3.0) as usize;
    let voxels = (0..40 * 20 * 40).map(|index| {
        let [x, y, z] = [index % 40, index / 40 % 20, index / 800];
        match y {
            2..=9 if x < width && z < 30 => 1,
            12..=17 if x < 30 && z < height => 2,
            _ => 0,
        }
    });
    LabelMap::new(grid, voxels.collect(), vec![0, 1, 2]).expect("a map")
}

fn write(path: &Path, map: &LabelMap) {
    let mut file = std::fs::File::create(path).expect("a file");
    medshape_formats::nifti::write_label_map(&mut file, map).expect("written");
}

/// A folder of bodies with its table, and settings for it.
fn cohort(folder: &Path) -> PathBuf {
    let mut table = "subject\tsex\tage\n".to_owned();
    for number in 0..24 {
        let (is_male, age) = (number % 2 == 0, 20 + 3 * (number * 7 % 24));
        table += &format!("p{number}\t{}\t{age}\n", if is_male { "M" } else { "F" });
        write(
            &folder.join(format!("p{number}.nii.gz")),
            &body(is_male, f64::from(age), number as usize % 3),
        );
    }
    table += "gone\tM\t50\np23b\tx\t40\n";
    std::fs::write(folder.join("people.tsv"), table).expect("written");
    write(&folder.join("p23b.nii.gz"), &body(true, 40.0, 0));
    let settings = folder.join("own.toml");
    let text = "table = \"people.tsv\"\nfiles = \"{subject}.nii.gz\"\nlabels = [1, 2]\nnames = [\"box\"]\nrepeats = 2\n";
    std::fs::write(&settings, text).expect("written");
    settings
}

#[test]
fn files_become_a_model_an_answer_and_a_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let settings = Some(cohort(data));
    let model = data.join("model.safetensors");
    let request = Train {
        data: Some(data.to_owned()),
        settings: settings.clone(),
        model: model.clone(),
        resume: false,
    };
    let said = Traits.train(&request, &watch()).expect("learned").join("\n");
    assert!(said.contains("24 people") && said.contains("p23b is left out"), "{said}");

    let (input, output) = (data.join("new.nii.gz"), data.join("answer.json"));
    write(&input, &body(false, 62.0, 1));
    let ask = Predict::new(model.clone(), input, output.clone());
    Traits.predict(&ask, &watch()).expect("told");
    let text = std::fs::read_to_string(&output).expect("written");
    let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let number = |key: &str| answer[key].as_f64().expect("a number");
    assert!(
        number("chance_to_be_male") < 0.3 && (number("age_years") - 62.0).abs() < 8.0,
        "{text}"
    );

    let out = data.join("report");
    let mut request =
        Evaluate { data: Some(data.to_owned()), model: None, settings, out: out.clone() };
    Traits.evaluate(&request, &watch()).expect("scored");
    let report = std::fs::read_to_string(out.join("report.json")).expect("written");
    // Nobody is named, and nobody's own age or chance is written down.
    assert!(!report.contains("p13") && !report.contains("said"), "{report}");
    assert!(report.contains("box, volume"));
    request.model = Some(model);
    let error = Traits.evaluate(&request, &watch()).expect_err("all are known").to_string();
    assert!(error.contains("learned from 24 of the 24"), "{error}");
}

#[test]
fn a_model_is_read_as_it_was_written_and_a_damaged_one_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.safetensors");
    let mut model = learned_from(&people(24, true), settings()).expect("learned");
    model.save(&path).expect("written");
    let (read, body) = (Model::load(&path).expect("sound"), &people(24, true)[3].organs);
    for rung in Rung::ALL {
        let ((chance, age), (same, as_old)) = (model.say(rung, body), read.say(rung, body));
        assert!((chance - same).abs() < 1e-12 && (age - as_old).abs() < 1e-9);
    }
    assert_eq!((read.chosen, &read.subjects), (model.chosen, &model.subjects));
    model.rungs[2].age.weights.pop();
    model.save(&path).expect("written");
    let error = Model::load(&path).expect_err("damaged").to_string();
    assert!(error.contains("its regressions"), "{error}");
}

#[test]
fn what_is_no_body_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let model = learned_from(&people(24, true), settings()).expect("learned");
    model.save(&at("model.safetensors")).expect("written");
    let ask = |map: &LabelMap, output: &str| {
        write(&at("in.nii.gz"), map);
        let (model, input, output) = (at("model.safetensors"), at("in.nii.gz"), at(output));
        let request = Predict::new(model, input, output);
        Traits.predict(&request, &watch()).expect_err("refused").to_string()
    };
    let body = body(true, 50.0, 0);
    assert!(ask(&body, "out.nii.gz").contains("end the name in .json"));
    let voxels: Vec<u16> = vec![0; body.grid().n_voxels()];
    let empty = LabelMap::new(*body.grid(), voxels, vec![0]).expect("a map");
    let error = ask(&empty, "out.json");
    assert!(error.contains("in.nii.gz") && error.contains("2 of the 2 structures"), "{error}");
    let small =
        Affine::from_rows([[0.4, 0.0, 0.0, 0.0], [0.0, 0.4, 0.0, 0.0], [0.0, 0.0, 0.4, 0.0]]);
    let grid = Grid::new(body.grid().dims(), small.expect("an affine")).expect("a grid");
    let small = LabelMap::new(grid, body.voxels().iter().collect(), vec![0, 1, 2]).expect("a map");
    assert!(ask(&small, "out.json").contains("millimetres"));
    assert!(!at("out.json").exists());
}
