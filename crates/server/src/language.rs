//! Which language a page is in: the one that its address asks for, or the one that the browser does.
//!
//! There is no cookie. `?lang=de` is kept in the links of a page that was asked for with it; without it,
//! `Accept-Language` decides. What programs are told is in English unless their address asks otherwise.

use axum::http::{HeaderMap, Uri, header};

use crate::address::{self, Address};
use crate::texts::{LANGUAGES, Written};

/// What names the language in an address.
pub(crate) const PARAMETER: &str = "lang=";

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language(&'static str);

impl Default for Language {
    fn default() -> Self {
        Self::ENGLISH
    }
}

impl Language {
    /// The language of the API, and of all that nobody asks to be in another.
    pub const ENGLISH: Self = Self("en");

    /// All of them, English first.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.iter().map(|written| Self(written.tag))
    }

    /// The language of a tag such as `de` or `de-AT`, if there are pages in it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::all().find(|language| language.0.eq_ignore_ascii_case(primary))
    }

    /// As in `lang` attributes.
    pub fn tag(self) -> &'static str {
        self.0
    }

    /// That of the request that is being answered.
    pub(crate) fn current() -> Self {
        address::speech().language
    }

    pub(crate) fn written(self) -> &'static Written {
        let of_tag = |written: &&Written| written.tag == self.0;
        LANGUAGES.iter().find(of_tag).unwrap_or(&LANGUAGES[0])
    }

    /// Does `work` that says something in this language.
    pub fn speaking<T>(self, work: impl FnOnce() -> T) -> T {
        Address::current().speaking(Speech { language: self, is_asked: false }).carry(work)
    }
}

/// The language of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Speech {
    pub(crate) language: Language,
    /// Whether the address says so; then its links do as well.
    pub(crate) is_asked: bool,
}

impl Speech {
    /// What a request asks for; `path` is that below the prefix.
    pub(crate) fn of(path: &str, uri: &Uri, headers: &HeaderMap) -> Self {
        if let Some(language) = asked(uri).and_then(Language::of_tag) {
            return Self { language, is_asked: true };
        }
        if is_for_programs(path) {
            return Self::default();
        }
        let lists = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let accepted = lists.filter_map(|list| list.to_str().ok()).find_map(best_of);
        Self { language: accepted.unwrap_or_default(), is_asked: false }
    }
}

/// What an address names as its language.
pub(crate) fn asked(uri: &Uri) -> Option<&str> {
    parts(uri.query().unwrap_or("")).find_map(|part| part.strip_prefix(PARAMETER))
}

fn parts(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|part| !part.is_empty())
}

/// Whether what stands at a path is read by programs.
fn is_for_programs(path: &str) -> bool {
    const FIRST: [&str; 13] = [
        "assets",
        "croissant.json",
        "download",
        "embed.js",
        "favicon.ico",
        "files",
        "healthz",
        "metrics",
        "oembed",
        "robots.txt",
        "sitemap.xml",
        "sitemaps",
        "v1",
    ];
    path.split('/').nth(1).is_some_and(|first| FIRST.contains(&first))
}

/// The language that is wanted most, of those that there are (RFC 9110, section 12.5.4).
fn best_of(list: &str) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for range in list.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let language = parts.next().and_then(Language::of_tag);
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let weight: f32 = weight.map_or(Some(1.0), |weight| weight.parse().ok()).unwrap_or(0.0);
        let Some(language) = language.filter(|_| weight > 0.0) else { continue };
        if best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// An address with a language in place of the one that it names; `None` for an address that names none.
pub(crate) fn in_link(link: &str, language: Option<Language>) -> String {
    let (link, fragment) = link.split_once('#').map_or((link, None), |(l, f)| (l, Some(f)));
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let mut kept: Vec<String> =
        parts(query).filter(|part| !part.starts_with(PARAMETER)).map(str::to_owned).collect();
    kept.extend(language.map(|language| format!("{PARAMETER}{}", language.0)));
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    let fragment = fragment.map_or_else(String::new, |fragment| format!("#{fragment}"));
    format!("{path}{query}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: Language = Language("de");

    #[test]
    fn the_language_that_is_wanted_most_is_taken() {
        let check = |list: &str, expected: Option<Language>| {
            assert_eq!(best_of(list), expected, "{list}");
        };
        check("de", Some(GERMAN));
        check("de-AT,de;q=0.9,en;q=0.8", Some(GERMAN));
        check("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some(Language::ENGLISH));
        check("en;q=0.5, de;q=0.6", Some(GERMAN));
        check("de;q=0, en;q=0.1", Some(Language::ENGLISH));
        check("DE", Some(GERMAN));
        check("deu, xx, *", None);
        check("de;q=x", None);
        check("", None);
    }

    #[test]
    fn an_address_comes_before_the_browser_and_programs_are_told_in_english() {
        let speech = |uri: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, "de".parse().unwrap());
            let uri: Uri = uri.parse().unwrap();
            Speech::of(uri.path(), &uri, &headers)
        };
        let said = |language, is_asked| Speech { language, is_asked };
        assert_eq!(speech("/"), said(GERMAN, false));
        assert_eq!(speech("/?lang=en"), said(Language::ENGLISH, true));
        assert_eq!(speech("/search?q=lang&lang=de"), said(GERMAN, true));
        assert_eq!(speech("/?lang=xx"), said(GERMAN, false));
        assert_eq!(speech("/v1/search"), said(Language::ENGLISH, false));
        assert_eq!(speech("/v1/search?lang=de"), said(GERMAN, true));
        assert_eq!(speech("/v1x"), said(GERMAN, false));
    }

    #[test]
    fn a_link_names_one_language_or_none() {
        assert_eq!(in_link("/d", Some(GERMAN)), "/d?lang=de");
        assert_eq!(in_link("/d?page=2#x", Some(GERMAN)), "/d?page=2&lang=de#x");
        assert_eq!(in_link("/d?lang=en&page=2", Some(GERMAN)), "/d?page=2&lang=de");
        assert_eq!(in_link("/d?lang=de", None), "/d");
        assert_eq!(in_link("/d#x", None), "/d#x");
    }
}
