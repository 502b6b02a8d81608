//! Files read by a child process: the same shapes as ever, and a child that can do no harm.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic and say why it skips"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use common::{complaint, medshape, small_label_map, write_label_map};
use medshape::formats::{Input, Limits};
use medshape::geometry::surface::SurfaceOptions;
use medshape::geometry::voxels::prepare::PrepareOptions;
use medshape::metadata::Metadata;
use medshape::read::{Extent, Isolation, Protections};
use medshape::report::Outcome;
use medshape::{Dataset, Error, IngestOptions, Reader};

/// Children of the real program that try `probe` when they are confined.
fn isolation(probe: &str) -> Isolation {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_medshape"));
    Isolation { program, probe: Some(probe.to_owned()), ..Isolation::default() }
}

/// Code and reason of what came of it.
fn outcome(isolation: Isolation, file: &Path) -> (&'static str, String) {
    let reader = Reader::with(Limits::DEFAULT, isolation);
    match reader.segmentation(&Input::on_disk(file)) {
        Err(Error::Isolated { path, code, reason }) if path == file => (code, reason),
        other => panic!("{other:?}"),
    }
}

/// What holds a child on this system.
fn protections() -> Protections {
    let folder = tempfile::tempdir().unwrap();
    let file = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    let program = PathBuf::from(env!("CARGO_BIN_EXE_medshape"));
    let reader = Reader::with(Limits::DEFAULT, Isolation { program, ..Isolation::default() });
    reader.grid(&Input::on_disk(file)).unwrap();
    reader.protections().unwrap()
}

fn check_refused(probe: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let before = fs::read(&file).unwrap();
    let (code, reason) = outcome(isolation(probe), &file);
    assert!(code == "probe" && reason.starts_with("refused"), "{probe}: {code}: {reason}");
    println!("{probe}: {reason}");
    assert_eq!(fs::read(&file).unwrap(), before, "{probe}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "{probe}");
}

#[test]
fn a_child_reads_its_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    let outcome = outcome(isolation("read-the-input"), &file);
    assert_eq!(outcome, ("probe", "allowed".to_owned()));
}

#[test]
fn a_child_sees_no_other_file() {
    let landlock = protections().landlock;
    if landlock == Extent::None {
        println!("skipped: this kernel has no Landlock");
        return;
    }
    for probe in ["read-another-file", "read-a-file-beside", "read-the-parent", "list-a-folder"] {
        check_refused(probe);
    }
}

#[test]
fn a_child_changes_nothing() {
    let Protections { landlock, seccomp, .. } = protections();
    if landlock == Extent::None && !seccomp {
        println!("skipped: this kernel has neither Landlock nor seccomp");
        return;
    }
    let probes = [
        "make-a-file",
        "make-a-folder",
        "change-the-input",
        "remove-the-input",
        "move-the-input",
        "link-the-input",
    ];
    probes.into_iter().for_each(check_refused);
}

#[test]
fn a_child_talks_to_nobody_and_starts_nothing() {
    if !protections().seccomp {
        println!("skipped: this kernel has no seccomp");
        return;
    }
    let probes = [
        "connect",
        "send",
        "connect-here",
        "become-another-program",
        "start-another-program",
        "start-a-thread",
        "signal-the-parent",
        "raise-the-limits",
    ];
    probes.into_iter().for_each(check_refused);
}

#[test]
fn a_child_has_limits_and_no_environment() {
    check_refused("see-the-environment");
    if !protections().limits {
        println!("skipped: this system has no limits");
        return;
    }
    check_refused("take-memory");
    check_refused("open-many-files");
}

#[test]
fn whatever_a_child_does_there_is_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    let check = |probe: &str, code: &str, words: &str| {
        let limits = Isolation { cpu_s: 1, wall: Duration::from_secs(20), ..isolation(probe) };
        let (found, reason) = outcome(limits, &file);
        assert_eq!(found, code, "{probe}: {reason}");
        assert!(reason.contains(words), "{probe}: {reason}");
        assert!(!reason.contains(char::is_control), "{probe}: {reason:?}");
    };
    check("abort", "crash", "its parser crashed (signal 6, aborted)");
    check("panic", "crash", "a fault of medshape itself, please report it: a probe panicked");
    check("exit", "crash", "without an answer (status 0)");
    check("run-out-of-stack", "crash", "out of stack");
    check("answer-nonsense", "crash", "makes no sense");
    check("answer-without-end", "crash", "makes no sense: no layer of voxels");
    // Half a gigabyte is not enough for what the answer claims.
    check("answer-with-a-lie", "crash", "makes no sense: 2147483648 items");
    check("complain-in-colours", "crash", "its parser failed: [31mred");
    check("no-such-probe", "probe", "there is no such probe");
    if protections().limits {
        check("run-out-of-memory", "limit", "out of memory (limit 0.5 GiB)");
        check("run-out-of-cpu", "limit", "more than 1 s of CPU time");
    }
}

