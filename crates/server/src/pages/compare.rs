//! Two to four shapes side by side: the same scale, one camera, and how far the others are from the
//! first.

use axum::extract::{Query as Parameters, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use medshape::catalog::{Order, Role, ShapeName, ShapePage};
use medshape::compare::shapes::{Alignment, Difference, Spread, difference};
use tokio::sync::oneshot;

use super::layout::{Page, language_field};
use super::parts::{licence_badge, placeholder, thumbnail};
use super::viewer::{Distances, numbered_label, pane};
use crate::failure::Failure;
use crate::http::headers::IMMUTABLE;
use crate::texts::{Key, key};
use crate::{Site, links, words};

const MAX_SHAPES: usize = 4;

/// What is asked: shapes, in order, and how the others are laid on the first.
struct Asked {
    names: Vec<String>,
    alignment: Alignment,
}

impl Asked {
    fn of(parameters: Vec<(String, String)>) -> Result<Self, Failure> {
        let mut asked = Self { names: Vec::new(), alignment: Alignment::Rigid };
        for (key, value) in parameters {
            match key.as_str() {
                "s" => asked.names.extend(value.split(',').map(|name| name.trim().to_owned())),
                "align" => asked.alignment = alignment(&value)?,
                _ => {}
            }
        }
        asked.names.retain(|name| !name.is_empty());
        if asked.names.len() > MAX_SHAPES {
            return Err(Failure::bad_request(
                key::compare::TOO_MANY.with(&[("most", &MAX_SHAPES)]),
            ));
        }
        Ok(asked)
    }
}

fn alignment(word: &str) -> Result<Alignment, Failure> {
    Alignment::from_word(word).ok_or_else(|| {
        let known = Alignment::ALL.map(Alignment::word).join("`, `");
        Failure::bad_request(key::compare::BAD_ALIGN.with(&[("known", &known)]))
    })
}

pub(crate) async fn show(
    State(site): State<Site>,
    Parameters(parameters): Parameters<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::of(parameters)?;
    let pages = held(&site, &asked.names).await?;
    let mut found = Vec::new();
    for other in pages.iter().skip(1) {
        found.push(measured(&site, &pages[0], other, asked.alignment).await?);
    }
    Ok(super::answer(frame(&asked, &pages, &found)))
}

/// The distances of the first shape's vertices to the surface of the second: 32-bit floats, little
/// endian, in the order of the vertices of its stored mesh.
pub(crate) async fn distances(
    State(site): State<Site>,
    Parameters(parameters): Parameters<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::of(parameters)?;
    let pages = held(&site, &asked.names).await?;
    let [first, second] = pages.as_slice() else {
        return Err(Failure::bad_request(key::compare::TWO.text()));
    };
    let difference = measured(&site, first, second, asked.alignment).await?;
    let difference = difference.map_err(Failure::bad_request)?;
    let bytes: Vec<u8> = difference.distances_mm.iter().flat_map(|mm| mm.to_le_bytes()).collect();
    // The address holds the versions of both meshes.
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, IMMUTABLE)];
    Ok((headers, bytes).into_response())
}

async fn held(site: &Site, names: &[String]) -> Result<Vec<ShapePage>, Failure> {
    let mut pages = Vec::new();
    for text in names {
        let name: ShapeName = super::resolve(site, text).await?;
        pages.push(site.held(name).await?);
    }
    Ok(pages)
}

/// How far the first is from the other, or why that cannot be said.
async fn measured(
    site: &Site,
    first: &ShapePage,
    other: &ShapePage,
    alignment: Alignment,
) -> Result<Result<Difference, String>, Failure> {
    let (here, first, other) = (site.clone(), first.shape.clone(), other.shape.clone());
    let (sender, measured) = oneshot::channel();
    site.converters().run(move || {
        let found = here.with_catalog(|catalog| Ok(difference(catalog, &first, &other, alignment)));
        // A client that has left meanwhile does not wait for the answer.
        let _ = sender.send(found);
    });
    let found = measured.await.map_err(|_| site.internal("a comparison panicked"))?;
    let found = found.map_err(|cause| site.internal(&cause.to_string()))?;
    Ok(found.map_err(|cause| cause.to_string()))
}

