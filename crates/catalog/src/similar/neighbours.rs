//! The nearest of many descriptors, by looking at all of them.
//!
//! Each number takes a byte in memory. A scan over the bytes breaks off at a descriptor as soon as it
//! is farther than the nearest so far, and the candidates that are left are measured again on the
//! numbers themselves. At a hundred thousand shapes that is faster than it has to be, there is
//! nothing to tune, and nothing that a graph of neighbours would miss.

use std::collections::BinaryHeap;

use super::Descriptor;

/// Numbers between two looks at whether a descriptor is too far already: a line of the cache.
const BLOCK: usize = 64;
/// The largest share of the numbers that may lie beyond the ends of the scale.
const BEYOND: f64 = 0.001;

/// How large the numbers of descriptors are, to give their bytes a scale.
#[derive(Debug, Clone)]
pub struct Scale {
    /// By exponent and three bits more: near enough, and nothing has to be kept and sorted.
    counts: Vec<u64>,
}

impl Default for Scale {
    fn default() -> Self {
        Self { counts: vec![0; 1 << 11] }
    }
}

impl Scale {
    /// Takes the numbers of one more descriptor into account.
    pub fn add(&mut self, numbers: &[f32; Descriptor::N]) {
        for number in numbers {
            self.counts[(number.abs().to_bits() >> 20) as usize] += 1;
        }
    }

    /// The step at which all but a few numbers fit into a byte.
    fn step(&self) -> f32 {
        let total: u64 = self.counts.iter().sum();
        let n_beyond = (total as f64 * BEYOND) as u64;
        let mut left = total;
        let class = self.counts.iter().position(|count| {
            left -= count;
            left <= n_beyond
        });
        let end = f32::from_bits((class.unwrap_or(0) as u32 + 1) << 20);
        if end.is_finite() && end > 0.0 { end / 127.0 } else { 1.0 }
    }
}

/// Descriptors as bytes, one after the other.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// What a byte's step is worth.
    step: f32,
    bytes: Vec<[u8; Descriptor::N]>,
}

impl Neighbours {
    /// Room for `n` descriptors of this scale.
    pub fn with_room(scale: &Scale, n: usize) -> Self {
        Self { step: scale.step(), bytes: Vec::with_capacity(n) }
    }

    /// Adds a descriptor, which takes the next position.
    pub fn push(&mut self, numbers: &[f32; Descriptor::N]) {
        self.bytes.push(bytes(numbers, self.step));
    }

    /// How many descriptors there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bytes in memory.
    pub fn n_bytes(&self) -> usize {
        size_of_val(self.bytes.as_slice())
    }

    /// Positions of the `n` descriptors that are nearest to `query` by their first `n_numbers`
    /// numbers, as bytes; nearest first, and of two that are equally near the one that stands
    /// first. Those that `is_wanted` refuses are passed over.
    pub fn nearest(
        &self,
        query: &[f32; Descriptor::N],
        n_numbers: usize,
        n: usize,
        is_wanted: impl Fn(usize) -> bool,
    ) -> Vec<usize> {
        let query = bytes(query, self.step).map(i16::from);
        let mut found: BinaryHeap<(u32, usize)> = BinaryHeap::with_capacity(n + 1);
        let mut farthest = if n == 0 { 0 } else { u32::MAX };
        for (position, bytes) in self.bytes.iter().enumerate() {
            let Some(distance) = distance_below(&query, bytes, n_numbers, farthest) else {
                continue;
            };
            if !is_wanted(position) {
                continue;
            }
            found.push((distance, position));
            if found.len() > n {
                found.pop();
            }
            if found.len() == n {
                farthest = found.peek().map_or(0, |(distance, _)| *distance);
            }
        }
        found.into_sorted_vec().into_iter().map(|(_, position)| position).collect()
    }
}

fn bytes(numbers: &[f32; Descriptor::N], step: f32) -> [u8; Descriptor::N] {
    // A number that is none becomes 0, as every cast of it does.
    numbers.map(|number| ((number / step).round().clamp(-127.0, 127.0) as i16 + 128) as u8)
}

