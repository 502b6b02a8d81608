//! Pieces that several pages share.

use maud::{Markup, PreEscaped, html};
use medshape::catalog::{Flag, Hit, Quality, Role, Shape, Source, Weight};

use crate::links;
use crate::texts::key;
use crate::words::{self, Tone};

/// The way down to a page: each step a name and an address; the last is where one is.
pub(crate) fn crumbs(steps: &[(&str, &str)], here: &str) -> Markup {
    html! {
        nav.crumbs aria-label=(key::parts::WHERE) {
            ol {
                @for (name, address) in steps { li { a href=(address) { (name) } } }
                li { span aria-current="page" { (here) } }
            }
        }
    }
}

/// A hit with its picture and what tells it from others. `position` is its place on the page.
pub(crate) fn card(hit: &Hit, position: usize) -> Markup {
    let label = words::hit_label(hit);
    let person = words::person(hit.sex, hit.age_years);
    html! {
        li.card data-shape=[hit.measures().map(|_| &hit.name)] {
            div.picture {
                @match thumbnail_of(hit) {
                    Some(address) => (picture(&address, &words::title(&label, hit.name.subject()), position)),
                    None => (placeholder(hit.measures().is_some())),
                }
            }
            div.card-text {
                h2 { a href=(links::shape(&hit.name)) { (label) (hit_number(hit)) } }
                p { (hit.name.subject()) @if let Some(person) = person { " · " (person) } }
                @if let Some(measures) = hit.measures() {
                    p { (words::volume(measures.volume_mm3)) " · " (key::count::FACES.counted(measures.n_faces)) }
                }
                @if let Some(finding) = &hit.finding { p { (key::parts::WITH.around(&[("finding", words::Named::of(finding).inline())])) } }
                @if let Some(pathology) = &hit.pathology { p { (key::parts::PATHOLOGY.around(&[("text", html! { (pathology) })])) } }
                div.badges { @if let Some(quality) = hit.quality() { (badges(quality)) } (licence_badge(&hit.licence)) }
            }
        }
    }
}

/// A button that puts shapes into the cart, which scripts keep: without them it does not show.
pub(crate) fn add_to_cart(names: &[String], label: &str) -> Markup {
    html! {
        button.button type="button" hidden data-cart-add=(names.join(" ")) data-label=(label) { (label) }
    }
}

/// What stands where there is no picture: an outline, and why.
pub(crate) fn placeholder(is_held: bool) -> Markup {
    html! {
        div.no-picture {
            svg.outline viewBox="0 0 48 48" aria-hidden="true" {
                path d="M24 4 41 13.5v21L24 44 7 34.5v-21zM7 13.5 24 23l17-9.5M24 23v21" {}
            }
            span { @if is_held { (key::parts::NO_PICTURE) } @else { (key::parts::ELSEWHERE) } }
        }
    }
}

/// A picture that keeps its place while it loads; those far down wait until they are near.
pub(crate) fn picture(address: &str, alt: &str, position: usize) -> Markup {
    let loading = if position < 12 { "eager" } else { "lazy" };
    html! {
        img src=(address) alt=(alt) width="256" height="256" loading=(loading) decoding="async";
    }
}

pub(crate) fn thumbnail(shape: &Shape) -> Option<String> {
    links::file_of(shape, Role::Thumbnail)
}

fn thumbnail_of(hit: &Hit) -> Option<String> {
    links::file_among(&hit.name, hit.files(), Role::Thumbnail)
}

pub(crate) fn badges(quality: &Quality) -> Markup {
    html! {
        @for (tone, text) in words::badges(quality) { span class=(tone.class()) { (text) } }
    }
}

pub(crate) fn licence_badge(licence: &str) -> Markup {
    html! {
        @if licence == words::UNKNOWN_LICENCE {
            span class=(Tone::Bad.class()) { (key::parts::UNKNOWN_LICENCE) }
        } @else {
            span.badge { (licence) }
        }
    }
}

/// Rules of the body that shapes break, each with its reason.
pub(crate) fn doubts(flags: &[Flag]) -> Markup {
    html! {
        @if !flags.is_empty() {
            section.panel aria-labelledby="doubts" {
                h2 id="doubts" { (key::parts::DOUBTS) }
                ul.notes {
                    @for flag in flags {
                        li {
                            @match flag.weight {
                                Weight::Doubtful => span class=(Tone::Bad.class()) { (key::parts::DOUBTFUL) },
                                Weight::Note => span.badge { (key::parts::NOTE) },
                            }
                            " " span lang="en" { (words::capitalised(&flag.text)) "." }
                        }
                    }
                }
            }
        }
    }
}

/// Where nobody has said what may be done with the shapes of a source.
pub(crate) fn licence_warning(source: &Source) -> Markup {
    html! {
        @if words::is_unlicensed(source) {
            p.notice.is-bad {
                strong { (key::parts::UNKNOWN_TITLE) }
                " " (key::parts::UNKNOWN_TERMS)
            }
        }
    }
}

/// Licence, who says so, and how to cite.
pub(crate) fn licence_panel(source: &Source) -> Markup {
    html! {
        // Saved pictures carry both.
        section.panel aria-labelledby="licence" data-licence=(source.licence.id) data-citation=(source.citation) {
            h2 id="licence" { (key::parts::LICENCE_AND_CITATION) }
            dl.facts {
                dt { (key::parts::LICENCE) }
                dd { (licence_link(&source.licence.id)) }
                dt { (key::parts::EVIDENCE) }
                dd lang="en" { (source.licence.evidence) }
                dt { (key::parts::CHECKED) }
                dd { (words::checked(&source.licence)) }
                dt { (key::parts::TERMS) }
                dd { (words::terms(&source.licence)) }
                dt { (key::parts::PRIVACY) }
                dd { (words::privacy(source.privacy_class)) }
                @if let Some(version) = &source.version {
                    dt { (key::parts::VERSION) }
                    dd { (version) }
                }
                dt { (key::parts::CITE) }
                dd lang="en" { (source.citation) }
                @if let Some(address) = source.url.as_deref().filter(|url| is_web(url)) {
                    dt { (key::parts::DESCRIBED_AT) }
                    dd { a href=(address) rel="external noreferrer" { (address) } }
                }
            }
        }
    }
}

fn licence_link(licence: &str) -> Markup {
    let is_listed = !licence.starts_with("LicenseRef-")
        && licence.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte));
    html! {
        @if is_listed {
            a href={ "https://spdx.org/licenses/" (licence) ".html" } rel="external noreferrer" {
                (licence)
            }
        } @else if licence == words::UNKNOWN_LICENCE {
            (key::parts::UNKNOWN_NOT_FOR)
        } @else {
            (licence)
        }
    }
}

/// Addresses come from outside: a `javascript:` one is never linked.
pub(crate) fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Text for a `<script type="application/json">`, where nothing can end the element early.
pub(crate) fn json_block(json: &str) -> Markup {
    PreEscaped(json.replace('<', "\\u003c"))
}

/// What tells a shape from others of its kind in one case.
pub(crate) fn hit_number(hit: &Hit) -> String {
    match hit.name.ordinal().get() {
        1 => String::new(),
        ordinal => format!(" {ordinal}"),
    }
}
