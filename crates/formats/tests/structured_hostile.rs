//! Sound glTF, VTK, VTP, GIFTI and 3MF, damaged at random: a reader answers, and what it accepts is
//! sound and in proportion to the bytes.

#![allow(clippy::unwrap_used, clippy::doc_markdown, reason = "this is test code")]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use medshape_formats::{ErrorKind, Limits, MeshFile, gifti, gltf, json, threemf, vtk, vtp};
use proptest::prelude::*;

/// A change to some bytes.
#[derive(Debug, Clone)]
enum Damage {
    Flip { place: usize, bit: u8 },
    Set { place: usize, value: u64, size: usize },
    Digits { place: usize, text: &'static str },
    Truncate { place: usize },
    Repeat { place: usize },
}

fn damage() -> impl Strategy<Value = Damage> {
    let boundary = prop_oneof![
        Just(0_u64),
        Just(1),
        Just(u64::MAX),
        Just(1 << 63),
        Just(1 << 31),
        any::<u64>()
    ];
    let text = prop_oneof![
        Just("0"),
        Just("-1"),
        Just("4294967295"),
        Just("18446744073709551615"),
        Just("1e400"),
        Just("nan"),
        Just("<a>"),
        Just("</"),
        Just("\""),
        Just("&lt;"),
        Just("[["),
        Just("]]>"),
        Just("data:,"),
    ];
    prop_oneof![
        3 => (any::<usize>(), 0..8_u8).prop_map(|(place, bit)| Damage::Flip { place, bit }),
        3 => (any::<usize>(), boundary, 1..9_usize)
            .prop_map(|(place, value, size)| Damage::Set { place, value, size }),
        6 => (any::<usize>(), text).prop_map(|(place, text)| Damage::Digits { place, text }),
        1 => any::<usize>().prop_map(|place| Damage::Truncate { place }),
        1 => any::<usize>().prop_map(|place| Damage::Repeat { place }),
    ]
}

fn apply(damages: &[Damage], bytes: &mut Vec<u8>) {
    for damage in damages {
        let n_bytes = bytes.len().max(1);
        match *damage {
            Damage::Flip { place, bit } => {
                if let Some(byte) = bytes.get_mut(place % n_bytes) {
                    *byte ^= 1 << bit;
                }
            }
            Damage::Set { place, value, size } => {
                let place = place % n_bytes;
                let end = bytes.len().min(place + size);
                let n_set = end.saturating_sub(place);
                bytes[place..end].copy_from_slice(&value.to_le_bytes()[..n_set]);
            }
            // In the place of the next number.
            Damage::Digits { place, text } => {
                let rest = &bytes[bytes.len().min(place % n_bytes)..];
                let begin = rest.iter().position(u8::is_ascii_digit).unwrap_or(0);
                let n = rest[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let begin = bytes.len() - rest.len() + begin;
                bytes.splice(begin..begin + n, text.bytes());
            }
            Damage::Truncate { place } => bytes.truncate(place % n_bytes),
            Damage::Repeat { place } => {
                let tail = bytes[bytes.len().min(place % n_bytes)..].to_vec();
                bytes.extend_from_slice(&tail);
            }
        }
    }
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
