//! Sound mesh and point files, damaged at random or grown without measure: a reader answers soon, and
//! what it accepts is sound and no larger than the bytes allow.

use medshape_formats::{
    ErrorKind, Limits, MeshFile, PointFile, Space, Units, obj, off, pcd, ply, stl, xyz,
};
use medshape_types::{Mesh, PointCloud};
use proptest::prelude::*;

use crate::common::damage::{self, Damage, apply};

const LIMITS: &Limits = &Limits::DEFAULT;

/// Words that hurt, in place of a word of a text.
const WORDS: [&str; 16] = [
    "",
    "0",
    "-1",
    "1e999",
    "nan",
    "4294967295",
    "18446744073709551615",
    "99999999999999999999",
    "-9223372036854775808",
    "\\\n",
    "\r",
    "3.5",
    "\u{0}",
    "1/2/3/4",
    "list",
    "\u{e4}",
];

fn damage() -> impl Strategy<Value = Damage> {
    const NUMBERS: [u64; 7] = [
        0,
        1,
        u64::MAX,
        1 << 63,
        0x7fff_7fff_7fff_7fff,
        f32::NAN.to_bits() as u64,
        f32::INFINITY.to_bits() as u64,
    ];
    prop_oneof![
        3 => damage::flip(),
        3 => damage::set(&NUMBERS),
        3 => damage::word(&WORDS),
        1 => damage::truncate(),
        1 => damage::repeat(),
    ]
}

/// One sound file of each kind.
fn sound() -> Vec<Vec<u8>> {
    let positions = vec![[0.0; 3], [1.5, 0.0, 0.0], [0.0, 2.25, 0.0], [0.0, 0.0, 300.0]];
    let faces = vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]];
    let mesh = &Mesh::new(positions.clone(), faces).unwrap();
    let cloud = &PointCloud::new(positions, vec![[0.0, 0.0, 1.0]; 4]).unwrap();
    let mut files = vec![vec![]; 7];
    stl::write(&mut files[0], mesh).unwrap();
    ply::write(&mut files[1], mesh).unwrap();
    obj::write(&mut files[2], mesh).unwrap();
    off::write(&mut files[3], mesh).unwrap();
    ply::write_points(&mut files[4], cloud).unwrap();
    pcd::write_points(&mut files[5], cloud).unwrap();
    xyz::write_points(&mut files[6], cloud).unwrap();
    let texts = [
        "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1e-007 0\n\
         endloop\nendfacet\nendsolid a\nsolid b\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n\
         vertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid b\n",
        "o a\nv 0 0 0\nv 1 0 0 1 1 1\nv 1 1 0\nv .5 .2 0\nv 0 1 0\nf 1/1/1 2//2 3 4/4 5/\ng b\n\
         f -1 -2 \\\n-3\nmtllib x\n",
        "ply\nformat ascii 1.0\nobj_info x\nelement vertex 4\nproperty double x\nproperty float y\n\
         property int z\nproperty list uchar uchar seen\nelement face 1\nproperty uchar red\n\
         property list ushort uint vertex_index\nelement tristrips 1\n\
         property list int int vertex_indices\nend_header\n0 0 0 2 1 2\n1 0 0 0\n1 1 0 0\n0 1 0 1 9\n\
         255 4 0 1 2 3\n6 0 1 2 -1 3 2\n",
        "COFF\n4 1 0\n0 0 0 255 0 0 255\n1 0 0 9 9 9 9\n1 1 0 0 0 0 0\n0 1 0 1 1 1 1\n4 0 1 2 3 1 0 0\n",
        "3\nwater\nO 0 0 0\nH 1 0 0\nH 0 1 0\n",
        "x,y,z,nx,ny,nz\n0,0,0,0,0,1\n1,2,3,0,1,0\n",
    ];
    files.extend(texts.map(|text| text.as_bytes().to_vec()));
    let header = "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 4\nHEIGHT 2\n\
                  POINTS 8\nDATA binary_compressed\n";
    // 96 zeros: one, then 95 repetitions.
    let packed = [5, 0, 0, 0, 96, 0, 0, 0, 0, 0, 0xe0, 86, 0];
    files.push([header.as_bytes(), &packed].concat());
    files
}

fn check_mesh(bytes: &[u8], result: Result<MeshFile, ErrorKind>) {
    let Ok(file) = result else { return };
    assert!(!file.parts.is_empty() && file.n_faces() > 0);
    assert!(file.n_faces() <= bytes.len() && file.n_vertices() <= 3 * bytes.len());
    for part in &file.parts {
        let n_vertices = part.positions().len();
        assert!(part.faces().iter().flatten().all(|&vertex| (vertex as usize) < n_vertices));
    }
    let (mesh, n_left_out) =
        file.to_mesh(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras));
    assert_eq!(mesh.faces().len() + n_left_out, file.n_faces());
}

fn check_points(bytes: &[u8], result: Result<PointFile, ErrorKind>) {
    let Ok(file) = result else { return };
    // A repetition of LZF makes 264 bytes of 3.
    assert!(!file.positions.is_empty() && file.positions.len() <= 90 * bytes.len());
    assert!(file.normals.is_empty() || file.normals.len() == file.positions.len());
    file.to_cloud(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras));
}

fn check(bytes: &[u8]) {
    check_mesh(bytes, stl::read(bytes, LIMITS));
    check_mesh(bytes, obj::read(bytes, LIMITS));
    check_mesh(bytes, ply::read(bytes, LIMITS));
    check_mesh(bytes, off::read(bytes, LIMITS));
    check_points(bytes, ply::read_points(bytes, LIMITS));
    check_points(bytes, pcd::read(bytes, LIMITS));
    check_points(bytes, xyz::read(bytes, LIMITS));
}

