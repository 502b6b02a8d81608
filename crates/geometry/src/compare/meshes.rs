//! How alike two meshes are, in every measure at once.

use medshape_types::{Affine, Bounds, Grid, Mesh, PointCloud};

use super::hausdorff::{Farthest, surface_to_faces, vertices_to_faces_mm};
use super::points::{Chamfer, FScore, Pairs};
use crate::mesh::closed::Closed;
use crate::mesh::tree::Tree;
use crate::mesh::voxelise::voxelise;
use crate::points::sample::sample;

/// How to compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeshOptions {
    /// How near the other surface counts as the same.
    pub tolerance_mm: f64,
    /// How many points are taken from each surface for means and shares.
    pub n_points: usize,
    /// How many voxels the longest side of the grid for volumes has.
    pub n_voxels_a_side: usize,
    /// Seed of the points.
    pub seed: u64,
}

impl Default for MeshOptions {
    fn default() -> Self {
        Self { tolerance_mm: 1.0, n_points: 100_000, n_voxels_a_side: 256, seed: 1 }
    }
}

/// What comparing two meshes found. Distances are in mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeshComparison {
    /// From the first surface to the second.
    pub there: OneWay,
    /// From the second surface to the first.
    pub back: OneWay,
    /// Mean distances of points of both to the nearest *point* of the other.
    pub chamfer: Chamfer,
    /// Mean |cos| of the angle between the normals of nearest points.
    pub normal_consistency: f64,
    /// How much of the volumes is common; `None` unless both meshes are closed.
    pub volume: Option<VolumeOverlap>,
}

/// Distances from one surface to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneWay {
    /// Largest distance of a vertex to the other's faces.
    pub farthest_vertex_mm: f64,
    /// Bounds of the largest distance of any point of the surface.
    pub farthest: Farthest,
    /// 95th percentile of the distances of points spread over the surface to the other's faces.
    pub p95_mm: f64,
    /// Mean of these distances.
    pub mean_mm: f64,
    /// Root of the mean of their squares.
    pub rms_mm: f64,
    /// Share of the surface within the tolerance.
    pub share_within: f64,
}

/// How much of two volumes is common, counted in voxels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolumeOverlap {
    /// Common part of the union, from 0 to 1 (Jaccard, 1912).
    pub iou: f64,
    /// Twice the common part of the sum (Dice, 1945).
    pub dice: f64,
    /// Side of the voxels.
    pub spacing_mm: f64,
}

impl MeshComparison {
    /// Largest distance of a vertex of either mesh to the faces of the other.
    pub fn hausdorff_of_vertices_mm(&self) -> f64 {
        self.there.farthest_vertex_mm.max(self.back.farthest_vertex_mm)
    }

    /// Largest distance of any point of either surface to the other.
    pub fn hausdorff(&self) -> Farthest {
        let (there, back) = (self.there.farthest, self.back.farthest);
        Farthest {
            least_mm: there.least_mm.max(back.least_mm),
            most_mm: there.most_mm.max(back.most_mm),
        }
    }

    /// The larger of both 95th percentiles.
    pub fn hausdorff95_mm(&self) -> f64 {
        self.there.p95_mm.max(self.back.p95_mm)
    }

    /// Mean of both mean distances to the other's faces.
    pub fn mean_mm(&self) -> f64 {
        0.5 * (self.there.mean_mm + self.back.mean_mm)
    }

    /// Shares of the surfaces within the tolerance.
    pub fn f_score(&self) -> FScore {
        FScore { precision: self.there.share_within, recall: self.back.share_within }
    }
}

/// Compares two meshes; `None` if one has no area.
///
/// ```
/// use medshape_geometry::compare::meshes::{MeshOptions, compare};
/// use medshape_types::Mesh;
///
/// let tetrahedron = |shift: f32| {
///     let corners = [[0.0; 3], [9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]];
///     let corners = corners.map(|[x, y, z]| [x, y, z + shift]).to_vec();
///     Mesh::new(corners, vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]).unwrap()
/// };
/// let options = MeshOptions { n_points: 1000, ..MeshOptions::default() };
/// let found = compare(&tetrahedron(0.0), &tetrahedron(3.0), &options).unwrap();
/// assert!((found.hausdorff().least_mm - 3.0).abs() < 1e-5);
/// assert!(found.volume.unwrap().iou < 0.5);
/// ```
pub fn compare(first: &Mesh, second: &Mesh, options: &MeshOptions) -> Option<MeshComparison> {
    let clouds = [first, second].map(|mesh| sample(mesh, options.n_points, options.seed));
    let pairs = Pairs::of(&clouds[0], &clouds[1])?;
    let trees = [Tree::new(first), Tree::new(second)];
    let normal_consistency = pairs.normal_consistency(&clouds[0], &clouds[1])?;
    Some(MeshComparison {
        there: one_way(first, &clouds[0], &trees[1], options)?,
        back: one_way(second, &clouds[1], &trees[0], options)?,
        chamfer: pairs.chamfer(),
        normal_consistency,
        volume: overlap(first, second, options),
    })
}

