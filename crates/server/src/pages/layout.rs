//! What stands around each page.

use maud::{DOCTYPE, Markup, html};

use crate::{assets, banner, links};

/// A page before the frame is around it.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    /// A sentence for search engines.
    pub(crate) description: &'a str,
    /// What stands in the search box of the header; `None` for a page with a box of its own.
    pub(crate) query: Option<&'a str>,
    /// Whether there is a 3D view on it.
    pub(crate) has_viewer: bool,
}

impl Page<'_> {
    pub(crate) fn around(&self, main: Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" data-root=(links::at("")) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " · medshape" }
                    meta name="description" content=(self.description);
                    link rel="icon" type="image/svg+xml" href=(links::icon());
                    link rel="stylesheet" href=(links::at(assets::style_url()));
                    @if let Some(script) = assets::page_url() {
                        script type="module" src=(links::at(script)) {}
                    }
                    @if let (true, Some(script)) = (self.has_viewer, assets::viewer_url()) {
                        script type="module" src=(links::at(script)) {}
                    }
                }
                body {
                    a.skip href="#main" { "Skip to content" }
                    (self.header())
                    (banner::line())
                    main id="main" tabindex="-1" { (main) }
                    (footer())
                }
            }
        }
    }

    fn header(&self) -> Markup {
        html! {
            header.site-header {
                div {
                    a.wordmark href=(links::home()) {
                        img src=(links::icon()) alt="" width="28" height="28";
                        "medshape"
                    }
                    @if let Some(query) = self.query { (search_box(query, false)) }
                    nav aria-label="Site" {
                        a href=(links::all_shapes()) { "All shapes" }
                        a href=(links::anatomy()) { "Anatomy" }
                        a href=(links::sources()) { "Sources" }
                        a href=(links::cart()) data-cart-link { "Cart" }
                    }
                }
            }
        }
    }
}

pub(crate) fn search_box(query: &str, is_large: bool) -> Markup {
    html! {
        form.search.is-large[is_large] role="search" action=(links::all_shapes()) method="get" {
            input type="search" name="q" value=(query) aria-label="Search shapes"
                placeholder="left kidney, female heart 60..70" autocomplete="off"
                autocapitalize="none" spellcheck="false" maxlength="2000" autofocus[is_large];
            button type="submit" { "Search" }
        }
    }
}

fn footer() -> Markup {
    html! {
        footer.site-footer {
            div {
                p { "medshape " (env!("CARGO_PKG_VERSION")) }
                p { a href=(links::releases()) { "Releases" } }
                @if banner::is_for_curator() { p { a href=(links::reports()) { "Reports" } } }
                p { a href=(links::at("/v1/openapi.json")) { "API description" } }
                p { "Each shape carries the licence of its source. Not for diagnosis or treatment." }
            }
        }
    }
}
