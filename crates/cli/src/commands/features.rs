use std::path::PathBuf;
use std::process::ExitCode;

use medshape::features::{Column, FeatureTable, Of, Row, features};

use super::label_options::LabelOptions;
use super::reader_options::ReaderOptions;
use crate::output;

/// What a table for people shows of each shape; the other features are in `--csv` and `--json`.
const SHOWN: [&str; 6] =
    ["MeshVolume", "SurfaceArea", "Sphericity", "Elongation", "Flatness", "Maximum3DDiameter"];

/// Describe shapes in numbers: volume, area, roundness, diameters, curvature, symmetry
///
/// FILE is a label map (NIfTI, Analyze, NRRD, MetaImage, MGH, DICOM Segmentation or RTSTRUCT), a
/// folder of binary masks, or a mesh (STL, OBJ, PLY, OFF, glTF, VTK, GIFTI, 3MF). Labels are
/// described by their voxels, with the names and the values of PyRadiomics; `--surface` describes
/// their smooth surfaces, which have curvature, jaggedness and symmetry as well. Lengths are in
/// millimetres. docs/features.md says how each number is defined.
///
///   medshape features case.nii.gz                     # the most important numbers of each label
///   medshape features case.nii.gz --csv > table.csv   # all of them, for a spreadsheet
///   medshape features liver.glb --json                # all of one mesh, for a program
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Label map, folder of masks, or mesh
    file: PathBuf,

    #[command(flatten)]
    labels: LabelOptions,

    /// Describe the smooth surface of each label instead of its voxels
    #[arg(long)]
    surface: bool,

    #[command(flatten)]
    reading: ReaderOptions,

    /// Print all features as JSON
    #[arg(long)]
    json: bool,

    /// Print all features as CSV, one line a shape
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let dataset = args.labels.dataset()?;
    let of = if args.surface { Of::Surfaces } else { Of::Voxels };
    let table = features(&args.file, &dataset, of, &args.reading.reader())?;
    if args.json {
        output::json(&table)?;
    } else if args.csv {
        print_csv(&table)?;
    } else if let [row] = &table.rows[..] {
        print_all(&table.columns, row)?;
    } else {
        print_some(&table)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print_csv(table: &FeatureTable) -> anyhow::Result<()> {
    let names = table.columns.iter().map(|Column { name, unit }| match *unit {
        "" => name.clone(),
        unit => format!("{name} ({unit})"),
    });
    let head: Vec<String> = ["name", "label"].map(str::to_owned).into_iter().chain(names).collect();
    output::line(head.join(","))?;
    for row in &table.rows {
        let label = row.label.map(|label| label.to_string()).unwrap_or_default();
        let values =
            row.values.iter().map(|value| value.map(|v| v.to_string()).unwrap_or_default());
        let cells: Vec<String> = [quoted(&row.name), label].into_iter().chain(values).collect();
        output::line(cells.join(","))?;
    }
    Ok(())
}

/// A cell of text, in quotes where a comma or a quote asks for them.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn print_all(columns: &[Column], row: &Row) -> anyhow::Result<()> {
    output::line(&row.name)?;
    for (Column { name, unit }, value) in columns.iter().zip(&row.values) {
        let value = value.map_or_else(|| "–".to_owned(), number);
        output::line(format!("  {name:<26} {value:>14} {unit}").trim_end())?;
    }
    Ok(())
}

fn print_some(table: &FeatureTable) -> anyhow::Result<()> {
    let at = |shown: &str| table.columns.iter().position(|column| column.name == shown);
    let columns: Vec<usize> = SHOWN.iter().filter_map(|shown| at(shown)).collect();
    let width = table.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(4);
    let head: String = columns
        .iter()
        .map(|&at| {
            let Column { name, unit } = &table.columns[at];
            let title = if unit.is_empty() { name.clone() } else { format!("{name} {unit}") };
            format!("  {title:>20}")
        })
        .collect();
    output::line(format!("{:<width$}{head}", "name"))?;
    for row in &table.rows {
        let cells: String = columns
            .iter()
            .map(|&at| format!("  {:>20}", row.values[at].map_or_else(|| "–".to_owned(), number)))
            .collect();
        output::line(format!("{:<width$}{cells}", row.name))?;
    }
    output::line(format!("{} features in all: `--csv` or `--json`", table.columns.len()))?;
    Ok(())
}

/// A number with six significant digits.
fn number(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e6 {
        return format!("{value}");
    }
    let size = value.abs().log10().floor();
    if (-5.0..15.0).contains(&size) {
        let digits = (5.0 - size).clamp(0.0, 10.0) as usize;
        format!("{value:.digits$}")
    } else {
        format!("{value:.5e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_six_digits() {
        assert_eq!(number(12345.678), "12345.7");
        assert_eq!(number(0.012345678), "0.0123457");
        assert_eq!(number(7.0), "7");
        assert_eq!(number(1.5e-9), "1.50000e-9");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
