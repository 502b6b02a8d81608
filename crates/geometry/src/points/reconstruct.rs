//! Points back to a mesh.

use medshape_types::{Affine, Grid, Mesh, PointCloud, Volume};
use rayon::prelude::*;

use super::cells::Cells;
use super::nearest::PointTree;
use super::normals::estimated_normals;
use crate::boxes::{Corners, around};
use crate::surface::isosurface::isosurface;
use crate::vector::{dot, sub};

/// How far, in sampling distances, points have a say.
const REACH: f32 = 3.0;
/// How many voxels on either side of a point the field is computed.
const BAND: usize = 2;
/// Voxels around the points, so that the outside is in one piece.
const MARGIN: usize = 4;
/// The grid is made coarser rather than larger than this.
const MOST_VOXELS: f64 = (1_u64 << 27) as f64;

/// The closed surface that points were taken from; empty for fewer than four points.
///
/// Around each voxel near the points a sphere is fitted to the points and normals there, the nearer
/// the heavier, and its distance taken (algebraic point set surfaces; Guennebaud and Gross, 2007);
/// voxels far from all points take the side that borders on them, and outside is what reaches the
/// border. The mesh is where that field is zero: closed and manifold whatever the points are.
/// Planes and spheres come out exactly but for the grid. Normals are
/// [estimated](super::normals::estimated_normals) if the cloud has none.
///
/// `spacing_mm` is that of the grid, and by default the [`sampling_distance_mm`]. The points have to
/// be denser than the shape is thin, everywhere: a gap of some three sampling distances stays open
/// to the outside, and then the surface is a sheet around the points. O(n log n + voxels).
///
/// ```
/// use medshape_geometry::points::reconstruct::reconstruct;
/// use medshape_types::PointCloud;
///
/// let ball = |k: usize| {
///     let height = (2 * k + 1) as f32 / 400.0 - 1.0;
///     let (sine, cosine) = (2.4 * k as f32).sin_cos();
///     let width = (1.0 - height * height).sqrt();
///     [width * cosine, width * sine, height]
/// };
/// let normals: Vec<[f32; 3]> = (0..400).map(ball).collect();
/// let positions = normals.iter().map(|normal| normal.map(|value| 5.0 * value)).collect();
/// let mesh = reconstruct(&PointCloud::new(positions, normals).unwrap(), None);
/// let radius = |[x, y, z]: &[f32; 3]| (x * x + y * y + z * z).sqrt();
/// assert!(mesh.positions().iter().all(|position| (radius(position) - 5.0).abs() < 0.1));
/// ```
pub fn reconstruct(cloud: &PointCloud, spacing_mm: Option<f64>) -> Mesh {
    let distance_mm = sampling_distance_mm(cloud.positions());
    if !(distance_mm > 0.0 && distance_mm.is_finite()) {
        return Mesh::default();
    }
    let estimated;
    let normals = if cloud.normals().is_empty() {
        estimated = estimated_normals(cloud.positions());
        &estimated
    } else {
        cloud.normals()
    };
    let spacing_mm = spacing_mm.filter(|mm| *mm > 0.0).unwrap_or(f64::from(distance_mm));
    let Some(grid) = grid(cloud.positions(), spacing_mm) else { return Mesh::default() };
    let spheres = Spheres {
        positions: cloud.positions(),
        normals,
        reach_mm: REACH * distance_mm.max(grid.spacing_mm()[0] as f32),
    };
    let mut field = near_field(&spheres, &grid);
    take_sides(&grid, &mut field);
    Volume::new(grid, field).map(|field| isosurface(&field, 0.0)).unwrap_or_default()
}

/// The side of the square that each point has for itself, in mm: the median over the points, by the
/// area within which each has its eight nearest neighbours. 0 for fewer than four points.
pub fn sampling_distance_mm(positions_mm: &[[f32; 3]]) -> f32 {
    const NEIGHBOURS: usize = 8;
    const MOST_ASKED: usize = 4096;
    if positions_mm.len() < 4 {
        return 0.0;
    }
    let tree = PointTree::new(positions_mm);
    let step = positions_mm.len().div_ceil(MOST_ASKED);
    let asked: Vec<_> = positions_mm.iter().step_by(step).collect();
    let mut distances: Vec<f32> = asked
        .par_iter()
        .filter_map(|&&position| {
            let near = tree.nearest_n(position, NEIGHBOURS + 1);
            let n = near.len() as f32 - 1.0;
            near.last().map(|last| (std::f32::consts::PI * last.squared_mm2 / n).sqrt())
        })
        .collect();
    distances.sort_unstable_by(f32::total_cmp);
    distances.get(distances.len() / 2).copied().unwrap_or(0.0)
}

