//! VTP, 3MF and USDZ as they are written: read back, byte for byte the same, and without a trace of
//! where and when.

use std::env;
use std::fs;

use medshape_formats::usdz::UsdLook;
use medshape_formats::{Limits, Space, Units, glb, threemf, usdz, vtp, zip};
use medshape_types::Mesh;

fn tetrahedron() -> Mesh {
    let positions = vec![[0.0; 3], [10.5, 0.0, 0.0], [0.0, 20.25, 0.0], [0.1, -0.2, 30.0]];
    Mesh::new(positions, vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]).unwrap()
}

fn vtp_bytes(mesh: &Mesh) -> Vec<u8> {
    let mut bytes = Vec::new();
    vtp::write(&mut bytes, mesh).unwrap();
    bytes
}

fn threemf_bytes(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    threemf::write(&mut bytes, &tetrahedron(), name).unwrap();
    bytes
}

fn look() -> UsdLook {
    UsdLook {
        name: "left \"kidney\" \\ \n)".to_owned(),
        colour: [200, 100, 0],
        copyright: "CC-BY-4.0; who".to_owned(),
    }
}

fn usdz_bytes() -> Vec<u8> {
    let mut bytes = Vec::new();
    usdz::write(&mut bytes, &tetrahedron(), &look()).unwrap();
    bytes
}

#[test]
fn a_written_vtp_is_the_same_mesh_in_millimetres_ras() {
    let bytes = vtp_bytes(&tetrahedron());
    let file = vtp::read(&bytes, &Limits::DEFAULT).unwrap();
    assert_eq!((file.units, file.space), (Some(Units::Millimetres), Some(Space::Ras)));
    assert_eq!(
        file.to_mesh(file.units.unwrap_or(Units::Metres), file.space.unwrap_or(Space::YUp)),
        (tetrahedron(), 0)
    );
    assert!(String::from_utf8_lossy(&bytes).contains("<!-- medshape; units mm; space RAS+ -->"));
    // VTK knows meshes of nothing.
    let empty = vtp::read(&vtp_bytes(&Mesh::default()), &Limits::DEFAULT).unwrap_err();
    assert_eq!(empty.to_string(), "holds no faces");
}

#[test]
fn a_written_3mf_is_the_same_mesh_in_millimetres() {
    let bytes = threemf_bytes("Niere <links> & \"rechts\" \u{7}ä");
    let file = threemf::read(&bytes, &Limits::DEFAULT).unwrap();
    assert_eq!((file.units, file.space), (Some(Units::Millimetres), None));
    assert_eq!(file.parts[0].name, "Niere <links> & \"rechts\" ä");
    assert_eq!(
        file.to_mesh(file.units.unwrap_or(Units::Metres), file.space.unwrap_or(Space::Ras)),
        (tetrahedron(), 0)
    );
    assert!(threemf::write(&mut Vec::new(), &Mesh::default(), "x").is_err());
}

#[test]
fn a_written_usdz_holds_one_scene_that_lies_where_the_format_wants_it() {
    let bytes = usdz_bytes();
    let archive = zip::Archive::of(&bytes, &Limits::DEFAULT).unwrap();
    assert_eq!(archive.entries().len(), 1);
    let scene = archive.unpacked(archive.entry("shape.usda").unwrap()).unwrap();
    // Stored as it is, from a multiple of 64 on.
    let begin = bytes.windows(scene.len()).position(|part| part == scene).unwrap();
    assert_eq!(begin % 64, 0);
    let text = String::from_utf8(scene).unwrap();
    assert!(text.starts_with("#usda 1.0\n"));
    for part in [
        "metersPerUnit = 1\n",
        "upAxis = \"Y\"",
        // (x, y, z) mm is 0.001 · (x, z, −y) m.
        "point3f[] points = [(0, 0, 0), (0.0105, 0, 0), (0, 0, -0.02025), (0.00010000",
        "float3[] extent = [(0, 0, -0.02025), (0.0105, 0.03, 0.0002",
        "int[] faceVertexIndices = [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3]",
        "displayName = \"left \\\"kidney\\\" \\\\  )\"",
        "doc = \"CC-BY-4.0; who\"",
        "UsdPreviewSurface",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(usdz::write(&mut Vec::new(), &Mesh::default(), &look()).is_err());
}

#[test]
fn the_same_mesh_gives_the_same_bytes() {
    assert_eq!(vtp_bytes(&tetrahedron()), vtp_bytes(&tetrahedron()));
    assert_eq!(threemf_bytes("a"), threemf_bytes("a"));
    assert_eq!(usdz_bytes(), usdz_bytes());
}

/// Leaves the files where `MEDSHAPE_WRITTEN` says, for other programs to read.
#[test]
fn files_are_left_for_other_programs() {
    let Some(folder) = env::var_os("MEDSHAPE_WRITTEN") else { return };
    let folder = std::path::PathBuf::from(folder);
    fs::create_dir_all(&folder).unwrap();
    let mut plain = Vec::new();
    let glb_look = glb::Look { name: "kidney".to_owned(), ..glb::Look::default() };
    glb::write_plain(&mut plain, &tetrahedron(), &glb_look).unwrap();
    for (name, bytes) in [
        ("mesh.vtp", vtp_bytes(&tetrahedron())),
        ("mesh.3mf", threemf_bytes("Niere <links> & \"rechts\" ä")),
        ("mesh.usdz", usdz_bytes()),
        ("mesh.glb", plain),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
    }
}
