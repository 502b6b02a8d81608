//! Items 78 to 84: glTF.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::bad::{ACCEPTED, Bad, Expected, refused};
use crate::meshes::{BOX, CORNERS};

pub(crate) fn all() -> Vec<Bad> {
    [addresses(), accessors(), nodes(), containers(), texts()].into_iter().flatten().collect()
}

/// A box of 20 mm: 8 corners as floats, 36 indices of two bytes.
fn buffer() -> Vec<u8> {
    let corners = CORNERS.iter().flatten().flat_map(|value| (value * 0.001).to_le_bytes());
    corners.chain(BOX.iter().flatten().flat_map(|&index| (index as u16).to_le_bytes())).collect()
}

fn json() -> String {
    r#"{"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0}],
"meshes":[{"primitives":[{"attributes":{"POSITION":0},"indices":1}]}],
"accessors":[{"bufferView":0,"componentType":5126,"count":8,"type":"VEC3","min":[0,0,0],"max":[0.02,0.02,0.02]},
{"bufferView":1,"componentType":5123,"count":36,"type":"SCALAR"}],
"bufferViews":[{"buffer":0,"byteOffset":0,"byteLength":96},{"buffer":0,"byteOffset":96,"byteLength":72}],
"buffers":[{"byteLength":168}]}"#
        .to_owned()
}

fn chunk(kind: &[u8; 4], bytes: &[u8], fill: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), fill);
    [&(bytes.len() as u32).to_le_bytes()[..], kind, &bytes].concat()
}

fn container(chunks: &[Vec<u8>]) -> Vec<u8> {
    let bytes = chunks.concat();
    let length = 12 + bytes.len() as u32;
    [b"glTF\x02\0\0\0", &length.to_le_bytes()[..], &bytes].concat()
}

fn glb(json: impl AsRef<[u8]>) -> Vec<u8> {
    container(&[chunk(b"JSON", json.as_ref(), b' '), chunk(b"BIN\0", &buffer(), 0)])
}

pub(crate) fn sound_glb() -> Vec<u8> {
    glb(json())
}

fn changed(number: &str, name: &str, from: &str, to: &str, expected: Expected) -> Bad {
    let json = json();
    assert!(json.contains(from), "{number}: {from}");
    Bad::new(number, name, glb(json.replacen(from, to, 1)), expected)
}

fn malformed(says: &'static str) -> Expected {
    refused("malformed", says)
}

fn addresses() -> Vec<Bad> {
    let at = |number: &str, name: &str, uri: &str, expected| {
        let text =
            json().replace("\"byteLength\":168", &format!("\"uri\":\"{uri}\",\"byteLength\":168"));
        Bad::new(number, name, text, expected)
    };
    let outside = refused("reference", "only a file beside it");
    vec![
        at("78a", "uri-up.gltf", "../../etc/passwd", outside),
        at("78b", "uri-file.gltf", "file:///etc/passwd", outside),
        at("78c", "uri-http.gltf", "http://127.0.0.1/a.bin", outside),
        at("78d", "uri-percent.gltf", "..%2f..%2fetc%2fpasswd", outside),
        at("78e", "uri-absolute.gltf", "/dev/zero", outside),
        at("78f", "uri-backslash.gltf", "..\\\\x.bin", outside),
        at("78g", "uri-missing.gltf", "nowhere.bin", refused("reference", "nowhere.bin")),
        at(
            "78h",
            "uri-no-base64.gltf",
            "data:application/octet-stream;base64,@@@@",
            malformed("base64"),
        ),
        at(
            "78i",
            "uri-data-short.gltf",
            "data:application/octet-stream;base64,AAAA",
            malformed("buffer"),
        ),
        Bad::written("78j", "uri-data-of-1-gb.gltf", data_of_1_gb, refused("limit", "memory")),
    ]
}

fn data_of_1_gb(path: &Path) -> io::Result<()> {
    let json = json();
    let (head, tail) = json.split_once("\"byteLength\":168").unwrap();
    let mut out = BufWriter::new(File::create(path)?);
    write!(out, "{head}\"uri\":\"data:application/octet-stream;base64,")?;
    for _ in 0..1 << 10 {
        out.write_all(&[b'A'; 1 << 20])?;
    }
    write!(out, "\",\"byteLength\":168{tail}")?;
    out.flush()
}

