//! Shares of structures in cells of three sizes (the Gaussian pyramid of Burt and Adelson, 1983), so
//! that what is far away is found in large cells and what is thin in small ones.

use rayon::prelude::*;

use super::cells::{Cells, Lattice};
use super::sample::Cell;
use super::smooth::KERNEL;
use super::structures::{N, Set};

/// Edge of the largest cells, in millimetres.
const LARGEST_MM: f64 = 24.0;

/// Where more than this share around a cell is not in the image, what is seen there is not trusted.
const MAX_UNSEEN: f32 = 0.01;

/// Cells and those of twice and four times their edge over them, the finest first.
#[derive(Debug, Clone)]
pub struct Pyramid {
    levels: Vec<Cells>,
}

/// Shares of structures in the cells of a pyramid, smoothed.
#[derive(Debug, Clone)]
pub struct Image {
    levels: Vec<Level>,
}

/// An image in cells of one size.
#[derive(Debug, Clone)]
pub struct Level {
    /// The share of each structure in each cell.
    pub shares: Vec<[f32; N]>,
    /// Whether the border of the image is so near that nothing can be said.
    pub is_blind: Vec<bool>,
}

impl Pyramid {
    /// The pyramid over some cells.
    pub fn new(cells: &Cells) -> Self {
        let mut levels = vec![cells.clone()];
        while let Some(fine) = levels.last().filter(|cells| cells.lattice.cell_mm < LARGEST_MM) {
            let lattice = halved(fine.lattice);
            let is_active = |at: usize| rows_in(fine, lattice.cell(at)).next().is_some();
            levels.push(Cells::new(lattice, is_active));
        }
        Self { levels }
    }

    /// The cells of each size, the finest first.
    pub fn levels(&self) -> &[Cells] {
        &self.levels
    }

    /// The image of shares in the finest cells, all of them seen.
    pub fn of_shares(&self, shares: &[[f32; N]]) -> Image {
        self.image(shares.to_vec(), vec![[0.0]; shares.len()])
    }

    /// The image of what a subject has in the finest cells, without what is missing.
    pub fn of_cells(&self, cells: &[Cell], missing: &Set) -> Image {
        let given = |cell: &Cell| {
            let shares = cell.structures();
            std::array::from_fn(|place| if missing[place] { 0.0 } else { shares[place] })
        };
        let unseen = cells.iter().map(|cell| [1.0 - cell.seen]).collect();
        self.image(cells.iter().map(given).collect(), unseen)
    }

    fn image(&self, shares: Vec<[f32; N]>, unseen: Vec<[f32; 1]>) -> Image {
        let (shares, unseen) = (self.all_levels(shares), self.all_levels(unseen));
        let level = |((cells, shares), unseen): ((&Cells, _), _)| Level {
            shares: smoothed(cells, shares),
            is_blind: smoothed(cells, unseen).iter().map(|[share]| *share > MAX_UNSEEN).collect(),
        };
        Image { levels: self.levels.iter().zip(shares).zip(unseen).map(level).collect() }
    }

    /// Values of the finest cells in cells of each size.
    fn all_levels<const K: usize>(&self, finest: Vec<[f32; K]>) -> Vec<Vec<[f32; K]>> {
        let mut all = vec![finest];
        for pair in self.levels.windows(2) {
            all.push(halved_values(&pair[0], &pair[1], &all[all.len() - 1]));
        }
        all
    }
}

impl Image {
    /// The image in cells of one size, the finest first.
    pub fn level(&self, number: usize) -> &Level {
        &self.levels[number]
    }
}

/// The lattice of cells of twice the edge.
fn halved(lattice: Lattice) -> Lattice {
    Lattice { dims: lattice.dims.map(|dim| dim / 2), cell_mm: 2.0 * lattice.cell_mm }
}

/// The rows of those of the eight finer cells of a cell that there are.
fn rows_in(fine: &Cells, cell: [usize; 3]) -> impl Iterator<Item = usize> {
    let corner = move |corner: usize| [0, 1, 2].map(|axis| 2 * cell[axis] + (corner >> axis & 1));
    (0..8usize).filter_map(move |number| fine.row(fine.lattice.index(corner(number))))
}

/// Means over eight cells; there is nothing in those that are not there.
fn halved_values<const K: usize>(fine: &Cells, half: &Cells, values: &[[f32; K]]) -> Vec<[f32; K]> {
    let mean = |&place: &[usize; 3]| {
        let mut sum = [0.0; K];
        for row in rows_in(fine, place) {
            (0..K).for_each(|channel| sum[channel] += 0.125 * values[row][channel]);
        }
        sum
    };
    half.places.par_iter().map(mean).collect()
}

/// Means with neighbours along each axis; there is nothing beyond the cells.
fn smoothed<const K: usize>(cells: &Cells, mut values: Vec<[f32; K]>) -> Vec<[f32; K]> {
    for axis in 0..3 {
        let mean = |&place: &[usize; 3]| mean_along(cells, &values, place, axis);
        values = cells.places.par_iter().map(mean).collect();
    }
    values
}

fn mean_along<const K: usize>(
    cells: &Cells,
    values: &[[f32; K]],
    place: [usize; 3],
    axis: usize,
) -> [f32; K] {
    let mut sum = [0.0; K];
    let reach = KERNEL.len() / 2;
    for (tap, weight) in KERNEL.iter().enumerate() {
        let mut there = place;
        there[axis] = (there[axis] + tap).wrapping_sub(reach);
        if there[axis] >= cells.lattice.dims[axis] {
            continue;
        }
        if let Some(row) = cells.row(cells.lattice.index(there)) {
            (0..K).for_each(|channel| sum[channel] += weight * values[row][channel]);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATTICE: Lattice = Lattice { dims: [16, 16, 24], cell_mm: 6.0 };

    #[test]
    fn a_pyramid_ends_with_the_largest_cells() {
        let pyramid = Pyramid::new(&Cells::new(LATTICE, |index| index == 0));
        let edges: Vec<f64> = pyramid.levels().iter().map(|cells| cells.lattice.cell_mm).collect();
        assert_eq!(edges, [6.0, 12.0, 24.0]);
        assert!(pyramid.levels().iter().all(|cells| cells.places == [[0; 3]]));
    }

    #[test]
    fn what_is_everywhere_is_everywhere_in_cells_of_each_size() {
        let pyramid = Pyramid::new(&Cells::new(LATTICE, |_| true));
        let image = pyramid.of_shares(&vec![[1.0; N]; LATTICE.n_cells()]);
        // The coarsest lattice is too small for a cell that is two cells from each border.
        for (number, cells) in pyramid.levels().iter().enumerate().take(2) {
            let middle = cells.lattice.index(cells.lattice.dims.map(|n| n / 2));
            let middle = cells.row(middle).expect("all cells are there");
            assert!((image.level(number).shares[middle][3] - 1.0).abs() < 1e-3);
            assert!(image.level(number).is_blind.iter().all(|blind| !blind));
        }
    }

    #[test]
    fn beside_what_the_image_does_not_show_nothing_is_said() {
        let cells = Cells::new(LATTICE, |_| true);
        let seen =
            |&[_, _, z]: &[usize; 3]| Cell { seen: f32::from(u8::from(z >= 8)), ..Cell::default() };
        let subject: Vec<Cell> = cells.places.iter().map(seen).collect();
        let image = Pyramid::new(&cells).of_cells(&subject, &[false; N]);
        let is_blind = |z| image.level(0).is_blind[LATTICE.index([8, 8, z])];
        assert!(is_blind(7) && is_blind(9) && !is_blind(10) && !is_blind(20));
    }
}
