//! glTF made by hand: what is taken, where nodes put it, and what a file cannot do.

#![allow(clippy::unwrap_used, clippy::doc_markdown, reason = "this is test code")]

mod common;

use medshape_formats::{ErrorKind, Limits, MeshFile, Space, Units, glb, gltf};
use medshape_types::Mesh;
use serde_json::{Value, json};

/// A tetrahedron, wound outward; its volume is a sixth.
const CORNERS: [[f32; 3]; 4] = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
const FACES: [[u16; 3]; 4] = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]];

fn nothing_beside(name: &str) -> Result<Vec<u8>, ErrorKind> {
    Err(ErrorKind::Missing { name: name.to_owned() })
}

fn read_within(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    gltf::read(bytes, &nothing_beside, limits)
}

fn read(bytes: &[u8]) -> Result<MeshFile, ErrorKind> {
    read_within(bytes, &Limits::DEFAULT)
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).map_or_else(|kind| kind.to_string(), |_| "read".to_owned())
}

fn chunk(kind: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_le_bytes(), kind.as_slice(), bytes].concat()
}

fn container(chunks: &[Vec<u8>]) -> Vec<u8> {
    let n_bytes = 12 + chunks.iter().map(Vec::len).sum::<usize>();
    let head = [b"glTF".as_slice(), &2_u32.to_le_bytes(), &(n_bytes as u32).to_le_bytes()].concat();
    [head, chunks.concat()].concat()
}

fn packed(document: &Value, binary: &[u8]) -> Vec<u8> {
    let json = serde_json::to_vec(document).unwrap();
    container(&[chunk(b"JSON", &json), chunk(b"BIN\0", binary)])
}

/// 48 bytes of positions, then 24 bytes of indices.
fn binary() -> Vec<u8> {
    let positions = CORNERS.iter().flatten().flat_map(|value| value.to_le_bytes());
    positions.chain(FACES.iter().flatten().flat_map(|index| index.to_le_bytes())).collect()
}

fn document() -> Value {
    json!({
        "asset": { "version": "2.0" },
        "scene": 0,
        "scenes": [{ "nodes": [0] }],
        "nodes": [{ "mesh": 0, "name": "node" }],
        "meshes": [{ "name": "mesh", "primitives": [{ "attributes": { "POSITION": 0 }, "indices": 1 }] }],
        "accessors": [
            { "bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3", "min": [9, 9, 9], "max": [-9, 0, 0] },
            { "bufferView": 1, "componentType": 5123, "count": 12, "type": "SCALAR" },
        ],
        "bufferViews": [
            { "buffer": 0, "byteLength": 48 },
            { "buffer": 0, "byteOffset": 48, "byteLength": 24 },
        ],
        "buffers": [{ "byteLength": 72 }],
    })
}

/// The document with one value changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = document();
    put(&mut document, pointer, value);
    document
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        _ => parent[key] = value,
    }
}

fn sixfold_volume(file: &MeshFile) -> f64 {
    file.parts.iter().flat_map(|part| part.faces().iter().map(move |face| (part, face))).fold(
        0.0,
        |sum, (part, face)| {
            let [a, b, c] = face.map(|vertex| part.positions()[vertex as usize].map(f64::from));
            sum + a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                + a[2] * (b[0] * c[1] - b[1] * c[0])
        },
    )
}

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
    let bytes = common::gzip(&packed(&document(), &binary()));
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

#[test]
fn no_other_address_is_followed() {
    for uri in [
        "../x.bin",
        "..%2fx.bin",
        "%2e%2e%2fx.bin",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://a/b",
        "https://a/b",
        "a/b.bin",
        "a\\b.bin",
        "C:x.bin",
        "..",
        ".",
        "",
        "a.bin?x",
        "a%00.bin",
        "//a/b",
        "FILE:/etc/passwd",
        " data:;base64,AA==",
    ] {
        let bytes = serde_json::to_vec(&with("/buffers/0/uri", json!(uri))).unwrap();
        let beside = |name: &str| panic!("asked for {name}");
        let result = gltf::read(&bytes, &beside, &Limits::DEFAULT);
        assert!(matches!(result, Err(ErrorKind::Outside { .. })), "{uri}: {result:?}");
    }
    // Pictures and extensions are never asked for.
    let mut pictures = document();
    pictures["images"] = json!([{ "uri": "file:///etc/passwd" }]);
    pictures["buffers"].as_array_mut().unwrap().push(json!({ "byteLength": 4, "uri": "../x" }));
    assert_eq!(read(&packed(&pictures, &binary())).unwrap().n_faces(), 4);
}

