use std::path::PathBuf;
use std::process::ExitCode;

use medshape_studies::{Evaluate, task};

use super::learning;

/// Score a model and its baselines on subjects that none has learned from
///
///   medshape evaluate completion --data FOLDER --model models/completion.safetensors --out report
///   medshape evaluate completion --data FOLDER --out baselines
///
/// The folder gets `report.html` with tables, intervals and pictures, and `report.json` with the score
/// of each case. A model that has learned from a subject of the test is refused.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What is scored
    #[arg(value_name = "TASK", value_parser = learning::task_names())]
    task: String,

    /// Folder of the subjects
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// The model; without one, the baselines alone are scored
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,

    /// Settings that differ from the defaults, a TOML file
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,

    /// Folder for the report
    #[arg(long, value_name = "DIR", default_value = "report")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let task = task::find(&args.task)?;
    let request = Evaluate {
        data: args.data.clone(),
        model: args.model.clone(),
        settings: args.settings.clone(),
        out: args.out.clone(),
    };
    learning::watched("cases", |watch| task.evaluate(&request, watch))
}
