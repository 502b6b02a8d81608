//! Items 63 to 77 and 85 to 87: STL, PLY, OBJ and what a mesh can be.

use std::fs;

use crate::bad::{ACCEPTED, Bad, Expected, SECRET, noted, refused};
use crate::packing::{Entry, zip};

pub(crate) fn all() -> Vec<Bad> {
    [stl_binary(), stl_text(), ply(), obj(), shapes()].into_iter().flatten().collect()
}

/// Corners of a box of 20.
pub(crate) const CORNERS: [[f32; 3]; 8] = [
    [0.0, 0.0, 0.0],
    [20.0, 0.0, 0.0],
    [20.0, 20.0, 0.0],
    [0.0, 20.0, 0.0],
    [0.0, 0.0, 20.0],
    [20.0, 0.0, 20.0],
    [20.0, 20.0, 20.0],
    [0.0, 20.0, 20.0],
];

/// Triangles of a box, seen from outside against the clock.
pub(crate) const BOX: [[usize; 3]; 12] = [
    [0, 2, 1],
    [0, 3, 2],
    [4, 5, 6],
    [4, 6, 7],
    [0, 1, 5],
    [0, 5, 4],
    [1, 2, 6],
    [1, 6, 5],
    [2, 3, 7],
    [2, 7, 6],
    [3, 0, 4],
    [3, 4, 7],
];

type Triangle = [[f32; 3]; 3];

pub(crate) fn a_box(at: [f32; 3], scale: f32) -> Vec<Triangle> {
    let corner = |corner: usize| [0, 1, 2].map(|axis| CORNERS[corner][axis] * scale + at[axis]);
    BOX.iter().map(|face| face.map(corner)).collect()
}

pub(crate) fn stl(head: &[u8], count: u32, triangles: &[Triangle]) -> Vec<u8> {
    let mut bytes = head.to_vec();
    bytes.resize(80, 0);
    bytes.extend(count.to_le_bytes());
    for triangle in triangles {
        bytes.extend([0; 12]);
        bytes.extend(triangle.iter().flatten().flat_map(|value| value.to_le_bytes()));
        bytes.extend([0; 2]);
    }
    bytes
}

pub(crate) fn sound_stl() -> Vec<u8> {
    stl(b"box", 12, &a_box([0.0; 3], 1.0))
}

fn stl_of(triangles: &[Triangle]) -> Vec<u8> {
    stl(b"", triangles.len() as u32, triangles)
}

/// A bad shape is data: faces that cannot be drawn are left out and counted among its faults.
const NOT_FINITE: Expected = noted("no finite number");

fn malformed(says: &'static str) -> Expected {
    refused("malformed", says)
}

fn stl_binary() -> Vec<Bad> {
    let sound = a_box([0.0; 3], 1.0);
    let with = |value: f32| {
        let mut triangles = sound.clone();
        triangles[3][1][2] = value;
        stl_of(&triangles)
    };
    let flat: Vec<Triangle> = (0..12).map(|n| [[n as f32; 3]; 3]).collect();
    let same = vec![sound[0]; 12];
    let heap = vec![sound[0]; 100_000];
    let far = |at: f32| stl_of(&a_box([at, 0.0, 0.0], 1.0));
    vec![
        Bad::new("63a", "count-4-billion.stl", stl(b"", u32::MAX, &sound), malformed("triangles")),
        Bad::new(
            "63b",
            "count-13-of-12.stl",
            stl(b"", 13, &sound),
            refused("truncated", "triangles"),
        ),
        Bad::new("63c", "count-11-of-12.stl", stl(b"", 11, &sound), malformed("triangles")),
        Bad::new("63d", "header-alone.stl", vec![0; 80], malformed("STL")),
        Bad::new("64", "solid-but-binary.stl", stl(b"solid box", 12, &sound), ACCEPTED),
        Bad::new("66", "no-triangles.stl", stl(b"", 0, &[]), malformed("no triangles")),
        Bad::new("67a", "flat-triangles.stl", stl_of(&flat), refused("refused", "area")),
        Bad::new("67b", "one-triangle-12-times.stl", stl_of(&same), ACCEPTED),
        Bad::new("67c", "one-triangle-100000-times.stl", stl_of(&heap), ACCEPTED),
        Bad::new("68a", "nan.stl", with(f32::NAN), NOT_FINITE),
        Bad::new("68b", "infinite.stl", with(f32::INFINITY), NOT_FINITE),
        Bad::new("68c", "1e38.stl", with(1e38), refused("refused", "mm")),
        Bad::new("68d", "far-away.stl", far(1e8), refused("refused", "mm")),
    ]
}

