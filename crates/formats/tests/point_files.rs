//! Point files: PCD, lists of points, and the points of a PLY, sound and otherwise.

use medshape_formats::{ErrorKind, Limits, PointFile, Space, Units, pcd, ply, xyz};
use medshape_types::PointCloud;

const LIMITS: &Limits = &Limits::DEFAULT;

fn refusal(result: Result<PointFile, ErrorKind>) -> String {
    result.unwrap_err().to_string()
}

fn list(text: &str) -> Result<PointFile, ErrorKind> {
    xyz::read(text.as_bytes(), LIMITS)
}

const TWO: [[f32; 3]; 2] = [[1.0, 2.5, -3.0], [4.0, 5.0, 6e-3]];

#[test]
fn columns_stand_between_blanks_tabs_commas_or_semicolons() {
    for text in [
        "1 2.5 -3\n4 5 6e-3\n",
        "  1\t2.5   -3\r\n\r\n4\t5\t6e-3",
        "1,2.5,-3\r4,5,6e-3,\r",
        "1; 2.5 ;-3\n4;5;6e-3",
        "# x, y or z\n1, 2.5, -3\n// the next\n4, 5, 6e-3",
        "\u{feff}1 2.5 -3\n4 5 6e-3",
    ] {
        let file = list(text).unwrap();
        assert_eq!(file.positions, TWO, "{text}");
        assert!(file.normals.is_empty() && file.notes.is_empty());
    }
}

#[test]
fn a_line_of_names_says_which_columns_are_taken() {
    for text in [
        "x y z\n1 2.5 -3\n4 5 6e-3",
        "id,Z,\"X\",Y\n7,-3,1,2.5\n8,6e-3,4,5",
        "//id X Y Z\n0 1 2.5 -3\n0 4 5 6e-3",
        "# medshape\n# x y z r g b\n1 2.5 -3 0 0 1\n4 5 6e-3 0 0 1",
    ] {
        let file = list(text).unwrap();
        assert_eq!((file.positions.as_slice(), file.normals.len()), (&TWO[..], 0), "{text}");
    }
    let file = list("nx ny nz x y z\n0 0 2 1 2.5 -3\n0 3 0 4 5 6e-3").unwrap();
    assert_eq!(file.positions, TWO);
    assert_eq!(file.normals, [[0., 0., 2.], [0., 3., 0.]]);
    // Prose that has these letters names no columns.
    assert_eq!(list("# the z x y of it\n1 2.5 -3\n4 5 6e-3").unwrap().positions, TWO);
    let reason = refusal(list("a b c\n1 2 3"));
    assert_eq!(
        reason,
        "malformed XYZ: line 1: `a` is no number, and no columns are called x, y and z"
    );
}

#[test]
fn columns_four_to_six_are_normals_if_they_have_length_one() {
    let file = list("1 2.5 -3 0 0 1 9\n4 5 6e-3 0 0.6 0.8 9").unwrap();
    assert_eq!(file.normals, [[0., 0., 1.], [0., 0.6, 0.8]]);
    let colours = list("1 2.5 -3 255 0 0\n4 5 6e-3 0 0 1").unwrap();
    assert_eq!((colours.normals.len(), colours.notes.len()), (0, 0));
    for second in ["0 0 0.5", "0 0", "x y z"] {
        let file = list(&format!("1 2.5 -3 0 0 1\n4 5 6e-3 {second}")).unwrap();
        assert_eq!((file.positions.as_slice(), file.normals.len()), (&TWO[..], 0));
        let note = "columns 4 to 6 are not all directions of length one, and were left out";
        assert_eq!(file.notes, [note]);
    }
}

#[test]
fn a_count_in_front_may_be_followed_by_a_line_of_text() {
    for text in [
        "2\nwater\nO 1 2.5 -3\nH 4 5 6e-3\n",
        "2\n\nO 1 2.5 -3\nH 4 5 6e-3\n",
        "2\n1 2.5 -3\n4 5 6e-3\n",
        "2\n0.1 0.2 0.3\n1 2.5 -3\n4 5 6e-3\n",
        "2\nframe 1 2 3\nO 1 2.5 -3\nH 4 5 6e-3\n",
    ] {
        assert_eq!(list(text).unwrap().positions, TWO, "{text}");
    }
    let claims =
        |n: u64, held: usize| format!("malformed XYZ: it claims {n} points and holds {held}");
    assert_eq!(refusal(list("3\nwater\n1 2 3\n4 5 6\n")), claims(3, 2));
    assert_eq!(refusal(list("1\nwater\n1 2 3\n4 5 6\n")), claims(1, 2));
    assert_eq!(refusal(list("18446744073709551615\n1 2 3\n4 5 6\n")), claims(u64::MAX, 2));
    assert_eq!(refusal(list("0\nnothing\n")), "holds no points");
}

