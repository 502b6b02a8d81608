//! Two to four shapes side by side: the same scale, one camera, and how far the others are from the
//! first.

use axum::extract::{Query as Parameters, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use medshape::catalog::{Role, ShapeName, ShapePage};
use medshape::compare::shapes::{Alignment, Difference, Spread, difference};
use tokio::sync::oneshot;

use super::layout::Page;
use super::parts::{licence_badge, placeholder, thumbnail};
use super::viewer::{Distances, numbered_label, pane};
use crate::failure::Failure;
use crate::http::headers::IMMUTABLE;
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
            return Err(Failure::bad_request(format!("At most {MAX_SHAPES} shapes are compared.")));
        }
        Ok(asked)
    }
}

fn alignment(word: &str) -> Result<Alignment, Failure> {
    Alignment::from_word(word).ok_or_else(|| {
        let known = Alignment::ALL.map(Alignment::word).join("`, `");
        Failure::bad_request(format!("`align` is one of `{known}`."))
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
        return Err(Failure::bad_request("Distances are those between two shapes."));
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
        "Compare shapes".to_owned()
    } else {
        format!("Compare {}", labels.join(", "))
    };
    let frame = Page {
        title: &title,
        description: "Shapes side by side, at the same scale.",
        query: Some(""),
        has_viewer: pages.len() > 1,
    };
    frame.around(html! {
        div.page-head {
            h1 { "Compare" }
            p { @if pages.len() > 1 { "The same scale and one camera for all. Left is the person's left." } @else { "Two to four shapes side by side, at the same scale." } }
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
            p { "Laid on the first by" }
            nav.switch aria-label="Alignment" {
                @for way in Alignment::ALL {
                    a href=(links::compare(&names, way.word())) aria-current=[(way == asked.alignment).then_some("true")] { (said(way)) }
                }
            }
        }
    }
}

fn said(alignment: Alignment) -> &'static str {
    match alignment {
        Alignment::Rigid => "best fit",
        Alignment::Centre => "centres",
        Alignment::Principal => "main axes",
        Alignment::Asis => "as they lie",
    }
}

fn side(page: &ShapePage, difference: Option<&Difference>) -> Markup {
    let shape = &page.shape;
    let label = numbered_label(shape);
    let title = format!("{label} of {}", page.subject.id);
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
            @if thumbnail(shape).is_none() { p.muted { "There is no picture of it." } }
        }
    }
}

/// The first shape, coloured by how far it is from the second.
fn map(asked: &Asked, pages: &[ShapePage], found: &[Result<Difference, String>]) -> Markup {
    let [first, second, ..] = pages else { return html! {} };
    let Some(Ok(difference)) = found.first() else { return html! {} };
    let Some(spread) = difference.spread() else { return html! {} };
    let (a, b) = (numbered_label(&first.shape), &second.subject.id);
    let title = format!("{a} of {}, coloured by its distance to that of {b}", first.subject.id);
    let limit_mm = limit(spread.p95_mm);
    let url = links::distances(&first.shape, &second.shape, asked.alignment.word());
    html! {
        section.pane {
            h2 { "Distance" }
            p.muted { "Of the first to the surface of the second" }
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
                @if is_signed { span { "−" (limit_mm) " mm, inside" } span { "0" } span { "outside, +" (limit_mm) " mm" } }
                @else { span { "0" } span { (limit_mm) " mm" } }
            }
        }
    }
}

fn numbers(pages: &[ShapePage], found: &[Result<Difference, String>]) -> Markup {
    let first = &pages[0].shape.measures;
    html! {
        section.panel.section aria-labelledby="numbers" {
            h2 id="numbers" { "Numbers" }
            div.scroll tabindex="0" role="region" aria-label="Table of numbers" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Shape" }
                            @for head in ["Volume", "of the first", "Area", "Faces", "Mean distance", "95 % within", "Farthest", "First larger by"] { th.number scope="col" { (head) } }
                        }
                    }
                    tbody {
                        @for (at, page) in pages.iter().enumerate() {
                            @let measures = &page.shape.measures;
                            @let spread = at.checked_sub(1).and_then(|at| found[at].as_ref().ok()).and_then(Difference::spread);
                            tr {
                                th scope="row" { (numbered_label(&page.shape)) " of " (page.subject.id) }
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
            @for cause in found.iter().filter_map(|found| found.as_ref().err()) { p.notice { (cause) } }
            p.muted { "Distances are those of the first shape's vertices to the other's surface; the last number says by how much the first stands out of the other, on the mean." }
        }
    }
}

fn spread_cells(spread: Option<Spread>, is_first: bool) -> Markup {
    let mm = |value: f32| format!("{value:.2} mm");
    html! {
        @match spread {
            Some(spread) => {
                td.number { (mm(spread.mean_mm)) }
                td.number { (mm(spread.p95_mm)) }
                td.number { (mm(spread.most_mm)) }
                td.number { (mm(spread.bias_mm)) }
            }
            None => @for _ in 0..4 { td.number.muted { @if is_first { "–" } @else { "not known" } } }
        }
    }
}

fn form(asked: &Asked) -> Markup {
    let name = |at: usize| asked.names.get(at).map_or("", String::as_str);
    html! {
        section.panel.section aria-labelledby="choose" {
            h2 id="choose" { "Choose" }
            form.choose action=(links::comparison()) method="get" {
                @for at in 0..MAX_SHAPES {
                    label {
                        span { @match at { 0 => "First", 1 => "Second", 2 => "Third", _ => "Fourth" } }
                        input type="text" name="s" value=(name(at)) placeholder=[(at < 2).then_some("source/subject/structure")] spellcheck="false" autocapitalize="none" maxlength="300";
                    }
                }
                input type="hidden" name="align" value=(asked.alignment.word());
                button.button type="submit" { "Compare" }
            }
            p.muted { "Names stand on the page of each shape; the table of a " a href={ (links::all_shapes()) "?view=table" } { "search" } " lets you choose by ticking." }
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
