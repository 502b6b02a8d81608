//! Somebody says what is wrong with a shape; whoever keeps the collection reads it.

use std::net::{IpAddr, Ipv4Addr};

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use medshape::catalog::{Audience, Report, ReportState, ShapeName, ShapePage};
use serde::Deserialize;

use super::layout::Page;
use super::parts::crumbs;
use super::viewer::numbered_label;
use crate::failure::Failure;
use crate::http::headers::sent_from;
use crate::peer::Peer;
use crate::texts::{Key, key};
use crate::words::Tone;
use crate::{Site, links, words};

/// Bytes of a form: what a report may hold, as forms escape it, and more.
pub(crate) const MOST_FORM: usize = 20_000;
/// Characters that the box takes; the catalog keeps 4,000 bytes.
const MOST_TEXT: usize = 1_200;
/// Reports that nobody has seen to; then somebody has to, before more are taken.
const MOST_OPEN: u64 = 5_000;

/// What can be wrong.
const KINDS: [(&str, Key); 7] = [
    ("label", key::report::LABEL),
    ("side", key::report::SIDE),
    ("mesh", key::report::MESH),
    ("duplicate", key::report::DUPLICATE),
    ("licence", key::report::LICENCE),
    ("privacy", key::report::PRIVACY),
    ("other", key::report::OTHER),
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
        return Err(Failure::forbidden(key::report::FOREIGN.text()));
    }
    let name = super::resolve(&site, &text).await?;
    let page = site.held(name).await?;
    let Form(sent) = form.map_err(|why| match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(key::report::TOO_LONG.text()),
        _ => Failure::bad_request(key::report::MALFORMED.text()),
    })?;
    let Some(said) = worded(&sent) else {
        let fault = key::report::EMPTY.text();
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
    let label = words::title(&numbered_label(&page.shape), &page.subject.id);
    let address = links::shape(&page.shape.name);
    let frame = Page {
        title: key::report::TITLE.text(),
        description: key::report::DESCRIPTION.text(),
        query: Some(""),
        has_viewer: false,
    };
    frame.around(html! {
        (crumbs(&[(label.as_str(), address.as_str())], key::report::TITLE.text()))
        div.page-head { h1 { (key::report::TITLE) } p { (key::report::WITH.around(&[("shape", html! { a href=(address) { (label) } })])) } }
        @if let Some(fault) = fault { p.notice.is-bad role="alert" { (fault) } }
        form.report.panel action=(links::report(&page.shape.name)) method="post" {
            fieldset {
                legend { (key::report::WHAT) }
                @for (word, about) in KINDS {
                    label { input type="radio" name="kind" value=(word) required checked[begun.kind == word]; span { (about) } }
                }
            }
            label for="text" { (key::report::FEW_WORDS) }
            textarea id="text" name="text" rows="6" required maxlength=(MOST_TEXT) aria-describedby="text-note" { (begun.text) }
            p.muted id="text-note" { (key::report::NOTE) }
            input type="hidden" name="view" value=(begun.view);
            div.trap aria-hidden="true" { label { (key::report::TRAP) input type="text" name="website" tabindex="-1" autocomplete="off"; } }
            button.button type="submit" { (key::report::SEND) }
        }
    })
}

