use std::path::PathBuf;
use std::process::ExitCode;

use medshape::compare::{self, Comparison, LabelMeasures, MeshMeasures};
use medshape::geometry::compare::meshes::MeshOptions;

use super::reader_options::ReaderOptions;
use crate::output;

/// Compare two label maps label by label, or two meshes
///
///   medshape compare expert.nii.gz predicted.nii.gz
///   medshape compare liver.glb liver-simplified.glb --tolerance-mm 0.5
///
/// Label maps (NIfTI, Analyze, NRRD, MetaImage, MGH, DICOM Segmentation, NPZ) need the same
/// voxels. Of each label you get overlaps (Dice, Jaccard, volumetric similarity), the share of the
/// surfaces within the tolerance (surface Dice) and distances of the surfaces.
///
/// Of meshes (STL, OBJ, PLY, OFF, glTF, VTK, GIFTI, 3MF, and GLB as `medshape download` writes it)
/// you get Hausdorff distances (of the vertices, and of the whole surface between two bounds), mean
/// distances, the F-score at the tolerance, the agreement of normals, and how much of the volumes is
/// common.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The one file, such as the reference
    first: PathBuf,

    /// The other file, such as a prediction
    second: PathBuf,

    /// How near surfaces count as the same
    #[arg(long, value_name = "MM", default_value_t = 1.0, value_parser = millimetres)]
    tolerance_mm: f64,

    /// Points taken from each mesh for means and shares
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    points: u32,

    #[command(flatten)]
    reading: ReaderOptions,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let options = MeshOptions {
        tolerance_mm: args.tolerance_mm,
        n_points: args.points as usize,
        ..MeshOptions::default()
    };
    let found = compare::compare(&args.first, &args.second, &options, &args.reading.reader())?;
    match &found {
        _ if args.json => output::json(&found)?,
        Comparison::Meshes(measures) => print_meshes(measures)?,
        Comparison::LabelMaps { labels } => print_labels(labels)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn print_meshes(found: &MeshMeasures) -> anyhow::Result<()> {
    let mm = |value: f64| format!("{value:.4} mm");
    let within = format!("within {} mm", found.tolerance_mm);
    let (least, most) = (found.hausdorff_at_least_mm, found.hausdorff_at_most_mm);
    row("Hausdorff, vertices", mm(found.hausdorff_of_vertices_mm))?;
    row("Hausdorff, surfaces", format!("{least:.4} to {most:.4} mm"))?;
    row("Hausdorff, 95 %", mm(found.hausdorff95_mm))?;
    row("mean distance", mm(found.mean_distance_mm))?;
    row("chamfer", format!("{}, {:.4} mm²", mm(found.chamfer_mm), found.chamfer_mm2))?;
    let shares = format!("first {:.4}, second {:.4}", found.precision, found.recall);
    row("F-score", format!("{:.4} ({shares} {within})", found.f_score))?;
    row("normals", format!("{:.4}", found.normal_consistency))?;
    let volume = match (found.volume_iou, found.volume_dice, found.volume_voxel_mm) {
        (Some(iou), Some(dice), Some(voxel_mm)) => {
            format!("IoU {iou:.4}, Dice {dice:.4} (in voxels of {voxel_mm:.3} mm)")
        }
        _ => "not compared: a mesh is not closed".to_owned(),
    };
    row("volume", volume)
}

fn row(name: &str, value: impl std::fmt::Display) -> anyhow::Result<()> {
    output::line(format!("{name:<20} {value}"))?;
    Ok(())
}

fn print_labels(labels: &[LabelMeasures]) -> anyhow::Result<()> {
    let tolerance_mm = labels.first().map_or(0.0, |label| label.tolerance_mm);
    output::line(format!(
        "{:>8} {:>10} {:>10} {:>7} {:>7} {:>7} {:>7} {:>9} {:>9} {:>9}",
        "label",
        "first",
        "second",
        "Dice",
        "Jaccard",
        "volume",
        "surface",
        "HD mm",
        "HD95 mm",
        "mean mm"
    ))?;
    for found in labels {
        output::line(format!(
            "{:>8} {:>10} {:>10} {:>7.4} {:>7.4} {:>7.4} {:>7.4} {:>9.3} {:>9.3} {:>9.4}",
            found.label,
            found.n_voxels_first,
            found.n_voxels_second,
            found.dice,
            found.jaccard,
            found.volumetric_similarity,
            found.surface_dice,
            found.hausdorff_mm,
            found.hausdorff95_mm,
            found.mean_distance_mm,
        ))?;
    }
    let n = labels.len() as f64;
    let mean_dice = labels.iter().map(|label| label.dice).sum::<f64>() / n;
    let labels = output::count(labels.len() as u64, "label");
    output::line(format!(
        "{labels}, mean Dice {mean_dice:.4}; surface Dice within {tolerance_mm} mm"
    ))?;
    Ok(())
}

fn millimetres(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(mm) if (0.0..=1e6).contains(&mm) => Ok(mm),
        _ => Err("a number of millimetres, 0 or more, is needed".to_owned()),
    }
}
