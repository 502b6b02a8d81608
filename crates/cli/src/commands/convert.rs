use std::path::PathBuf;
use std::process::ExitCode;

use medshape::content::WriteOptions;
use medshape::convert::{ConvertOptions, convert};
use medshape::format::Format;
use medshape::formats::Input;

use super::label_options::LabelOptions;
use super::mesh_options::MeshOptions;
use super::reader_options::ReaderOptions;
use crate::output;

/// Convert a file: voxels to meshes, meshes to voxels, either to points, or between formats
///
///   medshape convert case.nii.gz liver.stl --label liver --dataset totalsegmentator-v2
///   medshape convert case.seg.nrrd meshes/ --to glb          # one file a structure
///   medshape convert case.dcm case.nii.gz                    # DICOM Segmentation to NIfTI
///   medshape convert scan.stl scan.nii.gz --spacing-mm 0.5   # its inside in voxels
///   medshape convert scalpel.stl scalpel.points.ply --points 2048
///   medshape convert ct.nii.gz bone.stl --threshold 300
///
/// What a file is, its bytes say; what OUT is to be, its ending says:
///   meshes  .glb (plain) .compressed.glb .stl .ply .obj .off .3mf .usdz .vtp .npz
///   points  .points.ply .xyz .pcd .points.npz
///   voxels  .nii.gz .nrrd .seg.nrrd .seg.dcm .occupancy.npz · distances .distance.npz
///
/// Nothing of the input's header is copied but names and codes of structures.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The file to convert
    #[arg(value_name = "IN")]
    from: PathBuf,

    /// The file to write, or with `--to` a folder
    #[arg(value_name = "OUT")]
    to: PathBuf,

    /// Of several structures, this one: its number or name. May be given more than once
    #[arg(long, value_name = "NUMBER|NAME")]
    label: Vec<String>,

    /// Of a file of many shapes (MedShapeNetCore's NPZ), this one: its keys, such as `3` or `liver/3`
    #[arg(long, value_name = "NAME")]
    sample: Option<String>,

    #[command(flatten)]
    labels: LabelOptions,

    /// Of an image without labels: values of at least this are inside
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    threshold: Option<f32>,

    /// Format of the files in a folder, by its ending
    #[arg(long = "to", value_name = "FORMAT")]
    to_format: Option<Format>,

    /// Spacing of the voxels that are written
    #[arg(long, value_name = "MM", value_parser = super::spacing_mm)]
    spacing_mm: Option<f64>,

    /// How many points are written
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = super::n_points)]
    points: usize,

    #[command(flatten)]
    meshes: MeshOptions,

    #[command(flatten)]
    reading: ReaderOptions,

    /// Print what was written as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let reader = args.reading.reader();
    let options = ConvertOptions {
        dataset: args.labels.dataset()?,
        labels: args.label.clone(),
        threshold: args.threshold,
        import: args.meshes.import(),
        write: WriteOptions { spacing_mm: args.spacing_mm, crop: false, n_points: args.points },
        to: args.to_format,
    };
    let from = Input::on_disk(&args.from).with_sample(args.sample.clone());
    let done = convert(&from, &args.to, &options, &reader)?;
    if args.json {
        output::json(&done)?;
        return Ok(ExitCode::SUCCESS);
    }
    for note in &done.notes {
        output::line(format!("noticed: {note}"))?;
    }
    for file in &done.written {
        output::line(format!("{} ({})", file.path.display(), output::bytes(file.n_bytes)))?;
    }
    Ok(ExitCode::SUCCESS)
}
