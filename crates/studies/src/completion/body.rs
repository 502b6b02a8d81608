//! A subject at a resolution at which samples are drawn in a moment.

use medshape_types::Grid;
use serde::{Deserialize, Serialize};

use super::partial::{FREE, TAKEN};
use super::structures::N;

/// Edge of a cell in millimetres, nearly: a whole number of voxels.
const CELL_MM: f64 = 3.0;

/// Where a structure lies: its centre and how far it spreads along each axis, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Mark {
    /// Centroid.
    pub centre_mm: [f64; 3],
    /// Standard deviation of its voxels.
    pub spread_mm: [f64; 3],
}

/// Marks of the structures that are there.
pub type Marks = [Option<Mark>; N];

/// Labels of a subject in cells of some 3 mm, axes in the order nearest to RAS+. Places are
/// millimetres along these axes from the corner of the image.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    extent: Extent,
    /// The most frequent code of the voxels of each cell of the box, x fastest.
    codes: Vec<u8>,
}

/// The cells of an image, and the box of them beyond which nothing lies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// Cells of the image along each axis.
    dims: [usize; 3],
    /// Edges of a cell.
    cell_mm: [f64; 3],
    /// The first cell of the box.
    first: [usize; 3],
    /// Cells of the box along each axis.
    n: [usize; 3],
}

impl Body {
    /// The body of codes on a grid whose axes are in RAS+ order.
    pub fn of(grid: &Grid, codes: &[u8]) -> Self {
        let spacing = grid.spacing_mm();
        let factor = spacing.map(|mm| (CELL_MM / mm).round().max(1.0) as usize);
        let fine = grid.dims();
        let dims = [0, 1, 2].map(|axis| fine[axis].div_ceil(factor[axis]));
        let code = |cell| most_frequent(codes, fine, factor, cell);
        let all: Vec<u8> = cells([0; 3], dims).map(code).collect();
        let cell_mm = [0, 1, 2].map(|axis| spacing[axis] * factor[axis] as f64);
        Self::boxed(dims, cell_mm, &all)
    }

    /// What lies in the box of all cells that hold anything.
    fn boxed(dims: [usize; 3], cell_mm: [f64; 3], all: &[u8]) -> Self {
        let (mut first, mut end) = (dims, [0; 3]);
        for (cell, _) in cells([0; 3], dims).zip(all).filter(|&(_, &code)| code != FREE) {
            first = [0, 1, 2].map(|axis| first[axis].min(cell[axis]));
            end = [0, 1, 2].map(|axis| end[axis].max(cell[axis] + 1));
        }
        let n = [0, 1, 2].map(|axis| end[axis].saturating_sub(first[axis]));
        let codes = cells(first, n).map(|[x, y, z]| all[x + dims[0] * (y + dims[1] * z)]).collect();
        Self { extent: Extent { dims, cell_mm, first, n }, codes }
    }

    /// The body of codes that fill the box of an extent; none if they cannot.
    pub fn from_parts(extent: Extent, codes: Vec<u8>) -> Option<Self> {
        let is_within = |axis: usize| {
            let end = extent.first[axis].checked_add(extent.n[axis]);
            end.is_some_and(|end| end <= extent.dims[axis])
                && extent.cell_mm[axis].is_finite()
                && extent.cell_mm[axis] > 0.0
        };
        let n_cells = extent.n.iter().try_fold(1usize, |n, &more| n.checked_mul(more));
        // A box with no cells is no longer along any axis: nobody is to walk along it.
        let is_box = !extent.n.contains(&0) || extent.n == [0; 3];
        let is_sound = (0..3).all(is_within) && is_box && n_cells == Some(codes.len());
        let is_known = |&code: &u8| usize::from(code) <= N || code == TAKEN;
        (is_sound && codes.iter().all(is_known)).then_some(Self { extent, codes })
    }

    /// Where the codes lie that [`Body::codes`] has.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The codes of the cells of the box, x fastest.
    pub fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// The code at a place; `None` outside of the image.
    #[inline]
    pub fn at(&self, place_mm: [f64; 3]) -> Option<u8> {
        let Extent { dims, cell_mm, first, n } = self.extent;
        let (mut index, mut stride, mut is_in_box) = (0usize, 1usize, true);
        for axis in 0..3 {
            let cell = place_mm[axis] / cell_mm[axis];
            if !(cell >= 0.0 && cell < dims[axis] as f64) {
                return None;
            }
            // Before the box it becomes large, and is beyond it.
            let cell = (cell as usize).wrapping_sub(first[axis]);
            is_in_box &= cell < n[axis];
            index = stride.wrapping_mul(cell).wrapping_add(index);
            stride *= n[axis];
        }
        Some(if is_in_box { self.codes[index] } else { FREE })
    }

    /// Where the structures lie.
    pub fn marks(&self) -> Marks {
        let mut sums = [[0.0; 7]; N];
        let Extent { cell_mm, first, n, .. } = self.extent;
        for (cell, &code) in cells(first, n).zip(&self.codes) {
            let Some(sums) = sums.get_mut(usize::from(code).wrapping_sub(1)) else { continue };
            sums[6] += 1.0;
            for axis in 0..3 {
                let mm = (cell[axis] as f64 + 0.5) * cell_mm[axis];
                sums[axis] += mm;
                sums[3 + axis] += mm * mm;
            }
        }
        sums.map(|sums| (sums[6] > 0.0).then(|| mark(&sums)))
    }
}

