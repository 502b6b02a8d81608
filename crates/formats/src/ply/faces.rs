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
        self.read_lists(numbers, element, |surface, numbers, item, n| match n {
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

    /// Strips, each ended by -1; every other triangle of a strip winds the other way.
    pub(super) fn read_strips<N: Numbers>(
        &mut self,
        numbers: &mut N,
        element: &Element<'_>,
    ) -> Result<(), ErrorKind> {
        self.read_lists(numbers, element, |surface, numbers, item, n| {
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
        let note = || format!("{} faces of fewer than 3 corners were left out", self.n_small);
        (self.n_small > 0).then(note)
    }

    /// Hands the list of vertices of each item to `take`, with its length.
    fn read_lists<N: Numbers>(
        &mut self,
        numbers: &mut N,
        element: &Element<'_>,
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
        for _ in 0..element.n_items {
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
