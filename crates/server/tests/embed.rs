//! Shapes in pages of others, and pages that need no server at all.

use axum::http::{Method, StatusCode};
use medshape::catalog::{Audience, Catalog};

use crate::common::{HOSTILE, TestSite, case, fill, shape, source, subject};

#[test]
fn only_the_page_for_frames_may_stand_in_a_frame() {
    let site = TestSite::new();
    let frame = site.get("/embed/s/alpha/p1/liver");
    assert_eq!(frame.status, StatusCode::OK);
    assert!(frame.header("content-security-policy").contains("frame-ancestors *"));
    assert!(frame.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(frame.header("x-frame-options"), "");
    assert!(frame.text().contains("alpha et al. (2020)") && frame.text().contains("CC-BY-4.0"));
    for path in [
        "/",
        "/s/alpha/p1/liver",
        "/report/alpha/p1/liver",
        "/embed/s/none",
        "/nothing",
        "/v1/search",
    ] {
        let answer = site.get(path);
        assert!(
            answer.header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
    }
    assert!(!site.get("/embed/s/beta/p2/thing").text().contains(HOSTILE));
}

/// One shape that everybody may see.
fn public() -> TestSite {
    let dir = tempfile::tempdir().unwrap();
    let mut catalog = Catalog::create(dir.path()).unwrap();
    let mut alpha = source("alpha", "CC-BY-4.0");
    alpha.licence.checked_by = Some("a test".to_owned());
    alpha.licence.checked_on = Some("2026-11-28".to_owned());
    let p1 = subject("alpha", "p1");
    let unit = case(&catalog, &p1, "1");
    let liver = shape(&catalog, "alpha/p1/liver", "liver", 8);
    catalog.add_case(&alpha, &p1, &unit, &[liver]).unwrap();
    TestSite::for_audience(dir, Audience::Public)
}

const READ_BY_OTHERS: [&str; 6] = [
    "/assets/style.css",
    "/files/alpha/p1/liver/mesh.glb",
    "/files/alpha/p1/liver/thumbnail.png",
    "/v1/shapes/alpha/p1/liver",
    "/v1/shapes/alpha/p1/liver/scene.json",
    "/download/alpha/p1/liver/liver-p1-alpha.stl",
];

#[test]
fn scripts_of_others_read_what_is_public_and_nothing_of_a_curators() {
    let (public, curator) = (public(), TestSite::new());
    for path in READ_BY_OTHERS {
        let answer = public.get(path);
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (StatusCode::OK, "*"),
            "{path}"
        );
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "{path}");
        let own = curator.get(path);
        assert_eq!(
            (own.status, own.header("access-control-allow-origin")),
            (StatusCode::OK, ""),
            "{path}"
        );
        assert_eq!(own.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
    for page in ["/", "/s/alpha/p1/liver", "/report/alpha/p1/liver"] {
        assert_eq!(public.get(page).header("access-control-allow-origin"), "", "{page}");
    }
}

#[test]
fn a_frame_is_told_to_programs_that_ask_for_one() {
    let site = TestSite::new();
    let asked = "/oembed?url=https%3A%2F%2Fa.example%2Fs%2Falpha%2Fp1%2Fliver&maxwidth=300";
    let said = site.ask(Method::GET, asked, &[("host", "localhost")]).json();
    assert_eq!(
        (&said["type"], &said["width"], &said["height"]),
        (&"rich".into(), &300.into(), &480.into())
    );
    let html = said["html"].as_str().unwrap();
    assert!(html.starts_with("<iframe src=\"http://localhost/embed/s/alpha/p1/liver\""), "{html}");
    assert!(html.contains("width=\"300\""), "{html}");
}

#[test]
fn an_offline_page_holds_all_of_it_and_loads_nothing() {
    let site = TestSite::new();
    if site.get("/embed.js").status == StatusCode::NOT_FOUND {
        eprintln!("skipped: the 3D view is not built");
        return;
    }
    for (path, file) in [
        ("/download/alpha/p1/liver/offline.html", "liver-p1-alpha.html"),
        ("/download/alpha/p1/offline.html", "p1-alpha.html"),
        ("/download/beta/p2/thing/offline.html", "thing-p2-beta.html"),
    ] {
        let page = site.get(path);
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.header("content-disposition").contains(file), "{path}");
        assert_eq!(page.header("content-length"), page.body.len().to_string());
        let text = page.text();
        let policy =
            text.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).unwrap();
        let policy = policy.split("\">").next().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("http"), "{policy}");
        assert!(!text.contains("src=\"/") && !text.contains("href=\"/"), "{path}");
        assert!(!text.contains("<script>alert") && !text.contains(HOSTILE), "{path}");
        assert_eq!(
            text.matches("id=\"geometry-").count(),
            if path.contains("/p1/off") { 3 } else { 1 }
        );
        let again = site.get(path);
        assert!(again.body == page.body && again.header("etag") == page.header("etag"));
        let part = site.ask(Method::GET, path, &[("range", "bytes=100-199")]);
        assert_eq!(
            (part.status, &part.body[..]),
            (StatusCode::PARTIAL_CONTENT, &page.body[100..200])
        );
    }
    assert!(
        site.get("/download/alpha/p1/liver/offline.html").text().contains("alpha et al. (2020)")
    );
    for none in ["/download/alpha/p9/offline.html", "/download/alpha/p1/spleen/offline.html"] {
        assert_eq!(site.get(none).status, StatusCode::NOT_FOUND, "{none}");
    }
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let public = TestSite::for_audience(dir, Audience::Public);
    for kept in ["/download/alpha/p1/offline.html", "/download/alpha/p1/liver/offline.html"] {
        assert_eq!(public.get(kept).status, StatusCode::FORBIDDEN, "{kept}");
    }
}
