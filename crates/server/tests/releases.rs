//! Releases over HTTP: byte for byte, for ever.

use axum::http::{Method, StatusCode};
use medshape::catalog::{Audience, Catalog, Sha256};

use crate::common::{TestSite, case, fill, release, shape, source, subject};

const DOCUMENTS: [(&str, &str); 7] = [
    ("manifest.parquet", "application/vnd.apache.parquet"),
    ("manifest.sha256", "text/plain; charset=utf-8"),
    ("croissant.json", "application/ld+json"),
    ("datacite.json", "application/json"),
    ("CITATION.cff", "application/yaml"),
    ("CHANGES.md", "text/markdown; charset=utf-8"),
    ("release.json", "application/json"),
];

#[test]
fn documents_are_served_under_their_hash_and_never_change() {
    let site = TestSite::released();
    for (name, media_type) in DOCUMENTS {
        let path = format!("/v1/releases/1/{name}");
        let answer = site.get(&path);
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        let on_disk = std::fs::read(site.dir.path().join("releases/1").join(name)).unwrap();
        assert_eq!(answer.body, on_disk, "{name}");
        let tag = format!("\"{}\"", Sha256::of(&on_disk));
        assert_eq!(answer.header("etag"), tag, "{name}");
        assert_eq!(answer.header("content-type"), media_type);
        assert!(answer.header("cache-control").contains("immutable"), "{name}");
        let known = site.ask(Method::GET, &path, &[("if-none-match", &tag)]);
        assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
        let part = site.ask(Method::GET, &path, &[("range", "bytes=5-24")]);
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.body, &on_disk[5..25]);
        let head = site.ask(Method::HEAD, &path, &[]);
        assert_eq!(head.header("content-length"), on_disk.len().to_string());
    }
    for path in
        ["1/catalog.sqlite", "1/..%2F..%2Fcatalog.sqlite", "2/release.json", "01x/release.json"]
    {
        let answer = site.get(&format!("/v1/releases/{path}"));
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

#[test]
fn a_shape_that_is_no_more_is_gone_and_the_old_release_stays() {
    let site = TestSite::released();
    let before: Vec<Vec<u8>> =
        DOCUMENTS.map(|(name, _)| site.get(&format!("/v1/releases/1/{name}")).body).into();
    let file = "/files/alpha/p1/liver/mesh.glb";
    assert_eq!(site.get(file).status, StatusCode::OK);
    let mut catalog = Catalog::open(site.dir.path()).unwrap();
    let p1 = subject("alpha", "p1");
    let only = shape(&catalog, "alpha/p1/spleen", "spleen", 8);
    let unit = case(&catalog, &p1, "alpha p1 again");
    catalog.add_case(&source("alpha", "CC-BY-4.0"), &p1, &unit, &[only]).unwrap();
    release(site.dir.path());
    assert_eq!(site.get(file).status, StatusCode::GONE);
    let after: Vec<Vec<u8>> =
        DOCUMENTS.map(|(name, _)| site.get(&format!("/v1/releases/1/{name}")).body).into();
    assert_eq!(before, after);
    let releases = site.get("/v1/releases").json();
    assert_eq!(releases[1]["counts"]["n_shapes"], 1);
    assert_eq!(releases[1]["previous"]["sha256"], Sha256::of(&before[6]).to_string());
    let page = site.get("/releases/2");
    assert!(page.text().contains("- removed: 3"), "the changes are shown");
}

#[test]
fn the_newest_release_describes_the_collection_with_addresses_that_lead_here() {
    let none = TestSite::new();
    assert_eq!(none.get("/croissant.json").status, StatusCode::NOT_FOUND);
    assert!(none.get("/releases").text().contains("no release yet"));
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    release(dir.path());
    release(dir.path());
    // A curator's would answer to names of this machine only.
    let site = TestSite::for_audience(dir, Audience::Public);
    let ask = |headers: &[(&str, &str)]| site.ask(Method::GET, "/croissant.json", headers).json();
    let description = ask(&[("host", "shapes.example.org:8080")]);
    let address = |description: &serde_json::Value| {
        description["distribution"][0]["contentUrl"].as_str().unwrap().to_owned()
    };
    let expected = "://shapes.example.org:8080/v1/releases/2/manifest.parquet";
    assert_eq!(address(&description), format!("http{expected}"));
    let behind = [("host", "shapes.example.org:8080"), ("x-forwarded-proto", "https")];
    assert_eq!(address(&ask(&behind)), format!("https{expected}"));
    let path = "/v1/releases/2/manifest.parquet";
    let sha256 = Sha256::of(&site.get(path).body).to_string();
    assert_eq!(description["distribution"][0]["sha256"], sha256);
    // What is no host stays out of it.
    assert_eq!(address(&ask(&[("host", "a\"><b")])), "manifest.parquet");
}

#[test]
fn the_pages_of_releases_are_linked_and_say_what_there_is() {
    let site = TestSite::released();
    assert!(site.get("/").text().contains("href=\"/releases\""));
    assert!(site.get("/releases").text().contains("href=\"/releases/1\""));
    let page = site.get("/releases/1");
    for (name, _) in DOCUMENTS {
        assert!(page.text().contains(&format!("href=\"/v1/releases/1/{name}\"")), "{name}");
    }
    assert!(page.text().contains("cff-version") && page.text().contains("first release"));
    assert!(page.text().contains("1 shape of sources whose licence nobody has stated"));
    assert_eq!(site.get("/releases/2").status, StatusCode::NOT_FOUND);
}
