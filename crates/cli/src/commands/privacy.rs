use std::path::{Path, PathBuf};
use std::process::ExitCode;

use medshape::formats::Limits;
use medshape::privacy::{self, Class, Finding, ScanOptions, ScanReport};

use crate::output;

/// Look for what may say who somebody is
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Scan(ScanArgs),
}

/// Find names, dates, numbers and addresses of persons in files, before they are passed on
///
///   medshape privacy scan ./to-publish
///   medshape privacy scan liver.nii.gz --show
///   medshape privacy scan ./to-publish --json > report.json
///
/// Looked at are names of files and folders, headers and their comments, fields of gzip, ZIP and
/// tar, tags of DICOM, tables, JSON, XML, text, and whatever else in a file looks like letters;
/// archives are looked into. Links are not followed.
///
/// HIGH says who somebody is: names, numbers of patients, dates of birth, addresses, telephones,
/// e-mail. Do not publish that. MEDIUM may say so, or narrows it down: bare dates, identifiers of
/// DICOM, hospitals, serial numbers, times of packing. Look at it. Rules do not understand: a name
/// that is in no list and in no telling place is not found.
///
/// What was found is masked: the first letter and the length. `--show` prints it in full. Paths
/// are printed as they are, so where a file's own name is the finding, the report holds it.
///
/// Status: 0 nothing found, 1 medium findings only, 2 high ones, 3 something could not be read and
/// nothing high was found elsewhere, 64 wrong arguments.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
struct ScanArgs {
    /// Files, or folders with all that is in them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Print what was found in full
    #[arg(long)]
    show: bool,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let Command::Scan(args) = &args.command;
    let bar = output::progress("files");
    let watch = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let options = ScanOptions { show: args.show, limits: Limits::DEFAULT };
    let report = privacy::scan(&args.paths, &options, &watch);
    bar.finish_and_clear();
    let printed = if args.json { output::json(&report) } else { print(&report) };
    match printed {
        // The status says what was found, whether or not anybody reads the rest.
        Err(error) if !output::is_closed_pipe(&error) => {
            output::complain(&error);
            Ok(ExitCode::from(UNREADABLE))
        }
        _ => Ok(ExitCode::from(status(&report))),
    }
}

const UNREADABLE: u8 = 3;

fn status(report: &ScanReport) -> u8 {
    match report {
        ScanReport { n_high: 1.., .. } => 2,
        ScanReport { unreadable, .. } if !unreadable.is_empty() => UNREADABLE,
        ScanReport { n_medium: 1.., .. } => 1,
        _ => 0,
    }
}

fn print(report: &ScanReport) -> anyhow::Result<()> {
    for unreadable in &report.unreadable {
        let path = printable(&unreadable.path);
        output::complain(&anyhow::anyhow!("`{path}`: {}", unreadable.reason));
    }
    for of_file in report.findings.chunk_by(|a, b| a.path == b.path) {
        print_file(of_file)?;
    }
    let unlisted = match report.n_unlisted {
        0 => String::new(),
        count => format!("; {count} more of the same files are not listed"),
    };
    output::line(format!(
        "{} looked into: {} high, {} medium{unlisted}",
        output::count(report.n_files as u64, "file"),
        report.n_high,
        report.n_medium
    ))?;
    Ok(())
}

fn print_file(findings: &[Finding]) -> anyhow::Result<()> {
    output::line(printable(&findings[0].path))?;
    for finding in findings {
        let class = match finding.class {
            Class::High => "HIGH",
            Class::Medium => "MEDIUM",
        };
        let rule = finding.rule.name();
        output::line(format!("  {class:<6}  {rule:<16}  {}: {}", finding.place, finding.excerpt))?;
    }
    Ok(())
}

/// A path without what steers a terminal.
fn printable(path: &Path) -> String {
    path.to_string_lossy()
        .chars()
        .flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] })
        .collect()
}
