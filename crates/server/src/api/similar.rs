//! Shapes that are alike, of a shape or of a file that is sent.

use axum::body::Body;
use axum::extract::{Query as Parameters, State};
use axum::response::Response;
use medshape::Reader;
use medshape::catalog::{Descriptor, Page, Query, ShapeName, Similar, SimilarPage};
use medshape::similar::{self, Likeness};
use serde::{Deserialize, Serialize};

use super::answer;
use super::search::number;
use super::views::HitView;
use crate::Site;
use crate::failure::{Failure, Problem};

const MAX_LIMIT: u64 = 100;
const MAX_OFFSET: u64 = 10_000;

#[derive(Deserialize)]
pub(super) struct Asked {
    size: Option<String>,
    #[serde(default)]
    q: String,
    /// Name of the file that is sent: its ending may say what it is.
    #[serde(default)]
    name: String,
    offset: Option<String>,
    limit: Option<String>,
}

#[derive(Serialize)]
struct Found<'a> {
    n_compared: u64,
    n_undescribed: u64,
    offset: u64,
    limit: u64,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    distance: f64,
    shape: HitView<'a>,
}

pub(super) async fn of_shape(
    site: &Site,
    name: ShapeName,
    asked: Asked,
) -> Result<Response, Problem> {
    let page = site.held(name.clone()).await?;
    let to = site.story(move |catalog| similar::of_shape(catalog, &page.shape)).await?;
    let flat = || Failure::not_found(format!("Nothing is like {name}: {}.", similar::FLAT));
    let to = to.ok_or_else(flat)?;
    find(site, to, Some(name), asked).await
}

/// What is similar to the file that is sent. It is read by a child process that can do no harm.
pub(super) async fn of_file(
    State(site): State<Site>,
    Parameters(asked): Parameters<Asked>,
    file: Body,
) -> Result<Response, Problem> {
    let name = asked.name.clone();
    let read = move |bytes: &[u8], reader: &Reader| similar::of_bytes(&name, bytes, reader);
    let to = site.understand(file, read).await?;
    find(&site, to, None, asked).await
}

async fn find(
    site: &Site,
    to: Descriptor,
    but: Option<ShapeName>,
    asked: Asked,
) -> Result<Response, Problem> {
    let offset = number("offset", asked.offset.as_deref(), 0..=MAX_OFFSET, 0)?;
    let limit = number("limit", asked.limit.as_deref(), 1..=MAX_LIMIT, 12)?;
    let likeness = match asked.size.as_deref() {
        None | Some("same") => Likeness::SameSize,
        Some("any") => Likeness::AnySize,
        Some(_) => return Err(Failure::bad_request("`size` is `same` or `any`.").into()),
    };
    let (filter, page) = (Query::parse(&asked.q), Page { offset, limit });
    let found = site.story(move |catalog| {
        similar::similar(catalog, &to, but.as_ref(), likeness, &filter, page)
    });
    Ok(view(&found.await?, page))
}

fn view(found: &SimilarPage, page: Page) -> Response {
    let items = found
        .hits
        .iter()
        .map(|Similar { distance, hit }| Item { distance: *distance, shape: HitView::new(hit) });
    answer(&Found {
        n_compared: found.n_compared,
        n_undescribed: found.n_undescribed,
        offset: page.offset,
        limit: page.limit,
        items: items.collect(),
    })
}
