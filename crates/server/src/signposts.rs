//! What answers tell programs of their neighbours, in `Link` headers (RFC 8288) as FAIR Signposting has
//! them (signposting.org/FAIR, 2022): how to cite, which description, which licence, which files.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use medshape::catalog::release::Release;
use medshape::catalog::{Role, Shape, ShapeName, ShapePage, Source};
use medshape::citation::{Form, licence_address};
use medshape::format::Format;
use medshape::release::media_type;
use serde_json::{Map, Value, json};

use crate::http::headers::set;
use crate::{address, links};

const LINK: HeaderName = HeaderName::from_static("link");
const LANDING_PAGE: &str = "https://schema.org/AboutPage";
/// Behind proxies heads of answers have to be small: what is more is in the set of links.
const MOST_BYTES: usize = 3_000;

/// A link to a neighbour.
struct Signpost {
    target: String,
    relation: &'static str,
    media_type: Option<&'static str>,
}

/// The neighbours of an address.
#[derive(Default)]
pub(crate) struct Signposts(Vec<Signpost>);

impl Signposts {
    fn add(mut self, relation: &'static str, target: String) -> Self {
        self.0.push(Signpost { target, relation, media_type: None });
        self
    }

    fn typed(mut self, relation: &'static str, target: String, media_type: &'static str) -> Self {
        self.0.push(Signpost { target, relation, media_type: Some(media_type) });
        self
    }

    fn perhaps(self, relation: &'static str, target: Option<String>) -> Self {
        match target {
            Some(target) => self.add(relation, target),
            None => self,
        }
    }

    /// Puts them into the head of an answer.
    pub(crate) fn set(&self, headers: &mut HeaderMap) {
        let mut text = String::new();
        for Signpost { target, relation, media_type } in &self.0 {
            let kind = media_type.map_or_else(String::new, |kind| format!("; type=\"{kind}\""));
            let link = format!("<{target}>; rel=\"{relation}\"{kind}");
            if text.len() + link.len() > MOST_BYTES {
                break;
            }
            let comma = if text.is_empty() { "" } else { ", " };
            text = text + comma + &link;
        }
        if !text.is_empty() {
            set(headers, LINK, &text);
        }
    }

    /// The same as a set of links (RFC 9264).
    fn set_of(&self, anchor: &str) -> Value {
        let mut relations = Map::new();
        for Signpost { target, relation, media_type } in &self.0 {
            let mut link = json!({"href": target});
            if let Some(kind) = media_type {
                link["type"] = Value::from(*kind);
            }
            let list = relations.entry((*relation).to_owned()).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(link);
            }
        }
        relations.insert("anchor".to_owned(), anchor.into());
        json!({"linkset": [relations]})
    }
}

/// An answer with these neighbours.
pub(crate) fn with(posts: &Signposts, mut response: Response) -> Response {
    let headers = response.headers_mut();
    posts.set(headers);
    headers.append(header::VARY, HeaderValue::from_static(address::VARY));
    response
}

fn of(address: String, kind: &'static str) -> Signposts {
    let posts = Signposts::default().add("cite-as", address);
    posts.add("type", kind.to_owned()).add("type", LANDING_PAGE.to_owned())
}

/// Of the page of a shape.
pub(crate) fn of_shape(page: &ShapePage) -> Signposts {
    let (shape, name) = (&page.shape, &page.shape.name);
    let set = links::absolute(&links::of_record(name, LINK_SET));
    let posts = of(links::absolute(&links::shape(name)), "https://schema.org/3DModel")
        .perhaps("license", licence_address(&page.source.licence.id))
        .add("collection", links::absolute(&links::source(&page.source.id)))
        .typed("describedby", links::absolute(&links::record(name)), "application/json")
        .typed("linkset", set, "application/linkset+json");
    let posts = posts.typed("alternate", oembed(name), "application/json+oembed");
    let posts = Form::ALL.into_iter().fold(posts, |posts, form| {
        let target = links::absolute(&links::of_record(name, form.file_name()));
        posts.typed("describedby", target, form.media_type())
    });
    with_files(posts, shape)
}

/// Where pages of others learn which frame to show.
fn oembed(name: &ShapeName) -> String {
    let page = links::escaped(&links::absolute(&links::shape(name)));
    links::absolute(&links::at(&format!("/oembed?url={page}")))
}

fn with_files(posts: Signposts, shape: &Shape) -> Signposts {
    let stored = shape.files.iter().fold(posts, |posts, file| {
        let kind = if file.role == Role::Thumbnail { "image/png" } else { "model/gltf-binary" };
        match links::file(&shape.name, file) {
            Some(link) => posts.typed("item", links::absolute(&link), kind),
            None => posts,
        }
    });
    Format::all().fold(stored, |posts, format| match links::download(shape, format) {
        Some(link) => posts.typed("item", links::absolute(&link), format.media_type()),
        None => posts,
    })
}

/// What the set of links of a shape is called below its record.
pub(crate) const LINK_SET: &str = "linkset.json";

/// All links of a shape.
pub(crate) fn set_of_shape(page: &ShapePage) -> Value {
    of_shape(page).set_of(&links::absolute(&links::shape(&page.shape.name)))
}

/// Of a file of a shape: back to its page.
pub(crate) fn of_file(name: &ShapeName) -> Signposts {
    // Relative: the file is kept for ever, by whichever name of the site it was asked for.
    Signposts::default().add("collection", links::shape(name))
}

/// Of the page of a source.
pub(crate) fn of_source(source: &Source) -> Signposts {
    let address = links::absolute(&links::source(&source.id));
    of(address, "https://schema.org/Dataset")
        .perhaps("license", licence_address(&source.licence.id))
        .perhaps("describedby", source.url.clone().filter(|url| is_plain(url)))
        .add("collection", links::absolute(&links::home()))
}

/// Whether an address of others is one of the web, and cannot end a link.
fn is_plain(url: &str) -> bool {
    crate::pages::is_web(url) && url.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"".contains(&b))
}

/// Of the page of a release.
pub(crate) fn of_release(release: &Release) -> Signposts {
    let address = links::absolute(&links::release(release.number));
    let posts = of(address, "https://schema.org/Dataset")
        .add("collection", links::absolute(&links::releases()));
    release.files.iter().fold(posts, |posts, document| {
        let link = links::absolute(&links::release_document(release.number, &document.name));
        match media_type(&document.name) {
            Some(kind) => posts.typed("item", link, kind),
            None => posts,
        }
    })
}
