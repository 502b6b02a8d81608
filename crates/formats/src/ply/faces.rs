//! Faces: polygons, and strips of triangles.

use super::elements::{length, skip_property};
use super::header::{Element, Kind};
use super::numbers::Numbers;
use super::scalar::Scalar;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::polygon;

/// The triangles of a file while they are read.
pub(super) struct Surface<'a> {
    positions: &'a [[f32; 3]],
    faces: &'a mut Vec<[u32; 3]>,
    limits: &'a Limits,
    /// Faces with fewer than three corners.
    n_small: usize,
}

impl<'a> Surface<'a> {
    pub(super) fn new(
        positions: &'a [[f32; 3]],
        faces: &'a mut Vec<[u32; 3]>,
        limits: &'a Limits,
    ) -> Self {
        Self { positions, faces, limits, n_small: 0 }
    }

    pub(super) fn read_polygons<N: Numbers>(
        &mut self,
        numbers: &mut N,
        element: &Element<'_>,
    ) -> Result<(), ErrorKind> {
        // Each item takes at least a byte, as was checked.
        self.faces.reserve(element.n_items.min(self.limits.faces as u64) as usize);
        let n_read = self.read_triangles(numbers, element)?;
        self.read_lists(numbers, element, n_read, |surface, numbers, item, n| match n {
            0..3 => {
                surface.n_small += 1;
                numbers.skip(item, n)
            }
            3 => {
                let face = [
                    surface.vertex(numbers, item)?,
                    surface.vertex(numbers, item)?,
                    surface.vertex(numbers, item)?,
                ];
                surface.push(face)
            }
            n => surface.read_polygon(numbers, item, n),
        })
    }

    /// Triangles up to the first item that is none, if the file has them as most files do; how many.
    fn read_triangles<N: Numbers>(
        &mut self,
        numbers: &mut N,
        element: &Element<'_>,
    ) -> Result<u64, ErrorKind> {
        let kinds: Vec<_> = element.properties.iter().map(|property| property.kind).collect();
        let is_usual = matches!(
            kinds[..],
            [Kind::List { count: Scalar::U8 | Scalar::I8, item: Scalar::I32 | Scalar::U32 }]
        );
        let mut n_read = 0;
        while is_usual && n_read < element.n_items {
            let Some(face) = numbers.triangle(self.positions.len()) else { break };
            self.push(face)?;
            n_read += 1;
        }
        Ok(n_read)
    }

    /// Strips, each ended by -1; every other triangle of a strip winds the other way.
    pub(super) fn read_strips<N: Numbers>(
        &mut self,
        numbers: &mut N,
        element: &Element<'_>,
    ) -> Result<(), ErrorKind> {
        self.read_lists(numbers, element, 0, |surface, numbers, item, n| {
            let (mut last, mut n_in_strip) = ([0; 2], 0_u64);
            for _ in 0..n {
                let index = numbers.integer(item)?;
                if index == -1 {
                    n_in_strip = 0;
                    continue;
                }
                let [a, b] = last;
                let c = surface.checked(index)?;
                // A vertex twice in a row turns the strip; it makes no triangle.
                if n_in_strip >= 2 && a != b && b != c && c != a {
                    surface.push(if n_in_strip.is_multiple_of(2) {
                        [a, b, c]
                    } else {
                        [b, a, c]
                    })?;
                }
                last = [b, c];
                n_in_strip += 1;
            }
            Ok(())
        })
    }

    /// A sentence on what was left out.
    pub(super) fn note(&self) -> Option<String> {
        let note = || format!("faces of fewer than 3 corners, left out: {}", self.n_small);
        (self.n_small > 0).then(note)
    }

    /// Hands the list of vertices of each item to `take`, with its length; `n_read` are read already.
    fn read_lists<N: Numbers>(
        &mut self,
        numbers: &mut N,
        element: &Element<'_>,
        n_read: u64,
        take: impl Fn(&mut Self, &mut N, Scalar, u64) -> Result<(), ErrorKind>,
    ) -> Result<(), ErrorKind> {
        let names: [&[u8]; 2] = [b"vertex_indices", b"vertex_index"];
        let properties = &element.properties;
        let is_indices = |kind| matches!(kind, Kind::List { item, .. } if !item.is_float());
        let found = properties.iter().position(|p| names.contains(&p.name) && is_indices(p.kind));
        if found.is_none() && element.n_items > 0 {
            let reason = "its faces have no list `vertex_indices` of whole numbers";
            return Err(ErrorKind::malformed("PLY", reason));
        }
        for _ in n_read..element.n_items {
            for (at, property) in properties.iter().enumerate() {
                match property.kind {
                    Kind::List { count, item } if found == Some(at) => {
                        let n = length(numbers, count)?;
                        take(self, numbers, item, n)?;
                    }
                    kind => skip_property(numbers, kind)?,
                }
            }
        }
        Ok(())
    }

