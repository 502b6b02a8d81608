//! From the shared border to one mesh a label.
//!
//! As the border knows how many vertices and faces each slab adds to each label, all slabs write
//! into the meshes at one time.
//! The few faces where a label touches itself come last (`knots`).

use medshape_types::Mesh;
use rayon::prelude::*;

use super::border::{Counts, JUNCTION, Quad, Slab, Voxels};
use super::fans::Fans;
use super::knots::{Knots, KnottedQuad};
use super::lattice::Lattice;
use super::pieces::{Pieces, lists};
use super::shape::{Shape, halves};
use super::vertices::{AtJunction, Vertices};

/// How far the vertices of the fans at one corner are pulled apart, in voxels times the direction
/// of the fan, which is at most a half along each axis.
///
/// Together with [`REACH`](super::relax::REACH) vertices stay 0.49 voxels within their box, so that
/// the middle planes between corners are free for the points in the middle of edges (`knots`).
pub(crate) const PULL: f32 = 0.04;

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
        let (vertices, positions) = self.vertices(n_labels);
        let faces = self.faces(&vertices, &positions);
        let mut knotted: Vec<Vec<KnottedQuad>> = vec![Vec::new(); n_labels];
        for (slab, border) in self.shape.border.slabs.iter().enumerate() {
            for &(label, number) in &border.knotted {
                knotted[usize::from(label)].push(KnottedQuad { number, slab });
            }
        }
        positions
            .into_par_iter()
            .zip(faces)
            .zip(knotted)
            .enumerate()
            .with_max_len(1)
            .map(|(label, ((positions, faces), knotted))| {
                let mut knots = Knots::new(self, &vertices, label as u16, positions, faces);
                knotted.into_iter().for_each(|quad| knots.push_faces(quad));
                Mesh::new(knots.positions, knots.faces).expect(
                    "the lattice gives finite positions, and faces name vertices made before",
                )
            })
            .collect()
    }

    /// The vertices of all labels at all corners, and their positions.
    fn vertices(&self, n_labels: usize) -> (Vertices<'_>, Vec<Vec<[f32; 3]>>) {
        let counts: Vec<&Counts> =
            self.shape.border.slabs.iter().map(|slab| &slab.n_vertices).collect();
        let mut positions = lists(n_labels, &counts, &[0.0; 3]);
        let pieces = Pieces::of(&mut positions, &counts);
        let vertices =
            Vertices::of(self.shape.border, self.voxels, pieces, |slab, pieces, numbers, at| {
                self.number(slab, pieces, numbers, at);
            });
        (vertices, positions)
    }

    /// Gives the vertices of a slab their places and numbers.
    fn number(
        &self,
        slab: &Slab,
        mut pieces: Pieces<'_, [f32; 3]>,
        numbers: &mut [[u32; 2]],
        at_junctions: &mut [AtJunction],
    ) {
        let mut at_junctions = at_junctions.iter_mut().peekable();
        let sides = &self.shape.border.sides[slab.corners.clone()];
        for ((corner, &[lower, higher]), number) in slab.corners.clone().zip(sides).zip(numbers) {
            let place = self.shape.place(corner as u32);
            if [lower, higher] != JUNCTION {
                let position = self.lattice.position(place);
                if lower != 0 {
                    number[0] = pieces.push(lower, [position]);
                }
                number[1] = pieces.push(higher, [position]);
                continue;
            }
            while let Some(at) = at_junctions.next_if(|at| at.corner as usize == corner) {
                self.number_fans(at, place, &mut pieces);
            }
        }
    }

    fn number_fans(&self, at: &mut AtJunction, place: [f64; 3], pieces: &mut Pieces<'_, [f32; 3]>) {
        let fans = Fans::of(at.pattern);
        let directions = &fans.direction[..usize::from(fans.n_fans)];
        let pull = if directions.len() > 1 { f64::from(PULL) } else { 0.0 };
        for (fan, direction) in directions.iter().enumerate() {
            let pulled = [0, 1, 2].map(|axis| place[axis] + pull * f64::from(direction[axis]));
            let vertex = pieces.push(at.label, [self.lattice.position(pulled)]);
            if fan == 0 {
                at.first_vertex = vertex;
            }
        }
    }

    /// The plain faces of each label.
    fn faces(&self, vertices: &Vertices<'_>, positions: &[Vec<[f32; 3]>]) -> Vec<Vec<[u32; 3]>> {
        let border = self.shape.border;
        let counts: Vec<&Counts> = border.slabs.iter().map(|slab| &slab.n_faces).collect();
        let mut faces = lists(positions.len(), &counts, &[0; 3]);
        let pieces = Pieces::of(&mut faces, &counts);
        border.slabs.par_iter().enumerate().zip(pieces).for_each(|((number, slab), mut pieces)| {
            for quad in &border.quads[slab.quads.clone()] {
                if quad.is_at_junction(&border.sides) {
                    self.push_at_junction(vertices, quad, number, &mut pieces);
                } else {
                    self.push_plain(vertices, quad, positions, &mut pieces);
                }
            }
        });
        faces
    }

    /// The faces of a quad all of whose corners lie between its two labels only.
    #[inline]
    fn push_plain(
        &self,
        vertices: &Vertices<'_>,
        quad: &Quad,
        positions: &[Vec<[f32; 3]>],
        pieces: &mut Pieces<'_, [u32; 3]>,
    ) {
        let numbers = quad.corners.map(|corner| vertices.numbers[corner as usize]);
        let [lower, higher] = [quad.low.min(quad.high), quad.low.max(quad.high)];
        let vertices = numbers.map(|[_, vertex]| vertex);
        let positions = &positions[usize::from(higher)];
        let cut = halves(vertices.map(|vertex| positions[vertex as usize]));
        let mut push = |label: u16, vertices: [u32; 4]| {
            let is_turned = (quad.low != label) != self.is_reflected;
            let faces = cut.map(|half| wound(half.map(|n| vertices[n]), is_turned));
            pieces.push(label, faces);
        };
        push(higher, vertices);
        if lower != 0 {
            push(lower, numbers.map(|[vertex, _]| vertex));
        }
    }

    fn push_at_junction(
        &self,
        vertices: &Vertices<'_>,
        quad: &Quad,
        slab: usize,
        pieces: &mut Pieces<'_, [u32; 3]>,
    ) {
        let cut = halves(self.shape.quad_mm(quad));
        for label in [quad.low, quad.high].into_iter().filter(|&label| label != 0) {
            let found = quad.corners.map(|corner| vertices.of_label(corner, label, slab));
            if found.iter().any(|&(_, is_knotted)| is_knotted) {
                continue;
            }
            let is_turned = (quad.low != label) != self.is_reflected;
            let faces = cut.map(|half| wound(half.map(|n| found[n].0), is_turned));
            pieces.push(label, faces);
        }
    }
}

#[inline]
pub(crate) fn wound([a, b, c]: [u32; 3], is_turned: bool) -> [u32; 3] {
    if is_turned { [a, c, b] } else { [a, b, c] }
}
