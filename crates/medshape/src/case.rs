//! A case as it is read: one label map, the names of its labels, and all that was noticed.

use std::collections::BTreeMap;
use std::path::Path;

use medshape_catalog::{Note, Sha256};
use medshape_formats::{Input, dicom};
use medshape_geometry::voxels::contours::{self, RasterOptions};
use medshape_geometry::voxels::{neighbours::Neighbours, threshold::threshold};
use medshape_types::{Grid, LabelMap, LabelVoxels, MAX_LABELS, Segmentation};
use rayon::prelude::*;

use crate::counted::counted;
use crate::find::{Files, FoundCase};
use crate::{Dataset, Error, Reader, doubt, layers};

/// Grids whose voxels lie within this distance of each other are one grid.
const GRID_TOLERANCE_MM: f64 = 1e-2;

/// A case in memory.
#[derive(Debug)]
pub struct ReadCase {
    /// The voxels, in the file's own axis order.
    pub map: LabelMap,
    /// What each label index is called; `None` for a label that is no anatomy of the source.
    pub names: Vec<Option<String>>,
    /// Labels that become no shape, and everything else that a curator should know.
    pub notes: Vec<Note>,
}

/// How to make labels of an image that has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Voxels of at least this value are inside.
    pub at_least: f32,
    /// What the inside is called.
    pub label: String,
}

/// Reads a case.
///
/// # Errors
/// A file is broken or no label map, or nothing in it is a structure of the dataset.
pub fn read(
    case: &FoundCase,
    dataset: &Dataset,
    at: Option<&Threshold>,
    reader: &Reader,
) -> Result<ReadCase, Error> {
    let read = match (&case.files, at) {
        (Files::LabelMap(input), None) => read_label_map(input, dataset, reader)?,
        (Files::LabelMap(input), Some(at)) => read_thresholded(input, at, reader)?,
        (Files::Meshes(_), _) => {
            return Err(Error::refused(&case.path, "a mesh, not a label map"));
        }
        (Files::Masks(_), Some(_)) => {
            let reason = "`--threshold` is for single images, not for a folder of masks";
            return Err(Error::refused(&case.path, reason));
        }
        (Files::Masks(masks), None) => read_masks(&case.path, masks, reader)?,
    };
    let neighbours = Neighbours::of(&read.map);
    // Only the numbers of a single file can be intensities.
    let intensities = match (&case.files, at) {
        (Files::LabelMap(_), None) => doubt::intensities(&read.map, &neighbours),
        _ => None,
    };
    if let Some(reason) = intensities.or_else(|| doubt::noise(&neighbours)) {
        return Err(Error::refused(&case.path, reason));
    }
    if read.names.iter().all(Option::is_none) {
        return Err(Error::refused(&case.path, nothing_to_surface(&read)));
    }
    Ok(read)
}

/// Hash of all that is read: of the file, or of names and hashes of the files. And their number.
pub fn input_hash(files: &Files, reader: &Reader) -> Result<(Sha256, u64), Error> {
    match files {
        Files::LabelMap(input) => Ok((hash(input, reader)?, 1)),
        Files::Masks(structures) | Files::Meshes(structures) => {
            let mut lines = String::new();
            for (name, input) in structures {
                lines += &format!("{}  {name}\n", hash(input, reader)?);
            }
            Ok((Sha256::of(lines.as_bytes()), structures.len() as u64))
        }
    }
}

/// The grid that a case will have, from the header alone: to plan memory.
pub fn grid(files: &Files, reader: &Reader) -> Result<Option<Grid>, Error> {
    let first = match files {
        Files::LabelMap(input) => Some(input),
        Files::Masks(masks) => masks.first().map(|(_, input)| input),
        Files::Meshes(_) => None,
    };
    first.map(|input| reader.grid(input)).transpose()
}

/// Hash of a file, and of those beside it that hold its voxels.
fn hash(input: &Input, reader: &Reader) -> Result<Sha256, Error> {
    let own = hash_file(input)?;
    // What is no volume is told so when it is read.
    let others = reader.files_of(input).unwrap_or_default();
    if others.is_empty() {
        return Ok(own);
    }
    let mut lines = format!("{own}\n");
    for other in &others {
        lines += &format!("{}\n", hash_file(other)?);
    }
    Ok(Sha256::of(lines.as_bytes()))
}

fn hash_file(input: &Input) -> Result<Sha256, Error> {
    let mut file = std::fs::File::open(input.path()).map_err(Error::io(input.name()))?;
    Ok(Sha256::of_reader(&mut file).map_err(Error::io(input.name()))?.0)
}

