//! The bytes of a file as they lie there.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use crate::error::ErrorKind;
use crate::input::Input;

/// A file on disk or bytes in memory, read from a place on.
pub(crate) struct Raw<'a> {
    bytes: Box<dyn Bytes + 'a>,
    len: u64,
    position: u64,
}

trait Bytes: BufRead + Seek {}
impl<T: BufRead + Seek> Bytes for T {}

impl<'a> Raw<'a> {
    /// A file, at its first byte.
    pub(crate) fn open(input: &Input) -> Result<Self, ErrorKind> {
        let (file, len) = input.open()?;
        Ok(Self { bytes: Box::new(file), len, position: 0 })
    }

    /// Bytes that lie in memory.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, ErrorKind> {
        if bytes.is_empty() {
            return Err(ErrorKind::Empty);
        }
        Ok(Self { len: bytes.len() as u64, bytes: Box::new(Cursor::new(bytes)), position: 0 })
    }

    /// Bytes of the whole file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Bytes before the next one.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Bytes from here to the end.
    pub(crate) fn n_left(&self) -> u64 {
        self.len.saturating_sub(self.position)
    }

    /// Whether the next bytes are these.
    pub(crate) fn begins_with(&mut self, magic: &[u8]) -> Result<bool, ErrorKind> {
        Ok(self.fill_buf()?.starts_with(magic))
    }

    /// The next line, of at most `most` bytes, without its end; `None` at the end of the file.
    pub(crate) fn line(&mut self, most: usize) -> Result<Option<Vec<u8>>, ErrorKind> {
        let mut line = Vec::new();
        let n_read = self.take(most as u64 + 1).read_until(b'\n', &mut line)?;
        if n_read == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > most {
            return Err(ErrorKind::limit("bytes in a line of the header", most as u64));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(line))
    }

    /// Steps over lines, of whatever length.
    pub(crate) fn skip_lines(&mut self, n_lines: u64) -> Result<(), ErrorKind> {
        for n_skipped in 0..n_lines {
            if self.skip_line()? {
                continue;
            }
            let reason = format!("{n_lines} lines are to be skipped, and there are {n_skipped}");
            return Err(ErrorKind::malformed("line skip", reason));
        }
        Ok(())
    }

    /// Whether a line ended before the file did.
    fn skip_line(&mut self) -> Result<bool, ErrorKind> {
        loop {
            let bytes = self.fill_buf()?;
            if bytes.is_empty() {
                return Ok(false);
            }
            let end = bytes.iter().position(|&byte| byte == b'\n');
            let n_skipped = end.map_or(bytes.len(), |end| end + 1);
            self.consume(n_skipped);
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    /// Goes to a place counted from the begin of the file, which has to lie in it.
    pub(crate) fn seek_to(&mut self, position: u64) -> Result<(), ErrorKind> {
        if position > self.len {
            return Err(ErrorKind::Truncated {
                claimed: position,
                held: self.len,
                qualifier: "only",
            });
        }
        self.bytes.seek(SeekFrom::Start(position))?;
        self.position = position;
        Ok(())
    }

    /// Goes to where `n_bytes` are left.
    pub(crate) fn seek_to_last(&mut self, n_bytes: u64) -> Result<(), ErrorKind> {
        let position = self.len.checked_sub(n_bytes).filter(|place| *place >= self.position);
        let held = self.n_left();
        let truncated = ErrorKind::Truncated { claimed: n_bytes, held, qualifier: "only" };
        self.seek_to(position.ok_or(truncated)?)
    }
}

impl Read for Raw<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n_read = self.bytes.read(out)?;
        self.position += n_read as u64;
        Ok(n_read)
    }
}

impl BufRead for Raw<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.bytes.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        self.bytes.fill_buf()
    }

    fn consume(&mut self, n_bytes: usize) {
        self.bytes.consume(n_bytes);
        self.position += n_bytes as u64;
    }
}
