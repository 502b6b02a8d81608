//! How far one surface strays from another, as a bound that is never too low.
//!
//! Distances at points say nothing of what lies between them.
//! But the distance to *one* triangle is a convex function, so over a face it is largest at a corner:
//! if all three corners of a face are near the same triangle of the other mesh, so is all of the face.
//! Faces that lie over several triangles are cut where they pass from one to the next, until each
//! piece is near one of them, or small against what is found elsewhere anyway.

use medshape_types::Mesh;
use rayon::prelude::*;

use super::tree::Tree;
use crate::vector::{add, dot, scaled, sub};

/// How far above the largest distance that was met the bound may lie.
pub const TOLERANCE: f64 = 0.05;

/// No side is cut nearer to its ends than at this share.
const SLIVER: f64 = 1e-3;

/// Faces that one thread handles in a row.
const RUN: usize = 1024;

/// Bound of the distance, in mm, of any point of `from` to the nearest point of `to` (the one-sided
/// Hausdorff distance, all points of the faces meant, not only vertices).
///
/// Never too low, and at most [`TOLERANCE`] too high (or two parts in a million of the mesh's
/// size), but on meshes so tangled that the search is cut short.
/// 0 if `from` has no faces, infinite if only `to` has none. O((n + m) log m).
///
/// ```
/// use medshape_geometry::mesh::deviation::deviation_mm;
/// use medshape_types::Mesh;
///
/// let flat = vec![[0.0; 3], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0]];
/// let tent = vec![[0.0; 3], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [1.0, 1.0, 0.5]];
/// let flat = Mesh::new(flat, vec![[0, 1, 2]]).unwrap();
/// let tent = Mesh::new(tent, vec![[0, 1, 3], [1, 2, 3], [2, 0, 3]]).unwrap();
/// assert_eq!(deviation_mm(&tent, &flat), 0.5);
/// ```
pub fn deviation_mm(from: &Mesh, to: &Mesh) -> f64 {
    bound_mm(from, to, 0.0, TOLERANCE)
}

/// The larger of [`deviation_mm`] from `a` to `b` and from `b` to `a`: a bound of the Hausdorff
/// distance, in mm. Faster than both, as the second need not be known where it is the smaller.
pub fn mutual_deviation_mm(a: &Mesh, b: &Mesh) -> f64 {
    mutual_bound_mm(a, b, TOLERANCE)
}

/// As [`mutual_deviation_mm`], and at most this part too high: the more, the faster.
pub fn mutual_bound_mm(a: &Mesh, b: &Mesh, tolerance: f64) -> f64 {
    let there = bound_mm(a, b, 0.0, tolerance);
    // The bound itself may lie above every distance that was met.
    there.max(bound_mm(b, a, there / (1.0 + tolerance), tolerance))
}

/// The bound, or anything up to `known_mm` and the tolerance if it is lower than that.
fn bound_mm(from: &Mesh, to: &Mesh, known_mm: f64, tolerance: f64) -> f64 {
    let Some(bounds) = from.bounds().filter(|_| !from.faces().is_empty()) else { return 0.0 };
    if to.faces().is_empty() {
        return f64::INFINITY;
    }
    let tree = Tree::new(to);
    let vertices = nearest(from, &tree);
    let size = sub(bounds.max, bounds.min);
    let search = Search {
        tree: &tree,
        largest_mm: vertices.iter().map(|vertex| vertex.distance_mm).fold(known_mm, f64::max),
        negligible_mm: 2e-6 * dot(size, size).sqrt(),
        bound_mm: 0.0,
        tolerance,
        n_cuts_left: 32 * (RUN + to.faces().len()),
    };
    let corners = |face: &[u32; 3]| face.map(|vertex| vertices[vertex as usize]);
    let runs = from.faces().par_chunks(RUN);
    let left: Vec<_> = runs.map(|faces| search.clone().scan(faces.iter().map(corners))).collect();
    let reduced = |merge: fn(f64, f64) -> f64, of: fn(&Search<'_>) -> f64| {
        left.iter().map(|(search, _)| of(search)).fold(0.0, merge)
    };
    let largest_mm = reduced(f64::max, |search| search.largest_mm);
    let bound_mm = reduced(f64::max, |search| search.bound_mm);
    let search = Search { largest_mm, bound_mm, ..search };
    let bounds = left.par_iter().map(|(_, left)| search.clone().cut_up(left));
    bounds.reduce(|| 0.0, f64::max)
}