fn frame(asked: &Asked, pages: &[ShapePage], found: &[Result<Difference, String>]) -> Markup {
    let labels: Vec<String> = pages.iter().map(|page| numbered_label(&page.shape)).collect();
    let title = if pages.len() < 2 {
        key::compare::TITLE.text().to_owned()
    } else {
        key::table::COMPARE_ONE.with(&[("title", &labels.join(", "))])
    };
    let frame = Page {
        title: &title,
        description: key::compare::DESCRIPTION.text(),
        query: Some(""),
        has_viewer: pages.len() > 1,
    };
    frame.around(html! {
        div.page-head {
            h1 { (key::table::COMPARE) }
            p { @if pages.len() > 1 { (key::compare::LEAD) } @else { (key::compare::LEAD_EMPTY) } }
        }
        @if pages.len() > 1 {
            (alignments(asked, pages))
            div.panes {
                @for (at, page) in pages.iter().enumerate() { (side(page, at.checked_sub(1).and_then(|at| found[at].as_ref().ok()))) }
                (map(asked, pages, found))
            }
            (numbers(pages, found))
        }
        (form(asked))
    })
}

/// Links to the other ways to lay the shapes on each other.
fn alignments(asked: &Asked, pages: &[ShapePage]) -> Markup {
    let names = pages.iter().map(|page| &page.shape.name);
    let names: Vec<&ShapeName> = names.collect();
    html! {
        div.results-bar.align-bar {
            p { (key::compare::LAID) }
            nav.switch aria-label=(key::compare::ALIGNMENT) {
                @for way in Alignment::ALL {
                    a href=(links::compare(&names, way.word())) aria-current=[(way == asked.alignment).then_some("true")] { (said(way)) }
                }
            }
        }
    }
}

fn said(alignment: Alignment) -> Key {
    match alignment {
        Alignment::Rigid => key::compare::RIGID,
        Alignment::Centre => key::compare::CENTRE,
        Alignment::Principal => key::compare::PRINCIPAL,
        Alignment::Asis => key::compare::ASIS,
    }
}

fn side(page: &ShapePage, difference: Option<&Difference>) -> Markup {
    let shape = &page.shape;
    let label = numbered_label(shape);
    let title = words::title(&label, &page.subject.id);
    html! {
        section.pane {
            h2 { a href=(links::shape(&shape.name)) { (label) } }
            p.muted {
                (page.source.title) " · " (page.subject.id)
                @if let Some(person) = words::person_of(&page.subject) { " · " (person) }
                " " (licence_badge(&page.source.licence.id))
            }
            @if shape.files.iter().any(|file| file.role == Role::Mesh) {
                (pane(&title, shape, difference.map(|found| *found.first_from_second.rows()), None))
            } @else {
                div.no-viewer { (placeholder(true)) }
            }
            @if thumbnail(shape).is_none() { p.muted { (key::compare::NO_PICTURE) } }
        }
    }
}

/// The first shape, coloured by how far it is from the second.
fn map(asked: &Asked, pages: &[ShapePage], found: &[Result<Difference, String>]) -> Markup {
    let [first, second, ..] = pages else { return html! {} };
    let Some(Ok(difference)) = found.first() else { return html! {} };
    let Some(spread) = difference.spread() else { return html! {} };
    let (a, b) = (numbered_label(&first.shape), &second.subject.id);
    let title = words::title(&a, &first.subject.id);
    let title = key::compare::MAP_TITLE.with(&[("title", &title), ("other", b)]);
    let limit_mm = limit(spread.p95_mm);
    let url = links::distances(&first.shape, &second.shape, asked.alignment.word());
    html! {
        section.pane {
            h2 { (key::compare::DISTANCE) }
            p.muted { (key::compare::MAP_NOTE) }
            (pane(&title, &first.shape, None, Some(Distances { url, limit_mm, signed: difference.is_signed })))
            (legend(limit_mm, difference.is_signed))
        }
    }
}

/// A round number that nearly all distances are below.
fn limit(p95_mm: f32) -> f32 {
    let power = 10.0_f32.powf(p95_mm.max(1e-2).log10().floor());
    [1.0, 2.0, 5.0]
        .map(|digit| digit * power)
        .into_iter()
        .find(|limit| *limit >= p95_mm)
        .unwrap_or(power * 10.0)
}

