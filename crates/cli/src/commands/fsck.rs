use std::process::ExitCode;

use medshape::catalog::{Catalog, Depth, Severity};

use crate::output;

/// Check a collection: every record has its files, every file its bytes
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also read every file and compare its SHA-256
    #[arg(long)]
    bytes: bool,

    /// Print the findings as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let depth = if args.bytes { Depth::Bytes } else { Depth::Sizes };
    let findings = catalog.check(depth)?;
    let n_faults = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if args.json {
        output::json(&findings)?;
    } else {
        for finding in &findings {
            let path = finding.path.display();
            output::line(format!("{} `{path}`: {}", finding.code, finding.text))?;
        }
        let counts = catalog.counts()?;
        output::line(format!(
            "{} checked, {}",
            output::count(counts.n_shapes, "shape"),
            output::count(n_faults as u64, "fault")
        ))?;
    }
    Ok(if n_faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
