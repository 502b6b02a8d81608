//! Items 96 to 98: ZIP and TAR.

use crate::bad::{ACCEPTED, Bad, Expected, refused};
use crate::meshes::sound_stl;
use crate::packing::{
    Entry, gzip, overlapping_zip, tar, tar_long_name, tar_member, zip, zip_of_many,
};

pub(crate) fn all() -> Vec<Bad> {
    [names(), kinds(), bombs()].into_iter().flatten().collect()
}

fn malformed(says: &'static str) -> Expected {
    refused("malformed", says)
}

fn names() -> Vec<Bad> {
    let stl = sound_stl();
    let outside = refused("reference", "");
    let long = "a".repeat(65_535);
    let cases: [(&str, &[u8], Expected); 16] = [
        ("up", b"../a.stl", outside),
        ("absolute", b"/abs.stl", outside),
        ("drive", b"C:\\a.stl", outside),
        ("backslash", b"..\\a.stl", outside),
        ("up-inside", b"foo/../../bar.stl", outside),
        ("nul", b"a\0.stl", malformed("")),
        ("newline", b"a\n.stl", malformed("")),
        ("long", long.as_bytes(), refused("limit", "")),
        ("rtl", "a\u{202e}lts.exe.stl".as_bytes(), malformed("")),
        ("device", b"CON.stl", ACCEPTED),
        ("dot", b".", malformed("")),
        ("nothing", b"", malformed("")),
        ("percent", b"%2e%2e%2fa.stl", ACCEPTED),
        // Taken for letters of the first PC, as by most programs.
        ("no-utf8", b"\xff\xfe.stl", ACCEPTED),
        ("quote", b"'\"><img src=x onerror=alert(1)>.stl", ACCEPTED),
        ("formula", b"=cmd|'C calc'!A0.stl", ACCEPTED),
    ];
    let mut all = Vec::new();
    for (at, (what, name, expected)) in cases.into_iter().enumerate() {
        let number = format!("96{}", (b'a' + at as u8) as char);
        all.push(Bad::new(
            &number,
            &format!("name-{what}.zip"),
            zip(&[Entry::stored(name, &stl)]),
            expected,
        ));
    }
    let tar_of = |name: &str| tar(&[tar_member(name, b'0', "", &stl)]);
    all.push(Bad::new("96x", "name-up.tar", tar_of("../a.stl"), outside));
    let long = tar(&[tar_long_name(&"a".repeat(70_000)), tar_member("a.stl", b'0', "", &stl)]);
    all.push(Bad::new("96z", "name-of-70000.tar", long, refused("limit", "")));
    all.push(Bad::new("96y", "name-absolute.tar.gz", gzip(&tar_of("/etc/a.stl")), outside));
    all
}

fn kinds() -> Vec<Bad> {
    let link = Entry { mode: 0o120_777, ..Entry::stored("a.stl", b"/etc/passwd") };
    let of_kind = |number: &str, name: &str, kind: u8, link: &str, expected| {
        let bytes = tar(&[tar_member("a.stl", kind, link, b"")]);
        Bad::new(number, name, bytes, expected)
    };
    let member = |number: &str, name: &str, kind: u8, link: &str| {
        of_kind(number, name, kind, link, malformed(""))
    };
    vec![
        Bad::new("97a", "link.zip", zip(&[link]), malformed("a link")),
        member("97b", "hard-link.tar", b'1', "/etc/passwd"),
        member("97c", "link.tar", b'2', "/etc/passwd"),
        member("97d", "device.tar", b'3', ""),
        member("97e", "block-device.tar", b'4', ""),
        member("97f", "pipe.tar", b'6', ""),
        of_kind("97g", "sparse.tar", b'S', "", refused("unsupported", "")),
        Bad::new(
            "97h",
            "cut.tar",
            tar_member("a.stl", b'0', "", &sound_stl())[..900].to_vec(),
            refused("malformed", ""),
        ),
    ]
}

fn bombs() -> Vec<Bad> {
    let stl = sound_stl();
    let entry = Entry::deflated("a.stl", &vec![0; 8 << 20]);
    // As 42.zip: sixteen in each of the sixteen in each, of zeros in the end.
    let nested = (0..5).fold(zip(std::slice::from_ref(&entry)), |inner, _| {
        zip(&(0..16).map(|n| Entry::deflated(format!("{n}.zip"), &inner)).collect::<Vec<_>>())
    });
    let sound = Entry::stored("a.stl", &stl);
    let zip64 = Entry {
        n_unpacked: u32::MAX,
        extra: [&[1, 0, 8, 0][..], &[0xff; 8]].concat(),
        ..sound.clone()
    };
    let pair = |one: &str, two: &str| zip(&[Entry::stored(one, &stl), Entry::stored(two, &stl)]);
    vec![
        Bad::new("98a", "zips-six-deep.zip", nested, refused("refused", "no segmentation")),
        Bad::new("98b", "overlapping.zip", overlapping_zip(&entry, 1000), malformed("")),
        Bad::written(
            "98c",
            "million-empty-entries.zip",
            |path| std::fs::write(path, zip_of_many(1_000_000)),
            refused("limit", "entries"),
        ),
        Bad::new("98d", "zip64-lie.zip", zip(&[zip64]), malformed("")),
        Bad::new("98e", "size-lie.zip", zip(&[Entry { n_unpacked: 100, ..entry }]), malformed("")),
        Bad::new(
            "98f",
            "name-mismatch.zip",
            zip(&[Entry { local_name: b"b.stl".to_vec(), ..sound.clone() }]),
            malformed(""),
        ),
        Bad::new("98g", "name-twice.zip", pair("a.stl", "a.stl"), malformed("")),
        Bad::new("98h", "name-twice-folded.zip", pair("a.stl", "A.STL"), malformed("")),
        // No name becomes a path, so that these are two files.
        Bad::new("98o", "name-composed-or-not.zip", pair("\u{e9}.stl", "e\u{301}.stl"), ACCEPTED),
        Bad::new(
            "98i",
            "encrypted.zip",
            zip(&[Entry { flags: 0x801, ..sound.clone() }]),
            refused("unsupported", ""),
        ),
        Bad::new(
            "98j",
            "method-99.zip",
            zip(&[Entry { method: 99, ..sound.clone() }]),
            refused("unsupported", ""),
        ),
        Bad::new("98k", "wrong-crc.zip", zip(&[Entry { crc: 1, ..sound.clone() }]), malformed("")),
        Bad::new(
            "98l",
            "cut.zip",
            zip(std::slice::from_ref(&sound))[..400].to_vec(),
            malformed(""),
        ),
        Bad::new("98m", "empty.zip", zip(&[]), refused("unsupported", "without files")),
        Bad::new("98n", "sound.zip", zip(&[sound]), ACCEPTED),
    ]
}
