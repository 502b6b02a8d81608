//! What is taken, and where nodes put it.

use medshape_formats::{ErrorKind, Limits, Space, Units, glb, gltf};
use medshape_types::Mesh;
use serde_json::{Value, json};

use super::made::{
    CORNERS, FACES, binary, document, packed, read, read_within, refusal, sixfold_volume, with,
};
use crate::common::gzip;

#[test]
fn a_tetrahedron_is_in_metres_with_y_up() {
    let file = read(&packed(&document(), &binary())).unwrap();
    assert_eq!((file.units, file.space), (Some(Units::Metres), Some(Space::YUp)));
    assert_eq!((file.parts.len(), file.parts[0].name.as_str()), (1, "node"));
    assert_eq!(file.parts[0].positions(), CORNERS);
    assert_eq!(file.parts[0].faces(), FACES.map(|face| face.map(u32::from)));
    assert_eq!(sixfold_volume(&file), 1.0);
    let (mesh, n_left_out) =
        file.to_mesh(file.units.unwrap_or(Units::Millimetres), file.space.unwrap_or(Space::Ras));
    // (x, y, z) m with y up lies at 1000 · (x, −z, y) mm.
    assert_eq!((mesh.positions()[3], n_left_out), ([0.0, -1000.0, 0.0], 0));
}

#[test]
fn gzip_around_it_is_unpacked() {
    let bytes = gzip(&packed(&document(), &binary()));
    assert_eq!(read(&bytes).unwrap().n_faces(), 4);
    assert!(read(&bytes[..bytes.len() - 3]).is_err());
}

#[test]
fn our_own_files_come_in_millimetres_with_their_numbers_as_they_are() {
    let positions = CORNERS.map(|corner| corner.map(|value| value * 300.25)).to_vec();
    let mesh = Mesh::new(positions, FACES.map(|face| face.map(u32::from)).to_vec()).unwrap();
    let look = glb::Look { name: "liver".to_owned(), ..glb::Look::default() };
    let mut files = vec![Vec::new(), Vec::new(), Vec::new()];
    glb::write_plain(&mut files[0], &mesh, &look).unwrap();
    glb::write_compressed(&mut files[1], &mesh, -8, &look).unwrap();
    glb::write_packed(&mut files[2], &mesh, -8, &look).unwrap();
    for bytes in files {
        let file = read(&bytes).unwrap();
        assert_eq!((file.units, file.space), (Some(Units::Millimetres), Some(Space::Ras)));
        assert_eq!(file.parts[0].name, "liver");
        let read = glb::read(&bytes).unwrap();
        assert_eq!(
            file.to_mesh(file.units.unwrap_or(Units::Metres), file.space.unwrap_or(Space::YUp)),
            (read, 0)
        );
    }
}

#[test]
fn a_file_of_ours_whose_node_was_changed_is_read_as_any_other() {
    let mesh = Mesh::new(CORNERS.to_vec(), FACES.map(|face| face.map(u32::from)).to_vec()).unwrap();
    let mut bytes = Vec::new();
    glb::write_plain(&mut bytes, &mesh, &glb::Look::default()).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let n_json = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let mut document: Value = serde_json::from_slice(&bytes[20..20 + n_json]).unwrap();
    assert!(text.contains("RAS+"));
    document["nodes"][0]["scale"] = json!([0.002, 0.002, 0.002]);
    let file = read(&packed(&document, &bytes[20 + n_json + 8..])).unwrap();
    assert_eq!(file.units, Some(Units::Metres));
    let (mesh, _) =
        file.to_mesh(file.units.unwrap_or(Units::Metres), file.space.unwrap_or(Space::YUp));
    // Twice the size, and the turn of the node and that of glTF cancel.
    for (corner, expected) in mesh.positions().iter().zip(CORNERS) {
        for axis in 0..3 {
            assert!((corner[axis] - 2.0 * expected[axis]).abs() < 1e-5, "{corner:?}");
        }
    }
}

