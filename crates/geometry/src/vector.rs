//! Three numbers as a vector.

use std::ops::{Add, Mul, Sub};

pub(crate) fn add<T: Copy + Add<Output = T>>(u: [T; 3], v: [T; 3]) -> [T; 3] {
    [u[0] + v[0], u[1] + v[1], u[2] + v[2]]
}

pub(crate) fn sub<T: Copy + Sub<Output = T>>(u: [T; 3], v: [T; 3]) -> [T; 3] {
    [u[0] - v[0], u[1] - v[1], u[2] - v[2]]
}

pub(crate) fn scaled<T: Copy + Mul<Output = T>>(u: [T; 3], factor: T) -> [T; 3] {
    [u[0] * factor, u[1] * factor, u[2] * factor]
}

pub(crate) fn dot<T>(u: [T; 3], v: [T; 3]) -> T
where
    T: Copy + Mul<Output = T> + Add<Output = T>,
{
    u[0] * v[0] + u[1] * v[1] + u[2] * v[2]
}

pub(crate) fn cross<T>(u: [T; 3], v: [T; 3]) -> [T; 3]
where
    T: Copy + Mul<Output = T> + Sub<Output = T>,
{
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
}

pub(crate) fn length(v: [f32; 3]) -> f32 {
    dot(v, v).sqrt()
}

/// The vector brought to length 1; a vector without length stays zero.
pub(crate) fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = dot(v, v).sqrt();
    if length > 0.0 { scaled(v, 1.0 / length) } else { [0.0; 3] }
}

/// Twice the area of a triangle as a vector along its normal.
pub(crate) fn doubled_area([a, b, c]: [[f64; 3]; 3]) -> [f64; 3] {
    cross(sub(b, a), sub(c, a))
}
