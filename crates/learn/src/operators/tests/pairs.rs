//! Neighbours and rows of pairs beside the plain way: all distances, sorted; loops over pairs.

use proptest::prelude::*;

use super::super::{Nearest, Pooling, farthest};
use super::*;
use crate::Tape;

/// For each centre the rows of its volume by distance and then by number.
fn sorted(centres: &Tensor<f64>, among: &Tensor<f64>) -> Vec<Vec<u32>> {
    let rows = |x: &Tensor<f64>| -> Vec<(u32, Vec<f64>)> {
        let values = x.features();
        let rows = values.values().chunks_exact(x.width()).map(<[f64]>::to_vec);
        x.grid().voxels().map(|voxel| voxel.batch).zip(rows).collect()
    };
    let others = rows(among);
    let of_centre = |(batch, place): (u32, Vec<f64>)| {
        let far = |other: &[f64]| -> f64 {
            other.iter().zip(&place).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let own = others.iter().zip(0..).filter(|((other, _), _)| *other == batch);
        let mut own: Vec<(f64, u32)> = own.map(|((_, row), number)| (far(row), number)).collect();
        own.sort_by(|a, b| a.partial_cmp(b).unwrap());
        own.into_iter().map(|(_, number)| number).collect()
    };
    rows(centres).into_iter().map(of_centre).collect()
}

/// Rows of few whole numbers, so that many lie at one distance or in one place.
fn coarse(chance: &mut Chance, grid: &Arc<SparseGrid>, width: usize) -> Tensor<f64> {
    let values = chance.numbers::<f64>(width * grid.n_rows());
    let values = values.into_iter().map(|value| (2.0 * value).round()).collect();
    Tensor::new(grid.clone(), Rows::new(width, values).unwrap()).unwrap()
}

fn rows(x: &Tensor<f64>) -> Vec<Vec<f64>> {
    x.features().values().chunks_exact(x.width()).map(<[f64]>::to_vec).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_nearest_are_those_of_all_distances_sorted(
        seed in any::<u64>(), one_in in 12u32..200, width in 1usize..5, k in 1usize..24, ties in any::<bool>(),
    ) {
        let mut chance = Chance(seed);
        let grid = chance.grid(one_in);
        let make = |chance: &mut Chance, grid: &Arc<SparseGrid>| match ties {
            true => coarse(chance, grid, width),
            false => chance.tensor(grid, width),
        };
        let among = make(&mut chance, &grid);
        let keep: Vec<bool> = chance.numbers::<f64>(grid.n_rows()).iter().map(|x| *x > 0.2).collect();
        let centres = Tape::infer(&Parameters::new()).prune(&among, keep);
        prop_assume!(centres.grid().batches().len() == grid.batches().len());
        let found = Nearest::of(&centres, &among, k).unwrap();
        let expected = sorted(&centres, &among);
        for (found, expected) in found.rows().chunks(k).zip(&expected) {
            let n = k.min(expected.len());
            prop_assert_eq!(&found[..n], &expected[..n]);
            prop_assert!(found[n..].iter().all(|row| *row == expected[n - 1]));
        }
        let further = found.every(3);
        prop_assert_eq!(further.is_some(), k >= 3);
        for (all, some) in found.rows().chunks(k).zip(further.iter().flat_map(|further| further.rows().chunks(k / 3))) {
            prop_assert!(some.iter().enumerate().all(|(n, row)| *row == all[3 * n]));
        }
        let single = |x: &Tensor<f64>| {
            let values = x.rows.values().iter().map(|&value| value as f32).collect();
            Tensor::new(x.grid.clone(), Rows::new(width, values).unwrap()).unwrap()
        };
        // Whole numbers are the same in f32.
        if ties {
            let of_f32 = Nearest::of(&single(&centres), &single(&among), k).unwrap();
            prop_assert_eq!(of_f32.rows(), found.rows());
        }
    }

    #[test]
    fn rows_of_pairs_are_those_of_loops(
        seed in any::<u64>(), one_in in 12u32..200, width in 1usize..9, k in 1usize..7,
    ) {
        let mut chance = Chance(seed);
        let grid = chance.grid(one_in);
        let places: Tensor<f64> = chance.tensor(&grid, 3);
        let (a, b) = (chance.tensor(&grid, width), chance.tensor(&grid, width));
        let matrices = chance.tensor(&grid, k * k);
        let nearest = Nearest::of(&places, &places, k).unwrap();
        let parameters = Parameters::new();
        let mut tape = Tape::infer(&parameters);
        let (own, other) = (rows(&a), rows(&b));
        let of_pair = |pair: usize| (pair / k, nearest.rows()[pair] as usize);
        let gathered = tape.gather(&b, &nearest);
        let edges = tape.edges(&a, &b, &nearest);
        for (pair, (found, edge)) in rows(&gathered).iter().zip(rows(&edges)).enumerate() {
            let (centre, neighbour) = of_pair(pair);
            prop_assert_eq!(found, &other[neighbour]);
            for channel in 0..width {
                let expected = own[centre][channel] + other[neighbour][channel] - other[centre][channel];
                prop_assert!((edge[channel] - expected).abs() < 1e-12);
            }
        }
        prop_assert_eq!(gathered.grid().batches().len(), grid.batches().len());
        let joined = tape.join_pairs(&gathered, &nearest);
        let largest = tape.pool_pairs(&gathered, &nearest, Pooling::Max);
        let mixed = rows(&tape.mix_pairs(&gathered, &matrices, &nearest));
        for (centre, (row, most)) in rows(&joined).iter().zip(rows(&largest)).enumerate() {
            let near = |n: usize| &other[nearest.rows()[centre * k + n] as usize];
            let expected: Vec<f64> = (0..k).flat_map(|n| near(n).clone()).collect();
            prop_assert_eq!(row, &expected);
            for channel in 0..width {
                let column = || (0..k).map(|n| near(n)[channel]);
                prop_assert_eq!(most[channel], column().fold(f64::NEG_INFINITY, f64::max));
                for n in 0..k {
                    let by = &rows(&matrices)[centre][n * k..][..k];
                    let expected: f64 = by.iter().zip(column()).map(|(m, x)| m * x).sum();
                    prop_assert!((mixed[centre * k + n][channel] - expected).abs() < 1e-12);
                }
            }
        }
    }
}

#[test]
fn the_farthest_of_a_line_are_its_ends_then_its_middle() {
    let grid = Arc::new(SparseGrid::first(9).unwrap());
    let line = [3.0, 1.0, 0.0, 7.0, 8.0, 2.0, 4.0, 5.0, 6.0];
    let x = Tensor::new(grid, Rows::new(1, line.to_vec()).unwrap()).unwrap();
    let kept = |one_in: usize| -> Vec<f64> {
        let keep = farthest(&x, one_in);
        line.iter().zip(keep).filter(|(_, keep)| *keep).map(|(place, _)| *place).collect()
    };
    // 0 and 8 are as far from the middle: the first of them begins.
    assert_eq!(kept(9), [0.0]);
    assert_eq!(kept(5), [0.0, 8.0]);
    assert_eq!(kept(3), [0.0, 8.0, 4.0]);
    assert_eq!(kept(1), line);
    let same = Tensor::new(x.grid().clone(), Rows::filled(1, 9, 2.0)).unwrap();
    assert_eq!(farthest(&same, 3).iter().filter(|keep| **keep).count(), 3);
}

#[test]
fn neighbours_that_cannot_be_are_none() {
    let mut chance = Chance(5);
    let grid = chance.grid(20);
    let one = Arc::new(SparseGrid::first(4).unwrap());
    let (x, y): (Tensor<f64>, Tensor<f64>) = (chance.tensor(&grid, 2), chance.tensor(&grid, 3));
    let z: Tensor<f64> = chance.tensor(&one, 2);
    assert!(Nearest::of(&x, &x, 0).is_none());
    assert!(Nearest::of(&x, &y, 1).is_none());
    assert!(Nearest::of(&x, &z, 1).is_none());
}
