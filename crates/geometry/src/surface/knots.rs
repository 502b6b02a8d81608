//! The faces of a label at corners where it touches itself.
//!
//! There the label has a vertex for each of its fans, and perhaps points in the middle of edges.

use std::collections::BTreeMap;

use super::assemble::{Assembly, PULL, wound};
use super::border::Quad;
use super::fans::{Fans, OTHERS, face_id};
use super::shape::halves;
use super::vertices::Vertices;

/// A quad with a corner at which the label needs more than one plain vertex.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnottedQuad {
    pub(crate) number: u32,
    /// The slab that it begins in.
    pub(crate) slab: usize,
}

/// The mesh of one label, to which the faces of knotted quads are added.
pub(crate) struct Knots<'a> {
    assembly: &'a Assembly<'a>,
    vertices: &'a Vertices<'a>,
    label: u16,
    pub(crate) positions: Vec<[f32; 3]>,
    pub(crate) faces: Vec<[u32; 3]>,
    /// Points in the middle of edges that one fan passes twice at both ends, by lower corner, axis
    /// and the voxel of the label that the faces belong to.
    middles: BTreeMap<(u32, usize, u8), u32>,
}

impl<'a> Knots<'a> {
    pub(crate) fn new(
        assembly: &'a Assembly<'a>,
        vertices: &'a Vertices<'a>,
        label: u16,
        positions: Vec<[f32; 3]>,
        faces: Vec<[u32; 3]>,
    ) -> Self {
        Self { assembly, vertices, label, positions, faces, middles: BTreeMap::new() }
    }

    pub(crate) fn push_faces(&mut self, knotted: KnottedQuad) {
        let shape = &self.assembly.shape;
        let quad = &shape.border.quads[knotted.number as usize];
        let is_turned = (quad.low != self.label) != self.assembly.is_reflected;
        let outline = self.outline(quad, knotted.slab);
        if let Ok(corners) = <[u32; 4]>::try_from(&outline[..]) {
            for half in halves(shape.quad_mm(quad)) {
                self.faces.push(wound(half.map(|n| corners[n]), is_turned));
            }
            return;
        }
        let middle = self.middle_of_quad(quad);
        for (n, &corner) in outline.iter().enumerate() {
            let next = outline[(n + 1) % outline.len()];
            self.faces.push(wound([corner, next, middle], is_turned));
        }
    }

    fn push(&mut self, place: [f64; 3]) -> u32 {
        self.positions.push(self.assembly.lattice.position(place));
        (self.positions.len() - 1) as u32
    }

    /// The vertices around a quad; more than four where points in the middle of edges are needed.
    fn outline(&mut self, quad: &Quad, slab: usize) -> Vec<u32> {
        let corners = &self.assembly.shape.border.corners;
        let place = |corner: u32| corners[corner as usize];
        let axis = quad_axis(quad.corners.map(place));
        let mut outline = Vec::with_capacity(8);
        for n in 0..4 {
            let (corner, next) = (quad.corners[n], quad.corners[(n + 1) % 4]);
            let (first, _) = self.vertices.of_label(corner, self.label, slab);
            let fan = self
                .fans(corner, slab)
                .map_or(0, |fans| fans.fan_of_face[face_at(place(corner), quad, axis, place)]);
            outline.push(first + u32::from(fan));
            let ends = [corner.min(next), corner.max(next)];
            outline.extend(self.middle_of_edge(quad, axis, ends, slab));
        }
        outline
    }

    /// The label's fans at a junction; other corners have one plain vertex.
    fn fans(&self, corner: u32, slab: usize) -> Option<&'static Fans> {
        let at = self.vertices.at_junction(corner, self.label, slab)?;
        Some(Fans::of(at.pattern))
    }

    /// The point in the middle of an edge, where it has one: two pairs of faces meet at the edge,
    /// and both have the same vertices at its ends, so that four faces would have one edge.
    ///
    /// It lies exactly half way between the places of the two corners, where no corner's vertex can
    /// be, and is pulled towards the voxel of its faces.
    fn middle_of_edge(
        &mut self,
        quad: &Quad,
        axis: usize,
        [low, high]: [u32; 2],
        slab: usize,
    ) -> Option<u32> {
        let shape = &self.assembly.shape;
        let corners = &shape.border.corners;
        let (from, to) = (corners[low as usize], corners[high as usize]);
        let along = (0..3).find(|&axis| from[axis] != to[axis])?;
        let passed_twice = |corner: u32, side: usize| {
            let fans = self.fans(corner, slab)?;
            (fans.passed_twice >> (2 * along + side) & 1 == 1).then_some(())
        };
        passed_twice(low, 1).and(passed_twice(high, 0))?;
        // The voxel of the label beside the quad, by its side of the edge along both other axes.
        let first = corners[quad.corners[0] as usize];
        let across = 3 - axis - along;
        let is_high = [0, 1, 2].map(|a| {
            (a == axis && quad.high == self.label) || (a == across && from[across] == first[across])
        });
        let voxel = u8::from(is_high[0]) | u8::from(is_high[1]) << 1 | u8::from(is_high[2]) << 2;
        if let Some(&vertex) = self.middles.get(&(low, along, voxel)) {
            return Some(vertex);
        }
        let (low_place, high_place) = (shape.place(low), shape.place(high));
        let mut middle = [0, 1, 2].map(|a| {
            let pull = if is_high[a] { 0.5 } else { -0.5 } * f64::from(PULL);
            (low_place[a] + high_place[a]) / 2.0 + pull
        });
        middle[along] = f64::from(from[along]) + 0.5;
        let vertex = self.push(middle);
        self.middles.insert((low, along, voxel), vertex);
        Some(vertex)
    }

    /// The point in the middle of a quad: half way between places of corners along two axes, where
    /// neither vertices at corners nor in the middle of edges can be.
    fn middle_of_quad(&mut self, quad: &Quad) -> u32 {
        let shape = &self.assembly.shape;
        let corners = &shape.border.corners;
        let first = corners[quad.corners[0] as usize];
        let axis = quad_axis(quad.corners.map(|corner| corners[corner as usize]));
        let mut middle = first.map(f64::from);
        for along in OTHERS[axis] {
            middle[along] += 0.5;
        }
        middle[axis] = quad.corners.map(|c| shape.place(c)[axis]).iter().sum::<f64>() / 4.0;
        self.push(middle)
    }
}

/// The axis that the corners of a quad have in common.
fn quad_axis([a, _, c, _]: [[u16; 3]; 4]) -> usize {
    (0..3).find(|&axis| a[axis] == c[axis]).unwrap_or(0)
}

/// A quad's number among the faces at one of its corners; see [`Fans`].
fn face_at(corner: [u16; 3], quad: &Quad, axis: usize, place: impl Fn(u32) -> [u16; 3]) -> usize {
    let first = place(quad.corners[0]);
    // Seen from its low end the quad lies on the high side.
    face_id(axis, OTHERS[axis].map(|other| corner[other] == first[other]))
}
