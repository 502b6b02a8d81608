use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::RangedU64ValueParser;
use medshape::Reader;
use medshape::formats::Limits;
use medshape_segment::{Report, Request, Watch, segment};

use crate::output;

/// Segment an image with a network that was trained elsewhere: an nnU-Net, exported to ONNX
///
///   pip install onnxruntime          # once: the library that runs networks
///   medshape segment liver/model.onnx ct.nii.gz liver.seg.nrrd
///   medshape segment brain/model.onnx t1.nii.gz out.seg.nrrd --channel t2.nii.gz --channel flair.nii.gz
///   medshape ingest liver.seg.nrrd
///
/// Beside the model, or in the folder above it, lie nnU-Net's `plans.json` and `dataset.json`. They say
/// how the image is prepared (spacing, normalisation, order of axes), the size of the tiles that the
/// network sees, and what its answers are called. `docs/segmentation.md` says how to export a model.
///
/// Tiles overlap by half, and their answers are averaged with Gaussian weights. The labels come on the
/// grid of the image. Only networks whose results you may use and whose makers you trust: a model is a
/// program.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The network, in ONNX
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// The image; of several channels the first
    #[arg(value_name = "IMAGE")]
    image: PathBuf,

    /// The label map to write: .seg.nrrd and .seg.dcm with names, .nii.gz and .nrrd without
    #[arg(value_name = "OUT")]
    output: PathBuf,

    /// A further channel of the image, in the order of the plans. May be given more than once
    #[arg(long, value_name = "FILE")]
    channel: Vec<PathBuf>,

    /// The folder of plans.json and dataset.json, if they do not lie beside the model
    #[arg(long, value_name = "FOLDER")]
    plans: Option<PathBuf>,

    /// Which network of the plans it is, such as 3d_fullres; without it, the one with its patch size
    #[arg(long, value_name = "NAME")]
    configuration: Option<String>,

    /// The library of onnxruntime, 1.17 or newer; without it, that of Python's package or of the system
    #[arg(long, value_name = "FILE", env = "ORT_DYLIB_PATH")]
    runtime: Option<PathBuf>,

    /// Look at each tile flipped too, along all axes or along these, such as 0,1: better by a little,
    /// and eight times as slow. Only for networks that were trained so
    #[arg(long, value_name = "AXES", num_args = 0..=1, require_equals = true,
        default_missing_value = "0,1,2", value_delimiter = ',',
        value_parser = RangedU64ValueParser::<usize>::new().range(0..3))]
    mirror: Vec<usize>,

    /// Threads of the network; without it, as many as there are processors
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..1025))]
    threads: Option<usize>,

    /// The most memory for the image, in gigabytes; without it, what is free
    #[arg(long, value_name = "GB", value_parser = super::amount)]
    memory: Option<f64>,

    /// Read the image in a process of its own that can do no harm: for files of strangers
    #[arg(long)]
    isolated: bool,

    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let stop = output::stop_flag()?;
    let bar = output::progress("tiles");
    let progress = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let done = segment(&request(args), &Watch { stop: &stop, progress: &progress });
    bar.finish_and_clear();
    let report = done?;
    match args.json {
        true => output::json(&json(&report))?,
        false => print(&report, &args.output)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn request(args: &Args) -> Request {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let mut mirror = args.mirror.clone();
    mirror.sort_unstable();
    mirror.dedup();
    Request {
        model: args.model.clone(),
        images: std::iter::once(&args.image).chain(&args.channel).cloned().collect(),
        output: args.output.clone(),
        plans: args.plans.clone(),
        configuration: args.configuration.clone(),
        runtime: args.runtime.clone().filter(|path| !path.as_os_str().is_empty()),
        mirror,
        n_threads: args.threads.unwrap_or_else(processors),
        memory: args.memory.map(|gigabytes| (gigabytes * 1e9) as u64),
        reader: match args.isolated {
            true => Reader::isolated(Limits::DEFAULT),
            false => Reader::in_process(Limits::DEFAULT),
        },
    }
}

fn print(report: &Report, path: &Path) -> anyhow::Result<()> {
    for (value, name, volume_mm3) in &report.found {
        output::line(format!("{value:>5}  {name}  {}", output::millilitres(*volume_mm3)))?;
    }
    if !report.absent.is_empty() {
        output::line(format!("not found: {}", report.absent.join(", ")))?;
    }
    for note in &report.notes {
        output::line(format!("noticed: {note}"))?;
    }
    output::line(format!(
        "{} ({}, {})",
        path.display(),
        report.configuration,
        output::count(report.n_tiles as u64, "tile")
    ))?;
    Ok(())
}

fn json(report: &Report) -> serde_json::Value {
    let found = report.found.iter().map(|(value, name, volume_mm3)| {
        serde_json::json!({ "value": value, "name": name, "volume_mm3": volume_mm3 })
    });
    serde_json::json!({
        "configuration": report.configuration,
        "tiles": report.n_tiles,
        "memory_bytes": report.memory,
        "found": found.collect::<Vec<_>>(),
        "absent": report.absent,
        "notes": report.notes,
    })
}
