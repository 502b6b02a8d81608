//! A shape: its view, its facts, where it comes from, and its files.

use std::iter;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::catalog::{
    self, Case, Measured, Query, Role, Shape, ShapeName, ShapePage, SimilarPage, Source, Subject,
};
use medshape::format::{Format, Holds};
use medshape::similar::{self, Likeness};

use super::layout::Page;
use super::parts::{
    add_to_cart, badges, card, crumbs, doubts, licence_badge, licence_panel, licence_warning,
};
use super::viewer::{numbered_label, viewer};
use super::{place, share};
use crate::failure::Failure;
use crate::site::Found;
use crate::{Site, links, metadata, signposts, words};

/// Similar shapes that are shown.
const N_ALIKE: u64 = 8;
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
    named.ok_or_else(|| Failure::not_found("No shape has or ever had this name."))
}

/// What others there are.
struct Around {
    alike: SimilarPage,
    /// Of the same structure.
    measured: Vec<Measured>,
}

async fn around(site: &Site, page: &ShapePage) -> Result<Around, Failure> {
    let structure = page.shape.structure.clone();
    let measured = site.read(move |catalog| catalog.measured(&structure)).await?;
    Ok(Around { alike: alike(site, page).await?, measured })
}

fn frame(page: &ShapePage, around: &Around) -> Markup {
    let label = numbered_label(&page.shape);
    let title = format!("{label} of {}", page.subject.id);
    let volume = words::volume(page.shape.measures.volume_mm3);
    let description = format!("{title}, {volume}, from {}.", page.source.title);
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
            div { (facts(page, &around.measured)) (quality(shape)) (doubts(&page.flags)) }
        }
        div.columns {
            div { (provenance(page)) }
            div { (licence_panel(source)) (names(&shape.name, &shape.aliases)) }
        }
        (similar_shapes(&around.alike))
        (metadata::script(&metadata::of_shape(page)))
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
                h2 id="similar" { "Similar shapes" }
                p.muted {
                    "The most alike by form and size of "
                    (words::counted(alike.n_compared, "shape", "shapes"))
                    ", wherever they lie and whatever they are called."
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
                "Subject " a href=(steps[1].1) { (subject.id) }
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
            h2 id="facts" { "Facts" }
            dl.facts {
                (anatomy(shape))
                dt { "Volume" } dd { (words::volume(measures.volume_mm3)) }
                dt { "Surface" } dd { (words::area(measures.area_mm2)) }
                dt { "Extent" } dd { (words::extent(measures)) " " span.muted { "(right–left × back–front × foot–head)" } }
                dt { "Mesh" } dd { (words::counted(measures.n_faces, "face", "faces")) ", " (words::counted(measures.n_vertices, "vertex", "vertices")) }
                @if measures.n_voxels > 0 { dt { "Voxels" } dd { (words::grouped(measures.n_voxels)) " " span.muted { "(" (words::volume(measures.voxel_volume_mm3)) ")" } } }
                dt { "Pieces" } dd { (words::grouped(measures.n_components)) }
                @if let Some(person) = words::person_of(subject) { dt { "Subject" } dd { (person) } }
                @if let Some(pathology) = &subject.pathology { dt { "Pathology" } dd { (pathology) } }
                dt { "Source" } dd { a href=(links::source(&source.id)) { (source.title) } " " (licence_badge(&source.licence.id)) }
            }
            (place::figure(shape, measured))
        }
    }
}

fn anatomy(shape: &Shape) -> Markup {
    let structure = words::structure_of(shape);
    html! {
        dt { "Structure" }
        dd {
            a href=(links::search(&format!("structure:{}", shape.structure), 1)) { (words::structure_name(&shape.structure)) }
            @if structure.is_none() { " " span.muted { "(not in the vocabulary)" } }
        }
        @if let Some(side) = shape.side { dt { "Side" } dd { (side.word()) " of the person" } }
        @if let Some(finding) = &shape.finding { dt { "Finding" } dd { (words::structure_name(finding)) } }
        @if let Some(structure) = structure {
            @if let Some(latin) = &structure.latin { dt { "Latin" } dd { em lang="la" { (latin) } } }
            @if let Some(code) = &structure.snomed { dt { "SNOMED CT" } dd { code { (code) } } }
            @if let Some(code) = &structure.uberon { dt { "UBERON" } dd { code { (code) } } }
            @if let Some(code) = &structure.fma { dt { "FMA" } dd { code { (code) } } }
        }
    }
}

