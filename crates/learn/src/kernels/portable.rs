use super::simd::Simd;
use crate::Real;

/// Arrays of eight, which every compiler makes something of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

impl<T: Real> Simd<T> for Portable {
    type Vector = [T; 8];
    const LANES: usize = 8;
    const HAS_32_REGISTERS: bool = false;

    #[inline(always)]
    fn splat(self, value: T) -> [T; 8] {
        [value; 8]
    }

    #[inline(always)]
    fn load(self, from: &[T]) -> [T; 8] {
        let mut vector = [T::ZERO; 8];
        vector.copy_from_slice(&from[..8]);
        vector
    }

    #[inline(always)]
    fn store(self, vector: [T; 8], to: &mut [T]) {
        to[..8].copy_from_slice(&vector);
    }

    // Rounded twice: a fused one is a call of a library where the processor has none.
    #[inline(always)]
    fn mul_add(self, a: [T; 8], b: [T; 8], mut c: [T; 8]) -> [T; 8] {
        for lane in 0..8 {
            c[lane] = a[lane] * b[lane] + c[lane];
        }
        c
    }

    #[inline(always)]
    fn add(self, mut a: [T; 8], b: [T; 8]) -> [T; 8] {
        for lane in 0..8 {
            a[lane] += b[lane];
        }
        a
    }

    #[inline(always)]
    fn sub(self, mut a: [T; 8], b: [T; 8]) -> [T; 8] {
        for lane in 0..8 {
            a[lane] = a[lane] - b[lane];
        }
        a
    }
}