fn read_label_map(input: &Input, dataset: &Dataset, reader: &Reader) -> Result<ReadCase, Error> {
    let segmentation = structures(input, reader)?;
    if segmentation.layers().len() > 1 || !segmentation.segments().is_empty() {
        // A file that names its structures knows better what its numbers mean.
        let (map, names, notes) = layers::flattened(segmentation)
            .map_err(|cause| Error::refused(input.name(), cause.to_string()))?;
        return Ok(ReadCase { map, names, notes });
    }
    let map = segmentation.into_parts().0.swap_remove(0);
    let counts = map.counts();
    let mut notes = Vec::new();
    let mut names = vec![None; map.n_values()];
    for index in 1..map.n_values() {
        match named(map.values()[index], counts[index], dataset) {
            Ok(name) => names[index] = Some(name),
            Err(note) => notes.push(note),
        }
    }
    let n_labels = names.iter().flatten().count();
    if dataset.labels.is_empty() && n_labels > 0 {
        notes.push(unnamed(n_labels));
    }
    Ok(ReadCase { map, names, notes })
}

/// The structures of a file, outlines made into voxels.
fn structures(input: &Input, reader: &Reader) -> Result<Segmentation, Error> {
    if reader.dicom_kind(input)? != Some(dicom::Kind::Contours) {
        return reader.segmentation(input);
    }
    let contours = reader.contours(input)?;
    contours::rasterised(&contours, &RasterOptions::default())
        .map_err(|cause| Error::refused(input.name(), cause.to_string()))
}

fn unnamed(n_labels: usize) -> Note {
    Note {
        kind: "unnamed-labels".to_owned(),
        text: format!(
            "{} with a number and no name: `--dataset` says what they mean",
            counted(n_labels as u64, "label")
        ),
        label: None,
        n_voxels: None,
    }
}

/// What a label is called, or why it is no anatomy.
fn named(value: i64, n_voxels: u64, dataset: &Dataset) -> Result<String, Note> {
    let note = |kind: &str, text: String| Note {
        kind: kind.to_owned(),
        text,
        label: Some(value.to_string()),
        n_voxels: Some(n_voxels),
    };
    if value < 0 {
        let text = format!(
            "label {value} is negative ({}): something was subtracted there; it is not surfaced",
            counted(n_voxels, "voxel")
        );
        return Err(note("negative-label", text));
    }
    if dataset.labels.is_empty() {
        return Ok(format!("label-{value}"));
    }
    dataset.labels.get(&value).cloned().ok_or_else(|| {
        let meaning = dataset.strays.get(&value).map(|text| format!(", {text}"));
        let text = format!(
            "label {value} is no structure of {}{} ({}); it is not surfaced",
            dataset.source.title,
            meaning.unwrap_or_default(),
            counted(n_voxels, "voxel")
        );
        note("stray-label", text)
    })
}

fn read_thresholded(input: &Input, at: &Threshold, reader: &Reader) -> Result<ReadCase, Error> {
    let map = threshold(&reader.volume(input)?, at.at_least);
    let names = vec![None, Some(at.label.clone())];
    let names = names.into_iter().take(map.n_values()).collect();
    Ok(ReadCase { map, names, notes: Vec::new() })
}

/// A mask that was read: how large it was before others took their share.
struct Mask<'a> {
    name: &'a str,
    n_voxels: u64,
}

/// Puts the masks of a folder together.
///
/// A voxel that several masks claim goes to the one with the fewest voxels, for a small structure
/// loses more of itself than a large one; of equally large ones, to the first by name.
fn read_masks(
    folder: &Path,
    masks: &[(String, Input)],
    reader: &Reader,
) -> Result<ReadCase, Error> {
    if masks.len() > MAX_LABELS {
        let reason = format!("{} masks; at most {MAX_LABELS} are taken", masks.len());
        return Err(Error::refused(folder, reason));
    }
    let mut merged: Option<(Grid, Vec<u16>)> = None;
    let mut read: Vec<Mask<'_>> = Vec::new();
    let mut overlaps = BTreeMap::new();
    // As many at a time as there are threads: a hundred masks would not fit in memory.
    for batch in masks.chunks(rayon::current_num_threads()) {
        let volumes: Vec<(Grid, LabelVoxels)> = batch
            .par_iter()
            .map(|(_, input)| read_mask(input, reader))
            .collect::<Result<_, _>>()?;
        for ((name, input), (grid, voxels)) in batch.iter().zip(volumes) {
            read.push(Mask { name, n_voxels: voxels.iter().map(u64::from).sum() });
            match &mut merged {
                None => merged = Some((grid, voxels.to_wide())),
                Some((first, merged)) => {
                    check_same_grid(first, &grid, input.name())?;
                    lay_over(merged, &voxels, &read, &mut overlaps);
                }
            }
        }
    }
    let (grid, voxels) = merged.ok_or_else(|| Error::refused(folder, "no mask"))?;
    let values = (0..=read.len() as i64).collect();
    let map = LabelMap::new(grid, voxels, values)
        .map_err(|cause| Error::refused(folder, cause.to_string()))?;
    Ok(named_masks(map, &read, overlaps))
}

