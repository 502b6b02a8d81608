//! Between reading and surfacing: the label map is brought to RAS+, and changed where asked to; every
//! change becomes a note.

use std::collections::BTreeMap;

use medshape_catalog::Note;
use medshape_formats::nifti;
use medshape_geometry::voxels::components::Component;
use medshape_geometry::voxels::prepare::{Change, PrepareOptions, prepared};
use medshape_geometry::voxels::reorient;
use medshape_types::LabelMap;

use crate::Error;
use crate::case::ReadCase;
use crate::counted::counted;
use crate::find::FoundCase;

/// A case that is ready to be surfaced.
pub(crate) struct Prepared {
    /// In RAS+ order.
    pub(crate) map: LabelMap,
    pub(crate) names: Vec<Option<String>>,
    pub(crate) notes: Vec<Note>,
    /// What is kept of the label map: the bytes of a file, and the order of its axes.
    pub(crate) stored: Vec<u8>,
    pub(crate) orientation: String,
}

/// Prepares a case as the options say.
///
/// What is stored is the label map that the shapes are made from: as it was read, in the file's own axis
/// order, if nothing is asked for; otherwise as it was prepared.
pub(crate) fn prepare(
    read: ReadCase,
    options: &PrepareOptions,
    found: &FoundCase,
) -> Result<Prepared, Error> {
    let ReadCase { map, mut names, mut notes } = read;
    if *options == PrepareOptions::default() {
        let (stored, orientation) = (anew(&map)?, map.grid().orientation());
        let map = reorient::label_map_to_ras(map);
        return Ok(Prepared { map, names, notes, stored, orientation });
    }
    let (map, changes) = prepared(reorient::label_map_to_ras(map), options)
        .map_err(|cause| Error::refused(&found.path, format!("with this spacing: {cause}")))?;
    for change in &changes {
        notes.extend(said(change, &names, &map));
    }
    for (name, n_voxels) in names.iter_mut().zip(map.counts()) {
        // All that is left without voxels has its note.
        *name = name.take().filter(|_| n_voxels > 0);
    }
    if names.iter().all(Option::is_none) {
        let reason = "nothing is left to surface after `--min-component-mm3` and `--spacing-mm`";
        return Err(Error::refused(&found.path, reason));
    }
    let (stored, orientation) = (anew(&map)?, map.grid().orientation());
    Ok(Prepared { map, names, notes, stored, orientation })
}

/// The options that are set, by name.
pub(crate) fn parameters(options: &PrepareOptions) -> BTreeMap<String, String> {
    let PrepareOptions { min_component_mm3, fill_cavities_mm3, crop_margin_mm, spacing_mm } =
        options;
    let all = [
        ("min-component-mm3", min_component_mm3.map(|volume| volume.to_string())),
        ("fill-cavities-mm3", fill_cavities_mm3.map(|volume| volume.to_string())),
        ("crop-margin-mm", crop_margin_mm.map(|margin| margin.to_string())),
        ("spacing-mm", spacing_mm.map(|mm| mm.map(|mm| mm.to_string()).join(" "))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The bytes of a label map, written anew: nothing of the input's header is in them.
fn anew(map: &LabelMap) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    nifti::write_label_map(&mut bytes, map).map_err(Error::io("label map"))?;
    Ok(bytes)
}

/// A change in words, a note for each label that it concerns.
fn said(change: &Change, names: &[Option<String>], map: &LabelMap) -> Vec<Note> {
    let called = |label: u16| match names.get(usize::from(label)) {
        Some(Some(name)) => name.clone(),
        _ => format!("label {}", map.values()[usize::from(label)]),
    };
    // What other notes say: the mask's name or the label's number.
    let label_of = |label: u16| match names.get(usize::from(label)) {
        Some(Some(name)) => name.clone(),
        _ => map.values()[usize::from(label)].to_string(),
    };
    let note = |kind: &str, text: String, about: Option<(u16, u64)>| Note {
        kind: kind.to_owned(),
        text,
        label: about.map(|(label, _)| label_of(label)),
        n_voxels: about.map(|(_, n_voxels)| n_voxels),
    };
    match change {
        Change::Removed(removed) => {
            let pieces = by_label(removed.iter().map(|component| (component.label, component)));
            let said = pieces.into_iter().map(|(label, (n_pieces, n_voxels))| {
                let text = format!(
                    "{}: {} with {} became background",
                    called(label),
                    counted(n_pieces, "small piece"),
                    counted(n_voxels, "voxel")
                );
                note("small-pieces", text, Some((label, n_voxels)))
            });
            said.collect()
        }
        Change::Filled(filled) => {
            let cavities =
                by_label(filled.iter().map(|cavity| (cavity.filled_with, &cavity.component)));
            let said = cavities.into_iter().map(|(label, (n_cavities, n_voxels))| {
                let text = format!(
                    "{}: {} with {} filled",
                    called(label),
                    counted(n_cavities, "cavity"),
                    counted(n_voxels, "voxel")
                );
                note("filled-cavities", text, Some((label, n_voxels)))
            });
            said.collect()
        }
        Change::Cropped { from, to } => {
            let text = format!("cropped from {from:?} to {to:?} voxels, all labels kept");
            vec![note("cropped", text, None)]
        }
        Change::Resampled { from_mm, to_mm, lost } => {
            let text = format!("resampled from {from_mm:.3?} to {to_mm:.3?} mm");
            let lost = lost.iter().map(|&(label, n_voxels)| {
                let text = format!(
                    "{}: {}, too few for the new spacing; it is not surfaced",
                    called(label),
                    counted(n_voxels, "voxel")
                );
                note("lost-label", text, Some((label, n_voxels)))
            });
            std::iter::once(note("resampled", text, None)).chain(lost).collect()
        }
    }
}

/// How many components each label has, and how many voxels they have.
fn by_label<'a>(
    components: impl Iterator<Item = (u16, &'a Component)>,
) -> BTreeMap<u16, (u64, u64)> {
    let mut sums: BTreeMap<u16, (u64, u64)> = BTreeMap::new();
    for (label, component) in components {
        let (n_components, n_voxels) = sums.entry(label).or_default();
        *n_components += 1;
        *n_voxels += component.n_voxels;
    }
    sums
}
