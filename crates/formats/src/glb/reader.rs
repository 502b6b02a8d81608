//! From a GLB back to a mesh, trusting nothing.

use medshape_types::Mesh;
use serde_json::Value;

use super::container;
use super::document::{COMPRESSION, FLOAT, SPACE, UNITS, UNSIGNED_INT};

/// The mesh, or what is not as it should be.
pub(super) fn mesh(bytes: &[u8]) -> Result<Mesh, String> {
    let (document, binary) = container::split(bytes)?;
    check_space(&document)?;
    let document = Document { document: &document, binary };
    let primitive = document.get("/meshes/0/primitives/0")?;
    if primitive.get("mode").and_then(Value::as_u64).unwrap_or(TRIANGLES) != TRIANGLES {
        return Err("not a mesh of triangles".to_owned());
    }
    let positions = document.positions(number(primitive, "/attributes/POSITION")?)?;
    let faces = document.faces(number(primitive, "/indices")?)?;
    Mesh::new(positions, faces).map_err(|error| error.to_string())
}

const TRIANGLES: u64 = 4;

/// Numbers in metres or in another program's axes must never pass for millimetres RAS+.
fn check_space(document: &Value) -> Result<(), String> {
    let extra = |name: &str| document.pointer("/asset/extras")?.get(name)?.as_str();
    match (extra("units"), extra("space")) {
        (Some(UNITS), Some(SPACE)) => Ok(()),
        _ => Err("`asset.extras` does not say millimetres RAS+".to_owned()),
    }
}

struct Document<'a> {
    document: &'a Value,
    binary: &'a [u8],
}

impl<'a> Document<'a> {
    fn positions(&self, accessor: usize) -> Result<Vec<[f32; 3]>, String> {
        let view = self.view(accessor, "VEC3", FLOAT, 12)?;
        let positions = match view.compression {
            Some(compression) => decode_positions(view.bytes, view.count, compression)?,
            None => {
                let (words, _) = view.bytes.as_chunks::<4>();
                let values: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
                values.as_chunks::<3>().0.to_vec()
            }
        };
        Ok(positions)
    }

    fn faces(&self, accessor: usize) -> Result<Vec<[u32; 3]>, String> {
        let view = self.view(accessor, "SCALAR", UNSIGNED_INT, 4)?;
        if view.count % 3 != 0 {
            return Err("indices that are no triples".to_owned());
        }
        let indices: Vec<u32> = match view.compression {
            Some(compression) => decode_indices(view.bytes, view.count, compression)?,
            None => {
                view.bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect()
            }
        };
        Ok(indices.as_chunks::<3>().0.to_vec())
    }

    /// The bytes of an accessor, `size` each; as many as its count says, unless compressed.
    fn view(
        &self,
        accessor: usize,
        kind: &str,
        component_type: u64,
        size: usize,
    ) -> Result<View<'a>, String> {
        let accessor = self.get(&format!("/accessors/{accessor}"))?;
        let is_kind = accessor.get("type").and_then(Value::as_str) == Some(kind);
        let is_type = accessor.get("componentType").and_then(Value::as_u64) == Some(component_type);
        if !is_kind || !is_type || accessor.get("byteOffset").is_some() {
            return Err(format!("an accessor is not {kind} of type {component_type}"));
        }
        let count = number(accessor, "/count")?;
        let view = self.get(&format!("/bufferViews/{}", number(accessor, "/bufferView")?))?;
        let compression = view.pointer("/extensions").and_then(|all| all.get(COMPRESSION));
        let source = compression.unwrap_or(view);
        if compression.is_some()
            && (number(source, "/byteStride")?, number(source, "/count")?) != (size, count)
        {
            return Err("an accessor and its compressed view disagree".to_owned());
        }
        let bytes = self.slice(source)?;
        if compression.is_none() && Some(bytes.len()) != count.checked_mul(size) {
            return Err("an accessor and its view disagree".to_owned());
        }
        Ok(View { bytes, count, compression })
    }

    fn slice(&self, view: &Value) -> Result<&'a [u8], String> {
        if number(view, "/buffer")? != 0 {
            return Err("a view of a buffer that is not there".to_owned());
        }
        let offset = number(view, "/byteOffset")?;
        let rest = self.binary.get(offset..);
        rest.and_then(|rest| rest.get(..number(view, "/byteLength").ok()?))
            .ok_or_else(|| "a view reaches beyond its buffer".to_owned())
    }

    fn get(&self, pointer: &str) -> Result<&'a Value, String> {
        self.document.pointer(pointer).ok_or_else(|| format!("`{pointer}` is missing"))
    }
}

struct View<'a> {
    bytes: &'a [u8],
    count: usize,
    compression: Option<&'a Value>,
}

fn number(value: &Value, pointer: &str) -> Result<usize, String> {
    let number = value.pointer(pointer).and_then(Value::as_u64);
    number
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| format!("`{pointer}` is not a count"))
}

// A block of 256 vertices of 12 bytes takes at least 48 bytes (version 0), so a byte stands for
// less than six vertices. Larger claims are refused before anything is allocated.
const MAX_VERTICES_A_BYTE: usize = 6;
const VERTEX_HEADER: u8 = 0xa0;
const INDEX_HEADER: u8 = 0xe1;

fn decode_positions(
    encoded: &[u8],
    n_vertices: usize,
    compression: &Value,
) -> Result<Vec<[f32; 3]>, String> {
    let mode = compression.get("mode").and_then(Value::as_str);
    let filter = compression.get("filter").and_then(Value::as_str);
    if (mode, filter) != (Some("ATTRIBUTES"), Some("EXPONENTIAL")) {
        return Err("positions are not compressed as medshape does it".to_owned());
    }
    let is_possible = n_vertices > 0 && n_vertices / MAX_VERTICES_A_BYTE <= encoded.len();
    if encoded.first() != Some(&VERTEX_HEADER) || !is_possible {
        return Err("the compressed positions are damaged".to_owned());
    }
    let mut positions: Vec<[u32; 3]> = meshopt::decode_vertex_buffer(encoded, n_vertices)
        .map_err(|_| "the compressed positions are damaged")?;
    meshopt::decode_filter_exp(&mut positions);
    Ok(positions.into_iter().map(|position| position.map(f32::from_bits)).collect())
}

fn decode_indices(
    encoded: &[u8],
    n_indices: usize,
    compression: &Value,
) -> Result<Vec<u32>, String> {
    if compression.get("mode").and_then(Value::as_str) != Some("TRIANGLES") {
        return Err("faces are not compressed as medshape does it".to_owned());
    }
    // A triangle takes at least one byte.
    let is_possible = n_indices > 0 && n_indices / 3 <= encoded.len();
    if encoded.first() != Some(&INDEX_HEADER) || !is_possible {
        return Err("the compressed faces are damaged".to_owned());
    }
    meshopt::decode_index_buffer(encoded, n_indices)
        .map_err(|_| "the compressed faces are damaged".to_owned())
}
