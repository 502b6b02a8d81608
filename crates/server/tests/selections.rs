//! Shapes taken home: selections, lists that real programs read, archives, short links.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use axum::http::{Method, StatusCode};
use medshape::catalog::{Audience, Catalog, Reason, Sha256, Withdrawal};
use medshape::format::Format;
use medshape::formats::Limits;
use medshape::formats::zip::Archive;
use medshape_server::{ServeOptions, run};

use crate::common::{self, Answer, TestSite, case, shape, source, subject};

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const HOST: &[(&str, &str)] = &[("host", "localhost")];

fn post(site: &TestSite, path: &str, body: &str) -> Answer {
    site.send(Method::POST, path, JSON, body)
}

/// Keeps what a question finds.
fn kept(site: &TestSite, q: &str) -> String {
    let made = post(site, "/v1/selections", &format!("{{\"q\": \"{q}\"}}"));
    assert!(made.status.is_success(), "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

fn withdraw(site: &TestSite, name: &str) {
    let mut catalog = Catalog::open(site.dir.path()).unwrap();
    let how = Withdrawal {
        reason: Reason::Consent,
        note: "secret".into(),
        erase: false,
        label_map: None,
    };
    catalog.withdraw(&name.parse().unwrap(), &how).unwrap();
}

#[test]
fn the_same_choice_has_the_same_address_however_it_is_asked_for() {
    let site = TestSite::new();
    let made = post(&site, "/v1/selections", "{\"q\": \"source:alpha\"}");
    assert_eq!(made.status, StatusCode::CREATED);
    let record = made.json();
    assert_eq!((&record["n_shapes"], &record["n_here"]), (&3.into(), &3.into()));
    assert_eq!(record["licences"], serde_json::json!([{"id": "CC-BY-4.0", "n": 3}]));
    let names =
        "{\"names\": [\"alpha/p1/rib/2\", \"alpha/p1/liver\", \"p1_kidney_left.nii.g_1.stl\"]}";
    let again = post(&site, "/v1/selections", names);
    assert_eq!((again.status, &again.json()["id"]), (StatusCode::OK, &record["id"]));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let by_form = site.send(Method::POST, "/selections", &form, "q=source%3Aalpha");
    assert_eq!(by_form.status, StatusCode::SEE_OTHER);
    assert_eq!(by_form.header("location"), record["url"]);
    let page = site.get(by_form.header("location"));
    assert!(page.text().contains("Selection of 3 shapes") && page.text().contains("CC-BY-4.0"));
    // A ball of n rings has 4n (n - 1) faces; an STL 84 bytes and 50 a face.
    let n_faces: u64 = [24, 40, 8].iter().map(|n| 4 * n * (n - 1)).sum();
    let sizes = record["sizes"].as_array().unwrap();
    let stl = sizes.iter().find(|size| size["format"] == "stl").unwrap();
    assert_eq!((&stl["bytes"], &stl["is_exact"]), (&(3 * 84 + 50 * n_faces).into(), &true.into()));
}

#[test]
fn what_is_nonsense_too_much_or_from_another_site_is_refused() {
    let site = TestSite::new();
    for body in ["", "{}", "[]", "{\"q\": 1}", "{\"q\": \"\", \"names\": []}", "{\"ids\": []}"] {
        let refused = post(&site, "/v1/selections", body);
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(refused.header("content-type"), "application/problem+json");
    }
    for body in ["{\"names\": []}", "{\"names\": [\"alpha/p1/heart\"]}", "{\"q\": \"heart\"}"] {
        let refused = post(&site, "/v1/selections", body);
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let long = format!("{{\"names\": [\"{}\"]}}", "x".repeat(1 << 20));
    assert_eq!(post(&site, "/v1/selections", &long).status, StatusCode::PAYLOAD_TOO_LARGE);
    let other = [("content-type", "application/json"), ("sec-fetch-site", "cross-site")];
    let refused = site.send(Method::POST, "/v1/selections", &other, "{\"q\": \"\"}");
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for missing in ["/v1/selections/0011", "/selections/x", "/v1/selections/x.zip"] {
        assert_eq!(site.get(missing).status, StatusCode::NOT_FOUND, "{missing}");
    }
    let id = kept(&site, "");
    let unknown = site.ask(Method::GET, &format!("/v1/selections/{id}/manifest.doc"), HOST);
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let format = format!("/v1/selections/{id}/manifest.txt?format=doc");
    assert_eq!(site.ask(Method::GET, &format, HOST).status, StatusCode::BAD_REQUEST);
}

#[test]
fn every_address_of_every_list_leads_to_the_file_with_the_digest_that_it_says() {
    let site = TestSite::new();
    let id = kept(&site, "");
    for format in Format::all() {
        let extension = format.extension();
        let path = format!("/v1/selections/{id}/manifest.jsonl?format={extension}");
        let list = site.ask(Method::GET, &path, HOST);
        let mut n_here = 0;
        for line in list.text().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            if line["state"] != "here" {
                assert_eq!(
                    (&line["state"], &line["name"]),
                    (&"not-closed".into(), &"beta/p2/thing".into())
                );
                continue;
            }
            n_here += 1;
            let url = line["url"].as_str().unwrap();
            let file = site.get(url.strip_prefix("http://localhost").unwrap());
            assert_eq!(file.status, StatusCode::OK, "{url}");
            assert!(url.ends_with(line["file"].as_str().unwrap()));
            if let Some(bytes) = line["bytes"].as_u64() {
                assert_eq!(bytes, file.body.len() as u64, "{url}");
            }
            assert_eq!(digest(&file), Sha256::of(&file.body).to_string(), "{url}");
        }
        let n_solid = if format.holds() >= medshape::format::Holds::Labels { 3 } else { 4 };
        assert_eq!(n_here, n_solid, "{extension}");
    }
}

/// The hash that an answer says it has, in digits.
fn digest(answer: &Answer) -> String {
    let text = answer.header("repr-digest");
    let text = text.strip_prefix("sha-256=:").unwrap().strip_suffix(':').unwrap();
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let (mut bits, mut n_bits, mut digits) = (0_u32, 0, String::new());
    for c in text.bytes().filter(|&c| c != b'=') {
        bits = bits << 6 | u32::from(value(c));
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            digits += &format!("{:02x}", bits >> n_bits & 255);
        }
    }
    digits
}

#[test]
fn what_is_withdrawn_leaves_lists_and_archives_and_is_named() {
    let site = TestSite::new();
    let id = kept(&site, "source:alpha");
    withdraw(&site, "alpha/p1/liver");
    let list = |form: &str| {
        let path = format!("/v1/selections/{id}/manifest.{form}?format=stl");
        site.ask(Method::GET, &path, HOST).text().to_owned()
    };
    assert_eq!(list("txt").lines().count(), 2);
    assert!(!list("txt").contains("liver"));
    for form in ["curl", "aria2", "tsv", "jsonl"] {
        let of_liver: Vec<String> =
            list(form).lines().filter(|line| line.contains("liver")).map(str::to_owned).collect();
        assert_eq!(of_liver.len(), 1, "{form}: {of_liver:?}");
        assert!(of_liver[0].contains("withdrawn") && !of_liver[0].contains("http"), "{of_liver:?}");
    }
    let page = site.get(&format!("/selections/{id}"));
    assert!(page.text().contains("alpha/p1/liver") && page.text().contains("consent"));
    assert!(!page.text().contains("secret"));
    let zip = site.get(&format!("/v1/selections/{id}.zip?format=stl"));
    assert!(!names(&zip.body).contains("alpha/p1/liver.stl"));
    let record = site.get(&format!("/v1/selections/{id}")).json();
    assert_eq!((&record["n_shapes"], &record["n_here"]), (&3.into(), &2.into()));
}

#[test]
fn a_version_that_was_replaced_is_still_given_as_it_was() {
    let site = TestSite::new();
    let id = kept(&site, "structure:liver");
    let list = format!("/v1/selections/{id}/manifest.txt?format=stl");
    let list = site.ask(Method::GET, &list, HOST).text().trim().to_owned();
    let address = list.strip_prefix("http://localhost").unwrap();
    let before = site.get(address).body;
    let mut catalog = Catalog::open(site.dir.path()).unwrap();
    let p1 = subject("alpha", "p1");
    let other = shape(&catalog, "alpha/p1/liver", "liver", 12);
    let unit = case(&catalog, &p1, "alpha p1 again");
    catalog.add_case(&source("alpha", "CC-BY-4.0"), &p1, &unit, &[other]).unwrap();
    let newest = "/download/alpha/p1/liver/liver-p1-alpha.stl";
    assert_ne!(site.get(newest).body, before);
    assert!(site.get(address).body == before);
    let never = address.replace(&address[address.find('@').unwrap()..][..9], "@00000000");
    assert_eq!(site.get(&never).status, StatusCode::NOT_FOUND);
    let voxels = format!("/v1/selections/{id}/manifest.tsv?format=nii.gz");
    assert!(site.ask(Method::GET, &voxels, HOST).text().contains("replaced\talpha/p1/liver"));
}

#[test]
fn the_public_gets_nothing_that_is_kept_back_out_of_a_selection() {
    let curator = TestSite::released();
    let id = kept(&curator, "");
    let public = TestSite::for_audience(curator.dir, Audience::Public);
    let record = public.get(&format!("/v1/selections/{id}"));
    assert_eq!((&record.json()["n_shapes"], &record.json()["n_here"]), (&4.into(), &3.into()));
    let mut answers = vec![record, public.get(&format!("/selections/{id}"))];
    for form in ["txt", "curl", "aria2", "tsv", "jsonl"] {
        let path = format!("/v1/selections/{id}/manifest.{form}?format=stl");
        answers.push(public.ask(Method::GET, &path, HOST));
    }
    let zip = public.get(&format!("/v1/selections/{id}.zip?format=obj"));
    assert_eq!(names(&zip.body).iter().filter(|name| name.ends_with(".obj")).count(), 3);
    answers.push(zip);
    for answer in answers {
        assert_eq!(answer.status, StatusCode::OK);
        let text = String::from_utf8_lossy(&answer.body);
        assert!(!text.contains("beta/p2") && !text.contains("beta et al"), "{text}");
    }
    let asked = "{\"names\": [\"beta/p2/thing\", \"alpha/p1/liver\"]}";
    let made = post(&public, "/v1/selections", asked).json();
    assert_eq!(made["n_shapes"], 1);
    assert_eq!(made["left_out"][0]["reason"], "licence-unknown");
}

fn names(zip: &[u8]) -> BTreeSet<String> {
    let archive = Archive::of(zip, &Limits::DEFAULT).unwrap();
    archive.entries().iter().map(|entry| entry.name().to_owned()).collect()
}

#[test]
fn an_archive_holds_each_file_as_its_own_address_gives_it_and_the_papers() {
    let site = TestSite::new();
    let id = kept(&site, "");
    for format in ["stl", "points.npz", "nii.gz"] {
        let zip = site.get(&format!("/v1/selections/{id}.zip?format={format}"));
        assert_eq!(zip.header("content-type"), "application/zip");
        let archive = Archive::of(&zip.body, &Limits::DEFAULT).unwrap();
        let bytes = |name: &str| archive.unpacked(archive.entry(name).unwrap()).unwrap();
        let liver = site.get(&format!("/download/alpha/p1/liver/liver-p1-alpha.{format}"));
        assert!(bytes(&format!("alpha/p1/liver.{format}")) == liver.body, "{format}");
        let rib = format!("alpha/p1/rib.2.{format}");
        let manifest = String::from_utf8(bytes("MANIFEST.tsv")).unwrap();
        let line = manifest.lines().find(|line| line.starts_with(&rib)).unwrap();
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells[1], bytes(&rib).len().to_string());
        assert_eq!(cells[2], Sha256::of(&bytes(&rib)).to_string());
        for paper in ["ATTRIBUTION.md", "CITATION.cff", "references.bib", "LICENSES/CC-BY-4.0.txt"]
        {
            assert!(bytes(paper).len() > 20, "{paper}");
        }
        // The same choice gives the same bytes.
        assert!(site.get(&format!("/v1/archive.zip?q=&format={format}")).body == zip.body);
    }
}

