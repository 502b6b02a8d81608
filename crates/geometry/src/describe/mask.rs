//! What the voxels of each label look like: the shape features of PyRadiomics and some more.
//!
//! Every label becomes bits first. From them come the cells of its surface, whole-number sums over
//! its voxels and the outermost vertices of every row, and from those everything else, so that the
//! cost grows with the surface and hardly with the volume.

use std::f64::consts::PI;

use medshape_types::{Affine, LabelMap};
use rayon::prelude::*;

use super::bits::{self, Bits};
use super::cells::CellSums;
use super::diameters::Outline;
use super::extent::{self, HullFeatures};
use super::hull::Hull;
use super::moments::Moments;
use crate::vector::unit;
use crate::voxels::regions::{Region, regions};

/// Words of bits that are held at a time, unless one label alone needs more: 64 MiB.
const MAX_WORDS: usize = 8 << 20;

/// Shape features of a mask; names, definitions and values as in PyRadiomics 3.0 where it has them.
///
/// Lengths count along the axes of the grid, so a *slice* is a plane across the third axis of the
/// label map as it is stored, a *column* one across the second, a *row* one across the first.
/// `docs/features.md` has the formulas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaskFeatures {
    /// Number of voxels.
    pub n_voxels: u64,
    /// Pieces whose voxels connect through faces.
    pub n_components: u64,
    /// Volume of the voxels.
    pub voxel_volume_mm3: f64,
    /// Volume inside the marching-cubes surface, through which all that follows is defined.
    pub mesh_volume_mm3: f64,
    /// Area of that surface.
    pub surface_area_mm2: f64,
    /// Area by volume.
    pub surface_volume_ratio_per_mm: f64,
    /// Area of the ball of equal volume, by the area: 1 for a ball, less for all else.
    pub sphericity: f64,
    /// Volume by √(π area³).
    pub compactness_1: f64,
    /// Sphericity cubed.
    pub compactness_2: f64,
    /// One by the sphericity.
    pub spherical_disproportion: f64,
    /// Longest distance between two vertices of the surface.
    pub maximum_3d_diameter_mm: f64,
    /// The same within one plane across the third axis.
    pub maximum_2d_diameter_slice_mm: f64,
    /// The same within one plane across the second axis.
    pub maximum_2d_diameter_column_mm: f64,
    /// The same within one plane across the first axis.
    pub maximum_2d_diameter_row_mm: f64,
    /// Four standard deviations of the voxel centres along the axis of their largest spread.
    pub major_axis_length_mm: f64,
    /// The same along the second axis.
    pub minor_axis_length_mm: f64,
    /// The same along the axis of their least spread.
    pub least_axis_length_mm: f64,
    /// Minor by major axis length: 1 for a round cross section, 0 for a line.
    pub elongation: f64,
    /// Least by major axis length: 1 for a ball, 0 for a plane.
    pub flatness: f64,
    /// Mean of the voxel centres, in the world.
    pub centroid_mm: [f64; 3],
    /// Axes of the spread, in the world: major, minor and least, each of length 1.
    pub axes: [[f64; 3]; 3],
    /// Of the convex hull of the surface's vertices, axes in the world.
    pub hull: HullFeatures,
    /// Mesh volume by that of the hull: 1 for a convex shape.
    pub solidity: f64,
    /// Voxels by those of the box around them along the grid.
    pub extent: f64,
}

/// The features of every label index; `None` for the background and for labels without voxels.
///
/// O(voxels of the map + surface of the labels). At most 64 MiB are held beside the map, or the bits
/// of the box around one label if they are more.
///
/// ```
/// use medshape_geometry::describe::mask::mask_features;
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let grid = Grid::new([2, 1, 1], Affine::IDENTITY).unwrap();
/// let map = LabelMap::new(grid, vec![1, 1], vec![0, 7]).unwrap();
/// let features = mask_features(&map)[1].unwrap();
/// assert_eq!(features.voxel_volume_mm3, 2.0);
/// assert_eq!(features.maximum_3d_diameter_mm, 2.0);
/// ```
pub fn mask_features(map: &LabelMap) -> Vec<Option<MaskFeatures>> {
    let regions = regions(map);
    let mut features = vec![None; map.n_values()];
    let mut next = 1;
    while next < regions.len() {
        let group = group(&regions, &mut next);
        let mut places = vec![None; regions.len()];
        for (place, &label) in group.iter().enumerate() {
            places[label] = Some(place);
        }
        let bits = bits::of_labels(map, &regions, &places, group.len());
        let found: Vec<MaskFeatures> = (&group, &bits)
            .into_par_iter()
            .map(|(&label, bits)| of(bits, &regions[label], map.grid().world_from_voxel()))
            .collect();
        for (label, found) in group.into_iter().zip(found) {
            features[label] = Some(found);
        }
    }
    features
}

