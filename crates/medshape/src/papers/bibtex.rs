//! `references.bib`: one entry a source.

use medshape_catalog::Source;

use super::cff::{authors, doi, is_web};

pub(super) fn references(sources: &[&Source]) -> String {
    sources.iter().map(|source| entry(source)).collect::<Vec<_>>().join("\n")
}

fn entry(source: &Source) -> String {
    let mut fields = vec![
        // Braces within keep the name of a group from being taken apart.
        ("author", format!("{{{}}}", escaped(&authors(source)))),
        ("title", format!("{{{}}}", escaped(&source.title))),
    ];
    if let Some(version) = &source.version {
        fields.push(("version", escaped(version)));
    }
    if let Some(url) = source.url.as_deref().filter(|url| is_web(url)) {
        fields.extend(doi(url).map(|doi| ("doi", escaped(doi))));
        // Fields of addresses are taken as they are, but for what would end them.
        fields.push(("url", url.replace(['{', '}', '\\', '%'], "")));
    }
    fields.push(("note", escaped(&format!("{} Licence: {}", source.citation, source.licence.id))));
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("  {name} = {{{value}}}")).collect();
    format!("@misc{{{},\n{}\n}}\n", source.id, fields.join(",\n"))
}

/// Text in which nothing steers BibTeX or LaTeX.
fn escaped(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars().filter(|c| !c.is_control()) {
        match character {
            '&' | '%' | '$' | '#' | '_' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '{' => escaped.push('('),
            '}' => escaped.push(')'),
            '\\' => escaped.push('/'),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            other => escaped.push(other),
        }
    }
    escaped
}
