//! GLB: what is stored comes back, and other programs can rely on its layout.

use std::collections::BTreeSet;

use medshape_formats::{ErrorKind, glb};
use medshape_types::Mesh;
use serde_json::Value;

/// The step of the lattice on which the meshes here lie: 2^-8 mm.
const STEP_EXPONENT: i32 = -8;

/// An octahedron, each face cut into `n`² parts and blown up to a sphere, on the lattice.
fn sphere(n: u32, radius_mm: f64) -> Mesh {
    let mut positions: Vec<[f32; 3]> = Vec::new();
    let mut faces = Vec::new();
    let mut vertex = |point: [i64; 3]| {
        let length = point.iter().map(|value| (value * value) as f64).sum::<f64>().sqrt();
        let on_lattice = |value: i64| {
            ((value as f64 / length * radius_mm * 256.0).round() / 256.0 - 12.5) as f32
        };
        let position = point.map(on_lattice);
        let known = positions.iter().position(|known| *known == position);
        known.unwrap_or_else(|| {
            positions.push(position);
            positions.len() - 1
        }) as u32
    };
    for octant in 0..8_u32 {
        let sign = |axis: u32| if octant >> axis & 1 == 0 { 1 } else { -1 };
        let is_turned = octant.count_ones() % 2 == 1;
        let mut corner = |a: u32, b: u32| {
            let c = n - a - b;
            vertex([i64::from(a) * sign(0), i64::from(b) * sign(1), i64::from(c) * sign(2)])
        };
        for a in 0..n {
            for b in 0..n - a {
                let mut face = [corner(a, b), corner(a + 1, b), corner(a, b + 1)];
                let mut other = (a + b + 1 < n)
                    .then(|| [corner(a + 1, b), corner(a + 1, b + 1), corner(a, b + 1)]);
                if is_turned {
                    face.swap(1, 2);
                    other = other.map(|[x, y, z]| [x, z, y]);
                }
                faces.push(face);
                faces.extend(other);
            }
        }
    }
    Mesh::new(positions, faces).unwrap()
}

fn look() -> glb::Look {
    let extras = serde_json::json!({ "shape": "phantom/0001/liver" });
    glb::Look {
        name: "liver </script> \u{2028} \"quoted\"".to_owned(),
        colour: [200, 30, 0],
        copyright: "CC BY 4.0, someone".to_owned(),
        extras: extras.as_object().unwrap().clone(),
    }
}

fn compressed(mesh: &Mesh) -> Vec<u8> {
    let mut bytes = Vec::new();
    glb::write_compressed(&mut bytes, mesh, STEP_EXPONENT, &look()).unwrap();
    bytes
}

fn plain(mesh: &Mesh) -> Vec<u8> {
    let mut bytes = Vec::new();
    glb::write_plain(&mut bytes, mesh, &look()).unwrap();
    bytes
}

fn packed(mesh: &Mesh) -> Vec<u8> {
    let mut bytes = Vec::new();
    glb::write_packed(&mut bytes, mesh, STEP_EXPONENT, &look()).unwrap();
    bytes
}

type Corners = [[u32; 3]; 3];

/// Oriented triangles in no order: what a mesh is, whoever lists it.
fn solid(mesh: &Mesh) -> BTreeSet<Corners> {
    let bits = |corners: [[f32; 3]; 3]| corners.map(|corner| corner.map(f32::to_bits));
    mesh.triangles()
        .map(bits)
        .map(|[a, b, c]| [[a, b, c], [b, c, a], [c, a, b]].into_iter().min().unwrap())
        .collect()
}

fn document(bytes: &[u8]) -> Value {
    let n_json = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    serde_json::from_slice(&bytes[20..20 + n_json]).unwrap()
}

#[test]
fn both_forms_bring_back_the_same_solid() {
    let mesh = sphere(12, 40.0);
    assert_eq!(mesh.faces().len(), 8 * 12 * 12);
    assert_eq!(mesh.positions().len(), 4 * 12 * 12 + 2);
    let stored = glb::read(&compressed(&mesh)).unwrap();
    assert_eq!(solid(&stored), solid(&mesh));
    assert_eq!(stored.positions().len(), mesh.positions().len());
    assert_eq!(glb::read(&plain(&mesh)).unwrap(), mesh);
    assert_eq!(glb::read(&packed(&mesh)).unwrap(), stored);
}

#[test]
fn what_is_packed_is_the_compressed_form() {
    let mesh = sphere(9, 33.0);
    let (packed, compressed) = (packed(&mesh), compressed(&mesh));
    assert!(5 * packed.len() < 4 * compressed.len());
    assert!(glb::unpack(&packed).unwrap() == compressed);
    assert!(glb::unpack(&compressed).unwrap() == compressed);
    let mut dressed = Vec::new();
    glb::dress(&mut dressed, &packed, &look()).unwrap();
    assert!(dressed == compressed, "in the same look");
}

