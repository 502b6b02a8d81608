//! How far the surfaces of two masks are apart: Hausdorff distances, averages, surface Dice.
//!
//! Everything happens in the box around both masks, as sets of bits.

mod nearest;
mod surface;

use super::border_dice::union;
use super::{DifferentGrids, same_grid};
use crate::voxels::bits::Bits;
use crate::voxels::distance::{ImageBorder, Transform};
use crate::voxels::mask::MaskView;
use surface::Surface;

/// What is taken for the surface of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SurfaceKind {
    /// Voxels inside that share a face with a voxel outside or with the end of the image; all of them
    /// count alike. So do MedPy and MONAI.
    Voxels,
    /// Cells between eight voxels of which some are inside and some outside; each counts with the area
    /// of its marching-cubes triangles. So does DeepMind's `surface-distance` (Nikolov et al., 2018).
    Cells,
}

/// The distances from each of two surfaces to the other.
#[derive(Debug, Clone, PartialEq)]
pub struct SurfaceDistances {
    /// From the surface of the first mask to that of the second.
    pub from_a: Directed,
    /// From the surface of the second mask to that of the first.
    pub from_b: Directed,
}

/// The distances from the parts of one surface to the nearest part of the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Directed {
    /// Rising; infinite if there is no other surface.
    distances_mm: Vec<f32>,
    /// The area of each part, in the same order; empty if all count alike.
    areas_mm2: Vec<f32>,
}

/// The distances between the surfaces of two masks.
///
/// Where the surfaces are near each other, time goes with the number of their voxels, and memory with a
/// few bits for each voxel of the box around both masks; where they are not, a distance transform takes
/// 6 bytes for each.
///
/// # Errors
/// The masks lie on different grids.
///
/// ```
/// use medshape_geometry::compare::surface_distance::{SurfaceKind, surface_distances};
/// use medshape_geometry::voxels::mask::MaskView;
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let affine = Affine::from_spacing([0.5, 1.0, 1.0], [0.0; 3]).unwrap();
/// let grid = Grid::new([8, 1, 1], affine).unwrap();
/// let map = LabelMap::new(grid, vec![1, 1, 1, 0, 0, 0, 2, 2], vec![0, 1, 2]).unwrap();
/// let (a, b) = (MaskView::of(&map, 1), MaskView::of(&map, 2));
/// let found = surface_distances(a, b, SurfaceKind::Voxels).unwrap();
/// assert_eq!(found.hausdorff_mm(), 3.0);
/// assert_eq!(found.from_b.mean_mm(), 2.25);
/// ```
pub fn surface_distances(
    a: MaskView<'_>,
    b: MaskView<'_>,
    kind: SurfaceKind,
) -> Result<SurfaceDistances, DifferentGrids> {
    same_grid(a.grid(), b.grid())?;
    let Some(extent) = union(a.extent(), b.extent()) else {
        return Ok(SurfaceDistances { from_a: Directed::none(), from_b: Directed::none() });
    };
    let spacing_mm = a.grid().spacing_mm();
    let surface = |mask: MaskView<'_>| {
        let inside = Bits::of(mask, &extent);
        match kind {
            SurfaceKind::Voxels => Surface::of_voxels(&inside),
            SurfaceKind::Cells => Surface::of_cells(&inside, spacing_mm),
        }
    };
    let (on_a, on_b) = (surface(a), surface(b));
    let transform =
        Transform { dims: on_a.bits.dims, ..Transform::on(a.grid(), ImageBorder::Open) };
    Ok(SurfaceDistances {
        from_a: Directed::between(&on_a, &on_b, &transform),
        from_b: Directed::between(&on_b, &on_a, &transform),
    })
}

impl SurfaceDistances {
    /// The largest of all distances; NaN if both masks are empty, infinite if one is.
    pub fn hausdorff_mm(&self) -> f64 {
        self.hausdorff_percentile_mm(100.0)
    }

    /// The larger of the two percentiles, each over one surface: for 95 the HD95 of MONAI (on voxels)
    /// and of `surface-distance` (on cells).
    pub fn hausdorff_percentile_mm(&self, percent: f64) -> f64 {
        self.from_a.percentile_mm(percent).max(self.from_b.percentile_mm(percent))
    }

