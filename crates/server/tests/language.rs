//! Pages in the language of their reader, kept in links, told to caches and to search engines.

use axum::http::{Method, StatusCode};

use crate::common::{ALIAS, Answer, TestSite};

const PAGES: &[&str] = &[
    "/",
    "/search?q=kidney",
    "/search?q=liver+xyzzy&view=table",
    "/search?q=gallbladder",
    "/s/alpha/p1/kidney-left",
    "/b/alpha/p1",
    "/a",
    "/a/kidney",
    "/compare",
    "/d",
    "/d/beta",
    "/cart",
    "/selections?q=liver",
    "/releases",
    "/releases/1",
    "/report/alpha/p1/liver",
    "/reports",
    "/embed/s/alpha/p1/liver",
];

fn in_language(site: &TestSite, path: &str, languages: &str) -> Answer {
    site.ask(Method::GET, path, &[("accept-language", languages), ("host", "localhost")])
}

/// Where the links of a page lead, but for those to other languages.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let elements = text.split("<a ").skip(1).filter_map(|rest| rest.split('>').next());
    let links = elements.filter(|element| !element.contains("data-language"));
    links.filter_map(|element| element.split("href=\"").nth(1)?.split('"').next())
}

#[test]
fn the_browser_chooses_and_the_address_comes_before_it() {
    let site = TestSite::released();
    for path in PAGES {
        let german = in_language(&site, path, "de-AT,de;q=0.9,en;q=0.5");
        assert_eq!(german.status, StatusCode::OK, "{path}");
        assert!(german.text().contains("<html lang=\"de\""), "{path}");
        assert_eq!(german.header("content-language"), "de", "{path}");
        assert!(german.header("vary").contains("accept-language"), "{path}");
        // What the browser said is not written into links.
        for link in links(german.text()).filter(|link| !link.contains("/offline.html")) {
            assert!(!link.contains("lang="), "{path}: {link}");
        }
        let sign = if path.contains('?') { '&' } else { '?' };
        let english = in_language(&site, &format!("{path}{sign}lang=en"), "de");
        assert!(english.text().contains("<html lang=\"en\""), "{path}");
        assert_eq!(english.header("content-language"), "en", "{path}");
    }
    let french = in_language(&site, "/", "fr");
    assert!(french.text().contains("<html lang=\"en\""));
}

#[test]
fn links_forms_and_redirects_keep_the_language_that_was_asked_for() {
    let site = TestSite::released();
    for path in PAGES {
        let sign = if path.contains('?') { '&' } else { '?' };
        let page = site.get(&format!("{path}{sign}lang=de"));
        for link in links(page.text()) {
            let is_page =
                ["/s/", "/b/", "/a/", "/d/", "/search", "/releases/", "/report", "/selections"]
                    .iter()
                    .any(|start| link.starts_with(start))
                    || ["/", "/a", "/d", "/cart", "/releases"]
                        .contains(&link.split('?').next().unwrap());
            assert!(!is_page || link.contains("lang="), "{path}: {link}");
        }
    }
    let home = site.get("/?lang=de");
    assert!(home.text().contains("<input type=\"hidden\" name=\"lang\" value=\"de\">"));
    assert!(!site.get("/").text().contains("name=\"lang\""));
    let old_name = site.get(&format!("/s/{ALIAS}?lang=de"));
    assert_eq!(old_name.header("location"), "/s/alpha/p1/kidney-left?lang=de");
    let ages = site.get("/search?q=kidney&from=40&to=90&lang=de");
    assert_eq!(ages.header("location"), "/search?q=structure%3Akidney+age%3A40..&lang=de");
}

#[test]
fn what_is_taken_elsewhere_names_no_language() {
    let site = TestSite::new();
    let page = site.ask(Method::GET, "/s/alpha/p1/liver?lang=de", &[("host", "localhost")]);
    let copied = page.text().split("data-copy=\"Link\"").nth(1).unwrap();
    assert!(copied.starts_with("><code>http://localhost/s/alpha/p1/liver</code>"), "{copied:.80}");
    assert!(!page.header("link").contains("lang="), "{}", page.header("link"));
    let data = page.text().split("application/ld+json\">").nth(1).unwrap();
    let data: serde_json::Value =
        serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    // What programs are told is in English.
    assert_eq!(data["name"], "Liver of p1");
    assert_eq!(data["url"], "http://localhost/s/alpha/p1/liver");
}

#[test]
fn search_engines_are_told_of_each_language() {
    let site = TestSite::new();
    let page = site.ask(Method::GET, "/search?q=a%26b&lang=de&page=1", &[("host", "localhost")]);
    for link in [
        "hreflang=\"en\" href=\"http://localhost/search?q=a%26b&amp;page=1&amp;lang=en\"",
        "hreflang=\"de\" href=\"http://localhost/search?q=a%26b&amp;page=1&amp;lang=de\"",
        "hreflang=\"x-default\" href=\"http://localhost/search?q=a%26b&amp;page=1\"",
    ] {
        assert!(page.text().contains(link), "{link}");
    }
}

