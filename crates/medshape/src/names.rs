//! A list of files that others publish becomes records of shapes: of which source, subject, structure
//! and side each is, told by its name alone.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use medshape_catalog::{Catalog, Remote, ShapeName, Source, Subject, name};
use medshape_formats::lines;
use serde::Serialize;

use crate::dataset::Mapped;
use crate::metadata::Metadata;
use crate::{Dataset, Error, Reader};

/// Lines that a report quotes.
const N_QUOTED: usize = 20;

/// What came of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NamesReport {
    /// Lines of the list.
    pub n_lines: u64,
    /// Shapes that the collection did not know of.
    pub n_new: u64,
    /// Shapes that it knew of.
    pub n_known: u64,
    /// Shapes of each source.
    pub by_source: BTreeMap<String, u64>,
    /// Shapes whose subject has a row in a table.
    pub n_with_metadata: u64,
    /// Lines that no source's description fits.
    pub n_not_understood: u64,
    /// The first of them.
    pub not_understood: Vec<String>,
    /// Names that mean another shape already and go on meaning it.
    pub taken_aliases: Vec<String>,
}

/// Takes in a list of links, a line each. A shape whose file name the catalog knows keeps its name.
///
/// `tables` are files with what is known of the subjects of a source, by its id.
///
/// # Errors
/// The list or a table cannot be read, a table is of no known source, or the catalog fails.
pub fn import_names(
    catalog: &mut Catalog,
    list: &Path,
    tables: &[(String, PathBuf)],
    reader: &Reader,
) -> Result<NamesReport, Error> {
    let datasets = Dataset::all()?;
    let tables = read_tables(tables, &datasets, reader)?;
    let lines = lines::read(list)?;
    let readings = readings(&lines, &datasets);
    let mut report = NamesReport { n_lines: lines.len() as u64, ..NamesReport::default() };
    let mut records = Records::default();
    for (line, reading) in lines.iter().zip(&readings) {
        match reading {
            Some(reading) => records.add(catalog, line, reading)?,
            None => {
                report.n_not_understood += 1;
                if report.not_understood.len() < N_QUOTED {
                    report.not_understood.push(line.clone());
                }
            }
        }
    }
    let subjects = records.subjects(&tables, &mut report);
    let added = catalog.add_remote(&records.sources(&datasets), &subjects, &records.shapes)?;
    report.n_new = added.n_new;
    report.n_known = records.shapes.len() as u64 - added.n_new;
    report.taken_aliases = added.taken_aliases;
    Ok(report)
}

fn read_tables(
    tables: &[(String, PathBuf)],
    datasets: &[Dataset],
    reader: &Reader,
) -> Result<BTreeMap<String, Metadata>, Error> {
    let read = |(id, path): &(String, PathBuf)| {
        let dataset = datasets.iter().find(|dataset| dataset.source.id == *id);
        let unknown = || Error::refused(path, format!("there is no source `{id}`"));
        let metadata = Metadata::read(path, dataset.ok_or_else(unknown)?, reader)?;
        Ok((id.clone(), metadata))
    };
    tables.iter().map(read).collect()
}

/// What a file's name says.
#[derive(Debug, Clone)]
struct Reading<'a> {
    dataset: &'a Dataset,
    file: String,
    subject: String,
    label: String,
    mapped: Mapped,
}

/// What each line says, or nothing. Where a name fits several sources, it is of the one that has other
/// files of this subject, which fit no other source; else of the one that names the label itself.
fn readings<'a>(lines: &[String], datasets: &'a [Dataset]) -> Vec<Option<Reading<'a>>> {
    let mut meanings = Meanings::new();
    let candidates: Vec<Vec<Reading<'a>>> =
        lines.iter().map(|line| candidates(line, datasets, &mut meanings)).collect();
    let sure: BTreeSet<(&str, &str)> = candidates
        .iter()
        .filter(|readings| readings.len() == 1)
        .map(|readings| (readings[0].dataset.source.id.as_str(), readings[0].subject.as_str()))
        .collect();
    candidates.iter().map(|readings| chosen(readings, &sure).cloned()).collect()
}

/// The reading that counts, given the subjects that surely are of a source.
fn chosen<'a, 'b>(
    readings: &'b [Reading<'a>],
    sure: &BTreeSet<(&str, &str)>,
) -> Option<&'b Reading<'a>> {
    let is_sure = |reading: &&Reading<'_>| {
        sure.contains(&(reading.dataset.source.id.as_str(), reading.subject.as_str()))
    };
    let of_known = readings.iter().find(is_sure);
    of_known.or_else(|| readings.iter().find(|reading| reading.names_label())).or(readings.first())
}

impl Reading<'_> {
    /// Whether the source's description names the label among those that are published.
    fn names_label(&self) -> bool {
        self.dataset.published.iter().any(|published| published.labels.contains(&self.label))
    }
}

/// What labels mean, by source: a list has few different ones.
type Meanings<'a> = BTreeMap<(&'a str, String), Option<Mapped>>;

