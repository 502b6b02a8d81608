//! STL, OBJ, PLY and OFF as they should not be: each is answered, with its reason.

use medshape_formats::{ErrorKind, Limits, MeshFile, Space, Units, obj, off, ply, stl};

const LIMITS: &Limits = &Limits::DEFAULT;

fn refusal<T: std::fmt::Debug>(result: Result<T, ErrorKind>) -> String {
    result.unwrap_err().to_string()
}

/// A binary STL of so many faces that claims another number.
fn stl_of(header: &str, n_claimed: u32, n_faces: usize, rest: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{header:80}").into_bytes();
    bytes.extend(n_claimed.to_le_bytes());
    for face in 0..n_faces {
        let values = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0 + face as f32, 0.0];
        bytes.extend(values.iter().flat_map(|value: &f32| value.to_le_bytes()));
        bytes.extend([0, 0]);
    }
    bytes.extend_from_slice(rest);
    bytes
}

/// A solid of one facet with these vertices.
fn text_stl(vertices: &[&str]) -> Vec<u8> {
    let vertices: String = vertices.iter().map(|v| format!("vertex {v}\n")).collect();
    format!("solid a\nfacet normal 0 0 1\nouter loop\n{vertices}endloop\nendfacet\nendsolid a\n")
        .into_bytes()
}

#[test]
fn an_stl_count_that_does_not_fit_is_refused() {
    let check = |n_claimed, rest: &[u8], what| {
        let expected = format!("{what} STL: it claims {n_claimed} triangles, and its bytes hold 2");
        assert_eq!(refusal(stl::read(&stl_of("x", n_claimed, 2, rest), LIMITS)), expected);
    };
    check(3, b"", "truncated");
    check(3, &[0; 49], "truncated");
    check(20_000_000, b"", "truncated");
    check(20_000_001, b"", "malformed");
    check(u32::MAX, b"", "malformed");
    check(1, b"", "malformed");
    let file = stl::read(&stl_of("x", 2, 2, b"\0\0end"), LIMITS).unwrap();
    assert_eq!(file.n_faces(), 2);
    assert_eq!(file.notes, ["5 bytes after the last triangle were left out"]);
}

#[test]
fn a_binary_stl_may_begin_with_solid() {
    for rest in [b"".as_slice(), b"\0"] {
        let file = stl::read(&stl_of("solid of a cube", 2, 2, rest), LIMITS).unwrap();
        assert_eq!((file.n_faces(), file.n_vertices()), (2, 4));
        assert_eq!(file.parts[0].name, "", "a header is no name");
    }
}

#[test]
fn an_stl_too_short_for_anything_is_refused() {
    assert!(matches!(stl::read(b"", LIMITS), Err(ErrorKind::Empty)));
    for bytes in [b"x".as_slice(), &[0; 83], b"<html>"] {
        let reason = refusal(stl::read(bytes, LIMITS));
        assert!(reason.ends_with("bytes are neither text nor a header of 84"), "{reason}");
    }
    assert_eq!(refusal(stl::read(&[0; 84], LIMITS)), "holds no triangles");
    assert_eq!(refusal(stl::read(b"solid", LIMITS)), "holds no triangles");
    assert_eq!(refusal(stl::read(b"solid a\nendsolid\nsolid b", LIMITS)), "holds no triangles");
}

#[test]
fn a_loop_of_other_than_three_vertices_is_refused() {
    let two = refusal(stl::read(&text_stl(&["0 0 0", "1 0 0"]), LIMITS));
    assert_eq!(two, "malformed STL: line 6: a loop of 2 vertices, not 3");
    let four = refusal(stl::read(&text_stl(&["0 0 0", "1 0 0", "0 1 0", "1 1 0"]), LIMITS));
    assert_eq!(four, "malformed STL: line 7: a loop of more than 3 vertices");
}

