//! Where labels meet: the faces between voxels of different labels, and the corners of those faces.
//!
//! The image is taken to be surrounded by background. A corner (x, y, z) is the low end of voxel
//! (x, y, z): it lies at voxel coordinates minus one half. Corners are in scan order, x fastest, so
//! that everything made from them is the same on any number of threads.

use std::ops::Range;

use medshape_types::{LabelIndex, LabelMap, LabelVoxels};
use rayon::prelude::*;

use super::fans::pattern;
use super::quads::Quads;
use super::scan::Scan;

/// Corners and faces of all borders of a label map.
pub(crate) struct Border {
    /// Place of each corner in the corner grid, in scan order.
    pub(crate) corners: Vec<[u16; 3]>,
    /// The labels that meet at each corner.
    pub(crate) sides: Vec<Sides>,
    pub(crate) quads: Vec<Quad>,
    pub(crate) slabs: Vec<Slab>,
}

/// The two labels that meet at a corner, lower first, or [`JUNCTION`].
pub(crate) type Sides = [u16; 2];

/// Three labels or more meet at the corner, or some label needs more than one plain vertex there;
/// see [`Fans`](super::fans::Fans).
pub(crate) const JUNCTION: Sides = [0; 2];

/// A few layers of corners, and the quads whose first corners lie in them.
///
/// Those quads touch corners of their slab and of the next.
#[derive(Debug, Default)]
pub(crate) struct Slab {
    pub(crate) corners: Range<usize>,
    pub(crate) quads: Range<usize>,
    /// How many vertices each label has in the slab.
    pub(crate) n_vertices: Counts,
    /// How many faces each label has on the slab's quads that are plain for it.
    pub(crate) n_faces: Counts,
    /// Quads with a corner at which the label needs more than one plain vertex, with the label.
    pub(crate) knotted: Vec<(u16, u32)>,
}

/// A number for each label, in order; labels for which it is zero are left out.
pub(crate) type Counts = Vec<(u16, usize)>;

/// A voxel face between two labels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Quad {
    /// Counter-clockwise when seen from the high side; the first has the lowest place.
    pub(crate) corners: [u32; 4],
    /// The labels on both sides: of the voxel with the lower index, then with the higher.
    pub(crate) low: u16,
    pub(crate) high: u16,
}

/// Layers of corners that one task works on.
pub(crate) const LAYERS: usize = 8;

impl Border {
    pub(crate) fn of(map: &LabelMap) -> Self {
        let voxels = Voxels::of(map);
        let n_labels = map.n_values();
        let scans: Vec<Scan> = (0..=voxels.dims[2])
            .step_by(LAYERS)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|first| voxels.scan(n_labels, first))
            .collect();
        let n_corners = scans.iter().map(|scan| scan.corners.len()).sum();
        let mut border = Self {
            corners: Vec::with_capacity(n_corners),
            sides: Vec::with_capacity(n_corners),
            quads: Vec::new(),
            slabs: Vec::with_capacity(scans.len()),
        };
        let mut layers = vec![0];
        let mut patterns = Vec::with_capacity(n_corners);
        let mut n_quads = 0;
        for scan in scans {
            let first = border.corners.len();
            border.corners.extend(scan.corners.iter().map(|corner| corner.place));
            border.sides.extend(scan.corners.iter().map(|corner| corner.sides));
            patterns.extend(scan.corners.iter().map(|corner| corner.low_pattern));
            layers.extend(scan.layer_ends.iter().map(|end| first + end));
            border.slabs.push(Slab {
                corners: first..border.corners.len(),
                quads: n_quads..n_quads + scan.n_quads,
                n_vertices: scan.n_vertices,
                ..Slab::default()
            });
            n_quads += scan.n_quads;
        }
        border.quads = Quads { voxels: &voxels, layers: &layers, patterns: &patterns, n_labels }
            .of(&border.corners, &border.sides, &mut border.slabs);
        border
    }

    /// Adds a value of each quad to all of its four corners.
    pub(crate) fn add_up<const N: usize>(
        &self,
        sums: &mut [[f32; N]],
        value: impl Fn(&Quad) -> [f32; N] + Sync,
    ) {
        self.scatter(sums, |quad, first, sums| {
            let value = value(quad);
            for corner in quad.corners {
                let sum = &mut sums[corner as usize - first];
                (0..N).for_each(|n| sum[n] += value[n]);
            }
        });
    }

    /// Lets each quad write to its four corners; `write` gets the quad, and the values from that of
    /// the corner with the given number on.
    ///
    /// As quads of a slab touch corners of their slab and the next, every other slab is done at the
    /// same time, then the rest: always in the same order, on any number of threads.
    pub(crate) fn scatter<T: Send>(
        &self,
        values: &mut [T],
        write: impl Fn(&Quad, usize, &mut [T]) + Sync,
    ) {
        let slabs = &self.slabs;
        for parity in 0..2.min(slabs.len()) {
            let mut open = &mut values[slabs[parity].corners.start..];
            let mut tasks = Vec::new();
            for slab in (parity..slabs.len()).step_by(2) {
                let next = (slab + 1).min(slabs.len() - 1);
                let first = slabs[slab].corners.start;
                let (own, rest) = open.split_at_mut(slabs[next].corners.end - first);
                tasks.push((&self.quads[slabs[slab].quads.clone()], first, own));
                open = rest;
            }
            tasks.into_par_iter().for_each(|(quads, first, own)| {
                quads.iter().for_each(|quad| write(quad, first, own));
            });
        }
    }
}

