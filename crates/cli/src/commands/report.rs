use std::process::ExitCode;

use medshape::catalog::{Catalog, Report};

use crate::output;

/// Say what is wrong with a shape; the curators read it with `medshape reports`
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, such as `phantom/p001/kidney-left`, or an older name of it
    name: String,

    /// What is wrong
    text: String,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    let name = super::known_name(&catalog, &args.name)?;
    let number = catalog.report(&name, &args.text)?;
    output::line(format!("report {number} on {name}"))?;
    Ok(ExitCode::SUCCESS)
}

/// List what people say is wrong with shapes, or answer it
///
///   medshape reports
///   medshape reports --answer 3 "the hole is in the image, too"
///
/// To withdraw a shape answers its reports.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct ListArgs {
    /// Those that have an answer, too
    #[arg(long)]
    all: bool,

    /// Answer a report by its number
    #[arg(long, num_args = 2, value_names = ["NUMBER", "TEXT"])]
    answer: Option<Vec<String>>,

    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn list(args: &ListArgs) -> anyhow::Result<ExitCode> {
    let mut catalog = Catalog::open(&args.store.dir)?;
    if let Some([number, text]) = args.answer.as_deref() {
        let parsed = number.parse();
        let number = parsed.map_err(|_| anyhow::anyhow!("`{number}` is not a report's number"))?;
        catalog.answer_report(number, text)?;
    }
    let reports = catalog.reports(args.all)?;
    if args.json {
        output::json(&reports)?;
        return Ok(ExitCode::SUCCESS);
    }
    for Report { number, name, at, who, text, answer, .. } in &reports {
        let answer = answer.as_ref().map(|answer| format!(" [{answer}]")).unwrap_or_default();
        output::line(format!("{number:>4} {at} {name} ({who}): {text}{answer}"))?;
    }
    output::line(output::count(reports.len() as u64, "report"))?;
    Ok(ExitCode::SUCCESS)
}