    #[cold]
    fn read_polygon<N: Numbers>(
        &mut self,
        numbers: &mut N,
        item: Scalar,
        n: u64,
    ) -> Result<(), ErrorKind> {
        if n > self.limits.corners as u64 {
            return Err(ErrorKind::limit("corners of a face", self.limits.corners as u64));
        }
        let corners =
            (0..n).map(|_| self.vertex(numbers, item)).collect::<Result<Vec<_>, ErrorKind>>()?;
        for face in polygon::cut(&corners, self.positions) {
            self.push(face)?;
        }
        Ok(())
    }

    #[inline]
    fn push(&mut self, face: [u32; 3]) -> Result<(), ErrorKind> {
        if self.faces.len() == self.limits.faces {
            return Err(ErrorKind::limit("triangles", self.limits.faces as u64));
        }
        self.faces.push(face);
        Ok(())
    }

    #[inline]
    fn vertex<N: Numbers>(&self, numbers: &mut N, item: Scalar) -> Result<u32, ErrorKind> {
        self.checked(numbers.integer(item)?)
    }

    #[inline]
    fn checked(&self, index: i64) -> Result<u32, ErrorKind> {
        let n_vertices = self.positions.len();
        let is_vertex = usize::try_from(index).is_ok_and(|vertex| vertex < n_vertices);
        if is_vertex { Ok(index as u32) } else { Err(no_vertex(index, n_vertices)) }
    }
}

#[cold]
fn no_vertex(index: i64, n_vertices: usize) -> ErrorKind {
    let reason = format!("a face names vertex {index}, counted from 0; there are {n_vertices}");
    ErrorKind::malformed("PLY", reason)
}

#[cfg(test)]
mod tests {
    use crate::ply;
    use crate::{ErrorKind, Limits};

    /// Four vertices, each with a colour, and faces that are lists of a count in a byte.
    fn file<const N: usize>(
        order: &str,
        faces: &[&[i32]],
        bytes: impl Fn(u32) -> [u8; N],
    ) -> Vec<u8> {
        let mut file = format!(
            "ply\nformat binary_{order}_endian 1.0\nelement vertex 4\nproperty float x\n\
             property float y\nproperty float z\nproperty uchar red\nelement face {}\n\
             property list uchar int vertex_indices\nend_header\n",
            faces.len()
        )
        .into_bytes();
        for [x, y] in [[0_f32, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]] {
            file.extend([x, y, 7.0].iter().flat_map(|value| bytes(value.to_bits())));
            file.push(200);
        }
        for face in faces {
            file.push(face.len() as u8);
            file.extend(face.iter().flat_map(|&vertex| bytes(vertex as u32)));
        }
        file
    }

    fn check(faces: &[&[i32]], expected: Result<&[[u32; 3]], &str>) {
        let files = [file("little", faces, u32::to_le_bytes), file("big", faces, u32::to_be_bytes)];
        for file in files {
            let found = ply::read(&file, &Limits::DEFAULT);
            let parts = found.map(|file| file.parts[0].clone());
            let faces = parts.as_ref().map(|part| part.faces()).map_err(ErrorKind::to_string);
            assert_eq!(faces, expected.map_err(str::to_owned));
            assert!(parts.is_err() || parts.unwrap().positions()[2] == [1.0, 1.0, 7.0]);
        }
    }

    #[test]
    fn polygons_may_stand_among_triangles() {
        let faces: &[&[i32]] = &[&[0, 1, 2], &[0, 1, 2, 3], &[2, 3, 0], &[0, 1]];
        check(faces, Ok(&[[0, 1, 2], [0, 1, 2], [0, 2, 3], [2, 3, 0]]));
    }

    #[test]
    fn a_triangle_names_no_vertex_that_is_not_there() {
        let text = |vertex| {
            format!("malformed PLY: a face names vertex {vertex}, counted from 0; there are 4")
        };
        check(&[&[0, 1, 2], &[0, 1, 4]], Err(&text(4)));
        check(&[&[0, 1, 2], &[-1, 1, 2]], Err(&text(-1)));
    }
}
