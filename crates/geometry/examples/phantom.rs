//! Draws a phantom and lists its volumes: `phantom -- FOLDER SEED SUBJECT SPACING_MM [NAME...]`.
//!
//! Writes portraits of the bones, of the organs and of both, and a thumbnail of each structure
//! whose name begins with one of the NAMEs, as raw pixels in `WHAT-WIDTHxHEIGHT.rgba`.

use std::io::Write;
use std::path::Path;

use medshape_geometry::phantom;
use medshape_geometry::picture::{Part, portrait, thumbnail};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::{LabelMap, Mesh, Picture};

/// Colours by the beginning of a name; the first that fits counts.
const COLOURS: [(&str, [u8; 3]); 36] = [
    ("lung", [226, 158, 150]),
    ("heart", [176, 52, 50]),
    ("atrial", [196, 78, 70]),
    ("liver", [142, 66, 48]),
    ("gallbladder", [98, 142, 62]),
    ("spleen", [122, 52, 76]),
    ("stomach", [214, 148, 118]),
    ("pancreas", [230, 190, 120]),
    ("kidney", [158, 74, 58]),
    ("adrenal", [226, 176, 84]),
    ("duodenum", [212, 154, 104]),
    ("small_bowel", [228, 168, 138]),
    ("colon", [190, 138, 112]),
    ("urinary", [222, 190, 110]),
    ("prostate", [186, 118, 122]),
    ("uterus", [206, 110, 122]),
    ("esophagus", [196, 128, 120]),
    ("trachea", [166, 202, 214]),
    ("thyroid", [182, 80, 84]),
    ("aorta", [206, 44, 40]),
    ("brachiocephalic_trunk", [206, 44, 40]),
    ("common_carotid", [206, 44, 40]),
    ("subclavian", [206, 44, 40]),
    ("iliac_artery", [206, 44, 40]),
    ("pulmonary_vein", [208, 84, 84]),
    ("superior_vena", [64, 92, 172]),
    ("inferior_vena", [64, 92, 172]),
    ("brachiocephalic_vein", [64, 92, 172]),
    ("iliac_vena", [64, 92, 172]),
    ("portal", [92, 110, 178]),
    ("brain", [222, 184, 176]),
    ("spinal", [236, 214, 150]),
    ("costal", [186, 206, 214]),
    ("autochthon", [164, 70, 62]),
    ("gluteus", [164, 70, 62]),
    ("iliopsoas", [164, 70, 62]),
];
const BONE: [u8; 3] = [232, 220, 192];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, seed, subject, spacing_mm, names @ ..] = arguments.as_slice() else {
        return Err("usage: phantom FOLDER SEED SUBJECT SPACING_MM [NAME...]".into());
    };
    let folder = Path::new(folder);
    let person = phantom::person(seed.parse()?, subject.parse()?);
    let started = std::time::Instant::now();
    let map = phantom::label_map(&person, spacing_mm.parse()?);
    let mut out = std::io::stdout();
    let seconds = started.elapsed().as_secs_f64();
    writeln!(out, "{person:?}\n{:?} in {seconds:.2} s", map.grid().dims())?;
    list_volumes(&map, &mut out)?;
    let meshes = surfaces(&map, &SurfaceOptions::default()).meshes;
    let named: Vec<(&str, &Mesh)> =
        meshes.iter().zip(map.values()).map(|(mesh, &v)| (name(v), mesh)).collect();
    let is_muscle =
        |name: &str| ["auto", "glut", "ilio"].iter().any(|start| name.starts_with(start));
    let is_bone = |name: &str| colour(name) == BONE || name.starts_with("costal");
    write(&folder.join("bones"), &draw(&named, is_bone))?;
    write(&folder.join("organs"), &draw(&named, |name| !is_bone(name) && !is_muscle(name)))?;
    write(&folder.join("body"), &draw(&named, |name| !is_muscle(name)))?;
    write(
        &folder.join("vessels"),
        &draw(&named, |name| {
            !is_muscle(name)
                && (!is_bone(name) || name.starts_with("vert"))
                && !name.starts_with("lung")
                && !name.contains("bowel")
        }),
    )?;
    for (name, mesh) in named {
        if names.iter().any(|start| name.starts_with(start.as_str())) {
            write(&folder.join(name), &thumbnail(&Part { mesh, colour: colour(name) }, 320))?;
        }
    }
    Ok(())
}

fn list_volumes(map: &LabelMap, out: &mut impl Write) -> std::io::Result<()> {
    let voxel_ml = map.grid().voxel_volume_mm3() / 1000.0;
    for (count, &value) in map.counts().iter().zip(map.values()).skip(1) {
        writeln!(out, "{:7.1} ml  {}", *count as f64 * voxel_ml, name(value))?;
    }
    Ok(())
}

fn draw(named: &[(&str, &Mesh)], shows: impl Fn(&str) -> bool) -> Picture {
    let shown = named.iter().filter(|(name, _)| !name.is_empty() && shows(name));
    let parts: Vec<Part<'_>> =
        shown.map(|&(name, mesh)| Part { mesh, colour: colour(name) }).collect();
    portrait(&parts, 520, 1000)
}

fn name(value: i64) -> &'static str {
    let found = phantom::structures().iter().find(|&&(number, _)| i64::from(number) == value);
    found.map_or("", |&(_, name)| name)
}

fn colour(name: &str) -> [u8; 3] {
    COLOURS.iter().find(|(start, _)| name.starts_with(start)).map_or(BONE, |&(_, colour)| colour)
}

fn write(stem: &Path, picture: &Picture) -> std::io::Result<()> {
    let file = format!("{}-{}x{}.rgba", stem.display(), picture.width(), picture.height());
    std::fs::write(file, picture.rgba())
}
