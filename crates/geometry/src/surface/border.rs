//! Where labels meet: the faces between voxels of different labels, and the corners of those faces.
//!
//! The image is taken to be surrounded by background. A corner (x, y, z) is the low end of voxel
//! (x, y, z): it lies at voxel coordinates minus one half. Corners are in scan order, x fastest, so
//! that everything made from them is the same on any number of threads.

use medshape_types::LabelMap;
use rayon::prelude::*;

use super::fans::{Fans, pattern};

/// Stands for the corner that is not there.
pub(crate) const NONE: u32 = u32::MAX;

/// Corners and faces of all borders of a label map.
pub(crate) struct Border {
    /// Place of each corner in the corner grid, in scan order.
    pub(crate) corners: Vec<[u16; 3]>,
    /// The corners at the other end of up to six edges: x low, x high, y low, ... or [`NONE`].
    pub(crate) neighbours: Vec<[u32; 6]>,
    /// Whether some label needs more than one plain vertex at the corner; see [`Fans`].
    pub(crate) is_knotted: Vec<bool>,
    pub(crate) quads: Vec<Quad>,
    /// First corner and first quad of each slab of layers, and their numbers at the end.
    slabs: Vec<[usize; 2]>,
}

/// A voxel face between two labels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quad {
    /// Counter-clockwise when seen from the high side; the first has the lowest place.
    pub(crate) corners: [u32; 4],
    /// The labels on both sides: of the voxel with the lower index, then with the higher.
    pub(crate) low: u16,
    pub(crate) high: u16,
}

/// Layers of corners that one task works on.
const LAYERS: usize = 8;

impl Border {
    pub(crate) fn of(map: &LabelMap) -> Self {
        let voxels = Voxels::of(map);
        let layers = corner_layers(&voxels);
        let mut starts = vec![0];
        for layer in &layers {
            starts.push(starts[starts.len() - 1] + layer.len());
        }
        let corners = layers.concat();
        drop(layers);
        let slabs: Vec<Slab> = (0..starts.len() - 1)
            .step_by(LAYERS)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|first| Slab::of(&voxels, &corners, &starts, first))
            .collect();
        let mut border = Self {
            neighbours: Vec::with_capacity(corners.len()),
            is_knotted: Vec::with_capacity(corners.len()),
            quads: Vec::with_capacity(slabs.iter().map(|slab| slab.quads.len()).sum()),
            slabs: vec![[0; 2]],
            corners,
        };
        for slab in slabs {
            border.neighbours.extend(slab.neighbours);
            border.is_knotted.extend(slab.is_knotted);
            border.quads.extend(slab.quads);
            border.slabs.push([border.neighbours.len(), border.quads.len()]);
        }
        border
    }

    /// Adds a value of each quad to all of its four corners.
    ///
    /// Quads of a slab touch corners of their slab and the next, so every other slab is done at the
    /// same time, then the rest: always in the same order, on any number of threads.
    pub(crate) fn add_up<const N: usize>(
        &self,
        sums: &mut [[f32; N]],
        value: impl Fn(&Quad) -> [f32; N] + Sync,
    ) {
        let n_slabs = self.slabs.len() - 1;
        for parity in 0..2.min(n_slabs) {
            let mut open = &mut sums[self.slabs[parity][0]..];
            let mut tasks = Vec::new();
            for slab in (parity..n_slabs).step_by(2) {
                let [first, _] = self.slabs[slab];
                let [end, _] = self.slabs[(slab + 2).min(n_slabs)];
                let (own, rest) = open.split_at_mut(end - first);
                tasks.push((slab, own));
                open = rest;
            }
            tasks.into_par_iter().for_each(|(slab, own)| {
                let ([first, begin], [_, end]) = (self.slabs[slab], self.slabs[slab + 1]);
                for quad in &self.quads[begin..end] {
                    let value = value(quad);
                    for corner in quad.corners {
                        let sum = &mut own[corner as usize - first];
                        (0..N).for_each(|n| sum[n] += value[n]);
                    }
                }
            });
        }
    }
}

/// The voxels of a label map and the background around them.
pub(crate) struct Voxels<'a> {
    dims: [usize; 3],
    labels: &'a [u16],
    outside: Vec<u16>,
}

impl<'a> Voxels<'a> {
    pub(crate) fn of(map: &'a LabelMap) -> Self {
        let dims = map.grid().dims();
        Self { dims, labels: map.voxels(), outside: vec![0; dims[0]] }
    }

