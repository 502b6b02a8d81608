//! What the public gets to see of a store: every address is asked, and nothing that is kept back leaks.

use axum::http::StatusCode;
use medshape::catalog::{Audience, Catalog, Licence, PrivacyClass, Remote, Source};

use crate::common::{Answer, TestSite, case, shape, source, subject};

/// What only shapes, subjects and sources have that are kept back.
const SECRETS: [&str; 12] = [
    "secretsource",
    "hidden title",
    "hidden et al",
    "secretsubject",
    "secretsick",
    "secretnote",
    "secretalias",
    "signedsource",
    "signedsubject",
    "secretlabel",
    "facesubject",
    "mixed/skin",
];

fn checked(id: &str, licence: &str) -> Source {
    let licence = Licence {
        checked_by: Some("a test".to_owned()),
        checked_on: Some("2026-11-28".to_owned()),
        ..Licence::of(licence, "its README")
    };
    Source { licence, privacy_class: PrivacyClass::P3, ..source(id, "CC0-1.0") }
}

/// One source that is for everybody but for its faces, one without a licence, one that is under an
/// agreement.
fn fill(dir: &std::path::Path) {
    let mut catalog = Catalog::create(dir).unwrap();
    let open = checked("opensource", "CC-BY-4.0");
    let mixed = subject("opensource", "mixed");
    let mut unit = case(&catalog, &mixed, "mixed");
    unit.notes[0].text = "secretnote of the skin".to_owned();
    let mut skin = shape(&catalog, "opensource/mixed/skin", "skin", 8);
    skin.aliases = vec!["mixed_secretalias.stl".to_owned()];
    let shapes = [shape(&catalog, "opensource/mixed/liver", "liver", 8), skin];
    catalog.add_case(&open, &mixed, &unit, &shapes).unwrap();
    let face = subject("opensource", "facesubject");
    let unit = case(&catalog, &face, "face");
    let skin = shape(&catalog, "opensource/facesubject/skin", "skin", 6);
    catalog.add_case(&open, &face, &unit, &[skin]).unwrap();

    let mut unknown = source("secretsource", "LicenseRef-unknown");
    unknown.title = "Hidden title".to_owned();
    unknown.citation = "Hidden et al.".to_owned();
    let mut whose = subject("secretsource", "secretsubject");
    whose.pathology = Some("secretsick".to_owned());
    let unit = case(&catalog, &whose, "secret");
    let mut label = shape(&catalog, "secretsource/secretsubject/secretlabel", "secretlabel", 8);
    label.coded = false;
    let mut spleen = shape(&catalog, "secretsource/secretsubject/spleen", "spleen", 8);
    spleen.aliases = vec!["old_secretalias.stl".to_owned()];
    catalog.add_case(&unknown, &whose, &unit, &[label, spleen]).unwrap();

    let mut signed = checked("signedsource", "LicenseRef-signed");
    signed.licence.terms.dua_required = true;
    let remote = Remote {
        name: "signedsource/signedsubject/heart".parse().unwrap(),
        structure: "heart".to_owned(),
        coded: true,
        side: None,
        finding: None,
        label_name: "heart".to_owned(),
        url: "https://example.org/secretalias/heart.stl".to_owned(),
        aliases: vec!["heart_secretalias.stl".to_owned()],
    };
    let whose = subject("signedsource", "signedsubject");
    catalog.add_remote(&[signed], &[whose], &[remote]).unwrap();
}

fn site(audience: Audience) -> TestSite {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    TestSite::for_audience(dir, audience)
}

/// Addresses that no page links to, and all that somebody may guess.
fn guesses() -> Vec<String> {
    let mut guesses: Vec<String> = [
        "/",
        "/search",
        "/d",
        "/v1/sources",
        "/v1/stats",
        "/v1/search",
        "/v1/search?limit=200",
        "/v1/openapi.json",
        "/robots.txt",
        "/sitemap.xml",
        "/sitemaps/pages.xml",
        "/sitemaps/1.xml",
        "/reports",
        "/embed/s/opensource/mixed/skin",
        "/v1/shapes/opensource/mixed/skin/linkset.json",
        "/v1/shapes/opensource/mixed/skin/scene.json",
        "/download/opensource/mixed/offline.html",
        "/download/opensource/mixed/skin/offline.html",
        "/healthz",
        "/nothing",
        "/search?page=2",
    ]
    .map(str::to_owned)
    .into();
    for word in [
        "skin",
        "spleen",
        "heart",
        "liver",
        "-liver",
        "female",
        "63",
        "quality:solid",
        "quality:remote",
        "licence:unknown",
        "licence:open",
        "source:nothing",
        "pathology:x",
        "volume:>1ml",
        "hepar",
        "spleeen",
        "hearrt",
        "se",
        "si",
        "secr",
        "hid",
        "sk",
        "spl",
        "hea",
        "l",
    ] {
        for route in ["/search?q=", "/v1/search?q=", "/v1/suggest?q="] {
            guesses.push(format!("{route}{}", word.replace('>', "%3E")));
        }
    }
    guesses
}

