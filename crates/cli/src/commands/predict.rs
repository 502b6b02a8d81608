use std::path::PathBuf;
use std::process::ExitCode;

use medshape_studies::{Predict, task};

use super::learning;

/// Apply a trained model to a file
///
///   medshape predict completion models/completion.safetensors partial.nii.gz whole.nii.gz
///   medshape predict completion MODEL IN OUT --structures liver,spleen
///   medshape predict super-resolution MODEL IN.nii.gz OUT.nii.gz --factor 4
///
/// completion: the structures that the label map lacks are added; what is given stays as it is, and
/// so does the grid.
/// super-resolution: all labels get 2, 4 or 8 times as many voxels along each axis over the same box.
/// skulls: what fills the hole of a skull, as `.stl` or as a mask in `.nii.gz`.
/// screening: how likely a brain mask has a mass in it, as JSON; learned from phantoms, no diagnosis.
/// face: a face for a skull with its lower jaw, as `.stl` or as a mask in `.nii.gz`; no tool to identify anybody.
/// traits: sex and age by the organs of a label map, as JSON.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What the model has learned
    #[arg(value_name = "TASK", value_parser = learning::task_names())]
    task: String,

    /// The model
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// The file to read
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// The file to write
    #[arg(value_name = "OUT")]
    output: PathBuf,

    /// The structures to add, by name or number, between commas; without it, all that are missing
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    structures: Vec<String>,

    /// super-resolution: how many times the voxels along each axis; 2 without it
    #[arg(long, value_name = "N")]
    factor: Option<usize>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let task = task::find(&args.task)?;
    let request = Predict {
        model: args.model.clone(),
        input: args.input.clone(),
        output: args.output.clone(),
        structures: args.structures.clone(),
        factor: args.factor,
    };
    learning::watched("files", |watch| task::predict(task, &request, watch))
}
