//! Iterated closest points: pair each point with the nearest one of the other shape, find the best
//! map for these pairs, and again, until nothing moves (Besl and McKay, 1992).

use medshape_types::{Affine, Mesh};
use rayon::prelude::*;

use super::pairs::{Freedom, about, best_map, rotation};
use crate::numbers::positive::solve;
use crate::points::nearest::{NearPoint, PointTree};
use crate::vector::{add, cross, dot, doubled_area, scaled, sub};

/// How shapes are brought together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IcpOptions {
    /// What the map may do.
    pub freedom: Freedom,
    /// What is made small.
    pub metric: Metric,
    /// The share of the pairs, nearest first, that take part; less than 1 where the shapes overlap
    /// in part only (Chetverikov et al., 2002).
    pub kept_share: f64,
    /// Rounds after which it ends at the latest.
    pub max_rounds: usize,
    /// It ends when a round moves the points by less than this in the root of the mean square.
    pub tolerance_mm: f64,
}

impl Default for IcpOptions {
    fn default() -> Self {
        Self {
            freedom: Freedom::Rigid,
            metric: Metric::PointToPoint,
            kept_share: 1.0,
            max_rounds: 100,
            tolerance_mm: 1e-5,
        }
    }
}

/// What is made small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Distances between paired points.
    PointToPoint,
    /// Distances from points to the planes that touch the surface at their partners (Chen and
    /// Medioni, 1992): points may slide, and a tenth of the rounds is enough.
    PointToPlane,
}

/// The shape that stays where it is.
#[derive(Debug, Clone)]
pub struct Fixed {
    positions: Vec<[f32; 3]>,
    /// None, or one a position.
    normals: Vec<[f32; 3]>,
    tree: PointTree,
}

impl Fixed {
    /// Points of which nothing but the place is known.
    pub fn points(positions: &[[f32; 3]]) -> Self {
        Self { positions: positions.to_vec(), normals: Vec::new(), tree: PointTree::new(positions) }
    }

    /// The vertices of a mesh, with the planes that touch it there.
    pub fn mesh(mesh: &Mesh) -> Self {
        Self { normals: vertex_normals(mesh), ..Self::points(mesh.positions()) }
    }

    /// The tree over the points.
    pub(crate) fn tree(&self) -> &PointTree {
        &self.tree
    }

    /// The points.
    pub(crate) fn positions(&self) -> &[[f32; 3]] {
        &self.positions
    }