#[test]
fn the_files_that_get_damaged_are_sound() {
    for bytes in sound() {
        let is_mesh = [stl::read, obj::read, ply::read, off::read]
            .iter()
            .any(|read: &fn(&[u8], &Limits) -> _| read(&bytes, LIMITS).is_ok());
        let is_points = [ply::read_points, pcd::read, xyz::read]
            .iter()
            .any(|read: &fn(&[u8], &Limits) -> _| read(&bytes, LIMITS).is_ok());
        assert!(is_mesh || is_points, "{}", String::from_utf8_lossy(&bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_files_are_answered(
        which in 0..14_usize,
        damages in prop::collection::vec(damage(), 0..5),
    ) {
        let mut bytes = sound().swap_remove(which);
        apply(&damages, &mut bytes);
        check(&bytes);
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn any_text_is_answered(text in "(solid|v|f|OFF|ply|facet)?[-v f0-9.e/,;\\\\\r\n#]{0,200}") {
        check(text.as_bytes());
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ErrorKind>) -> String {
    result.unwrap_err().to_string()
}

const TRIANGLE: &str = "v 0 0 0\nv 1 0 0\nv 0 1 0\n";

#[test]
fn a_polygon_of_three_million_corners_is_refused() {
    let text = format!("{TRIANGLE}f{}\n", " 1".repeat(3_000_000));
    assert_eq!(refusal(obj::read(text.as_bytes(), LIMITS)), "more than 256 corners of a face");
}

#[test]
fn a_million_groups_are_refused_where_they_have_faces_and_passed_over_where_not() {
    let groups: String = (0..1_000_000).map(|n| format!("g {n}\n")).collect();
    let file = obj::read(format!("{TRIANGLE}{groups}f 1 2 3\n").as_bytes(), LIMITS).unwrap();
    assert_eq!((file.parts.len(), file.parts[0].name.as_str()), (1, "999999"));
    let groups = groups.replace('\n', "\nf 1 2 3\n");
    let reason = refusal(obj::read(format!("{TRIANGLE}{groups}").as_bytes(), LIMITS));
    assert_eq!(reason, "more than 4096 objects and groups");
}

#[test]
fn a_million_joined_lines_are_refused() {
    let text = format!("{TRIANGLE}f 1 2 {}3\n", "\\\n".repeat(1_000_000));
    assert_eq!(refusal(obj::read(text.as_bytes(), LIMITS)), "more than 4096 bytes in a line");
    let text = format!("{TRIANGLE}# {}\nf 1 2 3\n", "\\\n".repeat(1_000_000));
    assert!(obj::read(text.as_bytes(), LIMITS).is_err());
}

#[test]
fn a_long_line_is_refused() {
    let long = "x".repeat(10_000_000);
    let line = "more than 4096 bytes in a line";
    assert_eq!(refusal(stl::read(format!("solid {long}").as_bytes(), LIMITS)), line);
    assert_eq!(refusal(obj::read(format!("# {long}").as_bytes(), LIMITS)), line);
    assert_eq!(refusal(obj::read(format!("o {long}").as_bytes(), LIMITS)), line);
    assert_eq!(refusal(off::read(format!("# {long}").as_bytes(), LIMITS)), line);
    assert_eq!(refusal(xyz::read(long.as_bytes(), LIMITS)), line);
    let word = "more than 256 bytes in a word";
    assert_eq!(refusal(stl::read(format!("solid\n{long}").as_bytes(), LIMITS)), word);
    assert_eq!(refusal(obj::read(format!("v{long}").as_bytes(), LIMITS)), word);
    assert_eq!(refusal(ply::read(format!("ply\n{long}").as_bytes(), LIMITS)), word);
    assert_eq!(refusal(pcd::read(format!("DATA {long}").as_bytes(), LIMITS)), word);
}

#[test]
fn a_million_positions_that_are_no_numbers_take_no_longer_than_others() {
    let text = format!("{}{TRIANGLE}f -1 -2 -3\n", "v x x x\n".repeat(1_000_000));
    let file = obj::read(text.as_bytes(), LIMITS).unwrap();
    assert_eq!((file.n_vertices(), file.notes.len()), (3, 1));
}

#[test]
fn a_million_places_in_one_row_are_as_many_vertices() {
    // Places that a hash without a key might well put into a row.
    let mut bytes = vec![0; 80];
    bytes.extend(333_333_u32.to_le_bytes());
    for face in 0..333_333_u32 {
        bytes.extend([0; 12]);
        for corner in 0..3 {
            bytes.extend([(3 * face + corner) << 12, 0, 0].map(u32::to_le_bytes).as_flattened());
        }
        bytes.extend([0; 2]);
    }
    let file = stl::read(&bytes, LIMITS).unwrap();
    // 2¹⁹, shifted, is minus zero.
    assert_eq!(file.n_vertices(), 999_999 - 1);
}

#[test]
fn many_large_polygons_are_cut_in_time() {
    let corners: String = (0..256)
        .map(|n: u16| {
            let angle = f32::from(n) * std::f32::consts::TAU / 256.0;
            let radius = if n.is_multiple_of(2) { 1.0 } else { 0.5 };
            format!("v {} {} 0\n", radius * angle.cos(), radius * angle.sin())
        })
        .collect();
    let face: String = (1..=256).map(|n| format!(" {n}")).collect();
    let text = corners + &format!("f{face}\n").repeat(100);
    assert_eq!(obj::read(text.as_bytes(), LIMITS).unwrap().n_faces(), 25_400);
}
