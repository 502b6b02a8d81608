//! SIGTERM while many download: what is under way ends whole, and the server ends in time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use medshape::catalog::{Catalog, ShapeName};

use crate::model::write_cases;
use crate::{common, rounds};

const N_CLIENTS: usize = 8;

/// Asks for a body, waits for the others to have done so, and takes it slowly; the error says how many
/// bytes are missing.
fn download(address: &str, path: &str, begun: &Barrier) -> Result<usize, String> {
    let asked = ask(address, path);
    begun.wait();
    let (mut reader, length) = asked?;
    let (mut n, mut buffer) = (0, vec![0; 1 << 12]);
    while n < length {
        std::thread::sleep(Duration::from_millis(1));
        match reader.read(&mut buffer).map_err(|cause| cause.to_string())? {
            0 => return Err(format!("{n} of {length} bytes")),
            more => n += more,
        }
    }
    Ok(n)
}

/// The answer after its head, and how long its body is.
fn ask(address: &str, path: &str) -> Result<(BufReader<TcpStream>, usize), String> {
    let mut stream = TcpStream::connect(address).map_err(|cause| cause.to_string())?;
    stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let (mut length, mut first) = (None, String::new());
    reader.read_line(&mut first).map_err(|cause| cause.to_string())?;
    if !first.contains(" 200 ") {
        return Err(first);
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).map_err(|cause| cause.to_string())?;
        if line.to_lowercase().starts_with("content-length:") {
            length = line.split(':').nth(1).and_then(|text| text.trim().parse::<usize>().ok());
        }
        if line.trim().is_empty() {
            return Ok((reader, length.ok_or("no length")?));
        }
    }
}

fn serve(store: &std::path::Path) -> (Child, String) {
    let mut child = common::medshape()
        .args(["serve", "--listen", "127.0.0.1:0", "--store"])
        .arg(store)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let at = line.find("127.0.0.1:").unwrap_or_else(|| panic!("{line}"));
    let address = line[at..].split_whitespace().next().unwrap();
    (child, address.trim_end_matches('/').to_owned())
}

#[test]
fn a_server_that_is_told_to_stop_ends_what_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, store) = (write_cases(folder.path(), "c", 1), folder.path().join("store"));
    let done = common::medshape().args(["ingest", "--store"]).args([&store, &inputs]).status();
    assert!(done.unwrap().success());
    let catalog = Catalog::open(&store).unwrap();
    let source = &catalog.sources().unwrap()[0].source.id;
    // The largest form of a shape.
    let name: ShapeName = format!("{source}/c00/label-1").parse().unwrap();
    let path = format!("/download/{name}/{}.stl", name.file_stem());
    let mut longest = Duration::ZERO;
    for round in 0..rounds(2, 50) {
        let (mut child, address) = serve(&store);
        let begun = Barrier::new(N_CLIENTS + 1);
        let stopped = std::thread::scope(|scope| {
            let clients: Vec<_> =
                (0..N_CLIENTS).map(|_| scope.spawn(|| download(&address, &path, &begun))).collect();
            begun.wait();
            let pid = child.id().to_string();
            assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
            let stopped = Instant::now();
            for client in clients {
                let got = client.join().unwrap();
                assert!(got.is_ok(), "round {round}: {got:?}");
            }
            stopped
        });
        let status = child.wait().unwrap();
        assert!(status.success(), "round {round}: {status}");
        longest = longest.max(stopped.elapsed());
    }
    println!("stopped within {longest:?} at most, while {N_CLIENTS} downloaded");
}
