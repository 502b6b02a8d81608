//! Draws phantom skulls, whole and with a hole: `skull -- FOLDER RESOLUTION SEED...`.
//!
//! Writes raw pixels in `WHAT-WIDTHxHEIGHT.rgba` and lists sizes and seconds.

use std::io::Write;
use std::path::Path;

use medshape_geometry::phantom::skull::{self, Skull, defect};
use medshape_geometry::picture::{Part, portrait};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::{Bounds, Grid, LabelMap, Mesh};

const BONE: [u8; 3] = [232, 220, 192];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, resolution, seeds @ ..] = arguments.as_slice() else {
        return Err("usage: skull FOLDER RESOLUTION SEED...".into());
    };
    let grid = skull::grid(resolution.parse()?);
    let mut out = std::io::stdout();
    for seed in seeds {
        let started = std::time::Instant::now();
        let skull = Skull::with_jaw(seed.parse()?, false);
        let measures = *skull.measures();
        let made = started.elapsed().as_secs_f64();
        let voxels: Vec<[usize; 3]> =
            skull.leaves(&grid).iter().flat_map(|leaf| leaf.voxels().collect::<Vec<_>>()).collect();
        let seconds = started.elapsed().as_secs_f64();
        let share = 100.0 * voxels.len() as f64 / grid.n_voxels() as f64;
        writeln!(
            out,
            "{seed}: {:?} cavity {:.0} ml, wall {:.1}, arches {:.1}; {} voxels, {share:.2} %, {made:.3} and {seconds:.3} s",
            measures.sex,
            measures.cavity_ml,
            measures.wall_mm,
            measures.arches_mm,
            voxels.len()
        )?;
        let middle = |voxel: &[usize; 3]| grid.world_from_voxel().apply(voxel.map(|k| k as f64));
        let bone: Vec<[f64; 3]> = voxels.iter().map(middle).collect();
        let bounds = Bounds::around(bone.iter().copied()).ok_or("no bone")?;
        writeln!(out, "   {:?} {:?}", bounds.min, bounds.max)?;
        write(Path::new(folder).join(format!("{seed}-whole")), &mesh(&grid, &voxels)?)?;
        let frame = skull::frame();
        let recipes = [
            ("random", defect::Recipe::SkullBreak(defect::Site::Anywhere)),
            ("bilateral", defect::Recipe::SkullBreak(defect::Site::Bilateral)),
            ("frontoorbital", defect::Recipe::SkullBreak(defect::Site::FrontoOrbital)),
            ("parietotemporal", defect::Recipe::SkullBreak(defect::Site::ParietoTemporal)),
            ("prism", defect::Recipe::Prism),
            ("ball", defect::Recipe::Ball),
        ];
        for (name, recipe) in recipes {
            let Some(hole) = defect::Defect::draw(recipe, &bone, &frame, seed.parse()?) else {
                continue;
            };
            let left: Vec<[usize; 3]> =
                voxels.iter().copied().filter(|voxel| !hole.takes(middle(voxel))).collect();
            writeln!(
                out,
                "   {name}: {:.2} of the bone",
                1.0 - left.len() as f64 / voxels.len() as f64
            )?;
            write(Path::new(folder).join(format!("{seed}-{name}")), &mesh(&grid, &left)?)?;
        }
    }
    Ok(())
}

fn mesh(grid: &Grid, voxels: &[[usize; 3]]) -> Result<Mesh, Box<dyn std::error::Error>> {
    let mut indices = vec![0_u16; grid.n_voxels()];
    for &voxel in voxels {
        indices[grid.index(voxel)] = 1;
    }
    let map = LabelMap::new(*grid, indices, vec![0, 1])?;
    Ok(surfaces(&map, &SurfaceOptions::default()).meshes.pop().unwrap_or_default())
}

fn write(stem: std::path::PathBuf, mesh: &Mesh) -> std::io::Result<()> {
    let picture = portrait(&[Part { mesh, colour: BONE }], 400, 400);
    let file = format!("{}-{}x{}.rgba", stem.display(), picture.width(), picture.height());
    std::fs::write(file, picture.rgba())
}
