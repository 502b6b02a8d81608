//! Faces from the polygons and strips of a file, each index checked.

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;
use crate::polygon;

/// Faces that are collected over one set of positions.
pub(crate) struct Faces<'a> {
    format: &'static str,
    positions: &'a [[f32; 3]],
    limits: &'a Limits,
    /// Faces of the file that were collected before.
    n_before: usize,
    faces: Vec<[u32; 3]>,
    /// Polygons with fewer than three corners, which are no faces.
    n_too_small: usize,
}

/// Cells of any number of corners: where each ends in the list of all corners.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    pub(crate) ends: Vec<i64>,
    pub(crate) corners: Vec<i64>,
}

impl Cells {
    /// The corners of each cell, in order; `None` in place of a cell that is not there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&[i64]>> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).map(|(&begin, &end)| {
            self.corners.get(usize::try_from(begin).ok()?..usize::try_from(end).ok()?)
        })
    }
}

impl<'a> Faces<'a> {
    /// None yet; the file has `n_before` others.
    pub(crate) fn new(
        format: &'static str,
        positions: &'a [[f32; 3]],
        n_before: usize,
        limits: &'a Limits,
    ) -> Self {
        Self { format, positions, limits, n_before, faces: Vec::new(), n_too_small: 0 }
    }

    /// What has been collected.
    pub(crate) fn into_faces(self) -> Vec<[u32; 3]> {
        self.faces
    }

    /// Cuts a polygon into triangles that wind as it does. A corner that is there twice on end counts
    /// once.
    pub(crate) fn add_polygon(&mut self, corners: &[i64]) -> Result<(), ErrorKind> {
        if let &[a, b, c] = corners {
            return self.add_face([a, b, c]);
        }
        if corners.len() > self.limits.corners {
            return Err(ErrorKind::limit("corners of one polygon", self.limits.corners as u64));
        }
        let vertices = corners.iter().map(|&corner| self.vertex(corner));
        let mut vertices: Vec<u32> = vertices.collect::<Result<_, _>>()?;
        vertices.dedup();
        if vertices.len() > 1 && vertices.first() == vertices.last() {
            vertices.pop();
        }
        if vertices.len() < 3 {
            self.n_too_small += 1;
            return Ok(());
        }
        let outline: Vec<_> =
            vertices.iter().map(|&vertex| self.positions[vertex as usize]).collect();
        let faces = polygon::triangulate(&outline);
        faces.into_iter().try_for_each(|face| self.push(face.map(|corner| vertices[corner])))
    }

    /// A strip: each corner makes a face with the two before it, every other one turned over.
    /// Faces with a corner twice are left out: they lead from one part of a strip to the next.
    pub(crate) fn add_strip(&mut self, corners: &[i64]) -> Result<(), ErrorKind> {
        for (at, window) in corners.windows(3).enumerate() {
            let [a, b, c] = [window[0], window[1], window[2]];
            if a == b || b == c || a == c {
                continue;
            }
            self.add_face(if at % 2 == 0 { [a, b, c] } else { [b, a, c] })?;
        }
        Ok(())
    }

    /// A fan: each two corners that follow one another make a face with the first of all.
    pub(crate) fn add_fan(&mut self, corners: &[i64]) -> Result<(), ErrorKind> {
        for pair in corners.get(1..).unwrap_or_default().windows(2) {
            self.add_face([corners[0], pair[0], pair[1]])?;
        }
        Ok(())
    }

    /// What is odd about the polygons.
    pub(crate) fn note(&self) -> Option<String> {
        let n = self.n_too_small;
        (n > 0).then(|| format!("{n} polygons with fewer than three corners were left out"))
    }

    pub(crate) fn add_face(&mut self, [a, b, c]: [i64; 3]) -> Result<(), ErrorKind> {
        let face = [self.vertex(a)?, self.vertex(b)?, self.vertex(c)?];
        self.push(face)
    }

    fn push(&mut self, face: [u32; 3]) -> Result<(), ErrorKind> {
        if self.n_before + self.faces.len() >= self.limits.faces {
            return Err(ErrorKind::limit("triangles", self.limits.faces as u64));
        }
        self.faces.push(face);
        Ok(())
    }

    fn vertex(&self, vertex: i64) -> Result<u32, ErrorKind> {
        let at = usize::try_from(vertex).ok().filter(|&at| at < self.positions.len());
        at.and_then(|at| u32::try_from(at).ok()).ok_or_else(|| {
            let n_vertices = self.positions.len();
            let reason =
                format!("a face names vertex {vertex}, counted from 0; there are {n_vertices}");
            ErrorKind::malformed(self.format, reason)
        })
    }
}

/// A file that was read to its end, if it holds a face; else what it holds instead.
pub(crate) fn finish(file: MeshFile, n_lines: usize) -> Result<MeshFile, ErrorKind> {
    if file.n_faces() > 0 {
        return Ok(file);
    }
    let reason = match (n_lines, file.n_vertices()) {
        (1.., _) => "holds lines and no faces",
        (0, 1..) => "holds points and no faces",
        (0, 0) => "holds no faces",
    };
    Err(ErrorKind::NotThis(reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: [[f32; 3]; 4] = [[0.0; 3], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]];

    #[test]
    fn polygons_strips_and_fans_wind_as_they_stand() {
        let limits = Limits::DEFAULT;
        let up = |faces: &Faces| {
            faces.faces.iter().all(|face| {
                let [a, b, c] = face.map(|vertex| SQUARE[vertex as usize]);
                (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0.0
            })
        };
        type Add = fn(&mut Faces<'static>, &[i64]) -> Result<(), ErrorKind>;
        for (add, corners) in [
            (Faces::add_polygon as Add, [0, 1, 2, 3]),
            (Faces::add_strip as Add, [0, 1, 3, 2]),
            (Faces::add_fan as Add, [0, 1, 2, 3]),
        ] {
            let mut faces = Faces::new("X", &SQUARE, 0, Box::leak(Box::new(limits)));
            add(&mut faces, &corners).unwrap();
            assert!(faces.faces.len() == 2 && up(&faces), "{:?}", faces.faces);
        }
    }

    #[test]
    fn faces_and_corners_have_limits_and_names_are_checked() {
        let limits = Limits { faces: 2, corners: 4, ..Limits::DEFAULT };
        let mut faces = Faces::new("X", &SQUARE, 0, &limits);
        faces.add_polygon(&[0, 1]).unwrap();
        faces.add_polygon(&[0, 1, 2, 3]).unwrap();
        assert_eq!((faces.faces.len(), faces.n_too_small), (2, 1));
        let refusal = faces.add_face([0, 1, 2]).unwrap_err();
        assert_eq!(refusal.to_string(), "more than 2 triangles");
        let refusal = faces.add_polygon(&[0, 1, 2, 3, 0]).unwrap_err();
        assert_eq!(refusal.to_string(), "more than 4 corners of one polygon");
        for vertex in [-1, 4, i64::MAX, i64::MIN, 1 << 32] {
            let refusal = faces.add_polygon(&[0, 1, 2, vertex]).unwrap_err();
            assert!(refusal.to_string().contains("a face names vertex"), "{refusal}");
        }
    }
}
