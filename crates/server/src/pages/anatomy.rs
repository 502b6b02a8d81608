//! A structure: what it is, its codes, what it belongs to, how large it is in whom, its shapes.

mod plots;
mod statistics;

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::catalog::{
    Anatomy, Answer, Catalog, Category, Error, Measured, Order, Page as Slice, Query, Structure,
};

use super::layout::Page;
use super::parts::{add_to_cart, card, crumbs};
use crate::failure::Failure;
use crate::{Site, links, words};

/// Shapes that stand on the page itself.
const FEW: u64 = 12;

/// What the page shows.
struct Found {
    /// The shapes of the structure, its kinds and its parts.
    answer: Answer,
    /// Of each structure by itself.
    sizes: BTreeMap<String, u64>,
    measured: Vec<Measured>,
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let missing = || Failure::not_found("The vocabulary has no such structure.");
    let structure = named(&id).ok_or_else(missing)?;
    if structure.id != id {
        return Ok(Redirect::permanent(&links::structure(&structure.id)).into_response());
    }
    let found = site.read(move |catalog| find(catalog, &structure.id)).await?;
    Ok(super::answer(frame(structure, &found)))
}

/// The structure of an id, of a name, or of a code such as `SCT:10200004`.
fn named(text: &str) -> Option<&'static Structure> {
    let anatomy = Anatomy::builtin();
    let is_code = |code: &Option<String>, wanted: &str| code.as_deref() == Some(wanted);
    let with_code = |wanted: &str, code: fn(&Structure) -> &Option<String>| {
        anatomy.structures().iter().find(|structure| is_code(code(structure), wanted))
    };
    match text.split_once(':') {
        Some(("SCT", code)) => with_code(code, |structure| &structure.snomed),
        Some(("UBERON", code)) => with_code(code, |structure| &structure.uberon),
        Some(("FMA", code)) => with_code(code, |structure| &structure.fma),
        Some(_) => None,
        None => anatomy.structure(text).or_else(|| anatomy.code(text).map(|coded| coded.structure)),
    }
}

fn find(catalog: &Catalog, id: &str) -> Result<Found, Error> {
    let query = Query::parse(&format!("structure:{id}"));
    let slice = Slice { offset: 0, limit: FEW };
    let all = catalog.search(&Query::default(), Slice { offset: 0, limit: 0 })?;
    let sizes = all.facets.structures.into_iter().map(|count| (count.value, count.n));
    Ok(Found {
        answer: catalog.browse(&query, slice, Order::HeldFirst)?,
        sizes: sizes.collect(),
        measured: catalog.measured(id)?,
    })
}

fn frame(structure: &Structure, found: &Found) -> Markup {
    let name = words::capitalised(&structure.name);
    let description = format!("{name}: {}", definition(structure));
    let frame =
        Page { title: &name, description: &description, query: Some(""), has_viewer: false };
    frame.around(html! {
        (crumbs(&[("Anatomy", &links::anatomy())], &name))
        div.page-head { h1 { (name) } p { (definition(structure)) } }
        div.columns.is-wide {
            div {
                (statistics::panel(&structure.name, &found.measured))
                (shapes(structure, found))
            }
            div { (names(structure)) (codes(structure)) (place(structure, &found.sizes)) }
        }
    })
}

/// What the vocabulary says of a structure, in a sentence.
fn definition(structure: &Structure) -> String {
    let anatomy = Anatomy::builtin();
    let kinds: Vec<&str> = structure
        .is_a
        .iter()
        .filter_map(|id| anatomy.structure(id))
        .map(|kind| kind.name.as_str())
        .collect();
    let kind = match kinds.as_slice() {
        [] => words::category(structure.category).to_owned(),
        kinds => kinds.join(" and "),
    };
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    let mut text = format!("{article} {kind}");
    if let Some(system) = &structure.system {
        text.push_str(&match system.as_str() {
            "body" => " of the body".to_owned(),
            system => format!(" of the {system} system"),
        });
    }
    let wholes: Vec<&str> = structure
        .part_of
        .iter()
        .filter_map(|id| anatomy.structure(id))
        .map(|whole| whole.name.as_str())
        .collect();
    if !wholes.is_empty() {
        text.push_str(&format!(", part of the {}", wholes.join(" and the ")));
    }
    if let Some(site) = structure.site.as_deref().and_then(|id| anatomy.structure(id)) {
        text.push_str(&format!(", found in the {}", site.name));
    }
    text.push_str(if structure.paired { "; there is a left and a right one." } else { "." });
    text
}

