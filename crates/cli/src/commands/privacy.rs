use std::path::{Path, PathBuf};
use std::process::ExitCode;

use medshape::anonymity::{
    self, AnonymityOptions, AnonymityReport, Class, SmallClass, Suggestion, Trait,
};
use medshape::catalog::{Audience, Catalog, Sex};
use medshape::formats::Limits;
use medshape::privacy::{self, Finding, ScanOptions, ScanReport};

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
    KAnonymity(KAnonymityArgs),
}

/// Count the subjects of a collection that share what is known of them
///
///   medshape privacy k-anonymity
///   medshape privacy k-anonymity --k 10 --age-band 10 --json
///
/// Whoever knows a person's sex, age, illness and in which data set they are finds them, if no other
/// subject fits. Subjects that agree in all of these, and in every further column that the store
/// keeps, are one class. Classes of fewer than K are counted and listed, with what would make them
/// larger: wider bands of ages, or less that is told. Nothing is changed.
///
/// Status: 0 every class has K subjects, 1 some have fewer, 64 wrong arguments.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
struct KAnonymityArgs {
    /// The fewest subjects that a class may have
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    k: u64,

    /// Width of the bands that ages are told in; 1 tells whole years
    #[arg(long, value_name = "YEARS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=90))]
    age_band: u32,

    /// How many small classes to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,

    /// Only the subjects that this audience sees: `public` or `curator`
    #[arg(long, value_name = "WHO", default_value = "curator", value_parser = super::audience)]
    audience: Audience,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
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
    match &args.command {
        Command::Scan(args) => scan(args),
        Command::KAnonymity(args) => k_anonymity(args),
    }
}

fn k_anonymity(args: &KAnonymityArgs) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?.seen_by(args.audience);
    let options =
        AnonymityOptions { k: args.k, age_band_years: args.age_band, n_listed: args.limit };
    let report = anonymity::k_anonymity(&catalog, &options)?;
    if args.json {
        output::json(&report)?;
    } else {
        print_anonymity(&report)?;
    }
    Ok(if report.n_small_classes == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_anonymity(report: &AnonymityReport) -> anyhow::Result<()> {
    for SmallClass { n_subjects, class } in &report.small_classes {
        output::line(format!("{n_subjects:>3}  {}", words_of(class)))?;
    }
    let unlisted = report.n_small_classes - report.small_classes.len() as u64;
    if unlisted > 0 {
        output::line(format!("and {unlisted} more"))?;
    }
    output::line(format!(
        "{} looked at, ages in bands of {} years: {}, the smallest of {}",
        output::count(report.n_subjects, "subject"),
        report.age_band_years,
        classes(report.n_classes),
        report.k
    ))?;
    for (n, what) in
        [(report.n_nothing_known, "of whom nothing is known"), (report.n_nobody, "who are nobody")]
    {
        if n > 0 {
            output::line(format!("{} {what} left out", output::count(n, "subject")))?;
        }
    }
    output::line(format!(
        "{} of fewer than {}, with {}",
        classes(report.n_small_classes),
        report.k_wanted,
        output::count(report.n_subjects_below_k, "subject")
    ))?;
    for suggestion in &report.suggestions {
        output::line(words_of_suggestion(suggestion))?;
    }
    Ok(())
}

fn words_of(class: &Class) -> String {
    let Class { source, sex, age, pathology, attributes } = class;
    let mut words: Vec<String> = source.iter().cloned().collect();
    words.push(sex.map_or("sex unknown", Sex::word).to_owned());
    words.push(age.as_ref().map_or("age unknown".to_owned(), |age| format!("{age} years")));
    words.extend(pathology.iter().cloned());
    words.extend(attributes.iter().map(|(key, value)| format!("{key} {value}")));
    words.join(", ")
}

fn words_of_suggestion(suggestion: &Suggestion) -> String {
    let Suggestion { age_band_years, left_out, n_subjects_below_k, k, l } = suggestion;
    let without: Vec<&str> = { left_out.iter() }
        .map(|what| match what {
            Trait::Source => "source",
            Trait::Sex => "sex",
            Trait::Age => "age",
            Trait::Pathology => "pathology",
            Trait::Attributes => "further columns",
        })
        .collect();
    let mut told: Vec<String> =
        age_band_years.iter().map(|years| format!("ages in bands of {years} years")).collect();
    if !without.is_empty() {
        told.push(format!("without {}", without.join(", ")));
    }
    let reached = match n_subjects_below_k {
        0 => format!("enough: the smallest class has {k} subjects and {l} pathologies"),
        n => format!("{} still in small classes", output::count(*n, "subject")),
    };
    format!("{}: {reached}", told.join(", "))
}

fn scan(args: &ScanArgs) -> anyhow::Result<ExitCode> {
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
            privacy::Class::High => "HIGH",
            privacy::Class::Medium => "MEDIUM",
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

fn classes(n: u64) -> String {
    if n == 1 { "1 class".to_owned() } else { format!("{n} classes") }
}
