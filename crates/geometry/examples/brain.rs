//! Time and pictures of phantom brains: `cargo run --release -p medshape-geometry --example brain SEED`
//! prints layers of a healthy brain and of one with a tumour, as text.

#![allow(clippy::print_stdout, reason = "a program for looking")]

use std::time::Instant;

use medshape_geometry::phantom::brain::{Brain, Measures, Total, Tumour, grid};

fn main() {
    let seed: u64 = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(1);
    let tumour = Tumour::of_seed(seed);
    for tumour in [None, Some(tumour)] {
        let begin = Instant::now();
        let brain = Brain::of(seed, Measures::of_seed(seed), tumour, Total::Mask);
        let made = begin.elapsed();
        let (n, grid) = (64, grid(64));
        let mask = brain.mask(&grid);
        println!("{:?} {:?}", brain.measures(), brain.tumour());
        println!("made in {made:?}, with voxels {:?}", begin.elapsed());
        for z in [24, 32, 38, 46] {
            for y in (0..n).rev().step_by(2) {
                let at = |x: usize| if mask.voxels()[x + n * (y + n * z)] { '#' } else { '.' };
                println!("{}", (0..n).rev().map(at).collect::<String>());
            }
        }
    }
}
