//! A subject at a resolution at which samples are drawn in a moment.

use medshape_types::Grid;

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
#[derive(Debug, Clone)]
pub struct Body {
    dims: [usize; 3],
    cell_mm: [f64; 3],
    /// The most frequent code of each cell's voxels, x fastest.
    codes: Vec<u8>,
}

impl Body {
    /// The body of codes on a grid whose axes are in RAS+ order.
    pub fn of(grid: &Grid, codes: &[u8]) -> Self {
        let spacing = grid.spacing_mm();
        let factor = spacing.map(|mm| (CELL_MM / mm).round().max(1.0) as usize);
        let fine = grid.dims();
        let dims = [0, 1, 2].map(|axis| fine[axis].div_ceil(factor[axis]));
        let mut out = Vec::with_capacity(dims.iter().product());
        for z in 0..dims[2] {
            for y in 0..dims[1] {
                for x in 0..dims[0] {
                    out.push(most_frequent(codes, fine, factor, [x, y, z]));
                }
            }
        }
        let cell_mm = [0, 1, 2].map(|axis| spacing[axis] * factor[axis] as f64);
        Self { dims, cell_mm, codes: out }
    }

    /// The code at a place; `None` outside of the image.
    #[inline]
    pub fn at(&self, place_mm: [f64; 3]) -> Option<u8> {
        let mut cell = [0; 3];
        for axis in 0..3 {
            let index = place_mm[axis] / self.cell_mm[axis];
            if !(index >= 0.0 && index < self.dims[axis] as f64) {
                return None;
            }
            cell[axis] = index as usize;
        }
        Some(self.codes[cell[0] + self.dims[0] * (cell[1] + self.dims[1] * cell[2])])
    }

    /// Where the structures lie.
    pub fn marks(&self) -> Marks {
        let mut sums = [[0.0; 7]; N];
        for (index, &code) in self.codes.iter().enumerate() {
            let Some(sums) = sums.get_mut(usize::from(code).wrapping_sub(1)) else { continue };
            let cell = [
                index % self.dims[0],
                index / self.dims[0] % self.dims[1],
                index / self.dims[0] / self.dims[1],
            ];
            sums[6] += 1.0;
            for axis in 0..3 {
                let mm = (cell[axis] as f64 + 0.5) * self.cell_mm[axis];
                sums[axis] += mm;
                sums[3 + axis] += mm * mm;
            }
        }
        sums.map(|sums| (sums[6] > 0.0).then(|| mark(&sums)))
    }
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
    let mut seen: [(u8, u32); 8] = [(0, 0); 8];
    for z in range(2) {
        for y in range(1) {
            for x in range(0) {
                let code = codes[x + dims[0] * (y + dims[1] * z)];
                let place = seen.iter().position(|&(c, n)| n == 0 || c == code).unwrap_or(7);
                seen[place] = (code, seen[place].1 + 1);
            }
        }
    }
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
}