fn one_way(
    from: &Mesh,
    points: &PointCloud,
    to: &Tree<'_>,
    options: &MeshOptions,
) -> Option<OneWay> {
    /// How exactly the largest distance is found, as a share of the tolerance.
    const SHARE: f64 = 1e-3;
    let mut distances = to.distances_mm(points.positions());
    distances.sort_unstable_by(f32::total_cmp);
    let n = distances.len() as f64;
    let values = || distances.iter().map(|&distance| f64::from(distance));
    let n_within = distances.partition_point(|&d| f64::from(d) <= options.tolerance_mm);
    Some(OneWay {
        farthest_vertex_mm: vertices_to_faces_mm(from, to),
        farthest: surface_to_faces(from, to, SHARE * options.tolerance_mm)?,
        p95_mm: percentile(&distances, 0.95)?,
        mean_mm: values().sum::<f64>() / n,
        rms_mm: (values().map(|distance| distance * distance).sum::<f64>() / n).sqrt(),
        share_within: n_within as f64 / n,
    })
}

/// A percentile of sorted numbers, between two of them if it falls between (as `NumPy` does).
fn percentile(sorted: &[f32], share: f64) -> Option<f64> {
    let place = share * (sorted.len() as f64 - 1.0);
    let low = f64::from(*sorted.get(place as usize)?);
    let high = sorted.get(place as usize + 1).map_or(low, |&value| f64::from(value));
    Some(low + place.fract() * (high - low))
}

/// How much of the volumes of two closed meshes is common, on a grid around both.
fn overlap(first: &Mesh, second: &Mesh, options: &MeshOptions) -> Option<VolumeOverlap> {
    let closed = [Closed::new(first)?, Closed::new(second)?];
    let corners = [first, second].map(|mesh| mesh.bounds().map(|bounds| [bounds.min, bounds.max]));
    let bounds = Bounds::around(corners.into_iter().flatten().flatten())?;
    let grid = grid(&bounds, options.n_voxels_a_side)?;
    let [a, b] = closed.map(|mesh| voxelise(mesh, &grid));
    let pairs = a.voxels().iter().zip(b.voxels());
    let n_common = pairs.map(|(&a, &b)| u64::from(a & b)).sum::<u64>() as f64;
    let n_both = (a.n_inside() + b.n_inside()) as f64;
    let spacing_mm = grid.spacing_mm()[0];
    Some(VolumeOverlap {
        iou: n_common / (n_both - n_common),
        dice: 2.0 * n_common / n_both,
        spacing_mm,
    })
    .filter(|overlap| overlap.iou.is_finite())
}

fn grid(bounds: &Bounds, n_a_side: usize) -> Option<Grid> {
    let size = bounds.size();
    let spacing_mm = size.into_iter().fold(0.0, f64::max) / n_a_side.max(1) as f64;
    let dims = size.map(|size| ((size / spacing_mm).ceil() as usize).max(1));
    let origin = bounds.min.map(|value| value + 0.5 * spacing_mm);
    Grid::new(dims, Affine::from_spacing([spacing_mm; 3], origin)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::tree::tests::torus;

    #[test]
    fn a_shifted_torus_is_as_far_as_its_shift() {
        let first = torus(128);
        let shifted = first.positions().iter().map(|&[x, y, z]| [x, y, z + 0.5]).collect();
        let second = Mesh::new(shifted, first.faces().to_vec()).unwrap();
        let found = compare(&first, &second, &MeshOptions::default()).unwrap();
        for way in [found.there, found.back] {
            assert!((way.farthest.least_mm - 0.5).abs() < 0.01, "{way:?}");
            assert!(way.farthest_vertex_mm <= way.farthest.most_mm);
            // |cos| of the normal to the shift, over the area of a torus: 2 / pi.
            assert!((way.mean_mm - 1.0 / std::f64::consts::PI).abs() < 0.01, "{way:?}");
            assert_eq!(way.share_within, 1.0);
            assert!(way.mean_mm < way.rms_mm && way.rms_mm < way.p95_mm);
        }
        assert_eq!(found.f_score().f(), 1.0);
        assert!(found.normal_consistency > 0.99);
        // Slices at height z lose the sum of both rings that the shift uncovers.
        let volume = found.volume.unwrap();
        let expected_dice = 1.0 - 0.5 * 2.0 / (std::f64::consts::PI * 6.0);
        assert!((volume.dice - expected_dice).abs() < 0.003, "{volume:?} {expected_dice}");
    }

    #[test]
    fn a_mesh_is_like_itself() {
        let mesh = torus(32);
        let found = compare(&mesh, &mesh, &MeshOptions::default()).unwrap();
        assert!(found.hausdorff().most_mm < 1e-3 && found.hausdorff95_mm() < 1e-4);
        assert_eq!(found.chamfer.mm(), 0.0);
        assert_eq!(found.volume.unwrap().iou, 1.0);
        assert_eq!(compare(&mesh, &Mesh::default(), &MeshOptions::default()), None);
    }
}
