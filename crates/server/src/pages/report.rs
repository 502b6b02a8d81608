//! Somebody says what is wrong with a shape; whoever keeps the collection reads it.

use std::net::{IpAddr, Ipv4Addr};

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::catalog::{Audience, Report, ShapeName, ShapePage};
use serde::Deserialize;

use super::layout::Page;
use super::parts::crumbs;
use super::viewer::numbered_label;
use crate::failure::Failure;
use crate::http::headers::sent_from;
use crate::peer::Peer;
use crate::{Site, links, words};

/// Bytes of a form: what a report may hold, as forms escape it, and more.
pub(crate) const MOST_FORM: usize = 20_000;
/// Characters that the box takes; the catalog keeps 4,000 bytes.
const MOST_TEXT: usize = 1_200;
/// Reports that nobody has seen to; then somebody has to, before more are taken.
const MOST_OPEN: u64 = 5_000;

/// What can be wrong.
const KINDS: [(&str, &str); 7] = [
    ("label", "It is another structure than it says"),
    ("side", "It is on the other side"),
    ("mesh", "The surface has holes, or something is missing"),
    ("duplicate", "It is there twice"),
    ("licence", "Licence or citation are not right"),
    ("privacy", "It may show who somebody is"),
    ("other", "Something else"),
];

pub(crate) async fn form(
    State(site): State<Site>,
    Path(text): Path<String>,
    Query(begun): Query<Begun>,
) -> Result<Response, Failure> {
    let name = super::resolve(&site, &text).await?;
    if name.to_string() != text {
        return Ok(Redirect::permanent(&links::report(&name)).into_response());
    }
    let page = site.held(name).await?;
    Ok(super::answer(frame(&page, &begun, None)))
}

/// What stands in the form already.
#[derive(Deserialize, Default)]
pub(crate) struct Begun {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    text: String,
    /// The address of the view that shows it.
    #[serde(default)]
    view: String,
    /// People do not see this field: what is written into it, a machine has written.
    #[serde(default)]
    website: String,
}

pub(crate) async fn take(
    State(site): State<Site>,
    Path(text): Path<String>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    form: Result<Form<Begun>, FormRejection>,
) -> Result<Response, Failure> {
    if is_of_another_site(&headers) {
        return Err(Failure::forbidden("Reports are sent from the page of the shape itself."));
    }
    let name = super::resolve(&site, &text).await?;
    let page = site.held(name).await?;
    let Form(sent) = form.map_err(|why| match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Failure::too_large("A report has a few sentences at most.")
        }
        _ => Failure::bad_request("This is no report as the form sends it."),
    })?;
    let Some(said) = worded(&sent) else {
        let fault = "Say in a few words what is wrong.";
        let mut response = super::answer(frame(&page, &sent, Some(fault)));
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    if !sent.website.is_empty() {
        return Ok(super::answer(thanks(&page, None)));
    }
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Extension(peer)| peer.address);
    site.report_limit().admit(address).map_err(|_| Failure::too_many())?;
    let number = site.keep_report(page.shape.name.clone(), said, MOST_OPEN).await?;
    Ok(super::answer(thanks(&page, Some(number))))
}

/// A form of somebody else's page. Browsers say so; who says nothing is a program of the sender's own.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    sent_from(headers).is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

/// The report as it is kept; `None` if it says nothing.
fn worded(sent: &Begun) -> Option<String> {
    let text: String = sent.text.trim().chars().take(MOST_TEXT).collect();
    let kind = KINDS.iter().find(|(word, _)| *word == sent.kind)?;
    if text.is_empty() {
        return None;
    }
    let view = sent.view.trim();
    // It is shown as a link to one of our own pages, or not at all.
    let is_view = view.starts_with('?') && view.len() < 500 && !view.chars().any(char::is_control);
    let view = if is_view { format!("\nView: {view}") } else { String::new() };
    Some(format!("[{}] {text}{view}", kind.0))
}

fn frame(page: &ShapePage, begun: &Begun, fault: Option<&str>) -> Markup {
    let label = format!("{} of {}", numbered_label(&page.shape), page.subject.id);
    let address = links::shape(&page.shape.name);
    let frame = Page {
        title: "Report a problem",
        description: "Say what is wrong with a shape.",
        query: Some(""),
        has_viewer: false,
    };
    frame.around(html! {
        (crumbs(&[(label.as_str(), address.as_str())], "Report a problem"))
        div.page-head { h1 { "Report a problem" } p { "With " a href=(address) { (label) } "." } }
        @if let Some(fault) = fault { p.notice.is-bad role="alert" { (fault) } }
        form.report.panel action=(links::report(&page.shape.name)) method="post" {
            fieldset {
                legend { "What is wrong?" }
                @for (word, about) in KINDS {
                    label { input type="radio" name="kind" value=(word) required checked[begun.kind == word]; span { (about) } }
                }
            }
            label for="text" { "In a few words" }
            textarea id="text" name="text" rows="6" required maxlength=(MOST_TEXT) aria-describedby="text-note" { (begun.text) }
            p.muted id="text-note" { "Whoever keeps the collection reads it. Write nothing about persons, and leave an address only if you want an answer." }
            input type="hidden" name="view" value=(begun.view);
            div.trap aria-hidden="true" { label { "Leave this empty" input type="text" name="website" tabindex="-1" autocomplete="off"; } }
            button.button type="submit" { "Send" }
        }
    })
}

