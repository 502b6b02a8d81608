use std::path::PathBuf;
use std::process::ExitCode;

use medshape::catalog::{Catalog, Query};
use medshape::download::{self, DownloadOptions};
use medshape::export::Format;

use crate::output;

/// Write the shapes that a query finds to a folder
///
///   medshape download "liver female" ./livers --format stl
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

    /// File format: glb, stl, ply or obj
    #[arg(long, value_name = "FORMAT", default_value = "glb")]
    format: Format,

    /// Print what came of it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let stop = output::stop_flag()?;
    let bar = output::progress("shapes");
    let options = DownloadOptions { folder: args.dir.clone(), format: args.format };
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
        if !report.unknown.is_empty() {
            output::line(format!("not understood: {}", report.unknown.join(", ")))?;
        }
    }
    if report.n_written + report.n_kept == 0 {
        anyhow::bail!("`{}` finds no shape", args.query);
    }
    Ok(if report.was_stopped { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
