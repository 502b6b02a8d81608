//! The 3D view of a page: a picture, and the scene that the script makes of it.

use maud::{Markup, html};
use medshape::catalog::{Role, Shape, ShapePage, StoredFile};
use serde::Serialize;

use super::parts::{json_block, picture, thumbnail};
use crate::texts::{self, key};
use crate::{assets, links, words};

/// Pictures that stand for a whole scene until it is drawn.
const MAX_PICTURES: usize = 12;

/// What the script is told. Its other half is `web/src/viewer/model.ts`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Scene<'a> {
    title: &'a str,
    full_detail: bool,
    parts: Vec<Part>,
    /// Whose it is, where the page around does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<Credit>,
    /// What the view says, where the page around does not hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<serde_json::Value>,
}

/// Whose a shape is, and where its page.
#[derive(Serialize)]
struct Credit {
    licence: String,
    citation: String,
    href: String,
    poster: Option<String>,
}

impl<'a> Scene<'a> {
    /// A shape for pages of others.
    pub(crate) fn shared(title: &'a str, page: &ShapePage) -> Self {
        let credit = Credit {
            licence: page.source.licence.id.clone(),
            citation: page.source.citation.clone(),
            href: links::in_no_language(&links::shape(&page.shape.name)),
            poster: thumbnail(&page.shape),
        };
        let parts = vec![Part::of(&page.shape)];
        let texts = serde_json::from_str(texts::of_scripts("viewer")).ok();
        Self { title, full_detail: true, parts, credit: Some(credit), texts }
    }

    /// Shapes whose geometry stands in the page, one level each.
    pub(crate) fn offline(title: &'a str, parts: &[(Shape, StoredFile)]) -> Self {
        let part = |(at, (shape, file)): (usize, &(Shape, StoredFile))| {
            let error_mm = file.error_mm.unwrap_or(0.0);
            let level = Level { url: format!("#geometry-{at}"), bytes: file.size, error_mm };
            Part { href: String::new(), levels: vec![level], ..Part::of(shape) }
        };
        let parts = parts.iter().enumerate().map(part).collect();
        Self { title, full_detail: true, parts, credit: None, texts: None }
    }

    /// As the script reads it.
    pub(crate) fn json(&self) -> String {
        // A scene of strings and numbers always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    name: String,
    label: String,
    system: String,
    colour: String,
    fact: String,
    href: String,
    /// Whether it has an inside, so that a cut through it can be filled.
    solid: bool,
    /// Coarsest first; the last is the mesh itself.
    levels: Vec<Level>,
    /// Where it lies among others, in millimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    placement: Option<[[f64; 4]; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distances: Option<Distances>,
}

/// How far the vertices of a mesh are from another shape.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Distances {
    pub(crate) url: String,
    /// Where the colours end.
    pub(crate) limit_mm: f32,
    pub(crate) signed: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Level {
    url: String,
    bytes: u64,
    error_mm: f64,
}

impl Part {
    fn of(shape: &Shape) -> Self {
        Self {
            name: shape.name.to_string(),
            label: numbered_label(shape),
            system: words::system(shape),
            colour: words::colour(shape),
            fact: words::volume(shape.measures.volume_mm3),
            href: links::shape(&shape.name),
            solid: shape.quality.closed && shape.quality.manifold && shape.quality.oriented,
            levels: levels(shape),
            placement: None,
            distances: None,
        }
    }
}

fn levels(shape: &Shape) -> Vec<Level> {
    let roles = Role::LEVELS.into_iter().rev().chain([Role::Mesh]);
    roles
        .filter_map(|role| {
            let file = links::stored(shape, role)?;
            let url = links::file_of(shape, role)?;
            // Levels of stores made before errors were measured were coarse ones.
            let error_mm = if role == Role::Mesh { 0.0 } else { file.error_mm.unwrap_or(3.0) };
            Some(Level { url, bytes: file.size, error_mm })
        })
        .collect()
}

/// `Left rib 3` where a case holds several of a kind.
pub(crate) fn numbered_label(shape: &Shape) -> String {
    match shape.name.ordinal().get() {
        1 => words::label(shape),
        ordinal => format!("{} {ordinal}", words::label(shape)),
    }
}

/// The view of these shapes. One alone is shown in full detail at once.
pub(crate) fn viewer<'a>(title: &str, shapes: impl Iterator<Item = &'a Shape> + Clone) -> Markup {
    let n_shapes = shapes.clone().count();
    let parts = words::listed(shapes.clone()).into_iter().map(Part::of).collect();
    let scene = Scene { title, full_detail: n_shapes == 1, parts, credit: None, texts: None };
    let poster = poster(title, shapes.take(MAX_PICTURES), n_shapes);
    element(&scene, &poster)
}

/// One of several views side by side.
pub(crate) fn pane(
    title: &str,
    shape: &Shape,
    placement: Option<[[f64; 4]; 3]>,
    distances: Option<Distances>,
) -> Markup {
    let mut part = Part { placement, ..Part::of(shape) };
    if distances.is_some() {
        // They are those of the mesh itself.
        part.levels.drain(..part.levels.len().saturating_sub(1));
        part.distances = distances;
    }
    let scene = Scene { title, full_detail: false, parts: vec![part], credit: None, texts: None };
    element(&scene, &poster(title, std::iter::once(shape), 1))
}

fn element(scene: &Scene<'_>, poster: &Markup) -> Markup {
    html! {
        @if assets::viewer_url().is_some() {
            shape-viewer.has-parts[scene.parts.len() > 1] {
                (poster)
                script type="application/json" { (json_block(&scene.json())) }
            }
            noscript {
                p.viewer-note { (key::viewer_page::NO_SCRIPT) }
            }
        } @else {
            div.no-viewer { (poster) }
            p.viewer-note {
                (key::viewer_page::BUILD.around(&[("command", html! { code { "npm ci && npm run build" } }), ("folder", html! { code { "web/" } })]))
            }
        }
    }
}

fn poster<'a>(title: &str, shapes: impl Iterator<Item = &'a Shape>, n_shapes: usize) -> Markup {
    html! {
        div.poster.is-several[n_shapes > 1] {
            @for (position, shape) in shapes.enumerate() {
                @if let Some(address) = thumbnail(shape) {
                    @let alt = if n_shapes == 1 { title.to_owned() } else { numbered_label(shape) };
                    (picture(&address, &alt, position))
                }
            }
        }
    }
}
