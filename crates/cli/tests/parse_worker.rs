//! What a confined child cannot do, and what its parent makes of one that misbehaves, by the real
//! program.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use medshape::formats::{Input, Limits};
use medshape::read::{Extent, Isolation, Protections};
use medshape::{Error, Reader};

use crate::common::{small_label_map, write_label_map};

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
fn nothing_is_left_of_an_archive_whose_reader_turns_against_us() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("a.zip");
    fs::write(&archive, zip(&[("liver.stl", b"solid\nendsolid\n")])).unwrap();
    let check = |probe: &str, words: &str| {
        let into = tempfile::tempdir().unwrap();
        let limits = Isolation { cpu_s: 1, wall: Duration::from_secs(20), ..isolation(probe) };
        let small = Limits { archive: 1 << 20, ..Limits::DEFAULT };
        let reader = Reader::with(small, limits);
        let error = reader.unpack(&Input::on_disk(&archive), into.path()).unwrap_err();
        assert!(error.to_string().contains(words), "{probe}: {error}");
        assert_eq!(fs::read_dir(into.path()).unwrap().count(), 0, "{probe}");
    };
    check("abort", "its parser crashed (signal 6, aborted)");
    check("answer-nonsense", "makes no sense: neither a file nor an end");
    check("answer-without-end", "makes no sense: an archive in an archive in gzip");
    check("unpack-to-elsewhere", "makes no sense: it names `../evil.stl`");
    check("unpack-without-end", "makes no sense: more than 1048576 bytes in an archive");
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = medshape::formats::zip::Writer::new(Vec::new());
    for (name, bytes) in files {
        zip.stored(name, bytes).unwrap();
    }
    zip.finish().unwrap()
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
    // It ends before or after the request has reached it.
    let (code, reason) = outcome(with("/bin/echo"), &file);
    assert_eq!(code, "crash", "{reason}");
}