fn accessors() -> Vec<Bad> {
    let positions = "\"bufferView\":0,\"componentType\":5126,\"count\":8";
    // Byte 13 is the second of corner 1, 0xd7: an index of 215.
    let sparse = "\"sparse\":{\"count\":1,\"indices\":{\"bufferView\":0,\"byteOffset\":13,\"componentType\":5121},\"values\":{\"bufferView\":0}},\"count\":8,\"type\":\"VEC3\"";
    vec![
        changed("79a", "count-0.glb", "\"count\":8", "\"count\":0", malformed("no elements")),
        changed(
            "79b",
            "count-4-billion.glb",
            "\"count\":8",
            "\"count\":4294967295",
            refused("limit", ""),
        ),
        changed("79c", "count-negative.glb", "\"count\":8", "\"count\":-8", malformed("count")),
        changed("79d", "count-half.glb", "\"count\":8", "\"count\":7.5", malformed("count")),
        changed(
            "79e",
            "offset-huge.glb",
            positions,
            &format!("{positions},\"byteOffset\":18446744073709551612"),
            malformed(""),
        ),
        changed(
            "79f",
            "stride-huge.glb",
            "\"byteOffset\":0,\"byteLength\":96",
            "\"byteOffset\":0,\"byteLength\":96,\"byteStride\":4294967292",
            malformed(""),
        ),
        changed(
            "79g",
            "sparse-out-of-range.glb",
            "\"count\":8,\"type\":\"VEC3\"",
            sparse,
            malformed("leads out"),
        ),
        changed(
            "79h",
            "index-of-floats.glb",
            "\"componentType\":5123",
            "\"componentType\":5126",
            malformed(""),
        ),
        changed("79i", "bounds-lie.glb", "\"max\":[0.02,0.02,0.02]", "\"max\":[9,9,9]", ACCEPTED),
        changed("79j", "view-beyond.glb", "\"byteOffset\":96", "\"byteOffset\":97", malformed("")),
        changed(
            "79k",
            "index-beyond.glb",
            "\"byteLength\":96}",
            "\"byteLength\":95}",
            malformed(""),
        ),
        changed(
            "79l",
            "component-type-1.glb",
            "\"componentType\":5126",
            "\"componentType\":1",
            malformed(""),
        ),
    ]
}

fn nodes() -> Vec<Bad> {
    let of = |nodes: String| glb(json().replace("[{\"mesh\":0}]", &nodes));
    let deep: String = (1..100_000).map(|n| format!("{{\"children\":[{n}]}},")).collect();
    let row: String = (1..40).map(|n| format!("{{\"children\":[{n}]}},")).collect();
    // Each node has ten children twice removed: 10⁹ meshes if they were followed.
    let laughs: String = (1..10)
        .map(|n| format!("{{\"children\":[{}]}},", vec![n.to_string(); 10].join(",")))
        .collect();
    let one = |number: &str, name: &str, more: &str, expected| {
        changed(number, name, "{\"mesh\":0}", &format!("{{\"mesh\":0,{more}}}"), expected)
    };
    vec![
        Bad::new(
            "80a",
            "node-cycle.glb",
            of("[{\"children\":[1]},{\"children\":[0],\"mesh\":0}]".to_owned()),
            malformed("inside of itself"),
        ),
        Bad::new(
            "80b",
            "100000-deep.glb",
            of(format!("[{deep}{{\"mesh\":0}}]")),
            refused("limit", ""),
        ),
        Bad::new(
            "80c",
            "40-deep.glb",
            of(format!("[{row}{{\"mesh\":0}}]")),
            refused("limit", "nodes in one another"),
        ),
        Bad::new("80d", "laughs.glb", of(format!("[{laughs}{{\"mesh\":0}}]")), malformed("twice")),
        Bad::new(
            "80e",
            "node-that-is-not-there.glb",
            of("[{\"children\":[7]}]".to_owned()),
            malformed("not there"),
        ),
        one(
            "81a",
            "matrix-null.glb",
            "\"matrix\":[null,0,0,0,0,1,0,0,0,0,1,0,0,0,0,1]",
            malformed("matrix"),
        ),
        one("81b", "scale-0.glb", "\"scale\":[0,0,0]", refused("unsupported", "no faces")),
        one("81c", "scale-1e300.glb", "\"scale\":[1e300,1,1]", malformed("beyond all numbers")),
        one("81d", "rotation-0.glb", "\"rotation\":[0,0,0,0]", malformed("quaternion")),
    ]
}

