use std::path::PathBuf;
use std::process::ExitCode;

use medshape::catalog::{Audience, Catalog, Query};
use medshape::content::WriteOptions;
use medshape::download::{self, DownloadOptions};
use medshape::format::Format;

use crate::output;

/// Write the shapes that a query finds to a folder
///
///   medshape download "liver female" ./livers --format stl
///   medshape download liver ./masks --format nii.gz                 # on the grid of each image
///   medshape download liver ./grids --format occupancy.npz --spacing-mm 2
///   medshape download liver ./clouds --format points.ply --points 2048
///
/// Meshes: glb (as stored, compressed), plain.glb, stl, ply, obj, off, 3mf, usdz, vtp, npz.
/// Points on the surface: points.ply, points.xyz, points.pcd, points.npz.
/// Voxels: nii.gz, nrrd, seg.nrrd, seg.dcm, occupancy.npz; distances: distance.npz.
///
/// A run that was stopped goes on where it was: files that are whole are kept. `manifest.tsv` lists
/// each file with size, SHA-256 and licence; `ATTRIBUTION.md` says how to cite.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What to look for; see `medshape search --help`
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: String,

    /// Folder to write to; made if it is not there
    dir: PathBuf,

    /// File format, by its ending (see above)
    #[arg(long, value_name = "FORMAT", default_value = "glb")]
    format: Format,

    /// Of voxels: their spacing; the grid of the image is taken otherwise
    #[arg(long, value_name = "MM", value_parser = super::spacing_mm)]
    spacing_mm: Option<f64>,

    /// Of voxels: only the part of the image's grid that holds the structure
    #[arg(long, conflicts_with = "spacing_mm")]
    crop: bool,

    /// Of points: how many
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = super::n_points)]
    points: usize,

    /// Print what came of it as JSON
    #[arg(long)]
    json: bool,

    /// Take only what this audience may see: `public`, to pass on, or `curator`, all
    #[arg(long, value_name = "WHO", default_value = "curator", value_parser = super::audience)]
    audience: Audience,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?.seen_by(args.audience);
    let stop = output::stop_flag()?;
    let bar = output::progress("shapes");
    let write =
        WriteOptions { spacing_mm: args.spacing_mm, crop: args.crop, n_points: args.points };
    let options = DownloadOptions { folder: args.dir.clone(), format: args.format, write };
    let watch = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let report = download::download(&catalog, &Query::parse(&args.query), &options, &stop, &watch)?;
    bar.finish_and_clear();
    if args.json {
        output::json(&report)?;
    } else {
        output::line(format!(
            "{} files written ({}), {} were there already, in `{}`",
            report.n_written,
            output::bytes(report.n_bytes_written),
            report.n_kept,
            args.dir.display()
        ))?;
        if report.n_remote > 0 {
            output::line(format!(
                "{} not held here: medshape show NAME tells where others publish one",
                output::count(report.n_remote, "shape")
            ))?;
        }
        for name in &report.not_closed {
            output::line(format!("not written: {name} is not closed, so nothing is inside of it"))?;
        }
        if !report.unknown.is_empty() {
            output::line(format!("not understood: {}", report.unknown.join(", ")))?;
        }
    }
    if report.n_written + report.n_kept + report.n_remote + report.not_closed.len() as u64 == 0 {
        anyhow::bail!("`{}` finds no shape", args.query);
    }
    Ok(if report.was_stopped { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
