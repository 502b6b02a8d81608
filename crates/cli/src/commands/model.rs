use std::path::PathBuf;
use std::process::ExitCode;

use medshape::catalog::{Catalog, Query};
use medshape::export;
use medshape::model::{self, ModelOptions, ModelReport};

use crate::output;

/// Make the statistical shape model of a structure: its mean, and how subjects differ from it
///
///   medshape model liver --out ./liver-model
///   medshape model "left kidney female" --out ./kidneys --without-size
///
/// The folder gets `mean.glb`, each mode two standard deviations to either side
/// (`mode-1-minus.glb`, `mode-1-plus.glb` …), a picture of the modes (`modes.png`: a row a mode,
/// the mean in the middle), `model.json` with all numbers, and `ATTRIBUTION.md`. Shapes that the
/// border of the image cuts off are left out.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// What to look for, shapes of one structure; see `medshape search --help`
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: String,

    /// Folder to write to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Modes that get files and a row of the picture
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=20))]
    modes: u8,

    /// Triangles of the mean shape
    #[arg(long, value_name = "NUMBER", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    faces: u32,

    /// Bring all shapes to one size first, so that only their form differs
    #[arg(long)]
    without_size: bool,

    /// Print what came of it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let catalog = Catalog::open(&args.store.dir)?;
    let stop = output::stop_flag()?;
    let bar = output::progress("fits");
    let options = ModelOptions {
        folder: args.out.clone(),
        n_faces: args.faces as usize,
        n_modes: usize::from(args.modes),
        without_size: args.without_size,
    };
    let watch = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let report = model::model(&catalog, &Query::parse(&args.query), &options, &stop, &watch)?;
    bar.finish_and_clear();
    if args.json {
        output::json(&report)?
    } else {
        print(&report, args)?
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &ModelReport, args: &Args) -> anyhow::Result<()> {
    let title = export::title(true, &report.structure, report.side, &report.structure);
    let n_members = report.members.len() as u64;
    output::line(format!(
        "{title}: the mean of {}, {} triangles, in `{}`",
        output::count(n_members, "shape"),
        report.n_faces,
        args.out.display()
    ))?;
    for (number, mode) in (1..).zip(&report.modes).take(usize::from(args.modes)) {
        output::line(format!(
            "mode {number}: {:.1} % of the variance ({:.1} % with those before), {:.2} mm a standard deviation",
            100.0 * mode.explained,
            100.0 * mode.cumulative,
            mode.rms_mm
        ))?;
    }
    output::line(format!("90 % of the variance: {} modes", report.n_modes_for_90_percent))?;
    for left_out in &report.left_out {
        output::line(format!("left out: {}: {}", left_out.name, left_out.reason))?;
    }
    for source in &report.sources {
        output::line(format!(
            "from {}: {}, licence {}",
            source.id,
            output::count(source.n_members as u64, "shape"),
            source.licence
        ))?;
    }
    Ok(())
}
