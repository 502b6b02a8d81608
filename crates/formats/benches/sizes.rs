//! How small meshes become and how fast: `cargo bench -p medshape-formats --bench sizes -- EXPONENT MESH...`
//!
//! Each `.mesh` file (see `benchmarks/inputs.py`) is rounded to a lattice of 2^EXPONENT mm and written
//! as it is stored; a line of JSON says sizes, CPU seconds of one thread and the largest error.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "this is a benchmark")]

use std::path::Path;

use medshape_formats::glb;
use medshape_types::Mesh;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some((exponent, paths)) = arguments.split_first().filter(|(_, paths)| !paths.is_empty())
    else {
        println!("usage: sizes EXPONENT MESH...");
        return;
    };
    let exponent = exponent.parse().unwrap();
    for path in paths {
        measure(path, exponent);
    }
}

fn measure(path: &str, exponent: i32) {
    let exact = mesh(Path::new(path));
    let rounded = on_lattice(&exact, exponent);
    let look = glb::Look::default();
    let (compressed, compress_s) = timed(|| {
        let mut bytes = Vec::new();
        glb::write_compressed(&mut bytes, &rounded, exponent, &look).unwrap();
        bytes
    });
    let (packed, pack_s) = timed(|| {
        let mut bytes = Vec::new();
        glb::write_packed(&mut bytes, &rounded, exponent, &look).unwrap();
        bytes
    });
    let (_, decode_s) = timed(|| glb::read(&compressed).unwrap());
    let (_, unpack_s) = timed(|| glb::read(&packed).unwrap());
    println!(
        "{{\"mesh\": \"{path}\", \"n_faces\": {}, \"compressed\": {}, \"packed\": {}, \
         \"compress_s\": {compress_s:.5}, \"pack_s\": {pack_s:.5}, \"decode_s\": {decode_s:.5}, \
         \"unpack_s\": {unpack_s:.5}, \"largest_error_mm\": {:.5}}}",
        exact.faces().len(),
        compressed.len(),
        packed.len(),
        largest_error_mm(&exact, &rounded),
    );
}

fn mesh(path: &Path) -> Mesh {
    let bytes = std::fs::read(path).unwrap();
    let n_vertices = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (numbers, _) = bytes[16..].as_chunks::<4>();
    let (positions, faces) = numbers.split_at(3 * n_vertices);
    let positions = positions.as_chunks::<3>().0.iter().map(|p| p.map(f32::from_le_bytes));
    let faces = faces.as_chunks::<3>().0.iter().map(|f| f.map(u32::from_le_bytes));
    Mesh::new(positions.collect(), faces.collect()).unwrap()
}

fn on_lattice(mesh: &Mesh, exponent: i32) -> Mesh {
    let step = 2_f64.powi(exponent);
    let rounded = |value: f32| ((f64::from(value) / step).round() * step + 0.0) as f32;
    let positions = mesh.positions().iter().map(|position| position.map(rounded)).collect();
    Mesh::new(positions, mesh.faces().to_vec()).unwrap()
}

fn largest_error_mm(a: &Mesh, b: &Mesh) -> f64 {
    let squared = |(a, b): (&[f32; 3], &[f32; 3])| -> f64 {
        (0..3).map(|axis| (f64::from(a[axis]) - f64::from(b[axis])).powi(2)).sum()
    };
    a.positions().iter().zip(b.positions()).map(squared).fold(0.0, f64::max).sqrt()
}

/// What `work` gives, and the least CPU seconds of three times.
fn timed<T>(work: impl Fn() -> T) -> (T, f64) {
    let cpu_ns = || -> u64 {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        stat.split(' ').next().unwrap().parse().unwrap()
    };
    let once = || {
        let before = cpu_ns();
        let result = work();
        (result, (cpu_ns() - before) as f64 / 1e9)
    };
    let (mut result, mut least) = once();
    for _ in 0..2 {
        let (again, seconds) = once();
        (result, least) = (again, least.min(seconds));
    }
    (result, least)
}