fn containers() -> Vec<Bad> {
    let text = chunk(b"JSON", json().as_bytes(), b' ');
    let bytes = chunk(b"BIN\0", &buffer(), 0);
    let mut long = text.clone();
    long[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut lie = sound_glb();
    lie[8] ^= 0xff;
    let mut version = sound_glb();
    version[4] = 9;
    vec![
        Bad::new("82a", "chunk-beyond-file.glb", container(&[long]), malformed("chunk")),
        Bad::new(
            "82b",
            "two-json-chunks.glb",
            container(&[text.clone(), text.clone(), bytes.clone()]),
            malformed("chunk"),
        ),
        Bad::new("82c", "bin-first.glb", container(&[bytes, text]), malformed("chunk")),
        Bad::new("82d", "length-lies.glb", lie, malformed("length")),
        Bad::new("82e", "version-9.glb", version, refused("unsupported", "version")),
        Bad::new("82f", "magic-alone.glb", "glTF", malformed("header")),
        Bad::new("82g", "no-chunks.glb", container(&[]), malformed("chunk")),
    ]
}

fn texts() -> Vec<Bad> {
    let json = json();
    let asset = "\"asset\":{\"version\":\"2.0\"}";
    let with = |number: &str, name: &str, more: &str, expected| {
        changed(number, name, asset, &format!("{asset},{more}"), expected)
    };
    let deep = |n: usize| format!("\"extras\":{}{}", "[".repeat(n), "]".repeat(n));
    let (before, after) = json.split_once(asset).unwrap();
    let no_utf8 =
        [before.as_bytes(), asset.as_bytes(), b",\"extras\":\"\xff\"", after.as_bytes()].concat();
    let needs = |number: &str, name: &str, extension: &str| {
        with(
            number,
            name,
            &format!("\"extensionsRequired\":[\"{extension}\"]"),
            refused("unsupported", ""),
        )
    };
    let view = "\"byteOffset\":0,\"byteLength\":96";
    let packed = format!(
        "{view},\"extensions\":{{\"EXT_meshopt_compression\":{{\"buffer\":0,{view},\"byteStride\":12,\"count\":8,\"mode\":\"ATTRIBUTES\"}}}}"
    );
    vec![
        with("83a", "200000-deep.glb", &deep(200_000), refused("limit", "objects and lists")),
        with("83b", "double-key.glb", asset, malformed("")),
        with("83c", "number-1e400.glb", "\"extras\":1e400", malformed("")),
        with("83d", "lone-surrogate.glb", "\"extras\":\"\\ud800\"", malformed("")),
        Bad::new("83e", "no-utf8.glb", glb(no_utf8), malformed("")),
        changed("83f", "cut-json.glb", "\"buffers\":[{\"byteLength\":168}]}", "", malformed("")),
        with("83g", "nul.glb", "\"extras\":\"\u{0}\"", malformed("")),
        needs("84a", "draco.glb", "KHR_draco_mesh_compression"),
        needs("84b", "ktx2.glb", "KHR_texture_basisu"),
        needs("84c", "unknown-extension.glb", "EVIL_extension"),
        needs("84d", "meshopt-of-khronos.glb", "KHR_meshopt_compression"),
        with(
            "84e",
            "meshopt.glb",
            "\"extensionsRequired\":[\"EXT_meshopt_compression\"]",
            ACCEPTED,
        ),
        changed("84f", "meshopt-damaged.glb", view, &packed, malformed("damaged")),
    ]
}
