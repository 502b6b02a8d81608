//! Pages: what they say, and what they never do.

use axum::http::{Method, StatusCode};

use crate::common::{ALIAS, HOSTILE, TestSite};

const PAGES: &[&str] = &[
    "/",
    "/search",
    "/search?q=kidney",
    "/search?q=liver+xyzzy",
    "/search?q=gallbladder",
    "/s/alpha/p1/kidney-left",
    "/s/alpha/p1/rib/2",
    "/s/beta/p2/thing",
    "/b/alpha/p1",
    "/b/beta/p2",
    "/search?view=table",
    "/a",
    "/a/kidney",
    "/a/femur",
    "/compare",
    "/compare?s=alpha/p1/liver,beta/p2/thing&align=as-is",
    "/d",
    "/d/beta",
    "/releases",
    "/releases/1",
];

#[test]
fn every_page_is_there_whole_and_guarded() {
    let site = TestSite::released();
    for path in PAGES {
        let page = site.get(path);
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.text().starts_with("<!DOCTYPE html>"), "{path}");
        assert!(page.text().ends_with("</html>"), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"));
        assert!(!policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(page.text().matches("<h1").count(), 1, "{path} has one main heading");
    }
}

/// What the standards say each means: OWASP's list of headers for pages that nobody frames and nobody's scripts read.
#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let expected = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), fullscreen=(self)"),
    ];
    let site = TestSite::released();
    for path in PAGES.iter().copied().chain(["/healthz", "/nowhere", "/v1/shapes?page=x"]) {
        let answer = site.get(path);
        expected.iter().for_each(|(name, value)| assert_eq!(answer.header(name), *value, "{path}"));
    }
}

#[test]
fn text_from_outside_stays_text() {
    let site = TestSite::released();
    for path in PAGES {
        let page = site.get(path);
        let text = page.text();
        assert!(!text.contains("<script>"), "{path} lets a script in");
        assert!(!text.contains("<img src=x"), "{path} lets an element in");
        assert!(!text.contains("href=\"javascript:"), "{path} links to a script");
        assert!(!text.contains(" style=") && !text.contains(" onclick="), "{path} is inline");
    }
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;";
    assert!(site.get("/s/beta/p2/thing").text().contains(escaped));
    let query = "/search?q=%3C%2Fscript%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%22";
    let page = site.get(query);
    assert!(page.text().contains(escaped) && !page.text().contains("<script>"));
    assert!(HOSTILE.contains("alert(1)"));
}

#[test]
fn search_shows_cards_and_what_it_understood() {
    let site = TestSite::new();
    let page = site.get("/search?q=female+left+kidney");
    assert!(page.text().contains("1 shape<"));
    assert!(page.text().contains("href=\"/s/alpha/p1/kidney-left\""));
    assert!(page.text().contains("Left kidney"));
    assert!(page.text().contains("33.5 ml"));
    assert!(page.text().contains("CC-BY-4.0"));
    assert!(page.text().contains("cut by the image"));
    // Dropping one condition keeps the other.
    assert!(page.text().contains("/search?q=sex%3Afemale+structure%3Akidney\""));
    assert!(page.text().contains("/search?q=structure%3Akidney+side%3Aleft\""));
    let partly = site.get("/search?q=liver+xyzzy");
    assert!(partly.text().contains("Not understood: <strong>xyzzy</strong>"));
    assert!(site.get("/search?q=gallbladder").text().contains("Nothing was found"));
}

#[test]
fn whatever_narrows_an_answer_has_an_address() {
    let site = TestSite::new();
    let page = site.get("/search?q=left+kidney&sort=-volume&view=table");
    let text = page.text();
    // A value more, with the count that its address finds, sorted and shown the same way.
    assert!(text.contains(
        "/search?q=structure%3Akidney+side%3Aleft+sex%3Afemale&amp;sort=-volume&amp;view=table\""
    ));
    // A value that is asked for is taken away by its own link.
    assert!(text.contains("href=\"/search?q=structure%3Akidney&amp;sort=-volume&amp;view=table\" aria-current=\"true\""));
    assert!(text.contains("<table") && text.contains("aria-sort=\"descending\""));
    let found = site.get("/search?q=structure%3Akidney+side%3Aleft+sex%3Afemale");
    assert!(found.text().contains("<strong>1 shape</strong>"));
    assert_eq!(site.get("/search?sort=price").status, StatusCode::BAD_REQUEST);
}

