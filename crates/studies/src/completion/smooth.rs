//! Fields of displacements on a whole lattice, smoothed with a Gaussian of one cell.

use rayon::prelude::*;

use super::cells::Lattice;

/// A Gaussian of one cell.
pub const KERNEL: [f32; 5] = [0.0545, 0.2442, 0.4026, 0.2442, 0.0545];

/// Numbers of all cells of a lattice.
pub type Field<const K: usize> = Vec<[f32; K]>;

/// Means with neighbours along each axis; beyond the lattice it goes on as at its border.
pub fn smoothed<const K: usize>(lattice: Lattice, field: &Field<K>) -> Field<K> {
    let (mut field, mut room) = (field.clone(), field.clone());
    smooth(lattice, &mut field, &mut room);
    field
}

/// The same in place; what is half done is in `room`, a field of the same size.
pub fn smooth<const K: usize>(lattice: Lattice, field: &mut Field<K>, room: &mut Field<K>) {
    let row = lattice.dims[0] * K;
    for axis in 0..3 {
        let before = field.as_flattened();
        let lines = room.as_flattened_mut().par_chunks_mut(row).enumerate();
        lines.for_each(|(line, after)| match axis {
            0 => smooth_along::<K>(after, &before[line * row..][..row]),
            _ => smooth_across(after, before, line, (lattice.dims, axis)),
        });
        std::mem::swap(field, room);
    }
}

/// A line of cells, smoothed along itself.
fn smooth_along<const K: usize>(to: &mut [f32], from: &[f32]) {
    let last = from.len() / K - 1;
    let (head, inner) = (2 * K, from.len().saturating_sub(4 * K));
    if inner > 0 {
        let taps = std::array::from_fn(|tap| &from[tap * K..][..inner]);
        weigh(&mut to[head..][..inner], taps);
    }
    let ends = (0..=last).filter(|&at| at < 2 || at + 2 > last);
    for at in ends {
        let taps = std::array::from_fn(|tap| {
            let there = (at + tap).saturating_sub(2).min(last);
            &from[there * K..][..K]
        });
        weigh(&mut to[at * K..][..K], taps);
    }
}

/// A line of cells, smoothed with the lines beside it along another axis.
fn smooth_across(to: &mut [f32], from: &[f32], line: usize, (dims, axis): ([usize; 3], usize)) {
    let (here, stride) = match axis {
        1 => (line % dims[1], 1),
        _ => (line / dims[1], dims[1]),
    };
    let first = line - here * stride;
    let taps = std::array::from_fn(|tap| {
        let there = (here + tap).saturating_sub(2).min(dims[axis] - 1);
        &from[(first + there * stride) * to.len()..][..to.len()]
    });
    weigh(to, taps);
}

/// The sum of five lines of equal length by the weights of the kernel.
fn weigh(to: &mut [f32], [a, b, c, d, e]: [&[f32]; 5]) {
    let [far, near, here, ..] = KERNEL;
    for (at, to) in to.iter_mut().enumerate() {
        *to = here * c[at] + near * (b[at] + d[at]) + far * (a[at] + e[at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATTICE: Lattice = Lattice { dims: [9, 3, 7], cell_mm: 1.0 };

    #[test]
    fn what_is_even_stays_and_a_point_becomes_the_kernel() {
        let even = smoothed(LATTICE, &vec![[2.0, -1.0]; LATTICE.n_cells()]);
        assert!(even.iter().all(|[a, b]| (a - 2.0).abs() < 1e-3 && (b + 1.0).abs() < 1e-3));
        let mut point = vec![[0.0]; LATTICE.n_cells()];
        point[LATTICE.index([4, 1, 3])] = [1.0];
        let spread = smoothed(LATTICE, &point);
        let share = |place| spread[LATTICE.index(place)][0];
        // Three cells along y are all that there is, so that both ends have what lies beyond.
        let y = KERNEL[2];
        assert!((share([4, 1, 3]) - KERNEL[2] * KERNEL[2] * y).abs() < 1e-6);
        assert!((share([2, 1, 4]) - KERNEL[0] * KERNEL[3] * y).abs() < 1e-6);
        assert_eq!(share([1, 1, 3]), 0.0);
    }
}
