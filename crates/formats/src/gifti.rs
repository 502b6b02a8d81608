//! GIFTI: cortical surfaces of the neuroimaging programs in XML (Harwell, Breman and others, GIFTI
//! Surface Data Format, 2011).

mod array;

use crate::cells::Faces;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart, Space, Units};
use crate::xml::{Element, Xml};
use array::Array;

const FORMAT: &str = "GIFTI";

/// The surfaces of a file, in millimetres RAS+: each set of points with its set of triangles.
///
/// Where a set of points comes with a matrix to scanner space (`NIFTI_XFORM_SCANNER_ANAT`), as
/// FreeSurfer writes it, the matrix is applied and a note says so: there the surface meets the image
/// that it was made from. Matrices to other spaces, such as an atlas, are not applied.
///
/// # Errors
/// [`ErrorKind::Malformed`], [`ErrorKind::Unsupported`] for numbers in another file,
/// [`ErrorKind::NotThis`] for a file without triangles, and [`ErrorKind::Limit`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let (points, triangles) = arrays(bytes, limits)?;
    if triangles.is_empty() {
        let held = if points.is_empty() { "no surface" } else { "points and no triangles" };
        return Err(ErrorKind::NotThis(format!("holds {held}")));
    }
    if points.len() != triangles.len() {
        return Err(malformed("it has not as many sets of points as of triangles"));
    }
    let mut file = MeshFile {
        units: Some(Units::Millimetres),
        space: Some(Space::Ras),
        ..MeshFile::default()
    };
    for (points, triangles) in points.into_iter().zip(triangles) {
        add(points, &triangles, &mut file, limits)?;
    }
    crate::cells::finish(file, 0)
}

/// Sets of points, and sets of triangles.
fn arrays(bytes: &[u8], limits: &Limits) -> Result<(Vec<Array>, Vec<Array>), ErrorKind> {
    let mut xml = Xml::new(FORMAT, bytes, limits);
    let root = xml.root("GIFTI")?;
    let (mut points, mut triangles) = (Vec::new(), Vec::new());
    let (mut n_arrays, mut n_vertices, mut n_faces) = (0, 0, 0);
    while let Some(child) = xml.child(&root)? {
        if child.name() != "DataArray" {
            continue;
        }
        n_arrays += 1;
        if n_arrays > limits.parts {
            return Err(ErrorKind::limit("data arrays", limits.parts as u64));
        }
        let Some(array) = array::read(&mut xml, &child, limits)? else { continue };
        n_vertices += array.points.len();
        n_faces += array.triangles.len();
        if n_vertices > limits.vertices {
            return Err(ErrorKind::limit("vertices", limits.vertices as u64));
        }
        if n_faces > limits.faces {
            return Err(ErrorKind::limit("triangles", limits.faces as u64));
        }
        match array.is_points {
            true => points.push(array),
            false => triangles.push(array),
        }
    }
    xml.finish(&root)?;
    Ok((points, triangles))
}

fn add(
    points: Array,
    triangles: &Array,
    file: &mut MeshFile,
    limits: &Limits,
) -> Result<(), ErrorKind> {
    let mut positions = points.points;
    if let Some(scanner_from_points) = &points.to_scanner {
        for position in &mut positions {
            *position = scanner_from_points.moved(*position);
        }
        file.notes.push("its matrix to scanner space was applied".to_owned());
    }
    let is_mirrored = points.to_scanner.is_some_and(|matrix| matrix.is_mirror());
    let mut faces = Faces::new(FORMAT, &positions, file.n_faces(), limits);
    for &[a, b, c] in &triangles.triangles {
        faces.add_face(if is_mirrored { [a, c, b] } else { [a, b, c] })?;
    }
    let faces = faces.into_faces();
    file.parts.push(MeshPart::new(String::new(), positions, faces, limits)?);
    Ok(())
}

/// What an attribute says that has to be there.
fn attribute(element: &Element, name: &str) -> Result<String, ErrorKind> {
    let value = element.get(name)?.ok_or_else(|| malformed(format!("`{name}` is missing")))?;
    Ok(value.into_owned())
}

fn unknown(name: &str, value: &str) -> ErrorKind {
    malformed(format!("`{name}` is `{}`, which means nothing", shortened(value)))
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed(FORMAT, reason)
}