/// A grid around the points.
fn grid(positions: &[[f32; 3]], mut spacing_mm: f64) -> Option<Grid> {
    let corners: Corners = positions.iter().map(|&position| [position; 2]).reduce(around)?;
    let size = [0, 1, 2].map(|axis| f64::from(corners[1][axis]) - f64::from(corners[0][axis]));
    let dims = |spacing: f64| size.map(|size| (size / spacing).ceil() + 1.0 + 2.0 * MARGIN as f64);
    while dims(spacing_mm).iter().product::<f64>() > MOST_VOXELS
        || dims(spacing_mm).iter().any(|&dim| dim > medshape_types::MAX_DIM as f64)
    {
        spacing_mm *= 1.1;
    }
    let origin = corners[0].map(|value| f64::from(value) - MARGIN as f64 * spacing_mm);
    let affine = Affine::from_spacing([spacing_mm; 3], origin)?;
    Grid::new(dims(spacing_mm).map(|dim| dim as usize), affine).ok()
}

/// Points and normals, and the distances to the spheres that fit them best.
struct Spheres<'a> {
    positions: &'a [[f32; 3]],
    normals: &'a [[f32; 3]],
    reach_mm: f32,
}

/// Weighted sums over points, relative to where the sphere is asked for.
#[derive(Default)]
struct Sums {
    weight: f32,
    point: [f32; 3],
    normal: [f32; 3],
    point_normal: f32,
    point_point: f32,
}

impl Spheres<'_> {
    /// Signed distance to the sphere at a position; NaN if no point has a say there.
    fn distance(&self, cells: &Cells, position: [f32; 3]) -> f32 {
        let mut sums = Sums::default();
        let squared_reach = self.reach_mm * self.reach_mm;
        cells.for_each_near(position, |number, there| {
            let point = sub(there, position);
            let squared = dot(point, point);
            if squared < squared_reach {
                let falloff = 1.0 - squared / squared_reach;
                sums.add(falloff * falloff, point, self.normals[number as usize]);
            }
        });
        sums.distance()
    }
}

impl Sums {
    fn add(&mut self, root_weight: f32, point: [f32; 3], normal: [f32; 3]) {
        let weight = root_weight * root_weight;
        self.weight += weight;
        for axis in 0..3 {
            self.point[axis] += weight * point[axis];
            self.normal[axis] += weight * normal[axis];
        }
        self.point_normal += weight * dot(point, normal);
        self.point_point += weight * dot(point, point);
    }

    fn distance(&self) -> f32 {
        let Self { weight, point, normal, point_normal, point_point } = *self;
        let spread = point_point - dot(point, point) / weight;
        let bend = 0.5 * (point_normal - dot(point, normal) / weight) / spread;
        // A single point is a plane.
        let bend = if spread > 1e-6 * point_point { bend } else { 0.0 };
        let slope = [0, 1, 2].map(|axis| (normal[axis] - 2.0 * bend * point[axis]) / weight);
        let value = -(dot(slope, point) + bend * point_point) / weight;
        value / dot(slope, slope).sqrt()
    }
}

/// The field around the points, NaN elsewhere.
fn near_field(spheres: &Spheres<'_>, grid: &Grid) -> Vec<f32> {
    let [n_x, n_y, _] = grid.dims();
    let is_near = near(spheres.positions, grid);
    let cells = Cells::new(spheres.positions, spheres.reach_mm);
    let mut field = vec![f32::NAN; grid.n_voxels()];
    let layers = field.par_chunks_mut(n_x * n_y).zip(is_near.par_chunks(n_x * n_y)).enumerate();
    layers.for_each(|(z, (layer, is_near))| {
        for (index, (value, _)) in layer.iter_mut().zip(is_near).enumerate().filter(|(_, v)| *v.1) {
            let voxel = [index % n_x, index / n_x, z].map(|value| value as f64);
            let position = grid.world_from_voxel().apply(voxel).map(|value| value as f32);
            *value = spheres.distance(&cells, position);
        }
    });
    field
}

