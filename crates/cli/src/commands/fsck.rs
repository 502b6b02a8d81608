use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use medshape::catalog::{
    Catalog, CheckOptions, CheckReport, Depth, Error, Finding, Kind, Severity, Subset,
};

use crate::output;

/// Check a collection: every record has its files, every file its bytes
///
///   medshape fsck                             database, names and sizes of files: seconds
///   medshape fsck --bytes                     every byte as well
///   medshape fsck --bytes --max-duration 2h   what was not read for longest, for two hours
///   medshape fsck --bytes --subset 3/7        a seventh of the files: another each day
///
/// Nothing is changed, but which files were found right is remembered. Findings have numbers; what
/// each means and what to do then stands in docs/upkeep.md.
///
/// Status: 0 no fault, 1 faults, 2 the check itself failed, 3 no fault so far, but not all was read.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Look at the database alone
    #[arg(long, conflicts_with = "bytes")]
    catalog: bool,

    /// Also read every file and compare its SHA-256
    #[arg(long)]
    bytes: bool,

    /// Read one of so many parts of the files, such as 3/7
    #[arg(long, value_name = "N/OF", value_parser = subset, requires = "bytes")]
    subset: Option<Subset>,

    /// Stop reading after this time, such as 30m or 2h; the next run goes on
    #[arg(long, value_name = "TIME", value_parser = super::duration, requires = "bytes")]
    max_duration: Option<Duration>,

    /// Print the findings as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

/// The check itself failed.
const NOT_CHECKED: u8 = 2;
/// No fault so far, but not all was read.
const NOT_ALL: u8 = 3;

fn subset(text: &str) -> Result<Subset, String> {
    let parts = text
        .split_once('/')
        .and_then(|(part, of)| Some((part.parse::<u32>().ok()?, of.parse::<u32>().ok()?)));
    match parts {
        Some((part, of)) if 1 <= part && part <= of => Ok(Subset { part, of }),
        _ => Err("it is written N/OF, such as 3/7".to_owned()),
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match check(args) {
        Ok(code) => Ok(code),
        Err(error) if output::is_closed_pipe(&error) => Err(error),
        Err(error) => {
            if let Some(finding) = at_opening(&error) {
                match args.json {
                    true => output::json(&[&finding])?,
                    false => output::line(finding_in_words(&finding))?,
                }
            }
            output::complain(&error);
            Ok(ExitCode::from(NOT_CHECKED))
        }
    }
}

/// Why a store cannot be opened, where that has a number.
fn at_opening(error: &anyhow::Error) -> Option<Finding> {
    let error = error.downcast_ref::<Error>()?;
    let code = match error.kind() {
        Kind::NewerSchema { .. } => "E020",
        Kind::Damaged(_) => "E005",
        _ => return None,
    };
    Some(Finding {
        severity: Severity::Error,
        code,
        path: error.path().to_owned(),
        text: error.kind().to_string(),
        needed_by: Vec::new(),
    })
}

fn check(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    let depth = match (args.catalog, args.bytes) {
        (true, _) => Depth::Catalog,
        (_, true) => Depth::Bytes,
        _ => Depth::Sizes,
    };
    let (stop, started) = (output::stop_flag()?, Instant::now());
    let bar = output::progress("files");
    let report = catalog.scrub(CheckOptions { depth, subset: args.subset }, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
        let is_over = args.max_duration.is_some_and(|longest| started.elapsed() >= longest);
        !is_over && !stop.load(Ordering::Relaxed)
    })?;
    bar.finish_and_clear();
    if args.json {
        output::json(&report.findings)?
    } else {
        print(&catalog, &report)?
    }
    Ok(match (report.n_faults(), report.is_complete()) {
        (0, true) => ExitCode::SUCCESS,
        (0, false) => ExitCode::from(NOT_ALL),
        _ => ExitCode::FAILURE,
    })
}

fn print(catalog: &Catalog, report: &CheckReport) -> anyhow::Result<()> {
    for finding in &report.findings {
        output::line(finding_in_words(finding))?;
    }
    if report.n_due > 0 {
        output::line(format!(
            "{} of {} read, {}",
            report.n_read,
            output::count(report.n_due, "file"),
            output::bytes(report.n_bytes_read)
        ))?;
    }
    // A database that is damaged may not say how much it holds.
    let n_shapes = catalog.counts().map(|counts| counts.n_shapes).unwrap_or_default();
    let faults = output::count(report.n_faults() as u64, "fault");
    output::line(format!("{} checked, {faults}", output::count(n_shapes, "shape")))?;
    Ok(())
}

pub(super) fn finding_in_words(finding: &Finding) -> String {
    let Finding { code, path, text, needed_by, .. } = finding;
    let whose = match &needed_by[..] {
        [] => String::new(),
        [one] => format!(" (of {one})"),
        [first, rest @ ..] => format!(" (of {first} and {} more)", rest.len()),
    };
    format!("{code} `{}`: {text}{whose}", path.display())
}
