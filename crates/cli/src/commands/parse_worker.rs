use std::process::ExitCode;

/// Read one file as standard input asks, and answer on standard output
///
/// `medshape ingest --isolated` and uploads start this; it is of no use to people.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Try something that is forbidden, once all of it is forbidden: for tests
    #[arg(long, value_name = "NAME")]
    probe: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    medshape::read::work(args.probe.as_deref())?;
    Ok(ExitCode::SUCCESS)
}
