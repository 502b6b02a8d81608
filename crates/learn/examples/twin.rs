//! Writes the weights of a network, a shape, and what the network says of it, for `python/twin.py`
//! to compare with. `twin FOLDER`

#![allow(clippy::unwrap_used, reason = "a program for tests")]

use std::path::Path;
use std::sync::Arc;

use medshape_learn::networks::{Completion, Widths};
use medshape_learn::operators::Statistics;
use medshape_learn::sparse::Voxel;
use medshape_learn::train::safetensors::{self, Contents, Entry, Kind};
use medshape_learn::{SparseGrid, Tape, Tensor};

fn main() {
    let folder = std::env::args().nth(1).expect("twin FOLDER");
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).unwrap();
    let (network, parameters) = Completion::new::<f32>(Widths::SMALL, 4);
    parameters.save(&folder.join("weights.safetensors")).unwrap();
    let (partial, whole) = shell();
    let x = Tensor::ones(Arc::new(partial));
    let completed =
        network.run(&mut Tape::infer(&parameters), &x, Some(&whole), Statistics::Volume);
    let mut entries =
        vec![entry("input", 3, coordinates(x.grid())), entry("target", 3, coordinates(&whole))];
    for (n, logits) in completed.logits.iter().enumerate() {
        let level = 32 >> n;
        entries.push(entry(&format!("voxels.s{level}"), 3, coordinates(logits.grid())));
        entries.push(entry(&format!("logits.s{level}"), 1, logits.features().values().to_vec()));
    }
    let bytes = safetensors::write(&Contents { entries, ..Contents::default() });
    std::fs::write(folder.join("logits.safetensors"), bytes).unwrap();
}

/// A ball's shell with a hole, and without.
fn shell() -> (SparseGrid, SparseGrid) {
    let places = (0..48).flat_map(|z| (0..44).flat_map(move |y| (0..50).map(move |x| [x, y, z])));
    let distance = |[x, y, z]: [u32; 3], centre: [f64; 3]| {
        let square = |c: u32, centre: f64| (f64::from(c) - centre).powi(2);
        (square(x, centre[0]) + square(y, centre[1]) + square(z, centre[2])).sqrt()
    };
    let whole = places.filter(|&place| (17.0..21.0).contains(&distance(place, [25.0, 22.0, 24.0])));
    let whole: Vec<[u32; 3]> = whole.collect();
    let grid = |places: Vec<[u32; 3]>| {
        SparseGrid::from_voxels(places.into_iter().map(|place| Voxel { batch: 0, place })).unwrap()
    };
    let left =
        whole.iter().copied().filter(|&place| distance(place, [44.0, 22.0, 24.0]) > 11.0).collect();
    (grid(left), grid(whole))
}

fn coordinates(grid: &SparseGrid) -> Vec<f32> {
    grid.voxels().flat_map(|voxel| voxel.place.map(|c| c as f32)).collect()
}

fn entry(name: &str, width: usize, values: Vec<f32>) -> Entry {
    let shape = vec![values.len() / width, width];
    let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Entry { name: name.to_owned(), shape, kind: Kind::F32, bytes }
}