#[test]
fn stored_a_mesh_takes_a_twentieth_of_its_stl() {
    let n_faces = 8 * 60 * 60;
    let n_bytes = packed(&sphere(60, 45.0)).len();
    assert!(20 * n_bytes < 50 * n_faces, "{n_bytes} bytes for {n_faces} faces");
}

#[test]
fn stored_bytes_do_not_depend_on_the_order_of_the_input() {
    let mesh = sphere(9, 33.0);
    let bytes = compressed(&mesh);
    assert_eq!(compressed(&mesh), bytes);
    assert_eq!(compressed(&glb::read(&bytes).unwrap()), bytes);

    let (mut positions, mut faces) = mesh.into_parts();
    let last = positions.len() as u32 - 1;
    positions.reverse();
    faces.reverse();
    let turned = faces.into_iter().map(|[a, b, c]| [last - b, last - c, last - a]).collect();
    assert_eq!(compressed(&Mesh::new(positions, turned).unwrap()), bytes);
}

#[test]
fn an_inside_out_mesh_is_another_one() {
    let (positions, faces) = sphere(4, 20.0).into_parts();
    let inside_out = faces.iter().map(|&[a, b, c]| [a, c, b]).collect();
    let outside = Mesh::new(positions.clone(), faces).unwrap();
    let inside = Mesh::new(positions, inside_out).unwrap();
    assert_ne!(compressed(&outside), compressed(&inside));
}

#[test]
fn compression_takes_less_than_a_third() {
    let mesh = sphere(20, 50.0);
    let (small, large) = (compressed(&mesh).len(), plain(&mesh).len());
    assert!(3 * small < large, "{small} of {large} bytes");
}

#[test]
fn coordinates_off_the_lattice_are_refused() {
    let check = |x: f32, step_exponent: i32| {
        let mesh = Mesh::new(vec![[x, 0.0, 0.0]; 3], vec![[0, 1, 2]]).unwrap();
        let written = glb::write_compressed(&mut Vec::new(), &mesh, step_exponent, &look());
        written.map_err(|error| assert!(matches!(error.kind(), ErrorKind::Mesh(_)))).is_ok()
    };
    assert!(check(1.0 / 256.0, -8));
    assert!(!check(1.0 / 512.0, -8));
    assert!(check(32_767.996, -8));
    assert!(!check(32_768.0, -8));
    assert!(check(32_768.0, -7));
    assert!(!check(f32::MIN_POSITIVE, -8));
    assert!(!check(0.0, 101));
    assert!(!check(0.0, i32::MIN));
}

#[test]
fn a_mesh_without_faces_is_refused() {
    let mesh = Mesh::new(vec![[0.0; 3]], vec![]).unwrap();
    assert!(glb::write_compressed(&mut Vec::new(), &mesh, -8, &look()).is_err());
    assert!(glb::write_plain(&mut Vec::new(), &mesh, &look()).is_err());
}

#[test]
fn lengths_and_alignments_are_those_of_the_standard() {
    for n in 1..6 {
        let mesh = sphere(n, 30.0);
        check_layout(&plain(&mesh));
        check_layout(&compressed(&mesh));
    }
}

/// The rules of the GLB container, and that every view lies inside of its buffer, aligned.
fn check_layout(bytes: &[u8]) {
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(&bytes[..4], b"glTF");
    assert_eq!(word(4), 2);
    assert_eq!(word(8), bytes.len());
    let n_json = word(12);
    assert_eq!(&bytes[16..20], b"JSON");
    assert_eq!(n_json % 4, 0);
    let n_binary = word(20 + n_json);
    assert_eq!(&bytes[24 + n_json..28 + n_json], b"BIN\0");
    assert_eq!(n_binary % 4, 0);
    assert_eq!(28 + n_json + n_binary, bytes.len());

    let json = document(bytes);
    let n_buffer = json["buffers"][0]["byteLength"].as_u64().unwrap() as usize;
    assert!(n_buffer <= n_binary && n_binary < n_buffer + 4);
    for view in json["bufferViews"].as_array().unwrap() {
        check_view(&json, view);
        let packed = &view["extensions"]["EXT_meshopt_compression"];
        if packed.is_object() {
            check_view(&json, packed);
            let n_unpacked =
                packed["count"].as_u64().unwrap() * packed["byteStride"].as_u64().unwrap();
            assert_eq!(view["byteLength"].as_u64().unwrap(), n_unpacked);
            assert_eq!(
                json["buffers"][1]["extensions"]["EXT_meshopt_compression"]["fallback"],
                true
            );
        }
    }
}

