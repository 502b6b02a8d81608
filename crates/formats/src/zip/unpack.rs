//! The bytes of one entry.

use std::io::{Read, Seek, SeekFrom, Write};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::directory::{Entry, Method};
use super::malformed;
use crate::error::ErrorKind;
use crate::input::shortened;

const BUFFER: usize = 64 << 10;

pub(super) fn unpack(
    source: &mut (impl Read + Seek),
    entry: &Entry,
    out: &mut dyn Write,
) -> Result<(), ErrorKind> {
    source.seek(SeekFrom::Start(entry.data))?;
    let mut counted = Counted { out, checksum: Crc::new(), n_left: entry.n_unpacked };
    let mut packed = source.take(entry.n_packed);
    let is_whole = match entry.packing()? {
        Method::Stored => stored(&mut packed, &mut counted)?,
        Method::Deflated => deflated(&mut packed, &mut counted)?,
    };
    let damaged = |reason: &str| malformed(format!("`{}` {reason}", shortened(entry.name())));
    if !is_whole {
        return Err(damaged("is damaged"));
    }
    if counted.n_left != 0 || packed.limit() != 0 {
        return Err(damaged("is not as long as it says"));
    }
    if counted.checksum.sum() != entry.checksum {
        return Err(damaged("is damaged: its checksum does not match"));
    }
    Ok(())
}

/// Bytes on their way out, never more than were promised.
struct Counted<'a> {
    out: &'a mut dyn Write,
    checksum: Crc,
    n_left: u64,
}

impl Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), ErrorKind> {
        self.n_left = self
            .n_left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| malformed("an entry is not as long as it says"))?;
        self.checksum.update(bytes);
        Ok(self.out.write_all(bytes)?)
    }
}

fn stored(packed: &mut impl Read, out: &mut Counted<'_>) -> Result<bool, ErrorKind> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match packed.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(n_read) => out.write(&buffer[..n_read])?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether the compressed bytes are sound to their end and nothing comes after.
fn deflated(packed: &mut impl Read, out: &mut Counted<'_>) -> Result<bool, ErrorKind> {
    let mut inflate = Decompress::new(false);
    let (mut buffer, mut unpacked) = (vec![0; BUFFER], vec![0; BUFFER]);
    let (mut begin, mut end) = (0, 0);
    loop {
        if begin == end {
            (begin, end) = (0, read(packed, &mut buffer)?);
        }
        let before = (inflate.total_in(), inflate.total_out());
        let ready = &buffer[begin..end];
        let Ok(status) = inflate.decompress(ready, &mut unpacked, FlushDecompress::None) else {
            return Ok(false);
        };
        let n_read = (inflate.total_in() - before.0) as usize;
        let n_made = (inflate.total_out() - before.1) as usize;
        begin += n_read;
        out.write(&unpacked[..n_made])?;
        match status {
            Status::StreamEnd => return Ok(begin == end),
            _ if n_read == 0 && n_made == 0 => return Ok(false),
            _ => {}
        }
    }
}

fn read(source: &mut impl Read, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => return Ok(result?),
        }
    }
}