/// The cells of a box, x fastest.
fn cells(first: [usize; 3], n: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    let range = move |axis: usize| first[axis]..first[axis] + n[axis];
    range(2).flat_map(move |z| range(1).flat_map(move |y| range(0).map(move |x| [x, y, z])))
}

fn mark(sums: &[f64; 7]) -> Mark {
    let n = sums[6];
    let centre_mm = [0, 1, 2].map(|axis| sums[axis] / n);
    let variance = |axis: usize| sums[3 + axis] / n - centre_mm[axis] * centre_mm[axis];
    Mark { centre_mm, spread_mm: [0, 1, 2].map(|axis| variance(axis).max(0.0).sqrt()) }
}

/// The code that most voxels of a cell have; of equals the largest, so that thin walls stay.
fn most_frequent(codes: &[u8], dims: [usize; 3], factor: [usize; 3], cell: [usize; 3]) -> u8 {
    let range = |axis: usize| {
        let first = cell[axis] * factor[axis];
        first..(first + factor[axis]).min(dims[axis])
    };
    let first = codes[range(0).start + dims[0] * (range(1).start + dims[1] * range(2).start)];
    let line = |y: usize, z: usize| {
        let start = dims[0] * (y + dims[1] * z);
        &codes[start + range(0).start..start + range(0).end]
    };
    let lines = range(2).flat_map(|z| range(1).map(move |y| (y, z)));
    // Nearly all cells are of one kind.
    if lines.clone().all(|(y, z)| line(y, z).iter().all(|&code| code == first)) {
        return first;
    }
    let mut seen: [(u8, u32); 8] = [(0, 0); 8];
    lines.for_each(|(y, z)| {
        for &code in line(y, z) {
            let place = seen.iter().position(|&(c, n)| n == 0 || c == code).unwrap_or(7);
            seen[place] = (code, seen[place].1 + 1);
        }
    });
    seen.iter().max_by_key(|&&(code, n)| (n, code)).map_or(0, |&(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshape_types::Affine;

    #[test]
    fn marks_of_a_block_are_those_of_a_uniform_law() {
        let affine = Affine::from_spacing([1.5; 3], [0.0; 3]).expect("an affine");
        let grid = Grid::new([40, 20, 20], affine).expect("a grid");
        let codes: Vec<u8> =
            (0..grid.n_voxels()).map(|index| u8::from((10..30).contains(&(index % 40)))).collect();
        let body = Body::of(&grid, &codes);
        let mark = body.marks()[0].expect("it is there");
        assert!((mark.centre_mm[0] - 30.0).abs() < 1e-9);
        // Ten cells of 3 mm: the standard deviation of 0 to 9 is the root of 8.25.
        assert!((mark.spread_mm[0] - 3.0 * 8.25f64.sqrt()).abs() < 1e-9);
        assert_eq!(body.marks()[1], None);
        assert_eq!(body.at([16.0, 1.0, 1.0]), Some(1));
        assert_eq!(body.at([14.0, 1.0, 1.0]), Some(0));
        assert_eq!(body.at([60.1, 1.0, 1.0]), None);
        assert_eq!(body.at([-0.1, 1.0, 1.0]), None);
    }

    #[test]
    fn a_body_is_kept_as_the_box_in_which_anything_lies() {
        let affine = Affine::from_spacing([3.0; 3], [0.0; 3]).expect("an affine");
        let grid = Grid::new([9, 8, 7], affine).expect("a grid");
        let mut codes = vec![FREE; grid.n_voxels()];
        (codes[grid.index([2, 3, 1])], codes[grid.index([6, 4, 5])]) = (4, TAKEN);
        let body = Body::of(&grid, &codes);
        assert_eq!(body.codes().len(), 5 * 2 * 5);
        for (index, &code) in codes.iter().enumerate() {
            let cell = [index % 9, index / 9 % 8, index / 72];
            assert_eq!(body.at(cell.map(|c| 3.0 * c as f64 + 1.0)), Some(code));
        }
        assert_eq!(body.marks()[3].expect("one cell").centre_mm, [7.5, 10.5, 4.5]);
        let again = |extent, codes: &[u8]| Body::from_parts(extent, codes.to_vec());
        assert_eq!(again(body.extent(), body.codes()), Some(body.clone()));
        // What is no body of this program is none.
        let extent = body.extent();
        assert_eq!(again(extent, &body.codes()[1..]), None);
        assert_eq!(again(extent, &[13; 50]), None);
        assert_eq!(again(Extent { first: [5, 3, 1], ..extent }, body.codes()), None);
        assert_eq!(again(Extent { first: [usize::MAX, 3, 1], ..extent }, body.codes()), None);
        assert_eq!(again(Extent { n: [usize::MAX; 3], ..extent }, body.codes()), None);
        let endless =
            Extent { n: [0, usize::MAX, 1], first: [0; 3], dims: [usize::MAX; 3], ..extent };
        assert_eq!(again(endless, &[]), None);
        assert_eq!(again(Extent { cell_mm: [3.0, 0.0, 3.0], ..extent }, body.codes()), None);
        // Nothing at all lies nowhere.
        let empty = Body::of(&grid, &vec![FREE; grid.n_voxels()]);
        assert!(empty.codes().is_empty() && empty.at([1.0; 3]) == Some(FREE));
    }
}
