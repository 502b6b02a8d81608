//! A subject: everything that was made of one person, in one scene.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use medshape::catalog::{Case, Note, Remote, Shape, Subject, SubjectPage};

use super::layout::Page;
use super::parts::{add_to_cart, crumbs, doubts, licence_panel, licence_warning};
use super::shape::grid;
use super::viewer::{numbered_label, viewer};
use crate::failure::Failure;
use crate::texts::key;
use crate::words::Tone;
use crate::{Site, links, words};

/// Notes of one kind that are shown without being asked for.
const FEW_NOTES: usize = 5;

pub(crate) async fn show(
    State(site): State<Site>,
    Path((source, subject)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let page = subject_at(&site, source, subject).await?;
    Ok(super::answer(frame(&page)))
}

/// A subject, or why there is nothing to be seen of it.
pub(crate) async fn subject_at(
    site: &Site,
    source: String,
    id: String,
) -> Result<SubjectPage, Failure> {
    let found = site.read(move |catalog| {
        Ok(match catalog.source_kept_back(&source)? {
            Some(kept_back) => Err(Failure::kept_back(&kept_back)),
            None => Ok(catalog.subject(&source, &id)?),
        })
    });
    found.await??.ok_or_else(|| Failure::not_found(key::subject::MISSING.text()))
}

fn frame(page: &SubjectPage) -> Markup {
    let title = key::subject::TITLE.with(&[("subject", &page.subject.id)]);
    let n_shapes = key::count::SHAPES.counted(page.shapes.len() as u64);
    let description = key::subject::DESCRIPTION.with(&[
        ("title", &title),
        ("source", &page.source.title),
        ("shapes", &n_shapes),
    ]);
    let frame =
        Page { title: &title, description: &description, query: Some(""), has_viewer: true };
    frame.around(main(page, &title, &n_shapes))
}

fn main(page: &SubjectPage, title: &str, n_shapes: &str) -> Markup {
    let SubjectPage { subject, source, cases, shapes, remote, flags } = page;
    let address = links::source(&source.id);
    html! {
        (crumbs(&[(source.title.as_str(), address.as_str())], &subject.id))
        div.page-head {
            h1 { (title) }
            p {
                @if let Some(person) = words::person_of(subject) { (words::capitalised(&person)) ". " }
                (n_shapes) "."
            }
        }
        (licence_warning(source))
        @if shapes.is_empty() && !remote.is_empty() {
            p.notice { (key::subject::ELSEWHERE_ONLY) }
        } @else if shapes.is_empty() {
            p.notice { (key::subject::NOTHING) }
        } @else {
            (viewer(title, shapes.iter()))
        }
        @if !shapes.is_empty() {
            p.share-more { a href=(links::offline_subject(&source.id, &subject.id)) download { (key::share::OFFLINE) } " " (key::share::OFFLINE_NOTE) }
            div.section { (structures(subject, shapes)) }
        }
        @if !remote.is_empty() { div.section { (elsewhere(remote)) } }
        div.columns.section {
            div { (doubts(flags)) @for case in cases { (notes(case)) } }
            div { (facts(page)) (licence_panel(source)) }
        }
    }
}

fn structures(subject: &Subject, shapes: &[Shape]) -> Markup {
    let names: Vec<String> = shapes.iter().map(|shape| shape.name.to_string()).collect();
    let mut systems: BTreeMap<String, Vec<&Shape>> = BTreeMap::new();
    for shape in words::listed(shapes.iter()) {
        systems.entry(words::system(shape)).or_default().push(shape);
    }
    html! {
        section.panel aria-labelledby="structures" {
            h2 id="structures" { (key::home::STRUCTURES) }
            div.take {
                a.button href=(links::take(&format!("source:{} subject:{}", subject.source, subject.id))) { (key::anatomy::DOWNLOAD_ALL) }
                (add_to_cart(&names, key::subject::CART.text()))
            }
            div.systems {
                @for (system, shapes) in &systems {
                    section {
                        h3 { (system) }
                        ul {
                            @for shape in shapes {
                                li {
                                    a href=(links::shape(&shape.name)) { (numbered_label(shape)) }
                                    (flaws(shape))
                                    span.muted { (words::volume(shape.measures.volume_mm3)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn elsewhere(remote: &[Remote]) -> Markup {
    html! {
        section.panel aria-labelledby="elsewhere" {
            h2 id="elsewhere" { (key::subject::ELSEWHERE) }
            ul.notes {
                @for shape in remote {
                    li { a href=(links::shape(&shape.name)) { (words::remote_label(shape)) } }
                }
            }
        }
    }
}

/// Only what is not as it should be: a list of good marks would hide it.
fn flaws(shape: &Shape) -> Markup {
    let badges = words::badges(&shape.quality);
    let flaws = badges.into_iter().filter(|(tone, _)| *tone != Tone::Good);
    html! { @for (tone, text) in flaws { span class=(tone.class()) { (text) } } }
}

fn notes(case: &Case) -> Markup {
    html! {
        section.panel aria-labelledby="notes" {
            h2 id="notes" { (key::subject::NOTES) }
            @if case.notes.is_empty() { p { (key::subject::NO_NOTES) } }
            @for (kind, notes) in notes_by_kind(case) {
                @if notes.len() <= FEW_NOTES {
                    (note_list(&notes))
                } @else {
                    details {
                        summary { span lang="en" { (words::capitalised(&kind.replace('-', " "))) } ": " (key::subject::N_NOTES.counted(notes.len() as u64)) }
                        (note_list(&notes))
                    }
                }
            }
        }
    }
}

/// Kinds in the order in which they first come.
fn notes_by_kind(case: &Case) -> Vec<(&str, Vec<&Note>)> {
    let mut kinds: Vec<(&str, Vec<&Note>)> = Vec::new();
    for note in &case.notes {
        match kinds.iter_mut().find(|(kind, _)| *kind == note.kind) {
            Some((_, notes)) => notes.push(note),
            None => kinds.push((&note.kind, vec![note])),
        }
    }
    kinds
}

fn note_list(notes: &[&Note]) -> Markup {
    html! { ul.notes { @for note in notes { li lang="en" { (words::capitalised(&note.text)) } } } }
}

fn facts(page: &SubjectPage) -> Markup {
    let subject = &page.subject;
    html! {
        section.panel aria-labelledby="facts" {
            h2 id="facts" { (key::release::FACTS) }
            dl.facts {
                dt { (key::share::NAME) } dd { code { (subject.source) "/" (subject.id) } }
                @if let Some(sex) = subject.sex { dt { (key::kind::SEX) } dd { (words::sex(sex)) } }
                @if let Some(age) = words::person(None, subject.age_years) { dt { (key::kind::AGE) } dd { (age) } }
                @if let Some(pathology) = &subject.pathology { dt { (key::kind::PATHOLOGY) } dd { (pathology) } }
                @for (key, value) in &subject.attributes { dt { (key) } dd { (value) } }
                @for case in &page.cases {
                    (grid(case))
                    dt { (key::shape::INPUT) } dd { (key::count::FILES.counted(case.n_input_files)) ", SHA-256 " code { (case.input_sha256) } }
                    dt { (key::shape::MADE_BY) } dd { "medshape " (case.program_version) }
                }
            }
        }
    }
}
