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
    if args.json {
        output::json(&findings)?;
    } else {
        for finding in &findings {
            let path = finding.path.display();
            output::line(format!("{} `{path}`: {}", finding.code, finding.text))?;
        }
        let counts = catalog.counts()?;
        output::line(format!(
            "{} shapes checked, {} faults",
            counts.n_shapes,
            findings.iter().filter(|finding| finding.severity == Severity::Error).count()
        ))?;
    }
    let is_sound = !findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
