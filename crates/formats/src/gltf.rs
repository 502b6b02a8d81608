//! glTF 2.0 (Khronos Group, 2017) as other programs write it: GLB, or JSON with buffers inside or
//! beside it.
//!
//! What [`crate::glb`] wrote is read by it; this module reads everything else. Triangles, strips and
//! fans of the default scene are taken from where their nodes put them; materials, pictures, skins
//! and movement are not looked at.

mod accessor;
mod buffers;
mod container;
mod document;
mod meshopt;
mod node;
mod primitive;
mod scene;

use std::borrow::Cow;

use serde_json::Value;

use crate::cells;
use crate::error::ErrorKind;
use crate::glb;
use crate::gzip;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart, Space, Units};
use buffers::Buffers;
use document::Document;

const FORMAT: &str = "glTF";

/// The triangles of a glTF file, which may be packed in gzip: a part for each node with a mesh, in
/// metres with y up.
///
/// `beside` gives the bytes of a file that the document names by its plain name; other addresses are
/// refused before anybody is asked. A GLB of [`crate::glb`] comes in the millimetres RAS+ in which its
/// numbers stand.
///
/// # Errors
/// [`ErrorKind::Malformed`]; [`ErrorKind::Unsupported`] for Draco and for other extensions that the
/// file requires; [`ErrorKind::Outside`] for a buffer that is elsewhere and [`ErrorKind::Missing`] or
/// whatever `beside` says for one that is not there; [`ErrorKind::NotThis`] for a file without
/// triangles; and [`ErrorKind::Limit`].
pub fn read(
    bytes: &[u8],
    beside: &dyn Fn(&str) -> Result<Vec<u8>, ErrorKind>,
    limits: &Limits,
) -> Result<MeshFile, ErrorKind> {
    let bytes = match bytes.starts_with(&gzip::MAGIC) {
        true => gzip::unpacked_within(bytes, limits.unpacked(bytes.len() as u64))?.into(),
        false => Cow::Borrowed(bytes),
    };
    let parts = container::parts(&bytes)?;
    let (value, embedded) = document::parse(parts.json, limits)?;
    if parts.is_glb && is_ours(&value) {
        // A damaged one is answered below, with a reason.
        if let Ok(mesh) = glb::read(&bytes) {
            return ours(mesh, &value, limits);
        }
    }
    let document = Document::new(&value)?;
    let buffers = Buffers::new(&document, parts.binary, embedded, beside, limits);
    let mut file = MeshFile {
        units: Some(Units::Metres),
        space: Some(Space::YUp),
        notes: document.notes(),
        ..MeshFile::default()
    };
    scene::add_parts(&document, buffers, &mut file, limits)?;
    cells::finish(file, 0)
}

/// Whether [`crate::glb`] wrote it and no one has changed it since: one node, which turns and shrinks.
fn is_ours(document: &Value) -> bool {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let number = |pointer: &str| document.pointer(pointer).and_then(Value::as_f64);
    let is = |pointer: &str, value: f64| {
        number(pointer).is_some_and(|number| (number - value).abs() < 1e-9)
    };
    let is_one = |pointer: &str| {
        document.pointer(pointer).and_then(Value::as_array).is_some_and(|list| list.len() == 1)
    };
    let half = std::f64::consts::FRAC_1_SQRT_2;
    text("/asset/generator") == Some("medshape")
        && text("/asset/extras/units") == Some("mm")
        && text("/asset/extras/space") == Some("RAS+")
        && ["/nodes", "/meshes", "/meshes/0/primitives"].iter().all(|list| is_one(list))
        && [-half, 0.0, 0.0, half]
            .iter()
            .enumerate()
            .all(|(at, &value)| is(&format!("/nodes/0/rotation/{at}"), value))
        && (0..3).all(|at| is(&format!("/nodes/0/scale/{at}"), 0.001))
        && ["matrix", "translation", "children"]
            .iter()
            .all(|key| document.pointer(&format!("/nodes/0/{key}")).is_none())
}

fn ours(
    mesh: medshape_types::Mesh,
    document: &Value,
    limits: &Limits,
) -> Result<MeshFile, ErrorKind> {
    let name = document.pointer("/nodes/0/name").and_then(Value::as_str).unwrap_or_default();
    let (positions, faces) = mesh.into_parts();
    let part = MeshPart::new(name.to_owned(), positions, faces, limits)?;
    let (units, space) = (Some(Units::Millimetres), Some(Space::Ras));
    cells::finish(MeshFile { units, space, ..MeshFile::of(part) }, 0)
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed(FORMAT, reason)
}
