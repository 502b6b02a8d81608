//! The lines of an OBJ that say something of its triangles.

use super::parts::Parts;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;
use crate::polygon;
use crate::text::{Said, Text};

// Positions may be followed by a weight or a colour.
const MOST_NUMBERS: usize = 7;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let mut reader = Reader {
        text: Text::new("OBJ", bytes, limits).with_joined_lines(),
        limits,
        positions: vec![],
        unread: vec![],
        parts: Parts::new(limits),
        corners: vec![],
        n_small: 0,
        said: Said::default(),
    };
    loop {
        reader.line()?;
        if !reader.text.next_line()? {
            return reader.file();
        }
    }
}

struct Reader<'a> {
    text: Text<'a>,
    limits: &'a Limits,
    positions: Vec<[f32; 3]>,
    /// Vertices whose numbers could not be read, and at which byte; harmless unless a face names one.
    unread: Vec<(u32, usize)>,
    parts: Parts<'a>,
    /// The corners of the face at hand.
    corners: Vec<u32>,
    /// Faces with fewer than three corners.
    n_small: usize,
    said: Said,
}

impl Reader<'_> {
    fn line(&mut self) -> Result<(), ErrorKind> {
        match self.text.peek() {
            Some(b'v' | b'f' | b'o' | b'g') => {}
            Some(b'#') => {
                self.said.hear(self.text.rest_of_line()?);
                return Ok(());
            }
            _ => return Ok(()),
        }
        match self.text.word()? {
            b"v" => self.position(),
            b"f" => self.face(),
            b"o" | b"g" => {
                self.parts.begin(self.text.rest_of_line()?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn position(&mut self) -> Result<(), ErrorKind> {
        if self.positions.len() == self.limits.vertices {
            return Err(ErrorKind::limit("vertices", self.limits.vertices as u64));
        }
        let mut position = [f32::NAN; 3];
        for (n, value) in position.iter_mut().enumerate() {
            if self.is_end() {
                return Err(self.text.error(&format!("a position of {n} numbers, not 3")));
            }
            match self.text.number_if_any() {
                Some(number) => *value = number,
                None => {
                    self.unread.push((self.positions.len() as u32, self.text.at()));
                    break;
                }
            }
        }
        self.positions.push(position);
        for _ in 3..MOST_NUMBERS {
            if self.is_end() {
                return Ok(());
            }
            self.text.word()?;
        }
        match self.is_end() {
            true => Ok(()),
            false => Err(self.text.error("a position of more than 7 numbers")),
        }
    }

    fn face(&mut self) -> Result<(), ErrorKind> {
        self.corners.clear();
        while !self.is_end() {
            if self.corners.len() == self.limits.corners {
                return Err(ErrorKind::limit("corners of a face", self.limits.corners as u64));
            }
            let corner = self.corner()?;
            self.corners.push(corner);
        }
        match self.corners[..] {
            [a, b, c] => self.parts.push([a, b, c]),
            [_, _, _, _, ..] => self.polygon(),
            _ => {
                self.n_small += 1;
                Ok(())
            }
        }
    }

    /// A corner: a vertex, and perhaps places of a texture and a normal, which are not needed.
    fn corner(&mut self) -> Result<u32, ErrorKind> {
        let index = self.text.integer_of_word()?;
        for _ in 0..2 {
            if self.text.takes(b'/') && !self.text.ends_word() && self.text.peek() != Some(b'/') {
                self.text.integer_of_word()?;
            }
        }
        if !self.text.ends_word() {
            return Err(self.text.error("a corner that is not like `1`, `1/2`, `1//3` or `1/2/3`"));
        }
        self.vertex(index)
    }

    /// The vertex of an index, which counts from 1, or back from -1.
    fn vertex(&self, index: i64) -> Result<u32, ErrorKind> {
        let n_vertices = self.positions.len() as i64;
        let vertex = if index < 0 { n_vertices + index } else { index - 1 };
        if !(0..n_vertices).contains(&vertex) {
            let reason =
                format!("a face names vertex {index}, counted from 1; {n_vertices} come before it");
            return Err(self.text.error(&reason));
        }
        let vertex = vertex as u32;
        if let Ok(n) = self.unread.binary_search_by_key(&vertex, |&(vertex, _)| vertex) {
            let there = self.text.clone().from(self.unread[n].1);
            return Err(there.error("a position that is no number, and a face names it"));
        }
        Ok(vertex)
    }

    fn polygon(&mut self) -> Result<(), ErrorKind> {
        for face in polygon::cut(&self.corners, &self.positions) {
            self.parts.push(face)?;
        }
        Ok(())
    }

    fn is_end(&mut self) -> bool {
        self.text.is_line_end() || self.text.peek() == Some(b'#')
    }

    fn file(self) -> Result<MeshFile, ErrorKind> {
        if self.parts.n_faces() == 0 {
            return Err(ErrorKind::no_faces(self.positions.len()));
        }
        let mut notes = Vec::new();
        if self.n_small > 0 {
            notes.push(format!("faces of fewer than 3 corners, left out: {}", self.n_small));
        }
        if !self.unread.is_empty() {
            notes
                .push(format!("{} positions that no face names are no numbers", self.unread.len()));
        }
        let parts = self.parts.into_meshes(&self.positions)?;
        Ok(MeshFile { parts, units: self.said.units, space: self.said.space, notes })
    }
}
