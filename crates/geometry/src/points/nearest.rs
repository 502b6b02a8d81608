//! The points nearest to a point.

use rayon::prelude::*;

use super::cells::Cells;
use crate::boxes::{Boxes, Corners, Lanes, Node, WIDTH, around, lower};
use crate::vector::{dot, sub};

// Points that one thread handles in a row.
const RUN: usize = 1024;

/// Points, ready to be asked. O(n log n) to build.
///
/// Searches run in 32-bit floats relative to the middle of the points.
///
/// ```
/// use medshape_geometry::points::nearest::PointTree;
///
/// let tree = PointTree::new(&[[0.0; 3], [5.0, 0.0, 0.0], [0.0, 7.0, 0.0]]);
/// let nearest = tree.nearest([4.0, 1.0, 0.0]).unwrap();
/// assert_eq!((nearest.point, nearest.squared_mm2), (1, 2.0));
/// ```
#[derive(Debug, Clone)]
pub struct PointTree {
    center: [f32; 3],
    boxes: Boxes,
    // Positions in the order of the boxes, the rest of the last leaf at infinity.
    leaves: Vec<[Lanes; 3]>,
}

/// A point that is near another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearPoint {
    /// Its number among the points of the tree.
    pub point: u32,
    /// The square of its distance.
    pub squared_mm2: f32,
}

impl PointTree {
    /// The tree of these positions.
    pub fn new(positions_mm: &[[f32; 3]]) -> Self {
        let mut corners: Corners = [[f32::INFINITY; 3], [-f32::INFINITY; 3]];
        for &position in positions_mm {
            corners = crate::boxes::around(corners, [position; 2]);
        }
        let center = match positions_mm {
            [] => [0.0; 3],
            _ => [0, 1, 2].map(|axis| 0.5 * corners[0][axis] + 0.5 * corners[1][axis]),
        };
        let centered = |position: [f32; 3]| [0, 1, 2].map(|axis| position[axis] - center[axis]);
        let boxes: Vec<Corners> =
            positions_mm.par_iter().map(|&position| [centered(position); 2]).collect();
        let boxes = Boxes::new(&boxes);
        let leaf = |points: &[u32]| {
            let mut leaf = [[f32::INFINITY; WIDTH]; 3];
            for (lane, &point) in points.iter().enumerate() {
                let position = centered(positions_mm[point as usize]);
                for axis in 0..3 {
                    leaf[axis][lane] = position[axis];
                }
            }
            leaf
        };
        let leaves = boxes.order().par_chunks(WIDTH).map(leaf).collect();
        Self { center, boxes, leaves }
    }

    /// The nearest point; `None` without points, or if all are farther than floats can square.
    pub fn nearest(&self, position_mm: [f32; 3]) -> Option<NearPoint> {
        self.near_point(self.nearest_place(position_mm, None))
    }

    fn near_point(&self, place: Option<(usize, f32)>) -> Option<NearPoint> {
        let (place, squared_mm2) = place?;
        Some(NearPoint { point: *self.boxes.order().get(place)?, squared_mm2 })
    }

    /// The place of the nearest point and its squared distance. A place that may be near, such as
    /// that of the position before, speeds it up.
    fn nearest_place(
        &self,
        position_mm: [f32; 3],
        guess: Option<(usize, f32)>,
    ) -> Option<(usize, f32)> {
        let position = [0, 1, 2].map(|axis| position_mm[axis] - self.center[axis]);
        if !position.iter().all(|value| value.is_finite()) {
            return None;
        }
        let mut found = guess.map(|(place, _)| {
            let leaf = squared_distances(&self.leaves[place / WIDTH], position);
            (place, leaf[place % WIDTH])
        });
        let bound = found.map_or(f32::INFINITY, |(_, squared)| squared);
        let score = |_, node: &Node| node.squared_distances(position);
        self.boxes.search(bound, score, |leaf, best| {
            let squared = squared_distances(&self.leaves[leaf], position);
            let least = squared.into_iter().fold(f32::INFINITY, lower);
            if least >= best {
                return best;
            }
            if let Some(lane) = squared.iter().position(|&squared| squared == least) {
                found = Some((WIDTH * leaf + lane, least));
            }
            least
        });
        found
    }

    /// The `n` nearest points, nearest first; all of them if there are fewer.
    pub fn nearest_n(&self, position_mm: [f32; 3], n: usize) -> Vec<NearPoint> {
        let mut near: Vec<NearPoint> = Vec::with_capacity(n + 1);
        let position = [0, 1, 2].map(|axis| position_mm[axis] - self.center[axis]);
        if n == 0 || !position.iter().all(|value| value.is_finite()) {
            return near;
        }
        self.boxes.search(
            f32::INFINITY,
            |_, node| node.squared_distances(position),
            |leaf, mut best| {
                let squared = squared_distances(&self.leaves[leaf], position);
                for (lane, &squared_mm2) in squared.iter().enumerate() {
                    if squared_mm2 < best {
                        let point = self.boxes.order()[WIDTH * leaf + lane];
                        let place = near.partition_point(|other| other.squared_mm2 <= squared_mm2);
                        near.insert(place, NearPoint { point, squared_mm2 });
                        near.truncate(n);
                        if near.len() == n {
                            best = near[n - 1].squared_mm2;
                        }
                    }
                }
                best
            },
        );
        near
    }

