//! One step of training or one inference of super-resolution on one structure of a label map, at a chosen
//! resolution in plane, and the most memory that the process had.
//! `organ_memory FILE LABEL RESOLUTION FACTOR train|infer|seed-train|seed-infer MODEL`
//!
//! The map is brought to as many voxels from left to right as the resolution says; the shape on it is what is
//! asked for, and the same shape FACTOR times coarser is given; MODEL makes it finer, or learns a step. `seed-…` runs the published completion network
//! of 434,695 parameters, as the published table did, with the coarse shape in fine voxels as its input.
//! `benchmarks/learn/organs.py` calls it, one process a row.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program for benchmarks")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use medshape::Reader;
use medshape_formats::Input;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_learn::networks::{Completion, Lesson, Widths};
use medshape_learn::operators::Statistics;
use medshape_learn::train::{AdamOptions, Schedule, Trainer};
use medshape_learn::{SparseGrid, Tape, Tensor};
use medshape_studies::super_resolution::model::Model;
use medshape_studies::super_resolution::shape::{Coarse, grid, majority};
use medshape_types::LabelMap;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, label, resolution, factor, mode, model] = &arguments[..] else {
        panic!("organ_memory FILE LABEL RESOLUTION FACTOR MODE MODEL")
    };
    let (fine, dims) = structure(file, label.parse().unwrap(), resolution.parse().unwrap());
    let n_doublings = factor.parse::<usize>().unwrap().trailing_zeros() as usize;
    let truths: Vec<SparseGrid> = (0..n_doublings).rev().map(|n| majority(&fine, n)).collect();
    let coarse_dims = dims.map(|dim| dim.div_ceil(1 << n_doublings));
    let given = Coarse::new(majority(&fine, n_doublings), coarse_dims);
    let (n_target, n_input) = (fine.n_rows(), given.shape.n_rows());
    drop(fine);
    let before = reset_peak_mb();
    let start = Instant::now();
    match mode.as_str() {
        "train" | "infer" => ours(&given, &truths, mode == "train", Path::new(model)),
        _ => published(&given, &truths, mode == "seed-train"),
    }
    let occupancy = 100.0 * n_target as f64 / dims.iter().product::<usize>() as f64;
    println!(
        "{{\"dims\": {dims:?}, \"input\": {n_input}, \"target\": {n_target}, \"occupancy_percent\": {occupancy:.4}, \
         \"before_mb\": {before:.1}, \"peak_mb\": {:.1}, \"seconds\": {:.2}}}",
        peak_mb(),
        start.elapsed().as_secs_f64()
    );
}

/// A trained network of this project.
fn ours(given: &Coarse, truths: &[SparseGrid], trains: bool, model: &Path) {
    let Model { network, parameters, .. } = Model::load(model).unwrap();
    let padded = given.padded();
    if !trains {
        let made = network.run(
            &mut Tape::infer(&parameters),
            &padded.shape,
            padded.band.clone(),
            truths.len(),
            None,
        );
        assert!(made.shape.n_rows() > 0);
        return;
    }
    // Moved as the padded shape is.
    let moved = |(truth, level): (&SparseGrid, u32)| {
        let by = 2u32 << level;
        grid(truth.voxels().map(|voxel| voxel.place.map(|at| at + by)))
    };
    let truths: Vec<SparseGrid> = truths.iter().zip(0u32..).map(moved).collect();
    let options = AdamOptions::default();
    let mut trainer = Trainer::new(parameters, options, 1e-3, Schedule::Constant, 1);
    for _ in 0..2 {
        let _ = trainer.step(1, |tape, _| {
            let lesson = Lesson { truths: &truths, windows: &[] };
            network.run(tape, &padded.shape, padded.band.clone(), truths.len(), Some(lesson)).loss
        });
    }
}

/// The published network, given the coarse shape in fine voxels.
fn published(given: &Coarse, truths: &[SparseGrid], trains: bool) {
    let (network, parameters) = Completion::new::<f32>(Widths::SMALL, 1);
    let input = Arc::new(truths.iter().fold((*given.shape).clone(), |shape, _| shape.refine()));
    let target = &truths[truths.len() - 1];
    let run = |tape: &mut Tape<'_, f32>| {
        network.run(tape, &Tensor::ones(input.clone()), Some(target), Statistics::Volume).loss
    };
    if !trains {
        // An untrained network would keep anything; the target says what one that is trained keeps.
        let _ = run(&mut Tape::infer(&parameters));
        return;
    }
    let options = AdamOptions { amsgrad: true, ..AdamOptions::default() };
    let mut trainer = Trainer::new(parameters, options, 1e-3, Schedule::Constant, 1);
    for _ in 0..2 {
        let _ = trainer.step(1, |tape, _| run(tape));
    }
}

/// A structure at a resolution in plane, and the dims of the image there. Nearest voxels are taken: what a
/// finer image would show is not known, only how much of it there is.
fn structure(file: &str, label: i64, resolution: usize) -> (SparseGrid, [usize; 3]) {
    let input = Input::on_disk(Path::new(file));
    let map: LabelMap = label_map_to_ras(Reader::default().label_map(&input).unwrap());
    let ratio = resolution as f64 / map.grid().dims()[0] as f64;
    let dims = map.grid().dims().map(|dim| (dim as f64 * ratio).round() as usize);
    let [n_x, n_y, _] = map.grid().dims();
    let old = |axis: usize, at: usize| {
        (((at as f64 + 0.5) / ratio) as usize).min(map.grid().dims()[axis] - 1)
    };
    let place = map.values().iter().position(|&value| value == label);
    let index = u16::try_from(place.unwrap()).unwrap();
    let voxels: Vec<bool> = map.voxels().iter().map(|found| found == index).collect();
    let layers = (0..dims[2]).map(|z| {
        let is_in = |x: usize, y: usize| voxels[old(0, x) + n_x * (old(1, y) + n_y * old(2, z))];
        let rows = (0..dims[1]).flat_map(|y| (0..dims[0]).map(move |x| (x, y)));
        let inside = rows.filter(|&(x, y)| is_in(x, y));
        grid(inside.map(|(x, y)| [x as u32, y as u32, z as u32]))
    });
    (layers.fold(SparseGrid::default(), |all, layer| all.union(&layer)), dims)
}

/// Forgets the peak of reading the file; memory now, in units of 10⁶ bytes.
fn reset_peak_mb() -> f64 {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    peak_mb()
}

/// Most memory that this process has had, in units of 10⁶ bytes; 0 where the system does not tell.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok())
        .map_or(0.0, |kb| kb * 1.024e-3)
}