#[test]
fn sizes_that_are_not_there_are_refused() {
    let n = |value: u64| json!(value);
    for (pointer, value) in [
        ("/accessors/0/count", n(0)),
        ("/accessors/0/count", n(5)),
        ("/accessors/0/count", n(u64::from(u32::MAX))),
        ("/accessors/0/count", n(u64::MAX)),
        ("/accessors/0/count", json!(-1)),
        ("/accessors/0/count", json!(3.5)),
        ("/accessors/1/count", n(u64::from(u32::MAX))),
        ("/accessors/0/byteOffset", n(1)),
        ("/accessors/0/byteOffset", n(u64::MAX)),
        ("/accessors/1/byteOffset", n(24)),
        ("/accessors/0/componentType", n(5125)),
        ("/accessors/0/componentType", n(1)),
        ("/accessors/1/componentType", n(5126)),
        ("/accessors/1/type", json!("VEC3")),
        ("/accessors/0/type", json!("SCALAR")),
        ("/accessors/0/bufferView", n(2)),
        ("/accessors/0/bufferView", json!(null)),
        ("/bufferViews/0/buffer", n(1)),
        ("/bufferViews/0/byteOffset", n(u64::MAX)),
        ("/bufferViews/0/byteLength", n(73)),
        ("/bufferViews/0/byteLength", n(u64::MAX)),
        ("/bufferViews/0/byteStride", n(0)),
        ("/bufferViews/0/byteStride", n(4)),
        ("/bufferViews/0/byteStride", n(u64::MAX)),
        ("/buffers/0/byteLength", n(73)),
        ("/buffers/0/byteLength", n(47)),
        ("/meshes/0/primitives/0/indices", n(0)),
        ("/meshes/0/primitives/0/indices", n(9)),
        ("/meshes/0/primitives/0/mode", n(7)),
        ("/meshes/0/primitives", json!({})),
        ("/nodes/0/mesh", n(1)),
        ("/scenes/0/nodes", json!([1])),
        ("/scenes/0/nodes", json!(["0"])),
        ("/scene", n(1)),
        ("/nodes/0/children", json!([0])),
        ("/asset", json!({})),
    ] {
        let kind = read(&packed(&with(pointer, value.clone()), &binary())).unwrap_err();
        assert!(
            matches!(kind.code(), "malformed" | "limit"),
            "{pointer} = {value}: {} {kind}",
            kind.code()
        );
    }
}

#[test]
fn an_index_that_is_not_there_is_refused() {
    let mut bytes = binary();
    bytes[48] = 4;
    let answer = "malformed glTF: a face names vertex 4, counted from 0; there are 4";
    assert_eq!(refusal(&packed(&document(), &bytes)), answer);
}

#[test]
fn zeros_without_bytes_are_no_mesh() {
    let mut zeros = document();
    zeros["accessors"][0].as_object_mut().unwrap().remove("bufferView");
    let without = "malformed glTF: an accessor without a view";
    assert_eq!(refusal(&packed(&zeros, &binary())), without);
    zeros["accessors"][0]["count"] = json!(19_000_000);
    zeros["accessors"][0]["sparse"] = json!({
        "count": 1,
        "indices": { "bufferView": 1, "componentType": 5123 },
        "values": { "bufferView": 0 },
    });
    assert!(refusal(&packed(&zeros, &binary())).contains("nearly all zeros"));
}

#[test]
fn trees_that_are_none_are_refused() {
    let twice = "stands in the tree twice or inside of itself";
    for nodes in [
        json!([{ "children": [0], "mesh": 0 }]),
        json!([{ "children": [1] }, { "children": [2] }, { "children": [0], "mesh": 0 }]),
        json!([{ "children": [1, 2] }, { "children": [3] }, { "children": [3] }, { "mesh": 0 }]),
        json!([{ "children": [1, 1] }, { "mesh": 0 }]),
    ] {
        let refusal = refusal(&packed(&with("/nodes", nodes.clone()), &binary()));
        assert!(refusal.contains(twice), "{nodes}: {refusal}");
    }
    let mut ring = with("/nodes", json!([{ "children": [1] }, { "children": [0] }]));
    ring.as_object_mut().unwrap().remove("scene");
    assert!(refusal(&packed(&ring, &binary())).contains("every node is inside of another"));
}

