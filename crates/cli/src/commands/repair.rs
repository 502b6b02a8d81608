use std::path::PathBuf;
use std::process::ExitCode;

use medshape::catalog::Catalog;
use medshape::repair::{Mended, Origin, RepairOptions, RepairReport, repair};

use super::fsck::finding_in_words;
use crate::output;

/// Make good what `medshape fsck --bytes` finds, as far as it can be done; nothing is deleted
///
///   medshape repair --dry-run
///   medshape repair --from BACKUP
///
/// Damaged files are moved to the folder `quarantine` of the collection. Good ones are taken from a
/// backup, or made anew of the label map or the mesh.
///
/// Status: 0 no fault is left, 1 faults are left, which are listed.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// A backup to take good files from
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,

    /// Only say what is wrong
    #[arg(long)]
    dry_run: bool,

    /// Print what was done as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    let options = RepairOptions { from: args.from.clone(), dry_run: args.dry_run };
    let report = repair(&mut catalog, &options)?;
    if args.json {
        output::json(&report)?
    } else {
        print(&report)?
    }
    Ok(if report.left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(report: &RepairReport) -> anyhow::Result<()> {
    for Mended { sha256, needed_by, put_aside, from } in &report.mended {
        let whose = needed_by.first().map(String::as_str).unwrap_or_default();
        let from = match from {
            Some(Origin::Backup) => "taken from the backup",
            Some(Origin::LabelMap) => "made anew of the label map",
            Some(Origin::Mesh) => "made anew of the mesh",
            None => "not to be had: name a backup, or ingest the case again",
        };
        output::line(format!("{sha256} of {whose}: {from}"))?;
        if let Some(path) = put_aside {
            output::line(format!("  the damaged one is now `{}`", path.display()))?;
        }
    }
    if report.n_rows > 0 {
        output::line(format!("{} computed anew", output::count(report.n_rows, "row")))?;
    }
    for finding in &report.left {
        output::line(finding_in_words(finding))?;
    }
    output::line(format!("{} left", output::count(report.left.len() as u64, "fault")))?;
    Ok(())
}