fn leaks(answer: &Answer) -> Option<&'static str> {
    let headers: Vec<_> = answer.headers.values().map(|value| value.to_str().unwrap()).collect();
    let text = String::from_utf8_lossy(&answer.body).to_lowercase() + &headers.join("\n");
    SECRETS.into_iter().find(|secret| text.contains(secret))
}

#[test]
fn no_address_gives_the_public_anything_that_is_kept_back() {
    let site = site(Audience::Public);
    let answers = site.walk(guesses());
    assert!(answers.len() > 100, "{}", answers.len());
    for (address, answer) in &answers {
        assert!(answer.status.as_u16() < 500, "{address}");
        assert_eq!(leaks(answer), None, "{address}: {}", String::from_utf8_lossy(&answer.body));
    }
    let reached: Vec<&str> = answers.iter().map(|(address, _)| address.as_str()).collect();
    for wanted in ["/s/opensource/mixed/liver", "/b/opensource/mixed", "/d/opensource"] {
        assert!(reached.contains(&wanted), "{wanted}");
    }
    assert!(
        reached.iter().any(|address| address.starts_with("/files/opensource/mixed/liver/mesh"))
    );
    assert!(reached.iter().any(|address| address.starts_with("/download/opensource/mixed/liver/")));
}

#[test]
fn the_same_walk_shows_all_of_it_to_the_curator() {
    let answers = site(Audience::Curator).walk(guesses());
    for secret in SECRETS {
        let shows = |(_, answer): &(String, Answer)| {
            String::from_utf8_lossy(&answer.body).to_lowercase().contains(secret)
        };
        assert!(answers.iter().any(shows), "{secret}");
    }
}

#[test]
fn who_asks_by_name_is_told_why_and_whom_to_ask() {
    let site = site(Audience::Public);
    for (address, reason) in [
        ("/files/opensource/mixed/skin/mesh.glb", "face"),
        ("/files/opensource/mixed/skin/thumbnail.png", "face"),
        ("/download/opensource/mixed/skin/skin-mixed-opensource.stl", "face"),
        ("/v1/shapes/opensource/mixed/skin", "face"),
        ("/v1/shapes/secretsource/secretsubject/spleen", "licence"),
        ("/files/secretsource/secretsubject/spleen/mesh.glb", "licence"),
        ("/v1/shapes/signedsource/signedsubject/heart", "agreement"),
        ("/v1/subjects/secretsource/secretsubject", "licence"),
    ] {
        let answer = site.get(address);
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{address}");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(reason) && detail.contains("https://example.org/"), "{detail}");
    }
    for page in ["/s/opensource/mixed/skin", "/b/secretsource/secretsubject", "/d/signedsource"] {
        assert_eq!(site.get(page).status, StatusCode::FORBIDDEN, "{page}");
    }
}

#[test]
fn what_is_kept_back_answers_as_what_never_was() {
    let site = site(Audience::Public);
    for (there, never) in [
        ("/v1/shapes/opensource/mixed/skin", "/v1/shapes/opensource/nobody/skin"),
        ("/v1/shapes/secretsource/secretsubject/spleen", "/v1/shapes/secretsource/x/spleen"),
        ("/v1/subjects/secretsource/secretsubject", "/v1/subjects/secretsource/x"),
        ("/v1/subjects/opensource/facesubject", "/v1/subjects/opensource/nobody"),
        ("/s/old_secretalias.stl", "/s/never_alias.stl"),
    ] {
        let (one, other) = (site.get(there), site.get(never));
        assert_eq!((one.status, one.body), (other.status, other.body), "{there}");
    }
}

#[test]
fn numbers_are_of_what_is_seen() {
    let stats = site(Audience::Public).get("/v1/stats").json();
    let of = |what: &str| stats[what].as_u64().unwrap();
    assert_eq!([of("n_shapes"), of("n_remote"), of("n_subjects"), of("n_cases")], [1, 0, 1, 1]);
    assert_eq!([of("n_sources"), of("n_structures")], [1, 1]);
    let all = site(Audience::Curator).get("/v1/stats").json();
    assert_eq!((all["n_shapes"].as_u64(), all["n_remote"].as_u64()), (Some(5), Some(1)));
    assert!(0 < of("n_bytes") && of("n_bytes") < all["n_bytes"].as_u64().unwrap());
}

#[test]
fn a_page_says_whom_it_is_for() {
    let public = site(Audience::Public).get("/").text().to_owned();
    assert!(public.contains("Public view.") && public.contains("5 shapes"), "{public}");
    let curator = site(Audience::Curator).get("/").text().to_owned();
    assert!(curator.contains("Curator’s view.") && curator.contains("5 shapes"), "{curator}");
}
