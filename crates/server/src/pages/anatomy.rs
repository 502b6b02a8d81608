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
use crate::language::Language;
use crate::texts::{Key, key};
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
    let missing = || Failure::not_found(key::anatomy::MISSING.text());
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
    let name = words::structure_name(&structure.id);
    let description = format!("{name}: {}", definition(structure));
    let frame =
        Page { title: &name, description: &description, query: Some(""), has_viewer: false };
    frame.around(html! {
        (crumbs(&[(key::layout::ANATOMY.text(), &links::anatomy())], &name))
        div.page-head { h1 { (words::Named::of(&structure.id)) } p { (definition(structure)) } }
        div.columns.is-wide {
            div {
                (statistics::panel(words::Named::of(&structure.id).text(), &found.measured))
                (shapes(structure, found))
            }
            div { (names(structure)) (codes(structure)) (place(structure, &found.sizes)) }
        }
    })
}

/// What the vocabulary says of a structure, in a sentence.
fn definition(structure: &Structure) -> String {
    let kinds = named_all(&structure.is_a, key::anatomy::AND);
    let kind = kinds.unwrap_or_else(|| words::category(structure.category).to_owned());
    // English has two articles; other languages say both alike.
    let is_vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    let kind = if is_vowel { key::anatomy::AN_KIND } else { key::anatomy::A_KIND }
        .with(&[("kind", &kind)]);
    let system = structure.system.as_deref().map(|system| match words::body_system(system) {
        Some(_) if system == "body" => key::anatomy::OF_THE_BODY.text().to_owned(),
        Some(known) => key::anatomy::OF_SYSTEM.with(&[("system", &known.text())]),
        None => key::anatomy::OF_SYSTEM.with(&[("system", &system)]),
    });
    let wholes = named_all(&structure.part_of, key::anatomy::AND_THE);
    let wholes = wholes.map(|wholes| key::anatomy::PART_OF.with(&[("wholes", &wholes)]));
    let site = structure.site.as_ref().map(|id| words::Named::of(id));
    let site = site.map(|site| key::anatomy::FOUND_IN.with(&[("site", &site.text())]));
    let end = if structure.paired { key::anatomy::PAIRED.text() } else { "." };
    let middle: String = [system, wholes, site].into_iter().flatten().collect();
    format!("{kind}{middle}{end}")
}

/// Names of structures in a row; `None` if the vocabulary has none of them.
fn named_all(ids: &[String], between: Key) -> Option<String> {
    let known = ids.iter().filter(|id| Anatomy::builtin().structure(id).is_some());
    let names: Vec<String> = known.map(|id| words::Named::of(id).text().to_owned()).collect();
    (!names.is_empty()).then(|| names.join(between.text()))
}

fn shapes(structure: &Structure, found: &Found) -> Markup {
    let Found { answer, .. } = found;
    let address = links::search(&format!("structure:{}", structure.id), 1);
    let here = answer.hits.iter().filter(|hit| hit.measures().is_some());
    let names: Vec<String> = here.map(|hit| hit.name.to_string()).collect();
    html! {
        section.section aria-labelledby="shapes" {
            h2 id="shapes" { (key::anatomy::SHAPES) }
            @if answer.hits.is_empty() {
                p { (key::anatomy::NONE) }
            } @else {
                ul.wall { @for (position, hit) in answer.hits.iter().enumerate() { (card(hit, position)) } }
                div.take {
                    a.button href=(links::take(&format!("structure:{}", structure.id))) { (key::anatomy::DOWNLOAD_ALL) }
                    (add_to_cart(&names, key::anatomy::CART.text()))
                }
                p.all { a.button href=(address) { (key::anatomy::ALL.counted(answer.total)) } }
            }
        }
    }
}

fn names(structure: &Structure) -> Markup {
    let others: Vec<&str> =
        structure.synonyms.iter().chain(&structure.plain).map(String::as_str).collect();
    let language = Language::current();
    let all = Anatomy::builtin().names_in(language.tag(), &structure.id);
    let here = (!all.is_empty()).then_some((language, all));
    html! {
        section.panel aria-labelledby="names" {
            h2 id="names" { (key::anatomy::NAMES) }
            dl.facts {
                @if let Some((language, all)) = &here {
                    dt { (language.written().name) } dd { (all.join(", ")) }
                }
                dt { (key::anatomy::ENGLISH) } dd lang="en" { (structure.name) }
                @if let Some(latin) = &structure.latin { dt { (key::anatomy::LATIN) } dd { i lang="la" { (latin) } } }
                @if !others.is_empty() { dt { (key::anatomy::ALSO) } dd lang="en" { (others.join(", ")) } }
                dt { (key::anatomy::IN_NAMES) } dd { code { (structure.id) } }
            }
        }
    }
}

fn codes(structure: &Structure) -> Markup {
    let Structure { snomed, uberon, fma, .. } = structure;
    html! {
        @if snomed.is_some() || uberon.is_some() || fma.is_some() {
            section.panel aria-labelledby="codes" {
                h2 id="codes" { (key::anatomy::CODES) }
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
            h2 id="place" { (key::anatomy::IN_THE_BODY) }
            @if !above.is_empty() { h3 { (key::anatomy::BELONGS_TO) } (list(&above, sizes)) }
            @if !below.is_empty() { h3 { (key::anatomy::KINDS_AND_PARTS) } (list(&below, sizes)) }
            @if above.is_empty() && below.is_empty() { p { (key::anatomy::ALONE) } }
        }
    }
}

fn list(structures: &[&Structure], sizes: &BTreeMap<String, u64>) -> Markup {
    html! {
        ul.terms {
            @for structure in structures {
                li {
                    a href=(links::structure(&structure.id)) { (words::Named::of(&structure.id)) }
                    @let n = with_all_below(&structure.id, sizes);
                    @if n > 0 { span.count { (key::count::SHAPES.counted(n)) } }
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
        title: key::layout::ANATOMY.text(),
        description: key::anatomy::DESCRIPTION.text(),
        query: Some(""),
        has_viewer: false,
    };
    Ok(super::answer(frame.around(html! {
        div.page-head { h1 { (key::layout::ANATOMY) } p { (key::anatomy::LEAD) } }
        @if systems.is_empty() { p.notice { (key::anatomy::EMPTY) } }
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
