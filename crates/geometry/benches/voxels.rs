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

use medshape_geometry::compare::overlap::overlaps;
use medshape_geometry::compare::surface_distance::{SurfaceKind, surface_distances};
use medshape_geometry::voxels::components::{Components, Connectivity};
use medshape_geometry::voxels::distance::{self, ImageBorder};
use medshape_geometry::voxels::mask::MaskView;
use medshape_geometry::voxels::resample::{Interpolation, with_spacing};

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let [what, files @ ..] = &arguments[..] else {
        eprintln!(
            "usage: voxels components|distance|mask-distance|resample|memcpy FILE.labels\n       \
             voxels overlap|surfaces FILE.labels FILE.labels"
        );
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
            input::measure("mask distance, outside", || distance::to_mask(MaskView::of(map, 1)));
        }
        ("resample", [map]) => {
            for by in [Interpolation::Nearest, Interpolation::Linear, Interpolation::Smooth] {
                let name = format!("resample to 1 mm, {by:?}");
                input::measure(&name, || with_spacing(map, [1.0; 3], by).unwrap());
            }
            let coarser = || with_spacing(map, [3.0; 3], Interpolation::Linear).unwrap();
            input::measure("resample to 3 mm, Linear", coarser);
        }
        ("overlap", [a, b]) => {
            let found = input::measure("overlap", || overlaps(a, b).unwrap());
            let dice: f64 = found.iter().map(|(_, overlap)| overlap.dice()).sum();
            println!("{{\"name\": \"mean Dice\", \"value\": {}}}", dice / found.len() as f64);
        }
        ("surfaces", [a, b]) => {
            let (a, b) = (MaskView::of(a, 1), MaskView::of(b, 1));
            let by = |kind| surface_distances(a, b, kind).unwrap();
            let found = input::measure("surface voxels", || by(SurfaceKind::Voxels));
            println!(
                "{{\"name\": \"voxels\", \"hd95_mm\": {}, \"pooled_hd95_mm\": {}}}",
                found.hausdorff_percentile_mm(95.0),
                found.pooled_percentile_mm(95.0)
            );
            let found = input::measure("surface cells", || by(SurfaceKind::Cells));
            let (hd95_mm, dice) = (found.hausdorff_percentile_mm(95.0), found.surface_dice(2.0));
            println!("{{\"name\": \"cells\", \"hd95_mm\": {hd95_mm}, \"dice_2mm\": {dice}}}");
        }
        ("memcpy", [map]) => {
            input::measure("memcpy", || black_box(map.voxels().clone()).at(0));
        }
        _ => eprintln!("unknown: {what} with {} files", files.len()),
    }
}
