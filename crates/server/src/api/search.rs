use axum::extract::{Query as Parameters, State};
use axum::response::Response;
use medshape::catalog::{Facets, Page, Query, Suggestion, Term};
use serde::{Deserialize, Serialize};

use super::answer;
use super::views::HitView;
use crate::Site;
use crate::failure::{Failure, Problem};
use crate::language::Language;

const MAX_LIMIT: u64 = 200;
const MAX_SUGGESTIONS: u64 = 50;
/// Enough for any collection; what lies deeper is reached by asking for less.
const MAX_OFFSET: u64 = 1_000_000;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    offset: Option<String>,
    limit: Option<String>,
}

#[derive(Serialize)]
struct Found<'a> {
    query: &'a str,
    understood: Vec<Understood<'a>>,
    unknown: &'a [String],
    corrected: Vec<Corrected<'a>>,
    total: u64,
    offset: u64,
    limit: u64,
    items: Vec<HitView<'a>>,
    facets: &'a Facets,
}

#[derive(Serialize)]
struct Corrected<'a> {
    word: &'a str,
    read_as: &'a str,
}

#[derive(Serialize)]
struct Understood<'a> {
    /// For people.
    text: String,
    /// As it can be typed.
    syntax: String,
    /// How many shapes there are without it and others of its kind.
    n_without: u64,
    #[serde(flatten)]
    term: &'a Term,
}

impl<'a> Understood<'a> {
    fn new((term, &n_without): (&'a Term, &u64)) -> Self {
        Self { text: term.to_string(), syntax: term.syntax(), n_without, term }
    }
}

pub(super) async fn search(
    State(site): State<Site>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Problem> {
    let offset = number("offset", asked.offset.as_deref(), 0..=MAX_OFFSET, 0)?;
    let limit = number("limit", asked.limit.as_deref(), 1..=MAX_LIMIT, Page::default().limit)?;
    let query = asked.q.trim().to_owned();
    let text = query.clone();
    let page = Page { offset, limit };
    let found = site.read(move |catalog| catalog.search(&Query::parse(&text), page)).await?;
    Ok(answer(&Found {
        query: &query,
        understood: found.terms.iter().zip(&found.n_without).map(Understood::new).collect(),
        unknown: &found.unknown,
        corrected: found
            .corrected
            .iter()
            .map(|(word, read_as)| Corrected { word, read_as })
            .collect(),
        total: found.total,
        offset,
        limit,
        items: found.hits.iter().map(HitView::new).collect(),
        facets: &found.facets,
    }))
}

#[derive(Deserialize)]
pub(super) struct Begun {
    #[serde(default)]
    q: String,
    limit: Option<String>,
}

#[derive(Serialize)]
struct Suggested {
    items: Vec<Suggestion>,
}

/// Ways to go on with what is being typed.
pub(super) async fn suggest(
    State(site): State<Site>,
    Parameters(begun): Parameters<Begun>,
) -> Result<Response, Problem> {
    let limit = number("limit", begun.limit.as_deref(), 1..=MAX_SUGGESTIONS, 10)? as usize;
    let language = Language::current().tag();
    let items = site.read(move |catalog| catalog.suggest(&begun.q, language, limit)).await?;
    Ok(answer(&Suggested { items }))
}

pub(super) fn number(
    name: &str,
    text: Option<&str>,
    range: std::ops::RangeInclusive<u64>,
    default: u64,
) -> Result<u64, Failure> {
    let Some(text) = text else { return Ok(default) };
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        Failure::bad_request(format!(
            "`{name}` is a number from {} to {}.",
            range.start(),
            range.end()
        ))
    })
}