#[test]
fn a_number_of_text_stl_is_a_decimal_number() {
    for word in ["0x1p3", "1,5", "1.5.2", "one", "1e"] {
        let reason =
            refusal(stl::read(&text_stl(&["0 0 0", &format!("{word} 0 0"), "0 1 0"]), LIMITS));
        let expected = format!("malformed STL: line 5: `{word}` is no number that is read");
        assert_eq!(reason, expected);
    }
    let reason = refusal(stl::read(&text_stl(&["0 0 0", "1 0", "0 1 0"]), LIMITS));
    assert_eq!(reason, "malformed STL: line 6: `vertex` is no number that is read");
}

#[test]
fn numbers_that_are_not_finite_are_counted_by_whom_asks_for_a_mesh() {
    let bytes = [
        text_stl(&["0 0 0", "1e999 0 0", "0 1 0"]),
        text_stl(&["0 0 0", "nan 0 0", "0 1 0"]),
        text_stl(&["0 0 0", "-inf 0 0", "0 1 0"]),
        text_stl(&["0 0 0", "1e38 0 0", "0 1e-007 0"]),
    ]
    .concat();
    let file = stl::read(&bytes, LIMITS).unwrap();
    assert_eq!((file.parts.len(), file.n_faces(), file.n_vertices()), (4, 4, 12));
    let (mesh, n_left_out) =
        file.to_mesh(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras));
    assert_eq!((mesh.faces().len(), n_left_out), (1, 3));
    assert_eq!(mesh.positions()[mesh.faces()[0][2] as usize], [0.0, 1e-7, 0.0]);
}

#[test]
fn text_stl_is_read_in_any_case_and_without_its_end() {
    let text = "SOLID a b\tc \r\n  Facet Normal nan 1.#IND -1.#INF\r\n OUTER loop\rVERTEX 0 0 0\n\
                vertex 1\n0 0 vertex 0 1 0 EndLoop\nendFacet";
    let file = stl::read(text.as_bytes(), LIMITS).unwrap();
    assert_eq!((file.n_faces(), file.parts[0].name.as_str()), (1, "a b\tc"));
    assert_eq!(file.notes, ["the last solid has no `endsolid`"]);
    for cut in 6..text.len() - 9 {
        let file = stl::read(&text.as_bytes()[..cut], LIMITS);
        assert!(file.is_err(), "cut to {cut} bytes");
    }
}

#[test]
fn words_in_the_wrong_place_are_refused() {
    let check = |text: &str, expected: &str| {
        assert_eq!(
            refusal(stl::read(text.as_bytes(), LIMITS)),
            format!("malformed STL: {expected}")
        );
    };
    let facet =
        "facet normal 0 0 1 outer loop vertex 0 0 0 vertex 1 0 0 vertex 0 1 0 endloop endfacet";
    check("solid a\nvertex 1 2 3", "line 2: `vertex` where `facet` or `endsolid` is due");
    check(&format!("solid a\nendsolid\n{facet}"), "line 3: a facet outside of a solid");
    check("solid a\nfacet 0 0 1", "line 2: `0` where `normal` is due");
    check("solid a\nfacet normal 0 0 1", "line 2: the file ends where `outer` is due");
}

#[test]
fn corners_at_one_place_are_one_vertex() {
    let degenerate = text_stl(&["7 7 7", "7 7 7", "7 7 7"]);
    let file = stl::read(&degenerate, LIMITS).unwrap();
    assert_eq!(
        (file.parts[0].positions(), file.parts[0].faces()),
        (&[[7.0; 3]][..], &[[0; 3]][..])
    );
    let zero = stl::read(&text_stl(&["0 0 0", "-0 0 -0", "1 0 0"]), LIMITS).unwrap();
    assert_eq!(zero.parts[0].faces(), [[0, 0, 1]]);
}

