//! A list: a text file of one thing a line, plain or gzip.

use std::fs;
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::gzip;

/// The largest list that is read, unpacked.
const MAX_TEXT: u64 = 1 << 30;

/// The lines of a list without the space around them; empty ones are left out.
///
/// # Errors
///
/// The file is no file, too large, damaged, or not UTF-8.
pub fn read(path: &Path) -> Result<Vec<String>, Error> {
    read_kind(path).map_err(|kind| Error::at(path, kind))
}

fn read_kind(path: &Path) -> Result<Vec<String>, ErrorKind> {
    let facts = fs::metadata(path)?;
    if !facts.is_file() {
        return Err(ErrorKind::NotAFile);
    }
    if facts.len() > MAX_TEXT {
        return Err(ErrorKind::limit("bytes", MAX_TEXT));
    }
    let bytes = fs::read(path)?;
    let bytes = match bytes.starts_with(&gzip::MAGIC) {
        true => gzip::unpacked_within(&bytes[..], MAX_TEXT)?,
        false => bytes,
    };
    let text = str::from_utf8(&bytes)
        .map_err(|_| ErrorKind::Table("a list that is not UTF-8".to_owned()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn lines(bytes: &[u8]) -> Result<Vec<String>, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        read(file.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn lines_come_plain_or_packed() {
        let text = b"one\r\n\n  two  \nthree";
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text).unwrap();
        let expected = Ok(["one", "two", "three"].map(str::to_owned).to_vec());
        assert_eq!(lines(text), expected);
        assert_eq!(lines(&packed.finish().unwrap()), expected);
        assert_eq!(lines(b""), Ok(vec![]));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(lines(b"\xff\xfe").unwrap_err().contains("UTF-8"));
        assert!(lines(b"\x1f\x8b\x08\x00").is_err());
        assert!(read(Path::new("/")).unwrap_err().to_string().contains("regular file"));
    }
}
