//! A shape: its view, its facts, where it comes from, and its files.

use std::iter;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::catalog::{
    self, Case, Measured, Query, Report, Role, Shape, ShapeName, ShapePage, SimilarPage, Source,
    Subject,
};
use medshape::format::{Format, Holds};
use medshape::similar::{self, Likeness};

use super::layout::Page;
use super::parts::{
    add_to_cart, badges, card, crumbs, doubts, licence_badge, licence_panel, licence_warning,
};
use super::viewer::{numbered_label, viewer};
use super::{place, report, share};
use crate::failure::Failure;
use crate::site::Found;
use crate::texts::key;
use crate::{Site, links, metadata, signposts, words};

/// Similar shapes that are shown.
const N_ALIKE: u64 = 8;
/// Reports of it that are shown.
const N_REPORTS: u32 = 10;
/// Their pictures lie below the first screen, so they wait until they are near.
const N_ABOVE: usize = 12;

pub(crate) async fn show(
    State(site): State<Site>,
    Path(text): Path<String>,
) -> Result<Response, Failure> {
    let name = resolve(&site, &text).await?;
    if name.to_string() != text {
        return Ok(Redirect::permanent(&links::shape(&name)).into_response());
    }
    Ok(super::answer(match site.shape(name).await? {
        Found::Here(page) => {
            let around = around(&site, &page).await?;
            let said = signposts::of_shape(&page);
            return Ok(signposts::with(&said, super::answer(frame(&page, &around))));
        }
        Found::Elsewhere(page) => super::remote::frame(&page),
    }))
}

/// The name that a text is, or is an alias of.
pub(crate) async fn resolve(site: &Site, text: &str) -> Result<ShapeName, Failure> {
    let alias = text.to_owned();
    let found = site.read(move |catalog| catalog.find(&alias)).await?;
    let named = found.or_else(|| text.parse().ok());
    named.ok_or_else(|| Failure::not_found(key::shape::NO_NAME.text()))
}

/// What others there are.
struct Around {
    alike: SimilarPage,
    /// Of the same structure.
    measured: Vec<Measured>,
    /// What people said is wrong with it.
    reports: Vec<Report>,
}

async fn around(site: &Site, page: &ShapePage) -> Result<Around, Failure> {
    let structure = page.shape.structure.clone();
    let name = page.shape.name.clone();
    let known = site.read(move |catalog| {
        Ok((catalog.measured(&structure)?, catalog.reports_of(&name, N_REPORTS)?))
    });
    let (measured, reports) = known.await?;
    Ok(Around { alike: alike(site, page).await?, measured, reports })
}

fn frame(page: &ShapePage, around: &Around) -> Markup {
    let label = numbered_label(&page.shape);
    let title = words::title(&label, &page.subject.id);
    let volume = words::volume(page.shape.measures.volume_mm3);
    let description = key::shape::DESCRIPTION.with(&[
        ("title", &title),
        ("volume", &volume),
        ("source", &page.source.title),
    ]);
    let frame =
        Page { title: &title, description: &description, query: Some(""), has_viewer: true };
    frame.around(main(page, around, &label, &title))
}

fn main(page: &ShapePage, around: &Around, label: &str, title: &str) -> Markup {
    let ShapePage { shape, subject, source, .. } = page;
    html! {
        (head(label, subject, source, html! { " " (words::volume(shape.measures.volume_mm3)) "." }))
        (licence_warning(source))
        div.columns {
            div { (viewer(title, iter::once(shape))) (share::in_the_room(page)) (files(shape)) (share::panel(page)) }
            div { (facts(page, &around.measured)) (quality(shape)) (doubts(&page.flags)) (report::panel(&around.reports)) }
        }
        div.columns {
            div { (provenance(page)) }
            div { (licence_panel(source)) (names(&shape.name, &shape.aliases)) }
        }
        (similar_shapes(&around.alike))
        (metadata::script(|| metadata::of_shape(page)))
    }
}

/// The shapes that are most like this one; none if it is like nothing, being flat.
async fn alike(site: &Site, page: &ShapePage) -> Result<SimilarPage, Failure> {
    let (shape, everything) = (page.shape.clone(), Query::parse(""));
    let found = site.story(move |catalog| {
        let Some(to) = similar::of_shape(catalog, &shape)? else {
            return Ok(SimilarPage::default());
        };
        let first = catalog::Page { offset: 0, limit: N_ALIKE };
        let but = Some(&shape.name);
        similar::similar(catalog, &to, but, Likeness::SameSize, &everything, first)
    });
    found.await
}