fn legend(limit_mm: f32, is_signed: bool) -> Markup {
    html! {
        div.map-legend {
            svg viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true" {
                defs {
                    linearGradient id="distances" {
                        @if is_signed { stop.is-inside offset="0" {} stop.is-level offset="0.5" {} } @else { stop.is-level offset="0" {} }
                        stop.is-outside offset="1" {}
                    }
                }
                rect width="200" height="12" fill="url(#distances)" {}
            }
            p {
                @let limit = words::number(&limit_mm.to_string());
                @if is_signed { span { "−" (limit) " mm, " (key::compare::INSIDE) } span { "0" } span { (key::compare::OUTSIDE) ", +" (limit) " mm" } }
                @else { span { "0" } span { (limit) " mm" } }
            }
        }
    }
}

const HEADS: [Key; 8] = [
    key::kind::VOLUME,
    key::compare::OF_THE_FIRST,
    key::compare::AREA,
    key::compare::FACES,
    key::compare::MEAN,
    key::compare::WITHIN,
    key::compare::FARTHEST,
    key::compare::LARGER,
];

fn numbers(pages: &[ShapePage], found: &[Result<Difference, String>]) -> Markup {
    let first = &pages[0].shape.measures;
    html! {
        section.panel.section aria-labelledby="numbers" {
            h2 id="numbers" { (key::compare::NUMBERS) }
            div.scroll tabindex="0" role="region" aria-label=(key::compare::TABLE) {
                table {
                    thead {
                        tr {
                            th scope="col" { (key::kind::SHAPE) }
                            @for head in HEADS { th.number scope="col" { (head) } }
                        }
                    }
                    tbody {
                        @for (at, page) in pages.iter().enumerate() {
                            @let measures = &page.shape.measures;
                            @let spread = at.checked_sub(1).and_then(|at| found[at].as_ref().ok()).and_then(Difference::spread);
                            tr {
                                th scope="row" { (words::title(&numbered_label(&page.shape), &page.subject.id)) }
                                td.number { (words::volume(measures.volume_mm3)) }
                                td.number { (format!("{:.0} %", 100.0 * measures.volume_mm3 / first.volume_mm3)) }
                                td.number { (words::area(measures.area_mm2)) }
                                td.number { (words::grouped(measures.n_faces)) }
                                (spread_cells(spread, at == 0))
                            }
                        }
                    }
                }
            }
            @for cause in found.iter().filter_map(|found| found.as_ref().err()) { p.notice lang="en" { (cause) } }
            p.muted { (key::compare::NOTE) }
        }
    }
}

fn spread_cells(spread: Option<Spread>, is_first: bool) -> Markup {
    let mm = |value: f32| words::mm(f64::from(value));
    html! {
        @match spread {
            Some(spread) => {
                td.number { (mm(spread.mean_mm)) }
                td.number { (mm(spread.p95_mm)) }
                td.number { (mm(spread.most_mm)) }
                td.number { (mm(spread.bias_mm)) }
            }
            None => @for _ in 0..4 { td.number.muted { @if is_first { "–" } @else { (key::compare::NOT_KNOWN) } } }
        }
    }
}

fn form(asked: &Asked) -> Markup {
    let name = |at: usize| asked.names.get(at).map_or("", String::as_str);
    html! {
        section.panel.section aria-labelledby="choose" {
            h2 id="choose" { (key::compare::CHOOSE) }
            form.choose action=(links::comparison_form()) method="get" {
                (language_field())
                @for at in 0..MAX_SHAPES {
                    label {
                        span { @match at { 0 => (key::compare::FIRST), 1 => (key::compare::SECOND), 2 => (key::compare::THIRD), _ => (key::compare::FOURTH) } }
                        input type="text" name="s" value=(name(at)) placeholder=[(at < 2).then_some("source/subject/structure")] spellcheck="false" autocapitalize="none" maxlength="300";
                    }
                }
                input type="hidden" name="align" value=(asked.alignment.word());
                button.button type="submit" { (key::table::COMPARE) }
            }
            @let table = links::browse("", Order::HeldFirst, true, 1);
            p.muted { (key::compare::HOW.around(&[("search", html! { a href=(table) { (key::compare::SEARCH) } })])) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn colours_end_at_a_round_number() {
        for (p95_mm, expected) in
            [(0.7, 1.0), (1.0, 1.0), (1.2, 2.0), (3.3, 5.0), (7.0, 10.0), (0.0, 0.01)]
        {
            assert!((limit(p95_mm) - expected).abs() < 1e-6, "{p95_mm}: {}", limit(p95_mm));
        }
    }
}
