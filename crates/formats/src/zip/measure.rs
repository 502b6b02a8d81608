use std::io;

use flate2::Crc;

/// What an archive has to know of a file before its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// How many bytes it has.
    pub n_bytes: u64,
    /// Their CRC-32.
    pub checksum: u32,
}

/// Measures what is written to it, and keeps nothing.
#[derive(Debug, Default)]
pub struct Measure {
    crc: Crc,
    n_bytes: u64,
}

impl Measure {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.crc.update(bytes);
        self.n_bytes += bytes.len() as u64;
    }

    /// What was found.
    pub fn finish(&self) -> Measured {
        Measured { n_bytes: self.n_bytes, checksum: self.crc.sum() }
    }
}

impl io::Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
