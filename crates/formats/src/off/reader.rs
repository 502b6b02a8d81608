//! The lines of an OFF file.

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart};
use crate::polygon;
use crate::text::{Said, Text};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let text = Text::new("OFF", bytes, limits);
    let mut reader = Reader { text, limits, said: Said::default(), n_small: 0 };
    reader.begin()?;
    let (n_vertices, n_faces) = reader.counts()?;
    let positions = reader.positions(n_vertices)?;
    let faces = reader.faces(n_faces, &positions)?;
    reader.end()?;
    if faces.is_empty() {
        return Err(ErrorKind::no_faces(positions.len()));
    }
    let note = format!("faces of fewer than 3 corners, left out: {}", reader.n_small);
    let notes = if reader.n_small > 0 { vec![note] } else { vec![] };
    let part = MeshPart::new(String::new(), positions, faces, limits)?;
    Ok(MeshFile { parts: vec![part], units: reader.said.units, space: reader.said.space, notes })
}

struct Reader<'a> {
    text: Text<'a>,
    limits: &'a Limits,
    said: Said,
    /// Faces with fewer than three corners.
    n_small: usize,
}

impl Reader<'_> {
    /// `OFF`, before it letters for what vertices have besides a position.
    fn begin(&mut self) -> Result<(), ErrorKind> {
        self.expect_line()?;
        for prefix in [b"ST".as_slice(), b"C", b"N"] {
            self.text.takes_all(prefix);
        }
        if self.text.takes(b'4') || self.text.takes(b'n') {
            return Err(ErrorKind::unsupported("OFF", "other than three dimensions"));
        }
        if !self.text.takes_all(b"OFF") {
            return Err(ErrorKind::malformed("OFF", "it does not begin with `OFF`"));
        }
        self.text.peek();
        match self.text.takes_all(b"BINARY") {
            true => Err(ErrorKind::unsupported("OFF", "binary numbers: convert it to text")),
            false => Ok(()),
        }
    }

    /// How many vertices and faces follow; the number of edges is not needed.
    fn counts(&mut self) -> Result<(usize, usize), ErrorKind> {
        self.expect_line()?;
        let (n_vertices, n_faces) = (self.count()?, self.count()?);
        self.text.next_line()?;
        // A vertex is at least `0 0 0`, a face `0`, and each has a line.
        let least = n_vertices.saturating_mul(6).saturating_add(n_faces.saturating_mul(2));
        if least > self.text.n_left() as u64 + 1 {
            let reason = format!(
                "it claims {n_vertices} vertices and {n_faces} faces; {} bytes are left",
                self.text.n_left()
            );
            return Err(ErrorKind::cut_off("OFF", reason));
        }
        if n_vertices > self.limits.vertices as u64 {
            return Err(ErrorKind::limit("vertices", self.limits.vertices as u64));
        }
        Ok((n_vertices as usize, n_faces as usize))
    }

    fn count(&mut self) -> Result<u64, ErrorKind> {
        let count = self.text.integer()?;
        count.try_into().map_err(|_| self.text.error("a count below zero"))
    }

    fn positions(&mut self, n: usize) -> Result<Vec<[f32; 3]>, ErrorKind> {
        let mut positions = Vec::with_capacity(n);
        for _ in 0..n {
            self.expect_line()?;
            positions.push([self.text.number()?, self.text.number()?, self.text.number()?]);
            self.text.next_line()?;
        }
        Ok(positions)
    }

    fn faces(&mut self, n: usize, positions: &[[f32; 3]]) -> Result<Vec<[u32; 3]>, ErrorKind> {
        let mut faces = Vec::with_capacity(n.min(self.limits.faces));
        let mut corners = Vec::new();
        for _ in 0..n {
            self.expect_line()?;
            self.corners(&mut corners, positions.len())?;
            // A colour may follow.
            self.text.next_line()?;
            match corners[..] {
                [a, b, c] => faces.push([a, b, c]),
                [_, _, _, _, ..] => faces.extend(polygon::cut(&corners, positions)),
                _ => self.n_small += 1,
            }
            if faces.len() > self.limits.faces {
                return Err(ErrorKind::limit("triangles", self.limits.faces as u64));
            }
        }
        Ok(faces)
    }

    fn corners(&mut self, corners: &mut Vec<u32>, n_vertices: usize) -> Result<(), ErrorKind> {
        corners.clear();
        let n = self.count()?;
        if n > self.limits.corners as u64 {
            return Err(ErrorKind::limit("corners of a face", self.limits.corners as u64));
        }
        for _ in 0..n {
            let index = self.text.integer()?;
            if !usize::try_from(index).is_ok_and(|vertex| vertex < n_vertices) {
                let reason =
                    format!("a face names vertex {index}, counted from 0; there are {n_vertices}");
                return Err(self.text.error(&reason));
            }
            corners.push(index as u32);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ErrorKind> {
        match self.find_line()? {
            true => Err(self.text.error("more lines than its counts say")),
            false => Ok(()),
        }
    }

    fn expect_line(&mut self) -> Result<(), ErrorKind> {
        match self.find_line()? {
            true => Ok(()),
            false => Err(ErrorKind::cut_off("OFF", "it ends before all of it was there")),
        }
    }

    /// Goes to the next word that is no comment; whether there is one.
    fn find_line(&mut self) -> Result<bool, ErrorKind> {
        loop {
            if self.text.peek() == Some(b'#') {
                let comment = self.text.rest_of_line()?;
                self.said.hear(comment);
            }
            if !self.text.is_line_end() {
                return Ok(true);
            }
            if !self.text.next_line()? {
                return Ok(false);
            }
        }
    }
}
