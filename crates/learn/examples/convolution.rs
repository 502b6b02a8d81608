//! Times one submanifold convolution forward and backward on the voxels of a file, on one thread.
//! `convolution FILE WIDTH REPEATS`; the file holds x, y, z of each voxel as 32-bit numbers.
//! Prints the best times, in CPU seconds of the thread. `benchmarks/learn/convolutions.py` calls it.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program for benchmarks")]

use std::sync::Arc;
use std::time::Instant;

use medshape_learn::operators::Convolution;
use medshape_learn::sparse::Voxel;
use medshape_learn::{Parameter, Parameters, Random, Role, Rows, SparseGrid, Tape, Tensor};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, width, repeats] = &arguments[..] else { panic!("convolution FILE WIDTH REPEATS") };
    let (width, repeats): (usize, usize) = (width.parse().unwrap(), repeats.parse().unwrap());
    let n_threads = std::env::var("THREADS").map_or(1, |n| n.parse().unwrap());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).use_current_thread();
    pool.build_global().unwrap();
    let voxels = voxels(&std::fs::read(file).unwrap());
    let mut random = Random::new(1);
    let mut numbers =
        |n: usize| (0..n).map(|_| random.uniform() as f32 - 0.5).collect::<Vec<f32>>();
    let mut parameters = Parameters::new();
    let (name, shape) = ("kernel".to_owned(), vec![27, width, width]);
    let values = numbers(27 * width * width);
    let kernel = parameters.add(Parameter { name, shape, values, role: Role::Weight });
    let layer = Convolution { kernel, bias: None };
    let (mut best, mut index) = ([f64::INFINITY; 2], f64::INFINITY);
    for _ in 0..repeats {
        let grid = Arc::new(SparseGrid::from_voxels(voxels.iter().copied()).unwrap());
        let x =
            Tensor::new(grid.clone(), Rows::new(width, numbers(width * grid.n_rows())).unwrap());
        let x = x.unwrap();
        let mut tape = Tape::train(&parameters);
        // Too short for the clock of the thread, which ticks.
        let start = Instant::now();
        grid.index();
        index = index.min(start.elapsed().as_secs_f64());
        let x = tape.variable(x);
        let start = clock();
        let y = tape.convolve(&x, layer);
        best[0] = best[0].min(clock() - start);
        let target = vec![0.0; grid.n_rows() * width];
        tape.squared_loss(&y, &target);
        drop((y, target));
        let start = clock();
        let (gradients, _) = tape.backward();
        best[1] = best[1].min(clock() - start);
        assert!(gradients.of(&x).is_some());
    }
    let grid = SparseGrid::from_voxels(voxels).unwrap();
    grid.index();
    let [forward, backward] = best;
    let (n, bytes) = (grid.n_rows(), grid.n_bytes() as f64 / grid.n_rows() as f64);
    println!(
        "{{\"voxels\": {n}, \"forward_s\": {forward:.5}, \"backward_s\": {backward:.5}, \"index_s\": {index:.5}, \"index_bytes_per_voxel\": {bytes:.3}}}"
    );
}

fn voxels(bytes: &[u8]) -> Vec<Voxel> {
    let number = |bytes: &[u8]| u32::from_le_bytes(*bytes.first_chunk().unwrap());
    let place = |bytes: &[u8]| [number(bytes), number(&bytes[4..]), number(&bytes[8..])];
    bytes.chunks_exact(12).map(|bytes| Voxel { batch: 0, place: place(bytes) }).collect()
}

/// CPU seconds of this thread, where the system tells; else those of the clock on the wall.
fn clock() -> f64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .filter(|_| std::env::var_os("WALL").is_none());
    let nanoseconds = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
}