#[test]
fn form_of_ages_leads_to_a_question() {
    let site = TestSite::new();
    let answer = site.get("/search?q=kidney&from=40&to=90&view=table");
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/search?q=structure%3Akidney+age%3A40..&view=table");
    let page = site.get("/search?q=kidney+age:60..70");
    assert!(page.text().contains("60 to 70 years</output>"));
    assert!(page.text().contains("name=\"q\" value=\"structure:kidney\""));
}

#[test]
fn nothing_found_says_which_condition_to_drop() {
    let site = TestSite::new();
    let page = site.get("/search?q=left+kidney+male");
    assert!(page.text().contains("Without <strong>male</strong>"));
    assert!(page.text().contains("/search?q=structure%3Akidney+side%3Aleft\""));
    // Without the kidney, or its side, there is nothing either: they are not to blame.
    assert!(!page.text().contains("Without <strong>kidney</strong>"));
}

#[test]
fn names_and_old_names_lead_to_the_shape() {
    let site = TestSite::new();
    let check = |path: &str, status: StatusCode, location: &str| {
        let answer = site.get(path);
        assert_eq!((answer.status, answer.header("location")), (status, location), "{path}");
    };
    let shape = "/s/alpha/p1/kidney-left";
    check(&format!("/s/{ALIAS}"), StatusCode::PERMANENT_REDIRECT, shape);
    check(&format!("/search?q={ALIAS}"), StatusCode::SEE_OTHER, shape);
    check("/search?q=alpha/p1/kidney-left", StatusCode::SEE_OTHER, shape);
    // So does the address of a page, and one where the shape was published before.
    check(
        "/search?q=https://example.org/s/alpha/p1/kidney-left?cam=1",
        StatusCode::SEE_OTHER,
        shape,
    );
    let old = format!("/search?q=https://example.org/download?path=a%26files={ALIAS}");
    check(&old, StatusCode::SEE_OTHER, shape);
    check(
        &format!("/v1/shapes/{ALIAS}"),
        StatusCode::PERMANENT_REDIRECT,
        "/v1/shapes/alpha/p1/kidney-left",
    );
}

#[test]
fn shape_page_says_what_it_is_and_whence_it_came() {
    let site = TestSite::new();
    let page = site.get("/s/alpha/p1/kidney-left");
    for fact in [
        "Left kidney",
        "63 years",
        "40 × 40 × 40 mm",
        "10 × 20 × 30 voxels of 1.500 × 1.500 × 1.500 mm, LPS",
        "smoothing",
        "The surface is closed",
        "alpha et al. (2020)",
        "https://spdx.org/licenses/CC-BY-4.0.html",
        ALIAS,
        "/download/alpha/p1/kidney-left/kidney-left-p1-alpha.stl\"",
    ] {
        assert!(page.text().contains(fact), "{fact}");
    }
}

#[test]
fn structure_has_a_page_by_each_of_its_codes() {
    let site = TestSite::new();
    let page = site.get("/a/liver");
    for fact in [
        "An organ of the digestive system, part of the abdomen.",
        "hepar",
        "10200004",
        "http://purl.obolibrary.org/obo/UBERON_0002107",
        "href=\"/s/alpha/p1/liver\"",
        "href=\"/a/abdomen\"",
        "href=\"/search?q=structure%3Aliver\"",
        // The one there is reaches the border of its image.
        "Too few whole shapes",
    ] {
        assert!(page.text().contains(fact), "{fact}");
    }
    for code in ["SCT:10200004", "UBERON:0002107", "FMA:7197", "hepar"] {
        let answer = site.get(&format!("/a/{code}"));
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{code}");
        assert_eq!(answer.header("location"), "/a/liver", "{code}");
    }
    for nothing in ["/a/xyzzy", "/a/SCT:0", "/a/ICD:1"] {
        assert_eq!(site.get(nothing).status, StatusCode::NOT_FOUND, "{nothing}");
    }
    assert!(site.get("/a").text().contains("href=\"/a/kidney\""));
    assert!(!site.get("/a").text().contains("href=\"/a/femur\""));
}

