//! Items 1 to 33: NIfTI.

use std::fs;

use crate::bad::{ACCEPTED, Bad, Expected, SECRET, refused};
use crate::packing::gzip;

pub(crate) fn all() -> Vec<Bad> {
    let parts = [sizes(), dims(), kinds(), offsets(), places(), extras(), contents()];
    parts.into_iter().flatten().collect()
}

/// A NIfTI-1 header that ends at byte 352: spacing 1, the identity as its sform.
pub(crate) fn header(dims: &[i16], datatype: i16, bitpix: i16) -> Vec<u8> {
    let mut bytes = vec![0; 352];
    put(&mut bytes, 0, &348_i32.to_le_bytes());
    put(&mut bytes, 40, &(dims.len() as i16).to_le_bytes());
    for axis in 0..7 {
        let dim = dims.get(axis).copied().unwrap_or(1);
        put(&mut bytes, 42 + 2 * axis, &dim.to_le_bytes());
        put(&mut bytes, 80 + 4 * axis, &1_f32.to_le_bytes());
    }
    put(&mut bytes, 70, &datatype.to_le_bytes());
    put(&mut bytes, 72, &bitpix.to_le_bytes());
    put(&mut bytes, 76, &1_f32.to_le_bytes());
    put(&mut bytes, 108, &352_f32.to_le_bytes());
    put(&mut bytes, 123, &[2]);
    put(&mut bytes, 254, &1_i16.to_le_bytes());
    for row in 0..3 {
        put(&mut bytes, 280 + 20 * row, &1_f32.to_le_bytes());
    }
    put(&mut bytes, 344, b"n+1\0");
    bytes
}

/// 12³ voxels with a cube of 6³ in the middle.
pub(crate) fn cube() -> Vec<u8> {
    [header(&[12, 12, 12], 2, 8), cube_voxels()].concat()
}

pub(crate) fn cube_voxels() -> Vec<u8> {
    let is_inside = |i: usize| (3..9).contains(&i);
    let voxel = |at: usize| [at % 12, at / 12 % 12, at / 144].into_iter().all(is_inside);
    (0..12 * 12 * 12).map(|at| u8::from(voxel(at))).collect()
}

