use std::path::PathBuf;
use std::process::ExitCode;

use medshape::formats::Input;
use medshape::inspect::{Inspection, LabelFacts, inspect};

use super::label_options::LabelOptions;
use super::mesh_options::MeshOptions;
use super::reader_options::ReaderOptions;
use crate::output;

/// Labels that are shown without `--json`.
const SHOWN: usize = 150;

/// Say what a file is: its grid or mesh, its structures, and what looks wrong
///
///   medshape inspect case.nii.gz --dataset totalsegmentator-v2
///   medshape inspect segmentation.dcm
///   medshape inspect scan.stl --units m
///
/// Label maps (NIfTI, Analyze, NRRD, MetaImage, MGH, DICOM Segmentation), outlines (RTSTRUCT), meshes
/// (STL, OBJ, PLY, OFF, glTF, VTK, GIFTI, 3MF), points (PLY, PCD, XYZ), NPZ and tables; known by their
/// bytes, not by their names. Status 0 if the file could be read, whatever looks wrong.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The file
    file: PathBuf,

    /// Of a file of many shapes (MedShapeNetCore's NPZ), this one: its keys, such as `3` or `liver/3`
    #[arg(long, value_name = "NAME")]
    sample: Option<String>,

    #[command(flatten)]
    labels: LabelOptions,

    #[command(flatten)]
    meshes: MeshOptions,

    #[command(flatten)]
    reading: ReaderOptions,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let reader = args.reading.reader();
    let dataset = args.labels.dataset()?;
    let input = Input::on_disk(&args.file).with_sample(args.sample.clone());
    let found = inspect(&input, &dataset, &args.meshes.import(), &reader)?;
    if args.json {
        output::json(&found)?;
    } else {
        print(&found)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(found: &Inspection) -> anyhow::Result<()> {
    let width = found.facts.iter().map(|fact| fact.name.chars().count()).max().unwrap_or(0).max(7);
    output::line(format!("{:<width$}  {}", "kind", found.kind))?;
    for fact in &found.facts {
        output::line(format!("{:<width$}  {}", fact.name, fact.value))?;
    }
    print_labels(&found.labels)?;
    for warning in &found.warnings {
        output::line(format!("{:<width$}  {warning}", "look at"))?;
    }
    Ok(())
}

fn print_labels(labels: &[LabelFacts]) -> anyhow::Result<()> {
    let Some(widest) = labels.iter().map(|label| label.name.chars().count()).max() else {
        return Ok(());
    };
    let has_layers = labels.iter().any(|label| label.layer > 0);
    let layer = |text: &str| if has_layers { format!("{text:>6} ") } else { String::new() };
    let width = widest.clamp(4, 40);
    output::line(format!(
        "\n{}{:>8}  {:<width$} {:>12} {:>12} {:>7}",
        layer("layer"),
        "label",
        "name",
        "voxels",
        "volume",
        "pieces"
    ))?;
    for label in labels.iter().take(SHOWN) {
        let border = if label.touches_border { "  cut by the border?" } else { "" };
        output::line(format!(
            "{}{:>8}  {:<width$} {:>12} {:>12} {:>7}{border}",
            layer(&label.layer.to_string()),
            label.value,
            label.name,
            label.n_voxels,
            output::millilitres(label.volume_mm3),
            label.n_pieces
        ))?;
    }
    if labels.len() > SHOWN {
        output::line(format!("… and {} more (`--json` has all)", labels.len() - SHOWN))?;
    }
    output::line("")?;
    Ok(())
}
