//! Draws analytic shapes to raw pixel files: `cargo run --release --example pictures -- FOLDER`.
//!
//! Each file is named `NAME-WIDTHxHEIGHT.rgba`.

use std::path::{Path, PathBuf};

use medshape_geometry::picture::{Part, portrait, thumbnail};
use medshape_types::{Mesh, MeshError, Picture};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    let ball = tube(|_| 0.0, 600, 800)?;
    let banana = tube(|height| 0.6 * height * height, 300, 200)?;
    for (name, mesh) in [("ball", &ball), ("banana", &banana)] {
        let started = std::time::Instant::now();
        let picture = thumbnail(&Part { mesh, colour: [205, 120, 90] }, 320);
        write(&folder, name, &picture)?;
        let (n_faces, seconds) = (mesh.faces().len(), started.elapsed().as_secs_f64());
        writeln(&format!("{name}: {n_faces} faces in {seconds:.3} s"))?;
    }
    let parts = [
        Part { mesh: &ball, colour: [230, 220, 200] },
        Part { mesh: &banana, colour: [190, 60, 60] },
    ];
    write(&folder, "portrait", &portrait(&parts, 400, 400))?;
    Ok(())
}

/// An ellipsoid whose axis is bent sideways by a function of the height, -1 to 1.
fn tube(bend: impl Fn(f32) -> f32, n_rings: u32, n_sides: u32) -> Result<Mesh, MeshError> {
    let mut positions = Vec::new();
    for ring in 0..=n_rings {
        let polar = std::f32::consts::PI * ring as f32 / n_rings as f32;
        for side in 0..n_sides {
            let turn = std::f32::consts::TAU * side as f32 / n_sides as f32;
            let [x, y, z] = [polar.sin() * turn.cos(), polar.sin() * turn.sin(), polar.cos()];
            positions.push([40.0 * (x + 2.0 * bend(z)), 40.0 * y, 70.0 * z]);
        }
    }
    let vertex = |ring: u32, side: u32| ring * n_sides + side % n_sides;
    let mut faces = Vec::new();
    for ring in 0..n_rings {
        for side in 0..n_sides {
            let [a, b] = [vertex(ring, side), vertex(ring + 1, side)];
            let [c, d] = [vertex(ring + 1, side + 1), vertex(ring, side + 1)];
            faces.extend([[a, b, c], [a, c, d]]);
        }
    }
    Mesh::new(positions, faces)
}

fn write(folder: &Path, name: &str, picture: &Picture) -> std::io::Result<()> {
    let file = format!("{name}-{}x{}.rgba", picture.width(), picture.height());
    std::fs::write(folder.join(file), picture.rgba())
}

fn writeln(line: &str) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{line}")
}
