//! gzip, zlib, ZIP and TAR made by hand, so that any part of them can be wrong.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::new(6));
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::new(6));
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::new(6));
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// `head`, then `n_zeros` zeros, in members of 4 MiB.
pub(crate) fn gzip_zeros(head: &[u8], n_zeros: usize) -> Vec<u8> {
    gzip_repeated(head, &[0], n_zeros)
}

/// `head`, then `part` over and over; a member is packed once, for all that are alike.
pub(crate) fn gzip_repeated(head: &[u8], part: &[u8], n_bytes: usize) -> Vec<u8> {
    let many = part.repeat((4 << 20) / part.len());
    let (n_members, n_rest) = (n_bytes / many.len(), n_bytes % many.len());
    [gzip(head), gzip(&many).repeat(n_members), gzip(&many[..n_rest])].concat()
}

/// One entry of a ZIP archive, everything of which can be a lie.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    /// The name in the entry's own header.
    pub(crate) local_name: Vec<u8>,
    pub(crate) packed: Vec<u8>,
    pub(crate) n_unpacked: u32,
    pub(crate) crc: u32,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    /// Unix mode and kind.
    pub(crate) mode: u32,
    pub(crate) extra: Vec<u8>,
}

impl Entry {
    pub(crate) fn stored(name: impl AsRef<[u8]>, bytes: &[u8]) -> Self {
        let name = name.as_ref().to_vec();
        Self {
            local_name: name.clone(),
            name,
            packed: bytes.to_vec(),
            n_unpacked: bytes.len() as u32,
            crc: crc32fast::hash(bytes),
            method: 0,
            flags: 0x800,
            mode: 0o100_644,
            extra: Vec::new(),
        }
    }

    pub(crate) fn deflated(name: impl AsRef<[u8]>, bytes: &[u8]) -> Self {
        Self { packed: deflate(bytes), method: 8, ..Self::stored(name, bytes) }
    }

    fn fields(&self, name: &[u8], extra: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for short in [20, self.flags, self.method, 0, 0x21] {
            out.extend(short.to_le_bytes());
        }
        for long in [self.crc, self.packed.len() as u32, self.n_unpacked] {
            out.extend(long.to_le_bytes());
        }
        out.extend((name.len() as u16).to_le_bytes());
        out.extend((extra.len() as u16).to_le_bytes());
        out
    }

    fn local(&self) -> Vec<u8> {
        let fields = self.fields(&self.local_name, &[]);
        [b"PK\x03\x04", &fields[..], &self.local_name, &self.packed].concat()
    }

    fn central(&self, at: u32) -> Vec<u8> {
        let mut out = b"PK\x01\x02\x14\x03".to_vec();
        out.extend(self.fields(&self.name, &self.extra));
        out.extend([0; 8]);
        let attributes = out.len() - 2;
        out.truncate(attributes);
        out.extend((self.mode << 16).to_le_bytes());
        out.extend(at.to_le_bytes());
        out.extend(&self.name);
        out.extend(&self.extra);
        out
    }
}

pub(crate) fn zip(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut central = Vec::new();
    for entry in entries {
        central.extend(entry.central(out.len() as u32));
        out.extend(entry.local());
    }
    with_directory(out, &central, entries.len())
}

/// Every entry means the same bytes.
pub(crate) fn overlapping_zip(entry: &Entry, n_entries: usize) -> Vec<u8> {
    let mut central = Vec::new();
    for number in 0..n_entries {
        let name = format!("{number}.stl").into_bytes();
        central.extend(Entry { name, ..entry.clone() }.central(0));
    }
    with_directory(entry.local(), &central, n_entries)
}

fn with_directory(mut out: Vec<u8>, central: &[u8], n_entries: usize) -> Vec<u8> {
    let at = out.len() as u32;
    out.extend(central);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((n_entries as u16).to_le_bytes());
    out.extend((n_entries as u16).to_le_bytes());
    out.extend((central.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// One member of a TAR archive, of any kind.
pub(crate) fn tar_member(name: &str, kind: u8, link: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 512];
    let mut put = |at: usize, value: &[u8]| out[at..at + value.len()].copy_from_slice(value);
    put(0, &name.as_bytes()[..name.len().min(100)]);
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", bytes.len()).as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(157, link.as_bytes());
    put(257, b"ustar\x0000");
    let sum: u32 = out.iter().map(|&byte| u32::from(byte)).sum();
    out[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.extend(bytes);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

pub(crate) fn tar(members: &[Vec<u8>]) -> Vec<u8> {
    [members.concat(), vec![0; 1024]].concat()
}
