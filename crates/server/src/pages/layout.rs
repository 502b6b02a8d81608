//! What stands around each page.

use maud::{DOCTYPE, Markup, html};

use super::parts::json_block;
use crate::language::{Language, Speech};
use crate::texts::{self, key};
use crate::{address, assets, banner, links};

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
        let at = |language| links::here_in(Some(language));
        self.whole(main, alternates(), languages(at))
    }

    /// The frame of a page that says why there is no other. It repeats nothing of the address, so that
    /// what is kept back looks as what never was.
    pub(crate) fn around_failure(&self, main: Markup) -> Markup {
        let at = |language: Language| format!("?lang={}", language.tag());
        self.whole(main, html! {}, languages(at))
    }

    fn whole(&self, main: Markup, alternates: Markup, languages: Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(Language::current().tag()) data-root=(links::at("")) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " · medshape" }
                    meta name="description" content=(self.description);
                    (alternates)
                    link rel="icon" type="image/svg+xml" href=(links::icon());
                    link rel="stylesheet" href=(links::at(assets::style_url()));
                    @if let Some(script) = assets::page_url() {
                        (texts_of("page"))
                        script type="module" src=(links::at(script)) {}
                    }
                    @if let (true, Some(script)) = (self.has_viewer, assets::viewer_url()) {
                        (texts_of("viewer"))
                        script type="module" src=(links::at(script)) {}
                    }
                }
                body {
                    a.skip href="#main" { (key::layout::SKIP) }
                    (self.header())
                    (banner::line())
                    main id="main" tabindex="-1" { (main) }
                    (footer(&languages))
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
                    nav aria-label=(key::layout::SITE) {
                        a href=(links::all_shapes()) { (key::layout::ALL_SHAPES) }
                        a href=(links::anatomy()) { (key::layout::ANATOMY) }
                        a href=(links::sources()) { (key::layout::SOURCES) }
                        a href=(links::cart()) data-cart-link { (key::layout::CART) }
                    }
                }
            }
        }
    }
}

pub(crate) fn search_box(query: &str, is_large: bool) -> Markup {
    html! {
        form.search.is-large[is_large] role="search" action=(links::search_form()) method="get" {
            (language_field())
            input type="search" name="q" value=(query) aria-label=(key::layout::SEARCH_SHAPES)
                placeholder=(key::layout::SEARCH_HINT) autocomplete="off"
                autocapitalize="none" spellcheck="false" maxlength="2000" autofocus[is_large];
            button type="submit" { (key::layout::SEARCH) }
        }
    }
}

/// What the scripts of a page say, in its language.
pub(crate) fn texts_of(section: &str) -> Markup {
    html! {
        script type="application/json" id={ (section) "-texts" } { (json_block(texts::of_scripts(section))) }
    }
}

/// Keeps the language that was asked for, in a form whose fields are the question.
pub(crate) fn language_field() -> Markup {
    let Speech { language, is_asked } = address::speech();
    html! { @if is_asked { input type="hidden" name="lang" value=(language.tag()); } }
}

/// The same page in each language, for search engines.
fn alternates() -> Markup {
    let at = |language| links::absolute_as_it_is(&links::here_in(language));
    html! {
        @for language in Language::all() {
            link rel="alternate" hreflang=(language.tag()) href=(at(Some(language)));
        }
        link rel="alternate" hreflang="x-default" href=(at(None));
    }
}

/// The same page in each language, for people: where it is, `at` says.
fn languages(at: impl Fn(Language) -> String) -> Markup {
    html! {
        nav.languages aria-label=(key::layout::LANGUAGE) {
            @for language in Language::all() {
                a href=(at(language)) lang=(language.tag()) hreflang=(language.tag()) data-language=(language.tag())
                    aria-current=[(language == Language::current()).then_some("true")] { (language.written().name) }
            }
        }
    }
}

fn footer(languages: &Markup) -> Markup {
    html! {
        footer.site-footer {
            div {
                p { "medshape " (env!("CARGO_PKG_VERSION")) }
                (languages)
                p { a href=(links::releases()) { (key::layout::RELEASES) } }
                @if banner::is_for_curator() { p { a href=(links::reports()) { (key::layout::REPORTS) } } }
                p { a href=(links::at("/v1/openapi.json")) { (key::layout::API) } }
                p { (key::layout::TERMS) }
            }
        }
    }
}