/// The labels from `next` on whose bits fit into memory together.
fn group(regions: &[Region], next: &mut usize) -> Vec<usize> {
    let mut group = Vec::new();
    let mut n_words = 0;
    while let Some(region) = regions.get(*next) {
        if region.n_voxels > 0 {
            n_words += Bits::size(region);
            if n_words > MAX_WORDS && !group.is_empty() {
                break;
            }
            group.push(*next);
        }
        *next += 1;
    }
    group
}

fn of(bits: &Bits, region: &Region, world_from_voxel: &Affine) -> MaskFeatures {
    let columns = [0, 1, 2].map(|axis| world_from_voxel.axis(axis));
    let spacing_mm = columns.map(|[x, y, z]| (x * x + y * y + z * z).sqrt());
    let outline = Outline::of(bits);
    let moments = Moments::of(bits);
    let cells = CellSums::of(bits);
    let principal = moments.principal(spacing_mm);
    let to_world = |axis: [f64; 3]| {
        let directions = columns.map(unit);
        unit([0, 1, 2].map(|row| (0..3).map(|a| directions[a][row] * axis[a]).sum()))
    };
    let corner = bits.min_voxel.map(|voxel| voxel as f64 - 1.0);
    let centroid = moments.mean();
    let mut hull = Hull::of(&outline.hull_candidates())
        .map(|hull| extent::measure(&hull, [0.0; 3], spacing_mm.map(|spacing| 0.5 * spacing)))
        .expect("a voxel has vertices on all its six sides, which do not lie in one plane");
    let hull_center = [0, 1, 2].map(|a| corner[a] + hull.oriented_box.center_mm[a] / spacing_mm[a]);
    hull.oriented_box.center_mm = world_from_voxel.apply(hull_center);
    hull.oriented_box.axes = hull.oriented_box.axes.map(to_world);
    let [major, minor, least] = principal.values.map(|variance| 4.0 * variance.max(0.0).sqrt());
    let ratio = |length: f64| if major > 0.0 { length / major } else { 0.0 };
    let (volume, area) = (cells.volume_mm3(spacing_mm), cells.area_mm2(spacing_mm));
    let ball = (36.0 * PI * volume * volume).cbrt();
    let box_voxels: usize = bits.dims.iter().map(|dim| dim - 2).product();
    MaskFeatures {
        n_voxels: region.n_voxels,
        n_components: region.n_components,
        voxel_volume_mm3: region.n_voxels as f64 * spacing_mm.iter().product::<f64>(),
        mesh_volume_mm3: volume,
        surface_area_mm2: area,
        surface_volume_ratio_per_mm: area / volume,
        sphericity: ball / area,
        compactness_1: volume / (PI * area.powi(3)).sqrt(),
        compactness_2: 36.0 * PI * volume * volume / area.powi(3),
        spherical_disproportion: area / ball,
        maximum_3d_diameter_mm: hull.max_diameter_mm,
        maximum_2d_diameter_slice_mm: outline.plane_diameter_mm(2, spacing_mm),
        maximum_2d_diameter_column_mm: outline.plane_diameter_mm(1, spacing_mm),
        maximum_2d_diameter_row_mm: outline.plane_diameter_mm(0, spacing_mm),
        major_axis_length_mm: major,
        minor_axis_length_mm: minor,
        least_axis_length_mm: least,
        elongation: ratio(minor),
        flatness: ratio(least),
        centroid_mm: world_from_voxel.apply([0, 1, 2].map(|a| corner[a] + centroid[a])),
        axes: principal.axes.map(to_world),
        hull,
        solidity: volume / hull.volume_mm3,
        extent: region.n_voxels as f64 / box_voxels as f64,
    }
}