#[test]
fn deep_trees_and_many_copies_have_limits() {
    let chain = |n: usize| -> Value {
        let node =
            |at| if at + 1 < n { json!({ "children": [at + 1] }) } else { json!({ "mesh": 0 }) };
        (0..n).map(node).collect::<Vec<_>>().into()
    };
    let limits = Limits { depth: 9, ..Limits::DEFAULT };
    for (n, answer) in [(8, true), (9, true), (10, false)] {
        let result = read_within(&packed(&with("/nodes", chain(n)), &binary()), &limits);
        assert_eq!(result.is_ok(), answer, "{n}: {result:?}");
    }
    let deep = packed(&with("/nodes", chain(100_000)), &binary());
    assert!(matches!(read(&deep), Err(ErrorKind::Limit { .. })));

    // One mesh of four faces and four vertices, as often as there are nodes.
    let copies = |n: usize| {
        let mut document = with("/nodes", vec![json!({ "mesh": 0 }); n].into());
        document["scenes"][0]["nodes"] = (0..n).collect::<Vec<_>>().into();
        packed(&document, &binary())
    };
    let base = Limits::DEFAULT;
    for (limits, what) in [
        (Limits { parts: 10, ..base }, "more than 10 nodes"),
        (Limits { faces: 40, ..base }, "more than 40 triangles"),
        (Limits { vertices: 40, ..base }, "more than 40 vertices"),
    ] {
        assert_eq!(read_within(&copies(9), &limits).unwrap().n_faces(), 36);
        assert_eq!(read_within(&copies(10), &limits).unwrap().n_faces(), 40);
        assert_eq!(read_within(&copies(11), &limits).unwrap_err().to_string(), what);
    }
    let primitives = |n: usize| {
        let primitive = json!({ "attributes": { "POSITION": 0 }, "indices": 1 });
        packed(&with("/meshes/0/primitives", vec![primitive; n].into()), &binary())
    };
    let limits = Limits { parts: 10, ..base };
    assert!(read_within(&primitives(10), &limits).is_ok());
    assert_eq!(
        read_within(&primitives(11), &limits).unwrap_err().to_string(),
        "more than 10 primitives"
    );
}

#[test]
fn json_has_limits_and_is_read_once() {
    let deep = "[".repeat(200_000);
    let bytes = container(&[chunk(b"JSON", deep.as_bytes())]);
    assert!(matches!(read(&bytes), Err(ErrorKind::Limit { .. })));
    assert!(matches!(read(deep.as_bytes()), Err(ErrorKind::Limit { .. })));
    let text = serde_json::to_string(&document()).unwrap();
    for (old, new) in [
        ("\"scene\":0", "\"scene\":0,\"scene\":0"),
        ("\"count\":4", "\"count\":1e400"),
        ("\"name\":\"node\"", "\"name\":\"\\ud800\""),
    ] {
        assert!(text.contains(old), "{old}");
        let bytes = container(&[
            chunk(b"JSON", text.replace(old, new).as_bytes()),
            chunk(b"BIN\0", &binary()),
        ]);
        assert!(refusal(&bytes).starts_with("malformed JSON"), "{new}: {}", refusal(&bytes));
    }
    let n_json = text.len();
    for (json, answer) in [(n_json + 1, true), (n_json, true), (n_json - 1, false)] {
        let limits = Limits { json, ..Limits::DEFAULT };
        assert_eq!(read_within(&packed(&document(), &binary()), &limits).is_ok(), answer);
    }
    let limits = Limits { parts: 1, ..Limits::DEFAULT };
    let many = with("/extras", vec![json!([]); 32].into());
    let kind = read_within(&packed(&many, &binary()), &limits).unwrap_err();
    assert_eq!(kind.to_string(), "more than 32 objects and lists in a glTF document");
}

