//! An ingest that reads its files by child processes: the same shapes as ever, the same complaints, and
//! a store that no crash touches.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use medshape::formats::Limits;
use medshape::read::{Isolation, Protections};
use medshape::report::Outcome;
use medshape::{Dataset, IngestOptions, Reader};

use crate::common::{complaint, medshape, small_label_map, write_label_map};

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
    assert_eq!((said.limits, said.no_new_privs), (cfg!(target_os = "linux"), said.limits));
}

#[test]
fn masks_and_intensities_are_the_same_either_way() {
    let folder = tempfile::tempdir().unwrap();
    let masks = folder.path().join("person");
    fs::create_dir_all(&masks).unwrap();
    for name in ["liver", "spleen"] {
        let (grid, voxels, _) = small_label_map(name.len() as u16).into_parts();
        let voxels = voxels.iter().map(|voxel| u16::from(voxel == 1)).collect();
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
fn voxels_beside_their_header_are_the_same_either_way() {
    let folder = tempfile::tempdir().unwrap();
    let (_, voxels, _) = small_label_map(1).into_parts();
    let bytes: Vec<u8> = voxels.iter().map(|voxel| voxel as u8).collect();
    fs::write(folder.path().join("voxels.raw"), bytes).unwrap();
    let header = "ObjectType = Image\nNDims = 3\nDimSize = 32 30 28\nElementType = MET_UCHAR\n\
                  ElementSpacing = 2 2 2\nElementDataFile = voxels.raw\n";
    // Either ending may have its voxels elsewhere.
    for name in ["a.mhd", "a.mha"] {
        let path = folder.path().join(name);
        fs::write(&path, header).unwrap();
        let [here, apart] = [&[][..], &["--isolated"][..]].map(|flags| {
            let store = folder.path().join(format!("{name}-{}", flags.len()));
            let output = ingest(&store, &path, flags);
            assert!(output.status.success(), "{}", complaint(&output));
            store
        });
        assert!(!contents(&here).is_empty());
        assert_eq!(contents(&here), contents(&apart));
    }
}

/// Two people's label maps, packed in every way that is unpacked.
fn archives(folder: &Path) -> Vec<PathBuf> {
    let files = ["anna", "ben"].map(|name| {
        write_label_map(folder, &format!("{name}.nii.gz"), &small_label_map(name.len() as u16))
    });
    let mut zip = medshape::formats::zip::Writer::new(Vec::new());
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(folder).arg("-cf").arg(folder.join("people.tar"));
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        zip.deflated(&format!("people/{name}"), &fs::read(file).unwrap()).unwrap();
        tar.arg(name);
    }
    fs::write(folder.join("people.zip"), zip.finish().unwrap()).unwrap();
    assert!(tar.status().unwrap().success());
    for name in ["people.tar", "people.zip"] {
        assert!(Command::new("gzip").arg("-k").arg(folder.join(name)).status().unwrap().success());
    }
    ["people.zip", "people.tar", "people.tar.gz", "people.zip.gz"]
        .map(|name| folder.join(name))
        .to_vec()
}

#[test]
fn an_archive_is_the_same_either_way() {
    let folder = tempfile::tempdir().unwrap();
    for archive in archives(folder.path()) {
        let [here, apart] = [&[][..], &["--isolated"][..]].map(|flags| {
            let store = archive.with_extension(format!("store-{}", flags.len()));
            let output = ingest(&store, &archive, flags);
            assert!(output.status.success(), "{}", complaint(&output));
            store
        });
        assert!(contents(&here).len() > 4, "{}", archive.display());
        assert_eq!(contents(&here), contents(&apart), "{}", archive.display());
    }
}

#[test]
fn a_bad_archive_gets_the_same_complaint_either_way_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for archive in archives(folder.path()) {
        let mut bytes = fs::read(&archive).unwrap();
        // In the last file, so that the first one has been unpacked.
        let at = bytes.len() * 4 / 5;
        bytes[at] ^= 0x55;
        fs::write(&archive, bytes).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let [here, apart] = [&[][..], &["--isolated"][..]].map(|flags| {
            let mut command = medshape();
            command.env("TMPDIR", scratch.path()).arg("ingest").args(flags);
            command.arg("--store").arg(folder.path().join("store")).arg(&archive);
            command.output().unwrap()
        });
        assert_eq!((here.status.code(), apart.status.code()), (Some(1), Some(1)));
        assert_eq!(complaint(&here), complaint(&apart), "{}", archive.display());
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "{}", archive.display());
    }
    assert!(!folder.path().join("store").exists());
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
    let program = PathBuf::from(env!("CARGO_BIN_EXE_medshape"));
    let probe = Some("abort".to_owned());
    let isolation = Isolation { program, probe, ..Isolation::default() };
    let options = IngestOptions {
        reader: Reader::with(Limits::DEFAULT, isolation),
        ..IngestOptions::new(vec![bad.clone()], Dataset::find("local").unwrap())
    };
    let report = medshape::ingest(&store, &options, &AtomicBool::new(false), &|_| {}).unwrap();
    let Outcome::Refused { reason, .. } = &report.cases[0].outcome else { panic!("{report:?}") };
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