    /// The labels of the eight voxels around a corner, numbered as in [`Fans`].
    #[inline]
    pub(crate) fn around(&self, corner: [u16; 3]) -> [u16; 8] {
        let [x, y, z] = corner.map(usize::from);
        let [nx, ny, nz] = self.dims;
        if x == 0 || y == 0 || z == 0 || x >= nx || y >= ny || z >= nz {
            return self.around_outermost([x, y, z]);
        }
        let high = x + nx * (y + ny * z);
        let low = high - nx * ny;
        let pair = |at: usize| [self.labels[at - 1], self.labels[at]];
        let ([a, b], [c, d]) = (pair(low - nx), pair(low));
        let ([e, f], [g, h]) = (pair(high - nx), pair(high));
        [a, b, c, d, e, f, g, h]
    }

    #[cold]
    fn around_outermost(&self, corner: [usize; 3]) -> [u16; 8] {
        std::array::from_fn(|voxel| {
            let at = [0, 1, 2].map(|axis| (corner[axis] + (voxel >> axis & 1)).wrapping_sub(1));
            let inside = (0..3).all(|axis| at[axis] < self.dims[axis]);
            if inside { self.row(at[1], at[2])[at[0]] } else { 0 }
        })
    }

    /// A row of voxels along x; one of background if it lies outside (also one below zero).
    fn row(&self, y: usize, z: usize) -> &[u16] {
        let [nx, ny, nz] = self.dims;
        if y >= ny || z >= nz {
            return &self.outside;
        }
        let start = nx * (y + ny * z);
        &self.labels[start..start + nx]
    }
}

/// The corners where not all voxels have one label, layer by layer.
fn corner_layers(voxels: &Voxels<'_>) -> Vec<Vec<[u16; 3]>> {
    let [nx, ny, nz] = voxels.dims;
    (0..=nz)
        .into_par_iter()
        .map_init(
            || vec![0; nx + 1],
            |mixed, z| {
                let mut corners = Vec::new();
                for y in 0..=ny {
                    let rows = [(y.wrapping_sub(1), z.wrapping_sub(1)), (y, z.wrapping_sub(1))];
                    let [a, b] = rows.map(|(y, z)| voxels.row(y, z));
                    let [c, d] = [y.wrapping_sub(1), y].map(|y| voxels.row(y, z));
                    mark_mixed([a, b, c, d], mixed);
                    push_marked(mixed, [y as u16, z as u16], &mut corners);
                }
                corners
            },
        )
        .collect()
}

/// Sets `mixed[x]` to something other than 0 where the eight voxels around corner x differ.
fn mark_mixed([a, b, c, d]: [&[u16]; 4], mixed: &mut [u16]) {
    let nx = a.len();
    let (b, c, d) = (&b[..nx], &c[..nx], &d[..nx]);
    let differ = |x: usize| (a[x] ^ b[x]) | (a[x] ^ c[x]) | (a[x] ^ d[x]);
    mixed[0] = differ(0) | a[0];
    mixed[nx] = differ(nx - 1) | a[nx - 1];
    let inner = &mut mixed[1..nx];
    for (x, mixed) in inner.iter_mut().enumerate() {
        *mixed = differ(x) | differ(x + 1) | (a[x] ^ a[x + 1]);
    }
}

fn push_marked(mixed: &[u16], [y, z]: [u16; 2], corners: &mut Vec<[u16; 3]>) {
    for (block, marks) in mixed.chunks(16).enumerate() {
        if marks.iter().fold(0, |any, mark| any | mark) == 0 {
            continue;
        }
        for (x, _) in marks.iter().enumerate().filter(|&(_, &mark)| mark != 0) {
            corners.push([(16 * block + x) as u16, y, z]);
        }
    }
}

/// A few layers of corners, and the quads whose lowest corner lies in them.
struct Slab {
    neighbours: Vec<[u32; 6]>,
    is_knotted: Vec<bool>,
    quads: Vec<Quad>,
}

