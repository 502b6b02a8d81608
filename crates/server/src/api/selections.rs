//! Selections: made, described, listed, packed.

use axum::body::Body;
use axum::extract::{Extension, Path, Query as Parameters, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use medshape::bundle;
use medshape::catalog::{Chosen, Frozen, LeftOut, Moment, Query, SelectionId};
use medshape::format::Format;
use medshape::manifest::{Form, Line};
use medshape::size::Size;
use medshape::summary::Summary;
use serde::{Deserialize, Serialize};

use super::answer;
use crate::failure::{Failure, Problem};
use crate::http::headers::{REVALIDATE, set};
use crate::peer::Peer;
use crate::taking::{self, AskedFormat, Choice};
use crate::{Site, archive, links, words};

/// A selection, or what one would be.
#[derive(Serialize)]
struct SelectionView<'a> {
    id: Option<SelectionId>,
    url: Option<String>,
    made_at: Option<Moment>,
    /// Shapes that were chosen.
    n_shapes: u64,
    /// Those of them that can be had now.
    n_here: u64,
    licences: Vec<Counted<'a>>,
    sources: Vec<Counted<'a>>,
    sizes: Vec<SizeView>,
    /// Shapes that were chosen and cannot be had any more; the first 200.
    missing: &'a [Line],
    /// What was asked for and is not in it.
    left_out: &'a [LeftOut],
    /// Shapes of the question that are published by others only.
    n_elsewhere: u64,
    archive: Option<String>,
    manifests: Vec<String>,
}

#[derive(Serialize)]
struct Counted<'a> {
    id: &'a str,
    n: u64,
}

#[derive(Serialize)]
struct SizeView {
    format: &'static str,
    about: &'static str,
    n_shapes: u64,
    /// `null` where it is not known before the files are made.
    bytes: Option<u64>,
    is_exact: bool,
}

/// What was chosen, as far as a view needs it.
struct Made<'a> {
    id: Option<SelectionId>,
    at: Option<Moment>,
    left_out: &'a [LeftOut],
    n_elsewhere: u64,
}

fn view<'a>(made: &Made<'a>, summary: &'a Summary) -> SelectionView<'a> {
    let id = made.id;
    let document = |name: String| id.map(|id| links::selection_document(id, &name));
    let manifests = Form::ALL.into_iter().map(|form| format!("manifest.{}", form.word()));
    let sizes = summary.sizes.iter().map(|total| SizeView {
        format: total.format.extension(),
        about: words::format(total.format),
        n_shapes: total.n_shapes,
        bytes: total.size.map(Size::bytes),
        is_exact: matches!(total.size, Some(Size::Exact(_))),
    });
    SelectionView {
        id,
        url: id.map(links::selection),
        made_at: made.at,
        n_shapes: summary.n_shapes,
        n_here: summary.n_here(),
        licences: counted(summary.by_licence.iter()),
        sources: counted(summary.by_source.iter()),
        sizes: sizes.collect(),
        missing: &summary.tombstones,
        left_out: made.left_out,
        n_elsewhere: made.n_elsewhere,
        archive: id.map(|id| links::selection_record(id) + ".zip"),
        manifests: manifests.filter_map(document).collect(),
    }
}

fn counted<'a>(counts: impl Iterator<Item = (&'a String, &'a u64)>) -> Vec<Counted<'a>> {
    counts.map(|(id, &n)| Counted { id, n }).collect()
}

/// Keeps what is chosen together for good.
pub(super) async fn make(
    State(site): State<Site>,
    peer: Option<Extension<Peer>>,
    request: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let choice = Choice::of(&request, body).await?;
    let frozen = freeze(&site, peer.map(|Extension(peer)| peer), choice).await?;
    let selection = taking::selection_at(&site, &frozen.id.to_string()).await?;
    let summary = taking::summary(&site, selection.shapes).await?;
    let Frozen { id, left_out, n_elsewhere, is_new, .. } = &frozen;
    let made =
        Made { id: Some(*id), at: Some(selection.made_at), left_out, n_elsewhere: *n_elsewhere };
    let mut response = answer(&view(&made, &summary));
    if *is_new {
        *response.status_mut() = StatusCode::CREATED;
    }
    set(response.headers_mut(), header::LOCATION, &links::selection_record(*id));
    Ok(response)
}

/// Keeps a choice, for whoever asks from `peer`.
pub(crate) async fn freeze(
    site: &Site,
    peer: Option<Peer>,
    choice: Choice,
) -> Result<Frozen, Failure> {
    site.write(peer, move |catalog| match choice {
        Choice { names: Some(names), .. } => catalog.freeze(&names),
        Choice { q, .. } => catalog.freeze_found(&Query::parse(&q.unwrap_or_default())),
    })
    .await
}

#[derive(Serialize)]
struct Preview<'a> {
    #[serde(flatten)]
    selection: SelectionView<'a>,
    items: Vec<Item>,
}

