//! How alike two files are: label maps label by label, or meshes.

use std::path::Path;

use medshape_formats::Input;
use medshape_formats::kind::Kind;
use medshape_geometry::compare::meshes::{self, MeshComparison, MeshOptions};
use medshape_geometry::compare::overlap::{Overlap, overlaps};
use medshape_geometry::compare::surface_distance::{SurfaceKind, surface_distances};
use medshape_geometry::voxels::mask::MaskView;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_types::{LabelMap, Mesh};
use rayon::prelude::*;

use crate::import::{self, ImportOptions};
use crate::{Error, Reader};

pub mod shapes;

/// What comparing two files found. Numbers that mean nothing, such as the distance to a label that is
/// not there, are not finite and become `null` in JSON.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Comparison {
    /// Two meshes.
    Meshes(MeshMeasures),
    /// Two label maps on one grid.
    LabelMaps {
        /// Every label of either map, in rising order.
        labels: Vec<LabelMeasures>,
    },
}

/// How alike two meshes are; `docs/meshes.md` defines each measure.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[expect(missing_docs, reason = "the names are the measures, with their units")]
pub struct MeshMeasures {
    pub tolerance_mm: f64,
    pub hausdorff_of_vertices_mm: f64,
    pub hausdorff_at_least_mm: f64,
    pub hausdorff_at_most_mm: f64,
    pub hausdorff95_mm: f64,
    pub mean_distance_mm: f64,
    pub chamfer_mm: f64,
    pub chamfer_mm2: f64,
    pub f_score: f64,
    pub precision: f64,
    pub recall: f64,
    pub normal_consistency: f64,
    /// `None` unless both meshes are closed, as for the next two.
    pub volume_iou: Option<f64>,
    pub volume_dice: Option<f64>,
    pub volume_voxel_mm: Option<f64>,
}

/// How alike one label of two maps is; `docs/voxels.md` defines each measure.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[expect(missing_docs, reason = "the names are the measures, with their units")]
pub struct LabelMeasures {
    pub label: i64,
    pub n_voxels_first: u64,
    pub n_voxels_second: u64,
    pub dice: f64,
    pub jaccard: f64,
    pub volumetric_similarity: f64,
    pub tolerance_mm: f64,
    pub surface_dice: f64,
    pub hausdorff_mm: f64,
    pub hausdorff95_mm: f64,
    pub mean_distance_mm: f64,
}

/// Compares two label maps on one grid, or two meshes.
///
/// # Errors
/// A file cannot be read, the files are not of one kind or not on one grid, or a mesh has no area.
pub fn compare(
    first: &Path,
    second: &Path,
    options: &MeshOptions,
    reader: &Reader,
) -> Result<Comparison, Error> {
    let is_mesh = |path: &Path| -> Result<bool, Error> {
        Ok(reader.kind(&Input::on_disk(path))? == Some(Kind::Mesh))
    };
    match (is_mesh(first)?, is_mesh(second)?) {
        (false, false) => label_maps(first, second, options.tolerance_mm, reader),
        (true, true) => meshes(first, second, options, reader),
        _ => Err(Error::refused(second, "a label map and a mesh cannot be compared")),
    }
}

fn meshes(
    first: &Path,
    second: &Path,
    options: &MeshOptions,
    reader: &Reader,
) -> Result<Comparison, Error> {
    let (a, b) = (mesh(first, reader)?, mesh(second, reader)?);
    let no_area = || Error::refused(first, "it or the other mesh has no area");
    let found = meshes::compare(&a, &b, options).ok_or_else(no_area)?;
    Ok(Comparison::Meshes(MeshMeasures::of(&found, options.tolerance_mm)))
}

fn mesh(path: &Path, reader: &Reader) -> Result<Mesh, Error> {
    let file = reader.mesh(&Input::on_disk(path))?;
    import::taken(&file, &ImportOptions::default()).map_err(|reason| Error::refused(path, reason))
}

impl MeshMeasures {
    fn of(found: &MeshComparison, tolerance_mm: f64) -> Self {
        let (hausdorff, f_score) = (found.hausdorff(), found.f_score());
        Self {
            tolerance_mm,
            hausdorff_of_vertices_mm: found.hausdorff_of_vertices_mm(),
            hausdorff_at_least_mm: hausdorff.least_mm,
            hausdorff_at_most_mm: hausdorff.most_mm,
            hausdorff95_mm: found.hausdorff95_mm(),
            mean_distance_mm: found.mean_mm(),
            chamfer_mm: found.chamfer.mm(),
            chamfer_mm2: found.chamfer.mm2(),
            f_score: f_score.f(),
            precision: f_score.precision,
            recall: f_score.recall,
            normal_consistency: found.normal_consistency,
            volume_iou: found.volume.map(|volume| volume.iou),
            volume_dice: found.volume.map(|volume| volume.dice),
            volume_voxel_mm: found.volume.map(|volume| volume.spacing_mm),
        }
    }
}

fn label_maps(
    first: &Path,
    second: &Path,
    tolerance_mm: f64,
    reader: &Reader,
) -> Result<Comparison, Error> {
    // One orientation for both: axes may be stored in another order and still be the same voxels.
    let a = label_map_to_ras(reader.label_map(&Input::on_disk(first))?);
    let b = label_map_to_ras(reader.label_map(&Input::on_disk(second))?);
    let other_grid = |_| {
        let reason = "its voxels do not lie where those of the other label map lie";
        Error::refused(second, reason)
    };
    let found = overlaps(&a, &b).map_err(other_grid)?;
    let measures = found.into_par_iter().map(|(label, overlap)| {
        label_measures(&a, &b, label, overlap, tolerance_mm).map_err(other_grid)
    });
    Ok(Comparison::LabelMaps { labels: measures.collect::<Result<_, _>>()? })
}

fn label_measures(
    a: &LabelMap,
    b: &LabelMap,
    label: i64,
    overlap: Overlap,
    tolerance_mm: f64,
) -> Result<LabelMeasures, medshape_geometry::compare::DifferentGrids> {
    let [mask_a, mask_b] = [a, b].map(|map| {
        // An index that no map has means a mask without voxels.
        let index = map.values().iter().position(|&value| value == label);
        MaskView::of(map, index.map_or(u16::MAX, |index| index as u16))
    });
    let voxels = surface_distances(mask_a, mask_b, SurfaceKind::Voxels)?;
    let cells = surface_distances(mask_a, mask_b, SurfaceKind::Cells)?;
    Ok(LabelMeasures {
        label,
        n_voxels_first: overlap.n_a,
        n_voxels_second: overlap.n_b,
        dice: overlap.dice(),
        jaccard: overlap.jaccard(),
        volumetric_similarity: overlap.volumetric_similarity(),
        tolerance_mm,
        surface_dice: cells.surface_dice(tolerance_mm),
        hausdorff_mm: voxels.hausdorff_mm(),
        hausdorff95_mm: voxels.hausdorff_percentile_mm(95.0),
        mean_distance_mm: voxels.mean_mm(),
    })
}
