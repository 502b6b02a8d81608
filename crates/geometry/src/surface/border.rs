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
    pub(crate) slabs: Vec<Slab>,
}

/// The two labels that meet at a corner, lower first, or [`JUNCTION`].
pub(crate) type Sides = [u16; 2];

/// Three labels or more meet at the corner, or some label needs more than one plain vertex there;
/// see [`Fans`].
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
const LAYERS: usize = 8;

impl Border {
    pub(crate) fn of(map: &LabelMap) -> Self {
        let voxels = Voxels::of(map);
        let n_labels = map.n_values();
        let scans: Vec<Scan> = (0..=voxels.dims[2])
            .step_by(LAYERS)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|first| Scan::of(&voxels, n_labels, first))
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

/// The corners of one slab: where not all eight voxels have one label.
#[derive(Default)]
struct Scan {
    corners: Vec<ScannedCorner>,
    layer_ends: Vec<usize>,
    n_quads: usize,
    n_vertices: Counts,
}

#[derive(Clone, Copy)]
struct ScannedCorner {
    place: [u16; 3],
    sides: Sides,
    /// Bits of the voxels that have the lower of the two labels.
    low_pattern: u8,
}

impl Scan {
    fn of(voxels: &Voxels<'_>, n_labels: usize, first: usize) -> Self {
        let [_, ny, nz] = voxels.dims;
        let mut scan = Self::default();
        let mut n_vertices = vec![0; n_labels];
        let mut below = blocks_of_layer(voxels, first.wrapping_sub(1));
        for z in first..(first + LAYERS).min(nz + 1) {
            let above = blocks_of_layer(voxels, z);
            for y in 0..=ny {
                let rows = [y.wrapping_sub(1), y]
                    .map(|y| [z.wrapping_sub(1), z].map(|z| voxels.row(y, z)));
                let [[a, c], [b, d]] = rows;
                let row = RowOfCorners { rows: [a, b, c, d], y: y as u16, z: z as u16 };
                scan.push_row(&row, &below[y..y + 2], &above[y..y + 2], &mut n_vertices);
            }
            scan.layer_ends.push(scan.corners.len());
            below = above;
        }
        scan.n_vertices = counts(&n_vertices);
        scan
    }

    /// Passes over blocks around which all voxels have one label, which most do.
    fn push_row(
        &mut self,
        row: &RowOfCorners<'_>,
        below: &[Vec<Block>],
        above: &[Vec<Block>],
        n_vertices: &mut [usize],
    ) {
        let blocks = below[0].iter().zip(&below[1]).zip(&above[0]).zip(&above[1]);
        for (block, (((&a, &b), &c), &d)) in blocks.enumerate() {
            if a != MIXED && a == b && a == c && a == d {
                continue;
            }
            let mut open = row.marks(block);
            while open != 0 {
                let x = BLOCK * block + open.trailing_zeros() as usize;
                open &= open - 1;
                self.push([x as u16, row.y, row.z], &row.around(x), n_vertices);
            }
        }
    }