fn similar_shapes(alike: &SimilarPage) -> Markup {
    html! {
        @if !alike.hits.is_empty() {
            section.panel aria-labelledby="similar" {
                h2 id="similar" { (key::shape::SIMILAR) }
                p.muted {
                    (key::shape::ALIKE.counted(alike.n_compared))
                }
                ul.wall {
                    @for (position, similar) in (N_ABOVE..).zip(&alike.hits) {
                        (card(&similar.hit, position))
                    }
                }
            }
        }
    }
}

/// The way down to a shape, its title, and whose it is.
pub(super) fn head(label: &str, subject: &Subject, source: &Source, more: Markup) -> Markup {
    let steps = [
        (source.title.as_str(), links::source(&source.id)),
        (subject.id.as_str(), links::subject(&source.id, &subject.id)),
    ];
    let steps = steps.each_ref().map(|(name, address)| (*name, address.as_str()));
    html! {
        (crumbs(&steps, label))
        div.page-head {
            h1 { (label) }
            p {
                (key::kind::SUBJECT) " " a href=(steps[1].1) { (subject.id) }
                @if let Some(person) = words::person_of(subject) { ", " (person) }
                "." (more)
            }
        }
    }
}

fn facts(page: &ShapePage, measured: &[Measured]) -> Markup {
    let ShapePage { shape, subject, source, .. } = page;
    let measures = &shape.measures;
    html! {
        section.panel aria-labelledby="facts" {
            h2 id="facts" { (key::release::FACTS) }
            dl.facts {
                (anatomy(shape))
                dt { (key::kind::VOLUME) } dd { (words::volume(measures.volume_mm3)) }
                dt { (key::shape::SURFACE) } dd { (words::area(measures.area_mm2)) }
                dt { (key::shape::EXTENT) } dd { (words::extent(measures)) " " span.muted { (key::shape::AXES) } }
                dt { (key::shape::MESH) } dd { (key::count::FACES.counted(measures.n_faces)) ", " (key::count::VERTICES.counted(measures.n_vertices)) }
                @if measures.n_voxels > 0 { dt { (key::shape::VOXELS) } dd { (words::grouped(measures.n_voxels)) " " span.muted { "(" (words::volume(measures.voxel_volume_mm3)) ")" } } }
                dt { (key::shape::PIECES) } dd { (words::grouped(measures.n_components)) }
                @if let Some(person) = words::person_of(subject) { dt { (key::kind::SUBJECT) } dd { (person) } }
                @if let Some(pathology) = &subject.pathology { dt { (key::kind::PATHOLOGY) } dd { (pathology) } }
                dt { (key::kind::SOURCE) } dd { a href=(links::source(&source.id)) { (source.title) } " " (licence_badge(&source.licence.id)) }
            }
            (place::figure(shape, measured))
        }
    }
}

fn anatomy(shape: &Shape) -> Markup {
    let structure = words::structure_of(shape);
    html! {
        dt { (key::kind::STRUCTURE) }
        dd {
            a href=(links::search(&format!("structure:{}", shape.structure), 1)) { (words::Named::of(&shape.structure)) }
            @if structure.is_none() { " " span.muted { (key::shape::UNCODED) } }
        }
        @if let Some(side) = shape.side { dt { (key::kind::SIDE) } dd { (words::side_of_person(side)) } }
        @if let Some(finding) = &shape.finding { dt { (key::shape::FINDING) } dd { (words::Named::of(finding)) } }
        @if let Some(structure) = structure {
            @if let Some(latin) = &structure.latin { dt { (key::anatomy::LATIN) } dd { em lang="la" { (latin) } } }
            @if let Some(code) = &structure.snomed { dt { "SNOMED CT" } dd { code { (code) } } }
            @if let Some(code) = &structure.uberon { dt { "UBERON" } dd { code { (code) } } }
            @if let Some(code) = &structure.fma { dt { "FMA" } dd { code { (code) } } }
        }
    }
}

