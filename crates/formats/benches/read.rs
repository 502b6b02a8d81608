//! How fast meshes are read: `cargo bench -p medshape-formats --bench read -- FILE...`
//!
//! For each file a line of JSON says triangles, vertices and CPU seconds of one thread, the least of
//! five runs; each reads the file into memory and takes it apart. `--make FOLDER` writes a sphere of
//! a million triangles in each format. `benchmarks/meshes_read.py` runs both.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "this is a benchmark")]

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use medshape_formats::{Limits, MeshFile, obj, off, ply, stl};
use medshape_types::Mesh;

/// Parts along an edge of the octahedron that becomes a sphere.
const N_PARTS: usize = 354;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    match arguments.as_slice() {
        [] => println!("usage: read FILE... | --make FOLDER"),
        [word, folder] if word == "--make" => make(Path::new(folder)),
        paths => paths.iter().for_each(|path| measure(Path::new(path))),
    }
}

fn measure(path: &Path) {
    let mut least = f64::INFINITY;
    let mut counts = (0, 0);
    for _ in 0..5 {
        let before = cpu_s();
        let file = read(path);
        least = least.min(cpu_s() - before);
        counts = (file.n_faces(), file.n_vertices());
    }
    println!(
        "{{\"file\": \"{}\", \"n_faces\": {}, \"n_vertices\": {}, \"cpu_s\": {least:.5}}}",
        path.file_name().unwrap().display(),
        counts.0,
        counts.1
    );
}

fn read(path: &Path) -> MeshFile {
    let bytes = fs::read(path).unwrap();
    let limits = &Limits::DEFAULT;
    match path.extension().unwrap().to_str().unwrap() {
        "stl" => stl::read(&bytes, limits),
        "ply" => ply::read(&bytes, limits),
        "obj" => obj::read(&bytes, limits),
        "off" => off::read(&bytes, limits),
        other => panic!("no reader for {other}"),
    }
    .unwrap()
}

/// CPU seconds of this thread.
fn cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn make(folder: &Path) {
    let mesh = sphere();
    let create = |name: &str| fs::File::create(folder.join(name)).unwrap();
    stl::write(&mut create("binary.stl"), &mesh).unwrap();
    ply::write(&mut create("binary.ply"), &mesh).unwrap();
    obj::write(&mut create("text.obj"), &mesh).unwrap();
    off::write(&mut create("text.off"), &mesh).unwrap();
    create("text.stl").write_all(text_stl(&mesh).as_bytes()).unwrap();
    create("text.ply").write_all(text_ply(&mesh).as_bytes()).unwrap();
}

fn text_stl(mesh: &Mesh) -> String {
    let mut text = "solid sphere\n".to_owned();
    for corners in mesh.triangles() {
        text += "  facet normal 0 0 0\n    outer loop\n";
        for [x, y, z] in corners {
            text += &format!("      vertex {x:e} {y:e} {z:e}\n");
        }
        text += "    endloop\n  endfacet\n";
    }
    text + "endsolid sphere\n"
}

fn text_ply(mesh: &Mesh) -> String {
    let mut text = format!(
        "ply\nformat ascii 1.0\nelement vertex {}\nproperty float x\nproperty float y\n\
         property float z\nelement face {}\nproperty list uchar int vertex_indices\nend_header\n",
        mesh.positions().len(),
        mesh.faces().len()
    );
    for [x, y, z] in mesh.positions() {
        text += &format!("{x} {y} {z}\n");
    }
    for [a, b, c] in mesh.faces() {
        text += &format!("3 {a} {b} {c}\n");
    }
    text
}

/// An octahedron whose faces are cut into small triangles, which are moved out to a radius of 100 mm.
fn sphere() -> Mesh {
    let (mut vertices, mut positions, mut faces) = (HashMap::new(), Vec::new(), Vec::new());
    let n = N_PARTS as i32;
    for octant in 0..8 {
        let signs = [0, 1, 2].map(|axis| 1 - 2 * (octant >> axis & 1));
        let mut vertex = |i: i32, j: i32| {
            let place = [i * signs[0], j * signs[1], (n - i - j) * signs[2]];
            *vertices.entry(place).or_insert_with(|| {
                let place = place.map(f64::from);
                let length = place.iter().map(|value| value * value).sum::<f64>().sqrt();
                positions.push(place.map(|value| (100.0 * value / length) as f32));
                positions.len() as u32 - 1
            })
        };
        let is_mirrored = signs.iter().product::<i32>() < 0;
        for i in 0..n {
            for j in 0..n - i {
                let mut add = |face: [u32; 3]| {
                    let [a, b, c] = face;
                    faces.push(if is_mirrored { [a, c, b] } else { face });
                };
                add([vertex(i, j), vertex(i + 1, j), vertex(i, j + 1)]);
                if i + j + 1 < n {
                    add([vertex(i + 1, j), vertex(i + 1, j + 1), vertex(i, j + 1)]);
                }
            }
        }
    }
    Mesh::new(positions, faces).unwrap()
}
