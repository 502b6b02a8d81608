//! x
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "x")]
mod input;
use medshape_geometry::mesh::quality::inspect;
use medshape_geometry::mesh::simplify;
use medshape_geometry::mesh::weld::weld;
use std::path::PathBuf;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let Some(folder) = args.first() else { return };
    let n: usize = args.get(1).map_or(7, |n| n.parse().unwrap());
    let out = args.get(2);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut meshes: Vec<_> = files.iter().map(|p| (p.file_name().unwrap().to_owned(), input::mesh(p))).filter(|m| !m.1.faces().is_empty()).collect();
    meshes.sort_by_key(|m| std::cmp::Reverse(m.1.faces().len()));
    meshes.truncate(n);
    let total: usize = meshes.iter().map(|m| m.1.faces().len()).sum();
    println!("{} meshes {total} faces", meshes.len());
    let e: i32 = std::env::var("STEP").map_or(-9, |v| v.parse().unwrap());
    let ours = input::measure("ours", || meshes.iter().map(|m| simplify::to_faces(&m.1, m.1.faces().len() / 10, e)).collect::<Vec<_>>());
    let good = ours.iter().filter(|m| { let q = inspect(m); q.closed && q.manifold && q.oriented }).count();
    let goodw = ours.iter().filter(|m| { let q = inspect(&weld(m)); q.closed && q.manifold && q.oriented }).count();
    let f: usize = ours.iter().map(|m| m.faces().len()).sum();
    println!("good {good} welded {goodw} faces {f}");
    if std::env::var("PEER").is_ok() {
        let peer = input::measure("meshopt", || meshes.iter().map(|m| {
            let bytes: Vec<u8> = m.1.positions().iter().flatten().flat_map(|v| v.to_ne_bytes()).collect();
            let a = meshopt::VertexDataAdapter::new(&bytes, 12, 0).unwrap();
            let idx: Vec<u32> = m.1.faces().iter().flatten().copied().collect();
            meshopt::simplify(&idx, &a, idx.len() / 10, f32::MAX, meshopt::SimplifyOptions::None, None)
        }).collect::<Vec<_>>());
        println!("{}", peer.iter().map(|p| p.len() / 3).sum::<usize>());
    }
    if std::env::var("DEV").is_ok() {
        let there = input::measure("deviation there", || meshes.iter().zip(&ours).map(|(m, o)| medshape_geometry::mesh::deviation::deviation_mm(&m.1, o)).collect::<Vec<_>>());
        let back = input::measure("deviation back", || meshes.iter().zip(&ours).map(|(m, o)| medshape_geometry::mesh::deviation::deviation_mm(o, &m.1)).collect::<Vec<_>>());
        let mutual = input::measure("mutual", || meshes.iter().zip(&ours).map(|(m, o)| medshape_geometry::mesh::deviation::mutual_deviation_mm(o, &m.1)).collect::<Vec<_>>());
        let mutual2 = input::measure("mutual other", || meshes.iter().zip(&ours).map(|(m, o)| medshape_geometry::mesh::deviation::mutual_deviation_mm(&m.1, o)).collect::<Vec<_>>());
        println!("{mutual:.4?} {mutual2:.4?} {there:.4?} {back:.4?}");
    }
    for x in [0.05, 0.2, 0.8, 3.0] { if std::env::var("WITHIN").is_ok() {
        let r = input::measure(&format!("within {x}"), || meshes.iter().map(|m| simplify::within(&m.1, x, e)).collect::<Vec<_>>());
        let f: usize = r.iter().map(|m| m.mesh.faces().len()).sum();
        println!("{:.3} {:?}", f as f64 / total as f64, r.iter().map(|m| (m.mesh.faces().len(), m.error_mm)).collect::<Vec<_>>());
    } }
    if let Some(out) = out {
        for (m, (name, _)) in ours.iter().zip(&meshes) { input::write_mesh(&PathBuf::from(out).join(name), m); }
    }
}
