//! A source: who made it, what may be done with it, and its subjects.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use medshape::catalog::{SourceSummary, Subject, SubjectSummary};
use serde::Deserialize;

use super::layout::Page;
use super::parts::{crumbs, licence_badge, licence_panel, licence_warning};
use crate::failure::Failure;
use crate::texts::key;
use crate::{Site, links, metadata, signposts, words};

const SUBJECTS_A_PAGE: usize = 200;

#[derive(Deserialize)]
pub(crate) struct Leaf {
    page: Option<String>,
}

pub(crate) async fn list(State(site): State<Site>) -> Result<Response, Failure> {
    let sources = site.read(|catalog| catalog.sources()).await?;
    let frame = Page {
        title: key::layout::SOURCES.text(),
        description: key::source::DESCRIPTION.text(),
        query: Some(""),
        has_viewer: false,
    };
    Ok(super::answer(frame.around(html! {
        div.page-head { h1 { (key::layout::SOURCES) } p { (key::source::LEAD) } }
        ul.wall { @for summary in &sources { (source_card(summary)) } }
    })))
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(id): Path<String>,
    Query(leaf): Query<Leaf>,
) -> Result<Response, Failure> {
    let page = match leaf.page.as_deref().unwrap_or("1").parse::<usize>() {
        Ok(page) if page >= 1 => page,
        _ => return Err(Failure::bad_request(key::source::BAD_PAGE.text())),
    };
    let found = site.read(move |catalog| {
        if let Some(kept_back) = catalog.source_kept_back(&id)? {
            return Ok(Err(Failure::kept_back(&kept_back)));
        }
        let summary = catalog.sources()?.into_iter().find(|summary| summary.source.id == id);
        let subjects = catalog.subjects(&id)?;
        Ok(Ok(summary.map(|summary| (summary, subjects))))
    });
    let missing = || Failure::not_found(key::source::MISSING.text());
    let (summary, subjects) = found.await??.ok_or_else(missing)?;
    let answer = super::answer(frame(&summary, &subjects, page));
    Ok(signposts::with(&signposts::of_source(&summary.source), answer))
}

fn source_card(summary: &SourceSummary) -> Markup {
    let source = &summary.source;
    html! {
        li.card {
            div.card-text {
                h2 { a href=(links::source(&source.id)) { (source.title) } }
                p { (sizes(summary)) }
                div.badges { (licence_badge(&source.licence.id)) }
            }
        }
    }
}

fn sizes(summary: &SourceSummary) -> String {
    let subjects = key::count::SUBJECTS.counted(summary.n_subjects);
    let shapes = key::count::SHAPES.counted(summary.n_shapes);
    match summary.n_remote {
        0 => format!("{subjects}, {shapes}"),
        n => key::source::SIZES.counted_with(n, &[("subjects", &subjects), ("shapes", &shapes)]),
    }
}

fn frame(summary: &SourceSummary, subjects: &[SubjectSummary], page: usize) -> Markup {
    let source = &summary.source;
    let description = format!("{}: {}.", source.title, sizes(summary));
    let frame = Page {
        title: &source.title,
        description: &description,
        query: Some(""),
        has_viewer: false,
    };
    frame.around(html! {
        (crumbs(&[(key::layout::SOURCES.text(), &links::sources())], &source.title))
        div.page-head { h1 { (source.title) } p { (sizes(summary)) "." } }
        (licence_warning(source))
        div.columns {
            section.panel aria-labelledby="subjects" {
                h2 id="subjects" { (key::release::SUBJECTS) }
                (subject_table(subjects, page))
                (leaves(&source.id, subjects.len(), page))
            }
            div {
                (licence_panel(source))
                p { a.button href=(links::search(&format!("source:{}", source.id), 1)) { (key::source::SHOW_ALL) } }
            }
        }
        (metadata::script(|| metadata::of_source(summary)))
    })
}

fn subject_table(subjects: &[SubjectSummary], page: usize) -> Markup {
    let shown =
        subjects.iter().skip((page - 1).saturating_mul(SUBJECTS_A_PAGE)).take(SUBJECTS_A_PAGE);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(key::source::TABLE) {
            table {
                thead {
                    tr {
                        th scope="col" { (key::kind::SUBJECT) } th scope="col" { (key::kind::SEX) } th.number scope="col" { (key::kind::AGE) }
                        th scope="col" { (key::kind::PATHOLOGY) } th.number scope="col" { (key::anatomy::SHAPES) }
                    }
                }
                tbody {
                    @for SubjectSummary { subject, n_shapes, n_remote } in shown {
                        tr {
                            th scope="row" { a href=(links::subject(&subject.source, &subject.id)) { (subject.id) } }
                            td { (subject.sex.map_or("–", words::sex)) }
                            td.number { (subject.age_years.map_or("–".to_owned(), Subject::age_mark)) }
                            td { (subject.pathology.as_deref().unwrap_or("–")) }
                            td.number { (words::grouped(n_shapes + n_remote)) }
                        }
                    }
                }
            }
        }
    }
}

fn leaves(id: &str, n_subjects: usize, page: usize) -> Markup {
    let n_pages = n_subjects.div_ceil(SUBJECTS_A_PAGE);
    let at = |page: usize| links::with(links::source(id), ("page", &page.to_string()));
    html! {
        @if n_pages > 1 {
            nav.pages aria-label=(key::source::PAGES) {
                @if page > 1 { a.button rel="prev" href=(at(page - 1)) { (key::search::PREVIOUS) } }
                p { (key::search::LEAF.with(&[("page", &page), ("pages", &n_pages)])) }
                @if page < n_pages { a.button rel="next" href=(at(page + 1)) { (key::search::NEXT) } }
            }
        }
    }
}
