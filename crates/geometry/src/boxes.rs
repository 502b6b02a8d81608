//! A flat tree of boxes: finds the few of many small things that a search has to look at.
//!
//! Eight boxes a node, so that one comparison of arrays tests all children of a node, and eight
//! things a leaf. Nodes lie in one array a level and name no children: child `lane` of node `n` is
//! number `8 n + lane` of the level below. The things are put into order by medians along the
//! longest side (Bentley, 1975): no rotation or worst case can make the tree deep.

use rayon::prelude::*;

/// Boxes a node and things a leaf.
pub(crate) const WIDTH: usize = 8;

/// One number for each box of a node or each thing of a leaf.
pub(crate) type Lanes = [f32; WIDTH];

// Ten levels below the root hold 8^11 things; each level leaves at most seven siblings behind.
const STACK: usize = 80;
const PARALLEL: usize = 4096;

/// The boxes of up to eight children, empty ones turned inside out.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) min: [Lanes; 3],
    pub(crate) max: [Lanes; 3],
}

/// The tree.
#[derive(Debug, Clone)]
pub(crate) struct Boxes {
    // Which thing stands at each place; leaf n holds places 8 n to 8 n + 7.
    order: Vec<u32>,
    // From the nodes above the leaves up to the root alone.
    levels: Vec<Vec<Node>>,
}

/// A box by its corners.
pub(crate) type Corners = [[f32; 3]; 2];

impl Boxes {
    /// The tree of things that lie in these boxes. O(n log n).
    pub(crate) fn new(boxes: &[Corners]) -> Self {
        let mut items: Vec<Item> =
            (0..).zip(boxes).map(|(thing, corners)| Item::new(thing, corners)).collect();
        let mut child = WIDTH;
        while child * WIDTH < items.len() {
            child *= WIDTH;
        }
        arrange(&mut items, child);
        let order: Vec<u32> = items.par_iter().map(|item| item.thing).collect();
        let leaf = |things: &[u32]| {
            things.iter().map(|&thing| boxes[thing as usize]).fold(NOTHING, around)
        };
        let mut corners: Vec<Corners> = order.par_chunks(WIDTH).map(leaf).collect();
        let mut levels: Vec<Vec<Node>> = Vec::new();
        while levels.last().map_or(!corners.is_empty(), |level| level.len() > 1) {
            let nodes: Vec<Node> = corners.par_chunks(WIDTH).map(Node::of).collect();
            corners = corners
                .par_chunks(WIDTH)
                .map(|children| children.iter().copied().fold(NOTHING, around))
                .collect();
            levels.push(nodes);
        }
        Self { order, levels }
    }

    /// How many nodes a level has; level 0 is the one above the leaves.
    pub(crate) fn n_nodes(&self, level: usize) -> usize {
        self.levels.get(level).map_or(0, Vec::len)
    }

    /// The things in the order in which leaves hold them.
    pub(crate) fn order(&self) -> &[u32] {
        &self.order
    }

    /// Visits the leaves that may hold something better than `best`, promising ones first.
    ///
    /// `score` bounds what the children of a node can reach; `leaf` looks into one and returns the
    /// best that is known then. Lower is better, and infinity is never visited. Scores must not come
    /// from numbers that are not finite: they could lead to children that are not there.
    pub(crate) fn search(
        &self,
        mut best: f32,
        score: impl Fn(Place, &Node) -> Lanes,
        mut leaf: impl FnMut(usize, f32) -> f32,
    ) {
        let mut stack = [Visit::default(); STACK];
        stack[0].level = self.levels.len() as u32;
        let mut height = usize::from(!self.levels.is_empty());
        while height > 0 {
            height -= 1;
            let visit = stack[height];
            if visit.score >= best {
                continue;
            }
            if visit.level == 0 {
                best = leaf(visit.index as usize, best);
                continue;
            }
            let node = Place { level: visit.level as usize - 1, index: visit.index as usize };
            let scores = score(node, &self.levels[node.level][node.index]);
            let first = height;
            let (promising, n_promising) = below(&scores, best);
            for &(score, lane) in &promising[..n_promising] {
                let index = visit.index * WIDTH as u32 + lane;
                let visit = Visit { score, level: visit.level - 1, index };
                let mut place = height;
                while place > first && stack[place - 1].score < score {
                    stack[place] = stack[place - 1];
                    place -= 1;
                }
                stack[place] = visit;
                height += 1;
            }
        }
    }
}

/// The scores below a limit with their lanes, and how many there are. Without branches, which would
/// be guessed wrong half of the time.
#[inline]
fn below(scores: &Lanes, limit: f32) -> ([(f32, u32); WIDTH], usize) {
    let mut found = [(0.0, 0); WIDTH];
    let mut n_found = 0;
    for (lane, &score) in (0..).zip(scores) {
        found[n_found % WIDTH] = (score, lane);
        n_found += usize::from(score < limit);
    }
    (found, n_found.min(WIDTH))
}

/// Which node of the tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// 0 for those above the leaves.
    pub(crate) level: usize,
    /// Its number in that level.
    pub(crate) index: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Visit {
    score: f32,
    // How far above the leaves.
    level: u32,
    index: u32,
}

