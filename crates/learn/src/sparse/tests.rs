use std::collections::BTreeSet;

use medshape_types::{Affine, Grid, Mask};
use proptest::prelude::*;

use super::{SparseGrid, Voxel, morton};

/// A dense set of voxels: the plain way to do what a sparse grid does.
type Dense = BTreeSet<[u32; 3]>;

fn sparse(dense: &Dense) -> SparseGrid {
    let voxels = dense.iter().map(|&place| Voxel { batch: 0, place });
    SparseGrid::from_voxels(voxels).unwrap()
}

fn dense(sparse: &SparseGrid) -> Dense {
    sparse.voxels().map(|voxel| voxel.place).collect()
}

/// Scattered voxels of a box, few or many.
fn shapes() -> impl Strategy<Value = Dense> {
    prop::collection::btree_set(place(), 0..400)
}

fn place() -> impl Strategy<Value = [u32; 3]> {
    [0u32..40, 0u32..25, 0u32..17]
}

proptest! {
    #[test]
    fn rows_lie_along_the_z_order_curve(shape in shapes()) {
        let grid = sparse(&shape);
        let mut sorted: Vec<[u32; 3]> = shape.iter().copied().collect();
        sorted.sort_by_key(|&place| morton::encode(place));
        let places: Vec<[u32; 3]> = grid.voxels().map(|voxel| voxel.place).collect();
        prop_assert_eq!(&places, &sorted);
        prop_assert_eq!(grid.n_rows(), shape.len());
        for (row, &place) in places.iter().enumerate() {
            prop_assert_eq!(grid.row_of(Voxel { batch: 0, place }), Some(row));
            prop_assert_eq!(grid.row_of(Voxel { batch: 1, place }), None);
        }
    }

    #[test]
    fn coarser_is_where_any_finer_is(shape in shapes()) {
        let expected: Dense = shape.iter().map(|place| place.map(|c| c / 2)).collect();
        prop_assert_eq!(dense(&sparse(&shape).coarsen()), expected);
    }

    #[test]
    fn finer_has_all_eight_children(shape in shapes()) {
        let grid = sparse(&shape).refine();
        let child = |place: &[u32; 3], b: u32| {
            [2 * place[0] + (b & 1), 2 * place[1] + (b >> 1 & 1), 2 * place[2] + (b >> 2)]
        };
        let expected: Dense = shape.iter().flat_map(|place| (0..8).map(|b| child(place, b))).collect();
        prop_assert_eq!(grid.coarsen(), sparse(&shape));
        prop_assert_eq!(dense(&grid), expected);
    }

    #[test]
    fn block_offsets_count_the_coarser_rows(shape in shapes()) {
        let grid = sparse(&shape);
        let coarse = grid.coarsen();
        let parents: Vec<[u32; 3]> = grid.voxels().map(|voxel| voxel.place.map(|c| c / 2)).collect();
        for (leaf, &offset) in grid.block_offsets().iter().enumerate().take(grid.n_leaves()) {
            let place = parents[grid.offsets()[leaf] as usize];
            let coarse_row = coarse.row_of(Voxel { batch: 0, place });
            prop_assert_eq!(coarse_row, Some(offset as usize));
        }
        prop_assert_eq!(*grid.block_offsets().last().unwrap() as usize, coarse.n_rows());
    }

    #[test]
    fn sets_are_those_of_their_voxels(a in shapes(), b in shapes()) {
        let (x, y) = (sparse(&a), sparse(&b));
        prop_assert_eq!(dense(&x.union(&y)), &a | &b);
        prop_assert_eq!(dense(&x.intersection(&y)), &a & &b);
        prop_assert_eq!(dense(&x.difference(&y)), &a - &b);
        let expected: Vec<bool> = x.voxels().map(|voxel| b.contains(&voxel.place)).collect();
        prop_assert_eq!(x.is_in(&y), expected);
    }

    #[test]
    fn selection_keeps_the_rows_asked_for(shape in shapes(), seed in any::<u64>()) {
        let grid = sparse(&shape);
        let keep: Vec<bool> = (0..grid.n_rows()).map(|row| seed >> (row % 61) & 1 == 1).collect();
        let kept = grid.voxels().zip(&keep).filter(|(_, keep)| **keep).map(|(voxel, _)| voxel.place);
        prop_assert_eq!(dense(&grid.select(&keep)), kept.collect::<Dense>());
    }

    #[test]
    fn a_box_has_the_voxels_in_it(shape in shapes(), low in place(), edges in place()) {
        let grid = sparse(&shape);
        let end = [0, 1, 2].map(|axis| low[axis] + edges[axis]);
        let is_in = |voxel: &Voxel| {
            (0..3).all(|axis| voxel.place[axis] >= low[axis] && voxel.place[axis] < end[axis])
        };
        let expected: Vec<Voxel> = grid.voxels().filter(is_in).collect();
        prop_assert_eq!(grid.voxels_in([low, end]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn neighbours_are_the_leaves_around(shape in shapes()) {
        let grid = sparse(&shape);
        let leaves: Vec<[u32; 3]> = grid.keys().iter().map(|&key| morton::decode(key)).collect();
        for (leaf, around) in leaves.iter().zip(grid.neighbours()) {
            for (n, &index) in around.iter().enumerate() {
                let step = [n % 3, n / 3 % 3, n / 9];
                let there = leaves.iter().position(|other| {
                    (0..3).all(|axis| other[axis] + 1 == leaf[axis] + step[axis] as u32)
                });
                prop_assert_eq!(there.map_or(u32::MAX, |index| index as u32), index);
            }
        }
    }

    #[test]
    fn a_mask_comes_back(bits in prop::collection::vec(any::<bool>(), 19 * 9 * 11)) {
        let grid = Grid::new([19, 9, 11], Affine::IDENTITY).unwrap();
        let mask = Mask::new(grid, bits).unwrap();
        let sparse = SparseGrid::from_mask(&mask).unwrap();
        prop_assert_eq!(sparse.n_rows() as u64, mask.n_inside());
        prop_assert_eq!(sparse.to_mask(&grid).unwrap(), mask);
    }
}

#[test]
fn volumes_of_a_batch_are_apart() {
    let one = sparse(&Dense::from([[7, 7, 7], [0, 0, 0]]));
    let two = sparse(&Dense::from([[8, 7, 7]]));
    let both = SparseGrid::batch(&[one, two]).unwrap();
    assert_eq!(both.batches(), [0..2, 2..3]);
    assert_eq!(both.row_of(Voxel { batch: 1, place: [8, 7, 7] }), Some(2));
    assert!(
        both.neighbours()
            .iter()
            .all(|around| around.iter().filter(|&&n| n != u32::MAX).count() == 1)
    );
    assert_eq!(SparseGrid::batch(&[both]), None);
}

#[test]
fn what_lies_outside_of_the_space_is_refused() {
    let at = |batch, x| SparseGrid::from_voxels([Voxel { batch, place: [x, 0, 0] }]);
    assert!(at(super::MAX_BATCH - 1, super::MAX_COORDINATE - 1).is_some());
    assert_eq!(at(0, super::MAX_COORDINATE), None);
    assert_eq!(at(super::MAX_BATCH, 0), None);
    let last = at(0, super::MAX_COORDINATE - 1).unwrap();
    assert_eq!(last.refine().n_rows(), 0);
    let small = Grid::new([2, 2, 2], Affine::IDENTITY).unwrap();
    assert!(last.to_mask(&small).is_err());
}

#[test]
fn a_full_grid_has_every_voxel() {
    assert_eq!(SparseGrid::full([9, 8, 3]).unwrap().n_rows(), 216);
}

#[test]
fn the_first_voxels_lie_along_the_curve() {
    for n in [0, 1, 63, 64, 65, 512, 513, 1300] {
        let first = SparseGrid::first(n).unwrap();
        let codes: Vec<u32> =
            first.voxels().map(|voxel| morton::encode(voxel.place) as u32).collect();
        assert_eq!(codes, (0..n as u32).collect::<Vec<_>>());
    }
    assert!(SparseGrid::first(usize::MAX).is_none());
}
