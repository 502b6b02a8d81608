use super::*;

fn ramp(shape: Shape) -> Array<f32> {
    let n: usize = shape.iter().product();
    Array::new(shape, (0..n).map(|at| at as f32).collect()).unwrap()
}

#[test]
fn transposing_twice_by_opposite_orders_changes_nothing() {
    let array = ramp([2, 3, 4]);
    let turned = array.clone().transposed([2, 0, 1]);
    assert_eq!(turned.shape(), [4, 2, 3]);
    // Its place (k, i, j) is place (i, j, k) of the other.
    assert_eq!(turned.values()[(3 * 2 + 1) * 3 + 2], array.values()[(3 + 2) * 4 + 3]);
    assert_eq!(turned.transposed([1, 2, 0]), array);
}

#[test]
fn a_box_comes_back_to_where_it_was() {
    let span = Span { first: [1, 0, 2], shape: [1, 2, 2] };
    let part = ramp([2, 3, 4]).cropped(&span);
    assert_eq!(part.values(), [14.0, 15.0, 18.0, 19.0]);
    let whole = part.placed(&span, [2, 3, 4]);
    assert_eq!(
        whole.values()[12..24],
        [0.0, 0.0, 14.0, 15.0, 0.0, 0.0, 18.0, 19.0, 0.0, 0.0, 0.0, 0.0]
    );
}

#[test]
fn the_one_coarse_axis_is_treated_apart() {
    assert_eq!(axis_apart(None, [3.1, 1.0, 1.0], [1.0; 3]), Some(0));
    assert_eq!(axis_apart(None, [3.0, 1.0, 1.0], [1.0; 3]), None);
    assert_eq!(axis_apart(None, [1.0; 3], [1.0, 1.0, 4.0]), Some(2));
    assert_eq!(axis_apart(None, [4.0, 1.0, 4.0], [1.0; 3]), None);
    assert_eq!(axis_apart(Some(false), [9.0, 1.0, 1.0], [1.0; 3]), None);
    assert_eq!(axis_apart(Some(true), [1.1, 1.0, 1.0], [1.0; 3]), Some(0));
}

/// A step of an edge: cubic splines overshoot it, nnU-Net clips that.
#[test]
fn nothing_leaves_the_range_of_the_values() {
    let by = Resampling { order: Order::Cubic, order_apart: Order::Nearest, apart: Some(false) };
    let step = Array::new([1, 1, 4], vec![0.0, 0.0, 1.0, 1.0]).unwrap();
    let fine = step.resampled([1, 1, 8], &by, [1.0; 3], [1.0, 1.0, 0.5]);
    assert_eq!(range(fine.values()), (0.0, 1.0));
    // Slices are clipped by themselves: the first is constant and stays so.
    let by = Resampling { apart: Some(true), ..by };
    let two = Array::new([2, 1, 4], vec![5.0, 5.0, 5.0, 5.0, 0.0, 0.0, 9.0, 9.0]).unwrap();
    let fine = two.resampled([4, 1, 8], &by, [8.0, 1.0, 1.0], [4.0, 1.0, 0.5]);
    assert!(fine.values()[..16].iter().all(|value| *value == 5.0));
    assert_eq!(range(&fine.values()[16..]), (0.0, 9.0));
}
