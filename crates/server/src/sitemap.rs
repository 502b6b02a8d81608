//! Lists of all addresses for search engines (sitemaps.org, 0.9): an index, and parts of it.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use medshape::catalog::Page;

use crate::failure::{Failure, Problem};
use crate::http::body::{ChunkSender, streamed};
use crate::{Site, links};

/// Addresses in a part: as many as the protocol allows.
const PART: u64 = 50_000;
/// Addresses that are read and sent at once.
const STEP: u64 = 2_000;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const XMLNS: &str = "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"";
/// Search engines come a few times a day.
const CACHE: &str = "public, max-age=3600";

/// `/sitemap.xml`: which parts there are.
pub(crate) async fn index(State(site): State<Site>) -> Result<Response, Problem> {
    let n_shapes = site.read(|catalog| catalog.n_listed()).await?;
    let mut parts = vec!["pages".to_owned()];
    parts.extend((1..=n_shapes.div_ceil(PART)).map(|part| part.to_string()));
    let entry = |part: &String| {
        let address = links::absolute(&links::at(&format!("/sitemaps/{part}.xml")));
        format!("<sitemap><loc>{}</loc></sitemap>\n", escaped(&address))
    };
    let entries: String = parts.iter().map(entry).collect();
    Ok(answer(Body::from(format!("{HEAD}<sitemapindex {XMLNS}>\n{entries}</sitemapindex>\n"))))
}

/// `/sitemaps/pages.xml` and `/sitemaps/1.xml`: pages that are no shape's, and shapes.
pub(crate) async fn part(
    State(site): State<Site>,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    if file == "pages.xml" {
        return Ok(answer(Body::from(whole(&pages(&site).await?))));
    }
    let missing = || Failure::not_found("There is no such part.");
    let number = file.strip_suffix(".xml").and_then(|number| number.parse::<u64>().ok());
    let number = number.and_then(|number| number.checked_sub(1)).ok_or_else(missing)?;
    let start = number.checked_mul(PART).ok_or_else(missing)?;
    if start >= site.read(|catalog| catalog.n_listed()).await? {
        return Err(missing().into());
    }
    Ok(answer(streamed(None, move |sender| async move { send(&site, start, &sender).await })))
}

/// Sends a part, a step of it at a time.
async fn send(site: &Site, start: u64, sender: &ChunkSender) -> io::Result<()> {
    let shapes = links::absolute(&links::at("/s/"));
    let mut text = format!("{HEAD}<urlset {XMLNS}>\n");
    for offset in (start..start + PART).step_by(STEP as usize) {
        let names = site.read(move |catalog| catalog.names(Page { offset, limit: STEP }));
        let names = names.await.map_err(|failure| io::Error::other(failure.text))?;
        let is_last = (names.len() as u64) < STEP;
        text.extend(names.iter().map(|name| location(&format!("{shapes}{name}"))));
        let chunk = Bytes::from(std::mem::take(&mut text));
        sender.send(Ok(chunk)).await?;
        if is_last {
            break;
        }
    }
    sender.send(Ok("</urlset>\n".into())).await
}

async fn pages(site: &Site) -> Result<Vec<String>, Failure> {
    let (sources, releases, structures) = site
        .read(|catalog| {
            let structures =
                catalog.search(&medshape::catalog::Query::default(), NONE)?.facets.structures;
            Ok((catalog.sources()?, catalog.releases()?, structures))
        })
        .await?;
    let mut pages = vec![
        links::home(),
        links::all_shapes(),
        links::anatomy(),
        links::sources(),
        links::releases(),
    ];
    pages.extend(sources.iter().map(|summary| links::source(&summary.source.id)));
    pages.extend(releases.iter().map(|published| links::release(published.release.number)));
    let known = structures
        .iter()
        .filter(|count| medshape::catalog::Anatomy::builtin().structure(&count.value).is_some());
    pages.extend(known.map(|count| links::structure(&count.value)));
    pages.truncate(PART as usize);
    Ok(pages.iter().map(|link| links::absolute(link)).collect())
}

const NONE: Page = Page { offset: 0, limit: 0 };

fn whole(addresses: &[String]) -> String {
    let entries: String = addresses.iter().map(|address| location(address)).collect();
    format!("{HEAD}<urlset {XMLNS}>\n{entries}</urlset>\n")
}

fn location(address: &str) -> String {
    format!("<url><loc>{}</loc></url>\n", escaped(address))
}

fn escaped(address: &str) -> String {
    address.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn answer(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/xml"),
        (header::CACHE_CONTROL, CACHE),
        (header::VARY, crate::address::VARY),
    ];
    (headers, body).into_response()
}

/// `/robots.txt`: pages and files may be indexed, conversions are too much work for that.
pub(crate) async fn robots() -> Response {
    let paths = [
        "/download/",
        "/v1/",
        "/compare",
        "/report/",
        "/reports",
        "/embed/",
        "/oembed",
        "/selections?",
    ];
    let lines: String =
        paths.iter().map(|path| format!("Disallow: {}\n", links::at(path))).collect();
    let map = links::absolute(&links::at("/sitemap.xml"));
    let map = if map.starts_with("http") { format!("Sitemap: {map}\n") } else { String::new() };
    let headers = [(header::VARY, crate::address::VARY)];
    (headers, format!("User-agent: *\n{lines}{map}")).into_response()
}
