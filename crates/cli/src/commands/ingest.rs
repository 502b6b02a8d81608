use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use clap::builder::PathBufValueParser;
use medshape::case::Threshold;
use medshape::geometry::voxels::prepare::PrepareOptions;
use medshape::meshes::Parts;
use medshape::metadata::Metadata;
use medshape::report::{CaseReport, IngestReport, Outcome};
use medshape::{Dataset, Event, IngestOptions};
use serde_json::json;

use super::mesh_options::{self, MeshOptions};
use super::reader_options::ReaderOptions;
use crate::output;

/// Turn segmentations into shapes: closed, measured, inspected, pictured, named
///
/// PATH is a label map (NIfTI, NRRD, MetaImage, MGH, DICOM Segmentation or RTSTRUCT), a mesh (STL, OBJ,
/// PLY, OFF, glTF, VTK, GIFTI, 3MF), a folder of masks or meshes named after structures, an archive (zip,
/// tar, tar.gz), or a folder that holds many of these. Every label ends as a shape or as a line in the
/// report.
///
/// A mesh is inspected, and repaired only with `--repair`. If its size says that its numbers are not
/// millimetres, you are asked for `--units`.
///
/// What is there already is skipped, so a run that was stopped goes on where it was. A case that
/// fails leaves no trace; the others go on, and the program ends with status 1.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Label maps, or folders of them
    #[arg(required = true, value_name = "PATH", value_parser = PathBufValueParser::new())]
    paths: Vec<PathBuf>,

    /// Where they come from: a known dataset, or a TOML file that describes one
    #[arg(long, value_name = "NAME|FILE.toml", default_value = "local")]
    dataset: String,

    /// Table of the subjects (CSV, TSV or XLSX) with sex, age and pathology
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,

    /// Surface an image that has no labels: voxels of at least this value are inside
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    threshold: Option<f32>,

    /// What the inside is called with `--threshold`
    #[arg(long, value_name = "NAME", requires = "threshold", default_value = "body")]
    structure: String,

    /// Remove pieces of a structure that are smaller than this, in mm³
    #[arg(long, value_name = "MM3", value_parser = super::amount, help_heading = "Label map")]
    min_component_mm3: Option<f64>,

    /// Fill cavities up to this size, in mm³, with the structure around them
    #[arg(long, value_name = "MM3", value_parser = super::amount, help_heading = "Label map")]
    fill_cavities_mm3: Option<f64>,

    /// Crop the image to the box around all structures, with this margin in mm
    #[arg(long, value_name = "MM", value_parser = super::amount, help_heading = "Label map")]
    crop_margin_mm: Option<f64>,

    /// Resample to this spacing in mm before surfacing: one number, or three for x, y, z (RAS+)
    #[arg(long, value_name = "MM|X,Y,Z", value_parser = spacing, help_heading = "Label map")]
    spacing_mm: Option<[f64; 3]>,

    /// Smooth waves of the surface up to this length in mm; 0 keeps the faces of the voxels. By default
    /// the length goes with the spacing
    #[arg(long, value_name = "MM", value_parser = super::amount, help_heading = "Label map")]
    smoothing_mm: Option<f64>,

    #[command(flatten)]
    meshes: MeshOptions,

    /// What the parts of a mesh file become: `auto`, `one` shape together, or `each` a shape of its own.
    /// By default they are apart if most are named after structures
    #[arg(long, value_name = "PARTS", default_value = "auto", value_parser = mesh_options::parts, help_heading = "Meshes")]
    parts: Parts,

    #[command(flatten)]
    reading: ReaderOptions,

    /// Print one JSON object a finished case, and a summary; or one with the error that ends all
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: super::Store,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let done = ingested(args);
    if let (Err(error), true) = (&done, args.json)
        && let Some(error) = error.downcast_ref::<medshape::Error>()
    {
        // What ends an ingest before there is a case has a code as a case has.
        let refusal =
            json!({ "outcome": "refused", "code": error.code(), "reason": error.to_string() });
        output::json_line(&json!({ "error": refusal }))?;
    }
    done
}

