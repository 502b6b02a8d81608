//! Where the surface is nearest, and what a ray meets first.
//!
//! A flat tree of boxes over the triangles, eight a leaf, whose distances are taken all at once.
//! Seen from far away many boxes are nearly as near as the nearest triangle, and more so the thicker
//! they are; so the small ones are turned along the surface.
//! The search runs in 32-bit floats relative to the middle of the mesh; the triangle that it finds
//! is measured again in 64 bits. A triangle that is farther by less than some 2⁻²² of the distance
//! between point and mesh's vertices may be taken instead, and nothing else is inexact.

mod leaf;
mod ray;
mod side;
mod snug;
mod triangle;

use medshape_types::Mesh;
use rayon::prelude::*;

use crate::boxes::{Boxes, Corners, Node, Place, WIDTH, around};
use crate::vector::{dot, sub};
use leaf::Leaf;
use snug::Snug;

pub use ray::Hit;
pub use side::SignedTree;
pub use triangle::{Feature, closest};

// Points that one thread handles in a row, each search beginning with what the last one found.
const RUN: usize = 1024;
// Levels whose boxes are turned along the surface. Higher up it bends too much to gain by it.
const SNUG_LEVELS: usize = 2;

/// The triangles of a mesh, ready to be asked. O(n log n) to build, about 50 bytes a face.
///
/// ```
/// use medshape_geometry::mesh::tree::Tree;
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
/// let mesh = Mesh::new(corners, vec![[0, 1, 2]]).unwrap();
/// let nearest = Tree::new(&mesh).nearest([0.25, 0.25, 3.0]).unwrap();
/// assert_eq!(nearest.distance_mm, 3.0);
/// assert_eq!(nearest.point, [0.25, 0.25, 0.0]);
/// ```
#[derive(Debug, Clone)]
pub struct Tree<'a> {
    mesh: &'a Mesh,
    // What is taken from every coordinate, so that 32 bits are enough.
    center: [f32; 3],
    boxes: Boxes,
    leaves: Vec<Leaf>,
    // For the lowest levels, boxes that are turned along the surface.
    snug: Vec<Vec<Snug>>,
}

/// The point of a mesh that is nearest to another point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// The face that it lies on.
    pub face: u32,
    /// On which part of that face.
    pub feature: Feature,
    /// Where it lies, in world millimetres.
    pub point: [f64; 3],
    /// How far away it is.
    pub distance_mm: f64,
}

impl<'a> Tree<'a> {
    /// The tree of a mesh, closed or not.
    pub fn new(mesh: &'a Mesh) -> Self {
        let center = mesh.bounds().map_or([0.0; 3], |bounds| bounds.center().map(|v| v as f32));
        let corners = |face: u32| {
            let face = mesh.faces()[face as usize];
            face.map(|vertex| sub(mesh.positions()[vertex as usize], center))
        };
        let n_faces = mesh.faces().len() as u32;
        let boxes: Vec<Corners> = (0..n_faces)
            .into_par_iter()
            .map(|face| {
                let [a, b, c] = corners(face).map(|corner| [corner; 2]);
                around(around(a, b), c)
            })
            .collect();
        let boxes = Boxes::new(&boxes);
        let leaves =
            boxes.order().par_chunks(WIDTH).map(|faces| Leaf::new(faces, corners)).collect();
        let snug = (0..SNUG_LEVELS).map(|level| Snug::level(&boxes, level, corners)).collect();
        Self { mesh, center, boxes, leaves, snug }
    }

    /// The mesh itself.
    pub fn mesh(&self) -> &'a Mesh {
        self.mesh
    }

    /// The nearest point of the mesh; `None` if it has no faces. O(log n) near the surface.
    pub fn nearest(&self, point_mm: [f32; 3]) -> Option<Nearest> {
        let face = self.nearest_face(point_mm, None)?;
        Some(self.measured(face, point_mm.map(f64::from)))
    }

    /// How far each point is from the mesh, in mm; infinite if it has no faces.
    ///
    /// On all threads. Points that lie near each other in the list are found faster.
    pub fn distances_mm(&self, points_mm: &[[f32; 3]]) -> Vec<f32> {
        self.in_turn(points_mm, f32::INFINITY, |nearest, _| nearest.distance_mm as f32)
    }

    /// What `value` makes of the nearest point of each point; `otherwise` if there are no faces.
    pub(crate) fn in_turn<T: Send + Sync + Copy>(
        &self,
        points_mm: &[[f32; 3]],
        otherwise: T,
        value: impl Fn(&Nearest, [f32; 3]) -> T + Sync,
    ) -> Vec<T> {
        let mut values = vec![otherwise; points_mm.len()];
        let runs = values.par_chunks_mut(RUN).zip(points_mm.par_chunks(RUN));
        runs.for_each(|(values, points)| {
            let mut face = None;
            for (slot, &point) in values.iter_mut().zip(points) {
                face = self.nearest_face(point, face);
                if let Some(face) = face {
                    *slot = value(&self.measured(face, point.map(f64::from)), point);
                }
            }
        });
        values
    }

    /// The nearest face. A face that may be near, such as that of the point before, speeds it up.
    fn nearest_face(&self, point_mm: [f32; 3], guess: Option<u32>) -> Option<u32> {
        self.nearest_face_within(point_mm.map(f64::from), guess, f32::INFINITY)
    }

    /// The nearest face, or if that is farther than `limit_mm` the guess, or none.
    pub(crate) fn nearest_face_within(
        &self,
        point_mm: [f64; 3],
        guess: Option<u32>,
        limit_mm: f32,
    ) -> Option<u32> {
        let point = sub(point_mm, self.center.map(f64::from)).map(|value| value as f32);
        let mut face = guess;
        if !point.iter().all(|value| value.is_finite()) {
            return face.or_else(|| (!self.leaves.is_empty()).then_some(0));
        }
        // A little more than the distance of the guess: rounding must not make it lose to itself.
        let known = guess.map_or(f64::INFINITY, |face| self.measured(face, point_mm).distance_mm);
        let bound = (1.0001 * known * known).min(f64::from(limit_mm) * f64::from(limit_mm));
        let score = |place: Place, node: &Node| match self.snug.get(place.level) {
            Some(snug) => snug[place.index].squared_distances(point),
            None => node.squared_distances(point),
        };
        self.boxes.search(bound as f32, score, |leaf, best| {
            let Some((lane, squared)) = self.leaves[leaf].nearest(point, best) else {
                return best;
            };
            let order = self.boxes.order();
            face = Some(order[(WIDTH * leaf + lane).min(order.len() - 1)]);
            squared
        });
        // Farther than 32-bit floats can square, any face will do.
        face.or_else(|| (limit_mm == f32::INFINITY && !self.leaves.is_empty()).then_some(0))
    }

    /// The nearest point of one face.
    pub(crate) fn measured(&self, face: u32, point_mm: [f64; 3]) -> Nearest {
        let (feature, on_face) = closest(point_mm, self.triangle(face));
        let away = sub(point_mm, on_face);
        Nearest { face, feature, point: on_face, distance_mm: dot(away, away).sqrt() }
    }

    pub(crate) fn triangle(&self, face: u32) -> [[f64; 3]; 3] {
        let face = self.mesh.faces()[face as usize];
        face.map(|vertex| self.mesh.positions()[vertex as usize].map(f64::from))
    }
}

#[cfg(test)]
pub(crate) mod tests;
