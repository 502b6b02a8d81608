use std::path::PathBuf;
use std::process::ExitCode;

use medshape::Reader;
use medshape::catalog::Catalog;
use medshape::formats::Limits;
use medshape::names::{NamesReport, import_names};

use crate::output;

/// Take in a list of shapes that others publish, by their file names alone
///
///   medshape import-names MedShapeNetDataset.txt.gz
///   medshape import-names LIST --metadata totalsegmentator-v1=subjects.xlsx
///
/// Each line is a link. Of which source, subject, structure and side a file is, its name tells; the
/// descriptions of the sources say how. Such shapes are found by `search` and shown with their links,
/// but not held. To take in a list again changes nothing.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The list, plain or .gz
    list: PathBuf,

    /// A table of what is known of the subjects of a source (CSV, TSV, XLSX, JSON); may be repeated
    #[arg(long, value_name = "SOURCE=FILE", value_parser = table)]
    metadata: Vec<(String, PathBuf)>,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

fn table(text: &str) -> Result<(String, PathBuf), String> {
    let (source, file) = text.split_once('=').ok_or("it is written SOURCE=FILE")?;
    Ok((source.to_owned(), PathBuf::from(file)))
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::create(&args.store.dir)?;
    let reader = Reader::in_process(Limits::DEFAULT);
    let report = import_names(&mut catalog, &args.list, &args.metadata, &reader)?;
    if args.json {
        output::json(&report)?
    } else {
        print(&report)?
    }
    Ok(if report.n_not_understood > 0 { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn print(report: &NamesReport) -> anyhow::Result<()> {
    output::line(format!(
        "{} of {}: {} new, {} known before",
        output::count(report.n_new + report.n_known, "shape"),
        output::count(report.n_lines, "line"),
        report.n_new,
        report.n_known
    ))?;
    for (source, n) in &report.by_source {
        output::line(format!("{source:<28} {n:>8}"))?;
    }
    if report.n_with_metadata > 0 {
        let n = output::count(report.n_with_metadata, "shape");
        output::line(format!("{n} joined with what is known of the subject"))?;
    }
    for alias in &report.taken_aliases {
        output::line(format!("`{alias}` means another shape already, and goes on meaning it"))?;
    }
    if report.n_not_understood > 0 {
        let n = output::count(report.n_not_understood, "line");
        output::line(format!("not understood: {n}, such as"))?;
        for line in &report.not_understood {
            output::line(format!("  {line}"))?;
        }
    }
    Ok(())
}