fn quality(shape: &Shape) -> Markup {
    html! {
        section.panel aria-labelledby="quality" {
            h2 id="quality" { (key::kind::QUALITY) }
            div.badges { (badges(&shape.quality)) }
            ul.notes {
                @for finding in words::findings(&shape.quality) { li { (finding) } }
                @for remark in words::remarks(&shape.quality) { li lang="en" { (remark) } }
            }
        }
    }
}

fn files(shape: &Shape) -> Markup {
    html! {
        section.panel aria-labelledby="files" {
            h2 id="files" { (key::release::DOWNLOAD) }
            p { (add_to_cart(&[shape.name.to_string()], key::search::CART_ONE.text())) }
            (downloads(shape, |holds| holds == Holds::Mesh))
            details {
                summary { (key::shape::NOT_MESHES) }
                (downloads(shape, |holds| holds != Holds::Mesh))
            }
            details {
                summary { (key::shape::CHECKSUMS) }
                div.scroll tabindex="0" role="region" aria-label=(key::shape::STORED) {
                    table {
                        thead { tr { th scope="col" { (key::shape::FILE) } th.number scope="col" { (key::release::SIZE) } th.number scope="col" { (key::shape::OFF_BY) } th scope="col" { "SHA-256" } } }
                        tbody { @for file in &shape.files { (file_row(shape, file)) } }
                    }
                }
            }
        }
    }
}

/// Links to the forms of a shape that hold what is wanted.
fn downloads(shape: &Shape, is_wanted: impl Fn(Holds) -> bool) -> Markup {
    html! {
        ul.downloads {
            @for format in Format::all().filter(|format| is_wanted(format.holds())) {
                @if let Some(address) = links::download(shape, format) {
                    li { a href=(address) download { strong { (format.extension().to_uppercase()) } span { (words::format(format)) } } }
                }
            }
        }
    }
}

fn file_row(shape: &Shape, file: &medshape::catalog::StoredFile) -> Markup {
    html! {
        tr {
            td {
                @if let Some(address) = links::file(&shape.name, file) { a href=(address) { (words::role(file.role)) } }
                @else { (words::role(file.role)) }
            }
            td.number { (words::bytes(file.size)) }
            td.number { @if let Some(error) = file.error_mm { (words::mm(error)) } }
            td { code { (file.sha256) } }
        }
    }
}

fn provenance(page: &ShapePage) -> Markup {
    let ShapePage { shape, case, superseded, .. } = page;
    html! {
        section.panel aria-labelledby="provenance" {
            h2 id="provenance" { (key::shape::PROVENANCE) }
            dl.facts {
                dt { (key::shape::LABEL) } dd { (shape.label_value) " " code { (shape.label_name) } }
                (grid(case))
                dt { (key::shape::MADE_BY) } dd { "medshape " (case.program_version) }
                @for (key, value) in &case.parameters { dt lang="en" { (key) } dd lang="en" { (value) } }
                dt { (key::shape::INPUT) } dd { (key::count::FILES.counted(case.n_input_files)) ", SHA-256 " code { (case.input_sha256) } }
                dt { (key::shape::UNIT) } dd { code { (case.unit) } }
                @if let Some(mesh) = links::stored(shape, Role::Mesh) { dt { (key::parts::VERSION) } dd { code { (mesh.sha256) } } }
                @for hash in superseded { dt { (key::release::BEFORE) } dd { code { (hash) } } }
            }
        }
    }
}

pub(crate) fn grid(case: &Case) -> Markup {
    let Some(image) = &case.image else { return html! {} };
    let [x, y, z] = image.dims;
    let [dx, dy, dz] = image.spacing_mm;
    html! {
        @let spacing = [dx, dy, dz].map(|mm| words::number(&format!("{mm:.3}"))).join(" × ");
        dt { (key::shape::GRID) }
        dd { (key::shape::GRID_OF.with(&[("size", &format!("{x} × {y} × {z}")), ("spacing", &spacing), ("orientation", &image.orientation)])) }
    }
}

pub(super) fn names(name: &ShapeName, aliases: &[String]) -> Markup {
    html! {
        section.panel aria-labelledby="names" {
            h2 id="names" { (key::anatomy::NAMES) }
            p { code { (name) } }
            @if !aliases.is_empty() {
                h3 { (key::shape::ALIASES) }
                ul.notes { @for alias in aliases { li { code { (alias) } } } }
            }
        }
    }
}