    /// Directions of length 1, or zero where faces have no area.
    pub(crate) fn normals(&self) -> &[[f32; 3]] {
        &self.normals
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// From where the points were at first to where they lie on the fixed shape.
    pub fixed_from_moving: Affine,
    /// Root of the mean squared distance of the pairs that took part, as they lie at the end.
    pub rms_mm: f64,
    /// Rounds that were needed.
    pub n_rounds: usize,
    /// Whether it ended because nothing moved any more.
    pub converged: bool,
}

/// Brings points onto a fixed shape, beginning with `start`.
///
/// It finds the nearest good place, not the best of all: `start` has to be within reach, such as
/// what [`by_principal_axes`](super::principal::by_principal_axes) gives.
/// `None` if the pairs do not decide the map, or the metric needs normals that are not there.
///
/// ```
/// use medshape_geometry::align::icp::{Fixed, IcpOptions, icp};
/// use medshape_types::Affine;
///
/// let corners = [[0.0, 0.0, 0.0], [9.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 3.0_f32]];
/// let moved = corners.map(|[x, y, z]| [x + 0.5, y, z]);
/// let found = icp(&moved, &Fixed::points(&corners), &Affine::IDENTITY, &IcpOptions::default());
/// assert!((found.unwrap().fixed_from_moving.translation()[0] + 0.5).abs() < 1e-6);
/// ```
pub fn icp(
    moving: &[[f32; 3]],
    fixed: &Fixed,
    start: &Affine,
    options: &IcpOptions,
) -> Option<Alignment> {
    if options.metric == Metric::PointToPlane && fixed.normals.is_empty() {
        return None;
    }
    let mut map = *start;
    let mut places = mapped(&map, moving);
    let mut converged = false;
    let mut n_rounds = 0;
    while n_rounds < options.max_rounds && !converged {
        let pairs = pairs(&places, fixed, options.kept_share);
        map = match options.metric {
            Metric::PointToPoint => point_to_point(&pairs, moving, fixed, options.freedom)?,
            Metric::PointToPlane => point_to_plane(&pairs, &places, fixed, &map, options.freedom)?,
        };
        let next = mapped(&map, moving);
        converged = root_mean_square(&places, &next) < options.tolerance_mm;
        places = next;
        n_rounds += 1;
    }
    let pairs = pairs(&places, fixed, options.kept_share);
    let squared: f64 = pairs.iter().map(|(_, nearest)| f64::from(nearest.squared_mm2)).sum();
    let rms_mm = (squared / pairs.len() as f64).sqrt();
    Some(Alignment { fixed_from_moving: map, rms_mm, n_rounds, converged })
}

/// Points where an affine takes them.
pub(crate) fn mapped(map: &Affine, points: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let place = |point: &[f32; 3]| map.apply(point.map(f64::from)).map(|value| value as f32);
    points.par_iter().map(place).collect()
}

/// The area-weighted mean of the directions of the faces at each vertex, of length 1.
pub(crate) fn vertex_normals(mesh: &Mesh) -> Vec<[f32; 3]> {
    let mut normals = vec![[0.0; 3]; mesh.positions().len()];
    for face in mesh.faces() {
        let corners = face.map(|vertex| mesh.positions()[vertex as usize].map(f64::from));
        let normal = doubled_area(corners);
        for &vertex in face {
            normals[vertex as usize] = add(normals[vertex as usize], normal);
        }
    }
    normals
        .into_iter()
        .map(|normal| crate::vector::unit(normal).map(|value| value as f32))
        .collect()
}

/// Each point's number and partner; the kept share of them, in the order of the points.
fn pairs(places: &[[f32; 3]], fixed: &Fixed, kept_share: f64) -> Vec<(usize, NearPoint)> {
    let mut pairs: Vec<(usize, NearPoint)> = fixed
        .tree
        .nearest_of_each(places)
        .into_iter()
        .enumerate()
        .filter_map(|(place, nearest)| Some((place, nearest?)))
        .collect();
    let n_kept = (kept_share.clamp(0.0, 1.0) * pairs.len() as f64).ceil() as usize;
    if n_kept < pairs.len() {
        pairs.sort_by(|a, b| a.1.squared_mm2.total_cmp(&b.1.squared_mm2).then(a.0.cmp(&b.0)));
        pairs.truncate(n_kept);
        // Sums are taken in the order of the points, whichever were left out.
        pairs.sort_unstable_by_key(|pair| pair.0);
    }
    pairs
}

fn point_to_point(
    pairs: &[(usize, NearPoint)],
    moving: &[[f32; 3]],
    fixed: &Fixed,
    freedom: Freedom,
) -> Option<Affine> {
    let from: Vec<[f32; 3]> = pairs.iter().map(|&(point, _)| moving[point]).collect();
    let to: Vec<[f32; 3]> =
        pairs.iter().map(|(_, nearest)| fixed.positions[nearest.point as usize]).collect();
    best_map(&from, &to, freedom)
}

/// One step of Gauss and Newton from where the points are.
fn point_to_plane(
    pairs: &[(usize, NearPoint)],
    places: &[[f32; 3]],
    fixed: &Fixed,
    map: &Affine,
    freedom: Freedom,
) -> Option<Affine> {
    let sum = pairs.iter().fold([0.0; 3], |sum, pair| add(sum, places[pair.0].map(f64::from)));
    let centre = sum.map(|value| value / pairs.len() as f64);
    let planes = pairs.iter().map(|(point, nearest)| {
        let place = places[*point].map(f64::from);
        let normal = fixed.normals[nearest.point as usize].map(f64::from);
        let touched = fixed.positions[nearest.point as usize].map(f64::from);
        Plane {
            from_centre: sub(place, centre),
            normal,
            distance: dot(normal, sub(touched, place)),
        }
    });
    let (linear, shift) = match freedom {
        Freedom::Rigid => {
            let [x, y, z, shift @ ..] = least_squares(planes, Plane::turn_and_move)?;
            (turn([x, y, z]), shift)
        }
        Freedom::Similarity => {
            let [growth, x, y, z, shift @ ..] = least_squares(planes, Plane::similarity)?;
            (turn([x, y, z]).map(|row| scaled(row, 1.0 + growth)), shift)
        }
        Freedom::Affine => {
            let [xx, xy, xz, yx, yy, yz, zx, zy, zz, shift @ ..] =
                least_squares(planes, Plane::affine)?;
            ([[1.0 + xx, xy, xz], [yx, 1.0 + yy, yz], [zx, zy, 1.0 + zz]], shift)
        }
    };
    let step = about(&linear, centre, add(centre, shift))?;
    let columns = [0, 1, 2].map(|axis| step.apply_vector(map.axis(axis)));
    let moved = step.apply(map.translation());
    let rows = [0, 1, 2].map(|r: usize| [columns[0][r], columns[1][r], columns[2][r], moved[r]]);
    Affine::from_rows(rows).filter(|map| map.determinant() > 0.0)
}

/// A point and the plane that it should lie in.
struct Plane {
    from_centre: [f64; 3],
    normal: [f64; 3],
    distance: f64,
}

// How the distance to the plane changes with each number that is sought.
impl Plane {
    fn turn_and_move(&self) -> [f64; 6] {
        let ([a, b, c], [x, y, z]) = (cross(self.from_centre, self.normal), self.normal);
        [a, b, c, x, y, z]
    }

