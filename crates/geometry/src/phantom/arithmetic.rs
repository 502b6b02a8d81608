//! Functions of the library by the four operations alone: those of the library are not rounded alike
//! on every machine, and the same person has to be the same everywhere.

/// The exponential function, to ten digits between -20 and 20.
pub(super) fn exponential(x: f64) -> f64 {
    let small = x.clamp(-20.0, 20.0) / 1024.0;
    let series = 1.0
        + small
            * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0 * (1.0 + small / 5.0))));
    (0..10).fold(series, |power, _| power * power)
}

/// The natural logarithm of a positive number, by the series of the area tangent (Gregory, 1668).
pub(super) fn logarithm(x: f64) -> f64 {
    let (mut rest, mut n_halves) = (x.max(f64::MIN_POSITIVE), 0.0);
    while rest > 1.5 {
        (rest, n_halves) = (0.5 * rest, n_halves + 1.0);
    }
    while rest < 0.75 {
        (rest, n_halves) = (2.0 * rest, n_halves - 1.0);
    }
    let share = (rest - 1.0) / (rest + 1.0);
    let square = share * share;
    let series = (0..14).rev().fold(0.0, |sum, n| 1.0 / f64::from(2 * n + 1) + square * sum);
    n_halves * std::f64::consts::LN_2 + 2.0 * share * series
}

/// The cube root of what is not negative, by Newton's steps.
pub(super) fn cube_root(value: f64) -> f64 {
    if value <= 0.0 {
        return 0.0;
    }
    // Between 1 and 8 times a power of 8, so that few steps do.
    let (mut scale, mut rest) = (1.0, value);
    while rest > 8.0 {
        (scale, rest) = (2.0 * scale, rest / 8.0);
    }
    while rest < 1.0 {
        (scale, rest) = (0.5 * scale, 8.0 * rest);
    }
    scale * (0..6).fold(1.5, |root: f64, _| root - (root - rest / (root * root)) / 3.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_that_of_the_library() {
        for x in [1e-9, 0.3, 0.75, 0.999, 1.0, 1.5, 2.0, 1234.5, 4.2e11] {
            assert!((logarithm(x) - x.ln()).abs() < 1e-13 * (1.0 + x.ln().abs()), "{x}");
        }
    }
}
