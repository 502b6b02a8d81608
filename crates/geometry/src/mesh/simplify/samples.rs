//! Points of the original surface, followed while faces change under them.

use super::half_edges::NONE;
use crate::mesh::tree::{Feature, Tree, closest};
use crate::vector::{add, dot, scaled, sub};

/// A face that is to be, by its number and its corners.
pub(super) type NewFace = (u32, [[f32; 3]; 3]);

/// Each vertex of the original, with a face of the simplified mesh that is near to it.
pub(super) struct Samples<'a> {
    original: &'a Tree<'a>,
    step_mm: f64,
    /// Squared distance, in steps, that no sample may be from its face.
    limit: f64,
    positions: Vec<[f32; 3]>,
    /// The samples of each face as a list: its first, and of each sample the next.
    first: Vec<u32>,
    next: Vec<u32>,
    /// New faces of the samples of a collapse that is being tried.
    moves: Vec<(u32, u32)>,
    /// For each vertex of the simplified mesh a face of the original that is near to it.
    near: Vec<u32>,
    /// That of the vertex of a collapse that is being tried.
    nearest: u32,
}

impl<'a> Samples<'a> {
    /// Samples at the vertices of `faces`, each given to one of them.
    pub(super) fn new(
        original: &'a Tree<'a>,
        step_mm: f64,
        max_error_mm: f64,
        faces: &[[u32; 3]],
    ) -> Self {
        let steps_per_mm = (1.0 / step_mm) as f32;
        let positions = original.mesh().positions().iter();
        let positions: Vec<[f32; 3]> = positions.map(|&p| scaled(p, steps_per_mm)).collect();
        let mut first = vec![NONE; faces.len()];
        let mut next = vec![NONE; positions.len()];
        let mut near = vec![NONE; positions.len()];
        for (face, &corners) in (0..).zip(faces) {
            for vertex in corners.map(|vertex| vertex as usize) {
                if near[vertex] == NONE {
                    near[vertex] = face;
                    next[vertex] = first[face as usize];
                    first[face as usize] = vertex as u32;
                }
            }
        }
        let limit = max_error_mm / step_mm;
        let limit = limit * limit;
        Self {
            original,
            step_mm,
            limit,
            positions,
            first,
            next,
            moves: Vec::new(),
            near,
            nearest: NONE,
        }
    }

    /// Squared distance, in steps, that no sample may be from its face.
    pub(super) fn limit(&self) -> f64 {
        self.limit
    }

    /// Whether a place for a vertex, and the middles of its faces to be, are near enough to the
    /// original surface.
    pub(super) fn are_near(&mut self, vertex: u32, position: [f32; 3], new: &[NewFace]) -> bool {
        // Vertices that were made by splitting others do not move.
        let guess = self.near.get(vertex as usize).copied().filter(|&face| face != NONE);
        let Some(nearest) = self.near_face(position, guess) else { return false };
        self.nearest = nearest;
        new.iter().all(|(_, [a, b, c])| {
            let middle = scaled(add(add(*a, *b), *c), 1.0 / 3.0);
            self.near_face(middle, Some(nearest)).is_some()
        })
    }

    /// The face of the original that is nearest to a place, if it is near enough.
    fn near_face(&self, position: [f32; 3], guess: Option<u32>) -> Option<u32> {
        let position_mm = position.map(|value| f64::from(value) * self.step_mm);
        let face = self.original.nearest_face_within(position_mm, guess, f32::INFINITY)?;
        let distance = self.original.measured(face, position_mm).distance_mm / self.step_mm;
        (distance * distance <= self.limit).then_some(face)
    }

    /// Whether all samples of `old` faces are near enough to one of the `new` ones.
    pub(super) fn stay_near(&mut self, old: impl Iterator<Item = u32>, new: &[NewFace]) -> bool {
        self.moves.clear();
        for face in old {
            let own = new.iter().position(|(number, _)| *number == face);
            let mut sample = self.first[face as usize];
            while sample != NONE {
                let Some(face) = self.near(self.positions[sample as usize], own, new) else {
                    return false;
                };
                self.moves.push((sample, face));
                sample = self.next[sample as usize];
            }
        }
        true
    }

    /// A face that is near enough: that of before if the sample lies over it, or the nearest.
    fn near(&self, sample: [f32; 3], own: Option<usize>, new: &[NewFace]) -> Option<u32> {
        let nearest_on = |face: &NewFace| {
            // Coordinates of a body would eat up the digits of squares; those of a ring do not.
            let corners = face.1.map(|corner| sub(corner, sample).map(f64::from));
            let (feature, point) = closest([0.0; 3], corners);
            (feature, dot(point, point))
        };
        if let Some(own) = own {
            let (feature, squared) = nearest_on(&new[own]);
            if feature == Feature::Inside && squared <= self.limit {
                return Some(new[own].0);
            }
        }
        let mut best = (f64::INFINITY, NONE);
        for face in new {
            let (_, squared) = nearest_on(face);
            if squared < best.0 {
                best = (squared, face.0);
            }
        }
        (best.0 <= self.limit).then_some(best.1)
    }

    /// Gives the samples that [`Self::stay_near`] found near to their new faces.
    pub(super) fn give(&mut self, old: impl Iterator<Item = u32>, vertex: u32) {
        if let Some(near) = self.near.get_mut(vertex as usize) {
            *near = self.nearest;
        }
        for face in old {
            self.first[face as usize] = NONE;
        }
        for &(sample, face) in &self.moves {
            self.next[sample as usize] = self.first[face as usize];
            self.first[face as usize] = sample;
        }
    }
}
