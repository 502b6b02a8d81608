//! A collection in use: downloaded, checked, served, by the real program.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::common::{complaint, medshape, small_label_map, write_label_map};

/// A store with the three shapes of `anna`.
fn store(folder: &Path) -> PathBuf {
    let store = folder.join("store");
    let input = write_label_map(folder, "anna.nii.gz", &small_label_map(0));
    let output = medshape().args(["ingest", "--store"]).args([&store, &input]).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    store
}

fn download(store: &Path, query: &str, folder: &Path) -> Output {
    let mut command = medshape();
    command.args(["download", query, "--format", "stl", "--json", "--store"]);
    command.args([store, folder]).output().unwrap()
}

/// How many files were written and how many were kept.
fn counts(output: &Output) -> (u64, u64) {
    assert!(output.status.success(), "{}", complaint(output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let count = |key: &str| report[key].as_u64().unwrap();
    (count("n_written"), count("n_kept"))
}

#[test]
fn a_download_goes_on_where_it_was_and_mends_what_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let target = folder.path().join("out");
    assert_eq!(counts(&download(&store, "", &target)), (3, 0));
    assert_eq!(counts(&download(&store, "", &target)), (0, 3));

    let file = |label: u8| target.join(format!("label-{label}-anna-local.stl"));
    let whole = fs::read(file(1)).unwrap();
    fs::remove_file(file(1)).unwrap();
    fs::write(file(2), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(counts(&download(&store, "", &target)), (2, 1));
    assert_eq!(fs::read(file(1)).unwrap(), whole);

    let manifest = fs::read_to_string(target.join("manifest.tsv")).unwrap();
    assert_eq!(manifest.lines().count(), 4, "{manifest}");
    assert!(fs::read_to_string(target.join("ATTRIBUTION.md")).unwrap().contains("Licence: "));
}

fn model(store: &Path, query: &str, folder: &Path) -> Output {
    let mut command = medshape();
    command.args(["model", query, "--json", "--faces", "400", "--modes", "2", "--store"]);
    command.arg(store).arg("--out").arg(folder).output().unwrap()
}

#[test]
fn balls_of_many_sizes_differ_in_size_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for number in 0..5 {
        let name = format!("subject{number}.nii.gz");
        let input = write_label_map(folder.path(), &name, &small_label_map(number));
        let output =
            medshape().args(["ingest", "--store"]).args([&store, &input]).output().unwrap();
        assert!(output.status.success(), "{}", complaint(&output));
    }
    let target = folder.path().join("model");
    let output = model(&store, "label-1", &target);
    assert!(output.status.success(), "{}", complaint(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["members"].as_array().unwrap().len(), 5);
    assert!(report["modes"][0]["explained"].as_f64().unwrap() > 0.8, "{report}");
    assert_eq!(report["sources"][0]["licence"], "LicenseRef-unknown");
    for file in ["mean.glb", "mode-1-minus.glb", "mode-2-plus.glb", "modes.png", "ATTRIBUTION.md"] {
        assert!(target.join(file).is_file(), "{file}");
    }
    let written = fs::read_to_string(target.join("model.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), report);

    let several = model(&store, "", &folder.path().join("several"));
    assert!(!several.status.success());
    assert!(complaint(&several).contains("a model is of one structure"), "{}", complaint(&several));
}

#[test]
fn an_stl_has_the_size_that_its_count_of_triangles_says() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let target = folder.path().join("out");
    counts(&download(&store, "subject:anna", &target));
    let bytes = fs::read(target.join("label-1-anna-local.stl")).unwrap();
    let n_triangles = u32::from_le_bytes(bytes[80..84].try_into().unwrap());
    assert!(n_triangles > 100);
    assert_eq!(bytes.len(), 84 + 50 * n_triangles as usize);
}

#[test]
fn a_query_that_finds_nothing_fails() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let output = download(&store, "liver", &folder.path().join("out"));
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("finds no shape"), "{}", complaint(&output));
}

#[test]
fn a_folder_that_is_no_store_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        medshape().args(["search", "liver", "--store"]).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(complaint(&output).lines().count(), 1, "{}", complaint(&output));
    assert!(complaint(&output).contains(folder.path().to_str().unwrap()));
}

#[test]
fn fsck_finds_one_flipped_bit() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let fsck = || medshape().args(["fsck", "--bytes", "--store"]).arg(&store).output().unwrap();
    assert!(fsck().status.success());
    let blob = first_file(&store.join("blobs"));
    let mut bytes = fs::read(&blob).unwrap();
    bytes[20] ^= 1;
    fs::write(&blob, bytes).unwrap();
    let output = fsck();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(blob.file_name().unwrap().to_str().unwrap()), "{text}");
}

fn first_file(folder: &Path) -> PathBuf {
    let entry = fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    if entry.file_type().unwrap().is_dir() { first_file(&entry.path()) } else { entry.path() }
}

/// Asks for a path and returns the whole answer.
fn get(address: &str, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn the_served_collection_answers_and_stops_when_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut command = medshape();
    command.args(["serve", "--listen", "127.0.0.1:0", "--store"]).arg(&store);
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address =
        line.split("http://").nth(1).unwrap().split(' ').next().unwrap().trim().to_owned();

    let page = get(&address, "/s/local/anna/label-1", "");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("anna"), "{page}");
    let part = get(
        &address,
        "/download/local/anna/label-1/label-1-anna-local.stl",
        "Range: bytes=80-83\r\n",
    );
    assert!(part.starts_with("HTTP/1.1 206"), "{part}");
    assert!(part.to_lowercase().contains("content-range: bytes 80-83/"), "{part}");

    // What is ingested while the server runs is found at once.
    let input = write_label_map(folder.path(), "otto.nii.gz", &small_label_map(3));
    let output = medshape().args(["ingest", "--store"]).args([&store, &input]).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    assert!(get(&address, "/v1/search?q=otto", "").contains("local/otto/label-1"));

    let stopped = Command::new("kill").arg(server.id().to_string()).status().unwrap();
    assert!(stopped.success());
    let since = Instant::now();
    while server.try_wait().unwrap().is_none() {
        assert!(since.elapsed() < Duration::from_secs(15), "the server does not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(server.wait().unwrap().success());
}