/// A point of one surface, with a face of the other near to it.
#[derive(Debug, Clone, Copy)]
struct Point {
    at: [f64; 3],
    face: u32,
    distance_mm: f64,
}

/// The vertices that faces name; others are at distance 0.
fn nearest(from: &Mesh, tree: &Tree<'_>) -> Vec<Point> {
    let mut is_used = vec![false; from.positions().len()];
    from.faces().iter().flatten().for_each(|&vertex| is_used[vertex as usize] = true);
    let mut points = vec![Point { at: [0.0; 3], face: 0, distance_mm: 0.0 }; is_used.len()];
    let positions = from.positions().par_chunks(RUN).zip(is_used.par_chunks(RUN));
    points.par_chunks_mut(RUN).zip(positions).for_each(|(points, (positions, is_used))| {
        let mut guess = None;
        for ((point, position), _) in
            points.iter_mut().zip(positions).zip(is_used).filter(|(_, is_used)| **is_used)
        {
            *point = nearest_to(tree, position.map(f64::from), guess);
            guess = Some(point.face);
        }
    });
    points
}

fn nearest_to(tree: &Tree<'_>, at: [f64; 3], guess: Option<u32>) -> Point {
    let face = tree.nearest_face_within(at, guess, f32::INFINITY).unwrap_or(0);
    Point { at, face, distance_mm: tree.measured(face, at).distance_mm }
}

/// The search over some of the faces.
#[derive(Clone)]
struct Search<'a> {
    tree: &'a Tree<'a>,
    /// The largest distance that was met.
    largest_mm: f64,
    negligible_mm: f64,
    /// No point of the pieces that are done is farther.
    bound_mm: f64,
    tolerance: f64,
    n_cuts_left: usize,
}

impl Search<'_> {
    /// Raises the bound to what holds for some triangles; those for which that is not easy, with
    /// their middles.
    fn scan(mut self, triangles: impl Iterator<Item = [Point; 3]>) -> (Self, Vec<[Point; 4]>) {
        let mut left = Vec::new();
        for corners in triangles {
            let bound = bound_by_size_mm(&corners).min(Piece::new(self.tree, corners).bound_mm());
            if bound <= self.enough_mm() {
                self.bound_mm = self.bound_mm.max(bound);
                continue;
            }
            let [a, b, c] = corners.map(|corner| corner.at);
            let middle = scaled(add(add(a, b), c), 1.0 / 3.0);
            let middle = nearest_to(self.tree, middle, Some(corners[0].face));
            self.largest_mm = self.largest_mm.max(middle.distance_mm);
            left.push([corners[0], corners[1], corners[2], middle]);
        }
        (self, left)
    }

    /// The bound when it holds for these triangles too.
    fn cut_up(mut self, triangles: &[[Point; 4]]) -> f64 {
        let mut pieces = Vec::new();
        for &[a, b, c, middle] in triangles {
            let over = self.over([a, b, c], middle.face);
            if over <= self.enough_mm() {
                self.bound_mm = self.bound_mm.max(over);
                continue;
            }
            pieces.push([a, b, c]);
            while let Some(corners) = pieces.pop() {
                self.cover(corners, &mut pieces);
            }
        }
        self.bound_mm
    }

    /// Raises the bound to what holds for a triangle, or leaves two pieces of it to do.
    fn cover(&mut self, corners: [Point; 3], pieces: &mut Vec<[Point; 3]>) {
        let bound = bound_by_size_mm(&corners);
        if bound <= self.enough_mm() {
            self.bound_mm = self.bound_mm.max(bound);
            return;
        }
        let piece = Piece::new(self.tree, corners);
        let bound = bound.min(piece.bound_mm());
        if bound <= self.enough_mm() || self.n_cuts_left == 0 {
            self.bound_mm = self.bound_mm.max(bound);
            return;
        }
        self.n_cuts_left -= 1;
        pieces.extend(self.cut(&piece));
    }

    /// How far the corners are from a face.
    fn over(&self, corners: [Point; 3], face: u32) -> f64 {
        let distance = |corner: Point| self.tree.measured(face, corner.at).distance_mm;
        corners.map(distance).into_iter().fold(0.0, f64::max)
    }

    /// A bound at this need not be made better.
    fn enough_mm(&self) -> f64 {
        (self.largest_mm * (1.0 + self.tolerance)).max(self.negligible_mm)
    }

    /// Two pieces of a triangle, cut where one of its sides passes from a face to another.
    fn cut(&mut self, piece: &Piece) -> [[Point; 3]; 2] {
        let (side, share) = piece.crossing();
        let [a, b, c] = [0, 1, 2].map(|corner| piece.corners[(side + corner) % 3]);
        let middle =
            self.point(add(scaled(a.at, 1.0 - share), scaled(b.at, share)), [a.face, b.face]);
        [[a, middle, c], [middle, b, c]]
    }

    /// A point, with one of two faces if it is near enough to it, or else with the nearest.
    fn point(&mut self, at: [f64; 3], faces: [u32; 2]) -> Point {
        let [a, b] = faces.map(|face| {
            let distance_mm = self.tree.measured(face, at).distance_mm;
            Point { at, face, distance_mm }
        });
        let nearer = if a.distance_mm <= b.distance_mm { a } else { b };
        if nearer.distance_mm <= self.largest_mm {
            return nearer;
        }
        let nearest = nearest_to(self.tree, at, Some(nearer.face));
        self.largest_mm = self.largest_mm.max(nearest.distance_mm);
        nearest
    }
}

