//! Ways to pack a file that are not unpacked here.

use crate::error::ErrorKind;
use crate::gzip;

/// How such files begin, and the program that unpacks them.
const PACKINGS: [(&[u8], &str); 6] = [
    (&gzip::MAGIC, "gzip a second time"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
];

/// Refuses bytes, unpacked from gzip if they lay in it, that are still packed.
pub(crate) fn refuse(first_bytes: &[u8]) -> Result<(), ErrorKind> {
    match PACKINGS.iter().find(|(magic, _)| first_bytes.starts_with(magic)) {
        Some((_, program)) => {
            let what =
                format!("packed with {program}, which is not unpacked here: unpack it first");
            Err(ErrorKind::NotThis(what))
        }
        None => Ok(()),
    }
}
