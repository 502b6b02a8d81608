use std::arch::x86_64::*;

use super::simd::{Kernel, Simd};

/// 16 lanes, 32 registers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(());

/// 8 lanes with the 32 registers of AVX-512.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512Half(());

/// 8 lanes, 16 registers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2(());

/// Defines how a kernel gets the token of an instruction set: only where the processor has it.
macro_rules! run {
    ($token:ident, $features:tt, $($feature:tt),+) => {
        impl $token {
            /// Runs a kernel with these instructions.
            ///
            /// # Panics
            /// If the processor lacks them.
            pub(crate) fn run<K: Kernel<f32>>(kernel: K) {
                #[target_feature(enable = $features)]
                fn with_features<K: Kernel<f32>>(kernel: K) {
                    kernel.run($token(()));
                }
                assert!($(is_x86_feature_detected!($feature))&&+, "the processor lacks instructions");
                // SAFETY: the processor has just said that it has the features.
                unsafe { with_features(kernel) }
            }
        }
    };
}

run!(Avx512, "avx512f,avx512vl,avx2,fma,popcnt", "avx512f", "avx512vl", "avx2", "fma", "popcnt");
run!(
    Avx512Half,
    "avx512f,avx512vl,avx2,fma,popcnt",
    "avx512f",
    "avx512vl",
    "avx2",
    "fma",
    "popcnt"
);
run!(Avx2, "avx2,fma,popcnt", "avx2", "fma", "popcnt");

macro_rules! vector_of_8 {
    ($token:ident, $has_32:literal) => {
        impl Simd<f32> for $token {
            type Vector = __m256;
            const LANES: usize = 8;
            const HAS_32_REGISTERS: bool = $has_32;

            #[inline(always)]
            fn splat(self, value: f32) -> __m256 {
                // SAFETY: a token exists only where the processor has AVX.
                unsafe { _mm256_set1_ps(value) }
            }

            #[inline(always)]
            fn load(self, from: &[f32]) -> __m256 {
                let from = &from[..8];
                // SAFETY: the token, and eight numbers are there.
                unsafe { _mm256_loadu_ps(from.as_ptr()) }
            }

            #[inline(always)]
            fn store(self, vector: __m256, to: &mut [f32]) {
                let to = &mut to[..8];
                // SAFETY: the token, and eight places are there.
                unsafe { _mm256_storeu_ps(to.as_mut_ptr(), vector) }
            }

            #[inline(always)]
            fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
                // SAFETY: a token exists only where the processor has FMA.
                unsafe { _mm256_fmadd_ps(a, b, c) }
            }

            #[inline(always)]
            fn add(self, a: __m256, b: __m256) -> __m256 {
                // SAFETY: a token exists only where the processor has AVX.
                unsafe { _mm256_add_ps(a, b) }
            }

            #[inline(always)]
            fn sub(self, a: __m256, b: __m256) -> __m256 {
                // SAFETY: a token exists only where the processor has AVX.
                unsafe { _mm256_sub_ps(a, b) }
            }
        }
    };
}

vector_of_8!(Avx512Half, true);
vector_of_8!(Avx2, false);

impl Simd<f32> for Avx512 {
    type Vector = __m512;
    const LANES: usize = 16;
    const HAS_32_REGISTERS: bool = true;

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        // SAFETY: a token exists only where the processor has AVX-512.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> __m512 {
        let from = &from[..16];
        // SAFETY: the token, and sixteen numbers are there.
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, vector: __m512, to: &mut [f32]) {
        let to = &mut to[..16];
        // SAFETY: the token, and sixteen places are there.
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), vector) }
    }

    #[inline(always)]
    fn mul_add(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: a token exists only where the processor has AVX-512.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: a token exists only where the processor has AVX-512.
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: a token exists only where the processor has AVX-512.
        unsafe { _mm512_sub_ps(a, b) }
    }
}
