//! A leaf with a border of one voxel around it: what a 3×3×3 convolution of the leaf reads.

use std::sync::LazyLock;

use super::scratch::Scratch;
use crate::rows::Source;
use crate::sparse::leaf::{self, LeafMask};
use crate::sparse::{morton, neighbours};
use crate::{Real, SparseGrid};

/// Voxels of a halo along an edge.
pub(crate) const EDGE: usize = 10;

/// Voxels of a halo.
pub(crate) const VOXELS: usize = EDGE * EDGE * EDGE;

/// Voxels of a word of a leaf's bits that are the first of two along x.
const EVEN: u64 = 0x5555_5555_5555_5555;

/// From the corner of a 3×3×3 neighbourhood to each of its voxels, x fastest.
pub(crate) const STEPS: [u32; 27] = {
    let mut steps = [0; 27];
    let mut tap = 0;
    while tap < 27 {
        steps[tap] = (tap % 3 + EDGE * (tap / 3 % 3) + EDGE * EDGE * (tap / 9)) as u32;
        tap += 1;
    }
    steps
};

/// For each voxel of a leaf its place in the halo, by its Morton code.
static PLACES: LazyLock<[u16; leaf::VOXELS]> = LazyLock::new(|| {
    std::array::from_fn(|code| {
        let [x, y, z] = morton::decode(code as u64).map(|c| c as usize + 1);
        (x + EDGE * (y + EDGE * z)) as u16
    })
});

/// For each of the 27 leaves around a leaf the voxels that its halo has of it.
static BORDERS: LazyLock<[LeafMask; 27]> = LazyLock::new(|| {
    std::array::from_fn(|neighbour| {
        let step = neighbours::step(neighbour);
        let mut mask = [0; 8];
        for code in 0..leaf::VOXELS {
            let place = morton::decode(code as u64).map(i64::from);
            let touches = |axis: usize| (-1..=8).contains(&(place[axis] + 8 * step[axis]));
            let is_in = (0..3).all(touches);
            mask[code / 64] |= u64::from(is_in) << (code % 64);
        }
        mask
    })
});

/// Fills the tile with a leaf's halo, and lists its voxels with the neighbours that they have.
#[inline(always)]
pub(crate) fn load<T: Real>(
    grid: &SparseGrid,
    unit: usize,
    source: &Source<'_, T>,
    scratch: &mut Scratch<T>,
) {
    let mut occupied = [0; EDGE * EDGE];
    fill(grid, unit, source, scratch, |place, n| {
        occupied[place / EDGE] |= ((1 << n) - 1) << (place % EDGE);
    });
    for (row, code) in leaf::codes(&grid.masks()[unit]).enumerate() {
        let corner = PLACES[code] as usize - 1 - EDGE - EDGE * EDGE;
        scratch.push(corner, neighbourhood(&occupied, corner), row);
    }
    scratch.end_list(0, 0);
}

/// Fills the tile with a leaf's halo, and tells where: rows in a line along x, and how many.
#[inline(always)]
pub(crate) fn fill<T: Real>(
    grid: &SparseGrid,
    unit: usize,
    source: &Source<'_, T>,
    scratch: &mut Scratch<T>,
    mut tell: impl FnMut(usize, usize),
) {
    let places = &*PLACES;
    let reader = source.reader(grid.offsets()[unit] as usize);
    let around = &grid.neighbours()[unit];
    for (neighbour, &leaf) in
        around.iter().enumerate().filter(|(_, leaf)| **leaf != neighbours::NONE)
    {
        let (mask, border) = (&grid.masks()[leaf as usize], &BORDERS[neighbour]);
        let [dx, dy, dz] = neighbours::step(neighbour);
        let shift = 8 * (dx + EDGE as i64 * (dy + EDGE as i64 * dz));
        let mut first = grid.offsets()[leaf as usize] as usize;
        for word in 0..8 {
            let there = mask[word] & border[word];
            // Two in a line along x lie beside each other both here and in the tile.
            let pairs = there & there >> 1 & EVEN;
            for (bits, n) in [(pairs, 2), (there & !(pairs | pairs << 1), 1)] {
                for bit in leaf::bits(bits) {
                    let place = (i64::from(places[64 * word + bit]) + shift) as usize;
                    let row = first + (mask[word] & ((1 << bit) - 1)).count_ones() as usize;
                    tell(place, n);
                    reader.read(row, scratch.fill(place, n));
                }
            }
            first += mask[word].count_ones() as usize;
        }
    }
}

/// Which voxels of a 3×3×3 neighbourhood there are, x fastest.
#[inline(always)]
fn neighbourhood(occupied: &[u16; EDGE * EDGE], corner: usize) -> u64 {
    let (line, x) = (corner / EDGE, corner % EDGE);
    let mut taps = 0;
    for z in 0..3 {
        for y in 0..3 {
            let three = u64::from(occupied[line + EDGE * z + y] >> x & 7);
            taps |= three << (3 * y + 9 * z);
        }
    }
    taps
}
