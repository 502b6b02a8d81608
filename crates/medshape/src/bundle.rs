//! What goes into an archive of shapes: each where it belongs, and the papers that go with them.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use medshape_catalog::{Catalog, HeldVersion, Selected, Sha256, ShapeName, ShapePage, Source};
use medshape_formats::zip::{Measure, Measured};

use crate::content::WriteOptions;
use crate::format::Format;
use crate::manifest::{Standing, standing};
use crate::papers::{self, Paper};
use crate::{Error, PROGRAM_VERSION, export};

/// Name of the list of files in an archive.
pub const MANIFEST: &str = "MANIFEST.tsv";

/// The papers for what of some chosen shapes goes into an archive.
pub fn papers(sources: &BTreeMap<String, Arc<Source>>) -> Vec<Paper> {
    papers::papers(sources.values().map(|source| &**source))
}

/// Whether a chosen shape goes into an archive of a format.
pub fn takes(selected: &Selected, format: Format) -> Option<&HeldVersion> {
    match selected {
        Selected::Held(held) if standing(held, format) == Standing::Here => Some(held),
        _ => None,
    }
}

/// Where a shape lies in an archive: in folders by source and subject, so that no two share a place.
pub fn path(name: &ShapeName, format: Format) -> String {
    let number = match name.ordinal().get() {
        1 => String::new(),
        ordinal => format!(".{ordinal}"),
    };
    let (source, subject, structure) = (name.source(), name.subject(), name.structure());
    format!("{source}/{subject}/{structure}{number}.{}", format.extension())
}

/// A hash of all that decides the bytes of a shape in an archive, and its line in the list: name, content,
/// what is said of its source, format and its options, and the program.
pub fn tag(held: &HeldVersion, format: Format, options: &WriteOptions) -> Sha256 {
    let HeldVersion { name, mesh, is_current, source, .. } = held;
    let said = format!(
        "{name}\n{}\n{is_current}\n{}\n{}\n{}\n{}\n{options:?}\n{PROGRAM_VERSION}\n",
        mesh.sha256,
        source.title,
        source.citation,
        source.licence.id,
        format.extension()
    );
    Sha256::of(said.as_bytes())
}

/// A shape in a format, as far as it fits into memory.
#[derive(Debug)]
pub struct Made {
    /// Its bytes; `None` if they are more than were to be kept.
    pub bytes: Option<Vec<u8>>,
    /// What an archive has to know of it.
    pub measured: Measured,
    /// Its hash.
    pub sha256: Sha256,
}

/// Makes a shape in a format. Of a long one no byte is kept, and it has to be made again to be written.
///
/// # Errors
/// Those of [`export::write`].
pub fn make(
    catalog: &Catalog,
    page: &ShapePage,
    format: Format,
    options: &WriteOptions,
    most_bytes: usize,
) -> Result<Made, Error> {
    let mut spool = Spool::new(most_bytes);
    export::write(catalog, page, format, options, &mut spool)?;
    Ok(spool.finish())
}

/// Keeps what is written as long as it is short, and measures all of it.
struct Spool {
    bytes: Option<Vec<u8>>,
    most_bytes: usize,
    measure: Measure,
    hasher: medshape_catalog::Hasher,
}

impl Spool {
    fn new(most_bytes: usize) -> Self {
        Self {
            bytes: Some(Vec::new()),
            most_bytes,
            measure: Measure::default(),
            hasher: medshape_catalog::Hasher::default(),
        }
    }

    fn finish(self) -> Made {
        let Self { bytes, measure, hasher, .. } = self;
        Made { bytes, measured: measure.finish(), sha256: hasher.finish() }
    }
}

impl Write for Spool {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let n_kept = self.bytes.as_ref().map_or(0, Vec::len);
        if n_kept + more.len() > self.most_bytes {
            self.bytes = None;
        }
        if let Some(bytes) = &mut self.bytes {
            bytes.extend_from_slice(more);
        }
        self.measure.write_all(more)?;
        self.hasher.write_all(more)?;
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The first line of the list of files.
pub const COLUMNS: &str = "file\tbytes\tsha256\tname\tcontent_sha256\tlicence\n";

/// A line of it.
pub fn row(held: &HeldVersion, format: Format, n_bytes: u64, sha256: &Sha256) -> String {
    format!(
        "{}\t{n_bytes}\t{sha256}\t{}\t{}\t{}\n",
        path(&held.name, format),
        held.name,
        held.mesh.sha256,
        held.source.licence.id
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_measured_and_not_kept() {
        for (most, is_kept) in [(9, true), (8, false)] {
            let mut spool = Spool::new(most);
            spool.write_all(b"1234").unwrap();
            spool.write_all(b"56789").unwrap();
            let made = spool.finish();
            assert_eq!(made.bytes.is_some(), is_kept);
            // The check value of CRC-32/ISO-HDLC.
            assert_eq!(made.measured, Measured { n_bytes: 9, checksum: 0xCBF4_3926 });
            assert_eq!(made.sha256, Sha256::of(b"123456789"));
        }
    }
}