#[test]
fn an_archive_says_how_long_it_is_and_is_gone_on_with() {
    for format in ["stl", "glb", "nii.gz"] {
        let site = TestSite::new();
        let path = format!("/v1/selections/{}.zip?format={format}", kept(&site, ""));
        // The size of an STL follows from the number of its faces; others are found by making them.
        let said = site.ask(Method::HEAD, &path, &[]);
        assert_eq!(said.headers.contains_key("content-length"), format == "stl", "{format}");
        let first = site.get(&path);
        let (all, etag) = (&first.body, first.header("etag").to_owned());
        let length = all.len().to_string();
        assert_eq!(said.header("etag"), etag, "{format}");
        assert_eq!(first.header("accept-ranges"), "bytes", "{format}");
        let known = site.ask(Method::HEAD, &path, &[]);
        assert_eq!(known.header("content-length"), length, "{format}");
        // Whoever has forgotten all that was made goes on with it just so.
        let other = TestSite::over(site.dir);
        for from in [0, 1, 40, all.len() / 3, all.len() / 2, all.len() - 30, all.len() - 1] {
            let rest = other.ask(Method::GET, &path, &[("range", &format!("bytes={from}-"))]);
            assert_eq!(rest.status, StatusCode::PARTIAL_CONTENT, "{format} {from}");
            let range = format!("bytes {from}-{}/{length}", all.len() - 1);
            assert_eq!(rest.header("content-range"), range, "{format}");
            assert!(rest.body == all[from..], "{format} from {from}");
        }
        let middle =
            other.ask(Method::GET, &path, &[("range", "bytes=100-199"), ("if-range", &etag)]);
        assert!(middle.body == all[100..200], "{format}");
        let changed = [("range", "bytes=100-"), ("if-range", "\"another\"")];
        assert_eq!(other.ask(Method::GET, &path, &changed).status, StatusCode::OK);
        let beyond = other.ask(Method::GET, &path, &[("range", &format!("bytes={length}-"))]);
        assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE, "{format}");
        let again = other.ask(Method::GET, &path, &[("if-none-match", &etag)]);
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    }
}

