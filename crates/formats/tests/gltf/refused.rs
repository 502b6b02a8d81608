//! What a file cannot do.

use medshape_formats::{ErrorKind, Limits, Units, glb, gltf};
use medshape_types::Mesh;
use serde_json::{Value, json};

use super::made::{
    CORNERS, FACES, binary, chunk, container, document, packed, put, read, read_within, refusal,
    with,
};

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
        ("/nodes/0/scale", json!([1e300, 1, 1])),
        ("/nodes/0/translation", json!([0, 0, -1e39])),
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
