//! The directory at the end of an archive.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::fields::{Wide, exact, text, u16_at, u32_at, u64_at};
use super::{local, malformed};
use crate::archive::names::{Names, is_litter};
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

/// What an archive holds.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// The files, in the order of the directory.
    pub entries: Vec<Entry>,
    /// Folders, and litter of operating systems, which are not among them.
    pub n_skipped: usize,
}

/// A file in an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) checksum: u32,
    pub(super) n_packed: u64,
    pub(super) n_unpacked: u64,
    /// Where its local header begins.
    pub(super) header: u64,
    /// Where its bytes begin.
    pub(super) data: u64,
}

/// How an entry is packed.
pub(super) enum Method {
    Stored,
    Deflated,
}

pub(super) const HAS_DESCRIPTOR: u16 = 1 << 3;

impl Entry {
    /// Its path in the archive: a label, never a path of this machine.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes it says it has.
    pub fn n_unpacked(&self) -> u64 {
        self.n_unpacked
    }

    pub(super) fn packing(&self) -> Result<Method, ErrorKind> {
        match self.method {
            0 => Ok(Method::Stored),
            8 => Ok(Method::Deflated),
            99 => Err(encrypted()),
            code => Err(ErrorKind::unsupported(
                "ZIP",
                format!("compression method {code}: pack it again with deflate"),
            )),
        }
    }
}

impl Directory {
    pub(super) fn read(
        source: &mut (impl Read + Seek),
        limits: &Limits,
    ) -> Result<Self, ErrorKind> {
        let end = End::find(source)?;
        let mut raw = entries(source, &end, limits)?;
        check_tiles(source, &mut raw, end.directory)?;
        let n_all = raw.len();
        let entries: Vec<Entry> =
            raw.into_iter().map(|raw| raw.entry).filter(|entry| !is_litter(&entry.name)).collect();
        Ok(Self { n_skipped: n_all - entries.len(), entries })
    }
}

/// An entry, and its name as the bytes have it.
struct Raw {
    entry: Entry,
    name: Vec<u8>,
}

/// Checks that the entries follow each other from the first byte up to the directory.
fn check_tiles(
    source: &mut (impl Read + Seek),
    raw: &mut [Raw],
    directory: u64,
) -> Result<(), ErrorKind> {
    let mut order: Vec<usize> = (0..raw.len()).collect();
    order.sort_by_key(|&n| raw[n].entry.header);
    let first = order.first().map_or(directory, |&n| raw[n].entry.header);
    if first != 0 {
        return Err(malformed("bytes before the first entry"));
    }
    for (place, &n) in order.iter().enumerate() {
        let next = order.get(place + 1).map_or(directory, |&next| raw[next].entry.header);
        let Raw { entry, name } = &mut raw[n];
        local::check(source, entry, name, next)?;
    }
    Ok(())
}

fn entries(
    source: &mut (impl Read + Seek),
    end: &End,
    limits: &Limits,
) -> Result<Vec<Raw>, ErrorKind> {
    source.seek(SeekFrom::Start(end.directory))?;
    let mut directory = BufReader::new(source).take(end.n_bytes);
    let mut names = Names::new("ZIP", limits);
    let mut raw = Vec::new();
    let mut n_left = limits.archive;
    for _ in 0..end.n_entries {
        names.count()?;
        let next = entry(&mut directory, limits)?;
        names.add(next.entry.name())?;
        n_left = n_left
            .checked_sub(next.entry.n_unpacked)
            .ok_or_else(|| ErrorKind::limit("bytes in an archive", limits.archive))?;
        raw.push(next);
    }
    match directory.limit() {
        0 => Ok(raw),
        _ => Err(malformed("its directory has more than its entries")),
    }
}

fn entry(directory: &mut impl Read, limits: &Limits) -> Result<Raw, ErrorKind> {
    let mut fixed = [0; 46];
    exact(directory, &mut fixed)?;
    if !fixed.starts_with(b"PK\x01\x02") {
        return Err(malformed("its directory is damaged"));
    }
    let [name, extra, comment] = [28, 30, 32].map(|at| u16_at(&fixed, at));
    let name = text(directory, name)?;
    let extra = text(directory, extra)?;
    text(directory, comment)?;
    let mut wide = Wide::of(&extra)?;
    let n_unpacked = wide.value(u32_at(&fixed, 24))?;
    let n_packed = wide.value(u32_at(&fixed, 20))?;
    let header = wide.value(u32_at(&fixed, 42))?;
    let entry = Entry {
        name: decoded(&name),
        flags: u16_at(&fixed, 8),
        method: u16_at(&fixed, 10),
        checksum: u32_at(&fixed, 16),
        n_packed,
        n_unpacked,
        header,
        data: 0,
    };
    check(&entry, u32_at(&fixed, 38), u16_at(&fixed, 34), limits)?;
    Ok(Raw { entry, name })
}

