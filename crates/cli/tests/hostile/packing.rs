//! gzip, zlib, ZIP and TAR made by hand, so that any part of them can be wrong.

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use flate2::{Compress, Compression, FlushCompress};

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

/// `head`, then zeros of so many times 4 MiB, which are packed once.
pub(crate) fn deflate_zeros(head: &[u8], n_times: usize) -> Vec<u8> {
    let whole = |bytes: &[u8]| {
        // A full flush ends at a byte and forgets what was before, so that parts can be repeated.
        let mut out = Vec::with_capacity(bytes.len() + 1024);
        let mut packer = Compress::new(Compression::new(6), false);
        packer.compress_vec(bytes, &mut out, FlushCompress::Full).unwrap();
        out
    };
    let last_block = [3, 0];
    [&whole(head)[..], &whole(&vec![0; 4 << 20]).repeat(n_times), &last_block].concat()
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

/// More entries than two bytes can count: Zip64 says how many.
pub(crate) fn zip_of_many(n_entries: u64) -> Vec<u8> {
    let (mut out, mut central) = (Vec::new(), Vec::new());
    for number in 0..n_entries {
        let entry = Entry::stored(format!("{number}"), b"");
        central.extend(entry.central(out.len() as u32));
        out.extend(entry.local());
    }
    let begin = out.len() as u64;
    out.extend(&central);
    let record = out.len() as u64;
    out.extend(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
    for value in [n_entries, n_entries, central.len() as u64, begin] {
        out.extend(value.to_le_bytes());
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(record.to_le_bytes());
    out.extend([1, 0, 0, 0]);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([0xff; 12]);
    out.extend([0; 2]);
    out
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

/// An extended header that gives the next member this name, of any length.
pub(crate) fn tar_long_name(name: &str) -> Vec<u8> {
    let rest = format!(" path={name}\n");
    // The length counts its own digits.
    let n_digits = (rest.len() + 6).to_string().len();
    let record = format!("{}{rest}", rest.len() + n_digits);
    tar_member("long", b'x', "", record.as_bytes())
}

pub(crate) fn tar(members: &[Vec<u8>]) -> Vec<u8> {
    [members.concat(), vec![0; 1024]].concat()
}