/// The voxels of a label map and the background around them.
pub(crate) struct Voxels<'a> {
    pub(crate) dims: [usize; 3],
    labels: &'a LabelVoxels,
}

impl<'a> Voxels<'a> {
    pub(crate) fn of(map: &'a LabelMap) -> Self {
        Self { dims: map.grid().dims(), labels: map.voxels() }
    }

    fn scan(&self, n_labels: usize, first: usize) -> Scan {
        match self.labels {
            LabelVoxels::Narrow(labels) => Scan::of(&Rows::of(labels, self.dims), n_labels, first),
            LabelVoxels::Wide(labels) => Scan::of(&Rows::of(labels, self.dims), n_labels, first),
        }
    }

    /// The labels of the eight voxels around a corner, numbered as in [`Fans`].
    #[inline]
    pub(crate) fn around(&self, corner: [u16; 3]) -> [u16; 8] {
        match self.labels {
            LabelVoxels::Narrow(labels) => self.around_in(labels, corner),
            LabelVoxels::Wide(labels) => self.around_in(labels, corner),
        }
    }

    #[inline]
    fn around_in<I: LabelIndex>(&self, labels: &[I], corner: [u16; 3]) -> [u16; 8] {
        let [x, y, z] = corner.map(usize::from);
        let [nx, ny, nz] = self.dims;
        if x == 0 || y == 0 || z == 0 || x >= nx || y >= ny || z >= nz {
            return self.around_outermost([x, y, z]);
        }
        let high = x + nx * (y + ny * z);
        let low = high - nx * ny;
        let pair = |at: usize| [labels[at - 1].index(), labels[at].index()];
        let ([a, b], [c, d]) = (pair(low - nx), pair(low));
        let ([e, f], [g, h]) = (pair(high - nx), pair(high));
        [a, b, c, d, e, f, g, h]
    }

    #[cold]
    fn around_outermost(&self, corner: [usize; 3]) -> [u16; 8] {
        std::array::from_fn(|voxel| {
            let at = [0, 1, 2].map(|axis| (corner[axis] + (voxel >> axis & 1)).wrapping_sub(1));
            let [nx, ny, _] = self.dims;
            let inside = (0..3).all(|axis| at[axis] < self.dims[axis]);
            if inside { self.labels.at(at[0] + nx * (at[1] + ny * at[2])) } else { 0 }
        })
    }
}

/// The same voxels row by row, in the width in which they lie in memory.
pub(crate) struct Rows<'a, I> {
    pub(crate) dims: [usize; 3],
    labels: &'a [I],
    outside: Vec<I>,
}

impl<'a, I: LabelIndex> Rows<'a, I> {
    fn of(labels: &'a [I], dims: [usize; 3]) -> Self {
        Self { dims, labels, outside: vec![I::default(); dims[0]] }
    }

    /// A row of voxels along x; one of background if it lies outside (also one below zero).
    pub(crate) fn row(&self, y: usize, z: usize) -> &[I] {
        let [nx, ny, nz] = self.dims;
        if y >= ny || z >= nz {
            return &self.outside;
        }
        let start = nx * (y + ny * z);
        &self.labels[start..start + nx]
    }
}
/// The labels among eight voxels without the background, each with its pattern.
pub(crate) fn labels_around(around: &[u16; 8]) -> impl Iterator<Item = (u16, u8)> + '_ {
    let mut open = !pattern(around, 0);
    std::iter::from_fn(move || {
        let label = *around.get(open.trailing_zeros() as usize)?;
        let pattern = pattern(around, label);
        open &= !pattern;
        Some((label, pattern))
    })
}
/// The numbers that are not zero, but for the background's.
pub(crate) fn counts(of_labels: &[usize]) -> Counts {
    let counts = of_labels.iter().enumerate().skip(1).filter(|&(_, &count)| count > 0);
    counts.map(|(label, &count)| (label as u16, count)).collect()
}
impl Quad {
    #[inline]
    pub(crate) fn is_at_junction(&self, sides: &[Sides]) -> bool {
        self.corners.iter().any(|&corner| sides[corner as usize] == JUNCTION)
    }
}
/// Cuts values into pieces of these lengths.
pub(crate) fn cut<T>(values: &mut [T], lengths: impl Iterator<Item = usize>) -> Vec<&mut [T]> {
    let mut open = values;
    let mut pieces = Vec::new();
    for length in lengths {
        let (own, rest) = open.split_at_mut(length);
        pieces.push(own);
        open = rest;
    }
    pieces
}