#[test]
fn unit_and_space_are_taken_from_known_words() {
    let said = |file: MeshFile| (file.units, file.space);
    let slicer = stl_of("3D Slicer output. SPACE=LPS", 2, 2, b"");
    assert_eq!(said(stl::read(&slicer, LIMITS).unwrap()), (None, Some(Space::Lps)));
    let ours = stl_of("medshape; millimetres; RAS+", 2, 2, b"");
    let mm_ras = (Some(Units::Millimetres), Some(Space::Ras));
    assert_eq!(said(stl::read(&ours, LIMITS).unwrap()), mm_ras);
    let obj = b"# SPACE=RAS\n# units cm; x\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n";
    let cm_ras = (Some(Units::Centimetres), Some(Space::Ras));
    assert_eq!(said(obj::read(obj, LIMITS).unwrap()), cm_ras);
    assert_eq!(said(stl::read(&stl_of("x", 2, 2, b""), LIMITS).unwrap()), (None, None));
}

const TRIANGLE: &str = "v 0 0 0\nv 1 0 0\nv 0 1 0\n";

fn obj_of(lines: &str) -> Result<MeshFile, ErrorKind> {
    obj::read(format!("{TRIANGLE}{lines}").as_bytes(), LIMITS)
}

#[test]
fn obj_indices_that_name_no_vertex_are_refused() {
    for index in ["0", "4", "-4", "999999999999999999", "-999999999999999999"] {
        let expected = format!(
            "malformed OBJ: line 4: a face names vertex {index}, counted from 1; 3 come before it"
        );
        assert_eq!(refusal(obj_of(&format!("f 1 2 {index}"))), expected);
    }
    let long = "12345678901234567890";
    let expected = format!("malformed OBJ: line 4: `{long}` is no whole number that is read");
    assert_eq!(refusal(obj_of(&format!("f 1 2 {long}"))), expected);
    assert!(obj_of("f 1 2 -1").is_ok());
}

#[test]
fn obj_corners_have_one_to_three_parts() {
    for corner in ["3", "3/", "3//", "3/1", "3/1/", "3//1", "3/-1/99", "3 # end", "3 \\\n"] {
        let file = obj_of(&format!("f 1// 2/7 {corner}")).unwrap();
        assert_eq!(file.parts[0].faces(), [[0, 1, 2]], "{corner}");
    }
    for corner in ["3/1/2/4", "3/x", "3///1", "x", "/3", "3.0", "3,1"] {
        assert!(obj_of(&format!("f 1 2 {corner}")).is_err(), "{corner}");
    }
}

#[test]
fn no_file_that_an_obj_names_is_looked_for() {
    let file = obj_of(
        "mtllib /dev/zero\nmtllib ../../secret\ncall other.obj 1 2\nusemtl x\ncsh rm\nl 1 2\np 1\n\
         vt 0 0\nvn 0 0 1\nvp 1\nfo 1 2 3\nf 1 2 3\n",
    );
    assert_eq!(file.unwrap().n_faces(), 1);
}

#[test]
fn obj_positions_have_three_to_seven_numbers() {
    let check = |position: &str| {
        obj::read(format!("v {position}\nv 1 0 0\nv 0 1 0\nf 1 2 3").as_bytes(), LIMITS)
    };
    for position in [
        "1 2 3",
        "1 2 3 1",
        "1 2 3 .5 .5 .5",
        "1 2 3 4 5 6 7",
        "1 2 3 nan x y",
        "1 2 3 # a b c d e",
    ] {
        assert_eq!(check(position).unwrap().parts[0].positions()[0], [1.0, 2.0, 3.0], "{position}");
    }
    assert_eq!(refusal(check("1 2")), "malformed OBJ: line 1: a position of 2 numbers, not 3");
    assert_eq!(refusal(check("")), "malformed OBJ: line 1: a position of 0 numbers, not 3");
    let more = "malformed OBJ: line 1: a position of more than 7 numbers";
    assert_eq!(refusal(check("1 2 3 4 5 6 7 8")), more);
    for position in ["1,5 2 3", "1 2 x", "1 2 3.1+e2", "0x1 2 3"] {
        let expected = "malformed OBJ: line 1: a position that is no number, and a face names it";
        assert_eq!(refusal(check(position)), expected);
    }
    let unused = obj_of("v a b c\nf 1 2 3").unwrap();
    assert_eq!(unused.notes, ["1 positions that no face names are no numbers"]);
    assert_eq!(unused.n_vertices(), 3);
}

