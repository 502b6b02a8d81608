use std::path::PathBuf;
use std::process::ExitCode;

use medshape::catalog::{Catalog, Clerk, CopyReport, Depth, Severity};

use super::fsck::finding_in_words;
use crate::output;

/// Copy a collection to another folder, also while others write to it
///
/// Into an empty folder, or one that holds an earlier backup of the same collection: then only what is
/// new is copied. Every file is compared with its SHA-256 on the way. A backup is a collection of its
/// own; only look at it, for a changed one is no backup any more.
///
/// Status: 0 all was copied, 1 damaged files were left out, which are listed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to
    #[arg(value_name = "DIR")]
    to: PathBuf,

    /// Remove files from the backup that the collection does not need now
    #[arg(long)]
    prune: bool,

    /// Print what was done as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    let bar = output::progress("files");
    let report = catalog.backup(&args.to, args.prune, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    if args.json {
        output::json(&report)?
    } else {
        print(&report)?
    }
    Ok(if report.damaged.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Make a collection of a backup
///
/// Into an empty folder; the backup is not changed. Afterwards all bytes are checked.
///
/// Status: 0 the collection is whole, 1 something is missing or damaged, which is listed.
#[derive(clap::Args)]
pub(crate) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "BACKUP")]
    from: PathBuf,

    /// Where to
    #[arg(value_name = "DIR")]
    to: PathBuf,
}

pub(crate) fn restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let bar = output::progress("files");
    let clerk = Clerk::of_system();
    let (catalog, report) = Catalog::restore(&args.from, &args.to, clerk, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    print(&report)?;
    let findings = catalog.check(Depth::Bytes)?;
    for finding in &findings {
        output::line(finding_in_words(finding))?;
    }
    let is_whole = findings.iter().all(|finding| finding.severity != Severity::Error);
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(report: &CopyReport) -> anyhow::Result<()> {
    for (hash, text) in &report.damaged {
        output::line(format!("left out: {hash}: {text}"))?;
    }
    output::line(format!(
        "{} in the copy, {} of them new ({}), {} removed",
        output::count(report.n_blobs, "file"),
        report.n_copied,
        output::bytes(report.n_bytes_copied),
        report.n_removed
    ))?;
    Ok(())
}
