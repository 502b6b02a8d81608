use super::*;

fn channel(shape: Shape, set: &[usize]) -> Array<f32> {
    let mut array = Array::filled(shape, 0.0);
    set.iter().for_each(|at| array.values_mut()[*at] = -1.0);
    array
}

#[test]
fn the_box_is_around_what_any_channel_has() {
    let shape = [3, 4, 5];
    let [a, b] = [channel(shape, &[(4 + 2) * 5 + 3]), channel(shape, &[(8 + 1) * 5 + 3])];
    assert_eq!(not_zero(&[a, b]), Span { first: [1, 1, 3], shape: [2, 2, 1] });
    assert_eq!(not_zero(&[channel(shape, &[])]), Span { first: [0; 3], shape });
}

#[test]
fn holes_are_inside() {
    // A box of 3×3×3 without its middle, in 5×5×5; a corner is outside.
    let mut array = Array::filled([5, 5, 5], 0.0);
    for at in 0..125 {
        let [i, j, k] = [at / 25, at / 5 % 5, at % 5];
        let is_shell = [i, j, k].iter().all(|n| (1..4).contains(n)) && at != 62;
        array.values_mut()[at] = if is_shell { 3.0 } else { 0.0 };
    }
    let inside = inside(&[array]);
    assert!(inside[62] && !inside[0]);
    assert_eq!(inside.iter().filter(|inside| **inside).count(), 27);
}