/// A shape of a cart.
#[derive(Serialize)]
struct Item {
    /// As it was asked for.
    asked: String,
    name: String,
    label: String,
    url: String,
    picture: Option<String>,
    subject: String,
    licence: String,
    faces: u64,
}

/// What a choice would be, without keeping it: what a cart shows.
pub(super) async fn preview(
    State(site): State<Site>,
    request: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let choice = Choice::of(&request, body).await?;
    let Some(names) = choice.names else {
        let (shapes, n_elsewhere) = taking::found(&site, &choice.q.unwrap_or_default()).await?;
        let summary = taking::summary(&site, shapes).await?;
        let made = Made { id: None, at: None, left_out: &[], n_elsewhere };
        return Ok(answer(&Preview { selection: view(&made, &summary), items: Vec::new() }));
    };
    let (chosen, left_out, items) = site
        .read(move |catalog| {
            let (chosen, left_out) = catalog.choose_all(&names)?;
            let mut items = Vec::new();
            for (asked, name, _) in chosen.iter().take(MAX_ITEMS) {
                items.extend(catalog.shape(name)?.map(|page| item(asked, &page)));
            }
            let chosen: Vec<Chosen> = chosen.into_iter().map(|(_, _, chosen)| chosen).collect();
            Ok((chosen, left_out, items))
        })
        .await?;
    let summary = taking::summary(&site, chosen).await?;
    let made = Made { id: None, at: None, left_out: &left_out, n_elsewhere: 0 };
    Ok(answer(&Preview { selection: view(&made, &summary), items }))
}

/// Shapes of a cart that are described one by one.
const MAX_ITEMS: usize = 500;

fn item(asked: &str, page: &medshape::catalog::ShapePage) -> Item {
    let shape = &page.shape;
    Item {
        asked: asked.to_owned(),
        name: shape.name.to_string(),
        label: words::label(shape),
        url: links::shape(&shape.name),
        picture: links::file_of(shape, medshape::catalog::Role::Thumbnail),
        subject: page.subject.id.clone(),
        licence: page.source.licence.id.clone(),
        faces: shape.measures.n_faces,
    }
}

/// A selection, or all of it in one archive.
pub(super) async fn show(
    State(site): State<Site>,
    Path(text): Path<String>,
    Parameters(asked): Parameters<AskedFormat>,
    method: Method,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let (id, is_archive) = match text.strip_suffix(".zip") {
        Some(id) => (id, true),
        None => (text.as_str(), false),
    };
    let format = asked.format()?;
    let selection = taking::selection_at(&site, id).await?;
    if is_archive {
        let name = format!("medshape-{}-{}.zip", &id[..8], format.extension());
        return Ok(
            archive::archive(&site, &method, &request, selection.shapes, format, &name).await?
        );
    }
    let summary = taking::summary(&site, selection.shapes).await?;
    let made =
        Made { id: Some(selection.id), at: Some(selection.made_at), left_out: &[], n_elsewhere: 0 };
    Ok(answer(&view(&made, &summary)))
}

/// A list of the files of a selection, or a paper that goes with it.
pub(super) async fn document(
    State(site): State<Site>,
    Path((id, file)): Path<(String, String)>,
    Parameters(asked): Parameters<AskedFormat>,
    method: Method,
) -> Result<Response, Problem> {
    let format = asked.format()?;
    let selection = taking::selection_at(&site, &id).await?;
    if let Some(form) = file.strip_prefix("manifest.").and_then(Form::from_word) {
        return Ok(taking::list(&site, &method, selection.shapes, form, format)?);
    }
    let summary = taking::summary(&site, selection.shapes).await?;
    let papers = bundle::papers(&summary.sources);
    let paper = papers.into_iter().find(|paper| paper.path == file);
    let paper = paper.ok_or_else(|| Failure::not_found("This selection has no such document."))?;
    let headers =
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, REVALIDATE)];
    Ok((headers, paper.text).into_response())
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    format: Option<String>,
}

/// A list of the files of all that a question finds.
pub(super) async fn list_found(
    State(site): State<Site>,
    Path(form): Path<String>,
    Parameters(asked): Parameters<Asked>,
    method: Method,
) -> Result<Response, Problem> {
    let missing = || Failure::not_found("There are txt, curl, aria2, tsv and jsonl.");
    let form = Form::from_word(&form).ok_or_else(missing)?;
    let format = format(asked.format)?;
    let (shapes, _) = taking::found(&site, &asked.q).await?;
    Ok(taking::list(&site, &method, shapes, form, format)?)
}

/// All that a question finds, in one archive.
pub(super) async fn pack_found(
    State(site): State<Site>,
    Parameters(asked): Parameters<Asked>,
    method: Method,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let format = format(asked.format)?;
    let (shapes, _) = taking::found(&site, &asked.q).await?;
    let name = format!("medshape-{}.zip", format.extension());
    Ok(archive::archive(&site, &method, &request, shapes, format, &name).await?)
}

fn format(asked: Option<String>) -> Result<Format, Failure> {
    AskedFormat { format: asked }.format()
}
