use std::process::ExitCode;
use std::time::Duration;

use medshape::catalog::{Catalog, GcOptions};

use crate::output;

/// Remove files that no record of a collection needs
///
/// What an ingest that was broken off has left, and the files of shapes that were withdrawn or replaced,
/// once they have not been needed for the grace. It may run while others write.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long a file must not have been needed, such as 24h or 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = super::duration)]
    grace: Duration,

    /// Only count them
    #[arg(long)]
    dry_run: bool,

    /// Print the counts as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    let report = catalog.gc(GcOptions { grace: args.grace, dry_run: args.dry_run })?;
    if args.json {
        output::json(&report)?;
        return Ok(ExitCode::SUCCESS);
    }
    let done = if args.dry_run { "to be removed" } else { "removed" };
    output::line(format!(
        "{done}: {} of {}, {}; {} not yet",
        output::count(report.n_blobs, "file"),
        output::bytes(report.n_bytes),
        output::count(report.n_temporary, "temporary file"),
        report.n_waiting
    ))?;
    Ok(ExitCode::SUCCESS)
}