fn check(entry: &Entry, attributes: u32, disk: u16, limits: &Limits) -> Result<(), ErrorKind> {
    const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
    const PATCH: u16 = 1 << 5;
    let of_entry = |reason: &str| malformed(format!("`{}` {reason}", shortened(&entry.name)));
    if entry.flags & ENCRYPTED != 0 {
        return Err(encrypted());
    }
    if entry.flags & PATCH != 0 {
        return Err(ErrorKind::unsupported("ZIP", "patches of files"));
    }
    if disk != 0 {
        return Err(several_disks());
    }
    // The kind of a file as Unix has it: none said, a folder, a regular file.
    if ![0, 0x4, 0x8].contains(&(attributes >> 28)) {
        return Err(of_entry("is a link or a device"));
    }
    let is_stored = matches!(entry.packing()?, Method::Stored);
    if is_stored && entry.n_packed != entry.n_unpacked {
        return Err(of_entry("is not as long as it says"));
    }
    if entry.name.ends_with('/') && entry.n_unpacked != 0 {
        return Err(of_entry("is a folder with bytes of its own"));
    }
    let most = limits.unpacked(entry.n_packed);
    match entry.n_unpacked > most {
        true => Err(ErrorKind::limit("bytes in one file of an archive", most)),
        false => Ok(()),
    }
}

fn encrypted() -> ErrorKind {
    ErrorKind::unsupported("ZIP", "encryption: unpack it with its password first")
}

fn several_disks() -> ErrorKind {
    ErrorKind::unsupported("ZIP", "parts in several files: join them first")
}

/// UTF-8 if it is that, whatever the flag says; else the letters of the first PC (code page 437).
fn decoded(name: &[u8]) -> String {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
        └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    let upper: Vec<char> = UPPER.chars().collect();
    let letter = |&byte: &u8| match byte {
        0..0x80 => char::from(byte),
        _ => upper.get(usize::from(byte) - 0x80).copied().unwrap_or('?'),
    };
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => name.iter().map(letter).collect(),
    }
}

/// Where the directory is, and how many entries it has.
struct End {
    n_entries: u64,
    n_bytes: u64,
    directory: u64,
}

impl End {
    /// Reads the record at the end of the file, and that of Zip64 in front of it.
    fn find(source: &mut (impl Read + Seek)) -> Result<Self, ErrorKind> {
        const SIGNATURE: &[u8] = b"PK\x05\x06";
        const SIZE: usize = 22;
        const MAX_COMMENT: u64 = u16::MAX as u64;
        let n_bytes = source.seek(SeekFrom::End(0))?;
        let from = n_bytes.saturating_sub(SIZE as u64 + MAX_COMMENT);
        source.seek(SeekFrom::Start(from))?;
        let mut tail = vec![0; (n_bytes - from) as usize];
        exact(source, &mut tail)?;
        let found = tail.windows(SIZE).rposition(|window| window.starts_with(SIGNATURE));
        let Some(place) = found else { return Err(malformed("it has no directory")) };
        let record = &tail[place..];
        if record.len() != SIZE + usize::from(u16_at(record, 20)) {
            return Err(malformed("bytes after its end"));
        }
        let (end, until) = Self::in_full(source, record, from + place as u64)?;
        match end.directory.checked_add(end.n_bytes) == Some(until) {
            true => Ok(end),
            false => Err(malformed("its directory is not where it says")),
        }
    }

    /// The record, and where the directory has to end.
    fn in_full(
        source: &mut (impl Read + Seek),
        record: &[u8],
        at: u64,
    ) -> Result<(Self, u64), ErrorKind> {
        if [4, 6].map(|at| u16_at(record, at)) != [0, 0] {
            return Err(several_disks());
        }
        let here = u16_at(record, 8);
        let (entries, n_bytes, directory) =
            (u16_at(record, 10), u32_at(record, 12), u32_at(record, 16));
        if here != entries {
            return Err(several_disks());
        }
        let short = Self {
            n_entries: entries.into(),
            n_bytes: n_bytes.into(),
            directory: directory.into(),
        };
        if let Some((long, at)) = zip64(source, at)? {
            let is_same = [
                entries == u16::MAX || short.n_entries == long.n_entries,
                n_bytes == u32::MAX || short.n_bytes == long.n_bytes,
                directory == u32::MAX || short.directory == long.directory,
            ];
            return match is_same.contains(&false) {
                true => Err(malformed("its Zip64 record contradicts the other one")),
                false => Ok((long, at)),
            };
        }
        match entries == u16::MAX || n_bytes == u32::MAX || directory == u32::MAX {
            true => Err(malformed("its Zip64 record is missing")),
            false => Ok((short, at)),
        }
    }
}

/// The record of Zip64 and where it begins, if there is one before the record at `end`.
fn zip64(source: &mut (impl Read + Seek), end: u64) -> Result<Option<(End, u64)>, ErrorKind> {
    const LOCATOR: u64 = 20;
    const SIZE: u64 = 56;
    let Some(at) = end.checked_sub(LOCATOR) else { return Ok(None) };
    let mut locator = [0; LOCATOR as usize];
    source.seek(SeekFrom::Start(at))?;
    exact(source, &mut locator)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let begin = u64_at(&locator, 8);
    if at.checked_sub(SIZE) != Some(begin) {
        return Err(malformed("its Zip64 record is not where it says"));
    }
    let mut record = [0; SIZE as usize];
    source.seek(SeekFrom::Start(begin))?;
    exact(source, &mut record)?;
    // It counts its bytes from the one after this number.
    if !record.starts_with(b"PK\x06\x06") || u64_at(&record, 4) != SIZE - 12 {
        return Err(malformed("its Zip64 record is damaged"));
    }
    let disks = [u32_at(&locator, 4), u32_at(&record, 16), u32_at(&record, 20)];
    if disks != [0; 3] || u64_at(&record, 24) != u64_at(&record, 32) {
        return Err(several_disks());
    }
    let long = End {
        n_entries: u64_at(&record, 32),
        n_bytes: u64_at(&record, 40),
        directory: u64_at(&record, 48),
    };
    Ok(Some((long, begin)))
}
