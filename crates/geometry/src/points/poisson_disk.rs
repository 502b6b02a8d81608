//! Points that keep their distance from each other.

use medshape_types::{Mesh, PointCloud};

use super::cells::Cells;
use super::sample::sample;
use crate::mesh::area::area;
use crate::vector::{dot, sub};

/// How many random points there are for each that stays.
const SURPLUS: usize = 5;

/// `n` points spread over a mesh so that none is near another, with the normals of their faces.
///
/// Of five times as many random points those in the densest crowd are taken away, one by one
/// (weighted sample elimination; Yuksel, 2015). The least distance comes to some 0.75 of the
/// largest that is possible for as many points on a plane of the area. O(n log n).
///
/// ```
/// use medshape_geometry::points::poisson_disk::poisson_disk;
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [9.0, 0.0, 0.0], [0.0, 9.0, 0.0]];
/// let mesh = Mesh::new(corners, vec![[0, 1, 2]]).unwrap();
/// assert_eq!(poisson_disk(&mesh, 50, 1).positions().len(), 50);
/// ```
pub fn poisson_disk(mesh: &Mesh, n: usize, seed: u64) -> PointCloud {
    let dense = sample(mesh, n.saturating_mul(SURPLUS), seed);
    let is_kept = kept(dense.positions(), n, area(mesh));
    let pick = |values: &[[f32; 3]]| {
        values.iter().zip(&is_kept).filter(|(_, is_kept)| **is_kept).map(|(v, _)| *v).collect()
    };
    PointCloud::new(pick(dense.positions()), pick(dense.normals()))
        .expect("as many normals as positions were picked from a point cloud")
}

/// Which of the points stay when all but `n` are eliminated.
fn kept(positions: &[[f32; 3]], n: usize, area_mm2: f64) -> Vec<bool> {
    let mut is_kept = vec![true; positions.len()];
    let radius_mm = (area_mm2 / (2.0 * 3.0_f64.sqrt() * n as f64)).sqrt() as f32;
    let crowding = Crowding::new(2.0 * radius_mm, n as f32 / positions.len() as f32);
    let cells = Cells::new(positions, crowding.reach_mm);
    let mut heap = Heap::new(positions.len(), |point| {
        let here = positions[point];
        let mut sum = 0.0;
        cells.for_each_near(here, |_, there| sum += crowding.of(here, there));
        // Itself was counted as well.
        sum - crowding.of(here, here)
    });
    for _ in n..positions.len() {
        let Some(point) = heap.pop() else { break };
        is_kept[point as usize] = false;
        let here = positions[point as usize];
        cells.for_each_near(here, |other, there| {
            let relief = crowding.of(here, there);
            if relief > 0.0 {
                heap.lighten(other, relief);
            }
        });
    }
    is_kept
}

/// How much two points crowd each other.
struct Crowding {
    // Twice the largest radius that as many disks can have.
    reach_mm: f32,
    // Nearer than this crowds no more: a few very near pairs should not decide everything.
    least_mm: f32,
}

impl Crowding {
    fn new(reach_mm: f32, share_kept: f32) -> Self {
        let least_mm = reach_mm * (1.0 - share_kept * share_kept.sqrt()) * 0.65;
        Self { reach_mm, least_mm }
    }

    fn of(&self, a: [f32; 3], b: [f32; 3]) -> f32 {
        let away = sub(a, b);
        let squared = dot(away, away);
        if squared >= self.reach_mm * self.reach_mm {
            return 0.0;
        }
        let share = 1.0 - squared.sqrt().max(self.least_mm) / self.reach_mm;
        let fourth = (share * share) * (share * share);
        fourth * fourth
    }
}

/// The heaviest on top; what grows lighter sinks.
struct Heap {
    // Weight and point.
    entries: Vec<(f32, u32)>,
    // Where each point stands; `GONE` if it does not.
    places: Vec<u32>,
}

const GONE: u32 = u32::MAX;

impl Heap {
    fn new(n: usize, weight: impl Fn(usize) -> f32) -> Self {
        let entries: Vec<_> = (0..n).map(|point| (weight(point), point as u32)).collect();
        let mut heap = Self { entries, places: (0..n as u32).collect() };
        for place in (0..n / 2).rev() {
            heap.sink(place);
        }
        heap
    }

    fn pop(&mut self) -> Option<u32> {
        let (_, top) = *self.entries.first()?;
        let last = self.entries.pop()?;
        self.places[top as usize] = GONE;
        if let Some(first) = self.entries.first_mut() {
            *first = last;
            self.sink(0);
        }
        Some(top)
    }

    fn lighten(&mut self, point: u32, by: f32) {
        let place = self.places[point as usize];
        if place != GONE {
            self.entries[place as usize].0 -= by;
            self.sink(place as usize);
        }
    }

    fn sink(&mut self, mut place: usize) {
        let sinking = self.entries[place];
        loop {
            let left = 2 * place + 1;
            let Some(&child) = self.entries.get(left) else { break };
            let (child_place, child) = match self.entries.get(left + 1) {
                Some(&right) if is_heavier(right, child) => (left + 1, right),
                _ => (left, child),
            };
            if !is_heavier(child, sinking) {
                break;
            }
            self.entries[place] = child;
            self.places[child.1 as usize] = place as u32;
            place = child_place;
        }
        self.entries[place] = sinking;
        self.places[sinking.1 as usize] = place as u32;
    }
}

fn is_heavier(a: (f32, u32), b: (f32, u32)) -> bool {
    a.0 > b.0 || (a.0 == b.0 && a.1 < b.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::tree::tests::torus;

    #[test]
    fn points_keep_their_distance() {
        let mesh = torus(64);
        let n = 1_000;
        let cloud = poisson_disk(&mesh, n, 11);
        assert_eq!(cloud.positions().len(), n);
        let largest_mm = 2.0 * (area(&mesh) / (2.0 * 3.0_f64.sqrt() * n as f64)).sqrt();
        let nearest = |points: &[[f32; 3]]| {
            let mut nearest = f64::INFINITY;
            for (index, a) in points.iter().enumerate() {
                for b in &points[..index] {
                    let away = sub(*a, *b);
                    nearest = nearest.min(f64::from(dot(away, away)).sqrt());
                }
            }
            nearest / largest_mm
        };
        let found = nearest(cloud.positions());
        assert!(found > 0.65, "{found}");
        assert!(nearest(sample(&mesh, n, 11).positions()) < 0.1);
    }

    #[test]
    fn a_mesh_without_area_has_no_points() {
        assert_eq!(poisson_disk(&Mesh::default(), 10, 1), PointCloud::default());
        assert_eq!(poisson_disk(&torus(8), 0, 1), PointCloud::default());
        assert_eq!(poisson_disk(&torus(8), 1, 1).positions().len(), 1);
    }
}
