//! What is another between two releases.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use medshape_catalog::release::Release;
use medshape_catalog::{Catalog, Sha256, ShapeName};
use medshape_formats::parquet::{self, Cell, Column, Table};
use serde::Serialize;

use super::{LeftOut, MANIFEST};
use crate::Error;

/// The column that says which version of a shape it is.
const GEOMETRY: &str = "mesh_sha256";

/// What is another in a later release than in an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Diff {
    /// Number of the one.
    pub from: u32,
    /// Number of the other.
    pub to: u32,
    /// Shapes that only the second has.
    pub added: Vec<String>,
    /// Shapes that only the first has.
    pub removed: Vec<Removed>,
    /// Shapes that both have, and not alike.
    pub changed: Vec<Changed>,
    /// Shapes that are the same in both.
    pub n_unchanged: u64,
    /// Of how many of those that changed the mesh is another.
    pub n_geometry_changed: u64,
    /// How often each column is another.
    pub by_column: BTreeMap<String, u64>,
    /// Counts of each source in which something is another.
    pub by_source: BTreeMap<String, Tally>,
    /// Counts of each structure in which something is another.
    pub by_structure: BTreeMap<String, Tally>,
}

/// A shape that is no more in a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Its name.
    pub name: String,
    /// Why, as far as the collection knows now.
    pub reason: String,
}

/// A shape that is another in a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// Whether its mesh is another.
    pub geometry: bool,
    /// Columns of the manifest in which it is another.
    pub columns: Vec<String>,
}

/// How many shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Only in the second.
    pub added: u64,
    /// Only in the first.
    pub removed: u64,
    /// In both, not alike.
    pub changed: u64,
}

impl Diff {
    /// Whether nothing is another.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// Compares two releases by their manifests, which are held against their hashes first.
///
/// # Errors
/// There is no such release, or a manifest is damaged.
pub fn diff(catalog: &Catalog, from: u32, to: u32) -> Result<Diff, Error> {
    let of = |number| read_released(catalog, &super::find(catalog, number)?.release);
    compare(catalog, [from, to], &of(from)?, &of(to)?)
}

/// The manifest of a release that is there.
pub(super) fn read_released(catalog: &Catalog, release: &Release) -> Result<Table, Error> {
    let path = catalog.release_path(release.number, MANIFEST);
    let mut file = catalog.open_release_document(release.number, MANIFEST)?;
    let (sha256, _) = Sha256::of_reader(&mut file).map_err(Error::io(&path))?;
    let document = release.files.iter().find(|document| document.name == MANIFEST);
    if document.is_none_or(|document| document.sha256 != sha256) {
        let text =
            "its bytes are not those that were released; `medshape release verify` says more";
        return Err(Error::refused(path, text));
    }
    read_draft(&path)
}

/// A manifest that was just written.
pub(super) fn read_draft(path: &Path) -> Result<Table, Error> {
    let file = File::open(path).map_err(Error::io(path))?;
    parquet::read(file).map_err(Error::io(path))
}

/// Compares two manifests, whose rows stand in the order of their names.
pub(super) fn compare(
    catalog: &Catalog,
    [from, to]: [u32; 2],
    old: &Table,
    new: &Table,
) -> Result<Diff, Error> {
    let (old, new) = (Rows::of(old), Rows::of(new));
    let pairs = Pairs::of(&old, &new);
    let mut diff = Diff { from, to, ..Diff::default() };
    let (mut left, mut right) = (0, 0);
    while left < old.n || right < new.n {
        let (before, after) = (old.name(left), new.name(right));
        // A row that is not there comes after all names.
        let is_gone = left < old.n && (right >= new.n || before < after);
        let is_new = right < new.n && (left >= old.n || after < before);
        if is_gone {
            diff.tally(&old, left).for_each(|tally| tally.removed += 1);
            diff.removed.push(Removed { name: before.to_owned(), reason: String::new() });
        } else if is_new {
            diff.tally(&new, right).for_each(|tally| tally.added += 1);
            diff.added.push(after.to_owned());
        } else {
            diff.take_pair(&pairs, &new, left, right);
        }
        left += usize::from(!is_new);
        right += usize::from(!is_gone);
    }
    give_reasons(catalog, &mut diff.removed)?;
    Ok(diff)
}

/// A manifest with the columns at hand that order and count it.
struct Rows<'a> {
    n: usize,
    table: &'a Table,
    names: Option<&'a Column>,
    sources: Option<&'a Column>,
    structures: Option<&'a Column>,
}

