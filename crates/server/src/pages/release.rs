//! Releases: what they hold, what changed, and how to have and cite them.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use medshape::catalog::release::{Published, Release};
use medshape::release::{CHANGES, CITATION, LeftOut, media_type};

use super::layout::Page;
use super::parts::{crumbs, is_web};
use crate::failure::Failure;
use crate::{Site, links, metadata, signposts, words};

/// What of the changes a page shows; the document holds all.
const MAX_CHANGES: usize = 20_000;

pub(crate) async fn list(State(site): State<Site>) -> Result<Response, Failure> {
    let releases = site.read(|catalog| catalog.releases()).await?;
    let frame = Page {
        title: "Releases",
        description: "Numbered releases of the collection, which never change.",
        query: Some(""),
        has_viewer: false,
    };
    Ok(super::answer(frame.around(html! {
        div.page-head {
            h1 { "Releases" }
            p { "What the collection was at one moment: verified, numbered, never changed." }
        }
        @if releases.is_empty() {
            p.notice { "There is no release yet: " code { "medshape release create" } " makes one." }
        } @else {
            (table(&releases))
        }
    })))
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let published = crate::api::release(&site, &number).await?;
    let number = published.release.number;
    let text = |name: &'static str| {
        site.read(move |catalog| {
            Ok(std::fs::read_to_string(catalog.release_path(number, name)).unwrap_or_default())
        })
    };
    let (changes, citation) = (text(CHANGES).await?, text(CITATION).await?);
    let answer = super::answer(frame(&published, &changes, &citation));
    Ok(signposts::with(&signposts::of_release(&published.release), answer))
}

fn table(releases: &[Published]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Table of releases" {
            table {
                thead {
                    tr {
                        th scope="col" { "Release" } th scope="col" { "Date" }
                        th.number scope="col" { "Shapes" } th.number scope="col" { "Subjects" }
                        th scope="col" { "Note" }
                    }
                }
                tbody {
                    @for Published { release, .. } in releases.iter().rev() {
                        tr {
                            th scope="row" { a href=(links::release(release.number)) { "Release " (release.number) } }
                            td { (release.version_date) }
                            td.number { (words::grouped(release.counts.n_shapes)) }
                            td.number { (words::grouped(release.counts.n_subjects)) }
                            td { (release.note.as_deref().unwrap_or("–")) }
                        }
                    }
                }
            }
        }
    }
}

fn frame(published: &Published, changes: &str, citation: &str) -> Markup {
    let release = &published.release;
    let title = format!("Release {}", release.number);
    let description = format!("{title} of {}.", release.about.title);
    let frame =
        Page { title: &title, description: &description, query: Some(""), has_viewer: false };
    frame.around(html! {
        (crumbs(&[("Releases", &links::releases())], &title))
        div.page-head {
            h1 { (title) }
            p { (release.about.title) ", " (release.version_date) "." @if let Some(note) = &release.note { " " (note) } }
        }
        div.columns {
            div {
                (documents(release))
                section.panel aria-labelledby="changes" {
                    h2 id="changes" { "Changes" }
                    pre.scroll tabindex="0" { (cut(changes)) }
                }
            }
            div {
                (facts(published))
                section.panel aria-labelledby="citation" {
                    h2 id="citation" { "Citation" }
                    pre.scroll tabindex="0" { (citation) }
                }
            }
        }
        (metadata::script(&metadata::of_release(release)))
    })
}

fn documents(release: &Release) -> Markup {
    html! {
        section.panel aria-labelledby="download" {
            h2 id="download" { "Download" }
            div.scroll tabindex="0" role="region" aria-label="Table of documents" {
                table {
                    thead { tr { th scope="col" { "Document" } th.number scope="col" { "Size" } th scope="col" { "SHA-256" } } }
                    tbody {
                        @for document in release.files.iter().filter(|document| media_type(&document.name).is_some()) {
                            tr {
                                th scope="row" { a href=(links::release_document(release.number, &document.name)) { (document.name) } }
                                td.number { (words::bytes(document.size)) }
                                td { code { (document.sha256) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn facts(published: &Published) -> Markup {
    let release = &published.release;
    let counts = release.counts;
    html! {
        section.panel aria-labelledby="facts" {
            h2 id="facts" { "Facts" }
            dl.facts {
                dt { "Shapes" } dd { (words::grouped(counts.n_shapes)) }
                dt { "Structures" } dd { (words::grouped(counts.n_structures)) }
                dt { "Subjects" } dd { (words::grouped(counts.n_subjects)) }
                dt { "Sources" }
                dd { @for (source, n) in &release.by_source { a href=(links::source(source)) { (source) } " (" (words::grouped(*n)) ") " } }
                dt { "Files" } dd { (words::grouped(counts.n_blobs)) ", " (words::bytes(counts.n_bytes)) }
                @for (word, n) in &release.left_out {
                    dt { "Left out" }
                    dd { (words::counted(*n, "shape", "shapes")) " " (LeftOut::from_word(word).map_or(word.as_str(), |why| why.in_words())) }
                }
                @if let Some(publisher) = &release.about.publisher { dt { "Publisher" } dd { (publisher) } }
                @if let Some(url) = release.about.url.as_deref().filter(|url| is_web(url)) {
                    dt { "Published at" } dd { a href=(url) rel="external noreferrer" { (url) } }
                }
                dt { "Made" } dd { (release.created_at) " by medshape " (release.medshape) }
                dt { "Merkle root" } dd { code { (release.merkle.root) } }
                dt { "Record" } dd { a href=(links::release_document(release.number, "release.json")) { "release.json" } ", SHA-256 " code { (published.sha256) } }
                @if let Some(previous) = release.previous {
                    dt { "Before" } dd { a href=(links::release(previous.number)) { "Release " (previous.number) } }
                }
            }
        }
    }
}

/// The beginning of a long text, whole lines.
fn cut(text: &str) -> &str {
    if text.len() <= MAX_CHANGES {
        return text;
    }
    let cut = text.floor_char_boundary(MAX_CHANGES);
    text[..cut].rsplit_once('\n').map_or("", |(whole, _)| whole)
}
