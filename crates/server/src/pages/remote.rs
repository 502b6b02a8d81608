//! A shape that others publish and that is not held here: what is known of it, and where it is.

use maud::{Markup, html};
use medshape::catalog::RemotePage;

use super::layout::Page;
use super::parts::{licence_badge, licence_panel, licence_warning};
use super::shape::{head, names};
use crate::texts::key;
use crate::{links, words};

pub(super) fn frame(page: &RemotePage) -> Markup {
    let label = words::remote_label(&page.remote);
    let title = words::title(&label, &page.subject.id);
    let said: [(&str, &dyn std::fmt::Display); 2] =
        [("title", &title), ("source", &page.source.title)];
    let description = key::remote::DESCRIPTION.with(&said);
    let frame =
        Page { title: &title, description: &description, query: Some(""), has_viewer: false };
    frame.around(main(page, &label))
}

fn main(page: &RemotePage, label: &str) -> Markup {
    let RemotePage { remote, subject, source } = page;
    html! {
        (head(label, subject, source, html! {}))
        (licence_warning(source))
        p.notice {
            (key::remote::NOTICE)
        }
        div.columns {
            div { (facts(page)) }
            div { (licence_panel(source)) (names(&remote.name, &remote.aliases)) }
        }
    }
}

fn facts(page: &RemotePage) -> Markup {
    let RemotePage { remote, subject, source } = page;
    html! {
        section.panel aria-labelledby="facts" {
            h2 id="facts" { (key::release::FACTS) }
            dl.facts {
                dt { (key::kind::STRUCTURE) }
                dd {
                    a href=(links::search(&format!("structure:{}", remote.structure), 1)) { (words::Named::of(&remote.structure)) }
                }
                @if let Some(side) = remote.side { dt { (key::kind::SIDE) } dd { (words::side_of_person(side)) } }
                @if let Some(finding) = &remote.finding { dt { (key::shape::FINDING) } dd { (words::Named::of(finding)) } }
                @if let Some(person) = words::person_of(subject) { dt { (key::kind::SUBJECT) } dd { (person) } }
                @if let Some(pathology) = &subject.pathology { dt { (key::kind::PATHOLOGY) } dd { (pathology) } }
                dt { (key::kind::SOURCE) } dd { a href=(links::source(&source.id)) { (source.title) } " " (licence_badge(&source.licence.id)) }
                dt { (key::release::PUBLISHED_AT) }
                dd {
                    @if super::parts::is_web(&remote.url) {
                        a href=(remote.url) rel="external noreferrer" { (remote.url) }
                    } @else {
                        (remote.url)
                    }
                }
            }
        }
    }
}
