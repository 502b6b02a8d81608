//! How fast label maps are read: `cargo bench -p medshape-formats --bench volumes -- FILE.nii.gz...`
//!
//! A line of JSON: CPU seconds of one thread, user and system, to read all the files as label maps,
//! and for flate2 alone, which unpacks and checks the same bytes and keeps none of them.
//! See `benchmarks/read_volumes.py`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "this is a benchmark")]

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use medshape_formats::{Input, Limits, nifti};

fn main() {
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let paths: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let label_map_s = cpu_seconds(|| {
        for path in &paths {
            nifti::read_label_map(&Input::on_disk(path), &Limits::DEFAULT).unwrap();
        }
    });
    let peak_bytes = peak_memory();
    let flate2_s = cpu_seconds(|| paths.iter().for_each(|path| unpack(path)));
    let n_voxels: usize = paths.iter().map(|path| n_voxels(path)).sum();
    println!(
        "{{\"label_map_s\": {label_map_s:.5}, \"flate2_s\": {flate2_s:.5}, \
         \"n_voxels\": {n_voxels}, \"peak_bytes\": {peak_bytes}}}"
    );
}

fn n_voxels(path: &Path) -> usize {
    nifti::read_grid(&Input::on_disk(path), &Limits::DEFAULT).unwrap().n_voxels()
}

fn unpack(path: &Path) {
    let packed = BufReader::with_capacity(128 << 10, File::open(path).unwrap());
    let mut unpacked = MultiGzDecoder::new(packed);
    let mut buffer = vec![0; 256 << 10];
    while unpacked.read(&mut buffer).unwrap() > 0 {}
}

/// The least of three means, each over at least half a second: the kernel's count is coarse.
fn cpu_seconds(work: impl Fn()) -> f64 {
    const RUN_NS: u64 = 500_000_000;
    let cpu_ns = || -> u64 {
        let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        stat.split(' ').next().unwrap().parse().unwrap()
    };
    let run = || {
        let (before, mut n_times) = (cpu_ns(), 0);
        while cpu_ns() < before + RUN_NS {
            work();
            n_times += 1;
        }
        (cpu_ns() - before) as f64 / 1e9 / f64::from(n_times)
    };
    (0..3).map(|_| run()).fold(f64::INFINITY, f64::min)
}

/// Largest memory of this process so far, in bytes.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}
