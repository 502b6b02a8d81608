//! Each limit of the readers of meshes and points: at it, one below and one above.

use medshape_formats::{ErrorKind, Limits, obj, off, pcd, ply, stl, xyz};
use medshape_types::{Mesh, PointCloud};

/// Triangles in a row that share edges: `n_faces + 2` vertices.
fn ribbon(n_faces: u16) -> Mesh {
    let positions = (0..n_faces + 2).map(|n| [f32::from(n / 2), f32::from(n % 2), 0.0]).collect();
    let faces = (0..u32::from(n_faces)).map(|n| [n, n + 1, n + 2]).collect();
    Mesh::new(positions, faces).unwrap()
}

fn written(write: impl Fn(&mut dyn std::io::Write, &Mesh) -> std::io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, &ribbon(10)).unwrap();
    bytes
}

fn text_stl(n_faces: usize) -> String {
    let facet =
        "facet normal 0 0 1 outer loop vertex 0 0 0 vertex 1 0 0 vertex 0 1 0 endloop endfacet\n";
    format!("solid a\n{}endsolid\n", facet.repeat(n_faces))
}

/// `read` refuses where a limit is below `n`, with the limit in its reason.
fn check<T>(
    n: usize,
    what: &str,
    limits: impl Fn(usize) -> Limits,
    read: impl Fn(&Limits) -> Result<T, ErrorKind>,
) {
    assert!(read(&limits(n + 1)).is_ok(), "{what}: {n} within {}", n + 1);
    assert!(read(&limits(n)).is_ok(), "{what}: {n} within {n}");
    let error = read(&limits(n - 1)).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), format!("more than {} {what}", n - 1));
    assert_eq!(error.code(), "limit");
}

fn faces(faces: usize) -> Limits {
    Limits { faces, ..Limits::DEFAULT }
}

fn vertices(vertices: usize) -> Limits {
    Limits { vertices, ..Limits::DEFAULT }
}

fn corners(corners: usize) -> Limits {
    Limits { corners, ..Limits::DEFAULT }
}

#[test]
fn triangles() {
    let (binary_stl, binary_ply) = (written(stl::write), written(ply::write));
    let (text_obj, text_off, text_stl) = (written(obj::write), written(off::write), text_stl(10));
    check(10, "triangles", faces, |limits| stl::read(&binary_stl, limits));
    check(10, "triangles", faces, |limits| stl::read(text_stl.as_bytes(), limits));
    check(10, "triangles", faces, |limits| ply::read(&binary_ply, limits));
    check(10, "triangles", faces, |limits| obj::read(&text_obj, limits));
    check(10, "triangles", faces, |limits| off::read(&text_off, limits));
}

#[test]
fn triangles_of_all_solids_together() {
    let solids = text_stl(4) + &text_stl(4);
    check(8, "triangles", faces, |limits| stl::read(solids.as_bytes(), limits));
}

#[test]
fn triangles_of_polygons() {
    let polygon = (0..10).map(|n| format!("v {} {} 0\n", n * n, n)).collect::<String>();
    let text = format!("{polygon}f 1 2 3 4 5 6 7 8 9 10\n");
    check(8, "triangles", faces, |limits| obj::read(text.as_bytes(), limits));
}

#[test]
fn vertices_of_meshes() {
    let (binary_stl, binary_ply) = (written(stl::write), written(ply::write));
    let (text_obj, text_off) = (written(obj::write), written(off::write));
    check(12, "vertices", vertices, |limits| stl::read(&binary_stl, limits));
    check(12, "vertices", vertices, |limits| ply::read(&binary_ply, limits));
    check(12, "vertices", vertices, |limits| obj::read(&text_obj, limits));
    check(12, "vertices", vertices, |limits| off::read(&text_off, limits));
}

#[test]
fn points() {
    let cloud = PointCloud::new(vec![[1.0; 3]; 10], vec![]).unwrap();
    let written = |write: fn(&mut dyn std::io::Write, &PointCloud) -> std::io::Result<()>| {
        let mut bytes = Vec::new();
        write(&mut bytes, &cloud).unwrap();
        bytes
    };
    let (pcd, ply) = (written(pcd::write_points), written(ply::write_points));
    let xyz = written(xyz::write_points);
    check(10, "points", vertices, |limits| pcd::read(&pcd, limits));
    check(10, "vertices", vertices, |limits| ply::read_points(&ply, limits));
    check(10, "points", vertices, |limits| xyz::read(&xyz, limits));
}