fn solid(name: &str, triangles: &[Triangle]) -> String {
    let mut text = format!("solid {name}\n");
    for triangle in triangles {
        text.push_str("facet normal 0 0 0\nouter loop\n");
        for [x, y, z] in triangle {
            text.push_str(&format!("vertex {x} {y} {z}\n"));
        }
        text.push_str("endloop\nendfacet\n");
    }
    text + &format!("endsolid {name}\n")
}

fn stl_text() -> Vec<Bad> {
    let sound = solid("box", &a_box([0.0; 3], 1.0));
    let first = "vertex 20 20 0\n";
    let with = |number: &str, name: &str, line: &str, says| {
        Bad::new(number, name, sound.replacen(first, line, 1), malformed(says))
    };
    let odd = |number: &str, name: &str, line: &str| {
        Bad::new(number, name, sound.replacen(first, line, 1), NOT_FINITE)
    };
    let two = sound.clone() + &solid("other", &a_box([60.0, 0.0, 0.0], 1.0));
    let named = solid(SECRET, &a_box([0.0; 3], 1.0));
    vec![
        with("65a", "two-corners.stl", "", "STL"),
        with("65b", "four-corners.stl", &first.repeat(2), "STL"),
        Bad::new("65c", "no-endsolid.stl", sound.replace("endsolid box\n", ""), noted("endsolid")),
        Bad::new("65d", "two-solids.stl", two, ACCEPTED),
        Bad::written(
            "65e",
            "line-of-50-mb.stl",
            |path| fs::write(path, format!("solid a\nfacet {}\n", "x".repeat(50_000_000))),
            refused("limit", "line"),
        ),
        odd("65f", "number-1e999.stl", "vertex 1e999 20 0\n"),
        odd("65g", "number-nan.stl", "vertex nan 20 0\n"),
        with("65h", "number-hex.stl", "vertex 0x1p3 20 0\n", "0x1p3"),
        with("65i", "number-comma.stl", "vertex 1,5 20 0\n", "1,5"),
        Bad::new(
            "65j",
            "number-of-1000-digits.stl",
            sound.replacen(first, &format!("vertex {} 20 0\n", "1".repeat(1000)), 1),
            refused("limit", "word"),
        ),
        Bad::new("65k", "solid-alone.stl", "solid\n", malformed("no triangles")),
        Bad::new("65l", "solid-of-a-patient.stl", named, ACCEPTED),
    ]
}

fn ply_file(vertex: &str, face: &str, body: &str) -> String {
    let body: String = if body.is_empty() {
        let corners = CORNERS.iter().map(|[x, y, z]| format!("{x} {y} {z}\n"));
        corners.chain(BOX.iter().map(|[a, b, c]| format!("3 {a} {b} {c}\n"))).collect()
    } else {
        body.to_owned()
    };
    format!("ply\nformat ascii 1.0\n{vertex}\n{face}\nend_header\n{body}")
}

const VERTEX: &str = "element vertex 8\nproperty float x\nproperty float y\nproperty float z";
const FACE: &str = "element face 12\nproperty list uchar int vertex_indices";

pub(crate) fn sound_ply() -> String {
    ply_file(VERTEX, FACE, "")
}

