//! What programs are told: JSON-LD, links, citations, lists of addresses.

use axum::http::{Method, StatusCode};
use medshape::catalog::Audience;
use serde_json::Value;

use crate::common::{self, Answer, HOSTILE, TestSite};

const HOST: [(&str, &str); 1] = [("host", "localhost:8080")];

fn get(site: &TestSite, path: &str) -> Answer {
    site.ask(Method::GET, path, &HOST)
}

/// What the block in a page says.
fn said(page: &Answer) -> Value {
    let (_, rest) = page.text().split_once("<script type=\"application/ld+json\">").unwrap();
    serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap()
}

#[test]
fn a_shape_is_described_with_hash_size_and_licence_of_each_file() {
    let site = TestSite::new();
    let said = said(&get(&site, "/s/alpha/p1/liver"));
    assert_eq!(said["@type"], "3DModel");
    assert_eq!(said["url"], "http://localhost:8080/s/alpha/p1/liver");
    assert_eq!(said["license"], "https://spdx.org/licenses/CC-BY-4.0.html");
    assert_eq!(said["isBasedOn"]["@type"], "Dataset");
    let record = site.get("/v1/shapes/alpha/p1/liver").json();
    let mesh = record["shape"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["role"] == "mesh")
        .unwrap();
    let encodings = said["encoding"].as_array().unwrap();
    let object = encodings.iter().find(|object| object["name"] == "mesh").unwrap();
    assert_eq!(object["sha256"], mesh["sha256"]);
    assert_eq!(object["contentSize"], format!("{} B", mesh["size"]));
    assert_eq!(
        object["contentUrl"],
        format!("http://localhost:8080{}", mesh["url"].as_str().unwrap())
    );
    for encoding in encodings {
        let link = encoding["contentUrl"].as_str().unwrap();
        let path = link.strip_prefix("http://localhost:8080").unwrap();
        assert_eq!(site.ask(Method::HEAD, path, &[]).status, StatusCode::OK, "{path}");
    }
}

#[test]
fn every_kind_of_page_says_what_it_is_and_hostile_text_ends_nothing() {
    let site = TestSite::released();
    for (path, kind) in [
        ("/", "DataCatalog"),
        ("/d/alpha", "Dataset"),
        ("/d/beta", "Dataset"),
        ("/s/beta/p2/thing", "3DModel"),
        ("/releases/1", "Dataset"),
    ] {
        let page = get(&site, path);
        assert_eq!(said(&page)["@type"], kind, "{path}");
        assert!(!page.text().contains(HOSTILE), "{path}");
        assert!(!page.text().contains("<script>alert"), "{path}");
    }
    let release = said(&get(&site, "/releases/1"));
    let documents = release["distribution"].as_array().unwrap();
    let manifest = documents.iter().find(|file| file["name"] == "manifest.parquet").unwrap();
    let path =
        manifest["contentUrl"].as_str().unwrap().strip_prefix("http://localhost:8080").unwrap();
    let hash = medshape::catalog::Sha256::of(&site.get(path).body).to_string();
    assert_eq!(manifest["sha256"], hash);
}

/// The links of an answer: target, relation, type.
fn links(answer: &Answer) -> Vec<(String, String)> {
    let one = |link: &str| {
        let (target, rest) = link.trim().strip_prefix('<').unwrap().split_once('>').unwrap();
        let relation = rest.split("rel=\"").nth(1).unwrap().split('"').next().unwrap();
        (target.to_owned(), relation.to_owned())
    };
    answer
        .header("link")
        .split(", <")
        .map(|link| one(&format!("<{}", link.trim_start_matches('<'))))
        .collect()
}

#[test]
fn signposts_lead_to_citation_description_licence_items_and_collection() {
    let site = TestSite::released();
    let page = get(&site, "/s/alpha/p1/liver");
    assert!(page.header("link").len() < 3_100, "{}", page.header("link").len());
    let found = links(&page);
    for wanted in ["cite-as", "type", "license", "collection", "describedby", "linkset", "item"] {
        assert!(found.iter().any(|(_, relation)| relation == wanted), "{wanted}: {found:?}");
    }
    for (target, relation) in found.iter().filter(|(target, _)| target.contains("localhost")) {
        let path = target.strip_prefix("http://localhost:8080").unwrap();
        assert_eq!(site.get(path).status, StatusCode::OK, "{relation} {target}");
    }
    let set = get(&site, "/v1/shapes/alpha/p1/liver/linkset.json");
    assert_eq!(set.header("content-type"), "application/linkset+json");
    let items = set.json()["linkset"][0]["item"].as_array().unwrap().len();
    assert_eq!(items, 3 + medshape::format::Format::all().count());
    let back = site.get("/files/alpha/p1/liver/mesh.glb");
    assert_eq!(links(&back), [("/s/alpha/p1/liver".to_owned(), "collection".to_owned())]);
    for path in ["/d/alpha", "/releases/1"] {
        let found = links(&get(&site, path));
        assert!(found.iter().any(|(_, relation)| relation == "cite-as"), "{path}");
    }
    // A title steers no header.
    assert_eq!(get(&site, "/d/beta").status, StatusCode::OK);
}

