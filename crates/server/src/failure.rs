//! What a client is told when it does not get what it asked for.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use medshape::catalog::{KeptBack, Tombstone};
use serde::Serialize;

use crate::pages;

/// Why there is no answer, in words that may be shown to anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    /// One or two sentences for people.
    pub(crate) text: String,
    /// What is left of a shape that was taken back.
    tombstone: Option<Box<Tombstone>>,
}

impl Failure {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), tombstone: None }
    }

    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    /// It is not for this audience. The text says as much of what is there as of what is not.
    pub(crate) fn kept_back(kept_back: &KeptBack) -> Self {
        let source = match &kept_back.ask {
            Some(address) => format!("the source ({address})"),
            None => "its source".to_owned(),
        };
        let text = format!(
            "Shapes of this kind are kept back from the public: {}. Ask {source} for them, or \
             whoever keeps this collection why.",
            kept_back.reason
        );
        Self::new(StatusCode::FORBIDDEN, text)
    }

    /// It was there once.
    pub(crate) fn gone(text: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, text)
    }

    /// It was taken back for good.
    pub(crate) fn withdrawn(stone: Tombstone) -> Self {
        let text = format!(
            "{} was withdrawn on {}: {}. The name is never given to another shape.",
            stone.name,
            stone.withdrawn_at.date(),
            stone.reason.about()
        );
        Self { tombstone: Some(Box::new(stone)), ..Self::gone(text) }
    }

    /// It is there, and not for whoever asks.
    pub(crate) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, text)
    }

    /// The client has asked too often.
    pub(crate) fn too_many() -> Self {
        let text = "Too many requests came from your address. Wait a moment, or take a whole \
                    answer with one download."
            .to_owned();
        Self::new(StatusCode::TOO_MANY_REQUESTS, text)
    }

    /// More was sent than is taken.
    pub(crate) fn too_large(text: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, text)
    }

    /// It is asked for in a form that there is not.
    pub(crate) fn not_implemented(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, text)
    }

    /// It was asked for by a name that is not this server's.
    pub(crate) fn misdirected() -> Self {
        let text = "This server shows its curator's collection on this machine only, and answers to \
                    `localhost` and 127.0.0.1. If it is reached by another name on purpose, start it \
                    with `--host NAME`.";
        Self::new(StatusCode::MISDIRECTED_REQUEST, text)
    }

    pub(crate) fn not_allowed(text: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, text)
    }

    /// It cannot be done now.
    pub(crate) fn unavailable(text: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, text)
    }

    /// The fault is on this side; the reason goes to the operator, not to the client.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something is wrong with this server or its store, not with your request. \
             The operator has been told.",
        )
    }

    pub(crate) fn title(&self) -> &'static str {
        match self.status {
            StatusCode::BAD_REQUEST => "Not understood",
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::FORBIDDEN => "Kept back",
            StatusCode::GONE => "Withdrawn",
            StatusCode::NOT_IMPLEMENTED => "Not in this form",
            StatusCode::SERVICE_UNAVAILABLE => "Not now",
            StatusCode::MISDIRECTED_REQUEST => "Another name",
            StatusCode::PAYLOAD_TOO_LARGE => "Too large",
            StatusCode::METHOD_NOT_ALLOWED => "Not possible",
            StatusCode::TOO_MANY_REQUESTS => "Too many requests",
            StatusCode::SERVICE_UNAVAILABLE => "Not now",
            _ => "Out of order",
        }
    }

    /// The failure as a page, or as a problem document below `/v1/`.
    pub(crate) fn answer_to(self, path: &str) -> Response {
        if path.starts_with("/v1/") || path == "/v1" || path == "/oembed" {
            Problem(self).into_response()
        } else {
            self.into_response()
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let page = pages::failure::page(&self);
        (self.status, [(header::CACHE_CONTROL, "no-store")], Html(page.into_string()))
            .into_response()
    }
}

/// A failure as a problem document (RFC 9457).
pub(crate) struct Problem(pub(crate) Failure);

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Document<'a> {
            r#type: &'a str,
            title: &'a str,
            status: u16,
            detail: &'a str,
            #[serde(flatten)]
            tombstone: Option<&'a Tombstone>,
        }
        let Self(failure) = self;
        let headers: [(HeaderName, &str); 2] = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        let document = Document {
            r#type: "about:blank",
            title: failure.title(),
            status: failure.status.as_u16(),
            detail: &failure.text,
            tombstone: failure.tombstone.as_deref(),
        };
        let body = serde_json::to_string(&document).unwrap_or_default();
        (failure.status, headers, body).into_response()
    }
}
