//! One step of training or one inference of the completion network on a skull-like shell, and the
//! most memory that the process had.
//! `memory RESOLUTION train|infer sparse|dense small|large|tiny`
//! `benchmarks/learn/memory.py` calls it, one process a row.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program for benchmarks")]

use std::sync::Arc;
use std::time::Instant;

use medshape_learn::networks::{Completion, Widths};
use medshape_learn::operators::Statistics;
use medshape_learn::sparse::Voxel;
use medshape_learn::train::{AdamOptions, Schedule, Trainer};
use medshape_learn::{SparseGrid, Tape, Tensor};

/// Field of view of the volumes, 230 × 230 × 200 mm.
const SIZE_MM: [f64; 3] = [230.0, 230.0, 200.0];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [resolution, mode, kind, width] = &arguments[..] else {
        panic!("memory RESOLUTION MODE KIND WIDTH")
    };
    let spacing_mm = SIZE_MM[0] / resolution.parse::<f64>().unwrap();
    let dims = SIZE_MM.map(|size| (size / spacing_mm).round() as u32);
    let [partial, whole] = [true, false].map(|is_cut| {
        let is_in = |place: [u32; 3]| {
            let place = place.map(|c| (f64::from(c) + 0.5) * spacing_mm);
            is_bone(place) && !(is_cut && is_defect(place))
        };
        grid(dims, if kind == "dense" { &|_| true } else { &is_in })
    });
    let widths = match width.as_str() {
        "large" => Widths::LARGE,
        "tiny" => Widths::TINY,
        _ => Widths::SMALL,
    };
    let (network, parameters) = Completion::new::<f32>(widths, 1);
    let before = peak_mb();
    let (n_input, n_target) = (partial.n_rows(), whole.n_rows());
    let start = Instant::now();
    let kept = if mode == "train" {
        let options = AdamOptions { amsgrad: true, ..AdamOptions::default() };
        let mut trainer = Trainer::new(parameters, options, 1e-3, Schedule::Constant, 1);
        let partial = Arc::new(partial);
        let mut kept = 0;
        for _ in 0..2 {
            let _ = trainer.step(1, |tape, _| {
                let x = Tensor::ones(partial.clone());
                let completed = network.run(tape, &x, Some(&whole), Statistics::Volume);
                kept = completed.grid.n_rows();
                completed.loss
            });
        }
        kept
    } else {
        // An untrained network would keep anything; the target says what one that is trained keeps.
        let x = Tensor::ones(Arc::new(partial));
        network
            .run(&mut Tape::infer(&parameters), &x, Some(&whole), Statistics::Volume)
            .grid
            .n_rows()
    };
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{{\"input\": {n_input}, \"target\": {n_target}, \"kept\": {kept}, \"peak_mb\": {:.1}, \"before_mb\": {before:.1}, \"seconds\": {seconds:.2}}}",
        peak_mb()
    );
}

/// Voxels of a volume for which something holds, found leaf by leaf.
fn grid(dims: [u32; 3], is_in: &dyn Fn([u32; 3]) -> bool) -> SparseGrid {
    let slabs = (0..dims[2]).step_by(8).map(|first| {
        let slab = (first..dims[2].min(first + 8))
            .flat_map(|z| (0..dims[1]).flat_map(move |y| (0..dims[0]).map(move |x| [x, y, z])));
        let voxels = slab.filter(|&place| is_in(place)).map(|place| Voxel { batch: 0, place });
        SparseGrid::from_voxels(voxels).unwrap()
    });
    slabs.reduce(|all, slab| all.union(&slab)).unwrap()
}

/// A vault of 4 mm, a base with a hole, and a block with two hollows for the face.
fn is_bone([x, y, z]: [f64; 3]) -> bool {
    let [x, y, z] = [x - 115.0, y - 115.0, z - 95.0];
    let ellipsoid = |grown: f64| {
        (x / (70.0 + grown)).powi(2) + (y / (88.0 + grown)).powi(2) + (z / (76.0 + grown)).powi(2)
            < 1.0
    };
    let vault = ellipsoid(4.0) && !ellipsoid(0.0) && z > -35.0;
    let base = ellipsoid(4.0) && (-41.0..-35.0).contains(&z) && x * x + (y - 25.0).powi(2) > 300.0;
    let hollow =
        (x.abs() - 32.0).powi(2) + (z + 30.0).powi(2) < 324.0 || x * x + (z + 55.0).powi(2) < 200.0;
    let face = x.abs() < 55.0
        && (-92.0..-64.0).contains(&y)
        && (-85.0..-20.0).contains(&z)
        && !hollow
        && y > -92.0 + 0.006 * x * x;
    let shell = face && (y < -84.0 + 0.006 * x * x || x.abs() > 48.0);
    vault || base || shell
}

fn is_defect([x, y, z]: [f64; 3]) -> bool {
    (x - 165.0).powi(2) + (y - 130.0).powi(2) + (z - 150.0).powi(2) < 40.0 * 40.0
}

/// Most memory that this process has had, in units of 10⁶ bytes; 0 where the system does not tell.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok())
        .map_or(0.0, |kb| kb * 1.024e-3)
}
