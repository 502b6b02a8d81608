//! What changed since the release before, in words.

use std::collections::BTreeMap;
use std::fmt::Write;

use medshape_catalog::release::Release;

use super::diff::Tally;
use super::{Diff, LeftOut, counted};

/// Names that are listed of each kind; `medshape release diff` lists all.
const MOST: usize = 1000;

/// The text of `CHANGES.md`.
pub(super) fn in_words(release: &Release, diff: Option<&Diff>) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write_all(&mut text, release, diff);
    text
}

fn write_all(out: &mut String, release: &Release, diff: Option<&Diff>) -> std::fmt::Result {
    let counts = release.counts;
    writeln!(out, "# {}, release {}\n", one_line(&release.about.title), release.number)?;
    if let Some(note) = &release.note {
        writeln!(out, "{note}\n")?;
    }
    writeln!(
        out,
        "{} of {}, {} and {}.",
        counted(counts.n_shapes, "shape"),
        counted(counts.n_structures, "structure"),
        counted(counts.n_subjects, "subject"),
        counted(counts.n_sources, "source")
    )?;
    writeln!(out, "{}, {} bytes.", counted(counts.n_blobs, "file"), counts.n_bytes)?;
    match diff {
        None => writeln!(out, "This is the first release.")?,
        Some(diff) => since(out, diff)?,
    }
    left_out(out, &release.left_out)
}

fn since(out: &mut String, diff: &Diff) -> std::fmt::Result {
    writeln!(out, "\n## Since release {}\n", diff.from)?;
    if diff.is_empty() {
        return writeln!(out, "Nothing is another: all {} shapes are the same.", diff.n_unchanged);
    }
    writeln!(out, "- added: {}", diff.added.len())?;
    writeln!(out, "- removed: {}", diff.removed.len())?;
    let (n_changed, n_geometry) = (diff.changed.len(), diff.n_geometry_changed);
    writeln!(out, "- changed: {n_changed}, of {n_geometry} of them the mesh")?;
    writeln!(out, "- the same: {}", diff.n_unchanged)?;
    tallies(out, "source", &diff.by_source)?;
    tallies(out, "structure", &diff.by_structure)?;
    list(out, "Added", diff.added.iter().map(|name| format!("`{name}`")))?;
    let removed = diff.removed.iter().map(|shape| format!("`{}`: {}", shape.name, shape.reason));
    list(out, "Removed", removed)?;
    let changed =
        diff.changed.iter().map(|shape| format!("`{}`: {}", shape.name, shape.columns.join(", ")));
    list(out, "Changed", changed)
}

fn tallies(out: &mut String, of: &str, tallies: &BTreeMap<String, Tally>) -> std::fmt::Result {
    writeln!(out, "\n| {of} | added | removed | changed |\n|---|--:|--:|--:|")?;
    for (name, Tally { added, removed, changed }) in tallies {
        writeln!(out, "| {name} | {added} | {removed} | {changed} |")?;
    }
    Ok(())
}

fn list(
    out: &mut String,
    heading: &str,
    lines: impl ExactSizeIterator<Item = String>,
) -> std::fmt::Result {
    let n = lines.len();
    if n == 0 {
        return Ok(());
    }
    writeln!(out, "\n### {heading}\n")?;
    for line in lines.take(MOST) {
        writeln!(out, "- {line}")?;
    }
    match n.checked_sub(MOST) {
        Some(more @ 1..) => writeln!(out, "- and {more} more"),
        _ => Ok(()),
    }
}

fn left_out(out: &mut String, left_out: &BTreeMap<String, u64>) -> std::fmt::Result {
    if left_out.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Left out\n")?;
    writeln!(out, "Shapes of the collection that are not in the release:\n")?;
    for (word, n) in left_out {
        let why = LeftOut::from_word(word).map_or(word.as_str(), |why| why.in_words());
        writeln!(out, "- {n} {why}")?;
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