#[test]
fn parts_of_an_obj_have_their_own_vertices_and_go_on_under_their_name() {
    let file = obj_of(
        "f 1 2 3\no a\nv 0 0 9\ng empty\ng b\nf 2 3 4\no a\nf 4 1 2\nf 4 2 1\ng b\nf 4 3 2\n",
    )
    .unwrap();
    let names: Vec<_> = file.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["", "b", "a"]);
    assert_eq!(file.parts[1].positions(), [[1., 0., 0.], [0., 1., 0.], [0., 0., 9.]]);
    assert_eq!(file.parts[1].faces(), [[0, 1, 2], [2, 1, 0]]);
    assert_eq!(file.parts[2].faces(), [[2, 0, 1], [2, 1, 0]]);
}

#[test]
fn faces_of_fewer_than_three_corners_are_left_out_and_said() {
    let file = obj_of("f 1 2\nf 1\nf\nf 1 2 3\n").unwrap();
    assert_eq!(file.n_faces(), 1);
    assert_eq!(file.notes, ["faces of fewer than 3 corners, left out: 3"]);
    assert_eq!(refusal(obj_of("f 1 2\n")), "holds points and no faces");
    assert_eq!(refusal(obj::read(b"# nothing", LIMITS)), "holds no faces");
}

/// A PLY of a triangle, with these lines instead of its own where they begin alike.
fn ply_of(changes: &[(&str, &str)]) -> Vec<u8> {
    let mut text = "ply\nformat ascii 1.0\ncomment x\nelement vertex 3\nproperty float x\n\
                    property float y\nproperty float z\nelement face 1\n\
                    property list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"
        .to_owned();
    for (from, to) in changes {
        assert!(text.contains(from));
        text = text.replace(from, to);
    }
    text.into_bytes()
}

#[test]
fn ply_claims_are_held_against_the_bytes() {
    let claimed = |count: &str| {
        refusal(ply::read(&ply_of(&[("vertex 3", &format!("vertex {count}"))]), LIMITS))
    };
    let too_many = |count: &str| {
        format!(
            "truncated PLY: element `vertex` claims {count} items of at least 6 bytes; 27 bytes are left"
        )
    };
    for count in ["18446744073709551615", "4000000000", "5"] {
        assert_eq!(claimed(count), too_many(count));
    }
    for count in ["18446744073709551616", "-5", "3.0", "x", ""] {
        assert_eq!(claimed(count), format!("malformed PLY: line 4: `{count}` is no count"));
    }
    let bare = b"ply\nformat ascii 1.0\nelement vertex 4000000000\nend_header\n";
    let reason = refusal(ply::read(bare, LIMITS));
    assert!(reason.contains("claims 4000000000 items of at least 0 bytes"), "{reason}");
    let fewer = refusal(ply::read(&ply_of(&[("vertex 3", "vertex 2")]), LIMITS));
    // The third position is taken for a list of no corners.
    assert_eq!(fewer, "malformed PLY: line 13: more numbers than the header says");
}