    #[inline]
    fn push(&mut self, place: [u16; 3], around: &[u16; 8], n_vertices: &mut [usize]) {
        let (sides, low_pattern) = sides(around);
        self.corners.push(ScannedCorner { place, sides, low_pattern });
        if sides == JUNCTION {
            let starts = [3, 5, 6].iter().filter(|&&low| around[low] != around[7]);
            self.n_quads += starts.count();
            for (label, pattern) in labels_around(around) {
                n_vertices[usize::from(label)] += usize::from(Fans::of(pattern).n_fans);
            }
        } else {
            self.n_quads += usize::from(N_QUADS[usize::from(low_pattern)]);
            sides.iter().for_each(|&label| n_vertices[usize::from(label)] += 1);
        }
    }
}

/// Corners along x that are looked at together.
const BLOCK: usize = 16;

/// The label of all voxels beside a block of corners in one row of voxels, or [`MIXED`].
type Block = u32;

const MIXED: Block = u32::MAX;

/// The blocks of each row of a layer of voxels, with a row of background before and after.
fn blocks_of_layer(voxels: &Voxels<'_>, z: usize) -> Vec<Vec<Block>> {
    let [nx, ny, _] = voxels.dims;
    let n_blocks = nx / BLOCK + 1;
    let block = |row: &[u16], block: usize| {
        // Corner x lies between voxels x - 1 and x.
        let first = (BLOCK * block).wrapping_sub(1);
        match row.get(first..).and_then(|row| row.first_chunk::<{ BLOCK + 1 }>()) {
            Some(voxels) if is_uniform(voxels) => Block::from(voxels[0]),
            Some(_) => MIXED,
            None => {
                let inside =
                    &row[first.min(BLOCK * block).min(nx)..(first.wrapping_add(BLOCK + 1)).min(nx)];
                if inside.iter().all(|&label| label == 0) { 0 } else { MIXED }
            }
        }
    };
    (0..ny + 2)
        .map(|y| {
            let row = voxels.row(y.wrapping_sub(1), z);
            (0..n_blocks).map(|number| block(row, number)).collect()
        })
        .collect()
}

#[inline]
fn is_uniform(voxels: &[u16; BLOCK + 1]) -> bool {
    let first = voxels[0];
    voxels.iter().fold(0, |any, voxel| any | (voxel ^ first)) == 0
}

/// The four rows of voxels along x around a row of corners: low in y and z, high in y, high in z,
/// high in both.
struct RowOfCorners<'a> {
    rows: [&'a [u16]; 4],
    y: u16,
    z: u16,
}

impl RowOfCorners<'_> {
    /// Bit n says whether the voxels around corner n of a block differ.
    #[inline]
    fn marks(&self, block: usize) -> u16 {
        let first = (BLOCK * block).wrapping_sub(1);
        let voxels = |row: usize| {
            self.rows[row].get(first..).and_then(|row| row.first_chunk::<{ BLOCK + 1 }>())
        };
        let (Some(a), Some(b), Some(c), Some(d)) = (voxels(0), voxels(1), voxels(2), voxels(3))
        else {
            return self.marks_at_end(block);
        };
        let differ: [u16; BLOCK + 1] =
            std::array::from_fn(|x| (a[x] ^ b[x]) | (a[x] ^ c[x]) | (a[x] ^ d[x]));
        let marks: [u16; BLOCK] =
            std::array::from_fn(|x| differ[x] | differ[x + 1] | (a[x] ^ a[x + 1]));
        marks.iter().enumerate().fold(0, |bits, (n, &mark)| bits | u16::from(mark != 0) << n)
    }

    /// The same for the first and the last block, which reach out of the image.
    #[cold]
    fn marks_at_end(&self, block: usize) -> u16 {
        let nx = self.rows[0].len();
        let corners = (0..BLOCK).filter(|n| BLOCK * block + n <= nx);
        corners.fold(0, |bits, n| {
            let around = self.around(BLOCK * block + n);
            bits | u16::from(around.iter().any(|&label| label != around[0])) << n
        })
    }

    /// As [`Voxels::around`].
    #[inline]
    fn around(&self, x: usize) -> [u16; 8] {
        let first = x.wrapping_sub(1);
        let pair = |row: &[u16]| match row.get(first..).and_then(|row| row.first_chunk()) {
            Some(&pair) => pair,
            None => [first, x].map(|x| row.get(x).copied().unwrap_or(0)),
        };
        let [[a, b], [c, d], [e, f], [g, h]] = self.rows.map(pair);
        [a, b, c, d, e, f, g, h]
    }
}

/// The labels at a corner, and the pattern of the lower one.
#[inline]
fn sides(around: &[u16; 8]) -> (Sides, u8) {
    let first = around[0];
    let first_pattern = pattern(around, first);
    let second = around[(!first_pattern).trailing_zeros() as usize & 7];
    // A pattern and its complement are simple together: both are where voxels are well-composed.
    if first_pattern | pattern(around, second) != u8::MAX || !Fans::is_simple(first_pattern) {
        (JUNCTION, 0)
    } else if first < second {
        ([first, second], first_pattern)
    } else {
        ([second, first], !first_pattern)
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
fn counts(of_labels: &[usize]) -> Counts {
    let counts = of_labels.iter().enumerate().skip(1).filter(|&(_, &count)| count > 0);
    counts.map(|(label, &count)| (label as u16, count)).collect()
}

/// How many of the three quads that begin at a corner are there, for each pattern of two labels.
static N_QUADS: [u8; 256] = {
    let mut n_quads = [0; 256];
    let mut pattern = 0;
    while pattern < 256 {
        let high = pattern >> 7 & 1;
        n_quads[pattern] = ((pattern >> 3 & 1 != high) as u8)
            + ((pattern >> 5 & 1 != high) as u8)
            + ((pattern >> 6 & 1 != high) as u8);
        pattern += 1;
    }
    n_quads
};

/// What quads are made from.
struct Quads<'a> {
    voxels: &'a Voxels<'a>,
    /// First corner of each layer, and the number of corners.
    layers: &'a [usize],
    patterns: &'a [u8],
    n_labels: usize,
}

impl Quads<'_> {
    /// All quads, slab by slab, in the order of their first corners.
    fn of(&self, corners: &[[u16; 3]], sides: &[Sides], slabs: &mut [Slab]) -> Vec<Quad> {
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