#[test]
fn a_program_that_asks_for_a_language_that_is_not_there_is_told_so() {
    let site = TestSite::new();
    for path in ["/v1/suggest?q=li", "/v1/search?q=li", "/v1/shapes/alpha/p1/liver"] {
        let sign = if path.contains('?') { '&' } else { '?' };
        let refused = site.get(&format!("{path}{sign}lang=xx"));
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(refused.text().contains("`lang` is one of `en`, `de`."), "{}", refused.text());
        assert_eq!(site.get(&format!("{path}{sign}lang=de")).status, StatusCode::OK, "{path}");
    }
    // A person who follows an old link is better off with a page.
    assert_eq!(site.get("/search?q=li&lang=xx").status, StatusCode::OK);
}

#[test]
fn german_is_asked_and_answered() {
    let site = TestSite::new();
    let page = site.get("/search?q=linke+Niere+weiblich&lang=de");
    for said in [
        "1 Form<",
        "Niere links",
        "33,5 ml",
        "weiblich",
        "href=\"/s/alpha/p1/kidney-left?lang=de\"",
    ] {
        assert!(page.text().contains(said), "{said}");
    }
    assert!(
        site.get("/search?q=Leber&lang=de").text().contains("href=\"/s/alpha/p1/liver?lang=de\"")
    );
    assert!(site.get("/search?q=Rippen").text().contains("href=\"/s/alpha/p1/rib/2\""));
    let shape = site.get("/s/alpha/p1/kidney-left?lang=de");
    for said in ["Niere links von p1", "63 Jahre", "zu 1,500 × 1,500 × 1,500 mm", "lang=\"la\""] {
        assert!(shape.text().contains(said), "{said}");
    }
    let missing = site.get("/s/alpha/p1/spleen?lang=de");
    assert!(missing.text().contains("Es gibt keine Form namens alpha/p1/spleen."));
    assert_eq!(missing.header("content-language"), "de");
}

#[test]
fn the_api_is_in_english_unless_its_address_asks_otherwise() {
    let site = TestSite::new();
    let label = |path: &str| {
        let answer = in_language(&site, path, "de");
        answer.json()["shape"]["label"].as_str().unwrap().to_owned()
    };
    assert_eq!(label("/v1/shapes/alpha/p1/kidney-left"), "Left kidney");
    assert_eq!(label("/v1/shapes/alpha/p1/kidney-left?lang=de"), "Niere links");
    let problem = in_language(&site, "/v1/shapes/alpha/p1/spleen", "de");
    assert_eq!(problem.json()["title"], "Not found");
    let suggested = site.get("/v1/suggest?q=lebe&lang=de").json();
    assert_eq!(suggested["items"][0]["text"], "Leber");
    assert_eq!(site.get("/v1/suggest?q=lebe").json()["items"], serde_json::json!([]));
}

#[test]
fn an_offline_page_is_in_the_language_of_the_page_that_leads_to_it() {
    let site = TestSite::new();
    let page = in_language(&site, "/s/alpha/p1/liver", "de");
    let path = "/download/alpha/p1/liver/offline.html";
    assert!(page.text().contains(&format!("href=\"{path}?lang=de\"")));
    let (german, english) = (site.get(&format!("{path}?lang=de")), in_language(&site, path, "de"));
    if german.status == StatusCode::SERVICE_UNAVAILABLE {
        eprintln!("skipped: the 3D view is not built");
        return;
    }
    assert!(
        german.text().contains("<html lang=\"de\">")
            && german.text().contains("Eine Offline-Kopie")
    );
    assert!(
        english.text().contains("<html lang=\"en\">") && english.text().contains("An offline copy")
    );
    assert_ne!(german.header("etag"), english.header("etag"));
}

/// The names of texts that a script declares.
fn declared(script: &str) -> Vec<String> {
    let path = format!("{}/../../web/src/{script}", env!("CARGO_MANIFEST_DIR"));
    let script = std::fs::read_to_string(path).unwrap();
    let lines = script.lines().filter_map(|line| line.trim().strip_prefix("| '"));
    let mut names: Vec<String> =
        lines.map(|line| line.trim_end_matches([';', '\'']).to_owned()).collect();
    names.sort();
    names
}

#[test]
fn scripts_are_handed_the_texts_that_they_declare() {
    let site = TestSite::new();
    let page = site.get("/s/alpha/p1/liver?lang=de");
    for (section, script) in [("page", "page/texts.ts"), ("viewer", "viewer/texts.ts")] {
        let marked = format!("id=\"{section}-texts\">");
        let Some(json) = page.text().split(&marked).nth(1) else {
            eprintln!("skipped: the 3D view is not built");
            return;
        };
        let texts: serde_json::Value =
            serde_json::from_str(json.split("</script>").next().unwrap()).unwrap();
        let mut names: Vec<&String> =
            texts.as_object().unwrap().keys().filter(|name| *name != "lang").collect();
        names.sort();
        assert_eq!(declared(script).iter().collect::<Vec<_>>(), names, "{section}");
        assert_eq!(texts["lang"], "de");
    }
}