    fn similarity(&self) -> [f64; 7] {
        let [a, b, c, x, y, z] = self.turn_and_move();
        [dot(self.from_centre, self.normal), a, b, c, x, y, z]
    }

    fn affine(&self) -> [f64; 12] {
        let [x, y, z] = self.normal;
        let ([a, b, c], [d, e, f], [g, h, i]) =
            (scaled(self.from_centre, x), scaled(self.from_centre, y), scaled(self.from_centre, z));
        [a, b, c, d, e, f, g, h, i, x, y, z]
    }
}

fn least_squares<const N: usize>(
    planes: impl Iterator<Item = Plane>,
    change: impl Fn(&Plane) -> [f64; N],
) -> Option<[f64; N]> {
    let (mut matrix, mut right) = ([[0.0; N]; N], [0.0; N]);
    for plane in planes {
        let change = change(&plane);
        for row in 0..N {
            right[row] += change[row] * plane.distance;
            for column in 0..N {
                matrix[row][column] += change[row] * change[column];
            }
        }
    }
    solve(matrix, right)
}

/// The rotation about a vector by as many radians as it is long.
fn turn(vector: [f64; 3]) -> [[f64; 3]; 3] {
    let angle = dot(vector, vector).sqrt();
    let (sine, cosine) = (angle / 2.0).sin_cos();
    let along = if angle > 0.0 { sine / angle } else { 0.5 };
    let [x, y, z] = scaled(vector, along);
    rotation([cosine, x, y, z])
}

fn root_mean_square(a: &[[f32; 3]], b: &[[f32; 3]]) -> f64 {
    let squared = |(a, b): (&[f32; 3], &[f32; 3])| {
        let step = sub(a.map(f64::from), b.map(f64::from));
        dot(step, step)
    };
    (a.iter().zip(b).map(squared).sum::<f64>() / a.len() as f64).sqrt()
}

#[cfg(test)]
mod tests;
