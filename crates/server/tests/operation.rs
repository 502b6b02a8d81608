//! What an operator relies on: counts, bounds, health, and connections that end.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU32;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use medshape_server::{ServeOptions, run};

use crate::common;

/// A server over the small store, on a free port; it ends with the test's process.
fn serving(change: impl FnOnce(&mut ServeOptions)) -> (tempfile::TempDir, SocketAddr) {
    let dir = tempfile::tempdir().unwrap();
    common::fill(dir.path());
    let mut options = ServeOptions::new(dir.path().to_owned()).at(([127, 0, 0, 1], 0).into());
    change(&mut options);
    let (tell, ready) = mpsc::channel();
    thread::spawn(move || run(options, &|address| tell.send(address).unwrap()).unwrap());
    (dir, ready.recv().unwrap())
}

fn get(address: SocketAddr, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn answers_are_counted_by_route_and_nothing_says_who_asked_for_what() {
    let (_dir, address) = serving(|_| {});
    for _ in 0..3 {
        assert!(get(address, "/v1/search?q=secretword", "").starts_with("HTTP/1.1 200"));
    }
    assert!(get(address, "/no/such/secretpath", "").starts_with("HTTP/1.1 404"));
    let text = get(address, "/metrics", "");
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let counts = |line: &str| assert!(text.contains(line), "{line}\n{text}");
    counts("medshape_http_requests_total{route=\"/v1/search\",status=\"200\"} 3");
    counts("medshape_http_requests_total{route=\"none\",status=\"404\"} 1");
    counts("medshape_http_request_duration_seconds_count{route=\"/v1/search\"} 3");
    counts("medshape_shapes 4");
    counts("# EOF");
    assert!(!text.contains("secret") && !text.contains("127.0.0.1"), "{text}");
}

#[test]
fn numbers_of_operation_stay_in_the_house() {
    let (_dir, address) = serving(|options| options.behind_proxy = true);
    let outside = get(address, "/metrics", "x-forwarded-for: 203.0.113.7\r\n");
    assert!(outside.starts_with("HTTP/1.1 403"), "{outside}");
    let pretended = get(address, "/metrics", "x-forwarded-for: 127.0.0.1\r\n");
    assert!(pretended.starts_with("HTTP/1.1 403"), "{pretended}");
    let site = common::TestSite::new();
    assert_eq!(site.get("/metrics").status, 403, "of whom nothing is known");
}

#[test]
fn one_address_that_asks_too_often_is_told_to_wait_and_others_are_not() {
    let (_dir, address) = serving(|options| {
        options.per_second = NonZeroU32::new(2);
        options.behind_proxy = true;
    });
    let ask =
        |client: &str| get(address, "/healthz", &format!("x-forwarded-for: 9.9.9.9, {client}\r\n"));
    let answers: Vec<String> = (0..30).map(|_| ask("203.0.113.7")).collect();
    let refused: Vec<&String> =
        answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 429")).collect();
    assert!(!refused.is_empty() && refused.len() <= 18, "{}", refused.len());
    assert!(refused[0].contains("retry-after: 1"), "{}", refused[0]);
    assert!(ask("203.0.113.8").starts_with("HTTP/1.1 200"));
    assert!(get(address, "/metrics", "").contains("medshape_http_requests_refused_total "));
}

#[test]
fn a_client_that_sends_half_a_head_is_let_go_and_does_not_hold_up_others() {
    let (_dir, address) = serving(|_| {});
    let mut half: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(address).unwrap()).collect();
    for stream in &mut half {
        stream.write_all(b"GET / HTTP/1.1\r\nhost:").unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    }
    assert!(get(address, "/healthz", "").starts_with("HTTP/1.1 200"));
    for stream in &mut half {
        let mut rest = Vec::new();
        // Ended by the server, not by our patience.
        stream.read_to_end(&mut rest).unwrap();
    }
}

#[test]
fn a_curators_site_on_this_machine_answers_to_this_machines_names_only() {
    let (_dir, address) = serving(|options| options.hosts = vec!["lab.example".to_owned()]);
    let ask = |host: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET /v1/stats HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    for host in ["localhost", "127.0.0.1:8080", "[::1]:80", "lab.example"] {
        assert!(ask(host).starts_with("HTTP/1.1 200"), "{host}: {}", ask(host));
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1"] {
        let answer = ask(host);
        assert!(answer.starts_with("HTTP/1.1 421") && !answer.contains("n_shapes"), "{answer}");
    }
    let (_dir, address) =
        serving(|options| options.audience = Some(medshape::catalog::Audience::Public));
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"GET /v1/stats HTTP/1.1\r\nhost: any.example\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "what is public has any name: {answer}");
}

#[test]
fn a_client_that_takes_nothing_of_its_answers_is_let_go() {
    let (_dir, address) = serving(|options| options.write_patience = Duration::from_secs(1));
    let mut stream = TcpStream::connect(address).unwrap();
    // More than the buffers of both ends hold, asked for at once and not read.
    const N_ASKED: usize = 4_000;
    let request = b"GET /assets/style.css HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(N_ASKED);
    let sending = stream.try_clone().unwrap();
    let sender = thread::spawn(move || {
        // It ends early when the server lets go.
        let _ = (&sending).write_all(&request);
    });
    thread::sleep(Duration::from_secs(6));
    let size = get(address, "/assets/style.css", "").len();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut rest = Vec::new();
    let ended = stream.read_to_end(&mut rest);
    sender.join().unwrap();
    let timed_out = ended.as_ref().is_err_and(|why| {
        matches!(why.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
    });
    assert!(!timed_out, "the server still holds the connection");
    assert!(rest.len() < N_ASKED / 2 * size, "{} bytes came", rest.len());
    assert!(get(address, "/healthz", "").starts_with("HTTP/1.1 200"));
}