#[test]
fn lists_that_are_wrong_are_refused() {
    let check = |text: &str, expected: &str| {
        assert_eq!(refusal(list(text)), format!("malformed XYZ: {expected}"), "{text}");
    };
    let two_ways = "numbers that are told apart in two ways; a decimal point is `.`";
    check("1,5 2,5 3,5", &format!("line 1: {two_ways}"));
    check("1 2 3\n1,5;2,5;3,5", &format!("line 2: {two_ways}"));
    check("1,5\t2,5\t3,5", &format!("line 1: {two_ways}"));
    check("1,,2,3", "line 1: a column without a number");
    check("1 2", "line 1: a point of 2 numbers");
    check("1 2 3\n4 5", "line 2: a point of 2 numbers");
    check("1 2 3\n4 5 x", "line 2: `x` is no number that is read");
    check("1 2 3\nO 4 5 6", "line 2: `O` is no number that is read");
    check("x y z\nx y z", "line 2: `x` is no number that is read");
    check(",", "line 1: `` is no number, and no columns are called x, y and z");
    assert_eq!(refusal(list("# nothing")), "holds no points");
    assert!(matches!(list(""), Err(ErrorKind::Empty)));
}

#[test]
fn points_that_are_not_finite_are_counted_by_whom_asks_for_a_cloud() {
    let file = list("nan 1 2\n1 2 3\ninf 0 0\n1e999 0 0\n").unwrap();
    assert_eq!(file.positions.len(), 4);
    let (cloud, n_left_out) =
        file.to_cloud(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras));
    assert_eq!((cloud.positions(), n_left_out), (&[[1.0, 2.0, 3.0]][..], 3));
}

/// A header of PCD for these fields: name, size, type and count of each.
fn pcd_header(fields: &[(&str, usize, char, usize)], n_points: usize, data: &str) -> String {
    let row = |word: &str, of: &dyn Fn(usize) -> String| {
        format!("{word} {}\n", (0..fields.len()).map(of).collect::<Vec<_>>().join(" "))
    };
    row("VERSION 0.7\nFIELDS", &|n| fields[n].0.to_owned())
        + &row("SIZE", &|n| fields[n].1.to_string())
        + &row("TYPE", &|n| fields[n].2.to_string())
        + &row("COUNT", &|n| fields[n].3.to_string())
        + &format!(
            "WIDTH {n_points}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {n_points}\nDATA {data}\n"
        )
}

const XYZ: [(&str, usize, char, usize); 3] = [("x", 4, 'F', 1), ("y", 4, 'F', 1), ("z", 4, 'F', 1)];

fn point_cloud(header: &str, data: &[u8]) -> Result<PointFile, ErrorKind> {
    pcd::read(&[header.as_bytes(), data].concat(), LIMITS)
}

/// Runs of bytes alone: a way to write LZF, if not a short one.
fn lzf(bytes: &[u8]) -> Vec<u8> {
    let packed: Vec<u8> =
        bytes.chunks(32).flat_map(|run| [&[run.len() as u8 - 1], run].concat()).collect();
    let sizes = [packed.len() as u32, bytes.len() as u32];
    [sizes.map(u32::to_le_bytes).as_flattened(), &packed].concat()
}

#[test]
fn pcd_is_read_in_each_of_its_three_ways() {
    let fields = [
        ("_", 1, 'U', 3),
        ("y", 8, 'F', 1),
        ("x", 4, 'F', 1),
        ("rgb", 4, 'U', 1),
        ("z", 2, 'I', 1),
    ];
    let points = [[1.5_f32, 2.5, -3.0], [4.0, 5.0, 6.0]];
    let columns = |[x, y, z]: [f32; 3]| {
        [
            vec![9; 3],
            f64::from(y).to_le_bytes().to_vec(),
            x.to_le_bytes().to_vec(),
            vec![7; 4],
            (z as i16).to_le_bytes().to_vec(),
        ]
    };
    let ascii =
        point_cloud(&pcd_header(&fields, 2, "ascii"), b"9 9 9 2.5 1.5 7 -3\n9 9 9 5 4 7 6\n");
    assert_eq!(ascii.unwrap().positions, points);
    let binary = points.map(|point| columns(point).concat()).concat();
    let file = point_cloud(&pcd_header(&fields, 2, "binary"), &binary);
    assert_eq!(file.unwrap().positions, points);
    let [first, second] = points.map(columns);
    let by_field: Vec<u8> =
        (0..5).flat_map(|n| [first[n].clone(), second[n].clone()].concat()).collect();
    let file = point_cloud(&pcd_header(&fields, 2, "binary_compressed"), &lzf(&by_field));
    assert_eq!(file.unwrap().positions, points);
}

