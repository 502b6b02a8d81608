//! Displacements that follow their targets and bend little.

use medshape_types::Mesh;
use rayon::prelude::*;

/// Which vertices of a mesh share an edge.
pub(super) struct Stiffness {
    starts: Vec<u32>,
    neighbours: Vec<u32>,
}

/// Where a vertex is drawn to, and how strongly.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pull {
    pub(super) displacement_mm: [f64; 3],
    pub(super) weight: f64,
}

impl Stiffness {
    pub(super) fn of(mesh: &Mesh) -> Self {
        let sides = mesh.faces().iter().flat_map(|&[a, b, c]| [(a, b), (b, c), (c, a)]);
        let mut edges: Vec<(u32, u32)> = sides.flat_map(|(a, b)| [(a, b), (b, a)]).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut starts = vec![0; mesh.positions().len() + 1];
        for &(from, _) in &edges {
            starts[from as usize + 1] += 1;
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        Self { starts, neighbours: edges.into_iter().map(|(_, to)| to).collect() }
    }

    /// The displacements u with the least Σ w |u − pull|² + λ |L u|², where L is the graph's
    /// Laplacian: waves shorter than `wavelength_edges` edges do not follow. By conjugate gradients
    /// (Hestenes and Stiefel, 1952) from `start`.
    pub(super) fn follow(
        &self,
        pulls: &[Pull],
        wavelength_edges: f64,
        start: &[[f64; 3]],
    ) -> Vec<[f64; 3]> {
        const MAX_STEPS: usize = 200;
        const RELATIVE_RESIDUAL: f64 = 1e-10;
        let share = wavelength_edges / std::f64::consts::TAU;
        let lambda = share * share * share * share;
        let system = |u: &[[f64; 3]]| self.system(u, pulls, lambda);
        let right: Vec<[f64; 3]> = pulls
            .iter()
            .map(|pull| pull.displacement_mm.map(|value| pull.weight * value))
            .collect();
        let mut u = start.to_vec();
        let mut residual = combined(&right, -1.0, &system(&u));
        let mut direction = residual.clone();
        let mut squared = product(&residual, &residual);
        let goal = RELATIVE_RESIDUAL * product(&right, &right);
        for _ in 0..MAX_STEPS {
            if squared <= goal {
                break;
            }
            let image = system(&direction);
            let length = squared / product(&direction, &image);
            if !length.is_finite() {
                break;
            }
            u = combined(&u, length, &direction);
            residual = combined(&residual, -length, &image);
            let next = product(&residual, &residual);
            direction = combined(&residual, next / squared, &direction);
            squared = next;
        }
        u
    }

    fn system(&self, u: &[[f64; 3]], pulls: &[Pull], lambda: f64) -> Vec<[f64; 3]> {
        let bent = self.laplacian(&self.laplacian(u));
        let rows = bent.par_iter().zip(u).zip(pulls);
        let row = |((bent, u), pull): ((&[f64; 3], &[f64; 3]), &Pull)| {
            // The hair of weight holds parts that nothing pulls.
            [0, 1, 2].map(|axis| (pull.weight + 1e-6) * u[axis] + lambda * bent[axis])
        };
        rows.map(row).collect()
    }

    /// Each value less the mean of its neighbours, times their number over six.
    fn laplacian(&self, u: &[[f64; 3]]) -> Vec<[f64; 3]> {
        let at = |vertex: usize| {
            let range = self.starts[vertex] as usize..self.starts[vertex + 1] as usize;
            let n = range.len() as f64;
            let mut sum = u[vertex].map(|value| n * value);
            for &neighbour in &self.neighbours[range] {
                for (sum, value) in sum.iter_mut().zip(u[neighbour as usize]) {
                    *sum -= value;
                }
            }
            sum.map(|value| value / 6.0)
        };
        (0..u.len()).into_par_iter().map(at).collect()
    }
}

/// a + factor · b.
fn combined(a: &[[f64; 3]], factor: f64, b: &[[f64; 3]]) -> Vec<[f64; 3]> {
    a.iter().zip(b).map(|(a, b)| [0, 1, 2].map(|axis| a[axis] + factor * b[axis])).collect()
}

fn product(a: &[[f64; 3]], b: &[[f64; 3]]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a[0] * b[0] + a[1] * b[1] + a[2] * b[2]).sum()
}