fn quality(shape: &Shape) -> Markup {
    html! {
        section.panel aria-labelledby="quality" {
            h2 id="quality" { "Quality" }
            div.badges { (badges(&shape.quality)) }
            ul.notes { @for finding in words::findings(&shape.quality) { li { (finding) } } }
        }
    }
}

fn files(shape: &Shape) -> Markup {
    html! {
        section.panel aria-labelledby="files" {
            h2 id="files" { "Download" }
            p { (add_to_cart(&[shape.name.to_string()], "Put it into the cart")) }
            (downloads(shape, |holds| holds == Holds::Mesh))
            details {
                summary { "As points, voxels and distances" }
                (downloads(shape, |holds| holds != Holds::Mesh))
            }
            details {
                summary { "Stored files and their checksums" }
                div.scroll tabindex="0" role="region" aria-label="Stored files" {
                    table {
                        thead { tr { th scope="col" { "File" } th.number scope="col" { "Size" } th.number scope="col" { "Off by at most" } th scope="col" { "SHA-256" } } }
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
                    li { a href=(address) download { strong { (format.extension().to_uppercase()) } span { (format.about()) } } }
                }
            }
        }
    }
}

fn file_row(shape: &Shape, file: &medshape::catalog::StoredFile) -> Markup {
    html! {
        tr {
            td {
                @if let Some(address) = links::file(&shape.name, file) { a href=(address) { (file.role.word()) } }
                @else { (file.role.word()) }
            }
            td.number { (words::bytes(file.size)) }
            td.number { @if let Some(error) = file.error_mm { (format!("{error:.2} mm")) } }
            td { code { (file.sha256) } }
        }
    }
}

fn provenance(page: &ShapePage) -> Markup {
    let ShapePage { shape, case, superseded, .. } = page;
    html! {
        section.panel aria-labelledby="provenance" {
            h2 id="provenance" { "Provenance" }
            dl.facts {
                dt { "Label" } dd { (shape.label_value) " " code { (shape.label_name) } }
                (grid(case))
                dt { "Made by" } dd { "medshape " (case.program_version) }
                @for (key, value) in &case.parameters { dt { (key) } dd { (value) } }
                dt { "Input" } dd { (words::counted(case.n_input_files, "file", "files")) ", SHA-256 " code { (case.input_sha256) } }
                dt { "Unit" } dd { code { (case.unit) } }
                @if let Some(mesh) = links::stored(shape, Role::Mesh) { dt { "Version" } dd { code { (mesh.sha256) } } }
                @for hash in superseded { dt { "Before" } dd { code { (hash) } } }
            }
        }
    }
}

pub(crate) fn grid(case: &Case) -> Markup {
    let Some(image) = &case.image else { return html! {} };
    let [x, y, z] = image.dims;
    let [dx, dy, dz] = image.spacing_mm;
    html! {
        dt { "Image grid" }
        dd { (x) " × " (y) " × " (z) " voxels of " (format!("{dx:.3} × {dy:.3} × {dz:.3} mm")) ", " (image.orientation) }
    }
}

pub(super) fn names(name: &ShapeName, aliases: &[String]) -> Markup {
    html! {
        section.panel aria-labelledby="names" {
            h2 id="names" { "Names" }
            p { code { (name) } }
            @if !aliases.is_empty() {
                h3 { "Also found as" }
                ul.notes { @for alias in aliases { li { code { (alias) } } } }
            }
        }
    }
}
