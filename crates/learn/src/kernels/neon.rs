use std::arch::aarch64::*;

use super::simd::{Kernel, Simd};

/// Pairs of four lanes; every 64-bit Arm processor has them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neon(());

impl Neon {
    /// Runs a kernel with these instructions.
    pub(crate) fn run<K: Kernel<f32>>(kernel: K) {
        kernel.run(Self(()));
    }
}

impl Simd<f32> for Neon {
    type Vector = [float32x4_t; 2];
    const LANES: usize = 8;
    const HAS_32_REGISTERS: bool = false;

    #[inline(always)]
    fn splat(self, value: f32) -> [float32x4_t; 2] {
        // SAFETY: the target has NEON.
        unsafe { [vdupq_n_f32(value); 2] }
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> [float32x4_t; 2] {
        let from = &from[..8];
        // SAFETY: the target has NEON, and eight numbers are there.
        unsafe { [vld1q_f32(from.as_ptr()), vld1q_f32(from.as_ptr().add(4))] }
    }

    #[inline(always)]
    fn store(self, vector: [float32x4_t; 2], to: &mut [f32]) {
        let to = &mut to[..8];
        // SAFETY: the target has NEON, and eight places are there.
        unsafe {
            vst1q_f32(to.as_mut_ptr(), vector[0]);
            vst1q_f32(to.as_mut_ptr().add(4), vector[1]);
        }
    }

    #[inline(always)]
    fn mul_add(
        self,
        a: [float32x4_t; 2],
        b: [float32x4_t; 2],
        c: [float32x4_t; 2],
    ) -> [float32x4_t; 2] {
        // SAFETY: the target has NEON.
        unsafe { [vfmaq_f32(c[0], a[0], b[0]), vfmaq_f32(c[1], a[1], b[1])] }
    }

    #[inline(always)]
    fn add(self, a: [float32x4_t; 2], b: [float32x4_t; 2]) -> [float32x4_t; 2] {
        // SAFETY: the target has NEON.
        unsafe { [vaddq_f32(a[0], b[0]), vaddq_f32(a[1], b[1])] }
    }

    #[inline(always)]
    fn sub(self, a: [float32x4_t; 2], b: [float32x4_t; 2]) -> [float32x4_t; 2] {
        // SAFETY: the target has NEON.
        unsafe { [vsubq_f32(a[0], b[0]), vsubq_f32(a[1], b[1])] }
    }
}
