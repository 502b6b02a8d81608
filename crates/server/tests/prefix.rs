//! The site below a path, behind a proxy: no address of any page leads out of the path.

use std::collections::{BTreeSet, VecDeque};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use axum::http::{Method, StatusCode};
use medshape_server::{ServeOptions, run};

use crate::common::{self, TestSite};

const PREFIX: &str = "/shapes";
/// Pages that filters lead to without end.
const MOST: usize = 400;

/// A server over the small store below the path, and a proxy before it.
fn behind_a_proxy(takes_away: bool) -> (tempfile::TempDir, SocketAddr) {
    let dir = tempfile::tempdir().unwrap();
    common::fill(dir.path());
    common::release(dir.path());
    let mut options = ServeOptions::new(dir.path().to_owned()).at(([127, 0, 0, 1], 0).into());
    options.prefix = PREFIX.parse().unwrap();
    options.behind_proxy = true;
    options.audience = Some(medshape::catalog::Audience::Curator);
    options.hosts = vec!["lab.example".to_owned()];
    let (tell, ready) = mpsc::channel();
    thread::spawn(move || run(options, &|address| tell.send(address).unwrap()).unwrap());
    let server = ready.recv().unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            pass_on(client.unwrap(), server, takes_away);
        }
    });
    (dir, address)
}

/// Passes one request on: below the path only, as `https` and by the name of the outer site.
fn pass_on(mut client: TcpStream, server: SocketAddr, takes_away: bool) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap();
    let Some(below) = path.strip_prefix(PREFIX) else {
        client.write_all(b"HTTP/1.1 418 Outside\r\ncontent-length: 0\r\n\r\n").unwrap();
        return;
    };
    let below = if below.starts_with('/') { below.to_owned() } else { format!("/{below}") };
    let path = if takes_away { &below } else { path };
    let mut stream = TcpStream::connect(server).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: lab.example\r\nx-forwarded-host: lab.example\r\n\
         x-forwarded-proto: https\r\nx-forwarded-for: 203.0.113.9\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    client.write_all(&answer).unwrap();
}

/// Head and body.
fn ask(address: SocketAddr, path: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: lab.example\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}

/// What a page, a record or a head leads to on this site.
fn led_to(text: &str) -> Vec<String> {
    let text = &text.replace("&quot;", "\"");
    let is_end = |c: char| "\"'<>;,".contains(c) || c.is_whitespace();
    let mut found = Vec::new();
    for mark in ["href=\"", "src=\"", "action=\"", "\"url\":\"", "location: "] {
        found.extend(text.split(mark).skip(1).map(|rest| rest.split(is_end).next().unwrap()));
    }
    let whole = text.split("https://lab.example").skip(1);
    found.extend(whole.map(|rest| rest.split(is_end).next().unwrap()));
    let ours = found.into_iter().filter(|address| address.starts_with('/'));
    ours.map(|address| address.replace("&amp;", "&")).collect()
}

fn crawl(takes_away: bool) -> BTreeSet<String> {
    let (_dir, address) = behind_a_proxy(takes_away);
    let starts =
        ["", "/", "/compare", "/robots.txt", "/sitemap.xml", "/v1/search", "/croissant.json"];
    let mut open: VecDeque<String> = starts.iter().map(|path| format!("{PREFIX}{path}")).collect();
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop_front() {
        let path = path.split('#').next().unwrap().to_owned();
        if seen.len() > MOST || path.matches(['&', '+']).count() > 1 || !seen.insert(path.clone()) {
            continue;
        }
        assert!(path.starts_with(PREFIX), "{path} leads out");
        let (head, body) = ask(address, &path);
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(status < 400, "{path}: {head}");
        let is_text = ["html", "json", "xml", "text/plain"].iter().any(|kind| head.contains(kind));
        open.extend(led_to(&head));
        if is_text && body.len() < 500_000 {
            open.extend(led_to(&String::from_utf8_lossy(&body)));
        }
    }
    seen
}

#[test]
fn every_address_stays_below_the_path_that_the_proxy_passes_on() {
    let seen = crawl(false);
    for wanted in [
        "/shapes/s/alpha/p1/liver",
        "/shapes/b/alpha/p1",
        "/shapes/d/alpha",
        "/shapes/a/liver",
        "/shapes/releases/1",
        "/shapes/report/alpha/p1/liver",
        "/shapes/v1/shapes/alpha/p1/liver/citation.ris",
        "/shapes/v1/shapes/alpha/p1/liver/linkset.json",
        "/shapes/v1/releases/1/manifest.parquet",
        "/shapes/download/alpha/p1/liver/liver-p1-alpha.stl",
        "/shapes/sitemaps/1.xml",
        "/shapes/v1/openapi.json",
    ] {
        assert!(seen.contains(wanted), "{wanted} is not reached: {seen:?}");
    }
    for kind in ["/shapes/assets/style.css?v=", "/shapes/files/alpha/p1/liver/mesh.glb?v="] {
        assert!(seen.iter().any(|path| path.starts_with(kind)), "{kind}");
    }
}

#[test]
fn the_same_behind_a_proxy_that_takes_the_path_away() {
    assert!(crawl(true).len() > 100);
}

#[test]
fn programs_are_told_the_whole_address() {
    let site = TestSite::with(|options| options.prefix = PREFIX.parse().unwrap());
    let headers = [("host", "localhost:99"), ("x-forwarded-proto", "https")];
    let page = site.ask(Method::GET, "/shapes/s/alpha/p1/liver", &headers);
    assert_eq!(page.status, StatusCode::OK);
    let cite_as = "<https://localhost:99/shapes/s/alpha/p1/liver>; rel=\"cite-as\"";
    assert!(page.header("link").contains(cite_as), "{}", page.header("link"));
    assert!(
        page.headers.get_all("vary").iter().any(|vary| vary.to_str().unwrap().contains("host"))
    );
    let description = site.get("/shapes/v1/openapi.json").json();
    assert_eq!(description["servers"][0]["url"], "/shapes/");
    assert_eq!(site.get("/v1/openapi.json").status, StatusCode::OK);
    let moved = site.get(&format!("/shapes/s/{}", common::ALIAS));
    assert_eq!(moved.header("location"), "/shapes/s/alpha/p1/kidney-left");
}
