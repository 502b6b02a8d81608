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
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " · medshape" }
                    meta name="description" content=(self.description);
                    link rel="icon" type="image/svg+xml" href="/assets/icon.svg";
                    link rel="stylesheet" href=(assets::style_url());
                    @if let Some(script) = assets::page_url() {
                        script type="module" src=(script) {}
                    }
                    @if let (true, Some(script)) = (self.has_viewer, assets::viewer_url()) {
                        script type="module" src=(script) {}
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
                    a.wordmark href="/" {
                        img src="/assets/icon.svg" alt="" width="28" height="28";
                        "medshape"
                    }
                    @if let Some(query) = self.query { (search_box(query, false)) }
                    nav aria-label="Site" {
                        a href="/search" { "All shapes" }
                        a href=(links::ANATOMY) { "Anatomy" }
                        a href="/d" { "Sources" }
                        a href="/cart" data-cart-link { "Cart" }
                    }
                }
            }
        }
    }
}

pub(crate) fn search_box(query: &str, is_large: bool) -> Markup {
    html! {
        form.search.is-large[is_large] role="search" action="/search" method="get" {
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
                p { a href="/releases" { "Releases" } }
                p { a href="/v1/openapi.json" { "API description" } }
                p { "Each shape carries the licence of its source. Not for diagnosis or treatment." }
            }
        }
    }
}