/// A triangle, or a piece of one.
struct Piece {
    corners: [Point; 3],
    /// How far each corner is from the face of each.
    distances_mm: [[f64; 3]; 3],
}

impl Piece {
    fn new(tree: &Tree<'_>, corners: [Point; 3]) -> Self {
        let distances_mm = corners.map(|corner| {
            let mut distances = corners.map(|_| corner.distance_mm);
            for face in 0..3 {
                let known = (0..face).find(|&known| corners[known].face == corners[face].face);
                if let Some(known) = known {
                    distances[face] = distances[known];
                } else if corners[face].face != corner.face {
                    distances[face] = tree.measured(corners[face].face, corner.at).distance_mm;
                }
            }
            distances
        });
        Self { corners, distances_mm }
    }

    /// How far any point of the piece may be, by what the three faces say.
    fn bound_mm(&self) -> f64 {
        let over = |face: usize| self.distances_mm.iter().map(|of| of[face]).fold(0.0, f64::max);
        (0..3).map(over).fold(f64::INFINITY, f64::min)
    }

    /// The side to cut, and at which share of its way.
    ///
    /// Beside an edge of two faces, how far a point is beyond it grows evenly along a side.
    fn crossing(&self) -> (usize, f64) {
        let mut best = (0, 0.5);
        let mut most = -1.0;
        for side in 0..3 {
            let (a, b) = (side, (side + 1) % 3);
            let beyond = |of: usize, face: usize| {
                let [far, near] = [face, of].map(|face| self.distances_mm[of][face]);
                (far * far - near * near).max(0.0).sqrt()
            };
            let [before, after] = [beyond(a, b), beyond(b, a)];
            let share = before / (before + after);
            let score = squared_length(&self.corners, side) * share.min(1.0 - share);
            if score > most && share > SLIVER && share < 1.0 - SLIVER {
                most = score;
                best = (side, share);
            }
        }
        if most > 0.0 { best } else { (self.longest(), 0.5) }
    }

    fn longest(&self) -> usize {
        let lengths = [0, 1, 2].map(|side| squared_length(&self.corners, side));
        (1..3).fold(0, |best, side| if lengths[side] > lengths[best] { side } else { best })
    }
}

/// How far any point of a triangle may be, by how far it can be from the nearest corner.
fn bound_by_size_mm(corners: &[Point; 3]) -> f64 {
    corners.iter().map(|corner| corner.distance_mm).fold(0.0, f64::max) + reach(corners)
}

/// How far a point of a triangle can be from the nearest corner.
fn reach(corners: &[Point; 3]) -> f64 {
    let mut squared = [0, 1, 2].map(|side| squared_length(corners, side));
    squared.sort_by(f64::total_cmp);
    let [a, b, c] = squared;
    if a + b <= c {
        // Obtuse: where the bisectors of the shorter sides meet the longest.
        let [from_a, from_b] = [a / (a + c - b), b / (b + c - a)];
        return c.sqrt() * if from_a > from_b { from_a } else { from_b };
    }
    // The radius of the circle through the corners.
    let area = 2.0 * (a * b + b * c + c * a) - a * a - b * b - c * c;
    (a * b * c / area).sqrt()
}

fn squared_length(corners: &[Point; 3], side: usize) -> f64 {
    let along = sub(corners[(side + 1) % 3].at, corners[side].at);
    dot(along, along)
}
