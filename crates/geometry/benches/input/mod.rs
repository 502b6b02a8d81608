//! What the benchmarks read, and the clock that they read.
//!
//! The files are written by `benchmarks/inputs.py`, which says how they are laid out.

#![allow(dead_code, reason = "each benchmark uses some of it")]

use std::path::Path;
use std::time::Instant;

use medshape_types::{Affine, Grid, LabelMap, Mesh};

/// Label map of a `.labels` file.
pub(crate) fn label_map(path: &Path) -> LabelMap {
    let bytes = std::fs::read(path).unwrap();
    let number = |at: usize| u64::from_le_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap());
    let dims = [0, 1, 2].map(|axis| number(axis) as usize);
    let spacing_mm = [3, 4, 5].map(|at| f64::from_bits(number(at)));
    let voxels: Vec<u16> =
        bytes[48..].as_chunks::<2>().0.iter().map(|&value| u16::from_le_bytes(value)).collect();
    let n_labels = voxels.iter().copied().max().unwrap_or(0);
    let grid = Grid::new(dims, Affine::from_spacing(spacing_mm, [0.0; 3]).unwrap()).unwrap();
    LabelMap::new(grid, voxels, (0..=i64::from(n_labels)).collect()).unwrap()
}

/// Mesh of a `.mesh` file.
pub(crate) fn mesh(path: &Path) -> Mesh {
    let bytes = std::fs::read(path).unwrap();
    let n_vertices = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (numbers, _) = bytes[16..].as_chunks::<4>();
    let (positions, faces) = numbers.split_at(3 * n_vertices);
    let positions = positions.as_chunks::<3>().0.iter().map(|p| p.map(f32::from_le_bytes));
    let faces = faces.as_chunks::<3>().0.iter().map(|f| f.map(u32::from_le_bytes));
    Mesh::new(positions.collect(), faces.collect()).unwrap()
}

/// Writes a mesh as a `.mesh` file, for the programs that ours is compared with.
pub(crate) fn write_mesh(path: &Path, mesh: &Mesh) {
    let mut bytes = Vec::new();
    bytes.extend((mesh.positions().len() as u64).to_le_bytes());
    bytes.extend((mesh.faces().len() as u64).to_le_bytes());
    bytes.extend(mesh.positions().iter().flatten().flat_map(|value| value.to_le_bytes()));
    bytes.extend(mesh.faces().iter().flatten().flat_map(|value| value.to_le_bytes()));
    std::fs::write(path, bytes).unwrap();
}

/// CPU seconds of all threads of this process so far.
pub(crate) fn cpu_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = tasks.filter_map(|task| {
        let stat = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    nanoseconds.sum::<u64>() as f64 / 1e9
}

/// Largest memory of this process so far, in bytes.
pub(crate) fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Runs `work` three times and prints a line of JSON with the least seconds of CPU and of wall clock.
pub(crate) fn measure<T>(name: &str, mut work: impl FnMut() -> T) -> T {
    let mut least = [f64::INFINITY; 2];
    let mut result = None;
    for _ in 0..3 {
        drop(result.take());
        let (cpu, wall) = (cpu_seconds(), Instant::now());
        result = Some(work());
        least[0] = least[0].min(cpu_seconds() - cpu);
        least[1] = least[1].min(wall.elapsed().as_secs_f64());
    }
    println!(
        "{{\"name\": \"{name}\", \"cpu_s\": {:.4}, \"wall_s\": {:.4}, \"threads\": {}, \"peak_bytes\": {}}}",
        least[0],
        least[1],
        rayon::current_num_threads(),
        peak_memory()
    );
    result.unwrap()
}
