use medshape_types::Affine;
use proptest::prelude::*;

use super::*;

const ALL: [Connectivity; 3] = [Connectivity::Faces, Connectivity::Edges, Connectivity::Corners];

fn map(dims: [usize; 3], voxels: Vec<u16>) -> LabelMap {
    LabelMap::new(Grid::new(dims, Affine::IDENTITY).unwrap(), voxels, (0..5).collect()).unwrap()
}

/// Component of each voxel by flood fill, numbered from 1 in scan order.
fn flooded(map: &LabelMap, connectivity: Connectivity) -> Vec<u32> {
    let dims = map.grid().dims().map(|dim| dim as isize);
    let most = match connectivity {
        Connectivity::Faces => 1,
        Connectivity::Edges => 2,
        Connectivity::Corners => 3,
    };
    let mut numbers = vec![0; map.voxels().len()];
    let mut n_components = 0;
    for seed in 0..numbers.len() {
        if numbers[seed] != 0 || map.voxels().at(seed) == 0 {
            continue;
        }
        n_components += 1;
        numbers[seed] = n_components;
        let mut stack = vec![seed];
        while let Some(index) = stack.pop() {
            let index = index as isize;
            let at = [index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])];
            for step in 0..27 {
                let step = [step % 3 - 1, step / 3 % 3 - 1, step / 9 - 1];
                let there = [0, 1, 2].map(|axis| at[axis] + step[axis]);
                let is_inside = (0..3).all(|axis| (0..dims[axis]).contains(&there[axis]));
                if !is_inside || step.iter().map(|s| s.abs()).sum::<isize>() > most {
                    continue;
                }
                let next = map.grid().index(there.map(|at| at as usize));
                if numbers[next] == 0 && map.voxels().at(next) == map.voxels().at(seed) {
                    numbers[next] = n_components;
                    stack.push(next);
                }
            }
        }
    }
    numbers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn components_agree_with_flood_fill(
        dims in [1_usize..40, 1_usize..7, 1_usize..40],
        seed in proptest::collection::vec(0_u16..5, 1000),
        background in 0_u16..4,
    ) {
        let n_voxels = dims.iter().product::<usize>();
        let voxels = seed.into_iter().cycle().take(n_voxels);
        let map = map(dims, voxels.map(|v| v.saturating_sub(background)).collect());
        for connectivity in ALL {
            let found = Components::of(&map, connectivity);
            let expected = flooded(&map, connectivity);
            prop_assert_eq!(&found.volume(), &expected);
            for (number, component) in found.list().iter().enumerate() {
                let is_it = |index: &usize| expected[*index] == number as u32 + 1;
                let members: Vec<usize> = (0..n_voxels).filter(is_it).collect();
                prop_assert_eq!(component.n_voxels, members.len() as u64);
                prop_assert_eq!(component.label, map.voxels().at(members[0]));
                let mean = members.iter().map(|index| (index % dims[0]) as f64).sum::<f64>()
                    / members.len() as f64;
                prop_assert!((component.centroid_voxel()[0] - mean).abs() < 1e-9);
            }
        }
    }
}

#[test]
fn small_pieces_go_and_are_named() {
    let voxels = vec![1, 1, 0, 1, 0, 2, 0, 2, 2, 2];
    let (left, removed) = without_small(map([10, 1, 1], voxels.clone()), 2.0, Connectivity::Faces);
    assert_eq!(left.voxels(), [1, 1, 0, 0, 0, 0, 0, 2, 2, 2]);
    let labels: Vec<_> = removed.iter().map(|piece| (piece.label, piece.min_voxel[0])).collect();
    assert_eq!(labels, [(1, 3), (2, 5)]);
    let (same, none) = without_small(map([10, 1, 1], voxels.clone()), 1.0, Connectivity::Faces);
    assert_eq!(*same.voxels(), voxels[..]);
    assert_eq!(none.len(), 0);
}

#[test]
fn the_first_of_the_largest_pieces_stays() {
    let voxels = vec![1, 0, 1, 1, 0, 1, 1, 0, 2, 0];
    let (left, removed) = largest_only(map([10, 1, 1], voxels), Connectivity::Faces);
    assert_eq!(left.voxels(), [0, 0, 1, 1, 0, 0, 0, 0, 2, 0]);
    assert_eq!(removed.len(), 2);
}

#[test]
fn pieces_of_the_background_are_found() {
    let mut voxels = vec![1; 27];
    voxels[13] = 0;
    voxels[0] = 0;
    let map = map([3, 3, 3], voxels);
    let pieces = |connectivity| Components::of_background(&map, connectivity).list().len();
    assert_eq!([pieces(Connectivity::Edges), pieces(Connectivity::Corners)], [2, 1]);
}
