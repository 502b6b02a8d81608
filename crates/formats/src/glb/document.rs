//! The JSON of a GLB.

use medshape_types::Mesh;
use serde_json::{Map, Value, json};

use super::Look;
use super::container::padded;

/// The name of the compression, as glTF knows it.
pub(super) const COMPRESSION: &str = "EXT_meshopt_compression";
/// What `asset.extras.space` says: which space the numbers of the mesh are in.
pub(super) const SPACE: &str = "RAS+";
/// What `asset.extras.units` says.
pub(super) const UNITS: &str = "mm";
/// glTF's number for 32-bit floats.
pub(super) const FLOAT: u64 = 5126;
/// glTF's number for unsigned 32-bit integers.
pub(super) const UNSIGNED_INT: u64 = 5125;

const POSITION_SIZE: usize = 12;
const INDEX_SIZE: usize = 4;

/// What the document has to know of the mesh.
pub(super) struct Parts {
    pub(super) bounds: [[f32; 3]; 2],
    pub(super) n_vertices: usize,
    pub(super) n_indices: usize,
    pub(super) compressed: Option<Compressed>,
}

/// Bytes of the compressed parts.
pub(super) struct Compressed {
    pub(super) positions: usize,
    pub(super) indices: usize,
}

/// The parts of a mesh as it is; `None` without faces.
pub(super) fn plain_parts(mesh: &Mesh) -> Option<Parts> {
    let bounds = mesh.bounds().filter(|_| !mesh.faces().is_empty())?;
    Some(Parts {
        bounds: [bounds.min, bounds.max].map(|corner| corner.map(|value| value as f32)),
        n_vertices: mesh.positions().len(),
        n_indices: 3 * mesh.faces().len(),
        compressed: None,
    })
}

/// The whole document.
pub(super) fn json(parts: &Parts, look: &Look) -> Value {
    let mut document = json!({
        "asset": asset(look),
        "scene": 0,
        "scenes": [{ "nodes": [0] }],
        "nodes": [node(look)],
        "meshes": [mesh(look)],
        "materials": [material(look)],
        "accessors": accessors(parts),
    });
    match &parts.compressed {
        None => {
            document["bufferViews"] = views(parts, 0);
            document["buffers"] = json!([{ "byteLength": n_unpacked(parts) }]);
        }
        Some(compressed) => {
            document["bufferViews"] = compressed_views(parts, compressed);
            document["buffers"] = json!([
                { "byteLength": padded(compressed.positions) + padded(compressed.indices) },
                {
                    "byteLength": n_unpacked(parts),
                    "extensions": { COMPRESSION: { "fallback": true } },
                },
            ]);
            document["extensionsUsed"] = json!([COMPRESSION]);
            document["extensionsRequired"] = json!([COMPRESSION]);
        }
    }
    document
}

/// Puts what depends on the look in the place of what is there.
pub(super) fn dress(document: &mut Map<String, Value>, look: &Look) {
    document.insert("asset".to_owned(), asset(look));
    document.insert("nodes".to_owned(), json!([node(look)]));
    document.insert("meshes".to_owned(), json!([mesh(look)]));
    document.insert("materials".to_owned(), json!([material(look)]));
}

fn asset(look: &Look) -> Value {
    let mut asset = json!({
        "version": "2.0",
        "generator": "medshape",
        "extras": {
            "units": UNITS,
            "space": SPACE,
            "note": "the mesh is in millimetres RAS+; its node turns it to glTF's metres, y up",
        },
    });
    if !look.copyright.is_empty() {
        asset["copyright"] = json!(look.copyright);
    }
    asset
}

/// A quarter turn about x and a thousandth of the size: (x, y, z) mm to 0.001 · (x, z, −y) m.
fn node(look: &Look) -> Value {
    let half = std::f64::consts::FRAC_1_SQRT_2;
    json!({
        "name": look.name,
        "mesh": 0,
        "rotation": [-half, 0.0, 0.0, half],
        "scale": [0.001, 0.001, 0.001],
    })
}

fn mesh(look: &Look) -> Value {
    let mut mesh = json!({
        "name": look.name,
        "primitives": [{
            "attributes": { "POSITION": 0 },
            "indices": 1,
            "material": 0,
            "mode": 4,
        }],
    });
    if !look.extras.is_empty() {
        mesh["extras"] = Value::Object(look.extras.clone());
    }
    mesh
}

fn material(look: &Look) -> Value {
    let [red, green, blue] = look.colour.map(linear);
    json!({
        "name": look.name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [red, green, blue, 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.7,
        },
        "doubleSided": false,
    })
}

/// From sRGB (IEC 61966-2-1, 1999) to linear light, which is what glTF wants; four decimals tell
/// all 256 steps apart.
fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    let linear = match value <= 0.040_45 {
        true => value / 12.92,
        false => ((value + 0.055) / 1.055).powf(2.4),
    };
    (linear * 1e4).round() / 1e4
}

fn accessors(parts: &Parts) -> Value {
    let [min, max] = parts.bounds.map(|corner| corner.map(f64::from));
    json!([
        {
            "bufferView": 0,
            "componentType": FLOAT,
            "count": parts.n_vertices,
            "type": "VEC3",
            "min": min,
            "max": max,
        },
        {
            "bufferView": 1,
            "componentType": UNSIGNED_INT,
            "count": parts.n_indices,
            "type": "SCALAR",
        },
    ])
}

fn n_unpacked(parts: &Parts) -> usize {
    POSITION_SIZE * parts.n_vertices + INDEX_SIZE * parts.n_indices
}

/// Where positions and indices lie once they are unpacked.
fn views(parts: &Parts, buffer: usize) -> Value {
    const ARRAY_BUFFER: u32 = 34962;
    const ELEMENT_ARRAY_BUFFER: u32 = 34963;
    let n_positions = POSITION_SIZE * parts.n_vertices;
    json!([
        {
            "buffer": buffer,
            "byteOffset": 0,
            "byteLength": n_positions,
            "byteStride": POSITION_SIZE,
            "target": ARRAY_BUFFER,
        },
        {
            "buffer": buffer,
            "byteOffset": n_positions,
            "byteLength": INDEX_SIZE * parts.n_indices,
            "target": ELEMENT_ARRAY_BUFFER,
        },
    ])
}

/// The same, with where they lie packed.
fn compressed_views(parts: &Parts, compressed: &Compressed) -> Value {
    let mut views = views(parts, 1);
    views[0]["extensions"] = json!({ COMPRESSION: {
        "buffer": 0,
        "byteOffset": 0,
        "byteLength": compressed.positions,
        "byteStride": POSITION_SIZE,
        "count": parts.n_vertices,
        "mode": "ATTRIBUTES",
        "filter": "EXPONENTIAL",
    } });
    views[1]["extensions"] = json!({ COMPRESSION: {
        "buffer": 0,
        "byteOffset": padded(compressed.positions),
        "byteLength": compressed.indices,
        "byteStride": INDEX_SIZE,
        "count": parts.n_indices,
        "mode": "TRIANGLES",
    } });
    views
}