fn thanks(page: &ShapePage, number: Option<i64>) -> Markup {
    let frame = Page {
        title: key::report::THANKS.text(),
        description: key::report::KEPT.text(),
        query: Some(""),
        has_viewer: false,
    };
    frame.around(html! {
        div.message {
            h1 { (key::report::THANKS) }
            p {
                @match number {
                    Some(number) => (key::report::KEPT_AS.with(&[("number", &number)])),
                    None => (key::report::KEPT),
                }
                " " (key::report::READ)
            }
            p { a.button href=(links::shape(&page.shape.name)) { (key::report::BACK) } }
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
        return Err(Failure::forbidden(key::report::FORBIDDEN.text()));
    }
    let closed_too = listed.all.is_some();
    let reports = site.read(move |catalog| catalog.reports(closed_too)).await?;
    Ok(super::answer(table(&reports, closed_too)))
}

/// Reports that a page shows; the command shows all.
const MOST_SHOWN: usize = 1_000;

fn table(reports: &[Report], closed_too: bool) -> Markup {
    let frame = Page {
        title: key::layout::REPORTS.text(),
        description: key::report::LIST_DESCRIPTION.text(),
        query: Some(""),
        has_viewer: false,
    };
    let n = reports.len() as u64;
    let (said, other, way) = if closed_too {
        (key::report::ALL.counted(n), links::reports(), key::report::OPEN_ONLY)
    } else {
        let all = links::with(links::reports(), ("all", "1"));
        (key::report::OPEN.counted(n), all, key::report::ANSWERED_TOO)
    };
    frame.around(html! {
        div.page-head {
            h1 { (key::layout::REPORTS) }
            p { (said) " " a href=(other) { (way) } }
        }
        p.muted { (key::report::HOW.around(&[("command", html! { code { "medshape reports --answer NUMBER \"…\"" } })])) }
        @if !reports.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(key::report::TABLE) {
                table.reports {
                    thead { tr { th.number scope="col" { (key::report::NUMBER) } th scope="col" { (key::kind::SHAPE) } th scope="col" { (key::report::WHEN) } th scope="col" { (key::report::WHO) } th scope="col" { (key::report::WRONG) } th scope="col" { (key::report::ANSWER) } } }
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
            td { (words::date(report.at)) }
            td lang="en" { (report.who) }
            td.said { (text) }
            td.said { (seen_to(report)) }
        }
    }
}

/// What became of a report; of an open one, a form that answers or closes it.
fn seen_to(report: &Report) -> Markup {
    html! {
        @match report.state() {
            ReportState::Answered => (report.answer.as_deref().unwrap_or_default()),
            ReportState::Closed => span.muted { (key::report::CLOSED) },
            ReportState::Open => {
                form.answer action=(links::reports()) method="post" {
                    input type="hidden" name="number" value=(report.number);
                    textarea name="answer" rows="2" maxlength=(MOST_TEXT) aria-label=(key::report::ANSWER_TO.with(&[("number", &report.number)])) {}
                    button.button type="submit" { (key::report::DO_ANSWER) }
                    button.button.is-quiet type="submit" name="close" value="1" { (key::report::DO_CLOSE) }
                }
            }
        }
    }
}

/// What a curator says to a report.
#[derive(Deserialize)]
pub(crate) struct Said {
    number: i64,
    #[serde(default)]
    answer: String,
    close: Option<String>,
}

/// Answers a report, or closes it, and shows those that are left.
pub(crate) async fn answer(
    State(site): State<Site>,
    headers: HeaderMap,
    form: Result<Form<Said>, FormRejection>,
) -> Result<Response, Failure> {
    if site.audience() != Audience::Curator || is_of_another_site(&headers) {
        return Err(Failure::forbidden(key::report::FORBIDDEN.text()));
    }
    let malformed = |_| Failure::bad_request(key::report::MALFORMED.text());
    let Form(Said { number, answer, close }) = form.map_err(malformed)?;
    if close.is_none() && answer.trim().is_empty() {
        return Err(Failure::bad_request(key::report::NO_ANSWER.text()));
    }
    let seen_to = site.write(None, move |catalog| {
        if !catalog.reports(false)?.iter().any(|report| report.number == number) {
            return Ok(false);
        }
        match close {
            Some(_) => catalog.close_report(number)?,
            None => catalog.answer_report(number, &answer)?,
        }
        Ok(true)
    });
    if !seen_to.await? {
        return Err(Failure::not_found(key::report::NOT_OPEN.with(&[("number", &number)])));
    }
    Ok(Redirect::to(&links::reports()).into_response())
}

/// What was reported of a shape, as its page says it to everybody: when, of which kind, and what came of
/// it. What people wrote is for the curator alone, since it may be about persons.
pub(super) fn panel(reports: &[Report]) -> Markup {
    html! {
        @if !reports.is_empty() {
            section.panel aria-labelledby="reports" {
                h2 id="reports" { (key::report::PANEL) }
                ul.notes {
                    @for report in reports {
                        li {
                            (words::date(report.at)) ": " (kind(report)) " "
                            @match report.state() {
                                ReportState::Open => span class=(Tone::Warn.class()) { (key::report::IS_OPEN) },
                                ReportState::Answered => span class=(Tone::Good.class()) { (key::report::IS_ANSWERED) },
                                ReportState::Closed => span.badge { (key::report::IS_CLOSED) },
                            }
                            @if let Some(answer) = &report.answer { p.said { (answer) } }
                        }
                    }
                }
            }
        }
    }
}

/// What kind of problem a report is about; those of the command line say none.
fn kind(report: &Report) -> Key {
    let word = report.text.strip_prefix('[').and_then(|rest| rest.split(']').next());
    let known = word.and_then(|word| KINDS.iter().find(|(known, _)| *known == word));
    known.map_or(key::report::OTHER, |(_, about)| *about)
}

fn address(name: &ShapeName, view: Option<&str>) -> String {
    links::with_view(name, view.unwrap_or(""))
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