#[test]
fn an_organised_pcd_has_points_that_are_nan() {
    let header =
        pcd_header(&XYZ, 6, "ascii").replace("WIDTH 6", "WIDTH 3").replace("HEIGHT 1", "HEIGHT 2");
    let file = point_cloud(&header, "nan nan nan\n1 2 3\n".repeat(3).as_bytes()).unwrap();
    let (cloud, n_left_out) =
        file.to_cloud(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras));
    assert_eq!((cloud.positions().len(), n_left_out), (3, 3));
    assert!(file.notes.is_empty());
    let moved = header.replace("VIEWPOINT 0 0 0", "VIEWPOINT 1 0 0");
    let file = point_cloud(&moved, "1 2 3\n".repeat(6).as_bytes()).unwrap();
    assert_eq!(file.notes, ["where the scanner stood (`VIEWPOINT`) was left out"]);
}

#[test]
fn a_pcd_that_is_wrong_is_refused() {
    let sound = pcd_header(&XYZ, 2, "ascii");
    let check = |changes: &[(&str, &str)], expected: &str| {
        let mut header = sound.clone();
        for (from, to) in changes {
            assert!(header.contains(from));
            header = header.replace(from, to);
        }
        let reason = refusal(point_cloud(&header, b"1 2 3\n4 5 6\n"));
        let what = if expected.ends_with("hold fewer") { "truncated" } else { "malformed" };
        assert_eq!(reason, format!("{what} PCD: {expected}"));
    };
    check(&[("FIELDS x", "FIELDS w")], "it has no field `x` of one number that is read");
    check(&[("COUNT 1 1 1", "COUNT 1 1 2")], "it has no field `z` of one number that is read");
    check(
        &[("SIZE 4 4 4", "SIZE 4 4")],
        "`FIELDS`, `SIZE`, `TYPE` and `COUNT` are not equally many",
    );
    check(&[("SIZE 4 4 4", "SIZE 4 4 3")], "field `z` has 1 numbers of 3 bytes");
    check(&[("SIZE 4 4 4", "SIZE 4 4 2")], "field `z` has 1 numbers of 2 bytes");
    check(&[("COUNT 1 1 1", "COUNT 1 1 0")], "field `z` has 0 numbers of 4 bytes");
    check(&[("COUNT 1 1 1", "COUNT 1 1 -1")], "line 5: a number below zero");
    check(&[("TYPE F F F", "TYPE F F Q")], "`Q` is no type of a field");
    check(&[("DATA ascii", "DATA morse")], "line 10: `morse` is none of the ways to write points");
    check(&[("DATA ascii", "DATA ascii x")], "line 10: more words than a line of the header has");
    check(&[("VERSION", "OVERSION")], "line 1: `OVERSION` is no word of a header");
    check(&[("DATA ascii\n", "")], "line 10: `1` is no word of a header");
    check(&[("POINTS 2", "POINTS 3")], "`POINTS` is not `WIDTH` times `HEIGHT`");
    check(
        &[("WIDTH 2", "WIDTH 999999999999999999"), ("HEIGHT 1", "HEIGHT 999")],
        "its header does not say how many points",
    );
    check(
        &[("WIDTH 2\nHEIGHT 1\n", ""), ("POINTS 2\n", "")],
        "its header does not say how many points",
    );
    check(
        &[("WIDTH 2", "WIDTH 3"), ("POINTS 2", "POINTS 3")],
        "it claims 3 points; 12 bytes hold fewer",
    );
    check(
        &[("WIDTH 2", "WIDTH 1"), ("POINTS 2", "POINTS 1")],
        "line 12: more points than the header says",
    );
    check(&[("ascii", "binary")], "it claims 2 points; 12 bytes hold fewer");
    assert_eq!(
        refusal(point_cloud(&sound, b"1 2 3\n4 5")),
        "truncated PCD: it claims 2 points; 9 bytes hold fewer"
    );
    assert_eq!(
        refusal(point_cloud(&sound, b"1 2 3\n4 5\n6 7")),
        "malformed PCD: line 12: it ends where a number is due"
    );
    assert_eq!(
        refusal(point_cloud(&sound, b"1 2 3 4\n4 5 6")),
        "malformed PCD: line 11: a point has more numbers than fields"
    );
    let none = sound.replace("WIDTH 2", "WIDTH 0").replace("POINTS 2", "POINTS 0");
    assert_eq!(refusal(point_cloud(&none, b"")), "holds no points");
    let many = sound.replace("WIDTH 2", "WIDTH 4294967295").replace("POINTS 2\n", "");
    assert_eq!(refusal(point_cloud(&many, b"")), "more than 20000000 points");
    assert_eq!(
        refusal(pcd::read(b"# .PCD", LIMITS)),
        "malformed PCD: its header has no line `DATA`"
    );
}

