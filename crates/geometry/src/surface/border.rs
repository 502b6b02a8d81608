//! Where labels meet: the faces between voxels of different labels, and the corners of those faces.
//!
//! The image is taken to be surrounded by background. A corner (x, y, z) is the low end of voxel
//! (x, y, z): it lies at voxel coordinates minus one half. Corners are in scan order, x fastest, so
//! that everything made from them is the same on any number of threads.

use std::ops::Range;

use medshape_types::LabelMap;
use rayon::prelude::*;

use super::fans::{Fans, pattern};

/// Corners and faces of all borders of a label map.
pub(crate) struct Border {
    /// Place of each corner in the corner grid, in scan order.
    pub(crate) corners: Vec<[u16; 3]>,
    /// The labels that meet at each corner.
    pub(crate) sides: Vec<Sides>,
    pub(crate) quads: Vec<Quad>,
    /// First corner and first quad of each slab of layers, and their numbers at the end.
    slabs: Vec<[usize; 2]>,
}

/// The two labels that meet at a corner, or [`JUNCTION`].
pub(crate) type Sides = [u16; 2];

/// Three labels or more meet at the corner, or some label needs more than one plain vertex there;
/// see [`Fans`].
pub(crate) const JUNCTION: Sides = [0; 2];

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
const LAYERS: usize = 8;

impl Border {
    pub(crate) fn of(map: &LabelMap) -> Self {
        let voxels = Voxels::of(map);
        let n_layers = voxels.dims[2] + 1;
        let layers: Vec<Layer> =
            (0..n_layers).into_par_iter().map(|z| Layer::of(&voxels, z)).collect();
        let mut starts = vec![[0; 2]];
        for layer in &layers {
            let [corner, quad] = starts[starts.len() - 1];
            starts.push([corner + layer.corners.len(), quad + layer.n_quads]);
        }
        let mut border = Self {
            corners: Vec::with_capacity(starts[n_layers][0]),
            sides: Vec::with_capacity(starts[n_layers][0]),
            quads: Vec::new(),
            slabs: (0..n_layers).step_by(LAYERS).chain([n_layers]).map(|z| starts[z]).collect(),
        };
        for layer in layers {
            border.corners.extend_from_slice(&layer.corners);
            border.sides.extend_from_slice(&layer.sides);
        }
        border.quads = quads(&voxels, &border, &starts);
        border
    }

