//! A case of meshes as it is read: the parts of its files that become shapes, and what they are called.

use std::collections::BTreeMap;

use medshape_catalog::{Anatomy, Note};
use medshape_formats::{Input, MeshFile};
use rayon::prelude::*;

use crate::import::{ImportOptions, Imported, import, space_word};
use crate::{Error, Reader};

/// What the parts of a mesh file (solids, objects, nodes) become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parts {
    /// Shapes of their own if most of them are named after structures, else one shape together.
    #[default]
    Auto,
    /// One shape together.
    One,
    /// Shapes of their own.
    Each,
}

/// Reads the meshes of a case: what each is called, and the mesh.
///
/// # Errors
/// A file is broken, or [`import`] refuses it.
pub(crate) fn read(
    meshes: &[(String, Input)],
    options: &ImportOptions,
    parts: Parts,
    reader: &Reader,
) -> Result<Vec<(String, Imported)>, Error> {
    let one = |(label, input): &(String, Input)| -> Result<Vec<(String, Imported)>, Error> {
        let file = reader.mesh(input)?;
        let take = |(label, file): (String, MeshFile)| {
            let refused = |reason| Error::refused(input.name(), reason);
            import(&file, options).map(|imported| (label, imported)).map_err(refused)
        };
        taken_apart(label, file, parts).into_iter().map(take).collect()
    };
    let read: Vec<Vec<_>> = meshes.par_iter().map(one).collect::<Result<_, _>>()?;
    Ok(read.into_iter().flatten().collect())
}

/// What of the files is in no mesh, or is odd about them.
pub(crate) fn notes(read: &[(String, Imported)]) -> Vec<Note> {
    let note = |called: &String, text: &String| Note {
        kind: "odd-file".to_owned(),
        text: format!("`{called}`: {text}"),
        label: Some(called.clone()),
        n_voxels: None,
    };
    read.iter()
        .flat_map(|(called, imported)| imported.of_file.iter().map(move |text| note(called, text)))
        .collect()
}

/// The options that are set, by name.
pub(crate) fn parameters(options: &ImportOptions, parts: Parts) -> BTreeMap<String, String> {
    let ImportOptions { units, space, repair } = options;
    let parts = match parts {
        Parts::Auto => None,
        Parts::One => Some("one"),
        Parts::Each => Some("each"),
    };
    let all = [
        ("units", units.map(|units| units.word().to_owned())),
        ("space", space.map(|space| space_word(space).to_owned())),
        ("repair", repair.map(|repair| format!("{repair:?}"))),
        ("parts", parts.map(str::to_owned)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// One file a shape, each with what it is called.
fn taken_apart(label: &str, file: MeshFile, parts: Parts) -> Vec<(String, MeshFile)> {
    let is_apart = match parts {
        Parts::Auto => are_structures(&file),
        Parts::One => false,
        Parts::Each => file.parts.len() > 1,
    };
    if !is_apart {
        return vec![(label.to_owned(), with_count(file))];
    }
    let MeshFile { parts, units, space, notes } = file;
    let alone = |(number, part): (usize, medshape_formats::MeshPart)| {
        let called = match part.name.trim() {
            "" => format!("{label}-{}", number + 1),
            name => name.to_owned(),
        };
        (called, MeshFile { parts: vec![part], units, space, notes: notes.clone() })
    };
    let with_faces = parts.into_iter().filter(|part| !part.faces().is_empty());
    with_faces.enumerate().map(alone).collect()
}

fn are_structures(file: &MeshFile) -> bool {
    let anatomy = Anatomy::builtin();
    let n_known = file.parts.iter().filter(|part| anatomy.code(&part.name).is_some()).count();
    file.parts.len() > 1 && 3 * n_known >= 2 * file.parts.len()
}

/// A file that becomes one shape, and a note if it has several parts.
fn with_count(mut file: MeshFile) -> MeshFile {
    if file.parts.len() > 1 {
        let n_parts = file.parts.len();
        file.notes
            .push(format!("its {n_parts} parts were taken together (`--parts each` does not)"));
    }
    file
}
