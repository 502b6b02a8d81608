//! Surfaces a raw label map, for checks with other programs.
//!
//! `cargo run --release -p medshape-geometry --example surface_raw -- STEM [OUT_DIR]` reads
//! `STEM.raw` (label indices, u16, little-endian, x fastest) and `STEM.txt` (three dims, twelve
//! numbers of the affine row by row, then the label values without 0), and writes one binary STL a label.

use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};

use medshape_geometry::mesh::{closed::Closed, quality::inspect, volume::signed_volume};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_geometry::voxels::{
    neighbours::Neighbours, regions::regions, reorient::label_map_to_ras,
};
use medshape_types::{Affine, Grid, LabelMap, Mesh};

#[expect(clippy::print_stdout, reason = "an example is there to print")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let stem = args.next().ok_or("a file stem is needed")?;
    let map = label_map_to_ras(read(&stem)?);
    let started = Instant::now();
    let found = surfaces(&map, &SurfaceOptions::default());
    println!("surfaces {:.3} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let regions = regions(&map);
    println!("regions {:.3} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    println!(
        "coherence {:.4} in {:.3} s",
        Neighbours::of(&map).coherence(),
        started.elapsed().as_secs_f64()
    );
    let started = Instant::now();
    let sound = found.meshes.iter().map(inspect).filter(|q| q.closed && q.manifold && q.oriented);
    println!(
        "{} sound meshes, inspected in {:.3} s",
        sound.count(),
        started.elapsed().as_secs_f64()
    );
    println!("{} faces", found.meshes.iter().map(|mesh| mesh.faces().len()).sum::<usize>());
    for (label, mesh) in found.meshes.iter().enumerate().skip(1) {
        let Some(closed) = Closed::new(mesh) else { continue };
        let expected = regions[label].n_voxels as f64 * map.grid().voxel_volume_mm3();
        let error = 100.0 * (signed_volume(closed) / expected - 1.0);
        println!(
            "label {:4} {:9} voxels {:4} parts {:8} faces volume {error:+.3} %",
            map.values()[label],
            regions[label].n_voxels,
            regions[label].n_components,
            mesh.faces().len()
        );
    }
    if let Some(out_dir) = args.next() {
        for (mesh, value) in
            found.meshes.iter().zip(map.values()).filter(|(m, _)| !m.faces().is_empty())
        {
            fs::write(Path::new(&out_dir).join(format!("{value}.stl")), stl(mesh))?;
        }
    }
    Ok(())
}

fn read(stem: &str) -> Result<LabelMap, Box<dyn Error>> {
    let header = fs::read_to_string(format!("{stem}.txt"))?;
    let numbers = header.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let row = |n: usize| [0, 1, 2, 3].map(|column| numbers[3 + 4 * n + column]);
    let affine = Affine::from_rows([row(0), row(1), row(2)]).ok_or("the affine is flat")?;
    let grid = Grid::new([0, 1, 2].map(|axis| numbers[axis] as usize), affine)?;
    let bytes = fs::read(format!("{stem}.raw"))?;
    let voxels = bytes.as_chunks::<2>().0.iter().map(|&pair| u16::from_le_bytes(pair)).collect();
    let values = std::iter::once(0).chain(numbers[15..].iter().map(|&value| value as i64));
    Ok(LabelMap::new(grid, voxels, values.collect())?)
}

fn stl(mesh: &Mesh) -> Vec<u8> {
    let mut bytes = vec![0; 80];
    bytes.extend((mesh.faces().len() as u32).to_le_bytes());
    for triangle in mesh.triangles() {
        bytes.extend([0; 12]);
        bytes.extend(triangle.iter().flatten().flat_map(|value| value.to_le_bytes()));
        bytes.extend([0; 2]);
    }
    bytes
}