    /// The nearest point of each position, on all threads; fastest if neighbours follow each other.
    pub fn nearest_of_each(&self, positions_mm: &[[f32; 3]]) -> Vec<Option<NearPoint>> {
        let mut near = vec![None; positions_mm.len()];
        let runs = near.par_chunks_mut(RUN).zip(positions_mm.par_chunks(RUN));
        runs.for_each(|(near, positions)| {
            let mut place = None;
            for (near, &position) in near.iter_mut().zip(positions) {
                place = self.nearest_place(position, place);
                *near = self.near_point(place);
            }
        });
        near
    }
}

/// The nearest point of `points_mm` for each of `positions_mm`, for clouds of one surface or nearly so.
///
/// Looks into the cells of a grid around each position, and only asks a tree where these hold no
/// point near enough to be sure. The same as [`PointTree::nearest_of_each`], but for rounding.
pub fn nearest_of_each(
    positions_mm: &[[f32; 3]],
    points_mm: &[[f32; 3]],
) -> Vec<Option<NearPoint>> {
    let cells = Cells::new(points_mm, typical_distance_mm(points_mm));
    let certain = cells.reach_mm() * cells.reach_mm();
    let mut near: Vec<Option<NearPoint>> = positions_mm
        .par_iter()
        .with_min_len(RUN)
        .map(|&position| {
            let mut nearest = NearPoint { point: 0, squared_mm2: certain };
            cells.for_each_near(position, |point, there| {
                let away = sub(there, position);
                let squared_mm2 = dot(away, away);
                if squared_mm2 < nearest.squared_mm2 {
                    nearest = NearPoint { point, squared_mm2 };
                }
            });
            (nearest.squared_mm2 < certain).then_some(nearest)
        })
        .collect();
    let is_open = |near: &Option<NearPoint>| near.is_none();
    let open = positions_mm.iter().zip(&near).filter(|(_, near)| is_open(near));
    let open: Vec<[f32; 3]> = open.map(|(&position, _)| position).collect();
    if !open.is_empty() {
        let found = PointTree::new(points_mm).nearest_of_each(&open);
        for (slot, found) in near.iter_mut().filter(|near| is_open(near)).zip(found) {
            *slot = found;
        }
    }
    near
}

/// About how far neighbours of a surface are apart: as if they lay on the sides of their box.
fn typical_distance_mm(points_mm: &[[f32; 3]]) -> f32 {
    let corners = points_mm.iter().map(|&point| [point; 2]).reduce(around).unwrap_or_default();
    let [x, y, z] = [0, 1, 2].map(|axis| corners[1][axis] - corners[0][axis]);
    (2.0 * (x * y + y * z + z * x) / points_mm.len().max(1) as f32).sqrt()
}

#[inline]
fn squared_distances(leaf: &[Lanes; 3], position: [f32; 3]) -> Lanes {
    let mut squared = [0.0; WIDTH];
    for axis in 0..3 {
        for lane in 0..WIDTH {
            let away = leaf[axis][lane] - position[axis];
            squared[lane] += away * away;
        }
    }
    squared
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn squared(a: [f32; 3], b: [f32; 3]) -> f32 {
        (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum()
    }

    proptest! {
        #[test]
        fn neighbours_are_those_of_looking_at_all(
            points in proptest::collection::vec(proptest::array::uniform3(-20_i8..20), 1..200),
            query in proptest::array::uniform3(-25_i8..25),
            n in 1_usize..20,
        ) {
            // Whole numbers are exact, and many points lie on each other or equally far.
            let points: Vec<_> = points.iter().map(|p| p.map(f32::from)).collect();
            let query = query.map(f32::from);
            let mut expected: Vec<f32> = points.iter().map(|&p| squared(p, query)).collect();
            expected.sort_by(f32::total_cmp);
            let tree = PointTree::new(&points);
            let found = tree.nearest_n(query, n);
            let distances: Vec<f32> = found.iter().map(|near| near.squared_mm2).collect();
            prop_assert_eq!(&distances, &expected[..n.min(points.len())]);
            for near in &found {
                prop_assert_eq!(near.squared_mm2, squared(points[near.point as usize], query));
            }
            let nearest = tree.nearest(query).unwrap();
            prop_assert_eq!(nearest.squared_mm2, expected[0]);
            prop_assert_eq!(tree.nearest_of_each(&[query]), [Some(nearest)]);
            let by_cells = nearest_of_each(&[query], &points)[0].unwrap();
            prop_assert_eq!(by_cells.squared_mm2, expected[0]);
            let there = points[by_cells.point as usize];
            prop_assert_eq!(squared(there, query), expected[0]);
        }
    }

    #[test]
    fn without_points_nothing_is_near() {
        let tree = PointTree::new(&[]);
        assert_eq!(tree.nearest([0.0; 3]), None);
        assert!(tree.nearest_n([0.0; 3], 3).is_empty());
        assert_eq!(PointTree::new(&[[0.0; 3]]).nearest([f32::NAN; 3]), None);
    }
}
