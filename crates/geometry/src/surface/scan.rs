//! The search for the corners of the border: one pass over the voxels.

use medshape_types::LabelIndex;

use super::border::{Counts, JUNCTION, LAYERS, Rows, Sides, counts, labels_around};
use super::fans::{Fans, pattern};

/// The corners of one slab: where not all eight voxels have one label.
#[derive(Default)]
pub(crate) struct Scan {
    pub(crate) corners: Vec<ScannedCorner>,
    pub(crate) layer_ends: Vec<usize>,
    pub(crate) n_quads: usize,
    pub(crate) n_vertices: Counts,
}

#[derive(Clone, Copy)]
pub(crate) struct ScannedCorner {
    pub(crate) place: [u16; 3],
    pub(crate) sides: Sides,
    /// Bits of the voxels that have the lower of the two labels.
    pub(crate) low_pattern: u8,
}

impl Scan {
    pub(crate) fn of<I: LabelIndex>(voxels: &Rows<'_, I>, n_labels: usize, first: usize) -> Self {
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
    fn push_row<I: LabelIndex>(
        &mut self,
        row: &RowOfCorners<'_, I>,
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
fn blocks_of_layer<I: LabelIndex>(voxels: &Rows<'_, I>, z: usize) -> Vec<Vec<Block>> {
    let [nx, ny, _] = voxels.dims;
    let n_blocks = nx / BLOCK + 1;
    let block = |row: &[I], block: usize| {
        // Corner x lies between voxels x - 1 and x.
        let first = (BLOCK * block).wrapping_sub(1);
        match row.get(first..).and_then(|row| row.first_chunk::<{ BLOCK + 1 }>()) {
            Some(voxels) if is_uniform(voxels) => Block::from(voxels[0].index()),
            Some(_) => MIXED,
            None => {
                let inside =
                    &row[first.min(BLOCK * block).min(nx)..(first.wrapping_add(BLOCK + 1)).min(nx)];
                if inside.iter().all(|label| label.index() == 0) { 0 } else { MIXED }
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
fn is_uniform<I: LabelIndex>(voxels: &[I; BLOCK + 1]) -> bool {
    let first = voxels[0];
    voxels.iter().fold(I::default(), |any, &voxel| any | (voxel ^ first)) == I::default()
}

/// The four rows of voxels along x around a row of corners: low in y and z, high in y, high in z,
/// high in both.
struct RowOfCorners<'a, I> {
    rows: [&'a [I]; 4],
    y: u16,
    z: u16,
}

impl<I: LabelIndex> RowOfCorners<'_, I> {
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
        let differ: [I; BLOCK + 1] =
            std::array::from_fn(|x| (a[x] ^ b[x]) | (a[x] ^ c[x]) | (a[x] ^ d[x]));
        let marks: [I; BLOCK] =
            std::array::from_fn(|x| differ[x] | differ[x + 1] | (a[x] ^ a[x + 1]));
        let bit = |mark: I| u16::from(mark != I::default());
        marks.iter().enumerate().fold(0, |bits, (n, &mark)| bits | bit(mark) << n)
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
        let pair = |row: &[I]| match row.get(first..).and_then(|row| row.first_chunk()) {
            Some(&pair) => pair.map(I::index),
            None => [first, x].map(|x| row.get(x).map_or(0, |label| label.index())),
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
