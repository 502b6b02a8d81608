//! Shapes that somebody wants to have: those of a question or of a selection, as lists and archives.
//!
//! Both are streamed, batch by batch: nothing of the whole is in memory but where it lies in the store.

use std::io;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use medshape::catalog::{Chosen, HeldVersion, MAX_SELECTED, Query, Selection, SelectionId};
use medshape::format::Format;
use medshape::manifest::{Form, line};
use medshape::summary::Summary;
use serde::{Deserialize, Deserializer};

use crate::address;
use crate::failure::Failure;
use crate::http::body::{ChunkSender, streamed};
use crate::http::headers::{REVALIDATE, sent_from, set};
use crate::texts::key;
use crate::{Site, links};

/// Shapes that are looked up at once.
pub(crate) const BATCH: usize = 200;
/// Bytes of a list of names that somebody sends.
const MAX_BODY: usize = 1 << 20;

/// What of the format is asked for.
#[derive(Deserialize)]
pub(crate) struct AskedFormat {
    pub(crate) format: Option<String>,
}

impl AskedFormat {
    pub(crate) fn format(&self) -> Result<Format, Failure> {
        let Some(text) = self.format.as_deref() else {
            return Ok(Format::Glb);
        };
        text.parse().map_err(|reason: String| {
            Failure::bad_request(key::failure::NO_FORMAT.with(&[("reason", &reason)]))
        })
    }
}

/// What is to be put together.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// A question.
    #[serde(default, deserialize_with = "said")]
    pub(crate) q: Option<String>,
    /// Names or older names of shapes.
    #[serde(default, deserialize_with = "said")]
    pub(crate) names: Option<Vec<String>>,
}

/// What is left out is not there; `null` is neither a question nor names.
fn said<'a, T: Deserialize<'a>, D: Deserializer<'a>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl Choice {
    /// What a client sends, as JSON or as a form. Another site cannot have sent it in somebody's name.
    pub(crate) async fn of(request: &HeaderMap, body: Body) -> Result<Self, Failure> {
        if sent_from(request) == Some("cross-site") {
            return Err(Failure::forbidden(key::failure::OTHER_SITES.text()));
        }
        let too_large = || Failure::too_large("What is chosen may have 1 MiB at most.");
        let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| too_large())?;
        let kind = request.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_form =
            kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        let choice = if is_form { of_form(&bytes) } else { serde_json::from_slice(&bytes).ok() };
        let choice: Self = choice.ok_or_else(misunderstood)?;
        if choice.q.is_some() == choice.names.is_some() {
            return Err(misunderstood());
        }
        Ok(choice)
    }
}

fn misunderstood() -> Failure {
    Failure::bad_request(
        "Send {\"q\": \"a question\"} or {\"names\": [\"source/subject/structure\"]} as JSON, or \
         `q` as a form.",
    )
}

/// A form of one question, which is what an address holds behind its question mark.
fn of_form(bytes: &[u8]) -> Option<Choice> {
    #[derive(Deserialize)]
    struct Form {
        q: String,
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let uri: axum::http::Uri = format!("/?{text}").parse().ok()?;
    let form = axum::extract::Query::<Form>::try_from_uri(&uri).ok()?;
    Some(Choice { q: Some(form.0.q), names: None })
}

/// The selection that an address names.
pub(crate) async fn selection_at(site: &Site, id: &str) -> Result<Selection, Failure> {
    let missing = || Failure::not_found(key::failure::NO_SELECTION.text());
    let id: SelectionId = id.parse().map_err(|_| missing())?;
    site.read(move |catalog| catalog.selection(id)).await?.ok_or_else(missing)
}

/// What a question finds that is held here, and how much more is published by others only.
pub(crate) async fn found(site: &Site, q: &str) -> Result<(Vec<Chosen>, u64), Failure> {
    let query = Query::parse(q);
    let found = site.read(move |catalog| catalog.found_here(&query)).await?;
    Ok((found.shapes, found.n_elsewhere))
}

/// What some shapes are together.
pub(crate) async fn summary(site: &Site, shapes: Vec<Chosen>) -> Result<Summary, Failure> {
    site.read(move |catalog| {
        let mut summary = Summary::default();
        for batch in shapes.chunks(BATCH) {
            catalog.selected(batch)?.iter().for_each(|selected| summary.add(selected));
        }
        Ok(summary)
    })
    .await
}

/// A list of the files of some shapes, as it is found.
pub(crate) fn list(
    site: &Site,
    method: &Method,
    shapes: Vec<Chosen>,
    form: Form,
    format: Format,
) -> Result<Response, Failure> {
    address::origin().ok_or_else(|| {
        Failure::bad_request("A list holds whole addresses, for which a request needs a host.")
    })?;
    let mut response = StatusCode::OK.into_response();
    if *method != Method::HEAD {
        let site = site.clone();
        *response.body_mut() = streamed(None, move |sender| async move {
            send_list(&site, shapes, form, format, &sender).await
        });
    }
    let headers = response.headers_mut();
    set(headers, header::CONTENT_TYPE, form.media_type());
    set(headers, header::CACHE_CONTROL, REVALIDATE);
    set(headers, header::VARY, address::VARY);
    let file = format!("attachment; filename=\"manifest.{}\"", form.word());
    set(headers, header::CONTENT_DISPOSITION, &file);
    Ok(response)
}

async fn send_list(
    site: &Site,
    shapes: Vec<Chosen>,
    form: Form,
    format: Format,
    sender: &ChunkSender,
) -> io::Result<()> {
    if !form.heading().is_empty() {
        sender.send(Ok(form.heading().into())).await?;
    }
    let url = |held: &HeldVersion| {
        links::absolute(&links::version_download(&held.name, &held.mesh.sha256, format))
    };
    for batch in shapes.chunks(BATCH) {
        let batch = batch.to_vec();
        let selected = site.read(move |catalog| catalog.selected(&batch)).await;
        let selected = selected.map_err(|failure| io::Error::other(failure.text))?;
        let text: String =
            selected.iter().map(|selected| form.write(&line(selected, format, url))).collect();
        if !text.is_empty() {
            sender.send(Ok(text.into())).await?;
        }
    }
    Ok(())
}

/// Refuses what is too much for one archive.
pub(crate) fn check_archive(n_shapes: usize) -> Result<(), Failure> {
    match n_shapes {
        0 => Err(Failure::not_found(key::failure::EMPTY_ARCHIVE.text())),
        1..=MAX_SELECTED => Ok(()),
        n => Err(Failure::bad_request(format!(
            "{n} shapes are too many for one archive, which holds at most {MAX_SELECTED}. Take a \
             list of the files instead: it can be gone on with where it was broken off."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_question() {
        let choice = of_form(b"q=left+kidney+age%3A60..70").unwrap();
        assert_eq!(choice.q.as_deref(), Some("left kidney age:60..70"));
        assert_eq!(of_form(b"p=1"), None);
        assert_eq!(of_form(b"\xff"), None);
    }
}