#[test]
fn two_balls_of_one_size_are_compared() {
    let site = TestSite::new();
    let page = site.get("/compare?s=alpha/p1/liver,alpha/p1/kidney-left&align=as-is");
    assert_eq!(page.text().matches("<shape-viewer").count(), 3);
    assert!(page.text().contains("100 %"));
    let distances =
        site.get("/compare/distances?s=alpha/p1/liver,alpha/p1/kidney-left&align=as-is");
    let values: Vec<f32> =
        distances.body.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let shape = site.get("/v1/shapes/alpha/p1/liver").json();
    assert_eq!(values.len() as u64, shape["shape"]["measures"]["n_vertices"].as_u64().unwrap());
    // A ball of 40 rings around one of 24, whose facets lie below the sphere by at most
    // 20 mm (1 - cos² of half a step of 7.5°), and both within their lattice.
    let sagitta = 20.0 * (1.0 - (std::f32::consts::PI / 48.0).cos().powi(2));
    assert!(values.iter().all(|mm| *mm > -0.02 && *mm < sagitta + 0.02), "{values:?}");
    assert!(values.iter().any(|mm| *mm > 0.5 * sagitta));
    for (path, status) in [
        ("/compare?s=alpha/p1/liver,alpha/p1/nothing", StatusCode::NOT_FOUND),
        ("/compare?s=a,b,c,d,e", StatusCode::BAD_REQUEST),
        ("/compare?align=by-hand", StatusCode::BAD_REQUEST),
        ("/compare/distances?s=alpha/p1/liver", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(site.get(path).status, status, "{path}");
    }
}

#[test]
fn unknown_licence_is_said_aloud() {
    let site = TestSite::new();
    for path in ["/s/beta/p2/thing", "/b/beta/p2", "/d/beta"] {
        assert!(
            site.get(path).text().contains("Unknown licence: not for redistribution"),
            "{path}"
        );
    }
    assert!(site.get("/search").text().contains("unknown licence"));
}

#[test]
fn subject_page_says_what_was_refused() {
    let site = TestSite::new();
    assert!(site.get("/b/alpha/p1").text().contains("The mask of the spleen is empty"));
}

#[test]
fn what_is_not_there_has_a_page_of_its_own() {
    let site = TestSite::new();
    for path in [
        "/nothing",
        "/s/alpha/p1/spleen",
        "/s/alpha/p1/kidney-left/2",
        "/s/../../etc/passwd",
        "/b/alpha/p9",
        "/d/gamma",
        "/assets/none.js",
        "/files/alpha/p1/liver/label-map.nii",
        "/files/alpha/p1/spleen/mesh.glb",
        "/download/alpha/p1/liver/other.stl",
        "/download/alpha/p1/liver/liver-p1-alpha.exe",
    ] {
        let page = site.get(path);
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        // A program that asks for a file is told so in its own language.
        let is_file = path.starts_with("/files/") || path.starts_with("/download/");
        let said = if is_file { "\"title\":\"Not found\"" } else { "<h1>Not found</h1>" };
        assert!(page.text().contains(said), "{path}");
        assert!(!page.header("content-security-policy").is_empty(), "{path}");
    }
    let bad = site.get("/search?q=liver&page=zero");
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.text().contains("`page` is a number"));
    assert_eq!(site.ask(Method::POST, "/search", &[]).status, StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn damaged_store_is_told_without_details() {
    let site = TestSite::new();
    std::fs::remove_dir_all(site.dir.path().join("blobs")).unwrap();
    let page = site.get("/download/alpha/p1/liver/liver-p1-alpha.stl");
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.text().contains("Out of order") && !page.text().contains("blobs/"));
}

#[test]
fn empty_store_has_pages_too() {
    let dir = tempfile::tempdir().unwrap();
    medshape::catalog::Catalog::create(dir.path()).unwrap();
    let site = TestSite::over(dir);
    assert!(site.get("/").text().contains("empty so far"));
    assert!(site.get("/search").text().contains("Nothing was found"));
    assert_eq!(site.get("/d").status, StatusCode::OK);
}

#[test]
fn stylesheet_is_kept_for_ever_under_its_version() {
    let site = TestSite::new();
    let home = site.get("/");
    let (_, rest) = home.text().split_once("/assets/style.css?v=").unwrap();
    let style = site.get(&format!("/assets/style.css?v={}", &rest[..8]));
    assert!(style.header("cache-control").contains("immutable"));
    let etag = style.header("etag").to_owned();
    let again = site.ask(Method::GET, "/assets/style.css", &[("if-none-match", &etag)]);
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[test]
fn a_shape_shows_what_is_similar_and_not_itself() {
    let site = TestSite::new();
    let page = site.get("/s/alpha/p1/liver").text().to_owned();
    let panel = page.split("id=\"similar\"").nth(1).unwrap();
    for other in ["/s/alpha/p1/kidney-left", "/s/alpha/p1/rib/2", "/s/beta/p2/thing"] {
        assert!(panel.contains(other), "{other}");
    }
    assert!(!panel.contains("href=\"/s/alpha/p1/liver\""));
    assert!(!panel.contains("<script>alert"));
}