#[test]
fn compressed_points_are_checked_before_and_after() {
    let header = pcd_header(&XYZ, 2, "binary_compressed");
    let sound = lzf(&[0; 24]);
    assert_eq!(point_cloud(&header, &sound).unwrap().positions, [[0.0; 3]; 2]);
    let damaged = "malformed PCD: its compressed bytes are damaged";
    let with = |at: usize, value: u8| {
        let mut bytes = sound.clone();
        bytes[at] = value;
        refusal(point_cloud(&header, &bytes))
    };
    assert_eq!(with(8, 22), damaged, "a run that is too short, then a second one");
    assert_eq!(with(8, 0xff), damaged, "a repetition of nothing");
    let other = "malformed PCD: it would unpack to 25 bytes; its points have 24";
    assert_eq!(with(4, 25), other);
    assert_eq!(with(0, 255), "truncated PCD: it claims 2 points; 33 bytes hold fewer");
    // A bomb: 20 million points from 30 bytes.
    let bomb = pcd_header(&XYZ, 20_000_000, "binary_compressed");
    let sizes = [22, 240_000_000_u32].map(u32::to_le_bytes);
    let bytes = [sizes.as_flattened(), &[0, 0, 0xe0, 0xff, 0], &[0xff; 20]].concat();
    assert_eq!(refusal(point_cloud(&bomb, &bytes)), damaged);
}

#[test]
fn binary_points_are_as_many_bytes_as_said() {
    let header = pcd_header(&XYZ, 1, "binary");
    assert!(point_cloud(&header, &[0; 12]).is_ok());
    assert!(point_cloud(&header, &[0; 20]).is_ok(), "padding");
    assert_eq!(
        refusal(point_cloud(&header, &[0; 11])),
        "truncated PCD: it claims 1 points; 11 bytes hold fewer"
    );
    assert_eq!(
        refusal(point_cloud(&header, &[1; 13])),
        "malformed PCD: more bytes than its header says"
    );
}

#[test]
fn every_point_writer_is_read_back() {
    type Write = fn(&mut dyn std::io::Write, &PointCloud) -> std::io::Result<()>;
    type Read = fn(&[u8], &Limits) -> Result<PointFile, ErrorKind>;
    let formats: [(Write, Read); 3] = [
        (ply::write_points, ply::read_points),
        (pcd::write_points, pcd::read),
        (xyz::write_points, xyz::read),
    ];
    let positions = vec![[0.1, -0.0, 1e-30], [f32::MAX, 2.0, f32::MIN_POSITIVE]];
    for normals in [vec![], vec![[0.0, 0.6, 0.8], [0.0, 0.0, -1e-7]]] {
        let cloud = PointCloud::new(positions.clone(), normals).unwrap();
        for (write, read) in formats {
            let mut bytes = Vec::new();
            write(&mut bytes, &cloud).unwrap();
            let file = read(&bytes, LIMITS).unwrap();
            assert_eq!((file.units, file.space), (Some(Units::Millimetres), Some(Space::Ras)));
            assert!(file.notes.is_empty());
            assert_eq!(
                file.to_cloud(
                    file.units.unwrap_or(Units::Metres),
                    file.space.unwrap_or(Space::Lps)
                ),
                (cloud.clone(), 0)
            );
        }
    }
}
