//! Simplification of meshes; see `benchmarks/simplify.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on shall stop, and prints what it measured"
)]

mod input;

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use medshape_geometry::mesh::deviation::mutual_deviation_mm;
use medshape_geometry::mesh::levels::{ERRORS_MM, levels};
use medshape_geometry::mesh::quality::inspect;
use medshape_geometry::mesh::simplify::to_faces;
use medshape_geometry::mesh::weld::weld;
use medshape_types::Mesh;

/// Coarser than the lattice of all inputs is fine, finer is not of use.
const STEP_EXPONENT: i32 = -9;

fn main() {
    let arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let arguments: Vec<String> = arguments.collect();
    let [folder, out, n_largest, rest @ ..] = &arguments[..] else {
        eprintln!("usage: simplify FOLDER OUT N [bound] [levels]");
        eprintln!("reduces the N largest .mesh files of FOLDER to a tenth, writes them under OUT");
        return;
    };
    let meshes = largest(Path::new(folder), n_largest.parse().unwrap());
    let n_faces: usize = meshes.iter().map(|(_, mesh)| mesh.faces().len()).sum();
    println!("{{\"name\": \"input\", \"meshes\": {}, \"faces\": {n_faces}}}", meshes.len());
    let ours = compare(&meshes, Path::new(out), "ours", |mesh| {
        to_faces(mesh, mesh.faces().len() / 10, STEP_EXPONENT)
    });
    compare(&meshes, Path::new(out), "meshoptimizer", by_meshopt);
    if rest.iter().any(|argument| argument == "bound") {
        let bounds = input::measure("bound of the error", || {
            let pairs = meshes.iter().zip(&ours);
            pairs.map(|((_, mesh), simple)| mutual_deviation_mm(mesh, simple)).collect::<Vec<_>>()
        });
        println!("{{\"name\": \"bounds\", \"mm\": {bounds:?}}}");
    }
    if rest.iter().any(|argument| argument == "levels") {
        show_levels(&meshes);
    }
}

/// The meshes with most faces, by file name.
fn largest(folder: &Path, n: usize) -> Vec<(PathBuf, Mesh)> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|end| end == "mesh"));
    let mut meshes: Vec<_> = files.map(|path| (path.clone(), input::mesh(&path))).collect();
    meshes.retain(|(_, mesh)| !mesh.faces().is_empty());
    meshes.sort_by_key(|(path, mesh)| (Reverse(mesh.faces().len()), path.clone()));
    meshes.truncate(n);
    meshes
}

fn compare(
    meshes: &[(PathBuf, Mesh)],
    out: &Path,
    name: &str,
    simplify: impl Fn(&Mesh) -> Mesh,
) -> Vec<Mesh> {
    let simple: Vec<Mesh> =
        input::measure(name, || meshes.iter().map(|(_, mesh)| simplify(mesh)).collect());
    let n_faces: usize = simple.iter().map(|mesh| mesh.faces().len()).sum();
    let is_sound = |mesh: &Mesh| {
        let found = inspect(mesh);
        found.closed && found.manifold && found.oriented
    };
    let n_sound = simple.iter().filter(|mesh| is_sound(mesh) && is_sound(&weld(mesh))).count();
    println!("{{\"name\": \"{name}, result\", \"faces\": {n_faces}, \"sound\": {n_sound}}}");
    std::fs::create_dir_all(out.join(name)).unwrap();
    for ((path, _), mesh) in meshes.iter().zip(&simple) {
        input::write_mesh(&out.join(name).join(path.file_name().unwrap()), mesh);
    }
    simple
}

fn by_meshopt(mesh: &Mesh) -> Mesh {
    let positions = mesh.positions();
    let bytes: Vec<u8> = positions.iter().flatten().flat_map(|value| value.to_ne_bytes()).collect();
    let vertices = meshopt::VertexDataAdapter::new(&bytes, 12, 0).unwrap();
    let indices = mesh.faces().as_flattened();
    let options = meshopt::SimplifyOptions::None;
    let kept = meshopt::simplify(indices, &vertices, indices.len() / 10, f32::MAX, options, None);
    let mut numbers = vec![u32::MAX; positions.len()];
    let mut used = Vec::new();
    let faces = kept.as_chunks::<3>().0.iter().map(|face| {
        face.map(|vertex| {
            let number = &mut numbers[vertex as usize];
            if *number == u32::MAX {
                *number = used.len() as u32;
                used.push(positions[vertex as usize]);
            }
            *number
        })
    });
    let faces = faces.collect();
    Mesh::new(used, faces).unwrap()
}

fn show_levels(meshes: &[(PathBuf, Mesh)]) {
    let found = input::measure("levels", || {
        let levels = |(_, mesh): &(PathBuf, Mesh)| levels(mesh, &ERRORS_MM, STEP_EXPONENT);
        meshes.iter().map(levels).collect::<Vec<_>>()
    });
    for ((path, mesh), levels) in meshes.iter().zip(found) {
        let levels: Vec<_> =
            levels.iter().map(|level| (level.mesh.faces().len(), level.error_mm)).collect();
        println!(
            "{{\"name\": \"levels of {}\", \"faces\": {}, \"levels\": \"{levels:?}\"}}",
            path.display(),
            mesh.faces().len()
        );
    }
}
