//! What an archive will be, said before any of its shapes is made.

use std::io::{self, Write as _};

use axum::http::{HeaderMap, Method, header};
use medshape::bundle;
use medshape::catalog::{Chosen, Hasher, HeldVersion, Sha256};
use medshape::format::Format;
use medshape::formats::zip::{Measure, Measured, Writer};
use medshape::papers::Paper;
use medshape::size::{Size, size_of};

use crate::Site;
use crate::downloads::OPTIONS;
use crate::failure::Failure;
use crate::taking::BATCH;

/// An archive before its bytes.
pub(super) struct Plan {
    /// Strong, with its quotes: the same tag, the same bytes.
    pub(super) etag: String,
    /// How long it is; `None` while the size of a shape in the format is not known.
    pub(super) n_bytes: Option<u64>,
}

impl Plan {
    /// The archive of these shapes. Nothing is made: sizes are those of the format, or of shapes that were
    /// made before.
    pub(super) async fn of(
        site: &Site,
        shapes: &[Chosen],
        format: Format,
        papers: &[Paper],
    ) -> Result<Self, Failure> {
        let failed = |cause: io::Error| site.internal(&cause.to_string());
        let mut draft = Draft::begin(papers).map_err(failed)?;
        for batch in shapes.chunks(BATCH) {
            let batch = batch.to_vec();
            let selected = site.read(move |catalog| catalog.selected(&batch)).await?;
            for held in selected.iter().filter_map(|selected| bundle::takes(selected, format)) {
                draft.add(site, held, format).map_err(failed)?;
            }
        }
        draft.finish().map_err(failed)
    }

    /// Whether the client wants a part of this very archive.
    pub(super) fn is_wanted_in_part(&self, method: &Method, request: &HeaderMap) -> bool {
        let only_if = request.get(header::IF_RANGE).map(|tag| tag.as_bytes());
        method == Method::GET
            && request.contains_key(header::RANGE)
            && only_if.is_none_or(|tag| tag == self.etag.as_bytes())
    }
}

/// An archive whose bytes are counted and not written.
struct Draft {
    zip: Writer<Measure>,
    /// Of the shapes, whose bytes do not go through `zip`.
    n_bytes: u64,
    n_listed: u64,
    is_known: bool,
    hasher: Hasher,
}

impl Draft {
    fn begin(papers: &[Paper]) -> io::Result<Self> {
        let mut draft = Self {
            zip: Writer::new(Measure::default()),
            n_bytes: 0,
            n_listed: bundle::COLUMNS.len() as u64,
            is_known: true,
            hasher: Hasher::default(),
        };
        for paper in papers {
            draft.zip.stored(&paper.path, paper.text.as_bytes())?;
            let hash = Sha256::of(paper.text.as_bytes());
            writeln!(draft.hasher, "{} {hash}", paper.path)?;
        }
        Ok(draft)
    }

    fn add(&mut self, site: &Site, held: &HeldVersion, format: Format) -> io::Result<()> {
        let tag = bundle::tag(held, format, &OPTIONS);
        writeln!(self.hasher, "{tag}")?;
        let made = site.made(tag).map(|made| made.measured.n_bytes);
        let exact = || match size_of(held, format) {
            Some(Size::Exact(bytes)) => Some(bytes),
            _ => None,
        };
        let Some(n_bytes) = made.or_else(exact) else {
            self.is_known = false;
            return Ok(());
        };
        self.entry(&bundle::path(&held.name, format), n_bytes)?;
        // All hashes are of one length.
        self.n_listed += bundle::row(held, format, n_bytes, &tag).len() as u64;
        Ok(())
    }

    fn entry(&mut self, path: &str, n_bytes: u64) -> io::Result<()> {
        self.zip.begin(path, &Measured { n_bytes, checksum: 0 })?;
        self.zip.passed(n_bytes)?;
        self.n_bytes += n_bytes;
        Ok(())
    }

    fn finish(mut self) -> io::Result<Plan> {
        self.entry(bundle::MANIFEST, self.n_listed)?;
        let around = self.zip.finish()?.finish().n_bytes;
        let etag = format!("\"{}\"", self.hasher.finish());
        Ok(Plan { etag, n_bytes: self.is_known.then_some(around + self.n_bytes) })
    }
}