#[test]
fn a_child_that_takes_too_long_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    for probe in ["hang", "complain-without-end"] {
        let started = Instant::now();
        let wall = Duration::from_millis(700);
        let (code, reason) = outcome(Isolation { wall, ..isolation(probe) }, &file);
        assert_eq!((code, reason.as_str()), ("limit", "its parser did not finish within 0.7 s"));
        assert!(started.elapsed() >= wall && started.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn there_are_no_more_children_than_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    let wall = Duration::from_millis(300);
    let reader =
        Reader::with(Limits::DEFAULT, Isolation { wall, n_children: 1, ..isolation("hang") });
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| reader.clone().grid(&Input::on_disk(&file)).unwrap_err());
        }
    });
    assert!(started.elapsed() >= 3 * wall, "they ran at the same time");
}

#[test]
fn a_program_that_is_no_parser_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    let with = |program: &str| Isolation { program: program.into(), ..isolation("exit") };
    let (code, reason) = outcome(with("/nowhere/medshape"), &file);
    assert!(code == "io" && reason.contains("no process to read it"), "{reason}");
    let (code, reason) = outcome(with("/bin/echo"), &file);
    assert!(code == "crash" && reason.contains("makes no sense"), "{reason}");
}

/// Everything in a folder but the catalog, whose pages are not written in a fixed order.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.file_name().unwrap().to_str().unwrap().starts_with("catalog") {
                let bytes = fs::read(&path).unwrap();
                files.push((path.strip_prefix(folder).unwrap().to_owned(), bytes));
            }
        }
    }
    files.sort();
    files
}

fn ingest(store: &Path, path: &Path, arguments: &[&str]) -> Output {
    let mut command = medshape();
    command.args(["ingest", "--store"]).args([store, path]).args(arguments).output().unwrap()
}

fn found(store: &Path) -> String {
    let output = medshape().args(["search", "", "--json", "--store"]).arg(store).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_store_has_the_same_bytes_either_way() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = folder.path().join("inputs");
    fs::create_dir_all(&inputs).unwrap();
    for number in 0..3 {
        write_label_map(&inputs, &format!("p{number}.nii.gz"), &small_label_map(number));
    }
    let table = folder.path().join("table.csv");
    fs::write(&table, "subject,sex,age\np1,F,50\n").unwrap();
    let table = ["--metadata", table.to_str().unwrap()];
    let [here, apart] = ["here", "apart"].map(|name| folder.path().join(name));
    let output = ingest(&here, &inputs, &table);
    assert!(output.status.success(), "{}", complaint(&output));
    let output = ingest(&apart, &inputs, &[&table[..], &["--isolated", "--json"]].concat());
    assert!(output.status.success(), "{}", complaint(&output));
    assert_eq!(contents(&here), contents(&apart));
    assert!(contents(&here).len() > 20, "three shapes of three people, each in several files");
    assert_eq!(found(&here), found(&apart));
    let lines = String::from_utf8(output.stdout).unwrap();
    let summary: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let said: Protections =
        serde_json::from_value(summary["summary"]["protections"].clone()).unwrap();
    assert_eq!(said, protections());
}

#[test]
fn masks_and_intensities_are_the_same_either_way() {
    let folder = tempfile::tempdir().unwrap();
    let masks = folder.path().join("person");
    fs::create_dir_all(&masks).unwrap();
    for name in ["liver", "spleen"] {
        let (grid, voxels, _) = small_label_map(name.len() as u16).into_parts();
        let voxels = voxels.into_iter().map(|voxel| u16::from(voxel == 1)).collect();
        let map = medshape::types::LabelMap::new(grid, voxels, vec![0, 1]).unwrap();
        write_label_map(&masks, &format!("{name}.nii.gz"), &map);
    }
    let image = write_label_map(folder.path(), "image.nii.gz", &small_label_map(2));
    for (path, arguments) in [(&masks, &[][..]), (&image, &["--threshold", "1.5"][..])] {
        let stores = ["", "--isolated"].map(|flag| {
            let store = folder.path().join(format!("{}{flag}", path.display()).replace('/', "-"));
            let flags: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
            let flags = if flag.is_empty() { flags } else { [&flags[..], &[flag]].concat() };
            let output = ingest(&store, path, &flags);
            assert!(output.status.success(), "{}", complaint(&output));
            store
        });
        assert!(!contents(&stores[0]).is_empty());
        assert_eq!(contents(&stores[0]), contents(&stores[1]));
    }
}

