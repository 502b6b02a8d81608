use super::*;

/// Whole numbers without a pattern, on 5×4×3 voxels.
fn field() -> Vec<f32> {
    let value = |x: usize, y: usize, z: usize| (7 * x + 13 * y * y + 29 * z + 3 * x * y * z) % 31;
    let voxels = (0..60).map(|index| (index % 5, index / 5 % 4, index / 20));
    voxels.map(|(x, y, z)| value(x, y, z) as f32).collect()
}

/// What SciPy 1.17.1 gives: `zoom(field, …, order, mode="nearest", grid_mode=True)` at a few places,
/// its sum, and its sum weighted by place.
fn check(new_dims: [usize; 3], order: Order, some: [f32; 6], sum: f64, weighted: f64) {
    let out = resized(&field(), [5, 4, 3], new_dims, [order; 3]);
    let n = out.len();
    for (at, expected) in [0, 1, n / 3, n / 2, n - 2, n - 1].into_iter().zip(some) {
        assert!((out[at] - expected).abs() < 2e-5, "{order:?} {at}: {} {expected}", out[at]);
    }
    let total: f64 = out.iter().map(|value| f64::from(*value)).sum();
    let placed = |(at, value): (usize, &f32)| at as f64 * f64::from(*value);
    let moment: f64 = out.iter().enumerate().map(placed).sum();
    assert!((total - sum).abs() < 2e-3, "{order:?} {total} {sum}");
    assert!((moment - weighted).abs() < 0.1, "{order:?} {moment} {weighted}");
}

#[test]
fn values_are_those_of_scipy() {
    let (fine, coarse) = ([9, 7, 5], [3, 3, 2]);
    check(fine, Order::Nearest, [0.0, 0.0, 11.0, 14.0, 27.0, 27.0], 4720.0, 733_746.0);
    check(coarse, Order::Nearest, [0.0, 14.0, 24.0, 27.0, 8.0, 27.0], 294.0, 2610.0);
    let some = [0.0, 2.33333, 16.76032, 7.0, 18.66667, 27.0];
    check(fine, Order::Linear, some, 4664.657, 730_416.67);
    let some = [8.34722, 14.625, 17.0, 18.51389, 13.375, 16.68056];
    check(coarse, Order::Linear, some, 272.764, 2336.64);
    let some = [-4.65224, -0.90272, 19.34793, 4.8899, 21.4326, 33.19796];
    check(fine, Order::Cubic, some, 4664.026, 730_211.7);
    let some = [6.85069, 15.22188, 17.07518, 20.11534, 14.24857, 16.06455];
    check(coarse, Order::Cubic, some, 273.449, 2337.21);
}

#[test]
fn an_axis_that_keeps_its_voxels_is_left_as_it_is() {
    assert_eq!(resized(&field(), [5, 4, 3], [5, 4, 3], [Order::Cubic; 3]), field());
    let one = resized(&field(), [5, 4, 3], [5, 4, 1], [Order::Nearest; 3]);
    assert_eq!(one, field()[20..40]);
}

#[test]
fn one_value_stays_itself_everywhere() {
    for order in [Order::Nearest, Order::Linear, Order::Cubic] {
        let out = resized(&[2.5], [1, 1, 1], [3, 2, 4], [order; 3]);
        assert!(out.len() == 24 && out.iter().all(|value| (value - 2.5).abs() < 1e-6), "{order:?}");
    }
}