#[test]
fn citations_come_in_all_forms() {
    let site = TestSite::new();
    for (file, media_type, begins) in [
        ("citation.bib", "application/x-bibtex", "@misc{"),
        ("citation.ris", "application/x-research-info-systems", "TY  - DATA\r\n"),
        ("citation.csl.json", "application/vnd.citationstyles.csl+json", "["),
        ("CITATION.cff", "application/yaml", "cff-version: 1.2.0\n"),
        ("datacite.json", "application/vnd.datacite.datacite+json", "{"),
    ] {
        for name in ["alpha/p1/liver", "beta/p2/thing", common::ALIAS] {
            let answer = get(&site, &format!("/v1/shapes/{name}/{file}"));
            assert_eq!(answer.status, StatusCode::OK, "{name} {file}");
            assert_eq!(answer.header("content-type"), media_type);
            assert!(answer.text().starts_with(begins), "{}", answer.text());
            let names_source = answer.text().contains("alpha et al. (2020)");
            assert_eq!(names_source, name != "beta/p2/thing", "{file}: {}", answer.text());
        }
        let page = site.get("/s/alpha/p1/liver");
        assert!(page.text().contains(&format!("/v1/shapes/alpha/p1/liver/{file}")), "{file}");
    }
    let bibtex = get(&site, "/v1/shapes/alpha/p1/liver/citation.bib");
    assert!(bibtex.text().contains("url = {http://localhost:8080/s/alpha/p1/liver}"));
}

#[test]
fn the_list_of_addresses_has_each_shape_once_and_only_what_is_seen() {
    let site = TestSite::new();
    let index = get(&site, "/sitemap.xml");
    assert_eq!(index.header("content-type"), "application/xml");
    assert!(index.text().contains("<loc>http://localhost:8080/sitemaps/1.xml</loc>"));
    let part = get(&site, "/sitemaps/1.xml");
    for name in ["alpha/p1/liver", "alpha/p1/kidney-left", "alpha/p1/rib/2", "beta/p2/thing"] {
        let entry = format!("<url><loc>http://localhost:8080/s/{name}</loc></url>");
        assert_eq!(part.text().matches(&entry).count(), 1, "{name}");
    }
    assert!(part.text().ends_with("</urlset>\n"));
    assert!(get(&site, "/sitemaps/pages.xml").text().contains("/a/liver</loc>"));
    for none in [
        "/sitemaps/2.xml",
        "/sitemaps/0.xml",
        "/sitemaps/x.xml",
        "/sitemaps/99999999999999999999.xml",
        "/sitemaps/18446744073709551615.xml",
    ] {
        assert_eq!(site.get(none).status, StatusCode::NOT_FOUND, "{none}");
    }
    let robots = get(&site, "/robots.txt");
    assert!(robots.text().contains("Sitemap: http://localhost:8080/sitemap.xml"));
    assert!(robots.text().contains("Disallow: /download/"));
    let dir = tempfile::tempdir().unwrap();
    common::fill(dir.path());
    let public = TestSite::for_audience(dir, Audience::Public);
    assert_eq!(public.get("/sitemaps/1.xml").status, StatusCode::NOT_FOUND, "all is kept back");
}

#[test]
fn text_goes_out_in_gzip_to_whoever_takes_it() {
    let site = TestSite::new();
    let plain = site.get("/s/alpha/p1/liver");
    let packed = site.ask(Method::GET, "/s/alpha/p1/liver", &[("accept-encoding", "br, gzip")]);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(
        packed.body.len() * 3 < plain.body.len(),
        "{} of {}",
        packed.body.len(),
        plain.body.len()
    );
    assert!(unpacked(&packed.body) == plain.body);
    for answer in [&plain, &packed] {
        let varies = answer.headers.get_all("vary").iter().any(|vary| vary == "accept-encoding");
        assert!(varies, "{:?}", answer.headers);
    }
    let style = site.ask(Method::GET, "/assets/style.css", &[("accept-encoding", "gzip")]);
    assert!(style.header("etag").starts_with("W/\""), "{}", style.header("etag"));
    let known = [("accept-encoding", "gzip"), ("if-none-match", style.header("etag"))];
    assert_eq!(site.ask(Method::GET, "/assets/style.css", &known).status, StatusCode::NOT_MODIFIED);
    // What is served in ranges, or packed already, stays as it is.
    for path in
        ["/download/alpha/p1/liver/liver-p1-alpha.obj", "/files/alpha/p1/liver/thumbnail.png"]
    {
        assert_eq!(
            site.ask(Method::GET, path, &[("accept-encoding", "gzip")]).header("content-encoding"),
            "",
            "{path}"
        );
    }
    let head = site.ask(Method::HEAD, "/s/alpha/p1/liver", &[("accept-encoding", "gzip")]);
    let length = packed.body.len().to_string();
    assert_eq!(
        (head.header("content-encoding"), head.header("content-length")),
        ("gzip", &*length)
    );
    assert!(head.body.is_empty());
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}