impl Node {
    fn of(children: &[Corners]) -> Self {
        let mut node = Self { min: [[f32::INFINITY; WIDTH]; 3], max: [[-f32::INFINITY; WIDTH]; 3] };
        for (lane, [min, max]) in children.iter().enumerate() {
            for axis in 0..3 {
                node.min[axis][lane] = min[axis];
                node.max[axis][lane] = max[axis];
            }
        }
        node
    }

    /// Squared distance from a point to each box.
    #[inline]
    pub(crate) fn squared_distances(&self, point: [f32; 3]) -> Lanes {
        let mut sums = [0.0; WIDTH];
        for ((min, max), value) in self.min.iter().zip(&self.max).zip(point) {
            for lane in 0..WIDTH {
                let outside = higher(higher(min[lane] - value, value - max[lane]), 0.0);
                sums[lane] += outside * outside;
            }
        }
        sums
    }
}

/// The higher number. One instruction, as it need not think of NaN.
#[inline]
pub(crate) fn higher(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The lower number. One instruction, as it need not think of NaN.
#[inline]
pub(crate) fn lower(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

const NOTHING: Corners = [[f32::INFINITY; 3], [-f32::INFINITY; 3]];

/// The box around two boxes.
pub(crate) fn around(a: Corners, b: Corners) -> Corners {
    [
        [0, 1, 2].map(|axis| lower(a[0][axis], b[0][axis])),
        [0, 1, 2].map(|axis| higher(a[1][axis], b[1][axis])),
    ]
}

#[derive(Debug, Clone, Copy)]
struct Item {
    center: [f32; 3],
    thing: u32,
}

impl Item {
    fn new(thing: u32, [min, max]: &Corners) -> Self {
        // Halved first: the sum of two finite numbers need not be finite.
        let center = [0, 1, 2].map(|axis| 0.5 * min[axis] + 0.5 * max[axis]);
        Self { center, thing }
    }
}

/// Sorts the items of a node so that each run of `child` items, a power of eight, is a child.
fn arrange(items: &mut [Item], child: usize) {
    let n_children = items.len().div_ceil(child);
    if n_children <= 1 {
        if child > WIDTH {
            arrange(items, child / WIDTH);
        }
        return;
    }
    let axis = longest_axis(items);
    let middle = n_children.div_ceil(2) * child;
    items.select_nth_unstable_by(middle, |a, b| a.center[axis].total_cmp(&b.center[axis]));
    let (left, right) = items.split_at_mut(middle);
    if left.len() > PARALLEL {
        rayon::join(|| arrange(left, child), || arrange(right, child));
    } else {
        arrange(left, child);
        arrange(right, child);
    }
}

fn longest_axis(items: &[Item]) -> usize {
    let corners = items.iter().map(|item| [item.center; 2]).fold(NOTHING, around);
    let size = [0, 1, 2].map(|axis| corners[1][axis] - corners[0][axis]);
    let longer = if size[1] > size[0] { 1 } else { 0 };
    if size[2] > size[longer] { 2 } else { longer }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(n: usize) -> Vec<Corners> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 1e4
        };
        (0..n).map(|_| [[next(), next(), next()]; 2]).collect()
    }

    #[test]
    fn every_thing_is_in_one_leaf_and_in_all_boxes_above() {
        for n in [0, 1, 7, 8, 9, 63, 64, 65, 512, 513, 5_000] {
            let points = points(n);
            let boxes = Boxes::new(&points);
            let mut seen = vec![0; n];
            boxes.search(
                f32::INFINITY,
                |_, node| {
                    [0, 1, 2, 3, 4, 5, 6, 7].map(|lane| {
                        if node.min[0][lane] <= node.max[0][lane] { 0.0 } else { f32::INFINITY }
                    })
                },
                |leaf, best| {
                    for &thing in boxes.order.chunks(WIDTH).nth(leaf).unwrap() {
                        seen[thing as usize] += 1;
                    }
                    best
                },
            );
            assert!(seen.iter().all(|&n| n == 1), "{n}");
        }
    }

    #[test]
    fn the_nearest_point_is_that_of_looking_at_all() {
        let points = points(3_000);
        let boxes = Boxes::new(&points);
        for query in self::points(200).into_iter().map(|[point, _]| point.map(|v| v * 1.3 - 90.0)) {
            let squared = |thing: usize| {
                let point = points[thing][0];
                (0..3).map(|axis| (point[axis] - query[axis]).powi(2)).sum::<f32>()
            };
            let mut found = f32::INFINITY;
            boxes.search(
                f32::INFINITY,
                |_, node| node.squared_distances(query),
                |leaf, best| {
                    let things = boxes.order[WIDTH * leaf..].iter().take(WIDTH);
                    found = things.map(|&thing| squared(thing as usize)).fold(best, f32::min);
                    found
                },
            );
            let expected = (0..points.len()).map(squared).fold(f32::INFINITY, f32::min);
            assert_eq!(found, expected);
        }
    }
}
