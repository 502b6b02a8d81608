//! Which of many points is nearest (Bentley, 1975).

use rayon::prelude::*;

/// Points that are searched one by one instead of being divided further.
const LEAF: usize = 12;
/// Points below which dividing is not worth a thread.
const SERIAL: usize = 1 << 14;
/// Questions that a thread takes at once.
const CHUNK: usize = 512;

/// Points in a k-d tree: flat, balanced, and the same on any number of threads.
///
/// Building takes O(n log² n), a question about O(log n) near the points.
///
/// ```
/// use medshape_geometry::points::nearest::NearestPoints;
///
/// let tree = NearestPoints::new(&[[0.0; 3], [10.0, 0.0, 0.0]]);
/// let nearest = tree.nearest([7.0, 0.0, 4.0]).unwrap();
/// assert_eq!((nearest.index, nearest.distance_mm()), (1, 5.0));
/// ```
#[derive(Debug, Clone)]
pub struct NearestPoints {
    // In the order of the tree: the middle one divides those before it from those after it.
    points: Vec<Point>,
    /// Along which axis the point in the middle divides.
    axes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Point {
    position: [f32; 3],
    index: u32,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Place in the list that the tree was made of; the lowest of equally near ones.
    pub index: u32,
    /// Squared distance in mm².
    pub squared_mm2: f32,
}

impl Nearest {
    /// Distance in mm.
    pub fn distance_mm(&self) -> f32 {
        self.squared_mm2.sqrt()
    }
}

impl NearestPoints {
    /// A tree of points in mm, fewer than 2³².
    pub fn new(positions: &[[f32; 3]]) -> Self {
        let points = positions.iter().zip(0..);
        let mut points: Vec<Point> =
            points.map(|(&position, index)| Point { position, index }).collect();
        let mut axes = vec![0; points.len()];
        divide(&mut points, &mut axes);
        Self { points, axes }
    }

    /// The point nearest to a place; `None` if there are no points.
    pub fn nearest(&self, place: [f32; 3]) -> Option<Nearest> {
        let mut best = Nearest { index: u32::MAX, squared_mm2: f32::INFINITY };
        self.search(0, self.points.len(), place, &mut best);
        (best.index != u32::MAX).then_some(best)
    }

    /// The point nearest to each place, on all threads; empty if there are no points.
    pub fn nearest_to_each(&self, places: &[[f32; 3]]) -> Vec<Nearest> {
        let chunks = places.par_chunks(CHUNK);
        chunks
            .flat_map_iter(|chunk| chunk.iter().filter_map(|&place| self.nearest(place)))
            .collect()
    }

    fn search(&self, begin: usize, end: usize, place: [f32; 3], best: &mut Nearest) {
        if end - begin <= LEAF {
            for point in &self.points[begin..end] {
                best.take(point, place);
            }
            return;
        }
        let middle = begin.midpoint(end);
        let axis = usize::from(self.axes[middle]);
        let across = place[axis] - self.points[middle].position[axis];
        let (near, far) = if across < 0.0 {
            ((begin, middle), (middle + 1, end))
        } else {
            ((middle + 1, end), (begin, middle))
        };
        self.search(near.0, near.1, place, best);
        if across * across <= best.squared_mm2 {
            best.take(&self.points[middle], place);
            self.search(far.0, far.1, place, best);
        }
    }
}

impl Nearest {
    fn take(&mut self, point: &Point, place: [f32; 3]) {
        let [x, y, z] = [0, 1, 2].map(|axis| place[axis] - point.position[axis]);
        let squared_mm2 = x * x + y * y + z * z;
        if (squared_mm2, point.index) < (self.squared_mm2, self.index) {
            *self = Self { index: point.index, squared_mm2 };
        }
    }
}

fn divide(points: &mut [Point], axes: &mut [u8]) {
    let n = points.len();
    if n <= LEAF {
        return;
    }
    let axis = widest_axis(points);
    let middle = n / 2;
    points.select_nth_unstable_by(middle, |a, b| {
        a.position[axis].total_cmp(&b.position[axis]).then(a.index.cmp(&b.index))
    });
    axes[middle] = axis as u8;
    let (low, rest) = points.split_at_mut(middle);
    let (low_axes, rest_axes) = axes.split_at_mut(middle);
    let (high, high_axes) = (&mut rest[1..], &mut rest_axes[1..]);
    if n < SERIAL {
        divide(low, low_axes);
        divide(high, high_axes);
    } else {
        rayon::join(|| divide(low, low_axes), || divide(high, high_axes));
    }
}

fn widest_axis(points: &[Point]) -> usize {
    let (mut min, mut max) = ([f32::INFINITY; 3], [f32::NEG_INFINITY; 3]);
    for point in points {
        for axis in 0..3 {
            min[axis] = min[axis].min(point.position[axis]);
            max[axis] = max[axis].max(point.position[axis]);
        }
    }
    let width = [0, 1, 2].map(|axis| max[axis] - min[axis]);
    (1..3).fold(0, |widest, axis| if width[axis] > width[widest] { axis } else { widest })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_trying_all(points: &[[f32; 3]], place: [f32; 3]) -> Option<u32> {
        let squared = |point: [f32; 3]| {
            let [x, y, z] = [0, 1, 2].map(|axis| place[axis] - point[axis]);
            x * x + y * y + z * z
        };
        let all = points.iter().zip(0..).map(|(&point, index)| (squared(point), index));
        all.min_by(|a, b| a.partial_cmp(b).unwrap()).map(|(_, index)| index)
    }

    fn coordinates(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<[f32; 3]>> {
        // Few values, so that points coincide and distances are equal.
        let number = || (-8_i8..8).prop_map(f32::from);
        proptest::collection::vec([number(), number(), number()], n)
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_trying_all_finds(points in coordinates(0..300), places in coordinates(1..20)) {
            let tree = NearestPoints::new(&points);
            for &place in &places {
                prop_assert_eq!(tree.nearest(place).map(|n| n.index), by_trying_all(&points, place));
            }
            let together = tree.nearest_to_each(&places);
            prop_assert_eq!(together.len(), if points.is_empty() { 0 } else { places.len() });
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let points: Vec<[f32; 3]> = (0..40_000_u32)
            .map(|n| [7_919, 104_729, 1_299_709].map(|k| (n.wrapping_mul(k) >> 4 & 0xfff) as f32))
            .collect();
        let found = |n_threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| NearestPoints::new(&points).nearest_to_each(&points[..5000]))
        };
        assert_eq!(found(1), found(3));
    }
}
