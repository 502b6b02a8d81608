//! Real mesh files: what other programs found in them is what is read. The numbers are those that
//! trimesh and VTK measured.

use std::collections::BTreeSet;

use medshape_formats::{ErrorKind, Limits, MeshFile, Space, Units, obj, off, ply, stl};
use medshape_types::Mesh;

use crate::common::shared;

fn read(path: &str) -> Option<Result<MeshFile, ErrorKind>> {
    let bytes = std::fs::read(shared(&format!("meshes/{path}"))?).unwrap();
    let limits = &Limits::DEFAULT;
    let extension = path.rsplit('.').next().unwrap().to_lowercase();
    Some(match extension.as_str() {
        "stl" => stl::read(&bytes, limits),
        "obj" => obj::read(&bytes, limits),
        "ply" => ply::read(&bytes, limits),
        _ => off::read(&bytes, limits),
    })
}

fn mesh(file: &MeshFile) -> Mesh {
    let (mesh, n_left_out) =
        file.to_mesh(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras));
    assert_eq!(n_left_out, 0);
    mesh
}

/// The volume as trimesh has it, also for surfaces that are open: x times the area that faces show
/// along x.
fn volume(mesh: &Mesh) -> f64 {
    let sixfold = |corners: [[f32; 3]; 3]| {
        let [[ax, ay, az], [bx, by, bz], [cx, cy, cz]] = corners.map(|c| c.map(f64::from));
        (ax + bx + cx) * ((by - ay) * (cz - az) - (bz - az) * (cy - ay))
    };
    mesh.triangles().map(sixfold).sum::<f64>() / 6.0
}

/// Places that faces name, to eight digits behind the point, as trimesh merges them.
fn n_places(mesh: &Mesh) -> usize {
    let rounded = |corner: [f32; 3]| corner.map(|value| (f64::from(value) * 1e8).round() as i64);
    mesh.triangles().flatten().map(rounded).collect::<BTreeSet<_>>().len()
}

/// Faces, vertices as read, places, volume.
fn check(path: &str, n_faces: usize, n_vertices: usize, n_merged: usize, expected: f64) {
    let Some(file) = read(path) else { return };
    let file = file.unwrap_or_else(|error| panic!("{path}: {error}"));
    let mesh = mesh(&file);
    let found = (file.n_faces(), file.n_vertices(), n_places(&mesh));
    assert_eq!(found, (n_faces, n_vertices, n_merged), "{path}");
    let volume = volume(&mesh);
    assert!(
        expected.is_nan() || (volume - expected).abs() <= 1e-5 * expected.abs() + 1e-12,
        "{path}: {volume}"
    );
}

#[test]
fn binary_stl_has_the_known_faces_vertices_and_volume() {
    check("anatomy/aorta-surface.stl", 12_932, 6468, 6468, -13_184.3);
    check("anatomy/aorta-surface-open-ends.stl", 11_887, 6068, 6068, -19_506.2);
    check("instruments/Scalpel.stl", 27_190, 13_597, 13_597, 2795.96);
    // Where x or y is zero, its corners have noise of 1e-16 mm: these are other bits.
    check("instruments/Needle_BardDuaLok57.stl", 1600, 839, 802, 587.168);
    check("instruments/Cautery.stl", 406, 205, 205, 14_577.1);
    check("instruments/UsProbe_Ultrasonix_L14-5_38.stl", 26_387, 13_952, 13_952, 23_456.1);
    check("instruments/Stylus_100mm.stl", 738, 371, 371, 9891.19);
    check("broken_edge/trimesh_soup.stl", 100, 300, 300, 0.168_215);
    check("broken_edge/trimesh_teapot.stl", 894, 480, 480, 24_448.8);
    check("broken_edge/trimesh_shared.STL", 24, 14, 14, 2.0);
    check("broken_edge/trimesh_large_block.STL", 12, 8, 8, 3.329_15e9);
    // The same noise where a coordinate is zero.
    check("broken_edge/trimesh_featuretype.STL", 3476, 2010, 1722, 11.6277);
}

#[test]
fn text_stl_has_the_known_faces_vertices_and_volume() {
    check("broken_edge/trimesh_multibody.stl", 32, 20, 20, 0.014_040_5);
    check("broken_edge/trimesh_two_objects_mixed_case_names.stl", 24, 16, 16, 2.0);
    check("broken_edge/assimp_STL__Spider_ascii.stl", 1368, 722, 722, 10.2461);
    check("broken_edge/assimp_STL__triangle_with_two_solids.stl", 2, 6, 6, 0.0);
    check("broken_edge/assimp_STL__sphereWithHole.stl", 285, 146, 146, 13.614);
}

