use super::simd::Simd;
use super::weights::Weights;
use crate::Real;

/// Rows of a tile, and which of them meet which weights.
pub(crate) struct Gather<'a, T> {
    /// Rows of as many numbers as the weights have rows.
    pub(crate) tile: &'a [T],
    /// For each output the row of the tile that its taps count from.
    pub(crate) at: &'a [u32],
    /// For each output the taps that it has, one bit each. Rows of the others are zero.
    pub(crate) taps: &'a [u64],
    /// For each output its row.
    pub(crate) rows: &'a [u32],
    /// How far each tap's row is from `at`.
    pub(crate) steps: &'a [u32],
    /// The tap of the weights that the first of `steps` stands for.
    pub(crate) first_tap: usize,
}

/// Writes to each output the sum over its taps of the tile's row times the tap's weights.
#[inline(always)]
pub(crate) fn multiply<T: Real, S: Simd<T>>(
    simd: S,
    gather: &Gather<'_, T>,
    weights: &Weights<T>,
    out: &mut [T],
) {
    for (first, columns, panel) in weights.blocks() {
        let mut panel = Panel { weights, first, values: panel, out: &mut *out };
        // Blocks have at most 32 columns: two of the widest registers, four of the others.
        if S::HAS_32_REGISTERS {
            match columns / S::LANES {
                1 => groups::<T, S, 12, 1>(simd, gather, &mut panel),
                _ => groups::<T, S, 12, 2>(simd, gather, &mut panel),
            }
        } else {
            match columns / S::LANES {
                1 => groups::<T, S, 8, 1>(simd, gather, &mut panel),
                2 => groups::<T, S, 6, 2>(simd, gather, &mut panel),
                _ => groups::<T, S, 3, 4>(simd, gather, &mut panel),
            }
        }
    }
}

/// A block of columns of the weights, and where its products go.
struct Panel<'a, T> {
    weights: &'a Weights<T>,
    first: usize,
    values: &'a [T],
    out: &'a mut [T],
}

/// Works on `R` outputs and `V` registers of columns at once: `R V` sums that stay in registers.
#[inline(always)]
fn groups<T: Real, S: Simd<T>, const R: usize, const V: usize>(
    simd: S,
    gather: &Gather<'_, T>,
    panel: &mut Panel<'_, T>,
) {
    let width = panel.weights.width_in;
    let per_tap = width * V * S::LANES;
    let last_step = gather.steps.iter().max().map_or(0, |&step| step as usize);
    assert!((gather.first_tap + gather.steps.len()) * per_tap <= panel.values.len());
    let groups = gather.at.chunks(R).zip(gather.taps.chunks(R)).zip(gather.rows.chunks(R));
    for ((at, taps), rows) in groups {
        // A last group that is short computes its last output several times.
        let mut starts = [0; R];
        for (r, start) in starts.iter_mut().enumerate() {
            *start = at[r.min(at.len() - 1)] as usize;
        }
        let last = starts.iter().fold(0, |last: usize, &start| last.max(start));
        assert!((last + last_step + 1) * width <= gather.tile.len());
        starts.iter_mut().for_each(|start| *start *= width);
        let taps = taps.iter().fold(0, |any, taps| any | taps);
        let mut sums = [[simd.splat(T::ZERO); V]; R];
        for (tap, &step) in gather.steps.iter().enumerate() {
            if taps >> tap & 1 == 1 {
                let weights = &panel.values[(gather.first_tap + tap) * per_tap..][..per_tap];
                let inputs = &gather.tile[step as usize * width..];
                // SAFETY: `weights` has `width` rows of `V` registers. The row of `inputs` at the
                // largest start ends within the tile, as was asserted for the largest step.
                unsafe { add_products(simd, inputs.as_ptr(), &starts, weights, &mut sums) };
            }
        }
        write(simd, &sums, rows, panel);
    }
}

/// Adds to each sum its row of inputs times the weights.
///
/// # Safety
/// With `n` rows of `V` registers in `weights`, `n` numbers can be read at each start after `inputs`.
#[inline(always)]
pub(super) unsafe fn add_products<T: Real, S: Simd<T>, const R: usize, const V: usize>(
    simd: S,
    inputs: *const T,
    starts: &[usize; R],
    weights: &[T],
    sums: &mut [[S::Vector; V]; R],
) {
    for (channel, weights) in weights.chunks_exact(V * S::LANES).enumerate() {
        let mut row = [simd.splat(T::ZERO); V];
        for v in 0..V {
            row[v] = simd.load(&weights[v * S::LANES..]);
        }
        for r in 0..R {
            // SAFETY: there are as many numbers as rows of weights, as the caller promises.
            let value = simd.splat(unsafe { *inputs.add(channel).add(starts[r]) });
            for v in 0..V {
                sums[r][v] = simd.mul_add(value, row[v], sums[r][v]);
            }
        }
    }
}

#[inline(always)]
fn write<T: Real, S: Simd<T>, const R: usize, const V: usize>(
    simd: S,
    sums: &[[S::Vector; V]; R],
    rows: &[u32],
    panel: &mut Panel<'_, T>,
) {
    let width = panel.weights.width_out;
    let columns = (V * S::LANES).min(width - panel.first);
    for (sums, &row) in sums.iter().zip(rows) {
        let to = &mut panel.out[row as usize * width + panel.first..][..columns];
        if columns == V * S::LANES {
            for (v, &sum) in sums.iter().enumerate() {
                simd.store(sum, &mut to[v * S::LANES..]);
            }
        } else {
            let mut buffer = [T::ZERO; 32];
            for (v, &sum) in sums.iter().enumerate() {
                simd.store(sum, &mut buffer[v * S::LANES..]);
            }
            to.copy_from_slice(&buffer[..columns]);
        }
    }
}
