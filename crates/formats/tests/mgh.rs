//! The MGH reader on files made by hand; nibabel 5.4 gave the affines.

use medshape_formats::{ErrorKind, Limits, mgh};
use medshape_types::LabelMap;

use crate::common::gzip;

/// A file of which every byte can be set.
#[derive(Clone)]
struct Mgh {
    header: Vec<u8>,
    voxels: Vec<u8>,
}

impl Mgh {
    /// 2 × 2 × 1 bytes, the labels 0, 1, 0 and 7, axes to the right, front and head.
    fn small() -> Self {
        let mut file = Self { header: vec![0; 284], voxels: vec![0, 1, 0, 7] };
        for (place, value) in [1, 2, 2, 1, 1, 0].into_iter().enumerate() {
            file.int(4 * place, value);
        }
        file.header[29] = 1;
        for axis in 0..3 {
            file.float(30 + 4 * axis, 1.0);
            file.float(42 + 16 * axis, 1.0);
        }
        file
    }

    fn int(&mut self, place: usize, value: i32) {
        self.header[place..place + 4].copy_from_slice(&value.to_be_bytes());
    }

    fn float(&mut self, place: usize, value: f32) {
        self.header[place..place + 4].copy_from_slice(&value.to_be_bytes());
    }

    fn bytes(&self) -> Vec<u8> {
        [self.header.as_slice(), self.voxels.as_slice()].concat()
    }
}

fn read(bytes: &[u8]) -> Result<LabelMap, ErrorKind> {
    mgh::label_map_of(bytes, &Limits::DEFAULT)
}

#[track_caller]
fn check_refused(change: impl Fn(&mut Mgh), reason: &str) {
    let mut file = Mgh::small();
    change(&mut file);
    let refusal = read(&file.bytes()).unwrap_err().to_string();
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

#[test]
fn every_type_holds_the_same_labels() {
    let labels = [0_u8, 1, 0, 7];
    type Word = fn(u8) -> Vec<u8>;
    let words: [(i32, Word); 5] = [
        (0, |label| vec![label]),
        (1, |label| i32::from(label).to_be_bytes().to_vec()),
        (3, |label| f32::from(label).to_be_bytes().to_vec()),
        (4, |label| i16::from(label).to_be_bytes().to_vec()),
        (10, |label| u16::from(label).to_be_bytes().to_vec()),
    ];
    for (code, word) in words {
        let mut file = Mgh::small();
        file.int(20, code);
        file.voxels = labels.into_iter().flat_map(word).collect();
        for bytes in [file.bytes(), gzip(&file.bytes())] {
            let map = read(&bytes).unwrap();
            assert_eq!((map.voxels().to_wide(), map.values()), (vec![0, 1, 0, 2], &[0, 1, 7][..]));
        }
    }
}

/// `nibabel.MGHImage` of 3 × 4 × 5 voxels, spacing 2, 3, 0.5, axes to the left, feet and front, the
/// centre at (10, 20, 30).
#[test]
fn space_is_given_by_its_middle() {
    let mut file = Mgh::small();
    for (place, dim) in [3, 4, 5].into_iter().enumerate() {
        file.int(4 + 4 * place, dim);
    }
    file.voxels = vec![1; 60];
    for (place, spacing) in [2.0, 3.0, 0.5].into_iter().enumerate() {
        file.float(30 + 4 * place, spacing);
    }
    let directions = [-1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0, 10.0, 20.0, 30.0];
    for (place, value) in directions.into_iter().enumerate() {
        file.float(42 + 4 * place, value);
    }
    let rows = |file: &Mgh| *read(&file.bytes()).unwrap().grid().world_from_voxel().rows();
    let expected = [[-2.0, 0.0, 0.0, 13.0], [0.0, 0.0, 0.5, 18.75], [0.0, -3.0, 0.0, 36.0]];
    assert_eq!(rows(&file), expected);
    // Without the flag nothing of that counts.
    file.header[29] = 0;
    let expected = [[-1.0, 0.0, 0.0, 1.5], [0.0, 0.0, 1.0, -2.5], [0.0, -1.0, 0.0, 2.0]];
    assert_eq!(rows(&file), expected);
}

#[test]
fn broken_headers_are_refused() {
    check_refused(|file| file.int(0, 2), "its version is not 1");
    check_refused(|file| file.header.truncate(100), "it ends inside the header");
    for dim in [0, -1, i32::MIN] {
        check_refused(|file| file.int(4, dim), &format!("`dims` is {dim}"));
        check_refused(|file| file.int(16, dim), &format!("`dims` is {dim}"));
    }
    check_refused(|file| file.int(16, 2), "a time series of 2 volumes");
    check_refused(|file| file.int(16, i32::MAX), "a time series of 2147483647 volumes");
    check_refused(|file| file.int(8, i32::MAX), "an axis has no voxel or more than 4096");
    check_refused(|file| file.int(8, 4096), "truncated: the header claims 8476 bytes");
    for code in [2, 5, 6, 7, 11, -1] {
        check_refused(|file| file.int(20, code), &format!("voxels of type {code}"));
    }
    for spacing in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        check_refused(|file| file.float(34, spacing), "`delta` is");
    }
    check_refused(|file| file.float(34, 1e30), "a voxel spacing outside");
    check_refused(|file| file.float(42, 0.0), "flatten space");
    check_refused(|file| file.float(46, f32::NAN), "flatten space or leave");
    check_refused(|file| file.float(78, f32::INFINITY), "flatten space or leave");
    check_refused(|file| file.voxels.truncate(3), "truncated");
}

#[test]
fn what_stands_behind_the_voxels_is_stepped_over_within_its_limit() {
    let mut file = Mgh::small();
    file.voxels.extend_from_slice(&[b'x'; 10_000]);
    for (trailer, is_read) in [(9_999, false), (10_000, true), (10_001, true)] {
        let limits = Limits { trailer, ..Limits::DEFAULT };
        for bytes in [file.bytes(), gzip(&file.bytes())] {
            assert_eq!(mgh::label_map_of(&bytes, &limits).is_ok(), is_read, "{trailer}");
        }
    }
    let packed = gzip(&file.bytes());
    let refusal = read(&packed[..packed.len() - 1]).unwrap_err();
    assert!(refusal.to_string().contains("truncated gzip"), "{refusal}");
}