#[test]
fn positions_may_be_interleaved_sparse_or_whole_numbers() {
    // Stride.
    let mut interleaved = Vec::new();
    for corner in CORNERS {
        interleaved.extend(corner.iter().flat_map(|value| value.to_le_bytes()));
        interleaved.extend([7; 8]);
    }
    interleaved.truncate(4 * 20 - 8);
    interleaved.extend(FACES.iter().flatten().map(|&index| index as u8));
    let mut strided = document();
    strided["bufferViews"] = json!([
        { "buffer": 0, "byteLength": 72, "byteStride": 20 },
        { "buffer": 0, "byteOffset": 72, "byteLength": 12 },
    ]);
    strided["accessors"][1]["componentType"] = json!(5121);
    strided["buffers"] = json!([{ "byteLength": 84 }]);
    let file = read(&packed(&strided, &interleaved)).unwrap();
    assert_eq!(file.parts[0].positions(), CORNERS);

    // Sparse: the last corner is moved.
    let mut sparse = document();
    sparse["accessors"][0]["sparse"] = json!({
        "count": 1,
        "indices": { "bufferView": 2, "componentType": 5121 },
        "values": { "bufferView": 3 },
    });
    sparse["bufferViews"].as_array_mut().unwrap().extend([
        json!({ "buffer": 0, "byteOffset": 72, "byteLength": 1 }),
        json!({ "buffer": 0, "byteOffset": 76, "byteLength": 12 }),
    ]);
    sparse["buffers"][0]["byteLength"] = json!(88);
    let moved: Vec<u8> = [0.0_f32, 0.0, 5.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let bytes = [binary(), vec![3, 0, 0, 0], moved].concat();
    let file = read(&packed(&sparse, &bytes)).unwrap();
    assert_eq!(file.parts[0].positions()[3], [0.0, 0.0, 5.0]);
    for (place, reason) in [(4, "leads out"), (255, "leads out")] {
        let mut bytes = bytes.clone();
        bytes[72] = place;
        assert!(refusal(&packed(&sparse, &bytes)).contains(reason));
    }

    // KHR_mesh_quantization: bytes of which 127 is one.
    let mut small = document();
    small["accessors"][0]["componentType"] = json!(5120);
    small["accessors"][0]["normalized"] = json!(true);
    small["bufferViews"][0] = json!({ "buffer": 0, "byteLength": 16, "byteStride": 4 });
    small["extensionsRequired"] = json!(["KHR_mesh_quantization"]);
    let mut bytes = binary();
    for (at, corner) in CORNERS.iter().enumerate() {
        bytes[4 * at..4 * at + 3].copy_from_slice(&corner.map(|value| (value * 127.0) as u8));
    }
    bytes[0] = 0x80;
    let file = read(&packed(&small, &bytes)).unwrap();
    assert_eq!(file.parts[0].positions()[1..], CORNERS[1..]);
    assert_eq!(file.parts[0].positions()[0][0], -1.0);
    small["accessors"][0]["normalized"] = json!(false);
    let file = read(&packed(&small, &bytes)).unwrap();
    assert_eq!(file.parts[0].positions()[0][0], -128.0);
}

#[test]
fn strips_fans_and_bare_corners_make_faces() {
    // A strip around the tetrahedron: 0, 2, 1, 3 gives (0 2 1) and (1 2 3); the last two close it.
    let strip = [0_u16, 2, 1, 3, 0, 2];
    let fan = [3_u16, 0, 2];
    for (mode, corners, n_faces) in [(5, &strip[..], 4), (6, &fan[..], 1), (4, &fan[..], 1)] {
        let mut document = document();
        document["meshes"][0]["primitives"][0]["mode"] = json!(mode);
        document["accessors"][1]["count"] = json!(corners.len());
        let mut bytes = binary();
        bytes.splice(48.., corners.iter().flat_map(|index| index.to_le_bytes()));
        bytes.resize(72, 0);
        let file = read(&packed(&document, &bytes)).unwrap();
        assert_eq!(file.n_faces(), n_faces, "mode {mode}");
        if mode == 5 {
            assert_eq!(sixfold_volume(&file), 1.0);
        }
    }
    let mut bare = document();
    bare["meshes"][0]["primitives"][0].as_object_mut().unwrap().remove("indices");
    bare["accessors"][0]["count"] = json!(3);
    assert_eq!(read(&packed(&bare, &binary())).unwrap().parts[0].faces(), [[0, 1, 2]]);
    let lines = with("/meshes/0/primitives/0/mode", json!(1));
    assert_eq!(refusal(&packed(&lines, &binary())), "holds no faces");
    let odd = with("/accessors/1/count", json!(11));
    assert!(refusal(&packed(&odd, &binary())).contains("no triples"));
}

#[test]
fn primitives_of_other_kinds_are_noted_and_shared_positions_are_kept_once() {
    let triangles = json!({ "attributes": { "POSITION": 0 }, "indices": 1 });
    let points = json!({ "attributes": { "POSITION": 0 }, "mode": 0 });
    let both = with("/meshes/0/primitives", json!([triangles, points, triangles]));
    let file = read(&packed(&both, &binary())).unwrap();
    assert_eq!((file.n_faces(), file.n_vertices()), (8, 4));
    assert_eq!(file.notes, ["1 primitives of points, lines or nothing were left out"]);
}

#[test]
fn nodes_put_meshes_where_their_tree_says_and_mirrors_turn_faces_over() {
    let mut tree = document();
    tree["nodes"] = json!([
        { "children": [1, 2], "translation": [10, 0, 0] },
        { "mesh": 0, "scale": [-1, 1, 1] },
        { "mesh": 0, "matrix": [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] },
        { "mesh": 0, "name": "in no scene" },
    ]);
    let file = read(&packed(&tree, &binary())).unwrap();
    assert_eq!(file.parts.len(), 2);
    assert_eq!(file.parts[0].positions()[1], [9.0, 0.0, 0.0]);
    assert_eq!(file.parts[1].positions()[1], [10.0, 1.0, 0.0]);
    // Both mirror, the second one triples z.
    assert!((sixfold_volume(&file) - 4.0).abs() < 1e-9);
    assert_eq!(file.parts[0].name, "mesh");

    // Without a default scene, every root counts.
    tree.as_object_mut().unwrap().remove("scene");
    assert_eq!(read(&packed(&tree, &binary())).unwrap().parts.len(), 3);
    tree.as_object_mut().unwrap().remove("nodes");
    assert_eq!(read(&packed(&tree, &binary())).unwrap().parts.len(), 1);
}

#[test]
fn a_node_that_shrinks_to_nothing_is_left_out() {
    let flat = json!([{ "children": [1] }, { "mesh": 0, "scale": [0, 1, 1] }, { "mesh": 0 }]);
    let mut document = with("/nodes", flat);
    assert_eq!(refusal(&packed(&document, &binary())), "holds no faces");
    document["scenes"][0]["nodes"] = json!([0, 2]);
    let file = read(&packed(&document, &binary())).unwrap();
    assert_eq!(file.n_faces(), 4);
    assert_eq!(file.notes, ["1 nodes that shrink their mesh to nothing were left out"]);
}

#[test]
fn buffers_may_be_embedded_or_beside() {
    let base64 = "AAAAAAAAAAAAAAAAAACAPwAAAAAAAAAAAAAAAAAAgD8AAAAAAAAAAAAAAAAAAIA/AAACAAEAAAABAAMAAAADAAIAAQACAAMA";
    let uri = format!("data:application/octet-stream;base64,{base64}");
    let embedded = with("/buffers/0/uri", json!(uri));
    let bytes = serde_json::to_vec(&embedded).unwrap();
    assert_eq!(sixfold_volume(&read(&bytes).unwrap()), 1.0);
    // Longer than any text of JSON may be, and than all of it.
    let limits = Limits { string: 60, json: 1000, ..Limits::DEFAULT };
    assert_eq!(read_within(&bytes, &limits).unwrap().n_faces(), 4);

    let named = with("/buffers/0/uri", json!("two%20words.bin"));
    let bytes = serde_json::to_vec(&named).unwrap();
    let beside = |name: &str| match name {
        "two words.bin" => Ok(binary()),
        other => panic!("asked for {other}"),
    };
    assert_eq!(gltf::read(&bytes, &beside, &Limits::DEFAULT).unwrap().n_faces(), 4);
    assert!(matches!(read(&bytes), Err(ErrorKind::Missing { .. })));
    let short = |_: &str| Ok(binary()[..71].to_vec());
    let kind = gltf::read(&bytes, &short, &Limits::DEFAULT).unwrap_err();
    assert_eq!(kind.to_string(), "malformed glTF: a buffer of 72 bytes has only 71");
}