#[test]
fn containers_that_lie_are_refused() {
    let json = chunk(b"JSON", &serde_json::to_vec(&document()).unwrap());
    let bin = chunk(b"BIN\0", &binary());
    let other = chunk(b"XTRA", b"whatever");
    assert_eq!(refusal(&container(&[json.clone(), bin.clone(), other.clone()])), "read");
    for chunks in [
        vec![],
        vec![bin.clone(), json.clone()],
        vec![json.clone(), json.clone(), bin.clone()],
        vec![json.clone(), bin.clone(), bin.clone()],
        vec![json.clone(), other, bin.clone()],
        vec![json.clone(), bin[..bin.len() - 1].to_vec()],
        vec![json.clone(), bin.clone(), vec![0; 7]],
    ] {
        let refusal = refusal(&container(&chunks));
        assert!(refusal.starts_with("malformed glTF"), "{refusal}");
    }
    let sound = container(&[json, bin]);
    for (place, value) in [(8, 0_u32), (8, u32::MAX), (12, u32::MAX), (4, 1)] {
        let mut bytes = sound.clone();
        bytes[place..place + 4].copy_from_slice(&value.to_le_bytes());
        assert!(read(&bytes).is_err());
    }
    // Something else behind it, such as an archive.
    let polyglot = [sound.as_slice(), b"PK\x05\x06"].concat();
    assert!(refusal(&polyglot).contains("its length field does not match its length"));
    for n_bytes in 0..20 {
        assert!(read(&sound[..n_bytes]).is_err());
    }
}

#[test]
fn extensions_that_are_required_are_refused_by_name() {
    for name in ["KHR_texture_basisu", "KHR_meshopt_compression", "VENDOR_thing"] {
        let bytes = packed(&with("/extensionsRequired", json!([name])), &binary());
        assert_eq!(refusal(&bytes), format!("glTF with the extension `{name}`, which it requires"));
    }
    let draco =
        "glTF with Draco compression (`KHR_draco_mesh_compression`): re-export without compression";
    let required = with("/extensionsRequired", json!(["KHR_draco_mesh_compression"]));
    assert_eq!(refusal(&packed(&required, &binary())), draco);
    let mut used = document();
    let primitive = &mut used["meshes"][0]["primitives"][0];
    primitive["extensions"] = json!({ "KHR_draco_mesh_compression": { "bufferView": 0 } });
    // The plain numbers are there as well.
    assert_eq!(refusal(&packed(&used, &binary())), "read");
    used["accessors"][0].as_object_mut().unwrap().remove("bufferView");
    assert_eq!(refusal(&packed(&used, &binary())), draco);
}

#[test]
fn packed_views_that_lie_are_refused() {
    let mesh = Mesh::new(CORNERS.to_vec(), FACES.map(|face| face.map(u32::from)).to_vec()).unwrap();
    let mut bytes = Vec::new();
    glb::write_compressed(&mut bytes, &mesh, -8, &glb::Look::default()).unwrap();
    let n_json = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let mut sound: Value = serde_json::from_slice(&bytes[20..20 + n_json]).unwrap();
    // No longer ours: read as any other.
    sound["asset"]["generator"] = json!("other");
    let binary = &bytes[20 + n_json + 8..];
    let file = read(&packed(&sound, binary)).unwrap();
    assert_eq!((file.n_faces(), file.units), (4, Some(Units::Metres)));
    let extension = |view: usize, key: &str| {
        format!("/bufferViews/{view}/extensions/EXT_meshopt_compression/{key}")
    };
    for (view, key, value) in [
        (0, "count", json!(u64::MAX)),
        (0, "count", json!(1_000_000)),
        (0, "byteStride", json!(u64::MAX)),
        (0, "byteStride", json!(20)),
        (0, "byteStride", json!(0)),
        (0, "mode", json!("TRIANGLES")),
        (0, "mode", json!("WHAT")),
        (0, "filter", json!("OCTAHEDRAL")),
        (0, "byteLength", json!(3)),
        (0, "byteOffset", json!(1)),
        (1, "count", json!(3_000_000)),
        (1, "count", json!(13)),
        (1, "byteStride", json!(3)),
        (1, "mode", json!("INDICES")),
    ] {
        let mut document = sound.clone();
        put(&mut document, &extension(view, key), value.clone());
        let kind = read(&packed(&document, binary)).unwrap_err();
        assert!(!kind.to_string().is_empty(), "{key} = {value}");
    }
}