#[test]
fn corners_of_a_face() {
    let points = (0..8).map(|n| format!("{} {n} 0\n", n * n)).collect::<String>();
    let obj =
        points.lines().map(|line| format!("v {line}\n")).collect::<String>() + "f 1 2 3 4 5 6 7 8";
    let off = format!("OFF 8 1 0\n{points}8 0 1 2 3 4 5 6 7");
    let ply = format!(
        "ply\nformat ascii 1.0\nelement vertex 8\nproperty float x\nproperty float y\nproperty float z\n\
         element face 1\nproperty list uchar int vertex_indices\nend_header\n{points}8 0 1 2 3 4 5 6 7"
    );
    check(8, "corners of a face", corners, |limits| obj::read(obj.as_bytes(), limits));
    check(8, "corners of a face", corners, |limits| off::read(off.as_bytes(), limits));
    check(8, "corners of a face", corners, |limits| ply::read(ply.as_bytes(), limits));
}

#[test]
fn parts() {
    let limits = |parts| Limits { parts, ..Limits::DEFAULT };
    let solids = text_stl(1).repeat(5) + &"solid empty\nendsolid\n".repeat(100);
    check(5, "solids", limits, |limits| stl::read(solids.as_bytes(), limits));
    let mut groups = "v 0 0 0\nv 1 0 0\nv 0 1 0\n".to_owned();
    for n in 0..15 {
        groups += &format!("g part {}\nf 1 2 3\ng empty {n}\n", n % 5);
    }
    check(5, "objects and groups", limits, |limits| obj::read(groups.as_bytes(), limits));
}

#[test]
fn bytes_in_a_line() {
    let limits = |line| Limits { line, ..Limits::DEFAULT };
    let body = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n";
    let comment = format!("#{}", " ".repeat(99));
    let obj = format!("{comment}\n{body}");
    check(100, "bytes in a line", limits, |limits| obj::read(obj.as_bytes(), limits));
    // Joined lines count together: 4 + 46 times 2 + 4 bytes.
    let joined = format!("v 0 {}0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "\\\n".repeat(46));
    check(99, "bytes in a line", limits, |limits| obj::read(joined.as_bytes(), limits));
    let name = format!("solid {}", "x".repeat(94));
    let stl = text_stl(1).replace("solid a", &name);
    check(100, "bytes in a line", limits, |limits| stl::read(stl.as_bytes(), limits));
    let off = format!("OFF 3 1 0 {comment}\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2");
    check(110, "bytes in a line", limits, |limits| off::read(off.as_bytes(), limits));
    let xyz = format!("{comment}\n0 0 0\n");
    check(100, "bytes in a line", limits, |limits| xyz::read(xyz.as_bytes(), limits));
}

#[test]
fn bytes_in_a_word_and_characters_in_a_number() {
    let limits = |number| Limits { number, ..Limits::DEFAULT };
    let number = format!("0.{}", "0".repeat(18));
    let stl = text_stl(1).replace("vertex 0 0 0", &format!("vertex 0 {number} 0"));
    check(20, "characters in a number", limits, |limits| stl::read(stl.as_bytes(), limits));
    let xyz = format!("0 {number} 0\n");
    check(20, "characters in a number", limits, |limits| xyz::read(xyz.as_bytes(), limits));
    let limits = |token| Limits { token, ..Limits::DEFAULT };
    let ply = format!(
        "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\n\
         property float {}\nend_header\n0 0 0 0",
        "w".repeat(50)
    );
    check(50, "bytes in a word", limits, |limits| ply::read_points(ply.as_bytes(), limits));
}

#[test]
fn bytes_in_a_header() {
    let limits = |header| Limits { header, ..Limits::DEFAULT };
    let bytes = written(ply::write);
    let n = bytes.windows(11).position(|window| window == b"end_header\n").unwrap() + 10;
    // At the limit itself the line might go on.
    assert!(ply::read(&bytes, &limits(n + 1)).is_ok());
    for n in [n, n - 1, n - 5, 3, 0] {
        let error = ply::read(&bytes, &limits(n)).unwrap_err();
        assert_eq!(error.to_string(), format!("more than {n} bytes in the header"));
    }
    let pcd = "FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 1\nPOINTS 1\nDATA ascii\n1 2 3\n";
    let n = pcd.find("1 2 3").unwrap();
    assert!(pcd::read(pcd.as_bytes(), &limits(n + 1)).is_ok());
    for n in [n, n - 1, 3, 0] {
        let error = pcd::read(pcd.as_bytes(), &limits(n)).unwrap_err();
        assert_eq!(error.to_string(), format!("more than {n} bytes in the header"));
    }
}
