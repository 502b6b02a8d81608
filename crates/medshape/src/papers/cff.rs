//! `CITATION.cff`: Citation File Format 1.2.0 (Druskat et al., 2021, doi:10.5281/zenodo.5171937).

use medshape_catalog::{Licence, Source};

/// One data set of its own, with its sources as references. Strings are JSON's, which YAML reads.
pub(super) fn citation(sources: &[&Source]) -> String {
    let mut text = "cff-version: 1.2.0\n\
        message: \"If you use these shapes, cite each source that they come from.\"\n\
        title: \"Anatomical shapes made by medshape\"\n\
        abstract: \"Surfaces made from segmentations of the referenced data sets.\"\n\
        type: dataset\n\
        authors:\n  - name: \"The authors of the referenced data sets\"\n"
        .to_owned();
    if let [source] = sources {
        text += &licence_lines(&source.licence, "");
    }
    if !sources.is_empty() {
        text += "references:\n";
    }
    for source in sources {
        text += &reference(source);
    }
    text
}

fn reference(source: &Source) -> String {
    let title = quoted(&source.title);
    let mut text = format!(
        "  - type: data\n    title: {title}\n    authors:\n      - name: {}\n",
        quoted(&authors(source))
    );
    if let Some(version) = &source.version {
        text += &format!("    version: {}\n", quoted(version));
    }
    let url = source.url.as_deref().filter(|url| is_web(url));
    if let Some(url) = url {
        text += &format!("    url: {}\n", quoted(url));
    }
    if let Some(doi) = url.and_then(doi) {
        text += &format!("    doi: {}\n", quoted(doi));
    }
    text += &licence_lines(&source.licence, "    ");
    text + &format!("    notes: {}\n", quoted(&source.citation))
}

/// Citations are texts, not lists of names; an entity stands for the authors.
pub(super) fn authors(source: &Source) -> String {
    format!("The authors of {}", source.title)
}

/// The schema takes ids of the SPDX list alone.
fn licence_lines(licence: &Licence, indent: &str) -> String {
    if is_listed(&licence.id) {
        format!("{indent}license: {}\n", quoted(&licence.id))
    } else {
        String::new()
    }
}

/// Whether it is an id of the SPDX list, as far as the form of an id tells.
pub(super) fn is_listed(id: &str) -> bool {
    const LISTED: [&str; 9] = [
        "CC0-1.0",
        "PDDL-1.0",
        "0BSD",
        "Unlicense",
        "MIT",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ODbL-1.0",
    ];
    let kinds = ["CC-BY-", "CC-BY-SA-", "CC-BY-NC-", "CC-BY-ND-", "CC-BY-NC-SA-", "CC-BY-NC-ND-"];
    let is_version = |text: &str| ["1.0", "2.0", "2.5", "3.0", "4.0"].contains(&text);
    let is_cc = kinds.iter().any(|kind| id.strip_prefix(kind).is_some_and(is_version));
    is_cc || LISTED.contains(&id)
}

pub(super) fn is_web(url: &str) -> bool {
    let address = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    address.is_some_and(|address| {
        !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

/// The DOI that an address of `doi.org` holds.
pub(super) fn doi(url: &str) -> Option<&str> {
    let doi = url.strip_prefix("https://doi.org/")?;
    let (prefix, suffix) = doi.strip_prefix("10.")?.split_once('/')?;
    let is_prefix = (4..=9).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/_;-.()".contains(&b);
    (is_prefix && !suffix.is_empty() && suffix.bytes().all(is_plain)).then_some(doi)
}

fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain: String = line.chars().filter(|c| !c.is_control()).collect();
    serde_json::Value::from(plain).to_string()
}
