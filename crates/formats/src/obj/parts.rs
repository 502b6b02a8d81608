//! The parts of an OBJ while it is read: one list of vertices, which faces of all parts name.

use std::collections::HashMap;

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshPart;
use crate::text;

/// Faces by the name of their part.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    limits: &'a Limits,
    parts: Vec<Part<'a>>,
    by_name: HashMap<&'a [u8], usize>,
    /// The name that faces come under, and its part once a face has come.
    name: &'a [u8],
    open: Option<usize>,
    n_faces: usize,
}

#[derive(Debug)]
struct Part<'a> {
    name: &'a [u8],
    faces: Vec<[u32; 3]>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        let by_name = HashMap::new();
        Self { limits, parts: vec![], by_name, name: b"", open: None, n_faces: 0 }
    }

    /// Faces that follow belong to the part of this name. A name without faces is no part.
    pub(super) fn begin(&mut self, name: &'a [u8]) {
        self.name = name;
        self.open = None;
    }

    /// Takes a face with places in the list of all vertices.
    pub(super) fn push(&mut self, face: [u32; 3]) -> Result<(), ErrorKind> {
        if self.n_faces == self.limits.faces {
            return Err(ErrorKind::limit("triangles", self.limits.faces as u64));
        }
        let part = match self.open {
            Some(part) => part,
            None => self.open()?,
        };
        self.n_faces += 1;
        self.parts[part].faces.push(face);
        Ok(())
    }

    pub(super) fn n_faces(&self) -> usize {
        self.n_faces
    }

    /// Each part with those vertices alone that its faces name.
    pub(super) fn into_meshes(self, positions: &[[f32; 3]]) -> Result<Vec<MeshPart>, ErrorKind> {
        // Where each vertex is in the part that named it last.
        let mut places = vec![NONE; positions.len()];
        let limits = self.limits;
        let part = |part: Part<'_>| part.into_mesh(positions, &mut places, limits);
        self.parts.into_iter().map(part).collect()
    }

    #[cold]
    fn open(&mut self) -> Result<usize, ErrorKind> {
        let next = self.parts.len();
        let part = *self.by_name.entry(self.name).or_insert(next);
        if part == next {
            if next == self.limits.parts {
                return Err(ErrorKind::limit("objects and groups", self.limits.parts as u64));
            }
            self.parts.push(Part { name: self.name, faces: vec![] });
        }
        self.open = Some(part);
        Ok(part)
    }
}

const NONE: u32 = u32::MAX;

impl Part<'_> {
    /// `places` are all [`NONE`] before and after.
    fn into_mesh(
        mut self,
        positions: &[[f32; 3]],
        places: &mut [u32],
        limits: &Limits,
    ) -> Result<MeshPart, ErrorKind> {
        let mut vertices = Vec::new();
        for &vertex in self.faces.iter().flatten() {
            if places[vertex as usize] == NONE {
                places[vertex as usize] = 0;
                vertices.push(vertex);
            }
        }
        vertices.sort_unstable();
        for (place, &vertex) in vertices.iter().enumerate() {
            places[vertex as usize] = place as u32;
        }
        for vertex in self.faces.iter_mut().flatten() {
            *vertex = places[*vertex as usize];
        }
        for &vertex in &vertices {
            places[vertex as usize] = NONE;
        }
        let named = vertices.iter().map(|&vertex| positions[vertex as usize]).collect();
        MeshPart::new(text::name(self.name), named, self.faces, limits)
    }
}