fn candidates<'a>(
    line: &str,
    datasets: &'a [Dataset],
    meanings: &mut Meanings<'a>,
) -> Vec<Reading<'a>> {
    let file = file_name(line);
    let mut found = Vec::new();
    for dataset in datasets {
        for published in &dataset.published {
            let Some((subject, label)) = published.find(&file) else { continue };
            let key = (dataset.source.id.as_str(), label.clone());
            let means = || dataset.code(&label).filter(|_| published.is_of(&label, dataset));
            if let Some(mapped) = *meanings.entry(key).or_insert_with(means) {
                found.push(Reading { dataset, file: file.clone(), subject, label, mapped });
                break;
            }
        }
    }
    found
}

/// The last part of a link, or the last value of its query.
pub(crate) fn file_name(link: &str) -> String {
    let name = link.rsplit(['/', '=']).next().unwrap_or_default();
    decoded(name)
}

/// Text with `%2F` and the like replaced by what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |digit: u8| char::from(digit).to_digit(16);
        match (first, after) {
            (b'%', [high, low, behind @ ..])
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) =>
            {
                bytes.push((high * 16 + low) as u8);
                rest = behind;
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether the shape of this name is the one behind this link.
fn is_published_at(catalog: &Catalog, name: &ShapeName, url: &str) -> Result<bool, Error> {
    Ok(catalog.remote(name)?.is_some_and(|page| page.remote.url == url))
}

/// Records of a list, as they come together.
#[derive(Default)]
struct Records {
    shapes: Vec<Remote>,
    files: BTreeSet<String>,
    names: BTreeSet<ShapeName>,
    subjects: BTreeSet<(String, String)>,
}

impl Records {
    fn add(&mut self, catalog: &Catalog, line: &str, reading: &Reading<'_>) -> Result<(), Error> {
        let Reading { dataset, file, label, mapped, .. } = reading;
        if !self.files.insert(file.clone()) {
            return Ok(());
        }
        let Some(name) = self.name(catalog, line, reading)? else { return Ok(()) };
        self.subjects.insert((dataset.source.id.clone(), name.subject().to_owned()));
        self.names.insert(name.clone());
        self.shapes.push(Remote {
            name,
            structure: mapped.coded.structure.id.clone(),
            coded: true,
            side: mapped.coded.side,
            finding: mapped.finding.map(|finding| finding.id.clone()),
            label_name: label.clone(),
            url: line.to_owned(),
            aliases: vec![file.clone()],
        });
        Ok(())
    }

    /// The name that this file's shape has or gets; `None` if its subject cannot be part of one.
    fn name(
        &self,
        catalog: &Catalog,
        line: &str,
        reading: &Reading<'_>,
    ) -> Result<Option<ShapeName>, Error> {
        let Reading { dataset, subject, mapped, .. } = reading;
        let source = &dataset.source.id;
        // A shape of another source may be called so as well, and goes on being called so.
        if let Some(known) = catalog.find(&reading.file)?.filter(|name| name.source() == source) {
            return Ok(Some(known));
        }
        let Some(subject) = name::part_from(subject) else { return Ok(None) };
        let slug = mapped.coded.slug();
        let mut ordinal = NonZeroU32::MIN;
        loop {
            let name = ShapeName::new(source, &subject, &slug, ordinal).map_err(|cause| {
                Error::Export { shape: reading.file.clone(), reason: cause.to_string() }
            })?;
            let is_same = || is_published_at(catalog, &name, line);
            let is_free = catalog.find(&name.to_string())?.is_none();
            if !self.names.contains(&name) && (is_free || is_same()?) {
                return Ok(Some(name));
            }
            ordinal = ordinal.saturating_add(1);
        }
    }

    fn subjects(
        &self,
        tables: &BTreeMap<String, Metadata>,
        report: &mut NamesReport,
    ) -> Vec<Subject> {
        let mut described = BTreeSet::new();
        let mut subjects = Vec::new();
        for (source, id) in &self.subjects {
            let table = tables.get(source).filter(|table| table.has(id));
            if table.is_some() {
                described.insert((source.as_str(), id.as_str()));
            }
            let unknown =
                || Subject { source: source.clone(), id: id.clone(), ..Subject::default() };
            subjects.push(table.map_or_else(unknown, |table| table.subject(source, id)));
        }
        for shape in &self.shapes {
            let whose = (shape.name.source(), shape.name.subject());
            *report.by_source.entry(whose.0.to_owned()).or_default() += 1;
            report.n_with_metadata += u64::from(described.contains(&whose));
        }
        subjects
    }

    fn sources(&self, datasets: &[Dataset]) -> Vec<Source> {
        let ids: BTreeSet<&str> = self.subjects.iter().map(|(source, _)| source.as_str()).collect();
        let sources = datasets.iter().map(|dataset| &dataset.source);
        sources.filter(|source| ids.contains(source.id.as_str())).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_the_end_of_its_link() {
        let check = |link: &str, name: &str| assert_eq!(file_name(link), name);
        check(
            "https://a.example/s/x/download?path=%2F&files=s1_liver.nii.g_1.stl",
            "s1_liver.nii.g_1.stl",
        );
        check("https://a.example/s/x/a%20b.stl", "a b.stl");
        check("a.stl", "a.stl");
        check("100%.stl", "100%.stl");
        check("%ff%zz", "\u{fffd}%zz");
        check("", "");
    }
}
