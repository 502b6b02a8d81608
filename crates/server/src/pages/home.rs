//! The start page: a box to ask in, and a look at what there is.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use medshape::catalog::{
    Catalog, Counts, Error, Hit, Order, Page as Slice, Query, Role, SourceSummary, SubjectSummary,
};

use super::layout::{Page, search_box};
use super::parts::{licence_badge, picture};
use crate::failure::Failure;
use crate::texts::{Key, key};
use crate::{Site, links, metadata, words};

const EXAMPLES: [Key; 5] = [
    key::home::EXAMPLE_1,
    key::home::EXAMPLE_2,
    key::home::EXAMPLE_3,
    key::home::EXAMPLE_4,
    key::home::EXAMPLE_5,
];
/// Structures that most people know, in the order of the wall.
const WELL_KNOWN: [&str; 16] = [
    "heart",
    "liver",
    "lung",
    "kidney",
    "brain",
    "stomach",
    "spleen",
    "pancreas",
    "aorta",
    "colon",
    "urinary-bladder",
    "vertebra",
    "rib",
    "hip-bone",
    "femur",
    "skull",
];
const MAX_TILES: usize = 10;
/// Shapes among which the one for a tile is chosen.
const MAX_CANDIDATES: u64 = 24;
const MAX_SUBJECTS: usize = 10;
/// Pictures that stand for a subject.
const MAX_PICTURES: usize = 6;

