//! Downloads from a portal by the real program: broken off, damaged, killed, repeated, lied to.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{complaint, medshape, small_label_map, write_label_map};

/// What happens to an answer that holds a file on its way.
#[derive(Clone, Copy)]
enum Mishap {
    /// It ends after so many bytes.
    Cut(usize),
    /// A bit of this byte is turned.
    Flip(usize),
    /// Nothing more comes after so many bytes.
    Stall(usize),
}

/// The path of a request for a file, and the range of it.
type Asked = (String, Option<String>);

/// A collection that is served, behind a line on which things go wrong.
struct Line {
    server: Child,
    address: String,
    /// What the server itself listens on.
    behind: String,
    /// Requests for files: path, and range if there is one.
    asked: Arc<Mutex<Vec<Asked>>>,
    mishaps: Arc<Mutex<Vec<Mishap>>>,
    store: PathBuf,
    folder: tempfile::TempDir,
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Line {
    /// With the three shapes of `anna`; what goes wrong is taken from the end.
    fn new(mishaps: &[Mishap]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        let input = write_label_map(folder.path(), "anna.nii.gz", &small_label_map(0));
        let output =
            medshape().args(["ingest", "--store"]).args([&store, &input]).output().unwrap();
        assert!(output.status.success(), "{}", complaint(&output));
        let mut command = medshape();
        command.args(["serve", "--listen", "127.0.0.1:0", "--store"]).arg(&store);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let behind =
            line.split("http://").nth(1).unwrap().split(' ').next().unwrap().trim().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let own = behind.clone();
        let (asked, mishaps) = (Arc::default(), Arc::new(Mutex::new(mishaps.to_vec())));
        let (log, wrong) = (Arc::clone(&asked), Arc::clone(&mishaps));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, behind) = (stream.unwrap(), behind.clone());
                let (log, wrong) = (Arc::clone(&log), Arc::clone(&wrong));
                thread::spawn(move || pass_on(stream, &behind, &log, &wrong));
            }
        });
        Self { server, address, behind: own, asked, mishaps, store, folder }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = program();
        command.args(["download", &self.address, "--format", "stl", "--json", "--to"]);
        command.arg(self.target()).args(more);
        command
    }

    fn download(&self) -> Output {
        self.command(&["--query", ""]).output().unwrap()
    }

    fn n_asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// Compares what came with what the collection itself writes.
    fn check(&self) {
        let own = self.folder.path().join("own");
        let mut command = medshape();
        command.args(["download", "", "--format", "stl", "--store"]).args([&self.store, &own]);
        assert!(command.output().unwrap().status.success());
        for label in 1..=3 {
            let name = format!("label-{label}-anna-local.stl");
            let (came, wanted) = (self.target().join(&name), own.join(&name));
            assert!(fs::read(came).unwrap() == fs::read(wanted).unwrap(), "{name}");
        }
        let left: Vec<String> =
            names(&self.target()).into_iter().filter(|n| n.contains(".part")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

fn program() -> Command {
    let mut command = medshape();
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn head_of(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap_or(0) > 2 {}
    head
}

/// Passes a request on and the answer back, unless something goes wrong with it.
fn pass_on(
    mut client: TcpStream,
    behind: &str,
    log: &Mutex<Vec<Asked>>,
    mishaps: &Mutex<Vec<Mishap>>,
) {
    let head = head_of(&client);
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut server = TcpStream::connect(behind).unwrap();
    let request =
        format!("{}connection: close\r\n\r\n", head.trim_end_matches("\r\n").to_owned() + "\r\n");
    server.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    let mut mishap = None;
    if path.starts_with("/download/") {
        let range = head.lines().find_map(|line| line.strip_prefix("range: ")).map(str::to_owned);
        log.lock().unwrap().push((path, range));
        mishap = mishaps.lock().unwrap().pop();
    }
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    match mishap {
        Some(Mishap::Cut(n)) => answer.truncate(body + n),
        Some(Mishap::Flip(n)) => answer[body + n] ^= 1,
        Some(Mishap::Stall(n)) => {
            let _ = client.write_all(&answer[..body + n]);
            thread::sleep(Duration::from_secs(60));
            return;
        }
        None => {}
    }
    let _ = client.write_all(&answer);
}

fn report(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", complaint(output)))
}

fn counts(output: &Output) -> (u64, u64, usize) {
    let report = report(output);
    let count = |key: &str| report[key].as_u64().unwrap();
    (count("n_written"), count("n_kept"), report["failed"].as_array().unwrap().len())
}

#[test]
fn what_came_whole_is_never_asked_for_again() {
    let line = Line::new(&[]);
    let first = line.download();
    assert!(first.status.success(), "{}", complaint(&first));
    assert_eq!(counts(&first), (3, 0, 0));
    line.check();
    assert!(
        fs::read_to_string(line.target().join("ATTRIBUTION.md")).unwrap().contains("Licence: ")
    );
    let n_asked = line.n_asked();
    let before = names(&line.target()).len();
    assert_eq!(counts(&line.download()), (0, 3, 0));
    assert_eq!((line.n_asked(), names(&line.target()).len()), (n_asked, before));
    // A file that was damaged since is mended, and no other.
    let file = line.target().join("label-2-anna-local.stl");
    let mut bytes = fs::read(&file).unwrap();
    bytes[1000] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(counts(&line.download()), (1, 2, 0));
    assert_eq!(line.n_asked(), n_asked + 1);
    line.check();
}

#[test]
fn what_is_broken_off_goes_on_from_there() {
    let line = Line::new(&[Mishap::Cut(500), Mishap::Cut(1000)]);
    let output = line.download();
    assert!(output.status.success(), "{}", complaint(&output));
    line.check();
    let asked = line.asked.lock().unwrap();
    let ranges: Vec<&str> = asked.iter().filter_map(|(_, range)| range.as_deref()).collect();
    assert!(ranges.contains(&"bytes=1000-") && ranges.len() == 2, "{ranges:?}");
}

#[test]
fn what_comes_damaged_is_asked_for_again_and_never_kept() {
    let line = Line::new(&[Mishap::Flip(700)]);
    let output = line.download();
    assert!(output.status.success(), "{}", complaint(&output));
    line.check();
    assert_eq!(line.n_asked(), 4);

    let always = Line::new(&[Mishap::Flip(700); 100]);
    let output = always.download();
    assert_eq!((output.status.code(), counts(&output)), (Some(1), (0, 0, 3)));
    let report = report(&output);
    assert!(report["failed"][0]["reason"].as_str().unwrap().contains("SHA-256"), "{report}");
    assert!(names(&always.target()).iter().all(|name| !name.contains("stl")));
    always.mishaps.lock().unwrap().clear();
    assert_eq!(counts(&always.download()), (3, 0, 0));
    always.check();
}

#[test]
fn a_run_that_is_killed_is_gone_on_with() {
    let line = Line::new(&[Mishap::Stall(1500)]);
    let mut child = line.command(&["--query", ""]).stdout(Stdio::null()).spawn().unwrap();
    let since = Instant::now();
    let part = || {
        let there = names(&line.target()).into_iter().find(|name| name.ends_with(".part"));
        there.is_some_and(|name| fs::metadata(line.target().join(name)).unwrap().len() == 1500)
    };
    while !line.target().exists() || !part() || names(&line.target()).len() < 5 {
        assert!(since.elapsed() < Duration::from_secs(60), "it never came so far");
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let output = line.download();
    assert!(output.status.success(), "{}", complaint(&output));
    line.check();
    let asked = line.asked.lock().unwrap();
    assert!(asked.iter().any(|(_, range)| range.as_deref() == Some("bytes=1500-")), "{asked:?}");
}

#[test]
fn selections_lists_and_addresses_of_pages_are_understood() {
    let line = Line::new(&[]);
    let all = |more: &[&str]| line.command(more).output().unwrap();
    assert_eq!(counts(&all(&["--query", "label-1"])), (1, 0, 0));
    let page = format!("{}/search?q=label-2&page=1", line.address);
    let mut command = program();
    let output = command.args(["download", &page, "--format", "stl", "--json"]).arg(line.target());
    assert_eq!(counts(&output.output().unwrap()), (1, 0, 0));

    let id = frozen(&line, "{\"q\": \"\"}");
    assert_eq!(counts(&all(&["--selection", &id])), (1, 2, 0));
    line.check();
    let own = line.folder.path().join("selected");
    let mut command = program();
    command.arg("download").arg(&line.store).args([
        "--selection",
        &id,
        "--format",
        "stl",
        "--json",
    ]);
    let output = command.arg("--to").arg(&own).output().unwrap();
    assert_eq!(report(&output)["n_written"], 3, "{}", complaint(&output));

    for form in ["txt", "tsv", "jsonl"] {
        let list = line.folder.path().join(format!("list.{form}"));
        let path = format!("/v1/selections/{id}/manifest.{form}?format=stl");
        fs::write(&list, asked(&line, &path)).unwrap();
        fs::remove_dir_all(line.target()).unwrap();
        assert_eq!(counts(&all(&["--manifest", list.to_str().unwrap()])), (3, 0, 0), "{form}");
        line.check();
    }
    let withdrawn =
        ["withdraw", "local/anna/label-3", "--reason", "quality", "--note", "x", "--store"];
    let output = program().args(withdrawn).arg(&line.store).output().unwrap();
    assert!(output.status.success(), "{}", complaint(&output));
    fs::remove_dir_all(line.target()).unwrap();
    let output = all(&["--selection", &id]);
    assert_eq!(
        (counts(&output), report(&output)["missing"]["withdrawn"].as_u64()),
        ((2, 0, 0), Some(1))
    );

    let nothing = all(&["--query", "heart"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(complaint(&nothing).contains("nothing fits"), "{}", complaint(&nothing));
    let unknown = all(&["--selection", "00112233445566778899aabbccddeeff"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert_eq!(complaint(&unknown).lines().count(), 1, "{}", complaint(&unknown));
}

/// Keeps a selection, straight at the server.
fn frozen(line: &Line, body: &str) -> String {
    let head = format!(
        "POST /v1/selections HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(line, &head);
    let json = &answer[answer.find("\r\n\r\n").unwrap() + 4..];
    serde_json::from_str::<serde_json::Value>(json).unwrap()["id"].as_str().unwrap().to_owned()
}

fn exchange(line: &Line, request: &str) -> String {
    // The line passes on heads alone, so a request with a body goes past it.
    let mut stream = TcpStream::connect(&line.behind).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn asked(line: &Line, path: &str) -> String {
    let mut command = Command::new("curl");
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let output = command.args(["-s", "-f", &format!("{}{path}", line.address)]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_hostile_portal_leads_nowhere() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let line = |file: &str, url: &str| {
        format!(
            "{{\"state\":\"here\",\"name\":\"a/b/c\",\"file\":\"{file}\",\"url\":\"{url}\",\"content_sha256\":\"{hash}\"}}\n"
        )
    };
    let here = |path: &str| format!("http://{host}/download/{path}");
    let list = [
        line("../escaped.stl", &here("good")),
        line("/tmp/escaped.stl", &here("good")),
        line(".hidden", &here("good")),
        line("elsewhere.stl", "http://169.254.169.254/download/x"),
        line("record.stl", &format!("http://{host}/v1/stats")),
        line("moved.stl", &here("moved")),
        line("huge.stl", &here("huge")),
        line("unsaid.stl", &here("unsaid")),
        line("good.stl", &here("good")),
        line("GOOD.stl", &here("good")),
    ]
    .concat();
    // The hash of `abc`.
    let digest =
        "repr-digest: sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:\r\netag: \"a\"\r\n";
    let answers = BTreeMap::from([
        ("/v1/manifests", format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{list}", list.len())),
        ("/download/moved", "HTTP/1.1 302 Found\r\nconnection: close\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n".to_owned()),
        ("/download/huge", format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{digest}content-length: 99999999999999\r\n\r\nabc")),
        ("/download/unsaid", "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc".to_owned()),
        ("/download/good", format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{digest}content-length: 3\r\n\r\nabc")),
        ("/v1/sources", "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n[]".to_owned()),
    ]);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = head_of(&stream);
            let path = head.split(' ').nth(1).unwrap_or_default();
            let answer = answers.iter().find(|(start, _)| path.starts_with(**start));
            let _ = stream.write_all(answer.map_or("", |(_, answer)| answer).as_bytes());
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("deep/out");
    let mut command = program();
    command.args(["download", &format!("http://{host}"), "--query", "", "--json", "--to"]);
    let output = command.arg(&target).output().unwrap();
    assert_eq!((output.status.code(), counts(&output)), (Some(1), (1, 0, 9)));
    assert_eq!(fs::read(target.join("good.stl")).unwrap(), b"abc");
    let mut left = names(&target);
    left.retain(|name| !["good.stl", "manifest.tsv"].contains(&name.as_str()));
    left.retain(|name| {
        !["ATTRIBUTION.md", "CITATION.cff", "references.bib", "LICENSES"].contains(&name.as_str())
    });
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(names(folder.path()), ["deep"]);
    let failed = report(&output)["failed"].to_string();
    for reason in [
        "leads elsewhere",
        "not followed",
        "larger than",
        "does not say",
        "same name",
        "no file of a folder",
    ] {
        assert!(failed.contains(reason), "{reason}: {failed}");
    }
}