    /// The corners and the quads of each slab, in scan order.
    ///
    /// Quads of a slab touch corners of their slab and of the next.
    pub(crate) fn slabs(&self) -> impl ExactSizeIterator<Item = [Range<usize>; 2]> + '_ {
        self.slabs.array_windows().map(|[begin, end]| [begin[0]..end[0], begin[1]..end[1]])
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
        let slabs: Vec<[Range<usize>; 2]> = self.slabs().collect();
        for parity in 0..2.min(slabs.len()) {
            let mut open = &mut values[slabs[parity][0].start..];
            let mut tasks = Vec::new();
            for slab in (parity..slabs.len()).step_by(2) {
                let next = (slab + 1).min(slabs.len() - 1);
                let [corners, quads] = &slabs[slab];
                let (own, rest) = open.split_at_mut(slabs[next][0].end - corners.start);
                tasks.push((corners.start, quads.clone(), own));
                open = rest;
            }
            tasks.into_par_iter().for_each(|(first, quads, own)| {
                self.quads[quads].iter().for_each(|quad| write(quad, first, own));
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

/// The corners of one layer where not all voxels have one label.
#[derive(Default)]
struct Layer {
    corners: Vec<[u16; 3]>,
    sides: Vec<Sides>,
    /// Quads whose first corner lies in the layer.
    n_quads: usize,
}

impl Layer {
    fn of(voxels: &Voxels<'_>, z: usize) -> Self {
        let [nx, ny, _] = voxels.dims;
        let mut layer = Self::default();
        let mut mixed = vec![0; nx + 1];
        for y in 0..=ny {
            let rows = [(y.wrapping_sub(1), z.wrapping_sub(1)), (y, z.wrapping_sub(1))];
            let [a, b] = rows.map(|(y, z)| voxels.row(y, z));
            let [c, d] = [y.wrapping_sub(1), y].map(|y| voxels.row(y, z));
            mark_mixed([a, b, c, d], &mut mixed);
            layer.push_marked(&mixed, [y as u16, z as u16], [a, b, c, d]);
        }
        layer
    }

    fn push_marked(&mut self, mixed: &[u16], [y, z]: [u16; 2], rows: [&[u16]; 4]) {
        for (block, marks) in mixed.chunks(16).enumerate() {
            if marks.iter().fold(0, |any, mark| any | mark) == 0 {
                continue;
            }
            for (x, _) in marks.iter().enumerate().filter(|&(_, &mark)| mark != 0) {
                let x = 16 * block + x;
                let labels = around_in_rows(rows, x);
                self.corners.push([x as u16, y, z]);
                self.sides.push(sides(&labels));
                self.n_quads += [3, 5, 6].iter().filter(|&&low| labels[low] != labels[7]).count();
            }
        }
    }
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

/// As [`Voxels::around`], from the four rows of voxels along x around a row of corners.
#[inline]
fn around_in_rows(rows: [&[u16]; 4], x: usize) -> [u16; 8] {
    let pair = |row: &[u16]| match (x.checked_sub(1).and_then(|low| row.get(low)), row.get(x)) {
        (Some(&low), Some(&high)) => [low, high],
        (low, high) => [low.copied().unwrap_or(0), high.copied().unwrap_or(0)],
    };
    let [[a, b], [c, d], [e, f], [g, h]] = rows.map(pair);
    [a, b, c, d, e, f, g, h]
}

#[inline]
fn sides(labels: &[u16; 8]) -> Sides {
    let first = labels[0];
    let first_pattern = pattern(labels, first);
    let second = labels[(!first_pattern).trailing_zeros() as usize & 7];
    let are_all = first_pattern | pattern(labels, second) == u8::MAX;
    if are_all && Fans::is_simple(first_pattern) && Fans::is_simple(!first_pattern) {
        [first.min(second), first.max(second)]
    } else {
        JUNCTION
    }
}

/// All quads, slab by slab, in the order of their first corners.
fn quads(voxels: &Voxels<'_>, border: &Border, starts: &[[usize; 2]]) -> Vec<Quad> {
    let mut quads = vec![Quad::default(); starts[starts.len() - 1][1]];
    let mut open = &mut quads[..];
    let mut tasks = Vec::with_capacity(border.slabs.len());
    for (slab, [_, range]) in border.slabs().enumerate() {
        let (own, rest) = open.split_at_mut(range.len());
        tasks.push((LAYERS * slab, own));
        open = rest;
    }
    tasks.into_par_iter().for_each(|(first, own)| {
        let mut window = Window::new(voxels.dims, &border.corners, starts);
        let end = (first + LAYERS).min(starts.len() - 1);
        let mut own = own.iter_mut();
        window.fill(first);
        for layer in first..end {
            window.fill(layer + 1);
            for corner in starts[layer][0]..starts[layer + 1][0] {
                let place = border.corners[corner];
                window.quads_at(place, corner as u32, &voxels.around(place), &mut own);
            }
        }
    });
    quads
}

/// The numbers of the corners of two layers, by place.
struct Window<'a> {
    width: usize,
    corners: &'a [[u16; 3]],
    starts: &'a [[usize; 2]],
    // Numbers of earlier layers stay where no corner is; only places of corners are asked for.
    layers: [Vec<u32>; 2],
}

impl<'a> Window<'a> {
    fn new([nx, ny, _]: [usize; 3], corners: &'a [[u16; 3]], starts: &'a [[usize; 2]]) -> Self {
        let layer = || vec![0; (nx + 1) * (ny + 1)];
        Self { width: nx + 1, corners, starts, layers: [layer(), layer()] }
    }

    /// Takes up a layer, if there is one, in place of the one two layers before.
    fn fill(&mut self, layer: usize) {
        let Some(&[[start, _], [end, _]]) =
            self.starts.get(layer..).and_then(|starts| starts.first_chunk())
        else {
            return;
        };
        let numbers = &mut self.layers[layer % 2];
        for (number, &[x, y, _]) in (start..end).zip(&self.corners[start..end]) {
            numbers[usize::from(x) + self.width * usize::from(y)] = number as u32;
        }
    }

    /// Writes down the quads that begin at a corner.
    #[inline]
    fn quads_at<'q>(
        &self,
        [x, y, z]: [u16; 3],
        corner: u32,
        labels: &[u16; 8],
        quads: &mut impl Iterator<Item = &'q mut Quad>,
    ) {
        // Voxel 7 lies on the high side of the corner along all axes: the quads that begin here
        // part it from the three voxels before it.
        let high = labels[7];
        let [here, above] = [0, 1].map(|step| &self.layers[(usize::from(z) + step) % 2]);
        let at = usize::from(x) + self.width * usize::from(y);
        let mut push = |low: u16, corners: [u32; 4]| {
            if let Some(quad) = quads.next() {
                *quad = Quad { corners, low, high };
            }
        };
        if labels[6] != high {
            let next = at + self.width;
            push(labels[6], [corner, here[next], above[next], above[at]]);
        }
        if labels[5] != high {
            push(labels[5], [corner, above[at], above[at + 1], here[at + 1]]);
        }
        if labels[3] != high {
            let next = at + self.width;
            push(labels[3], [corner, here[at + 1], here[next + 1], here[next]]);
        }
    }
}