#[test]
fn ply_lists_have_sound_counts_and_indices() {
    let check = |changes: &[(&str, &str)], expected: &str| {
        let reason = refusal(ply::read(&ply_of(changes), LIMITS));
        assert_eq!(reason, format!("malformed PLY: {expected}"));
    };
    check(&[("list uchar", "list float")], "line 9: a list whose count is no whole number");
    check(
        &[("uchar int", "uchar float")],
        "its faces have no list `vertex_indices` of whole numbers",
    );
    check(
        &[("vertex_indices", "corners")],
        "its faces have no list `vertex_indices` of whole numbers",
    );
    check(&[("3 0 1 2", "-1 0 1 2")], "a list of -1 numbers");
    check(&[("3 0 1 2", "3 0 1 3")], "a face names vertex 3, counted from 0; there are 3");
    check(&[("3 0 1 2", "3 0 1 -1")], "a face names vertex -1, counted from 0; there are 3");
    check(&[("3 0 1 2", "3 0 1")], "line 15: it ends where a whole number is due");
    check(&[("3 0 1 2", "3 0 1 2 1")], "line 14: more numbers than the header says");
    let same = ply::read(&ply_of(&[("3 0 1 2", "3 1 1 1")]), LIMITS).unwrap();
    assert_eq!(same.parts[0].faces(), [[1, 1, 1]]);
    let huge = refusal(ply::read(&ply_of(&[("3 0 1 2", "4294967295 0 1 2")]), LIMITS));
    assert_eq!(huge, "more than 256 corners of a face");
    let small = ply::read(&ply_of(&[("face 1", "face 2"), ("3 0 1 2", "3 0 1 2\n2 0 1")]), LIMITS);
    assert_eq!(small.unwrap().notes, ["faces of fewer than 3 corners, left out: 1"]);
}

#[test]
fn a_negative_int8_count_is_refused_in_binary() {
    let head = "ply\nformat binary_little_endian 1.0\nelement vertex 1\nproperty char x\nproperty char y\n\
                property char z\nelement face 1\nproperty list char int vertex_index\nend_header\n";
    let bytes = [head.as_bytes(), &[1, 2, 3, 0xff]].concat();
    assert_eq!(refusal(ply::read(&bytes, LIMITS)), "malformed PLY: a list of -1 numbers");
    let bytes = [head.as_bytes(), &[1, 2, 3, 0x7f]].concat();
    assert_eq!(
        refusal(ply::read(&bytes, LIMITS)),
        "truncated PLY: fewer numbers than its header says"
    );
    let bytes = [head.as_bytes(), &[1, 2, 3]].concat();
    assert!(
        refusal(ply::read(&bytes, LIMITS)).contains("claims 1 items of at least 1 bytes; 0 bytes")
    );
}

#[test]
fn a_ply_header_that_contradicts_itself_is_refused() {
    let check = |changes: &[(&str, &str)], expected: &str| {
        let reason = refusal(ply::read(&ply_of(changes), LIMITS));
        assert_eq!(reason, format!("malformed PLY: {expected}"));
    };
    check(&[("ascii", "binary_middle_endian")], "line 2: `binary_middle_endian` is no format");
    check(&[("1.0", "9.9")], "line 2: `9.9` is no version that is read, only 1.0");
    check(&[("ply\n", "plx\n")], "it does not begin with a line `ply`");
    check(&[("format ascii 1.0", "comment y")], "its header has no `format`");
    check(&[("comment x", "format ascii 1.0")], "line 3: a second `format`");
    check(&[("element face", "element vertex")], "line 8: `vertex` names a second element");
    check(&[("float y", "float x")], "line 6: `x` names a second property of its element");
    check(&[("float z", "float w")], "its vertices have not all of `x`, `y` and `z`");
    check(&[("float z", "half z")], "line 7: `half` is no type of a property");
    check(&[("float z", "float")], "line 7: a property without a name");
    check(&[("float z", "float z z")], "line 7: more words than a line of the header has");
    check(&[("comment x", "property int x")], "line 3: a property before the first element");
    check(&[("comment x", "secret x")], "line 3: `secret` is no word of a header");
    check(&[("element vertex", "element corner")], "it has no element `vertex`");
    let cut = ply_of(&[]);
    let at = cut.windows(10).position(|window| window == b"end_header").unwrap();
    let reason = refusal(ply::read(&cut[..at], LIMITS));
    assert_eq!(reason, "malformed PLY: its header has no `end_header`");
    assert!(matches!(ply::read(b"", LIMITS), Err(ErrorKind::Empty)));
}