fn ply() -> Vec<Bad> {
    let vertices = |n: &str| VERTEX.replace('8', n);
    let sound = sound_ply();
    let header = |from: &str, to: &str| sound.replacen(from, to, 1);
    let new =
        |number: &str, name: &str, text: String, expected| Bad::new(number, name, text, expected);
    let binary = |list: &str, count: &[u8]| {
        let head = ply_file(VERTEX, &FACE.replace("list uchar int", list), " ")
            .replace("ascii", "binary_little_endian");
        let corners: Vec<u8> =
            CORNERS.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        [head.trim_end_matches(' ').as_bytes(), &corners, count, &[0; 200]].concat()
    };
    vec![
        new(
            "69a",
            "vertices-2-to-64.ply",
            ply_file(&vertices("18446744073709551615"), FACE, ""),
            refused("truncated", "vertex"),
        ),
        new("69b", "vertices-negative.ply", ply_file(&vertices("-8"), FACE, ""), malformed("-8")),
        new(
            "69c",
            "vertices-of-nothing.ply",
            ply_file("element vertex 18446744073709551615", FACE, ""),
            malformed(""),
        ),
        new(
            "69d",
            "nothing-2-to-64.ply",
            ply_file(&format!("element nothing 18446744073709551615\n{VERTEX}"), FACE, ""),
            malformed("nothing"),
        ),
        new(
            "69e",
            "vertices-19-million.ply",
            ply_file(&vertices("19000000"), FACE, ""),
            refused("truncated", ""),
        ),
        Bad::new(
            "70a",
            "count-of-floats.ply",
            binary("list float int", &[0; 4]),
            malformed("whole number"),
        ),
        Bad::new(
            "70b",
            "count-4-billion.ply",
            binary("list uint int", &[0xff; 4]),
            refused("limit", "corners"),
        ),
        Bad::new("70c", "count-negative.ply", binary("list char int", &[0xff]), malformed("")),
        Bad::new(
            "70d",
            "index-of-floats.ply",
            binary("list uchar float", &[3]),
            malformed("whole numbers"),
        ),
        new("71a", "index-8-of-8.ply", header("3 0 2 1", "3 0 2 8"), malformed("8")),
        new("71b", "index-minus-1.ply", header("3 0 2 1", "3 0 2 -1"), malformed("-1")),
        new("71c", "index-thrice.ply", header("3 0 2 1", "3 2 2 2"), ACCEPTED),
        new(
            "72a",
            "middle-endian.ply",
            header("ascii", "binary_middle_endian"),
            malformed("format"),
        ),
        new("72b", "version-9.9.ply", header("1.0", "9.9"), malformed("9.9")),
        new(
            "72c",
            "no-end-header.ply",
            header("end_header\n", ""),
            malformed("no word of a header"),
        ),
        new("72d", "end-header-crlf.ply", sound.replace('\n', "\r\n"), ACCEPTED),
        new(
            "72e",
            "comment-of-1-mb.ply",
            header("element", &format!("comment {}\nelement", "x".repeat(1 << 20))),
            refused("limit", "line"),
        ),
        new(
            "72f",
            "many-comments.ply",
            header("element", &format!("{}element", "comment x\n".repeat(100_000))),
            refused("limit", "header"),
        ),
        new(
            "73a",
            "vertices-twice.ply",
            header("element face", &format!("{VERTEX}\nelement face")),
            malformed("twice"),
        ),
        new(
            "73b",
            "property-twice.ply",
            header("property float z", "property float x\nproperty float z"),
            malformed("twice"),
        ),
        new("73c", "no-z.ply", header("property float z\n", ""), malformed("z")),
        new(
            "73d",
            "comment-of-a-patient.ply",
            header("element", &format!("comment {SECRET}\nobj_info {SECRET}\nelement")),
            ACCEPTED,
        ),
    ]
}

pub(crate) fn sound_obj() -> String {
    let corners = CORNERS.iter().map(|[x, y, z]| format!("v {x} {y} {z}\n"));
    let faces = BOX.iter().map(|face| {
        let [a, b, c] = face.map(|corner| corner + 1);
        format!("f {a} {b} {c}\n")
    });
    corners.chain(faces).collect()
}

fn obj() -> Vec<Bad> {
    let sound = sound_obj();
    let face = |number: &str, name: &str, face: &str, expected| {
        Bad::new(number, name, sound.replacen("f 1 3 2", face, 1), expected)
    };
    let with = |number: &str, name: &str, line: &str, expected| {
        Bad::new(number, name, format!("{line}\n{sound}"), expected)
    };
    let polygon: String = (0..3_000_000).map(|n| format!(" {}", n % 8 + 1)).collect();
    let corners: String = (0..300).map(|n| format!(" {}", n % 8 + 1)).collect();
    vec![
        face("74a", "index-0.obj", "f 0 3 2", malformed("0")),
        face("74b", "index-9-of-8.obj", "f 9 3 2", malformed("9")),
        face("74c", "index-minus-9-of-8.obj", "f -9 3 2", malformed("-9")),
        face(
            "74d",
            "index-of-20-digits.obj",
            "f 99999999999999999999 3 2",
            malformed("99999999999999999999"),
        ),
        face("74e", "index-1--.obj", "f 1// 3 2", ACCEPTED),
        face("74f", "index-1-2-3-4.obj", "f 1/2/3/4 3 2", malformed("`1/2/3`")),
        face("74g", "two-corners.obj", "f 1 3", noted("fewer than 3 corners")),
        with("75a", "material-dev-zero.obj", "mtllib /dev/zero", ACCEPTED),
        with("75b", "material-up.obj", "mtllib ../../x.mtl", ACCEPTED),
        with("75c", "call.obj", "call /etc/passwd", ACCEPTED),
        Bad::new(
            "75d",
            "million-continuations.obj",
            format!("v 1 2{} 3\n{sound}", " \\\n".repeat(1_000_000)),
            refused("limit", "line"),
        ),
        Bad::new(
            "76a",
            "face-of-3-million.obj",
            sound.clone() + "f" + &polygon + "\n",
            refused("limit", "corners"),
        ),
        Bad::new(
            "76b",
            "face-of-300.obj",
            sound.clone() + "f" + &corners + "\n",
            refused("limit", "corners"),
        ),
        Bad::written(
            "76c",
            "ten-million-groups.obj",
            |path| fs::write(path, "g a\n".repeat(10_000_000) + &sound_obj()),
            ACCEPTED,
        ),
        Bad::new(
            "76d",
            "5000-groups.obj",
            sound.clone() + &(0..5000).map(|n| format!("o {n}\nf 1 2 3\n")).collect::<String>(),
            refused("limit", "objects"),
        ),
        with("77a", "two-numbers.obj", "v 1 2", malformed("2 numbers")),
        with("77b", "seven-numbers.obj", "v 1 2 3 4 5 6 7", ACCEPTED),
        with("77c", "vertex-nan.obj", "v nan 1 2", NOT_FINITE),
        with("77d", "comment-of-a-patient.obj", &format!("# {SECRET}"), ACCEPTED),
        Bad::new(
            "77e",
            "vertices-alone.obj",
            "v 1 2 3\n".repeat(10),
            refused("unsupported", "no faces"),
        ),
    ]
}

