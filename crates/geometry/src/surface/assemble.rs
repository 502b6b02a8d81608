//! From the shared border to one mesh a label.
//!
//! First everything is counted, slab by slab, so that each slab knows where in each label's mesh
//! its vertices and faces go; then all slabs write at one time.
//! The few faces where a label touches itself come last (`knots`).

use medshape_types::Mesh;
use rayon::prelude::*;

use super::border::{JUNCTION, Quad, Voxels};
use super::fans::Fans;
use super::knots::{Knots, KnottedQuad};
use super::lattice::Lattice;
use super::pieces::{Counts, Pieces, lists};
use super::shape::{Shape, halves};
use super::vertices::{SlabVertices, Vertices, counts, slabs_of};

/// How far the vertices of the fans at one corner are pulled apart, in voxels times the direction
/// of the fan, which is at most a half along each axis.
///
/// Together with [`REACH`](super::relax::REACH) vertices stay 0.48 voxels within their box, so that
/// the middle planes between corners are free for the points in the middle of edges (`knots`).
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
        let mut vertices = Vertices::of(self.shape.border, self.voxels, n_labels);
        let mut positions = self.positions(&mut vertices, n_labels);
        let slabs = self.count_faces(&vertices, n_labels);
        let mut faces = self.faces(&vertices, &positions, &slabs);
        let mut knotted: Vec<Vec<KnottedQuad>> = vec![Vec::new(); n_labels];
        for &(label, quad) in slabs.iter().flat_map(|slab| &slab.knotted) {
            knotted[usize::from(label)].push(quad);
        }
        (0..n_labels as u32 as usize)
            .into_par_iter()
            .zip(std::mem::take(&mut positions))
            .zip(std::mem::take(&mut faces))
            .zip(knotted)
            .with_max_len(1)
            .map(|(((label, positions), faces), knotted)| {
                let mut knots = Knots::new(self, &vertices, label as u16, positions, faces);
                knotted.iter().for_each(|quad| knots.push_faces(*quad));
                Mesh::new(knots.positions, knots.faces).expect(
                    "the lattice gives finite positions, and faces name vertices made before",
                )
            })
            .collect()
    }

    /// Positions of the vertices of each label, which get their numbers.
    fn positions(&self, vertices: &mut Vertices<'_>, n_labels: usize) -> Vec<Vec<[f32; 3]>> {
        let counts: Vec<&Counts> = vertices.slabs.iter().map(|slab| &slab.counts).collect();
        let mut positions = lists(n_labels, &counts, &[0.0; 3]);
        let pieces = Pieces::of(&mut positions, &counts);
        let lengths: Vec<usize> = vertices.slabs.iter().map(|slab| slab.corners.len()).collect();
        let numbers = slabs_of(&mut vertices.numbers, lengths.into_iter());
        vertices
            .slabs
            .par_iter_mut()
            .zip(pieces)
            .zip(numbers)
            .for_each(|((slab, pieces), numbers)| self.number(slab, pieces, numbers));
        positions
    }

    /// Gives the vertices of a slab their places and numbers.
    fn number(
        &self,
        slab: &mut SlabVertices,
        mut pieces: Pieces<'_, [f32; 3]>,
        numbers: &mut [[u32; 2]],
    ) {
        let mut at_junctions = slab.at_junctions.iter_mut().peekable();
        for (corner, number) in slab.corners.clone().zip(numbers) {
            let place = self.shape.place(corner as u32);
            let [lower, higher] = self.shape.border.sides[corner];
            if [lower, higher] != JUNCTION {
                let position = self.lattice.position(place);
                if lower != 0 {
                    number[0] = pieces.push(lower, position);
                }
                number[1] = pieces.push(higher, position);
                continue;
            }
            while let Some(at) = at_junctions.next_if(|at| at.corner as usize == corner) {
                let fans = Fans::of(at.pattern);
                let directions = &fans.direction[..usize::from(fans.n_fans)];
                let pull = if directions.len() > 1 { f64::from(PULL) } else { 0.0 };
                for (fan, direction) in directions.iter().enumerate() {
                    let pulled = [0, 1, 2].map(|a| place[a] + pull * f64::from(direction[a]));
                    let vertex = pieces.push(at.label, self.lattice.position(pulled));
                    if fan == 0 {
                        at.first_vertex = vertex;
                    }
                }
            }
        }
    }

    /// How many plain faces each slab adds to each label, and the quads that are not plain.
    fn count_faces(&self, vertices: &Vertices<'_>, n_labels: usize) -> Vec<SlabFaces> {
        let slabs: Vec<_> = self.shape.border.slabs().collect();
        slabs
            .into_par_iter()
            .enumerate()
            .map(|(slab, [_, range])| {
                let mut n_faces = vec![0; n_labels];
                let mut knotted = Vec::new();
                for number in range.clone() {
                    let quad = &self.shape.border.quads[number];
                    let at_junction = self.is_at_junction(quad);
                    for label in [quad.low, quad.high] {
                        if at_junction && label != 0 && is_knotted(vertices, quad, label, slab) {
                            knotted.push((label, KnottedQuad { number: number as u32, slab }));
                        } else {
                            n_faces[usize::from(label)] += 2;
                        }
                    }
                }
                SlabFaces { quads: range, counts: counts(&n_faces), knotted }
            })
            .collect()
    }

    #[inline]
    fn is_at_junction(&self, quad: &Quad) -> bool {
        quad.corners.iter().any(|&corner| self.shape.border.sides[corner as usize] == JUNCTION)
    }

    /// The plain faces of each label.
    fn faces(
        &self,
        vertices: &Vertices<'_>,
        positions: &[Vec<[f32; 3]>],
        slabs: &[SlabFaces],
    ) -> Vec<Vec<[u32; 3]>> {
        let counts: Vec<&Counts> = slabs.iter().map(|slab| &slab.counts).collect();
        let mut faces = lists(positions.len(), &counts, &[0; 3]);
        let pieces = Pieces::of(&mut faces, &counts);
        slabs.par_iter().enumerate().zip(pieces).for_each(|((slab, own), mut pieces)| {
            for quad in &self.shape.border.quads[own.quads.clone()] {
                if self.is_at_junction(quad) {
                    self.push_at_junction(vertices, quad, slab, &mut pieces);
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
            for half in cut {
                pieces.push(label, wound(half.map(|n| vertices[n]), is_turned));
            }
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
            for half in cut {
                pieces.push(label, wound(half.map(|n| found[n].0), is_turned));
            }
        }
    }
}

/// What one slab adds to the faces.
struct SlabFaces {
    quads: std::ops::Range<usize>,
    counts: Counts,
    knotted: Vec<(u16, KnottedQuad)>,
}

fn is_knotted(vertices: &Vertices<'_>, quad: &Quad, label: u16, slab: usize) -> bool {
    quad.corners.iter().any(|&corner| vertices.of_label(corner, label, slab).1)
}

#[inline]
pub(crate) fn wound([a, b, c]: [u32; 3], is_turned: bool) -> [u32; 3] {
    if is_turned { [a, c, b] } else { [a, b, c] }
}