#[test]
fn a_comment_of_a_megabyte_is_refused() {
    let comment = format!("comment {}", "x".repeat(1 << 20));
    let reason = refusal(ply::read(&ply_of(&[("comment x", &comment)]), LIMITS));
    assert_eq!(reason, "more than 4096 bytes in a line");
    let comments = "comment 0123456789\n".repeat(1 << 16);
    let reason = refusal(ply::read(&ply_of(&[("comment x\n", &comments)]), LIMITS));
    assert_eq!(reason, "more than 65536 bytes in the header");
}

/// A binary PLY whose first number begins with a line feed.
fn ply_with_ends(end: &str, last: &str) -> Vec<u8> {
    let lines = [
        "ply",
        "format binary_little_endian 1.0",
        "element vertex 3",
        "property float x",
        "property float y",
        "property float z",
        "element face 1",
        "property list uchar int vertex_index",
    ];
    let mut bytes: Vec<u8> =
        lines.iter().flat_map(|line| format!("{line}{end}").into_bytes()).collect();
    bytes.extend(format!("end_header{last}").as_bytes());
    let first = f32::from_le_bytes([b'\n', b'\r', b'\n', 0x40]);
    for value in [first, 0., 0., 1., 0., 0., 0., 1., 0.] {
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend([3, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
    bytes
}

#[test]
fn a_binary_ply_begins_right_behind_the_end_of_its_header() {
    let first = f32::from_le_bytes([b'\n', b'\r', b'\n', 0x40]);
    for (end, last) in [("\n", "\n"), ("\r\n", "\r\n"), ("\r", "\r"), ("\n", "\r\n"), ("\n", " \n")]
    {
        let file = ply::read(&ply_with_ends(end, last), LIMITS).unwrap();
        assert_eq!(file.parts[0].positions()[0], [first, 0.0, 0.0], "{end:?} {last:?}");
    }
}

#[test]
fn strips_are_taken_apart() {
    let bytes = ply_of(&[
        ("vertex 3", "vertex 5"),
        ("element face 1", "element tristrips 1"),
        ("0 1 0\n", "0 1 0\n1 1 0\n0 2 0\n"),
        ("3 0 1 2", "9 0 1 2 3 -1 2 3 3 4"),
    ]);
    let file = ply::read(&bytes, LIMITS).unwrap();
    assert_eq!(file.parts[0].faces(), [[0, 1, 2], [2, 1, 3]]);
    let bytes = ply_of(&[("element face 1", "element tristrips 1"), ("3 0 1 2", "3 0 1 -2")]);
    assert!(ply::read(&bytes, LIMITS).is_err());
}

#[test]
fn faces_may_come_before_vertices_and_anything_between() {
    let text = "ply\nformat ascii 1.0\nelement face 1\nproperty uchar red\n\
                property list uchar int vertex_index\nproperty list int double weights\n\
                element camera 2\nproperty list uchar float f\nelement vertex 4\nproperty double ny\n\
                property double z\nproperty list uchar int seen\nproperty uint8 x\nproperty int16 y\n\
                end_header\n9 4 0 1 2 3 2 0.5 0.5\n1 7\n0\n0 0 0 0 0 0 0 1 7 1 0 0 0 0 1 1 0 0 0 0 1\n";
    let file = ply::read(text.as_bytes(), LIMITS).unwrap();
    assert_eq!(file.parts[0].faces(), [[0, 1, 2], [0, 2, 3]]);
    assert_eq!(file.parts[0].positions()[2], [1.0, 1.0, 0.0]);
    let points = ply::read_points(text.as_bytes(), LIMITS).unwrap();
    assert_eq!((points.positions.len(), points.normals.len()), (4, 0), "no nx and nz");
}

#[test]
fn off_is_read_in_its_many_forms() {
    let body = "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n";
    for head in [
        "OFF\n3 1 0\n",
        "OFF 3 1 0\n",
        "OFF\n3 1\n",
        "# x\n\n OFF # y\n# z\n\n3 1 0 # w\n",
        "OFF3 1 0\n",
        "COFF\r\n3 1 3\r\n",
        "\u{feff}OFF\n3 1 0\n",
    ] {
        let file = off::read(format!("{head}{body}").as_bytes(), LIMITS).unwrap();
        assert_eq!(file.parts[0].faces(), [[0, 1, 2]], "{head}");
    }
    let stcnoff = "STCNOFF\n3 1 0\n0 0 0 0 0 1 255 0 0 1 .5 .5\n1 0 0 0 0 1 1 1 1 1 0 0\n0 1 0\n\n# x\n3 0 1 2 .5 .5 .5";
    assert_eq!(off::read(stcnoff.as_bytes(), LIMITS).unwrap().n_faces(), 1);
}

#[test]
fn off_files_that_are_wrong_are_refused() {
    let check = |text: &str, expected: &str| {
        assert_eq!(refusal(off::read(text.as_bytes(), LIMITS)), expected)
    };
    check("", "the file is empty");
    check("# x", "truncated OFF: it ends before all of it was there");
    check("FOO\n", "malformed OFF: it does not begin with `OFF`");
    check("4OFF\n3 1 0\n", "OFF with other than three dimensions");
    check("nOFF\n3\n3 1 0\n", "OFF with other than three dimensions");
    check("OFF BINARY\n\0\0", "OFF with binary numbers: convert it to text");
    check("OFF\n-3 1 0\n", "malformed OFF: line 2: a count below zero");
    check("OFF\n3 1e9 0\n", "malformed OFF: line 2: a whole number is followed by something else");
    check(
        "OFF\n999999999999999999 1 0\n0 0 0\n",
        "truncated OFF: it claims 999999999999999999 vertices and 1 faces; 6 bytes are left",
    );
    let body = |faces: &str| format!("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n{faces}");
    check(&body(""), "truncated OFF: it claims 3 vertices and 1 faces; 18 bytes are left");
    check(&body("# no\n"), "truncated OFF: it ends before all of it was there");
    check(
        &body("3 0 1 3"),
        "malformed OFF: line 6: a face names vertex 3, counted from 0; there are 3",
    );
    check(
        &body("3 0 1 -1"),
        "malformed OFF: line 6: a face names vertex -1, counted from 0; there are 3",
    );
    check(&body("3 0 1"), "malformed OFF: line 6: it ends where a whole number is due");
    check(&body("-3 0 1"), "malformed OFF: line 6: a count below zero");
    check(&body("3 0 1 2\n3 0 1 2"), "malformed OFF: line 7: more lines than its counts say");
    check(&body("999 0 1 2"), "more than 256 corners of a face");
    check("OFF\n3 0 0\n0 0 0\n1 0 0\n0 1 0\n", "holds points and no faces");
    check("OFF\n0 0 0\n", "holds no faces");
}

#[test]
fn every_mesh_writer_is_read_back() {
    let positions = vec![
        [0.1_f32, -0.0, 1e-30],
        [f32::MAX, 2.0, 3.0],
        [0.0, f32::MIN_POSITIVE, 7.25],
        [5.0, 5.0, 5.0],
    ];
    let mesh = medshape_types::Mesh::new(positions, vec![[0, 1, 2], [2, 1, 3]]).unwrap();
    type Write = fn(&mut dyn std::io::Write, &medshape_types::Mesh) -> std::io::Result<()>;
    type Read = fn(&[u8], &Limits) -> Result<MeshFile, ErrorKind>;
    let formats: [(Write, Read); 4] = [
        (stl::write, stl::read),
        (obj::write, obj::read),
        (ply::write, ply::read),
        (off::write, off::read),
    ];
    for (write, read) in formats {
        let mut bytes = Vec::new();
        write(&mut bytes, &mesh).unwrap();
        let file = read(&bytes, LIMITS).unwrap();
        assert_eq!((file.units, file.space), (Some(Units::Millimetres), Some(Space::Ras)));
        let (again, n_left_out) =
            file.to_mesh(file.units.unwrap_or(Units::Metres), file.space.unwrap_or(Space::Lps));
        assert_eq!((&again, n_left_out), (&mesh, 0));
    }
}
