//! Structures that a file names: each label gets its name, and layers become one.

use std::collections::BTreeMap;

use medshape_catalog::Note;
use medshape_types::{LabelMap, LabelMapError, Segment, Segmentation};

use crate::counted::counted;

/// A label map, what each label index is called, and what was noticed.
pub(crate) type Flattened = (LabelMap, Vec<Option<String>>, Vec<Note>);

/// One label map of all layers, what each label index is called, and what was noticed.
///
/// A voxel that several structures claim goes to the one with the fewest voxels, for a small structure
/// loses more of itself than a large one; of equally large ones, to the first. A structure without
/// voxels, and one that smaller ones cover, become notes.
///
/// # Errors
/// All layers together have too many structures.
pub(crate) fn flattened(segmentation: Segmentation) -> Result<Flattened, LabelMapError> {
    let (mut layers, segments) = segmentation.into_parts();
    let mut notes = Vec::new();
    let (map, places) = match layers.len() {
        1 => {
            let map = layers.swap_remove(0);
            let places = map.values().iter().map(|&value| (0, value)).collect();
            (map, places)
        }
        _ => merged(&layers, &segments, &mut notes)?,
    };
    let names = named(&map, &places, &segments, &mut notes);
    Ok((map, names, notes))
}

/// Layer and number of a structure in its file.
type Place = (usize, i64);

/// A structure on the way into one map.
struct Structure {
    place: Place,
    n_voxels: u64,
}

/// All layers in one, labels numbered anew, and where each label came from.
fn merged(
    layers: &[LabelMap],
    segments: &[Segment],
    notes: &mut Vec<Note>,
) -> Result<(LabelMap, Vec<Place>), LabelMapError> {
    let mut structures = vec![Structure { place: (0, 0), n_voxels: u64::MAX }];
    let mut voxels = vec![0_u16; layers[0].voxels().len()];
    let mut overlaps: BTreeMap<(u16, u16), u64> = BTreeMap::new();
    for (layer, map) in layers.iter().enumerate() {
        let first = structures.len() as u16;
        let labels = map.values().iter().zip(map.counts()).skip(1);
        structures
            .extend(labels.map(|(&value, n_voxels)| Structure { place: (layer, value), n_voxels }));
        if structures.len() > medshape_types::MAX_LABELS + 1 {
            return Err(LabelMapError::TooManyLabels);
        }
        let labels = voxels.iter_mut().zip(map.voxels().iter());
        for (owner, label) in labels.filter(|(_, label)| *label > 0) {
            let new = first + label - 1;
            if *owner == 0 {
                *owner = new;
                continue;
            }
            let size = |at: u16| structures[usize::from(at)].n_voxels;
            let (winner, loser) =
                if size(new) < size(*owner) { (new, *owner) } else { (*owner, new) };
            *overlaps.entry((winner, loser)).or_default() += 1;
            *owner = winner;
        }
    }
    let called = |at: u16| called(structures[usize::from(at)].place, segments);
    notes.extend(overlaps.into_iter().map(|((winner, loser), n_voxels)| {
        let (winner, loser) = (called(winner), called(loser));
        let text = format!(
            "{winner} and {loser} share {}: they went to {winner}, the smaller",
            counted(n_voxels, "voxel")
        );
        note("overlap", text, winner, n_voxels)
    }));
    let values = (0..structures.len() as i64).collect();
    let map = LabelMap::new(*layers[0].grid(), voxels, values)?;
    Ok((map, structures.into_iter().map(|structure| structure.place).collect()))
}

/// What each label index is called, and notes on structures that are not there.
fn named(
    map: &LabelMap,
    places: &[Place],
    segments: &[Segment],
    notes: &mut Vec<Note>,
) -> Vec<Option<String>> {
    let counts = map.counts();
    let mut names = vec![None];
    for (&place, &n_voxels) in places.iter().zip(&counts).skip(1) {
        let name = called(place, segments);
        if place.1 < 0 {
            let n = counted(n_voxels, "voxel");
            let text = format!("{name} is negative ({n}): it is not surfaced");
            notes.push(note("negative-label", text, name, n_voxels));
            names.push(None);
        } else if n_voxels == 0 {
            notes.push(note(
                "covered-mask",
                format!("{name}: smaller structures cover all of it"),
                name,
                0,
            ));
            names.push(None);
        } else {
            names.push(Some(name));
        }
    }
    let is_there = |segment: &&Segment| !places.contains(&(segment.layer, segment.value));
    notes.extend(segments.iter().filter(is_there).map(|segment| {
        let name = called((segment.layer, segment.value), segments);
        note("empty-mask", format!("{name}: the file names it, and no voxel has it"), name, 0)
    }));
    names
}

fn called(place: Place, segments: &[Segment]) -> String {
    let known = segments.iter().find(|segment| (segment.layer, segment.value) == place);
    match known.map(|segment| segment.name.trim()) {
        None | Some("") => format!("label-{}", place.1),
        Some(name) => name.to_owned(),
    }
}

fn note(kind: &str, text: String, label: String, n_voxels: u64) -> Note {
    Note { kind: kind.to_owned(), text, label: Some(label), n_voxels: Some(n_voxels) }
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};

    use super::*;

    fn map(voxels: [u16; 4], values: &[i64]) -> LabelMap {
        let grid = Grid::new([4, 1, 1], Affine::IDENTITY).unwrap();
        LabelMap::new(grid, voxels.to_vec(), values.to_vec()).unwrap()
    }

    fn segment(layer: usize, value: i64, name: &str) -> Segment {
        Segment { layer, value, name: name.to_owned(), ..Segment::default() }
    }

    #[test]
    fn the_smaller_structure_keeps_the_shared_voxels() {
        let layers = vec![map([1, 1, 1, 0], &[0, 7]), map([0, 0, 1, 1], &[0, 7])];
        let segments = vec![segment(0, 7, "liver"), segment(1, 7, "tumour"), segment(1, 8, "vein")];
        let (map, names, notes) = flattened(Segmentation::new(layers, segments).unwrap()).unwrap();
        assert_eq!(map.voxels(), [1, 1, 2, 2]);
        assert_eq!(names, [None, Some("liver".to_owned()), Some("tumour".to_owned())]);
        let kinds: Vec<_> = notes.iter().map(|note| (&note.kind[..], note.n_voxels)).collect();
        assert_eq!(kinds, [("overlap", Some(1)), ("empty-mask", Some(0))]);
    }

    #[test]
    fn one_layer_keeps_its_numbers() {
        let segments = vec![segment(0, 7, "liver")];
        let one = Segmentation::new(vec![map([1, 2, 0, 0], &[0, 3, 7])], segments).unwrap();
        let (map, names, notes) = flattened(one).unwrap();
        assert_eq!(map.values(), [0, 3, 7]);
        assert_eq!(names, [None, Some("label-3".to_owned()), Some("liver".to_owned())]);
        assert!(notes.is_empty());
    }
}
