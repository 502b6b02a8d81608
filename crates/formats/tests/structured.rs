//! glTF, VTK, VTP and GIFTI as the world writes them: real files, with the numbers that other
//! programs found in them.

#![allow(clippy::unwrap_used, clippy::doc_markdown, reason = "this is test code")]

mod common;

use std::fs;
use std::path::Path;

use medshape_formats::{ErrorKind, Input, Limits, MeshFile, Space, Units, gifti, gltf, vtk, vtp};

/// Reads a file of the shared data by the end of its name.
fn read(path: &Path) -> Result<MeshFile, ErrorKind> {
    let bytes = fs::read(path).unwrap();
    let limits = Limits::DEFAULT;
    match path.extension().unwrap().to_str().unwrap() {
        "vtp" => vtp::read(&bytes, &limits),
        "vtk" => vtk::read(&bytes, &limits),
        "gii" => gifti::read(&bytes, &limits),
        _ => {
            let input = Input::on_disk(path);
            let beside = |name: &str| Ok(fs::read(input.beside(name)?.path())?);
            gltf::read(&bytes, &beside, &limits)
        }
    }
}

/// Six times the volume, from the positions as they stand.
fn volume(file: &MeshFile) -> f64 {
    let mut sixfold = 0.0;
    for part in &file.parts {
        for face in part.faces() {
            let [a, b, c] = face.map(|vertex| part.positions()[vertex as usize].map(f64::from));
            sixfold += a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                + a[2] * (b[0] * c[1] - b[1] * c[0]);
        }
    }
    sixfold / 6.0
}

fn extent(file: &MeshFile) -> [f64; 3] {
    let positions = || file.parts.iter().flat_map(|part| part.positions());
    [0, 1, 2].map(|axis| {
        let values = || positions().map(|position| f64::from(position[axis]));
        values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min)
    })
}

fn is_near(value: f64, expected: f64, relative: f64) -> bool {
    (value - expected).abs() <= relative * expected.abs()
}

/// Faces, vertices as they stand in the file, extent; the volume where the mesh is closed.
type Known = (&'static str, usize, usize, [f64; 3], Option<f64>);

// The numbers of the MANIFEST of the shared data, found by pyvista, nibabel and trimesh.
const KNOWN: [Known; 16] = [
    ("anatomy/Torso.vtp", 23762, 12015, [340.0, 294.4, 735.0], None),
    ("anatomy/opensim_skull.vtp", 6621, 3305, [0.1953, 0.1866, 0.1611], None),
    ("anatomy/opensim_pelvis_rv.vtp", 1690, 845, [0.1381, 0.2057, 0.132], Some(0.000280893)),
    ("anatomy/opensim_spine.vtp", 10782, 5434, [0.1291, 0.5249, 0.07904], None),
    ("anatomy/opensim_femur_r.vtp", 908, 456, [0.07238, 0.4526, 0.1003], Some(0.000348625)),
    ("anatomy/opensim_hat_ribs_scap.vtp", 9680, 4891, [0.1928, 0.3097, 0.3336], None),
    ("anatomy/opensim_foot.vtp", 1955, 1000, [0.1936, 0.05287, 0.08487], None),
    ("anatomy/opensim_r_tibia.vtp", 390, 186, [0.05751, 0.376, 0.06887], None),
    ("anatomy/opensim_arm_r_pisiform.vtp", 7126, 3558, [0.008764, 0.01304, 0.008338], None),
    ("anatomy/opensim_jaw_s.vtp", 2912, 1458, [0.08653, 0.09937, 0.1235], None),
    ("anatomy/opensim_lumbar1.vtp", 424, 212, [0.07037, 0.06046, 0.07233], Some(5.34232e-05)),
    (
        "anatomy/Conte69.L.inflated.32k_fs_LR.surf.gii",
        64980,
        32492,
        [75.4, 197.9, 133.2],
        Some(956137.0),
    ),
    ("anatomy/nibabel_ascii.gii", 1, 3, [1.542, 0.7859, 0.1955], None),
    ("broken_edge/trimesh_Duck.glb", 4212, 2399, [1.65478, 1.54041, 1.15253], Some(1.195799)),
    ("broken_edge/trimesh_nested.glb", 36, 72, [1.436395, 3.336595, 0.538763], Some(0.898779)),
    (
        "broken_edge/assimp_glTF2__BoxBadNormals-glTF-Binary__BoxBadNormals.glb",
        12,
        24,
        [1.0; 3],
        Some(1.0),
    ),
];

#[test]
fn real_files_hold_what_other_programs_find_in_them() {
    for (name, n_faces, n_vertices, size, solid) in KNOWN {
        let Some(path) = common::shared(&format!("meshes/{name}")) else { return };
        let file = read(&path).unwrap_or_else(|kind| panic!("{name}: {kind}"));
        println!(
            "{name} {} {} {:?} {} {:?}",
            file.n_faces(),
            file.n_vertices(),
            extent(&file),
            volume(&file),
            file.notes
        );
        assert_eq!((file.n_faces(), file.n_vertices()), (n_faces, n_vertices), "{name}");
        for (found, known) in extent(&file).into_iter().zip(size) {
            assert!(is_near(found, known, 1e-3), "{name}: {:?}", extent(&file));
        }
        if let Some(known) = solid {
            assert!(is_near(volume(&file), known, 1e-4), "{name}: {}", volume(&file));
        }
    }
}
