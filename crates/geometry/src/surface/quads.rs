//! The faces of the border, between the corners that were found.

use rayon::prelude::*;

use super::border::{JUNCTION, LAYERS, Quad, Sides, Slab, Voxels, counts, cut};
use super::fans::{Fans, pattern};

/// What quads are made from.
pub(crate) struct Quads<'a> {
    pub(crate) voxels: &'a Voxels<'a>,
    /// First corner of each layer, and the number of corners.
    pub(crate) layers: &'a [usize],
    pub(crate) patterns: &'a [u8],
    pub(crate) n_labels: usize,
}

impl Quads<'_> {
    /// All quads, slab by slab, in the order of their first corners.
    pub(crate) fn of(
        &self,
        corners: &[[u16; 3]],
        sides: &[Sides],
        slabs: &mut [Slab],
    ) -> Vec<Quad> {
        let mut quads = vec![Quad::default(); slabs.last().map_or(0, |slab| slab.quads.end)];
        let own = cut(&mut quads, slabs.iter().map(|slab| slab.quads.len()));
        slabs.par_iter_mut().zip(own).enumerate().for_each(|(number, (slab, own))| {
            let mut window = Window::new(self.voxels.dims, corners, self.layers);
            let first = LAYERS * number;
            let end = (first + LAYERS).min(self.layers.len() - 1);
            let mut own_quads = own.iter_mut();
            window.fill(first);
            for layer in first..end {
                window.fill(layer + 1);
                let range = self.layers[layer]..self.layers[layer + 1];
                let known = corners[range.clone()].iter().zip(&sides[range.clone()]);
                let known = known.zip(&self.patterns[range.clone()]);
                for (corner, ((&place, &sides), &pattern)) in range.zip(known) {
                    let labels = self.labels_of_quads(place, sides, pattern);
                    window.quads_at(place, corner as u32, labels, &mut own_quads);
                }
            }
            self.count_faces(own, corners, sides, slab);
        });
        quads
    }

    /// The labels of voxels 3, 5, 6 and 7 around a corner, which its quads lie between.
    #[inline]
    fn labels_of_quads(&self, place: [u16; 3], sides: Sides, low_pattern: u8) -> [u16; 4] {
        const VOXELS: [usize; 4] = [3, 5, 6, 7];
        if sides == JUNCTION {
            let around = self.voxels.around(place);
            return VOXELS.map(|voxel| around[voxel]);
        }
        let [lower, higher] = sides;
        VOXELS.map(|voxel| if low_pattern >> voxel & 1 == 1 { lower } else { higher })
    }

    fn count_faces(&self, quads: &[Quad], corners: &[[u16; 3]], sides: &[Sides], slab: &mut Slab) {
        let mut n_faces = vec![0; self.n_labels];
        for (quad, number) in quads.iter().zip(slab.quads.clone()) {
            let at_junction = quad.is_at_junction(sides);
            for label in [quad.low, quad.high] {
                if at_junction && label != 0 && self.is_knotted(quad, label, corners, sides) {
                    slab.knotted.push((label, number as u32));
                } else {
                    n_faces[usize::from(label)] += 2;
                }
            }
        }
        slab.n_faces = counts(&n_faces);
    }

    fn is_knotted(&self, quad: &Quad, label: u16, corners: &[[u16; 3]], sides: &[Sides]) -> bool {
        quad.corners.iter().map(|&corner| corner as usize).any(|corner| {
            sides[corner] == JUNCTION
                && !Fans::is_simple(pattern(&self.voxels.around(corners[corner]), label))
        })
    }
}
/// The numbers of the corners of two layers, by place.
struct Window<'a> {
    width: usize,
    corners: &'a [[u16; 3]],
    layers: &'a [usize],
    // Numbers of earlier layers stay where no corner is; only places of corners are asked for.
    numbers: [Vec<u32>; 2],
}

impl<'a> Window<'a> {
    fn new([nx, ny, _]: [usize; 3], corners: &'a [[u16; 3]], layers: &'a [usize]) -> Self {
        let numbers = || vec![0; (nx + 1) * (ny + 1)];
        Self { width: nx + 1, corners, layers, numbers: [numbers(), numbers()] }
    }

    /// Takes up a layer, if there is one, in place of the one two layers before.
    fn fill(&mut self, layer: usize) {
        let Some(&[start, end]) = self.layers.get(layer..).and_then(|layers| layers.first_chunk())
        else {
            return;
        };
        let numbers = &mut self.numbers[layer % 2];
        for (number, &[x, y, _]) in (start..end).zip(&self.corners[start..end]) {
            numbers[usize::from(x) + self.width * usize::from(y)] = number as u32;
        }
    }

    /// Writes down the quads that begin at a corner: those that part voxel 7, on its high side along
    /// all axes, from the three voxels before it.
    #[inline]
    fn quads_at<'q>(
        &self,
        [x, y, z]: [u16; 3],
        corner: u32,
        [before_z, before_y, before_x, high]: [u16; 4],
        quads: &mut impl Iterator<Item = &'q mut Quad>,
    ) {
        let [here, above] = [0, 1].map(|step| &self.numbers[(usize::from(z) + step) % 2]);
        let at = usize::from(x) + self.width * usize::from(y);
        let mut push = |low: u16, corners: [u32; 4]| {
            if let Some(quad) = quads.next() {
                *quad = Quad { corners, low, high };
            }
        };
        if before_x != high {
            let next = at + self.width;
            push(before_x, [corner, here[next], above[next], above[at]]);
        }
        if before_y != high {
            push(before_y, [corner, above[at], above[at + 1], here[at + 1]]);
        }
        if before_z != high {
            let next = at + self.width;
            push(before_z, [corner, here[at + 1], here[next + 1], here[next]]);
        }
    }
}
