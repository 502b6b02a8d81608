//! The NIfTI reader and writer on files made by hand.

use medshape_formats::{Input, Limits, nifti};
use medshape_types::{Affine, Grid, LabelMap};

use crate::common::{
    self, F32, F64, I8, I16, I32, I64, Nifti1, U8, U16, U32, U64, file, gzip, label_map, refusal,
    volume,
};

fn check(bytes: &[u8], voxels: &[u16], values: &[i64]) {
    let map = label_map(bytes).unwrap();
    assert_eq!(map.voxels(), voxels);
    assert_eq!(map.values(), values);
}

/// Changes a sound file and expects a reason.
fn check_refused(change: impl Fn(&mut Nifti1), reason: &str) {
    let mut sound = Nifti1::small();
    change(&mut sound);
    let refusal = refusal(&sound.bytes());
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

#[test]
fn labels_are_sorted_with_the_background_first() {
    let voxels = [7_i16, 0, -6, 7].map(i16::to_le_bytes).concat();
    check(&Nifti1::new([2, 2, 1], I16, voxels).bytes(), &[2, 0, 1, 2], &[0, -6, 7]);
}

#[test]
fn the_background_has_index_zero_even_if_no_voxel_is_background() {
    check(&Nifti1::new([2, 1, 1], U8, vec![9, 9]).bytes(), &[1, 1], &[0, 9]);
}

#[test]
fn every_type_in_both_byte_orders_holds_the_same_labels() {
    let labels = [0_i64, 3, 100, 3];
    for big_endian in [false, true] {
        for datatype in [U8, I8, U16, I16, U32, I32, U64, I64, F32, F64] {
            let size = usize::from(common::bitpix(datatype).unsigned_abs() / 8);
            let word = |label: &i64| {
                let mut word = match datatype {
                    F32 => (*label as f32).to_le_bytes().to_vec(),
                    F64 => (*label as f64).to_le_bytes().to_vec(),
                    _ => label.to_le_bytes()[..size].to_vec(),
                };
                if big_endian {
                    word.reverse();
                }
                word
            };
            let voxels: Vec<u8> = labels.iter().flat_map(word).collect();
            let bytes = Nifti1::in_order([4, 1, 1], datatype, voxels, big_endian).bytes();
            check(&bytes, &[0, 1, 2, 1], &[0, 3, 100]);
            let intensities = volume(&bytes).unwrap();
            assert_eq!(intensities.voxels(), [0.0, 3.0, 100.0, 3.0], "type {datatype}");
        }
    }
}

#[test]
fn long_runs_and_their_ends_keep_their_places() {
    let labels: Vec<u8> = (0..1000).map(|n| u8::from(n % 97 == 0) + u8::from(n > 640)).collect();
    let expected: Vec<u16> = labels.iter().map(|&label| label.into()).collect();
    let wide: Vec<u8> = labels.iter().flat_map(|&label| f64::from(label).to_le_bytes()).collect();
    check(&Nifti1::new([10, 10, 10], U8, labels).bytes(), &expected, &[0, 1, 2]);
    check(&Nifti1::new([10, 10, 10], F64, wide).bytes(), &expected, &[0, 1, 2]);
}

#[test]
fn two_zeros_are_one_background() {
    let voxels = [-0.0_f64, 0.0, 1.0].map(f64::to_le_bytes).concat();
    check(&Nifti1::new([3, 1, 1], F64, voxels).bytes(), &[0, 0, 1], &[0, 1]);
}

#[test]
fn slope_and_intercept_apply_to_labels_and_intensities() {
    let mut scaled = Nifti1::new([3, 1, 1], U8, vec![0, 1, 2]);
    scaled.f32(112, 0.5);
    scaled.f32(116, 10.0);
    assert_eq!(volume(&scaled.bytes()).unwrap().voxels(), [10.0, 10.5, 11.0]);
    let reason = "holds fractional values such as 10.5 at voxel (1, 0, 0)";
    assert!(refusal(&scaled.bytes()).contains(reason));
    scaled.f32(112, -2.0);
    check(&scaled.bytes(), &[3, 2, 1], &[0, 6, 8, 10]);
}

#[test]
fn a_slope_of_zero_or_nan_means_none() {
    for slope in [0.0, f32::NAN, f32::INFINITY] {
        let mut scaled = Nifti1::small();
        scaled.f32(112, slope);
        scaled.f32(116, 5.0);
        check(&scaled.bytes(), &[0, 1, 0, 2], &[0, 1, 2]);
    }
}

#[test]
fn a_slope_that_makes_all_voxels_alike_ends() {
    let voxels = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut scaled = Nifti1::new([200, 100, 1], U32, voxels);
    scaled.f32(112, 1e-40);
    scaled.f32(116, 5.0);
    assert!(refusal(&scaled.bytes()).contains("more than 4096 distinct values"));
}

#[test]
fn gzip_is_known_by_its_content() {
    let bytes = Nifti1::small().bytes();
    check(&gzip(&bytes), &[0, 1, 0, 2], &[0, 1, 2]);
    let (head, tail) = bytes.split_at(353);
    let two_members = [gzip(head), gzip(tail)].concat();
    check(&two_members, &[0, 1, 0, 2], &[0, 1, 2]);
    check(&[gzip(&bytes), vec![0; 5000]].concat(), &[0, 1, 0, 2], &[0, 1, 2]);
}

#[test]
fn a_gzip_header_with_every_field_is_skipped() {
    let packed = gzip(&Nifti1::small().bytes());
    let name = [b'x'; 70_000];
    let mut header = vec![0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 255, 3, 0, 1, 2, 3];
    header.extend_from_slice(&name);
    header.extend_from_slice(b"\0a comment\0\x12\x34");
    check(&[&header, &packed[10..]].concat(), &[0, 1, 0, 2], &[0, 1, 2]);
}

#[test]
fn each_damage_to_gzip_has_its_reason() {
    let sound = gzip(&Nifti1::small().bytes());
    let n = sound.len();
    let flipped = |place: usize| {
        let mut bytes = sound.clone();
        bytes[place] ^= 1;
        bytes
    };
    let check = |bytes: &[u8], reason: &str| {
        let refusal = refusal(bytes);
        assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
    };
    check(&sound[..5], "the file ends inside its header");
    check(&sound[..n / 2], "the file ends inside its compressed data");
    check(&sound[..n - 3], "the file ends inside its trailer");
    check(&flipped(n - 8), "the checksum does not match");
    check(&flipped(n - 1), "the length in the trailer does not match");
    check(&flipped(2), "malformed gzip header");
    check(&[&sound[..], b"garbage"].concat(), "garbage after the end");
    check(&[&sound[..], &sound[..7]].concat(), "the file ends inside its header");
    check(&[&sound[..], b"\0\0x"].concat(), "garbage after the end");
    check(&gzip(&sound), "gzip a second time");
}

#[test]
fn other_files_are_named() {
    let check = |bytes: &[u8], reason: &str| {
        let refusal = refusal(bytes);
        assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
    };
    check(b"", "the file is empty");
    check(b"hello", "it ends inside the header");
    check(&Nifti1::small().bytes()[..347], "the header claims 348 bytes, the file holds only 347");
    check(&[b' '; 400], "`sizeof_hdr` is neither 348 nor 540");
    check(b"\x28\xb5\x2f\xfd....", "zstd");
    check(b"PK\x03\x04....", "ZIP");
}

#[test]
fn a_folder_and_a_missing_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error =
        nifti::read_label_map(&Input::on_disk(folder.path()), &Limits::DEFAULT).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}`: not a regular file", folder.path().display()));
    let missing = folder.path().join("missing.nii");
    let text =
        nifti::read_grid(&Input::on_disk(&missing), &Limits::DEFAULT).unwrap_err().to_string();
    assert_eq!(text.matches("missing.nii").count(), 1, "{text}");
}

#[test]
fn headers_that_contradict_themselves_are_refused() {
    check_refused(|file| file.i32(0, 0), "`sizeof_hdr`");
    check_refused(|file| file.put(344, b"ni1\0"), "header and voxels are in two files");
    check_refused(|file| file.put(344, b"xyz\0"), "`magic`");
    check_refused(|file| file.put(344, b"\0\0\0\0"), "in two files");
    for dim in [0, 8, -1] {
        check_refused(|file| file.i16(40, dim), &format!("`dim[0]` is {dim}"));
    }
    check_refused(|file| file.i16(42, 0), "`dim[1]` is 0");
    check_refused(|file| file.i16(44, -3), "`dim[2]` is -3");
    check_refused(|file| file.i16(42, i16::MAX), "more than 4096 voxels along one axis");
    check_refused(
        |file| {
            file.i16(40, 4);
            file.i16(48, 5);
        },
        "a time series of 5 volumes",
    );
    check_refused(
        |file| {
            file.i16(40, 5);
            file.i16(50, 3);
        },
        "`dim[5]` is 3",
    );
    check_refused(|file| file.i16(72, 16), "`bitpix` is 16");
    for offset in [f32::NAN, f32::INFINITY, -1e30, 1e30, 347.0, 352.5] {
        check_refused(|file| file.f32(108, offset), "`vox_offset` is");
    }
    check_refused(|file| file.f32(116, f32::NAN), "`scl_inter` is NaN");
}

#[test]
fn types_that_are_no_labels_are_refused_by_name() {
    let check = |code: i16, name: &str| check_refused(|file| file.i16(70, code), name);
    check(128, "`datatype` is 128: RGB colours, not labels");
    check(2304, "RGBA colours");
    check(32, "complex numbers");
    check(1792, "complex numbers");
    check(1536, "128-bit floats");
    check(1, "single bits");
    check(0, "no type at all");
    check(9999, "a type that NIfTI does not have");
}

#[test]
fn claims_beyond_the_file_are_refused_before_they_cost_anything() {
    let mut huge = Nifti1::small();
    for axis in 0..3 {
        huge.i16(42 + 2 * axis, 1024);
    }
    assert!(refusal(&huge.bytes()).starts_with("truncated: the header claims 1073742176 bytes"));
    assert!(refusal(&gzip(&huge.bytes())).contains("holds at most"));
    huge.f32(108, 1e9);
    assert!(refusal(&huge.bytes()).contains("`vox_offset`"));
    check_refused(|file| file.i16(42, 3), "truncated: the header claims 358 bytes, the file holds");
}

#[test]
fn a_short_body_behind_gzip_is_truncated_too() {
    let mut short = Nifti1::small();
    short.i16(42, 100);
    let reason = "truncated: the header claims 552 bytes, the file holds only 356";
    assert_eq!(refusal(&gzip(&short.bytes())), reason);
}

#[test]
fn a_little_padding_may_follow_the_voxels_but_no_more_voxels() {
    let mut padded = Nifti1::small();
    padded.voxels.extend_from_slice(&[0; 512]);
    check(&padded.bytes(), &[0, 1, 0, 2], &[0, 1, 2]);
    padded.voxels.extend_from_slice(&[1; 512]);
    let reason = "more bytes than its header says: the voxels end at byte 356";
    assert_eq!(refusal(&padded.bytes()), reason);
    assert_eq!(refusal(&gzip(&padded.bytes())), reason);
}

#[test]
fn a_bomb_stops_at_the_end_of_its_voxels() {
    let mut bomb = Nifti1::small();
    bomb.voxels.resize(64 << 20, 0);
    assert!(refusal(&gzip(&bomb.bytes())).contains("more bytes than its header says"));
}

#[test]
fn dense_compression_within_the_claim_passes() {
    let packed = gzip(&Nifti1::new([400, 400, 100], U8, vec![0; 16_000_000]).bytes());
    assert!(packed.len() < 16_500);
    assert_eq!(label_map(&packed).unwrap().counts(), [16_000_000]);
}

#[test]
fn voxels_that_are_no_labels_are_refused_with_their_place() {
    let check = |voxels: [f64; 4], reason: &str| {
        let voxels = voxels.map(f64::to_le_bytes).concat();
        let refusal = refusal(&Nifti1::new([2, 2, 1], F64, voxels).bytes());
        assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
    };
    check([0.0, 0.0, 0.0, 0.5], "fractional values such as 0.5 at voxel (1, 1, 0)");
    check([0.0, 0.0, f64::NAN, 0.0], "holds NaN at voxel (0, 1, 0)");
    check([0.0, f64::INFINITY, 0.0, 0.0], "holds inf at voxel (1, 0, 0)");
    check([1e300, 0.0, 0.0, 0.0], "holds 1e300 at voxel (0, 0, 0)");
    let voxels = u64::MAX.to_le_bytes().to_vec();
    assert!(refusal(&Nifti1::new([1, 1, 1], U64, voxels).bytes()).contains("too large"));
}

#[test]
fn the_number_of_labels_is_bounded() {
    let labels = |n: u16| (0..n).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let map = label_map(&Nifti1::new([4097, 1, 1], U16, labels(4097)).bytes());
    assert!(map.unwrap_err().to_string().contains("more than 4096 voxels along"));
    let map = label_map(&Nifti1::new([241, 17, 1], U16, labels(4097)).bytes()).unwrap();
    assert_eq!(map.n_values(), 4097);
    let refusal = refusal(&Nifti1::new([2049, 2, 1], U16, labels(4098)).bytes());
    assert!(refusal.contains("surface it with --threshold"));
}

fn check_rows(file: &Nifti1, expected: [[f64; 4]; 3]) {
    let map = label_map(&file.bytes()).unwrap();
    for (row, expected) in map.grid().world_from_voxel().rows().iter().zip(expected) {
        for (value, expected) in row.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6, "{row:?} is not {expected:?}");
        }
    }
}

/// A file with both forms: the sform is the identity, the qform a quarter turn about z.
fn turned() -> Nifti1 {
    let mut file = Nifti1::small();
    file.i16(252, 1);
    file.f32(264, std::f32::consts::FRAC_1_SQRT_2);
    for (axis, value) in [-1.0, 2.0, 3.0, 4.0].into_iter().enumerate() {
        file.f32(76 + 4 * axis, value);
    }
    for (axis, value) in [5.0, 6.0, 7.0].into_iter().enumerate() {
        file.f32(268 + 4 * axis, value);
    }
    file
}

const IDENTITY: [[f64; 4]; 3] = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];

#[test]
fn the_sform_comes_before_the_qform() {
    check_rows(&turned(), IDENTITY);
}

#[test]
fn without_sform_the_qform_turns_scales_and_flips() {
    let mut file = turned();
    file.i16(254, 0);
    let expected = [[0.0, -3.0, 0.0, 5.0], [2.0, 0.0, 0.0, 6.0], [0.0, 0.0, -4.0, 7.0]];
    check_rows(&file, expected);
}

#[test]
fn without_both_the_image_lies_about_the_origin_with_x_to_the_left() {
    let mut file = turned();
    file.i16(252, 0);
    file.i16(254, 0);
    let expected = [[-2.0, 0.0, 0.0, 1.0], [0.0, 3.0, 0.0, -1.5], [0.0, 0.0, 4.0, 0.0]];
    check_rows(&file, expected);
}

#[test]
fn units_become_millimetres_and_unknown_ones_are_taken_for_them() {
    let mut file = Nifti1::small();
    let scaled = |factor: f64| IDENTITY.map(|row| row.map(|value| value * factor));
    for unit in [0, 2, 7] {
        file.header[123] = unit;
        check_rows(&file, IDENTITY);
    }
    file.header[123] = 3;
    check_rows(&file, scaled(0.001));
    file.header[123] = 1;
    assert!(refusal(&file.bytes()).contains("a voxel spacing outside"));
}

#[test]
fn a_quaternion_may_be_a_little_too_long_and_no_more() {
    let mut file = turned();
    file.i16(254, 0);
    file.f32(264, 1.000_000_1);
    let half_turn = [[-2.0, 0.0, 0.0, 5.0], [0.0, -3.0, 0.0, 6.0], [0.0, 0.0, -4.0, 7.0]];
    check_rows(&file, half_turn);
    file.f32(264, 1.001);
    assert!(refusal(&file.bytes()).contains("longer than 1"));
}

#[test]
fn broken_space_is_refused_naming_the_field() {
    check_refused(|file| file.f32(280, f32::NAN), "`srow_x[0]` is NaN");
    check_refused(|file| file.f32(324, f32::INFINITY), "`srow_z[3]` is inf");
    check_refused(|file| file.f32(280, 0.0), "`sform` is");
    check_refused(|file| file.f32(280, 1e30), "a voxel spacing outside");
    let without_sform = |change: fn(&mut Nifti1), reason: &str| {
        let mut file = turned();
        file.i16(254, 0);
        change(&mut file);
        let refusal = refusal(&file.bytes());
        assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
    };
    without_sform(|file| file.f32(256, f32::NAN), "`quatern_b` is NaN");
    without_sform(|file| file.f32(272, f32::NAN), "`qoffset_y` is NaN");
    without_sform(|file| file.f32(80, 0.0), "`pixdim[1]` is 0");
    without_sform(|file| file.f32(84, -1.0), "`pixdim[2]` is -1");
    without_sform(|file| file.f32(88, f32::NAN), "`pixdim[3]` is NaN");
    without_sform(|file| file.f32(88, 1e-42), "a voxel spacing outside");
    without_sform(|file| file.f32(76, 3.0), "`pixdim[0]` is 3");
}

#[test]
fn missing_axes_have_one_voxel() {
    let mut flat = Nifti1::small();
    flat.i16(40, 2);
    flat.i16(46, 77);
    assert_eq!(label_map(&flat.bytes()).unwrap().grid().dims(), [2, 2, 1]);
}

#[test]
fn extensions_are_stepped_over_unread() {
    let mut file = Nifti1::small();
    file.f32(108, 352.0 + 48.0);
    file.header[348] = 1;
    file.header.extend_from_slice(&[0xff; 48]);
    check(&file.bytes(), &[0, 1, 0, 2], &[0, 1, 2]);
    check(&gzip(&file.bytes()), &[0, 1, 0, 2], &[0, 1, 2]);
}

/// A NIfTI-2 header around the voxels of [`Nifti1::small`].
fn version_2(change: impl Fn(&mut [u8])) -> Vec<u8> {
    let mut bytes = vec![0; 544];
    bytes[..4].copy_from_slice(&540_i32.to_le_bytes());
    bytes[4..12].copy_from_slice(b"n+2\0\r\n\x1a\n");
    bytes[12..14].copy_from_slice(&U8.to_le_bytes());
    bytes[14..16].copy_from_slice(&8_i16.to_le_bytes());
    for (axis, dim) in [3_i64, 2, 2, 1].into_iter().enumerate() {
        bytes[16 + 8 * axis..24 + 8 * axis].copy_from_slice(&dim.to_le_bytes());
    }
    bytes[168..176].copy_from_slice(&544_i64.to_le_bytes());
    bytes[348..352].copy_from_slice(&1_i32.to_le_bytes());
    for axis in 0..3 {
        let offset = 400 + 40 * axis;
        bytes[offset..offset + 8].copy_from_slice(&0.1_f64.to_le_bytes());
    }
    change(&mut bytes);
    bytes.extend_from_slice(&[0, 1, 0, 2]);
    bytes
}

#[test]
fn version_2_is_read_in_double_precision() {
    let bytes = version_2(|_| {});
    check(&bytes, &[0, 1, 0, 2], &[0, 1, 2]);
    assert_eq!(label_map(&bytes).unwrap().grid().world_from_voxel().rows()[0][0], 0.1);
}

#[test]
fn version_2_with_absurd_dims_is_refused() {
    let with_dim = |dim: i64| version_2(|bytes| bytes[24..32].copy_from_slice(&dim.to_le_bytes()));
    assert!(refusal(&with_dim(i64::MIN)).contains("`dim[1]` is -9223372036854775808"));
    assert!(refusal(&with_dim(i64::MAX)).contains("more than 4096 voxels along"));
}

#[test]
fn a_written_label_map_is_read_back() {
    let rows = [[-1.5, 0.25, 0.0, 10.5], [0.25, 1.5, 0.0, -3.0], [0.0, 0.0, 2.0, 7.0]];
    let grid = Grid::new([3, 2, 1], Affine::from_rows(rows).unwrap()).unwrap();
    for (values, datatype) in [
        (vec![0, 1, 255], U8),
        (vec![0, -1, 127], I8),
        (vec![0, -1, 128], I16),
        (vec![0, 1, 65_535], U16),
        (vec![0, -70_000, 1], I32),
        (vec![0, 1, 4_000_000_000], U32),
        (vec![0, -1, 4_000_000_000], I64),
    ] {
        let map = LabelMap::new(grid, vec![0, 1, 2, 1, 0, 2], values).unwrap();
        let mut bytes = Vec::new();
        nifti::write_label_map(&mut bytes, &map).unwrap();
        assert_eq!(label_map(&bytes).unwrap(), map);
        let mut unpacked = Vec::new();
        let mut unpacker = flate2::read::GzDecoder::new(&bytes[..]);
        std::io::Read::read_to_end(&mut unpacker, &mut unpacked).unwrap();
        assert_eq!(unpacked[70..72], datatype.to_le_bytes());
    }
}

#[test]
fn a_written_label_map_says_nothing_but_its_grid() {
    let grid = Grid::new([2, 1, 1], Affine::IDENTITY).unwrap();
    let map = LabelMap::new(grid, vec![0, 1], vec![0, 1]).unwrap();
    let mut bytes = Vec::new();
    nifti::write_label_map(&mut bytes, &map).unwrap();
    assert_eq!(bytes[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "no name, no date");
    let mut again = Vec::new();
    nifti::write_label_map(&mut again, &map).unwrap();
    assert_eq!(bytes, again);
}

#[test]
fn a_grid_is_read_without_the_voxels() {
    let voxels: Vec<u8> =
        (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let packed = gzip(&Nifti1::new([100, 100, 10], U8, voxels).bytes());
    let cut = &packed[..packed.len() - 100];
    let file = file(cut);
    let grid = nifti::read_grid(&Input::on_disk(file.path()), &Limits::DEFAULT);
    assert_eq!(grid.unwrap().dims(), [100, 100, 10]);
    assert!(refusal(cut).contains("truncated gzip"));
}
