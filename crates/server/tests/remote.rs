//! Shapes that the store knows of and does not hold: their pages, and what the API says.

use axum::http::StatusCode;
use medshape::catalog::{Catalog, Remote};

use crate::common::{HOSTILE, TestSite, fill, source, subject};

/// The usual store, and two livers that others publish, one of them at a hostile address.
fn site() -> TestSite {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let mut catalog = Catalog::open(dir.path()).unwrap();
    let remote = |id: &str, url: &str| Remote {
        name: format!("far/{id}/liver").parse().unwrap(),
        structure: "liver".to_owned(),
        coded: true,
        side: None,
        finding: Some("liver-tumour".to_owned()),
        label_name: HOSTILE.to_owned(),
        url: url.to_owned(),
        aliases: vec![format!("{id}_liver.stl")],
    };
    let shapes =
        [remote("s1", "https://far.example/s1_liver.stl"), remote("s2", "javascript:alert(4)")];
    let subjects = [subject("far", "s1"), subject("far", "s2")];
    catalog.add_remote(&[source("far", "CC-BY-4.0")], &subjects, &shapes).unwrap();
    drop(catalog);
    TestSite::over(dir)
}

#[test]
fn its_page_says_where_it_is_and_offers_nothing_else() {
    let site = site();
    let page = site.get("/s/far/s1/liver");
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("href=\"https://far.example/s1_liver.stl\""), "{text}");
    assert!(text.contains("does not hold it") && text.contains("s1_liver.stl"));
    assert!(!text.contains("shape-viewer") && !text.contains("/download/"));
    for path in ["/", "/search?q=liver", "/b/far/s1", "/d/far", "/s/far/s2/liver"] {
        let page = site.get(path);
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text().contains("href=\"javascript:"), "{path}");
        assert!(!page.text().contains(HOSTILE), "{path}");
    }
}

#[test]
fn its_old_name_leads_to_it_and_no_file_of_it_is_here() {
    let site = site();
    let moved = site.get("/s/s1_liver.stl");
    assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(moved.header("location"), "/s/far/s1/liver");
    for path in ["/download/far/s1/liver/far-s1-liver.stl", "/files/far/s1/liver/mesh.glb"] {
        assert_eq!(site.get(path).status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn programs_are_told_the_address() {
    let site = site();
    let one = site.get("/v1/shapes/far/s1/liver").json();
    assert_eq!(one["remote"]["url"], "https://far.example/s1_liver.stl");
    assert_eq!(one["subject"]["id"], "s1");
    let found = site.get("/v1/search?q=liver+far").json();
    assert_eq!(found["total"], 2);
    assert_eq!(found["items"][0]["remote_url"], "https://far.example/s1_liver.stl");
    assert!(found["items"][0]["measures"].is_null());
    assert_eq!(site.get("/v1/stats").json()["n_remote"], 2);
    assert_eq!(site.get("/v1/subjects/far/s1").json()["remote"][0]["name"], "far/s1/liver");
}
