//! What travels with shapes that are handed out: whose they are, on which terms, and how to cite them.
//!
//! Every bundle, whatever its form, carries the same papers: `LICENSES/` with a text for each licence,
//! `ATTRIBUTION.md` for people, `CITATION.cff` (Citation File Format 1.2.0) and `references.bib` for
//! their programs. The same sources give the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use medshape_catalog::{Licence, Source, Terms};

use crate::citation::{self, Form, Work};
use crate::{Error, download};

mod texts;

/// Name of the list of sources and licences.
pub const ATTRIBUTION: &str = "ATTRIBUTION.md";
/// Name of the citation for programs.
pub const CITATION: &str = "CITATION.cff";
/// Name of the citation for LaTeX.
pub const REFERENCES: &str = "references.bib";
/// Folder of the texts of the licences.
pub const LICENCES: &str = "LICENSES";

/// A file beside the shapes of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Where in the bundle, with `/` between its parts.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// The papers for shapes of these sources, by path.
pub fn papers<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Vec<Paper> {
    let sources: BTreeMap<&str, &Source> =
        sources.into_iter().map(|source| (source.id.as_str(), source)).collect();
    let sources: Vec<&Source> = sources.into_values().collect();
    let cited = bundle(&sources);
    let paper = |path: &str, text: String| Paper { path: path.to_owned(), text };
    let mut papers =
        vec![paper(ATTRIBUTION, attribution(&sources)), paper(CITATION, cited.to_text(Form::Cff))];
    let licences: BTreeMap<&str, &Licence> =
        sources.iter().map(|source| (source.licence.id.as_str(), &source.licence)).collect();
    for (id, licence) in licences {
        papers.push(paper(&format!("{LICENCES}/{id}.txt"), texts::text(licence)));
    }
    papers.push(paper(REFERENCES, references(&cited)));
    papers
}

/// A bundle of shapes of these sources, as one data set.
fn bundle(sources: &[&Source]) -> Work {
    // Of several licences none is that of the whole.
    let licence = if let [source] = sources { Some(source.licence.id.clone()) } else { None };
    Work {
        title: "Anatomical shapes made by medshape".to_owned(),
        about: Some("Surfaces made from segmentations of the referenced data sets.".to_owned()),
        author: Some("The authors of the referenced data sets".to_owned()),
        licence,
        message: Some("If you use these shapes, cite each source that they come from.".to_owned()),
        made_of: sources.iter().map(|source| Work::of_source(source)).collect(),
        ..Work::default()
    }
}

/// The sources of a bundle, for LaTeX.
fn references(bundle: &Work) -> String {
    citation::references(&bundle.made_of.iter().collect::<Vec<_>>())
}

/// Writes the papers into a folder.
///
/// # Errors
/// The folder cannot be written.
pub fn write<'a>(
    folder: &Path,
    sources: impl IntoIterator<Item = &'a Source>,
) -> Result<(), Error> {
    for Paper { path, text } in papers(sources) {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(Error::io(parent))?;
        }
        download::write_whole(&path, &text)?;
    }
    Ok(())
}

/// The union of what several licences ask, and what all of them allow.
pub fn strictest<'a>(licences: impl IntoIterator<Item = &'a Licence>) -> Terms {
    let free = Terms {
        attribution: false,
        share_alike: false,
        non_commercial: false,
        no_derivatives: false,
        redistributable: true,
        dua_required: false,
    };
    licences.into_iter().fold(free, |all, licence| Terms {
        attribution: all.attribution | licence.terms.attribution,
        share_alike: all.share_alike | licence.terms.share_alike,
        non_commercial: all.non_commercial | licence.terms.non_commercial,
        no_derivatives: all.no_derivatives | licence.terms.no_derivatives,
        redistributable: all.redistributable
            & licence.terms.redistributable
            & !licence.is_unknown(),
        dua_required: all.dua_required | licence.terms.dua_required,
    })
}

/// What was done to the sources' files before they became shapes; licences ask to say so.
const CHANGES: &str = "surfaces made from segmentations";

fn attribution(sources: &[&Source]) -> String {
    let mut text = "# Where these shapes come from\n\n".to_owned();
    for condition in conditions(sources) {
        text += &format!("- **{condition}**\n");
    }
    text += "\nEach shape stays under the licence of its source; `LICENSES/` holds the texts.\n\n\
        ## Sources\n\n";
    for source in sources {
        text += &line(source);
    }
    text
}

/// One line a source: title, citation, source, licence, changes.
fn line(source: &Source) -> String {
    let Source { title, citation, url, licence, version, .. } = source;
    let version = version.as_ref().map_or(String::new(), |version| format!(", version {version}"));
    let mut line = format!("- **{}**{}: {}", plain(title), plain(&version), plain(citation));
    if let Some(url) = url {
        let _ = write!(line, " <{}>", address(url));
    }
    let evidence = plain(&licence.evidence);
    let checked = match (&licence.checked_by, &licence.checked_on) {
        (Some(by), Some(on)) => format!("checked by {} on {}", plain(by), plain(on)),
        _ => "not checked".to_owned(),
    };
    let _ = writeln!(
        line,
        " Licence: {} ({evidence} {checked}). Changes: {CHANGES}.",
        plain(&licence.id)
    );
    line
}

/// Whether a licence asks for something.
type Asks<'a> = &'a dyn Fn(&Licence) -> bool;

/// What whoever passes the whole bundle on must keep to, the strictest first.
fn conditions(sources: &[&Source]) -> Vec<String> {
    let which = |holds: Asks<'_>| {
        let of = sources.iter().filter(|source| holds(&source.licence));
        let titles: Vec<String> = of.map(|source| plain(&source.title)).collect();
        if titles.len() == sources.len() { "all of it".to_owned() } else { titles.join(", ") }
    };
    let asks: [(&str, Asks<'_>); 7] = [
        ("Licence unknown, not to be passed on", &Licence::is_unknown),
        ("Each recipient must sign an agreement with the owner", &|l: &Licence| {
            l.terms.dua_required
        }),
        ("Not to be passed on", &|l: &Licence| !l.is_unknown() && !l.terms.redistributable),
        ("No derivatives (ND): what is made of it must not be passed on", &|l: &Licence| {
            l.terms.no_derivatives
        }),
        ("Not for commercial use (NC)", &|l: &Licence| l.terms.non_commercial),
        ("Share alike (SA): what is made of it stays under the same licence", &|l: &Licence| {
            l.terms.share_alike
        }),
        ("Name the authors (BY)", &|l: &Licence| l.terms.attribution),
    ];
    let asked =
        asks.iter().filter(|(_, holds)| sources.iter().any(|source| holds(&source.licence)));
    let mut conditions: Vec<String> =
        asked.map(|(text, holds)| format!("{text}: {}.", which(*holds))).collect();
    if conditions.is_empty() {
        conditions.push("No conditions.".to_owned());
    }
    conditions
}

/// An address without what would end it.
fn address(url: &str) -> String {
    let ends = |c: &char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`');
    url.chars().filter(|c| !ends(c)).collect()
}

/// Text of others on one line, in which nothing steers Markdown or a terminal.
fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = line.chars().filter(|c| !c.is_control());
    kept.flat_map(|c| match c {
        '*' | '`' | '[' | ']' | '<' | '>' | '#' | '|' | '\\' => vec!['\\', c],
        c => vec![c],
    })
    .collect()
}

#[cfg(test)]
mod tests;
