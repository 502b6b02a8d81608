//! From the shared border to one mesh a label.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use medshape_types::Mesh;
use rayon::prelude::*;

use super::border::{NONE, Quad, Voxels};
use super::fans::{Fans, OTHERS, face_id, pattern};
use super::lattice::Lattice;
use super::shape::{Shape, halves};

/// How far the vertices of the fans at one corner are pulled apart, in voxels times the direction
/// of the fan, which is at most a half along each axis.
///
/// Together with [`REACH`](super::relax::REACH) vertices stay 0.48 voxels within their box, so that
/// the middle planes between corners are free for the points of [`Points::middle_of_edge`].
pub(crate) const PULL: f32 = 0.08;

/// What meshes are made from.
pub(crate) struct Assembly<'a> {
    pub(crate) voxels: &'a Voxels<'a>,
    pub(crate) shape: Shape<'a>,
    pub(crate) lattice: &'a Lattice,
    /// Whether the voxel axes are left-handed in the world, so that faces must be turned.
    pub(crate) is_reflected: bool,
}

impl Assembly<'_> {
    /// One mesh a label; none for the background.
    pub(crate) fn meshes(&self, n_labels: usize) -> Vec<Mesh> {
        let quads = self.quads_by_label(n_labels);
        // A table over all corners for each task at work, cleaned by the mesh that used it.
        let tables: Mutex<Vec<Vec<u32>>> = Mutex::default();
        quads
            .into_par_iter()
            .enumerate()
            .with_max_len(1)
            .map(|(label, quads)| {
                if quads.is_empty() {
                    return Mesh::default();
                }
                let table = tables.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let mut table =
                    table.unwrap_or_else(|| vec![NONE; self.shape.border.corners.len()]);
                let mesh = self.mesh(label as u16, &quads, &mut table);
                tables.lock().unwrap_or_else(PoisonError::into_inner).push(table);
                mesh
            })
            .collect()
    }

    fn quads_by_label(&self, n_labels: usize) -> Vec<Vec<u32>> {
        let mut n_quads = vec![0; n_labels];
        for quad in &self.shape.border.quads {
            n_quads[usize::from(quad.low)] += 1;
            n_quads[usize::from(quad.high)] += 1;
        }
        n_quads[0] = 0;
        let mut quads: Vec<Vec<u32>> = n_quads.into_iter().map(Vec::with_capacity).collect();
        for (number, quad) in self.shape.border.quads.iter().enumerate() {
            for label in [quad.low, quad.high].into_iter().filter(|&label| label != 0) {
                quads[usize::from(label)].push(number as u32);
            }
        }
        quads
    }

    /// The mesh of one label; `first_vertex` has [`NONE`] for every corner, before and after.
    fn mesh(&self, label: u16, quads: &[u32], first_vertex: &mut [u32]) -> Mesh {
        let mut points = Points {
            assembly: self,
            label,
            first_vertex,
            positions: Vec::with_capacity(quads.len() + 8),
            middles: BTreeMap::new(),
        };
        let mut faces = Vec::with_capacity(2 * quads.len());
        for quad in quads.iter().map(|&quad| &self.shape.border.quads[quad as usize]) {
            self.push_faces(quad, &mut points, &mut faces);
        }
        let positions = points.positions;
        for corner in quads.iter().flat_map(|&quad| self.shape.border.quads[quad as usize].corners)
        {
            first_vertex[corner as usize] = NONE;
        }
        if self.is_reflected {
            faces.iter_mut().for_each(|face: &mut [u32; 3]| face.swap(1, 2));
        }
        Mesh::new(positions, faces)
            .expect("the lattice gives finite positions, and faces name vertices made before")
    }

    fn push_faces(&self, quad: &Quad, points: &mut Points<'_, '_>, faces: &mut Vec<[u32; 3]>) {
        let is_knotted =
            quad.corners.iter().any(|&corner| self.shape.border.is_knotted[corner as usize]);
        let turned = quad.low != points.label;
        let mut push = |[a, b, c]: [u32; 3]| faces.push(if turned { [a, c, b] } else { [a, b, c] });
        if is_knotted {
            let corners = points.outline(quad);
            if let Ok(corners) = <[u32; 4]>::try_from(&corners[..]) {
                self.halves(quad, corners).into_iter().for_each(&mut push);
                return;
            }
            let middle = points.middle_of_quad(quad);
            for (n, &corner) in corners.iter().enumerate() {
                push([corner, corners[(n + 1) % corners.len()], middle]);
            }
        } else {
            let corners = quad.corners.map(|corner| points.vertex(corner));
            self.halves(quad, corners).into_iter().for_each(&mut push);
        }
    }

    /// The same two triangles for the labels on both sides.
    fn halves(&self, quad: &Quad, vertices: [u32; 4]) -> [[u32; 3]; 2] {
        halves(self.shape.quad_mm(quad)).map(|half| half.map(|n| vertices[n]))
    }
}

