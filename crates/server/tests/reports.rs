//! What people say is wrong: kept, bounded, and read by the curator alone.

use axum::http::{Method, StatusCode};
use medshape::catalog::{Audience, Catalog};

use crate::common::{self, HOSTILE, TestSite};

const FORM: &str = "/report/alpha/p1/liver";
const SENT: &str = "kind=mesh&text=There+is+a+hole.&view=%3Fcam%3D1%2C2%2C3";

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn a_report_is_kept_and_the_curator_reads_it() {
    let site = TestSite::new();
    assert!(site.get("/s/alpha/p1/liver").text().contains("href=\"/report/alpha/p1/liver\""));
    assert!(site.get(FORM).text().contains("<textarea"));
    let answer = site.send_form(FORM, SENT, &[("sec-fetch-site", "same-origin")]);
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text().contains("under number 1"), "{}", answer.text());
    let kept = Catalog::open(site.dir.path()).unwrap().reports(false).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].name.to_string(), "alpha/p1/liver");
    assert_eq!(kept[0].text, "[mesh] There is a hole.\nView: ?cam=1,2,3");
    assert_eq!(kept[0].who, "a visitor of the portal");
    let list = site.get("/reports");
    assert!(list.text().contains("There is a hole."));
    assert!(list.text().contains("href=\"/s/alpha/p1/liver?cam=1,2,3\""));
}

#[test]
fn a_curator_answers_from_the_page_and_the_shape_says_so() {
    let site = TestSite::new();
    let shape = || site.get("/s/alpha/p1/liver").text().to_owned();
    assert!(!shape().contains("Reported problems"));
    for _ in 0..3 {
        site.send_form(FORM, SENT, &[]);
    }
    assert_eq!(shape().matches(">open</span>").count(), 3);
    // What people wrote is not for everybody.
    assert!(!shape().contains("There is a hole."));
    let same = [("sec-fetch-site", "same-origin")];
    let answered = site.send_form("/reports?lang=de", "number=1&answer=It+is+mended.", &same);
    assert_eq!(
        (answered.status, answered.header("location")),
        (StatusCode::SEE_OTHER, "/reports?lang=de")
    );
    assert_eq!(
        site.send_form("/reports", "number=2&answer=&close=1", &same).status,
        StatusCode::SEE_OTHER
    );
    for state in [">open</span>", ">answered</span>", ">closed</span>", "It is mended."] {
        assert_eq!(shape().matches(state).count(), 1, "{state}");
    }
    let list = site.get("/reports");
    assert!(!list.text().contains("It is mended.") && list.text().contains("value=\"3\""));
    let all = site.get("/reports?all=1");
    assert!(
        all.text().contains("It is mended.") && all.text().contains("closed without an answer")
    );
    for (form, headers, status) in [
        ("number=3&answer=+", &same, StatusCode::BAD_REQUEST),
        ("number=x&answer=y", &same, StatusCode::BAD_REQUEST),
        ("number=3&answer=y", &[("sec-fetch-site", "cross-site")], StatusCode::FORBIDDEN),
    ] {
        assert_eq!(site.send_form("/reports", form, headers).status, status, "{form}");
    }
    // Answered once is answered.
    assert_eq!(
        site.send_form("/reports", "number=1&answer=again", &same).status,
        StatusCode::NOT_FOUND
    );
    assert!(shape().contains("It is mended."));
}

#[test]
fn markup_in_a_report_is_text() {
    let site = TestSite::new();
    let form = format!("kind=other&text={}&view={}", escaped(HOSTILE), escaped(HOSTILE));
    assert_eq!(site.send_form(FORM, &form, &[]).status, StatusCode::OK);
    let list = site.get("/reports");
    assert!(!list.text().contains("<script>alert") && !list.text().contains("<img src=x"));
    assert!(list.text().contains("&lt;script&gt;alert(1)"));
    let begun = site.get(&format!("{FORM}?text={}&view={}", escaped(HOSTILE), escaped(HOSTILE)));
    assert!(!begun.text().contains("<script>alert") && !begun.text().contains("<img src=x"));
}

#[test]
fn what_says_nothing_or_too_much_is_not_kept() {
    let site = TestSite::new();
    let long = format!("kind=mesh&text={}", "x".repeat(30_000));
    for (form, status) in [
        ("kind=mesh&text=+", StatusCode::UNPROCESSABLE_ENTITY),
        ("kind=nonsense&text=x", StatusCode::UNPROCESSABLE_ENTITY),
        ("text=%FF%FE", StatusCode::UNPROCESSABLE_ENTITY),
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        (long.as_str(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = site.send_form(FORM, form, &[]);
        let short = &form[..form.len().min(30)];
        assert_eq!(answer.status, status, "{short}");
        assert!(answer.header("content-type").starts_with("text/html"), "{short}");
    }
    // A field that people do not see.
    assert_eq!(site.send_form(FORM, &format!("{SENT}&website=x"), &[]).status, StatusCode::OK);
    assert_eq!(
        site.send_form(FORM, SENT, &[("sec-fetch-site", "cross-site")]).status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(site.send_form("/report/alpha/p1/nothing", SENT, &[]).status, StatusCode::NOT_FOUND);
    assert!(Catalog::open(site.dir.path()).unwrap().reports(true).unwrap().is_empty());
}

#[test]
fn nobody_sends_many() {
    let site = TestSite::new();
    let statuses: Vec<_> = (0..12).map(|_| site.send_form(FORM, SENT, &[]).status).collect();
    assert_eq!(statuses[0], StatusCode::OK);
    assert_eq!(statuses[11], StatusCode::TOO_MANY_REQUESTS);
    let n_kept = Catalog::open(site.dir.path()).unwrap().n_open_reports().unwrap();
    assert!((1..=10).contains(&n_kept), "{n_kept}");
}

#[test]
fn the_public_reads_no_reports() {
    let dir = tempfile::tempdir().unwrap();
    common::fill(dir.path());
    let site = TestSite::for_audience(dir, Audience::Public);
    assert_eq!(site.get("/reports").status, StatusCode::FORBIDDEN);
    assert_eq!(site.send_form("/reports", "number=1&answer=x", &[]).status, StatusCode::FORBIDDEN);
    // Its licence was not checked: what is kept back is not reported on either.
    assert_eq!(site.get(FORM).status, StatusCode::FORBIDDEN);
    assert_eq!(site.send_form(FORM, SENT, &[]).status, StatusCode::FORBIDDEN);
    assert_eq!(site.ask(Method::DELETE, FORM, &[]).status, StatusCode::METHOD_NOT_ALLOWED);
}