/// The cube with some bytes of its header changed.
fn with(changes: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = cube();
    for &(at, value) in changes {
        put(&mut bytes, at, value);
    }
    bytes
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn float(value: f32) -> [u8; 4] {
    value.to_le_bytes()
}

fn sizes() -> Vec<Bad> {
    let sound = cube();
    let mut other_end = with(&[(0, &540_i32.to_be_bytes())]);
    other_end.truncate(600);
    let two_files = with(&[(344, b"ni1\0")]);
    let mut two = vec![0; 540];
    put(&mut two, 0, &540_i32.to_le_bytes());
    put(&mut two, 4, b"n+2\0\r\n\x1a\n");
    put(&mut two, 12, &2_i16.to_le_bytes());
    put(&mut two, 14, &8_i16.to_le_bytes());
    for (axis, dim) in [3_i64, i64::MIN, -4, 4].into_iter().enumerate() {
        put(&mut two, 16 + 8 * axis, &dim.to_le_bytes());
    }
    put(&mut two, 168, &544_i64.to_le_bytes());
    vec![
        Bad::new("1a", "empty.nii", [], refused("truncated", "empty")),
        Bad::new("1b", "empty.nii.gz", [], refused("truncated", "empty")),
        Bad::new("1c", "empty-inside.nii.gz", gzip(&[]), refused("truncated", "empty")),
        Bad::new("2", "347-bytes.nii", &sound[..347], refused("truncated", "348")),
        Bad::new("3", "348-bytes.nii", &sound[..348], refused("truncated", "348")),
        Bad::new("4a", "sizeof-hdr-0.nii", with(&[(0, &[0; 4])]), refused("malformed", "sizeof")),
        Bad::new(
            "4b",
            "sizeof-hdr-347.nii",
            with(&[(0, &347_i32.to_le_bytes())]),
            refused("malformed", "sizeof"),
        ),
        Bad::new("4c", "sizeof-hdr-540-turned.nii", other_end, refused("malformed", "NIfTI")),
        Bad::new("5a", "no-img.hdr", &two_files[..348], refused("reference", "no-img.img")),
        Bad::new("5b", "two-files.nii", &two_files[..348], refused("reference", "two-files.img")),
        Bad::new("6", "magic.nii", with(&[(344, b"xyz\0")]), refused("malformed", "magic")),
        Bad::new("7", "negative-dims-64.nii", two, refused("malformed", "dim")),
    ]
}

fn dims() -> Vec<Bad> {
    let lone = |dims: &[i16], datatype, bitpix| [header(dims, datatype, bitpix), vec![0]].concat();
    let rank = |rank: i16| with(&[(40, &rank.to_le_bytes())]);
    let dim = |axis: usize, value: i16| with(&[(40 + 2 * axis, &value.to_le_bytes())]);
    let series = [header(&[12, 12, 12, 5], 2, 8), cube_voxels().repeat(5)].concat();
    vec![
        Bad::new("8a", "dim-0-is-0.nii", rank(0), refused("malformed", "dim")),
        Bad::new("8b", "dim-0-is-8.nii", rank(8), refused("malformed", "dim")),
        Bad::new("8c", "dim-0-is-minus-1.nii", rank(-1), refused("malformed", "dim")),
        Bad::new("9", "32767-cubed.nii", lone(&[32767; 3], 2, 8), refused("limit", "voxel")),
        Bad::new(
            "10",
            "seven-times-32767.nii",
            lone(&[32767; 7], 64, 64),
            refused("limit", "along one axis"),
        ),
        Bad::new(
            "9b",
            "gigabytes.nii",
            lone(&[4096, 4096, 128], 64, 64),
            refused("limit", "bytes"),
        ),
        Bad::new(
            "9c",
            "more-than-is-there.nii",
            lone(&[1024, 1024, 100], 64, 64),
            refused("truncated", "bytes"),
        ),
        Bad::new("11", "dim-1-is-0.nii", dim(1, 0), refused("malformed", "dim")),
        Bad::new("12", "dim-2-is-negative.nii", dim(2, -12), refused("malformed", "dim")),
        Bad::new("13", "time-series.nii", series, refused("unsupported", "time series")),
    ]
}

fn kinds() -> Vec<Bad> {
    let kind = |datatype: i16, bitpix: i16| {
        let n_bytes = 1728 * bitpix.max(8) as usize / 8;
        [header(&[12; 3], datatype, bitpix), vec![1; n_bytes]].concat()
    };
    let floats = |odd: f32| {
        let voxels = cube_voxels();
        let value = |(at, &voxel): (usize, &u8)| if at == 800 { odd } else { f32::from(voxel) };
        let values: Vec<u8> = voxels.iter().enumerate().map(value).flat_map(float).collect();
        [header(&[12; 3], 16, 32), values].concat()
    };
    let many: Vec<u8> =
        (0..65536_u32).flat_map(|at| (at.min(65534) as u16).to_le_bytes()).collect();
    let many = [header(&[64, 32, 32], 512, 16), many].concat();
    let no_kind = |word| refused("unsupported", word);
    vec![
        Bad::new("14a", "int16-of-8-bits.nii", kind(4, 8), refused("malformed", "bitpix")),
        Bad::new("14b", "uint8-of-64-bits.nii", kind(2, 64), refused("malformed", "bitpix")),
        Bad::new("14c", "bitpix-negative.nii", kind(2, -8), refused("malformed", "bitpix")),
        Bad::new("15a", "rgb.nii", kind(128, 24), no_kind("RGB")),
        Bad::new("15b", "complex.nii", kind(32, 64), no_kind("complex")),
        Bad::new("15c", "float128.nii", kind(1536, 128), no_kind("128")),
        Bad::new("15d", "datatype-0.nii", kind(0, 0), no_kind("no type")),
        Bad::new("15e", "datatype-9999.nii", kind(9999, 8), no_kind("9999")),
        Bad::new("15f", "one-bit.nii", kind(1, 1), no_kind("bit")),
        Bad::new("15g", "rgba.nii", kind(2304, 32), no_kind("RGBA")),
        Bad::new("16", "half-a-label.nii", floats(0.5), refused("not-labels", "fractional")),
        Bad::new("17a", "nan-voxel.nii", floats(f32::NAN), refused("not-labels", "NaN")),
        Bad::new("17b", "infinite-voxel.nii", floats(f32::INFINITY), refused("not-labels", "inf")),
        Bad::new("17c", "huge-voxel.nii", floats(1e30), refused("not-labels", "too large")),
        Bad::new("18", "65535-values.nii", many, refused("not-labels", "distinct values")),
    ]
}

fn offsets() -> Vec<Bad> {
    let offset = |number: &str, name: &str, value: f32, code, says| {
        Bad::new(number, name, with(&[(108, &float(value))]), refused(code, says))
    };
    let scaled = |number: &str, name: &str, slope: f32, expected: Expected| {
        Bad::new(number, name, with(&[(112, &float(slope))]), expected)
    };
    vec![
        offset("19a", "vox-offset-nan.nii", f32::NAN, "malformed", "vox_offset"),
        offset("19b", "vox-offset-infinite.nii", f32::INFINITY, "malformed", "vox_offset"),
        offset("19c", "vox-offset-minus-1e30.nii", -1e30, "malformed", "vox_offset"),
        offset("19d", "vox-offset-1e30.nii", 1e30, "malformed", "vox_offset"),
        offset("19e", "vox-offset-347.nii", 347.0, "malformed", "vox_offset"),
        offset("19f", "vox-offset-1e9.nii", 1e9, "malformed", "vox_offset"),
        offset("19g", "vox-offset-352-and-a-half.nii", 352.5, "malformed", "vox_offset"),
        scaled("20a", "slope-nan.nii", f32::NAN, ACCEPTED),
        scaled("20b", "slope-infinite.nii", f32::INFINITY, ACCEPTED),
        scaled("20c", "slope-0.nii", 0.0, ACCEPTED),
        scaled("20d", "slope-minus-1.nii", -1.0, refused("refused", "label -1 is negative")),
        scaled("20e", "slope-1e-40.nii", 1e-40, refused("not-labels", "fractional")),
    ]
}

fn places() -> Vec<Bad> {
    let no_code: (usize, &[u8]) = (254, &[0, 0]);
    let spacing = |number: &str, name: &str, value: f32, expected| {
        Bad::new(number, name, with(&[no_code, (80, &float(value))]), expected)
    };
    let (no_spacing, too_far) = (refused("malformed", "pixdim"), refused("limit", "spacing"));
    let zeros: (usize, &[u8]) = (280, &[0; 48]);
    let nan = float(f32::NAN);
    let by_q: (usize, &[u8]) = (252, &[1, 0, 0, 0]);
    let flip = float(-1.0);
    let one = float(1.0);
    let small = float(0.001);
    vec![
        spacing("21a", "pixdim-0.nii", 0.0, no_spacing),
        spacing("21b", "pixdim-negative.nii", -1.0, no_spacing),
        spacing("21c", "pixdim-nan.nii", f32::NAN, no_spacing),
        spacing("21d", "pixdim-1e30.nii", 1e30, too_far),
        spacing("21e", "pixdim-denormal.nii", 1e-40, too_far),
        Bad::new("22a", "sform-zero.nii", with(&[zeros]), refused("malformed", "sform")),
        Bad::new(
            "22b",
            "sform-singular.nii",
            with(&[(280, &[0; 4])]),
            refused("malformed", "sform"),
        ),
        Bad::new("22c", "sform-nan.nii", with(&[(280, &nan)]), refused("malformed", "srow_x")),
        Bad::new("22d", "sform-reflection.nii", with(&[(280, &flip)]), ACCEPTED),
        Bad::new(
            "23",
            "qform-of-no-turn.nii",
            with(&[by_q, (256, &one), (260, &one)]),
            refused("malformed", "quatern"),
        ),
        Bad::new(
            "24",
            "qform-against-sform.nii",
            with(&[(252, &[1, 0, 1, 0]), (256, &[0; 12]), (280, &flip)]),
            ACCEPTED,
        ),
        Bad::new("25a", "units-0.nii", with(&[(123, &[0])]), ACCEPTED),
        Bad::new("25b", "units-7.nii", with(&[(123, &[7])]), ACCEPTED),
        Bad::new(
            "25c",
            "units-metres.nii",
            with(&[(123, &[1]), (280, &small), (300, &small), (320, &small)]),
            ACCEPTED,
        ),
        Bad::new(
            "25d",
            "units-metres-of-millimetres.nii",
            with(&[(123, &[1])]),
            refused("limit", "mm"),
        ),
    ]
}

/// The cube behind extensions.
fn extended(extensions: &[u8]) -> Vec<u8> {
    let mut head = header(&[12; 3], 2, 8);
    put(&mut head, 348, &[1, 0, 0, 0]);
    put(&mut head, 108, &float((352 + extensions.len()) as f32));
    [head, extensions.to_vec(), cube_voxels()].concat()
}

fn extension(size: i32, code: i32, text: &[u8]) -> Vec<u8> {
    let mut bytes = [&size.to_le_bytes()[..], &code.to_le_bytes(), text].concat();
    bytes.resize(bytes.len().next_multiple_of(16), 0);
    bytes
}

fn extras() -> Vec<Bad> {
    // Stepped over unread: `vox_offset` says where the voxels are.
    let lying = |number: &str, name: &str, size: i32| {
        Bad::new(number, name, extended(&extension(size, 6, b"hello")), ACCEPTED)
    };
    let dicom = format!("\x10\0\x10\0PN\x10\0{SECRET}");
    let xml = format!("<xml><name>{SECRET}</name></xml>    ");
    let text = |number: &str, name: &str, text: &[u8]| {
        Bad::new(number, name, with(&[(148, text), (228, &text[..text.len().min(24)])]), ACCEPTED)
    };
    vec![
        lying("26a", "extension-of-0.nii", 0),
        lying("26b", "extension-of-minus-8.nii", -8),
        lying("26c", "extension-of-17.nii", 17),
        lying("26d", "extension-of-2-gib.nii", i32::MAX),
        Bad::written(
            "26e",
            "million-extensions.nii",
            |path| fs::write(path, extended(&extension(16, 6, b"").repeat(1_000_000))),
            ACCEPTED,
        ),
        Bad::new(
            "27a",
            "extension-dicom.nii",
            extended(&extension(32, 2, dicom.as_bytes())),
            ACCEPTED,
        ),
        Bad::new("27b", "extension-xml.nii", extended(&extension(48, 4, xml.as_bytes())), ACCEPTED),
        text("28a", "descrip-name.nii", SECRET.as_bytes()),
        text("28b", "descrip-no-utf8.nii", &[0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80]),
        text("28c", "descrip-script.nii", b"<script>alert(1)</script>"),
    ]
}

fn contents() -> Vec<Bad> {
    let filled = |value: u8| [header(&[12; 3], 2, 8), vec![value; 1728]].concat();
    let marked = |voxels: &[usize]| {
        let mut bytes = filled(0);
        for voxel in voxels {
            bytes[352 + voxel] = 1;
        }
        bytes
    };
    let sheet: Vec<usize> = (0..64).map(|at| 2 + at % 8 + 12 * (2 + at / 8) + 144 * 5).collect();
    let mid = 5 + 12 * 5 + 144 * 5;
    let board = |path: &std::path::Path| {
        let voxel = |at: usize| ((at & 255) + (at >> 8 & 255) + (at >> 16)) as u8 & 1;
        fs::write(path, [header(&[256; 3], 2, 8), (0..1 << 24).map(voxel).collect()].concat())
    };
    let lone = |path: &std::path::Path| {
        // A voxel of its own at every other place: 128 by 128 by 4 of them.
        let mut voxels = vec![0_u16; 256 * 256 * 8];
        let places =
            (0..65535_usize).map(|n| 2 * (n % 128) + 512 * (n / 128 % 128) + 131_072 * (n / 16384));
        for (number, place) in places.enumerate() {
            voxels[place] = number as u16 + 1;
        }
        let voxels: Vec<u8> = voxels.into_iter().flat_map(u16::to_le_bytes).collect();
        fs::write(path, [header(&[256, 256, 8], 512, 16), voxels].concat())
    };
    vec![
        Bad::new("29", "all-background.nii", filled(0), refused("refused", "background")),
        Bad::new("30", "all-one-label.nii", filled(1), ACCEPTED),
        Bad::written("31", "checkerboard.nii", board, refused("refused", "noise")),
        Bad::written("32", "65535-lone-voxels.nii", lone, refused("not-labels", "distinct values")),
        Bad::new("33a", "one-voxel.nii", marked(&[mid]), ACCEPTED),
        Bad::new("33b", "sheet.nii", marked(&sheet), ACCEPTED),
        Bad::new("33c", "two-voxels-by-an-edge.nii", marked(&[mid, mid + 13]), ACCEPTED),
        Bad::new("33d", "two-voxels-by-a-corner.nii", marked(&[mid, mid + 157]), ACCEPTED),
    ]
}
