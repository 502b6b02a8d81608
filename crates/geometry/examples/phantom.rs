//! Writes a phantom's labels as raw 16-bit numbers: `phantom -- FILE SEED SUBJECT SPACING_MM`.
//!
//! Prints the person, the size of the grid, its origin, and the seconds that it took.

use std::io::Write;

use medshape_geometry::phantom;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, seed, subject, spacing_mm] = arguments.as_slice() else {
        return Err("usage: phantom FILE SEED SUBJECT SPACING_MM".into());
    };
    let person = phantom::person(seed.parse()?, subject.parse()?);
    let started = std::time::Instant::now();
    let map = phantom::label_map(&person, spacing_mm.parse()?);
    let seconds = started.elapsed().as_secs_f64();
    let labels = map.voxels().iter().map(|&voxel| map.values()[usize::from(voxel)] as u16);
    std::fs::write(file, labels.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())?;
    let mut out = std::io::stdout();
    writeln!(out, "{person:?}")?;
    writeln!(
        out,
        "{:?} {:?} {seconds:.2} s",
        map.grid().dims(),
        map.grid().world_from_voxel().translation()
    )?;
    Ok(())
}
