//! Sound files, damaged at random: a reader answers, and what it accepts is sound.

use medshape_formats::{Input, Limits, glb, nifti, table};
use medshape_types::Mesh;
use proptest::prelude::*;

use crate::common::damage::{Damage, apply};
use crate::common::{self, F32, F64, I16, Nifti1, U8, damage, file, gzip};

fn damage() -> impl Strategy<Value = Damage> {
    const NUMBERS: [u64; 8] = [
        0,
        1,
        u64::MAX,
        1 << 63,
        0x7fff_7fff_7fff_7fff,
        f32::NAN.to_bits() as u64,
        f32::INFINITY.to_bits() as u64,
        1e30_f32.to_bits() as u64,
    ];
    prop_oneof![
        4 => damage::flip(),
        4 => damage::set(&NUMBERS),
        1 => damage::truncate(),
        1 => damage::repeat(),
    ]
}

fn volumes() -> impl Strategy<Value = (Nifti1, bool)> {
    let kinds = prop_oneof![Just(U8), Just(I16), Just(F32), Just(F64)];
    (kinds, any::<bool>(), any::<bool>(), prop::collection::vec(0..5_u8, 60)).prop_map(
        |(datatype, big_endian, is_packed, labels)| {
            let word = |label: u8| {
                let mut word = match datatype {
                    U8 => vec![label],
                    I16 => i16::from(label).to_le_bytes().to_vec(),
                    F32 => f32::from(label).to_le_bytes().to_vec(),
                    _ => f64::from(label).to_le_bytes().to_vec(),
                };
                if big_endian {
                    word.reverse();
                }
                word
            };
            let voxels = labels.into_iter().flat_map(word).collect();
            (Nifti1::in_order([5, 4, 3], datatype, voxels, big_endian), is_packed)
        },
    )
}

/// Reads every way and checks what comes out.
fn check_nifti(bytes: &[u8]) {
    let file = file(bytes);
    let input = Input::on_disk(file.path());
    let grid = nifti::read_grid(&input, &Limits::DEFAULT);
    let map = nifti::read_label_map(&input, &Limits::DEFAULT);
    let volume = nifti::read_volume(&input, &Limits::DEFAULT);
    if let Ok(volume) = volume {
        assert_eq!(volume.grid(), &grid.unwrap());
        assert_eq!(volume.voxels().len(), volume.grid().n_voxels());
    }
    let Ok(map) = map else { return };
    assert_eq!(map.counts().iter().sum::<u64>(), map.grid().n_voxels() as u64);
    assert!(map.grid().world_from_voxel().rows().iter().flatten().all(|value| value.is_finite()));
    let mut written = Vec::new();
    nifti::write_label_map(&mut written, &map).unwrap();
    let again = common::label_map(&written);
    // Single precision may round an extreme affine out of bounds; labels always survive.
    if let Ok(again) = again {
        assert_eq!((again.voxels(), again.values()), (map.voxels(), map.values()));
    }
}

fn glb_bytes(is_compressed: bool) -> Vec<u8> {
    let positions = vec![[0.0; 3], [1.5, 0.0, 0.0], [0.0, 2.25, 0.0], [0.0, 0.0, 300.0]];
    let faces = vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]];
    let mesh = Mesh::new(positions, faces).unwrap();
    let look = glb::Look { name: "tetrahedron".to_owned(), ..glb::Look::default() };
    let mut bytes = Vec::new();
    if is_compressed {
        glb::write_compressed(&mut bytes, &mesh, -8, &look).unwrap();
    } else {
        glb::write_plain(&mut bytes, &mesh, &look).unwrap();
    }
    bytes
}

fn check_glb(bytes: &[u8]) {
    let Ok(mesh) = glb::read(bytes) else { return };
    assert!(mesh.positions().iter().flatten().all(|value| value.is_finite()));
    let n_vertices = mesh.positions().len();
    assert!(mesh.faces().iter().flatten().all(|&vertex| (vertex as usize) < n_vertices));
    assert!(n_vertices <= 6 * bytes.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damaged_nifti_is_answered(
        (sound, is_packed) in volumes(),
        damages in prop::collection::vec(damage(), 0..4),
        is_inside in any::<bool>(),
    ) {
        let mut bytes = sound.bytes();
        if is_inside {
            apply(&damages, &mut bytes);
        }
        if is_packed {
            bytes = gzip(&bytes);
        }
        if !is_inside {
            apply(&damages, &mut bytes);
        }
        check_nifti(&bytes);
    }

    #[test]
    fn header_fields_at_their_limits_are_answered(
        (sound, is_packed) in volumes(),
        offset in prop_oneof![0..4_usize, 40..124_usize, 252..348_usize],
        value in prop_oneof![Just(0_u32), Just(1), Just(u32::MAX), Just(1 << 31), Just(0x7f80_0000),
            Just(0x7fc0_0000), Just(0x0000_0001), Just(0x7f7f_ffff), any::<u32>()],
    ) {
        let mut sound = sound;
        sound.put(offset, &value.to_le_bytes());
        let bytes = sound.bytes();
        check_nifti(&if is_packed { gzip(&bytes) } else { bytes });
    }

    #[test]
    fn damaged_glb_is_answered(
        is_compressed in any::<bool>(),
        damages in prop::collection::vec(damage(), 1..4),
    ) {
        let mut bytes = glb_bytes(is_compressed);
        apply(&damages, &mut bytes);
        check_glb(&bytes);
    }

    #[test]
    fn a_damaged_buffer_of_a_glb_is_answered(
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let mut bytes = glb_bytes(true);
        let begin = 28 + u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
        let n_bytes = bytes.len();
        let mut buffer = bytes.split_off(begin);
        apply(&damages, &mut buffer);
        buffer.resize(n_bytes - begin, 0);
        bytes.extend_from_slice(&buffer);
        check_glb(&bytes);
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check_nifti(&bytes);
        check_glb(&bytes);
        check_table(&bytes);
    }

    #[test]
    fn any_text_is_a_table_or_refused(text in "[ab,;\t\"\r\n]{0,200}") {
        check_table(text.as_bytes());
    }
}

fn check_table(bytes: &[u8]) {
    let Ok(table) = table::read(file(bytes).path()) else { return };
    assert!(!table.columns.is_empty());
    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
}
