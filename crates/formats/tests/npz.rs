//! Arrays of NumPy: files made by hand.

use medshape_formats::npy::{self, Element};
use medshape_formats::npz::{self, Arrays};
use medshape_formats::{ErrorKind, Limits, Space, Units, zip};
use medshape_types::{Affine, Grid, Mask, Mesh, PointCloud, Volume};

/// An NPY file.
pub(crate) fn npy_file(descr: &str, is_fortran: bool, shape: &str, items: &[u8]) -> Vec<u8> {
    let order = if is_fortran { "True" } else { "False" };
    let text = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let length = (text.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0".as_slice(), &length, text.as_bytes(), items].concat()
}

pub(crate) fn npz_file(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::Writer::new(vec![]);
    for (name, bytes) in files {
        writer.deflated(&format!("{name}.npy"), bytes).unwrap();
    }
    writer.finish().unwrap()
}

pub(crate) fn f32s(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub(crate) fn i32s(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

pub(crate) fn arrays(bytes: &[u8]) -> Result<Arrays, ErrorKind> {
    npz::read(bytes, &Limits::DEFAULT)
}

fn check_npy_refused(file: &[u8], reason: &str) {
    let refusal = npy::read(file, &Limits::DEFAULT).unwrap_err().to_string();
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

#[test]
fn numbers_of_every_type_and_order_are_read() {
    let check = |descr: &str, item: &[u8], expected: f64| {
        let file = npy_file(descr, false, "()", item);
        let array = npy::read(&file, &Limits::DEFAULT).unwrap();
        assert_eq!(array.single(), Some(expected), "{descr}");
    };
    check("'|b1'", &[1], 1.0);
    check("'|i1'", &[0xfe], -2.0);
    check("'|u1'", &[0xfe], 254.0);
    check("'<i2'", &[0xfe, 0xff], -2.0);
    check("'>i2'", &[0xff, 0xfe], -2.0);
    check("'<u4'", &[0, 0, 0, 0x80], 2_147_483_648.0);
    check("'>u8'", &[0, 0, 0, 1, 0, 0, 0, 0], 4_294_967_296.0);
    check("'<i8'", &[0xff; 8], -1.0);
    check("'<f4'", &1.5_f32.to_le_bytes(), 1.5);
    check("'>f8'", &(-0.1_f64).to_be_bytes(), -0.1);
    // Half precision (IEEE 754): 1, −2, the largest number, the smallest one, infinity.
    for (bits, value) in [
        (0x3c00_u16, 1.0),
        (0xc000, -2.0),
        (0x7bff, 65504.0),
        (0x0001, 2_f64.powi(-24)),
        (0x7c00, f64::INFINITY),
    ] {
        check("'<f2'", &bits.to_le_bytes(), value);
        check("'>f2'", &bits.to_be_bytes(), value);
    }
}

#[test]
fn both_orders_of_memory_give_the_same_array() {
    let c = npy_file("'|u1'", false, "(2, 3)", &[1, 2, 3, 4, 5, 6]);
    let fortran = npy_file("'|u1'", true, "(2, 3L)", &[1, 4, 2, 5, 3, 6]);
    for file in [c, fortran] {
        let array = npy::read(&file, &Limits::DEFAULT).unwrap();
        assert_eq!((array.shape(), array.element()), ([2, 3].as_slice(), Element::Unsigned(1)));
        let rows: Vec<[f64; 3]> = array.triples().unwrap().collect();
        assert_eq!(rows, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        assert_eq!(array.number(&[1, 2]), 6.0);
        assert_eq!(array.part(1).unwrap().number(&[0]), 4.0);
        assert_eq!(array.part(2), None);
    }
}

#[test]
fn texts_are_read() {
    let check = |file: &[u8], expected: &str| {
        let array = npy::read(file, &Limits::DEFAULT).unwrap();
        assert_eq!(array.text().as_deref(), Some(expected));
    };
    check(&npy_file("'<U3'", false, "()", b"m\0\0\0m\0\0\0\0\0\0\0"), "mm");
    check(&npy_file("'>U1'", false, "(1,)", b"\0\0\0m"), "m");
    check(&npy_file("'|S4'", false, "()", b"RAS\0"), "RAS");
    check(&npy_file("'<U0'", false, "()", b""), "");
}

#[test]
fn headers_that_lie_are_refused() {
    let sound = npy_file("'<f4'", false, "(2,)", &[0; 8]);
    assert!(npy::read(&sound, &Limits::DEFAULT).is_ok());
    for n_bytes in 0..sound.len() {
        assert!(npy::read(&sound[..n_bytes], &Limits::DEFAULT).is_err(), "{n_bytes}");
    }
    check_npy_refused(&npy_file("'<f4'", false, "(3,)", &[0; 8]), "a shape for others");
    check_npy_refused(&npy_file("'<f4'", false, "(1,)", &[0; 8]), "a shape for others");
    let huge = "(4294967296, 4294967296, 4294967296)";
    check_npy_refused(&npy_file("'<f4'", false, huge, &[0; 8]), "a shape for others");
    let empty = npy_file("'<f4'", false, "(99999999999, 0)", &[]);
    check_npy_refused(&empty, "items along an axis of an empty array");
    check_npy_refused(&npy_file("'<f4'", false, "(1, 1, 1, 1, 1, 1)", &[0; 4]), "5 axes");
    check_npy_refused(&npy_file("'<f4'", false, "(99999999999999999999,)", b""), "no size");
    check_npy_refused(&npy_file("'<c8'", false, "()", &[0; 8]), "items of type `c8`");
    check_npy_refused(&npy_file("'<U99999999999'", false, "()", &[0; 8]), "items of type");
    check_npy_refused(&npy_file("[('x', '<f4')]", false, "()", &[0; 4]), "several fields");
    check_npy_refused(&npy_file("'|O'", false, "()", b"\x80\x04N."), "pickled Python objects");
    check_npy_refused(b"\x93NUMPY\x09\0\x02\0{}", "version 9");
    for text in
        ["{}", "{'descr': '<f4'}", "{'a': 1}", "{'descr'", "x", "{'shape': (1,), 'shape': ("]
    {
        let length = (text.len() as u16).to_le_bytes();
        let file = [b"\x93NUMPY\x01\0".as_slice(), &length, text.as_bytes()].concat();
        check_npy_refused(&file, "malformed NPY");
    }
    let limits = |header| Limits { header, ..Limits::DEFAULT };
    let n_header = sound.len() - 8 - 10;
    assert!(npy::read(&sound, &limits(n_header + 1)).is_ok());
    assert!(npy::read(&sound, &limits(n_header)).is_ok());
    assert!(npy::read(&sound, &limits(n_header - 1)).is_err());
}

fn mesh_files() -> [(&'static str, Vec<u8>); 2] {
    let vertices = f32s(&[0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0, 0.0]);
    [
        ("vertices", npy_file("'<f4'", false, "(3, 3)", &vertices)),
        ("faces", npy_file("'<i4'", false, "(1, 3)", &i32s(&[0, 1, 2]))),
    ]
}

#[test]
fn a_mesh_is_vertices_and_faces() {
    let file = npz_file(&mesh_files());
    let mesh = arrays(&file).unwrap().mesh().unwrap().unwrap();
    assert_eq!(mesh.parts[0].positions()[2], [0.0, 3.0, 0.0]);
    assert_eq!(mesh.parts[0].faces(), [[0, 1, 2]]);
    assert_eq!((mesh.units, mesh.space), (None, None));
    let check_refused = |faces: Vec<u8>, reason: &str| {
        let file = npz_file(&[mesh_files()[0].clone(), ("faces", faces)]);
        let refusal = arrays(&file).unwrap().mesh().unwrap_err().to_string();
        assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
    };
    check_refused(npy_file("'<i4'", false, "(1, 3)", &i32s(&[0, 1, 3])), "names vertex 3");
    check_refused(npy_file("'<i4'", false, "(1, 3)", &i32s(&[0, 1, -1])), "names vertex -1");
    check_refused(npy_file("'<f4'", false, "(1, 3)", &f32s(&[0.0, 1.5, 2.0])), "vertex 1.5");
    check_refused(npy_file("'<i4'", false, "(3,)", &i32s(&[0, 1, 2])), "shape [3], not N×3");
    let limited = |vertices, faces| {
        let limits = Limits { vertices, faces, ..Limits::DEFAULT };
        npz::read(&file, &limits).unwrap().mesh().map(drop).map_err(|kind| kind.to_string())
    };
    assert_eq!(limited(3, 1), Ok(()));
    assert_eq!(limited(4, 2), Ok(()));
    assert_eq!(limited(2, 1), Err("more than 2 vertices".to_owned()));
    assert_eq!(limited(3, 0), Err("more than 0 triangles".to_owned()));
}

#[test]
fn points_may_be_a_list_of_one_cloud() {
    let points = f32s(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let read = |shape| {
        let file = npz_file(&[("pc", npy_file("'<f4'", false, shape, &points))]);
        arrays(&file).unwrap().points().map_err(|kind| kind.to_string())
    };
    assert_eq!(read("(2, 3)").unwrap().unwrap().positions, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(read("(1, 2, 3)").unwrap().unwrap().positions.len(), 2);
    assert!(read("(2, 1, 3)").unwrap_err().contains("2 point clouds"));
    assert!(read("(3, 2)").unwrap_err().contains("shape [3, 2], not N×3"));
}

#[test]
fn the_first_axis_of_voxels_is_x() {
    let voxels = npy_file("'|i1'", false, "(2, 1, 3)", &[0, 7, 0, 0, 0, 0xff]);
    let spacing = npy_file("'<f4'", false, "(3,)", &f32s(&[0.5, 1.0, 2.0]));
    let file = npz_file(&[("mask", voxels.clone()), ("spacing_mm", spacing)]);
    let found = arrays(&file).unwrap().labels().unwrap().unwrap();
    assert_eq!(found.labels.grid().dims(), [2, 1, 3]);
    assert_eq!(found.labels.grid().spacing_mm(), [0.5, 1.0, 2.0]);
    assert_eq!(found.labels.values(), [0, -1, 7]);
    // x fastest: (0,0,1) is 7, (1,0,2) is -1.
    assert_eq!(found.labels.voxels(), [0, 0, 2, 0, 0, 1]);
    let file = npz_file(&[("mask", voxels)]);
    let found = arrays(&file).unwrap().labels().unwrap().unwrap();
    assert_eq!(found.labels.grid().spacing_mm(), [1.0; 3]);
    assert!(found.notes[0].contains("1 mm is taken"));
    let half = npy_file("'<f4'", false, "(1, 1, 2)", &f32s(&[0.0, 0.5]));
    let refusal = arrays(&half).unwrap().labels().unwrap_err().to_string();
    assert!(refusal.contains("fractional values such as 0.5 at voxel (0, 0, 1)"), "{refusal}");
}

#[test]
fn a_file_without_shapes_says_what_it_has() {
    let file = npz_file(&[("weights", npy_file("'<f4'", false, "(1,)", &[0; 4]))]);
    let found = arrays(&file).unwrap();
    assert!(found.mesh().unwrap().is_none() && found.points().unwrap().is_none());
    assert!(found.labels().unwrap().is_none() && found.samples().unwrap().is_none());
    assert!(found.nothing().to_string().contains("its arrays are called weights"));
    let objects = npz_file(&[("info", npy_file("'|O'", false, "()", b"\x80\x04N."))]);
    assert!(arrays(&objects).unwrap().nothing().to_string().contains("programs"));
    let empty = zip::Writer::new(vec![]).finish().unwrap();
    assert!(arrays(&empty).unwrap_err().to_string().contains("no `.npy` file"));
}

#[test]
fn an_array_that_nobody_needs_may_hold_objects() {
    let [vertices, faces] = mesh_files();
    let info = ("info", npy_file("'|O'", false, "()", b"\x80\x04N."));
    assert!(arrays(&npz_file(&[info, vertices, faces])).unwrap().mesh().unwrap().is_some());
}

fn grid() -> Grid {
    let affine =
        Affine::from_rows([[0.0, -0.5, 0.0, 7.0], [1.0, 0.0, 0.0, -3.0], [0.0, 0.0, 2.0, 0.5]]);
    Grid::new([2, 3, 4], affine.unwrap()).unwrap()
}

#[test]
fn what_is_written_is_read_again() {
    let positions = vec![[0.1, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 3.0, 0.0]];
    let mesh = Mesh::new(positions.clone(), vec![[0, 1, 2], [0, 2, 1]]).unwrap();
    let written = |mesh: &Mesh| {
        let mut bytes = vec![];
        npz::write_mesh(&mut bytes, mesh).unwrap();
        bytes
    };
    assert_eq!(written(&mesh), written(&mesh));
    let file = arrays(&written(&mesh)).unwrap().mesh().unwrap().unwrap();
    assert_eq!((file.units, file.space), (Some(Units::Millimetres), Some(Space::Ras)));
    assert_eq!(
        file.to_mesh(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras)),
        (mesh, 0)
    );

    let cloud = PointCloud::new(positions, vec![[0.0, 0.0, 1.0]; 3]).unwrap();
    let mut bytes = vec![];
    npz::write_points(&mut bytes, &cloud).unwrap();
    let file = arrays(&bytes).unwrap().points().unwrap().unwrap();
    assert_eq!(
        file.to_cloud(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras)),
        (cloud, 0)
    );

    let voxels = (0..24).map(|n| n % 5 == 1).collect();
    let mask = Mask::new(grid(), voxels).unwrap();
    let mut bytes = vec![];
    npz::write_occupancy(&mut bytes, &mask).unwrap();
    let found = arrays(&bytes).unwrap().labels().unwrap().unwrap();
    assert_eq!((Mask::of_label(&found.labels, 1), found.notes), (mask, vec![]));

    let volume = Volume::new(grid(), (0..24_u8).map(f32::from).collect()).unwrap();
    let mut bytes = vec![];
    npz::write_volume(&mut bytes, &volume).unwrap();
    let arrays = arrays(&bytes).unwrap();
    let values = arrays.array("values").unwrap();
    assert_eq!(values.shape(), [2, 3, 4]);
    assert_eq!(values.number(&[1, 2, 3]), 23.0);
    assert_eq!(values.number(&[1, 0, 0]), 1.0);
}