/// What the page shows.
struct Overview {
    counts: Counts,
    sources: Vec<SourceSummary>,
    /// Of each structure a typical shape, and how many there are.
    structures: Vec<(&'static str, Hit, u64)>,
    /// Each with its largest shapes.
    subjects: Vec<(SubjectSummary, Vec<Hit>)>,
}

pub(crate) async fn show(State(site): State<Site>) -> Result<Response, Failure> {
    let overview = site.read(overview).await?;
    let page = Page {
        title: key::home::TITLE.text(),
        description: key::home::DESCRIPTION.text(),
        query: None,
        has_viewer: false,
    };
    Ok(super::answer(page.around(main(&overview))))
}

fn overview(catalog: &Catalog) -> Result<Overview, Error> {
    let sources = catalog.sources()?;
    Ok(Overview {
        counts: catalog.counts()?,
        structures: structures(catalog)?,
        subjects: subjects(catalog, &sources)?,
        sources,
    })
}

fn structures(catalog: &Catalog) -> Result<Vec<(&'static str, Hit, u64)>, Error> {
    let mut tiles = Vec::new();
    for id in WELL_KNOWN {
        let query = Query::parse(&format!("structure:{id}"));
        let slice = Slice { offset: 0, limit: MAX_CANDIDATES };
        let answer = catalog.browse(&query, slice, Order::HeldFirst)?;
        tiles.extend(typical(id, answer.hits).map(|hit| (id, hit, answer.total)));
        if tiles.len() == MAX_TILES {
            break;
        }
    }
    Ok(tiles)
}

/// The shape that stands for a structure: one of the structure itself before its parts, and of
/// those the largest, which is seldom a fragment.
fn typical(id: &str, hits: Vec<Hit>) -> Option<Hit> {
    let rank = |hit: &Hit| (hit.structure == id, volume_mm3(hit));
    let held = hits.into_iter().filter(|hit| hit.measures().is_some());
    held.reduce(|best, hit| if rank(&hit) > rank(&best) { hit } else { best })
}

fn volume_mm3(hit: &Hit) -> f64 {
    hit.measures().map_or(0.0, |measures| measures.volume_mm3)
}

fn subjects(
    catalog: &Catalog,
    sources: &[SourceSummary],
) -> Result<Vec<(SubjectSummary, Vec<Hit>)>, Error> {
    let mut tiles = Vec::new();
    for summary in sources {
        let subjects = catalog.subjects(&summary.source.id)?;
        let held = subjects.into_iter().filter(|subject| subject.n_shapes > 0);
        for subject in held.take(MAX_SUBJECTS - tiles.len()) {
            let text = format!("source:{} subject:{}", subject.subject.source, subject.subject.id);
            let answer = catalog.search(&Query::parse(&text), Slice { offset: 0, limit: 48 })?;
            let mut hits = answer.hits;
            hits.sort_by(|one, other| volume_mm3(other).total_cmp(&volume_mm3(one)));
            hits.truncate(MAX_PICTURES);
            tiles.push((subject, hits));
        }
    }
    Ok(tiles)
}

fn main(overview: &Overview) -> Markup {
    html! {
        div.hero {
            h1 { (key::home::HEADING) }
            p {
                (key::home::LEAD)
            }
            (search_box("", true))
            ul.chips aria-label=(key::home::EXAMPLES) {
                @for example in EXAMPLES { li { a.chip href=(links::search(example.text(), 1)) { (example) } } }
            }
        }
        (numbers(&overview.counts))
        @if overview.counts.n_shapes + overview.counts.n_remote == 0 {
            p.notice { (key::home::EMPTY.around(&[("command", html! { code { "medshape ingest" } })])) }
        }
        (structure_wall(&overview.structures))
        (subject_wall(&overview.subjects))
        (source_list(&overview.sources))
        (metadata::script(|| metadata::of_collection(&overview.counts, &overview.sources)))
    }
}

fn numbers(counts: &Counts) -> Markup {
    let shapes = match counts.n_remote {
        0 => vec![(counts.n_shapes, key::home::N_SHAPES)],
        n => vec![(counts.n_shapes, key::home::N_SHAPES_HELD), (n, key::home::N_SHAPES_KNOWN)],
    };
    let others = [
        (counts.n_structures, key::home::N_STRUCTURES),
        (counts.n_subjects, key::home::N_SUBJECTS),
        (counts.n_sources, key::home::N_SOURCES),
    ];
    html! {
        dl.stats {
            @for (n, what) in shapes.into_iter().chain(others) { div { dt { (what) } dd { (words::grouped(n)) } } }
        }
    }
}

fn structure_wall(tiles: &[(&'static str, Hit, u64)]) -> Markup {
    html! {
        @if !tiles.is_empty() {
            section.section aria-labelledby="structures" {
                h2 id="structures" { (key::home::STRUCTURES) }
                ul.wall {
                    @for (position, (id, hit, total)) in tiles.iter().enumerate() {
                        li.card {
                            div.picture { (tile_picture(hit, position)) }
                            div.card-text {
                                h3 { a href=(links::search(&format!("structure:{id}"), 1)) { (words::Named::of(id)) } }
                                p { (key::count::SHAPES.counted(*total)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn subject_wall(tiles: &[(SubjectSummary, Vec<Hit>)]) -> Markup {
    html! {
        @if !tiles.is_empty() {
            section.section aria-labelledby="subjects" {
                h2 id="subjects" { (key::home::SUBJECTS) }
                ul.wall {
                    @for (summary, hits) in tiles {
                        @let subject = &summary.subject;
                        li.card {
                            div.picture.is-several { @for hit in hits { (tile_picture(hit, 99)) } }
                            div.card-text {
                                h3 { a href=(links::subject(&subject.source, &subject.id)) { (subject.id) } }
                                p {
                                    @if let Some(person) = words::person_of(subject) { (person) " · " }
                                    (key::count::SHAPES.counted(summary.n_shapes))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn tile_picture(hit: &Hit, position: usize) -> Markup {
    let alt = words::title(&words::hit_label(hit), hit.name.subject());
    html! {
        @if let Some(address) = links::file_among(&hit.name, hit.files(), Role::Thumbnail) {
            (picture(&address, &alt, position))
        }
    }
}

fn source_list(sources: &[SourceSummary]) -> Markup {
    html! {
        @if !sources.is_empty() {
            section.section aria-labelledby="sources" {
                h2 id="sources" { (key::layout::SOURCES) }
                ul.chips {
                    @for summary in sources {
                        li {
                            a.chip href=(links::source(&summary.source.id)) {
                                (summary.source.title) " " (licence_badge(&summary.source.licence.id))
                            }
                        }
                    }
                }
            }
        }
    }
}
