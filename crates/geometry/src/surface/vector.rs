//! Three numbers as a vector.

use std::ops::{Add, Mul, Sub};

pub(crate) fn cross<T>(u: [T; 3], v: [T; 3]) -> [T; 3]
where
    T: Copy + Mul<Output = T> + Sub<Output = T>,
{
    [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
}

pub(crate) fn dot<T>(u: [T; 3], v: [T; 3]) -> T
where
    T: Copy + Mul<Output = T> + Add<Output = T>,
{
    u[0] * v[0] + u[1] * v[1] + u[2] * v[2]
}

pub(crate) fn length(v: [f32; 3]) -> f32 {
    dot(v, v).sqrt()
}
