//! Shapes that are alike: of a shape of the store, or of a file.

use std::path::Path;

use medshape_catalog::{Alike, Catalog, Descriptor, Page, Query, Shape, ShapeName, SimilarPage};
use medshape_formats::Input;
use medshape_formats::kind::Kind;
use medshape_geometry::describe::descriptor::{KIND, SIZE, descriptor, in_order};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::Mesh;
use rayon::prelude::*;

use crate::import::{self, ImportOptions};
use crate::{Error, Reader, export};

pub mod doubts;

// The numbers of the one are kept by the other.
const _: () = assert!(Descriptor::N == medshape_geometry::describe::descriptor::N);

/// Shapes that are described before what was made is kept.
const BATCH: usize = 64;

/// Whether a large shape can be like a small one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Likeness {
    /// Form and size count.
    #[default]
    SameSize,
    /// Form alone counts.
    AnySize,
}

impl Likeness {
    fn n_numbers(self) -> usize {
        match self {
            Self::SameSize => Descriptor::N,
            Self::AnySize => SIZE.start,
        }
    }
}

/// What a mesh is like, whatever the order of its faces; `None` for one that has no area or lies in one
/// plane.
pub fn of_mesh(mesh: &Mesh) -> Option<Descriptor> {
    descriptor(&in_order(mesh)).map(|numbers| Descriptor { kind: KIND, numbers: Box::new(numbers) })
}

/// What a shape of the store is like: what is known of it, or what its mesh says; `None` as for
/// [`of_mesh`].
///
/// # Errors
/// The store is damaged.
pub fn of_shape(catalog: &Catalog, shape: &Shape) -> Result<Option<Descriptor>, Error> {
    match catalog.descriptor(&shape.name, KIND)? {
        Some(known) => Ok(Some(known)),
        None => Ok(of_mesh(&export::mesh(catalog, shape)?)),
    }
}

/// What a file is like that holds a mesh, or a label map with one label.
///
/// # Errors
/// The file is broken or holds something else.
pub fn of_input(input: &Input, reader: &Reader) -> Result<Descriptor, Error> {
    let refused = |reason: &str| Error::refused(input.name(), reason);
    let mesh = match reader.kind(input)? {
        Some(Kind::Mesh | Kind::Arrays) => {
            let file = reader.mesh(input)?;
            import::taken(&file, &ImportOptions::default()).map_err(|reason| refused(&reason))?
        }
        Some(Kind::Volume | Kind::Dicom) => of_label(input, reader)?,
        _ => return Err(refused("neither a mesh nor a label map")),
    };
    of_mesh(&mesh).ok_or_else(|| refused(FLAT))
}

/// Why there is no descriptor.
pub const FLAT: &str = "a mesh without area, or in one plane, is like no shape";

/// The surface of the one label of a label map.
fn of_label(input: &Input, reader: &Reader) -> Result<Mesh, Error> {
    let map = reader.label_map(input)?;
    let mut meshes = surfaces(&map, &SurfaceOptions::default()).meshes;
    meshes.retain(|mesh| !mesh.faces().is_empty());
    match (meshes.pop(), meshes.len()) {
        (Some(mesh), 0) => Ok(mesh),
        (None, _) => Err(Error::refused(input.name(), "no voxel is labelled")),
        (_, n_more) => {
            let reason = format!(
                "holds {} labels: `medshape ingest` takes them in, then ask for one by its name",
                n_more + 1
            );
            Err(Error::refused(input.name(), reason))
        }
    }
}

/// What a file on disk is like.
///
/// # Errors
/// As [`of_input`].
pub fn of_file(path: &Path, reader: &Reader) -> Result<Descriptor, Error> {
    of_input(&Input::on_disk(path), reader)
}

/// What a file is like that came over the network. What its name says is taken for no more than a hint of
/// its format.
///
/// # Errors
/// As [`of_input`].
pub fn of_bytes(name: &str, bytes: &[u8], reader: &Reader) -> Result<Descriptor, Error> {
    const SENT: &str = "the file that was sent";
    let folder = tempfile::Builder::new().prefix("medshape-").tempdir().map_err(Error::io(SENT))?;
    let path = folder.path().join(format!("sent{}", endings(name)));
    std::fs::write(&path, bytes).map_err(Error::io(SENT))?;
    of_file(&path, reader).map_err(|error| {
        // Where it lay meanwhile is nobody's business.
        Error::refused(SENT, error.to_string().replace(&*path.to_string_lossy(), SENT))
    })
}

/// The last two endings of a name, if they are such: `.nii.gz`.
fn endings(name: &str) -> String {
    let is_plain = |part: &&str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let mut parts: Vec<&str> = name.split('.').skip(1).filter(is_plain).collect();
    let last = parts.split_off(parts.len().saturating_sub(2));
    last.into_iter().map(|part| format!(".{part}")).collect()
}

/// The shapes that are most like a descriptor, without `but`.
///
/// # Errors
/// The store cannot be read.
pub fn similar(
    catalog: &Catalog,
    to: &Descriptor,
    but: Option<&ShapeName>,
    likeness: Likeness,
    filter: &Query,
    page: Page,
) -> Result<SimilarPage, Error> {
    let asked = Alike { to, n_numbers: likeness.n_numbers(), but, filter };
    Ok(catalog.similar(&asked, page)?)
}

/// Describes the shapes that have no descriptor yet, such as those of a store that an earlier version
/// of the program made, and counts them. `watch` is told how many are done, and of how many.
///
/// # Errors
/// The store cannot be read or written; what was described before is kept.
pub fn describe_all(catalog: &mut Catalog, watch: &dyn Fn(u64, u64)) -> Result<u64, Error> {
    let names = catalog.undescribed(KIND)?;
    let mut n_done = 0;
    for batch in names.chunks(BATCH) {
        let mut shapes = Vec::with_capacity(batch.len());
        for name in batch {
            // One that is gone since then need not be described.
            if let Some(page) = catalog.shape(name)? {
                shapes.push(page.shape);
            }
        }
        let blobs = catalog.blobs().clone();
        let one = |shape| -> Result<_, Error> {
            let mesh = export::decode(shape, &blobs.read(export::mesh_file(shape)?)?)?;
            Ok(of_mesh(&mesh).map(|found| (shape.name.clone(), found)))
        };
        let made: Vec<_> = shapes.par_iter().map(one).collect::<Result<_, Error>>()?;
        let made: Vec<_> = made.into_iter().flatten().collect();
        catalog.keep_descriptors(&made)?;
        n_done += batch.len() as u64;
        watch(n_done, names.len() as u64);
    }
    Ok(n_done)
}