fn check_view(json: &Value, view: &Value) {
    let number = |name: &str| view[name].as_u64().unwrap();
    let buffer = &json["buffers"][number("buffer") as usize];
    assert_eq!(number("byteOffset") % 4, 0);
    assert!(number("byteOffset") + number("byteLength") <= buffer["byteLength"].as_u64().unwrap());
}

#[test]
fn the_document_says_what_it_is() {
    let mesh = sphere(3, 30.0);
    let json = document(&compressed(&mesh));
    assert_eq!(json["extensionsRequired"], serde_json::json!(["EXT_meshopt_compression"]));
    assert_eq!(json["extensionsUsed"], json["extensionsRequired"]);
    assert_eq!(json["asset"]["copyright"], "CC BY 4.0, someone");
    assert_eq!(json["asset"]["extras"]["units"], "mm");
    assert_eq!(json["meshes"][0]["extras"]["shape"], "phantom/0001/liver");
    assert_eq!(json["nodes"][0]["name"], look().name);
    let bounds = mesh.bounds().unwrap();
    assert_eq!(json["accessors"][0]["min"], serde_json::json!(bounds.min));
    assert_eq!(json["accessors"][0]["max"], serde_json::json!(bounds.max));
    assert_eq!(document(&plain(&mesh)).get("extensionsRequired"), None);
}

#[test]
fn the_node_takes_the_head_up_and_the_front_to_the_viewer() {
    let json = document(&plain(&sphere(1, 30.0)));
    let number = |value: &Value| value.as_f64().unwrap();
    let rotation: Vec<f64> =
        json["nodes"][0]["rotation"].as_array().unwrap().iter().map(number).collect();
    let scale = number(&json["nodes"][0]["scale"][0]);
    let turn = |[x, y, z]: [f64; 3]| {
        // Rodrigues (1840) for a turn about x.
        let (sin, cos) = (2.0 * rotation[0] * rotation[3], 1.0 - 2.0 * rotation[0].powi(2));
        [x, y * cos - z * sin, y * sin + z * cos].map(|value| (value * scale * 1e6).round() / 1e6)
    };
    assert_eq!(turn([1000.0, 0.0, 0.0]), [1.0, 0.0, 0.0]);
    assert_eq!(turn([0.0, 0.0, 1000.0]), [0.0, 1.0, 0.0], "the head is up");
    assert_eq!(turn([0.0, 1000.0, 0.0]), [0.0, 0.0, -1.0], "the front looks away");
}

#[test]
fn files_of_other_programs_are_refused() {
    let mut bytes = plain(&sphere(1, 30.0));
    let place = bytes.windows(6).position(|window| window == b"\"RAS+\"").unwrap();
    bytes[place + 1] = b'L';
    let error = glb::read(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "malformed GLB: `asset.extras` does not say millimetres RAS+");
}

#[test]
fn every_truncation_is_refused() {
    let mesh = sphere(2, 30.0);
    for bytes in [compressed(&mesh), plain(&mesh), packed(&mesh)] {
        for n in 0..bytes.len() {
            assert!(glb::read(&bytes[..n]).is_err(), "{n} of {} bytes", bytes.len());
        }
    }
}

#[test]
fn lying_counts_are_refused_before_they_cost_anything() {
    let bytes = compressed(&sphere(3, 30.0));
    for name in ["count", "byteLength", "byteOffset", "byteStride"] {
        for (value, view) in
            [4_000_000_000, u64::MAX, 3 << 28].into_iter().flat_map(|n| [(n, 0), (n, 1)])
        {
            let mut json = document(&bytes);
            if name == "count" {
                json["accessors"][view][name] = value.into();
            }
            json["bufferViews"][view]["extensions"]["EXT_meshopt_compression"][name] = value.into();
            let text = serde_json::to_vec(&json).unwrap();
            assert!(glb::read(&with_json(&bytes, &text)).is_err(), "{name} {value}");
        }
    }
}

/// The same buffer under another document.
fn with_json(bytes: &[u8], json: &[u8]) -> Vec<u8> {
    let n_json = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let binary = &bytes[20 + n_json..];
    let n_total = (20 + json.len() + binary.len()) as u32;
    [&bytes[..8], &n_total.to_le_bytes(), &(json.len() as u32).to_le_bytes(), b"JSON", json, binary]
        .concat()
}

#[test]
fn deep_json_is_refused() {
    let bytes = plain(&sphere(1, 30.0));
    let deep = [b"[".repeat(200_000), b"]".repeat(200_000)].concat();
    assert!(glb::read(&with_json(&bytes, &deep)).is_err());
}