fn shapes() -> Vec<Bad> {
    let sound = a_box([0.0; 3], 1.0);
    let and = |more: Vec<Triangle>| stl_of(&[sound.clone(), more].concat());
    let fin = vec![[[0.0, 0.0, 0.0], [20.0, 0.0, 0.0], [10.0, -20.0, -5.0]]];
    let inverted: Vec<Triangle> = sound.iter().map(|&[a, b, c]| [a, c, b]).collect();
    let strip = |at: usize| {
        let turn = at as f32 / 24.0 * std::f32::consts::TAU;
        let point = |side: f32| {
            let radius = 30.0 + side * (turn / 2.0).cos();
            [radius * turn.cos(), radius * turn.sin(), side * (turn / 2.0).sin()]
        };
        if at == 24 { [strip_start(10.0), strip_start(-10.0)] } else { [point(-10.0), point(10.0)] }
    };
    let moebius: Vec<Triangle> = (0..24)
        .flat_map(|at| {
            let ([a, b], [c, d]) = (strip(at), strip(at + 1));
            [[a, c, b], [b, c, d]]
        })
        .collect();
    let many = |path: &std::path::Path| {
        let place = |n: usize| [n % 50, n / 50 % 50, n / 2500].map(|i| 3.0 * i as f32);
        let pieces: Vec<Triangle> = (0..100_000).flat_map(|n| tetrahedron(place(n))).collect();
        fs::write(path, stl_of(&pieces))
    };
    let small = |scale: f32| stl_of(&a_box([0.0; 3], scale));
    let head = |text: &[u8]| stl(text, 12, &sound);
    let with_zip = [head(b"%PDF-1.4"), zip(&[Entry::stored("a.html", b"<script>")])].concat();
    vec![
        Bad::new("85a", "edge-of-three-faces.stl", and(fin), ACCEPTED),
        Bad::new("85b", "two-boxes-at-a-corner.stl", and(a_box([20.0; 3], 1.0)), ACCEPTED),
        Bad::new("85c", "inside-out.stl", stl_of(&inverted), ACCEPTED),
        Bad::new("85d", "moebius.stl", stl_of(&moebius), ACCEPTED),
        Bad::new("85e", "boxes-through-each-other.stl", and(a_box([5.0; 3], 1.0)), ACCEPTED),
        Bad::new("85f", "open.stl", stl_of(&sound[2..]), ACCEPTED),
        Bad::written("85g", "100000-tetrahedra.stl", many, ACCEPTED),
        Bad::new("85h", "box-in-a-box.stl", and(a_box([5.0; 3], 0.5)), ACCEPTED),
        Bad::new("86a", "in-metres.stl", small(0.001), refused("refused", "--units")),
        Bad::new("86b", "in-micrometres.stl", small(1000.0), refused("refused", "--units")),
        Bad::new("87a", "html.stl", head(b"<html><script>alert(1)</script>"), ACCEPTED),
        Bad::new("87b", "pdf-and-zip.stl", with_zip, malformed("triangles")),
        Bad::new("87c", "gif.stl", head(b"GIF89a"), ACCEPTED),
        Bad::new("87d", "zip-head.stl", head(b"PK\x03\x04"), refused("malformed", "")),
    ]
}

fn tetrahedron([x, y, z]: [f32; 3]) -> [Triangle; 4] {
    let [a, b, c, d] = [[x, y, z], [x + 2.0, y, z], [x, y + 2.0, z], [x, y, z + 2.0]];
    [[a, c, b], [a, b, d], [a, d, c], [b, c, d]]
}

fn strip_start(side: f32) -> [f32; 3] {
    [30.0 + side, 0.0, 0.0]
}
