//! Sound glTF, VTK, VTP, GIFTI and 3MF, damaged at random: a reader answers, and what it accepts is
//! sound and in proportion to the bytes.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use medshape_formats::{ErrorKind, Limits, MeshFile, gifti, gltf, json, threemf, vtk, vtp};
use proptest::prelude::*;

use crate::common::damage::{self, Damage, apply};

fn damage() -> impl Strategy<Value = Damage> {
    const NUMBERS: [u64; 5] = [0, 1, u64::MAX, 1 << 63, 1 << 31];
    const TEXTS: [&str; 13] = [
        "0",
        "-1",
        "4294967295",
        "18446744073709551615",
        "1e400",
        "nan",
        "<a>",
        "</",
        "\"",
        "&lt;",
        "[[",
        "]]>",
        "data:,",
    ];
    prop_oneof![
        3 => damage::flip(),
        3 => damage::set(&NUMBERS),
        6 => damage::digits(&TEXTS),
        1 => damage::truncate(),
        1 => damage::repeat(),
    ]
}

/// The files of other programs.
static SOUND: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
});

fn beside(name: &str) -> Result<Vec<u8>, ErrorKind> {
    assert!(!name.is_empty() && !name.contains(['/', '\\', ':', '\0']) && name != "..");
    Ok(vec![0; 100])
}

fn read(name: &str, bytes: &[u8]) -> Result<MeshFile, ErrorKind> {
    let limits = Limits::DEFAULT;
    match name.rsplit_once('.').unwrap().1 {
        "vtk" => vtk::read(bytes, &limits),
        "vtp" => vtp::read(bytes, &limits),
        "gii" => gifti::read(bytes, &limits),
        "3mf" => threemf::read(bytes, &limits),
        _ => gltf::read(bytes, &beside, &limits),
    }
}

fn check(result: Result<MeshFile, ErrorKind>, n_bytes: usize) {
    match result {
        Err(kind) => {
            let text = kind.to_string();
            assert!(text.len() < 300 && !text.ends_with('.') && !text.contains('\n'), "{text}");
        }
        Ok(file) => {
            assert!(file.n_faces() > 0);
            // Deflate makes a thousand bytes of one, and instances many meshes of one.
            assert!(file.n_faces() + file.n_vertices() <= 1100 * n_bytes);
            for part in &file.parts {
                let n = part.positions().len();
                assert!(part.faces().iter().flatten().all(|&vertex| (vertex as usize) < n));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn damaged_files_are_answered(
        which in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..5),
    ) {
        let (name, sound) = which.get(&SOUND);
        let mut bytes = sound.clone();
        apply(&damages, &mut bytes);
        check(read(name, &bytes), bytes.len());
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for name in ["a.vtk", "a.vtp", "a.gii", "a.3mf", "a.glb"] {
            check(read(name, &bytes), bytes.len());
        }
    }

    #[test]
    fn any_json_is_answered(text in r#"[\[\]{}",:\\a0. ]{0,80}"#) {
        let _ = json::parse(text.as_bytes(), &Limits::DEFAULT);
        check(read("a.gltf", text.as_bytes()), text.len());
    }
}

#[test]
fn every_cut_and_every_flipped_byte_is_answered() {
    for (name, sound) in SOUND.iter() {
        for n_bytes in 0..sound.len() {
            check(read(name, &sound[..n_bytes]), n_bytes);
            let mut flipped = sound.clone();
            flipped[n_bytes] ^= 0xff;
            check(read(name, &flipped), sound.len());
        }
    }
}
