//! Cells of the frame in which something may lie, and what is read between them.

use super::structures::N;

/// A box of cells over the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lattice {
    /// Cells along each axis.
    pub dims: [usize; 3],
    /// Edge of a cell in millimetres of the average body.
    pub cell_mm: f64,
}

impl Lattice {
    /// How many cells there are.
    pub fn n_cells(&self) -> usize {
        self.dims.iter().product()
    }

    /// The cell of an index, x fastest.
    #[inline]
    pub fn cell(&self, index: usize) -> [usize; 3] {
        let [x, y, _] = self.dims;
        [index % x, index / x % y, index / x / y]
    }

    /// The index of a cell, x fastest.
    #[inline]
    pub fn index(&self, [x, y, z]: [usize; 3]) -> usize {
        x + self.dims[0] * (y + self.dims[1] * z)
    }

    /// The middle of a cell in millimetres.
    pub fn middle_mm(&self, cell: [usize; 3]) -> [f64; 3] {
        cell.map(|c| (c as f64 + 0.5) * self.cell_mm)
    }

    /// The cell before a place and how far the place is on the way to the next, along each axis;
    /// `None` where there is no cell before or after.
    #[inline]
    pub fn between(&self, place_mm: [f64; 3]) -> Option<([usize; 3], [f32; 3])> {
        let (mut first, mut share) = ([0; 3], [0.0; 3]);
        for axis in 0..3 {
            let at = place_mm[axis] / self.cell_mm - 0.5;
            if !(at >= 0.0 && at < (self.dims[axis] - 1) as f64) {
                return None;
            }
            first[axis] = at as usize;
            share[axis] = (at - first[axis] as f64) as f32;
        }
        Some((first, share))
    }

    /// Calls with the index of each of the eight cells around a place, and its weight there.
    #[inline]
    pub fn around(&self, place_mm: [f64; 3], mut with: impl FnMut(usize, f32)) {
        let Some((first, share)) = self.between(place_mm) else { return };
        let steps = [1, self.dims[0], self.dims[0] * self.dims[1]];
        let start = self.index(first);
        for corner in 0..8usize {
            let (mut weight, mut at) = (1.0, start);
            for axis in 0..3 {
                let up = corner >> axis & 1;
                weight *= if up == 1 { share[axis] } else { 1.0 - share[axis] };
                at += up * steps[axis];
            }
            with(at, weight);
        }
    }
}

/// No row.
const NONE: u32 = u32::MAX;

/// The cells of a lattice that may hold something.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// The lattice.
    pub lattice: Lattice,
    /// The cells, in rising order of their indices.
    pub places: Vec<[usize; 3]>,
    rows: Vec<u32>,
}

impl Cells {
    /// The cells that are true.
    pub fn new(lattice: Lattice, active: impl Fn(usize) -> bool) -> Self {
        let mut rows = vec![NONE; lattice.n_cells()];
        let mut places = Vec::new();
        for (index, row) in rows.iter_mut().enumerate().filter(|(index, _)| active(*index)) {
            *row = places.len() as u32;
            places.push(lattice.cell(index));
        }
        Self { lattice, places, rows }
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.places.len()
    }

    /// The row of a cell by its index, if it may hold something.
    #[inline]
    pub fn row(&self, index: usize) -> Option<usize> {
        let row = self.rows[index];
        (row != NONE).then_some(row as usize)
    }

    /// What lies at a place, between cells of `values`; nothing beyond them.
    #[inline]
    pub fn read<const K: usize>(&self, values: &[[f32; K]], place_mm: [f64; 3]) -> [f32; K] {
        let mut sum = [0.0; K];
        self.lattice.around(place_mm, |index, weight| {
            if let Some(row) = self.row(index) {
                let values = &values[row];
                (0..K).for_each(|channel| sum[channel] += weight * values[channel]);
            }
        });
        sum
    }
}

/// What falls on a cell is known from this much of a place on.
const LEAST: f32 = 0.25;

/// Means of what falls on places between cells.
#[derive(Debug, Clone)]
pub struct Splat<'a> {
    cells: &'a Cells,
    sums: Vec<[f32; N]>,
    weights: Vec<[f32; N]>,
}

impl<'a> Splat<'a> {
    /// Nothing yet.
    pub fn new(cells: &'a Cells) -> Self {
        let empty = vec![[0.0; N]; cells.n()];
        Self { cells, sums: empty.clone(), weights: empty }
    }

    /// Spreads shares over the cells around a place; of structures that count alone.
    #[inline]
    pub fn add(&mut self, place_mm: [f64; 3], shares: &[f32; N], counts: &[f32; N]) {
        let Self { cells, sums, weights } = self;
        cells.lattice.around(place_mm, |index, weight| {
            let Some(row) = cells.row(index) else { return };
            let (sums, weights) = (&mut sums[row], &mut weights[row]);
            for place in 0..N {
                sums[place] += weight * counts[place] * shares[place];
                weights[place] += weight * counts[place];
            }
        });
    }

    /// The mean in each cell, where enough fell.
    pub fn means(self) -> impl Iterator<Item = [Option<f32>; N]> {
        let mean = |(sum, weight): ([f32; N], [f32; N])| {
            let known = |place: usize| (weight[place] >= LEAST).then(|| sum[place] / weight[place]);
            std::array::from_fn(known)
        };
        self.sums.into_iter().zip(self.weights).map(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATTICE: Lattice = Lattice { dims: [6, 5, 7], cell_mm: 4.0 };

    #[test]
    fn between_cells_a_linear_field_is_exact() {
        let cells = Cells::new(LATTICE, |_| true);
        let linear = |[x, y, z]: [f64; 3]| (2.0 * x - y + 0.5 * z) as f32;
        let values: Vec<[f32; 1]> =
            cells.places.iter().map(|&cell| [linear(LATTICE.middle_mm(cell))]).collect();
        for place in [[3.0, 9.5, 11.0], [14.2, 2.0, 25.9]] {
            assert!((cells.read(&values, place)[0] - linear(place)).abs() < 1e-4);
        }
        assert_eq!(cells.read(&values, [1.9, 9.0, 9.0]), [0.0]);
    }

    #[test]
    fn cells_that_hold_nothing_have_no_row() {
        let cells = Cells::new(LATTICE, |index| index % 3 == 1);
        assert_eq!(cells.n(), 70);
        assert_eq!(cells.row(LATTICE.index(cells.places[9])), Some(9));
        assert_eq!(cells.row(0), None);
    }

    #[test]
    fn what_falls_on_cells_is_averaged() {
        let cells = Cells::new(LATTICE, |_| true);
        let mut splat = Splat::new(&cells);
        let middle = LATTICE.middle_mm([2, 3, 1]);
        let mut counts = [1.0; N];
        counts[5] = 0.0;
        splat.add(middle, &[1.0; N], &counts);
        splat.add(middle, &[0.5; N], &counts);
        let means: Vec<_> = splat.means().collect();
        let row = cells.row(LATTICE.index([2, 3, 1])).expect("a cell");
        assert_eq!((means[row][0], means[row][5], means[row + 1][0]), (Some(0.75), None, None));
    }
}