#[test]
fn another_archive_has_another_tag() {
    let site = TestSite::new();
    let tag = |path: &str| site.ask(Method::HEAD, path, &[]).header("etag").to_owned();
    let all = tag("/v1/archive.zip?q=&format=stl");
    assert_eq!(tag(&format!("/v1/selections/{}.zip?format=stl", kept(&site, ""))), all);
    assert_ne!(tag("/v1/archive.zip?q=&format=obj"), all);
    assert_ne!(tag("/v1/archive.zip?q=liver&format=stl"), all);
    withdraw(&site, "alpha/p1/liver");
    assert_ne!(tag("/v1/archive.zip?q=&format=stl"), all);
}

#[test]
fn curl_goes_on_with_an_archive_that_was_cut() {
    let (_dir, address) = serving(Audience::Curator);
    let folder = tempfile::tempdir().unwrap();
    for format in ["stl", "plain.glb"] {
        let url = format!("http://{address}/v1/archive.zip?q=&format={format}");
        let (whole, cut) = (format!("{format}.whole.zip"), format!("{format}.cut.zip"));
        if !downloads("curl", &["-s", "-f", "-o", &whole, &url], folder.path()) {
            return;
        }
        let all = fs::read(folder.path().join(&whole)).unwrap();
        fs::write(folder.path().join(&cut), &all[..all.len() * 2 / 5]).unwrap();
        downloads("curl", &["-s", "-f", "-C", "-", "-o", &cut, &url], folder.path());
        assert!(fs::read(folder.path().join(&cut)).unwrap() == all, "{format}");
    }
}