fn ingested(args: &Args) -> anyhow::Result<ExitCode> {
    let options = options(args)?;
    let stop = output::stop_flag()?;
    let report = ingest(&args.store.dir, &options, &stop, args.json)?;
    if args.json {
        output::json_line(&summary(&report))?;
    } else {
        print(&report)?;
    }
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn options(args: &Args) -> anyhow::Result<IngestOptions> {
    let dataset = Dataset::find(&args.dataset)?;
    let reader = args.reading.reader();
    let metadata = match &args.metadata {
        Some(file) => Metadata::read(file, &dataset, &reader)?,
        None => Metadata::default(),
    };
    let threshold =
        args.threshold.map(|at_least| Threshold { at_least, label: args.structure.clone() });
    Ok(IngestOptions {
        metadata,
        threshold,
        prepare: PrepareOptions {
            min_component_mm3: args.min_component_mm3,
            fill_cavities_mm3: args.fill_cavities_mm3,
            crop_margin_mm: args.crop_margin_mm,
            spacing_mm: args.spacing_mm,
        },
        smoothing_mm: args.smoothing_mm,
        import: args.meshes.import(),
        parts: args.parts,
        reader,
        ..IngestOptions::new(args.paths.clone(), dataset)
    })
}

/// One spacing for all axes, or three.
fn spacing(text: &str) -> Result<[f64; 3], String> {
    let numbers: Vec<f64> = text.split(',').map(super::spacing_mm).collect::<Result<_, _>>()?;
    match numbers[..] {
        [mm] => Ok([mm; 3]),
        [x, y, z] => Ok([x, y, z]),
        _ => Err("neither one number nor three with commas between".to_owned()),
    }
}

/// Ingests with a bar for people, or with a line a case for programs.
pub(crate) fn ingest(
    store: &Path,
    options: &IngestOptions,
    stop: &AtomicBool,
    as_json: bool,
) -> anyhow::Result<IngestReport> {
    let bar = output::progress("cases");
    let shapes = std::sync::atomic::AtomicUsize::new(0);
    let watch = |event: &Event<'_>| match event {
        Event::Found { n_cases } => bar.set_length(*n_cases as u64),
        Event::Finished(case) => {
            let n_new = n_shapes(case);
            let n_shapes = shapes.fetch_add(n_new, std::sync::atomic::Ordering::Relaxed) + n_new;
            bar.set_message(format!("({n_shapes} shapes)"));
            bar.inc(1);
            if as_json {
                // A reader that has gone does not end an ingest.
                let _ = output::json_line(&json!({ "case": case }));
            } else if let Outcome::Refused { reason, .. } = &case.outcome {
                bar.suspend(|| output::complain(&anyhow::anyhow!("{reason}")));
            }
        }
    };
    let report = medshape::ingest(store, options, stop, &watch)?;
    bar.finish_and_clear();
    Ok(report)
}

fn n_shapes(case: &CaseReport) -> usize {
    match &case.outcome {
        Outcome::Added { shapes, .. } => shapes.len(),
        _ => 0,
    }
}

fn summary(report: &IngestReport) -> serde_json::Value {
    json!({
        "summary": {
            "source": report.source,
            "totals": report.totals(),
            "notes_by_kind": report.notes_by_kind(),
            "join": report.join,
            "protections": report.protections,
            "passed_over": report.passed_over,
            "seconds": report.seconds,
        }
    })
}

pub(crate) fn print(report: &IngestReport) -> anyhow::Result<()> {
    let totals = report.totals();
    print_notes(report)?;
    if !report.passed_over.is_empty() {
        let count = report.passed_over.len();
        output::line(format!(
            "passed over: {count} files that the dataset's layout does not know"
        ))?;
    }
    print_join(report)?;
    if let Some(protections) = report.protections {
        output::line(format!("read by processes of their own: {protections}"))?;
    }
    if totals.shapes_replaced > 0 {
        let replaced = output::count(totals.shapes_replaced, "earlier shape");
        output::line(format!("replaced: {replaced} of the same subjects"))?;
    }
    if totals.aliases_taken > 0 {
        let taken = totals.aliases_taken;
        output::line(format!("aliases: {taken} mean another shape already and go on meaning it"))?;
    }
    for case in &report.cases {
        if let Outcome::Refused { reason, .. } = &case.outcome {
            output::line(format!("refused: {}: {reason}", case.subject))?;
        }
    }
    output::line(format!(
        "{} of {} added, {} skipped (there already), {} refused{} in {:.1} s",
        output::count(totals.shapes_added as u64, "shape"),
        output::count(totals.cases_added as u64, "case"),
        output::count(totals.cases_skipped as u64, "case"),
        totals.cases_refused,
        match totals.cases_stopped {
            0 => String::new(),
            count => format!(", {count} not done because you asked to stop (run again to go on)"),
        },
        report.seconds
    ))?;
    Ok(())
}

/// What was noticed: the first few in words, the rest as numbers.
fn print_notes(report: &IngestReport) -> anyhow::Result<()> {
    const IN_WORDS: usize = 8;
    let mut notes = Vec::new();
    for case in &report.cases {
        if let Outcome::Added { notes: of_case, .. } = &case.outcome {
            notes.extend(of_case.iter().map(|note| (&case.subject, &note.text)));
        }
    }
    for (subject, text) in notes.iter().take(IN_WORDS) {
        output::line(format!("noticed: {subject}: {text}"))?;
    }
    if notes.len() > IN_WORDS {
        let kinds = report.notes_by_kind();
        let kinds: Vec<_> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        output::line(format!(
            "noticed: {} more ({} in all; `--json` and the subjects' pages have every one)",
            notes.len() - IN_WORDS,
            kinds.join(", ")
        ))?;
    }
    Ok(())
}

fn print_join(report: &IngestReport) -> anyhow::Result<()> {
    let join = &report.join;
    if join.n_rows == 0 {
        return Ok(());
    }
    output::line(format!(
        "table: {} rows, {} subjects matched, {} rows without a subject here",
        join.n_rows,
        join.matched.len(),
        join.rows_without_subject.len()
    ))?;
    if !join.subjects_without_row.is_empty() {
        output::line(format!("no row for: {}", join.subjects_without_row.join(", ")))?;
    }
    for note in &join.notes {
        output::line(format!("table: {note}"))?;
    }
    Ok(())
}
