//! What will be in a release, counted before anything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use medshape_catalog::release::{HeldShape, Merkle, MerkleTree, ReleaseCounts};
use medshape_catalog::{Catalog, Sha256, Source, StoredFile};

use super::LeftOut;
use crate::Error;

/// What a pass over the collection finds.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) counts: ReleaseCounts,
    pub(super) by_source: BTreeMap<String, u64>,
    pub(super) left_out: BTreeMap<LeftOut, u64>,
    /// The sources that shapes of the release are of.
    pub(super) sources: BTreeMap<String, Source>,
    /// Ids of structures that the vocabulary knows.
    pub(super) structures: BTreeSet<String>,
    /// Sizes of all blobs that are named.
    pub(super) blobs: BTreeMap<Sha256, u64>,
    /// Cases of which every shape is in the release.
    whole: BTreeSet<i64>,
}

pub(super) fn gather(catalog: &Catalog) -> Result<Gathered, Error> {
    let mut gathered = Gathered::default();
    let mut cases: BTreeMap<i64, Taken> = BTreeMap::new();
    let mut subjects = BTreeSet::new();
    let mut structures = BTreeSet::new();
    catalog.each_held::<Error>(&mut |shape, source| {
        if let Some(why) = LeftOut::of(&shape, source) {
            *gathered.left_out.entry(why).or_default() += 1;
            return Ok(());
        }
        gathered.take(&shape, source);
        subjects.insert((source.id.clone(), shape.name.subject().to_owned()));
        structures.insert(shape.structure);
        let (case, n_shapes) = shape.case;
        let taken = cases.entry(case).or_default();
        taken.n_missing = n_shapes.saturating_sub(taken.n_taken + 1);
        taken.n_taken += 1;
        taken.label_map = shape.label_map;
        Ok(())
    })?;
    gathered.take_label_maps(cases);
    gathered.counts = ReleaseCounts {
        n_shapes: gathered.by_source.values().sum(),
        n_subjects: subjects.len() as u64,
        n_sources: gathered.sources.len() as u64,
        n_structures: structures.len() as u64,
        n_blobs: gathered.blobs.len() as u64,
        n_bytes: gathered.blobs.values().sum(),
    };
    Ok(gathered)
}

/// What of a case is in the release.
#[derive(Default)]
struct Taken {
    n_taken: u64,
    n_missing: u64,
    label_map: Option<StoredFile>,
}

impl Gathered {
    /// The label map of a shape's case, if it may be named: it holds all shapes of the case, so that
    /// none of them may be left out.
    pub(super) fn label_map<'a>(&self, shape: &'a HeldShape) -> Option<&'a StoredFile> {
        shape.label_map.as_ref().filter(|_| self.whole.contains(&shape.case.0))
    }

    /// Writes a line for each blob, as `sha256sum --check` reads them from the folder of the store.
    pub(super) fn write_sums(&self, out: &mut dyn Write) -> io::Result<Merkle> {
        let mut tree = MerkleTree::default();
        for blob in self.blobs.keys() {
            let name = blob.to_string();
            let line = format!("{name}  blobs/{}/{}/{name}", &name[..2], &name[2..4]);
            tree.add(line.as_bytes());
            writeln!(out, "{line}")?;
        }
        Ok(Merkle { root: tree.root(), n_leaves: tree.n_leaves() })
    }

    fn take(&mut self, shape: &HeldShape, source: &Source) {
        if !self.sources.contains_key(&source.id) {
            self.sources.insert(source.id.clone(), source.clone());
        }
        *self.by_source.entry(source.id.clone()).or_default() += 1;
        if shape.coded && !self.structures.contains(&shape.structure) {
            self.structures.insert(shape.structure.clone());
        }
        self.blobs.extend(shape.files.iter().map(|file| (file.sha256, file.size)));
    }

    fn take_label_maps(&mut self, cases: BTreeMap<i64, Taken>) {
        for (case, taken) in cases {
            if let (0, Some(label_map)) = (taken.n_missing, taken.label_map) {
                self.whole.insert(case);
                self.blobs.insert(label_map.sha256, label_map.size);
            }
        }
    }
}
