//! Releases: what they hold, what changed, and how to have and cite them.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use medshape::catalog::release::{Published, Release};
use medshape::release::{CHANGES, CITATION, LeftOut, media_type};

use super::layout::Page;
use super::parts::{crumbs, is_web};
use crate::failure::Failure;
use crate::texts::{Key, key};
use crate::{Site, links, metadata, signposts, words};

/// What of the changes a page shows; the document holds all.
const MAX_CHANGES: usize = 20_000;

pub(crate) async fn list(State(site): State<Site>) -> Result<Response, Failure> {
    let releases = site.read(|catalog| catalog.releases()).await?;
    let frame = Page {
        title: key::layout::RELEASES.text(),
        description: key::release::DESCRIPTION.text(),
        query: Some(""),
        has_viewer: false,
    };
    Ok(super::answer(frame.around(html! {
        div.page-head {
            h1 { (key::layout::RELEASES) }
            p { (key::release::LEAD) }
        }
        @if releases.is_empty() {
            p.notice { (key::release::NONE.around(&[("command", html! { code { "medshape release create" } })])) }
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
        div.scroll tabindex="0" role="region" aria-label=(key::release::TABLE) {
            table {
                thead {
                    tr {
                        th scope="col" { (key::release::ONE) } th scope="col" { (key::release::DATE) }
                        th.number scope="col" { (key::anatomy::SHAPES) } th.number scope="col" { (key::release::SUBJECTS) }
                        th scope="col" { (key::release::NOTE) }
                    }
                }
                tbody {
                    @for Published { release, .. } in releases.iter().rev() {
                        tr {
                            th scope="row" { a href=(links::release(release.number)) { (title_of(release.number)) } }
                            td { (words::day(&release.version_date.to_string())) }
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
    let title = title_of(release.number);
    let description = key::release::OF.with(&[("title", &title), ("of", &release.about.title)]);
    let frame =
        Page { title: &title, description: &description, query: Some(""), has_viewer: false };
    frame.around(html! {
        (crumbs(&[(key::layout::RELEASES.text(), &links::releases())], &title))
        div.page-head {
            h1 { (title) }
            p { (release.about.title) ", " (words::day(&release.version_date.to_string())) "." @if let Some(note) = &release.note { " " (note) } }
        }
        div.columns {
            div {
                (documents(release))
                section.panel aria-labelledby="changes" {
                    h2 id="changes" { (key::release::CHANGES) }
                    pre.scroll tabindex="0" lang="en" { (cut(changes)) }
                }
            }
            div {
                (facts(published))
                section.panel aria-labelledby="citation" {
                    h2 id="citation" { (key::release::CITATION) }
                    pre.scroll tabindex="0" lang="en" { (citation) }
                }
            }
        }
        (metadata::script(|| metadata::of_release(release)))
    })
}

fn title_of(number: u32) -> String {
    key::release::TITLE.with(&[("number", &number)])
}

/// Why shapes are not in a release.
fn reason(why: LeftOut) -> Key {
    match why {
        LeftOut::LicenceUnknown => key::release::LICENCE_UNKNOWN,
        LeftOut::LicenceUnchecked => key::release::LICENCE_UNCHECKED,
        LeftOut::LicenceForbids => key::release::LICENCE_FORBIDS,
        LeftOut::Face => key::release::FACE,
        LeftOut::MoreThanDescribed => key::release::MORE_THAN_DESCRIBED,
    }
}

fn documents(release: &Release) -> Markup {
    html! {
        section.panel aria-labelledby="download" {
            h2 id="download" { (key::release::DOWNLOAD) }
            div.scroll tabindex="0" role="region" aria-label=(key::release::DOCUMENTS) {
                table {
                    thead { tr { th scope="col" { (key::release::DOCUMENT) } th.number scope="col" { (key::release::SIZE) } th scope="col" { "SHA-256" } } }
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
            h2 id="facts" { (key::release::FACTS) }
            dl.facts {
                dt { (key::anatomy::SHAPES) } dd { (words::grouped(counts.n_shapes)) }
                dt { (key::home::STRUCTURES) } dd { (words::grouped(counts.n_structures)) }
                dt { (key::release::SUBJECTS) } dd { (words::grouped(counts.n_subjects)) }
                dt { (key::layout::SOURCES) }
                dd { @for (source, n) in &release.by_source { a href=(links::source(source)) { (source) } " (" (words::grouped(*n)) ") " } }
                dt { (key::release::FILES) } dd { (words::grouped(counts.n_blobs)) ", " (words::bytes(counts.n_bytes)) }
                @for (word, n) in &release.left_out {
                    dt { (key::release::LEFT_OUT) }
                    dd { (key::count::SHAPES.counted(*n)) " " (LeftOut::from_word(word).map_or(word.as_str(), |why| reason(why).text())) }
                }
                @if let Some(publisher) = &release.about.publisher { dt { (key::release::PUBLISHER) } dd { (publisher) } }
                @if let Some(url) = release.about.url.as_deref().filter(|url| is_web(url)) {
                    dt { (key::release::PUBLISHED_AT) } dd { a href=(url) rel="external noreferrer" { (url) } }
                }
                dt { (key::release::MADE) } dd { (key::release::MADE_BY.with(&[("at", &release.created_at), ("version", &release.medshape)])) }
                dt { (key::release::MERKLE_ROOT) } dd { code { (release.merkle.root) } }
                dt { (key::release::RECORD) } dd { a href=(links::release_document(release.number, "release.json")) { "release.json" } ", SHA-256 " code { (published.sha256) } }
                @if let Some(previous) = release.previous {
                    dt { (key::release::BEFORE) } dd { a href=(links::release(previous.number)) { (title_of(previous.number)) } }
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