fn thanks(page: &ShapePage, number: Option<i64>) -> Markup {
    let frame = Page {
        title: "Thank you",
        description: "The report is kept.",
        query: Some(""),
        has_viewer: false,
    };
    frame.around(html! {
        div.message {
            h1 { "Thank you" }
            p { "The report is kept" @if let Some(number) = number { " under number " (number) } ", and whoever keeps the collection reads it." }
            p { a.button href=(links::shape(&page.shape.name)) { "Back to the shape" } }
        }
    })
}

/// Which reports a list shows.
#[derive(Deserialize)]
pub(crate) struct Listed {
    all: Option<String>,
}

/// All reports, for the curator.
pub(crate) async fn list(
    State(site): State<Site>,
    Query(listed): Query<Listed>,
) -> Result<Response, Failure> {
    if site.audience() != Audience::Curator {
        return Err(Failure::forbidden("Reports are read by whoever keeps the collection."));
    }
    let closed_too = listed.all.is_some();
    let reports = site.read(move |catalog| catalog.reports(closed_too)).await?;
    Ok(super::answer(table(&reports, closed_too)))
}

/// Reports that a page shows; the command shows all.
const MOST_SHOWN: usize = 1_000;

fn table(reports: &[Report], closed_too: bool) -> Markup {
    let frame = Page {
        title: "Reports",
        description: "What people say is wrong with shapes.",
        query: Some(""),
        has_viewer: false,
    };
    let n = words::counted(reports.len() as u64, "report", "reports");
    let other = if closed_too { links::reports() } else { links::reports() + "?all=1" };
    frame.around(html! {
        div.page-head {
            h1 { "Reports" }
            p { (n) @if !closed_too { " that nobody has answered" } ". " a href=(other) { @if closed_too { "Open ones only" } @else { "Answered ones, too" } } }
        }
        p.muted { code { "medshape reports --answer NUMBER \"what came of it\"" } " answers one." }
        @if !reports.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Table of reports" {
                table.reports {
                    thead { tr { th.number scope="col" { "Number" } th scope="col" { "Shape" } th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What is wrong" } th scope="col" { "Answer" } } }
                    tbody { @for report in reports.iter().rev().take(MOST_SHOWN) { (row(report)) } }
                }
            }
        }
    })
}

fn row(report: &Report) -> Markup {
    let (text, view) = match report.text.rsplit_once("\nView: ") {
        Some((text, view)) if view.starts_with('?') => (text, Some(view)),
        _ => (report.text.as_str(), None),
    };
    html! {
        tr {
            td.number { (report.number) }
            th scope="row" { a href=(address(&report.name, view)) { (report.name) } }
            td { (report.at.date()) }
            td { (report.who) }
            td.said { (text) }
            td.said { (report.answer.as_deref().unwrap_or("–")) }
        }
    }
}

fn address(name: &ShapeName, view: Option<&str>) -> String {
    links::shape(name) + view.unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_its_kind_and_needs_words() {
        let sent = |kind: &str, text: &str, view: &str| Begun {
            kind: kind.to_owned(),
            text: text.to_owned(),
            view: view.to_owned(),
            website: String::new(),
        };
        assert_eq!(worded(&sent("side", " left ", "")).as_deref(), Some("[side] left"));
        let with_view = worded(&sent("mesh", "a hole", "?cam=1,2,3"));
        assert_eq!(with_view.as_deref(), Some("[mesh] a hole\nView: ?cam=1,2,3"));
        let elsewhere = worded(&sent("mesh", "a hole", "https://evil.example/"));
        assert_eq!(elsewhere.as_deref(), Some("[mesh] a hole"));
        assert_eq!(worded(&sent("mesh", "  ", "")), None);
        assert_eq!(worded(&sent("nonsense", "text", "")), None);
        let long = worded(&sent("other", &"ü".repeat(9_000), "")).unwrap();
        assert!(long.len() < 4_000, "{}", long.len());
    }
}
