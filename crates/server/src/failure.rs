//! What a client is told when it does not get what it asked for.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use crate::pages;

/// Why there is no answer, in words that may be shown to anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    /// One or two sentences for people.
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, text: text.into() }
    }

    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, text: text.into() }
    }

    /// It was there once.
    pub(crate) fn gone(text: impl Into<String>) -> Self {
        Self { status: StatusCode::GONE, text: text.into() }
    }

    /// More was sent than is taken.
    pub(crate) fn too_large(text: impl Into<String>) -> Self {
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, text: text.into() }
    }

    pub(crate) fn not_allowed(text: impl Into<String>) -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, text: text.into() }
    }

    /// The fault is on this side; the reason goes to the operator, not to the client.
    pub(crate) fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            text: "Something is wrong with this server or its store, not with your request. \
                   The operator has been told."
                .to_owned(),
        }
    }

    pub(crate) fn title(&self) -> &'static str {
        match self.status {
            StatusCode::BAD_REQUEST => "Not understood",
            StatusCode::NOT_FOUND => "Not found",
            StatusCode::GONE => "Withdrawn",
            StatusCode::PAYLOAD_TOO_LARGE => "Too large",
            StatusCode::METHOD_NOT_ALLOWED => "Not possible",
            _ => "Out of order",
        }
    }

    /// The failure as a page, or as a problem document below `/v1/`.
    pub(crate) fn answer_to(self, path: &str) -> Response {
        if path.starts_with("/v1/") || path == "/v1" {
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
        };
        let body = serde_json::to_string(&document).unwrap_or_default();
        (failure.status, headers, body).into_response()
    }
}
