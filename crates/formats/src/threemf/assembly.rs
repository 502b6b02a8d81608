//! What is to be built, item by item, walked without recursion.

use super::malformed;
use super::model::{Object, Reference};
use super::package::Package;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::matrix::Matrix;
use crate::mesh_file::{MeshFile, MeshPart};

/// An object that is still to be looked at.
struct Visit<'a> {
    path: &'a str,
    reference: &'a Reference,
    depth: usize,
    world_from_parent: Matrix,
}

/// Adds a part for each mesh, as often as it is to be built.
pub(super) fn add_parts(
    package: &Package,
    file: &mut MeshFile,
    limits: &Limits,
) -> Result<(), ErrorKind> {
    let path = package.root_path();
    let visit =
        |reference| Visit { path, reference, depth: 1, world_from_parent: Matrix::IDENTITY };
    let mut stack: Vec<_> = package.root().items.iter().rev().map(visit).collect();
    let (mut n_visits, mut n_vertices, mut n_faces) = (stack.len(), 0, 0);
    while let Some(Visit { path, reference, depth, world_from_parent }) = stack.pop() {
        if depth > limits.depth {
            return Err(ErrorKind::limit("objects in one another", limits.depth as u64));
        }
        let (path, object) = package.object(path, reference)?;
        let world_from_object = world_from_parent.after(&reference.parent_from_object);
        n_visits += object.components.len();
        n_vertices += object.positions.len();
        n_faces += object.faces.len();
        for (what, n, most) in [
            ("items and components", n_visits, limits.parts),
            ("vertices", n_vertices, limits.vertices),
            ("triangles", n_faces, limits.faces),
        ] {
            if n > most {
                return Err(ErrorKind::limit(what, most as u64));
            }
        }
        let visit = |reference| Visit {
            path,
            reference,
            depth: depth + 1,
            world_from_parent: world_from_object,
        };
        stack.extend(object.components.iter().rev().map(visit));
        if !object.faces.is_empty() {
            file.parts.push(part(object, &world_from_object, limits)?);
        }
    }
    Ok(())
}

fn part(
    object: &Object,
    world_from_object: &Matrix,
    limits: &Limits,
) -> Result<MeshPart, ErrorKind> {
    if !world_from_object.is_finite() {
        return Err(malformed("an item has a place or size beyond all numbers"));
    }
    if world_from_object.is_flat() {
        return Err(malformed("an item is flattened to nothing"));
    }
    let positions = object.positions.iter().map(|&point| world_from_object.moved(point)).collect();
    let mut faces = object.faces.clone();
    if world_from_object.is_mirror() {
        faces.iter_mut().for_each(|face| face.swap(1, 2));
    }
    MeshPart::new(object.name.clone(), positions, faces, limits)
}
