//! What a file is, by its first bytes, and by its name where they do not say.

use super::bytes::Bytes;
use super::{dicom, nifti, plain};
use crate::mesh::{self, MeshFormat};

/// What a file is, as far as its texts are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    Gzip,
    Zip,
    Tar,
    /// Packed in a way that is not looked into.
    Opaque(&'static str),
    Utf16,
    Dicom,
    Nifti,
    Nrrd,
    MetaImage,
    BinaryStl,
    Glb,
    Ply,
    Vtk,
    Pcd,
    TextStl,
    Obj,
    Off,
    Json,
    Xml,
    Table(u8),
    Text,
    Other,
}

const HEAD: usize = 4096;

/// Begins of files that say what they are, meshes aside.
const MAGICS: [(&[u8], Kind); 13] = [
    (b"\x1f\x8b", Kind::Gzip),
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"BZh", Kind::Opaque("packed with bzip2")),
    (b"\xfd7zXZ\0", Kind::Opaque("packed with xz")),
    (b"\x28\xb5\x2f\xfd", Kind::Opaque("packed with zstd")),
    (b"7z\xbc\xaf\x27\x1c", Kind::Opaque("a 7z archive")),
    (b"Rar!\x1a\x07", Kind::Opaque("a RAR archive")),
    (b"\xff\xfe", Kind::Utf16),
    (b"\xfe\xff", Kind::Utf16),
    (b"NRRD", Kind::Nrrd),
    (b"# .PCD", Kind::Pcd),
    (b"\x89PNG", Kind::Other),
];

pub(super) fn kind(bytes: &mut Bytes<'_>, name: &str) -> Kind {
    let n_bytes = bytes.n_left();
    let head = bytes.peek(HEAD);
    if head.is_empty() {
        return Kind::Nothing;
    }
    if let Some((_, kind)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *kind;
    }
    match mesh::by_magic(head) {
        Some(MeshFormat::Gltf) => return Kind::Glb,
        Some(MeshFormat::Ply) => return Kind::Ply,
        Some(MeshFormat::Vtk) => return Kind::Vtk,
        _ => {}
    }
    if head.get(128..132) == Some(b"DICM") || dicom::is_bare(head) {
        return Kind::Dicom;
    }
    if nifti::is_header(head) {
        return Kind::Nifti;
    }
    if head.get(257..262) == Some(b"ustar") || (name.ends_with(".tar") && head.len() >= 512) {
        return Kind::Tar;
    }
    if is_text(head) || is_called_text(name) && is_mostly_text(head) || is_markup(head) {
        return text_kind(head, name, n_bytes);
    }
    match name.ends_with(".stl") && head.len() >= 84 {
        true => Kind::BinaryStl,
        false => Kind::Other,
    }
}

/// XML may hold raw bytes in its end.
fn is_markup(head: &[u8]) -> bool {
    head.starts_with(b"<?xml") || head.starts_with(b"<VTKFile")
}

/// Formats of text, in which a stray zero is damage.
fn is_called_text(name: &str) -> bool {
    const ENDS: [&str; 20] = [
        ".obj", ".mtl", ".off", ".csv", ".tsv", ".json", ".gltf", ".txt", ".md", ".xml", ".vtp",
        ".vtu", ".gii", ".html", ".svg", ".toml", ".yaml", ".yml", ".log", ".mhd",
    ];
    ENDS.iter().any(|end| name.ends_with(end))
}

fn is_mostly_text(head: &[u8]) -> bool {
    head.iter().filter(steers).count() * 10 <= head.len()
}

/// Whether bytes are text: no zeros, and next to nothing else that steers.
fn is_text(head: &[u8]) -> bool {
    !head.contains(&0) && head.iter().filter(steers).count() * 100 <= head.len()
}

fn steers(byte: &&u8) -> bool {
    matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)
}

fn text_kind(head: &[u8], name: &str, n_bytes: Option<u64>) -> Kind {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let begin = head.trim_ascii_start();
    let has_end = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if has_end(&[".stl"]) && is_binary_stl(head, n_bytes) {
        return Kind::BinaryStl;
    }
    if begin.starts_with(b"solid") || has_end(&[".stl"]) {
        return Kind::TextStl;
    }
    if has_end(&[".mha", ".mhd"]) || begin.starts_with(b"ObjectType") {
        return Kind::MetaImage;
    }
    match begin.first() {
        Some(b'{' | b'[') if !has_end(&[".md", ".txt"]) => return Kind::Json,
        Some(b'<') => return Kind::Xml,
        _ if has_end(&[".json", ".gltf"]) => return Kind::Json,
        _ if has_end(&[".nhdr", ".nrrd"]) => return Kind::Nrrd,
        _ if has_end(&[".obj"]) => return Kind::Obj,
        _ if has_end(&[".pcd"]) => return Kind::Pcd,
        _ if has_end(&[".tsv"]) => return Kind::Table(b'\t'),
        _ => {}
    }
    let is_off = [&b"OFF"[..], b"COFF", b"NOFF", b"STOFF"].iter().any(|m| begin.starts_with(m));
    if has_end(&[".off"]) || is_off {
        return Kind::Off;
    }
    if has_end(&[".csv"]) {
        return Kind::Table(delimiter(begin).unwrap_or(b','));
    }
    match delimiter(begin).filter(|_| !has_end(&[".md", ".mtl", ".py", ".toml", ".yaml", ".yml"])) {
        Some(delimiter) if is_table(begin, delimiter) => Kind::Table(delimiter),
        _ => Kind::Text,
    }
}

/// A binary STL without a zero in its first bytes may yet be one by its length.
fn is_binary_stl(head: &[u8], n_bytes: Option<u64>) -> bool {
    let count = head.get(80..84).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
    let n_claimed = count.map(|count| 84 + 50 * u64::from(u32::from_le_bytes(count)));
    n_claimed.is_some() && n_claimed == n_bytes
}

/// The delimiter that the first line has most of.
fn delimiter(head: &[u8]) -> Option<u8> {
    let first = head.split(|&byte| byte == b'\n' || byte == b'\r').next()?;
    let count = |delimiter: u8| first.iter().filter(|&&byte| byte == delimiter).count();
    let found = [b'\t', b';', b','].into_iter().max_by_key(|&delimiter| count(delimiter))?;
    (count(found) > 0).then_some(found)
}

/// Whether the first lines have the delimiter equally often, and there are two of them at least.
fn is_table(head: &[u8], delimiter: u8) -> bool {
    let lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    let mut counts = lines
        .filter(|line| !line.is_empty() && !plain::is_numbers(line))
        .map(|line| line.iter().filter(|&&byte| byte == delimiter).count())
        .take(3);
    let first = counts.next();
    let second = counts.next();
    first.is_some() && first == second
}