/// Grid and voxels of a mask: 1 inside, 0 outside.
fn read_mask(input: &Input, reader: &Reader) -> Result<(Grid, LabelVoxels), Error> {
    let (grid, voxels, values) = reader.label_map(input)?.into_parts();
    if values.len() > 2 {
        let n_values = values.len() - 1;
        return Err(Error::refused(
            input.name(),
            format!("holds {n_values} labels; a mask holds one"),
        ));
    }
    Ok((grid, voxels))
}

/// Lays the last mask of `read` over what is there; counts shared voxels by (winner, loser).
fn lay_over(
    merged: &mut [u16],
    mask: &LabelVoxels,
    read: &[Mask<'_>],
    overlaps: &mut BTreeMap<(usize, usize), u64>,
) {
    let new = read.len();
    for (owner, _) in merged.iter_mut().zip(mask.iter()).filter(|(_, inside)| *inside != 0) {
        let old = usize::from(*owner);
        if old == 0 {
            *owner = new as u16;
            continue;
        }
        let new_wins = read[new - 1].n_voxels < read[old - 1].n_voxels;
        let (winner, loser) = if new_wins { (new, old) } else { (old, new) };
        *overlaps.entry((winner, loser)).or_default() += 1;
        *owner = winner as u16;
    }
}

fn named_masks(
    map: LabelMap,
    read: &[Mask<'_>],
    overlaps: BTreeMap<(usize, usize), u64>,
) -> ReadCase {
    let mut names = vec![None];
    let mut notes = Vec::new();
    for (mask, &n_left) in read.iter().zip(&map.counts()[1..]) {
        let note = |kind: &str, text: &str| Note {
            kind: kind.to_owned(),
            text: format!("{}: {text}", mask.name),
            label: Some(mask.name.to_owned()),
            n_voxels: Some(mask.n_voxels),
        };
        match (mask.n_voxels, n_left) {
            (0, _) => notes.push(note("empty-mask", "the mask is empty")),
            (_, 0) => notes.push(note("covered-mask", "smaller masks cover all of it")),
            _ => {}
        }
        names.push((n_left > 0).then(|| mask.name.to_owned()));
    }
    for ((winner, loser), n_voxels) in overlaps {
        let (winner, loser) = (read[winner - 1].name, read[loser - 1].name);
        notes.push(Note {
            kind: "overlap".to_owned(),
            text: format!(
                "{winner} and {loser} share {}: they went to {winner}, the smaller",
                counted(n_voxels, "voxel")
            ),
            label: Some(winner.to_owned()),
            n_voxels: Some(n_voxels),
        });
    }
    ReadCase { map, names, notes }
}

fn check_same_grid(first: &Grid, other: &Grid, path: &Path) -> Result<(), Error> {
    if first.dims() != other.dims() {
        let (there, here) = (first.dims(), other.dims());
        let reason =
            format!("its grid of {here:?} voxels is not that of the other masks, {there:?}");
        return Err(Error::refused(path, reason));
    }
    let [x, y, z] = first.dims().map(|dim| (dim - 1) as f64);
    let corners = [[0.0; 3], [x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, z], [x, y, z]];
    let is_near = |corner: [f64; 3]| {
        let (a, b) =
            (first.world_from_voxel().apply(corner), other.world_from_voxel().apply(corner));
        a.iter().zip(b).all(|(a, b)| (a - b).abs() <= GRID_TOLERANCE_MM)
    };
    if corners.into_iter().all(is_near) {
        Ok(())
    } else {
        Err(Error::refused(
            path,
            "its voxels lie elsewhere in the world than those of the other masks",
        ))
    }
}

fn nothing_to_surface(read: &ReadCase) -> String {
    match read.notes.first() {
        None => "every voxel is background".to_owned(),
        Some(note) => format!("no structure to surface; for one, {}", note.text),
    }
}