impl<'a> Rows<'a> {
    fn of(table: &'a Table) -> Self {
        Self {
            n: table.n_rows,
            table,
            names: table.column("name"),
            sources: table.column("source"),
            structures: table.column("structure"),
        }
    }

    fn name(&self, row: usize) -> &'a str {
        text(self.names, row)
    }
}

fn text(column: Option<&Column>, row: usize) -> &str {
    match cell(column, row) {
        Cell::Text(text) => text,
        _ => "",
    }
}

/// A column that a manifest does not have has no values.
fn cell(column: Option<&Column>, row: usize) -> Cell<'_> {
    column.map_or(Cell::Missing, |column| column.cell(row))
}

/// Columns that either manifest has.
struct Pairs<'a>(Vec<(&'a str, Option<&'a Column>, Option<&'a Column>)>);

impl<'a> Pairs<'a> {
    fn of(old: &Rows<'a>, new: &Rows<'a>) -> Self {
        let names = |rows: &Rows<'a>| rows.table.columns.iter().map(|(name, _)| name.as_str());
        let pair = |name| (name, old.table.column(name), new.table.column(name));
        let dropped = names(old).filter(|name| new.table.column(name).is_none());
        Self(names(new).chain(dropped).map(pair).collect())
    }
}

impl Diff {
    fn take_pair(&mut self, pairs: &Pairs<'_>, new: &Rows<'_>, left: usize, right: usize) {
        let is_other = |old, new| cell(old, left) != cell(new, right);
        let others = pairs.0.iter().filter(|(_, old, new)| is_other(*old, *new));
        let columns: Vec<String> = others.map(|(name, ..)| (*name).to_owned()).collect();
        if columns.is_empty() {
            self.n_unchanged += 1;
            return;
        }
        for column in &columns {
            *self.by_column.entry(column.clone()).or_default() += 1;
        }
        self.tally(new, right).for_each(|tally| tally.changed += 1);
        let geometry = columns.iter().any(|column| column == GEOMETRY);
        self.n_geometry_changed += u64::from(geometry);
        self.changed.push(Changed { name: new.name(right).to_owned(), geometry, columns });
    }

    /// The counts that a row belongs to.
    fn tally(&mut self, rows: &Rows<'_>, row: usize) -> impl Iterator<Item = &mut Tally> {
        let source = self.by_source.entry(text(rows.sources, row).to_owned()).or_default();
        let structure = text(rows.structures, row).to_owned();
        [source, self.by_structure.entry(structure).or_default()].into_iter()
    }
}

/// Why shapes are not there any more, as the collection knows now: the one place that asks.
fn give_reasons(catalog: &Catalog, removed: &mut [Removed]) -> Result<(), Error> {
    const REMADE: &str = "not made any more: its case was ingested again and no longer has it";
    const UNKNOWN: &str = "gone: the collection does not know the name";
    const THERE: &str = "the collection has it now";
    let mut held: Option<BTreeMap<String, Option<LeftOut>>> = None;
    for shape in removed {
        let name: Option<ShapeName> = shape.name.parse().ok();
        if let Some(stone) =
            name.as_ref().map(|name| catalog.tombstone(name)).transpose()?.flatten()
        {
            shape.reason = format!("withdrawn: {}", stone.reason.about());
            continue;
        }
        let is_withdrawn = |name: &ShapeName| catalog.is_withdrawn(name);
        if name.as_ref().map(is_withdrawn).transpose()? == Some(true) {
            shape.reason = REMADE.to_owned();
            continue;
        }
        if held.is_none() {
            held = Some(standing(catalog)?);
        }
        shape.reason = match held.as_ref().and_then(|held| held.get(&shape.name)) {
            Some(Some(why)) => format!("not public any more: it is one {}", why.in_words()),
            Some(None) => THERE.to_owned(),
            None => UNKNOWN.to_owned(),
        };
    }
    Ok(())
}

/// Why each shape that is held may not be released, or that it may.
fn standing(catalog: &Catalog) -> Result<BTreeMap<String, Option<LeftOut>>, Error> {
    let mut standing = BTreeMap::new();
    catalog.each_held::<Error>(&mut |shape, source| {
        standing.insert(shape.name.to_string(), LeftOut::of(&shape, source));
        Ok(())
    })?;
    Ok(standing)
}
