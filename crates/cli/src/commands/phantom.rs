use std::path::PathBuf;
use std::process::ExitCode;

use medshape::cohort::{self, CohortOptions};

use crate::output;

/// Make phantom subjects: whole-body label maps of a parametric body, and a table
///
/// The same seed gives the same bytes. Ingest them with
///
///   medshape ingest DIR --dataset phantom --metadata DIR/subjects.tsv
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Folder to write to; made if it is not there
    dir: PathBuf,

    /// How many subjects
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=9999))]
    subjects: u32,

    /// Another seed gives other people
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// Distance between voxel centres in millimetres, 1 to 10
    #[arg(long, value_name = "MM", default_value_t = 3.0, value_parser = spacing)]
    spacing: f64,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Args { subjects: n_subjects, seed, spacing: spacing_mm, .. } = *args;
    let files = write(&args.dir, &CohortOptions { n_subjects, seed, spacing_mm })?;
    output::line(format!(
        "{} label maps and `{}` are in `{}`",
        files.len(),
        cohort::TABLE,
        args.dir.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a cohort with a bar for people.
pub(crate) fn write(
    dir: &std::path::Path,
    options: &CohortOptions,
) -> anyhow::Result<Vec<PathBuf>> {
    let bar = output::progress("phantoms");
    bar.set_length(u64::from(options.n_subjects));
    let files = cohort::write(dir, options, &|_| bar.inc(1))?;
    bar.finish_and_clear();
    Ok(files)
}

fn spacing(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(spacing_mm) if (1.0..=10.0).contains(&spacing_mm) => Ok(spacing_mm),
        _ => Err("a number from 1 to 10 is needed".to_owned()),
    }
}