/// The vertices of a mesh as they come up.
struct Points<'a, 'b> {
    assembly: &'a Assembly<'b>,
    label: u16,
    /// The vertex of the first fan at each corner, or [`NONE`].
    first_vertex: &'a mut [u32],
    positions: Vec<[f32; 3]>,
    /// Points in the middle of edges that one fan passes twice at both ends, by lower corner, axis
    /// and the voxel of the label that the faces belong to.
    middles: BTreeMap<(u32, usize, u8), u32>,
}

impl Points<'_, '_> {
    fn push(&mut self, place: [f64; 3]) -> u32 {
        self.positions.push(self.assembly.lattice.position(place));
        (self.positions.len() - 1) as u32
    }

    /// The vertex at a corner that is not knotted.
    #[inline]
    fn vertex(&mut self, corner: u32) -> u32 {
        let vertex = self.first_vertex[corner as usize];
        if vertex != NONE {
            return vertex;
        }
        let vertex = self.push(self.assembly.shape.place(corner));
        self.first_vertex[corner as usize] = vertex;
        vertex
    }

    /// The vertices around a quad; more than four where points in the middle of edges are needed.
    fn outline(&mut self, quad: &Quad) -> Vec<u32> {
        let place = |corner: u32| self.assembly.shape.border.corners[corner as usize];
        let axis = quad_axis(quad.corners.map(place));
        let mut outline = Vec::with_capacity(8);
        for n in 0..4 {
            let (corner, next) = (quad.corners[n], quad.corners[(n + 1) % 4]);
            outline.push(self.vertex_of_fan(corner, face_at(place(corner), quad, axis, place)));
            outline.extend(self.middle_of_edge(quad, axis, corner.min(next), corner.max(next)));
        }
        outline
    }

    fn fans(&self, corner: u32) -> &'static Fans {
        let place = self.assembly.shape.border.corners[corner as usize];
        Fans::of(pattern(&self.assembly.voxels.around(place), self.label))
    }

    /// The vertex at a corner for the fan that a face belongs to.
    fn vertex_of_fan(&mut self, corner: u32, face: usize) -> u32 {
        let fans = self.fans(corner);
        if self.first_vertex[corner as usize] == NONE {
            self.first_vertex[corner as usize] = self.positions.len() as u32;
            let place = self.assembly.shape.place(corner);
            let pull = if fans.n_fans > 1 { f64::from(PULL) } else { 0.0 };
            for direction in &fans.direction[..usize::from(fans.n_fans)] {
                self.push([0, 1, 2].map(|axis| place[axis] + pull * f64::from(direction[axis])));
            }
        }
        self.first_vertex[corner as usize] + u32::from(fans.fan_of_face[face])
    }

    /// The point in the middle of an edge, where it has one: two pairs of faces meet at the edge,
    /// and both have the same vertices at its ends, so that four faces would have one edge.
    ///
    /// It lies exactly half way between the places of the two corners, where no corner's vertex can
    /// be, and is pulled towards the voxel of its faces.
    fn middle_of_edge(&mut self, quad: &Quad, axis: usize, low: u32, high: u32) -> Option<u32> {
        let corners = &self.assembly.shape.border.corners;
        let (from, to) = (corners[low as usize], corners[high as usize]);
        let along = (0..3).find(|&axis| from[axis] != to[axis])?;
        let passed_twice = |corner: u32, side: usize| {
            self.fans(corner).passed_twice >> (2 * along + side) & 1 == 1
        };
        if !passed_twice(low, 1) || !passed_twice(high, 0) {
            return None;
        }
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
        let (low_place, high_place) =
            (self.assembly.shape.place(low), self.assembly.shape.place(high));
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
        let corners = &self.assembly.shape.border.corners;
        let first = corners[quad.corners[0] as usize];
        let axis = quad_axis(quad.corners.map(|corner| corners[corner as usize]));
        let mut middle = first.map(f64::from);
        for along in OTHERS[axis] {
            middle[along] += 0.5;
        }
        middle[axis] =
            quad.corners.map(|c| self.assembly.shape.place(c)[axis]).iter().sum::<f64>() / 4.0;
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
