//! What a client is told when it does not get what it asked for.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use medshape::catalog::{KeptBack, Reason, Reserve, Tombstone};
use serde::Serialize;

use crate::language::Language;
use crate::texts::{Key, key};
use crate::{pages, words};

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
            Some(address) => key::failure::THE_SOURCE.with(&[("address", address)]),
            None => key::failure::ITS_SOURCE.text().to_owned(),
        };
        let reason = reserve(kept_back.reason).text();
        let text = key::failure::KEPT_BACK.with(&[("reason", &reason), ("source", &source)]);
        Self::new(StatusCode::FORBIDDEN, text)
    }

    /// It was there once.
    pub(crate) fn gone(text: impl Into<String>) -> Self {
        Self::new(StatusCode::GONE, text)
    }

    /// It was taken back for good.
    pub(crate) fn withdrawn(stone: Tombstone) -> Self {
        let text = key::failure::WITHDRAWN.with(&[
            ("name", &stone.name),
            ("date", &words::date(stone.withdrawn_at)),
            ("reason", &withdrawal(stone.reason).text()),
        ]);
        Self { tombstone: Some(Box::new(stone)), ..Self::gone(text) }
    }

    /// It is there, and not for whoever asks.
    pub(crate) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, text)
    }

    /// The client has asked too often.
    pub(crate) fn too_many() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, key::failure::TOO_MANY.text())
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
        Self::new(StatusCode::MISDIRECTED_REQUEST, key::failure::MISDIRECTED.text())
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
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, key::failure::INTERNAL.text())
    }

    pub(crate) fn title(&self) -> &'static str {
        let key = match self.status {
            StatusCode::BAD_REQUEST => key::failure::NOT_UNDERSTOOD,
            StatusCode::NOT_FOUND => key::failure::NOT_FOUND,
            StatusCode::FORBIDDEN => key::failure::IS_KEPT_BACK,
            StatusCode::GONE => key::failure::IS_WITHDRAWN,
            StatusCode::NOT_IMPLEMENTED => key::failure::NOT_IN_THIS_FORM,
            StatusCode::MISDIRECTED_REQUEST => key::failure::ANOTHER_NAME,
            StatusCode::PAYLOAD_TOO_LARGE => key::failure::TOO_LARGE,
            StatusCode::METHOD_NOT_ALLOWED => key::failure::NOT_POSSIBLE,
            StatusCode::TOO_MANY_REQUESTS => key::failure::TOO_MANY_REQUESTS,
            StatusCode::SERVICE_UNAVAILABLE => key::failure::NOT_NOW,
            _ => key::failure::OUT_OF_ORDER,
        };
        key.text()
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
        let language = Language::current().tag();
        (
            self.status,
            [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_LANGUAGE, language)],
            Html(page.into_string()),
        )
            .into_response()
    }
}

/// Why a shape is not for everybody.
fn reserve(reason: Reserve) -> Key {
    match reason {
        Reserve::LicenceUnknown => key::reserve::LICENCE_UNKNOWN,
        Reserve::LicenceUnchecked => key::reserve::LICENCE_UNCHECKED,
        Reserve::AgreementRequired => key::reserve::AGREEMENT_REQUIRED,
        Reserve::NotRedistributable => key::reserve::NOT_REDISTRIBUTABLE,
        Reserve::Face => key::reserve::FACE,
        Reserve::MoreThanDescribed => key::reserve::MORE_THAN_DESCRIBED,
    }
}

/// Why a shape was taken back.
fn withdrawal(reason: Reason) -> Key {
    match reason {
        Reason::Consent => key::withdrawal::CONSENT,
        Reason::Privacy => key::withdrawal::PRIVACY,
        Reason::Licence => key::withdrawal::LICENCE,
        Reason::Source => key::withdrawal::SOURCE,
        Reason::WrongLabel => key::withdrawal::WRONG_LABEL,
        Reason::Quality => key::withdrawal::QUALITY,
        Reason::Duplicate => key::withdrawal::DUPLICATE,
        Reason::Other => key::withdrawal::OTHER,
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
