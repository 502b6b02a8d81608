//! ZIP archives, sound ones and ones that lie.

use std::io::Write;

use medshape_formats::{ErrorKind, Limits, zip};

use crate::common::shared;

/// An entry whose every field can be set.
#[derive(Clone)]
struct Part {
    name: Vec<u8>,
    local_name: Vec<u8>,
    flags: u16,
    method: u16,
    local_method: u16,
    checksum: u32,
    packed: Vec<u8>,
    n_unpacked: u32,
    local_n_unpacked: u32,
    extra: Vec<u8>,
    attributes: u32,
    descriptor: Vec<u8>,
    offset: Option<u32>,
}

fn stored(name: &str, bytes: &[u8]) -> Part {
    let mut checksum = flate2::Crc::new();
    checksum.update(bytes);
    Part {
        name: name.into(),
        local_name: name.into(),
        flags: 0,
        method: 0,
        local_method: 0,
        checksum: checksum.sum(),
        packed: bytes.to_vec(),
        n_unpacked: bytes.len() as u32,
        local_n_unpacked: bytes.len() as u32,
        extra: vec![],
        attributes: 0,
        descriptor: vec![],
        offset: None,
    }
}

fn deflated(name: &str, bytes: &[u8]) -> Part {
    let mut packed = flate2::write::DeflateEncoder::new(vec![], flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    Part { packed: packed.finish().unwrap(), method: 8, local_method: 8, ..stored(name, bytes) }
}

/// With sizes behind the bytes, not before.
fn streamed(name: &str, bytes: &[u8], has_signature: bool) -> Part {
    let mut part = deflated(name, bytes);
    part.flags = 8;
    if has_signature {
        part.descriptor.extend(b"PK\x07\x08");
    }
    for value in [part.checksum, part.packed.len() as u32, part.n_unpacked] {
        part.descriptor.extend(value.to_le_bytes());
    }
    part
}

fn local_header(part: &Part) -> Vec<u8> {
    let [checksum, n_packed, n_unpacked] = match part.descriptor.is_empty() {
        true => [part.checksum, part.packed.len() as u32, part.local_n_unpacked],
        false => [0; 3],
    };
    [
        b"PK\x03\x04\x14\0".as_slice(),
        &part.flags.to_le_bytes(),
        &part.local_method.to_le_bytes(),
        &[0; 4],
        &checksum.to_le_bytes(),
        &n_packed.to_le_bytes(),
        &n_unpacked.to_le_bytes(),
        &(part.local_name.len() as u16).to_le_bytes(),
        &[0; 2],
        &part.local_name,
    ]
    .concat()
}

fn line(part: &Part, offset: u32) -> Vec<u8> {
    [
        b"PK\x01\x02\x14\0\x14\0".as_slice(),
        &part.flags.to_le_bytes(),
        &part.method.to_le_bytes(),
        &[0; 4],
        &part.checksum.to_le_bytes(),
        &(part.packed.len() as u32).to_le_bytes(),
        &part.n_unpacked.to_le_bytes(),
        &(part.name.len() as u16).to_le_bytes(),
        &(part.extra.len() as u16).to_le_bytes(),
        &[0; 6],
        &part.attributes.to_le_bytes(),
        &part.offset.unwrap_or(offset).to_le_bytes(),
        &part.name,
        &part.extra,
    ]
    .concat()
}

fn end(n_entries: u16, n_bytes: u32, offset: u32, comment: &[u8]) -> Vec<u8> {
    let n = n_entries.to_le_bytes();
    let length = (comment.len() as u16).to_le_bytes();
    let [n_bytes, offset] = [n_bytes, offset].map(u32::to_le_bytes);
    [b"PK\x05\x06\0\0\0\0".as_slice(), &n, &n, &n_bytes, &offset, &length, comment].concat()
}

fn archive(parts: &[Part]) -> Vec<u8> {
    let (mut bytes, mut directory) = (vec![], vec![]);
    for part in parts {
        directory.extend(line(part, bytes.len() as u32));
        bytes.extend(local_header(part));
        bytes.extend(&part.packed);
        bytes.extend(&part.descriptor);
    }
    let end = end(parts.len() as u16, directory.len() as u32, bytes.len() as u32, b"");
    [bytes, directory, end].concat()
}

/// Names and bytes of all files.
fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, String> {
    let all = || -> Result<_, ErrorKind> {
        let archive = zip::Archive::of(bytes, limits)?;
        let file = |entry: &zip::Entry| Ok((entry.name().to_owned(), archive.unpacked(entry)?));
        archive.entries().iter().map(file).collect()
    };
    all().map_err(|kind| kind.to_string())
}

fn check_refused(parts: &[Part], reason: &str) {
    check_bytes_refused(&archive(parts), reason);
}

fn check_bytes_refused(bytes: &[u8], reason: &str) {
    let refusal = read(bytes, &Limits::DEFAULT).unwrap_err();
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

#[test]
fn sound_archives_are_read() {
    let text = b"solid liver".repeat(9000);
    let parts = [
        stored("a/liver.stl", b"solid"),
        deflated("a/spleen.stl", &text),
        streamed("b", &text, true),
        streamed("c", b"", false),
        stored("empty", b""),
    ];
    let files = read(&archive(&parts), &Limits::DEFAULT).unwrap();
    let expected = [
        ("a/liver.stl", b"solid".as_slice()),
        ("a/spleen.stl", &text),
        ("b", &text),
        ("c", b""),
        ("empty", b""),
    ];
    assert_eq!(files.len(), expected.len());
    for ((name, bytes), (expected_name, expected_bytes)) in files.iter().zip(expected) {
        assert_eq!((name.as_str(), bytes.as_slice()), (expected_name, expected_bytes));
    }
    assert_eq!(read(&end(0, 0, 0, b""), &Limits::DEFAULT), Ok(vec![]));
}

#[test]
fn folders_and_litter_are_skipped() {
    let parts = [stored("a/", b""), stored("a/b", b"1"), stored("__MACOSX/a/._b", b"2")];
    let bytes = archive(&parts);
    let directory = zip::directory(&mut std::io::Cursor::new(bytes), &Limits::DEFAULT).unwrap();
    assert_eq!((directory.entries.len(), directory.n_skipped), (1, 2));
    assert_eq!(directory.entries[0].name(), "a/b");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["../a", "/a", "C:\\a", "..\\a", "a/../../b"] {
        check_refused(&[stored(name, b"")], "only a file beside it");
    }
    for name in ["a\0", "a\n", "\u{202e}a"] {
        check_refused(&[stored(name, b"")], "characters that do not show");
    }
    for name in ["", ".", "a//b"] {
        check_refused(&[stored(name, b"")], "has an empty part");
    }
    check_refused(&[stored("Liver", b""), stored("liver", b"")], "occurs twice");
    let symlink = Part { attributes: 0o120_777 << 16, ..stored("a", b"/etc/passwd") };
    check_refused(&[symlink], "link or a device");
    let fifo = Part { attributes: 0o010_644 << 16, ..stored("a", b"") };
    check_refused(&[fifo], "link or a device");
}

#[test]
fn names_in_old_letters_are_read() {
    let name = b"M\x81ller".to_vec();
    let part = Part { name: name.clone(), local_name: name, ..stored("", b"") };
    assert_eq!(read(&archive(&[part]), &Limits::DEFAULT).unwrap()[0].0, "Müller");
}

#[test]
fn headers_that_contradict_each_other_are_refused() {
    let sound = deflated("liver.stl", b"solid");
    let reason = "something else before its bytes than in the directory";
    check_refused(&[Part { local_name: b"other.exe".into(), ..sound.clone() }], reason);
    check_refused(&[Part { local_n_unpacked: 6, ..sound.clone() }], reason);
    check_refused(&[Part { local_method: 0, ..sound.clone() }], reason);
    let lying = Part { n_unpacked: 6, local_n_unpacked: 6, ..sound.clone() };
    check_refused(&[lying], "not as long as it says");
    let lying = Part { n_unpacked: 4, local_n_unpacked: 4, ..sound.clone() };
    check_refused(&[lying], "not as long as it says");
    check_refused(&[Part { checksum: 7, ..sound.clone() }], "checksum does not match");
    let mut streamed = streamed("a", b"solid", true);
    streamed.descriptor[13] ^= 1;
    check_refused(&[streamed], "data descriptor that does not fit");
    let mut longer = sound;
    longer.packed.push(0);
    check_refused(&[longer], "is damaged");
}

#[test]
fn what_is_not_read_is_named() {
    let sound = stored("a", b"1");
    check_refused(&[Part { flags: 1, ..sound.clone() }], "ZIP with encryption");
    check_refused(&[Part { method: 99, ..sound.clone() }], "ZIP with encryption");
    check_refused(&[Part { method: 14, local_method: 14, ..sound }], "compression method 14");
}

#[test]
fn bytes_that_belong_to_no_entry_are_refused() {
    let sound = archive(&[stored("a", b"1"), stored("b", b"2")]);
    check_bytes_refused(&[b"MZ".as_slice(), &sound].concat(), "directory is not where it says");
    check_bytes_refused(&[sound.as_slice(), b"<html>"].concat(), "bytes after its end");
    check_bytes_refused(&sound[..sound.len() - 1], "no directory");
    check_bytes_refused(b"", "no directory");
    // Only the second of two entries is in the directory.
    let (first, second) = (stored("a", b"1"), stored("b", b"2"));
    let before = [local_header(&first), first.packed.clone()].concat();
    let after = [local_header(&second), second.packed.clone()].concat();
    let line = line(&second, before.len() as u32);
    let n_before = (before.len() + after.len()) as u32;
    let end = end(1, line.len() as u32, n_before, b"");
    check_bytes_refused(&[before, after, line, end].concat(), "bytes before the first entry");
    let mut hidden = stored("a", b"1");
    hidden.packed.extend([0; 40]);
    let mut short = archive(&[hidden]);
    let directory = short.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    short[directory + 20] = 1;
    short[18] = 1;
    check_bytes_refused(&short, "bytes that belong to no entry");
    let mut many = archive(&[stored("a", b"1")]);
    let at = many.len() - 14;
    many[at..at + 4].copy_from_slice(&[2, 0, 2, 0]);
    check_bytes_refused(&many, "ends too early");
}

#[test]
fn overlapping_entries_are_refused() {
    // Fifield (2019): each local header is also the beginning of what the entry before it unpacks
    // to, so that all share one kernel.
    let kernel = deflated("b", &vec![0; 100_000]);
    let shared_bytes = [local_header(&kernel), kernel.packed.clone()].concat();
    let outer = stored("a", &shared_bytes);
    let begin = local_header(&outer).len() as u32;
    let directory = [line(&outer, 0), line(&kernel, begin)].concat();
    let bytes = [local_header(&outer), shared_bytes].concat();
    let end = end(2, directory.len() as u32, bytes.len() as u32, b"");
    check_bytes_refused(&[bytes, directory, end].concat(), "overlaps");
    let twice = [stored("a", b"1"), Part { offset: Some(0), ..stored("b", b"1") }];
    check_refused(&twice, "overlaps");
}

#[test]
fn sizes_of_zip64_are_read_and_held_against_the_others() {
    let sound = archive(&[stored("a", b"12345")]);
    let end_at = sound.len() - 22;
    let [n_bytes, offset] = [12, 16].map(|at| {
        let bytes = &sound[end_at + at..end_at + at + 4];
        u64::from(u32::from_le_bytes(bytes.try_into().unwrap()))
    });
    let with = |n_entries: u64, n_bytes: u64, offset: u64, at: u64, short: (u16, u32, u32)| {
        let words = [n_entries, n_entries, n_bytes, offset].map(u64::to_le_bytes);
        [
            &sound[..end_at],
            b"PK\x06\x06",
            &44_u64.to_le_bytes(),
            &[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            words.as_flattened(),
            b"PK\x06\x07\0\0\0\0",
            &at.to_le_bytes(),
            &[1, 0, 0, 0],
            &end(short.0, short.1, short.2, b""),
        ]
        .concat()
    };
    let at = end_at as u64;
    let unsaid = (u16::MAX, u32::MAX, u32::MAX);
    let read_lying = |bytes: &[u8]| read(bytes, &Limits::DEFAULT).map(|files| files.len());
    // The locator counts one disk in all, as it should.
    assert_eq!(read_lying(&with(1, n_bytes, offset, at, unsaid)), Ok(1));
    assert_eq!(
        read_lying(&with(1, n_bytes, offset, at, (1, n_bytes as u32, offset as u32))),
        Ok(1)
    );
    check_bytes_refused(&with(1, n_bytes, offset, at, (2, u32::MAX, u32::MAX)), "contradicts");
    check_bytes_refused(&with(1, n_bytes, offset, at + 1, unsaid), "not where it says");
    check_bytes_refused(&with(1, u64::MAX, offset, at, unsaid), "not where it says");
    check_bytes_refused(&with(u64::MAX, n_bytes, offset, at, unsaid), "ends too early");
    let missing = [&sound[..end_at], &end(u16::MAX, u32::MAX, u32::MAX, b"")].concat();
    check_bytes_refused(&missing, "Zip64 record is missing");
    let wide = |n_unpacked: u64| Part {
        n_unpacked: u32::MAX,
        extra: [&[1, 0, 8, 0], n_unpacked.to_le_bytes().as_slice()].concat(),
        ..stored("a", b"12345")
    };
    assert_eq!(read_lying(&archive(&[wide(5)])), Ok(1));
    check_refused(&[wide(6)], "not as long as it says");
    check_refused(&[Part { extra: vec![], ..wide(5) }], "size of Zip64 is missing");
    check_refused(&[Part { extra: vec![1, 0, 9, 0, 0], ..wide(5) }], "extra field is longer");
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let bomb = Part { n_unpacked: 3 << 30, local_n_unpacked: 3 << 30, ..deflated("a", b"1") };
    check_refused(&[bomb], "bytes in one file of an archive");
    // Fewer bytes are claimed than come out: nothing beyond the claim is written.
    let bomb = Part { n_unpacked: 9, local_n_unpacked: 9, ..deflated("a", &vec![0; 10 << 20]) };
    check_refused(&[bomb], "not as long as it says");
    // 1,000 to 1, as an honest label map may be.
    let honest = deflated("a", &vec![0; 50 << 20]);
    assert!(honest.packed.len() < 52 << 10);
    assert_eq!(read(&archive(&[honest]), &Limits::DEFAULT).unwrap()[0].1.len(), 50 << 20);
}

#[test]
fn limits_hold_at_their_edges() {
    let parts = |n: usize| (0..n).map(|n| stored(&n.to_string(), b"12")).collect::<Vec<_>>();
    let limits = Limits { entries: 5, archive: 8, path: 3, bytes: 4, ..Limits::DEFAULT };
    let check = |parts: &[Part], limits: Limits, expected: Option<&str>| {
        let refusal = read(&archive(parts), &limits).err();
        assert_eq!(refusal.as_deref(), expected);
    };
    let entries = Limits { archive: 100, ..limits };
    check(&parts(4), entries, None);
    check(&parts(5), entries, None);
    check(&parts(6), entries, Some("more than 5 entries in an archive"));
    check(&parts(4), limits, None);
    check(&parts(5), limits, Some("more than 8 bytes in an archive"));
    check(&[stored("abc", b"1234")], limits, None);
    check(&[stored("abcd", b"")], limits, Some("more than 3 bytes in a path"));
    check(&[stored("a", b"12345")], limits, Some("more than 4 bytes in one file of an archive"));
}

#[test]
fn what_is_written_is_read_again() {
    let write = || {
        let mut writer = zip::Writer::new(vec![]);
        writer.stored("mimetype", b"12345").unwrap();
        writer.stored_aligned("Körper/a.usdc", b"PXR", 64).unwrap();
        writer.deflated("b", &[7; 5000]).unwrap();
        writer.stored_aligned("c", b"", 64).unwrap();
        writer.finish().unwrap()
    };
    let bytes = write();
    assert_eq!(bytes, write());
    assert_eq!(bytes.windows(3).position(|window| window == b"PXR").unwrap() % 64, 0);
    let files = read(&bytes, &Limits::DEFAULT).unwrap();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["mimetype", "Körper/a.usdc", "b", "c"]);
    assert_eq!(files[2].1, [7; 5000]);
}

#[test]
fn a_mesh_zipped_on_a_mac_is_read() {
    let Some(path) = shared("meshes/broken_edge/trimesh_ascii.stl.zip") else { return };
    let mut file = std::fs::File::open(path).unwrap();
    let directory = zip::directory(&mut file, &Limits::DEFAULT).unwrap();
    let [entry] = directory.entries.as_slice() else { panic!("more than one file") };
    assert_eq!((entry.name(), entry.n_unpacked()), ("fuji_obj.stl", 55_950));
    assert!(directory.n_skipped > 0);
    let mut bytes = vec![];
    zip::unpack(&mut file, entry, &mut bytes).unwrap();
    assert!(bytes.starts_with(b"solid"));
}
