//! Files and downloads: bytes, ranges and entity tags.

use axum::http::{Method, StatusCode};

use crate::common::{Answer, TestSite};

const MESH: &str = "/files/alpha/p1/liver/mesh.glb";
const STL: &str = "/download/alpha/p1/liver/liver-p1-alpha.stl";

fn range(site: &TestSite, path: &str, range: &str) -> Answer {
    site.ask(Method::GET, path, &[("range", range)])
}

#[test]
fn stored_file_comes_byte_for_byte_with_its_digest() {
    let site = TestSite::new();
    let file = gzipped(&site, MESH);
    let hash = medshape::catalog::Sha256::of(&file.body);
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.header("etag"), format!("\"{hash}\""));
    assert_eq!(file.header("content-type"), "model/gltf-binary");
    assert_eq!(file.header("content-length"), file.body.len().to_string());
    assert!(file.header("repr-digest").starts_with("sha-256=:"));
    assert_eq!(file.header("cache-control"), "no-cache");
    assert_eq!((file.header("content-encoding"), file.header("vary")), ("gzip", "accept-encoding"));
    let version = format!("{MESH}?v={}", &hash.to_string()[..8]);
    assert!(site.get(&version).header("cache-control").contains("immutable"));
    assert_eq!(site.get(&format!("{MESH}?v=00000000")).header("cache-control"), "no-cache");
    assert_eq!(site.get("/files/alpha/p1/rib.2/thumbnail.png").header("content-type"), "image/png");
}

fn gzipped(site: &TestSite, path: &str) -> Answer {
    site.ask(Method::GET, path, &[("accept-encoding", "br, gzip")])
}

#[test]
fn who_does_not_take_gzip_gets_the_glb_itself() {
    let site = TestSite::new();
    let (packed, plain) = (gzipped(&site, MESH), site.get(MESH));
    assert!(plain.body.starts_with(b"glTF"));
    assert!(medshape::formats::glb::unpack(&packed.body).unwrap() == plain.body);
    assert!(packed.body.len() < plain.body.len());
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"));
    assert_ne!(plain.header("etag"), packed.header("etag"));
    assert_eq!(plain.header("content-length"), plain.body.len().to_string());
    for answer in [&packed, &plain] {
        let known = [("if-none-match", answer.header("etag")), ("accept-encoding", "gzip")];
        let n_headers = if answer.header("content-encoding").is_empty() { 1 } else { 2 };
        let again = site.ask(Method::GET, MESH, &known[..n_headers]);
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    }
    let part = [("range", "bytes=10-99"), ("accept-encoding", "gzip")];
    let part = site.ask(Method::GET, MESH, &part);
    assert!(part.body == packed.body[10..100] && part.header("content-encoding") == "gzip");
    let picture = gzipped(&site, "/files/alpha/p1/liver/thumbnail.png");
    assert_eq!((picture.header("content-encoding"), picture.header("vary")), ("", ""));
}

#[test]
fn stl_has_a_header_and_fifty_bytes_a_face() {
    let site = TestSite::new();
    let stl = site.get(STL);
    // A ball of 40 rings and 80 sectors: two caps of 80, and 38 bands of 160.
    let n_faces = 2 * 80 + 38 * 160;
    assert_eq!(stl.body.len(), 84 + 50 * n_faces);
    assert_eq!(stl.body[80..84], (n_faces as u32).to_le_bytes());
    assert_eq!(stl.header("content-length"), stl.body.len().to_string());
    assert_eq!(stl.header("content-disposition"), "attachment; filename=\"liver-p1-alpha.stl\"");
}

#[test]
fn every_format_is_the_same_each_time() {
    let site = TestSite::new();
    let mut etags = std::collections::BTreeSet::new();
    for (extension, start) in [("ply", &b"ply\n"[..]), ("obj", b""), ("glb", b"glTF"), ("stl", b"")]
    {
        let path = format!("/download/alpha/p1/liver/liver-p1-alpha.{extension}");
        let (once, again) = (site.get(&path), site.get(&path));
        assert_eq!(once.status, StatusCode::OK, "{extension}");
        assert!(once.body.starts_with(start) && once.body.len() > 1000, "{extension}");
        assert!(once.body == again.body, "{extension}");
        assert!(etags.insert(once.header("etag").to_owned()), "{extension}");
    }
}

