//! A shape that was withdrawn is nowhere, and its addresses say so.

use axum::http::StatusCode;
use medshape::catalog::{Catalog, Reason, Withdrawal};

use crate::common::{ALIAS, Answer, TestSite};

const NAME: &str = "alpha/p1/kidney-left";

/// All addresses that can be reached from some, with what they answered.
fn crawl(site: &TestSite) -> Vec<(String, Answer)> {
    let starts = [
        "/",
        "/search",
        "/d",
        "/v1/search",
        "/v1/sources",
        "/v1/stats",
        "/v1/suggest?q=kid",
        "/v1/subjects/alpha/p1",
    ];
    site.walk(starts.map(str::to_owned).to_vec())
}

#[test]
fn a_withdrawn_shape_is_gone_from_every_page_and_its_own_addresses_say_so() {
    // One site before and after: it has the answers that it gave at hand.
    let site = TestSite::new();
    let of_shape: Vec<String> = crawl(&site)
        .into_iter()
        .map(|(address, ..)| address)
        .filter(|address| address.contains("kidney-left"))
        .collect();
    // The page, the record, the stored files and the downloads.
    for start in ["/s/", "/files/", "/download/"] {
        assert!(of_shape.iter().any(|address| address.starts_with(start)), "{of_shape:?}");
    }

    let mut catalog = Catalog::open(site.dir.path()).unwrap();
    let how = Withdrawal {
        reason: Reason::Consent,
        note: "secret".into(),
        erase: false,
        label_map: None,
    };
    catalog.withdraw(&NAME.parse().unwrap(), &how).unwrap();

    for (address, answer) in crawl(&site) {
        let (status, text) = (answer.status, String::from_utf8_lossy(&answer.body));
        // One address is there to be sent to only, one wants to be told of which shape.
        let is_refused = status == StatusCode::METHOD_NOT_ALLOWED || address == "/oembed";
        let is_answered = is_refused || status.is_success();
        assert!(is_answered || status.is_redirection(), "{address}: {status}");
        let is_there = text.contains(NAME) || text.contains("alpha--p1--kidney-left");
        assert!(!is_there, "{address} still has it");
    }
    for address in &of_shape {
        let answer = site.get(address);
        assert_eq!(answer.status, StatusCode::GONE, "{address}");
        let text = answer.text();
        let is_told = ["consent was taken back", "die Einwilligung wurde widerrufen"]
            .iter()
            .any(|reason| text.contains(reason));
        assert!(is_told && !text.contains("secret"), "{text}");
    }
    let record = site.get(&format!("/v1/shapes/{NAME}"));
    assert_eq!(record.status, StatusCode::GONE);
    let (name, reason) = (&record.json()["name"], &record.json()["reason"]);
    assert_eq!((name.as_str(), reason.as_str()), (Some(NAME), Some("consent")));
    assert_eq!(record.json()["withdrawn_at"].as_str().unwrap().len(), 20);
    // An old name leads to the tombstone.
    let alias = site.get(&format!("/s/{ALIAS}"));
    assert_eq!(alias.header("location"), format!("/s/{NAME}"));
    assert_eq!(site.get("/v1/search?q=left+kidney").json()["total"], 0);
}
