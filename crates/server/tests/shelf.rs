//! Answers that were given a moment ago are given again to those whom they fit.

use std::fs;

use axum::http::{Method, StatusCode};
use medshape::catalog::Catalog;

use crate::common::TestSite;

const RECORD: &str = "/v1/shapes/alpha/p1/liver";
const PICTURE: &str = "/files/alpha/p1/liver/thumbnail.png";

/// Takes the files away: who still gets a picture, gets a kept one.
fn without_files(site: &TestSite) {
    fs::rename(site.dir.path().join("blobs"), site.dir.path().join("elsewhere")).unwrap();
}

#[test]
fn a_picture_that_was_given_is_given_again_without_its_file() {
    let site = TestSite::new();
    let first = site.get(PICTURE);
    without_files(&site);
    let again = site.get(PICTURE);
    assert_eq!((again.status, &again.body), (StatusCode::OK, &first.body));
    for name in ["etag", "cache-control", "content-type", "repr-digest", "content-security-policy"]
    {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    // Another version of the address is another answer, and there is no file for it.
    assert!(site.get(&format!("{PICTURE}?v=00000000")).status.is_server_error());
}

#[test]
fn any_change_of_the_store_makes_answers_anew() {
    let site = TestSite::new();
    site.get(PICTURE);
    without_files(&site);
    assert_eq!(site.get(PICTURE).status, StatusCode::OK);
    Catalog::open(site.dir.path()).unwrap().shorten("/search?q=liver").unwrap();
    assert!(site.get(PICTURE).status.is_server_error());
}

#[test]
fn each_gets_the_form_that_fits() {
    let site = TestSite::new();
    let ask = |headers: &[(&str, &str)]| site.ask(Method::GET, RECORD, headers);
    let plain = ask(&[("host", "one.localhost")]);
    let packed = ask(&[("host", "one.localhost"), ("accept-encoding", "gzip")]);
    assert_eq!((plain.header("content-encoding"), packed.header("content-encoding")), ("", "gzip"));
    let elsewhere = ask(&[("host", "two.localhost")]);
    assert!(plain.header("link").contains("http://one.localhost/"));
    assert!(elsewhere.header("link").contains("http://two.localhost/"));
    assert!(!elsewhere.header("link").contains("one.localhost"));

    let etag = site.get(PICTURE).header("etag").to_owned();
    let known = site.ask(Method::GET, PICTURE, &[("if-none-match", &etag)]);
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let part = site.ask(Method::GET, PICTURE, &[("range", "bytes=0-3")]);
    assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &b"\x89PNG"[..]));
    let head = site.ask(Method::HEAD, PICTURE, &[]);
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}
