//! What the extractors of axum refuse is told as every other failure is: as a page or a problem document,
//! not as a line of text.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::failure::Failure;

/// Such a line is short.
const MOST: usize = 4_000;

/// Puts a failure in the place of a line of text.
pub(crate) async fn around(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    if !is_line(&response) {
        return response;
    }
    let status = response.status();
    let body = to_bytes(response.into_body(), MOST).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&body).into_owned();
    let failure = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(text),
        _ => Failure::bad_request(text),
    };
    failure.answer_to(&path)
}

/// Our own failures are never plain text.
fn is_line(response: &Response) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    response.status().is_client_error()
        && media_type.is_some_and(|text| text.as_bytes().starts_with(b"text/plain"))
}
