use std::path::PathBuf;
use std::process::ExitCode;

use medshape_studies::{Train, task};

use super::learning;
use crate::output;

/// Train a model of a learning task
///
///   medshape train completion --data FOLDER --model completion.safetensors
///   medshape train completion --settings my.toml --data FOLDER --model mine.safetensors
///   medshape train completion --print-settings > my.toml
///
/// Beside the model come to lie all that is needed to go on (`.run`) and, of tasks that learn in
/// steps, the log (`.log.tsv`) and the curve of the loss (`.curve.svg`). Ctrl-C saves; `--resume` goes
/// on, and gives the same model, bit for bit, as if it had never stopped.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What is learned
    #[arg(value_name = "TASK", value_parser = learning::task_names())]
    task: String,

    /// Folder of the subjects
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// The model to write
    #[arg(long, value_name = "FILE", default_value = "model.safetensors")]
    model: PathBuf,

    /// Settings that differ from the defaults, a TOML file
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,

    /// Go on where an earlier run of the same settings was stopped
    #[arg(long)]
    resume: bool,

    /// Print the settings with their defaults and what each is, and do nothing else
    #[arg(long)]
    print_settings: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let task = task::find(&args.task)?;
    if args.print_settings {
        output::line(task.settings().trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let request = Train {
        data: args.data.clone(),
        settings: args.settings.clone(),
        model: args.model.clone(),
        resume: args.resume,
    };
    learning::watched("steps", |watch| task.train(&request, watch))
}
