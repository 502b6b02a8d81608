use std::path::PathBuf;
use std::process::ExitCode;

use medshape::cohort::{self, CohortOptions};
use medshape_studies::conformity::{self, Options};

use crate::output;

/// Make phantom subjects: whole-body label maps of a parametric body, and a table
///
/// The same seed gives the same bytes. Ingest them with
///
///   medshape ingest DIR --dataset phantom --metadata DIR/subjects.tsv
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub(crate) struct Args {
    #[command(subcommand)]
    check: Option<Check>,

    /// Folder to write to; made if it is not there
    #[arg(required = true)]
    dir: Option<PathBuf>,

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

#[derive(clap::Subcommand)]
enum Check {
    Conform(ConformArgs),
}

/// Check that phantoms are as the population that they are drawn from
///
/// Draws people of each sex, skulls and brains, and compares with the table; of a few the bodies are
/// made and their organs measured, at 1 mm. With few people chance alone goes past limits. Exit code 1
/// if something does not conform. A folder of this name is `./conform`.
#[derive(clap::Args)]
struct ConformArgs {
    /// How many people of each sex are drawn
    #[arg(long, value_name = "N", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    subjects: u32,

    /// Another seed draws other people
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// Of how many people the bodies are made
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=1000))]
    bodies: u32,

    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match (&args.check, &args.dir) {
        (Some(Check::Conform(args)), _) => conform(args),
        (None, Some(dir)) => make(args, dir),
        (None, None) => anyhow::bail!("name a folder to write to"),
    }
}

fn conform(args: &ConformArgs) -> anyhow::Result<ExitCode> {
    let bar = output::progress("bodies");
    bar.set_length(u64::from(args.bodies));
    let options = Options { n_subjects: args.subjects, seed: args.seed, n_bodies: args.bodies };
    let checks = conformity::check(&options, &|_| bar.inc(1));
    bar.finish_and_clear();
    let n_odd = checks.iter().filter(|check| !check.conforms).count();
    if args.json {
        output::json(&checks)?;
    } else {
        for check in &checks {
            output::line(format!(
                "{:<52} {:>10.4} {:>10.4}  off {:.4} of {:.2}  {}",
                check.what,
                check.found,
                check.expected,
                check.off,
                check.limit,
                if check.conforms { "conforms" } else { "DOES NOT CONFORM" }
            ))?;
        }
        output::line(format!("{} of {} conform", checks.len() - n_odd, checks.len()))?;
    }
    Ok(if n_odd == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn make(args: &Args, dir: &std::path::Path) -> anyhow::Result<ExitCode> {
    let Args { subjects: n_subjects, seed, spacing: spacing_mm, .. } = *args;
    let files = write(dir, &CohortOptions { n_subjects, seed, spacing_mm })?;
    output::line(format!(
        "{} label maps and `{}` are in `{}`",
        files.len(),
        cohort::TABLE,
        dir.display()
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
