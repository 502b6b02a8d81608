//! What a mesh looks like, in numbers.

use std::f64::consts::PI;

use medshape_types::Mesh;

use super::boundary::{BoundaryCurve, boundary_curves};
use super::extent::{self, HullFeatures};
use super::hull::{Hull, MAX_COORDINATE};
use super::solid;
use super::symmetry::{Symmetry, symmetry};
use crate::mesh::area::area;
use crate::mesh::closed::Closed;
use crate::mesh::components::components;
use crate::mesh::curvature::{Curvature, fitted, vertex_areas_mm2};
use crate::mesh::edges::Edges;

pub use super::roughness::Roughness;
pub use super::spread::Spread;

/// Rings of neighbours that curvature is fitted to: enough to see through what voxels left behind.
const N_RINGS: usize = 3;

/// Shape features of a mesh; `docs/features.md` has the formulas.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeFeatures {
    /// Number of vertices that faces name.
    pub n_vertices: usize,
    /// Number of faces.
    pub n_faces: usize,
    /// Pieces whose faces connect through edges.
    pub n_components: usize,
    /// Vertices − edges + faces: two for each ball-like piece, two less for each handle.
    pub euler_number: i64,
    /// Area of all faces.
    pub area_mm2: f64,
    /// What only a closed mesh has.
    pub solid: Option<SolidFeatures>,
    /// Centre of the solid, or of the surface if it is open.
    pub centroid_mm: [f64; 3],
    /// Axes of its spread: major, minor, least, each of length 1.
    pub axes: [[f64; 3]; 3],
    /// Four standard deviations of the solid (of the surface if it is open) along each axis.
    pub axis_lengths_mm: [f64; 3],
    /// Minor by major axis length.
    pub elongation: f64,
    /// Least by major axis length.
    pub flatness: f64,
    /// Of the convex hull; `None` for a flat mesh. Positions count to 1 part in 262,144 of its size.
    pub hull: Option<HullFeatures>,
    /// How the surface bends.
    pub curvature: CurvatureFeatures,
    /// How jagged it is.
    pub roughness: Roughness,
    /// The curves in which it ends.
    pub boundary: Vec<BoundaryCurve>,
    /// How alike its two sides are.
    pub symmetry: Option<Symmetry>,
}

/// What only a mesh has that bounds a solid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SolidFeatures {
    /// Volume inside.
    pub volume_mm3: f64,
    /// Area by volume.
    pub surface_volume_ratio_per_mm: f64,
    /// Area of the ball of equal volume, by the area.
    pub sphericity: f64,
    /// Volume by √(π area³).
    pub compactness_1: f64,
    /// Sphericity cubed.
    pub compactness_2: f64,
    /// One by the sphericity.
    pub spherical_disproportion: f64,
    /// Volume by that of the convex hull.
    pub solidity: f64,
    /// Moments of inertia around the major, minor and least axis for a density of 1 per mm³, in mm⁵.
    pub inertia_mm5: [f64; 3],
}

/// How a surface bends, over all of its area.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CurvatureFeatures {
    /// Mean curvature; positive where the surface bulges.
    pub mean_per_mm: Spread,
    /// Gaussian curvature; negative on saddles.
    pub gaussian_per_mm2: Spread,
    /// Kind of bend: 1 cap, 0.5 ridge, 0 saddle, −0.5 rut, −1 cup.
    pub shape_index: Spread,
    /// Size of the bend.
    pub curvedness_per_mm: Spread,
    /// Mean curvature squared, summed over the area, by 4π: 1 for a ball of any size, more for all
    /// other closed surfaces (Willmore, 1965).
    pub bending_energy: f64,
}

