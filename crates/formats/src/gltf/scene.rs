//! The tree of nodes, walked without recursion.

use serde_json::Value;

use super::buffers::Buffers;
use super::document::{Document, count, list, name};
use super::primitive::{Reader, Solid};
use super::{malformed, node};
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::matrix::Matrix;
use crate::mesh_file::{MeshFile, MeshPart};

/// A node that is still to be looked at.
struct Visit {
    node: usize,
    depth: usize,
    world_from_parent: Matrix,
}

/// Adds a part for each node with a mesh.
pub(super) fn add_parts<'a>(
    document: &'a Document<'a>,
    buffers: Buffers<'a>,
    file: &mut MeshFile,
    limits: &'a Limits,
) -> Result<(), ErrorKind> {
    let mut reader = Reader::new(document, buffers, limits);
    match document.list("nodes")?.is_empty() {
        true => add_bare_meshes(document, &mut reader, file, limits)?,
        false => walk(document, &mut reader, file, limits)?,
    }
    if reader.n_others > 0 {
        let n = reader.n_others;
        file.notes.push(format!("{n} primitives of points, lines or nothing were left out"));
    }
    Ok(())
}

/// Meshes that no node places are taken as they stand.
fn add_bare_meshes<'a>(
    document: &Document<'a>,
    reader: &mut Reader<'a>,
    file: &mut MeshFile,
    limits: &Limits,
) -> Result<(), ErrorKind> {
    for mesh in document.list("meshes")? {
        add_part(reader.solid(mesh, &Matrix::IDENTITY)?, name(mesh), file, limits)?;
    }
    Ok(())
}

fn walk<'a>(
    document: &Document<'a>,
    reader: &mut Reader<'a>,
    file: &mut MeshFile,
    limits: &Limits,
) -> Result<(), ErrorKind> {
    let nodes = document.list("nodes")?;
    let mut is_visited = vec![false; nodes.len()];
    let (mut n_visited, mut n_flat) = (0, 0);
    let mut stack = Vec::new();
    push(roots(document)?, 1, &Matrix::IDENTITY, &mut stack);
    while let Some(Visit { node: at, depth, world_from_parent }) = stack.pop() {
        let entry = document.entry("nodes", at)?;
        if std::mem::replace(&mut is_visited[at], true) {
            return Err(malformed(format!(
                "node {at} stands in the tree twice or inside of itself"
            )));
        }
        n_visited += 1;
        if n_visited > limits.parts {
            return Err(ErrorKind::limit("nodes", limits.parts as u64));
        }
        if depth > limits.depth {
            return Err(ErrorKind::limit("nodes in one another", limits.depth as u64));
        }
        let world_from_node = world_from_parent.after(&node::of_node(entry)?);
        if !world_from_node.is_finite() {
            return Err(malformed(format!("node {at} has a place or size beyond all numbers")));
        }
        push(places(entry, "children")?, depth + 1, &world_from_node, &mut stack);
        let Some(mesh) = count(entry, "mesh")? else { continue };
        let mesh = document.entry("meshes", mesh)?;
        if world_from_node.is_flat() {
            n_flat += 1;
            continue;
        }
        let called = if name(entry).is_empty() { name(mesh) } else { name(entry) };
        add_part(reader.solid(mesh, &world_from_node)?, called, file, limits)?;
    }
    if n_flat > 0 {
        file.notes.push(format!("{n_flat} nodes that shrink their mesh to nothing were left out"));
    }
    Ok(())
}

/// The last of a list comes out of the stack last.
fn push(nodes: Vec<usize>, depth: usize, world_from_parent: &Matrix, stack: &mut Vec<Visit>) {
    let world_from_parent = *world_from_parent;
    stack.extend(nodes.into_iter().rev().map(|node| Visit { node, depth, world_from_parent }));
}

/// The nodes of the scene that the file is opened with; else all that are in no other node.
fn roots(document: &Document) -> Result<Vec<usize>, ErrorKind> {
    if let Some(scene) = count(document.value, "scene")? {
        return places(document.entry("scenes", scene)?, "nodes");
    }
    let nodes = document.list("nodes")?;
    let mut is_root = vec![true; nodes.len()];
    for node in nodes {
        for child in places(node, "children")? {
            if let Some(is_root) = is_root.get_mut(child) {
                *is_root = false;
            }
        }
    }
    match is_root.contains(&true) {
        true => Ok((0..nodes.len()).filter(|&node| is_root[node]).collect()),
        false => Err(malformed("every node is inside of another")),
    }
}

/// A list of numbers of others.
fn places(value: &Value, name: &str) -> Result<Vec<usize>, ErrorKind> {
    let place = |value: &Value| value.as_u64().and_then(|place| usize::try_from(place).ok());
    let places: Option<_> = list(value, name)?.iter().map(place).collect();
    places.ok_or_else(|| malformed(format!("`{name}` is no list of nodes")))
}

fn add_part(
    solid: Solid,
    name: &str,
    file: &mut MeshFile,
    limits: &Limits,
) -> Result<(), ErrorKind> {
    if !solid.faces.is_empty() {
        let Solid { positions, faces } = solid;
        file.parts.push(MeshPart::new(name.to_owned(), positions, faces, limits)?);
    }
    Ok(())
}