/// The voxels within [`BAND`] of a point along each axis.
fn near(positions: &[[f32; 3]], grid: &Grid) -> Vec<bool> {
    let voxel_from_world = grid.world_from_voxel().inverse();
    let mut is_near = vec![false; grid.n_voxels()];
    for position in positions {
        let voxel = voxel_from_world.apply(position.map(f64::from));
        let first = voxel.map(|value| (value.floor() as usize).saturating_sub(BAND - 1));
        let end = [0, 1, 2].map(|axis| (first[axis] + 2 * BAND).min(grid.dims()[axis]));
        for z in first[2]..end[2] {
            for y in first[1]..end[1] {
                let row = grid.index([0, y, z]);
                is_near[row + first[0]..row + end[0]].fill(true);
            }
        }
    }
    is_near
}

/// Gives each connected part of the voxels without value the side that most values beside it have;
/// outside if it reaches the border of the grid.
fn take_sides(grid: &Grid, field: &mut [f32]) {
    let far = 2.0 * grid.spacing_mm()[0] as f32;
    let dims = grid.dims();
    let steps = [1, dims[0], dims[0] * dims[1]];
    let mut part = Vec::new();
    for first in 0..field.len() {
        if !field[first].is_nan() {
            continue;
        }
        part.clear();
        part.push(first);
        // Taken for now, so that no voxel is found twice.
        field[first] = f32::INFINITY;
        let mut balance = 0_i64;
        let mut next = 0;
        while let Some(&voxel) = part.get(next) {
            next += 1;
            for axis in 0..3 {
                let place = voxel / steps[axis] % dims[axis];
                let below = (place > 0).then(|| voxel - steps[axis]);
                let above = (place + 1 < dims[axis]).then(|| voxel + steps[axis]);
                for other in [below, above] {
                    let Some(other) = other else {
                        balance = i64::MAX / 2;
                        continue;
                    };
                    let value = field[other];
                    if value.is_nan() {
                        field[other] = f32::INFINITY;
                        part.push(other);
                    } else if value.is_finite() {
                        balance += if value < 0.0 { -1 } else { 1 };
                    }
                }
            }
        }
        let side = if balance < 0 { -far } else { far };
        part.iter().for_each(|&voxel| field[voxel] = side);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::quality::inspect;
    use crate::mesh::tree::Tree;
    use crate::mesh::tree::tests::torus;
    use crate::points::poisson_disk::poisson_disk;
    use crate::points::sample::sample;

    /// Largest distance of vertices either way, in sampling distances.
    fn check(mesh: &Mesh, cloud: &PointCloud, expected: f32) {
        let found = reconstruct(cloud, None);
        let quality = inspect(&found);
        assert!(quality.closed && quality.manifold && quality.oriented, "{quality:?}");
        assert_eq!(quality.n_components, 1);
        let there = Tree::new(mesh).distances_mm(found.positions());
        let back = Tree::new(&found).distances_mm(mesh.positions());
        let farthest = there.into_iter().chain(back).fold(0.0, f32::max);
        let share = farthest / sampling_distance_mm(cloud.positions());
        println!("{share:.3} sampling distances");
        assert!(share < expected, "{share}");
    }

    #[test]
    fn a_torus_comes_back_from_its_samples() {
        let mesh = torus(128);
        let spread = poisson_disk(&mesh, 4_000, 1);
        check(&mesh, &spread, 0.1);
        check(&mesh, &sample(&mesh, 4_000, 1), 0.3);
        let bare = PointCloud::new(spread.positions().to_vec(), vec![]).unwrap();
        check(&mesh, &bare, 0.2);
    }

    #[test]
    fn the_sampling_distance_is_the_side_of_a_points_square() {
        let square = |index: u16| [f32::from(index % 60) * 0.5, f32::from(index / 60) * 0.5, 3.0];
        let distance = sampling_distance_mm(&(0..3600).map(square).collect::<Vec<_>>());
        assert!((distance - 0.5).abs() < 0.15, "{distance}");
    }

    #[test]
    fn few_or_odd_points_make_a_closed_mesh_or_none() {
        for n in 0..9 {
            let line = (0..n).map(|index| [index as f32, 0.0, 0.0]).collect();
            let mesh = reconstruct(&PointCloud::new(line, vec![]).unwrap(), None);
            assert!(mesh.faces().is_empty() || inspect(&mesh).closed);
        }
        let one_place = PointCloud::new(vec![[2.0; 3]; 50], vec![]).unwrap();
        assert_eq!(reconstruct(&one_place, None), Mesh::default());
        let huge = vec![[f32::MAX; 3], [-f32::MAX; 3], [0.0; 3], [1.0; 3]];
        reconstruct(&PointCloud::new(huge, vec![]).unwrap(), None);
    }
}
