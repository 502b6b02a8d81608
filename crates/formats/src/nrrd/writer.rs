//! Label maps and segmentations as NRRD, the same bytes every time.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use medshape_types::{Code, Grid, LabelMap, Meaning, Segment, Segmentation};

use crate::voxels::Datatype;

/// Writes a label map as NRRD, in gzip: nothing but voxels and the grid they lie on, in RAS+ and
/// millimetres.
///
/// The voxels have the smallest integer type that holds every label number.
///
/// # Errors
/// Only those of `out`.
pub fn write_label_map(out: &mut dyn Write, map: &LabelMap) -> io::Result<()> {
    write(out, std::slice::from_ref(map), "")
}

/// Writes a segmentation as 3D Slicer does (`.seg.nrrd`): layers, and for each label its name, colour
/// and meaning as far as they are known.
///
/// Where any label is described, so is every other, with its number alone: Slicer shows no others.
///
/// # Errors
/// Only those of `out`.
pub fn write_segmentation(out: &mut dyn Write, segmentation: &Segmentation) -> io::Result<()> {
    let mut keys = String::new();
    for (number, segment) in described(segmentation).iter().enumerate() {
        keys += &segment_keys(number, segment, segmentation.grid());
    }
    if !keys.is_empty() {
        keys += "Segmentation_ContainedRepresentationNames:=Binary labelmap|\n\
                 Segmentation_MasterRepresentation:=Binary labelmap\n\
                 Segmentation_ReferenceImageExtentOffset:=0 0 0\n";
    }
    write(out, segmentation.layers(), &keys)
}

/// The segments, and behind them the labels that have none.
fn described(segmentation: &Segmentation) -> Vec<Segment> {
    let mut segments = segmentation.segments().to_vec();
    if segments.is_empty() {
        return segments;
    }
    let mut known: Vec<_> = segments.iter().map(|each| (each.layer, each.value)).collect();
    known.sort_unstable();
    for (layer, map) in segmentation.layers().iter().enumerate() {
        for &value in &map.values()[1..] {
            if known.binary_search(&(layer, value)).is_err() {
                segments.push(Segment { layer, value, ..Segment::default() });
            }
        }
    }
    segments
}

fn segment_keys(number: usize, segment: &Segment, grid: &Grid) -> String {
    let [x, y, z] = grid.dims().map(|dim| dim - 1);
    let mut lines = format!(
        "Segment{number}_Extent:=0 {x} 0 {y} 0 {z}\n\
         Segment{number}_ID:=Segment_{}\n\
         Segment{number}_LabelValue:={}\n\
         Segment{number}_Layer:={}\n",
        number + 1,
        segment.value,
        segment.layer
    );
    if let Some(colour) = segment.colour {
        let [red, green, blue] = colour.map(|part| f64::from(part) / 255.0);
        lines += &format!("Segment{number}_Color:={red:.6} {green:.6} {blue:.6}\n");
    }
    if !segment.name.is_empty() {
        lines += &format!("Segment{number}_Name:={}\n", escaped(&segment.name));
    }
    if let Some(meaning) = &segment.meaning {
        lines += &format!("Segment{number}_Tags:={}\n", escaped(&terminology(meaning)));
    }
    lines
}

fn terminology(meaning: &Meaning) -> String {
    let empty = Code::default();
    let code = |code: Option<&Code>| {
        let Code { scheme, value, meaning } = code.unwrap_or(&empty);
        [scheme, value, meaning].map(|part| part.replace(['^', '~', '|'], " ")).join("^")
    };
    format!(
        "TerminologyEntry:Segmentation category and type - DICOM master list~{}~{}~{}~\
         Anatomic codes - DICOM master list~{}~{}|",
        code(Some(&meaning.category)),
        code(Some(&meaning.kind)),
        code(meaning.modifier.as_ref()),
        code(meaning.region.as_ref()),
        code(meaning.region_modifier.as_ref())
    )
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', " ")
}

fn write(out: &mut dyn Write, layers: &[LabelMap], keys: &str) -> io::Result<()> {
    let values: Vec<i64> = layers.iter().flat_map(LabelMap::values).copied().collect();
    let datatype = Datatype::smallest(&values);
    let grid = layers[0].grid();
    writeln!(out, "{}{keys}", header(grid, layers.len(), datatype))?;
    let mut packed = GzBuilder::new().mtime(0).write(out, Compression::default());
    match datatype.size() {
        1 => write_voxels::<1>(&mut packed, layers)?,
        2 => write_voxels::<2>(&mut packed, layers)?,
        4 => write_voxels::<4>(&mut packed, layers)?,
        _ => write_voxels::<8>(&mut packed, layers)?,
    }
    packed.finish()?.flush()
}

fn header(grid: &Grid, n_layers: usize, datatype: Datatype) -> String {
    let [x, y, z] = grid.dims();
    let affine = grid.world_from_voxel();
    let [a, b, c] = [0, 1, 2].map(|axis| vector(affine.axis(axis)));
    let origin = vector(affine.translation());
    let (dimension, layers, none, list) = match n_layers {
        1 => (3, String::new(), "", ""),
        n => (4, format!("{n} "), "none ", "list "),
    };
    let endian = if datatype.size() == 1 { "" } else { "endian: little\n" };
    format!(
        "NRRD0004\n\
         type: {}\n\
         dimension: {dimension}\n\
         space: right-anterior-superior\n\
         sizes: {layers}{x} {y} {z}\n\
         space directions: {none}{a} {b} {c}\n\
         kinds: {list}domain domain domain\n\
         {endian}encoding: gzip\n\
         space origin: {origin}\n\
         space units: \"mm\" \"mm\" \"mm\"\n",
        datatype.name()
    )
}

fn vector(values: [f64; 3]) -> String {
    let [x, y, z] = values.map(number);
    format!("({x},{y},{z})")
}

/// The shortest text that reads back as the same number, and without a long row of zeros.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if (1e-5..1e15).contains(&magnitude) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// Of each voxel its number in every layer, the lowest byte first.
fn write_voxels<const N: usize>(out: &mut dyn Write, layers: &[LabelMap]) -> io::Result<()> {
    const CHUNK: usize = 32 << 10;
    let words: Vec<Vec<[u8; N]>> = layers
        .iter()
        .map(|layer| layer.values().iter().map(|value| lowest_bytes(*value)).collect())
        .collect();
    let n_voxels = layers[0].voxels().len();
    let mut buffer = Vec::with_capacity(N * CHUNK * layers.len());
    for first in (0..n_voxels).step_by(CHUNK) {
        buffer.clear();
        for voxel in first..n_voxels.min(first + CHUNK) {
            for (layer, words) in layers.iter().zip(&words) {
                buffer.extend_from_slice(&words[usize::from(layer.voxels().at(voxel))]);
            }
        }
        out.write_all(&buffer)?;
    }
    Ok(())
}

fn lowest_bytes<const N: usize>(value: i64) -> [u8; N] {
    let bytes = value.to_le_bytes();
    std::array::from_fn(|n| bytes[n])
}
