//! Voxels as single bits: 64 of a row are compared, shifted and searched at a time.

use medshape_types::{LabelIndex, LabelVoxels};
use rayon::prelude::*;

use super::mask::{Extent, MaskView};

/// A set of voxels of a box.
pub(crate) struct Bits {
    pub(crate) dims: [usize; 3],
    words_per_row: usize,
    // Invariant: bits beyond the end of a row are 0.
    words: Vec<u64>,
}

impl Bits {
    /// No voxel.
    pub(crate) fn none(dims: [usize; 3]) -> Self {
        let words_per_row = dims[0].div_ceil(64);
        Self { dims, words_per_row, words: vec![0; words_per_row * dims[1] * dims[2]] }
    }

    /// The voxels of a box that are inside the mask.
    pub(crate) fn of(mask: MaskView<'_>, extent: &Extent) -> Self {
        match mask.map().voxels() {
            LabelVoxels::Narrow(voxels) => Self::of_voxels(voxels, mask, extent),
            LabelVoxels::Wide(voxels) => Self::of_voxels(voxels, mask, extent),
        }
    }

    fn of_voxels<I: LabelIndex>(voxels: &[I], mask: MaskView<'_>, extent: &Extent) -> Self {
        let [x0, y0, z0] = extent.min_voxel;
        let nx = extent.dims()[0];
        Self::by_rows(extent.dims(), |y, z, words| {
            let start = mask.grid().index([x0, y0 + y, z0 + z]);
            let row = &voxels[start..start + nx];
            for (word, labels) in words.iter_mut().zip(row.chunks(64)) {
                *word = packed(labels, mask.label());
            }
        })
    }

    /// Voxels whose rows are given by a function of y and z, called in parallel.
    pub(crate) fn by_rows(
        dims: [usize; 3],
        fill: impl Fn(usize, usize, &mut [u64]) + Sync,
    ) -> Self {
        let mut bits = Self::none(dims);
        let words_per_row = bits.words_per_row;
        let layers = bits.words.par_chunks_exact_mut(words_per_row * dims[1]).enumerate();
        layers.for_each(|(z, layer)| {
            for (y, row) in layer.chunks_exact_mut(words_per_row).enumerate() {
                fill(y, z, row);
            }
        });
        bits
    }

    /// A row; `None` outside of the box, also for indices that wrapped around below 0.
    pub(crate) fn row(&self, y: usize, z: usize) -> Option<&[u64]> {
        let is_there = y < self.dims[1] && z < self.dims[2];
        is_there.then(|| {
            let start = (z * self.dims[1] + y) * self.words_per_row;
            &self.words[start..start + self.words_per_row]
        })
    }

    /// The voxels, rising by x, then y, then z.
    pub(crate) fn places(&self) -> Vec<[u16; 3]> {
        let of_layer = |z: usize| {
            let mut places = Vec::new();
            for (y, row) in (0..self.dims[1]).filter_map(|y| Some((y, self.row(y, z)?))) {
                for (number, &word) in row.iter().enumerate() {
                    let mut left = word;
                    while left != 0 {
                        let x = 64 * number + left.trailing_zeros() as usize;
                        places.push([x as u16, y as u16, z as u16]);
                        left &= left - 1;
                    }
                }
            }
            places
        };
        let layers: Vec<Vec<[u16; 3]>> = (0..self.dims[2]).into_par_iter().map(of_layer).collect();
        layers.concat()
    }
}

/// Bit x is 1 if voxel x has the label; of at most 64 voxels.
fn packed<I: LabelIndex>(labels: &[I], label: u16) -> u64 {
    let mut bytes = [0_u8; 64];
    for (byte, other) in bytes.iter_mut().zip(labels) {
        *byte = u8::from(other.index() == label);
    }
    let (eights, _) = bytes.as_chunks::<8>();
    // The product moves the lowest bit of byte i to bit 56 + i.
    let gathered = eights
        .iter()
        .map(|eight| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56);
    gathered.enumerate().fold(0, |word, (number, bits)| word | bits << (8 * number))
}

/// Bit x of the result is bit x - 1 of the row.
pub(crate) fn shifted_up(row: &[u64], word: usize) -> u64 {
    let carry = if word == 0 { 0 } else { row[word - 1] >> 63 };
    row[word] << 1 | carry
}

/// Bit x of the result is bit x + 1 of the row.
pub(crate) fn shifted_down(row: &[u64], word: usize) -> u64 {
    let carry = row.get(word + 1).map_or(0, |next| next << 63);
    row[word] >> 1 | carry
}

/// Steps from x to the nearest bit of a row that is 1, if there are no more than `max_steps`.
pub(crate) fn steps_to_nearest(row: &[u64], x: usize, max_steps: usize) -> Option<usize> {
    let (word, bit) = (x / 64, x % 64);
    let (up, down) = (row[word] >> bit, row[word] << (63 - bit));
    let mut best = max_steps.saturating_add(1);
    if up != 0 {
        best = best.min(up.trailing_zeros() as usize);
    }
    if down != 0 {
        best = best.min(down.leading_zeros() as usize);
    }
    // The nearest bit in words farther up and down, as long as they are near enough.
    let mut steps = 64 - bit;
    for &next in &row[word + 1..] {
        if steps >= best {
            break;
        }
        if next != 0 {
            best = best.min(steps + next.trailing_zeros() as usize);
        }
        steps += 64;
    }
    steps = bit + 1;
    for &next in row[..word].iter().rev() {
        if steps >= best {
            break;
        }
        if next != 0 {
            best = best.min(steps + next.leading_zeros() as usize);
        }
        steps += 64;
    }
    (best <= max_steps).then_some(best)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row_of(bits: &[bool]) -> Vec<u64> {
        let labels: Vec<u16> = bits.iter().map(|&bit| if bit { 7 } else { 3 }).collect();
        labels.chunks(64).map(|labels| packed(labels, 7)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn rows_of_bits_are_rows_of_voxels(
            bits in proptest::collection::vec((0_u8..40).prop_map(|value| value == 0), 1..300),
            x: prop::sample::Index,
            max_steps in 0_usize..300,
        ) {
            let row = row_of(&bits);
            let bit = |row: &[u64], x: usize| row[x / 64] >> (x % 64) & 1 == 1;
            for (x, &expected) in bits.iter().enumerate() {
                prop_assert_eq!(bit(&row, x), expected);
                let (word, shift) = (x / 64, x % 64);
                let (up, down) = (shifted_up(&row, word), shifted_down(&row, word));
                prop_assert_eq!(up >> shift & 1 == 1, x > 0 && bits[x - 1]);
                prop_assert_eq!(down >> shift & 1 == 1, x + 1 < bits.len() && bits[x + 1]);
            }
            let x = x.index(bits.len());
            let set = (0..bits.len()).filter(|&other| bits[other]);
            let nearest = set.map(|other| x.abs_diff(other)).min();
            let expected = nearest.filter(|&steps| steps <= max_steps);
            prop_assert_eq!(steps_to_nearest(&row, x, max_steps), expected);
        }
    }
}
