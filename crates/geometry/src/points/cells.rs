//! Points by the cell of a cubic grid that they lie in: finds all that lie near.

use crate::boxes::{Corners, around};

// Cells a point at most, so that a few far points do not make a huge empty grid.
const CELLS_A_POINT: f64 = 8.0;

/// Points sorted by cell.
pub(crate) struct Cells {
    origin: [f32; 3],
    side: f32,
    dims: [usize; 3],
    // Where each cell begins in `order`; one more than there are cells.
    starts: Vec<u32>,
    order: Vec<u32>,
    // Positions in that order.
    sorted: Vec<[f32; 3]>,
}

impl Cells {
    /// Cells with sides of at least `reach_mm`.
    pub(crate) fn new(positions: &[[f32; 3]], reach_mm: f32) -> Self {
        let nothing: Corners = [[f32::INFINITY; 3], [-f32::INFINITY; 3]];
        let [origin, end] = positions.iter().map(|&position| [position; 2]).fold(nothing, around);
        let size = [0, 1, 2].map(|axis| f64::from(end[axis] - origin[axis]).clamp(0.0, 1e30));
        let side = side(size, f64::from(reach_mm), CELLS_A_POINT * positions.len() as f64 + 64.0);
        let dims = size.map(|size| (size / side) as usize + 1);
        let mut cells = Self {
            origin,
            side: side as f32,
            dims,
            starts: vec![0; dims.iter().product::<usize>() + 2],
            order: vec![0; positions.len()],
            sorted: vec![[0.0; 3]; positions.len()],
        };
        cells.sort(positions);
        cells
    }

    fn sort(&mut self, positions: &[[f32; 3]]) {
        for &position in positions {
            let index = self.index(self.cell(position));
            self.starts[index + 2] += 1;
        }
        for cell in 2..self.starts.len() {
            self.starts[cell] += self.starts[cell - 1];
        }
        // While filling, `starts[cell + 1]` runs from the start of a cell to its end.
        for (number, &position) in (0..).zip(positions) {
            let index = self.index(self.cell(position));
            let place = self.starts[index + 1] as usize;
            self.order[place] = number;
            self.sorted[place] = position;
            self.starts[index + 1] += 1;
        }
    }

    /// Calls `near` for every point in the cells around a position: all that lie within the reach,
    /// and others.
    pub(crate) fn for_each_near(&self, position: [f32; 3], mut near: impl FnMut(u32, [f32; 3])) {
        let cell = self.cell(position);
        let low = cell.map(|index| index.saturating_sub(1));
        let high = [0, 1, 2].map(|axis| (cell[axis] + 1).min(self.dims[axis] - 1));
        for z in low[2]..=high[2] {
            for y in low[1]..=high[1] {
                // Cells along x lie beside each other in memory.
                let first = self.starts[self.index([low[0], y, z])] as usize;
                let end = self.starts[self.index([high[0], y, z]) + 1] as usize;
                for (&point, &position) in
                    self.order[first..end].iter().zip(&self.sorted[first..end])
                {
                    near(point, position);
                }
            }
        }
    }

    /// All points that are nearer than this are among those that
    /// [`for_each_near`](Self::for_each_near) calls for.
    pub(crate) fn reach_mm(&self) -> f32 {
        // Rounding may put a point into the cell beside its own.
        0.999 * self.side
    }

    fn cell(&self, position: [f32; 3]) -> [usize; 3] {
        [0, 1, 2].map(|axis| {
            let cell = (position[axis] - self.origin[axis]) / self.side;
            (cell as usize).min(self.dims[axis] - 1)
        })
    }

    fn index(&self, [x, y, z]: [usize; 3]) -> usize {
        x + self.dims[0] * (y + self.dims[1] * z)
    }
}

/// The least side of at least `reach` that makes no more than `most` cells.
fn side(size: [f64; 3], reach: f64, most: f64) -> f64 {
    let mut side = if reach > 0.0 { reach } else { 1e-6 };
    while size.iter().map(|size| (size / side).floor() + 1.0).product::<f64>() > most {
        side *= 1.25;
    }
    side
}
