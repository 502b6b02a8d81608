//! STL, PLY, OBJ and PNG, byte by byte.

use medshape_formats::{obj, ply, png, stl};
use medshape_types::{Mesh, Picture};

/// One face in the plane x = 0.5, which looks along x.
fn triangle() -> Mesh {
    let positions = vec![[0.5, 0.0, 0.0], [0.5, 2.0, 0.0], [0.5, 0.0, 3.25]];
    Mesh::new(positions, vec![[0, 1, 2]]).unwrap()
}

#[test]
fn stl_has_header_count_and_fifty_bytes_a_face() {
    let mut bytes = Vec::new();
    stl::write(&mut bytes, &triangle()).unwrap();
    assert_eq!(bytes.len(), 84 + 50);
    assert!(bytes.starts_with(b"medshape; millimetres; RAS+"));
    assert_eq!(bytes[80..84], 1_u32.to_le_bytes());
    let number = |n: usize| f32::from_le_bytes(bytes[84 + 4 * n..88 + 4 * n].try_into().unwrap());
    assert_eq!([number(0), number(1), number(2)], [1.0, 0.0, 0.0], "the normal");
    assert_eq!([number(9), number(10), number(11)], [0.5, 0.0, 3.25], "the last corner");
}

#[test]
fn stl_gives_a_face_without_area_no_normal() {
    let mesh = Mesh::new(vec![[1.0; 3]; 3], vec![[0, 1, 2]]).unwrap();
    let mut bytes = Vec::new();
    stl::write(&mut bytes, &mesh).unwrap();
    assert_eq!(bytes[84..96], [0; 12]);
}

#[test]
fn ply_has_text_then_numbers() {
    let mut bytes = Vec::new();
    ply::write(&mut bytes, &triangle()).unwrap();
    let header = "ply\nformat binary_little_endian 1.0\ncomment medshape; units mm; space RAS+\n\
                  element vertex 3\nproperty float x\nproperty float y\nproperty float z\n\
                  element face 1\nproperty list uchar int vertex_indices\nend_header\n";
    assert!(bytes.starts_with(header.as_bytes()));
    assert_eq!(bytes.len(), header.len() + 3 * 12 + 13);
    assert_eq!(bytes[bytes.len() - 13..], [3, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);
}

#[test]
fn obj_counts_from_one() {
    let mut bytes = Vec::new();
    obj::write(&mut bytes, &triangle()).unwrap();
    let expected =
        "# medshape; units mm; space RAS+\nv 0.5 0 0\nv 0.5 2 0\nv 0.5 0 3.25\nf 1 2 3\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn obj_numbers_read_back_as_they_were() {
    let position = [0.1_f32, 1e-30, -123_456.79];
    let mesh = Mesh::new(vec![position], vec![]).unwrap();
    let mut bytes = Vec::new();
    obj::write(&mut bytes, &mesh).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let line = text.lines().nth(1).unwrap();
    let numbers: Vec<f32> = line.split(' ').skip(1).map(|word| word.parse().unwrap()).collect();
    assert_eq!(numbers, position);
}

#[test]
fn a_picture_has_no_words_and_the_same_bytes_every_time() {
    let picture = Picture::new(2, 1, vec![255, 0, 0, 255, 0, 0, 0, 0]).unwrap();
    let write = || {
        let mut bytes = Vec::new();
        png::write(&mut bytes, &picture).unwrap();
        bytes
    };
    let bytes = write();
    assert_eq!(bytes, write());
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    for chunk in [b"tEXt", b"tIME", b"eXIf"] {
        assert!(!bytes.windows(4).any(|window| window == chunk));
    }
}

#[test]
fn a_picture_without_pixels_is_refused() {
    let picture = Picture::new(0, 0, vec![]).unwrap();
    assert!(png::write(&mut Vec::new(), &picture).is_err());
}