fn shapes(structure: &Structure, found: &Found) -> Markup {
    let Found { answer, .. } = found;
    let address = links::search(&format!("structure:{}", structure.id), 1);
    let here = answer.hits.iter().filter(|hit| hit.measures().is_some());
    let names: Vec<String> = here.map(|hit| hit.name.to_string()).collect();
    html! {
        section.section aria-labelledby="shapes" {
            h2 id="shapes" { "Shapes" }
            @if answer.hits.is_empty() {
                p { "The collection has no shape of it yet." }
            } @else {
                ul.wall { @for (position, hit) in answer.hits.iter().enumerate() { (card(hit, position)) } }
                div.take {
                    a.button href=(links::take(&format!("structure:{}", structure.id))) { "Download all of them" }
                    (add_to_cart(&names, "Put these into the cart"))
                }
                p.all { a.button href=(address) { "All " (words::counted(answer.total, "shape", "shapes")) ", with its kinds and parts" } }
            }
        }
    }
}

fn names(structure: &Structure) -> Markup {
    let others: Vec<&str> =
        structure.synonyms.iter().chain(&structure.plain).map(String::as_str).collect();
    html! {
        section.panel aria-labelledby="names" {
            h2 id="names" { "Names" }
            dl.facts {
                dt { "English" } dd { (structure.name) }
                @if let Some(latin) = &structure.latin { dt { "Latin" } dd { i lang="la" { (latin) } } }
                @if !others.is_empty() { dt { "Also" } dd { (others.join(", ")) } }
                dt { "In names" } dd { code { (structure.id) } }
            }
        }
    }
}

fn codes(structure: &Structure) -> Markup {
    let Structure { snomed, uberon, fma, .. } = structure;
    html! {
        @if snomed.is_some() || uberon.is_some() || fma.is_some() {
            section.panel aria-labelledby="codes" {
                h2 id="codes" { "Codes" }
                dl.facts {
                    @if let Some(code) = snomed { dt { "SNOMED CT" } dd { code { (code) } } }
                    @if let Some(code) = uberon {
                        dt { "UBERON" }
                        dd { a href={ "http://purl.obolibrary.org/obo/UBERON_" (code) } rel="external noreferrer" { code { (code) } } }
                    }
                    @if let Some(code) = fma { dt { "FMA" } dd { code { (code) } } }
                }
            }
        }
    }
}

/// What it belongs to, and what belongs to it.
fn place(structure: &Structure, sizes: &BTreeMap<String, u64>) -> Markup {
    let anatomy = Anatomy::builtin();
    let above: Vec<&Structure> =
        structure.parents().filter_map(|id| anatomy.structure(id)).collect();
    let is_child = |other: &&Structure| other.parents().any(|id| id == structure.id);
    let mut below: Vec<&Structure> = anatomy.structures().iter().filter(is_child).collect();
    below.sort_by_cached_key(|child| words::natural_name(&child.id));
    html! {
        section.panel aria-labelledby="place" {
            h2 id="place" { "In the body" }
            @if !above.is_empty() { h3 { "Belongs to" } (list(&above, sizes)) }
            @if !below.is_empty() { h3 { "Kinds and parts" } (list(&below, sizes)) }
            @if above.is_empty() && below.is_empty() { p { "It stands by itself." } }
        }
    }
}

fn list(structures: &[&Structure], sizes: &BTreeMap<String, u64>) -> Markup {
    html! {
        ul.terms {
            @for structure in structures {
                li {
                    a href=(links::structure(&structure.id)) { (words::capitalised(&structure.name)) }
                    @let n = with_all_below(&structure.id, sizes);
                    @if n > 0 { span.count { (words::counted(n, "shape", "shapes")) } }
                }
            }
        }
    }
}

fn with_all_below(id: &str, sizes: &BTreeMap<String, u64>) -> u64 {
    let below = Anatomy::builtin().descendants(id);
    below.iter().filter_map(|structure| sizes.get(&structure.id)).sum()
}

/// All structures that the collection has shapes of, by system.
pub(crate) async fn list_all(State(site): State<Site>) -> Result<Response, Failure> {
    let answer = site
        .read(|catalog| catalog.search(&Query::default(), Slice { offset: 0, limit: 0 }))
        .await?;
    let sizes: BTreeMap<String, u64> =
        answer.facets.structures.into_iter().map(|count| (count.value, count.n)).collect();
    let mut systems: BTreeMap<String, Vec<&Structure>> = BTreeMap::new();
    for structure in Anatomy::builtin().structures() {
        let is_heading = structure.category == Category::Group;
        if !is_heading && with_all_below(&structure.id, &sizes) > 0 {
            systems.entry(words::system_of(Some(structure))).or_default().push(structure);
        }
    }
    let frame = Page {
        title: "Anatomy",
        description: "The structures that the collection has shapes of, by body system.",
        query: Some(""),
        has_viewer: false,
    };
    Ok(super::answer(frame.around(html! {
        div.page-head { h1 { "Anatomy" } p { "The structures that there are shapes of." } }
        @if systems.is_empty() { p.notice { "The collection is empty so far." } }
        div.term-columns {
            @for (system, structures) in &mut systems {
                section {
                    h2 { (system) }
                    ({
                        structures.sort_by_cached_key(|structure| words::natural_name(&structure.id));
                        list(structures, &sizes)
                    })
                }
            }
        }
    })))
}