#[test]
fn obj_has_the_known_faces_vertices_and_volume() {
    check("anatomy/simplify_brain.obj", 9064, 4553, 4553, 1.034_22e6);
    check("broken_edge/trimesh_not_convex.obj", 96, 288, 44, 0.030_814_8);
    check("broken_edge/trimesh_wallhole.obj", 66, 92, 35, 1066.67);
    check("broken_edge/trimesh_chair_model.obj", 12_756, 3186, 3158, 0.0);
    check("broken_edge/trimesh_negative_indices.obj", 12, 8, 8, 8.0);
    // One face of five corners that lie in no plane: its volume is what one makes of it.
    check("broken_edge/trimesh_polygonfaces.obj", 3, 5, 5, f64::NAN);
    check("broken_edge/trimesh_cube_compressed.obj", 12, 8, 8, 8.0);
    check("broken_edge/trimesh_nancolor.obj", 12, 8, 8, 1.0);
    check("broken_edge/trimesh_joined_tetrahedra.obj", 8, 8, 5, 0.866_025);
    check("broken_edge/assimp_OBJ__box_UTF16BE.obj", 12, 8, 8, 1.0);
    check("broken_edge/assimp_OBJ__box_without_lineending.obj", 12, 8, 8, 1.0);
    check("broken_edge/assimp_OBJ__number_formats.obj", 1, 3, 3, 0.0);
    check("broken_edge/assimp_OBJ__concave_polygon.obj", 64, 64, 64, -0.281_339);
    check("broken_edge/assimp_OBJ__spider.obj", 1368, 762, 722, 146_242.0);
}

#[test]
fn ply_and_off_have_the_known_faces_vertices_and_volume() {
    check("anatomy/footbones.ply", 4204, 2154, 2154, 18.5289);
    check("broken_edge/trimesh_bunny.ply", 16_301, 8171, 8146, 0.000_757_039);
    check("broken_edge/assimp_PLY__cube_binary_header_with_RN_newline.ply", 12, 8, 8, 1.0);
    check("broken_edge/trimesh_whitespace.off", 12, 8, 8, 12.3168);
}

#[test]
fn solids_and_groups_are_parts_with_their_names() {
    let check = |path: &str, names: &[&str]| {
        let Some(file) = read(path) else { return };
        let file = file.unwrap();
        let found: Vec<&str> = file.parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(found, names, "{path}");
    };
    check("broken_edge/trimesh_multibody.stl", &["bodyB", "bodyA"]);
    check(
        "broken_edge/trimesh_two_objects_mixed_case_names.stl",
        &["CubeExportedFromCAD", "TranslatedCubeExportedFromCAD"],
    );
    check(
        "broken_edge/assimp_STL__triangle_with_two_solids.stl",
        &["testTriangle_1", "testTriangle_2"],
    );
    check("broken_edge/trimesh_joined_tetrahedra.obj", &["", "bottom"]);
    check("broken_edge/trimesh_cube_compressed.obj", &["Cube"]);
    let Some(spider) = read("broken_edge/assimp_OBJ__spider.obj") else { return };
    assert_eq!(spider.unwrap().parts.len(), 19);
}

#[test]
fn a_concave_ring_keeps_its_hole() {
    let Some(file) = read("broken_edge/assimp_OBJ__concave_polygon.obj") else { return };
    let mesh = mesh(&file.unwrap());
    // All lies in one plane: triangles that overlap would have more area in sum than in all.
    let area = |[a, b, c]: [[f32; 3]; 3]| {
        let edge = |to: [f32; 3]| [1, 2].map(|axis| f64::from(to[axis]) - f64::from(a[axis]));
        let (u, v) = (edge(b), edge(c));
        0.5 * (u[0] * v[1] - u[1] * v[0])
    };
    let signed: f64 = mesh.triangles().map(area).sum();
    let covered: f64 = mesh.triangles().map(|corners| area(corners).abs()).sum();
    assert!((signed.abs() - covered).abs() < 1e-9, "{signed} {covered}");
}

#[test]
fn files_without_a_mesh_are_refused_with_their_reason() {
    let check = |path: &str, expected: &str| {
        let Some(file) = read(path) else { return };
        assert_eq!(file.unwrap_err().to_string(), expected, "{path}");
    };
    check("broken_edge/trimesh_empty.stl", "holds no triangles");
    check("broken_edge/trimesh_emptyIO__stl_empty_bin.stl", "holds no triangles");
    check("broken_edge/assimp_invalid__empty.obj", "the file is empty");
    check("broken_edge/trimesh_face_in_group_name.obj", "holds points and no faces");
    check("broken_edge/trimesh_points_bin.ply", "holds points and no faces");
    check("broken_edge/trimesh_points_emptyface.ply", "holds points and no faces");
    check(
        "broken_edge/assimp_invalid__malformed.obj",
        "malformed OBJ: line 23: a face names vertex 12, counted from 1; 8 come before it",
    );
}

#[test]
fn vertices_of_a_ply_without_faces_are_points() {
    for (name, n_points) in [("trimesh_points_bin.ply", 5), ("trimesh_points_emptyface.ply", 1024)]
    {
        let Some(path) = shared(&format!("meshes/broken_edge/{name}")) else { return };
        let file = ply::read_points(&std::fs::read(path).unwrap(), &Limits::DEFAULT).unwrap();
        assert_eq!((file.positions.len(), file.normals.len()), (n_points, 0));
        assert!(file.positions.iter().flatten().all(|value| value.is_finite()));
    }
}