#[test]
fn a_damaged_shape_breaks_an_archive_off() {
    let site = TestSite::new();
    let id = kept(&site, "structure:liver");
    let zip = format!("/v1/selections/{id}.zip?format=stl");
    assert!(!site.breaks_off(&zip, "identity"));
    let page = Catalog::open(site.dir.path()).unwrap().shape(&"alpha/p1/liver".parse().unwrap());
    let hash = page.unwrap().unwrap().shape.files[0].sha256.to_string();
    let path = site.dir.path().join("blobs").join(&hash[..2]).join(&hash[2..4]).join(&hash);
    let mut bytes = fs::read(&path).unwrap();
    bytes[50] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(site.breaks_off(&zip, "identity"));
}

#[test]
fn points_and_spacing_are_chosen_within_bounds() {
    let site = TestSite::new();
    let path = "/download/alpha/p1/liver/liver-p1-alpha";
    let few = site.get(&format!("{path}.points.xyz?points=100"));
    assert_eq!(few.text().lines().filter(|line| !line.starts_with('#')).count(), 100);
    // The ball has a diameter of 40 mm.
    let coarse = site.get(&format!("{path}.occupancy.npz?spacing_mm=4")).body.len();
    assert!(site.get(&format!("{path}.occupancy.npz?spacing_mm=1")).body.len() > coarse);
    for wrong in ["points=0", "points=2000000", "points=x", "spacing_mm=0.05", "spacing_mm=NaN"] {
        let refused = site.get(&format!("{path}.occupancy.npz?{wrong}"));
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[test]
fn a_short_link_leads_to_the_page_that_it_was_made_of() {
    let site = TestSite::new();
    let address = "/b/alpha/p1?cam=30,12,2.4&vis=-liver";
    let made = post(&site, "/v1/views", &format!("{{\"address\": \"{address}\"}}"));
    assert_eq!(made.status, StatusCode::CREATED);
    let url = made.json()["url"].as_str().unwrap().to_owned();
    assert_eq!(url, format!("/v/{}", &Sha256::of(address.as_bytes()).to_string()[..16]));
    let led = site.get(&url);
    assert_eq!((led.status, led.header("location")), (StatusCode::FOUND, address));
    for bad in ["https://example.org/", "//example.org/s/", "/v1/stats", "/s/../x"] {
        let refused = post(&site, "/v1/views", &format!("{{\"address\": \"{bad}\"}}"));
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    for missing in ["/v/0000000000000000", "/v/x"] {
        assert_eq!(site.get(missing).status, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[test]
fn other_sites_make_no_short_links_and_are_led_to_by_none() {
    let site = TestSite::new();
    let from_elsewhere = [JSON[0], ("sec-fetch-site", "cross-site")];
    let body = "{\"address\": \"/b/alpha/p1\"}";
    let refused = site.send(Method::POST, "/v1/views", &from_elsewhere, body);
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // A store may come from somebody who put more into it than the door lets in.
    let mut catalog = Catalog::open(site.dir.path()).unwrap();
    for elsewhere in ["https://example.org/s/", "//example.org/s/"] {
        let id = catalog.shorten(elsewhere).unwrap();
        let led = site.get(&format!("/v/{id}"));
        assert_eq!(
            (led.status, led.header("location")),
            (StatusCode::NOT_FOUND, ""),
            "{elsewhere}"
        );
    }
}

#[test]
fn the_pages_lead_to_what_can_be_taken() {
    let site = TestSite::new();
    for page in ["/search?q=source:alpha", "/b/alpha/p1", "/a/liver"] {
        assert!(site.get(page).text().contains("href=\"/selections?q="), "{page}");
        assert!(site.get(page).text().contains("data-cart-add"), "{page}");
    }
    let page = site.get("/selections?q=source%3Aalpha").text().to_owned();
    for wanted in
        ["3 shapes", "CC-BY-4.0", "/v1/manifests/txt?q=source%3Aalpha", "/v1/archive.zip?"]
    {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert!(site.get("/cart").text().contains("id=\"cart\""));
}

/// A server over the small store, on a free port; it ends with the test's process.
fn serving(audience: Audience) -> (tempfile::TempDir, SocketAddr) {
    let dir = tempfile::tempdir().unwrap();
    common::fill(dir.path());
    let options = ServeOptions::new(dir.path().to_owned()).at(([127, 0, 0, 1], 0).into());
    let options = ServeOptions { audience: Some(audience), ..options };
    let (tell, ready) = mpsc::channel();
    thread::spawn(move || run(options, &|address| tell.send(address).unwrap()).unwrap());
    (dir, ready.recv().unwrap())
}

fn fetch(address: SocketAddr, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let rest =
        format!("host: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}\r\n{rest}{body}").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Runs a download program in `folder`, if it is installed.
fn downloads(program: &str, arguments: &[&str], folder: &Path) -> bool {
    let mut command = Command::new(program);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    match command.args(arguments).current_dir(folder).output() {
        Err(_) => {
            println!("skipped: {program} is not installed");
            false
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{program}: {said}");
            true
        }
    }
}

#[test]
fn wget_curl_and_aria2_read_the_lists() {
    let (_dir, address) = serving(Audience::Curator);
    let site = TestSite::new();
    for (program, form, arguments) in [
        ("wget", "txt", ["-q", "-c", "-i", "manifest.txt"].as_slice()),
        ("curl", "curl", &["-s", "-S", "-K", "manifest.curl"]),
        ("aria2c", "aria2", &["-q", "--no-conf", "-i", "manifest.aria2"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("http://{address}/v1/manifests/{form}?q=source%3Aalpha&format=stl");
        let list = format!("manifest.{form}");
        if !downloads("curl", &["-s", "-f", "-o", &list, &url], folder.path())
            || !downloads(program, arguments, folder.path())
        {
            continue;
        }
        for (shape, file) in [
            ("liver", "liver-p1-alpha.stl"),
            ("kidney-left", "kidney-left-p1-alpha.stl"),
            ("rib.2", "rib-2-p1-alpha.stl"),
        ] {
            let there = fs::read(folder.path().join(file)).unwrap();
            let wanted = site.get(&format!("/download/alpha/p1/{shape}/{file}")).body;
            assert!(there == wanted, "{program} {file}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "{program}");
        // Once more, and nothing is there twice.
        if program == "wget" {
            downloads(program, arguments, folder.path());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
        }
    }
}

#[test]
fn other_programs_unpack_the_archives() {
    let (_dir, address) = serving(Audience::Curator);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://{address}/v1/archive.zip?q=&format=plain.glb");
    if downloads("curl", &["-s", "-f", "-o", "all.zip", &url], folder.path())
        && downloads("unzip", &["-tq", "all.zip"], folder.path())
    {
        downloads("unzip", &["-q", "all.zip"], folder.path());
        let glb = fs::read(folder.path().join("alpha/p1/rib.2.plain.glb")).unwrap();
        assert!(glb.starts_with(b"glTF"));
    }
}

#[test]
fn strangers_keep_few_selections_at_once() {
    let (_dir, address) = serving(Audience::Public);
    let head = "POST /v1/views HTTP/1.1\r\ncontent-type: application/json";
    let statuses: Vec<String> = (0..12)
        .map(|n| {
            let body = format!("{{\"address\": \"/s/alpha/p1/liver?ex=0.{n}\"}}");
            fetch(address, head, &body)[9..12].to_owned()
        })
        .collect();
    assert!(statuses.iter().filter(|status| *status == "201").count() >= 5, "{statuses:?}");
    assert!(statuses.iter().any(|status| status == "429"), "{statuses:?}");
}
