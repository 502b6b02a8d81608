//! Hits as a table.

use maud::{Markup, html};
use medshape::catalog::{Hit, Order, Role};

use super::super::layout::language_field;
use super::super::parts::{badges, hit_number, licence_badge};
use super::view::View;
use crate::texts::{Key, key};
use crate::{links, words};

pub(super) fn table(view: &View<'_>) -> Markup {
    html! {
        form action=(links::comparison_form()) method="get" {
            (language_field())
            div.scroll tabindex="0" role="region" aria-label=(key::table::LABEL) {
                table.hits {
                    thead {
                        tr {
                            th scope="col" { span.visually-hidden { (key::table::COMPARE) } }
                            th scope="col" { span.visually-hidden { (key::table::PICTURE) } }
                            th scope="col" { (key::kind::STRUCTURE) }
                            (sortable(view, key::kind::VOLUME, [Order::VolumeFalling, Order::VolumeRising]))
                            th scope="col" { (key::kind::SUBJECT) }
                            th scope="col" { (key::kind::SEX) }
                            (sortable(view, key::kind::AGE, [Order::AgeRising, Order::AgeFalling]))
                            th scope="col" { (key::kind::PATHOLOGY) }
                            th scope="col" { (key::kind::SOURCE) }
                            th scope="col" { (key::kind::LICENCE) }
                            th scope="col" { (key::kind::QUALITY) }
                        }
                    }
                    tbody { @for hit in &view.answer.hits { (row(hit)) } }
                }
            }
            @if view.answer.hits.iter().any(|hit| hit.measures().is_some()) {
                p.all { button.button type="submit" { (key::table::COMPARE_TICKED) } " " span.muted { (key::table::TWO_TO_FOUR) } }
            }
        }
    }
}

/// A heading that sorts, first the one way, then the other.
fn sortable(view: &View<'_>, title: Key, [first, second]: [Order; 2]) -> Markup {
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
                    input type="checkbox" name="s" value=(hit.name) aria-label=(key::table::COMPARE_ONE.with(&[("title", &words::title(&words::hit_label(hit), hit.name.subject()))]));
                }
            }
            td.thumb {
                @if let Some(address) = picture {
                    img src=(address) alt="" width="48" height="48" loading="lazy" decoding="async";
                }
            }
            th scope="row" { a href=(links::shape(&hit.name)) { (words::hit_label(hit)) (hit_number(hit)) } }
            td.number { @if let Some(measures) = hit.measures() { (words::volume(measures.volume_mm3)) } @else { span.muted { span aria-hidden="true" { "–" } span.visually-hidden { (key::quality::REMOTE) } } } }
            td { a href=(links::subject(hit.name.source(), hit.name.subject())) { (hit.name.subject()) } }
            td { @if let Some(sex) = hit.sex { (words::sex(sex)) } }
            td.number { @if let Some(age) = hit.age_years { (words::age(age)) } }
            td { @if let Some(finding) = &hit.finding { (words::Named::of(finding)) " " } @if let Some(pathology) = &hit.pathology { (pathology) } }
            td { a href=(links::source(hit.name.source())) { (hit.name.source()) } }
            td { (licence_badge(&hit.licence)) }
            td { div.badges { @if let Some(quality) = hit.quality() { (badges(quality)) } } }
        }
    }
}