#[test]
fn a_bad_file_gets_the_same_complaint_either_way() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read(write_label_map(folder.path(), "good.nii.gz", &small_label_map(1)));
    let good = good.unwrap();
    let mut flipped = good.clone();
    flipped[good.len() - 8] ^= 1;
    let files = [
        ("empty.nii.gz", Vec::new()),
        ("cut.nii.gz", good[..good.len() / 2].to_vec()),
        ("flipped.nii.gz", flipped),
        ("text.nii", b"hello, this is no volume".repeat(40)),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let [here, apart] = [&[][..], &["--isolated"][..]]
            .map(|flags| ingest(&folder.path().join("store"), &path, flags));
        assert_eq!((here.status.code(), apart.status.code()), (Some(1), Some(1)));
        let text = complaint(&apart);
        assert_eq!(complaint(&here), text);
        assert_eq!(text.matches(name).count(), 1, "the file is named once: {text}");
    }
    assert!(!folder.path().join("store").exists());
}

#[test]
fn a_parser_that_crashes_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let good = write_label_map(folder.path(), "good.nii.gz", &small_label_map(0));
    assert!(ingest(&store, &good, &[]).status.success());
    let before = (contents(&store), found(&store));

    let bad = write_label_map(folder.path(), "bad.nii.gz", &small_label_map(3));
    let options = IngestOptions {
        paths: vec![bad.clone()],
        dataset: Dataset::find("local").unwrap(),
        metadata: Metadata::default(),
        threshold: None,
        prepare: PrepareOptions::default(),
        surface: SurfaceOptions::default(),
        smoothing_mm: None,
        reader: Reader::with(Limits::DEFAULT, isolation("abort")),
    };
    let report = medshape::ingest(&store, &options, &AtomicBool::new(false), &|_| {}).unwrap();
    let Outcome::Refused { reason } = &report.cases[0].outcome else { panic!("{report:?}") };
    let expected = format!("`{}`: its parser crashed (signal 6, aborted)", bad.display());
    assert_eq!(reason, &expected);
    assert_eq!((contents(&store), found(&store)), before);
}

#[test]
fn a_parser_ends_with_whoever_started_it() {
    if !cfg!(target_os = "linux") {
        println!("skipped: only Linux tells a child that its parent has died");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = write_label_map(folder.path(), "a.nii.gz", &small_label_map(0));
    for _ in 0..50 {
        let store = tempfile::tempdir().unwrap();
        let mut parent = medshape();
        parent.args(["ingest", "--isolated", "--store"]).args([store.path(), &file]);
        let mut parent = parent.stdout(std::process::Stdio::null()).spawn().unwrap();
        // A child that is stopped stays until it is killed.
        let child = stopped_child(parent.id());
        parent.kill().unwrap();
        parent.wait().unwrap();
        if let Some(child) = child {
            let until = Instant::now() + Duration::from_secs(5);
            while is_running(child) {
                assert!(Instant::now() < until, "process {child} outlived its parent");
                std::thread::sleep(Duration::from_millis(5));
            }
            return;
        }
    }
    println!("skipped: every child was too quick");
}

/// A child of the process, stopped after it has confined itself.
fn stopped_child(parent: u32) -> Option<u32> {
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        let tasks = fs::read_dir(format!("/proc/{parent}/task")).ok()?;
        let lists = tasks
            .flatten()
            .filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let children: Vec<u32> = lists
            .flat_map(|list| list.split(' ').filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
            .collect();
        for child in children {
            let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
            // From here on it dies with its parent.
            let is_confined = status.contains("Seccomp:\t2") || status.contains("NoNewPrivs:\t1");
            if is_confined && signal("STOP", child) && is_running(child) {
                return Some(child);
            }
        }
    }
    None
}

fn signal(name: &str, process: u32) -> bool {
    let status = Command::new("kill").args(["-s", name, &process.to_string()]).output();
    status.is_ok_and(|output| output.status.success())
}

fn is_running(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
}
