/// Several numbers at once, as one instruction set offers it. A value of a type that implements this
/// is the proof that the processor has the instructions.
pub(crate) trait Simd<T>: Copy {
    /// A register full of numbers.
    type Vector: Copy;
    /// Numbers of a register.
    const LANES: usize;
    /// Whether the processor has 32 registers, or 16.
    const HAS_32_REGISTERS: bool;

    /// The same number in each lane.
    fn splat(self, value: T) -> Self::Vector;

    /// The first numbers of a slice.
    fn load(self, from: &[T]) -> Self::Vector;

    /// Writes to the first places of a slice.
    fn store(self, vector: Self::Vector, to: &mut [T]);

    /// `a b + c`.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;

    /// `a + b`.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// `a - b`.
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
}

/// What is to be run with the best instructions that the processor has.
/// An implementation of `run` is `#[inline(always)]`, so that it is compiled for them.
pub(crate) trait Kernel<T> {
    /// Does the work.
    fn run<S: Simd<T>>(self, simd: S);
}

/// Which instructions to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// 16 lanes, 32 registers.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 8 lanes, 32 registers: for rows of at most 8 numbers.
    #[cfg(target_arch = "x86_64")]
    Avx512Half,
    /// 8 lanes, 16 registers.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Pairs of 4 lanes, 32 registers.
    #[cfg(target_arch = "aarch64")]
    Neon,
    /// What the compiler makes of arrays of 8.
    Portable,
}

impl Level {
    /// The best level for rows of a width. Asks the processor, and no longer than a load takes.
    pub(crate) fn best(width: usize) -> Self {
        let level = Self::available().into_iter().find(|level| level.fits(width));
        level.unwrap_or(Self::Portable)
    }

    /// The levels that this processor has, best first.
    pub(crate) fn available() -> Vec<Self> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("popcnt");
            let avx512 =
                is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
            if avx2 && avx512 {
                levels.extend([Self::Avx512, Self::Avx512Half]);
            }
            if avx2 {
                levels.push(Self::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        levels.push(Self::Neon);
        levels.push(Self::Portable);
        levels
    }

    /// Whether kernels of this level exist for rows of a width.
    pub(crate) fn fits(self, width: usize) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => width > 8,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Half => width <= 8,
            _ => true,
        }
    }
}

/// Numbers for which kernels exist. Only this crate's two kinds are.
pub trait Dispatch: Sized {
    /// Runs a kernel over rows of a width with the best instructions.
    #[doc(hidden)]
    #[allow(private_bounds, reason = "the trait is implemented here alone and called here alone")]
    fn dispatch<K: Kernel<Self>>(width: usize, kernel: K);
}

impl Dispatch for f64 {
    #[allow(private_bounds, reason = "see the trait")]
    fn dispatch<K: Kernel<Self>>(_width: usize, kernel: K) {
        kernel.run(super::portable::Portable);
    }
}

impl Dispatch for f32 {
    #[allow(private_bounds, reason = "see the trait")]
    fn dispatch<K: Kernel<Self>>(width: usize, kernel: K) {
        run_at(Level::best(width), kernel);
    }
}

/// Runs a kernel at a level that is available.
pub(crate) fn run_at<K: Kernel<f32>>(level: Level, kernel: K) {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => super::x86::Avx512::run(kernel),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512Half => super::x86::Avx512Half::run(kernel),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => super::x86::Avx2::run(kernel),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => super::neon::Neon::run(kernel),
        Level::Portable => kernel.run(super::portable::Portable),
    }
}
