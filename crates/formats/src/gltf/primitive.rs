//! The primitives of a mesh, brought together.

use std::collections::BTreeMap;

use serde_json::Value;

use super::accessor::Accessor;
use super::buffers::Buffers;
use super::document::{DRACO, Document, count, draco, list};
use super::{FORMAT, malformed};
use crate::cells::Faces;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::matrix::Matrix;

/// Reads meshes, and holds all that were read against the limits.
pub(super) struct Reader<'a> {
    document: &'a Document<'a>,
    buffers: Buffers<'a>,
    limits: &'a Limits,
    n_primitives: usize,
    n_vertices: usize,
    n_corners: usize,
    n_faces: usize,
    /// Primitives of points and lines.
    pub(super) n_others: usize,
}

/// Positions and faces of one node.
#[derive(Default)]
pub(super) struct Solid {
    pub(super) positions: Vec<[f32; 3]>,
    pub(super) faces: Vec<[u32; 3]>,
}

/// How the corners of a primitive make faces.
#[derive(Clone, Copy)]
enum Mode {
    Triangles,
    Strip,
    Fan,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        document: &'a Document<'a>,
        buffers: Buffers<'a>,
        limits: &'a Limits,
    ) -> Self {
        let (n_primitives, n_vertices, n_corners, n_faces, n_others) = (0, 0, 0, 0, 0);
        Self { document, buffers, limits, n_primitives, n_vertices, n_corners, n_faces, n_others }
    }

    /// The triangles of a mesh where `world_from_mesh` puts them.
    pub(super) fn solid(
        &mut self,
        mesh: &Value,
        world_from_mesh: &Matrix,
    ) -> Result<Solid, ErrorKind> {
        let mut solid = Solid::default();
        // Primitives may share their positions: those of an accessor begin here.
        let mut begins = BTreeMap::new();
        for primitive in list(mesh, "primitives")? {
            self.n_primitives += 1;
            if self.n_primitives > self.limits.parts {
                return Err(ErrorKind::limit("primitives", self.limits.parts as u64));
            }
            self.add(primitive, world_from_mesh, &mut solid, &mut begins)?;
        }
        if world_from_mesh.is_mirror() {
            solid.faces.iter_mut().for_each(|face| face.swap(1, 2));
        }
        Ok(solid)
    }

    fn add(
        &mut self,
        primitive: &Value,
        world_from_mesh: &Matrix,
        solid: &mut Solid,
        begins: &mut BTreeMap<usize, u32>,
    ) -> Result<(), ErrorKind> {
        let attributes = primitive.get("attributes").unwrap_or(&Value::Null);
        let (Some(mode), Some(at)) = (mode(primitive)?, count(attributes, "POSITION")?) else {
            self.n_others += 1;
            return Ok(());
        };
        let accessor = self.accessor(primitive, at)?;
        let begin = match begins.get(&at) {
            Some(&begin) => begin,
            None => {
                let begin = self.add_vertices(&accessor, world_from_mesh, solid)?;
                begins.insert(at, begin);
                begin
            }
        };
        let corners = self.corners(primitive, accessor.count)?;
        let positions = &solid.positions[begin as usize..][..accessor.count];
        let mut faces = Faces::new(FORMAT, positions, self.n_faces, self.limits);
        add_faces(mode, &corners, &mut faces)?;
        let faces = faces.into_faces();
        self.n_faces += faces.len();
        solid.faces.extend(faces.into_iter().map(|face| face.map(|vertex| begin + vertex)));
        Ok(())
    }

    fn accessor(&self, primitive: &Value, at: usize) -> Result<Accessor<'a>, ErrorKind> {
        let is_draco = primitive.get("extensions").is_some_and(|all| all.get(DRACO).is_some());
        let has_view = self.document.entry("accessors", at)?.get("bufferView").is_some();
        match is_draco && !has_view {
            true => Err(draco()),
            false => Accessor::new(self.document, at),
        }
    }

    /// Where the vertices begin.
    fn add_vertices(
        &mut self,
        accessor: &Accessor<'a>,
        world_from_mesh: &Matrix,
        solid: &mut Solid,
    ) -> Result<u32, ErrorKind> {
        let most = self.limits.vertices.min(u32::MAX as usize);
        self.n_vertices = self.n_vertices.saturating_add(accessor.count);
        if self.n_vertices > most {
            return Err(ErrorKind::limit("vertices", most as u64));
        }
        let begin = solid.positions.len() as u32;
        let points = accessor.points(&mut self.buffers)?;
        solid.positions.extend(points.into_iter().map(|point| world_from_mesh.moved(point)));
        Ok(begin)
    }

    /// The numbers of the vertices that make faces: all of them, where nothing else is said.
    fn corners(&mut self, primitive: &Value, n_vertices: usize) -> Result<Vec<i64>, ErrorKind> {
        let indices = count(primitive, "indices")?;
        let accessor = indices.map(|at| self.accessor(primitive, at)).transpose()?;
        let n_corners = accessor.as_ref().map_or(n_vertices, |accessor| accessor.count);
        self.n_corners = self.n_corners.saturating_add(n_corners);
        if self.n_corners / 3 > self.limits.faces {
            return Err(ErrorKind::limit("triangles", self.limits.faces as u64));
        }
        match accessor {
            Some(accessor) => accessor.indices(&mut self.buffers),
            None => Ok((0..n_vertices as i64).collect()),
        }
    }
}

fn mode(primitive: &Value) -> Result<Option<Mode>, ErrorKind> {
    match count(primitive, "mode")? {
        None | Some(4) => Ok(Some(Mode::Triangles)),
        Some(5) => Ok(Some(Mode::Strip)),
        Some(6) => Ok(Some(Mode::Fan)),
        Some(0..=3) => Ok(None),
        Some(_) => Err(malformed("`mode` is none that glTF has")),
    }
}

fn add_faces(mode: Mode, corners: &[i64], faces: &mut Faces) -> Result<(), ErrorKind> {
    match mode {
        Mode::Strip => faces.add_strip(corners),
        Mode::Fan => faces.add_fan(corners),
        Mode::Triangles => {
            let (triples, rest) = corners.as_chunks::<3>();
            if !rest.is_empty() {
                return Err(malformed("indices that are no triples"));
            }
            triples.iter().try_for_each(|&face| faces.add_face(face))
        }
    }
}