    /// The percentile over both surfaces together: for 95 the HD95 of MedPy and of the AutoImplant
    /// challenge (on voxels).
    pub fn pooled_percentile_mm(&self, percent: f64) -> f64 {
        self.pooled().percentile_mm(percent)
    }

    /// The mean over both surfaces together: `assd` of MedPy, the symmetric average of MONAI (on
    /// voxels).
    pub fn mean_mm(&self) -> f64 {
        self.pooled().mean_mm()
    }

    /// The part of both surfaces that is at most `tolerance_mm` away from the other, from 0 to 1; NaN
    /// if both masks are empty (Nikolov et al., 2018).
    pub fn surface_dice(&self, tolerance_mm: f64) -> f64 {
        let near = self.from_a.near(tolerance_mm) + self.from_b.near(tolerance_mm);
        near / (self.from_a.total() + self.from_b.total())
    }

    fn pooled(&self) -> Directed {
        Directed::of(
            [&self.from_a.distances_mm[..], &self.from_b.distances_mm].concat(),
            [&self.from_a.areas_mm2[..], &self.from_b.areas_mm2].concat(),
        )
    }
}

impl Directed {
    fn none() -> Self {
        Self { distances_mm: Vec::new(), areas_mm2: Vec::new() }
    }

    fn of(mut distances_mm: Vec<f32>, areas_mm2: Vec<f32>) -> Self {
        if areas_mm2.is_empty() {
            distances_mm.sort_unstable_by(f32::total_cmp);
            return Self { distances_mm, areas_mm2 };
        }
        let mut parts: Vec<_> = distances_mm.into_iter().zip(areas_mm2).collect();
        parts.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let (distances_mm, areas_mm2) = parts.into_iter().unzip();
        Self { distances_mm, areas_mm2 }
    }

    fn between(from: &Surface, to: &Surface, transform: &Transform) -> Self {
        Self::of(nearest::distances_mm(from, to, transform), from.areas_mm2.clone())
    }

    /// The distances, rising.
    pub fn distances_mm(&self) -> &[f32] {
        &self.distances_mm
    }

    /// The mean distance, each part by its area; NaN without a surface.
    pub fn mean_mm(&self) -> f64 {
        let weighted = self.parts().map(|(distance_mm, area)| distance_mm * area);
        weighted.sum::<f64>() / self.total()
    }

    /// The distance that so many percent of the surface do not exceed; NaN without a surface.
    ///
    /// Where parts count alike, it is interpolated linearly between the two nearest ranks, as NumPy and
    /// PyTorch do; where they count by area, it is the least distance up to which there is so much area.
    pub fn percentile_mm(&self, percent: f64) -> f64 {
        let Some(&last) = self.distances_mm.last() else { return f64::NAN };
        let share = percent.clamp(0.0, 100.0) / 100.0;
        if self.areas_mm2.is_empty() {
            let rank = share * (self.distances_mm.len() - 1) as f64;
            let (below, above) = (rank.floor() as usize, rank.ceil() as usize);
            let [low, high] = [below, above].map(|rank| f64::from(self.distances_mm[rank]));
            // Also where both are infinite.
            return if low == high { low } else { low + (rank - rank.floor()) * (high - low) };
        }
        let wanted = share * self.total();
        let mut area_mm2 = 0.0;
        for (distance_mm, part_mm2) in self.parts() {
            area_mm2 += part_mm2;
            if area_mm2 >= wanted {
                return distance_mm;
            }
        }
        f64::from(last)
    }

    /// How much of the surface is at most so far away. Distances that differ from the tolerance by
    /// rounding alone are no farther.
    fn near(&self, tolerance_mm: f64) -> f64 {
        let limit_mm = tolerance_mm * (1.0 + 1e-6);
        let near = self.parts().take_while(|(distance_mm, _)| *distance_mm <= limit_mm);
        near.map(|(_, area)| area).sum()
    }

    fn total(&self) -> f64 {
        self.parts().map(|(_, area)| area).sum()
    }

    /// Distance and area of each part; an area of 1 where all count alike.
    fn parts(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let areas = self.areas_mm2.iter().copied().chain(std::iter::repeat(1.0));
        self.distances_mm.iter().zip(areas).map(|(&mm, area)| (f64::from(mm), f64::from(area)))
    }
}

#[cfg(test)]
mod tests;
