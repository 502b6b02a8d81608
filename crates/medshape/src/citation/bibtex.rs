//! BibTeX: one entry a work.

use super::Work;

pub(crate) fn references(works: &[&Work]) -> String {
    works.iter().map(|work| entry(work)).collect::<Vec<_>>().join("\n")
}

fn entry(work: &Work) -> String {
    // Braces within keep the name of a group from being taken apart.
    let grouped = |text: &str| format!("{{{}}}", escaped(text));
    let mut fields =
        vec![("author", grouped(work.author_or_unknown())), ("title", grouped(&work.title))];
    fields.extend(work.issued_parts().map(|[year, ..]| ("year", escaped(year))));
    fields.extend(work.publisher.as_deref().map(|text| ("publisher", grouped(text))));
    fields.extend(work.version.as_deref().map(|text| ("version", escaped(text))));
    fields.extend(work.doi.as_deref().map(|text| ("doi", escaped(text))));
    // Fields of addresses are taken as they are, but for what would end them.
    let address = |url: &str| url.replace(['{', '}', '\\', '%'], "");
    fields.extend(work.url.as_deref().map(|url| ("url", address(url))));
    fields.extend(work.remarks().map(|text| ("note", escaped(&text))));
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("  {name} = {{{value}}}")).collect();
    format!("@misc{{{},\n{}\n}}\n", work.key, fields.join(",\n"))
}

/// Text in which nothing steers BibTeX or LaTeX.
fn escaped(text: &str) -> String {
    let line = super::line(text);
    let mut escaped = String::with_capacity(line.len());
    for character in line.chars() {
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
