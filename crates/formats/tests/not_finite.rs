//! One rule for numbers that are not finite, whatever the format: they are read as they stand, and whoever
//! asks for a mesh or a cloud gets what is finite and is told how many faces or points were left out.

use std::fs;
use std::io;

use medshape_formats::{Input, Limits, Space, Units, zip};
use medshape_formats::{glb, npz, obj, off, pcd, ply, stl, threemf, vtp, xyz};
use medshape_types::{Mesh, PointCloud};

/// Stands in the files where the odd number is to be.
const MARK: f32 = 77.5;
const CORNERS: [[f32; 3]; 4] = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, MARK, 1.0]];
const FACES: [[u32; 3]; 4] = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]];

const TEXT_STL: &str = "solid a
facet normal 0 0 1 outer loop vertex 0 0 0 vertex 0 1 0 vertex 1 0 0 endloop endfacet
facet normal 0 0 1 outer loop vertex 0 0 0 vertex 1 0 0 vertex 0 77.5 1 endloop endfacet
facet normal 0 0 1 outer loop vertex 0 0 0 vertex 0 77.5 1 vertex 0 1 0 endloop endfacet
facet normal 0 0 1 outer loop vertex 1 0 0 vertex 0 1 0 vertex 0 77.5 1 endloop endfacet
endsolid a
";
const VTK: &str = "# vtk DataFile Version 3.0
title
ASCII
DATASET POLYDATA
POINTS 4 float
0 0 0 1 0 0 0 1 0 0 77.5 1
POLYGONS 4 16
3 0 2 1 3 0 1 3 3 0 3 2 3 1 2 3
";
const GIFTI: &str = r#"<GIFTI Version="1.0" NumberOfDataArrays="2">
<DataArray Intent="NIFTI_INTENT_POINTSET" DataType="NIFTI_TYPE_FLOAT32" Dimensionality="2" Dim0="4" Dim1="3" Encoding="ASCII"><Data>0 0 0 1 0 0 0 1 0 0 77.5 1</Data></DataArray>
<DataArray Intent="NIFTI_INTENT_TRIANGLE" DataType="NIFTI_TYPE_INT32" Dimensionality="2" Dim0="4" Dim1="3" Encoding="ASCII"><Data>0 2 1 0 1 3 0 3 2 1 2 3</Data></DataArray>
</GIFTI>"#;

/// A tetrahedron in every format of meshes, with the mark at one vertex.
fn meshes() -> Vec<(&'static str, Vec<u8>)> {
    let mesh = Mesh::new(CORNERS.to_vec(), FACES.to_vec()).unwrap();
    let written = |write: &dyn Fn(&mut dyn io::Write, &Mesh) -> io::Result<()>| {
        let mut bytes = Vec::new();
        write(&mut bytes, &mesh).unwrap();
        bytes
    };
    vec![
        ("binary.stl", written(&stl::write)),
        ("text.stl", TEXT_STL.into()),
        ("a.obj", written(&obj::write)),
        ("a.ply", written(&ply::write)),
        ("a.off", written(&off::write)),
        ("a.glb", written(&|out, mesh| glb::write_plain(out, mesh, &glb::Look::default()))),
        ("a.vtk", VTK.into()),
        ("a.vtp", written(&vtp::write)),
        ("a.gii", GIFTI.into()),
        ("a.3mf", written(&|out, mesh| threemf::write(out, mesh, ""))),
        ("a.npz", written(&npz::write_mesh)),
    ]
}

/// Two points in every format of points, with the mark at one of them.
fn clouds() -> Vec<(&'static str, Vec<u8>)> {
    let cloud = PointCloud::new(CORNERS[2..].to_vec(), Vec::new()).unwrap();
    let written = |write: fn(&mut dyn io::Write, &PointCloud) -> io::Result<()>| {
        let mut bytes = Vec::new();
        write(&mut bytes, &cloud).unwrap();
        bytes
    };
    vec![
        ("a.ply", written(ply::write_points)),
        ("a.pcd", written(pcd::write_points)),
        ("a.xyz", written(xyz::write_points)),
        ("a.npz", written(npz::write_points)),
    ]
}

/// The file with another number in the place of the mark, written as text or as four bytes.
fn marked(bytes: &[u8], value: f32) -> Vec<u8> {
    if bytes.starts_with(b"PK") {
        return marked_archive(bytes, value);
    }
    let bytes = replaced(bytes, &MARK.to_le_bytes(), &value.to_le_bytes());
    match bytes.starts_with(b"glTF") {
        // Its text has the extent, and a length.
        true => bytes,
        false => replaced(&bytes, MARK.to_string().as_bytes(), value.to_string().as_bytes()),
    }
}

fn marked_archive(bytes: &[u8], value: f32) -> Vec<u8> {
    let mut source = io::Cursor::new(bytes);
    let mut archive = zip::Writer::new(Vec::new());
    for entry in zip::directory(&mut source, &Limits::DEFAULT).unwrap().entries {
        let mut bytes = Vec::new();
        zip::unpack(&mut source, &entry, &mut bytes).unwrap();
        archive.deflated(entry.name(), &marked(&bytes, value)).unwrap();
    }
    archive.finish().unwrap()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend([&rest[..at], to].concat());
        rest = &rest[at + from.len()..];
    }
    [&out, rest].concat()
}

/// Hands each file to `check` with each odd number in the place of the mark, and with none.
fn with_each_value(files: Vec<(&str, Vec<u8>)>, check: impl Fn(&Input, bool)) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        for value in [MARK, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let changed = marked(&bytes, value);
            assert!(value == MARK || changed != bytes, "{name} has no mark");
            fs::write(&path, changed).unwrap();
            check(&Input::on_disk(&path), value == MARK);
        }
    }
}

#[test]
fn faces_with_a_corner_that_is_not_finite_are_left_out_and_counted() {
    with_each_value(meshes(), |input, is_sound| {
        let file = medshape_formats::mesh::read(input, &Limits::DEFAULT).unwrap();
        assert_eq!(file.n_faces(), 4, "{:?}", input.name());
        let (mesh, n_left_out) = file.to_mesh(Units::Millimetres, Space::Ras);
        let found = (mesh.positions().len(), mesh.faces().len(), n_left_out);
        assert_eq!(found, if is_sound { (4, 4, 0) } else { (3, 1, 3) }, "{:?}", input.name());
    });
}

#[test]
fn points_that_are_not_finite_are_left_out_and_counted() {
    with_each_value(clouds(), |input, is_sound| {
        let file = medshape_formats::points::read(input, &Limits::DEFAULT).unwrap();
        let (cloud, n_left_out) = file.to_cloud(Units::Millimetres, Space::Ras);
        let found = (cloud.positions().len(), n_left_out);
        assert_eq!(found, if is_sound { (2, 0) } else { (1, 1) }, "{:?}", input.name());
    });
}

#[test]
fn what_is_left_lies_where_it_lay() {
    let bytes = marked(TEXT_STL.as_bytes(), f32::NAN);
    let moved = replaced(&bytes, b"vertex 0", b"vertex 500");
    let (mesh, _) =
        stl::read(&moved, &Limits::DEFAULT).unwrap().to_mesh(Units::Millimetres, Space::Ras);
    assert_eq!(
        mesh.triangles().next(),
        Some([[500.0, 0.0, 0.0], [500.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    );
    assert_eq!(
        mesh.bounds().unwrap().min,
        [1.0, 0.0, 0.0],
        "no vertex in the place of the odd one"
    );
}
