use std::process::ExitCode;

use medshape::catalog::Catalog;

use crate::output;

/// Show what was done to a collection: when, by whom, and why
///
/// Rows are only added, and each holds the hash of the row before; `medshape fsck` tells whether one
/// was changed or taken away. The user of the system signs with his number, or whoever the
/// environment variable MEDSHAPE_WHO names, such as a role.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many rows, the newest; 0 for all
    #[arg(long, default_value_t = 20)]
    limit: u64,

    /// Print them as JSON, with their hashes
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let rows = catalog.log(if args.limit == 0 { u64::MAX } else { args.limit })?;
    if args.json {
        output::json(&rows)?;
        return Ok(ExitCode::SUCCESS);
    }
    for row in &rows {
        let why = if row.why.is_empty() { String::new() } else { format!(": {}", row.why) };
        output::line(format!(
            "{:>6} {} {:<12} {:<12} {}{why}",
            row.n, row.at, row.who, row.verb, row.subject
        ))?;
    }
    if let Some(newest) = rows.last() {
        output::line(format!("newest hash {}", newest.hash))?;
    }
    Ok(ExitCode::SUCCESS)
}
