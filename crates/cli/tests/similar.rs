//! Similar shapes, by the real program: of a name, of a file, of a file that is sent, and doubts.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::common::{complaint, medshape};

/// A store of phantom subjects.
fn store(folder: &Path) -> PathBuf {
    let (phantoms, store) = (folder.join("phantoms"), folder.join("store"));
    let made = medshape().args(["phantom", "--subjects", "3"]).arg(&phantoms).output().unwrap();
    assert!(made.status.success(), "{}", complaint(&made));
    let mut ingest = medshape();
    ingest.arg("ingest").arg(&phantoms).args(["--dataset", "phantom", "--store"]).arg(&store);
    let ingested = ingest.output().unwrap();
    assert!(ingested.status.success(), "{}", complaint(&ingested));
    store
}

fn stl_in(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_stl = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "stl");
    let mut all: Vec<PathBuf> = entries.by_ref().collect();
    let folders: Vec<PathBuf> = all.iter().filter(|path| path.is_dir()).cloned().collect();
    all.retain(is_stl);
    all.pop().unwrap_or_else(|| stl_in(&folders[0]))
}

fn json(arguments: &[&str], store: &Path) -> Value {
    let output =
        medshape().args(arguments).arg("--json").arg("--store").arg(store).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_program_finds_what_is_similar() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let all = json(&["search", "liver"], &store);
    let name = all["hits"][0]["name"].as_str().unwrap();

    let found = json(&["similar", name], &store);
    assert_eq!(found["n_undescribed"], 0);
    assert!(found["hits"].as_array().unwrap().iter().all(|hit| hit["name"] != name));
    assert_eq!(found["hits"][0]["structure"], "liver", "of another subject");

    // The same shape as a file is at no distance, whatever its form is written in.
    let taken = folder.path().join("taken");
    let mut download = medshape();
    download.args(["download", name, "--format", "stl", "--store"]).arg(&store).arg(&taken);
    let output = download.output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    let file = stl_in(&taken);
    let written = file.to_str().unwrap();
    for isolated in [&["similar", written][..], &["similar", written, "--isolated"]] {
        let found = json(isolated, &store);
        assert_eq!(found["hits"][0]["name"], name);
        assert!(found["hits"][0]["distance"].as_f64().unwrap() < 0.5);
    }
    let kidneys = json(&["similar", written, "--filter", "kidney", "--any-size"], &store);
    assert!(kidneys["hits"].as_array().unwrap().iter().all(|hit| hit["structure"] == "kidney"));

    let doubts = json(&["similar", "--doubts"], &store);
    assert!(doubts["n_compared"].as_u64().unwrap() > 10);
    let is_doubtful =
        |kind: &str| doubts["doubts"].as_array().unwrap().iter().any(|d| d["kind"] == kind);
    assert!(!is_doubtful("other-structure") && !is_doubtful("mirrored-subject"), "{doubts}");

    let broken = folder.path().join("broken.stl");
    fs::write(&broken, "solid nothing").unwrap();
    let output =
        medshape().arg("similar").arg(&broken).arg("--store").arg(&store).output().unwrap();
    assert!(!output.status.success() && complaint(&output).contains("broken.stl"));

    sent(&store, &fs::read(&file).unwrap(), name);
}

/// The same over the network: the file is read by a child process of the server.
fn sent(store: &Path, file: &[u8], name: &str) {
    let mut command = medshape();
    command.args(["serve", "--listen", "127.0.0.1:0", "--store"]).arg(store);
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address =
        line.split("http://").nth(1).unwrap().split(' ').next().unwrap().trim().to_owned();
    let post = |body: &[u8]| -> (String, Value) {
        let mut stream = TcpStream::connect(&address).unwrap();
        let head = format!(
            "POST /v1/similar?name=..%2F..%2Fliver.stl&limit=2 HTTP/1.1\r\nHost: localhost\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // One that is too long is refused before all of it is sent.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        (head.to_owned(), serde_json::from_str(body).unwrap_or_default())
    };
    let (_, found) = post(file);
    assert_eq!(found["items"][0]["shape"]["name"], name, "{found}");
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
    let (head, problem) = post(b"this is no mesh");
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    assert!(problem["detail"].as_str().unwrap().contains("the file that was sent"), "{problem}");
    server.kill().unwrap();
    server.wait().unwrap();
}