/// The squared distance, if it is below `end`.
fn distance_below(
    query: &[i16; Descriptor::N],
    bytes: &[u8; Descriptor::N],
    n_numbers: usize,
    end: u32,
) -> Option<u32> {
    let mut sum = 0_u32;
    let blocks = query[..n_numbers].chunks(BLOCK).zip(bytes[..n_numbers].chunks(BLOCK));
    for (query, bytes) in blocks {
        // At most 256 · 254², so nothing overflows, and nothing need be checked.
        let squares = query.iter().zip(bytes).map(|(a, b)| {
            let difference = i32::from(a.wrapping_sub(i16::from(*b)));
            difference.wrapping_mul(difference)
        });
        let block = squares.fold(0_i32, i32::wrapping_add);
        sum = sum.wrapping_add(block as u32);
        if sum >= end {
            return None;
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn descriptors(seeds: &[(u8, i16)]) -> Vec<[f32; Descriptor::N]> {
        // Few different groups, so that many distances are close to one another.
        let number = |group: u8, shift: i16, place: usize| {
            let wave = (f32::from(group) + 1.0) * (place as f32 * 0.37 + f32::from(group)).sin();
            wave + f32::from(shift) / 8192.0 * (place as f32 * 1.7).cos()
        };
        let one = |&(group, shift): &(u8, i16)| {
            std::array::from_fn(|place| number(group % 5, shift, place))
        };
        seeds.iter().map(one).collect()
    }

    fn neighbours(all: &[[f32; Descriptor::N]]) -> Neighbours {
        let mut scale = Scale::default();
        all.iter().for_each(|numbers| scale.add(numbers));
        let mut neighbours = Neighbours::with_room(&scale, all.len());
        all.iter().for_each(|numbers| neighbours.push(numbers));
        neighbours
    }

    proptest! {
        #[test]
        fn the_scan_finds_what_sorting_all_distances_finds(
            seeds in prop::collection::vec((any::<u8>(), any::<i16>()), 1..200),
            n in 0_usize..30,
            n_numbers in prop::sample::select(vec![1, 63, 64, 65, 200, 248, 256]),
            odd_alone in any::<bool>(),
        ) {
            let all = descriptors(&seeds);
            let neighbours = neighbours(&all);
            let is_wanted = |position: usize| !odd_alone || position % 2 == 1;
            let query = neighbours.bytes[0];
            let mut expected: Vec<(u32, usize)> = (0..all.len())
                .filter(|&position| is_wanted(position))
                .map(|position| {
                    let pairs = query[..n_numbers].iter().zip(&neighbours.bytes[position]);
                    (pairs.map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum(), position)
                })
                .collect();
            expected.sort_unstable();
            expected.truncate(n);
            let expected: Vec<usize> = expected.into_iter().map(|(_, position)| position).collect();
            prop_assert_eq!(neighbours.nearest(&all[0], n_numbers, n, is_wanted), expected);
        }
    }

    #[test]
    fn bytes_keep_what_is_near_near() {
        let all = descriptors(&[(0, 0), (0, 300), (0, -300), (1, 0), (2, 0), (0, 8_000)]);
        let found = neighbours(&all).nearest(&all[0], Descriptor::N, 4, |_| true);
        assert_eq!(found[0], 0);
        assert_eq!(found[3], 5, "the rest of its group comes before the others: {found:?}");
    }

    #[test]
    fn numbers_that_are_none_and_nothing_at_all_are_no_harm() {
        let mut odd = [f32::NAN; Descriptor::N];
        odd[0] = f32::INFINITY;
        assert_eq!(
            neighbours(&[odd, [0.0; Descriptor::N]]).nearest(&odd, 256, 1, |_| true).len(),
            1
        );
        assert!(neighbours(&[]).nearest(&odd, 256, 5, |_| true).is_empty());
        assert!(neighbours(&[[0.0; Descriptor::N]]).nearest(&odd, 256, 0, |_| true).is_empty());
    }
}
