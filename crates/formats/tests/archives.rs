//! TAR archives, and archives unpacked to disk.

use std::fs;
use std::path::Path;

use medshape_formats::{ErrorKind, Input, Limits, archive, tar, zip};

use crate::common::{file, gzip, shared};

/// A file of a TAR archive, in POSIX style.
#[derive(Clone)]
struct Part {
    name: String,
    prefix: String,
    kind: u8,
    bytes: Vec<u8>,
    size: Option<String>,
    is_gnu: bool,
}

fn part(name: &str, kind: u8, bytes: &[u8]) -> Part {
    let prefix = String::new();
    Part { name: name.to_owned(), prefix, kind, bytes: bytes.to_vec(), size: None, is_gnu: false }
}

fn block(part: &Part) -> Vec<u8> {
    let mut block = vec![0; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, part.name.as_bytes());
    put(100, b"0000644\0");
    let size = part.size.clone().unwrap_or_else(|| format!("{:011o}\0", part.bytes.len()));
    put(124, size.as_bytes());
    put(148, b"        ");
    put(156, &[part.kind]);
    put(157, b"/etc/passwd");
    put(257, if part.is_gnu { b"ustar  \0" } else { b"ustar\x0000" });
    put(345, part.prefix.as_bytes());
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn without_end(parts: &[Part]) -> Vec<u8> {
    let mut bytes = vec![];
    for part in parts {
        bytes.extend(block(part));
        bytes.extend(&part.bytes);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes
}

fn tar_of(parts: &[Part]) -> Vec<u8> {
    [without_end(parts), vec![0; 1024]].concat()
}

fn pax(records: &[(&str, &str)]) -> Part {
    let line = |(key, value): &(&str, &str)| {
        let rest = key.len() + value.len() + 3;
        let length = if rest + 2 < 100 { rest + 2 } else { rest + 3 };
        format!("{length} {key}={value}\n")
    };
    let text: String = records.iter().map(line).collect();
    part("PaxHeaders/x", b'x', text.as_bytes())
}

fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, String> {
    let all = || -> Result<_, ErrorKind> {
        let mut reader = tar::Reader::new(bytes, limits)?;
        let mut files = vec![];
        while let Some(entry) = reader.next_entry()? {
            let mut out = vec![];
            reader.unpack(&mut out)?;
            assert_eq!(out.len() as u64, entry.n_bytes());
            files.push((entry.name().to_owned(), out));
        }
        Ok(files)
    };
    all().map_err(|kind| kind.to_string())
}

fn names(bytes: &[u8]) -> Vec<String> {
    read(bytes, &Limits::DEFAULT).unwrap().into_iter().map(|(name, _)| name).collect()
}

fn check_refused(bytes: &[u8], reason: &str) {
    let refusal = read(bytes, &Limits::DEFAULT).unwrap_err();
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

#[test]
fn sound_archives_are_read() {
    let parts = [
        part("./", b'5', b""),
        part("./a/", b'5', b""),
        part("./a/liver.stl", b'0', b"solid"),
        part("a/._liver.stl", b'0', b"litter"),
        part("a/old", 0, &[7; 1024]),
        part("empty", b'0', b""),
    ];
    let bytes = tar_of(&parts);
    for bytes in [bytes.clone(), gzip(&bytes), [bytes, vec![0; 9000]].concat()] {
        let files = read(&bytes, &Limits::DEFAULT).unwrap();
        let expected =
            [("a/liver.stl", b"solid".to_vec()), ("a/old", vec![7; 1024]), ("empty", vec![])];
        assert_eq!(files, expected.map(|(name, bytes)| (name.to_owned(), bytes)));
    }
    assert_eq!(names(&[0; 1024]), [""; 0]);
}

#[test]
fn long_names_come_from_prefix_gnu_or_pax() {
    let long = format!("{}/{}", "f".repeat(120), "n".repeat(90));
    let split = Part { prefix: "f".repeat(120), ..part(&"n".repeat(90), b'0', b"1") };
    let cut = part(&long[..100], b'0', b"1");
    let gnu = part("././@LongLink", b'L', &[long.as_bytes(), b"\0"].concat());
    let size = Part { size: Some("0".to_owned()), ..part("x", b'0', b"12") };
    assert_eq!(names(&tar_of(&[split])), [long.as_str()]);
    assert_eq!(names(&tar_of(&[gnu.clone(), cut.clone()])), [long.as_str()]);
    assert_eq!(names(&tar_of(&[pax(&[("path", &long)]), cut.clone()])), [long.as_str()]);
    let sized = tar_of(&[pax(&[("mtime", "1"), ("size", "2")]), size]);
    assert_eq!(read(&sized, &Limits::DEFAULT), Ok(vec![("x".to_owned(), b"12".to_vec())]));
    check_refused(&tar_of(&[gnu.clone(), pax(&[("path", "b")]), cut]), "two extended headers");
    check_refused(&tar_of(&[gnu]), "belongs to no file");
}

#[test]
fn the_other_use_of_the_prefix_is_known() {
    // GNU tar keeps times where POSIX has the first half of the name.
    let gnu = Part { prefix: "14752637454".to_owned(), is_gnu: true, ..part("a", b'0', b"") };
    assert_eq!(names(&tar_of(&[gnu])), ["a"]);
}

#[test]
fn what_is_no_file_is_refused() {
    for (kind, reason) in [
        (b'1', "a link"),
        (b'2', "a link"),
        (b'3', "a device"),
        (b'4', "a device"),
        (b'6', "a pipe"),
        (b'S', "sparse"),
        (b'M', "an entry of type `M`"),
    ] {
        check_refused(&tar_of(&[part("a", kind, b"")]), reason);
    }
    let sparse = pax(&[("GNU.sparse.major", "1")]);
    check_refused(&tar_of(&[sparse, part("a", b'0', b"")]), "sparse");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["../a", "/a", "./../a", "a/..", "C:\\a"] {
        check_refused(&tar_of(&[part(name, b'0', b"")]), "only a file beside it");
        check_refused(&tar_of(&[pax(&[("path", name)]), part("b", b'0', b"")]), "beside it");
    }
    for name in ["", ".", "a//b", "./"] {
        check_refused(&tar_of(&[part(name, b'0', b"")]), "");
    }
    check_refused(&tar_of(&[part("a", b'0', b""), part("A", b'0', b"")]), "occurs twice");
}

#[test]
fn damage_is_refused() {
    let sound = tar_of(&[part("a", b'0', b"12345")]);
    let mut flipped = sound.clone();
    flipped[3] ^= 1;
    check_refused(&flipped, "checksum of a header");
    check_refused(&sound[..515], "ends too early");
    check_refused(&sound[..1024], "ends too early");
    check_refused(&sound[..300], "ends too early");
    check_refused(b"", "ends too early");
    check_refused(&[sound.as_slice(), b"<html>"].concat(), "bytes after its end");
    check_refused(&[sound.as_slice(), &[0; 2 << 20]].concat(), "bytes after its end");
    let packed = gzip(&sound);
    check_refused(&packed[..packed.len() - 1], "truncated gzip");
    let mut wrong = packed.clone();
    let at = packed.len() - 6;
    wrong[at] ^= 1;
    check_refused(&wrong, "checksum does not match");
    let mut old = sound;
    old[257..262].fill(0);
    check_refused(&old, "a header without `ustar`");
    for text in [b"8 path=a\n".as_slice(), b"99 path=a\n", b"x", b"10 path a\n", b" path=a\n"] {
        let text = part("x", b'x', text);
        check_refused(&tar_of(&[text, part("a", b'0', b"")]), "damaged extended header");
    }
    let folder = Part { size: Some("00000000005".to_owned()), ..part("a/", b'5', b"12345") };
    check_refused(&tar_of(&[folder]), "a folder with bytes");
}

#[test]
fn sizes_that_lie_cost_nothing() {
    let huge = Part { size: Some("77777777777".to_owned()), ..part("a", b'0', b"1") };
    check_refused(&tar_of(std::slice::from_ref(&huge)), "bytes in one file of an archive");
    let limits = Limits { bytes: u64::MAX, archive: u64::MAX, ..Limits::DEFAULT };
    assert!(read(&tar_of(&[huge]), &limits).unwrap_err().contains("ends too early"));
    let huge = pax(&[("size", "18446744073709551615")]);
    let bytes = tar_of(&[huge, part("a", b'0', b"1")]);
    assert!(read(&bytes, &limits).unwrap_err().contains("ends too early"));
}

#[test]
fn limits_hold_at_their_edges() {
    let limits = Limits { entries: 3, archive: 7, path: 4, bytes: 4, ..Limits::DEFAULT };
    let check = |parts: &[Part], expected: Option<&str>| {
        assert_eq!(read(&tar_of(parts), &limits).err().as_deref(), expected);
    };
    let parts = |sizes: &[usize]| -> Vec<Part> {
        let file = |(n, &size): (usize, &usize)| part(&n.to_string(), b'0', &vec![1; size]);
        sizes.iter().enumerate().map(file).collect()
    };
    check(&parts(&[0, 0]), None);
    check(&parts(&[0, 0, 0]), None);
    check(&parts(&[0, 0, 0, 0]), Some("more than 3 entries in an archive"));
    check(&parts(&[3, 3]), None);
    check(&parts(&[3, 4]), None);
    check(&parts(&[4, 4]), Some("more than 7 bytes in an archive"));
    check(&parts(&[5]), Some("more than 4 bytes in one file of an archive"));
    check(&[part("abcd", b'0', b"")], None);
    check(&[part("abcde", b'0', b"")], Some("more than 4 bytes in a path"));
    let header = Limits { header: 8, ..Limits::DEFAULT };
    let long = |n: usize| tar_of(&[part("x", b'L', &vec![b'a'; n]), part("a", b'0', b"")]);
    assert!(read(&long(8), &header).is_ok());
    assert_eq!(read(&long(9), &header), Err("more than 8 bytes in a header".to_owned()));
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::Writer::new(vec![]);
    for (name, bytes) in files {
        writer.deflated(name, bytes).unwrap();
    }
    writer.finish().unwrap()
}

fn n_files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn files_come_out_under_numbers_and_find_their_neighbours() {
    let files: [(&str, &[u8]); 3] = [
        ("case/liver.mhd", b"head"),
        ("case/liver.raw", b"voxels"),
        ("other/x.zip", b"PK\x03\x04"),
    ];
    let parts = files.map(|(name, bytes)| part(name, b'0', bytes));
    let zip = zip_of(&files);
    for bytes in [gzip(&zip), zip, tar_of(&parts), gzip(&tar_of(&parts))] {
        let (archive, folder) = (file(&bytes), tempfile::tempdir().unwrap());
        let input = Input::on_disk(archive.path());
        assert!(archive::is_archive(&input).unwrap());
        let inputs = archive::unpack(&input, folder.path(), &Limits::DEFAULT).unwrap();
        assert_eq!(inputs.len(), 3);
        assert_eq!(inputs[0].name(), archive.path().join("case/liver.mhd"));
        assert_eq!(inputs[0].path(), folder.path().join("000000"));
        let voxels = inputs[0].beside("liver.raw").unwrap();
        assert_eq!(fs::read(voxels.path()).unwrap(), b"voxels");
        assert_eq!(voxels.name(), archive.path().join("case/liver.raw"));
        assert!(matches!(inputs[0].beside("x.zip"), Err(ErrorKind::Missing { .. })));
        assert!(matches!(inputs[0].beside("000001"), Err(ErrorKind::Missing { .. })));
        assert_eq!(n_files(folder.path()), 3);
    }
}

#[test]
fn nothing_is_left_of_an_archive_that_is_refused() {
    let mut damaged = zip_of(&[("a", b"1"), ("b", &[7; 3000])]);
    let header = damaged.windows(4).rposition(|window| window == b"PK\x03\x04").unwrap();
    damaged[header + 31] ^= 0x55;
    let late = tar_of(&[part("a", b'0', b"1"), part("b", b'2', b"")]);
    let empty = zip_of(&[("a/", b"")]);
    for bytes in [damaged, late, empty] {
        let (archive, folder) = (file(&bytes), tempfile::tempdir().unwrap());
        let input = Input::on_disk(archive.path());
        let error = archive::unpack(&input, folder.path(), &Limits::DEFAULT).unwrap_err();
        assert!(error.to_string().starts_with(&format!("`{}`", archive.path().display())));
        assert_eq!(n_files(folder.path()), 0, "{error}");
    }
}

#[test]
fn files_that_are_there_are_not_written_over() {
    let (archive, folder) = (file(&zip_of(&[("a", b"1")])), tempfile::tempdir().unwrap());
    fs::write(folder.path().join("000000"), b"mine").unwrap();
    let input = Input::on_disk(archive.path());
    assert!(archive::unpack(&input, folder.path(), &Limits::DEFAULT).is_err());
    assert_eq!(fs::read(folder.path().join("000000")).unwrap(), b"mine");
}

#[test]
fn formats_that_are_archives_inside_are_no_archives() {
    let check = |bytes: &[u8], name: &str, expected: bool| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert_eq!(archive::is_archive(&Input::on_disk(path)).unwrap(), expected, "{name}");
    };
    check(&zip_of(&[("a.stl", b"1")]), "a.bin", true);
    check(&zip_of(&[]), "a.zip", true);
    check(b"PK\x03\x04 damaged", "a.zip", true);
    check(b"PK\x03\x04 damaged", "a.npz", false);
    check(&zip_of(&[("[Content_Types].xml", b""), ("3D/3dmodel.model", b"")]), "a.zip", false);
    check(&zip_of(&[("vertices.npy", b""), ("faces.npy", b"")]), "a.zip", false);
    check(&zip_of(&[("vertices.npy", b""), ("faces.stl", b"")]), "a.zip", true);
    check(&zip_of(&[("a.usdc", b""), ("a.png", b"")]), "a.zip", false);
    check(&gzip(b"solid"), "a.stl.gz", false);
    check(&gzip(&tar_of(&[part("a", b'0', b"")])), "a.nii.gz", true);
    check(b"\x1f\x8b", "a.tgz", false);
    check(&[0; 2000], "a.tar", false);
}

#[test]
fn a_mesh_zipped_on_a_mac_is_unpacked() {
    let Some(path) = shared("meshes/broken_edge/trimesh_ascii.stl.zip") else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = Input::on_disk(&path);
    assert!(archive::is_archive(&input).unwrap());
    let inputs = archive::unpack(&input, folder.path(), &Limits::DEFAULT).unwrap();
    assert_eq!(inputs.len(), 1);
    assert_eq!(inputs[0].name(), path.join("fuji_obj.stl"));
    assert_eq!(fs::metadata(inputs[0].path()).unwrap().len(), 55_950);
}
