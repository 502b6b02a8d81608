//! Positions as whole numbers of steps.

use crate::error::ErrorKind;

// Mantissas have 24 bits, one of them the sign.
const MAX_STEPS: f64 = (1 << 23) as f64;
// The range of the exponential filter.
const MAX_EXPONENT: i32 = 100;

/// How many steps of 2^`step_exponent` mm each coordinate is.
pub(super) fn steps(
    positions: &[[f32; 3]],
    step_exponent: i32,
) -> Result<Vec<[i32; 3]>, ErrorKind> {
    if !(-MAX_EXPONENT..=MAX_EXPONENT).contains(&step_exponent) {
        let reason = format!("a step of 2^{step_exponent} mm is out of range");
        return Err(ErrorKind::Mesh(reason));
    }
    let steps_from_mm = 2_f64.powi(-step_exponent);
    positions
        .iter()
        .map(|position| {
            let steps = position.map(|value| f64::from(value) * steps_from_mm);
            let is_sound = |value: &f64| value.fract() == 0.0 && value.abs() < MAX_STEPS;
            if !steps.iter().all(is_sound) {
                let reason = format!("{position:?} mm is not on a lattice of 2^{step_exponent} mm");
                return Err(ErrorKind::Mesh(reason));
            }
            Ok(steps.map(|value| value as i32))
        })
        .collect()
}

/// What the exponential filter makes numbers of: the mantissa below, the exponent above.
pub(super) fn packed(steps: &[[i32; 3]], step_exponent: i32) -> Vec<[u32; 3]> {
    let exponent = (step_exponent as u32) << 24;
    steps.iter().map(|step| step.map(|value| exponent | (value as u32 & 0x00ff_ffff))).collect()
}

/// The corners of the box around all positions.
pub(super) fn bounds(steps: &[[i32; 3]], step_exponent: i32) -> [[f32; 3]; 2] {
    let mm_from_steps = 2_f64.powi(step_exponent);
    let mut corners = [[i32::MAX; 3], [i32::MIN; 3]];
    for step in steps {
        for axis in 0..3 {
            corners[0][axis] = corners[0][axis].min(step[axis]);
            corners[1][axis] = corners[1][axis].max(step[axis]);
        }
    }
    corners.map(|corner| corner.map(|value| (f64::from(value) * mm_from_steps) as f32))
}
