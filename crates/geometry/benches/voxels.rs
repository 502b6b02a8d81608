//! Components, distance transforms, overlaps and distances of label maps; see `benchmarks/voxels.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on shall stop, and prints what it measured"
)]

mod input;

use std::hint::black_box;
use std::path::PathBuf;

use medshape_geometry::voxels::components::{Components, Connectivity};
use medshape_geometry::voxels::distance::{self, ImageBorder};
use medshape_geometry::voxels::mask::Mask;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [what, files @ ..] = &arguments[..] else {
        eprintln!("usage: voxels components|distance|mask-distance|memcpy FILE.labels");
        return;
    };
    let maps: Vec<_> = files.iter().map(|file| input::label_map(&PathBuf::from(file))).collect();
    println!("{{\"name\": \"input\", \"peak_bytes\": {}}}", input::peak_memory());
    match (&what[..], &maps[..]) {
        ("components", [map]) => {
            let list = || Components::of(map, Connectivity::Faces);
            let found = input::measure("components, list", list);
            println!("{{\"name\": \"components\", \"count\": {}}}", found.list().len());
            input::measure("components, volume", || list().volume());
            let list = || Components::of(map, Connectivity::Corners);
            input::measure("components, list, 26", list);
            input::measure("components, volume, 26", || list().volume());
        }
        ("distance", [map]) => {
            input::measure("distance", || distance::to_other_labels(map, ImageBorder::Open));
        }
        ("mask-distance", [map]) => {
            input::measure("mask distance, inside", || {
                distance::to_other_labels(map, ImageBorder::Open)
            });
            input::measure("mask distance, outside", || distance::to_mask(Mask::of(map, 1)));
        }
        ("memcpy", [map]) => {
            let mut copy = vec![1; map.voxels().len()];
            input::measure("memcpy", || {
                copy.copy_from_slice(map.voxels());
                black_box(&mut copy)[0]
            });
        }
        _ => eprintln!("unknown: {what} with {} files", files.len()),
    }
}
