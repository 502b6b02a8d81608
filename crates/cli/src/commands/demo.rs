use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use medshape::cohort::{self, CohortOptions};
use medshape::metadata::Metadata;
use medshape::{Dataset, IngestOptions, Reader};

use crate::commands::{ingest, phantom, serve};
use crate::output;

/// Make a phantom cohort, ingest it, and open the portal on it
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder for the cohort and the collection
    #[arg(long, value_name = "DIR", default_value = "demo")]
    dir: PathBuf,

    /// How many subjects
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=9999))]
    subjects: u32,

    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Stop when the collection is made
    #[arg(long)]
    no_serve: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let cohort = args.dir.join("cohort");
    let store = args.dir.join("collection");
    let options = CohortOptions { n_subjects: args.subjects, seed: 1, spacing_mm: 2.0 };
    phantom::write(&cohort, &options)?;

    let dataset = Dataset::find("phantom")?;
    let reader = Reader::default();
    let metadata = Metadata::read(&cohort.join(cohort::TABLE), &dataset, &reader)?;
    let options = IngestOptions { metadata, ..IngestOptions::new(vec![cohort], dataset) };
    let stop = output::stop_flag()?;
    let report = ingest::ingest(&store, &options, &stop, false)?;
    ingest::print(&report)?;
    if !report.is_complete() {
        return Ok(ExitCode::FAILURE);
    }
    if args.no_serve {
        return Ok(ExitCode::SUCCESS);
    }
    serve::serve(&store, args.listen, None)
}
