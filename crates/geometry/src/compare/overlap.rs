//! How many voxels two masks share: Dice, Jaccard, volumetric similarity.

use medshape_types::{LabelIndex, LabelMap, LabelVoxels};
use rayon::prelude::*;

use super::{DifferentGrids, same_grid};

/// Rows that one thread counts at a time; fixed, though sums of whole numbers would not mind.
const ROWS_AT_ONCE: usize = 4096;

/// The voxels of two masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overlap {
    /// Voxels of the first mask.
    pub n_a: u64,
    /// Voxels of the second mask.
    pub n_b: u64,
    /// Voxels in both.
    pub n_both: u64,
}

impl Overlap {
    /// 2 |A ∩ B| / (|A| + |B|), from 0 to 1; NaN if both masks are empty (Dice, 1945).
    pub fn dice(&self) -> f64 {
        2.0 * self.n_both as f64 / (self.n_a + self.n_b) as f64
    }

    /// |A ∩ B| / |A ∪ B|, from 0 to 1; NaN if both masks are empty (Jaccard, 1912).
    pub fn jaccard(&self) -> f64 {
        self.n_both as f64 / (self.n_a + self.n_b - self.n_both) as f64
    }

    /// 1 - | |A| - |B| | / (|A| + |B|), from 0 to 1; NaN if both masks are empty (Taha and Hanbury,
    /// 2015). Says nothing of where the voxels are.
    pub fn volumetric_similarity(&self) -> f64 {
        1.0 - self.n_a.abs_diff(self.n_b) as f64 / (self.n_a + self.n_b) as f64
    }
}

/// The overlap of each label of two maps, by the labels' numbers (values), in rising order.
///
/// One pass over both maps, whatever the number of labels. The background does not take part.
///
/// # Errors
/// The maps lie on different grids.
///
/// ```
/// use medshape_geometry::compare::overlap::overlaps;
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let grid = Grid::new([4, 1, 1], Affine::IDENTITY).unwrap();
/// let a = LabelMap::new(grid, vec![1, 1, 1, 0], vec![0, 7]).unwrap();
/// let b = LabelMap::new(grid, vec![0, 2, 1, 1], vec![0, 5, 7]).unwrap();
/// let found = overlaps(&a, &b).unwrap();
/// assert_eq!((found[0].0, found[0].1.dice()), (5, 0.0));
/// assert_eq!((found[1].0, found[1].1.dice()), (7, 0.5));
/// ```
pub fn overlaps(a: &LabelMap, b: &LabelMap) -> Result<Vec<(i64, Overlap)>, DifferentGrids> {
    same_grid(a.grid(), b.grid())?;
    let mut values: Vec<i64> = [&a.values()[1..], &b.values()[1..]].concat();
    values.sort_unstable();
    values.dedup();
    // Numbers of the values from 1; 0 stays the background.
    let numbers = |map: &LabelMap| -> Vec<usize> {
        let of_value = |value: &i64| values.binary_search(value).map_or(0, |number| number + 1);
        std::iter::once(0).chain(map.values()[1..].iter().map(of_value)).collect()
    };
    let counter = Counter { a: &numbers(a), b: &numbers(b), n_values: values.len() + 1 };
    let counts = counter.count(a, b);
    Ok(values.into_iter().zip(counts.into_iter().skip(1)).collect())
}

/// Which common number each label index of the two maps has.
struct Counter<'a> {
    a: &'a [usize],
    b: &'a [usize],
    n_values: usize,
}

