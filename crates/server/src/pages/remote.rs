//! A shape that others publish and that is not held here: what is known of it, and where it is.

use maud::{Markup, html};
use medshape::catalog::RemotePage;

use super::layout::Page;
use super::parts::{licence_badge, licence_panel, licence_warning};
use super::shape::{head, names};
use crate::{links, words};

pub(super) fn frame(page: &RemotePage) -> Markup {
    let label = words::remote_label(&page.remote);
    let title = format!("{label} of {}", page.subject.id);
    let description = format!("{title}, from {}: published elsewhere.", page.source.title);
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
            "This collection knows of the shape but does not hold it: there is no view and no quality "
            "report, only the address where others publish it."
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
            h2 id="facts" { "Facts" }
            dl.facts {
                dt { "Structure" }
                dd {
                    a href=(links::search(&format!("structure:{}", remote.structure), 1)) { (words::structure_name(&remote.structure)) }
                }
                @if let Some(side) = remote.side { dt { "Side" } dd { (side.word()) " of the person" } }
                @if let Some(finding) = &remote.finding { dt { "Finding" } dd { (words::structure_name(finding)) } }
                @if let Some(person) = words::person_of(subject) { dt { "Subject" } dd { (person) } }
                @if let Some(pathology) = &subject.pathology { dt { "Pathology" } dd { (pathology) } }
                dt { "Source" } dd { a href=(links::source(&source.id)) { (source.title) } " " (licence_badge(&source.licence.id)) }
                dt { "Published at" }
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
