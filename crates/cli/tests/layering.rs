//! A crate names only crates on floors below it, never a neighbour.

use std::path::Path;

const FLOORS: [&[&str]; 5] = [
    &["medshape-types"],
    &["medshape-formats", "medshape-geometry", "medshape-catalog"],
    &["medshape", "medshape-learn"],
    &["medshape-server", "medshape-python", "medshape-segment", "medshape-studies"],
    &["medshape-cli"],
];

/// `learn` eats samples: it knows neither files nor the catalog, though they are on floors below it.
const LEARN_NEVER: [&str; 2] = ["medshape-formats", "medshape-catalog"];

fn floor(package: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&package))
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let quoted = line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim();
    quoted.strip_prefix('"')?.strip_suffix('"')
}

/// Faults of one manifest, in words.
fn faults(manifest: &str) -> Vec<String> {
    let package = manifest.lines().find_map(|line| value(line, "name")).expect("a package name");
    let Some(here) = floor(package) else {
        return vec![format!("{package} stands on no floor")];
    };
    let names = manifest.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    let is_wrong = |name: &&str| {
        let too_high = floor(name).is_some_and(|there| there >= here) && *name != package;
        too_high || (package == "medshape-learn" && LEARN_NEVER.contains(name))
    };
    names.filter(is_wrong).map(|name| format!("{package} must not depend on {name}")).collect()
}

#[test]
fn crates_depend_downwards_only() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for entry in std::fs::read_dir(crates).unwrap() {
        let manifest = std::fs::read_to_string(entry.unwrap().path().join("Cargo.toml")).unwrap();
        assert_eq!(faults(&manifest), Vec::<String>::new());
    }
}

#[test]
fn a_neighbour_and_a_floor_above_are_named() {
    let manifest = |dependency: &str| {
        let package = "[package]\nname = \"medshape-geometry\"\n[dependencies]\n";
        format!("{package}{dependency}.workspace = true\n")
    };
    assert_eq!(faults(&manifest("medshape-types")), Vec::<String>::new());
    let named = ["medshape-geometry must not depend on medshape-formats"];
    assert_eq!(faults(&manifest("medshape-formats")), named);
    assert_eq!(faults(&manifest("medshape-server")).len(), 1);
}

#[test]
fn learning_knows_neither_files_nor_the_catalog() {
    let faults_of = |dependency: &str| {
        let package = "[package]\nname = \"medshape-learn\"\n[dependencies]\n";
        faults(&format!("{package}{dependency}.workspace = true\n"))
    };
    assert_eq!(faults_of("medshape-geometry"), Vec::<String>::new());
    assert_eq!(
        faults_of("medshape-catalog"),
        ["medshape-learn must not depend on medshape-catalog"]
    );
    assert_eq!(faults_of("medshape"), ["medshape-learn must not depend on medshape"]);
}

#[test]
fn every_file_of_tests_is_in_its_program() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut seen = 0;
    for entry in std::fs::read_dir(crates).unwrap() {
        let tests = entry.unwrap().path().join("tests");
        let Ok(program) = std::fs::read_to_string(tests.join("all.rs")) else { continue };
        for file in std::fs::read_dir(&tests).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "all") else {
                continue;
            };
            let named = format!("mod {module};");
            assert!(program.lines().any(|line| line == named), "{}: {named}", tests.display());
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}