impl Counter<'_> {
    fn count(&self, a: &LabelMap, b: &LabelMap) -> Vec<Overlap> {
        use LabelVoxels::{Narrow, Wide};
        let length = a.grid().dims()[0] * ROWS_AT_ONCE;
        match (a.voxels(), b.voxels()) {
            (Narrow(a), Narrow(b)) => self.count_voxels(a, b, length),
            (Narrow(a), Wide(b)) => self.count_voxels(a, b, length),
            (Wide(a), Narrow(b)) => self.count_voxels(a, b, length),
            (Wide(a), Wide(b)) => self.count_voxels(a, b, length),
        }
    }

    fn count_voxels<A: LabelIndex, B: LabelIndex>(
        &self,
        a: &[A],
        b: &[B],
        length: usize,
    ) -> Vec<Overlap> {
        let parts = a.par_chunks(length).zip(b.par_chunks(length));
        let parts: Vec<Vec<Overlap>> = parts.map(|(a, b)| self.count_part(a, b)).collect();
        let mut counts = vec![Overlap::default(); self.n_values];
        for part in &parts {
            for (count, part) in counts.iter_mut().zip(part) {
                count.n_a += part.n_a;
                count.n_b += part.n_b;
                count.n_both += part.n_both;
            }
        }
        counts
    }

    fn count_part<A: LabelIndex, B: LabelIndex>(&self, a: &[A], b: &[B]) -> Vec<Overlap> {
        let mut counts = vec![Overlap::default(); self.n_values];
        let mut start = 0;
        while start < a.len() {
            let length = run_length(&a[start..], &b[start..]);
            let in_a = self.a[usize::from(a[start].index())];
            let in_b = self.b[usize::from(b[start].index())];
            counts[in_a].n_a += length as u64;
            counts[in_b].n_b += length as u64;
            counts[in_a].n_both += if in_a == in_b { length as u64 } else { 0 };
            start += length;
        }
        counts
    }
}

/// How many voxels from the start have the labels of the first in both maps.
fn run_length<A: LabelIndex, B: LabelIndex>(a: &[A], b: &[B]) -> usize {
    const BLOCK: usize = 16;
    let first = (a[0], b[0]);
    let differ = |a: &[A], b: &[B]| {
        let in_a = a.iter().fold(A::default(), |any, &a| any | (a ^ first.0));
        let in_b = b.iter().fold(B::default(), |any, &b| any | (b ^ first.1));
        in_a != A::default() || in_b != B::default()
    };
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK));
    let whole = BLOCK * blocks.take_while(|(a, b)| !differ(a, b)).count();
    let rest = a[whole..].iter().zip(&b[whole..]);
    whole + rest.take_while(|&(&a, &b)| (a, b) == first).count()
}

#[cfg(test)]
mod tests {
    use medshape_types::{Affine, Grid};
    use proptest::prelude::*;

    use super::*;

    fn map(voxels: &[u16], values: &[i64]) -> LabelMap {
        let grid = Grid::new([voxels.len(), 1, 1], Affine::IDENTITY).unwrap();
        LabelMap::new(grid, voxels.to_vec(), values.to_vec()).unwrap()
    }

    #[test]
    fn measures_are_those_of_their_definitions() {
        let overlap = Overlap { n_a: 6, n_b: 2, n_both: 1 };
        assert_eq!(overlap.dice(), 0.25);
        assert_eq!(overlap.jaccard(), 1.0 / 7.0);
        assert_eq!(overlap.volumetric_similarity(), 0.5);
        assert!(Overlap::default().dice().is_nan());
    }

    #[test]
    fn maps_of_other_places_are_not_compared() {
        let other = LabelMap::new(
            Grid::new([2, 1, 1], Affine::from_spacing([1.0; 3], [0.5, 0.0, 0.0]).unwrap()).unwrap(),
            vec![1, 1],
            vec![0, 1],
        );
        assert_eq!(overlaps(&map(&[1, 1], &[0, 1]), &other.unwrap()), Err(DifferentGrids));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn counts_are_those_of_single_voxels(
            pairs in proptest::collection::vec((0_u16..4, 0_u16..3, 1_usize..40), 1..60)
        ) {
            let spread = |pick: fn(&(u16, u16, usize)) -> u16| -> Vec<u16> {
                let runs = pairs.iter().flat_map(|pair| vec![pick(pair); pair.2]);
                runs.collect()
            };
            let (a, b) = (spread(|pair| pair.0), spread(|pair| pair.1));
            let (values_a, values_b) = ([0, -2, 5, 9], [0, 5, 7]);
            let found = overlaps(&map(&a, &values_a), &map(&b, &values_b)).unwrap();
            for (value, overlap) in found {
                let is_a: Vec<bool> = a.iter().map(|&v| values_a[usize::from(v)] == value).collect();
                let is_b: Vec<bool> = b.iter().map(|&v| values_b[usize::from(v)] == value).collect();
                let count = |is: &dyn Fn(usize) -> bool| (0..a.len()).filter(|&i| is(i)).count();
                prop_assert_eq!(overlap.n_a as usize, count(&|i| is_a[i]));
                prop_assert_eq!(overlap.n_b as usize, count(&|i| is_b[i]));
                prop_assert_eq!(overlap.n_both as usize, count(&|i| is_a[i] && is_b[i]));
            }
        }
    }
}
