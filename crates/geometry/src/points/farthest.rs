//! Few points that leave no part far from any.

use medshape_types::{Mesh, PointCloud};
use rayon::prelude::*;

use super::sample::sample;
use crate::boxes::{Boxes, Corners, around};
use crate::vector::{dot, sub};

/// How many random points there are for each that is picked from a mesh.
const SURPLUS: usize = 8;

/// Neighbours that are looked at, or passed by, together.
const GROUP: usize = 64;

/// `n` points of a mesh of which each is as far as possible from those before it, with the normals
/// of their faces; picked from eight times as many random ones by [`farthest`].
pub fn farthest_of_mesh(mesh: &Mesh, n: usize, seed: u64) -> PointCloud {
    let dense = sample(mesh, n.saturating_mul(SURPLUS), seed);
    let picked = farthest(dense.positions(), n);
    let pick = |values: &[[f32; 3]]| picked.iter().map(|&point| values[point as usize]).collect();
    PointCloud::new(pick(dense.positions()), pick(dense.normals()))
        .expect("as many normals as positions were picked from a point cloud")
}

/// Numbers of `n` points, each the one farthest from all before it (Gonzalez, 1985); all points if
/// there are fewer. The first is the one farthest from the middle of their box.
///
/// Every beginning of the list is spread well. Groups of neighbours that a new point cannot be
/// nearer to than the points before are passed by, which changes no result.
///
/// ```
/// use medshape_geometry::points::farthest::farthest;
///
/// let line = [0.0, 1.0, 2.0, 3.0, 4.5].map(|x: f32| [x, 0.0, 0.0]);
/// assert_eq!(farthest(&line, 3), [0, 4, 2]);
/// ```
pub fn farthest(positions: &[[f32; 3]], n: usize) -> Vec<u32> {
    let boxes: Vec<Corners> = positions.iter().map(|&position| [position; 2]).collect();
    let Some(all) = boxes.iter().copied().reduce(around) else { return Vec::new() };
    let tree = Boxes::new(&boxes);
    let point = |&number: &u32| (number, positions[number as usize]);
    let points: Vec<_> = tree.order().iter().map(point).collect();
    let mut groups: Vec<Group> = points.par_chunks(GROUP).map(Group::new).collect();
    let mut picked = Vec::with_capacity(n.min(positions.len()));
    let middle = [0, 1, 2].map(|axis| 0.5 * all[0][axis] + 0.5 * all[1][axis]);
    let mut latest = (u32::MAX, middle);
    while picked.len() < n.min(positions.len()) {
        for group in &mut groups {
            group.approach(latest);
        }
        let farthest = groups.iter().map(|group| group.farthest).reduce(Far::farther);
        let Some(next) = farthest else { break };
        picked.push(next.number);
        latest = (next.number, positions[next.number as usize]);
        if picked.len() == 1 {
            // The middle was no pick: distances begin with the first one.
            groups.iter_mut().for_each(Group::forget);
        }
    }
    picked
}

/// Points that lie near each other, and how far each is from the nearest pick.
struct Group {
    corners: Corners,
    points: Vec<(u32, [f32; 3])>,
    squared: Vec<f32>,
    farthest: Far,
}

#[derive(Debug, Clone, Copy)]
struct Far {
    squared: f32,
    number: u32,
}

impl Far {
    /// The farther of two; the lower number of two as far.
    fn farther(self, other: Self) -> Self {
        let is_other = other.squared > self.squared
            || (other.squared == self.squared && other.number < self.number);
        if is_other { other } else { self }
    }
}

impl Group {
    fn new(points: &[(u32, [f32; 3])]) -> Self {
        let boxes = points.iter().map(|&(_, position)| [position; 2]);
        let corners = boxes.reduce(around).unwrap_or_default();
        let mut group = Self {
            corners,
            points: points.to_vec(),
            squared: vec![0.0; points.len()],
            farthest: Far { squared: f32::INFINITY, number: 0 },
        };
        group.forget();
        group
    }

    fn forget(&mut self) {
        self.squared.fill(f32::INFINITY);
        self.farthest.squared = f32::INFINITY;
    }

    /// Takes a new pick into account.
    fn approach(&mut self, (picked, pick): (u32, [f32; 3])) {
        let outside = |axis: usize| {
            (self.corners[0][axis] - pick[axis]).max(pick[axis] - self.corners[1][axis]).max(0.0)
        };
        let outside = [outside(0), outside(1), outside(2)];
        if dot(outside, outside) > self.farthest.squared {
            return;
        }
        let mut farthest = Far { squared: -1.0, number: u32::MAX };
        for (&(number, position), squared) in self.points.iter().zip(&mut self.squared) {
            let away = sub(position, pick);
            // A pick is not picked again, even where another point lies on it.
            *squared = if number == picked { -1.0 } else { squared.min(dot(away, away)) };
            farthest = farthest.farther(Far { squared: *squared, number });
        }
        self.farthest = farthest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::tree::tests::torus;

    fn squared(a: [f32; 3], b: [f32; 3]) -> f32 {
        let away = sub(a, b);
        dot(away, away)
    }

    #[test]
    fn passing_groups_by_changes_nothing() {
        let cloud = sample(&torus(32), 2_000, 5);
        let positions = cloud.positions();
        let found = farthest(positions, 300);
        let mut distances = vec![f32::INFINITY; positions.len()];
        for pair in found.windows(2) {
            let pick = positions[pair[0] as usize];
            for (distance, &position) in distances.iter_mut().zip(positions) {
                *distance = distance.min(squared(position, pick));
            }
            let farthest = distances.iter().copied().fold(0.0, f32::max);
            assert_eq!(distances[pair[1] as usize], farthest);
            assert_eq!(distances.iter().position(|&d| d == farthest), Some(pair[1] as usize));
        }
    }

    #[test]
    fn no_part_is_far_from_the_picks() {
        let mesh = torus(64);
        let picks = farthest_of_mesh(&mesh, 500, 1);
        // Half of the side of the hexagons that 500 points would have at best, times 2.
        let limit = 2.0 * (crate::mesh::area::area(&mesh) / 500.0 * 2.0 / 27.0_f64.sqrt()).sqrt();
        for &position in sample(&mesh, 5_000, 2).positions() {
            let distances = picks.positions().iter().map(|&pick| squared(pick, position));
            let nearest = distances.fold(f32::INFINITY, f32::min).sqrt();
            assert!(f64::from(nearest) < limit, "{nearest} {limit}");
        }
    }

    #[test]
    fn few_points_are_all_picked() {
        assert_eq!(farthest(&[], 3), [] as [u32; 0]);
        assert_eq!(farthest(&[[1.0; 3], [1.0; 3]], 5), [0, 1]);
    }
}