impl Slab {
    fn of(voxels: &Voxels<'_>, corners: &[[u16; 3]], starts: &[usize], first: usize) -> Self {
        let end = (first + LAYERS).min(starts.len() - 1);
        let n_corners = starts[end] - starts[first];
        let mut slab = Self {
            neighbours: Vec::with_capacity(n_corners),
            is_knotted: Vec::with_capacity(n_corners),
            quads: Vec::with_capacity(n_corners + n_corners / 16),
        };
        if n_corners == 0 {
            return slab;
        }
        let mut window = Window::new(voxels.dims, corners, starts);
        window.fill(first.wrapping_sub(1));
        window.fill(first);
        for layer in first..end {
            window.fill(layer + 1);
            for &corner in &corners[starts[layer]..starts[layer + 1]] {
                slab.add(corner, &voxels.around(corner), &window);
            }
        }
        slab
    }

    fn add(&mut self, corner: [u16; 3], labels: &[u16; 8], window: &Window<'_>) {
        self.neighbours.push(neighbours(corner, labels, window));
        self.is_knotted.push(is_knotted(labels));
        // Voxel 7 lies on the high side of the corner along all axes: the quads that begin here
        // part it from the three voxels before it.
        let high = labels[7];
        let at = |step: [u16; 3]| {
            window.number([corner[0] + step[0], corner[1] + step[1], corner[2] + step[2]])
        };
        let quads = [
            (labels[6], [[0, 1, 0], [0, 1, 1], [0, 0, 1]]),
            (labels[5], [[0, 0, 1], [1, 0, 1], [1, 0, 0]]),
            (labels[3], [[1, 0, 0], [1, 1, 0], [0, 1, 0]]),
        ];
        for (low, [b, c, d]) in quads.into_iter().filter(|&(low, _)| low != high) {
            self.quads.push(Quad { corners: [at([0; 3]), at(b), at(c), at(d)], low, high });
        }
    }
}

/// A neighbour is joined by an edge of some quad: the four voxels around it are not all alike.
#[inline]
fn neighbours([x, y, z]: [u16; 3], labels: &[u16; 8], window: &Window<'_>) -> [u32; 6] {
    const AROUND: [[usize; 4]; 6] =
        [[0, 2, 4, 6], [1, 3, 5, 7], [0, 1, 4, 5], [2, 3, 6, 7], [0, 1, 2, 3], [4, 5, 6, 7]];
    let places = [
        [x.wrapping_sub(1), y, z],
        [x + 1, y, z],
        [x, y.wrapping_sub(1), z],
        [x, y + 1, z],
        [x, y, z.wrapping_sub(1)],
        [x, y, z + 1],
    ];
    std::array::from_fn(|edge| {
        let [a, b, c, d] = AROUND[edge].map(|voxel| labels[voxel]);
        if a == b && a == c && a == d { NONE } else { window.number(places[edge]) }
    })
}

#[inline]
fn is_knotted(labels: &[u16; 8]) -> bool {
    let first = labels[0];
    let first_pattern = pattern(labels, first);
    if first != 0 && !Fans::of(first_pattern).is_simple() {
        return true;
    }
    let mut open = !first_pattern;
    while open != 0 {
        let label = labels[open.trailing_zeros() as usize];
        let pattern = pattern(labels, label);
        if label != 0 && !Fans::of(pattern).is_simple() {
            return true;
        }
        open &= !pattern;
    }
    false
}

/// The numbers of the corners of three layers, by place.
struct Window<'a> {
    width: usize,
    corners: &'a [[u16; 3]],
    starts: &'a [usize],
    // Numbers of earlier layers stay where no corner is; only places of corners are asked for.
    layers: [Vec<u32>; 3],
}

impl<'a> Window<'a> {
    fn new([nx, ny, _]: [usize; 3], corners: &'a [[u16; 3]], starts: &'a [usize]) -> Self {
        let layer = || vec![NONE; (nx + 1) * (ny + 1)];
        Self { width: nx + 1, corners, starts, layers: [layer(), layer(), layer()] }
    }

    /// Takes up a layer, if there is one, in place of the one three layers before.
    fn fill(&mut self, layer: usize) {
        let Some(&[start, end]) =
            self.starts.get(layer..).and_then(|starts| starts.first_chunk::<2>())
        else {
            return;
        };
        let numbers = &mut self.layers[layer % 3];
        for (number, &[x, y, _]) in (start..end).zip(&self.corners[start..end]) {
            numbers[usize::from(x) + self.width * usize::from(y)] = number as u32;
        }
    }

    #[inline]
    fn number(&self, [x, y, z]: [u16; 3]) -> u32 {
        self.layers[usize::from(z) % 3][usize::from(x) + self.width * usize::from(y)]
    }
}
