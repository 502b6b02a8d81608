//! Leaves that go by frequencies beside the same voxel by voxel.

use proptest::prelude::*;

use super::super::apply::{apply_by, weight_gradient_by};
use super::super::geometry::Geometry;
use super::super::winograd::Plan;
use super::*;
use crate::kernels::Weights;
use crate::rows::Source;

fn assert_near<T: Real>(a: &[T], b: &[T], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    let size = b.iter().fold(1.0, |size: f64, b| size.max(b.to_f64().abs()));
    for (a, b) in a.iter().zip(b) {
        assert!((a.to_f64() - b.to_f64()).abs() <= tolerance * size, "{a:?} and {b:?}");
    }
}

/// Both ways, forward and for the weights.
fn both_ways<T: Real>(
    chance: &mut Chance,
    grid: &Arc<SparseGrid>,
    [width_in, width_out]: [usize; 2],
    tolerance: f64,
) {
    let geometry = Geometry::Submanifold(grid.clone());
    let (x, dy) =
        (chance.numbers(grid.n_rows() * width_in), chance.numbers(grid.n_rows() * width_out));
    let (x, dy) = (Source::plain(width_in, &x), Source::plain(width_out, &dy));
    let weights: Weights<T> =
        Weights::pack(&chance.numbers(27 * width_in * width_out), [27, width_in, width_out]);
    let plan = Plan::all(grid);
    let run = |plan| apply_by(&geometry, x, &weights, plan);
    assert_near(&run(Some(&plan)), &run(None), tolerance);
    let run = |plan| weight_gradient_by(&geometry, x, dy, plan);
    assert_near(&run(Some(&plan)), &run(None), tolerance);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn frequencies_and_taps_agree(
        seed in any::<u64>(),
        one_in in prop::sample::select(vec![1, 2, 5, 40]),
        widths in prop::sample::select(vec![[8, 8], [16, 16], [32, 16], [16, 64]]),
    ) {
        let mut chance = Chance(seed);
        let grid = chance.grid(one_in);
        both_ways::<f64>(&mut chance, &grid, widths, 1e-12);
        both_ways::<f32>(&mut chance, &grid, widths, 1e-5);
    }
}

#[test]
fn solid_leaves_go_by_frequencies_and_thin_ones_do_not() {
    let solid = Arc::new(SparseGrid::full([64; 3]).unwrap());
    let is_plane = |voxel: &Voxel| voxel.place[2] == 11;
    let thin = Arc::new(SparseGrid::from_voxels(solid.voxels().filter(is_plane)).unwrap());
    let plan = |grid: &Arc<SparseGrid>, widths| {
        let geometry = Geometry::Submanifold(grid.clone());
        Plan::of(&geometry, widths).map(|plan| (0..grid.n_leaves()).all(|leaf| plan.takes(leaf)))
    };
    assert_eq!(plan(&solid, [16, 32]), Some(true));
    assert_eq!(plan(&thin, [64, 64]), None);
    // Rows that do not fill registers, and too little to be worth it.
    assert_eq!(plan(&solid, [16, 22]), None);
    assert_eq!(plan(&Arc::new(SparseGrid::full([8; 3]).unwrap()), [16, 16]), None);
}
