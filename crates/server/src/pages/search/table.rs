//! Hits as a table.

use maud::{Markup, html};
use medshape::catalog::{Hit, Order, Role};

use super::super::parts::{badges, hit_number, licence_badge};
use super::view::View;
use crate::{links, words};

pub(super) fn table(view: &View<'_>) -> Markup {
    html! {
        form action=(links::comparison()) method="get" {
            div.scroll tabindex="0" role="region" aria-label="Table of results" {
                table.hits {
                    thead {
                        tr {
                            th scope="col" { span.visually-hidden { "Compare" } }
                            th scope="col" { span.visually-hidden { "Picture" } }
                            th scope="col" { "Structure" }
                            (sortable(view, "Volume", [Order::VolumeFalling, Order::VolumeRising]))
                            th scope="col" { "Subject" }
                            th scope="col" { "Sex" }
                            (sortable(view, "Age", [Order::AgeRising, Order::AgeFalling]))
                            th scope="col" { "Pathology" }
                            th scope="col" { "Source" }
                            th scope="col" { "Licence" }
                            th scope="col" { "Quality" }
                        }
                    }
                    tbody { @for hit in &view.answer.hits { (row(hit)) } }
                }
            }
            @if view.answer.hits.iter().any(|hit| hit.measures().is_some()) {
                p.all { button.button type="submit" { "Compare those ticked" } " " span.muted { "two to four" } }
            }
        }
    }
}

/// A heading that sorts, first the one way, then the other.
fn sortable(view: &View<'_>, title: &str, [first, second]: [Order; 2]) -> Markup {
    let order = view.shown.order;
    let next = if order == first { second } else { first };
    let rises = |order| matches!(order, Order::VolumeRising | Order::AgeRising);
    let sorted = (order == first || order == second).then_some(if rises(order) {
        "ascending"
    } else {
        "descending"
    });
    let arrow = sorted.map(|_| if rises(order) { " ▲" } else { " ▼" });
    html! {
        th.number scope="col" aria-sort=[sorted] {
            a href=(links::browse(view.text, next, true, 1)) {
                (title) @if let Some(arrow) = arrow { span aria-hidden="true" { (arrow) } }
            }
        }
    }
}

fn row(hit: &Hit) -> Markup {
    let picture = links::file_among(&hit.name, hit.files(), Role::Thumbnail);
    html! {
        tr {
            td {
                @if hit.measures().is_some() {
                    input type="checkbox" name="s" value=(hit.name) aria-label=(format!("Compare {} of {}", words::hit_label(hit), hit.name.subject()));
                }
            }
            td.thumb {
                @if let Some(address) = picture {
                    img src=(address) alt="" width="48" height="48" loading="lazy" decoding="async";
                }
            }
            th scope="row" { a href=(links::shape(&hit.name)) { (words::hit_label(hit)) (hit_number(hit)) } }
            td.number { @if let Some(measures) = hit.measures() { (words::volume(measures.volume_mm3)) } @else { span.muted { span aria-hidden="true" { "–" } span.visually-hidden { "not held here" } } } }
            td { a href=(links::subject(hit.name.source(), hit.name.subject())) { (hit.name.subject()) } }
            td { @if let Some(sex) = hit.sex { (sex.word()) } }
            td.number { @if let Some(age) = hit.age_years { (words::age(age)) } }
            td { @if let Some(finding) = &hit.finding { (words::structure_name(finding)) " " } @if let Some(pathology) = &hit.pathology { (pathology) } }
            td { a href=(links::source(hit.name.source())) { (hit.name.source()) } }
            td { (licence_badge(&hit.licence)) }
            td { div.badges { @if let Some(quality) = hit.quality() { (badges(quality)) } } }
        }
    }
}