/// The features of a mesh, `None` if it has no area. O(n log n).
///
/// A closed mesh that is wound inward is described as if it were wound outward, but for the sign
/// of its curvatures.
///
/// ```
/// use medshape_geometry::describe::shape::shape_features;
/// use medshape_types::Mesh;
///
/// let corners = vec![[0.0; 3], [6.0, 0.0, 0.0], [0.0, 6.0, 0.0], [0.0, 0.0, 6.0]];
/// let faces = vec![[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]];
/// let features = shape_features(&Mesh::new(corners, faces).unwrap()).unwrap();
/// let solid = features.solid.unwrap();
/// assert!((solid.volume_mm3 - 36.0).abs() < 1e-9 && (solid.solidity - 1.0).abs() < 1e-5);
/// ```
pub fn shape_features(mesh: &Mesh) -> Option<ShapeFeatures> {
    let surface = solid::of_surface(mesh)?;
    let filled = Closed::new(mesh).and_then(solid::of_solid);
    let spatial = filled.unwrap_or(surface);
    let areas = vertex_areas_mm2(mesh);
    let hull = hull(mesh);
    let axis_lengths_mm = spatial.principal.values.map(|variance| 4.0 * variance.max(0.0).sqrt());
    let ratio = |length: f64| {
        if axis_lengths_mm[0] > 0.0 { length / axis_lengths_mm[0] } else { 0.0 }
    };
    let n_vertices = used_vertices(mesh);
    let mut n_edges = 0_i64;
    Edges::of(mesh).for_each(|_| n_edges += 1);
    Some(ShapeFeatures {
        n_vertices,
        n_faces: mesh.faces().len(),
        n_components: components(mesh).n_components,
        euler_number: n_vertices as i64 - n_edges + mesh.faces().len() as i64,
        area_mm2: surface.mass,
        solid: filled.map(|filled| solid_features(mesh, &filled, hull.as_ref())),
        centroid_mm: spatial.centroid,
        axes: spatial.principal.axes,
        axis_lengths_mm,
        elongation: ratio(axis_lengths_mm[1]),
        flatness: ratio(axis_lengths_mm[2]),
        hull,
        curvature: curvature_features(&fitted(mesh, N_RINGS), &areas),
        roughness: super::roughness::roughness(mesh, &areas),
        boundary: boundary_curves(mesh),
        symmetry: symmetry(mesh),
    })
}

fn used_vertices(mesh: &Mesh) -> usize {
    let mut used = vec![false; mesh.positions().len()];
    mesh.faces().iter().flatten().for_each(|&vertex| used[vertex as usize] = true);
    used.into_iter().filter(|used| *used).count()
}

fn solid_features(
    mesh: &Mesh,
    filled: &solid::Spatial,
    hull: Option<&HullFeatures>,
) -> SolidFeatures {
    let (volume, area) = (filled.mass.abs(), area(mesh));
    let ball = (36.0 * PI * volume * volume).cbrt();
    let [a, b, c] = filled.principal.values.map(|variance| variance * volume);
    SolidFeatures {
        volume_mm3: volume,
        surface_volume_ratio_per_mm: area / volume,
        sphericity: ball / area,
        compactness_1: volume / (PI * area.powi(3)).sqrt(),
        compactness_2: 36.0 * PI * volume * volume / area.powi(3),
        spherical_disproportion: area / ball,
        solidity: hull.map_or(0.0, |hull| volume / hull.volume_mm3),
        inertia_mm5: [b + c, a + c, a + b],
    }
}

/// The hull of the vertices, rounded to whole parts of the mesh's size.
fn hull(mesh: &Mesh) -> Option<HullFeatures> {
    let bounds = mesh.bounds()?;
    let (center, size) = (bounds.center(), bounds.size());
    let step = size.into_iter().fold(0.0, f64::max) / MAX_COORDINATE as f64;
    if step == 0.0 {
        return None;
    }
    let used = mesh.faces().iter().flatten().map(|&vertex| mesh.positions()[vertex as usize]);
    let mut points: Vec<[i64; 3]> = used
        .map(|p| [0, 1, 2].map(|axis| ((f64::from(p[axis]) - center[axis]) / step).round() as i64))
        .collect();
    points.sort_unstable();
    points.dedup();
    Some(extent::measure(&Hull::of(&points)?, center, [step; 3]))
}

fn curvature_features(curvatures: &[Curvature], areas: &[f64]) -> CurvatureFeatures {
    let spread = |value: fn(&Curvature) -> f64| Spread::of(curvatures.iter().map(value), areas);
    let squared = curvatures.iter().zip(areas).map(|(c, area)| c.mean_per_mm.powi(2) * area);
    CurvatureFeatures {
        mean_per_mm: spread(|c| c.mean_per_mm),
        gaussian_per_mm2: spread(|c| c.gaussian_per_mm2),
        shape_index: spread(Curvature::shape_index),
        curvedness_per_mm: spread(Curvature::curvedness_per_mm),
        bending_energy: squared.sum::<f64>() / (4.0 * PI),
    }
}
