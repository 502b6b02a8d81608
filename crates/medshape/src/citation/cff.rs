//! `CITATION.cff`: Citation File Format 1.2.0 (Druskat et al., 2021, doi:10.5281/zenodo.5171937).

use super::{Work, is_listed};

/// A data set, with what it was made of as references. Strings are JSON's, which YAML reads.
pub(super) fn citation(work: &Work) -> String {
    let message = work.message.as_deref().unwrap_or("If you use this data set, cite it.");
    let mut lines = vec!["cff-version: 1.2.0".to_owned(), format!("message: {}", quoted(message))];
    lines.push(format!("title: {}", quoted(&work.title)));
    lines.extend(work.about.as_deref().map(|text| format!("abstract: {}", quoted(text))));
    lines.push("type: dataset".to_owned());
    lines.extend(known_of(work));
    if !work.made_of.is_empty() {
        lines.push("references:".to_owned());
    }
    for source in &work.made_of {
        lines.push("  - type: data".to_owned());
        lines.push(format!("    title: {}", quoted(&source.title)));
        lines.extend(known_of(source).iter().map(|line| format!("    {line}")));
        lines.extend(source.note.as_deref().map(|note| format!("    notes: {}", quoted(note))));
    }
    lines.join("\n") + "\n"
}

fn known_of(work: &Work) -> Vec<String> {
    let mut lines =
        vec!["authors:".to_owned(), format!("  - name: {}", quoted(work.author_or_unknown()))];
    let mut add = |key: &str, value: Option<&str>| {
        lines.extend(value.map(|value| format!("{key}: {}", quoted(value))));
    };
    add("version", work.version.as_deref());
    add("date-released", work.issued.as_deref());
    add("url", work.url.as_deref());
    add("doi", work.doi.as_deref());
    // The schema takes ids of the SPDX list alone.
    add("license", work.licence.as_deref().filter(|id| is_listed(id)));
    lines
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(super::line(text)).to_string()
}