#[test]
fn ranges_are_parts_of_the_whole() {
    let site = TestSite::new();
    for path in [MESH, STL] {
        let whole = site.get(path).body;
        let size = whole.len();
        let check = |asked: &str, start: usize, end: usize| {
            let part = range(&site, path, asked);
            assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{path} {asked}");
            assert!(part.body == whole[start..end], "{path} {asked}");
            let expected = format!("bytes {start}-{}/{size}", end - 1);
            assert_eq!(part.header("content-range"), expected);
            assert_eq!(part.header("content-length"), (end - start).to_string());
        };
        check("bytes=0-0", 0, 1);
        check("bytes=-1", size - 1, size);
        check("bytes=100-", 100, size);
        check(&format!("bytes=5-{}", size + 100), 5, size);
        check(&format!("bytes={}-{}", size / 2, size / 2 + 999), size / 2, size / 2 + 1000);
        check(&format!("bytes=-{}", 10 * size), 0, size);
    }
}

#[test]
fn impossible_ranges_are_refused_and_strange_ones_passed_over() {
    let site = TestSite::new();
    for path in [MESH, STL] {
        let size = site.get(path).body.len();
        for asked in
            [format!("bytes={size}-"), "bytes=-0".to_owned(), "bytes=99999999999-".to_owned()]
        {
            let refused = range(&site, path, &asked);
            assert_eq!(refused.status, StatusCode::RANGE_NOT_SATISFIABLE, "{asked}");
            assert_eq!(refused.header("content-range"), format!("bytes */{size}"));
            assert!(refused.body.is_empty());
        }
        for asked in ["bytes=0-1,5-6", "bytes=9-2", "lines=0-1", "bytes"] {
            let whole = range(&site, path, asked);
            assert_eq!((whole.status, whole.body.len()), (StatusCode::OK, size), "{asked}");
        }
    }
}

#[test]
fn range_of_another_version_gives_the_whole() {
    let site = TestSite::new();
    for path in [MESH, STL] {
        let etag = site.get(path).header("etag").to_owned();
        let current = [("range", "bytes=0-9"), ("if-range", &*etag)];
        assert_eq!(site.ask(Method::GET, path, &current).status, StatusCode::PARTIAL_CONTENT);
        let weak = format!("W/{etag}");
        for other in ["\"other\"", "Wed, 21 Oct 2015 07:28:00 GMT", &weak] {
            let headers = [("range", "bytes=0-9"), ("if-range", other)];
            assert_eq!(site.ask(Method::GET, path, &headers).status, StatusCode::OK, "{other}");
        }
    }
}

#[test]
fn known_version_is_not_sent_again() {
    let site = TestSite::new();
    for path in [MESH, STL] {
        let etag = site.get(path).header("etag").to_owned();
        let known = site.ask(Method::GET, path, &[("if-none-match", &format!("\"x\", {etag}"))]);
        assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(known.header("etag"), etag);
        let other = site.ask(Method::GET, path, &[("if-none-match", "\"x\"")]);
        assert_eq!(other.status, StatusCode::OK);
    }
}

#[test]
fn head_says_all_but_sends_nothing() {
    let site = TestSite::new();
    for path in [MESH, STL] {
        let whole = site.get(path);
        let head = site.ask(Method::HEAD, path, &[("range", "bytes=0-9")]);
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
        for name in ["content-length", "etag", "content-type", "accept-ranges"] {
            assert_eq!(head.header(name), whole.header(name), "{name}");
        }
    }
}

#[test]
fn damaged_blob_breaks_off_instead_of_looking_whole() {
    let site = TestSite::new();
    let hash = medshape::catalog::Sha256::of(&gzipped(&site, MESH).body).to_string();
    let path = site.dir.path().join("blobs").join(&hash[..2]).join(&hash[2..4]).join(&hash);
    let bytes = std::fs::read(&path).unwrap();
    let breaks_off = |encoding: &str| site.breaks_off(MESH, encoding);
    assert!(!breaks_off("gzip") && !breaks_off("identity"));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(site.get(MESH).status, StatusCode::INTERNAL_SERVER_ERROR);
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(breaks_off("gzip") && breaks_off("identity"));
}

#[cfg(unix)]
#[test]
fn links_in_the_store_are_not_followed() {
    let site = TestSite::released();
    let secret = site.dir.path().join("secret");
    std::fs::write(&secret, "not for anybody").unwrap();
    // A picture is sent as it lies there, a mesh is hashed before it is converted, a manifest is no blob.
    let manifest = "/v1/releases/1/manifest.parquet";
    assert_eq!(site.get(manifest).status, StatusCode::OK);
    let mut files = Vec::new();
    for folder in ["blobs", "releases"] {
        files.extend(walk(&site.dir.path().join(folder)));
    }
    assert!(files.len() > 5, "{files:?}");
    for file in &files {
        std::fs::remove_file(file).unwrap();
        std::os::unix::fs::symlink(&secret, file).unwrap();
    }
    for path in ["/files/alpha/p1/liver/thumbnail.png", MESH, STL, manifest] {
        let answer = site.get(path);
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("not for anybody"), "{path}");
    }
}

#[cfg(unix)]
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| walk(folder))).collect()
}
