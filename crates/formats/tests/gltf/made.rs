//! Files of a tetrahedron, of which every value can be changed.

use medshape_formats::{ErrorKind, Limits, MeshFile, gltf};
use serde_json::{Value, json};

/// A tetrahedron, wound outward; its volume is a sixth.
pub(crate) const CORNERS: [[f32; 3]; 4] =
    [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
pub(crate) const FACES: [[u16; 3]; 4] = [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]];

pub(crate) fn nothing_beside(name: &str) -> Result<Vec<u8>, ErrorKind> {
    Err(ErrorKind::Missing { name: name.to_owned() })
}

pub(crate) fn read_within(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    gltf::read(bytes, &nothing_beside, limits)
}

pub(crate) fn read(bytes: &[u8]) -> Result<MeshFile, ErrorKind> {
    read_within(bytes, &Limits::DEFAULT)
}

pub(crate) fn refusal(bytes: &[u8]) -> String {
    read(bytes).map_or_else(|kind| kind.to_string(), |_| "read".to_owned())
}

pub(crate) fn chunk(kind: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_le_bytes(), kind.as_slice(), bytes].concat()
}

pub(crate) fn container(chunks: &[Vec<u8>]) -> Vec<u8> {
    let n_bytes = 12 + chunks.iter().map(Vec::len).sum::<usize>();
    let head = [b"glTF".as_slice(), &2_u32.to_le_bytes(), &(n_bytes as u32).to_le_bytes()].concat();
    [head, chunks.concat()].concat()
}

pub(crate) fn packed(document: &Value, binary: &[u8]) -> Vec<u8> {
    let json = serde_json::to_vec(document).unwrap();
    container(&[chunk(b"JSON", &json), chunk(b"BIN\0", binary)])
}

/// 48 bytes of positions, then 24 bytes of indices.
pub(crate) fn binary() -> Vec<u8> {
    let positions = CORNERS.iter().flatten().flat_map(|value| value.to_le_bytes());
    positions.chain(FACES.iter().flatten().flat_map(|index| index.to_le_bytes())).collect()
}

pub(crate) fn document() -> Value {
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
pub(crate) fn with(pointer: &str, value: Value) -> Value {
    let mut document = document();
    put(&mut document, pointer, value);
    document
}

pub(crate) fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        _ => parent[key] = value,
    }
}

pub(crate) fn sixfold_volume(file: &MeshFile) -> f64 {
    file.parts.iter().flat_map(|part| part.faces().iter().map(move |face| (part, face))).fold(
        0.0,
        |sum, (part, face)| {
            let [a, b, c] = face.map(|vertex| part.positions()[vertex as usize].map(f64::from));
            sum + a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                + a[2] * (b[0] * c[1] - b[1] * c[0])
        },
    )
}
