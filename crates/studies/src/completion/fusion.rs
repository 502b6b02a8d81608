//! How much each of several subjects, bent onto what is given, has to say around a place (joint label
//! fusion: Wang et al., 2013). Weights are those for which the errors of all in what is given cancel
//! best: who errs little has much to say, and those who err alike share one voice.

use medshape_geometry::numbers::positive::solve_equations;
use rayon::prelude::*;

use super::cells::Cells;
use super::smooth::smoothed;
use super::structures::N;

/// How often products of errors are averaged with their neighbours, in cells of 12 mm: they tell of some
/// 50 mm around.
const AROUND: usize = 20;

/// What each errs for itself, as a share of the mean error: errors where nothing is given are not known.
const OWN: f64 = 0.2;

/// Errors below this are alike: squared shares in a cell.
const ALIKE: f64 = 1e-4;

/// Weights of subjects in cells; in each they sum up to 1.
#[derive(Debug, Clone)]
pub struct Weights<'a> {
    cells: &'a Cells,
    n: usize,
    /// Those of all subjects, cell after cell.
    rows: Vec<f32>,
}

impl<'a> Weights<'a> {
    /// The weights in `cells`, by the errors of each subject in `fine` ones, of which eight make one.
    pub fn new(cells: &'a Cells, fine: &Cells, errors: &[Vec<[f32; N]>]) -> Self {
        let n = errors.len();
        let pairs: Vec<[usize; 2]> = (0..n).flat_map(|a| (0..=a).map(move |b| [a, b])).collect();
        let products = |&[a, b]: &[usize; 2]| products(cells, fine, &errors[a], &errors[b]);
        let products: Vec<Vec<f32>> = pairs.par_iter().map(products).collect();
        let in_cell = |row| {
            let mut matrix = vec![vec![0.0; n]; n];
            for (&[a, b], products) in pairs.iter().zip(&products) {
                matrix[a][b] = f64::from(products[row]);
                matrix[b][a] = matrix[a][b];
            }
            balanced(matrix)
        };
        let rows = (0..cells.n()).into_par_iter().flat_map_iter(in_cell).collect();
        Self { cells, n, rows }
    }

    /// The weights of all subjects at a place, between cells; none beyond them.
    pub fn at(&self, place_mm: [f64; 3]) -> Option<Vec<f32>> {
        let (mut sums, mut all) = (vec![0.0; self.n], 0.0);
        self.cells.lattice.around(place_mm, |index, weight| {
            let Some(row) = self.cells.row(index) else { return };
            let weights = &self.rows[row * self.n..][..self.n];
            sums.iter_mut().zip(weights).for_each(|(sum, of)| *sum += weight * of);
            all += weight;
        });
        sums.iter_mut().for_each(|sum| *sum /= all);
        (all > 0.0).then_some(sums)
    }
}

/// Sums over structures of products of the errors of two subjects, averaged around each cell.
fn products(cells: &Cells, fine: &Cells, a: &[[f32; N]], b: &[[f32; N]]) -> Vec<f32> {
    let mut field = vec![[0.0; 1]; cells.lattice.n_cells()];
    for ((a, b), place) in a.iter().zip(b).zip(&fine.places) {
        let product: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        field[cells.lattice.index(place.map(|c| c / 2))][0] += product / 8.0;
    }
    let field = (0..AROUND).fold(field, |field, _| smoothed(cells.lattice, &field));
    cells.places.iter().map(|&place| field[cells.lattice.index(place)][0]).collect()
}

/// The weights that sum up to 1 and for which the expected square of the summed errors is least, but
/// for those below 0, which become 0.
fn balanced(mut products: Vec<Vec<f64>>) -> Vec<f32> {
    let n = products.len();
    let mean = (0..n).map(|at| products[at][at]).sum::<f64>() / n as f64;
    for (at, row) in products.iter_mut().enumerate() {
        row[at] += OWN * mean + ALIKE;
        row.push(1.0);
    }
    let weights = solve_equations(products, 1).map_or_else(|| vec![1.0; n], |rows| rows.concat());
    let sum: f64 = weights.iter().map(|weight| weight.max(0.0)).sum();
    weights.iter().map(|weight| (weight.max(0.0) / sum) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::cells::Lattice;

    #[test]
    fn those_who_err_alike_share_a_voice() {
        // With errors of one size, a and b the same and c another: 1 / (2 + own), twice, to 1 / (1 + own).
        let products = vec![vec![9.0, 9.0, 0.0], vec![9.0, 9.0, 0.0], vec![0.0, 0.0, 9.0]];
        let weights = balanced(products);
        let (pair, single) = (1.0 / (2.0 + OWN), 1.0 / (1.0 + OWN));
        for (weight, raw) in weights.iter().zip([pair, pair, single]) {
            assert!((f64::from(*weight) - raw / (2.0 * pair + single)).abs() < 1e-4, "{weights:?}");
        }
        // Who errs three times as far as the other and in the same direction has nothing to add.
        assert_eq!(balanced(vec![vec![81.0, 27.0], vec![27.0, 9.0]])[0], 0.0);
        assert_eq!(balanced(vec![vec![0.0; 4]; 4]), [0.25; 4]);
        assert_eq!(balanced(Vec::new()), [0.0; 0]);
    }

    #[test]
    fn who_fits_on_one_side_is_heard_there() {
        let lattice = |n: usize, cell_mm| Lattice { dims: [16 * n, 2 * n, 2 * n], cell_mm };
        let (cells, fine) =
            (Cells::new(lattice(1, 12.0), |_| true), Cells::new(lattice(2, 6.0), |_| true));
        let errs = |from: usize, to: usize, structure: usize| {
            let error = |place: &[usize; 3]| {
                let mut error = [0.0; N];
                error[structure] = f32::from(u8::from((from..to).contains(&place[0])));
                error
            };
            fine.places.iter().map(error).collect::<Vec<_>>()
        };
        let weights = Weights::new(&cells, &fine, &[errs(0, 16, 3), errs(16, 32, 4)]);
        let [low, high] = [10.0, 182.0].map(|x| weights.at([x, 12.0, 12.0]).expect("within"));
        assert!(low[0] < 0.3 && high[0] > 0.7 && (low[0] + low[1] - 1.0).abs() < 1e-5);
        assert!((low[0] - high[1]).abs() < 1e-3, "{low:?} {high:?}");
        assert_eq!(weights.at([500.0, 12.0, 12.0]), None);
    }
}
